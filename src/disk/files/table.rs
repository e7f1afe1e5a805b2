//! A file system and its allocation table: which cluster follows which.

use super::super::{Disk, SECTOR_BYTES, Sector};
use super::FileError;
use super::layout::{Layout, Width};

/// What follows a cluster.
enum Link {
    Free,
    Next(u32),
    End,
}

/// A FAT file system on a disk.
pub(super) struct Volume<'d> {
    pub(super) disk: &'d mut Disk,
    pub(super) layout: Layout,
    /// Its first sector on the disk.
    first: u64,
    /// Look at the image itself, without what the guest wrote to an overlay.
    original: bool,
    /// The sector of a table that was read last: entries are mostly looked at in a row.
    recent: Option<(u64, Sector)>,
}

impl<'d> Volume<'d> {
    pub(super) fn new(disk: &'d mut Disk, first: u64, layout: Layout, original: bool) -> Volume<'d> {
        Volume { disk, layout, first, original, recent: None }
    }

    pub(super) fn check_writable(&self) -> Result<(), FileError> {
        if self.disk.write_protected() { Err(FileError::WriteProtected) } else { Ok(()) }
    }

    /// Sectors are counted from the start of the file system.
    pub(super) fn read_sector(&mut self, sector: u64) -> Result<Sector, FileError> {
        let mut data = [0; SECTOR_BYTES];
        let lba = self.first + sector;
        if self.original { self.disk.read_original(lba, &mut data) } else { self.disk.read(lba, &mut data) }?;
        Ok(data)
    }

    pub(super) fn write_sector(&mut self, sector: u64, data: &Sector) -> Result<(), FileError> {
        self.recent = None;
        Ok(self.disk.write(self.first + sector, data)?)
    }

    /// True if the guest wrote one of these sectors to an overlay.
    pub(super) fn touches(&self, mut sectors: impl Iterator<Item = u64>) -> bool {
        sectors.any(|sector| self.disk.is_changed(self.first + sector))
    }

    /// *Units*: bytes.
    pub(super) fn cluster_bytes(&self) -> usize {
        // At most 128 sectors, which the boot sector says in a byte.
        usize::try_from(self.layout.cluster_sectors).unwrap_or(1) * SECTOR_BYTES
    }

    /// The sectors of a cluster, which must be one of the file system's.
    pub(super) fn cluster_sectors(&self, cluster: u32) -> std::ops::Range<u64> {
        let start = self.layout.data + u64::from(cluster.saturating_sub(2)) * self.layout.cluster_sectors;
        start..start + self.layout.cluster_sectors
    }

    /// The clusters of the chain that starts at `first` (0: none), at most `limit` of them.
    ///
    /// *Errors*: the chain leads to a cluster that is none, or ends at a free one.
    pub(super) fn chain(&mut self, first: u32, limit: usize) -> Result<Vec<u32>, FileError> {
        let mut clusters = Vec::new();
        let mut cluster = first;
        while clusters.len() < limit && (cluster != 0 || !clusters.is_empty()) {
            self.check(cluster)?;
            clusters.push(cluster);
            match self.link_of(cluster)? {
                Link::Next(next) => cluster = next,
                Link::End => break,
                Link::Free => return Err(FileError::Damaged("a file leads to a free cluster")),
            }
        }
        Ok(clusters)
    }

    /// Up to `wanted` free clusters, the first on the disk.
    pub(super) fn free_clusters(&mut self, wanted: usize) -> Result<Vec<u32>, FileError> {
        let mut free = Vec::new();
        for cluster in 2..self.layout.clusters + 2 {
            if free.len() >= wanted {
                break;
            }
            if let Link::Free = self.link_of(cluster)? {
                free.push(cluster);
            }
        }
        Ok(free)
    }

    /// Makes a chain of these clusters; its first, 0 if there is none.
    pub(super) fn link(&mut self, clusters: &[u32]) -> Result<u32, FileError> {
        for pair in clusters.windows(2) {
            self.set_link(pair[0], pair[1])?;
        }
        if let Some(&last) = clusters.last() {
            self.set_link(last, 0x0FFF_FFFF)?;
        }
        Ok(clusters.first().copied().unwrap_or(0))
    }

    /// Gives the clusters of a chain back. Ends at damage: what is behind it belongs to nobody.
    pub(super) fn free_chain(&mut self, first: u32) -> Result<(), FileError> {
        let mut cluster = first;
        // A loop ends where it began, at a cluster that is free by then.
        while self.check(cluster).is_ok() {
            let next = match self.link_of(cluster)? {
                Link::Free => return Ok(()),
                Link::Next(next) => next,
                Link::End => 0,
            };
            self.set_link(cluster, 0)?;
            cluster = next;
        }
        Ok(())
    }

    /// FAT32 keeps the number of free clusters in a sector of its own: it is not known any more.
    pub(super) fn forget_free_count(&mut self) -> Result<(), FileError> {
        const SIGNATURE: &[u8] = b"RRaA";
        let Some(sector) = self.layout.info else { return Ok(()) };
        let mut data = self.read_sector(sector)?;
        if data.starts_with(SIGNATURE) {
            data[488..492].fill(0xFF);
            self.write_sector(sector, &data)?;
        }
        Ok(())
    }

    fn check(&self, cluster: u32) -> Result<(), FileError> {
        let exists = cluster >= 2 && cluster - 2 < self.layout.clusters;
        if exists { Ok(()) } else { Err(FileError::Damaged("a file leads to a cluster that is not there")) }
    }

    /// What the first table says of a cluster that exists.
    fn link_of(&mut self, cluster: u32) -> Result<Link, FileError> {
        let (at, bytes) = self.entry(cluster);
        let mut raw = [0; 4];
        for (slot, byte) in raw.iter_mut().zip(0..bytes) {
            *slot = self.table_byte(at + byte)?;
        }
        let raw = u32::from_le_bytes(raw);
        let (value, end) = match self.layout.width {
            Width::Fat12 if cluster % 2 == 1 => (raw >> 4 & 0xFFF, 0xFF8),
            Width::Fat12 => (raw & 0xFFF, 0xFF8),
            Width::Fat16 => (raw & 0xFFFF, 0xFFF8),
            Width::Fat32 => (raw & 0x0FFF_FFFF, 0x0FFF_FFF8),
        };
        Ok(match value {
            0 => Link::Free,
            value if value >= end => Link::End,
            value => Link::Next(value),
        })
    }

    /// Sets what all tables say of a cluster that exists.
    fn set_link(&mut self, cluster: u32, value: u32) -> Result<(), FileError> {
        let (at, bytes) = self.entry(cluster);
        // Which bits of the bytes are the entry's, and where it starts in them.
        let (mask, shift): (u32, u32) = match self.layout.width {
            Width::Fat12 => (0xFFF, if cluster % 2 == 1 { 4 } else { 0 }),
            Width::Fat16 => (0xFFFF, 0),
            // The upper four bits are reserved and stay.
            Width::Fat32 => (0x0FFF_FFFF, 0),
        };
        let (value, mask) = ((value & mask) << shift, mask << shift);
        for copy in 0..self.layout.table_count {
            for byte in 0..bytes {
                let part = usize::try_from(byte).unwrap_or(0);
                let (value, mask) = (value.to_le_bytes()[part], mask.to_le_bytes()[part]);
                self.change_table_byte(copy, at + byte, value, mask)?;
            }
        }
        Ok(())
    }

    /// Where a cluster's entry starts in a table, and how many bytes have bits of it.
    fn entry(&self, cluster: u32) -> (u64, u64) {
        let cluster = u64::from(cluster);
        match self.layout.width {
            Width::Fat12 => (cluster + cluster / 2, 2),
            Width::Fat16 => (cluster * 2, 2),
            Width::Fat32 => (cluster * 4, 4),
        }
    }

    fn table_byte(&mut self, at: u64) -> Result<u8, FileError> {
        let (sector, offset) = split(at);
        if let Some((_, data)) = self.recent.as_ref().filter(|(recent, _)| *recent == sector) {
            return Ok(data[offset]);
        }
        let data = self.read_sector(self.layout.tables + sector)?;
        self.recent = Some((sector, data));
        Ok(data[offset])
    }

    fn change_table_byte(&mut self, copy: u64, at: u64, value: u8, mask: u8) -> Result<(), FileError> {
        let (sector, offset) = split(at);
        let sector = self.layout.tables + copy * self.layout.table_sectors + sector;
        let mut data = self.read_sector(sector)?;
        data[offset] = data[offset] & !mask | value & mask;
        self.write_sector(sector, &data)
    }
}

/// Sector and offset of a byte.
fn split(at: u64) -> (u64, usize) {
    let bytes = SECTOR_BYTES as u64;
    (at / bytes, usize::try_from(at % bytes).unwrap_or(0))
}
