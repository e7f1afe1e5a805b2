//! The BIOS ROM: entry stubs at F000h, assembled when the program starts.

use std::sync::Arc;

use crate::mem::Page;
use crate::types::PhysAddr;

/// The ROM image, shared by all machines.
#[derive(Clone)]
pub struct Rom {
    /// The sixteen pages from F0000h on.
    pub pages: Vec<Arc<Page>>,
}

impl Rom {
    /// Where the ROM lies.
    pub const START: PhysAddr = PhysAddr(0xF0000);

    /// Assembles the ROM.
    #[must_use]
    pub fn build() -> Rom {
        Rom { pages: Vec::new() }
    }
}
