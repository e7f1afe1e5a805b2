//! What a session is made of: the tables of the config file and of scripts, checked and typed.

use crate::disk::{ImageSource, WritePolicy};

/// One image in a drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSpec {
    /// Which image.
    pub source: ImageSource,
    /// What happens to writes.
    pub writes: WritePolicy,
}

/// Which drive a session boots from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BootDrive {
    /// A:
    Floppy,
    /// The first hard disk.
    Disk,
}

/// What a session does while another one is in the foreground.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Background {
    /// Goes on.
    Run,
    /// Stands still.
    Pause,
}

/// How fast a session's processor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speed {
    /// As fast as the host allows.
    Max,
    /// A fixed rate. *Units*: guest instructions per second.
    PerSecond(u64),
}

/// All settings of one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSpec {
    /// Name shown in the UI and used by scripts.
    pub name: String,
    /// A: and B:.
    pub floppies: Vec<ImageSpec>,
    /// Hard disks, C: on.
    pub disks: Vec<ImageSpec>,
    /// Boot drive.
    pub boot: BootDrive,
    /// Conventional plus extended memory. *Units*: bytes. *Range*: 1–256 MiB.
    pub memory_bytes: u32,
    /// Share against other sessions. *Range*: 1–100.
    pub priority: u32,
    /// Behaviour in the background.
    pub background: Background,
    /// Processor speed.
    pub speed: Speed,
    /// File that receives what the guest writes to port E9h.
    pub debug_port: Option<std::path::PathBuf>,
}
