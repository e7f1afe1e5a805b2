//! Interrupts and exceptions through the gates of the IDT. Source: 80386 PRM §9.4–9.6, §15.3.1,
//! §17.2.2 (INT).

use super::super::core::Core;
use super::super::fault::{Fault, Flow};
use super::super::interrupt::Interrupt;
use super::super::regs::eflags;
use super::super::segment::{CS, DS, ES, FS, GS, Segment};
use super::descriptor::{ACCESSED, Descriptor, Gate, kind};
use super::far::{check_entry, check_present};
use super::frame::Frame;
use super::task::Switch;
use crate::mem::Memory;
use crate::types::LinearAddr;

/// Privilege level of the handlers of a V86 task's interrupts.
const MONITOR_LEVEL: u8 = 0;

impl Core {
    /// Delivers `interrupt` in protected or V86 mode. Its CS:EIP is what the handler returns to.
    #[cold]
    pub(crate) fn interrupt_protected(&mut self, mem: &mut Memory, interrupt: &Interrupt) -> Flow {
        let descriptor = self.interrupt_gate(mem, interrupt)?;
        let gate = Gate::new(&descriptor);
        let resume = if interrupt.restarts() { eflags::RF } else { 0 };
        let image = self.flags.bits() | resume;
        if descriptor.kind() == kind::TASK_GATE {
            let tss = self.available_tss(mem, gate.selector)?;
            return self.switch_task(mem, &tss, Switch::Interrupt { error: interrupt.error }, image);
        }
        self.enter_handler(mem, &gate, interrupt.error, image)?;
        if matches!(descriptor.kind(), kind::INTERRUPT_GATE_286 | kind::INTERRUPT_GATE_386) {
            self.flags.set_system(eflags::IF, false);
        }
        Ok(())
    }

    /// The gate of a vector, if the program may go through it.
    fn interrupt_gate(&mut self, mem: &mut Memory, interrupt: &Interrupt) -> Result<Descriptor, Fault> {
        let offset = u32::from(interrupt.vector) * 8;
        if offset + 7 > u32::from(self.idtr.limit) {
            return Err(Fault::gate(interrupt.vector));
        }
        let at = LinearAddr(self.idtr.base.wrapping_add(offset));
        let descriptor = self.descriptor_at(mem, 0, at)?;
        let is_gate = matches!(
            descriptor.kind(),
            kind::TASK_GATE
                | kind::INTERRUPT_GATE_286
                | kind::TRAP_GATE_286
                | kind::INTERRUPT_GATE_386
                | kind::TRAP_GATE_386
        );
        if !is_gate || interrupt.is_software() && descriptor.dpl() < self.cpl {
            return Err(Fault::gate(interrupt.vector));
        }
        if !descriptor.present() {
            return Err(Fault::gate_not_present(interrupt.vector));
        }
        Ok(descriptor)
    }

    /// Goes through an interrupt or trap gate.
    fn enter_handler(&mut self, mem: &mut Memory, gate: &Gate, error: Option<u16>, image: u32) -> Flow {
        let code = self.code_descriptor(mem, gate.selector, Fault::protection)?;
        check_present(&code)?;
        let inner = !code.segment().conforming() && code.dpl() < self.cpl;
        let allowed = if self.v86() { inner && code.dpl() == MONITOR_LEVEL } else { inner || code.dpl() <= self.cpl };
        if !allowed {
            return Err(Fault::protection(code.selector).into());
        }
        let mut frame = if inner { self.inner_frame(mem, gate, &code)? } else { Frame::current(self) };
        let cs = u32::from(self.seg[usize::from(CS)].selector);
        for value in [image, cs, self.eip].into_iter().chain(error.map(u32::from)) {
            frame.push(self, mem, gate.wide, value)?;
        }
        check_entry(&code.segment(), gate.offset)?;
        frame.writes.mark(self, mem, &code, ACCESSED)?;
        frame.commit(self, mem);
        if self.v86() {
            for seg in [ES, DS, FS, GS] {
                self.seg[usize::from(seg)] = Segment::null(0);
            }
        }
        self.flags.set_system(eflags::TF | eflags::NT | eflags::RF | eflags::VM, false);
        if inner {
            self.set_cpl(mem, code.dpl());
        }
        self.set_code(code.segment(), gate.offset);
        Ok(())
    }

    /// The stack of an inner level with the place of the outer one on it, and under that the segment
    /// registers of a V86 task.
    fn inner_frame(&mut self, mem: &mut Memory, gate: &Gate, code: &Descriptor) -> Result<Frame, Fault> {
        let (stack, esp) = self.inner_stack(mem, code.dpl())?;
        let mut frame = Frame::inner(self, stack.segment(), esp);
        if self.v86() {
            for seg in [GS, FS, DS, ES] {
                let selector = u32::from(self.seg[usize::from(seg)].selector);
                frame.push(self, mem, gate.wide, selector)?;
            }
        }
        self.push_stack(mem, &mut frame, gate.wide)?;
        frame.writes.mark(self, mem, &stack, ACCESSED)?;
        Ok(frame)
    }
}
