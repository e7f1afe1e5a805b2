//! Descriptor tables, TSSs and page tables of the machine, and the patterns of the window.

use super::layout::{
    BASES, CASE_PAGES, CASE_TABLE, DOUBLE_FAULT_STACK, DOUBLE_FAULT_TSS, GDT, GDT_BYTES, IDT, INNER_STACK_BYTES,
    INNER_STACKS, KERNEL_STACK, LDT, LDT_BYTES, LOW_TABLE, OTHER_TSS, OTHER_TSS_286, PAGE_DIRECTORY, ROM_TABLE,
    SEGMENT, TSS, TSS_286_BYTES, TSS_BYTES, WINDOW, WINDOW_BYTES, selector,
};
use super::mode::Mode;
use super::rng::Rng;

/// Present, user, writable, accessed, dirty: nothing left to set for the processor.
const PAGE_FLAGS: u32 = 0x67;
/// Access byte of a data segment, less its level: present, writable, accessed.
const DATA: u8 = 0x93;
/// Access byte of a code segment, less its level: present, readable, accessed.
const CODE_SEGMENT: u8 = 0x9B;
/// Attribute bit of a descriptor: 32-bit code or stack.
const BIG: u8 = 0x4;
/// Attribute bit of a descriptor: limit in pages.
const PAGES_LIMIT: u8 = 0x8;

/// A segment or system descriptor. `attributes` is the nibble with G and D.
pub(crate) fn descriptor(base: u32, limit: u32, access: u8, attributes: u8) -> [u8; 8] {
    let (base, limit) = (base.to_le_bytes(), limit.to_le_bytes());
    [limit[0], limit[1], base[0], base[1], base[2], access, limit[2] & 0xF | attributes << 4, base[3]]
}

/// A gate.
pub(crate) fn gate(sel: u16, offset: u32, access: u8, words: u8) -> [u8; 8] {
    let (offset, sel) = (offset.to_le_bytes(), sel.to_le_bytes());
    [offset[0], offset[1], sel[0], sel[1], words, access, offset[2], offset[3]]
}

/// The two doublewords of a descriptor, as pokes at `selector`'s place.
pub(crate) fn poke_descriptor(sel: u16, bytes: [u8; 8]) -> [(u32, u32); 2] {
    let table = if sel & 4 == 0 { GDT } else { LDT };
    let at = table + u32::from(sel & !7);
    let word = |from: usize| u32::from_le_bytes(bytes[from..from + 4].try_into().expect("in range"));
    [(at, word(0)), (at + 4, word(4))]
}

/// The global descriptor table.
pub(crate) fn gdt() -> Vec<u8> {
    let mut table = vec![0; GDT_BYTES as usize];
    let mut put = |sel: u16, bytes: [u8; 8]| table[usize::from(sel)..usize::from(sel) + 8].copy_from_slice(&bytes);
    let flat = BIG | PAGES_LIMIT;
    put(selector::FLAT_CODE, descriptor(0, 0xF_FFFF, CODE_SEGMENT, flat));
    put(selector::FLAT_DATA, descriptor(0, 0xF_FFFF, DATA, flat));
    put(selector::REAL_CODE, descriptor(0, 0xFFFF, CODE_SEGMENT, 0));
    put(selector::REAL_DATA, descriptor(0, 0xFFFF, DATA, 0));
    put(selector::TASK, descriptor(TSS, TSS_BYTES - 1, 0x89, 0));
    put(selector::DOUBLE_FAULT_TASK, descriptor(DOUBLE_FAULT_TSS, TSS_BYTES - 1, 0x89, 0));
    put(selector::LDT, descriptor(LDT, LDT_BYTES - 1, 0x82, 0));
    put(selector::OTHER_TASK, descriptor(OTHER_TSS, TSS_BYTES - 1, 0x89, 0));
    put(selector::OTHER_TASK_286, descriptor(OTHER_TSS_286, TSS_286_BYTES - 1, 0x81, 0));
    put(selector::STACK_1, descriptor(0, 0xF_FFFF, DATA | 1 << 5, flat));
    put(selector::STACK_2, descriptor(0, 0xF_FFFF, DATA | 2 << 5, flat));
    for (first, level) in [(selector::SYSTEM, 0), (selector::USER, 3 << 5)] {
        for (index, seg) in segments_of_a_level(level).into_iter().enumerate() {
            put(first + 8 * u16::try_from(index).expect("in range"), seg);
        }
    }
    table
}

/// ES, CS, SS, DS, FS, GS with 16 bits, then CS and SS with 32.
fn segments_of_a_level(level: u8) -> [[u8; 8]; 8] {
    let data = |index: usize, attributes| descriptor(BASES[index], 0xFFFF, DATA | level, attributes);
    let code = |attributes| descriptor(SEGMENT, 0xFFFF, CODE_SEGMENT | level, attributes);
    [data(0, 0), code(0), data(2, 0), data(3, 0), data(4, 0), data(5, 0), code(BIG), data(2, BIG)]
}

/// All of the system area: addresses and contents.
pub(crate) fn system(stubs: &[u32], double_fault: u32) -> Vec<(u32, Vec<u8>)> {
    // Cases may use every vector: all gates have DPL 3.
    let mut idt: Vec<u8> = stubs.iter().flat_map(|&at| gate(selector::FLAT_CODE, at, 0xEE, 0)).collect();
    idt[8 * 8..9 * 8].copy_from_slice(&gate(selector::DOUBLE_FAULT_TASK, 0, 0x85, 0));
    let directory = [(0, LOW_TABLE), (1, CASE_TABLE), (1023, ROM_TABLE)];
    vec![
        (GDT, gdt()),
        (LDT, vec![0; LDT_BYTES as usize]),
        (TSS, case_tss()),
        (DOUBLE_FAULT_TSS, flat_tss(double_fault, DOUBLE_FAULT_STACK)),
        (OTHER_TSS, other_tss()),
        (OTHER_TSS_286, other_tss_286()),
        (IDT, idt),
        (PAGE_DIRECTORY, entries(1024, |index| directory.iter().find(|(at, _)| *at == index).map(|(_, to)| *to))),
        (LOW_TABLE, entries(0x100, |index| Some(index << 12))),
        (CASE_TABLE, entries(CASE_PAGES, |_| Some(WINDOW & !0xFFF))),
        // The last 512 KiB.
        (ROM_TABLE + 0x380 * 4, entries(0x80, |index| Some(0xFFF8_0000 + (index << 12)))),
    ]
}

/// Page table entries; `to` gives the frame.
fn entries(count: u32, to: impl Fn(u32) -> Option<u32>) -> Vec<u8> {
    (0..count).flat_map(|index| to(index).map_or(0, |frame| frame | PAGE_FLAGS).to_le_bytes()).collect()
}

/// A 386 TSS from its doublewords.
fn tss(words: &[(usize, u32)]) -> Vec<u8> {
    let mut bytes = vec![0; TSS_BYTES as usize];
    for &(at, value) in words {
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
    bytes
}

/// The fields of the inner stacks.
fn inner_stacks() -> [(usize, u32); 6] {
    [
        (0x04, KERNEL_STACK),
        (0x08, u32::from(selector::FLAT_DATA)),
        (0x0C, INNER_STACKS + INNER_STACK_BYTES),
        (0x10, u32::from(selector::STACK_1 | 1)),
        (0x14, INNER_STACKS + 2 * INNER_STACK_BYTES),
        (0x18, u32::from(selector::STACK_2 | 2)),
    ]
}

fn case_tss() -> Vec<u8> {
    let mut words = inner_stacks().to_vec();
    // No I/O bit map within the limit.
    words.extend([(0x1C, PAGE_DIRECTORY), (0x64, TSS_BYTES << 16)]);
    tss(&words)
}

fn flat_tss(eip: u32, esp: u32) -> Vec<u8> {
    let flat = u32::from(selector::FLAT_DATA);
    let mut words = vec![(0x1C, PAGE_DIRECTORY), (0x20, eip), (0x24, 2), (0x38, esp)];
    words.extend([0x48, 0x50, 0x54, 0x58, 0x5C].map(|at| (at, flat)));
    words.extend([(0x4C, u32::from(selector::FLAT_CODE)), (0x64, TSS_BYTES << 16)]);
    tss(&words)
}

/// A ring-3 task at the INT 3s of the code area.
fn other_tss() -> Vec<u8> {
    let mut words = inner_stacks().to_vec();
    words.extend([(0x1C, PAGE_DIRECTORY), (0x20, 0x9400), (0x24, 2), (0x60, u32::from(selector::LDT))]);
    let general = [1, 2, 3, 4, super::case::GPR_PLAIN[4], 6, 7, 8];
    words.extend(general.into_iter().enumerate().map(|(index, value)| (0x28 + 4 * index, value)));
    let segments = Mode::User32.segments();
    words.extend(segments.into_iter().enumerate().map(|(index, sel)| (0x48 + 4 * index, u32::from(sel))));
    words.push((0x64, TSS_BYTES << 16));
    tss(&words)
}

/// The same as a 286 task.
fn other_tss_286() -> Vec<u8> {
    let stack = u16::try_from(super::case::GPR_PLAIN[4] & 0xFFFF).expect("in range");
    let inner = u16::try_from(KERNEL_STACK & 0xFFFF).expect("in range");
    let mut words: Vec<u16> = vec![0, inner, 0, 0, 0, 0, 0, 0x9400, 2];
    words[2] = selector::FLAT_DATA;
    words.extend([1, 2, 3, 4, stack, 6, 7, 8]);
    let segments = Mode::User16.segments();
    words.extend(&segments[..4]);
    words.push(selector::LDT);
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Number of patterns.
pub(crate) const PATTERNS: u8 = 8;

/// The window's bytes in pattern `index`.
pub(crate) fn pattern(index: u8) -> Vec<u8> {
    const EDGES: [u32; 8] = [0x8000_0000, 0x7FFF_FFFF, 1, 0xFFFF_FFFF, 0, 0xFFFF_8000, 0x7FFF, 0x8080_8080];
    let mut rng = Rng::new(u64::from(index));
    let words = WINDOW_BYTES / 4;
    let word = |at: u32| match index {
        0 => 0,
        1 => 0xFFFF_FFFF,
        2 => 0x5555_5555,
        3 => at.wrapping_mul(0x0404_0404).wrapping_add(0x0302_0100),
        4 => EDGES[usize::try_from(at % 8).expect("in range")],
        5 => at % 5,
        _ => rng.u32(),
    };
    (0..words).map(word).collect::<Vec<_>>().iter().flat_map(|word| word.to_le_bytes()).collect()
}
