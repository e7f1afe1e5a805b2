//! Files on the FAT file systems of a machine's disks, from the host's side: floppies and partitioned hard
//! disks, FAT12, FAT16 and FAT32, names of the form 8.3.
//!
//! | file | what it is |
//! | --- | --- |
//! | `volume` | where file systems lie on the disks, and their letters |
//! | `layout` | where things are on one of them: the BIOS parameter block |
//! | `table` | the file allocation table |
//! | `directory` | entries of directories |
//! | `path` | `A:\DIR\NAME.EXT` |
//! | `change` | which files differ from those of the image |
//! | `time` | time stamps |
//!
//! A guest may have left anything on its disk. So whatever is read is bounded: chains by the number of
//! clusters, directories and files by limits below. Nothing here trusts a number before it is checked
//! against the disk, and damage ends in an error that says what is damaged.
//!
//! Gap: long names are neither read nor written; names with letters beyond ASCII cannot be named.
//!
//! Source: Microsoft FAT specification, version 1.03.

mod change;
mod directory;
mod error;
mod layout;
mod path;
mod table;
mod time;
mod volume;

pub use change::{Change, ChangedFile, changed};
pub use directory::FileEntry;
pub use error::FileError;
pub use time::DosTime;

use self::directory::{Directory, Entry, Place};
use self::path::{GuestPath, Name};
use self::table::Volume;
use super::{Drives, SECTOR_BYTES};

/// Largest file that is read or written. *Units*: bytes.
pub const MAX_FILE_BYTES: u32 = 64 << 20;

/// The entries of a directory in their order there, `.` and `..` left out.
pub fn list(drives: &mut Drives, path: &str) -> Result<Vec<FileEntry>, FileError> {
    let path = GuestPath::parse(path)?;
    let mut volume = volume::open(drives, path.letter)?;
    let directory = volume.walk(&path.parts, &path)?;
    let entries = volume.entries(directory)?;
    Ok(entries.iter().filter(|entry| !entry.is_dot()).map(Entry::view).collect())
}

/// The file or directory of this name; `None` if there is none.
pub fn find(drives: &mut Drives, path: &str) -> Result<Option<FileEntry>, FileError> {
    let path = GuestPath::parse(path)?;
    let mut volume = volume::open(drives, path.letter)?;
    let Some((name, folder)) = path.parts.split_last() else { return Err(FileError::IsDirectory(path.to_string())) };
    let directory = match volume.walk(folder, &path) {
        Ok(directory) => directory,
        Err(FileError::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(volume.find(directory, name)?.map(|entry| entry.view()))
}

/// The bytes of a file.
pub fn read(drives: &mut Drives, path: &str) -> Result<Vec<u8>, FileError> {
    let path = GuestPath::parse(path)?;
    let mut volume = volume::open(drives, path.letter)?;
    let entry = volume.file(&path)?.ok_or_else(|| FileError::NotFound(path.to_string()))?;
    volume.contents(&entry)
}

/// Writes a file, in place of one that is there. Its directory must exist.
///
/// The guest's DOS knows nothing of it: see [`super::Drives::set_changed`] for floppies. A hard disk that a
/// DOS has in use is better left alone.
///
/// *Errors*: nothing has changed, unless the host failed.
pub fn write(drives: &mut Drives, path: &str, bytes: &[u8], now: DosTime) -> Result<(), FileError> {
    let path = GuestPath::parse(path)?;
    let size = u32::try_from(bytes.len()).ok().filter(|&size| size <= MAX_FILE_BYTES).ok_or(FileError::TooLarge)?;
    let mut volume = volume::open(drives, path.letter)?;
    volume.check_writable()?;
    let (name, folder) = path.parts.split_last().ok_or_else(|| FileError::IsDirectory(path.to_string()))?;
    let directory = volume.walk(folder, &path)?;
    let old = volume.file(&path)?;
    if old.as_ref().is_some_and(|old| old.is_read_only()) {
        return Err(FileError::ReadOnly(path.to_string()));
    }
    volume.forget_free_count()?;
    let (place, first) = volume.make_room(directory, old.as_ref(), bytes.len())?;
    volume.fill(first, bytes)?;
    volume.put_entry(place, &Entry::of_file(*name, first, size, now, old.as_ref()))?;
    if let Some(old) = old.filter(|old| old.cluster != first) {
        volume.free_chain(old.cluster)?;
    }
    Ok(())
}

/// Removes a file.
pub fn remove(drives: &mut Drives, path: &str) -> Result<(), FileError> {
    let path = GuestPath::parse(path)?;
    let mut volume = volume::open(drives, path.letter)?;
    volume.check_writable()?;
    let entry = volume.file(&path)?.ok_or_else(|| FileError::NotFound(path.to_string()))?;
    if entry.is_read_only() {
        return Err(FileError::ReadOnly(path.to_string()));
    }
    volume.forget_free_count()?;
    volume.erase_entry(entry.place)?;
    volume.free_chain(entry.cluster)
}

impl Volume<'_> {
    /// The directory that these names lead to from the root.
    fn walk(&mut self, names: &[Name], path: &GuestPath) -> Result<Directory, FileError> {
        let mut directory = self.root();
        for name in names {
            let entry = self.find(directory, name)?.ok_or_else(|| FileError::NotFound(path.to_string()))?;
            if !entry.is_directory() {
                return Err(FileError::NotADirectory(path.to_string()));
            }
            directory = self.directory_at(entry.cluster);
        }
        Ok(directory)
    }

    /// The entry of the file at `path`.
    fn file(&mut self, path: &GuestPath) -> Result<Option<Entry>, FileError> {
        let (name, folder) = path.parts.split_last().ok_or_else(|| FileError::IsDirectory(path.to_string()))?;
        let directory = self.walk(folder, path)?;
        match self.find(directory, name)? {
            Some(entry) if entry.is_directory() => Err(FileError::IsDirectory(path.to_string())),
            found => Ok(found),
        }
    }

    /// What a file holds.
    fn contents(&mut self, entry: &Entry) -> Result<Vec<u8>, FileError> {
        if entry.size > MAX_FILE_BYTES {
            return Err(FileError::TooLarge);
        }
        let size = usize::try_from(entry.size).map_err(|_| FileError::TooLarge)?;
        let mut bytes = Vec::new();
        for cluster in self.chain(entry.cluster, size.div_ceil(self.cluster_bytes()))? {
            for sector in self.cluster_sectors(cluster) {
                bytes.extend(self.read_sector(sector)?);
            }
        }
        if bytes.len() < size {
            return Err(FileError::Damaged("a file ends before its last byte"));
        }
        bytes.truncate(size);
        Ok(bytes)
    }

    /// Finds clusters for `bytes` bytes and a place for the entry of their file: that of `old` if there is
    /// one. Takes the clusters of `old` only if it cannot be done without.
    fn make_room(
        &mut self,
        directory: Directory,
        old: Option<&Entry>,
        bytes: usize,
    ) -> Result<(Place, u32), FileError> {
        let wanted = bytes.div_ceil(self.cluster_bytes());
        let place = match old {
            Some(old) => Ok(old.place),
            None => self.free_place(directory),
        };
        let grow = usize::from(matches!(place, Err(FileError::DirectoryFull)) && directory.can_grow());
        let free = self.free_clusters(wanted + grow)?;
        if free.len() < wanted + grow {
            return self.make_room_from_old(old, wanted, free.len());
        }
        let (for_directory, for_file) = free.split_at(grow);
        let place = match (place, for_directory) {
            (Err(FileError::DirectoryFull), &[cluster]) => self.grow(directory, cluster)?,
            (place, _) => place?,
        };
        Ok((place, self.link(for_file)?))
    }

    /// As [`Volume::make_room`], with the clusters of the file that is replaced.
    fn make_room_from_old(
        &mut self,
        old: Option<&Entry>,
        wanted: usize,
        free: usize,
    ) -> Result<(Place, u32), FileError> {
        let old = old.ok_or(FileError::DiskFull)?;
        let owned = self.chain(old.cluster, wanted)?.len();
        if free + owned < wanted {
            return Err(FileError::DiskFull);
        }
        self.free_chain(old.cluster)?;
        let clusters = self.free_clusters(wanted)?;
        if clusters.len() < wanted {
            return Err(FileError::DiskFull);
        }
        Ok((old.place, self.link(&clusters)?))
    }

    /// Writes `bytes` to the chain that starts at `first`; the rest of the last sector is zeros.
    fn fill(&mut self, first: u32, bytes: &[u8]) -> Result<(), FileError> {
        let clusters = self.chain(first, bytes.len().div_ceil(self.cluster_bytes()))?;
        let sectors: Vec<u64> = clusters.into_iter().flat_map(|cluster| self.cluster_sectors(cluster)).collect();
        for (part, sector) in bytes.chunks(SECTOR_BYTES).zip(sectors) {
            let mut data = [0; SECTOR_BYTES];
            data[..part.len()].copy_from_slice(part);
            self.write_sector(sector, &data)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
