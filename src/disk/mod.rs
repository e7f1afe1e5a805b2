//! Disk images: opening, geometry, write policies and sectors. Knows no BIOS and no guest.
//!
//! | file | what it is |
//! | --- | --- |
//! | `registry` | [`ImageRegistry`]: opens images, shares what sessions can share of a file |
//! | `image` | [`Disk`]: one opened image |
//! | `policy` | another write policy for a disk in use |
//! | `save` | a disk as the guest sees it, into a new file |
//! | `recognise` | tells images from other files |
//! | `overlay` | the private layer of changed sectors, and what lies beneath it |
//! | `shared` | what all openings of one file in this process know of each other |
//! | `lock` | one writer a file, among all processes |
//! | `host_file` | sectors of a host file |
//! | `geometry` | cylinders, heads and sectors, from the image itself |
//! | `drives` | [`Drives`]: the drives of one machine |
//! | [`files`] | files on the FAT file systems of a machine's disks |
//! | [`fat`] | builds small FAT12 images |

mod drives;
mod error;
pub mod fat;
pub mod files;
mod geometry;
mod host_file;
mod image;
mod lock;
mod overlay;
mod policy;
mod recognise;
mod registry;
mod save;
mod shared;

use std::fmt;
use std::path::PathBuf;

pub use drives::{DriveId, Drives};
pub use error::{DiskError, Holder, SectorError};
pub use geometry::{Chs, FLOPPY_FORMATS, FloppyFormat, Geometry};
pub use image::Disk;
pub use recognise::ImageKind;
pub use registry::ImageRegistry;

/// Bytes in a sector.
pub const SECTOR_BYTES: usize = 512;

/// The bytes of one sector.
pub type Sector = [u8; SECTOR_BYTES];

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

/// Where an image's bytes come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageSource {
    /// A file of the host.
    File(PathBuf),
    /// The demonstration floppy inside the binary.
    Tour,
}

impl fmt::Display for ImageSource {
    /// The path as it was given; the built-in floppy is `tour`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImageSource::File(path) => path.display().fmt(f),
            ImageSource::Tour => f.write_str("tour"),
        }
    }
}

impl fmt::Display for WritePolicy {
    /// As in a config file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WritePolicy::Overlay => "overlay",
            WritePolicy::Image => "image",
            WritePolicy::None => "none",
        })
    }
}

#[cfg(test)]
mod tests;
