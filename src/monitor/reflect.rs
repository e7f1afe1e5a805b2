//! Reflection: interrupts and exceptions go through the guest's own vector table, as real mode does.

use super::vm::{StopReason, Vm};
use crate::cpu::regs::eflags;
use crate::types::{PhysAddr, Vector, Width, hi16, lo16};

/// The flags that the task's EFLAGS hold for the guest; the others are virtual.
const REAL_FLAGS: u32 =
    eflags::CF | eflags::PF | eflags::AF | eflags::ZF | eflags::SF | eflags::TF | eflags::DF | eflags::OF;
/// The flags that the monitor keeps for the guest.
const VIRTUAL_FLAGS: u32 = eflags::IF | eflags::IOPL | eflags::NT;

impl Vm {
    /// FLAGS as the guest sees them.
    pub(super) fn guest_flags(&self) -> u32 {
        self.cpu.eflags() & REAL_FLAGS | self.virtual_flags | eflags::ONE
    }

    /// Loads FLAGS as the guest's POPF or IRET would in real mode.
    pub(super) fn set_guest_flags(&mut self, image: u32) {
        self.virtual_flags = image & VIRTUAL_FLAGS;
        self.cpu.set_eflags(image & REAL_FLAGS | eflags::IF | eflags::ONE);
    }

    /// True if the guest accepts interrupts.
    pub(super) fn interrupts_enabled(&self) -> bool {
        self.virtual_flags & eflags::IF != 0
    }

    /// Switches the guest's interrupt flag.
    pub(super) fn enable_interrupts(&mut self, on: bool) {
        self.virtual_flags = self.virtual_flags & !eflags::IF | if on { eflags::IF } else { 0 };
    }

    /// Pushes FLAGS, CS and IP, clears the guest's IF and TF, and goes to its handler.
    ///
    /// *Errors*: the frame does not fit on the stack. In real mode that is a fault within the
    /// delivery of an interrupt, and the processor shuts down.
    pub(super) fn reflect(&mut self, vector: Vector) -> Result<(), StopReason> {
        let flags = self.guest_flags();
        let frame = [flags, u32::from(self.cpu.cs()), self.cpu.eip()];
        let at = self.cs_ip();
        self.cpu.push_all(&mut self.mem, Width::Word, &frame).map_err(|_| StopReason::TripleFault(at))?;
        self.virtual_flags &= !eflags::IF;
        self.cpu.set_eflags(self.cpu.eflags() & !(eflags::TF | eflags::RF));
        let handler = self.mem.read_u32(PhysAddr(u32::from(vector.0) * 4));
        self.cpu.set_cs_eip(hi16(handler), u32::from(lo16(handler)));
        Ok(())
    }
}
