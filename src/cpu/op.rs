//! The compact internal operation that an instruction is decoded into, once.

use super::core::Core;
use super::fault::{Flow, Stop};
use crate::mem::Memory;

/// Executes one operation and then, itself, those that follow it in its block. Chosen by the decoder
/// for operation, operand kinds and operand size.
///
/// Calling the next handler is the last thing a handler does, so an optimising compiler makes it a
/// jump; a build that does not gets a call depth of [`MAX_OPS`](super::blocks::MAX_OPS) at most.
pub(crate) type Handler = fn(&mut Core, &mut Memory, &Op, &[Op]) -> Done;

/// How the execution of a block came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// At a control transfer or behind the last operation: EIP is where it goes on.
    Ended,
    /// The same, at a relative jump: nothing but EIP has changed that decides what is executed next.
    Jumped,
    /// At an operation that did not simply complete: [`Core::stopped`] tells why.
    Stopped,
}

/// How a block ended early.
#[derive(Clone, Copy)]
pub(crate) struct Stopped {
    pub(crate) stop: Stop,
    pub(crate) op: Op,
}

/// The [`Handler`] of a function that executes one operation and tells by its [`Flow`] whether the
/// next one follows.
macro_rules! plain {
    ($execute:expr) => {
        (|core: &mut $crate::cpu::core::Core,
          mem: &mut $crate::mem::Memory,
          op: &$crate::cpu::op::Op,
          rest: &[$crate::cpu::op::Op]| match $execute(core, mem, op) {
            Ok(()) => $crate::cpu::op::next(core, mem, rest),
            Err(stop) => core.stop_at(stop, op),
        }) as $crate::cpu::op::Handler
    };
}
pub(crate) use plain;

/// The [`Handler`] of a function that gives up, with nothing changed, where the translation cache does
/// not suffice.
macro_rules! cached {
    ($execute:expr) => {
        (|core: &mut $crate::cpu::core::Core,
          mem: &mut $crate::mem::Memory,
          op: &$crate::cpu::op::Op,
          rest: &[$crate::cpu::op::Op]| match $execute(core, mem, op) {
            Ok(()) => $crate::cpu::op::next(core, mem, rest),
            Err(_) => (op.sure)(core, mem, op, rest),
        }) as $crate::cpu::op::Handler
    };
}
pub(crate) use cached;

/// Goes on with the operations behind the one that is done.
#[inline(always)]
pub(crate) fn next(core: &mut Core, mem: &mut Memory, rest: &[Op]) -> Done {
    match rest {
        [op, rest @ ..] => (op.handler)(core, mem, op, rest),
        [] => Done::Ended,
    }
}

/// A conditional jump leads out of its block.
pub(crate) const NO_SKIP: u32 = u32::MAX;

/// Register number that always holds zero: base or index of an address that has none.
pub(crate) const NO_REG: u8 = 8;

/// One decoded instruction.
#[derive(Clone, Copy)]
pub(crate) struct Op {
    /// What executes it.
    pub(crate) handler: Handler,
    /// What executes it where the handler gives up, see [`access`](super::access).
    pub(crate) sure: Handler,
    /// Immediate operand, offset of a far pointer, or target of a near branch, counted from the start of
    /// the block.
    pub(crate) imm: u32,
    /// Displacement of the memory operand; selector of a far pointer; of a conditional jump forwards
    /// within its block, the operations it jumps over, else [`NO_SKIP`].
    pub(crate) disp: u32,
    /// Offset of the instruction's first byte from the start of its block.
    pub(crate) start: u16,
    /// Bytes in the instruction.
    pub(crate) len: u8,
    /// Destination register.
    pub(crate) dst: u8,
    /// Source register.
    pub(crate) src: u8,
    /// Base register of the memory operand.
    pub(crate) base: u8,
    /// Index register of the memory operand.
    pub(crate) index: u8,
    /// Left shift of the index, 0–3.
    pub(crate) scale: u8,
    /// Segment register of the memory operand.
    pub(crate) seg: u8,
    /// 16 for 16-bit addressing, 0 for 32-bit: how far to shift an all-ones mask right.
    pub(crate) addr_shift: u8,
    /// What the monitor needs to know of it when it faults.
    pub(crate) class: Class,
    /// Operand size of `class`, and repeat prefix.
    pub(crate) form: Form,
    /// Instructions of the block behind this one.
    pub(crate) behind: u8,
}

impl Op {
    /// Executes this operation alone, whatever follows it in its block.
    pub(crate) fn alone(&self, core: &mut Core, mem: &mut Memory) -> Flow {
        match (self.handler)(core, mem, self, &[]) {
            Done::Ended | Done::Jumped => Ok(()),
            Done::Stopped => Err(core.stopped.stop),
        }
    }
}

/// Instructions that a V86 monitor must know by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Nothing a monitor emulates.
    Plain,
    Cli,
    Sti,
    Pushf,
    Popf,
    Int,
    Iret,
    Hlt,
    In,
    Out,
    Ins,
    Outs,
    /// MOV from CR, DR or TR.
    ReadControl(Bank),
    /// MOV to CR, DR or TR.
    WriteControl(Bank),
    Lmsw,
    Clts,
    /// LGDT, LIDT.
    LoadTable,
}

/// A group of privileged registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bank {
    Cr,
    Dr,
    Tr,
}

/// Size and repetition of an instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form {
    /// Operand size in bytes where the class has one.
    pub(crate) size: u8,
    /// REP or REPNE prefix.
    pub(crate) rep: bool,
    /// The port is in DX (else in `imm`).
    pub(crate) port_in_dx: bool,
}
