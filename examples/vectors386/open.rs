//! What the architecture leaves undefined after an instruction.

use std::collections::BTreeSet;

use iced_x86::{Code, Instruction, Mnemonic, RflagsBits};

use crate::proof::case::Case;
use crate::proof::generate::decode;
use crate::proof::layout::{CASE_PAGES, CASE_TABLE, INNER_STACKS, KERNEL_STACK, PAGE_DIRECTORY, selector};
use crate::proof::record::Outcome;
use crate::proof::text::{BELOW_STACK, Open};

const CF: u32 = 1;
const AF: u32 = 0x10;
const ZF: u32 = 0x40;
const C0: u16 = 0x100;
const C2: u16 = 0x400;
const C3: u16 = 0x4000;
const OF: u32 = 0x800;
/// The six arithmetic flags.
const ARITHMETIC: u32 = 0x8D5;

/// What is undefined after `case`, which one emulator left as `after`, and the other as `other`.
pub(crate) fn open(case: &Case, after: &Outcome, other: &Outcome) -> Open {
    let mut open = Open::default();
    if matches!(after.vector, 10..=14) {
        // What a faulting instruction had pushed when it met the fault.
        let (base, big) = after.stack_segment(case);
        let top = base.wrapping_add(if big { case.gpr[4] } else { case.gpr[4] & 0xFFFF });
        let below = |at: &u32| (top.saturating_sub(BELOW_STACK)..top).contains(at);
        let pushed = after.memory.keys().chain(other.memory.keys()).any(below);
        open.stack = if pushed { top } else { 0 };
    }
    use Code::{Pushd_CS, Pushd_DS, Pushd_ES, Pushd_FS, Pushd_GS, Pushd_SS};
    if after.vector == 14 {
        // Whether an entry counts as used that did not lead to a page: no manual says.
        let entry = |at: &u32| (PAGE_DIRECTORY..CASE_TABLE + 4 * CASE_PAGES).contains(at);
        open.memory.extend(case.pokes.iter().map(|(at, _)| *at).filter(entry));
    }
    if after.vector != 3 {
        // What a transfer that failed had pushed on the stack of the inner level.
        let inner = INNER_STACKS..KERNEL_STACK;
        let changed = after.memory.keys().chain(other.memory.keys());
        open.memory.extend(changed.filter(|at| inner.contains(at)).copied().collect::<BTreeSet<_>>());
    }
    if after.tr & !3 == selector::OTHER_TASK_286 {
        // A 286 TSS has no upper halves to load.
        open.gpr = [0xFFFF_0000; 8];
    }
    // A fault leaves all as it was.
    let completed = after.vector == 3;
    let Some(instruction) = decode(&case.code, case.mode.bitness()).filter(|_| completed) else { return open };
    open.eflags = flags(case, &instruction);
    open.status = condition_codes(&instruction);
    if matches!(instruction.code(), Pushd_ES | Pushd_CS | Pushd_SS | Pushd_DS | Pushd_FS | Pushd_GS) {
        // The upper word of a selector pushed as a doubleword: undefined. Source: 80386 PRM §17.2.2, PUSH.
        let (base, _) = after.stack_segment(case);
        open.memory.extend([2, 3].map(|byte| base + (after.gpr[4] & 0xFFFF) + byte));
    }
    if instruction.code() == Code::Lar_r32_r32m16 && after.eflags & ZF != 0 {
        // The limit's upper bits. Source: 80386 PRM §17.2.2, LAR.
        open.gpr[instruction.op0_register().number()] = 0xF_0000;
    }
    open
}

/// Condition codes of the 387 that the manual calls undefined. Source: 80387 PRM, table 2-2.
fn condition_codes(instruction: &Instruction) -> u16 {
    use Mnemonic::{
        Fcom, Fcomp, Fcompp, Ficom, Ficomp, Fldcw, Fninit, Fnop, Fprem, Fprem1, Ftst, Fucom, Fucomp, Fucompp, Fxam,
    };
    let defined = matches!(
        instruction.mnemonic(),
        Fcom | Fcomp | Fcompp | Ficom | Ficomp | Ftst | Fucom | Fucomp | Fucompp | Fxam | Fprem | Fprem1 | Fninit
    );
    let untouched = matches!(instruction.mnemonic(), Fldcw | Fnop);
    if defined || untouched { 0 } else { C0 | C2 | C3 }
}

/// Flags that the manual calls undefined. Source: 80386 PRM §17.2.2, each instruction's page.
fn flags(case: &Case, instruction: &Instruction) -> u32 {
    use Mnemonic::{Rcl, Rcr, Rol, Ror, Sal, Sar, Shl, Shld, Shr, Shrd};
    let rotates = matches!(instruction.mnemonic(), Rcl | Rcr | Rol | Ror);
    if rotates || matches!(instruction.mnemonic(), Sal | Sar | Shl | Shld | Shr | Shrd) {
        return shift_flags(case, instruction, rotates);
    }
    let undefined = instruction.rflags_undefined();
    let bits = [
        (RflagsBits::CF, CF),
        (RflagsBits::PF, 4),
        (RflagsBits::AF, AF),
        (RflagsBits::ZF, ZF),
        (RflagsBits::SF, 0x80),
        (RflagsBits::OF, OF),
    ];
    bits.into_iter().filter(|(theirs, _)| undefined & theirs != 0).map(|(_, ours)| ours).sum()
}

/// Shifts: nothing changes with a count of zero; OF is defined for a count of one, AF never.
fn shift_flags(case: &Case, instruction: &Instruction, rotates: bool) -> u32 {
    let last = instruction.op_count() - 1;
    let count = match instruction.op_kind(last) {
        iced_x86::OpKind::Register => case.gpr[1] & 0x1F,
        _ => u32::from(instruction.immediate8()) & 0x1F,
    };
    let bits = 8 * u32::try_from(match instruction.op0_kind() {
        iced_x86::OpKind::Register => instruction.op0_register().size(),
        _ => instruction.memory_size().size(),
    })
    .expect("in range");
    let double = matches!(instruction.mnemonic(), Mnemonic::Shld | Mnemonic::Shrd);
    match count {
        0 => 0,
        _ if double && count > bits => ARITHMETIC,
        1 if rotates => 0,
        _ if rotates => OF,
        1 => AF,
        // The last bit shifted out is none of the operand's.
        count if count >= bits && instruction.mnemonic() != Mnemonic::Sar => AF | OF | CF,
        _ => AF | OF,
    }
}
