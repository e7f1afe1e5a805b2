//! The keys of a line that is edited, as INT 21h gives them: a character, or 0 and a scan code.
//!
//! Source: RBIL, INT 16h/AH=00h and 10h.

pub(super) const BACKSPACE: u8 = 0x08;
pub(super) const TAB: u8 = b'\t';
pub(super) const LINE_FEED: u8 = b'\n';
pub(super) const RETURN: u8 = b'\r';
pub(super) const CTRL_Z: u8 = 0x1A;
pub(super) const ESCAPE: u8 = 0x1B;
pub(super) const CTRL_BACKSPACE: u8 = 0x7F;

/// Scan codes of the keys without a character.
pub(super) mod scan {
    pub(in crate::dos) const ALT_BACKSPACE: u8 = 0x0E;
    pub(in crate::dos) const BACK_TAB: u8 = 0x0F;
    pub(in crate::dos) const ALT_E: u8 = 0x12;
    pub(in crate::dos) const ALT_S: u8 = 0x1F;
    pub(in crate::dos) const ALT_F: u8 = 0x21;
    pub(in crate::dos) const ALT_H: u8 = 0x23;
    pub(in crate::dos) const ALT_X: u8 = 0x2D;
    pub(in crate::dos) const F1: u8 = 0x3B;
    pub(in crate::dos) const F2: u8 = 0x3C;
    pub(in crate::dos) const F3: u8 = 0x3D;
    pub(in crate::dos) const F4: u8 = 0x3E;
    pub(in crate::dos) const F5: u8 = 0x3F;
    pub(in crate::dos) const F6: u8 = 0x40;
    pub(in crate::dos) const F7: u8 = 0x41;
    pub(in crate::dos) const F8: u8 = 0x42;
    pub(in crate::dos) const F10: u8 = 0x44;
    pub(in crate::dos) const HOME: u8 = 0x47;
    pub(in crate::dos) const UP: u8 = 0x48;
    pub(in crate::dos) const PAGE_UP: u8 = 0x49;
    pub(in crate::dos) const LEFT: u8 = 0x4B;
    pub(in crate::dos) const RIGHT: u8 = 0x4D;
    pub(in crate::dos) const END: u8 = 0x4F;
    pub(in crate::dos) const DOWN: u8 = 0x50;
    pub(in crate::dos) const PAGE_DOWN: u8 = 0x51;
    pub(in crate::dos) const INSERT: u8 = 0x52;
    pub(in crate::dos) const DELETE: u8 = 0x53;
    pub(in crate::dos) const CTRL_F2: u8 = 0x5F;
    pub(in crate::dos) const ALT_F4: u8 = 0x6B;
    pub(in crate::dos) const ALT_F7: u8 = 0x6E;
    pub(in crate::dos) const CTRL_LEFT: u8 = 0x73;
    pub(in crate::dos) const CTRL_RIGHT: u8 = 0x74;
    pub(in crate::dos) const CTRL_END: u8 = 0x75;
    pub(in crate::dos) const CTRL_PAGE_DOWN: u8 = 0x76;
    pub(in crate::dos) const CTRL_HOME: u8 = 0x77;
    pub(in crate::dos) const CTRL_PAGE_UP: u8 = 0x84;
    pub(in crate::dos) const CTRL_UP: u8 = 0x8D;
    pub(in crate::dos) const CTRL_DOWN: u8 = 0x91;
    pub(in crate::dos) const CTRL_INSERT: u8 = 0x92;
    pub(in crate::dos) const CTRL_DELETE: u8 = 0x93;
}
