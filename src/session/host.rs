//! What sessions of one process share.

use crate::bios::rom::Rom;

/// Things that are built once and shared by all sessions: the ROM.
pub struct Host {
    /// The BIOS ROM.
    pub rom: Rom,
}

impl Host {
    /// Builds what sessions share.
    #[must_use]
    pub fn new() -> Host {
        Host { rom: Rom::build() }
    }
}

impl Default for Host {
    fn default() -> Host {
        Host::new()
    }
}
