//! Task switches: to 386 and 286 TSSs, by JMP, CALL, INT and IRET, directly and through gates, with
//! every type and level of the descriptors, and into tasks that cannot be entered.

use super::special::poke;
use crate::proof::case::Case;
use crate::proof::layout::{BASES, IDT, OTHER_TSS, OTHER_TSS_286, TSS, TSS_286_BYTES, TSS_BYTES, WINDOW, selector};
use crate::proof::mode::Mode;
use crate::proof::rng::Rng;
use crate::proof::tables::{descriptor, gate, poke_descriptor};

const CASES: u32 = 700;
/// Slot of a task gate.
const GATE: u16 = selector::SLOT + 0x08;
/// Nested task, in EFLAGS.
const NT: u32 = 0x4000;

pub(crate) fn cases() -> Vec<Case> {
    let mut rng = Rng::new(0x7A5C);
    let mut cases = Vec::new();
    for _ in 0..CASES {
        let mut case = at_some_level(&mut rng);
        switch(&mut rng, &mut case);
        if rng.one_in(3) {
            spoil(&mut rng, &mut case);
        }
        cases.push(case);
    }
    cases
}

fn at_some_level(rng: &mut Rng) -> Case {
    let mode = rng.pick(&[Mode::System16, Mode::System32, Mode::User16, Mode::User32]);
    let mut case = Case::new(mode, &[]);
    (case.system, case.pattern) = (true, 3);
    case.eflags |= rng.u32() & 0x8D5;
    case
}

/// The descriptor of the task: mostly available, at a level that may be used; its selector.
fn task(rng: &mut Rng, case: &mut Case, busy: bool) -> u16 {
    let wide = !rng.one_in(3);
    let (sel, base, limit, kind) = match wide {
        true => (selector::OTHER_TASK, OTHER_TSS, TSS_BYTES - 1, 9),
        false => (selector::OTHER_TASK_286, OTHER_TSS_286, TSS_286_BYTES - 1, 1),
    };
    let kind = if busy != rng.one_in(10) { kind | 2 } else { kind };
    let dpl = if rng.one_in(3) { rng.u8() & 3 } else { 3 };
    let present = if rng.one_in(16) { 0 } else { 0x80 };
    let limit = if rng.one_in(16) { limit - 1 } else { limit };
    case.pokes.extend(poke_descriptor(sel, descriptor(base, limit, present | dpl << 5 | kind, 0)));
    sel
}

/// An instruction that switches tasks.
fn switch(rng: &mut Rng, case: &mut Case) {
    if rng.one_in(4) {
        // IRET to the task that called this one.
        let sel = task(rng, case, true);
        case.code = vec![0xCF];
        case.eflags |= NT;
        let link = if rng.one_in(10) { rng.pick(&[0, 0x10, 0x1F8, u32::from(sel | 4)]) } else { u32::from(sel) };
        case.pokes.push((TSS, link));
        return;
    }
    let sel = task(rng, case, false);
    let rpl = rng.pick(&[0, 0, 3]);
    let dpl = if rng.one_in(4) { rng.u8() & 3 } else { 3 };
    let present = if rng.one_in(16) { 0 } else { 0x80 };
    let task_gate = gate(sel, 0, present | dpl << 5 | 5, 0);
    match rng.below(3) {
        0 => far(rng, case, sel | rpl),
        1 => {
            case.pokes.extend(poke_descriptor(GATE, task_gate));
            far(rng, case, GATE | rpl);
        }
        _ => {
            let vector = 0x20 + rng.u8() % 0x10;
            let at = IDT + 8 * u32::from(vector);
            case.pokes.extend(poke_descriptor(0, task_gate).map(|(place, value)| (at + (place & 7), value)));
            case.code = vec![0xCD, vector];
        }
    }
}

/// A far JMP or CALL, direct or through memory.
fn far(rng: &mut Rng, case: &mut Case, sel: u16) {
    let wide = case.mode.bitness() == 32;
    let size = if wide { 4 } else { 2 };
    let pointer = [&0xDEAD_u32.to_le_bytes()[..size], &sel.to_le_bytes()].concat();
    if rng.one_in(2) {
        case.code = [&[rng.pick(&[0xEA, 0x9A])][..], &pointer].concat();
        return;
    }
    let at = WINDOW + 0x40;
    let modrm = rng.pick(&[0x28, 0x18]) | if wide { 5 } else { 6 };
    case.code = [&[0xFF, modrm][..], &(at - BASES[3]).to_le_bytes()[..size]].concat();
    poke(case, at, &pointer);
}

/// Changes a field of the new task's 386 TSS.
fn spoil(rng: &mut Rng, case: &mut Case) {
    let [es, cs, ss, _, _, _] = Mode::User32.segments().map(u32::from);
    let v86 = Mode::V86.segments().map(u32::from);
    match rng.below(7) {
        0 => case.pokes.push((OTHER_TSS + 0x4C, rng.pick(&[0, es, 0x08, 0x1F8, ss]))),
        1 => case.pokes.push((OTHER_TSS + 0x50, rng.pick(&[0, cs, 0x10, ss & !3, 0x1F8]))),
        2 => case.pokes.push((OTHER_TSS + rng.pick(&[0x48, 0x54, 0x58, 0x5C]), rng.pick(&[0, 3, 0x10, 0x1F8, cs, ss]))),
        3 => case.pokes.push((OTHER_TSS + 0x60, rng.pick(&[0, 0x10, 0x1F8, u32::from(selector::TASK)]))),
        // EFLAGS, without TF.
        4 => case.pokes.push((OTHER_TSS + 0x24, rng.u32() & 0x3ED7 | 2)),
        // EIP beyond the segment.
        5 => case.pokes.push((OTHER_TSS + 0x20, 0x1_A100)),
        // A V86 task.
        _ => {
            case.pokes.push((OTHER_TSS + 0x24, 0x2_0002 | rng.u32() & 0x8D5));
            let places = (0..).map(|index| OTHER_TSS + 0x48 + 4 * index);
            case.pokes.extend(places.zip(v86));
        }
    }
}
