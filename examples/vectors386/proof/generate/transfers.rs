//! Far jumps, calls, returns and interrupts in protected mode: to code of every type and level,
//! through gates of every kind, to inner and outer levels and into V86 mode.

use super::special::{poke, stack_top};
use crate::proof::case::Case;
use crate::proof::layout::{BASES, IDT, SEGMENT, TSS, selector};
use crate::proof::mode::{CS, Mode, SS};
use crate::proof::rng::Rng;
use crate::proof::tables::{descriptor, gate, poke_descriptor};

const CASES: u32 = 600;
/// Slot of the code that is the target.
const TARGET: u16 = selector::SLOT;
/// Slot of a gate.
const GATE: u16 = selector::SLOT + 0x08;
/// Slot of an outer stack.
const OUTER_STACK: u16 = selector::SLOT + 0x10;
/// Slots of code and stack at levels 1 and 2.
const LEVEL_CODE: u16 = selector::SLOT + 0x30;
const LEVEL_STACK: u16 = selector::SLOT + 0x38;
/// IOPL 3.
const IOPL: u32 = 0x3000;
const VM: u32 = 1 << 17;

pub(crate) fn cases() -> Vec<Case> {
    let mut rng = Rng::new(0x7F42);
    let mut cases = Vec::new();
    for _ in 0..CASES {
        cases.push(direct(&mut rng));
        cases.push(through_gate(&mut rng));
        cases.push(far_return(&mut rng));
        cases.push(interrupt_return(&mut rng));
        cases.push(interrupt(&mut rng));
    }
    cases.extend((0..100).map(|_| into_v86(&mut rng)));
    cases
}

/// A plain case at a random level, and the level.
fn at_some_level(rng: &mut Rng) -> (Case, u8) {
    let level = rng.pick(&[0, 0, 1, 2, 3, 3, 3]);
    let wide = rng.one_in(2);
    let mode = match (level, wide) {
        (0, false) => Mode::System16,
        (0, true) => Mode::System32,
        (_, false) => Mode::User16,
        (_, true) => Mode::User32,
    };
    let mut case = Case::new(mode, &[]);
    (case.system, case.pattern) = (true, 3);
    if matches!(level, 1 | 2) {
        let big = if wide { 4 } else { 0 };
        let access = level << 5;
        case.pokes.extend(poke_descriptor(LEVEL_CODE, descriptor(SEGMENT, 0xFFFF, 0x9B | access, big)));
        case.pokes.extend(poke_descriptor(LEVEL_STACK, descriptor(BASES[SS], 0xFFFF, 0x93 | access, big)));
        case.seg[CS] = LEVEL_CODE | u16::from(level);
        case.seg[SS] = LEVEL_STACK | u16::from(level);
    }
    (case, level)
}

/// Access byte of a target: mostly code that is present, of any level and kind.
fn target_access(rng: &mut Rng, likely_level: u8) -> u8 {
    if rng.one_in(8) {
        return rng.u8();
    }
    let level = if rng.one_in(2) { likely_level } else { rng.u8() & 3 };
    let present = if rng.one_in(10) { 0 } else { 0x80 };
    present | level << 5 | 0x18 | rng.u8() & 7
}

/// A code segment for the target, and its selector.
fn target(rng: &mut Rng, case: &mut Case, access: u8) -> u16 {
    let attributes = rng.pick(&[0, 4]);
    let limit = if rng.one_in(12) { 0x8FFF } else { 0xFFFF };
    // System descriptors of the harness must not be doubled: a TSS would be switched to.
    let access = if access & 0x10 == 0 { access & 0xE0 } else { access };
    case.pokes.extend(poke_descriptor(TARGET, descriptor(SEGMENT, limit, access, attributes)));
    match rng.below(24) {
        0 => u16::try_from(rng.below(4)).expect("in range"),
        1 => 0x180 | 3,
        _ => TARGET,
    }
}

fn offset(rng: &mut Rng) -> u32 {
    0x9200 + rng.below(0x400)
}

/// An offset of the operand size and a selector, as in memory.
fn pointer(case: &Case, sel: u16, offset: u32) -> Vec<u8> {
    let size = if case.mode.bitness() == 32 { 4 } else { 2 };
    [&offset.to_le_bytes()[..size], &sel.to_le_bytes()].concat()
}

/// Makes the instruction a far JMP or CALL to `sel`.
fn far_instruction(rng: &mut Rng, case: &mut Case, sel: u16, offset: u32) {
    let pointer = pointer(case, sel, offset);
    if rng.one_in(2) {
        case.code = [&[rng.pick(&[0xEA, 0x9A])][..], &pointer].concat();
        return;
    }
    // Through memory in DS.
    let at = crate::proof::layout::WINDOW + 0x40;
    let place = at - BASES[3];
    let wide = case.mode.bitness() == 32;
    let modrm = rng.pick(&[0x28, 0x18]) | if wide { 5 } else { 6 };
    case.code = [&[0xFF, modrm][..], &place.to_le_bytes()[..if wide { 4 } else { 2 }]].concat();
    poke(case, at, &pointer);
}

fn direct(rng: &mut Rng) -> Case {
    let (mut case, level) = at_some_level(rng);
    let access = target_access(rng, level);
    let rpl = rng.pick(&[u16::from(level), u16::from(level), 0, 3]);
    let sel = target(rng, &mut case, access) | rpl;
    let offset = offset(rng);
    far_instruction(rng, &mut case, sel, offset);
    case
}

/// A call gate to code of any level, with parameters.
fn through_gate(rng: &mut Rng) -> Case {
    let (mut case, level) = at_some_level(rng);
    let inner = rng.u8() % (level + 1);
    let access = target_access(rng, inner);
    let sel = target(rng, &mut case, access);
    let kind = rng.pick(&[0x4, 0xC, 0xC]);
    let dpl = if rng.one_in(4) { rng.u8() & 3 } else { 3 };
    let present = if rng.one_in(12) { 0 } else { 0x80 };
    let offset = offset(rng);
    let bytes = gate(sel, offset, present | dpl << 5 | kind, rng.pick(&[0, 0, 1, 2, 4]));
    case.pokes.extend(poke_descriptor(GATE, bytes));
    if rng.one_in(8) {
        // The stack of level 1 or 2 cannot be loaded.
        let bad = rng.pick(&[0, 0x10, u32::from(selector::STACK_1 | 3), 0x1F0]);
        case.pokes.push((TSS + rng.pick(&[0x10, 0x18]), bad));
    }
    let rpl = rng.pick(&[0, u16::from(level), 3]);
    far_instruction(rng, &mut case, GATE | rpl, 0xDEAD);
    case
}

/// Items of the operand size on the stack.
fn push_items(case: &mut Case, items: &[u32], wide: bool) {
    let bytes: Vec<u8> =
        items.iter().flat_map(|item| item.to_le_bytes()[..if wide { 4 } else { 2 }].to_vec()).collect();
    let at = stack_top(case);
    poke(case, at, &bytes);
}

/// Code and stack of a level to return to; the selectors.
fn outer(rng: &mut Rng, case: &mut Case, level: u8) -> (u16, u16) {
    let to = if rng.one_in(3) { level } else { level + rng.u8() % (4 - level) };
    let access = target_access(rng, to);
    let rpl = if rng.one_in(8) { rng.u8() & 3 } else { to };
    let code = target(rng, case, access) | u16::from(rpl);
    let stack_access = if rng.one_in(6) { rng.u8() & 0xEF | 0x10 } else { 0x93 | to << 5 };
    let stack = descriptor(BASES[SS], 0xFFFF, stack_access, rng.pick(&[0, 4]));
    case.pokes.extend(poke_descriptor(OUTER_STACK, stack));
    let stack = if rng.one_in(12) { 0 } else { OUTER_STACK };
    let stack_rpl = if rng.one_in(8) { rng.u8() & 3 } else { to };
    (code, stack | u16::from(stack_rpl))
}

fn far_return(rng: &mut Rng) -> Case {
    let (mut case, level) = at_some_level(rng);
    let (code, stack) = outer(rng, &mut case, level);
    let wide = case.mode.bitness() == 32;
    let drop = rng.pick(&[0, 0, 4, 8]);
    case.code = if drop == 0 { vec![0xCB] } else { vec![0xCA, drop, 0] };
    let mut items = vec![offset(rng), u32::from(code)];
    items.extend(vec![0x5A5A_5A5A; usize::from(drop) / if wide { 4 } else { 2 }]);
    items.extend([case.gpr[4] + 0x20, u32::from(stack)]);
    push_items(&mut case, &items, wide);
    case
}

fn interrupt_return(rng: &mut Rng) -> Case {
    let (mut case, level) = at_some_level(rng);
    let (code, stack) = outer(rng, &mut case, level);
    let wide = case.mode.bitness() == 32;
    case.code = vec![0xCF];
    case.eflags |= rng.pick(&[0, 0x1000, IOPL, 0x200]);
    // No NT, which is for tasks, and no TF.
    let flags = rng.u32() & 0x3ED7 | 2;
    let items = [offset(rng), u32::from(code), flags, case.gpr[4] + 0x20, u32::from(stack)];
    push_items(&mut case, &items, wide);
    case
}

/// INT n through a gate of any kind, from every level and from V86 mode.
fn interrupt(rng: &mut Rng) -> Case {
    let (mut case, level) = match rng.one_in(4) {
        true => (Case::new(Mode::V86, &[]), 3),
        false => at_some_level(rng),
    };
    (case.system, case.pattern) = (true, 3);
    case.eflags |= rng.pick(&[IOPL, IOPL, 0]) | rng.pick(&[0, 0x200]);
    let vector = 0x20 + rng.u8() % 0x12;
    let inner = if case.mode == Mode::V86 { rng.pick(&[0, 0, 1, 3]) } else { rng.u8() % (level + 1) };
    let access = target_access(rng, inner);
    let sel = target(rng, &mut case, access);
    let kind = if rng.one_in(12) { rng.u8() & 0x1F } else { rng.pick(&[0x6, 0x7, 0xE, 0xE, 0xF]) };
    // Task gates belong to the tasks.
    let kind = if kind == 5 { 0xD } else { kind };
    let dpl = if rng.one_in(4) { rng.u8() & 3 } else { 3 };
    let present = if rng.one_in(12) { 0 } else { 0x80 };
    let bytes = gate(sel, offset(rng), present | dpl << 5 | kind, 0);
    if vector < 0x30 {
        let at = IDT + 8 * u32::from(vector);
        case.pokes.extend(poke_descriptor(0, bytes).map(|(place, value)| (at + (place & 7), value)));
    }
    case.code = vec![0xCD, vector];
    case
}

/// IRETD from level 0 into a V86 task.
fn into_v86(rng: &mut Rng) -> Case {
    let mut case = Case::new(Mode::System32, &[0xCF]);
    (case.system, case.pattern) = (true, 3);
    let paragraphs = Mode::V86.segments().map(u32::from);
    let [es, cs, ss, ds, fs, gs] = paragraphs;
    let flags = VM | rng.u32() & 0x3ED7 | 2;
    // An EIP beyond FFFFh is left out: the manual's text is garbled there (80386 PRM §17.2.2, IRET); both
    // emulators, and the core, cut it off.
    let ip = offset(rng);
    let items = [ip, cs | rng.u32() << 16, flags, case.gpr[4], ss, es, ds, fs, gs];
    push_items(&mut case, &items, true);
    case
}
