//! Lowering: from an iced-x86 instruction to an operation with a specialised handler.

use iced_x86::{Code, Instruction, Mnemonic, OpKind, Register};

use super::super::exec::alu::{Adc, Add, And, Cmp, Dec, Inc, Neg, Or, Sbb, Sub, Test, Xor};
use super::super::exec::bits::{Complement, Keep, Reset, Set};
use super::super::exec::flow::{Loop, LoopEqual, LoopNotEqual};
use super::super::exec::place::{Dst, Mem, Src};
use super::super::exec::shift::{Rcl, Rcr, Rol, Ror, Sar, Shl, Shr};
use super::super::exec::string::{Cmps, Lods, Movs, Scas, Stos};
use super::super::exec::{arith, bcd, bits, flow, fpu, io, moves, muldiv, stack, system};
use super::super::op::{Bank, Class, Form, Handler, NO_REG, Op, plain};
use super::super::segment::{DS, ES, FS, GS, SS};
use super::pick::{self, Jcc, Kind, Repeat, Setcc, sized, word_sized};
use crate::types::{lo8, lo32};

/// Lowers a valid instruction of the 386.
pub(super) fn lower(insn: &Instruction) -> Op {
    let mut op = super::blank(moves::UNDEFINED);
    operands(insn, &mut op);
    if let Some(segment) = loaded_segment(insn) {
        op.src = segment;
    }
    op.sure = handler(insn, &mut op, false);
    op.handler = handler(insn, &mut op, true);
    (op.class, op.form) = class(insn);
    op
}

// --- operands ---

/// Size in bytes of operand `index`: of its register or of the memory operand.
fn size_of(insn: &Instruction, index: u32) -> u32 {
    let bytes = match insn.op_kind(index) {
        OpKind::Register => insn.op_register(index).size(),
        _ => insn.memory_size().size(),
    };
    u32::try_from(bytes).unwrap_or(4)
}

/// What operand `index` is.
fn kind(insn: &Instruction, index: u32) -> Kind {
    match insn.op_kind(index) {
        OpKind::Register => Kind::Reg,
        OpKind::Immediate8
        | OpKind::Immediate16
        | OpKind::Immediate32
        | OpKind::Immediate8to16
        | OpKind::Immediate8to32 => Kind::Imm,
        _ => Kind::Mem,
    }
}

/// Memory that is to be reached through the translation cache alone.
fn through_cache(kind: Kind, op: &Op) -> Kind {
    match kind {
        Kind::Mem if op.addr_shift == 16 => Kind::Cached16,
        Kind::Mem => Kind::Cached32,
        other => other,
    }
}

fn number(register: Register) -> u8 {
    u8::try_from(register.number()).unwrap_or(0)
}

/// The segment register that LDS and its kin load, which is no operand of theirs.
fn loaded_segment(insn: &Instruction) -> Option<u8> {
    Some(match insn.mnemonic() {
        Mnemonic::Lds => DS,
        Mnemonic::Les => ES,
        Mnemonic::Lfs => FS,
        Mnemonic::Lgs => GS,
        Mnemonic::Lss => SS,
        _ => return None,
    })
}

/// Fills registers, immediate and memory operand.
pub(super) fn operands(insn: &Instruction, op: &mut Op) {
    for index in 0..insn.op_count() {
        match insn.op_kind(index) {
            OpKind::Register if index == 0 => op.dst = number(insn.op_register(0)),
            OpKind::Register if index == 1 => op.src = number(insn.op_register(1)),
            OpKind::NearBranch16 | OpKind::NearBranch32 => {
                op.imm = lo32(insn.near_branch_target().wrapping_sub(insn.next_ip()));
            }
            OpKind::FarBranch16 => {
                op.imm = u32::from(insn.far_branch16());
                op.disp = u32::from(insn.far_branch_selector());
            }
            OpKind::FarBranch32 => {
                op.imm = insn.far_branch32();
                op.disp = u32::from(insn.far_branch_selector());
            }
            // ENTER's nesting level, behind the frame size.
            OpKind::Immediate8_2nd => op.disp = u32::from(insn.immediate8_2nd()),
            OpKind::Memory => memory(insn, op),
            OpKind::MemorySegSI | OpKind::MemorySegDI | OpKind::MemoryESDI => string_memory(insn, op, 16),
            OpKind::MemorySegESI | OpKind::MemorySegEDI | OpKind::MemoryESEDI => string_memory(insn, op, 0),
            _ if kind(insn, index) == Kind::Imm => immediate(insn, op, index),
            _ => {}
        }
    }
}

fn string_memory(insn: &Instruction, op: &mut Op, addr_shift: u8) {
    op.addr_shift = addr_shift;
    if matches!(insn.op_kind(1), OpKind::MemorySegSI | OpKind::MemorySegESI)
        || matches!(insn.op_kind(0), OpKind::MemorySegSI | OpKind::MemorySegESI)
    {
        op.seg = number(insn.memory_segment());
    }
}

fn immediate(insn: &Instruction, op: &mut Op, index: u32) {
    let value = lo32(insn.immediate(index));
    let size = if index == 0 { 4 } else { size_of(insn, 0) };
    op.imm = match size {
        1 => value & 0xFF,
        2 => value & 0xFFFF,
        _ => value,
    };
}

fn memory(insn: &Instruction, op: &mut Op) {
    let (base, index) = (insn.memory_base(), insn.memory_index());
    let wide = match (base, index) {
        (Register::None, Register::None) => insn.memory_displ_size() == 4,
        (Register::None, index) => index.size() == 4,
        (base, _) => base.size() == 4,
    };
    op.addr_shift = if wide { 0 } else { 16 };
    op.base = if base == Register::None { NO_REG } else { number(base) };
    // XLAT's index is AL, which its handler adds itself.
    op.index = if index == Register::None || index == Register::AL { NO_REG } else { number(index) };
    op.scale = lo8(insn.memory_index_scale().trailing_zeros());
    op.disp = insn.memory_displacement32();
    op.seg = number(insn.memory_segment());
    if op.index == NO_REG && op.scale != 0 {
        // A SIB byte that names no index: the 386 scales the base, which manuals call undefined.
        // Source: test386.asm, checked by its author on a 386SX.
        std::mem::swap(&mut op.base, &mut op.index);
    }
}

// --- what a monitor wants to know ---

fn class(insn: &Instruction) -> (Class, Form) {
    let rep = insn.has_rep_prefix() || insn.has_repne_prefix();
    let size = |bytes: u32| Form { size: lo8(bytes), rep, port_in_dx: false };
    let stack_size = || lo8(insn.stack_pointer_increment().unsigned_abs());
    match insn.mnemonic() {
        Mnemonic::Cli => (Class::Cli, Form::default()),
        Mnemonic::Sti => (Class::Sti, Form::default()),
        Mnemonic::Hlt => (Class::Hlt, Form::default()),
        Mnemonic::Int => (Class::Int, Form::default()),
        Mnemonic::Pushf | Mnemonic::Pushfd => (Class::Pushf, size(u32::from(stack_size()))),
        Mnemonic::Popf | Mnemonic::Popfd => (Class::Popf, size(u32::from(stack_size()))),
        Mnemonic::Iret => (Class::Iret, size(2)),
        Mnemonic::Iretd => (Class::Iret, size(4)),
        Mnemonic::In => (Class::In, Form { port_in_dx: insn.op1_kind() == OpKind::Register, ..size(size_of(insn, 0)) }),
        Mnemonic::Out => {
            (Class::Out, Form { port_in_dx: insn.op0_kind() == OpKind::Register, ..size(size_of(insn, 1)) })
        }
        Mnemonic::Insb => (Class::Ins, Form { port_in_dx: true, ..size(1) }),
        Mnemonic::Insw => (Class::Ins, Form { port_in_dx: true, ..size(2) }),
        Mnemonic::Insd => (Class::Ins, Form { port_in_dx: true, ..size(4) }),
        Mnemonic::Outsb => (Class::Outs, Form { port_in_dx: true, ..size(1) }),
        Mnemonic::Outsw => (Class::Outs, Form { port_in_dx: true, ..size(2) }),
        Mnemonic::Outsd => (Class::Outs, Form { port_in_dx: true, ..size(4) }),
        Mnemonic::Lgdt | Mnemonic::Lidt => (Class::LoadTable, Form::default()),
        Mnemonic::Lmsw => (Class::Lmsw, Form::default()),
        Mnemonic::Clts => (Class::Clts, Form::default()),
        Mnemonic::Mov if is_system_move(insn) => (system_move_class(insn), Form::default()),
        _ => (Class::Plain, Form::default()),
    }
}

fn is_system(register: Register) -> bool {
    register.is_cr() || register.is_dr() || register.is_tr()
}

fn is_system_move(insn: &Instruction) -> bool {
    (0..2).any(|index| insn.op_kind(index) == OpKind::Register && is_system(insn.op_register(index)))
}

fn system_move_class(insn: &Instruction) -> Class {
    let (to, from) = (insn.op_register(0), insn.op_register(1));
    let bank = |register: Register| match register {
        register if register.is_cr() => Bank::Cr,
        register if register.is_dr() => Bank::Dr,
        _ => Bank::Tr,
    };
    if is_system(to) { Class::WriteControl(bank(to)) } else { Class::ReadControl(bank(from)) }
}

// --- handlers ---

fn repeat(insn: &Instruction) -> Repeat {
    match (insn.has_rep_prefix(), insn.has_repne_prefix()) {
        (_, true) => Repeat::Repne,
        (true, _) => Repeat::Rep,
        _ => Repeat::No,
    }
}

/// The handler by mnemonic: data instructions here, the others by group below.
///
/// If `cached`, the handler may give up where the translation cache does not suffice.
fn handler(insn: &Instruction, op: &mut Op, cached: bool) -> Handler {
    let size = if insn.op_count() == 0 { 0 } else { size_of(insn, 0) };
    let dst = kind(insn, 0);
    let src = kind(insn, 1);
    let (to, from) = if cached { (through_cache(dst, op), through_cache(src, op)) } else { (dst, src) };
    let by_one = src == Kind::Imm && op.imm == 1;
    match insn.mnemonic() {
        Mnemonic::Add => pick::binary_op::<Add>(size, to, from),
        Mnemonic::Or => pick::binary_op::<Or>(size, to, from),
        Mnemonic::Adc => pick::binary_op::<Adc>(size, to, from),
        Mnemonic::Sbb => pick::binary_op::<Sbb>(size, to, from),
        Mnemonic::And => pick::binary_op::<And>(size, to, from),
        Mnemonic::Sub => pick::binary_op::<Sub>(size, to, from),
        Mnemonic::Xor => pick::binary_op::<Xor>(size, to, from),
        Mnemonic::Cmp => pick::binary_op::<Cmp>(size, to, from),
        Mnemonic::Test => pick::binary_op::<Test>(size, to, from),
        Mnemonic::Inc => pick::unary_op::<Inc>(size, to),
        Mnemonic::Dec => pick::unary_op::<Dec>(size, to),
        Mnemonic::Neg => pick::unary_op::<Neg>(size, to),
        Mnemonic::Not => pick::not_op(size, dst),
        Mnemonic::Rol => pick::shift_op::<Rol>(size, dst, src, by_one),
        Mnemonic::Ror => pick::shift_op::<Ror>(size, dst, src, by_one),
        Mnemonic::Rcl => pick::shift_op::<Rcl>(size, dst, src, by_one),
        Mnemonic::Rcr => pick::shift_op::<Rcr>(size, dst, src, by_one),
        Mnemonic::Shl | Mnemonic::Sal => pick::shift_op::<Shl>(size, dst, src, by_one),
        Mnemonic::Shr => pick::shift_op::<Shr>(size, dst, src, by_one),
        Mnemonic::Sar => pick::shift_op::<Sar>(size, dst, src, by_one),
        Mnemonic::Shld => pick::double_shift(true, size, dst, kind(insn, 2)),
        Mnemonic::Shrd => pick::double_shift(false, size, dst, kind(insn, 2)),
        Mnemonic::Bt => pick::bit_op::<Keep>(size, dst, src),
        Mnemonic::Bts => pick::bit_op::<Set>(size, dst, src),
        Mnemonic::Btr => pick::bit_op::<Reset>(size, dst, src),
        Mnemonic::Btc => pick::bit_op::<Complement>(size, dst, src),
        Mnemonic::Bsf => match src {
            Kind::Mem => word_sized!(size, T => bits::bsf::<T, Mem>),
            _ => word_sized!(size, T => bits::bsf::<T, Src>),
        },
        Mnemonic::Bsr => match src {
            Kind::Mem => word_sized!(size, T => bits::bsr::<T, Mem>),
            _ => word_sized!(size, T => bits::bsr::<T, Src>),
        },
        Mnemonic::Mul => one_source(size, dst, Multiply::Unsigned),
        Mnemonic::Div => one_source(size, dst, Multiply::Divide),
        Mnemonic::Idiv => one_source(size, dst, Multiply::DivideSigned),
        Mnemonic::Imul => imul(insn, size, dst, src),
        Mnemonic::Xchg => exchange(size, dst, src, op),
        Mnemonic::Mov | Mnemonic::Umov => mov(insn, size, (dst, src), (to, from)),
        Mnemonic::Movzx => pick::extend(false, size_of(insn, 1), size, from),
        Mnemonic::Movsx => pick::extend(true, size_of(insn, 1), size, from),
        Mnemonic::Lea => word_sized!(size, T => moves::lea::<T>),
        Mnemonic::Bound => word_sized!(size, T => moves::bound::<T>),
        _ => string_or_bcd(insn, cached),
    }
}

/// The one-operand instructions on the accumulator.
enum Multiply {
    Unsigned,
    Divide,
    DivideSigned,
}

fn one_source(size: u32, src: Kind, what: Multiply) -> Handler {
    match (what, src) {
        (Multiply::Unsigned, Kind::Mem) => sized!(size, T => muldiv::mul::<T, Mem>),
        (Multiply::Unsigned, _) => sized!(size, T => muldiv::mul::<T, Dst>),
        (Multiply::Divide, Kind::Mem) => sized!(size, T => muldiv::div::<T, Mem>),
        (Multiply::Divide, _) => sized!(size, T => muldiv::div::<T, Dst>),
        (Multiply::DivideSigned, Kind::Mem) => sized!(size, T => muldiv::idiv::<T, Mem>),
        (Multiply::DivideSigned, _) => sized!(size, T => muldiv::idiv::<T, Dst>),
    }
}

fn imul(insn: &Instruction, size: u32, dst: Kind, src: Kind) -> Handler {
    match (insn.op_count(), dst, src) {
        (1, Kind::Mem, _) => sized!(size, T => muldiv::imul::<T, Mem>),
        (1, _, _) => sized!(size, T => muldiv::imul::<T, Dst>),
        (2, _, Kind::Mem) => word_sized!(size, T => muldiv::imul2::<T, Mem>),
        (2, _, _) => word_sized!(size, T => muldiv::imul2::<T, Src>),
        (_, _, Kind::Mem) => word_sized!(size, T => muldiv::imul3::<T, Mem>),
        (_, _, _) => word_sized!(size, T => muldiv::imul3::<T, Src>),
    }
}

fn exchange(size: u32, dst: Kind, src: Kind, op: &mut Op) -> Handler {
    if src == Kind::Mem {
        op.src = op.dst;
    }
    match (dst, src) {
        (Kind::Reg, Kind::Reg) => sized!(size, T => muldiv::xchg::<T, Dst>),
        _ => sized!(size, T => muldiv::xchg::<T, Mem>),
    }
}

/// MOV of all kinds; `ways` are the operands as a move of data is to reach them.
fn mov(insn: &Instruction, size: u32, (dst, src): (Kind, Kind), ways: (Kind, Kind)) -> Handler {
    let (to, from) = (insn.op_register(0), insn.op_register(1));
    if src == Kind::Reg && from.is_segment_register() {
        return match (dst, size) {
            (Kind::Mem, _) => plain!(moves::mov_from_segment::<u16, Mem>),
            (_, 2) => plain!(moves::mov_from_segment::<u16, Dst>),
            _ => plain!(moves::mov_from_segment::<u32, Dst>),
        };
    }
    if dst == Kind::Reg && to.is_segment_register() {
        return match (to, src) {
            (Register::CS, _) => moves::UNDEFINED,
            (Register::SS, Kind::Mem) => plain!(moves::mov_to_stack_segment::<Mem>),
            (Register::SS, _) => plain!(moves::mov_to_stack_segment::<Src>),
            (_, Kind::Mem) => plain!(moves::mov_to_segment::<Mem>),
            _ => plain!(moves::mov_to_segment::<Src>),
        };
    }
    if is_system_move(insn) {
        return system_move(to, from);
    }
    pick::mov(if dst == Kind::Reg || src != Kind::Reg { size } else { size_of(insn, 1) }, ways.0, ways.1)
}

fn system_move(to: Register, from: Register) -> Handler {
    match (to, from) {
        (_, from) if from.is_cr() => plain!(system::mov_from_cr),
        (to, _) if to.is_cr() => plain!(system::mov_to_cr),
        (_, from) if from.is_dr() => plain!(system::mov_from_debug),
        (to, _) if to.is_dr() => plain!(system::mov_to_debug),
        (_, from) if from.is_tr() => plain!(system::mov_from_test),
        _ => plain!(system::mov_to_test),
    }
}

fn string_or_bcd(insn: &Instruction, cached: bool) -> Handler {
    let repeat = repeat(insn);
    match insn.mnemonic() {
        Mnemonic::Movsb => pick::string_op::<Movs>(1, repeat),
        Mnemonic::Movsw => pick::string_op::<Movs>(2, repeat),
        Mnemonic::Movsd => pick::string_op::<Movs>(4, repeat),
        Mnemonic::Stosb => pick::string_op::<Stos>(1, repeat),
        Mnemonic::Stosw => pick::string_op::<Stos>(2, repeat),
        Mnemonic::Stosd => pick::string_op::<Stos>(4, repeat),
        Mnemonic::Lodsb => pick::string_op::<Lods>(1, repeat),
        Mnemonic::Lodsw => pick::string_op::<Lods>(2, repeat),
        Mnemonic::Lodsd => pick::string_op::<Lods>(4, repeat),
        Mnemonic::Cmpsb => pick::compare_op::<Cmps>(1, repeat),
        Mnemonic::Cmpsw => pick::compare_op::<Cmps>(2, repeat),
        Mnemonic::Cmpsd => pick::compare_op::<Cmps>(4, repeat),
        Mnemonic::Scasb => pick::compare_op::<Scas>(1, repeat),
        Mnemonic::Scasw => pick::compare_op::<Scas>(2, repeat),
        Mnemonic::Scasd => pick::compare_op::<Scas>(4, repeat),
        Mnemonic::Insb | Mnemonic::Outsb => plain!(io::string_port::<u8>),
        Mnemonic::Insw | Mnemonic::Outsw => plain!(io::string_port::<u16>),
        Mnemonic::Insd | Mnemonic::Outsd => plain!(io::string_port::<u32>),
        Mnemonic::Daa => plain!(bcd::daa),
        Mnemonic::Das => plain!(bcd::das),
        Mnemonic::Aaa => plain!(bcd::aaa),
        Mnemonic::Aas => plain!(bcd::aas),
        Mnemonic::Aam => plain!(bcd::aam),
        Mnemonic::Aad => plain!(bcd::aad),
        Mnemonic::Cbw => plain!(arith::cbw::<u16>),
        Mnemonic::Cwde => plain!(arith::cbw::<u32>),
        Mnemonic::Cwd => plain!(arith::cwd::<u16>),
        Mnemonic::Cdq => plain!(arith::cwd::<u32>),
        Mnemonic::Xlatb => plain!(moves::xlat),
        Mnemonic::Lahf => plain!(moves::lahf),
        Mnemonic::Sahf => plain!(moves::sahf),
        Mnemonic::Salc => plain!(moves::salc),
        Mnemonic::Nop => plain!(moves::nop),
        _ => flow_or_stack(insn, cached),
    }
}

fn flow_or_stack(insn: &Instruction, cached: bool) -> Handler {
    let size = near_size(insn);
    if insn.is_jcc_short_or_near() {
        return pick::condition(insn.condition_code(), Jcc(size));
    }
    if is_setcc(insn) {
        return pick::condition(insn.condition_code(), Setcc(kind(insn, 0)));
    }
    match insn.mnemonic() {
        Mnemonic::Jmp => jump(insn, size),
        Mnemonic::Call => call(insn, size, cached),
        Mnemonic::Ret => match insn.code() {
            Code::Retnw | Code::Retnw_imm16 => pick::ret(2, cached),
            _ => pick::ret(4, cached),
        },
        Mnemonic::Retf => match insn.code() {
            Code::Retfw | Code::Retfw_imm16 => plain!(flow::retf::<u16>),
            _ => plain!(flow::retf::<u32>),
        },
        Mnemonic::Iret => plain!(flow::iret::<u16>),
        Mnemonic::Iretd => plain!(flow::iret::<u32>),
        Mnemonic::Int => plain!(flow::int),
        Mnemonic::Int3 => plain!(flow::int3),
        Mnemonic::Into => plain!(flow::into),
        Mnemonic::Int1 => plain!(flow::icebp),
        Mnemonic::Loop | Mnemonic::Loope | Mnemonic::Loopne | Mnemonic::Jcxz | Mnemonic::Jecxz => looping(insn, size),
        _ => stack_instruction(insn, cached),
    }
}

/// SETcc is what has a condition and a byte for its only operand.
fn is_setcc(insn: &Instruction) -> bool {
    insn.condition_code() != iced_x86::ConditionCode::None && insn.op_count() == 1 && near_size(insn) == 1
}

/// Operand size of a near branch.
fn near_size(insn: &Instruction) -> u32 {
    match insn.op0_kind() {
        OpKind::NearBranch32 | OpKind::FarBranch32 => 4,
        OpKind::NearBranch16 | OpKind::FarBranch16 => 2,
        OpKind::Register => size_of(insn, 0),
        _ => u32::try_from(insn.memory_size().size()).unwrap_or(4),
    }
}

fn jump(insn: &Instruction, size: u32) -> Handler {
    match (insn.op0_kind(), insn.code()) {
        (OpKind::NearBranch16 | OpKind::NearBranch32, _) if insn.near_branch_target() == insn.ip() => {
            plain!(flow::jmp_self)
        }
        (OpKind::NearBranch16 | OpKind::NearBranch32, _) => word_sized!(size, T => chain flow::jmp::<T>),
        (OpKind::FarBranch16 | OpKind::FarBranch32, _) => plain!(flow::jmp_far),
        (_, Code::Jmp_m1616) => plain!(flow::jmp_far_indirect::<u16>),
        (_, Code::Jmp_m1632) => plain!(flow::jmp_far_indirect::<u32>),
        (OpKind::Register, _) => word_sized!(size, T => flow::jmp_indirect::<T, Dst>),
        _ => word_sized!(size, T => flow::jmp_indirect::<T, Mem>),
    }
}

fn call(insn: &Instruction, size: u32, cached: bool) -> Handler {
    match (insn.op0_kind(), insn.code()) {
        (OpKind::NearBranch16 | OpKind::NearBranch32, _) => pick::call(size, cached),
        (OpKind::FarBranch16 | OpKind::FarBranch32, _) => word_sized!(size, T => flow::call_far::<T>),
        (_, Code::Call_m1616) => plain!(flow::call_far_indirect::<u16>),
        (_, Code::Call_m1632) => plain!(flow::call_far_indirect::<u32>),
        (OpKind::Register, _) => word_sized!(size, T => flow::call_indirect::<T, Dst>),
        _ => word_sized!(size, T => flow::call_indirect::<T, Mem>),
    }
}

/// True if a LOOP or JCXZ counts in CX rather than ECX.
fn counts_in_cx(insn: &Instruction) -> bool {
    matches!(
        insn.code(),
        Code::Loop_rel8_16_CX
            | Code::Loop_rel8_32_CX
            | Code::Loope_rel8_16_CX
            | Code::Loope_rel8_32_CX
            | Code::Loopne_rel8_16_CX
            | Code::Loopne_rel8_32_CX
            | Code::Jcxz_rel8_16
            | Code::Jcxz_rel8_32
    )
}

fn looping(insn: &Instruction, size: u32) -> Handler {
    match (insn.mnemonic(), counts_in_cx(insn)) {
        (Mnemonic::Loop, true) => word_sized!(size, T => chain flow::loop_while::<Loop, u16, T>),
        (Mnemonic::Loop, false) => word_sized!(size, T => chain flow::loop_while::<Loop, u32, T>),
        (Mnemonic::Loope, true) => word_sized!(size, T => chain flow::loop_while::<LoopEqual, u16, T>),
        (Mnemonic::Loope, false) => word_sized!(size, T => chain flow::loop_while::<LoopEqual, u32, T>),
        (Mnemonic::Loopne, true) => word_sized!(size, T => chain flow::loop_while::<LoopNotEqual, u16, T>),
        (Mnemonic::Loopne, false) => word_sized!(size, T => chain flow::loop_while::<LoopNotEqual, u32, T>),
        (_, true) => word_sized!(size, T => chain flow::jcxz::<u16, T>),
        (_, false) => word_sized!(size, T => chain flow::jcxz::<u32, T>),
    }
}

fn stack_instruction(insn: &Instruction, cached: bool) -> Handler {
    let bytes = insn.stack_pointer_increment().unsigned_abs();
    let segment = kind(insn, 0) == Kind::Reg && insn.op_register(0).is_segment_register();
    match insn.mnemonic() {
        Mnemonic::Push if segment => word_sized!(bytes, T => stack::push_segment::<T>),
        Mnemonic::Push => pick::push(bytes, kind(insn, 0), cached),
        Mnemonic::Pop if insn.op_register(0) == Register::SS => word_sized!(bytes, T => stack::pop_stack_segment::<T>),
        Mnemonic::Pop if segment => word_sized!(bytes, T => stack::pop_segment::<T>),
        Mnemonic::Pop => match kind(insn, 0) {
            Kind::Mem => word_sized!(bytes, T => moves::pop_memory::<T>),
            _ => pick::pop(bytes, cached),
        },
        Mnemonic::Pusha => plain!(stack::pusha::<u16>),
        Mnemonic::Pushad => plain!(stack::pusha::<u32>),
        Mnemonic::Popa => plain!(stack::popa::<u16>),
        Mnemonic::Popad => plain!(stack::popa::<u32>),
        Mnemonic::Pushf => plain!(stack::pushf::<u16>),
        Mnemonic::Pushfd => plain!(stack::pushf::<u32>),
        Mnemonic::Popf => plain!(stack::popf::<u16>),
        Mnemonic::Popfd => plain!(stack::popf::<u32>),
        Mnemonic::Enter if insn.code() == Code::Enterw_imm16_imm8 => plain!(stack::enter::<u16>),
        Mnemonic::Enter => plain!(stack::enter::<u32>),
        Mnemonic::Leave if insn.code() == Code::Leavew => plain!(stack::leave::<u16>),
        Mnemonic::Leave => plain!(stack::leave::<u32>),
        _ => system_instruction(insn),
    }
}

fn system_instruction(insn: &Instruction) -> Handler {
    let size = if insn.op_count() == 0 { 0 } else { size_of(insn, 0) };
    let memory = kind(insn, 0) == Kind::Mem;
    match insn.mnemonic() {
        Mnemonic::Clc => plain!(system::clc),
        Mnemonic::Stc => plain!(system::stc),
        Mnemonic::Cmc => plain!(system::cmc),
        Mnemonic::Cld => plain!(system::cld),
        Mnemonic::Std => plain!(system::std),
        Mnemonic::Cli => plain!(system::cli),
        Mnemonic::Sti => plain!(system::sti),
        Mnemonic::Hlt => plain!(system::hlt),
        Mnemonic::Clts => plain!(system::clts),
        Mnemonic::Wait => plain!(fpu::wait),
        Mnemonic::In => sized!(size, T => io::input::<T>),
        Mnemonic::Out => sized!(size_of(insn, 1), T => io::output::<T>),
        Mnemonic::Lds | Mnemonic::Les | Mnemonic::Lfs | Mnemonic::Lgs | Mnemonic::Lss => {
            word_sized!(size, T => moves::load_far::<T>)
        }
        Mnemonic::Lgdt if insn.code() == Code::Lgdt_m1632_16 => plain!(system::lgdt::<u16>),
        Mnemonic::Lgdt => plain!(system::lgdt::<u32>),
        Mnemonic::Lidt if insn.code() == Code::Lidt_m1632_16 => plain!(system::lidt::<u16>),
        Mnemonic::Lidt => plain!(system::lidt::<u32>),
        Mnemonic::Sgdt => plain!(system::sgdt),
        Mnemonic::Sidt => plain!(system::sidt),
        Mnemonic::Smsw if memory => plain!(system::smsw::<u16, Mem>),
        Mnemonic::Smsw => word_sized!(size, T => system::smsw::<T, Dst>),
        Mnemonic::Lmsw if memory => plain!(system::lmsw::<Mem>),
        Mnemonic::Lmsw => plain!(system::lmsw::<Dst>),
        Mnemonic::Sldt if memory => plain!(system::store_selector::<false, u16, Mem>),
        Mnemonic::Sldt => word_sized!(size, T => system::store_selector::<false, T, Dst>),
        Mnemonic::Str if memory => plain!(system::store_selector::<true, u16, Mem>),
        Mnemonic::Str => word_sized!(size, T => system::store_selector::<true, T, Dst>),
        Mnemonic::Lldt if memory => plain!(system::load_selector::<false, Mem>),
        Mnemonic::Lldt => plain!(system::load_selector::<false, Dst>),
        Mnemonic::Ltr if memory => plain!(system::load_selector::<true, Mem>),
        Mnemonic::Ltr => plain!(system::load_selector::<true, Dst>),
        Mnemonic::Verr if memory => plain!(system::verify::<false, Mem>),
        Mnemonic::Verr => plain!(system::verify::<false, Dst>),
        Mnemonic::Verw if memory => plain!(system::verify::<true, Mem>),
        Mnemonic::Verw => plain!(system::verify::<true, Dst>),
        Mnemonic::Arpl if memory => plain!(system::arpl::<Mem>),
        Mnemonic::Arpl => plain!(system::arpl::<Dst>),
        Mnemonic::Lar if kind(insn, 1) == Kind::Mem => {
            word_sized!(size, T => system::descriptor_query::<false, T, Mem>)
        }
        Mnemonic::Lar => word_sized!(size, T => system::descriptor_query::<false, T, Src>),
        Mnemonic::Lsl if kind(insn, 1) == Kind::Mem => word_sized!(size, T => system::descriptor_query::<true, T, Mem>),
        Mnemonic::Lsl => word_sized!(size, T => system::descriptor_query::<true, T, Src>),
        _ => moves::UNDEFINED,
    }
}
