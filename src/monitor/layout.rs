//! The task's system structures, in its machine's own physical memory behind the guest's RAM.
//!
//! | page of the monitor's area | contents |
//! | --- | --- |
//! | 0 | page directory: one table |
//! | 1 | page table of the first 4 MiB: the V86 window, and this area for the supervisor |
//! | 2 | GDT |
//! | 3–5 | TSS with an I/O permission bit map of all ones |
//!
//! The V86 window is linear 0–10FFFFh: 272 user pages, identity-mapped. With A20 closed, the sixteen
//! pages of the high memory area lead to the first 64 KiB instead. There is no IDT: the monitor is
//! not guest code but Rust, and the core hands faults out to it.

use crate::cpu::{V86Task, pte};
use crate::mem::{Memory, PAGE_BYTES};
use crate::types::PhysAddr;

/// Pages in the monitor's area.
const AREA_PAGES: u32 = 6;
const PAGE_DIRECTORY: u32 = 0;
const PAGE_TABLE: u32 = 1;
const GDT: u32 = 2;
const TSS: u32 = 3;

/// First page of the high memory area and its length.
const HMA_PAGE: u32 = 0x100;
const HMA_PAGES: u32 = 16;
/// Linear page where the supervisor sees the monitor's area.
const AREA_LINEAR_PAGE: u32 = 0x200;
/// What a V86 address can reach, with A20 open. The monitor's area lies behind it.
const WINDOW_END: u32 = (HMA_PAGE + HMA_PAGES) * PAGE_BYTES;

/// Size of the TSS proper; the I/O permission bit map follows. Source: 80386 PRM §7.1, §8.3.2.
const TSS_BYTES: u32 = 104;
/// A bit for each port and a last byte of ones, which the processor reads along.
const IO_MAP_BYTES: u32 = 65536 / 8 + 1;
const TSS_ESP0: u32 = 0x04;
const TSS_SS0: u32 = 0x08;
const TSS_IO_MAP_BASE: u32 = 0x66;

const SELECTOR_DATA: u16 = 0x10;
const SELECTOR_TSS: u16 = 0x18;
/// Descriptors: flat ring-0 code and data; high doublewords.
const FLAT_LOW: u32 = 0x0000_FFFF;
const FLAT_CODE_HIGH: u32 = 0x00CF_9A00;
const FLAT_DATA_HIGH: u32 = 0x00CF_9200;
/// Present, 386 TSS, available.
const TSS_ACCESS: u32 = 0x8900;

/// Where one machine's structures lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    area: u32,
}

impl Layout {
    /// Memory for a guest with `ram_bytes`, and the place of the monitor's area in it.
    pub(super) fn new(ram_bytes: u32) -> (Memory, Layout) {
        let area = ram_bytes.max(WINDOW_END).next_multiple_of(PAGE_BYTES);
        (Memory::new(area + AREA_PAGES * PAGE_BYTES), Layout { area })
    }

    /// Builds all structures and tells where they are.
    pub(super) fn build(self, mem: &mut Memory, a20: bool) -> V86Task {
        self.build_page_tables(mem, a20);
        self.build_gdt(mem);
        self.build_tss(mem);
        V86Task {
            page_directory: self.phys(PAGE_DIRECTORY).0,
            gdt: (linear(GDT), SELECTOR_TSS + 7),
            idt: (0, 0),
            tss_selector: SELECTOR_TSS,
        }
    }

    fn phys(self, page: u32) -> PhysAddr {
        PhysAddr(self.area + page * PAGE_BYTES)
    }

    fn build_page_tables(self, mem: &mut Memory, a20: bool) {
        let table = self.phys(PAGE_TABLE);
        let user = pte::PRESENT | pte::WRITABLE | pte::USER;
        mem.write_u32(self.phys(PAGE_DIRECTORY), table.0 | user);
        for page in 0..HMA_PAGE {
            mem.write_u32(table.offset(page * 4), (page * PAGE_BYTES) | user);
        }
        for page in 0..AREA_PAGES {
            let entry = self.phys(page).0 | pte::PRESENT | pte::WRITABLE;
            mem.write_u32(table.offset((AREA_LINEAR_PAGE + page) * 4), entry);
        }
        self.set_a20(mem, a20);
    }

    /// Opens or closes the A20 gate: page-table work.
    pub(super) fn set_a20(self, mem: &mut Memory, open: bool) {
        let table = self.phys(PAGE_TABLE);
        let first = if open { HMA_PAGE } else { 0 };
        for page in 0..HMA_PAGES {
            let entry = ((first + page) * PAGE_BYTES) | pte::PRESENT | pte::WRITABLE | pte::USER;
            mem.write_u32(table.offset((HMA_PAGE + page) * 4), entry);
        }
        mem.flush_translations();
    }

    fn build_gdt(self, mem: &mut Memory) {
        let limit = TSS_BYTES + IO_MAP_BYTES - 1;
        let tss = linear(TSS);
        let descriptors = [
            (0, 0),
            (FLAT_LOW, FLAT_CODE_HIGH),
            (FLAT_LOW, FLAT_DATA_HIGH),
            (limit | tss << 16, tss & 0xFF00_0000 | TSS_ACCESS | tss >> 16 & 0xFF),
        ];
        let mut at = self.phys(GDT);
        for (low, high) in descriptors {
            mem.write_u32(at, low);
            mem.write_u32(at.offset(4), high);
            at = at.offset(8);
        }
    }

    fn build_tss(self, mem: &mut Memory) {
        let tss = self.phys(TSS);
        mem.write_u32(tss.offset(TSS_ESP0), linear(AREA_PAGES));
        mem.write_u16(tss.offset(TSS_SS0), SELECTOR_DATA);
        // The map begins right behind the TSS proper; 104 fits the word.
        mem.write_u16(tss.offset(TSS_IO_MAP_BASE), crate::types::lo16(TSS_BYTES));
        let ones = [0xFF; IO_MAP_BYTES as usize];
        mem.write_bytes(tss.offset(TSS_BYTES), &ones);
    }
}

/// Linear address of a page of the monitor's area.
fn linear(page: u32) -> u32 {
    (AREA_LINEAR_PAGE + page) * PAGE_BYTES
}
