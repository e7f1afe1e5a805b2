//! Choosing the instance of a generic handler: by operand size and operand kinds.

use super::super::exec::alu::{Alu, Unary};
use super::super::exec::arith::{binary, not, unary};
use super::super::exec::bits::{BitChange, bit, bit_string};
use super::super::exec::flow::{self, Condition};
use super::super::exec::moves;
use super::super::exec::place::{Dst, Imm, Mem, Src};
use super::super::exec::shift::{Cl, Shift, shift, shld, shrd};
use super::super::exec::string::{Element, Until, repeated, single};
use super::super::op::Handler;

/// What an operand is, as far as handlers are concerned.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Reg,
    Mem,
    Imm,
}

/// The instance of `$handler` for an operand size of `$size` bytes, called `$t` within.
macro_rules! sized {
    ($size:expr, $t:ident => $handler:expr) => {
        match $size {
            1 => {
                type $t = u8;
                $handler as Handler
            }
            2 => {
                type $t = u16;
                $handler as Handler
            }
            _ => {
                type $t = u32;
                $handler as Handler
            }
        }
    };
}
pub(super) use sized;

/// The instance of `$handler` for 16 or 32 bits.
macro_rules! word_sized {
    ($size:expr, $t:ident => $handler:expr) => {
        if $size == 2 {
            type $t = u16;
            $handler as Handler
        } else {
            type $t = u32;
            $handler as Handler
        }
    };
}
pub(super) use word_sized;

pub(super) fn binary_op<A: Alu>(size: u32, dst: Kind, src: Kind) -> Handler {
    match (dst, src) {
        (Kind::Mem, Kind::Reg) => sized!(size, T => binary::<A, T, Mem, Src>),
        (Kind::Mem, _) => sized!(size, T => binary::<A, T, Mem, Imm>),
        (_, Kind::Reg) => sized!(size, T => binary::<A, T, Dst, Src>),
        (_, Kind::Mem) => sized!(size, T => binary::<A, T, Dst, Mem>),
        (_, Kind::Imm) => sized!(size, T => binary::<A, T, Dst, Imm>),
    }
}

pub(super) fn mov(size: u32, dst: Kind, src: Kind) -> Handler {
    match (dst, src) {
        (Kind::Mem, Kind::Reg) => sized!(size, T => moves::mov::<T, Mem, Src>),
        (Kind::Mem, _) => sized!(size, T => moves::mov::<T, Mem, Imm>),
        (_, Kind::Reg) => sized!(size, T => moves::mov::<T, Dst, Src>),
        (_, Kind::Mem) => sized!(size, T => moves::mov::<T, Dst, Mem>),
        (_, Kind::Imm) => sized!(size, T => moves::mov::<T, Dst, Imm>),
    }
}

pub(super) fn unary_op<U: Unary>(size: u32, dst: Kind) -> Handler {
    match dst {
        Kind::Mem => sized!(size, T => unary::<U, T, Mem>),
        _ => sized!(size, T => unary::<U, T, Dst>),
    }
}

pub(super) fn not_op(size: u32, dst: Kind) -> Handler {
    match dst {
        Kind::Mem => sized!(size, T => not::<T, Mem>),
        _ => sized!(size, T => not::<T, Dst>),
    }
}

pub(super) fn shift_op<S: Shift>(size: u32, dst: Kind, count: Kind) -> Handler {
    match (dst, count) {
        (Kind::Mem, Kind::Imm) => sized!(size, T => shift::<S, T, Mem, Imm>),
        (Kind::Mem, _) => sized!(size, T => shift::<S, T, Mem, Cl>),
        (_, Kind::Imm) => sized!(size, T => shift::<S, T, Dst, Imm>),
        (_, _) => sized!(size, T => shift::<S, T, Dst, Cl>),
    }
}

/// SHLD if `left`, else SHRD.
pub(super) fn double_shift(left: bool, size: u32, dst: Kind, count: Kind) -> Handler {
    match (left, dst, count) {
        (true, Kind::Mem, Kind::Imm) => word_sized!(size, T => shld::<T, Mem, Imm>),
        (true, Kind::Mem, _) => word_sized!(size, T => shld::<T, Mem, Cl>),
        (true, _, Kind::Imm) => word_sized!(size, T => shld::<T, Dst, Imm>),
        (true, _, _) => word_sized!(size, T => shld::<T, Dst, Cl>),
        (false, Kind::Mem, Kind::Imm) => word_sized!(size, T => shrd::<T, Mem, Imm>),
        (false, Kind::Mem, _) => word_sized!(size, T => shrd::<T, Mem, Cl>),
        (false, _, Kind::Imm) => word_sized!(size, T => shrd::<T, Dst, Imm>),
        (false, _, _) => word_sized!(size, T => shrd::<T, Dst, Cl>),
    }
}

pub(super) fn bit_op<B: BitChange>(size: u32, dst: Kind, number: Kind) -> Handler {
    match (dst, number) {
        (Kind::Mem, Kind::Imm) => word_sized!(size, T => bit::<B, T, Mem, Imm>),
        (Kind::Mem, _) => word_sized!(size, T => bit_string::<B, T>),
        (_, Kind::Imm) => word_sized!(size, T => bit::<B, T, Dst, Imm>),
        (_, _) => word_sized!(size, T => bit::<B, T, Dst, Src>),
    }
}

/// MOVSX if `signed`, else MOVZX, from `from` bytes to `to` bytes.
pub(super) fn extend(signed: bool, from: u32, to: u32, src: Kind) -> Handler {
    match (signed, from, src) {
        (true, 1, Kind::Mem) => word_sized!(to, T => moves::movsx::<u8, T, Mem>),
        (true, 1, _) => word_sized!(to, T => moves::movsx::<u8, T, Src>),
        (true, _, Kind::Mem) => word_sized!(to, T => moves::movsx::<u16, T, Mem>),
        (true, _, _) => word_sized!(to, T => moves::movsx::<u16, T, Src>),
        (false, 1, Kind::Mem) => word_sized!(to, T => moves::movzx::<u8, T, Mem>),
        (false, 1, _) => word_sized!(to, T => moves::movzx::<u8, T, Src>),
        (false, _, Kind::Mem) => word_sized!(to, T => moves::movzx::<u16, T, Mem>),
        (false, _, _) => word_sized!(to, T => moves::movzx::<u16, T, Src>),
    }
}

/// Repeat prefix of a string instruction.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    No,
    Rep,
    Repne,
}

/// MOVS, STOS, LODS: any repeat prefix counts alone.
pub(super) fn string_op<E: Element>(size: u32, repeat: Repeat) -> Handler {
    use super::super::exec::string::Count;
    match repeat {
        Repeat::No => sized!(size, T => single::<E, T>),
        _ => sized!(size, T => repeated::<E, Count, T>),
    }
}

/// CMPS, SCAS: the prefix tells what ends the repetition.
pub(super) fn compare_op<E: Element>(size: u32, repeat: Repeat) -> Handler {
    use super::super::exec::string::{Equal, Unequal};
    match repeat {
        Repeat::No => sized!(size, T => single::<E, T>),
        Repeat::Rep => repeated_until::<E, Unequal>(size),
        Repeat::Repne => repeated_until::<E, Equal>(size),
    }
}

fn repeated_until<E: Element, U: Until>(size: u32) -> Handler {
    sized!(size, T => repeated::<E, U, T>)
}

/// What to do with a condition type once its code is known.
pub(super) trait WithCondition {
    fn with<C: Condition>(self) -> Handler;
}

/// Jcc with an operand size.
pub(super) struct Jcc(pub(super) u32);

impl WithCondition for Jcc {
    fn with<C: Condition>(self) -> Handler {
        word_sized!(self.0, T => flow::jcc::<C, T>)
    }
}

/// SETcc with a destination.
pub(super) struct Setcc(pub(super) Kind);

impl WithCondition for Setcc {
    fn with<C: Condition>(self) -> Handler {
        match self.0 {
            Kind::Mem => moves::setcc::<C, Mem>,
            _ => moves::setcc::<C, Dst>,
        }
    }
}

/// Hands the condition of a Jcc or SETcc to `wish`.
pub(super) fn condition(code: iced_x86::ConditionCode, wish: impl WithCondition) -> Handler {
    use iced_x86::ConditionCode as C;
    match code {
        C::o => wish.with::<flow::Overflow>(),
        C::no => wish.with::<flow::NotOverflow>(),
        C::b => wish.with::<flow::Below>(),
        C::ae => wish.with::<flow::AboveEqual>(),
        C::e => wish.with::<flow::Equal>(),
        C::ne => wish.with::<flow::NotEqual>(),
        C::be => wish.with::<flow::BelowEqual>(),
        C::a => wish.with::<flow::Above>(),
        C::s => wish.with::<flow::Sign>(),
        C::ns => wish.with::<flow::NotSign>(),
        C::p => wish.with::<flow::Parity>(),
        C::np => wish.with::<flow::NotParity>(),
        C::l => wish.with::<flow::Less>(),
        C::ge => wish.with::<flow::GreaterEqual>(),
        C::le => wish.with::<flow::LessEqual>(),
        C::g => wish.with::<flow::Greater>(),
        C::None => moves::undefined,
    }
}
