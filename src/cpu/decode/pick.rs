//! Choosing the instance of a generic handler: by operand size and operand kinds.

use super::super::access::{Cached, Sure};
use super::super::exec::alu::{Alu, Unary};
use super::super::exec::arith::{binary, not, unary};
use super::super::exec::bits::{BitChange, bit, bit_string};
use super::super::exec::flow::{self, Condition};
use super::super::exec::place::{Cached16, Cached32, Dst, Imm, Mem, Src};
use super::super::exec::shift::{Cl, One, Shift, shift, shld, shrd};
use super::super::exec::string::{Element, Until, repeated, single};
use super::super::exec::{moves, stack};
use super::super::op::{Handler, cached, plain};

/// What an operand is, as far as handlers are concerned.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Reg,
    Mem,
    Imm,
    /// Memory that the translation cache leads to, by 16-bit addressing.
    Cached16,
    /// The same by 32-bit addressing.
    Cached32,
}

/// The instance of `$handler` for an operand size of `$size` bytes, called `$t` within.
///
/// With `cached`, `$handler` gives up where the translation cache does not suffice.
macro_rules! sized {
    ($size:expr, $t:ident => cached $handler:expr) => {
        sized!(@ $size, $t => cached!($handler))
    };
    ($size:expr, $t:ident => $handler:expr) => {
        sized!(@ $size, $t => plain!($handler))
    };
    (@ $size:expr, $t:ident => $handler:expr) => {
        match $size {
            1 => {
                type $t = u8;
                $handler
            }
            2 => {
                type $t = u16;
                $handler
            }
            _ => {
                type $t = u32;
                $handler
            }
        }
    };
}
pub(super) use sized;

/// The instance of `$handler` for 16 or 32 bits.
///
/// With `chain`, `$handler` is a handler already; with `cached`, it gives up where the translation cache
/// does not suffice.
macro_rules! word_sized {
    ($size:expr, $t:ident => cached $handler:expr) => {
        word_sized!($size, $t => chain cached!($handler))
    };
    ($size:expr, $t:ident => chain $handler:expr) => {
        if $size == 2 {
            type $t = u16;
            $handler as Handler
        } else {
            type $t = u32;
            $handler as Handler
        }
    };
    ($size:expr, $t:ident => $handler:expr) => {
        word_sized!($size, $t => chain plain!($handler))
    };
}
pub(super) use word_sized;

pub(super) fn binary_op<A: Alu>(size: u32, dst: Kind, src: Kind) -> Handler {
    match (dst, src) {
        (Kind::Mem, Kind::Reg) => sized!(size, T => binary::<A, T, Mem, Src>),
        (Kind::Mem, _) => sized!(size, T => binary::<A, T, Mem, Imm>),
        (Kind::Cached16, Kind::Reg) => sized!(size, T => cached binary::<A, T, Cached16, Src>),
        (Kind::Cached16, _) => sized!(size, T => cached binary::<A, T, Cached16, Imm>),
        (Kind::Cached32, Kind::Reg) => sized!(size, T => cached binary::<A, T, Cached32, Src>),
        (Kind::Cached32, _) => sized!(size, T => cached binary::<A, T, Cached32, Imm>),
        (_, Kind::Reg) => sized!(size, T => binary::<A, T, Dst, Src>),
        (_, Kind::Mem) => sized!(size, T => binary::<A, T, Dst, Mem>),
        (_, Kind::Cached16) => sized!(size, T => cached binary::<A, T, Dst, Cached16>),
        (_, Kind::Cached32) => sized!(size, T => cached binary::<A, T, Dst, Cached32>),
        (_, Kind::Imm) => sized!(size, T => binary::<A, T, Dst, Imm>),
    }
}

pub(super) fn mov(size: u32, dst: Kind, src: Kind) -> Handler {
    match (dst, src) {
        (Kind::Mem, Kind::Reg) => sized!(size, T => moves::mov::<T, Mem, Src>),
        (Kind::Mem, _) => sized!(size, T => moves::mov::<T, Mem, Imm>),
        (Kind::Cached16, Kind::Reg) => sized!(size, T => cached moves::mov::<T, Cached16, Src>),
        (Kind::Cached16, _) => sized!(size, T => cached moves::mov::<T, Cached16, Imm>),
        (Kind::Cached32, Kind::Reg) => sized!(size, T => cached moves::mov::<T, Cached32, Src>),
        (Kind::Cached32, _) => sized!(size, T => cached moves::mov::<T, Cached32, Imm>),
        (_, Kind::Reg) => sized!(size, T => moves::mov::<T, Dst, Src>),
        (_, Kind::Mem) => sized!(size, T => moves::mov::<T, Dst, Mem>),
        (_, Kind::Cached16) => sized!(size, T => cached moves::mov::<T, Dst, Cached16>),
        (_, Kind::Cached32) => sized!(size, T => cached moves::mov::<T, Dst, Cached32>),
        (_, Kind::Imm) => sized!(size, T => moves::mov::<T, Dst, Imm>),
    }
}

pub(super) fn unary_op<U: Unary>(size: u32, dst: Kind) -> Handler {
    match dst {
        Kind::Mem => sized!(size, T => unary::<U, T, Mem>),
        Kind::Cached16 => sized!(size, T => cached unary::<U, T, Cached16>),
        Kind::Cached32 => sized!(size, T => cached unary::<U, T, Cached32>),
        _ => sized!(size, T => unary::<U, T, Dst>),
    }
}

pub(super) fn not_op(size: u32, dst: Kind) -> Handler {
    match dst {
        Kind::Mem => sized!(size, T => not::<T, Mem>),
        _ => sized!(size, T => not::<T, Dst>),
    }
}

/// A shift or rotate; `by_one` if the count is an immediate one.
pub(super) fn shift_op<S: Shift>(size: u32, dst: Kind, count: Kind, by_one: bool) -> Handler {
    match (dst, count) {
        (Kind::Mem, Kind::Imm) => sized!(size, T => shift::<S, T, Mem, Imm>),
        (Kind::Reg, Kind::Imm) if by_one => sized!(size, T => shift::<S, T, Dst, One>),
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
        (true, 1, Kind::Cached16) => word_sized!(to, T => cached moves::movsx::<u8, T, Cached16>),
        (true, 1, Kind::Cached32) => word_sized!(to, T => cached moves::movsx::<u8, T, Cached32>),
        (true, 1, _) => word_sized!(to, T => moves::movsx::<u8, T, Src>),
        (true, _, Kind::Mem) => word_sized!(to, T => moves::movsx::<u16, T, Mem>),
        (true, _, Kind::Cached16) => word_sized!(to, T => cached moves::movsx::<u16, T, Cached16>),
        (true, _, Kind::Cached32) => word_sized!(to, T => cached moves::movsx::<u16, T, Cached32>),
        (true, _, _) => word_sized!(to, T => moves::movsx::<u16, T, Src>),
        (false, 1, Kind::Mem) => word_sized!(to, T => moves::movzx::<u8, T, Mem>),
        (false, 1, Kind::Cached16) => word_sized!(to, T => cached moves::movzx::<u8, T, Cached16>),
        (false, 1, Kind::Cached32) => word_sized!(to, T => cached moves::movzx::<u8, T, Cached32>),
        (false, 1, _) => word_sized!(to, T => moves::movzx::<u8, T, Src>),
        (false, _, Kind::Mem) => word_sized!(to, T => moves::movzx::<u16, T, Mem>),
        (false, _, Kind::Cached16) => word_sized!(to, T => cached moves::movzx::<u16, T, Cached16>),
        (false, _, Kind::Cached32) => word_sized!(to, T => cached moves::movzx::<u16, T, Cached32>),
        (false, _, _) => word_sized!(to, T => moves::movzx::<u16, T, Src>),
    }
}

/// PUSH; all of it through the translation cache if `cached`.
pub(super) fn push(size: u32, src: Kind, cached: bool) -> Handler {
    match src {
        Kind::Reg if cached => word_sized!(size, T => cached stack::push::<T, Dst, Cached>),
        Kind::Reg => word_sized!(size, T => stack::push::<T, Dst, Sure>),
        Kind::Imm if cached => word_sized!(size, T => cached stack::push::<T, Imm, Cached>),
        Kind::Imm => word_sized!(size, T => stack::push::<T, Imm, Sure>),
        _ if cached => word_sized!(size, T => cached stack::push::<T, Cached32, Cached>),
        _ => word_sized!(size, T => stack::push::<T, Mem, Sure>),
    }
}

/// POP of a register; through the translation cache if `cached`.
pub(super) fn pop(size: u32, cached: bool) -> Handler {
    if cached {
        word_sized!(size, T => cached stack::pop::<T, Dst, Cached>)
    } else {
        word_sized!(size, T => stack::pop::<T, Dst, Sure>)
    }
}

/// Near CALL; through the translation cache if `cached`.
pub(super) fn call(size: u32, cached: bool) -> Handler {
    if cached {
        word_sized!(size, T => cached flow::call::<T, Cached>)
    } else {
        word_sized!(size, T => flow::call::<T, Sure>)
    }
}

/// Near RET; through the translation cache if `cached`.
pub(super) fn ret(size: u32, cached: bool) -> Handler {
    if cached {
        word_sized!(size, T => cached flow::ret::<T, Cached>)
    } else {
        word_sized!(size, T => flow::ret::<T, Sure>)
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
        word_sized!(self.0, T => chain flow::jcc::<C, T>)
    }
}

/// SETcc with a destination.
pub(super) struct Setcc(pub(super) Kind);

impl WithCondition for Setcc {
    fn with<C: Condition>(self) -> Handler {
        match self.0 {
            Kind::Mem => plain!(moves::setcc::<C, Mem>),
            _ => plain!(moves::setcc::<C, Dst>),
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
        C::None => moves::UNDEFINED,
    }
}
