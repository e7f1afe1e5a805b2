//! Interrupts and exceptions: what they are, real-address mode's way to their handlers, and what
//! happens when one cannot be delivered. Source: 80386 PRM §9, §14.3.

use super::core::{Core, cr0};
use super::fault::{Fault, Flow, Stop};
use super::regs::eflags;
use super::segment::CS;
use super::{Cpu, Exit};
use crate::mem::Memory;
use crate::types::{LinearAddr, hi16};

/// Something that goes through the interrupt table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interrupt {
    pub(crate) vector: u8,
    /// Error code to push.
    pub(crate) error: Option<u16>,
    cause: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// INT n, INT 3 or INTO: the gate's privilege level counts.
    Software,
    /// An exception that leaves CS:EIP at its instruction.
    Fault,
    /// A debug exception, or a request from outside: between two instructions.
    Between,
}

/// The classes of which a double fault is made. Source: 80386 PRM, tables 9-3 and 9-4.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Benign,
    Contributory,
    Page,
    Double,
}

impl Interrupt {
    /// INT n.
    pub(crate) fn software(vector: u8) -> Interrupt {
        Interrupt { vector, error: None, cause: Cause::Software }
    }

    /// A request that the interrupt controller has answered with `vector`.
    pub(crate) fn external(vector: u8) -> Interrupt {
        Interrupt { vector, error: None, cause: Cause::Between }
    }

    /// An exception.
    pub(crate) fn exception(fault: Fault) -> Interrupt {
        let cause = match fault {
            Fault::BREAKPOINT | Fault::OVERFLOW => Cause::Software,
            Fault::DEBUG => Cause::Between,
            _ => Cause::Fault,
        };
        Interrupt { vector: fault.vector, error: fault.error, cause }
    }

    /// True if an instruction asked for it.
    pub(crate) fn is_software(&self) -> bool {
        self.cause == Cause::Software
    }

    /// True if its handler returns to the instruction that caused it. That instruction's breakpoint has
    /// been reported, so the FLAGS image gets RF. Source: 80386 PRM §12.3.1.1.
    pub(crate) fn restarts(&self) -> bool {
        self.cause == Cause::Fault
    }

    fn class(&self) -> Class {
        match self.vector {
            _ if self.cause != Cause::Fault => Class::Benign,
            8 => Class::Double,
            0 | 9..=13 => Class::Contributory,
            14 => Class::Page,
            _ => Class::Benign,
        }
    }

    /// What is delivered instead if delivering this one raised `fault`; `None` for a shutdown.
    fn followed_by(&self, fault: Fault) -> Option<Interrupt> {
        let fault = if self.is_software() { fault } else { fault.external() };
        let next = Interrupt::exception(fault);
        match (self.class(), next.class()) {
            (Class::Double, _) => None,
            (Class::Contributory | Class::Page, Class::Contributory) | (Class::Page, Class::Page) => {
                Some(Interrupt::exception(Fault::DOUBLE))
            }
            _ => Some(next),
        }
    }
}

impl Core {
    /// Delivers `interrupt` in whatever mode the core is.
    fn interrupt(&mut self, mem: &mut Memory, interrupt: &Interrupt) -> Flow {
        if self.cr0 & cr0::PE != 0 {
            self.interrupt_protected(mem, interrupt)
        } else {
            self.interrupt_real(mem, interrupt.vector)
        }
    }

    /// Pushes FLAGS, CS and IP and goes to the handler of `vector`, with IF and TF clear.
    fn interrupt_real(&mut self, mem: &mut Memory, vector: u8) -> Flow {
        let entry = u32::from(vector) * 4;
        if entry + 3 > u32::from(self.idtr.limit) {
            // Source: 80386 PRM, table 14-1: a table that is too short is interrupt 8.
            return Err(Fault::DOUBLE.into());
        }
        let handler = self.read_linear(mem, LinearAddr(self.idtr.base.wrapping_add(entry)), 4, false)?;
        let frame = [self.flags.bits(), u32::from(self.seg[usize::from(CS)].selector), self.eip];
        if self.sp() < 6 {
            // All or nothing: a later push may be the one that faults.
            self.probe_pushes::<u16>(mem, 3)?;
        }
        self.restoring_sp(mem, |core, mem| frame.into_iter().try_for_each(|word| core.push::<u16>(mem, word)))?;
        self.flags.set_system(eflags::IF | eflags::TF | eflags::RF, false);
        self.load_plain_segment(CS, hi16(handler));
        self.eip = handler & 0xFFFF;
        Ok(())
    }
}

impl Cpu {
    /// Takes an external interrupt with the vector that the interrupt controller gives, for an owner that
    /// lets the core deliver ([`super::Faults::Deliver`]) and has found IF set.
    ///
    /// [`Exit::Shutdown`] if neither it nor the faults that follow can be delivered.
    pub fn interrupt(&mut self, mem: &mut Memory, vector: u8) -> Option<Exit> {
        let start = self.core.eip;
        self.deliver(mem, Interrupt::external(vector), start)
    }

    /// Delivers a fault of [`Cpu::string_port`] through the interrupt table, as the bare chip does.
    /// [`Exit::Shutdown`] if that fails.
    pub fn deliver_fault(&mut self, mem: &mut Memory, fault: Fault) -> Option<Exit> {
        let start = self.core.eip;
        self.deliver(mem, Interrupt::exception(fault), start)
    }

    /// Delivers an interrupt, and instead of it the faults that doing so raises: a double fault if they
    /// cannot be handled one after the other, a shutdown if that fails too. Source: 80386 PRM §9.8.8.
    ///
    /// `start` is the offset of the instruction that a fault on the way returns to.
    pub(super) fn deliver(&mut self, mem: &mut Memory, interrupt: Interrupt, start: u32) -> Option<Exit> {
        let (mut interrupt, mut start) = (interrupt, start);
        loop {
            let fault = match self.core.interrupt(mem, &interrupt) {
                Ok(()) => return None,
                Err(Stop::Fault(fault)) => fault,
                Err(Stop::InTask(fault)) => {
                    start = self.core.eip;
                    fault
                }
                Err(_) => {
                    self.blocks.invalidate(mem);
                    continue;
                }
            };
            self.core.eip = start;
            match interrupt.followed_by(fault) {
                Some(next) => interrupt = next,
                None => return Some(Exit::Shutdown),
            }
        }
    }
}
