//! Status codes of INT 13h.

use crate::disk::SectorError;

/// Why a call failed, as AH tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status(pub(super) u8);

impl Status {
    /// Invalid function or parameter.
    pub(super) const INVALID: Status = Status(0x01);
    /// The disk is write-protected.
    pub(super) const WRITE_PROTECTED: Status = Status(0x03);
    /// The disk has no such sector.
    pub(super) const NOT_FOUND: Status = Status(0x04);
    /// The floppy was changed.
    pub(super) const CHANGED: Status = Status(0x06);
    /// There is no drive to give parameters of.
    pub(super) const NO_PARAMETERS: Status = Status(0x07);
    /// The buffer crosses what one transfer can reach.
    pub(super) const BOUNDARY: Status = Status(0x09);
    /// The drive cannot handle such a medium.
    pub(super) const WRONG_MEDIA: Status = Status(0x0C);
    /// The controller failed.
    pub(super) const CONTROLLER: Status = Status(0x20);
    /// The seek failed.
    pub(super) const SEEK: Status = Status(0x40);
    /// The drive does not answer: there is no disk in it.
    pub(super) const NOT_READY: Status = Status(0x80);
    /// EDD: the medium cannot be removed.
    pub(super) const NOT_REMOVABLE: Status = Status(0xB2);
}

impl From<SectorError> for Status {
    fn from(error: SectorError) -> Status {
        match error {
            SectorError::NotFound => Status::NOT_FOUND,
            SectorError::WriteProtected => Status::WRITE_PROTECTED,
            SectorError::HostFailed => Status::CONTROLLER,
        }
    }
}
