//! What can go wrong with an image as a whole, and with one sector of it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::geometry::FLOPPY_FORMATS;

/// Why an image cannot be used. Each text names the file and a way out, and is whole, causes included;
/// there is no chain to print.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// There is no such file.
    #[error("disk image `{}` does not exist; check the path", path.display())]
    NotFound {
        /// The image.
        path: PathBuf,
    },
    /// The host does not let us read the file.
    #[error("no permission to read disk image `{}`; `chmod +r` it or use a copy", path.display())]
    CannotRead {
        /// The image.
        path: PathBuf,
    },
    /// The host does not let us write the file, which the policy `image` needs.
    #[error(
        "no permission to write disk image `{}`, which `writes = \"image\"` needs; make it writable, \
         or keep changes in memory with `writes = \"overlay\"`",
        path.display()
    )]
    CannotWrite {
        /// The image.
        path: PathBuf,
    },
    /// The path names something else than a regular file.
    #[error("`{}` is {what}, not a disk image file; name the image itself", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What it is, with its article.
        what: &'static str,
    },
    /// The file has no bytes.
    #[error("disk image `{}` is empty; a download or copy may have failed", path.display())]
    Empty {
        /// The image.
        path: PathBuf,
    },
    /// The file holds an image, but not a raw one.
    #[error("`{}` is {format}, not a raw disk image; {remedy}", path.display())]
    NotRaw {
        /// The image.
        path: PathBuf,
        /// The format, with its article.
        format: &'static str,
        /// How to get a raw image out of it.
        remedy: &'static str,
    },
    /// No floppy has this size.
    #[error("floppy image `{}` has {bytes} bytes; {}", path.display(), floppy_sizes(*bytes))]
    FloppySize {
        /// The image.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// A hard disk image ends within a sector.
    #[error(
        "hard disk image `{}` has {bytes} bytes, which is no multiple of 512; it was cut short or is not raw \
         (`truncate -s %512` pads it)",
        path.display()
    )]
    PartialSector {
        /// The image.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// Someone else writes to the file.
    #[error(
        "disk image `{}` is already open for writing by {holder}; close it there, or keep this session's \
         changes in memory with `writes = \"overlay\"`",
        path.display()
    )]
    Locked {
        /// The image.
        path: PathBuf,
        /// Who has it.
        holder: Holder,
    },
    /// The host cannot lock the file, so a second writer could not be kept out.
    #[error(
        "disk image `{}` cannot be locked against a second writer ({cause}); move it to a local file system, or use \
         `writes = \"overlay\"`",
        path.display()
    )]
    CannotLock {
        /// The image.
        path: PathBuf,
        /// What the host said.
        cause: io::Error,
    },
    /// The demonstration floppy is part of the program.
    #[error("the built-in tour floppy cannot be changed; use `writes = \"overlay\"` or \"none\"")]
    TourIsFixed,
    /// The demonstration floppy is no hard disk.
    #[error("the built-in tour is a floppy; list it under `floppies`, not `disks`")]
    TourIsAFloppy,
    /// What the guest wrote is in memory only, and the policy `image` would lose it.
    #[error(
        "disk image `{}` has {sectors} changed sectors that are in memory only, so it cannot be written through; \
         save the disk into a new file, or discard its changes",
        path.display()
    )]
    Unsaved {
        /// The image.
        path: PathBuf,
        /// How many sectors were written.
        sectors: usize,
    },
    /// The file no longer holds what the guest has seen of it.
    #[error(
        "the file of disk image `{}` has changed since it was opened; eject the disk and insert it again",
        path.display()
    )]
    FileChanged {
        /// The image.
        path: PathBuf,
    },
    /// What was written through could not be brought to the host's storage.
    #[error("what was written to disk image `{}` could not be flushed; it stays open", path.display())]
    CannotFlush {
        /// The image.
        path: PathBuf,
    },
    /// A disk is saved into new files only.
    #[error("`{}` exists already; save the disk under another name", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A disk could not be saved.
    #[error("cannot save the disk as `{}`: {cause}", path.display())]
    CannotSave {
        /// The file, which is not there.
        path: PathBuf,
        /// What the host said.
        cause: io::Error,
    },
    /// Any other trouble of the host's.
    #[error("cannot read disk image `{}`: {cause}", path.display())]
    Io {
        /// The image.
        path: PathBuf,
        /// What the host said.
        cause: io::Error,
    },
}

/// Who holds the lock on an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A session of this process, by name.
    Session(String),
    /// Another process, by its id.
    Process(u32),
    /// Another process that the host does not tell us.
    Unknown,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Holder::Session(name) => write!(f, "session `{name}`"),
            Holder::Process(pid) => write!(f, "process {pid}"),
            Holder::Unknown => write!(f, "another process"),
        }
    }
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

/// The sizes a floppy may have, and what to do with a file of `bytes` that has none of them.
fn floppy_sizes(bytes: u64) -> String {
    let sizes: Vec<String> = FLOPPY_FORMATS.iter().map(|f| format!("{} ({})", f.name, f.bytes())).collect();
    let hint = match FLOPPY_FORMATS.last() {
        Some(largest) if bytes > largest.bytes() => "; a hard disk image belongs under `disks`",
        _ => "",
    };
    format!("floppies have {} bytes, or what their boot sector says{hint}", sizes.join(", "))
}
