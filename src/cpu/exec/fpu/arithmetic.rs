//! Arithmetic and comparisons: with another register, or with an operand in memory.

use super::{numeric, numeric_load};
use crate::cpu::core::Core;
use crate::cpu::fault::Flow;
use crate::cpu::fpu::{Arithmetic, Format, Operand, Order, from_integer, from_real};
use crate::cpu::op::Op;
use crate::mem::Memory;

/// A type of memory operand.
pub(crate) trait Number {
    /// The operand in register format, for whoever takes its bytes from memory.
    fn fetch(core: &mut Core, mem: &mut Memory, op: &Op, work: impl FnOnce(&mut crate::cpu::fpu::Fpu, Operand))
    -> Flow;
}

/// A real of 32 bits.
pub(crate) struct Short;
/// A real of 64 bits.
pub(crate) struct Long;
/// An integer of 16 bits.
pub(crate) struct Word;
/// An integer of 32 bits.
pub(crate) struct Dword;

macro_rules! numbers {
    ($($name:ident: $bits:ty => $convert:expr;)*) => {$(
        impl Number for $name {
            #[inline]
            fn fetch(
                core: &mut Core,
                mem: &mut Memory,
                op: &Op,
                work: impl FnOnce(&mut crate::cpu::fpu::Fpu, Operand),
            ) -> Flow {
                numeric_load(core, mem, op, |fpu, bytes| work(fpu, $convert(<$bits>::from_le_bytes(bytes))))
            }
        }
    )*};
}

numbers! {
    Short: u32 => |bits: u32| from_real(bits.into(), Format::SHORT);
    Long: u64 => |bits: u64| from_real(bits, Format::LONG);
    Word: i16 => |value: i16| from_integer(value.into()).into();
    Dword: i32 => |value: i32| from_integer(value.into()).into();
}

/// ST(0) := ST(0) op memory.
pub(crate) fn with_memory<A: Arithmetic, N: Number>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    N::fetch(core, mem, op, |fpu, operand| fpu.arithmetic::<A>(operand))
}

/// FCOM, FCOMP, FICOM, FICOMP with memory.
pub(crate) fn compare_memory<N: Number, const POPS: u8>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    N::fetch(core, mem, op, |fpu, operand| fpu.compare(Some(operand), Order::Ordered, POPS))
}

/// ST(0) := ST(0) op ST(i).
pub(crate) fn to_top<A: Arithmetic>(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    numeric(core, op, |fpu| fpu.arithmetic_registers::<A>(0, op.dst, false))
}

/// ST(i) := ST(i) op ST(0), and perhaps a pop.
pub(crate) fn from_top<A: Arithmetic, const POP: bool>(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    numeric(core, op, |fpu| fpu.arithmetic_registers::<A>(op.dst, 0, POP))
}

/// FCOM, FCOMP, FCOMPP ST(i).
pub(crate) fn compare<const POPS: u8>(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    numeric(core, op, |fpu| fpu.compare(fpu.operand(op.dst), Order::Ordered, POPS))
}

/// FUCOM, FUCOMP, FUCOMPP ST(i).
pub(crate) fn compare_unordered<const POPS: u8>(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    numeric(core, op, |fpu| fpu.compare(fpu.operand(op.dst), Order::Unordered, POPS))
}
