//! What all openings of one file in this process know of each other: the name of the one writer,
//! the bytes that several readers share, and the layers that see the file as it was.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::SystemTime;

use super::error::{DiskError, Holder};
use super::overlay::Layer;
use super::{Sector, host_file, lock as file_lock};

/// Locks a mutex. What it guards here is whole after every step, so a panic elsewhere is no reason
/// to take every other session down.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One file, as all its openings share it.
#[derive(Default)]
pub(super) struct SharedFile {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The session that writes the file.
    writer: Option<String>,
    /// Grows with every write of this process; a time stamp may be too coarse to show it.
    generation: u64,
    cache: Option<(Stamp, Weak<[u8]>)>,
    layers: Vec<Weak<Mutex<Layer>>>,
}

/// When two looks at a file are known to see the same bytes.
#[derive(PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    generation: u64,
}

impl SharedFile {
    /// Makes `holder` the file's one writer until [`SharedFile::release`].
    pub(super) fn claim(&self, file: &File, path: &Path, holder: &str) -> Result<(), DiskError> {
        let mut state = lock(&self.state);
        if let Some(name) = &state.writer {
            return Err(DiskError::Locked { path: path.into(), holder: Holder::Session(name.clone()) });
        }
        file_lock::lock_for_writing(file, path)?;
        state.writer = Some(holder.into());
        Ok(())
    }

    /// Lets another writer in.
    pub(super) fn release(&self, file: &File) -> io::Result<()> {
        let mut state = lock(&self.state);
        state.writer = None;
        file.unlock()
    }

    /// True if a disk still shares the bytes or watches for writes.
    pub(super) fn in_use(&self) -> bool {
        let state = lock(&self.state);
        let cached = state.cache.as_ref().is_some_and(|(_, bytes)| bytes.strong_count() > 0);
        cached || state.layers.iter().any(|layer| layer.strong_count() > 0)
    }

    /// The bytes of the whole file: the same `Arc` as long as the file does not change.
    pub(super) fn bytes(&self, file: &File, meta: &Metadata) -> io::Result<Arc<[u8]>> {
        // Held while the file is read, so that a writer's sectors are all in or all out.
        let mut state = lock(&self.state);
        let stamp = Stamp { modified: meta.modified().ok(), bytes: meta.len(), generation: state.generation };
        if let Some((cached, bytes)) = &state.cache
            && *cached == stamp
            && let Some(bytes) = bytes.upgrade()
        {
            return Ok(bytes);
        }
        let bytes: Arc<[u8]> = host_file::read_all(file, meta.len())?.into();
        state.cache = Some((stamp, Arc::downgrade(&bytes)));
        Ok(bytes)
    }

    /// From now on `layer` keeps what writers of this process overwrite in the file.
    pub(super) fn watch(&self, layer: &Arc<Mutex<Layer>>) {
        let mut state = lock(&self.state);
        state.layers.retain(|layer| layer.strong_count() > 0);
        state.layers.push(Arc::downgrade(layer));
    }

    /// Writes sector `lba` through to the file, after every layer over it has kept the old one.
    pub(super) fn write(&self, file: &File, lba: u64, data: &Sector) -> io::Result<()> {
        let mut state = lock(&self.state);
        state.generation += 1;
        state.layers.retain(|layer| layer.strong_count() > 0);
        if !state.layers.is_empty() {
            let old = host_file::read_sector(file, lba)?;
            for layer in state.layers.iter().filter_map(Weak::upgrade) {
                if lock(&layer).preserve(lba, &old).is_err() {
                    tracing::warn!(lba, "an overlay is full and now sees what another session writes");
                }
            }
        }
        host_file::write_sector(file, lba, data)
    }
}
