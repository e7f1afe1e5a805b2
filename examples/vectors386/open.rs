//! What the architecture leaves undefined after an instruction.

use iced_x86::{Code, Instruction, Mnemonic, RflagsBits};

use crate::proof::case::Case;
use crate::proof::generate::decode;
use crate::proof::record::Outcome;
use crate::proof::text::Open;

const CF: u32 = 1;
const AF: u32 = 0x10;
const OF: u32 = 0x800;
/// The six arithmetic flags.
const ARITHMETIC: u32 = 0x8D5;

/// What is undefined after `case`, which ended as `after`.
pub(crate) fn open(case: &Case, after: &Outcome) -> Open {
    let mut open = Open::default();
    use Code::{Pushd_CS, Pushd_DS, Pushd_ES, Pushd_FS, Pushd_GS, Pushd_SS};
    // A fault leaves all as it was.
    let completed = after.vector == 3;
    let Some(instruction) = decode(&case.code, case.mode.bitness()).filter(|_| completed) else { return open };
    open.eflags = flags(case, &instruction);
    if matches!(instruction.code(), Pushd_ES | Pushd_CS | Pushd_SS | Pushd_DS | Pushd_FS | Pushd_GS) {
        // The upper word of a selector pushed as a doubleword: undefined. Source: 80386 PRM §17.2.2, PUSH.
        let (base, _) = after.stack_segment(case);
        open.memory.extend([2, 3].map(|byte| base + (after.gpr[4] & 0xFFFF) + byte));
    }
    open
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
        (RflagsBits::ZF, 0x40),
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
