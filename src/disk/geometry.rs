//! Cylinders, heads and sectors: what an image says of them, and CHS↔LBA.
//!
//! A floppy's shape comes from the BIOS parameter block (BPB) of its boot sector if that agrees with
//! the file's size, else from the size. A hard disk's shape is not written anywhere as such: its
//! partition table and boot sectors were made for one, and the first that is consistent is taken.
//!
//! BPB fields used here (offsets in the boot sector):
//!
//! | offset | size | meaning |
//! | --- | --- | --- |
//! | 0Bh | 2 | bytes a sector |
//! | 0Dh | 1 | sectors a cluster |
//! | 0Eh | 2 | reserved sectors |
//! | 10h | 1 | FATs |
//! | 11h | 2 | root directory entries |
//! | 13h | 2 | total sectors (0: see 20h) |
//! | 15h | 1 | media descriptor |
//! | 16h | 2 | sectors a FAT (0: FAT32, see 24h) |
//! | 18h | 2 | sectors a track |
//! | 1Ah | 2 | heads |
//! | 20h | 4 | total sectors |
//! | 24h | 4 | FAT32: sectors a FAT |
//!
//! Partition entries, 16 bytes each, start at 1BEh: status, start head/sector/cylinder, type, end
//! head/sector/cylinder, first sector (4), sectors (4).

use super::{SECTOR_BYTES, Sector};

/// Cylinders, heads and sectors of a disk.
///
/// ```
/// use dosmux::disk::{Chs, Geometry};
/// let floppy = Geometry { cylinders: 80, heads: 2, sectors: 18 };
/// let second_side = Chs { cylinder: 0, head: 1, sector: 1 };
/// assert_eq!(floppy.lba(second_side), Some(18));
/// assert_eq!(floppy.chs(18), Some(second_side));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Cylinders (tracks a side).
    pub cylinders: u32,
    /// Heads (sides).
    pub heads: u32,
    /// Sectors a track, numbered from 1.
    pub sectors: u32,
}

/// The address of one sector by cylinder, head and sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chs {
    /// Cylinder, from 0.
    pub cylinder: u32,
    /// Head, from 0.
    pub head: u32,
    /// Sector, from 1.
    pub sector: u32,
}

impl Geometry {
    /// Sectors that CHS can address.
    #[must_use]
    pub fn sector_count(self) -> u64 {
        u64::from(self.cylinders) * u64::from(self.heads) * u64::from(self.sectors)
    }

    /// The linear number of a sector; `None` if the disk has no such sector.
    #[must_use]
    pub fn lba(self, at: Chs) -> Option<u64> {
        let on_disk = at.cylinder < self.cylinders && at.head < self.heads && (1..=self.sectors).contains(&at.sector);
        on_disk.then(|| {
            (u64::from(at.cylinder) * u64::from(self.heads) + u64::from(at.head)) * u64::from(self.sectors)
                + u64::from(at.sector - 1)
        })
    }

    /// Where linear sector `lba` lies; `None` if CHS does not reach it.
    #[must_use]
    pub fn chs(self, lba: u64) -> Option<Chs> {
        if lba >= self.sector_count() {
            return None;
        }
        let track = lba / u64::from(self.sectors);
        Some(Chs {
            cylinder: u32::try_from(track / u64::from(self.heads)).ok()?,
            head: u32::try_from(track % u64::from(self.heads)).ok()?,
            sector: u32::try_from(lba % u64::from(self.sectors)).ok()? + 1,
        })
    }
}

/// One of the floppy formats of IBM's drives (and the 640K one of others).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FloppyFormat {
    /// Usual name: the capacity.
    pub name: &'static str,
    /// Shape.
    pub geometry: Geometry,
    /// Media descriptor of the FAT.
    pub media: u8,
    /// Sectors a cluster.
    pub cluster_sectors: u8,
    /// Entries of the root directory.
    pub root_entries: u16,
    /// Sectors a FAT.
    pub fat_sectors: u16,
}

impl FloppyFormat {
    /// The format of this name, for example `"1440K"`.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static FloppyFormat> {
        FLOPPY_FORMATS.iter().find(|format| format.name == name)
    }

    /// Size of an image.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.geometry.sector_count() * SECTOR_BYTES as u64
    }
}

/// Row of [`FLOPPY_FORMATS`]: name, (cylinders, heads, sectors), media descriptor, then sectors a
/// cluster, root entries and sectors a FAT.
const fn format(name: &'static str, chs: (u32, u32, u32), media: u8, fat: (u8, u16, u16)) -> FloppyFormat {
    FloppyFormat {
        name,
        geometry: Geometry { cylinders: chs.0, heads: chs.1, sectors: chs.2 },
        media,
        cluster_sectors: fat.0,
        root_entries: fat.1,
        fat_sectors: fat.2,
    }
}

/// All floppy formats, smallest first.
///
/// Source: MS-DOS Programmer's Reference, FORMAT and the BPB; 640K as NEC and Sanyo formatted it.
pub const FLOPPY_FORMATS: [FloppyFormat; 9] = [
    format("160K", (40, 1, 8), 0xFE, (1, 64, 1)),
    format("180K", (40, 1, 9), 0xFC, (1, 64, 2)),
    format("320K", (40, 2, 8), 0xFF, (2, 112, 1)),
    format("360K", (40, 2, 9), 0xFD, (2, 112, 2)),
    format("640K", (80, 2, 8), 0xFB, (2, 112, 2)),
    format("720K", (80, 2, 9), 0xF9, (2, 112, 3)),
    format("1200K", (80, 2, 15), 0xF9, (1, 224, 7)),
    format("1440K", (80, 2, 18), 0xF0, (1, 224, 9)),
    format("2880K", (80, 2, 36), 0xF0, (2, 240, 9)),
];

/// Most cylinders a floppy drive can step to.
const MAX_FLOPPY_CYLINDERS: u64 = 86;
/// No floppy is larger, whatever its boot sector says.
pub(super) const MAX_FLOPPY_BYTES: u64 = MAX_FLOPPY_CYLINDERS * 2 * 63 * SECTOR_BYTES as u64;
/// Largest disk that 16 heads and 63 sectors describe within INT 13h's 1024 cylinders.
const MAX_SECTORS_16_HEADS: u64 = 1024 * 16 * 63;

/// The shape of a floppy of `bytes` whose first sector is `boot`; `None` if no floppy looks so.
pub(super) fn of_floppy(bytes: u64, boot: &Sector) -> Option<Geometry> {
    let by_size = || FLOPPY_FORMATS.iter().find(|format| format.bytes() == bytes).map(|format| format.geometry);
    floppy_from_bpb(bytes, boot).or_else(by_size)
}

fn floppy_from_bpb(bytes: u64, boot: &Sector) -> Option<Geometry> {
    let bpb = Bpb::parse(boot)?;
    let whole = bytes == bpb.total * SECTOR_BYTES as u64;
    let cylinder = u64::from(bpb.shape.heads * bpb.shape.sectors);
    let cylinders = bpb.total / cylinder;
    if !whole || bpb.shape.heads > 2 || bpb.total % cylinder != 0 || cylinders > MAX_FLOPPY_CYLINDERS {
        return None;
    }
    Some(bpb.shape.with_sectors(bpb.total))
}

/// The CMOS drive type (1 360K, 2 1.2M, 3 720K, 4 1.44M, 5 2.88M) of a drive that takes the floppy.
pub(super) fn floppy_drive_type(geometry: Geometry) -> u8 {
    match (geometry.cylinders, geometry.sectors) {
        (..=42, ..=9) => 1,
        (_, ..=9) => 3,
        (_, ..=15) => 2,
        (_, ..=24) => 4,
        _ => 5,
    }
}

/// The shape of a hard disk of `total` sectors, which `read` reads.
///
/// In this order: a partition entry whose CHS values agree with its sector numbers; the boot sector
/// of a partition, or of a disk without partitions; what a partition entry claims; 16 heads of 63
/// sectors, or 255 heads if the disk is larger than that reaches (LBA-assisted translation).
pub(super) fn of_hard_disk(total: u64, mut read: impl FnMut(u64) -> Option<Sector>) -> Geometry {
    let first = read(0).unwrap_or([0; SECTOR_BYTES]);
    let partitions = Partition::table(&first);
    let shape = partitions
        .iter()
        .find_map(Partition::proven_shape)
        .or_else(|| partitions.iter().find_map(|p| Some(Bpb::parse(&read(u64::from(p.first))?)?.shape)))
        .or_else(|| Some(Bpb::parse(&first)?.shape))
        .or_else(|| partitions.iter().find_map(Partition::claimed_shape))
        .unwrap_or(if total <= MAX_SECTORS_16_HEADS {
            Shape { heads: 16, sectors: 63 }
        } else {
            Shape { heads: 255, sectors: 63 }
        });
    shape.with_sectors(total)
}

/// A geometry without its cylinders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    heads: u32,
    sectors: u32,
}

impl Shape {
    /// The geometry of a disk of `total` sectors: whole cylinders, at least one.
    fn with_sectors(self, total: u64) -> Geometry {
        let cylinders = total / u64::from(self.heads * self.sectors);
        let cylinders = u32::try_from(cylinders).unwrap_or(u32::MAX).max(1);
        Geometry { cylinders, heads: self.heads, sectors: self.sectors }
    }

    /// The linear number of a sector, however many cylinders there are.
    fn lba(self, at: Chs) -> Option<u64> {
        Geometry { cylinders: u32::MAX, heads: self.heads, sectors: self.sectors }.lba(at)
    }
}

/// What a boot sector says of its volume, if all of it is possible.
struct Bpb {
    total: u64,
    shape: Shape,
}

impl Bpb {
    fn parse(boot: &Sector) -> Option<Bpb> {
        let total = match word(boot, 0x13) {
            0 => u64::from(dword(boot, 0x20)),
            small => u64::from(small),
        };
        let fat_sectors = match word(boot, 0x16) {
            0 => u64::from(dword(boot, 0x24)),
            small => u64::from(small),
        };
        let reserved = u64::from(word(boot, 0x0E));
        let fats = u64::from(boot[0x10]);
        let root_sectors = u64::from(word(boot, 0x11)).div_ceil(16);
        let shape = Shape { heads: u32::from(word(boot, 0x1A)), sectors: u32::from(word(boot, 0x18)) };
        let plausible = usize::from(word(boot, 0x0B)) == SECTOR_BYTES
            && boot[0x0D].is_power_of_two()
            && reserved > 0
            && matches!(fats, 1 | 2)
            && matches!(boot[0x15], 0xF0 | 0xF8..)
            && fat_sectors > 0
            && reserved + fats * fat_sectors + root_sectors < total
            && (1..=255).contains(&shape.heads)
            && (1..=63).contains(&shape.sectors);
        plausible.then_some(Bpb { total, shape })
    }
}

/// An entry in use of the partition table.
struct Partition {
    start: Chs,
    end: Chs,
    first: u32,
    count: u32,
}

/// The last cylinder CHS fields can hold; entries beyond it are clipped to it.
const LAST_CYLINDER: u32 = 1023;

impl Partition {
    /// The used and possible entries of the table in the master boot record.
    fn table(mbr: &Sector) -> Vec<Partition> {
        if word(mbr, 0x1FE) != 0xAA55 {
            return Vec::new();
        }
        (0..4).filter_map(|slot| Partition::parse(&mbr[0x1BE + slot * 16..][..16])).collect()
    }

    fn parse(entry: &[u8]) -> Option<Partition> {
        let chs = |at: usize| Chs {
            head: u32::from(entry[at]),
            sector: u32::from(entry[at + 1] & 0x3F),
            cylinder: u32::from(entry[at + 1] & 0xC0) << 2 | u32::from(entry[at + 2]),
        };
        let (first, count) = (dword(entry, 8), dword(entry, 12));
        let used = entry[0] & 0x7F == 0 && entry[4] != 0 && first > 0 && count > 0;
        used.then(|| Partition { start: chs(1), end: chs(5), first, count })
    }

    /// Heads and sectors if the partition ends with a cylinder, as fdisk programs make it.
    fn claimed_shape(&self) -> Option<Shape> {
        // Head 255 marks an entry whose CHS values mean nothing: no DOS can use 256 heads.
        let possible = (1..=254).contains(&self.end.head) && self.end.sector > 0;
        possible.then_some(Shape { heads: self.end.head + 1, sectors: self.end.sector })
    }

    /// The claimed shape if start and end agree with the entry's sector numbers.
    fn proven_shape(&self) -> Option<Shape> {
        let shape = self.claimed_shape()?;
        let last = u64::from(self.first) + u64::from(self.count) - 1;
        let agrees = |at: Chs, lba: u64| at.cylinder >= LAST_CYLINDER || shape.lba(at) == Some(lba);
        let checked = self.start.cylinder < LAST_CYLINDER || self.end.cylinder < LAST_CYLINDER;
        (checked && agrees(self.start, u64::from(self.first)) && agrees(self.end, last)).then_some(shape)
    }
}

/// The little-endian word at `at`, which lies within `bytes`.
fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// The little-endian doubleword at `at`, which lies within `bytes`.
fn dword(bytes: &[u8], at: usize) -> u32 {
    u32::from(word(bytes, at)) | u32::from(word(bytes, at + 2)) << 16
}

#[cfg(test)]
mod tests;
