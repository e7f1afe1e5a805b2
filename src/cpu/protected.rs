//! Descriptor tables, segment loads, far transfers and control registers.
//!
//! Gap: in protected mode, far transfers reach code of the same privilege level only; gates, task
//! switches and returns to outer levels raise #GP.

use super::core::{Core, cr0};
use super::fault::{Fault, Flow, Stop};
use super::segment::{CS, SS, Segment};
use crate::mem::Memory;
use crate::types::{LinearAddr, lo8};

/// Selector bit: the descriptor is in the LDT.
const TABLE_LDT: u16 = 4;
/// Access byte bit: the segment has been loaded.
const ACCESSED: u32 = 1 << 8;
/// Access byte bit: busy, in the type of a TSS.
const BUSY: u32 = 1 << 9;
/// Type of an LDT descriptor.
const TYPE_LDT: u8 = 0x02;
/// Type of an available 386 TSS.
const TYPE_TSS_386: u8 = 0x09;

/// The two doublewords of a descriptor and where they lie.
#[derive(Clone, Copy)]
struct Descriptor {
    at: LinearAddr,
    low: u32,
    high: u32,
}

impl Core {
    /// Loads segment register `seg` from a program's selector, in whatever mode the core is.
    pub(crate) fn load_segment(&mut self, mem: &mut Memory, seg: u8, selector: u16) -> Flow {
        if !self.protected() {
            self.load_plain_segment(seg, selector);
            return Ok(());
        }
        let loaded = if seg == SS {
            self.stack_descriptor(mem, selector)?
        } else if selector & !3 == 0 {
            Segment::null(selector)
        } else {
            self.data_descriptor(mem, selector)?
        };
        self.seg[usize::from(seg & 7)] = loaded;
        if seg == SS {
            self.set_stack_mask();
        }
        Ok(())
    }

    fn data_descriptor(&mut self, mem: &mut Memory, selector: u16) -> Result<Segment, Stop> {
        let descriptor = self.descriptor(mem, selector)?.ok_or(Fault::protection(selector))?;
        let segment = Segment::from_descriptor(selector, descriptor.low, descriptor.high);
        let rpl = lo8(u32::from(selector & 3));
        let too_privileged = !segment.conforming() && segment.dpl() < self.cpl.max(rpl);
        if !segment.readable() || too_privileged {
            return Err(Fault::protection(selector).into());
        }
        if !segment.present() {
            return Err(Fault::not_present(selector).into());
        }
        self.mark(mem, descriptor, ACCESSED)?;
        Ok(segment)
    }

    fn stack_descriptor(&mut self, mem: &mut Memory, selector: u16) -> Result<Segment, Stop> {
        if selector & !3 == 0 {
            return Err(Fault::protection(0).into());
        }
        let descriptor = self.descriptor(mem, selector)?.ok_or(Fault::protection(selector))?;
        let segment = Segment::from_descriptor(selector, descriptor.low, descriptor.high);
        let rpl = lo8(u32::from(selector & 3));
        if rpl != self.cpl || segment.dpl() != self.cpl || !segment.writable() {
            return Err(Fault::protection(selector).into());
        }
        if !segment.present() {
            return Err(Fault::stack(selector).into());
        }
        self.mark(mem, descriptor, ACCESSED)?;
        Ok(segment)
    }

    /// Reads the descriptor of `selector`; `None` if its table does not reach that far.
    fn descriptor(&mut self, mem: &mut Memory, selector: u16) -> Result<Option<Descriptor>, Fault> {
        let (base, limit) = if selector & TABLE_LDT == 0 {
            (self.gdtr.base, u32::from(self.gdtr.limit))
        } else {
            (self.ldtr.base, self.ldtr.limit)
        };
        let offset = u32::from(selector & !7);
        if offset + 7 > limit {
            return Ok(None);
        }
        let at = LinearAddr(base.wrapping_add(offset));
        let low = self.read_linear(mem, at, 4, false)?;
        let high = self.read_linear(mem, LinearAddr(at.0.wrapping_add(4)), 4, false)?;
        Ok(Some(Descriptor { at, low, high }))
    }

    /// Sets a bit in a descriptor's high doubleword, as the processor does on loading it.
    fn mark(&mut self, mem: &mut Memory, descriptor: Descriptor, bit: u32) -> Result<(), Fault> {
        if descriptor.high & bit == 0 {
            let at = self.translate(mem, LinearAddr(descriptor.at.0.wrapping_add(4)), true, false)?;
            mem.write_u32(at, descriptor.high | bit);
        }
        Ok(())
    }

    /// Loads CS and EIP for a far jump, call or return.
    pub(crate) fn far_jump(&mut self, mem: &mut Memory, selector: u16, offset: u32) -> Flow {
        if !self.protected() {
            if offset > self.seg[usize::from(CS)].limit {
                return Err(Fault::protection(0).into());
            }
            self.load_plain_segment(CS, selector);
            self.eip = offset;
            return Ok(());
        }
        if selector & !3 == 0 {
            return Err(Fault::protection(0).into());
        }
        let descriptor = self.descriptor(mem, selector)?.ok_or(Fault::protection(selector))?;
        let mut segment = Segment::from_descriptor(selector, descriptor.low, descriptor.high);
        let allowed = if segment.conforming() { segment.dpl() <= self.cpl } else { segment.dpl() == self.cpl };
        if !segment.is_code() || !allowed {
            return Err(Fault::protection(selector).into());
        }
        if !segment.present() {
            return Err(Fault::not_present(selector).into());
        }
        if offset > segment.limit {
            return Err(Fault::protection(0).into());
        }
        self.mark(mem, descriptor, ACCESSED)?;
        self.unlink();
        segment.selector = selector & !3 | u16::from(self.cpl);
        self.seg[usize::from(CS)] = segment;
        self.eip = offset;
        Ok(())
    }

    /// LLDT.
    pub(crate) fn load_ldt(&mut self, mem: &mut Memory, selector: u16) -> Flow {
        if selector & !3 == 0 {
            self.ldtr = Segment::null(selector);
            return Ok(());
        }
        let descriptor = self.system_descriptor(mem, selector, TYPE_LDT)?;
        self.ldtr = Segment::from_descriptor(selector, descriptor.low, descriptor.high);
        Ok(())
    }

    /// LTR.
    pub(crate) fn load_task_register(&mut self, mem: &mut Memory, selector: u16) -> Flow {
        let descriptor = self.system_descriptor(mem, selector, TYPE_TSS_386)?;
        self.mark(mem, descriptor, BUSY)?;
        self.tr = Segment::from_descriptor(selector, descriptor.low, descriptor.high | BUSY);
        Ok(())
    }

    fn system_descriptor(&mut self, mem: &mut Memory, selector: u16, kind: u8) -> Result<Descriptor, Stop> {
        if selector & TABLE_LDT != 0 {
            return Err(Fault::protection(selector).into());
        }
        let descriptor = self.descriptor(mem, selector)?.ok_or(Fault::protection(selector))?;
        let access = crate::types::hi8(descriptor.high);
        if access & 0x1F != kind {
            return Err(Fault::protection(selector).into());
        }
        if access & 0x80 == 0 {
            return Err(Fault::not_present(selector).into());
        }
        Ok(descriptor)
    }

    /// LAR and LSL: the access rights or the limit, if the descriptor is visible from here.
    pub(crate) fn query_descriptor(
        &mut self,
        mem: &mut Memory,
        selector: u16,
        limit: bool,
    ) -> Result<Option<u32>, Stop> {
        let Some((segment, high)) = self.visible_descriptor(mem, selector)? else { return Ok(None) };
        // Gates have no limit; LAR knows call and task gates as well. Source: 80386 PRM §17.2.2.
        let kind = segment.access & 0xF;
        let has_limit = segment.is_memory() || matches!(kind, 1 | 2 | 3 | 9 | 11);
        let has_rights = has_limit || matches!(kind, 4 | 5 | 12);
        Ok(match limit {
            true => has_limit.then_some(segment.limit),
            false => has_rights.then_some(high & 0x00F0_FF00),
        })
    }

    /// VERR and VERW.
    pub(crate) fn verify_descriptor(&mut self, mem: &mut Memory, selector: u16, write: bool) -> Result<bool, Stop> {
        let Some((segment, _)) = self.visible_descriptor(mem, selector)? else { return Ok(false) };
        Ok(segment.is_memory() && if write { segment.writable() } else { segment.readable() })
    }

    fn visible_descriptor(&mut self, mem: &mut Memory, selector: u16) -> Result<Option<(Segment, u32)>, Stop> {
        if selector & !3 == 0 {
            return Ok(None);
        }
        let Some(descriptor) = self.descriptor(mem, selector)? else { return Ok(None) };
        let segment = Segment::from_descriptor(selector, descriptor.low, descriptor.high);
        let rpl = lo8(u32::from(selector & 3));
        let visible = segment.conforming() || segment.dpl() >= self.cpl.max(rpl);
        Ok(visible.then_some((segment, descriptor.high)))
    }

    /// Loads CR0. Paging without protection is refused.
    pub(crate) fn set_cr0(&mut self, mem: &mut Memory, value: u32) -> Flow {
        if value & cr0::PG != 0 && value & cr0::PE == 0 {
            return Err(Fault::protection(0).into());
        }
        if (value ^ self.cr0) & (cr0::PG | cr0::PE) != 0 {
            mem.flush_translations();
            self.unlink();
        }
        self.cr0 = value | cr0::ET;
        Ok(())
    }
}
