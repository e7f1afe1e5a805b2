//! Directories and their entries.

use super::super::{SECTOR_BYTES, Sector};
use super::layout::{ENTRY_BYTES, Width};
use super::path::{Name, unpack};
use super::table::Volume;
use super::{DosTime, FileError};

/// Most entries of a directory. Source: FAT specification, 65,536 entries.
const MAX_SECTORS: usize = 65_536 / 16;

/// Attributes.
const READ_ONLY: u8 = 0x01;
const LABEL: u8 = 0x08;
const DIRECTORY: u8 = 0x10;
const ARCHIVE: u8 = 0x20;
/// First byte of a name: the entry is free, and so are all behind it.
const NEVER_USED: u8 = 0x00;
/// First byte of a name: the entry is free.
const FREE: u8 = 0xE5;
/// Stands for a name that begins with E5h.
const REALLY_E5: u8 = 0x05;

/// A file or directory, as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Its name, such as `COMMAND.COM`.
    pub name: String,
    /// True for a directory.
    pub directory: bool,
    /// *Units*: bytes; 0 for a directory.
    pub size: u32,
    /// Attributes as DOS has them: 1 read-only, 2 hidden, 4 system, 16 directory, 32 archive.
    pub attributes: u8,
    /// When it was last written.
    pub modified: DosTime,
}

/// Which directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directory {
    /// The root, where it has an area of its own.
    Fixed,
    /// The one that starts at this cluster.
    Chain(u32),
}

impl Directory {
    pub(super) fn can_grow(self) -> bool {
        matches!(self, Directory::Chain(_))
    }
}

/// Where an entry is: sector and offset in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    sector: u64,
    offset: usize,
}

/// An entry in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: Name,
    attributes: u8,
    modified: DosTime,
    pub(super) cluster: u32,
    pub(super) size: u32,
    pub(super) place: Place,
}

impl Entry {
    /// The entry of a file that is written now, in place of `old`.
    pub(super) fn of_file(name: Name, cluster: u32, size: u32, modified: DosTime, old: Option<&Entry>) -> Entry {
        let attributes = old.map_or(0, |old| old.attributes) | ARCHIVE;
        Entry { name, attributes, modified, cluster, size, place: Place { sector: 0, offset: 0 } }
    }

    /// `None` if the 32 bytes are free, or part of a label or a long name.
    fn parse(raw: &[u8], place: Place) -> Option<Entry> {
        let word = |at: usize| u16::from_le_bytes([raw[at], raw[at + 1]]);
        let mut name: Name = *raw.first_chunk()?;
        if name[0] == FREE || raw[11] & LABEL != 0 {
            return None;
        }
        if name[0] == REALLY_E5 {
            name[0] = FREE;
        }
        Some(Entry {
            name,
            attributes: raw[11],
            modified: DosTime { date: word(24), time: word(22) },
            cluster: u32::from(word(20)) << 16 | u32::from(word(26)),
            size: u32::from(word(28)) | u32::from(word(30)) << 16,
            place,
        })
    }

    fn bytes(&self) -> [u8; ENTRY_BYTES] {
        let mut raw = [0; ENTRY_BYTES];
        raw[..11].copy_from_slice(&self.name);
        if raw[0] == FREE {
            raw[0] = REALLY_E5;
        }
        raw[11] = self.attributes;
        let [low0, low1, high0, high1] = self.cluster.to_le_bytes();
        raw[20..22].copy_from_slice(&[high0, high1]);
        raw[22..24].copy_from_slice(&self.modified.time.to_le_bytes());
        raw[24..26].copy_from_slice(&self.modified.date.to_le_bytes());
        raw[26..28].copy_from_slice(&[low0, low1]);
        raw[28..32].copy_from_slice(&self.size.to_le_bytes());
        raw
    }

    pub(super) fn is_directory(&self) -> bool {
        self.attributes & DIRECTORY != 0
    }

    pub(super) fn is_read_only(&self) -> bool {
        self.attributes & READ_ONLY != 0
    }

    /// True for `.` and `..`.
    pub(super) fn is_dot(&self) -> bool {
        self.name[0] == b'.'
    }

    pub(super) fn view(&self) -> FileEntry {
        let directory = self.is_directory();
        FileEntry {
            name: unpack(&self.name),
            directory,
            size: if directory { 0 } else { self.size },
            attributes: self.attributes,
            modified: self.modified,
        }
    }
}

impl Volume<'_> {
    pub(super) fn root(&self) -> Directory {
        match self.layout.width {
            Width::Fat32 => Directory::Chain(self.layout.root_cluster),
            Width::Fat12 | Width::Fat16 => Directory::Fixed,
        }
    }

    /// The directory whose entry names `cluster`; 0 is the root, as `..` has it.
    pub(super) fn directory_at(&self, cluster: u32) -> Directory {
        if cluster == 0 { self.root() } else { Directory::Chain(cluster) }
    }

    /// All entries in use.
    pub(super) fn entries(&mut self, directory: Directory) -> Result<Vec<Entry>, FileError> {
        let mut entries = Vec::new();
        for sector in self.directory_sectors(directory)? {
            let data = self.read_sector(sector)?;
            for (raw, place) in slots(&data, sector) {
                if raw[0] == NEVER_USED {
                    return Ok(entries);
                }
                // FAT12 and FAT16 use the upper half of the cluster for other things.
                let mut entry = Entry::parse(raw, place);
                if let Some(entry) = &mut entry
                    && self.layout.width != Width::Fat32
                {
                    entry.cluster &= 0xFFFF;
                }
                entries.extend(entry);
            }
        }
        Ok(entries)
    }

    /// The entry of this name.
    pub(super) fn find(&mut self, directory: Directory, name: &Name) -> Result<Option<Entry>, FileError> {
        Ok(self.entries(directory)?.into_iter().find(|entry| entry.name == *name))
    }

    /// A place for another entry.
    pub(super) fn free_place(&mut self, directory: Directory) -> Result<Place, FileError> {
        for sector in self.directory_sectors(directory)? {
            let data = self.read_sector(sector)?;
            if let Some((_, place)) = slots(&data, sector).find(|(raw, _)| matches!(raw[0], NEVER_USED | FREE)) {
                return Ok(place);
            }
        }
        Err(FileError::DirectoryFull)
    }

    /// Appends `cluster` to a directory; the first place in it.
    pub(super) fn grow(&mut self, directory: Directory, cluster: u32) -> Result<Place, FileError> {
        let Directory::Chain(first) = directory else { return Err(FileError::DirectoryFull) };
        let clusters = self.chain(first, MAX_SECTORS)?;
        let sectors = self.cluster_sectors(cluster);
        let place = Place { sector: sectors.start, offset: 0 };
        for sector in sectors {
            self.write_sector(sector, &[0; SECTOR_BYTES])?;
        }
        let last = clusters.last().copied().ok_or(FileError::Damaged("a directory has no clusters"))?;
        self.link(&[last, cluster])?;
        Ok(place)
    }

    pub(super) fn put_entry(&mut self, place: Place, entry: &Entry) -> Result<(), FileError> {
        let mut data = self.read_sector(place.sector)?;
        data[place.offset..][..ENTRY_BYTES].copy_from_slice(&entry.bytes());
        self.write_sector(place.sector, &data)
    }

    pub(super) fn erase_entry(&mut self, place: Place) -> Result<(), FileError> {
        let mut data = self.read_sector(place.sector)?;
        data[place.offset] = FREE;
        self.write_sector(place.sector, &data)
    }

    /// The sectors of a directory.
    fn directory_sectors(&mut self, directory: Directory) -> Result<Vec<u64>, FileError> {
        let sectors: Vec<u64> = match directory {
            Directory::Fixed => (self.layout.root.0..self.layout.root.0 + self.layout.root.1).collect(),
            Directory::Chain(first) => {
                let per_cluster = usize::try_from(self.layout.cluster_sectors).unwrap_or(1);
                let clusters = self.chain(first, MAX_SECTORS / per_cluster + 1)?;
                clusters.into_iter().flat_map(|cluster| self.cluster_sectors(cluster)).collect()
            }
        };
        if sectors.len() > MAX_SECTORS { Err(FileError::TooLarge) } else { Ok(sectors) }
    }
}

/// The entries of one sector, used or not.
fn slots(data: &Sector, sector: u64) -> impl Iterator<Item = (&[u8], Place)> {
    data.chunks_exact(ENTRY_BYTES)
        .enumerate()
        .map(move |(index, raw)| (raw, Place { sector, offset: index * ENTRY_BYTES }))
}
