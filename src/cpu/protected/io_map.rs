//! The I/O permission bit map of the task state segment. Source: 80386 PRM §8.3.2.

use super::super::core::Core;
use super::super::fault::Fault;
use crate::mem::Memory;
use crate::types::{LinearAddr, Port, Width};

/// Offset in the 386 TSS of the word that tells where the bit map begins.
const IO_MAP_BASE: u32 = 0x66;
/// Type field of a 386 TSS, busy bit left out.
const TYPE_TSS_386: u8 = 0x09;

impl Core {
    /// #GP(0) unless the current program may access `port`.
    pub(crate) fn check_port(&mut self, mem: &mut Memory, port: Port, width: Width) -> Result<(), Fault> {
        let free = !self.v86() && (!self.protected() || u32::from(self.cpl) <= self.flags.iopl());
        if free || self.bit_map_allows(mem, port, width)? { Ok(()) } else { Err(Fault::protection(0)) }
    }

    /// Each byte of the access has a bit of its own, and the processor always reads two bytes of
    /// the map; what lies beyond the TSS limit is forbidden.
    fn bit_map_allows(&mut self, mem: &mut Memory, port: Port, width: Width) -> Result<bool, Fault> {
        if self.tr.access & 0x0D != TYPE_TSS_386 || self.tr.limit < IO_MAP_BASE + 1 {
            return Ok(false);
        }
        let map = self.read_tss(mem, IO_MAP_BASE)?;
        let offset = map + u32::from(port.0) / 8;
        if offset + 1 > self.tr.limit {
            return Ok(false);
        }
        let bits = self.read_tss(mem, offset)? >> (port.0 % 8);
        Ok(bits & ((1 << width.bytes()) - 1) == 0)
    }

    fn read_tss(&mut self, mem: &mut Memory, offset: u32) -> Result<u32, Fault> {
        self.read_linear(mem, LinearAddr(self.tr.base.wrapping_add(offset)), 2, false)
    }
}
