//! What sessions of one process share.

use crate::bios::rom::Rom;
use crate::disk::ImageRegistry;
use crate::dos;

/// Things that are built once and shared by all sessions: the ROM, and the disk images in use.
pub struct Host {
    /// The BIOS ROM.
    pub rom: Rom,
    /// Opens the images: shares their bytes, and keeps a second writer out.
    pub images: ImageRegistry,
}

impl Host {
    /// Builds what sessions share.
    #[must_use]
    pub fn new() -> Host {
        Host { rom: Rom::with_stubs(&[dos::rom::image()]), images: ImageRegistry::new() }
    }
}

impl Default for Host {
    fn default() -> Host {
        Host::new()
    }
}
