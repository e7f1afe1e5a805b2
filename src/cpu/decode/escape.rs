//! Lowering of ESC instructions (D8–DF). The decoder finds lengths and memory operands; which
//! instruction it is, is read off the opcode map, because the 80387 knows aliases and the decoder
//! later instructions in the same places. Source: 80387 PRM, appendix A.

use iced_x86::{CpuidFeature, Decoder, Instruction, OpKind};

use super::super::exec::fpu::arithmetic::{
    self as arith, Dword, Long, Number, Short, Word, compare, compare_memory, compare_unordered,
};
use super::super::exec::fpu::{self, control, stack, transfer};
use super::super::fpu::{Add, Div, DivReversed, Mul, Sub, SubReversed};
use super::super::op::{Handler, Op, plain};
use super::lower;
use super::validity::{decoder, prefixes};

/// The two bytes that name an ESC instruction.
#[derive(Clone, Copy)]
pub(super) struct Escape {
    /// The low three bits of the first byte.
    opcode: u8,
    modrm: u8,
    /// Bytes before them.
    prefixes: usize,
}

impl Escape {
    fn is_register(self) -> bool {
        self.modrm >= 0xC0
    }

    /// The middle field of ModR/M.
    fn group(self) -> u8 {
        self.modrm >> 3 & 7
    }

    /// The last field: i of ST(i).
    fn place(self) -> u8 {
        self.modrm & 7
    }
}

/// The ESC instruction in `bytes`, if it is one.
pub(super) fn find(bytes: &[u8]) -> Option<Escape> {
    let prefixes = prefixes(bytes);
    match bytes[prefixes..] {
        [first @ 0xD8..=0xDF, modrm, ..] => Some(Escape { opcode: first & 7, modrm, prefixes }),
        _ => None,
    }
}

/// Decodes an encoding that the decoder takes for invalid and the processor hands to the coprocessor
/// all the same: as if it were FADD, which has the same form.
pub(super) fn decode_reserved(decoder_at: &mut Decoder<'_>, bytes: &[u8], start: usize, insn: &mut Instruction) {
    if !insn.is_invalid() {
        return;
    }
    let Some(escape) = find(bytes) else { return };
    let mut copy = [0; super::MAX_INSTRUCTION];
    let room = bytes.len().min(copy.len());
    if escape.prefixes + 2 > room {
        return;
    }
    copy[..room].copy_from_slice(&bytes[..room]);
    copy[escape.prefixes] = 0xD8;
    copy[escape.prefixes + 1] &= 0xC7;
    let mut again = decoder(&copy[..room], decoder_at.bitness() == 32);
    let as_add = again.decode();
    if !as_add.is_invalid() && decoder_at.set_position(start + again.position()).is_ok() {
        *insn = as_add;
    }
}

/// False for an ESC instruction that the decoder names after a later processor's.
pub(super) fn has_a_name(insn: &Instruction) -> bool {
    insn.cpuid_features()
        .iter()
        .all(|feature| matches!(feature, CpuidFeature::FPU | CpuidFeature::FPU287 | CpuidFeature::FPU387))
}

/// Lowers an ESC instruction.
pub(super) fn lower(insn: &Instruction, escape: Escape, present: bool) -> Op {
    let mut op = super::blank(plain!(fpu::nothing));
    lower::operands(insn, &mut op);
    op.dst = escape.place();
    op.imm = u32::from(escape.opcode) << 8 | u32::from(escape.modrm);
    op.handler = match (present, escape.is_register()) {
        (true, true) => register(escape),
        (true, false) => memory(escape, wide_image(insn)),
        (false, true) => plain!(fpu::absent),
        (false, false) => plain!(fpu::absent_memory),
    };
    op.sure = op.handler;
    op
}

/// Environments and states of 28 and 108 bytes are those of a 32-bit operand size.
fn wide_image(insn: &Instruction) -> bool {
    insn.op0_kind() == OpKind::Memory && matches!(insn.memory_size().size(), 28 | 108)
}

fn memory(escape: Escape, wide: bool) -> Handler {
    match (escape.opcode, escape.group()) {
        (0, group) => arithmetic::<Short>(group),
        (2, group) => arithmetic::<Dword>(group),
        (4, group) => arithmetic::<Long>(group),
        (6, group) => arithmetic::<Word>(group),
        (1, 0) => plain!(transfer::load_short),
        (1, 2) => plain!(transfer::store_short::<false>),
        (1, 3) => plain!(transfer::store_short::<true>),
        (1, 4) if wide => plain!(control::fldenv::<true>),
        (1, 4) => plain!(control::fldenv::<false>),
        (1, 5) => plain!(control::fldcw),
        (1, 6) if wide => plain!(control::fnstenv::<true>),
        (1, 6) => plain!(control::fnstenv::<false>),
        (1, 7) => plain!(control::fnstcw),
        (3, 0) => plain!(transfer::load_dword),
        (3, 2) => plain!(transfer::store_integer::<4, false>),
        (3, 3) => plain!(transfer::store_integer::<4, true>),
        (3, 5) => plain!(transfer::load_temporary),
        (3, 7) => plain!(transfer::store_temporary),
        (5, 0) => plain!(transfer::load_long),
        (5, 2) => plain!(transfer::store_long::<false>),
        (5, 3) => plain!(transfer::store_long::<true>),
        (5, 4) if wide => plain!(control::frstor::<true>),
        (5, 4) => plain!(control::frstor::<false>),
        (5, 6) if wide => plain!(control::fnsave::<true>),
        (5, 6) => plain!(control::fnsave::<false>),
        (5, 7) => plain!(control::fnstsw),
        (7, 0) => plain!(transfer::load_word),
        (7, 2) => plain!(transfer::store_integer::<2, false>),
        (7, 3) => plain!(transfer::store_integer::<2, true>),
        (7, 4) => plain!(transfer::load_decimal),
        (7, 5) => plain!(transfer::load_qword),
        (7, 6) => plain!(transfer::store_decimal),
        (7, 7) => plain!(transfer::store_integer::<8, true>),
        _ => plain!(fpu::nothing),
    }
}

/// The eight operations that every memory format has.
fn arithmetic<N: Number>(group: u8) -> Handler {
    match group {
        0 => plain!(arith::with_memory::<Add, N>),
        1 => plain!(arith::with_memory::<Mul, N>),
        2 => plain!(compare_memory::<N, 0>),
        3 => plain!(compare_memory::<N, 1>),
        4 => plain!(arith::with_memory::<Sub, N>),
        5 => plain!(arith::with_memory::<SubReversed, N>),
        6 => plain!(arith::with_memory::<Div, N>),
        _ => plain!(arith::with_memory::<DivReversed, N>),
    }
}

fn register(escape: Escape) -> Handler {
    match (escape.opcode, escape.group()) {
        (0, group) => to_top(group),
        (4, group) => from_top::<false>(group),
        (6, 3) if escape.place() == 1 => plain!(compare::<2>),
        (6, 3) => plain!(fpu::nothing),
        (6, group) => from_top::<true>(group),
        (1, 0) => plain!(transfer::load_register),
        (1 | 5 | 7, 1) => plain!(transfer::exchange),
        (1, 3) | (5, 3) | (7, 2 | 3) => plain!(transfer::store_register::<true>),
        (1, 4..) => top_only(escape.modrm),
        (2, 5) if escape.place() == 1 => plain!(compare_unordered::<2>),
        (3, 4) => control_only(escape.place()),
        (5, 0) => plain!(stack::ffree::<false>),
        (5, 2) => plain!(transfer::store_register::<false>),
        (5, 4) => plain!(compare_unordered::<0>),
        (5, 5) => plain!(compare_unordered::<1>),
        (7, 0) => plain!(stack::ffree::<true>),
        (7, 4) if escape.place() == 0 => plain!(control::fnstsw_ax),
        _ => plain!(fpu::nothing),
    }
}

/// D8: the result goes to ST(0).
fn to_top(group: u8) -> Handler {
    match group {
        0 => plain!(arith::to_top::<Add>),
        1 => plain!(arith::to_top::<Mul>),
        2 => plain!(compare::<0>),
        3 => plain!(compare::<1>),
        4 => plain!(arith::to_top::<Sub>),
        5 => plain!(arith::to_top::<SubReversed>),
        6 => plain!(arith::to_top::<Div>),
        _ => plain!(arith::to_top::<DivReversed>),
    }
}

/// DC, DE: the result goes to ST(i), and the reversed operations change places.
fn from_top<const POP: bool>(group: u8) -> Handler {
    match group {
        0 => plain!(arith::from_top::<Add, POP>),
        1 => plain!(arith::from_top::<Mul, POP>),
        2 if POP => plain!(compare::<1>),
        2 => plain!(compare::<0>),
        3 => plain!(compare::<1>),
        4 => plain!(arith::from_top::<SubReversed, POP>),
        5 => plain!(arith::from_top::<Sub, POP>),
        6 => plain!(arith::from_top::<DivReversed, POP>),
        _ => plain!(arith::from_top::<Div, POP>),
    }
}

/// D9 E0–FF.
fn top_only(modrm: u8) -> Handler {
    match modrm {
        0xE0 => plain!(stack::fchs),
        0xE1 => plain!(stack::fabs),
        0xE4 => plain!(stack::ftst),
        0xE5 => plain!(stack::fxam),
        0xE8 => plain!(stack::fld1),
        0xE9 => plain!(stack::fldl2t),
        0xEA => plain!(stack::fldl2e),
        0xEB => plain!(stack::fldpi),
        0xEC => plain!(stack::fldlg2),
        0xED => plain!(stack::fldln2),
        0xEE => plain!(stack::fldz),
        0xF0 => plain!(stack::f2xm1),
        0xF1 => plain!(stack::fyl2x),
        0xF2 => plain!(stack::fptan),
        0xF3 => plain!(stack::fpatan),
        0xF4 => plain!(stack::fxtract),
        0xF5 => plain!(stack::fprem1),
        0xF6 => plain!(stack::fdecstp),
        0xF7 => plain!(stack::fincstp),
        0xF8 => plain!(stack::fprem),
        0xF9 => plain!(stack::fyl2xp1),
        0xFA => plain!(stack::fsqrt),
        0xFB => plain!(stack::fsincos),
        0xFC => plain!(stack::frndint),
        0xFD => plain!(stack::fscale),
        0xFE => plain!(stack::fsin),
        0xFF => plain!(stack::fcos),
        _ => plain!(fpu::nothing),
    }
}

/// DB E0–E7.
fn control_only(place: u8) -> Handler {
    match place {
        0 | 1 | 4 => plain!(control::obsolete),
        2 => plain!(control::fnclex),
        3 => plain!(control::fninit),
        _ => plain!(fpu::nothing),
    }
}
