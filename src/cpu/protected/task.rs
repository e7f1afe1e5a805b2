//! Task switches. Source: 80386 PRM §7.5 with tables 7-3 and 7-4, §9.8.10; the 286's TSS §16.
//!
//! Up to the commit everything happens in the outgoing task, which can be restarted. From then on
//! faults are the incoming task's, at its first instruction: [`Stop::InTask`].

use super::super::core::{Core, cr0};
use super::super::fault::{Fault, Flow, Stop};
use super::super::regs::eflags;
use super::super::segment::{CS, DS, ES, FS, GS, SS, Segment};
use super::descriptor::{ACCESSED, BUSY, Descriptor, is_null, kind, rpl};
use super::far::{check_entry, check_level, check_present};
use super::frame::{Frame, Writes};
use super::ret::ALL;
use super::tss::{CR3, Layout, TRAP};
use crate::mem::Memory;
use crate::types::{LinearAddr, lo16};

/// What switches tasks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Switch {
    /// JMP: the old task ends.
    Jump,
    /// CALL: the new task is nested in the old one.
    Call,
    /// An interrupt: nested too; the new task finds the error code on its stack.
    Interrupt { error: Option<u16> },
    /// IRET: the nested task ends.
    Return,
}

impl Switch {
    fn nests(self) -> bool {
        matches!(self, Switch::Call | Switch::Interrupt { .. })
    }
}

/// The state of a task as its TSS holds it.
struct Image {
    cr3: u32,
    eip: u32,
    eflags: u32,
    gpr: [u32; 8],
    seg: [u16; 6],
    ldt: u16,
    /// Raise a debug trap before its first instruction.
    trap: bool,
}

impl Core {
    /// Goes to the task of `tss`; `eflags` are the outgoing task's as its TSS is to hold them.
    pub(super) fn switch_task(&mut self, mem: &mut Memory, tss: &Descriptor, how: Switch, eflags: u32) -> Flow {
        let before = self.read_task(mem, tss)?;
        let mut writes = Writes::new();
        self.save_task(mem, &mut writes, eflags)?;
        if how.nests() {
            let back_link = u32::from(self.tr.selector);
            writes.add(self, mem, LinearAddr(tss.segment().base), 2, back_link)?;
        } else {
            self.release_task(mem, &mut writes)?;
        }
        if how != Switch::Return {
            writes.mark(self, mem, tss, BUSY)?;
        }
        writes.commit(mem);
        // Saving comes before loading: a program may have put one TSS over the other.
        let incoming = self.read_task(mem, tss).unwrap_or(before);
        self.enter_task(mem, tss, &incoming, how.nests());
        let ready = self.load_task_segments(mem, &incoming).and_then(|()| self.start_task(mem, how));
        self.debug_task_switch(incoming.trap && ready.is_ok());
        ready.map_err(Stop::InTask)
    }

    /// Reads all of an incoming task's state.
    fn read_task(&mut self, mem: &mut Memory, tss: &Descriptor) -> Result<Image, Fault> {
        let layout = Layout::of(tss.is_386());
        let segment = tss.segment();
        if segment.limit < layout.min_limit {
            return Err(Fault::invalid_tss(tss.selector));
        }
        let bytes = u32::from(layout.unit());
        let mut read = |offset: u32, bytes: u32| {
            self.read_linear(mem, LinearAddr(segment.base.wrapping_add(offset)), bytes, false)
        };
        let mut image = Image {
            cr3: if layout.wide { read(CR3, 4)? } else { 0 },
            eip: read(layout.ip, bytes)?,
            eflags: read(layout.field(layout.ip, 1), bytes)?,
            gpr: [0; 8],
            seg: [0; 6],
            ldt: lo16(read(layout.ldt, 2)?),
            trap: layout.wide && read(TRAP, 2)? & 1 != 0,
        };
        for (value, index) in image.gpr.iter_mut().zip(0..) {
            // What a 286 TSS leaves in the high halves is not documented; they read as ones.
            let high = if layout.wide { 0 } else { 0xFFFF_0000 };
            *value = high | read(layout.field(layout.gprs, index), bytes)?;
        }
        for (selector, index) in image.seg[..layout.segment_count].iter_mut().zip(0..) {
            *selector = lo16(read(layout.field(layout.segments, index), 2)?);
        }
        Ok(image)
    }

    /// Writes the current task's registers to its TSS. CR3, LDT and the stacks of inner levels in it are
    /// never written.
    fn save_task(&mut self, mem: &mut Memory, writes: &mut Writes, eflags: u32) -> Result<(), Fault> {
        let layout = self.tss_layout();
        if self.tr.limit < layout.min_limit {
            return Err(Fault::invalid_tss(self.tr.selector));
        }
        let unit = layout.unit();
        writes.add(self, mem, self.tss_field(layout.ip), unit, self.eip)?;
        writes.add(self, mem, self.tss_field(layout.field(layout.ip, 1)), unit, eflags)?;
        for (reg, index) in (0..8).zip(0..) {
            let value = self.gpr[reg];
            writes.add(self, mem, self.tss_field(layout.field(layout.gprs, index)), unit, value)?;
        }
        for (seg, index) in (0..layout.segment_count).zip(0..) {
            let selector = u32::from(self.seg[seg].selector);
            writes.add(self, mem, self.tss_field(layout.field(layout.segments, index)), 2, selector)?;
        }
        Ok(())
    }

    /// The current task is no more busy.
    fn release_task(&mut self, mem: &mut Memory, writes: &mut Writes) -> Result<(), Fault> {
        let Some(descriptor) = self.descriptor(mem, self.tr.selector)? else { return Ok(()) };
        writes.add(self, mem, descriptor.access_at(), 1, u32::from(descriptor.access() & !BUSY))
    }

    /// Loads what needs no checks: all registers, but of the segment registers the selectors alone.
    fn enter_task(&mut self, mem: &mut Memory, tss: &Descriptor, image: &Image, nested: bool) {
        self.tr = tss.segment();
        self.cr0 |= cr0::TS;
        if tss.is_386() && self.paging() {
            self.set_cr3(mem, image.cr3);
        }
        let nt = if nested { eflags::NT } else { 0 };
        self.flags.load(image.eflags & ALL | nt);
        self.eip = image.eip;
        self.gpr[..8].copy_from_slice(&image.gpr);
        self.ldtr = Segment::null(image.ldt);
        for (segment, &selector) in self.seg.iter_mut().zip(&image.seg) {
            *segment = Segment::null(selector);
        }
        self.set_stack_mask();
        // Until SS is valid, a fault's handler must not use it: as from an outer level, it gets a stack of
        // its own.
        self.set_cpl(mem, 3);
    }

    /// Loads LDTR and the segment registers of the incoming task.
    fn load_task_segments(&mut self, mem: &mut Memory, image: &Image) -> Result<(), Fault> {
        self.load_task_ldt(mem, image.ldt)?;
        if self.v86() {
            for (seg, &selector) in (0..).zip(&image.seg) {
                self.load_plain_segment(seg, selector);
            }
            return Ok(());
        }
        let cs = image.seg[usize::from(CS)];
        let code = self.code_descriptor(mem, cs, Fault::invalid_tss)?;
        check_level(&code, rpl(cs), Fault::invalid_tss)?;
        check_present(&code)?;
        self.mark(mem, &code, ACCESSED)?;
        self.seg[usize::from(CS)] = code.segment();
        let stack = self.stack_descriptor(mem, image.seg[usize::from(SS)], rpl(cs), Fault::invalid_tss)?;
        self.mark(mem, &stack, ACCESSED)?;
        self.set_stack_segment(stack.segment());
        self.set_cpl(mem, rpl(cs));
        for seg in [DS, ES, FS, GS] {
            let selector = image.seg[usize::from(seg)];
            if !is_null(selector) {
                let data = self.data_descriptor(mem, selector, Fault::invalid_tss)?;
                self.mark(mem, &data, ACCESSED)?;
                self.seg[usize::from(seg)] = data.segment();
            }
        }
        Ok(())
    }

    fn load_task_ldt(&mut self, mem: &mut Memory, selector: u16) -> Result<(), Fault> {
        if is_null(selector) {
            return Ok(());
        }
        // An absent LDT makes the TSS invalid like a wrong one. Source: 80386 PRM, table 9-5.
        let absent = Fault::not_present(selector);
        let ldt = self
            .system_descriptor(mem, selector, &[kind::LDT], Fault::invalid_tss)
            .map_err(|fault| if fault == absent { Fault::invalid_tss(selector) } else { fault })?;
        self.ldtr = ldt.segment();
        Ok(())
    }

    /// The last steps: the error code goes on the new stack, and EIP must be within the code segment.
    fn start_task(&mut self, mem: &mut Memory, how: Switch) -> Result<(), Fault> {
        if let Switch::Interrupt { error: Some(error) } = how {
            let mut frame = Frame::current(self);
            frame.push(self, mem, self.tss_layout().wide, u32::from(error))?;
            frame.commit(self, mem);
        }
        check_entry(&self.seg[usize::from(CS)], self.eip)
    }
}
