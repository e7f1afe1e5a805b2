//! Instructions whose operands cannot be just any value: counts, targets, stacks, strings.

use iced_x86::{Code, Instruction, Mnemonic, OpKind, Register};

use super::encoding::decode;
use super::integer::{has_modrm_memory, is_far};
use super::operands;
use crate::proof::case::Case;
use crate::proof::layout::{BASES, BEYOND, SEGMENT, WINDOW};
use crate::proof::mode::{Mode, SS};
use crate::proof::rng::Rng;

const EAX: usize = 0;
const ECX: usize = 1;
const EDX: usize = 2;
const EBX: usize = 3;
const ESP: usize = 4;
const EBP: usize = 5;
const ESI: usize = 6;
const EDI: usize = 7;

/// IOPL.
const IOPL: u32 = 0x3000;
/// FLAGS that a stack image may set: not TF, whose trap would come behind the INT 3.
const LOADABLE_FLAGS: u32 = 0x7ED7;

/// Chooses registers, before the memory operand is placed. `None` if the encoding is of no use.
pub(crate) fn registers(rng: &mut Rng, case: &mut Case, instruction: &Instruction) -> Option<()> {
    use Mnemonic::{
        Bt, Btc, Btr, Bts, Div, Enter, Idiv, In, Insb, Insd, Insw, Jcxz, Jecxz, Leave, Loop, Loope, Loopne, Out, Outsb,
        Outsd, Outsw, Rcl, Rcr, Rol, Ror, Sal, Sar, Shl, Shld, Shr, Shrd, Xlatb,
    };
    if instruction.mnemonic() != Enter && case.mode == Mode::V86 {
        case.eflags |= rng.pick(&[0, 0, IOPL]);
    }
    match instruction.mnemonic() {
        Div | Idiv => dividend(rng, case),
        Rcl | Rcr | Rol | Ror | Sal | Sar | Shl | Shr | Shld | Shrd if rng.below(4) != 0 => {
            case.gpr[ECX] = case.gpr[ECX] & !0xFF | rng.below(34);
        }
        Jcxz | Jecxz | Loop | Loope | Loopne => {
            case.gpr[ECX] = rng.pick(&[0, 1, 2, 0x1_0000, 0x1_0001, 0xFFFF_FFFF]);
        }
        Bt | Btc | Btr | Bts => bit_offset(rng, case, instruction)?,
        Enter => enter(rng, case),
        Leave => case.gpr[EBP] = case.gpr[EBP] & 0xFFFF_0000 & !stack_mask(case) | in_stack(rng),
        Xlatb => {
            let offset = WINDOW + rng.below(0x100) - operands::segment_base(instruction);
            case.gpr[EBX] = offset.wrapping_sub(case.gpr[EAX] & 0xFF);
        }
        In | Out | Insb | Insd | Insw | Outsb | Outsd | Outsw => case.eflags &= !IOPL,
        _ => {}
    }
    if instruction.is_string_instruction() {
        string(rng, case, instruction);
    }
    near_target(rng, case, instruction)
}

/// Half of all divisions should not overflow.
fn dividend(rng: &mut Rng, case: &mut Case) {
    match rng.below(4) {
        0 => {}
        1 => case.gpr[EDX] = 0,
        2 => case.gpr[EDX] = if case.gpr[EAX] >> 31 == 0 { 0 } else { u32::MAX },
        _ => {
            case.gpr[EDX] >>= 20;
            case.gpr[EAX] &= 0xFFFF_0FFF;
        }
    }
}

fn stack_mask(case: &Case) -> u32 {
    if case.mode.bitness() == 32 { u32::MAX } else { 0xFFFF }
}

/// An even offset in the part of the window where stacks lie.
fn in_stack(rng: &mut Rng) -> u32 {
    WINDOW + 0x140 + rng.below(0x30) * 2 - BASES[SS]
}

/// A bit offset in a register reaches beyond the operand, but not beyond the window.
fn bit_offset(rng: &mut Rng, case: &mut Case, instruction: &Instruction) -> Option<()> {
    if !has_modrm_memory(instruction) || instruction.op1_kind() != OpKind::Register {
        return Some(());
    }
    let register = instruction.op1_register();
    let address = [instruction.memory_base(), instruction.memory_index()];
    if address.iter().any(|reg| *reg != Register::None && reg.number() == register.number()) || register.number() == ESP
    {
        return None;
    }
    let bits = rng.below(0x200).wrapping_sub(0x100);
    let keep = if register.is_gpr16() { 0xFFFF_0000 } else { 0 };
    case.gpr[register.number()] = case.gpr[register.number()] & keep | bits & !keep;
    Some(())
}

/// The frame and the levels lie within the stack's half of the window.
fn enter(rng: &mut Rng, case: &mut Case) {
    let at = case.code.len() - 3;
    case.code[at] = rng.u8() & 0x1E;
    case.code[at + 1] = 0;
    case.code[at + 2] = if rng.one_in(2) { rng.u8() & 0xE0 | rng.u8() & 3 } else { rng.u8() & 0x1F };
    let garbage = if stack_mask(case) == 0xFFFF { rng.u32() << 16 } else { 0 };
    case.gpr[EBP] = garbage | (WINDOW + 0x1C0 - BASES[SS]);
    case.gpr[ESP] = WINDOW + 0x1B0 - BASES[SS];
}

/// Source and destination in the window, counts of a few items.
fn string(rng: &mut Rng, case: &mut Case, instruction: &Instruction) {
    let short = (0..instruction.op_count())
        .any(|op| matches!(instruction.op_kind(op), OpKind::MemorySegSI | OpKind::MemoryESDI));
    let source = operands::segment_base(instruction);
    let (source, destination) = (WINDOW + 0x60 + rng.below(0x40) - source, WINDOW + 0x60 + rng.below(0x40) - BASES[0]);
    let count = rng.pick(&[0, 1, 2, 3, 5, 8, 9]);
    let garbage = if short { rng.u32() << 16 } else { 0 };
    (case.gpr[ESI], case.gpr[EDI], case.gpr[ECX]) = (garbage | source, garbage | destination, garbage | count);
    // Comparisons should find something now and then.
    if rng.one_in(2) {
        case.pattern = rng.pick(&[0, 1, 2, 5]);
        case.gpr[EAX] = rng.pick(&[0, u32::MAX, 0x5555_5555, 1]);
    }
}

/// An offset in the code area, whose bytes are INT 3.
fn code_offset(rng: &mut Rng) -> u32 {
    0x9200 + rng.below(0x400)
}

/// The same, or one beyond the limit of the segment.
fn any_code_offset(rng: &mut Rng) -> u32 {
    if rng.one_in(8) { BEYOND - SEGMENT + rng.below(0x400) } else { code_offset(rng) }
}

/// Near branches go to the code area, or beyond the limit of the segment.
fn near_target(rng: &mut Rng, case: &mut Case, instruction: &Instruction) -> Option<()> {
    let near = instruction.is_jcc_near() || instruction.is_jmp_near() || instruction.is_call_near();
    let short = instruction.op0_kind() == OpKind::NearBranch16;
    let branch = short || instruction.op0_kind() == OpKind::NearBranch32;
    if branch && usize::try_from(instruction.near_branch_target()).expect("in range") < case.code.len() {
        return None; // into itself, perhaps for ever
    }
    if near {
        let len = u32::try_from(case.code.len()).expect("in range");
        let target = if short { code_offset(rng) } else { any_code_offset(rng) };
        let distance = target.wrapping_sub(case.eip + len);
        let size = if short { 2 } else { 4 };
        let at = case.code.len() - size;
        case.code[at..].copy_from_slice(&distance.to_le_bytes()[..size]);
    }
    if let (true, OpKind::Register) = (is_indirect(instruction), instruction.op0_kind()) {
        let register = instruction.op0_register();
        if register.number() == ESP {
            return None;
        }
        case.gpr[register.number()] = match register.is_gpr16() {
            true => rng.u32() << 16 | code_offset(rng),
            false => any_code_offset(rng),
        };
    }
    Some(())
}

fn is_indirect(instruction: &Instruction) -> bool {
    instruction.is_jmp_near_indirect() || instruction.is_call_near_indirect()
}

/// Puts values into memory that the instruction will take as address, flags or stack.
pub(crate) fn memory(rng: &mut Rng, case: &mut Case) -> Option<()> {
    let instruction = decode(&case.code, case.mode.bitness())?;
    if is_far(&instruction) && !is_return(&instruction) {
        return far_operand(rng, case, &instruction);
    }
    if is_indirect(&instruction) && has_modrm_memory(&instruction) {
        let at = operand_at(case, &instruction);
        let target = match wide_target(&instruction) {
            true => any_code_offset(rng),
            false => rng.u32() << 16 | code_offset(rng),
        };
        poke(case, at, &target.to_le_bytes());
    }
    if matches!(instruction.mnemonic(), Mnemonic::Popf | Mnemonic::Popfd) {
        let flags = rng.u32() & LOADABLE_FLAGS | 2;
        let at = stack_top(case);
        poke(case, at, &flags.to_le_bytes());
    }
    if is_return(&instruction) {
        returns(rng, case, &instruction);
    }
    Some(())
}

fn is_return(instruction: &Instruction) -> bool {
    matches!(instruction.mnemonic(), Mnemonic::Ret | Mnemonic::Retf | Mnemonic::Iret | Mnemonic::Iretd)
}

fn wide_target(instruction: &Instruction) -> bool {
    matches!(instruction.code(), Code::Jmp_rm32 | Code::Call_rm32)
}

/// Linear address of the memory operand.
pub(crate) fn operand_at(case: &Case, instruction: &Instruction) -> u32 {
    let value = |register: Register, _: usize, _: usize| -> Option<u64> {
        if register.is_segment_register() {
            return Some(u64::from(BASES[register.number()]));
        }
        let full = case.gpr[register.number()];
        Some(u64::from(if register.is_gpr16() { full & 0xFFFF } else { full }))
    };
    let at = instruction.virtual_address(0, 0, value).or_else(|| instruction.virtual_address(1, 0, value));
    u32::try_from(at.expect("a memory operand") & 0xFFFF_FFFF).expect("in range")
}

/// Linear address of the top of the stack.
pub(crate) fn stack_top(case: &Case) -> u32 {
    BASES[SS] + (case.gpr[ESP] & stack_mask(case))
}

/// Writes `bytes` at `at` before the case, as pokes of whole doublewords.
pub(crate) fn poke(case: &mut Case, at: u32, bytes: &[u8]) {
    let window = crate::proof::tables::pattern(case.pattern);
    for (at, byte) in (at..).zip(bytes) {
        let word = at & !3;
        if !(WINDOW..WINDOW + crate::proof::layout::WINDOW_BYTES).contains(&at) {
            continue;
        }
        let known = case.pokes.iter().position(|(place, _)| *place == word);
        let index = known.unwrap_or_else(|| {
            let from = usize::try_from(word - WINDOW).expect("in range");
            case.pokes.push((word, u32::from_le_bytes(window[from..from + 4].try_into().expect("in range"))));
            case.pokes.len() - 1
        });
        let mut value = case.pokes[index].1.to_le_bytes();
        value[usize::try_from(at & 3).expect("in range")] = *byte;
        case.pokes[index].1 = u32::from_le_bytes(value);
    }
}

/// A paragraph and an offset that name a place in the code area.
fn far_target(rng: &mut Rng) -> (u32, u16) {
    let shift = rng.below(0x80);
    (code_offset(rng) - shift * 16, u16::try_from((SEGMENT >> 4) + shift).expect("in range"))
}

/// Far jumps and calls of real and V86 mode.
fn far_operand(rng: &mut Rng, case: &mut Case, instruction: &Instruction) -> Option<()> {
    let (offset, paragraph) = far_target(rng);
    let wide =
        matches!(instruction.code(), Code::Jmp_ptr1632 | Code::Call_ptr1632 | Code::Jmp_m1632 | Code::Call_m1632);
    let mut operand = offset.to_le_bytes()[..if wide { 4 } else { 2 }].to_vec();
    operand.extend(paragraph.to_le_bytes());
    if has_modrm_memory(instruction) {
        let at = operand_at(case, instruction);
        poke(case, at, &operand);
    } else {
        let at = case.code.len() - operand.len();
        case.code[at..].copy_from_slice(&operand);
    }
    Some(())
}

/// A stack to return to.
fn returns(rng: &mut Rng, case: &mut Case, instruction: &Instruction) {
    let wide =
        matches!(instruction.code(), Code::Retnd | Code::Retnd_imm16 | Code::Retfd | Code::Retfd_imm16 | Code::Iretd);
    let item = |value: u32| value.to_le_bytes()[..if wide { 4 } else { 2 }].to_vec();
    let stack = if instruction.mnemonic() == Mnemonic::Ret {
        item(code_offset(rng))
    } else {
        let (offset, paragraph) = far_target(rng);
        [item(offset), item(u32::from(paragraph)), item(rng.u32() & LOADABLE_FLAGS | 2)].concat()
    };
    let at = stack_top(case);
    poke(case, at, &stack);
    // RET n, RETF n: the stack must stay in the window.
    if instruction.op_count() > 0 {
        let at = case.code.len() - 2;
        case.code[at] &= 0x3E;
        case.code[at + 1] = 0;
    }
}
