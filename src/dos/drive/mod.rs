//! Drives: host directories as DOS sees them. Nothing here knows of guest memory.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`name`] | names of eight and three characters, and the host's names as such |
//! | [`time`] | dates and times of files |
//! | [`host`] | a directory as a drive: confined to it, nothing cached |
//! | [`file`] | an open file: reading, writing, locks |
//! | `share` | who else may open a file that is open, on the whole host |

pub mod file;
pub mod host;
pub mod name;
mod share;
pub mod time;

pub use file::OpenFile;
pub use host::{HostDrive, Space};
pub use name::DosName;
pub use time::Stamp;

/// File attributes. Source: RBIL, INT 21h/AX=4300h.
pub mod attribute {
    /// Cannot be written or deleted.
    pub const READ_ONLY: u8 = 0x01;
    /// Left out of most searches.
    pub const HIDDEN: u8 = 0x02;
    /// The same, of the system's own files.
    pub const SYSTEM: u8 = 0x04;
    /// The drive's label.
    pub const LABEL: u8 = 0x08;
    /// A directory.
    pub const DIRECTORY: u8 = 0x10;
    /// Changed since the last backup.
    pub const ARCHIVE: u8 = 0x20;
}

/// A place on a drive: names from its root on. No names: the root itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DosPath(pub Vec<DosName>);

impl DosPath {
    /// The directory that this is in, and its name there; `None` of the root.
    #[must_use]
    pub fn split(&self) -> Option<(DosPath, DosName)> {
        let (&name, directory) = self.0.split_last()?;
        Some((DosPath(directory.to_vec()), name))
    }
}

/// What is known of a file or directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: DosName,
    /// Bits of [`attribute`].
    pub attributes: u8,
    /// *Units*: bytes; larger files show the most that fits.
    pub size: u32,
    /// When it was last written.
    pub written: Stamp,
}

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// Both.
    ReadWrite,
}

impl Access {
    fn reads(self) -> bool {
        self != Access::Write
    }

    fn writes(self) -> bool {
        self != Access::Read
    }
}

/// What others may do with the file meanwhile. Source: RBIL, INT 21h/AH=3Dh, sharing modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// As DOS 2 programs open: others of that kind may read what this one reads.
    Compatible,
    /// Nothing.
    DenyAll,
    /// Read.
    DenyWrite,
    /// Write.
    DenyRead,
    /// Anything.
    DenyNone,
}

/// How a file is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Create {
    /// One that exists is emptied.
    Truncate,
    /// One that exists is an error.
    New,
}
