//! What may be looked at of a machine, without changing anything of it.

use super::service::TRAP_BYTES;
use super::vm::Vm;
use crate::cpu::{CodeLine, FpuView};
use crate::types::{PhysAddr, SegOff};

impl Vm {
    /// Where a guest's pointer leads: the A20 gate may be closed.
    pub(super) fn phys(&self, at: SegOff) -> PhysAddr {
        let linear = at.linear().0;
        PhysAddr(if self.a20 { linear } else { linear & 0xF_FFFF })
    }

    /// A byte of the guest's memory.
    #[must_use]
    pub fn peek_u8(&self, at: SegOff) -> u8 {
        self.mem.read_u8(self.phys(at))
    }

    /// A little-endian word of the guest's memory; the offset wraps.
    #[must_use]
    pub fn peek_u16(&self, at: SegOff) -> u16 {
        u16::from_le_bytes([self.peek_u8(at), self.peek_u8(at.offset(1))])
    }

    /// The handler of an interrupt, from the guest's vector table.
    #[must_use]
    pub fn vector(&self, number: u8) -> SegOff {
        let at = SegOff::new(0, u16::from(number) * 4);
        SegOff { off: self.peek_u16(at), seg: self.peek_u16(at.offset(2)) }
    }

    /// The coprocessor, if the machine has one.
    #[must_use]
    pub fn coprocessor(&self) -> Option<FpuView> {
        self.cpu.coprocessor().view()
    }

    /// The code at CS:IP: up to `before` instructions that lead up to it, as far as the processor knows
    /// them, and `from` from there on.
    #[must_use]
    pub fn code(&self, before: usize, from: usize) -> Vec<CodeLine> {
        let eip = self.cpu.eip();
        let earlier = self.cpu.decoded_before(&self.mem, eip, before);
        let mut lines: Vec<CodeLine> = earlier.into_iter().map(|offset| self.code_line(offset)).collect();
        let mut next = Some(eip);
        for _ in 0..from {
            let Some(offset) = next else { break };
            let line = self.code_line(offset);
            next = line.next();
            lines.push(line);
        }
        lines
    }

    /// One line of code; the ARPL of the ROM with the service behind it.
    fn code_line(&self, offset: u32) -> CodeLine {
        let line = self.cpu.disassemble(&self.mem, offset);
        let start = self.cpu.linear_eip().0.wrapping_sub(self.cpu.eip()).wrapping_add(offset);
        let Some(service) = self.rom_trap_at(PhysAddr(start)) else { return line };
        let mut bytes = vec![0; TRAP_BYTES as usize];
        self.mem.read_bytes(PhysAddr(start), &mut bytes);
        CodeLine { text: format!("{} ; BIOS service {service:02X}h", line.text), bytes, ..line }
    }
}
