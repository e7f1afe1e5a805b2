//! Page faults and accessed and dirty bits: directory and table entries of every kind, at both
//! privileges, for reads, writes and fetches, within a page and across two.

use crate::proof::case::{CR0_PAGING, Case};
use crate::proof::layout::{CASE_TABLE, CODE, PAGE_DIRECTORY, PAGES, WINDOW, selector};
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

/// Page of the first case page, and of the code behind a fetch.
const FIRST: u32 = 4;

/// Instructions with an operand at ES:[EBX].
const OPERANDS: [&[u8]; 22] = [
    &[0x8A, 0x03],          // MOV AL,[EBX]
    &[0x8B, 0x03],          // MOV EAX,[EBX]
    &[0x88, 0x03],          // MOV [EBX],AL
    &[0x89, 0x03],          // MOV [EBX],EAX
    &[0x66, 0x89, 0x03],    // MOV [EBX],AX
    &[0x01, 0x03],          // ADD [EBX],EAX
    &[0x66, 0x29, 0x03],    // SUB [EBX],AX
    &[0x3B, 0x03],          // CMP EAX,[EBX]
    &[0xF6, 0x03, 0x55],    // TEST byte [EBX],55h
    &[0xFE, 0x03],          // INC byte [EBX]
    &[0xF7, 0x13],          // NOT dword [EBX]
    &[0x87, 0x03],          // XCHG [EBX],EAX
    &[0x0F, 0x94, 0x03],    // SETZ [EBX]
    &[0x0F, 0xBA, 0x23, 7], // BT dword [EBX],7
    &[0x0F, 0xBA, 0x3B, 7], // BTC dword [EBX],7
    &[0x0F, 0xAC, 0x03, 9], // SHRD [EBX],EAX,9
    &[0xD3, 0x23],          // SHL dword [EBX],CL
    &[0x0F, 0xBF, 0x03],    // MOVSX EAX,word [EBX]
    &[0xFF, 0x33],          // PUSH dword [EBX]
    &[0x8F, 0x03],          // POP dword [EBX]
    &[0x8C, 0x1B],          // MOV [EBX],DS
    &[0x0F, 0xA4, 0xC3, 0], // SHLD EBX,EAX,0: no operand in memory at all
];
/// Instructions that use the stack.
const STACK: [&[u8]; 10] = [
    &[0x50],
    &[0x58],
    &[0x60],
    &[0x61],
    &[0x9C],
    &[0xE8, 0, 1, 0, 0],
    &[0xC8, 4, 0, 0],
    &[0xC8, 4, 0, 3],
    &[0xC9],
    &[0x66, 0x50],
];

pub(crate) fn cases() -> Vec<Case> {
    let mut rng = Rng::new(0x9A6E);
    let mut cases = Vec::new();
    // Present, writable, user of both levels.
    for rights in 0..64 {
        for mode in [Mode::User32, Mode::System32] {
            for code in OPERANDS {
                if rng.below(3) == 0 {
                    cases.push(operand(&mut rng, code, rights, mode));
                }
            }
            cases.push(stack(&mut rng, rights));
            cases.push(string(&mut rng, rights, mode));
            cases.push(fetch(&mut rng, rights, mode));
        }
    }
    cases
}

/// A flat case with paging, and ES that covers the pages; entries get `rights`: directory entry in
/// the upper three bits, table entries in the lower.
fn paged(rng: &mut Rng, rights: u32, mode: Mode) -> Case {
    let mut case = Case::new(mode, &[]);
    (case.system, case.cr0, case.pattern) = (true, CR0_PAGING, 4);
    let bits = |low: u32, rng: &mut Rng| low & 7 | rng.pick(&[0, 0x20, 0x60]);
    let (directory, table) = (rights >> 3, rights & 7);
    case.pokes.push((PAGE_DIRECTORY + 4, CASE_TABLE | bits(directory, rng) & !0x40));
    // The page before is as good as can be, so that operands that cross meet one of each kind.
    case.pokes.push((CASE_TABLE + 4 * (FIRST - 1), WINDOW & !0xFFF | 7));
    case.pokes.push((CASE_TABLE + 4 * FIRST, WINDOW & !0xFFF | bits(table, rng)));
    let level = if mode == Mode::User32 { 3 } else { 0 };
    let sel = selector::SLOT | level;
    let access = 0x93 | u8::try_from(level << 5).expect("in range");
    case.pokes.extend(poke_descriptor(sel, descriptor(PAGES, 0xF, access, 0xC)));
    case.seg[0] = sel;
    case
}

/// An offset in the pages: in the first, or across its beginning.
fn offset(rng: &mut Rng) -> u32 {
    let page = FIRST * 0x1000;
    if rng.one_in(3) { page - 1 - rng.below(4) } else { page + 0x10 + rng.below(0x80) }
}

fn operand(rng: &mut Rng, code: &[u8], rights: u32, mode: Mode) -> Case {
    let mut case = paged(rng, rights, mode);
    case.code = [&[0x26], code].concat();
    case.gpr[EBX] = offset(rng);
    case.gpr[EAX] = rng.operand();
    case.gpr[ECX] = rng.below(33);
    case
}

/// A stack in the pages, at level 3.
fn stack(rng: &mut Rng, rights: u32) -> Case {
    let mut case = paged(rng, rights, Mode::User32);
    case.code = rng.pick(&STACK).to_vec();
    case.seg[SS] = case.seg[0];
    // The stack segment must be 32-bit, as it is.
    case.gpr[ESP] = FIRST * 0x1000 + rng.pick(&[0, 2, 4, 8, 0x10, 0x18, 0x20, 0x80]);
    case.gpr[EBP] = FIRST * 0x1000 + rng.pick(&[0, 4, 8, 0x40]);
    case
}

/// MOVS, STOS, SCAS and the like into and across the page.
fn string(rng: &mut Rng, rights: u32, mode: Mode) -> Case {
    let mut case = paged(rng, rights, mode);
    let opcode = rng.pick(&[0xA4, 0xA5, 0xA6, 0xA7, 0xAA, 0xAB, 0xAE, 0xAF]);
    case.code = vec![0xF3, opcode];
    case.seg[3] = case.seg[0];
    let page = FIRST * 0x1000;
    // Forwards from the page before.
    case.gpr[EDI] = page - rng.below(12);
    case.gpr[ESI] = if rng.one_in(2) { page - rng.below(12) } else { (FIRST - 1) * 0x1000 + 0x20 };
    case.gpr[ECX] = rng.below(10);
    case.gpr[EAX] = 0;
    case
}

/// Code in the page, or that begins in the page before.
fn fetch(rng: &mut Rng, rights: u32, mode: Mode) -> Case {
    let mut case = paged(rng, rights, mode);
    let level = if mode == Mode::User32 { 3 } else { 0 };
    case.pokes.retain(|(at, _)| !(CASE_TABLE..CASE_TABLE + 0x100).contains(at));
    let table = rights & 7 | rng.pick(&[0, 0x20, 0x60]);
    // Both pages show the code page: what follows its last byte is its first, an INT 3.
    case.pokes.push((CASE_TABLE + 4 * (FIRST - 1), CODE | 7));
    case.pokes.push((CASE_TABLE + 4 * FIRST, CODE | table));
    let sel = (selector::SLOT + 8) | level;
    let access = 0x9B | u8::try_from(level << 5).expect("in range");
    case.pokes.extend(poke_descriptor(sel, descriptor(PAGES, 0x3F, access, 0xC)));
    case.seg[CS] = sel;
    let across = rng.one_in(2);
    case.code = if across { vec![0x81, 0xC1, 1, 0xCC, 0xCC, 0xCC] } else { vec![0x40] };
    case.eip = if across { FIRST * 0x1000 - 3 } else { FIRST * 0x1000 + 0x800 };
    case
}
