//! Drives: host directories as DOS sees them. Nothing here knows of guest memory.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`name`] | names of eight and three characters, and the host's names as such |
//! | [`long`] | long names, for programs that know them |
//! | [`time`] | dates and times of files |
//! | [`builtin`] | drive Z: |
//! | [`host`] | a directory as a drive: confined to it, nothing cached |
//! | [`mod@file`] | an open file: reading, writing, locks |
//! | `share` | who else may open a file that is open, on the whole host |

pub mod builtin;
pub mod file;
pub mod host;
pub mod long;
pub mod name;
mod share;
pub mod time;

pub use builtin::BuiltinDrive;
pub use file::{FileId, OpenFile, Region};
pub use host::{HostDrive, Space, copy_kept_attributes};
pub use long::{LongName, Names};
pub use name::DosName;
pub use time::{Stamp, Zone};

use super::error::DosError;

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

/// A drive of either kind.
#[derive(Debug)]
pub enum Drive {
    /// A host directory.
    Host(HostDrive),
    /// Drive Z:.
    Builtin(BuiltinDrive),
}

impl Drive {
    /// What `path` is.
    pub fn lookup(&self, path: &DosPath) -> Result<Entry, DosError> {
        match self {
            Drive::Host(drive) => drive.lookup(path),
            Drive::Builtin(drive) => drive.lookup(path),
        }
    }

    /// Everything in directory `path`.
    pub fn list(&self, path: &DosPath) -> Result<Vec<Entry>, DosError> {
        match self {
            Drive::Host(drive) => drive.list(path),
            Drive::Builtin(drive) if path.0.is_empty() => Ok(drive.list()),
            Drive::Builtin(_) => Err(DosError::PathNotFound),
        }
    }

    /// Opens a file that exists.
    pub fn open(&self, path: &DosPath, access: Access, share: Share) -> Result<OpenFile, DosError> {
        match self {
            Drive::Host(drive) => drive.open_file(path, access, share),
            Drive::Builtin(drive) => drive.open(path, access),
        }
    }

    /// The directory, if files can be changed.
    pub fn writable(&self) -> Result<&HostDrive, DosError> {
        match self {
            Drive::Host(drive) => Ok(drive),
            Drive::Builtin(_) => Err(DosError::WriteProtected),
        }
    }

    /// The drive's label.
    #[must_use]
    pub fn label(&self) -> Option<DosName> {
        match self {
            Drive::Host(drive) => drive.label(),
            Drive::Builtin(_) => Some(DosName(*b"DOSMUX     ")),
        }
    }

    /// The drive's serial number. It comes from the label, so that it is the same on every host and for
    /// every letter.
    #[must_use]
    pub fn serial(&self) -> u32 {
        self.label().map_or(0, |label| name::hash(&label.0))
    }

    /// Room on it.
    pub fn space(&self) -> Result<Space, DosError> {
        match self {
            Drive::Host(drive) => drive.space(),
            Drive::Builtin(_) => Ok(Space { free: 0, total: 1 << 20 }),
        }
    }
}
