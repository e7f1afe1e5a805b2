//! All that the processor holds, as plain values: for comparing two processors and for looking at one.

use super::Cpu;
use super::core::TableReg;
use super::fpu::Fpu;
use super::regs::Regs;
use super::segment::Segment;

/// A segment register with the descriptor that it has cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentCache {
    /// Selector.
    pub selector: u16,
    /// Linear address of offset 0.
    pub base: u32,
    /// Last offset; of an expand-down segment the last that is outside. *Units*: bytes.
    pub limit: u32,
    /// Access byte: P, DPL, S and type.
    pub access: u8,
    /// D or B bit: 32-bit code or stack.
    pub big: bool,
}

/// GDTR or IDTR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableRegister {
    /// Linear address.
    pub base: u32,
    /// Last byte.
    pub limit: u16,
}

/// The state of one processor. Two with equal states and equal memory behave alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpuState {
    /// General registers, EIP, EFLAGS and selectors.
    pub regs: Regs,
    /// ES, CS, SS, DS, FS, GS.
    pub segments: [SegmentCache; 6],
    /// LDTR.
    pub ldtr: SegmentCache,
    /// TR.
    pub tr: SegmentCache,
    /// GDTR.
    pub gdtr: TableRegister,
    /// IDTR.
    pub idtr: TableRegister,
    /// CR0, CR2, CR3.
    pub control: [u32; 3],
    /// DR0–DR7.
    pub debug: [u32; 8],
    /// TR0–TR7, of which the 386 has TR6 and TR7.
    pub test: [u32; 8],
    /// Current privilege level.
    pub cpl: u8,
    /// An external interrupt would be taken now.
    pub interruptible: bool,
    /// The coprocessor.
    pub fpu: Fpu,
}

impl Cpu {
    /// A copy of the processor's state.
    #[must_use]
    pub fn state(&self) -> CpuState {
        let core = &self.core;
        let mut segments = [cache(&core.seg[0]); 6];
        for (copy, segment) in segments.iter_mut().zip(&core.seg) {
            *copy = cache(segment);
        }
        CpuState {
            regs: self.regs(),
            segments,
            ldtr: cache(&core.ldtr),
            tr: cache(&core.tr),
            gdtr: table(core.gdtr),
            idtr: table(core.idtr),
            control: [core.cr0, core.cr2, core.cr3],
            debug: [0, 1, 2, 3, 4, 5, 6, 7].map(|number| core.debug.read(number)),
            test: [0, 1, 2, 3, 4, 5, 6, 7].map(|number| core.test.read(number)),
            cpl: core.cpl,
            interruptible: self.interruptible(),
            fpu: core.fpu.clone(),
        }
    }
}

fn cache(segment: &Segment) -> SegmentCache {
    let Segment { selector, base, limit, access, big, .. } = *segment;
    SegmentCache { selector, base, limit, access, big }
}

fn table(register: TableReg) -> TableRegister {
    TableRegister { base: register.base, limit: register.limit }
}
