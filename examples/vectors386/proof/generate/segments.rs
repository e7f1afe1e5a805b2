//! Selectors: loads of segment registers and LAR, LSL, VERR, VERW, ARPL, over every descriptor type,
//! level, and selector.

use crate::proof::case::Case;
use crate::proof::layout::{BASES, WINDOW, selector};
use crate::proof::mode::{Mode, SS};
use crate::proof::rng::Rng;
use crate::proof::tables::{descriptor, poke_descriptor};

use super::special::{poke, stack_top};

/// Opcode bytes of what loads a segment register from memory at DS:[disp], without the displacement.
const FROM_MEMORY: [(&[u8], bool); 11] = [
    (&[0x8E, 0x06], false),      // MOV ES
    (&[0x8E, 0x16], false),      // MOV SS
    (&[0x8E, 0x1E], false),      // MOV DS
    (&[0x8E, 0x26], false),      // MOV FS
    (&[0x8E, 0x2E], false),      // MOV GS
    (&[0xC4, 0x06], true),       // LES
    (&[0xC5, 0x06], true),       // LDS
    (&[0x0F, 0xB2, 0x26], true), // LSS SP
    (&[0x0F, 0xB2, 0x06], true), // LSS AX
    (&[0x0F, 0xB4, 0x06], true), // LFS
    (&[0x0F, 0xB5, 0x0E], true), // LGS
];
/// POP into a segment register.
const POPS: [&[u8]; 5] = [&[0x07], &[0x17], &[0x1F], &[0x0F, 0xA1], &[0x0F, 0xA9]];
/// Instructions that ask about the selector in CX; the result, if any, goes to AX.
const QUERIES: [&[u8]; 8] = [
    &[0x0F, 0x02, 0xC1],       // LAR
    &[0x0F, 0x02, 0xC1],       // LAR
    &[0x66, 0x0F, 0x02, 0xC1], // LAR with the other operand size
    &[0x0F, 0x03, 0xC1],       // LSL
    &[0x0F, 0x03, 0xC1],       // LSL
    &[0x66, 0x0F, 0x03, 0xC1], // LSL with the other operand size
    &[0x0F, 0x00, 0xE1],       // VERR
    &[0x0F, 0x00, 0xE9],       // VERW
];
/// Where the operand in memory lies, in DS.
const OPERAND: u32 = WINDOW + 0x40 - BASES[3];

pub(crate) fn cases() -> Vec<Case> {
    let mut rng = Rng::new(0x5E6);
    let mut cases = Vec::new();
    // Type with S bit, present, DPL.
    for access in (0..=0xFF).filter(|access| access & 0x10 == 0 || access & 1 == 0 || access % 3 == 0) {
        for rpl in 0..4 {
            for level in [0, 3] {
                cases.push(load(&mut rng, access, rpl, level));
                cases.push(query(&mut rng, access, rpl, level));
            }
        }
    }
    cases.extend((0..200).map(|_| arpl(&mut rng)));
    cases.extend((0..200).map(|_| odd_selector(&mut rng)));
    cases
}

fn mode(rng: &mut Rng, level: u8) -> Mode {
    match level {
        0 => rng.pick(&[Mode::System16, Mode::System32]),
        _ => rng.pick(&[Mode::User16, Mode::User32]),
    }
}

/// A descriptor with this access byte in a slot of the GDT, or now and then of the LDT.
fn described(rng: &mut Rng, access: u8, rpl: u16, mode: Mode) -> (Case, u16) {
    let mut case = Case::new(mode, &[]);
    case.system = true;
    let table = if rng.one_in(4) { 4 } else { selector::SLOT };
    let sel = table + u16::try_from(rng.below(4)).expect("in range") * 8;
    // Segments that grow downwards reach from above this limit to the top.
    let data_down = access & 0x1C == 0x14;
    let (limit, attributes) = match data_down {
        true => (0xFFF, 0),
        false if rng.one_in(4) => (rng.u32() >> 16 | 0xFFFF, 8 | rng.pick(&[0, 4])),
        false => (0xFFFF, rng.pick(&[0, 4])),
    };
    let bytes = descriptor(BASES[SS], limit, access, attributes);
    case.pokes.extend(poke_descriptor(sel, bytes));
    (case, sel | rpl)
}

fn load(rng: &mut Rng, access: u8, rpl: u16, level: u8) -> Case {
    let mode = mode(rng, level);
    let (mut case, sel) = described(rng, access, rpl, mode);
    load_instruction(rng, &mut case, sel);
    case
}

/// An instruction that loads `sel`.
fn load_instruction(rng: &mut Rng, case: &mut Case, sel: u16) {
    let wide = case.mode.bitness() == 32;
    if rng.one_in(3) {
        case.code = rng.pick(&POPS).to_vec();
        let at = stack_top(case);
        poke(case, at, &sel.to_le_bytes());
        return;
    }
    if rng.one_in(3) {
        // MOV from AX to ES, SS, DS, FS or GS.
        case.code = vec![0x8E, rng.pick(&[0xC0, 0xD0, 0xD8, 0xE0, 0xE8])];
        case.gpr[0] = case.gpr[0] & 0xFFFF_0000 | u32::from(sel);
        return;
    }
    let (code, far) = rng.pick(&FROM_MEMORY);
    case.code = code.to_vec();
    // ModR/M for an address without registers differs: 6 in 16-bit code, 5 in 32-bit code.
    let last = case.code.len() - 1;
    case.code[last] = case.code[last] & 0xF8 | if wide { 5 } else { 6 };
    case.code.extend(&OPERAND.to_le_bytes()[..if wide { 4 } else { 2 }]);
    let at = BASES[3] + OPERAND;
    let mut operand = sel.to_le_bytes().to_vec();
    if far {
        // For LSS SP: an offset that leaves the stack in the window.
        let offset = case.gpr[4] - 0x10;
        operand = [&offset.to_le_bytes()[..if wide { 4 } else { 2 }], &operand[..]].concat();
    }
    poke(case, at, &operand);
}

fn query(rng: &mut Rng, access: u8, rpl: u16, level: u8) -> Case {
    let mode = mode(rng, level);
    let (mut case, sel) = described(rng, access, rpl, mode);
    case.code = rng.pick(&QUERIES).to_vec();
    case.gpr[1] = rng.u32() << 16 | u32::from(sel);
    case.eflags |= rng.pick(&[0, 0x40, 0x8D5]);
    case
}

fn arpl(rng: &mut Rng) -> Case {
    let mode = rng.pick(&[Mode::System16, Mode::System32, Mode::User16, Mode::User32]);
    let mut case = Case::new(mode, &[0x63, 0xC8]); // ARPL AX,CX
    (case.gpr[0], case.gpr[1]) = (rng.u32(), rng.u32());
    case.eflags |= rng.pick(&[0, 0x40, 0x8D5]);
    case
}

/// Null selectors, selectors beyond their table, system segments of the harness.
fn odd_selector(rng: &mut Rng) -> Case {
    let level = rng.pick(&[0, 3]);
    let mut case = Case::new(mode(rng, level), &[]);
    case.system = true;
    let beyond = [0x180, 0x17F, 0x1FF, 0xFFFF, 0x44, 0x47, 0x7C];
    let sel = match rng.below(3) {
        0 => rng.pick(&[0, 1, 2, 3]),
        1 => rng.pick(&beyond),
        _ => u16::try_from(rng.below(0x60)).expect("in range"),
    };
    if rng.one_in(2) {
        load_instruction(rng, &mut case, sel);
    } else {
        case.code = rng.pick(&QUERIES).to_vec();
        case.gpr[1] = rng.u32() << 16 | u32::from(sel);
    }
    case
}
