//! Where file systems lie on a machine's disks, and which letters DOS gives them.
//!
//! A partition table has four entries of 16 bytes at 1BEh: status, start, type, end, first sector (4),
//! sectors (4). Logical drives are a chain of tables inside an extended partition, each with the drive, its
//! first sector counted from that table, and the next table, counted from the extended partition.
//!
//! Source: MS-DOS letters: the first primary partition of each disk, then the logical drives of each disk,
//! then the other primary ones.

use super::super::{Disk, DriveId, Drives, SECTOR_BYTES, Sector};
use super::FileError;
use super::layout::Layout;
use super::table::Volume;

/// Most logical drives of a disk: there are no more letters.
const MAX_LOGICAL: usize = 24;

/// A partition: its type, and where it is.
#[derive(Clone, Copy)]
struct Partition {
    kind: u8,
    active: bool,
    first: u64,
    sectors: u64,
}

impl Partition {
    fn is_fat(&self) -> bool {
        matches!(self.kind, 0x01 | 0x04 | 0x06 | 0x0B | 0x0C | 0x0E)
    }

    fn is_extended(&self) -> bool {
        matches!(self.kind, 0x05 | 0x0F)
    }
}

/// Where a file system is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    drive: DriveId,
    first: u64,
    sectors: u64,
}

/// The letters of all disks of a machine.
pub(super) fn letters(drives: &mut Drives) -> Vec<(char, Spot)> {
    let floppy = |number: u8, drives: &Drives| {
        let drive = DriveId::Floppy(number);
        drives
            .disk(drive)
            .map(|disk| (char::from(b'A' + number), Spot { drive, first: 0, sectors: disk.sector_count() }))
    };
    let mut letters: Vec<(char, Spot)> = [0, 1].into_iter().filter_map(|number| floppy(number, drives)).collect();
    letters.extend(('C'..='Z').zip(hard_disk_spots(drives)));
    letters
}

/// The file systems of the hard disks in the order of their letters.
fn hard_disk_spots(drives: &mut Drives) -> Vec<Spot> {
    let (mut first, mut logical, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for (disk, number) in drives.hard_disks.iter_mut().zip(0..) {
        let spot = |partition: &Partition| Spot {
            drive: DriveId::HardDisk(number),
            first: partition.first,
            sectors: partition.sectors,
        };
        let partitions = table(disk, 0, 0);
        if partitions.is_empty() {
            // A disk without partitions, which some emulators offer, is one file system.
            first.push(Spot { drive: DriveId::HardDisk(number), first: 0, sectors: disk.sector_count() });
            continue;
        }
        let primary: Vec<&Partition> = partitions.iter().filter(|partition| partition.is_fat()).collect();
        let start = primary.iter().position(|partition| partition.active).unwrap_or(0);
        for (index, partition) in primary.into_iter().enumerate() {
            if index == start { first.push(spot(partition)) } else { others.push(spot(partition)) }
        }
        if let Some(extended) = partitions.iter().find(|partition| partition.is_extended()) {
            logical.extend(logical_drives(disk, extended.first).iter().map(spot));
        }
    }
    first.into_iter().chain(logical).chain(others).collect()
}

/// The logical drives of an extended partition.
fn logical_drives(disk: &mut Disk, extended: u64) -> Vec<Partition> {
    let mut found = Vec::new();
    let mut at = extended;
    for _ in 0..MAX_LOGICAL {
        let entries = table(disk, at, at);
        found.extend(entries.iter().find(|partition| partition.is_fat()));
        match entries.iter().find(|partition| partition.is_extended()) {
            // Its number counts from the extended partition, not from this table.
            Some(next) => at = extended + (next.first - at),
            None => break,
        }
    }
    found
}

/// The entries in use of the partition table in sector `at`; their first sectors count from `base`.
fn table(disk: &mut Disk, at: u64, base: u64) -> Vec<Partition> {
    let mut sector: Sector = [0; SECTOR_BYTES];
    if disk.read(at, &mut sector).is_err() || !sector.ends_with(&[0x55, 0xAA]) {
        return Vec::new();
    }
    if at == 0 && Layout::from_boot_sector(&sector, disk.sector_count()).is_some() && !has_partitions(&sector) {
        return Vec::new();
    }
    let dword = |entry: &[u8], at: usize| {
        u64::from(u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]))
    };
    sector[0x1BE..0x1FE]
        .chunks_exact(16)
        .filter(|entry| entry[0] & 0x7F == 0 && entry[4] != 0)
        .map(|entry| Partition {
            kind: entry[4],
            active: entry[0] == 0x80,
            first: base + dword(entry, 8),
            sectors: dword(entry, 12),
        })
        .collect()
}

/// True if all four entries look like entries: the code of a boot sector does not.
fn has_partitions(sector: &Sector) -> bool {
    let mut entries = sector[0x1BE..0x1FE].chunks_exact(16);
    entries.all(|entry| entry[0] & 0x7F == 0) && sector[0x1BE..0x1FE].chunks_exact(16).any(|entry| entry[4] != 0)
}

/// The file system with this letter, as the guest sees it.
pub(super) fn open(drives: &mut Drives, letter: char) -> Result<Volume<'_>, FileError> {
    let spot = letters(drives).into_iter().find(|&(other, _)| other == letter);
    let (_, spot) = spot.ok_or(FileError::NoVolume(letter))?;
    mount(drives, spot, false).ok_or(FileError::NotFat(letter))
}

/// The file system in a place; `original`: as the image has it.
pub(super) fn mount(drives: &mut Drives, spot: Spot, original: bool) -> Option<Volume<'_>> {
    let disk = drives.disk_mut(spot.drive)?;
    let sectors = spot.sectors.min(disk.sector_count().saturating_sub(spot.first));
    let mut boot: Sector = [0; SECTOR_BYTES];
    if original { disk.read_original(spot.first, &mut boot) } else { disk.read(spot.first, &mut boot) }.ok()?;
    let layout = Layout::from_boot_sector(&boot, sectors);
    let layout = layout.or_else(|| disk.is_floppy().then(|| Layout::from_size(sectors)).flatten())?;
    Some(Volume::new(disk, spot.first, layout, original))
}
