//! Images: the harness, the machine's tables and a list of cases, as a ROM that ends at 1 MiB.
//!
//! The harness reads the image through its mirror below 4 GiB: some PCs show no more than the last
//! 128 KiB of a ROM in the first megabyte.
//!
//! | from | what |
//! | --- | --- |
//! | 0 | the cases, each as [`encode`] writes it; two zero bytes end them |
//! | end - 32 KiB | patterns, then the blocks that are copied to RAM |
//! | end - 4 KiB | the first instructions, in 16-bit code |
//! | end - 16 | the reset vector |

use super::case::{Case, FpuState};
use super::harness::{Data, Harness};
use super::layout::{CODE, FLAT_PART, GDT, GDT_BYTES, IDT, IDT_GATES, REAL_PART, SEGMENT, WINDOW_BYTES, selector};
use super::mode::Mode;
use super::tables;

/// Size of an image.
pub(crate) const IMAGE_BYTES: u32 = 0x8_0000;
/// From the end: patterns and blocks.
const DATA_FROM_END: u32 = 0x8000;
/// From the end: the code at the reset vector's target.
const BOOT_FROM_END: u32 = 0x1000;
/// Room for cases.
const CASES_BYTES: usize = (IMAGE_BYTES - DATA_FROM_END) as usize - 4;
/// Where the operands of LGDT and LIDT lie in RAM.
const TABLE_REGISTERS: u32 = 0x0500;

/// Offsets in an encoded case.
pub(crate) mod case_field {
    /// Byte: how the case is entered.
    pub(crate) const ENTRY: u32 = 2;
    pub(crate) const ENTRY_REAL: u32 = 0;
    pub(crate) const ENTRY_SAME: u32 = 1;
    pub(crate) const ENTRY_OUTER: u32 = 2;
    pub(crate) const ENTRY_V86: u32 = 3;
    pub(crate) const CODE_LEN: u32 = 3;
    /// Byte: number of pokes.
    pub(crate) const POKES: u32 = 4;
    pub(crate) const PATTERN: u32 = 5;
    pub(crate) const FLAGS: u32 = 6;
    pub(crate) const FLAG_SYSTEM: u8 = 1;
    pub(crate) const FLAG_FPU: u8 = 2;
    pub(crate) const EFLAGS: u32 = 40;
    pub(crate) const EIP: u32 = 44;
    pub(crate) const CODE_AT: u32 = 72;
    pub(crate) const CR0: u32 = 76;
    /// Behind the fixed part: state of the 387, code, pokes.
    pub(crate) const END: u32 = 80;

    pub(crate) const fn gpr(index: u32) -> u32 {
        8 + index * 4
    }

    /// Segment registers in the processor's order.
    pub(crate) const fn seg(index: u32) -> u32 {
        48 + index * 4
    }
}

/// An image and the number of cases in it.
pub(crate) struct Image {
    pub(crate) bytes: Vec<u8>,
    pub(crate) cases: usize,
}

/// As many images as `cases` need.
pub(crate) fn images(cases: &[Case]) -> Vec<Image> {
    let mut images = Vec::new();
    let mut rest = cases;
    while !rest.is_empty() {
        let mut body = Vec::new();
        let mut count = 0;
        for case in rest {
            let encoded = encode(case);
            if body.len() + encoded.len() > CASES_BYTES {
                break;
            }
            body.extend(encoded);
            count += 1;
        }
        images.push(Image { bytes: image(body), cases: count });
        rest = &rest[count..];
    }
    images
}

fn image(cases: Vec<u8>) -> Vec<u8> {
    let base = 0u32.wrapping_sub(IMAGE_BYTES);
    let patterns_at = IMAGE_BYTES - DATA_FROM_END;
    let patterns: Vec<u8> = (0..tables::PATTERNS).flat_map(tables::pattern).collect();
    let data = Data {
        patterns: base + patterns_at,
        cases: base,
        gdtr: TABLE_REGISTERS,
        idtr: TABLE_REGISTERS + 8,
        real_idtr: TABLE_REGISTERS + 16,
    };
    let harness = Harness::assemble(&data).expect("the harness assembles");
    let blocks = blocks(&harness);
    let mut bytes = cases;
    bytes.resize(patterns_at as usize, 0);
    bytes.extend(patterns);
    bytes.extend(blocks);
    assert!(bytes.len() <= (IMAGE_BYTES - BOOT_FROM_END) as usize, "the blocks fit");
    bytes.resize((IMAGE_BYTES - BOOT_FROM_END) as usize, 0);
    bytes.extend(boot(&harness));
    bytes
}

/// The first instructions: a descriptor table of their own, protected mode, the copy of the
/// 32-bit part, and on into it.
fn boot(harness: &Harness) -> Vec<u8> {
    let at = 0x1_0000 - BOOT_FROM_END; // offset in segment F000h
    let gdt_at = 0x400;
    let flat = 0u32.wrapping_sub(BOOT_FROM_END);
    let copy_at = 0x200;
    let mut code = vec![0xFA, 0xFC, 0x66, 0x2E, 0x0F, 0x01, 0x16]; // CLI; CLD; LGDT CS:[…]
    code.extend(u16::try_from(at + gdt_at).expect("in range").to_le_bytes());
    code.extend([0x66, 0xB8, 0x11, 0, 0, 0]); // MOV EAX,11h
    code.extend([0x0F, 0x22, 0xC0]); // MOV CR0,EAX
    code.extend([0x66, 0xEA]); // JMP FAR
    code.extend((flat + copy_at).to_le_bytes());
    code.extend(selector::FLAT_CODE.to_le_bytes());
    code.resize(copy_at as usize, 0xF4);
    let part = u32::try_from(harness.flat.len()).expect("in range").div_ceil(4);
    code.extend([0xB8, 0x10, 0, 0, 0, 0x8E, 0xD8, 0x8E, 0xC0, 0x8E, 0xD0, 0x8E, 0xE0, 0x8E, 0xE8]); // segments
    code.push(0xBE); // MOV ESI: the first block is the 32-bit part
    let (data_at, patterns) = (0u32.wrapping_sub(DATA_FROM_END), u32::from(tables::PATTERNS) * WINDOW_BYTES);
    code.extend((data_at + patterns + 8).to_le_bytes());
    code.push(0xBF); // MOV EDI
    code.extend(FLAT_PART.to_le_bytes());
    code.push(0xB9); // MOV ECX
    code.extend(part.to_le_bytes());
    code.extend([0xF3, 0xA5]); // REP MOVSD
    code.push(0xB8); // MOV EAX
    code.extend(harness.start.to_le_bytes());
    code.extend([0xFF, 0xE0]); // JMP EAX
    code.resize(gdt_at as usize, 0xF4);
    code.extend(table_register(0x17, flat + gdt_at + 8));
    code.extend([0; 2]);
    code.extend(&tables::gdt()[..0x18]);
    code.resize(BOOT_FROM_END as usize - 16, 0xF4);
    code.push(0xEA); // JMP FAR to the start
    code.extend(u16::try_from(at).expect("in range").to_le_bytes());
    code.extend(0xF000u16.to_le_bytes());
    code.resize(BOOT_FROM_END as usize, 0);
    code
}

/// Operand of LGDT or LIDT.
fn table_register(limit: u16, base: u32) -> Vec<u8> {
    [&limit.to_le_bytes()[..], &base.to_le_bytes()].concat()
}

/// What is copied to RAM at the start: address, doublewords, contents.
fn blocks(harness: &Harness) -> Vec<u8> {
    let mut out = Vec::new();
    let mut block = |at: u32, bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        out.extend(at.to_le_bytes());
        out.extend(u32::try_from(bytes.len() / 4).expect("in range").to_le_bytes());
        out.extend(bytes);
    };
    block(FLAT_PART, &harness.flat);
    block(REAL_PART, &harness.real);
    let vectors: Vec<u8> = harness.real_stubs.iter().flat_map(|at| [at.to_le_bytes(), [0, 0]].concat()).collect();
    block(0, &vectors);
    let registers = [
        table_register(u16::try_from(GDT_BYTES - 1).expect("in range"), GDT),
        vec![0; 2],
        table_register(u16::try_from(IDT_GATES * 8 - 1).expect("in range"), IDT),
        vec![0; 2],
        table_register(0x3FF, 0),
        vec![0; 2],
    ];
    block(TABLE_REGISTERS, &registers.concat());
    for (at, bytes) in tables::system(&harness.stubs, harness.double_fault) {
        block(at, &bytes);
    }
    out.extend([0; 8]);
    out
}

/// A case as the harness reads it.
fn encode(case: &Case) -> Vec<u8> {
    use case_field as field;
    let entry = match case.mode {
        Mode::Real => field::ENTRY_REAL,
        Mode::V86 => field::ENTRY_V86,
        Mode::System16 | Mode::System32 => field::ENTRY_SAME,
        Mode::User16 | Mode::User32 => field::ENTRY_OUTER,
    };
    let mut flags = if case.system { field::FLAG_SYSTEM } else { 0 };
    if case.fpu.is_some() {
        flags |= field::FLAG_FPU;
    }
    let small = |n: usize| u8::try_from(n).expect("a case is small");
    let mut out = vec![0, 0, u8::try_from(entry).expect("in range"), small(case.code.len()), small(case.pokes.len())];
    out.extend([case.pattern, flags, 0]);
    out.extend(case.gpr.iter().flat_map(|reg| reg.to_le_bytes()));
    out.extend(case.eflags.to_le_bytes());
    out.extend(case.eip.to_le_bytes());
    out.extend(case.seg.iter().flat_map(|&seg| u32::from(seg).to_le_bytes()));
    out.extend(code_at(case).to_le_bytes());
    out.extend(case.cr0.to_le_bytes());
    if let Some(fpu) = &case.fpu {
        out.extend(fpu_image(fpu));
    }
    out.extend(&case.code);
    out.resize(out.len().next_multiple_of(4), 0);
    for &(at, value) in &case.pokes {
        out.extend(at.to_le_bytes());
        out.extend(value.to_le_bytes());
    }
    let len = u16::try_from(out.len()).expect("in range").to_le_bytes();
    out[..2].copy_from_slice(&len);
    out
}

/// Physical address of the instruction: in the code area, wherever CS puts it.
fn code_at(case: &Case) -> u32 {
    let offset = (SEGMENT + (case.eip & 0xFFFF)).wrapping_sub(CODE);
    CODE + offset % 0x1000
}

/// Operand of a 32-bit FRSTOR.
fn fpu_image(state: &FpuState) -> Vec<u8> {
    let mut image = Vec::new();
    for word in [state.control, state.status, state.tag] {
        image.extend(u32::from(word).to_le_bytes());
    }
    image.resize(28, 0);
    for st in &state.st {
        image.extend(st);
    }
    image.resize(108, 0);
    image
}
