//! Loads of segment registers, LDTR and TR by programs. Source: 80386 PRM §6.3.2, §17.2.2 (MOV, LLDT,
//! LTR).

use super::super::core::Core;
use super::super::fault::{Fault, Flow, Stop};
use super::super::segment::{SS, Segment};
use super::descriptor::{ACCESSED, BUSY, Descriptor, is_null, kind, rpl};
use crate::mem::Memory;

impl Core {
    /// Loads segment register `seg` from a program's selector, in whatever mode the core is.
    pub(crate) fn load_segment(&mut self, mem: &mut Memory, seg: u8, selector: u16) -> Flow {
        if !self.protected() {
            self.load_plain_segment(seg, selector);
            return Ok(());
        }
        if seg == SS {
            let descriptor = self.stack_descriptor(mem, selector, self.cpl, Fault::protection)?;
            self.set_accessed(mem, &descriptor)?;
            self.set_stack_segment(descriptor.segment());
        } else if is_null(selector) {
            self.seg[usize::from(seg & 7)] = Segment::null(selector);
        } else {
            let descriptor = self.data_descriptor(mem, selector, Fault::protection)?;
            self.set_accessed(mem, &descriptor)?;
            self.seg[usize::from(seg & 7)] = descriptor.segment();
        }
        Ok(())
    }

    pub(super) fn set_stack_segment(&mut self, segment: Segment) {
        self.seg[usize::from(SS)] = segment;
        self.set_stack_mask();
    }

    /// A descriptor that DS, ES, FS or GS may hold at this privilege level; `fault` makes the fault for
    /// one of the wrong kind.
    pub(super) fn data_descriptor(
        &mut self,
        mem: &mut Memory,
        selector: u16,
        fault: fn(u16) -> Fault,
    ) -> Result<Descriptor, Fault> {
        let descriptor = self.named_descriptor(mem, selector, fault)?;
        let segment = descriptor.segment();
        let too_privileged = !segment.conforming() && segment.dpl() < self.cpl.max(rpl(selector));
        if !segment.readable() || too_privileged {
            return Err(fault(selector));
        }
        if !segment.present() {
            return Err(Fault::not_present(selector));
        }
        Ok(descriptor)
    }

    /// A descriptor that SS may hold at privilege level `level`.
    pub(super) fn stack_descriptor(
        &mut self,
        mem: &mut Memory,
        selector: u16,
        level: u8,
        fault: fn(u16) -> Fault,
    ) -> Result<Descriptor, Fault> {
        let descriptor = self.named_descriptor(mem, selector, fault)?;
        let segment = descriptor.segment();
        if rpl(selector) != level || segment.dpl() != level || !segment.writable() {
            return Err(fault(selector));
        }
        if !segment.present() {
            return Err(Fault::stack(selector));
        }
        Ok(descriptor)
    }

    /// Marks a descriptor as accessed, unless that would change decoded code: the block that runs may
    /// hold it.
    fn set_accessed(&mut self, mem: &mut Memory, descriptor: &Descriptor) -> Flow {
        if let Some(at) = self.unmarked(mem, descriptor, ACCESSED)? {
            mem.write_guest(at, &[descriptor.access() | ACCESSED]).map_err(|_| Stop::CodeHit)?;
        }
        Ok(())
    }

    /// LLDT.
    pub(crate) fn load_ldt(&mut self, mem: &mut Memory, selector: u16) -> Flow {
        self.ldtr = if is_null(selector) {
            Segment::null(selector)
        } else {
            self.system_descriptor(mem, selector, &[kind::LDT], Fault::protection)?.segment()
        };
        Ok(())
    }

    /// LTR.
    pub(crate) fn load_task_register(&mut self, mem: &mut Memory, selector: u16) -> Flow {
        let available = [kind::TSS_286, kind::TSS_386];
        let descriptor = self.system_descriptor(mem, selector, &available, Fault::protection)?;
        if let Some(at) = self.unmarked(mem, &descriptor, BUSY)? {
            mem.write_guest(at, &[descriptor.access() | BUSY]).map_err(|_| Stop::CodeHit)?;
        }
        self.tr = descriptor.segment();
        Ok(())
    }
}
