//! Where everything lies in the machine that the vectors run on.
//!
//! | from | what |
//! | --- | --- |
//! | 0 | real-mode interrupt vectors, to the stubs of the harness |
//! | 800 | the registers that a case left ([`SAVE`]), and the case itself ([`CASE`]) |
//! | 1000 | the harness: 16-bit part, 32-bit part |
//! | 10000 | descriptor tables, TSSs, IDT, page tables: the *system area* |
//! | 20000 | the segment that cases run in: window at 8000, code at 9000 |
//! | 30000 | *shadow*: what the system area and the window held before the instruction |
//! | 50000 | *pristine*: the system area before any case |
//!
//! All is in the first megabyte, where an address is the same linear and physical. In addition
//! [`PAGES`] and up is mapped by a page table that cases change.

/// The record of a case: [`SAVE_BYTES`] of doublewords.
pub(crate) const SAVE: u32 = 0x0800;
/// Size of the record's fixed part.
pub(crate) const SAVE_BYTES: u32 = 23 * 4;
/// Where the harness keeps its place in the list of cases.
pub(crate) const NEXT: u32 = 0x08F0;
/// The number of the case.
pub(crate) const NUMBER: u32 = 0x08F4;
/// The case that runs.
pub(crate) const CASE: u32 = 0x0900;
/// The 16-bit part of the harness; its first instruction enters real mode.
pub(crate) const REAL_PART: u32 = 0x1000;
/// The 32-bit part of the harness; its first instruction is reached from real mode.
pub(crate) const FLAT_PART: u32 = 0x3000;
/// Top of the stack of the task that handles double faults.
pub(crate) const DOUBLE_FAULT_STACK: u32 = 0x6000;
/// Top of the harness's stack.
pub(crate) const HARNESS_STACK: u32 = 0x7000;

/// The global descriptor table.
pub(crate) const GDT: u32 = 0x1_0000;
/// Its limit; slots for cases end there.
pub(crate) const GDT_BYTES: u32 = 0x180;
/// The local descriptor table.
pub(crate) const LDT: u32 = 0x1_0400;
/// Its size.
pub(crate) const LDT_BYTES: u32 = 0x40;
/// The TSS of the cases.
pub(crate) const TSS: u32 = 0x1_0800;
/// Size of a 386 TSS without a bit map.
pub(crate) const TSS_BYTES: u32 = 0x68;
/// The TSS of the double fault handler.
pub(crate) const DOUBLE_FAULT_TSS: u32 = 0x1_0A00;
/// A 386 task that cases switch to.
pub(crate) const OTHER_TSS: u32 = 0x1_0B00;
/// A 286 task that cases switch to.
pub(crate) const OTHER_TSS_286: u32 = 0x1_0C00;
/// Size of a 286 TSS.
pub(crate) const TSS_286_BYTES: u32 = 0x2C;
/// The interrupt descriptor table.
pub(crate) const IDT: u32 = 0x1_1000;
/// Gates in the table.
pub(crate) const IDT_GATES: u32 = 0x30;
/// The page directory.
pub(crate) const PAGE_DIRECTORY: u32 = 0x1_2000;
/// Maps the first 4 MiB to themselves.
pub(crate) const LOW_TABLE: u32 = 0x1_3000;
/// Maps [`PAGES`].
pub(crate) const CASE_TABLE: u32 = 0x1_4000;
/// Maps the last 4 MiB, where the ROM is.
pub(crate) const ROM_TABLE: u32 = 0x1_6000;
/// Stacks of levels 1 and 2 and 0, from below; each has [`INNER_STACK_BYTES`].
pub(crate) const INNER_STACKS: u32 = 0x1_5E80;
/// Size of one of them.
pub(crate) const INNER_STACK_BYTES: u32 = 0x80;
/// Top of the stack of level 0 in the TSS.
pub(crate) const KERNEL_STACK: u32 = INNER_STACKS + 3 * INNER_STACK_BYTES;

/// Base of the segment in which cases run.
pub(crate) const SEGMENT: u32 = 0x2_0000;
/// Data and stack of the cases.
pub(crate) const WINDOW: u32 = 0x2_8000;
/// Its size; stacks lie in the upper half.
pub(crate) const WINDOW_BYTES: u32 = 0x200;
/// Code of the cases; what is not code is INT 3.
pub(crate) const CODE: u32 = 0x2_9000;
/// Size of the code area.
pub(crate) const CODE_BYTES: u32 = 0x1000;
/// More INT 3s, beyond the limit of the segment: where an emulator without limit checks goes on.
pub(crate) const BEYOND: u32 = SEGMENT + 0x1_A000;
/// The end of the window's page, for operands that cross into the next.
pub(crate) const WINDOW_TAIL: u32 = WINDOW + 0xFC0;
/// Its size.
pub(crate) const WINDOW_TAIL_BYTES: u32 = 0x40;
/// Linear address of the pages that cases play with; at first each is the window's page.
pub(crate) const PAGES: u32 = 0x40_0000;
/// Entries of [`CASE_TABLE`] in use.
pub(crate) const CASE_PAGES: u32 = 16;

/// From live memory to its shadow.
pub(crate) const TO_SHADOW: u32 = 0x2_0000;
/// From live memory to its pristine copy.
pub(crate) const TO_PRISTINE: u32 = 0x4_0000;

/// What is compared after a case: start and size. The first is the window; the others are the
/// system area, looked at only in cases that say so.
pub(crate) const REGIONS: [(u32, u32); 12] = [
    (WINDOW, WINDOW_BYTES),
    (WINDOW_TAIL, WINDOW_TAIL_BYTES),
    (GDT, GDT_BYTES),
    (LDT, LDT_BYTES),
    (TSS, TSS_BYTES),
    (DOUBLE_FAULT_TSS, TSS_BYTES),
    (OTHER_TSS, TSS_BYTES),
    (OTHER_TSS_286, TSS_286_BYTES),
    (IDT, IDT_GATES * 8),
    (PAGE_DIRECTORY, 16),
    (CASE_TABLE, CASE_PAGES * 4),
    (INNER_STACKS, 3 * INNER_STACK_BYTES),
];

/// Selectors of the harness.
pub(crate) mod selector {
    pub(crate) const FLAT_CODE: u16 = 0x08;
    pub(crate) const FLAT_DATA: u16 = 0x10;
    pub(crate) const REAL_CODE: u16 = 0x18;
    pub(crate) const REAL_DATA: u16 = 0x20;
    pub(crate) const TASK: u16 = 0x28;
    pub(crate) const DOUBLE_FAULT_TASK: u16 = 0x30;
    pub(crate) const LDT: u16 = 0x38;
    pub(crate) const OTHER_TASK: u16 = 0x40;
    pub(crate) const OTHER_TASK_286: u16 = 0x48;
    /// Stacks of levels 1 and 2, flat.
    pub(crate) const STACK_1: u16 = 0x50;
    pub(crate) const STACK_2: u16 = 0x58;
    /// First of the segments of ring-3 cases, in the order of [`super::USER`].
    pub(crate) const USER: u16 = 0x60;
    /// First of the segments of ring-0 cases.
    pub(crate) const SYSTEM: u16 = 0xA0;
    /// First descriptor that cases fill in.
    pub(crate) const SLOT: u16 = 0xE0;
}

/// The segments of cases: bases as in real mode, so that offsets are good in every mode.
pub(crate) const BASES: [u32; 6] = [0x2_0220, SEGMENT, 0x2_0350, 0x2_0100, 0x2_0410, 0x2_0570];
