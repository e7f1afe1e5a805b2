//! Shifts and rotates. The count is taken modulo 32. Source: 80386 PRM §17.2.2.
//!
//! What the manual calls undefined is as on a 386: shifts set AF; OF follows the result whatever the
//! count; a byte that is shifted by 16 or 24 leaves in CF what a shift by 8 does. Source: test386.asm,
//! checked by its author on a 386SX.

use super::place::{Place, Source};
use crate::cpu::core::Core;
use crate::cpu::fault::{Flow, Stop};
use crate::cpu::flags::Lazy;
use crate::cpu::int::Int;
use crate::cpu::op::Op;
use crate::cpu::regs::Gpr;
use crate::mem::Memory;

/// What a shift or rotate leaves.
pub(crate) struct Shifted {
    value: u32,
    carry: bool,
    overflow: bool,
}

/// One of the shift group's functions; `count` is 1–31.
pub(crate) trait Shift {
    /// True if SF, ZF and PF follow the result; rotates leave them.
    const ARITHMETIC: bool;

    fn apply<T: Int>(value: u32, count: u32, carry: bool) -> Shifted;
}

pub(crate) struct Rol;
pub(crate) struct Ror;
pub(crate) struct Rcl;
pub(crate) struct Rcr;
pub(crate) struct Shl;
pub(crate) struct Shr;
pub(crate) struct Sar;

fn top<T: Int>(value: u32) -> bool {
    value & T::SIGN != 0
}

impl Shift for Rol {
    const ARITHMETIC: bool = false;

    #[inline(always)]
    fn apply<T: Int>(value: u32, count: u32, _: bool) -> Shifted {
        let turn = count % T::BITS;
        let wide = u64::from(value);
        let rotated = crate::types::lo32(wide << turn | wide >> (T::BITS - turn)) & T::MASK;
        let carry = rotated & 1 != 0;
        Shifted { value: rotated, carry, overflow: top::<T>(rotated) != carry }
    }
}

impl Shift for Ror {
    const ARITHMETIC: bool = false;

    #[inline(always)]
    fn apply<T: Int>(value: u32, count: u32, _: bool) -> Shifted {
        let turn = count % T::BITS;
        let wide = u64::from(value);
        let rotated = crate::types::lo32(wide >> turn | wide << (T::BITS - turn)) & T::MASK;
        Shifted { value: rotated, carry: top::<T>(rotated), overflow: top::<T>(rotated) != top::<T>(rotated << 1) }
    }
}

impl Shift for Rcl {
    const ARITHMETIC: bool = false;

    #[inline(always)]
    fn apply<T: Int>(value: u32, count: u32, carry: bool) -> Shifted {
        let turn = count % (T::BITS + 1);
        let ring = u64::from(carry) << T::BITS | u64::from(value);
        let turned = ring << turn | ring >> (T::BITS + 1 - turn);
        let rotated = crate::types::lo32(turned) & T::MASK;
        let carry = turned >> T::BITS & 1 != 0;
        Shifted { value: rotated, carry, overflow: top::<T>(rotated) != carry }
    }
}

impl Shift for Rcr {
    const ARITHMETIC: bool = false;

    #[inline(always)]
    fn apply<T: Int>(value: u32, count: u32, carry: bool) -> Shifted {
        let turn = count % (T::BITS + 1);
        let ring = u64::from(carry) << T::BITS | u64::from(value);
        let turned = ring >> turn | ring << (T::BITS + 1 - turn);
        let rotated = crate::types::lo32(turned) & T::MASK;
        let carry = turned >> T::BITS & 1 != 0;
        Shifted { value: rotated, carry, overflow: top::<T>(rotated) != top::<T>(rotated << 1) }
    }
}

impl Shift for Shl {
    const ARITHMETIC: bool = true;

    #[inline(always)]
    fn apply<T: Int>(value: u32, count: u32, _: bool) -> Shifted {
        let wide = u64::from(value) << count;
        let shifted = crate::types::lo32(wide) & T::MASK;
        let carry = if whole_bytes::<T>(count) { value & 1 != 0 } else { wide >> T::BITS & 1 != 0 };
        Shifted { value: shifted, carry, overflow: top::<T>(shifted) != carry }
    }
}

/// True if a byte is shifted by 8, 16 or 24.
#[inline(always)]
fn whole_bytes<T: Int>(count: u32) -> bool {
    T::BITS == 8 && count.is_multiple_of(8)
}

impl Shift for Shr {
    const ARITHMETIC: bool = true;

    #[inline(always)]
    fn apply<T: Int>(value: u32, count: u32, _: bool) -> Shifted {
        // OF is the sign bit that the last step shifted out of its place: none is left after the first.
        let last = value >> (count - 1);
        let carry = if whole_bytes::<T>(count) { top::<T>(value) } else { last & 1 != 0 };
        Shifted { value: last >> 1, carry, overflow: top::<T>(last) }
    }
}

impl Shift for Sar {
    const ARITHMETIC: bool = true;

    #[inline(always)]
    fn apply<T: Int>(value: u32, count: u32, _: bool) -> Shifted {
        let signed = T::sext(value).cast_signed();
        let shifted = (signed >> count).cast_unsigned() & T::MASK;
        Shifted { value: shifted, carry: signed >> (count - 1) & 1 != 0, overflow: false }
    }
}

/// ROL … SAR (C0, C1, D0–D3). `C` gives the count; a count of zero changes nothing, flags included,
/// but a memory operand is written all the same: it must be writable.
pub(crate) fn shift<S: Shift, T: Int, D: Place, C: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let count = C::get::<u8>(core, mem, op)? & 31;
    let value = D::take::<T>(core, mem, op)?;
    if count == 0 {
        return D::put::<T>(core, mem, op, value);
    }
    let done = S::apply::<T>(value, count, core.flags.cf());
    D::put::<T>(core, mem, op, done.value)?;
    if S::ARITHMETIC {
        core.flags.set(Lazy::with_carry_overflow::<T>(done.value, done.carry, done.overflow).with_half_carry());
    } else {
        core.flags.set_cf_of(done.carry, done.overflow);
    }
    Ok(())
}

/// The commonest count.
pub(crate) struct One;

impl Source for One {
    #[inline(always)]
    fn get<T: Int>(_: &mut Core, _: &mut Memory, _: &Op) -> Result<u32, Stop> {
        Ok(1)
    }
}

/// The count register CL.
pub(crate) struct Cl;

impl Source for Cl {
    #[inline(always)]
    fn get<T: Int>(core: &mut Core, _: &mut Memory, _: &Op) -> Result<u32, crate::cpu::fault::Stop> {
        Ok(core.gpr[Gpr::Ecx as usize] & 0xFF)
    }
}

/// SHLD (0F A4, A5): shifts in from the register `op.src`.
pub(crate) fn shld<T: Int, D: Place, C: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    double::<T, D, C>(core, mem, op, |value, filler, count| {
        // Undefined by the manual: 16-bit shifts by more than 16 go on into the operand itself, as
        // they do to the right.
        let tail = u128::from(value) << (64 - 2 * T::BITS);
        let wide = u128::from(value) << 64 | u128::from(filler) << (64 - T::BITS) | tail;
        let shifted = wide << count;
        (low_bits(shifted >> 64) & T::MASK, shifted >> (64 + T::BITS) & 1 != 0)
    })
}

/// SHRD (0F AC, AD): shifts in from the register `op.src`.
pub(crate) fn shrd<T: Int, D: Place, C: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    double::<T, D, C>(core, mem, op, |value, filler, count| {
        let wide = u128::from(value) << (2 * T::BITS) | u128::from(filler) << T::BITS | u128::from(value);
        (low_bits(wide >> count) & T::MASK, wide >> (count - 1) & 1 != 0)
    })
}

fn low_bits(value: u128) -> u32 {
    u32::try_from(value & 0xFFFF_FFFF).unwrap_or(0)
}

#[inline(always)]
fn double<T: Int, D: Place, C: Source>(
    core: &mut Core,
    mem: &mut Memory,
    op: &Op,
    work: impl Fn(u32, u32, u32) -> (u32, bool),
) -> Flow {
    let count = C::get::<u8>(core, mem, op)? & 31;
    let value = D::take::<T>(core, mem, op)?;
    if count == 0 {
        return D::put::<T>(core, mem, op, value);
    }
    let (shifted, carry) = work(value, T::reg(core, op.src), count);
    D::put::<T>(core, mem, op, shifted)?;
    let overflow = (shifted ^ value) & T::SIGN != 0;
    core.flags.set(Lazy::with_carry_overflow::<T>(shifted, carry, overflow));
    Ok(())
}
