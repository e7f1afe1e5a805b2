//! Control words, environments and whole states. Most of these do not wait for errors: they are how
//! a program gets rid of them.

use super::{available, change, memory, ready};
use crate::cpu::core::Core;
use crate::cpu::fault::Flow;
use crate::cpu::fpu::{ENVIRONMENT, Layout, STACK};
use crate::cpu::int::Int;
use crate::cpu::op::Op;
use crate::cpu::regs::Gpr;
use crate::mem::Memory;

/// FNINIT (DB E3).
pub(crate) fn fninit(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    available(core)?;
    core.fpu.initialize();
    Ok(())
}

/// FNCLEX (DB E2).
pub(crate) fn fnclex(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    available(core)?;
    core.fpu.clear_exceptions();
    Ok(())
}

/// FNENI, FNDISI, FNSETPM (DB E0, DB E1, DB E4), which meant something to an 8087 and an 80287.
pub(crate) fn obsolete(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    available(core)
}

/// FLDCW (D9 /5). It waits, and may unmask an exception that is set.
pub(crate) fn fldcw(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    ready(core)?;
    let mut word = [0; 2];
    memory::read(core, mem, op, &mut word)?;
    change(core, |fpu| fpu.set_control_word(u16::from_le_bytes(word)))
}

/// FNSTCW (D9 /7).
pub(crate) fn fnstcw(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    available(core)?;
    let word = core.fpu.control_word();
    core.write::<u16>(mem, op, word.into())
}

/// FNSTSW m16 (DD /7).
pub(crate) fn fnstsw(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    available(core)?;
    let word = core.fpu.status_word();
    core.write::<u16>(mem, op, word.into())
}

/// FNSTSW AX (DF E0).
pub(crate) fn fnstsw_ax(core: &mut Core, _: &mut Memory, _: &Op) -> Flow {
    available(core)?;
    let word = core.fpu.status_word();
    <u16 as Int>::set_reg(core, Gpr::Eax as u8, word.into());
    Ok(())
}

/// The layout of images in the mode that the processor is in.
fn layout(core: &Core, wide: bool) -> Layout {
    Layout { wide, protected: core.protected() }
}

/// FNSTENV (D9 /6): and masks all exceptions.
pub(crate) fn fnstenv<const WIDE: bool>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    available(core)?;
    let layout = layout(core, WIDE);
    memory::probe(core, mem, op, layout.bytes())?;
    let image = core.fpu.environment(layout);
    memory::write(core, mem, op, &image[..layout.bytes()])?;
    core.fpu.mask_all();
    Ok(())
}

/// FLDENV (D9 /4).
pub(crate) fn fldenv<const WIDE: bool>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    ready(core)?;
    let layout = layout(core, WIDE);
    let mut image = [0; ENVIRONMENT];
    memory::read(core, mem, op, &mut image[..layout.bytes()])?;
    change(core, |fpu| fpu.load_environment(layout, &image))
}

/// FNSAVE (DD /6): and initialises.
pub(crate) fn fnsave<const WIDE: bool>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    available(core)?;
    let layout = layout(core, WIDE);
    let split = layout.bytes();
    let mut bytes = [0; ENVIRONMENT + STACK];
    bytes[..split].copy_from_slice(&core.fpu.environment(layout)[..split]);
    bytes[split..split + STACK].copy_from_slice(&core.fpu.stack_image());
    memory::probe(core, mem, op, split + STACK)?;
    memory::write(core, mem, op, &bytes[..split + STACK])?;
    core.fpu.initialize();
    Ok(())
}

/// FRSTOR (DD /4).
pub(crate) fn frstor<const WIDE: bool>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    ready(core)?;
    let layout = layout(core, WIDE);
    let mut bytes = [0; ENVIRONMENT + STACK];
    let bytes = &mut bytes[..layout.bytes() + STACK];
    memory::read(core, mem, op, bytes)?;
    let (mut image, mut stack) = ([0; ENVIRONMENT], [0; STACK]);
    let (environment, registers) = bytes.split_at(layout.bytes());
    image[..environment.len()].copy_from_slice(environment);
    stack.copy_from_slice(registers);
    change(core, |fpu| {
        fpu.load_environment(layout, &image);
        fpu.load_stack(&stack);
    })
}
