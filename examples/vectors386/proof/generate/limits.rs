//! Segment limits and access rights: operands around the edge of a segment, in segments of every
//! kind; stacks that end; code that ends.

use super::special::poke;
use crate::proof::case::Case;
use crate::proof::layout::{BASES, SEGMENT, WINDOW, selector};
use crate::proof::mode::{CS, Mode, SS};
use crate::proof::rng::Rng;
use crate::proof::tables::{descriptor, poke_descriptor};

const EAX: usize = 0;
const ECX: usize = 1;
const EBX: usize = 3;
const ESP: usize = 4;
const EBP: usize = 5;
const ESI: usize = 6;
const EDI: usize = 7;

/// Instructions with a memory operand at [EBX], and its size; the override goes in front.
const OPERANDS: [(&[u8], u32); 24] = [
    (&[0x67, 0x8A, 0x03], 1),                // MOV AL,[EBX]
    (&[0x67, 0x88, 0x03], 1),                // MOV [EBX],AL
    (&[0x67, 0x00, 0x03], 1),                // ADD [EBX],AL
    (&[0x67, 0x0F, 0x92, 0x03], 1),          // SETB [EBX]
    (&[0x67, 0x8B, 0x03], 2),                // MOV AX,[EBX]
    (&[0x67, 0x89, 0x03], 2),                // MOV [EBX],AX
    (&[0x67, 0x01, 0x03], 2),                // ADD [EBX],AX
    (&[0x67, 0x39, 0x03], 2),                // CMP [EBX],AX
    (&[0x67, 0x87, 0x03], 2),                // XCHG [EBX],AX
    (&[0x67, 0x8C, 0x0B], 2),                // MOV [EBX],CS
    (&[0x67, 0xD1, 0x03], 2),                // ROL word [EBX],1
    (&[0x67, 0x0F, 0xB6, 0x03], 1),          // MOVZX AX,byte [EBX]
    (&[0x67, 0x66, 0x8B, 0x03], 4),          // MOV EAX,[EBX]
    (&[0x67, 0x66, 0x89, 0x03], 4),          // MOV [EBX],EAX
    (&[0x67, 0x66, 0x11, 0x03], 4),          // ADC [EBX],EAX
    (&[0x67, 0x66, 0x85, 0x03], 4),          // TEST [EBX],EAX
    (&[0x67, 0x66, 0xF7, 0x1B], 4),          // NEG dword [EBX]
    (&[0x67, 0x66, 0xF7, 0x23], 4),          // MUL dword [EBX]
    (&[0x67, 0x66, 0x0F, 0xBA, 0x2B, 3], 4), // BTS dword [EBX],3
    (&[0x67, 0x66, 0x0F, 0xA4, 0x0B, 5], 4), // SHLD [EBX],ECX,5
    (&[0x67, 0x66, 0xFF, 0x33], 4),          // PUSH dword [EBX]
    (&[0x67, 0x66, 0x8F, 0x03], 4),          // POP dword [EBX]
    (&[0x67, 0x66, 0x62, 0x03], 8),          // BOUND EAX,[EBX]
    (&[0x67, 0x66, 0xC4, 0x0B], 6),          // LES ECX,[EBX]
];
/// Override prefixes of the segment registers, in the processor's order.
const OVERRIDES: [u8; 6] = [0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65];
/// Instructions that push or pop, and by how many words of their operand size at most.
const STACK: [(&[u8], u32); 13] = [
    (&[0x50], 1),          // PUSH EAX
    (&[0x58], 1),          // POP EAX
    (&[0x9C], 1),          // PUSHF
    (&[0x9D], 1),          // POPF
    (&[0x60], 8),          // PUSHA
    (&[0x61], 8),          // POPA
    (&[0x6A, 0x80], 1),    // PUSH imm8
    (&[0xE8, 0, 0], 1),    // CALL (16-bit displacement; extended in 32-bit code)
    (&[0xFF, 0xD0], 1),    // CALL EAX
    (&[0xC3], 1),          // RET
    (&[0xC8, 4, 0, 0], 1), // ENTER 4,0
    (&[0xC8, 8, 0, 3], 4), // ENTER 8,3
    (&[0xC9], 1),          // LEAVE
];

pub(crate) fn cases() -> Vec<Case> {
    let mut rng = Rng::new(0x117);
    let mut cases = Vec::new();
    for (code, size) in OPERANDS {
        for kind in 0..16 {
            for _ in 0..4 {
                cases.push(operand(&mut rng, (code, size), kind));
            }
        }
        for _ in 0..8 {
            cases.extend([real_operand(&mut rng, (code, size)), null_segment(&mut rng, code)]);
        }
    }
    for (code, words) in STACK {
        for _ in 0..40 {
            cases.push(stack(&mut rng, code, words));
        }
    }
    cases.extend((0..300).map(|_| string(&mut rng)));
    cases.extend((0..200).map(|_| code_end(&mut rng)));
    cases
}

/// Swaps the prefix that makes operands of 32 bits in 16-bit code: in 32-bit code it is the other way.
fn for_mode(mode: Mode, prefix: Option<u8>, code: &[u8]) -> Vec<u8> {
    let opcode = code.iter().position(|byte| !matches!(byte, 0x66 | 0x67)).expect("an opcode");
    let has = |byte: u8| code[..opcode].contains(&byte);
    let mut out: Vec<u8> = prefix.into_iter().collect();
    for size in [0x66, 0x67] {
        if has(size) != (mode.bitness() == 32) {
            out.push(size);
        }
    }
    out.extend(&code[opcode..]);
    out
}

/// An offset so that the operand is around the limit: inside, across, behind, or at the other end.
fn around(rng: &mut Rng, limit: u32, size: u32) -> u32 {
    let inside = limit.wrapping_add(1).wrapping_sub(size);
    match rng.below(8) {
        0 | 1 => inside,
        2 | 3 => inside.wrapping_add(1),
        4 => limit,
        5 => limit.wrapping_add(1),
        6 => inside.wrapping_sub(rng.below(4)),
        _ => rng.pick(&[u32::MAX, 0x1_0000, u32::MAX - 3]),
    }
}

/// The same in a segment that grows downwards, whose valid offsets begin behind `limit`.
fn around_bottom(rng: &mut Rng, limit: u32) -> u32 {
    match rng.below(6) {
        0 | 1 => limit + 1,
        2 => limit + 1 + rng.below(4),
        3 | 4 => limit - rng.below(4),
        _ => rng.pick(&[0, 1, limit / 2]),
    }
}

/// A case of level 3 with a data or code segment of type `kind` in segment register `seg`, whose edge
/// is in the window.
fn segmented(rng: &mut Rng, kind: u8, seg: usize) -> (Case, u32) {
    let mode = rng.pick(&[Mode::User16, Mode::User32]);
    let mut case = Case::new(mode, &[]);
    case.system = true;
    case.pattern = 4;
    // An edge a third into the window.
    let limit = rng.pick(&[0x3F, 0xFFF, 0x7FFF]);
    let base = WINDOW + 0x50 - limit;
    let access = 0xF0 | kind & 0xE | rng.pick(&[0, 1]);
    let bytes = descriptor(base, limit, access, rng.pick(&[0, 4]));
    let sel = (selector::SLOT + 8 * u16::try_from(seg).expect("in range")) | 3;
    case.pokes.extend(poke_descriptor(sel, bytes));
    case.seg[seg] = sel;
    (case, limit)
}

/// An operand at the edge of a segment of type `kind`. A register that cannot hold such a segment is
/// not chosen.
fn operand(rng: &mut Rng, (code, size): (&[u8], u32), kind: u8) -> Case {
    // Code that cannot be read loads into no data register, and stacks are writable data.
    let seg = match kind & 0xA {
        8 => CS,
        0xA => rng.pick(&[0, 1, 3, 4, 5]),
        2 => rng.pick(&[0, 2, 3, 4, 5]),
        _ => rng.pick(&[0, 3, 4, 5]),
    };
    if seg == CS {
        return code_operand(rng, (code, size), kind);
    }
    let (mut case, limit) = segmented(rng, kind, seg);
    case.code = for_mode(case.mode, Some(OVERRIDES[seg]), code);
    case.gpr[EBX] = if kind & 0xC == 4 { around_bottom(rng, limit) } else { around(rng, limit, size) };
    if seg == SS {
        // PUSH and POP would need the stack themselves.
        case.code = for_mode(case.mode, Some(OVERRIDES[seg]), &[0x67, 0x66, 0x8B, 0x03]);
    }
    case
}

/// The same in the code segment, which has to hold the instruction as well: the edge is its end.
fn code_operand(rng: &mut Rng, (code, size): (&[u8], u32), kind: u8) -> Case {
    let mode = rng.pick(&[Mode::User16, Mode::User32]);
    let mut case = Case::new(mode, &for_mode(mode, Some(OVERRIDES[CS]), code));
    case.system = true;
    let big = if mode == Mode::User32 { 4 } else { 0 };
    let limit = 0x9FFF;
    let bytes = descriptor(SEGMENT, limit, 0xF8 | kind & 6 | rng.pick(&[0, 1]), big);
    let sel = selector::SLOT | 3;
    case.pokes.extend(poke_descriptor(sel, bytes));
    case.seg[CS] = sel;
    // The edge is in the code area: only what reads goes there.
    let reads = code.iter().any(|byte| matches!(byte, 0x8A | 0x8B | 0x39 | 0x85));
    let edge = limit + 1 - size + rng.below(3);
    case.gpr[EBX] = if reads { edge } else { WINDOW - SEGMENT + 0x40 };
    case
}

/// In real and V86 mode every segment ends at FFFFh.
fn real_operand(rng: &mut Rng, (code, size): (&[u8], u32)) -> Case {
    let mode = rng.pick(&[Mode::Real, Mode::V86]);
    let seg = rng.pick(&[0, 3, 4, 5]);
    let mut case = Case::new(mode, &for_mode(mode, Some(OVERRIDES[seg]), code));
    case.seg[seg] = u16::try_from((WINDOW + 0x50 - 0x1_0000) >> 4).expect("in range");
    case.pattern = 4;
    case.gpr[EBX] = around(rng, 0xFFFF, size);
    case
}

/// Operands in a segment register that holds a null selector.
fn null_segment(rng: &mut Rng, code: &[u8]) -> Case {
    let mode = rng.pick(&[Mode::User16, Mode::User32, Mode::System16, Mode::System32]);
    let seg = rng.pick(&[0, 3, 4, 5]);
    let mut case = Case::new(mode, &for_mode(mode, Some(OVERRIDES[seg]), code));
    case.seg[seg] = u16::try_from(rng.below(4)).expect("in range");
    case.gpr[EBX] = WINDOW + rng.below(0x80);
    case
}

/// A push or pop on a stack of level 3 that ends nearby: upwards or downwards, 16 or 32 bits.
fn stack(rng: &mut Rng, code: &[u8], words: u32) -> Case {
    let (kind, mode) = (rng.pick(&[2, 6]), rng.pick(&[Mode::User16, Mode::User32]));
    let mut case = Case::new(mode, code);
    case.system = true;
    case.pattern = 3;
    if code[0] == 0xE8 && mode == Mode::User32 {
        case.code.extend([0, 0]);
    }
    let big = rng.one_in(2);
    // Middle of the window's upper half.
    let edge = WINDOW + 0x180;
    let (limit, offset) = if kind == 6 { (0x3FFF, 0x4000) } else { (0x407F, 0x4080) };
    let bytes = descriptor(edge - offset, limit, 0xF0 | kind | 1, if big { 4 } else { 0 });
    let sel = selector::SLOT | 3;
    case.pokes.extend(poke_descriptor(sel, bytes));
    case.seg[SS] = sel;
    let reach = words * 4 + 8;
    let garbage = if big { 0 } else { rng.u32() << 16 };
    case.gpr[ESP] = garbage | (offset + rng.below(2 * reach) - reach);
    case.gpr[EBP] = garbage | (offset + rng.below(0x20) - 0x10);
    case.gpr[EAX] = 0x9400;
    // What RET and POPF find.
    let top = (edge - offset).wrapping_add(if big { case.gpr[ESP] } else { case.gpr[ESP] & 0xFFFF });
    match code[0] {
        0xC3 => poke(&mut case, top, &0x9400u32.to_le_bytes()),
        0x9D => poke(&mut case, top, &0x8D7u32.to_le_bytes()),
        _ => {}
    }
    case
}

/// A string instruction whose elements cross the end of source or destination.
fn string(rng: &mut Rng) -> Case {
    let seg = rng.pick(&[0, 3]);
    let (mut case, limit) = segmented(rng, 2, seg);
    let opcode = rng.pick(&[0xA4, 0xA5, 0xA6, 0xA7, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF]);
    case.code = [rng.pick(&[&[0xF3][..], &[0xF2], &[]]), &[rng.pick(&[0x66, 0x67, 0x3E])], &[opcode]].concat();
    let (from, to) = (WINDOW + 0x20 - BASES[3], WINDOW + 0xA0 - BASES[0]);
    let near = limit + 1 - rng.below(12);
    (case.gpr[ESI], case.gpr[EDI]) = if seg == 0 { (from, near) } else { (near, to) };
    case.gpr[ECX] = rng.below(8);
    case.eflags |= rng.pick(&[0, 0, 0x400]);
    case
}

/// An instruction across or behind the limit of its code segment.
fn code_end(rng: &mut Rng) -> Case {
    let mode = rng.pick(&[Mode::User16, Mode::User32]);
    let codes: [&[u8]; 5] = [&[0x90], &[0x89, 0xC8], &[0xB8, 1, 2, 3, 4], &[0xEB, 0x10], &[0x81, 0xC1, 1, 2, 3, 4]];
    let mut case = Case::new(mode, rng.pick(&codes));
    case.system = true;
    let big = if mode == Mode::User32 { 4 } else { 0 };
    if big == 0 && case.code.len() > 4 {
        case.code.truncate(case.code.len() - 2);
    }
    let len = u32::try_from(case.code.len()).expect("in range");
    let limit = case.eip + rng.below(len + 1);
    let sel = selector::SLOT | 3;
    case.pokes.extend(poke_descriptor(sel, descriptor(SEGMENT, limit, 0xFB, big)));
    case.seg[CS] = sel;
    case
}
