//! What sessions of one process share.

use std::path::PathBuf;

use crate::bios::rom::Rom;
use crate::disk::ImageRegistry;
use crate::dos;

/// Things that are built once and shared by all sessions: the ROM, and the disk images in use.
pub struct Host {
    /// The BIOS ROM.
    pub rom: Rom,
    /// Opens the images: shares their bytes, and keeps a second writer out.
    pub images: ImageRegistry,
    /// Where the demo drive is kept; without it, the drive is in the program and cannot be written to.
    pub demo: Option<PathBuf>,
    /// How sessions run the commands of the host that their settings name.
    pub commands: HostCommandPolicy,
}

/// How sessions run the commands of the host that their settings name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostCommandPolicy {
    /// Not at all: what a session does depends on nothing but its settings and its input.
    #[default]
    Never,
    /// Beside the session, which goes on meanwhile.
    Beside,
    /// The session waits for each, so that it depends on what the command writes, but not on when.
    Awaited,
}

impl Host {
    /// Builds what sessions share.
    #[must_use]
    pub fn new() -> Host {
        Host {
            rom: Rom::with_stubs(&[dos::rom::image()]),
            images: ImageRegistry::new(),
            demo: None,
            commands: HostCommandPolicy::Never,
        }
    }

    /// The same with another policy for commands of the host.
    #[must_use]
    pub fn with_commands(self, commands: HostCommandPolicy) -> Host {
        Host { commands, ..self }
    }

    /// The same with a folder for the demo drive.
    #[must_use]
    pub fn with_demo(self, demo: Option<PathBuf>) -> Host {
        Host { demo, ..self }
    }
}

impl Default for Host {
    fn default() -> Host {
        Host::new()
    }
}
