//! What can go wrong when a session is made, and with what is asked of it later.

use std::path::PathBuf;

use crate::disk::DriveId;

/// Why a session cannot start, or cannot do what it was asked for. Each text is whole, causes included; there is no chain to print.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// One of its images cannot be used.
    #[error("session `{session}`: {cause}")]
    Disk {
        /// The session's name.
        session: String,
        /// What is wrong with the image.
        cause: crate::disk::DiskError,
    },
    /// A directory of the host cannot be a drive.
    #[error("session `{session}`: drive {letter}: cannot open the directory `{}`: {cause}", path.display())]
    HostDrive {
        /// The session's name.
        session: String,
        /// The drive.
        letter: char,
        /// The directory.
        path: PathBuf,
        /// What the host says.
        cause: std::io::Error,
    },
    /// A directory of the host cannot be copied for a session that must leave it as it is.
    #[error(
        "session `{session}`: drive {letter}: cannot copy the directory `{}`: {cause}; `read_only = true` has it \
         used in place",
        path.display()
    )]
    DriveCopy {
        /// The session's name.
        session: String,
        /// The drive.
        letter: char,
        /// The directory.
        path: PathBuf,
        /// What the host says.
        cause: std::io::Error,
    },
    /// The file for what the guest writes to the debug port cannot be opened.
    #[error("session `{session}`: cannot open the debug port's file `{}`: {cause}", path.display())]
    DebugPort {
        /// The session's name.
        session: String,
        /// The file.
        path: PathBuf,
        /// What the host says.
        cause: std::io::Error,
    },
    /// The file for what the session prints cannot be opened.
    #[error("session `{session}`: cannot open the log `{}`: {cause}", path.display())]
    Log {
        /// The session's name.
        session: String,
        /// The file.
        path: PathBuf,
        /// What the host says.
        cause: std::io::Error,
    },
    /// The machine has no such drive.
    #[error("session `{session}` has no drive {drive}")]
    NoDrive {
        /// The session's name.
        session: String,
        /// The drive.
        drive: DriveId,
    },
    /// A hard disk stays where it is while the machine is on.
    #[error("session `{session}`: {drive} is a hard disk, which cannot be {what} while the machine is on")]
    FixedDisk {
        /// The session's name.
        session: String,
        /// The drive.
        drive: DriveId,
        /// What was asked for.
        what: &'static str,
    },
    /// There is no disk in the drive.
    #[error("session `{session}`: there is no disk in {drive}")]
    EmptyDrive {
        /// The session's name.
        session: String,
        /// The drive.
        drive: DriveId,
    },
    /// Scripts write no image file.
    #[error("session `{session}`: images are not written here; changes stay in memory (`writes = \"overlay\"`)")]
    ImagesAreKept {
        /// The session's name.
        session: String,
    },
    /// Too many ejected disks have changes that are in memory only.
    #[error(
        "session `{session}`: {} ejected disks hold changes that are in memory only; insert one of them again to save \
         it or to discard its changes",
        super::shelf::CAPACITY
    )]
    ShelfFull {
        /// The session's name.
        session: String,
    },
    /// A file on one of its disks cannot be used.
    #[error("session `{session}`: {cause}")]
    File {
        /// The session's name.
        session: String,
        /// What is wrong.
        cause: crate::disk::files::FileError,
    },
    /// dosmux failed in this session before, or too much was asked of it at once.
    #[error("session `{session}` does not answer: {why}")]
    NoAnswer {
        /// The session's name.
        session: String,
        /// Why.
        why: &'static str,
    },
}
