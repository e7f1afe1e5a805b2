//! Handlers of the arithmetic and logic instructions.

use super::alu::{Alu, Unary};
use super::place::{Place, Source};
use crate::cpu::core::Core;
use crate::cpu::fault::Flow;
use crate::cpu::int::Int;
use crate::cpu::op::Op;
use crate::cpu::regs::Gpr;
use crate::mem::Memory;

/// ADD, OR, ADC, SBB, AND, SUB, XOR, CMP, TEST (00–3F, 80–85, A8, A9, F6/0, F7/0).
pub(crate) fn binary<A: Alu, T: Int, D: Place, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let a = if A::WRITES { D::take::<T>(core, mem, op)? } else { D::get::<T>(core, mem, op)? };
    let b = S::get::<T>(core, mem, op)?;
    let (value, lazy) = A::apply::<T>(a, b, core.flags.cf());
    if A::WRITES {
        D::put::<T>(core, mem, op, value)?;
    }
    core.flags.set(lazy);
    Ok(())
}

/// INC, DEC, NEG (40–4F, FE, FF, F6/3, F7/3).
pub(crate) fn unary<U: Unary, T: Int, D: Place>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let a = D::take::<T>(core, mem, op)?;
    let (value, lazy) = U::apply::<T>(a);
    D::put::<T>(core, mem, op, value)?;
    if U::KEEPS_CARRY {
        core.flags.set_but_carry(lazy)
    } else {
        core.flags.set(lazy)
    }
    Ok(())
}

/// NOT (F6/2, F7/2): no flags.
pub(crate) fn not<T: Int, D: Place>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let a = D::take::<T>(core, mem, op)?;
    D::put::<T>(core, mem, op, !a & T::MASK)
}

/// CBW, CWDE (98): sign-extends the lower half of the accumulator into `T`.
pub(crate) fn cbw<T: Int>(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    let low = core.gpr[Gpr::Eax as usize];
    let value = if T::BITS == 16 { crate::types::sext8(low) } else { crate::types::sext16(low) };
    T::set_reg(core, Gpr::Eax as u8, value);
    Ok(())
}

/// CWD, CDQ (99): fills DX or EDX with the accumulator's sign.
pub(crate) fn cwd<T: Int>(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    let negative = T::reg(core, Gpr::Eax as u8) & T::SIGN != 0;
    T::set_reg(core, Gpr::Edx as u8, if negative { T::MASK } else { 0 });
    Ok(())
}
