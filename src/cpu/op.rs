//! The compact internal operation that an instruction is decoded into, once.

use super::core::Core;
use super::fault::Flow;
use crate::mem::Memory;

/// Executes one operation. Chosen by the decoder for operation, operand kinds and operand size.
pub(crate) type Handler = fn(&mut Core, &mut Memory, &Op) -> Flow;

/// Register number that always holds zero: base or index of an address that has none.
pub(crate) const NO_REG: u8 = 8;

/// One decoded instruction.
#[derive(Clone, Copy)]
pub(crate) struct Op {
    /// What executes it.
    pub(crate) handler: Handler,
    /// Immediate operand, branch displacement or offset of a far pointer.
    pub(crate) imm: u32,
    /// Displacement of the memory operand; selector of a far pointer.
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
