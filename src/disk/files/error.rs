//! What can go wrong with a file on a guest's disk.

use crate::disk::SectorError;

/// Why a file of the guest cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The path is none.
    #[error("`{0}` is no path of DOS; write it as A:\\DIR\\NAME.EXT, with names of up to 8 and 3 characters")]
    BadPath(String),
    /// No drive of the machine has this letter, or there is no disk in it.
    #[error("there is no disk {0}:")]
    NoVolume(char),
    /// The disk holds no file system that we know.
    #[error("the disk in {0}: has no FAT file system")]
    NotFat(char),
    /// There is no such file or directory.
    #[error("`{0}` does not exist")]
    NotFound(String),
    /// A file is named where a directory is needed.
    #[error("a part of `{0}` is a file, not a directory")]
    NotADirectory(String),
    /// A directory is named where a file is needed.
    #[error("`{0}` is a directory")]
    IsDirectory(String),
    /// The file has the read-only attribute.
    #[error("`{0}` is read-only")]
    ReadOnly(String),
    /// The disk is write-protected.
    #[error("the disk is write-protected (`writes = \"none\"`)")]
    WriteProtected,
    /// A program has the file open and keeps others out.
    #[error("`{0}` is in use by a program")]
    InUse(String),
    /// The host does not let it be read or written.
    #[error("the host refuses `{0}`")]
    Refused(String),
    /// There is no room for the bytes.
    #[error("the disk is full")]
    DiskFull,
    /// There is no room for another entry.
    #[error("the root directory is full")]
    DirectoryFull,
    /// Beyond [`super::MAX_FILE_BYTES`], or a directory of unheard-of length.
    #[error("the file or directory is too large")]
    TooLarge,
    /// The file system contradicts itself.
    #[error("the file system is damaged: {0}")]
    Damaged(&'static str),
    /// The host failed to read or write the image.
    #[error("a sector of the disk cannot be read or written")]
    Sector,
}

impl From<SectorError> for FileError {
    fn from(error: SectorError) -> FileError {
        match error {
            SectorError::NotFound => FileError::Damaged("it goes beyond the end of the disk"),
            SectorError::WriteProtected => FileError::WriteProtected,
            SectorError::HostFailed => FileError::Sector,
        }
    }
}
