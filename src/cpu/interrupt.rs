//! Interrupt delivery of real-address mode. Source: 80386 PRM §14.4.
//!
//! Gap: gates of protected mode are not delivered through; the core shuts down there.

use super::core::Core;
use super::fault::{Fault, Flow};
use super::regs::eflags;
use super::segment::CS;
use crate::mem::Memory;
use crate::types::{LinearAddr, hi16};

impl Core {
    /// Pushes FLAGS, CS and IP and goes to the handler of `vector`, with IF and TF clear.
    pub(crate) fn interrupt_real(&mut self, mem: &mut Memory, vector: u8) -> Flow {
        let entry = u32::from(vector) * 4;
        if self.protected() || entry + 3 > u32::from(self.idtr.limit) {
            return Err(Fault::protection(0).into());
        }
        let handler = self.read_linear(mem, LinearAddr(self.idtr.base.wrapping_add(entry)), 4, false)?;
        let frame = [self.flags.bits(), u32::from(self.seg[usize::from(CS)].selector), self.eip];
        self.restoring_sp(mem, |core, mem| frame.into_iter().try_for_each(|word| core.push::<u16>(mem, word)))?;
        self.flags.set_system(eflags::IF | eflags::TF | eflags::RF, false);
        self.load_plain_segment(CS, hi16(handler));
        self.eip = handler & 0xFFFF;
        Ok(())
    }
}
