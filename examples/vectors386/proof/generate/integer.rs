//! Every integer instruction with random operands, in every mode that the instruction does not
//! need a suite of its own for.

use iced_x86::{Code, FlowControl, Instruction, InstructionInfoFactory, Mnemonic, OpAccess, OpKind, Register};

use super::encoding::{Opcode, Operand, Shape, decode};
use super::{operands, special};
use crate::proof::case::Case;
use crate::proof::layout::WINDOW;
use crate::proof::mode::Mode;
use crate::proof::rng::Rng;

/// Cases for each encoding: an opcode with one operand kind, operand size and code size.
const SAMPLES: u32 = 5;
/// Arithmetic flags.
const ARITHMETIC: u32 = 0x8D5;
/// Direction flag.
const DF: u32 = 0x400;
/// Attempts to find registers for an encoding.
const ATTEMPTS: u32 = 12;

pub(crate) fn cases() -> Vec<Case> {
    let mut rng = Rng::new(386);
    let mut cases = Vec::new();
    for opcode in Opcode::all().filter(|opcode| opcode.escape || !(0xD8..=0xDF).contains(&opcode.byte)) {
        let fields: &[Option<u8>] = match opcode.is_group() {
            true => &[Some(0), Some(1), Some(2), Some(3), Some(4), Some(5), Some(6), Some(7)],
            false => &[None],
        };
        for &reg in fields {
            for &operand in opcode.operands() {
                add_samples(&mut rng, &mut cases, opcode, (operand, reg));
            }
        }
    }
    cases
}

fn add_samples(rng: &mut Rng, cases: &mut Vec<Case>, opcode: Opcode, (operand, reg): (Operand, Option<u8>)) {
    // A group's members are forms of their own, but there are many of them.
    let samples = if reg.is_some() { SAMPLES.div_ceil(2) } else { SAMPLES };
    for (bitness, wide) in [(16, false), (16, true), (32, false), (32, true)] {
        for _ in 0..samples {
            let case = (0..ATTEMPTS).find_map(|_| sample(rng, opcode, bitness, wide, (operand, reg)));
            cases.extend(case);
        }
    }
}

pub(super) fn sample(
    rng: &mut Rng,
    opcode: Opcode,
    bitness: u32,
    wide: bool,
    form: (Operand, Option<u8>),
) -> Option<Case> {
    let mode = match bitness {
        16 => rng.pick(&[Mode::Real, Mode::Real, Mode::Real, Mode::V86, Mode::User16, Mode::System16]),
        _ => rng.pick(&[Mode::User32, Mode::User32, Mode::User32, Mode::System32]),
    };
    let prefix = prefix(rng, opcode, form.0);
    let code = opcode.encode(rng, bitness, Shape { prefix: &prefix, wide, operand: form.0, reg: form.1 })?;
    let mut case = Case::new(mode, &code);
    let instruction = decode(&code, bitness)?;
    if !fits(&instruction, mode) {
        return None;
    }
    case.pattern = u8::try_from(rng.below(8)).expect("in range");
    let random = rng.u32();
    case.eflags |= ARITHMETIC & rng.pick(&[0, u32::MAX, random, random]);
    if rng.one_in(3) {
        case.eflags |= DF;
    }
    fill_registers(rng, &mut case, &instruction);
    special::registers(rng, &mut case, &instruction)?;
    if has_modrm_memory(&instruction) {
        let offset = (WINDOW + 0x20 + rng.below(0xB0)).wrapping_sub(operands::segment_base(&instruction));
        if !operands::place(&mut case, &instruction, offset) {
            return None;
        }
    }
    special::memory(rng, &mut case)?;
    Some(case)
}

/// A segment override before some memory operands, a repeat prefix before most string instructions.
fn prefix(rng: &mut Rng, opcode: Opcode, operand: Operand) -> Vec<u8> {
    let string = !opcode.escape && matches!(opcode.byte, 0x6C..=0x6F | 0xA4..=0xA7 | 0xAA..=0xAF);
    let mut prefix = Vec::new();
    let memory = string || matches!(operand, Operand::Memory16 | Operand::Memory32);
    if memory && rng.one_in(3) {
        prefix.push(rng.pick(&[0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65]));
    }
    if string && !rng.one_in(4) {
        prefix.push(rng.pick(&[0xF2, 0xF3]));
    }
    prefix
}

/// True if the instruction has a memory operand whose address ModR/M or an offset gives.
pub(crate) fn has_modrm_memory(instruction: &Instruction) -> bool {
    (0..instruction.op_count()).any(|op| instruction.op_kind(op) == OpKind::Memory) && !is_xlat(instruction)
}

fn is_xlat(instruction: &Instruction) -> bool {
    instruction.mnemonic() == Mnemonic::Xlatb
}

/// False for what would stop the machine in that mode, or needs a suite of its own.
fn fits(instruction: &Instruction, mode: Mode) -> bool {
    use Mnemonic::{Clts, Hlt, In, Insb, Insd, Insw, Int, Lgdt, Lidt, Lldt, Lmsw, Ltr, Out, Outsb, Outsd, Outsw};
    let test_register = |op: u32| instruction.op_kind(op) == OpKind::Register && instruction.op_register(op).is_tr();
    if instruction.mnemonic() == Mnemonic::Mov && (test_register(0) || test_register(1)) {
        return false;
    }
    let privileged = matches!(
        instruction.mnemonic(),
        Clts | Hlt | In | Insb | Insd | Insw | Lgdt | Lidt | Lldt | Lmsw | Ltr | Out | Outsb | Outsd | Outsw
    ) || instruction.is_privileged();
    if privileged && mode.shares_stack() {
        // CLI and STI are harmless where nothing interrupts.
        return matches!(instruction.mnemonic(), Mnemonic::Cli | Mnemonic::Sti);
    }
    if !mode.paragraphs() && (loads_segment(instruction) || is_far(instruction)) {
        return false;
    }
    // Vectors with an error code, whose stubs expect one.
    let vector = instruction.immediate8();
    if instruction.mnemonic() == Int && mode != Mode::Real && matches!(vector, 8 | 10..=14) {
        return false;
    }
    !(mode.shares_stack() && moves_stack(instruction))
}

/// True if a segment register is loaded.
pub(crate) fn loads_segment(instruction: &Instruction) -> bool {
    use Mnemonic::{Lds, Les, Lfs, Lgs, Lss};
    let first = instruction.op0_kind() == OpKind::Register && instruction.op0_register().is_segment_register();
    first && matches!(instruction.mnemonic(), Mnemonic::Mov | Mnemonic::Pop)
        || matches!(instruction.mnemonic(), Lds | Les | Lfs | Lgs | Lss)
}

/// True for far transfers and returns from interrupts.
pub(crate) fn is_far(instruction: &Instruction) -> bool {
    use Code::{Iretd, Iretw, Retfd, Retfd_imm16, Retfw, Retfw_imm16};
    let far_return = matches!(instruction.code(), Iretd | Iretw | Retfd | Retfd_imm16 | Retfw | Retfw_imm16);
    far_return
        || instruction.is_jmp_far()
        || instruction.is_call_far()
        || instruction.is_jmp_far_indirect()
        || instruction.is_call_far_indirect()
}

/// True if SS or, by an operand, ESP gets a new value: an exit on that stack would go anywhere.
fn moves_stack(instruction: &Instruction) -> bool {
    let mut factory = InstructionInfoFactory::new();
    let info = factory.info(instruction);
    let written = |op: u32| !matches!(info.op_access(op), OpAccess::Read | OpAccess::None | OpAccess::NoMemAccess);
    (0..instruction.op_count()).any(|op| {
        instruction.op_kind(op) == OpKind::Register
            && written(op)
            && matches!(instruction.op_register(op), Register::ESP | Register::SP | Register::SS)
    }) || instruction.mnemonic() == Mnemonic::Lss
}

/// Random values in the general registers that the instruction reads or writes. ESP stays.
fn fill_registers(rng: &mut Rng, case: &mut Case, instruction: &Instruction) {
    let mut factory = InstructionInfoFactory::new();
    for used in factory.info(instruction).used_registers() {
        let register = used.register().full_register32();
        if register.is_gpr32() && register != Register::ESP {
            case.gpr[register.number()] = rng.operand();
        }
    }
    if instruction.flow_control() != FlowControl::Next {
        case.eflags &= !DF;
    }
}
