//! Flag, system-register and processor-control instructions.

use super::place::{Place, Source};
use super::stack::check_v86_iopl;
use crate::cpu::core::{Core, TableReg, cr0};
use crate::cpu::fault::{Event, Fault, Flow, Stop};
use crate::cpu::int::Int;
use crate::cpu::op::Op;
use crate::cpu::regs::eflags;
use crate::mem::Memory;
use crate::types::lo16;

/// CLC (F8).
pub(crate) fn clc(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    core.flags.set_cf(false);
    Ok(())
}

/// STC (F9).
pub(crate) fn stc(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    core.flags.set_cf(true);
    Ok(())
}

/// CMC (F5).
pub(crate) fn cmc(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    let carry = core.flags.cf();
    core.flags.set_cf(!carry);
    Ok(())
}

/// CLD (FC).
pub(crate) fn cld(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    core.flags.set_system(eflags::DF, false);
    Ok(())
}

/// STD (FD).
pub(crate) fn std(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    core.flags.set_system(eflags::DF, true);
    Ok(())
}

/// CLI (FA). In V86 mode with IOPL < 3: #GP(0). Source: 80386 PRM §15.4.
pub(crate) fn cli(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    set_interrupts(core, false)
}

/// STI (FB). In V86 mode with IOPL < 3: #GP(0). Takes effect after the instruction behind it.
pub(crate) fn sti(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    let enabled = core.flags.interrupts();
    set_interrupts(core, true)?;
    if enabled { Ok(()) } else { Err(Stop::Exit(Event::InterruptsOn)) }
}

fn set_interrupts(core: &mut Core, on: bool) -> Flow {
    check_v86_iopl(core)?;
    if core.protected() && u32::from(core.cpl) > core.flags.iopl() {
        return Err(Fault::protection(0).into());
    }
    core.flags.set_system(eflags::IF, on);
    Ok(())
}

/// #GP(0) unless at CPL 0, which real mode always is and V86 mode never.
fn check_privileged(core: &Core) -> Flow {
    if core.cpl == 0 { Ok(()) } else { Err(Fault::protection(0).into()) }
}

/// HLT (F4).
pub(crate) fn hlt(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    check_privileged(core)?;
    Err(Stop::Exit(Event::Halt))
}

/// CLTS (0F 06).
pub(crate) fn clts(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    check_privileged(core)?;
    core.cr0 &= !cr0::TS;
    Ok(())
}

/// LGDT (0F 01/2): `T` is the operand size; with 16 bits the base has 24.
pub(crate) fn lgdt<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    core.gdtr = table_operand::<T>(core, mem, op)?;
    Ok(())
}

/// LIDT (0F 01/3).
pub(crate) fn lidt<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    core.idtr = table_operand::<T>(core, mem, op)?;
    Ok(())
}

fn table_operand<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Result<TableReg, Stop> {
    check_privileged(core)?;
    let at = core.offset(op);
    let limit = core.read_at::<u16>(mem, op.seg, at)?;
    let base = core.read_at::<u32>(mem, op.seg, at.wrapping_add(2))?;
    let base = if T::BITS == 16 { base & 0x00FF_FFFF } else { base };
    Ok(TableReg { base, limit: lo16(limit) })
}

/// SGDT (0F 01/0). Not privileged, and not trapped in V86 mode.
pub(crate) fn sgdt(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    store_table(core, mem, op, core.gdtr)
}

/// SIDT (0F 01/1). Not privileged, and not trapped in V86 mode.
pub(crate) fn sidt(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    store_table(core, mem, op, core.idtr)
}

fn store_table(core: &mut Core, mem: &mut Memory, op: &Op, table: TableReg) -> Flow {
    let at = core.offset(op);
    core.probe_store(mem, op.seg, at.wrapping_add(2), 4)?;
    core.write_at::<u16>(mem, op.seg, at, u32::from(table.limit))?;
    // The 386 stores all 32 bits of the base even with a 16-bit operand, where a 286 stored FFh.
    core.write_at::<u32>(mem, op.seg, at.wrapping_add(2), table.base)
}

/// SMSW (0F 01/4). Not privileged.
pub(crate) fn smsw<T: Int, D: Place>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let value = core.cr0 & T::MASK;
    D::put::<T>(core, mem, op, value)
}

/// LMSW (0F 01/6): loads PE, MP, EM and TS, and cannot clear PE.
pub(crate) fn lmsw<S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    check_privileged(core)?;
    let value = S::get::<u16>(core, mem, op)?;
    let low = value & 0xF | core.cr0 & cr0::PE;
    core.set_cr0(mem, core.cr0 & !0xF | low)
}

/// MOV r32, CRn (0F 20): `op.src` is n.
pub(crate) fn mov_from_cr(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    check_privileged(core)?;
    let value = match op.src {
        0 => core.cr0,
        2 => core.cr2,
        3 => core.cr3,
        _ => return Err(Fault::UNDEFINED.into()),
    };
    <u32 as Int>::set_reg(core, op.dst, value);
    Ok(())
}

/// MOV CRn, r32 (0F 22): `op.dst` is n.
pub(crate) fn mov_to_cr(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    check_privileged(core)?;
    let value = <u32 as Int>::reg(core, op.src);
    match op.dst {
        0 => core.set_cr0(mem, value)?,
        2 => core.cr2 = value,
        3 => core.set_cr3(mem, value),
        _ => return Err(Fault::UNDEFINED.into()),
    }
    Ok(())
}

/// MOV r32, DRn (0F 21).
pub(crate) fn mov_from_debug(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    check_privileged(core)?;
    core.check_debug_guard()?;
    let value = core.debug.read(op.src);
    <u32 as Int>::set_reg(core, op.dst, value);
    Ok(())
}

/// MOV DRn, r32 (0F 23).
pub(crate) fn mov_to_debug(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    check_privileged(core)?;
    core.check_debug_guard()?;
    let value = <u32 as Int>::reg(core, op.src);
    core.write_debug(mem, op.dst, value);
    Ok(())
}

/// MOV r32, TRn (0F 24).
pub(crate) fn mov_from_test(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    check_privileged(core)?;
    let value = core.test.read(op.src);
    <u32 as Int>::set_reg(core, op.dst, value);
    Ok(())
}

/// MOV TRn, r32 (0F 26).
pub(crate) fn mov_to_test(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    check_privileged(core)?;
    let value = <u32 as Int>::reg(core, op.src);
    core.test.write(op.dst, value);
    Ok(())
}

/// SLDT, STR (0F 00/0, 0F 00/1): protected mode only.
pub(crate) fn store_selector<const TASK: bool, T: Int, D: Place>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    if !core.protected() {
        return Err(Fault::UNDEFINED.into());
    }
    let selector = if TASK { core.tr.selector } else { core.ldtr.selector };
    D::put::<T>(core, mem, op, u32::from(selector))
}

/// LLDT, LTR (0F 00/2, 0F 00/3): protected mode only.
pub(crate) fn load_selector<const TASK: bool, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    if !core.protected() {
        return Err(Fault::UNDEFINED.into());
    }
    check_privileged(core)?;
    let selector = lo16(S::get::<u16>(core, mem, op)?);
    if TASK { core.load_task_register(mem, selector) } else { core.load_ldt(mem, selector) }
}

/// LAR, LSL (0F 02, 03): protected mode only.
pub(crate) fn descriptor_query<const LIMIT: bool, T: Int, S: Source>(
    core: &mut Core,
    mem: &mut Memory,
    op: &Op,
) -> Flow {
    if !core.protected() {
        return Err(Fault::UNDEFINED.into());
    }
    let selector = lo16(S::get::<u16>(core, mem, op)?);
    let answer = core.query_descriptor(mem, selector, LIMIT)?;
    core.flags.set_zf(answer.is_some());
    if let Some(value) = answer {
        T::set_reg(core, op.dst, value & T::MASK);
    }
    Ok(())
}

/// VERR, VERW (0F 00/4, 0F 00/5): protected mode only.
pub(crate) fn verify<const WRITE: bool, S: Source>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    if !core.protected() {
        return Err(Fault::UNDEFINED.into());
    }
    let selector = lo16(S::get::<u16>(core, mem, op)?);
    let accessible = core.verify_descriptor(mem, selector, WRITE)?;
    core.flags.set_zf(accessible);
    Ok(())
}

/// ARPL (63): protected mode only; #UD in V86 mode, which makes it a good door to a monitor.
pub(crate) fn arpl<D: Place>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    if !core.protected() {
        return Err(Fault::UNDEFINED.into());
    }
    let selector = D::take::<u16>(core, mem, op)?;
    let rpl = <u16 as Int>::reg(core, op.src) & 3;
    let raise = selector & 3 < rpl;
    if raise {
        D::put::<u16>(core, mem, op, selector & !3 | rpl)?;
    }
    core.flags.set_zf(raise);
    Ok(())
}
