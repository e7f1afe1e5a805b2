//! Bit tests and scans. Flags other than the documented one are undefined and stay, but for OF of the
//! bit tests, which follows the rotation inside.

use super::place::{Place, Source};
use crate::cpu::core::Core;
use crate::cpu::fault::Flow;
use crate::cpu::int::Int;
use crate::cpu::op::Op;
use crate::mem::Memory;

/// What BT, BTS, BTR and BTC do with the bit they have tested.
pub(crate) trait BitChange {
    const WRITES: bool = true;

    fn apply(value: u32, bit: u32) -> u32;
}

pub(crate) struct Keep;
pub(crate) struct Set;
pub(crate) struct Reset;
pub(crate) struct Complement;

impl BitChange for Keep {
    const WRITES: bool = false;

    fn apply(value: u32, _: u32) -> u32 {
        value
    }
}

impl BitChange for Set {
    fn apply(value: u32, bit: u32) -> u32 {
        value | bit
    }
}

impl BitChange for Reset {
    fn apply(value: u32, bit: u32) -> u32 {
        value & !bit
    }
}

impl BitChange for Complement {
    fn apply(value: u32, bit: u32) -> u32 {
        value ^ bit
    }
}

/// BT group with the bit number taken modulo the operand size (0F BA, and register operands).
pub(crate) fn bit<B: BitChange, T: Int, D: Place, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let index = S::get::<T>(core, mem, op)? % T::BITS;
    let value = if B::WRITES { D::take::<T>(core, mem, op)? } else { D::get::<T>(core, mem, op)? };
    if B::WRITES {
        D::put::<T>(core, mem, op, B::apply(value, 1 << index))?;
    }
    set_flags::<T>(core, value, index);
    Ok(())
}

/// CF is the tested bit; OF as RCR by one more than its number would leave it, with CF clear before.
/// Source: test386.asm, checked by its author on a 386SX.
#[inline(always)]
fn set_flags<T: Int>(core: &mut Core, value: u32, index: u32) {
    let ring = u64::from(value) << 2 | u64::from(value & T::SIGN != 0);
    let overflow = (ring >> index ^ ring >> (index + 1)) & 1 != 0;
    core.flags.set_cf_of(value >> index & 1 != 0, overflow);
}

/// BT group on a bit string in memory: the register is a signed bit offset from the operand.
pub(crate) fn bit_string<B: BitChange, T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let index = T::sext(T::reg(core, op.src)).cast_signed();
    let unit = index >> T::BITS.trailing_zeros();
    let bytes = unit.wrapping_mul(T::BYTES.cast_signed()).cast_unsigned();
    let mask = u32::MAX >> (op.addr_shift & 31);
    let at = core.offset(op).wrapping_add(bytes) & mask;
    let index = index.cast_unsigned() % T::BITS;
    let value = match B::WRITES {
        true => core.read_to_write_at::<T>(mem, op.seg, at)?,
        false => core.read_at::<T>(mem, op.seg, at)?,
    };
    if B::WRITES {
        core.write_at::<T>(mem, op.seg, at, B::apply(value, 1 << index))?;
    }
    set_flags::<T>(core, value, index);
    Ok(())
}

/// BSF (0F BC): a zero source sets ZF and leaves the destination.
pub(crate) fn bsf<T: Int, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let value = S::get::<T>(core, mem, op)?;
    core.flags.set_zf(value == 0);
    if value != 0 {
        T::set_reg(core, op.dst, value.trailing_zeros());
    }
    Ok(())
}

/// BSR (0F BD): a zero source sets ZF and leaves the destination.
pub(crate) fn bsr<T: Int, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let value = S::get::<T>(core, mem, op)?;
    core.flags.set_zf(value == 0);
    if value != 0 {
        T::set_reg(core, op.dst, 31 - value.leading_zeros());
    }
    Ok(())
}
