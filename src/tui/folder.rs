//! What is in a folder of the host, for picking a disk image.

use std::fs;
use std::path::{Path, PathBuf};

use crate::config::BootDrive;
use crate::disk::ImageKind;

/// Most entries that are listed.
const CAPACITY: usize = 4096;

/// A folder that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Its path, links resolved.
    pub path: PathBuf,
    /// What is in it: folders, images, other files, each by name.
    pub entries: Vec<Entry>,
    /// True if there is more than can be listed.
    pub cut: bool,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// Its name as shown.
    pub name: String,
    /// Its path.
    pub path: PathBuf,
    /// Size of a file.
    pub bytes: u64,
}

/// What an entry is, in the order they are listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A disk image for this kind of drive, and what is to be said of it.
    Image(Drive, String),
    /// Any other file.
    Other,
}

/// The kind of drive that takes an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Drive {
    /// A floppy drive.
    Floppy,
    /// A hard disk's.
    HardDisk,
}

impl Entry {
    /// The drive to boot the file from.
    #[must_use]
    pub fn boot_drive(&self) -> BootDrive {
        match &self.kind {
            EntryKind::Image(Drive::Floppy, _) => BootDrive::Floppy,
            EntryKind::Image(Drive::HardDisk, _) => BootDrive::Disk,
            EntryKind::Folder | EntryKind::Other => BootDrive::for_size(self.bytes),
        }
    }
}

/// Reads the folder `path`. *Errors*: the folder, and why it cannot be read.
pub(super) fn read(path: &Path) -> Result<Folder, String> {
    let problem = |error| format!("cannot read {}: {error}", path.display());
    let path = path.canonicalize().map_err(problem)?;
    let mut found = fs::read_dir(&path).map_err(problem)?.filter_map(Result::ok).map(|entry| entry.path());
    let mut entries: Vec<Entry> = found.by_ref().take(CAPACITY).filter_map(entry).collect();
    entries.sort();
    Ok(Folder { path, entries, cut: found.next().is_some() })
}

/// `None` for what is neither a folder nor a file, and for what is gone.
fn entry(path: PathBuf) -> Option<Entry> {
    let meta = fs::metadata(&path).ok()?;
    let name = path.file_name()?.to_string_lossy().into_owned();
    let kind = if meta.is_dir() {
        EntryKind::Folder
    } else if meta.is_file() {
        image_kind(&path, meta.len())
    } else {
        return None;
    };
    Some(Entry { kind, name, bytes: meta.len(), path })
}

fn image_kind(path: &Path, bytes: u64) -> EntryKind {
    match ImageKind::of_file(path) {
        Some(kind @ ImageKind::Floppy(_)) => {
            let name = kind.format_name().map_or_else(|| format!("{}K", bytes / 1024), str::to_owned);
            EntryKind::Image(Drive::Floppy, format!("{name} floppy"))
        }
        Some(ImageKind::HardDisk) => EntryKind::Image(Drive::HardDisk, format!("{} disk", size(bytes))),
        None => EntryKind::Other,
    }
}

/// A size in the unit that makes it short.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    match UNITS.iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) if bytes < 10 * unit && !bytes.is_multiple_of(*unit) => {
            format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit)
        }
        Some((name, unit)) => format!("{} {name}", bytes / unit),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::FloppyFormat;
    use crate::disk::fat::FatImage;

    #[test]
    fn folders_come_first_then_images_then_other_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("a.txt"), "text").unwrap();
        std::fs::write(path("z.img"), FatImage::new(FloppyFormat::named("360K").unwrap()).build()).unwrap();
        std::fs::create_dir(path("sub")).unwrap();
        let read = read(folder.path()).unwrap();
        let names: Vec<&str> = read.entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["sub", "z.img", "a.txt"]);
        assert_eq!(read.entries[1].kind, EntryKind::Image(Drive::Floppy, "360K floppy".to_owned()));
        assert_eq!((read.entries[2].boot_drive(), read.entries[2].bytes), (BootDrive::Floppy, 4));
        assert!(!read.cut);
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_named() {
        assert!(read(Path::new("/no/such/folder")).unwrap_err().starts_with("cannot read /no/such/folder: "));
    }

    #[test]
    fn sizes_are_short() {
        let sizes: Vec<String> = [0, 511, 1440 << 10, 1536, 32 << 20, (1 << 30) + (1 << 29)].map(size).into();
        assert_eq!(sizes, ["0 bytes", "511 bytes", "1.4 MiB", "1.5 KiB", "32 MiB", "1.5 GiB"]);
    }
}
