//! ROM beyond the end of RAM, such as the copy just below 4 GiB that an 80386 starts in.
//!
//! Reads find it on the slow path or through the translation cache like any other memory; writes
//! find nothing, so its bytes never change and need no code map.

use std::sync::Arc;

use super::Page;

/// A run of read-only frames.
#[derive(Clone)]
pub(super) struct FarRom {
    first: usize,
    pages: Vec<Arc<Page>>,
}

impl FarRom {
    /// `pages` from frame `first` on.
    pub(super) fn new(first: usize, pages: &[Arc<Page>]) -> FarRom {
        FarRom { first, pages: pages.to_vec() }
    }
}

/// The page of frame `index`; of several, the one that was mapped last.
#[cold]
pub(super) fn page(roms: &[FarRom], index: usize) -> Option<&Arc<Page>> {
    roms.iter().rev().find_map(|rom| rom.pages.get(index.checked_sub(rom.first)?))
}
