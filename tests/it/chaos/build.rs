//! The memory of a random machine: tables, handlers, program and data; and what brings it up.
//!
//! | address | what |
//! | --- | --- |
//! | 0000h | interrupt vectors of real mode |
//! | 0A00h | handlers |
//! | 0F00h | images of GDTR and IDTR |
//! | 1000h | ring-0 code that enters the program ([`bring_up`](super::bring_up)) |
//! | 2000h | GDT |
//! | 3000h | IDT, LDT |
//! | 4000h | task state segments |
//! | 8000h | page directory, page table; not mapped |
//! | FF00h | ring-0 stack, downwards |
//! | 10000h | program; data and stack behind it |

use std::sync::Arc;

use dosmux::mem::Memory;
use dosmux::types::PhysAddr;

use super::setup::{CODE, DATA, DATA_SEGMENTS, Descriptor, Mode, RAM_END, STACK, Setup};

pub(crate) const TABLE_IMAGES: u16 = 0x0F00;
pub(crate) const GDT: u32 = 0x2000;
pub(crate) const DIRECTORY: u32 = 0x8000;
pub(crate) const RING0_STACK: u32 = 0xFF00;
const PAGE_TABLE: u32 = 0x9000;
const IDT: u32 = 0x3000;
const LDT: u32 = 0x3800;
const TSS: u32 = 0x4000;
const SECOND_TSS: u32 = 0x5000;
const TSS_286: u32 = 0x6000;
/// A frame that programs cannot write.
const ROM: u32 = RAM_END - 0x1000;

/// Selectors of the GDT.
pub(crate) mod selector {
    pub(crate) const CODE0: u16 = 0x08;
    pub(crate) const DATA0: u16 = 0x10;
    pub(crate) const TSS: u16 = 0x18;
    pub(crate) const LDT: u16 = 0x20;
    /// The program's code and stack.
    pub(crate) const CODE: u16 = 0x28;
    pub(crate) const STACK: u16 = 0x30;
    /// The first of the program's data segments.
    pub(crate) const DATA: u16 = 0x38;
    pub(crate) const SECOND_TSS: u16 = 0x68;
    /// 16-bit code of ring 0, for the way back to real mode.
    pub(crate) const CODE16: u16 = 0x80;
}

/// Handlers: each skips a byte of what was interrupted.
const HANDLER_REAL: u32 = 0x0A00;
const HANDLER: u32 = 0x0C00;
const HANDLER_WITH_ERROR: u32 = 0x0C10;
const HANDLER_16: u32 = 0x0C20;
const GATE_TARGET: u32 = 0x0C30;

pub(crate) fn memory(setup: &Setup) -> Memory {
    let mut mem = Memory::new(RAM_END);
    fill(&mut mem, setup.seed);
    mem.write_bytes(PhysAddr(CODE + setup.start), &setup.code);
    handlers(&mut mem);
    gdt(&mut mem, setup);
    idt(&mut mem, setup.seed);
    task_state_segments(&mut mem, setup);
    page_tables(&mut mem, setup);
    let mut rom = [0; 0x1000];
    mem.read_bytes(PhysAddr(DATA), &mut rom);
    mem.map_rom(PhysAddr(ROM), &[Arc::new(rom)]);
    mem
}

/// What the program finds in its data and on its stack.
fn fill(mem: &mut Memory, seed: u32) {
    let mut value = seed;
    for area in [DATA, DATA + 0x0F00, STACK, STACK + 0x0F00] {
        for at in (area..area + 0x200).step_by(4) {
            value ^= value << 13;
            value ^= value >> 17;
            value ^= value << 5;
            mem.write_u32(PhysAddr(at), value);
        }
    }
}

fn handlers(mem: &mut Memory) {
    for vector in 0..256 {
        mem.write_u32(PhysAddr(vector * 4), HANDLER_REAL);
    }
    let code: [(u32, &[u8]); 5] = [
        // PUSH BP; MOV BP,SP; INC WORD [BP+2]; POP BP; IRET
        (HANDLER_REAL, &[0x55, 0x89, 0xE5, 0xFF, 0x46, 0x02, 0x5D, 0xCF]),
        // INC DWORD [ESP]; IRETD
        (HANDLER, &[0xFF, 0x04, 0x24, 0xCF]),
        // ADD ESP,4; INC DWORD [ESP]; IRETD
        (HANDLER_WITH_ERROR, &[0x83, 0xC4, 0x04, 0xFF, 0x04, 0x24, 0xCF]),
        // INC WORD [ESP]; IRET
        (HANDLER_16, &[0x66, 0xFF, 0x04, 0x24, 0x66, 0xCF]),
        // RETF
        (GATE_TARGET, &[0xCB]),
    ];
    for (at, bytes) in code {
        mem.write_bytes(PhysAddr(at), bytes);
    }
}

fn system(base: u32, limit: u32, access: u8) -> [u8; 8] {
    Descriptor { base, limit, access, flags: 0 }.bytes()
}

fn flat(access: u8, flags: u8) -> [u8; 8] {
    Descriptor { base: 0, limit: 0xF_FFFF, access, flags }.bytes()
}

/// A gate to `offset` of `selector`.
fn gate(selector: u16, offset: u32, access: u8) -> [u8; 8] {
    let ([o0, o1, o2, o3], [s0, s1]) = (offset.to_le_bytes(), selector.to_le_bytes());
    [o0, o1, s0, s1, 0, access, o2, o3]
}

fn gdt(mem: &mut Memory, setup: &Setup) {
    let ring = if let Mode::Ring(ring) = setup.mode { ring } else { 0 };
    let big = if setup.big { 4 } else { 0 };
    let (code_limit, granular) = if setup.code_limit > 0xFFFF { (0xF_FFFF, 8) } else { (setup.code_limit, 0) };
    let code =
        Descriptor { base: CODE - setup.cs_delta, limit: code_limit, access: 0x9B | ring << 5, flags: big | granular };
    let mut table = vec![
        [0; 8],
        flat(0x9B, 0xC),
        flat(0x93, 0xC),
        system(TSS, 0x280, 0x89),
        system(LDT, 0x3F, 0x82),
        code.bytes(),
        setup.stack.bytes(),
    ];
    table.extend(setup.data.map(Descriptor::bytes));
    table.extend([
        gate(selector::CODE0, GATE_TARGET, 0xEC),
        gate(selector::SECOND_TSS, 0, 0xE5),
        system(SECOND_TSS, 0x280, 0xE9),
        system(TSS_286, 0x2B, 0xE1),
        flat(0x9F, 0xC),
        Descriptor { base: 0, limit: 0xFFFF, access: 0x9B, flags: 0 }.bytes(),
    ]);
    table.extend(setup.wild);
    mem.write_bytes(PhysAddr(GDT), &table.concat());
    // The same data segments once more in the LDT.
    mem.write_bytes(PhysAddr(LDT), &setup.data.map(Descriptor::bytes).concat());
    let limit = u16::try_from(table.len() * 8 - 1).expect("a few dozen descriptors");
    // The last one is for the way back to real mode.
    for (at, limit, base) in [(0, limit, GDT), (8, 0x7FF, IDT), (16, 0x3FF, 0)] {
        mem.write_u16(PhysAddr(u32::from(TABLE_IMAGES) + at), limit);
        mem.write_u32(PhysAddr(u32::from(TABLE_IMAGES) + at + 2), base);
    }
}

/// Limit of the GDT.
pub(crate) fn gdt_limit(mem: &Memory) -> u16 {
    mem.read_u16(PhysAddr(TABLE_IMAGES.into()))
}

/// Exceptions get interrupt gates; other vectors what the seed says.
fn idt(mem: &mut Memory, seed: u32) {
    const KINDS: [(u8, u32); 8] = [
        (0xEE, HANDLER),
        (0xEF, HANDLER),
        (0x8E, HANDLER),
        (0xE6, HANDLER_16),
        (0xE5, 0),
        (0x6E, HANDLER),
        (0xEE, HANDLER),
        (0xEE, GATE_TARGET),
    ];
    for vector in 0..256u32 {
        let (access, offset) = match vector {
            8 | 10..=14 => (0x8E, HANDLER_WITH_ERROR),
            3 | 4 => (0xEE, HANDLER),
            0..=31 => (0x8E, HANDLER),
            _ => KINDS[(seed.rotate_left(vector) & 7) as usize],
        };
        let selector = if access & 0xF == 5 { selector::SECOND_TSS } else { selector::CODE0 };
        mem.write_bytes(PhysAddr(IDT + vector * 8), &gate(selector, offset, access));
    }
}

/// Source for the layouts: 80386 PRM figure 7-1; 80286 PRM figure 8-1.
fn task_state_segments(mem: &mut Memory, setup: &Setup) {
    for tss in [TSS, SECOND_TSS] {
        for ring in 0..3 {
            mem.write_u32(PhysAddr(tss + 4 + ring * 8), RING0_STACK - 0x400 * ring);
            mem.write_u32(PhysAddr(tss + 8 + ring * 8), u32::from(selector::DATA0));
        }
        mem.write_u32(PhysAddr(tss + 0x1C), DIRECTORY);
        mem.write_u16(PhysAddr(tss + 0x66), 0x68);
        // A map in which some ports are open: none of 0–FFh without a closed neighbour.
        for (byte, at) in (tss + 0x68..tss + 0x281).enumerate() {
            mem.write_u8(PhysAddr(at), setup.seed.rotate_left(u32::try_from(byte).unwrap_or(0)).to_le_bytes()[0]);
        }
    }
    second_task(mem, setup);
    let words = [0, 0xFE00, selector::DATA0, 0, 0, 0, 0, 0x0C30, 0x0002];
    for (at, word) in (TSS_286..).step_by(2).zip(words) {
        mem.write_u16(PhysAddr(at), word);
    }
    mem.write_u16(PhysAddr(TSS_286 + 0x24), selector::CODE0);
}

/// The task behind the task gate: the same program, in V86 mode for half of the seeds.
fn second_task(mem: &mut Memory, setup: &Setup) {
    let v86 = setup.seed & 0x100 != 0;
    let (cs, data, flags, eip) =
        if v86 { (0x1000, 0x2000, 0x2_0002, setup.start) } else { (selector::CODE0, selector::DATA0, 2, CODE) };
    let at = |offset: u32| PhysAddr(SECOND_TSS + offset);
    mem.write_u32(at(0x20), eip);
    mem.write_u32(at(0x24), flags);
    mem.write_u32(at(0x38), 0xE000);
    for (segment, value) in [data, cs, data, data, data, data].into_iter().enumerate() {
        mem.write_u32(at(0x48 + u32::try_from(segment * 4).unwrap_or(0)), u32::from(value));
    }
}

/// The plain map: 1 MiB + 64 KiB one to one, the system area for the supervisor, the tables nowhere
/// and the 64 KiB above 1 MiB over the program; the same 4 MiB again above them and at the end.
fn page_tables(mem: &mut Memory, setup: &Setup) {
    for directory_entry in [0, 1, 0x3FF] {
        mem.write_u32(PhysAddr(DIRECTORY + directory_entry * 4), PAGE_TABLE | 7);
    }
    for page in 0..0x110u32 {
        let entry = match page {
            8 | 9 => 0,
            0..0x10 => page << 12 | 3,
            0x100.. => (page - 0xF0) << 12 | 7,
            _ => page << 12 | 7,
        };
        mem.write_u32(PhysAddr(PAGE_TABLE + page * 4), entry);
    }
    for change in &setup.pages {
        mem.write_u32(PhysAddr(PAGE_TABLE + change.page * 4), change.entry);
    }
}

const _: () = assert!(DATA_SEGMENTS == 4, "the gates' selectors follow the data segments");
