//! Jumps, calls, returns, loops and software interrupts.

use super::place::Source;
use super::stack::check_v86_iopl;
use crate::cpu::access::{Sure, Way};
use crate::cpu::core::Core;
use crate::cpu::fault::{Event, Fault, Flow, Stop};
use crate::cpu::flags::Flags;
use crate::cpu::int::Int;
use crate::cpu::op::{Done, Op, next};
use crate::cpu::regs::Gpr;
use crate::cpu::segment::{CS, SS};
use crate::mem::Memory;
use crate::types::lo16;

const ECX: u8 = Gpr::Ecx as u8;

/// A condition of Jcc and SETcc.
pub(crate) trait Condition {
    fn holds(flags: &Flags) -> bool;
}

macro_rules! conditions {
    ($($name:ident: $flags:ident => $test:expr;)*) => {$(
        pub(crate) struct $name;
        impl Condition for $name {
            #[inline(always)]
            fn holds($flags: &Flags) -> bool {
                $test
            }
        }
    )*};
}

conditions! {
    Overflow: f => f.of();
    NotOverflow: f => !f.of();
    Below: f => f.cf();
    AboveEqual: f => !f.cf();
    Equal: f => f.zf();
    NotEqual: f => !f.zf();
    BelowEqual: f => f.cf() || f.zf();
    Above: f => !f.cf() && !f.zf();
    Sign: f => f.sf();
    NotSign: f => !f.sf();
    Parity: f => f.pf();
    NotParity: f => !f.pf();
    Less: f => f.sf() != f.of();
    GreaterEqual: f => f.sf() == f.of();
    LessEqual: f => f.zf() || f.sf() != f.of();
    Greater: f => !f.zf() && f.sf() == f.of();
}

/// The target of a relative jump, cut to the operand size.
#[inline(always)]
fn relative<T: Int>(core: &Core, op: &Op) -> u32 {
    core.block_eip.wrapping_add(op.imm) & T::MASK
}

/// Leaves the block for the target of a relative jump.
#[inline(always)]
fn take<T: Int>(core: &mut Core, op: &Op) -> Done {
    let target = relative::<T>(core, op);
    match core.jump(target) {
        Ok(()) => {
            core.left += i64::from(op.behind);
            Done::Jumped
        }
        Err(stop) => core.stop_at(stop, op),
    }
}

/// Jcc (70–7F, 0F 80–8F). One that jumps forwards within its block skips operations there.
pub(crate) fn jcc<C: Condition, T: Int>(core: &mut Core, mem: &mut Memory, op: &Op, rest: &[Op]) -> Done {
    if !C::holds(&core.flags) {
        return next(core, mem, rest);
    }
    match rest.get(op.disp as usize..) {
        Some(rest) if core.block_eip.wrapping_add(op.imm) <= T::MASK => {
            core.left += i64::from(op.disp);
            next(core, mem, rest)
        }
        _ => take::<T>(core, op),
    }
}

/// JMP rel (E9, EB).
pub(crate) fn jmp<T: Int>(core: &mut Core, _: &mut Memory, op: &Op, _: &[Op]) -> Done {
    take::<T>(core, op)
}

/// JMP rel to itself: nothing will happen before the next interrupt, which the owner may wait for.
pub(crate) fn jmp_self(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    core.eip = core.block_eip.wrapping_add(u32::from(op.start));
    Err(Stop::Exit(Event::Spin))
}

/// JMP r/m (FF/4).
pub(crate) fn jmp_indirect<T: Int, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let target = S::get::<T>(core, mem, op)?;
    core.jump(target)
}

/// CALL rel (E8).
pub(crate) fn call<T: Int, W: Way>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let target = relative::<T>(core, op);
    call_near::<T, W>(core, mem, target)
}

/// CALL r/m (FF/2).
pub(crate) fn call_indirect<T: Int, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let target = S::get::<T>(core, mem, op)?;
    call_near::<T, Sure>(core, mem, target)
}

#[inline(always)]
fn call_near<T: Int, W: Way>(core: &mut Core, mem: &mut Memory, target: u32) -> Flow {
    let back = core.eip;
    core.restoring_sp(mem, |core, mem| {
        core.push_by::<T, W>(mem, back & T::MASK)?;
        core.jump(target)
    })
}

/// RET (C2, C3); `op.imm` bytes of arguments are dropped.
pub(crate) fn ret<T: Int, W: Way>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let target = W::read::<T>(core, mem, SS, core.sp())?;
    core.jump(target)?;
    let sp = core.sp().wrapping_add(T::BYTES + op.imm);
    core.set_sp(sp);
    Ok(())
}

/// JMP ptr16:16/32 (EA): selector in `op.disp`, offset in `op.imm`.
pub(crate) fn jmp_far(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    far_jump(core, mem, lo16(op.disp), op.imm)
}

/// JMP m16:16/32 (FF/5).
pub(crate) fn jmp_far_indirect<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let (selector, offset) = far_pointer::<T>(core, mem, op)?;
    far_jump(core, mem, selector, offset)
}

#[inline(always)]
fn far_jump(core: &mut Core, mem: &mut Memory, selector: u16, offset: u32) -> Flow {
    if core.protected() {
        core.jump_far_protected(mem, selector, offset)
    } else {
        core.jump_far_plain(selector, offset)
    }
}

/// CALL ptr16:16/32 (9A).
pub(crate) fn call_far<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    far_call::<T>(core, mem, lo16(op.disp), op.imm)
}

/// CALL m16:16/32 (FF/3).
pub(crate) fn call_far_indirect<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let (selector, offset) = far_pointer::<T>(core, mem, op)?;
    far_call::<T>(core, mem, selector, offset)
}

fn far_pointer<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Result<(u16, u32), Stop> {
    let at = core.offset(op);
    let offset = core.read_at::<T>(mem, op.seg, at)?;
    let selector_at = at.wrapping_add(T::BYTES) & (u32::MAX >> (op.addr_shift & 31));
    let selector = core.read_at::<u16>(mem, op.seg, selector_at)?;
    Ok((lo16(selector), offset))
}

fn far_call<T: Int>(core: &mut Core, mem: &mut Memory, selector: u16, offset: u32) -> Flow {
    if core.protected() {
        return core.call_far_protected(mem, selector, offset, T::BITS == 32);
    }
    if offset > core.seg[usize::from(CS)].limit {
        return Err(Fault::protection(0).into());
    }
    let back = core.eip & T::MASK;
    let old_cs = u32::from(core.seg[usize::from(CS)].selector);
    core.restoring_sp(mem, |core, mem| {
        // Both words or none: the first may overwrite the pointer that a restart would read again.
        if T::BITS == 16 && core.sp() >= 4 {
            core.push::<u32>(mem, old_cs << 16 | back)?;
        } else {
            core.probe_pushes::<T>(mem, 2)?;
            core.push::<T>(mem, old_cs)?;
            core.push::<T>(mem, back)?;
        }
        core.jump_far_plain(selector, offset)
    })
}

/// RETF (CA, CB).
pub(crate) fn retf<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    if core.protected() {
        return core.return_far_protected(mem, T::BITS == 32, op.imm);
    }
    let offset = core.peek::<T>(mem, 0)?;
    let selector = core.peek::<T>(mem, T::BYTES)?;
    core.jump_far_plain(lo16(selector), offset)?;
    let sp = core.sp().wrapping_add(2 * T::BYTES + op.imm);
    core.set_sp(sp);
    Ok(())
}

/// IRET, IRETD (CF).
pub(crate) fn iret<T: Int>(core: &mut Core, mem: &mut Memory, _: &Op) -> Flow {
    check_v86_iopl(core)?;
    if core.protected() {
        return core.return_from_interrupt(mem, T::BITS == 32);
    }
    let offset = core.peek::<T>(mem, 0)?;
    let selector = core.peek::<T>(mem, T::BYTES)?;
    let image = core.peek::<T>(mem, 2 * T::BYTES)?;
    core.jump_far_plain(lo16(selector), offset)?;
    let sp = core.sp().wrapping_add(3 * T::BYTES);
    core.set_sp(sp);
    core.load_return_flags(image, T::BITS == 32, core.cpl);
    Ok(())
}

/// LOOP, LOOPE, LOOPNE, JCXZ: what decides besides the count.
pub(crate) trait LoopKind {
    fn goes_on(count: u32, flags: &Flags) -> bool;
}

pub(crate) struct Loop;
pub(crate) struct LoopEqual;
pub(crate) struct LoopNotEqual;

impl LoopKind for Loop {
    fn goes_on(count: u32, _: &Flags) -> bool {
        count != 0
    }
}

impl LoopKind for LoopEqual {
    fn goes_on(count: u32, flags: &Flags) -> bool {
        count != 0 && flags.zf()
    }
}

impl LoopKind for LoopNotEqual {
    fn goes_on(count: u32, flags: &Flags) -> bool {
        count != 0 && !flags.zf()
    }
}

/// LOOP, LOOPE, LOOPNE (E0–E2) with the count register of size `A` and operand size `T`.
pub(crate) fn loop_while<K: LoopKind, A: Int, T: Int>(core: &mut Core, mem: &mut Memory, op: &Op, rest: &[Op]) -> Done {
    let count = A::reg(core, ECX).wrapping_sub(1) & A::MASK;
    if !K::goes_on(count, &core.flags) {
        A::set_reg(core, ECX, count);
        return next(core, mem, rest);
    }
    let done = take::<T>(core, op);
    if done == Done::Jumped {
        A::set_reg(core, ECX, count);
    }
    done
}

/// JCXZ, JECXZ (E3).
pub(crate) fn jcxz<A: Int, T: Int>(core: &mut Core, mem: &mut Memory, op: &Op, rest: &[Op]) -> Done {
    if A::reg(core, ECX) == 0 { take::<T>(core, op) } else { next(core, mem, rest) }
}

/// INT n (CD).
pub(crate) fn int(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    check_v86_iopl(core)?;
    Err(Stop::Exit(Event::Interrupt(crate::types::lo8(op.imm))))
}

/// INT 3 (CC): a trap through vector 3, whatever the IOPL.
pub(crate) fn int3(_: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    Err(Fault::BREAKPOINT.into())
}

/// INTO (CE).
pub(crate) fn into(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    if core.flags.of() { Err(Fault::OVERFLOW.into()) } else { Ok(()) }
}

/// INT1 (F1), undocumented: interrupt 1, whatever the IOPL.
pub(crate) fn icebp(_: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    Err(Stop::Exit(Event::Interrupt(1)))
}
