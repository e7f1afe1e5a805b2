//! Where things are on a FAT file system.

use super::super::geometry::FLOPPY_FORMATS;
use super::super::{SECTOR_BYTES, Sector};

/// Bytes of a directory entry.
pub(super) const ENTRY_BYTES: usize = 32;
/// Entries in a sector of a directory.
const ENTRIES_IN_SECTOR: u64 = 16;

/// How wide an entry of the table is. Source: FAT specification: the number of clusters decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    Fat12,
    Fat16,
    Fat32,
}

/// All in sectors from the start of the file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) width: Width,
    /// First sector of the first table.
    pub(super) tables: u64,
    pub(super) table_sectors: u64,
    pub(super) table_count: u64,
    /// First sector and number of sectors of the root directory, unless it is a chain.
    pub(super) root: (u64, u64),
    /// First cluster of the root directory of FAT32.
    pub(super) root_cluster: u32,
    /// The sector with the number of free clusters, of FAT32.
    pub(super) info: Option<u64>,
    /// First sector of cluster 2.
    pub(super) data: u64,
    pub(super) cluster_sectors: u64,
    /// Clusters, numbered from 2.
    pub(super) clusters: u32,
}

impl Layout {
    /// What a boot sector says of a file system of at most `sectors` sectors; `None` if it cannot be true.
    pub(super) fn from_boot_sector(boot: &Sector, sectors: u64) -> Option<Layout> {
        let word = |at: usize| u64::from(u16::from_le_bytes([boot[at], boot[at + 1]]));
        let dword = |at: usize| word(at) | word(at + 2) << 16;
        let either = |short: usize, long: usize| if word(short) == 0 { dword(long) } else { word(short) };
        let fields = Fields {
            cluster_sectors: u64::from(boot[0x0D]),
            reserved: word(0x0E),
            table_count: u64::from(boot[0x10]),
            root_entries: word(0x11),
            total: either(0x13, 0x20).min(sectors),
            table_sectors: either(0x16, 0x24),
            root_cluster: u32::try_from(dword(0x2C)).unwrap_or(0),
            info: word(0x30),
        };
        let bytes_fit = usize::try_from(word(0x0B)) == Ok(SECTOR_BYTES);
        let jump = matches!(boot[0], 0xEB | 0xE9);
        if bytes_fit && jump && matches!(boot[0x15], 0xF0 | 0xF8..) { fields.layout() } else { None }
    }

    /// The layout of a floppy whose boot sector says nothing, as DOS 1 made them: told by its size.
    pub(super) fn from_size(sectors: u64) -> Option<Layout> {
        let format = FLOPPY_FORMATS.iter().find(|format| format.geometry.sector_count() == sectors)?;
        let fields = Fields {
            cluster_sectors: u64::from(format.cluster_sectors),
            reserved: 1,
            table_count: 2,
            root_entries: u64::from(format.root_entries),
            total: sectors,
            table_sectors: u64::from(format.fat_sectors),
            root_cluster: 0,
            info: 0,
        };
        fields.layout()
    }
}

/// The BIOS parameter block, as far as it matters here.
struct Fields {
    cluster_sectors: u64,
    reserved: u64,
    table_count: u64,
    root_entries: u64,
    total: u64,
    table_sectors: u64,
    root_cluster: u32,
    info: u64,
}

impl Fields {
    fn layout(&self) -> Option<Layout> {
        if !self.cluster_sectors.is_power_of_two() || self.reserved == 0 || !(1..=4).contains(&self.table_count) {
            return None;
        }
        let root =
            (self.reserved + self.table_count * self.table_sectors, self.root_entries.div_ceil(ENTRIES_IN_SECTOR));
        let data = root.0 + root.1;
        let clusters = self.total.checked_sub(data)? / self.cluster_sectors;
        let width = match clusters {
            0 => return None,
            1..4085 => Width::Fat12,
            4085..65_525 => Width::Fat16,
            _ => Width::Fat32,
        };
        // A table that is too short for its disk leaves the rest of the disk unused.
        let bits = self.table_sectors * SECTOR_BYTES as u64 * 8;
        let entries = bits
            / match width {
                Width::Fat12 => 12,
                Width::Fat16 => 16,
                Width::Fat32 => 32,
            };
        let clusters = u32::try_from(clusters.min(entries.saturating_sub(2))).ok()?.min(0x0FFF_FFF5);
        let possible = clusters > 0 && (root.1 > 0 || width == Width::Fat32);
        possible.then_some(Layout {
            width,
            tables: self.reserved,
            table_sectors: self.table_sectors,
            table_count: self.table_count,
            root,
            root_cluster: self.root_cluster,
            info: Some(self.info).filter(|&info| width == Width::Fat32 && (1..self.reserved).contains(&info)),
            data,
            cluster_sectors: self.cluster_sectors,
            clusters,
        })
    }
}
