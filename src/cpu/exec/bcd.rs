//! Decimal adjustment. Source: 80386 PRM §17.2.2, AAA … DAS.

use crate::cpu::core::Core;
use crate::cpu::fault::{Fault, Flow};
use crate::cpu::flags::Lazy;
use crate::cpu::int::Int;
use crate::cpu::op::Op;
use crate::cpu::regs::{Gpr, eflags};
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

/// SF, ZF and PF from AL, with CF and AF as given and OF clear.
fn set_flags(core: &mut Core, carry: bool, half: bool) {
    core.flags.set(Lazy::logic::<u8>(u32::from(al(core))));
    let bits = core.flags.bits() | if carry { eflags::CF } else { 0 } | if half { eflags::AF } else { 0 };
    core.flags.load(bits);
}

/// DAA (27).
pub(crate) fn daa(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    let (old, old_carry) = (al(core), core.flags.cf());
    let half = old & 15 > 9 || core.flags.af();
    let carry = old > 0x99 || old_carry;
    let adjust = if half { 6 } else { 0 } + if carry { 0x60 } else { 0 };
    set_al(core, old.wrapping_add(adjust));
    set_flags(core, carry, half);
    Ok(())
}

/// DAS (2F).
pub(crate) fn das(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    let (old, old_carry) = (al(core), core.flags.cf());
    let half = old & 15 > 9 || core.flags.af();
    let high = old > 0x99 || old_carry;
    let adjust = if half { 6 } else { 0 } + if high { 0x60 } else { 0 };
    set_al(core, old.wrapping_sub(adjust));
    let carry = high || half && old < 6;
    set_flags(core, carry, half);
    Ok(())
}

/// AAA (37).
pub(crate) fn aaa(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    adjust_ascii(core, |ax| ax.wrapping_add(0x106))
}

/// AAS (3F).
pub(crate) fn aas(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    adjust_ascii(core, |ax| ax.wrapping_sub(0x106))
}

fn adjust_ascii(core: &mut Core, step: impl FnOnce(u16) -> u16) -> Flow {
    let ax = crate::types::lo16(core.gpr[Gpr::Eax as usize]);
    let adjust = ax & 15 > 9 || core.flags.af();
    let value = if adjust { step(ax) } else { ax };
    <u16 as Int>::set_reg(core, AL, u32::from(value & 0xFF0F));
    set_flags(core, adjust, adjust);
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
    set_flags(core, false, false);
    Ok(())
}

/// AAD (D5).
pub(crate) fn aad(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    let high = hi8(core.gpr[Gpr::Eax as usize]);
    let value = al(core).wrapping_add(high.wrapping_mul(lo8(op.imm)));
    set_ah(core, 0);
    set_al(core, value);
    set_flags(core, false, false);
    Ok(())
}
