//! Descriptors and gates as the tables hold them. Source: 80386 PRM §5.1.3, §6.3, §7.2.

use super::super::core::Core;
use super::super::fault::Fault;
use super::super::segment::Segment;
use crate::mem::Memory;
use crate::types::{LinearAddr, PhysAddr, hi8, hi16, lo8};

/// Selector bit: the descriptor is in the LDT.
pub(super) const TABLE_LDT: u16 = 4;
/// Access byte bit: the segment has been loaded.
pub(super) const ACCESSED: u8 = 1;
/// Access byte bit: busy, in the type of a TSS.
pub(super) const BUSY: u8 = 2;
/// Access byte bit of system types: the 386's form, not the 286's.
const TYPE_386: u8 = 8;

/// Types of system descriptors, the low five bits of the access byte.
pub(super) mod kind {
    pub(in super::super) const TSS_286: u8 = 0x01;
    pub(in super::super) const LDT: u8 = 0x02;
    pub(in super::super) const TSS_286_BUSY: u8 = 0x03;
    pub(in super::super) const CALL_GATE_286: u8 = 0x04;
    pub(in super::super) const TASK_GATE: u8 = 0x05;
    pub(in super::super) const INTERRUPT_GATE_286: u8 = 0x06;
    pub(in super::super) const TRAP_GATE_286: u8 = 0x07;
    pub(in super::super) const TSS_386: u8 = 0x09;
    pub(in super::super) const TSS_386_BUSY: u8 = 0x0B;
    pub(in super::super) const CALL_GATE_386: u8 = 0x0C;
    pub(in super::super) const INTERRUPT_GATE_386: u8 = 0x0E;
    pub(in super::super) const TRAP_GATE_386: u8 = 0x0F;
}

/// True for the selectors 0–3, which name no descriptor.
pub(super) fn is_null(selector: u16) -> bool {
    selector & !3 == 0
}

/// Requested privilege level.
pub(super) fn rpl(selector: u16) -> u8 {
    lo8(u32::from(selector & 3))
}

/// The two doublewords of a descriptor and where they lie.
#[derive(Clone, Copy)]
pub(super) struct Descriptor {
    pub(super) selector: u16,
    at: LinearAddr,
    pub(super) low: u32,
    pub(super) high: u32,
}

impl Descriptor {
    pub(super) fn access(&self) -> u8 {
        hi8(self.high)
    }

    /// S and type: see [`kind`] for those of system descriptors.
    pub(super) fn kind(&self) -> u8 {
        self.access() & 0x1F
    }

    pub(super) fn present(&self) -> bool {
        self.access() & 0x80 != 0
    }

    pub(super) fn dpl(&self) -> u8 {
        self.access() >> 5 & 3
    }

    /// The 386's form of a TSS or gate.
    pub(super) fn is_386(&self) -> bool {
        self.access() & TYPE_386 != 0
    }

    /// What a segment register holds after it is loaded from here.
    pub(super) fn segment(&self) -> Segment {
        Segment::from_descriptor(self.selector, self.low, self.high)
    }

    /// Linear address of the access byte.
    pub(super) fn access_at(&self) -> LinearAddr {
        LinearAddr(self.at.0.wrapping_add(5))
    }
}

/// A call, interrupt, trap or task gate.
#[derive(Clone, Copy)]
pub(super) struct Gate {
    /// Selector of the code segment or TSS behind it.
    pub(super) selector: u16,
    /// Entry point.
    pub(super) offset: u32,
    /// 386 gate: pushes doublewords.
    pub(super) wide: bool,
    /// Words or doublewords of parameters to copy (call gates).
    pub(super) count: u32,
}

impl Gate {
    pub(super) fn new(descriptor: &Descriptor) -> Gate {
        let wide = descriptor.is_386();
        let high = if wide { descriptor.high & 0xFFFF_0000 } else { 0 };
        Gate {
            selector: hi16(descriptor.low),
            offset: high | descriptor.low & 0xFFFF,
            wide,
            count: descriptor.high & 0x1F,
        }
    }
}

impl Core {
    /// Reads the descriptor of `selector`; `None` if its table does not reach that far.
    pub(super) fn descriptor(&mut self, mem: &mut Memory, selector: u16) -> Result<Option<Descriptor>, Fault> {
        let (base, limit) = if selector & TABLE_LDT == 0 {
            (self.gdtr.base, u32::from(self.gdtr.limit))
        } else {
            (self.ldtr.base, self.ldtr.limit)
        };
        let offset = u32::from(selector & !7);
        // A null LDT has limit zero: too short for any descriptor.
        if offset + 7 > limit {
            return Ok(None);
        }
        self.descriptor_at(mem, selector, LinearAddr(base.wrapping_add(offset))).map(Some)
    }

    /// Reads the descriptor at a linear address.
    pub(super) fn descriptor_at(
        &mut self,
        mem: &mut Memory,
        selector: u16,
        at: LinearAddr,
    ) -> Result<Descriptor, Fault> {
        let low = self.read_linear(mem, at, 4, false)?;
        let high = self.read_linear(mem, LinearAddr(at.0.wrapping_add(4)), 4, false)?;
        Ok(Descriptor { selector, at, low, high })
    }

    /// The descriptor that a selector must name; `fault` makes the fault for one that is null or beyond
    /// its table.
    pub(super) fn named_descriptor(
        &mut self,
        mem: &mut Memory,
        selector: u16,
        fault: fn(u16) -> Fault,
    ) -> Result<Descriptor, Fault> {
        if is_null(selector) {
            return Err(fault(0));
        }
        self.descriptor(mem, selector)?.ok_or(fault(selector))
    }

    /// The descriptor of a TSS or LDT, which must be in the GDT and of a type in `kinds`, and present.
    pub(super) fn system_descriptor(
        &mut self,
        mem: &mut Memory,
        selector: u16,
        kinds: &[u8],
        fault: fn(u16) -> Fault,
    ) -> Result<Descriptor, Fault> {
        if selector & TABLE_LDT != 0 {
            return Err(fault(selector));
        }
        let descriptor = self.named_descriptor(mem, selector, fault)?;
        if !kinds.contains(&descriptor.kind()) {
            return Err(fault(selector));
        }
        if !descriptor.present() {
            return Err(Fault::not_present(selector));
        }
        Ok(descriptor)
    }

    /// Where the access byte of `descriptor` is to be written to set `bit` in it; `None` if it is set.
    pub(super) fn unmarked(
        &mut self,
        mem: &mut Memory,
        descriptor: &Descriptor,
        bit: u8,
    ) -> Result<Option<PhysAddr>, Fault> {
        if descriptor.access() & bit != 0 {
            return Ok(None);
        }
        self.translate(mem, descriptor.access_at(), true, false).map(Some)
    }

    /// Sets `bit` in a descriptor's access byte. For instructions that end their block.
    pub(super) fn mark(&mut self, mem: &mut Memory, descriptor: &Descriptor, bit: u8) -> Result<(), Fault> {
        if let Some(at) = self.unmarked(mem, descriptor, bit)? {
            mem.write_u8(at, descriptor.access() | bit);
        }
        Ok(())
    }
}
