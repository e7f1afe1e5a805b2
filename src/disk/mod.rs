//! Disk images: opening, geometry, write policies and sectors. Knows no BIOS and no guest.

use std::path::PathBuf;

/// Bytes in a sector.
pub const SECTOR_BYTES: usize = 512;

/// What happens to a guest's writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WritePolicy {
    /// Kept in a private layer and dropped at the end.
    Overlay,
    /// Written through to the image file, which is locked against other writers.
    Image,
    /// Refused: the disk is write-protected.
    None,
}

/// Cylinders, heads and sectors of a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Cylinders (tracks a side).
    pub cylinders: u32,
    /// Heads (sides).
    pub heads: u32,
    /// Sectors a track, numbered from 1.
    pub sectors: u32,
}

/// Where an image's bytes come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageSource {
    /// A file of the host.
    File(PathBuf),
    /// The demonstration floppy inside the binary.
    Tour,
}

/// Why an image cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// Placeholder until the disk layer lands.
    #[error("no disk layer")]
    None,
}

/// Why one sector cannot be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectorError {
    /// The sector lies beyond the end of the disk.
    NotFound,
    /// The disk is write-protected.
    WriteProtected,
    /// The host failed to read or write the image file.
    HostFailed,
}

/// An opened image.
pub struct Disk {}

impl Disk {
    /// Opens a floppy image. `holder` names the session in the error another writer gets.
    pub fn open_floppy(_source: &ImageSource, _policy: WritePolicy, _holder: &str) -> Result<Disk, DiskError> {
        Err(DiskError::None)
    }

    /// Opens a raw hard disk image with a partition table.
    pub fn open_hard_disk(_source: &ImageSource, _policy: WritePolicy, _holder: &str) -> Result<Disk, DiskError> {
        Err(DiskError::None)
    }

    /// The disk's geometry.
    #[must_use]
    pub fn geometry(&self) -> Geometry {
        Geometry { cylinders: 0, heads: 0, sectors: 0 }
    }

    /// Sectors on the disk.
    #[must_use]
    pub fn sector_count(&self) -> u64 {
        0
    }

    /// True if writes are refused.
    #[must_use]
    pub fn write_protected(&self) -> bool {
        true
    }

    /// Drive type for the CMOS and INT 13h AH=08h (0 none, 1 360K, 2 1.2M, 3 720K, 4 1.44M, 5 2.88M).
    #[must_use]
    pub fn cmos_type(&self) -> u8 {
        0
    }

    /// Reads sector `lba`.
    pub fn read(&mut self, _lba: u64, _out: &mut [u8; SECTOR_BYTES]) -> Result<(), SectorError> {
        Err(SectorError::NotFound)
    }

    /// Writes sector `lba` according to the policy.
    pub fn write(&mut self, _lba: u64, _data: &[u8; SECTOR_BYTES]) -> Result<(), SectorError> {
        Err(SectorError::WriteProtected)
    }

    /// Sectors written since the disk was opened.
    #[must_use]
    pub fn writes(&self) -> u64 {
        0
    }
}

/// The drives of one machine.
#[derive(Default)]
pub struct Drives {
    /// A: and B:.
    pub floppies: [Option<Disk>; 2],
    /// Hard disks, 80h on.
    pub hard_disks: Vec<Disk>,
}
