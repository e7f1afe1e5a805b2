//! Multiplication and division. SF, ZF, AF and PF are undefined after both; here they follow the
//! low half of a product and stay after a division.

use super::place::{Place, Source};
use crate::cpu::core::Core;
use crate::cpu::fault::{Fault, Flow};
use crate::cpu::flags::Lazy;
use crate::cpu::int::Int;
use crate::cpu::op::Op;
use crate::cpu::regs::Gpr;
use crate::mem::Memory;
use crate::types::lo32;

const EAX: u8 = Gpr::Eax as u8;
const EDX: u8 = Gpr::Edx as u8;

/// Puts a double-width result into AX, DX:AX or EDX:EAX.
#[inline(always)]
fn set_wide<T: Int>(core: &mut Core, value: u64) {
    if T::BITS == 8 {
        <u16 as Int>::set_reg(core, EAX, lo32(value));
    } else {
        T::set_reg(core, EAX, lo32(value) & T::MASK);
        T::set_reg(core, EDX, lo32(value >> T::BITS) & T::MASK);
    }
}

/// AX, DX:AX or EDX:EAX.
#[inline(always)]
fn wide<T: Int>(core: &Core) -> u64 {
    if T::BITS == 8 {
        u64::from(<u16 as Int>::reg(core, EAX))
    } else {
        u64::from(T::reg(core, EDX)) << T::BITS | u64::from(T::reg(core, EAX))
    }
}

#[inline(always)]
fn signed<T: Int>(value: u32) -> i64 {
    i64::from(T::sext(value).cast_signed())
}

/// MUL (F6/4, F7/4).
pub(crate) fn mul<T: Int, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let product = u64::from(T::reg(core, EAX)) * u64::from(S::get::<T>(core, mem, op)?);
    set_wide::<T>(core, product);
    let high = product >> T::BITS != 0;
    core.flags.set(Lazy::with_carry_overflow::<T>(lo32(product) & T::MASK, high, high));
    Ok(())
}

/// IMUL with one operand (F6/5, F7/5).
pub(crate) fn imul<T: Int, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let product = signed::<T>(T::reg(core, EAX)) * signed::<T>(S::get::<T>(core, mem, op)?);
    set_wide::<T>(core, product.cast_unsigned());
    set_imul_flags::<T>(core, product);
    Ok(())
}

/// IMUL with a register destination (0F AF).
pub(crate) fn imul2<T: Int, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let product = signed::<T>(T::reg(core, op.dst)) * signed::<T>(S::get::<T>(core, mem, op)?);
    T::set_reg(core, op.dst, lo32(product.cast_unsigned()) & T::MASK);
    set_imul_flags::<T>(core, product);
    Ok(())
}

/// IMUL with an immediate (69, 6B).
pub(crate) fn imul3<T: Int, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let product = signed::<T>(S::get::<T>(core, mem, op)?) * signed::<T>(op.imm);
    T::set_reg(core, op.dst, lo32(product.cast_unsigned()) & T::MASK);
    set_imul_flags::<T>(core, product);
    Ok(())
}

fn set_imul_flags<T: Int>(core: &mut Core, product: i64) {
    let low = lo32(product.cast_unsigned()) & T::MASK;
    let lost = signed::<T>(low) != product;
    core.flags.set(Lazy::with_carry_overflow::<T>(low, lost, lost));
}

/// DIV (F6/6, F7/6): #DE if the quotient does not fit.
pub(crate) fn div<T: Int, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let divisor = u64::from(S::get::<T>(core, mem, op)?);
    let dividend = wide::<T>(core);
    let (Some(quotient), Some(remainder)) = (dividend.checked_div(divisor), dividend.checked_rem(divisor)) else {
        return Err(Fault::DIVIDE.into());
    };
    if quotient > u64::from(T::MASK) {
        return Err(Fault::DIVIDE.into());
    }
    set_quotient::<T>(core, lo32(quotient), lo32(remainder));
    Ok(())
}

/// IDIV (F6/7, F7/7): #DE if the quotient does not fit.
pub(crate) fn idiv<T: Int, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let divisor = signed::<T>(S::get::<T>(core, mem, op)?);
    let bits = wide::<T>(core).cast_signed();
    let unused = 64 - 2 * T::BITS;
    let dividend = bits << unused >> unused;
    let (Some(quotient), Some(remainder)) = (dividend.checked_div(divisor), dividend.checked_rem(divisor)) else {
        return Err(Fault::DIVIDE.into());
    };
    let low = lo32(quotient.cast_unsigned()) & T::MASK;
    if signed::<T>(low) != quotient {
        return Err(Fault::DIVIDE.into());
    }
    set_quotient::<T>(core, low, lo32(remainder.cast_unsigned()) & T::MASK);
    Ok(())
}

fn set_quotient<T: Int>(core: &mut Core, quotient: u32, remainder: u32) {
    if T::BITS == 8 {
        <u16 as Int>::set_reg(core, EAX, quotient & 0xFF | (remainder & 0xFF) << 8);
    } else {
        T::set_reg(core, EAX, quotient);
        T::set_reg(core, EDX, remainder);
    }
}

/// XCHG (86, 87, 90–97).
pub(crate) fn xchg<T: Int, D: Place>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let old = D::take::<T>(core, mem, op)?;
    D::put::<T>(core, mem, op, T::reg(core, op.src))?;
    T::set_reg(core, op.src, old);
    Ok(())
}
