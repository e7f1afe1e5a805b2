//! The instructions of the 80387 (ESC, D8–DF) and WAIT: when they may run, their memory operands, and
//! what follows from an error. What they do to the register stack is in `cpu::fpu`.
//!
//! A handler checks in the order of the chip: CR0, a pending error or BUSY#, the whole memory operand,
//! and only then lets the coprocessor change anything. So each fault restarts.

pub(crate) mod arithmetic;
pub(crate) mod control;
pub(crate) mod memory;
pub(crate) mod stack;
pub(crate) mod transfer;

use crate::cpu::core::{Core, cr0};
use crate::cpu::fault::{Event, Fault, Flow, Stop};
use crate::cpu::fpu::Fpu;
use crate::cpu::op::Op;
use crate::cpu::segment::CS;
use crate::mem::Memory;
use crate::types::lo16;

/// #NM if CR0 says that there is no coprocessor, or that its state may be another task's. Source: 80386
/// PRM §11.1.
#[inline]
pub(super) fn available(core: &Core) -> Flow {
    if core.cr0 & (cr0::EM | cr0::TS) != 0 { Err(Fault::NO_COPROCESSOR.into()) } else { Ok(()) }
}

/// What an instruction that waits meets: #MF, or BUSY#.
#[inline]
fn no_error(core: &Core) -> Flow {
    if core.fpu.raises_fault() {
        return Err(Fault::COPROCESSOR_ERROR.into());
    }
    if core.fpu.busy() { Err(Stop::Exit(Event::CoprocessorWait)) } else { Ok(()) }
}

/// What comes before each instruction that waits.
#[inline]
pub(super) fn ready(core: &Core) -> Flow {
    available(core)?;
    no_error(core)
}

/// Remembers where the instruction is, for the program's error handler.
#[inline]
fn note_code(core: &mut Core, op: &Op) {
    core.fpu.pointers.code_selector = core.seg[usize::from(CS)].selector;
    core.fpu.pointers.code_offset = core.block_eip.wrapping_add(u32::from(op.start));
    core.fpu.pointers.opcode = lo16(op.imm);
}

/// Remembers where its operand is.
#[inline]
fn note_data(core: &mut Core, op: &Op) {
    core.fpu.pointers.data_selector = core.seg[usize::from(op.seg & 7)].selector;
    core.fpu.pointers.data_offset = core.offset(op);
}

/// Changes the coprocessor, and tells the core's owner of an error that this latches.
#[inline]
fn change(core: &mut Core, work: impl FnOnce(&mut Fpu)) -> Flow {
    let before = core.fpu.error();
    work(&mut core.fpu);
    if core.fpu.latch_error(before) { Err(Stop::Exit(Event::CoprocessorError)) } else { Ok(()) }
}

/// A numeric instruction without memory operand.
#[inline]
pub(super) fn numeric(core: &mut Core, op: &Op, work: impl FnOnce(&mut Fpu)) -> Flow {
    ready(core)?;
    note_code(core, op);
    change(core, work)
}

/// A numeric instruction that reads `N` bytes.
#[inline]
pub(super) fn numeric_load<const N: usize>(
    core: &mut Core,
    mem: &mut Memory,
    op: &Op,
    work: impl FnOnce(&mut Fpu, [u8; N]),
) -> Flow {
    ready(core)?;
    let mut bytes = [0; N];
    memory::read(core, mem, op, &mut bytes)?;
    note_code(core, op);
    note_data(core, op);
    change(core, |fpu| work(fpu, bytes))
}

/// A numeric instruction that stores ST(0) in `N` bytes: what `convert` gives, unless an unmasked
/// exception keeps it.
#[inline]
pub(super) fn numeric_store<const N: usize>(
    core: &mut Core,
    mem: &mut Memory,
    op: &Op,
    pop: bool,
    convert: impl FnOnce(&Fpu) -> ([u8; N], u16),
) -> Flow {
    ready(core)?;
    memory::probe(core, mem, op, N)?;
    let (bytes, raised) = convert(&core.fpu);
    let stores = core.fpu.stores(raised);
    if stores {
        memory::write(core, mem, op, &bytes)?;
    }
    note_code(core, op);
    note_data(core, op);
    change(core, |fpu| {
        fpu.note(raised);
        if stores && pop {
            fpu.pop();
        }
    })
}

/// ESC on a machine without an 80387: #NM if CR0 says so, else nothing answers.
pub(crate) fn absent(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    available(core)
}

/// The same with a memory operand: the processor fetches its first word for the coprocessor, there or
/// not.
pub(crate) fn absent_memory(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    available(core)?;
    core.read::<u16>(mem, op)?;
    Ok(())
}

/// WAIT (9B): #NM if both MP and TS are set; else as an instruction that waits.
pub(crate) fn wait(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    let both = cr0::MP | cr0::TS;
    if core.cr0 & both == both {
        return Err(Fault::NO_COPROCESSOR.into());
    }
    no_error(core)
}

/// Encodings that Intel reserves, and FNOP: nothing but a wait.
pub(crate) fn nothing(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    numeric(core, op, |_| ())
}
