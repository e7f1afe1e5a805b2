//! Decimal adjustment. Source: 80386 PRM §17.2.2, AAA … DAS.
//!
//! Flags that the manual calls undefined are those of the 8-bit addition or subtraction inside, as on
//! a 386. Source: test386.asm, checked by its author on a 386SX.

use super::alu;
use crate::cpu::core::Core;
use crate::cpu::fault::{Fault, Flow};
use crate::cpu::flags::Lazy;
use crate::cpu::int::Int;
use crate::cpu::op::Op;
use crate::cpu::regs::Gpr;
use crate::mem::Memory;
use crate::types::{hi8, lo8};

const AL: u8 = 0;
const AH: u8 = 4;

fn al(core: &Core) -> u8 {
    lo8(core.gpr[Gpr::Eax as usize])
}

fn set_al(core: &mut Core, value: u8) {
    <u8 as Int>::set_reg(core, AL, u32::from(value));
}

fn set_ah(core: &mut Core, value: u8) {
    <u8 as Int>::set_reg(core, AH, u32::from(value));
}

/// SF, ZF and PF from `result`, with CF, AF and OF as given.
fn set_flags(core: &mut Core, result: u8, carry: bool, half: bool, overflow: bool) {
    let flags = Lazy::with_carry_overflow::<u8>(u32::from(result), carry, overflow);
    core.flags.set(if half { flags.with_half_carry() } else { flags });
}

/// DAA (27).
pub(crate) fn daa(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    let (old, old_carry) = (al(core), core.flags.cf());
    let half = old & 15 > 9 || core.flags.af();
    let carry = old > 0x99 || old_carry;
    let adjust = if half { 6 } else { 0 } + if carry { 0x60 } else { 0 };
    let (new, overflow) = plus(old, adjust);
    set_al(core, new);
    set_flags(core, new, carry, half, overflow);
    Ok(())
}

/// DAS (2F).
pub(crate) fn das(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    let (old, old_carry) = (al(core), core.flags.cf());
    let half = old & 15 > 9 || core.flags.af();
    let high = old > 0x99 || old_carry;
    let adjust = if half { 6 } else { 0 } + if high { 0x60 } else { 0 };
    let (new, overflow) = minus(old, adjust);
    set_al(core, new);
    let carry = high || half && old < 6;
    set_flags(core, new, carry, half, overflow);
    Ok(())
}

/// A sum and whether it overflows as a signed one.
fn plus(a: u8, b: u8) -> (u8, bool) {
    (a.wrapping_add(b), a.cast_signed().checked_add(b.cast_signed()).is_none())
}

/// A difference and whether it overflows as a signed one.
fn minus(a: u8, b: u8) -> (u8, bool) {
    (a.wrapping_sub(b), a.cast_signed().checked_sub(b.cast_signed()).is_none())
}

/// AAA (37).
pub(crate) fn aaa(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    adjust_ascii(core, |ax| ax.wrapping_add(0x106), |al| plus(al, 6))
}

/// AAS (3F).
pub(crate) fn aas(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    adjust_ascii(core, |ax| ax.wrapping_sub(0x106), |al| minus(al, 6))
}

/// `step` makes AX, `step_al` the flags: they are those of AL before its high digit is cleared.
fn adjust_ascii(core: &mut Core, step: fn(u16) -> u16, step_al: fn(u8) -> (u8, bool)) -> Flow {
    let (ax, al) = (crate::types::lo16(core.gpr[Gpr::Eax as usize]), al(core));
    let adjust = al & 15 > 9 || core.flags.af();
    let value = if adjust { step(ax) } else { ax };
    let (result, overflow) = if adjust { step_al(al) } else { (al, false) };
    <u16 as Int>::set_reg(core, AL, u32::from(value & 0xFF0F));
    set_flags(core, result, adjust, adjust, overflow);
    Ok(())
}

/// AAM (D4): #DE if the base is zero.
pub(crate) fn aam(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    let base = lo8(op.imm);
    let value = al(core);
    let (Some(high), Some(low)) = (value.checked_div(base), value.checked_rem(base)) else {
        return Err(Fault::DIVIDE.into());
    };
    set_ah(core, high);
    set_al(core, low);
    set_flags(core, low, false, false, false);
    Ok(())
}

/// AAD (D5).
pub(crate) fn aad(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    let high = hi8(core.gpr[Gpr::Eax as usize]);
    let tens = high.wrapping_mul(lo8(op.imm));
    let (value, flags) = alu::add::<u8>(u32::from(al(core)), u32::from(tens), 0);
    set_ah(core, 0);
    set_al(core, lo8(value));
    core.flags.set(flags);
    Ok(())
}
