//! Stack instructions.

use super::place::{Place, Source};
use crate::cpu::access::Way;
use crate::cpu::core::Core;
use crate::cpu::fault::{Event, Fault, Flow, Stop};
use crate::cpu::int::Int;
use crate::cpu::op::Op;
use crate::cpu::regs::{Gpr, eflags};
use crate::cpu::segment::SS;
use crate::mem::{Memory, PAGE_BYTES};

const EBP: u8 = Gpr::Ebp as u8;
const ESP: u8 = Gpr::Esp as u8;

/// PUSH of a register, memory operand or immediate (50–57, 68, 6A, FF/6).
pub(crate) fn push<T: Int, S: Source, W: Way>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let value = S::get::<T>(core, mem, op)?;
    core.push_by::<T, W>(mem, value)
}

/// POP of a register (58–5F). POP SP leaves the popped value in SP.
pub(crate) fn pop<T: Int, D: Place, W: Way>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let value = core.pop_by::<T, W>(mem)?;
    D::put::<T>(core, mem, op, value)
}

/// PUSH of a segment register (06, 0E, 16, 1E, 0F A0, 0F A8). With a 32-bit operand the 386 moves
/// the stack pointer by four and writes the selector alone: the slot's upper half keeps its bytes.
/// Source: test386.asm, checked by its author on a 386SX.
pub(crate) fn push_segment<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let selector = u32::from(core.seg[usize::from(op.dst & 7)].selector);
    let sp = core.sp().wrapping_sub(T::BYTES) & core.stack_mask;
    core.write_at::<u16>(mem, SS, sp, selector)?;
    core.set_sp(sp);
    Ok(())
}

/// POP of a segment register (07, 17, 1F, 0F A1, 0F A9).
pub(crate) fn pop_segment<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    core.restoring_sp(mem, |core, mem| {
        let selector = core.pop::<T>(mem)?;
        core.load_segment(mem, op.dst, crate::types::lo16(selector))
    })
}

/// POP SS (17): nothing may come between it and the instruction that loads ESP.
pub(crate) fn pop_stack_segment<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    pop_segment::<T>(core, mem, op)?;
    Err(Stop::Exit(Event::StackSwitch))
}

/// PUSHA, PUSHAD (60): SP is pushed as it was before.
pub(crate) fn pusha<T: Int>(core: &mut Core, mem: &mut Memory, _: &Op) -> Flow {
    core.probe_pushes::<T>(mem, 8)?;
    let values: [u32; 8] = std::array::from_fn(|reg| core.gpr[reg] & T::MASK);
    core.restoring_sp(mem, |core, mem| values.into_iter().try_for_each(|value| core.push::<T>(mem, value)))
}

/// POPA, POPAD (61): the image of SP is skipped.
pub(crate) fn popa<T: Int>(core: &mut Core, mem: &mut Memory, _: &Op) -> Flow {
    let mut values = [0; 8];
    for (value, depth) in values.iter_mut().rev().zip(0..) {
        *value = core.peek::<T>(mem, depth * T::BYTES)?;
    }
    for (value, reg) in values.into_iter().zip(0u8..) {
        if reg != ESP {
            T::set_reg(core, reg, value);
        }
    }
    let sp = core.sp().wrapping_add(8 * T::BYTES);
    core.set_sp(sp);
    Ok(())
}

/// #GP(0) where a V86 task's IOPL keeps an instruction from it. Source: 80386 PRM §15.4.
#[inline(always)]
pub(crate) fn check_v86_iopl(core: &Core) -> Flow {
    if core.v86() && core.flags.iopl() < 3 { Err(Fault::protection(0).into()) } else { Ok(()) }
}

/// PUSHF, PUSHFD (9C). VM and RF read as zero.
pub(crate) fn pushf<T: Int>(core: &mut Core, mem: &mut Memory, _: &Op) -> Flow {
    check_v86_iopl(core)?;
    let bits = core.flags.bits() & !(eflags::VM | eflags::RF);
    core.push::<T>(mem, bits & T::MASK)
}

/// The flags that POPF and IRET may change at all.
const LOADABLE: u32 = 0x7FD5;

/// POPF, POPFD (9D).
pub(crate) fn popf<T: Int>(core: &mut Core, mem: &mut Memory, _: &Op) -> Flow {
    check_v86_iopl(core)?;
    let image = core.pop::<T>(mem)?;
    load_flags(core, image);
    Ok(())
}

/// Loads the flags that the privilege level allows from a 16-bit or 32-bit image.
pub(crate) fn load_flags(core: &mut Core, image: u32) {
    let mut mask = LOADABLE;
    if core.v86() || core.protected() && core.cpl > 0 {
        mask &= !eflags::IOPL;
    }
    if core.protected() && u32::from(core.cpl) > core.flags.iopl() {
        mask &= !eflags::IF;
    }
    let bits = core.flags.bits() & !(mask | eflags::RF) | image & mask;
    core.flags.load(bits);
}

/// ENTER (C8): `op.imm` is the frame size, `op.disp` the nesting level.
pub(crate) fn enter<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let level = op.disp & 31;
    let old_bp = T::reg(core, EBP);
    probe_frame::<T>(core, mem, level, op.imm)?;
    let frame = core.restoring_sp(mem, |core, mem| {
        core.push::<T>(mem, old_bp)?;
        // All of ESP, also on a 16-bit stack. Source: 80386 PRM §17.2.2, ENTER.
        let frame = core.gpr[usize::from(ESP)];
        if level > 0 {
            for depth in 1..level {
                let link = frame_link::<T>(core, mem, depth)?;
                core.push::<T>(mem, link)?;
            }
            core.push::<T>(mem, frame & T::MASK)?;
        }
        Ok(frame)
    })?;
    let sp = core.sp().wrapping_sub(op.imm);
    core.set_sp(sp);
    T::set_reg(core, EBP, frame);
    Ok(())
}

/// Raises what can stop ENTER, in the order in which it would: its pushes may overwrite the links that
/// it reads. The last is a write at the final stack pointer. Source: 80386 PRM §17.2.2, ENTER: #SS, #PF.
fn probe_frame<T: Int>(core: &mut Core, mem: &mut Memory, level: u32, locals: u32) -> Flow {
    if level > 1 {
        core.probe_push::<T>(mem, 1)?;
        for depth in 1..level {
            frame_link::<T>(core, mem, depth)?;
            core.probe_push::<T>(mem, depth + 1)?;
        }
    }
    core.probe_pushes::<T>(mem, level + 1)?;
    let last_push = core.sp().wrapping_sub((level + 1) * T::BYTES) & core.stack_mask;
    let last = last_push.wrapping_sub(locals) & core.stack_mask;
    core.check_access(SS, last, 1, true)?;
    let base = core.seg[usize::from(SS)].base;
    // The page that the last push writes is known to be writable.
    if (base.wrapping_add(last_push) ^ base.wrapping_add(last)) >= PAGE_BYTES {
        core.probe_write(mem, SS, last, 1)?;
    }
    Ok(())
}

/// The frame pointer `depth` levels up, which the caller's frame holds.
fn frame_link<T: Int>(core: &mut Core, mem: &mut Memory, depth: u32) -> Result<u32, Stop> {
    let at = core.gpr[usize::from(EBP)].wrapping_sub(depth * T::BYTES) & core.stack_mask;
    core.read_at::<T>(mem, SS, at)
}

/// LEAVE (C9).
pub(crate) fn leave<T: Int>(core: &mut Core, mem: &mut Memory, _: &Op) -> Flow {
    let frame = core.gpr[usize::from(EBP)] & core.stack_mask;
    let value = core.read_at::<T>(mem, SS, frame)?;
    core.set_sp(frame.wrapping_add(T::BYTES));
    T::set_reg(core, EBP, value);
    Ok(())
}
