//! Far jumps and calls: to code, through call gates, and to tasks. Source: 80386 PRM §6.3, §17.2.2
//! (JMP, CALL).

use super::super::core::Core;
use super::super::fault::{Fault, Flow, Stop};
use super::super::regs::Gpr;
use super::super::segment::{CS, SS, Segment};
use super::descriptor::{ACCESSED, Descriptor, Gate, TABLE_LDT, kind, rpl};
use super::frame::Frame;
use super::task::Switch;
use crate::mem::Memory;

/// What a far pointer's selector names.
enum Destination {
    Code(Descriptor),
    CallGate(Gate),
    /// The TSS of a task, from its own selector or from a task gate.
    Task(Descriptor),
}

impl Core {
    /// JMP far in protected mode.
    #[cold]
    pub(crate) fn jump_far_protected(&mut self, mem: &mut Memory, selector: u16, offset: u32) -> Flow {
        match self.destination(mem, selector)? {
            Destination::Code(code) => self.jump_to_code(mem, &code, offset),
            Destination::CallGate(gate) => {
                let code = self.code_descriptor(mem, gate.selector, Fault::protection)?;
                self.check_same_level(&code)?;
                self.jump_to_code(mem, &code, gate.offset)
            }
            Destination::Task(tss) => self.switch_task(mem, &tss, Switch::Jump, self.flags.bits()),
        }
    }

    /// CALL far in protected mode, with a 32-bit operand if `wide`.
    #[cold]
    pub(crate) fn call_far_protected(&mut self, mem: &mut Memory, selector: u16, offset: u32, wide: bool) -> Flow {
        match self.destination(mem, selector)? {
            Destination::Code(code) => self.call_code(mem, &code, offset, wide),
            Destination::CallGate(gate) => self.call_gate(mem, &gate),
            Destination::Task(tss) => self.switch_task(mem, &tss, Switch::Call, self.flags.bits()),
        }
    }

    /// Looks a far pointer's selector up and checks the right to use it.
    fn destination(&mut self, mem: &mut Memory, selector: u16) -> Result<Destination, Stop> {
        let descriptor = self.named_descriptor(mem, selector, Fault::protection)?;
        let segment = descriptor.segment();
        if segment.is_memory() {
            let allowed = segment.conforming() || rpl(selector) <= self.cpl;
            if !segment.is_code() || !allowed {
                return Err(Fault::protection(selector).into());
            }
            self.check_same_level(&descriptor)?;
            return Ok(Destination::Code(descriptor));
        }
        if descriptor.dpl() < self.cpl.max(rpl(selector)) {
            return Err(Fault::protection(selector).into());
        }
        match descriptor.kind() {
            kind::CALL_GATE_286 | kind::CALL_GATE_386 => {
                check_present(&descriptor)?;
                Ok(Destination::CallGate(Gate::new(&descriptor)))
            }
            kind::TASK_GATE => {
                check_present(&descriptor)?;
                Ok(Destination::Task(self.available_tss(mem, Gate::new(&descriptor).selector)?))
            }
            kind::TSS_286 | kind::TSS_386 if selector & TABLE_LDT == 0 => {
                check_present(&descriptor)?;
                Ok(Destination::Task(descriptor))
            }
            // A busy TSS among them: tasks are not re-entrant.
            _ => Err(Fault::protection(selector).into()),
        }
    }

    /// The TSS that a task gate names.
    pub(super) fn available_tss(&mut self, mem: &mut Memory, selector: u16) -> Result<Descriptor, Fault> {
        self.system_descriptor(mem, selector, &[kind::TSS_286, kind::TSS_386], Fault::protection)
    }

    /// A descriptor that must be of a code segment; whether it is present is checked by the caller, after
    /// its level.
    pub(super) fn code_descriptor(
        &mut self,
        mem: &mut Memory,
        selector: u16,
        fault: fn(u16) -> Fault,
    ) -> Result<Descriptor, Fault> {
        let descriptor = self.named_descriptor(mem, selector, fault)?;
        if descriptor.segment().is_code() { Ok(descriptor) } else { Err(fault(selector)) }
    }

    /// #GP unless code may be entered without a change of level; #NP if it is absent.
    fn check_same_level(&self, code: &Descriptor) -> Result<(), Fault> {
        check_level(code, self.cpl, Fault::protection)?;
        check_present(code)
    }

    /// Goes to code that has passed its checks, at the current level.
    pub(super) fn jump_to_code(&mut self, mem: &mut Memory, code: &Descriptor, offset: u32) -> Flow {
        check_entry(&code.segment(), offset)?;
        self.mark(mem, code, ACCESSED)?;
        self.set_code(code.segment(), offset);
        Ok(())
    }

    /// Loads CS:EIP; the selector's RPL becomes CPL.
    pub(super) fn set_code(&mut self, mut segment: Segment, eip: u32) {
        self.unlink();
        segment.selector = segment.selector & !3 | u16::from(self.cpl);
        self.seg[usize::from(CS)] = segment;
        self.eip = eip;
    }

    fn call_code(&mut self, mem: &mut Memory, code: &Descriptor, offset: u32, wide: bool) -> Flow {
        let mut frame = Frame::current(self);
        self.push_return(mem, &mut frame, wide)?;
        check_entry(&code.segment(), offset)?;
        frame.writes.mark(self, mem, code, ACCESSED)?;
        frame.commit(self, mem);
        self.set_code(code.segment(), offset);
        Ok(())
    }

    fn push_return(&mut self, mem: &mut Memory, frame: &mut Frame, wide: bool) -> Result<(), Fault> {
        let (cs, eip) = (u32::from(self.seg[usize::from(CS)].selector), self.eip);
        frame.push(self, mem, wide, cs)?;
        frame.push(self, mem, wide, eip)
    }

    fn call_gate(&mut self, mem: &mut Memory, gate: &Gate) -> Flow {
        let code = self.code_descriptor(mem, gate.selector, Fault::protection)?;
        if code.dpl() > self.cpl {
            return Err(Fault::protection(code.selector).into());
        }
        check_present(&code)?;
        if code.segment().conforming() || code.dpl() == self.cpl {
            return self.call_code(mem, &code, gate.offset, gate.wide);
        }
        self.call_inner(mem, gate, &code)
    }

    /// A call to an inner level: on its own stack, which gets the old stack's place, the parameters and
    /// the return address.
    fn call_inner(&mut self, mem: &mut Memory, gate: &Gate, code: &Descriptor) -> Flow {
        let (stack, esp) = self.inner_stack(mem, code.dpl())?;
        let mut frame = Frame::inner(self, stack.segment(), esp);
        self.push_stack(mem, &mut frame, gate.wide)?;
        for index in (0..gate.count).rev() {
            let parameter = self.slot(mem, gate.wide, index)?;
            frame.push(self, mem, gate.wide, parameter)?;
        }
        self.push_return(mem, &mut frame, gate.wide)?;
        check_entry(&code.segment(), gate.offset)?;
        frame.writes.mark(self, mem, &stack, ACCESSED)?;
        frame.writes.mark(self, mem, code, ACCESSED)?;
        frame.commit(self, mem);
        self.set_cpl(mem, code.dpl());
        self.set_code(code.segment(), gate.offset);
        Ok(())
    }

    /// Pushes the place of the stack in use.
    pub(super) fn push_stack(&mut self, mem: &mut Memory, frame: &mut Frame, wide: bool) -> Result<(), Fault> {
        let (ss, esp) = (u32::from(self.seg[usize::from(SS)].selector), self.gpr[Gpr::Esp as usize]);
        frame.push(self, mem, wide, ss)?;
        frame.push(self, mem, wide, esp)
    }
}

/// `fault` unless code may run at `level`: conforming code at its own or an outer one, other code at its
/// own.
pub(super) fn check_level(code: &Descriptor, level: u8, fault: fn(u16) -> Fault) -> Result<(), Fault> {
    let allowed = if code.segment().conforming() { code.dpl() <= level } else { code.dpl() == level };
    if allowed { Ok(()) } else { Err(fault(code.selector)) }
}

/// #NP unless the segment or gate is present.
pub(super) fn check_present(descriptor: &Descriptor) -> Result<(), Fault> {
    if descriptor.present() { Ok(()) } else { Err(Fault::not_present(descriptor.selector)) }
}

/// #GP(0) unless `offset` lies within the code segment.
pub(super) fn check_entry(code: &Segment, offset: u32) -> Result<(), Fault> {
    if offset > code.limit { Err(Fault::protection(0)) } else { Ok(()) }
}
