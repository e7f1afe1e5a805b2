//! The private copy-on-write layer of one disk, and the base beneath it, which is only read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex};

use super::shared::lock;
use super::{SECTOR_BYTES, Sector, host_file};

/// Most sectors one layer may hold: 512 MiB. A guest that fills a large disk must not take all of
/// the host's memory. Gap: what it writes beyond that fails like a defective disk.
pub(super) const MAX_LAYER_SECTORS: usize = 1 << 20;

/// The layer has [`MAX_LAYER_SECTORS`].
#[derive(Debug)]
pub(super) struct LayerFull;

/// One sector of a layer.
struct Held {
    data: Sector,
    /// The guest wrote it; else it is what the base held before another session changed it.
    written: bool,
}

/// Sectors that differ from the base, or would if the base had not been preserved here.
#[derive(Default)]
pub(super) struct Layer {
    sectors: BTreeMap<u64, Box<Held>>,
    /// How many of them the guest wrote.
    written: usize,
}

impl Layer {
    /// Stores sector `lba`, which the guest wrote.
    pub(super) fn put(&mut self, lba: u64, data: &Sector) -> Result<(), LayerFull> {
        self.put_limited(lba, data, MAX_LAYER_SECTORS)
    }

    /// Stores sector `lba` unless the layer already holds `limit` others.
    pub(super) fn put_limited(&mut self, lba: u64, data: &Sector, limit: usize) -> Result<(), LayerFull> {
        if let Some(held) = self.sectors.get_mut(&lba) {
            self.written += usize::from(!held.written);
            **held = Held { data: *data, written: true };
            return Ok(());
        }
        self.hold(lba, Held { data: *data, written: true }, limit)
    }

    /// Keeps what the base holds at `lba`, before another session changes the base there.
    pub(super) fn preserve(&mut self, lba: u64, old: &Sector) -> Result<(), LayerFull> {
        if self.sectors.contains_key(&lba) {
            return Ok(());
        }
        self.hold(lba, Held { data: *old, written: false }, MAX_LAYER_SECTORS)
    }

    /// Takes in a sector that is not there yet.
    fn hold(&mut self, lba: u64, held: Held, limit: usize) -> Result<(), LayerFull> {
        if self.sectors.len() >= limit {
            return Err(LayerFull);
        }
        self.written += usize::from(held.written);
        self.sectors.insert(lba, Box::new(held));
        Ok(())
    }

    /// True if it holds no sector.
    fn is_empty(&self) -> bool {
        self.sectors.is_empty()
    }

    /// Number of sectors held.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.sectors.len()
    }

    /// True if the guest wrote sector `lba`.
    pub(super) fn holds_written(&self, lba: u64) -> bool {
        self.sectors.get(&lba).is_some_and(|held| held.written)
    }

    /// Number of sectors held that the guest wrote.
    pub(super) fn written(&self) -> usize {
        self.written
    }

    /// Forgets what the guest wrote. What was preserved beneath it is gone too, so only for bases that
    /// do not change: those that lie in memory.
    fn discard(&mut self) {
        *self = Layer::default();
    }
}

/// What lies beneath a layer.
pub(super) enum Base {
    /// Part of the program.
    Static(&'static [u8]),
    /// A file's bytes, shared by every disk that was opened while it had them.
    Memory(Arc<[u8]>),
    /// A file too large to load.
    File(File),
}

impl Base {
    fn read(&self, lba: u64) -> io::Result<Sector> {
        match self {
            Base::Static(bytes) => sector_of(bytes, lba),
            Base::Memory(bytes) => sector_of(bytes, lba),
            Base::File(file) => host_file::read_sector(file, lba),
        }
    }
}

fn sector_of(bytes: &[u8], lba: u64) -> io::Result<Sector> {
    let start = usize::try_from(lba).unwrap_or(usize::MAX).saturating_mul(SECTOR_BYTES);
    let sector = bytes.get(start..).and_then(|rest| rest.first_chunk::<SECTOR_BYTES>());
    sector.copied().ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// A base with a layer over it.
pub(super) struct Overlay {
    pub(super) base: Base,
    /// Shared with the writers of the base's file, who preserve in it what they overwrite.
    pub(super) layer: Arc<Mutex<Layer>>,
}

impl Overlay {
    pub(super) fn new(base: Base) -> Overlay {
        Overlay { base, layer: Arc::default() }
    }

    /// Reads sector `lba` of the layer, else of the base.
    pub(super) fn read(&self, lba: u64) -> io::Result<Sector> {
        // Held while the base is read: a writer of the file preserves the sector here first.
        let layer = lock(&self.layer);
        match layer.sectors.get(&lba) {
            Some(held) => Ok(held.data),
            None => self.base.read(lba),
        }
    }

    /// Writes sector `lba` to the layer.
    pub(super) fn write(&self, lba: u64, data: &Sector) -> Result<(), LayerFull> {
        lock(&self.layer).put(lba, data)
    }

    /// Sector `lba` as it was before the guest wrote anything; if another session has since written it to
    /// the file, as that session left it.
    pub(super) fn original(&self, lba: u64) -> io::Result<Sector> {
        let layer = lock(&self.layer);
        match layer.sectors.get(&lba) {
            Some(held) if !held.written => Ok(held.data),
            _ => self.base.read(lba),
        }
    }

    /// True if every sector is the base's.
    pub(super) fn is_empty(&self) -> bool {
        lock(&self.layer).is_empty()
    }

    /// Forgets what the guest wrote; false if the base may have changed meanwhile.
    pub(super) fn discard(&self) -> bool {
        let fixed = !matches!(self.base, Base::File(_));
        if fixed {
            lock(&self.layer).discard();
        }
        fixed
    }
}
