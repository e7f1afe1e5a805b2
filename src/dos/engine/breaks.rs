//! Ctrl-C: it is shown, and the program decides what it means.
//!
//! Source: RBIL, INT 23h.

use super::super::frame::Frame;
use super::super::memory_map::SDA;
use super::super::rom::Entry;
use super::super::{Dos, Outcome, sda};
use super::Pending;
use super::output::Putting;
use super::port::Port;
use crate::cpu::regs::eflags;

const INT_BREAK: u8 = 0x23;
const SHOWN_CTRL_C: &[u8] = b"^C\r\n";

impl Dos<'_> {
    /// Ctrl-C was struck: shows it, then calls INT 23h.
    pub(super) fn break_shown(&mut self, mut pending: Pending, frame: Frame) -> Outcome {
        self.state.console.forget_line();
        if !matches!(pending.output, Port::Console | Port::Device(_)) {
            pending.output = Port::Console;
        }
        self.put(pending, frame, Putting::cooked(SHOWN_CTRL_C.to_vec()).and_break())
    }

    /// Calls INT 23h as DOS does: with the caller's registers, on the caller's stack, out of DOS. The call
    /// is over: if it begins again, then from its start.
    pub(super) fn call_break(&mut self, pending: Pending, frame: Frame) -> Outcome {
        frame.pop(self.regs, pending.frame);
        sda::leave(&mut self.mem);
        let sp = self.regs.sp();
        sda::BREAK_SP.set(&mut self.mem, SDA, sp);
        Outcome::Interrupt(INT_BREAK, Entry::AfterBreak)
    }

    /// INT 23h's handler has returned. By IRET: the call begins again, with the registers as they are. By
    /// RETF, which leaves the flags on the stack: with carry the program ends, without the call begins
    /// again.
    pub(in crate::dos) fn after_break(&mut self) -> Outcome {
        let sp = sda::BREAK_SP.get(&self.mem, SDA);
        if self.regs.sp() != sp && self.regs.eflags & eflags::CF != 0 {
            return self.end_by_break();
        }
        self.regs.set_sp(sp);
        self.int21()
    }
}
