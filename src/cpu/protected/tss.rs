//! The task state segment: its two layouts, and the stacks of inner levels that it holds.
//! Source: 80386 PRM §7.1, §6.3.4.1; for the 286 layout §16.

use super::super::core::Core;
use super::super::fault::Fault;
use super::descriptor::Descriptor;
use crate::mem::Memory;
use crate::types::{LinearAddr, lo16};

/// Where the fields of a TSS lie.
///
/// | field | 286 | 386 |
/// | --- | --- | --- |
/// | back link | 0 | 0 |
/// | SP, SS of levels 0–2 | 2 | 4 |
/// | CR3 | | 1Ch |
/// | IP, FLAGS | 0Eh | 20h |
/// | AX … DI | 12h | 28h |
/// | ES, CS, SS, DS, (FS, GS) | 22h | 48h |
/// | LDT | 2Ah | 60h |
/// | T bit | | 64h |
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// The 386's: doublewords.
    pub(super) wide: bool,
    pub(super) ip: u32,
    pub(super) gprs: u32,
    pub(super) segments: u32,
    pub(super) segment_count: usize,
    pub(super) ldt: u32,
    /// The smallest valid limit.
    pub(super) min_limit: u32,
}

/// Offset of CR3 in a 386 TSS.
pub(super) const CR3: u32 = 0x1C;
/// Offset of the word with the T bit in a 386 TSS.
pub(super) const TRAP: u32 = 0x64;

const LAYOUT_286: Layout =
    Layout { wide: false, ip: 0x0E, gprs: 0x12, segments: 0x22, segment_count: 4, ldt: 0x2A, min_limit: 0x2B };
const LAYOUT_386: Layout =
    Layout { wide: true, ip: 0x20, gprs: 0x28, segments: 0x48, segment_count: 6, ldt: 0x60, min_limit: 0x67 };

impl Layout {
    pub(super) fn of(wide: bool) -> Layout {
        if wide { LAYOUT_386 } else { LAYOUT_286 }
    }

    /// Bytes in a register's field, and from a selector's field to the next.
    pub(super) fn unit(self) -> u8 {
        if self.wide { 4 } else { 2 }
    }

    /// Offset of field `index` of a row that begins at `row`.
    pub(super) fn field(self, row: u32, index: u32) -> u32 {
        row + index * u32::from(self.unit())
    }
}

impl Core {
    /// Layout of the current task's TSS.
    pub(super) fn tss_layout(&self) -> Layout {
        Layout::of(self.tr.access & 8 != 0)
    }

    /// Linear address of a field of the current task's TSS.
    pub(super) fn tss_field(&self, offset: u32) -> LinearAddr {
        LinearAddr(self.tr.base.wrapping_add(offset))
    }

    /// SS:ESP of the stack that the current task has for level `level` (0–2), SS checked against it.
    pub(super) fn inner_stack(&mut self, mem: &mut Memory, level: u8) -> Result<(Descriptor, u32), Fault> {
        let layout = self.tss_layout();
        let unit = u32::from(layout.unit());
        let at = unit + u32::from(level) * 2 * unit;
        if at + 2 * unit - 1 > self.tr.limit {
            return Err(Fault::invalid_tss(self.tr.selector));
        }
        let esp = self.read_linear(mem, self.tss_field(at), unit, false)?;
        let ss = lo16(self.read_linear(mem, self.tss_field(at + unit), 2, false)?);
        Ok((self.stack_descriptor(mem, ss, level, Fault::invalid_tss)?, esp))
    }
}
