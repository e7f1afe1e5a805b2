//! Data movement.

use super::place::{Mem, Place, Source};
use crate::cpu::core::Core;
use crate::cpu::fault::{Event, Fault, Flow, Stop};
use crate::cpu::int::Int;
use crate::cpu::op::{Handler, Op, plain};
use crate::cpu::regs::Gpr;
use crate::mem::Memory;

/// MOV between registers, memory and immediates (88–8B, A0–A3, B0–BF, C6, C7).
pub(crate) fn mov<T: Int, D: Place, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let value = S::get::<T>(core, mem, op)?;
    D::put::<T>(core, mem, op, value)
}

/// MOVZX (0F B6, B7) from `F` to the wider `T`.
pub(crate) fn movzx<F: Int, T: Int, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let value = S::get::<F>(core, mem, op)?;
    T::set_reg(core, op.dst, value);
    Ok(())
}

/// MOVSX (0F BE, BF) from `F` to the wider `T`.
pub(crate) fn movsx<F: Int, T: Int, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let value = S::get::<F>(core, mem, op)?;
    T::set_reg(core, op.dst, F::sext(value) & T::MASK);
    Ok(())
}

/// LEA (8D).
pub(crate) fn lea<T: Int>(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    let offset = core.offset(op);
    T::set_reg(core, op.dst, offset);
    Ok(())
}

/// MOV r/m, Sreg (8C). A 32-bit register gets the selector zero-extended; memory gets 16 bits.
pub(crate) fn mov_from_segment<T: Int, D: Place>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let selector = u32::from(core.seg[usize::from(op.src & 7)].selector);
    D::put::<T>(core, mem, op, selector)
}

/// MOV Sreg, r/m16 (8E).
pub(crate) fn mov_to_segment<S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let selector = S::get::<u16>(core, mem, op)?;
    core.load_segment(mem, op.dst, crate::types::lo16(selector))
}

/// MOV SS, r/m16 (8E /2): nothing may come between it and the instruction that loads ESP.
pub(crate) fn mov_to_stack_segment<S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    mov_to_segment::<S>(core, mem, op)?;
    Err(Stop::Exit(Event::StackSwitch))
}

/// LDS, LES, LFS, LGS, LSS (C4, C5, 0F B2, B4, B5); `op.src` is the segment register.
pub(crate) fn load_far<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let at = core.offset(op);
    let offset = core.read_at::<T>(mem, op.seg, at)?;
    let selector_at = at.wrapping_add(T::BYTES) & (u32::MAX >> (op.addr_shift & 31));
    let selector = core.read_at::<u16>(mem, op.seg, selector_at)?;
    core.load_segment(mem, op.src, crate::types::lo16(selector))?;
    T::set_reg(core, op.dst, offset);
    Ok(())
}

/// XLAT (D7): the address is the memory operand with AL added.
pub(crate) fn xlat(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let al = core.gpr[Gpr::Eax as usize] & 0xFF;
    let offset = core.offset(op).wrapping_add(al) & (u32::MAX >> (op.addr_shift & 31));
    let value = core.read_at::<u8>(mem, op.seg, offset)?;
    <u8 as Int>::set_reg(core, 0, value);
    Ok(())
}

/// LAHF (9F).
pub(crate) fn lahf(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    let bits = core.flags.bits();
    <u8 as Int>::set_reg(core, 4, bits & 0xFF);
    Ok(())
}

/// SAHF (9E).
pub(crate) fn sahf(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    let low = <u8 as Int>::reg(core, 4) & 0xD5;
    let bits = core.flags.bits() & !0xD5 | low;
    core.flags.load(bits);
    Ok(())
}

/// SALC (D6), undocumented: AL becomes FFh if CF is set, else 0.
pub(crate) fn salc(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    let value = if core.flags.cf() { 0xFF } else { 0 };
    <u8 as Int>::set_reg(core, 0, value);
    Ok(())
}

/// BOUND (62).
pub(crate) fn bound<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let at = core.offset(op);
    let lower = core.read_at::<T>(mem, op.seg, at)?;
    let upper_at = at.wrapping_add(T::BYTES) & (u32::MAX >> (op.addr_shift & 31));
    let upper = core.read_at::<T>(mem, op.seg, upper_at)?;
    let signed = |value: u32| T::sext(value).cast_signed();
    let index = signed(T::reg(core, op.dst));
    if index < signed(lower) || index > signed(upper) {
        return Err(Fault::BOUND.into());
    }
    Ok(())
}

/// NOP, and WAIT where no coprocessor is waited for.
pub(crate) fn nop(_: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    Ok(())
}

/// The handler of whatever has no meaning on a 386. Static, so that it has one address.
pub(crate) static UNDEFINED: Handler = plain!(undefined);

/// Whatever has no meaning on a 386: #UD.
fn undefined(_: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    Err(Fault::UNDEFINED.into())
}

/// The handler of an instruction of more than 15 bytes.
pub(crate) static TOO_LONG: Handler = plain!(too_long);

/// An instruction of more than 15 bytes: #GP(0).
fn too_long(_: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    Err(Fault::protection(0).into())
}

/// SETcc (0F 90–9F).
pub(crate) fn setcc<C: super::flow::Condition, D: Place>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let value = u32::from(C::holds(&core.flags));
    D::put::<u8>(core, mem, op, value)
}

/// POP r/m (8F) with a memory operand: its address counts ESP after the pop.
pub(crate) fn pop_memory<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    core.restoring_sp(mem, |core, mem| {
        let value = core.pop::<T>(mem)?;
        Mem::put::<T>(core, mem, op, value)
    })
}
