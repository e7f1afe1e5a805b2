//! A program in real mode on a core with a coprocessor; nothing is delivered, everything is seen.

use dosmux::cpu::regs::Regs;
use dosmux::cpu::{Coprocessor, Cpu, Exit, Fault, Faults, Insn};
use dosmux::mem::Memory;
use dosmux::types::PhysAddr;

use crate::start::start;

/// The program: 1000:0000.
pub(super) const CODE: u32 = 0x1_0000;
/// Its data: 2000:0000.
pub(super) const DATA: u32 = 0x2_0000;

pub(super) struct Lab {
    pub(super) cpu: Cpu,
    pub(super) mem: Memory,
}

impl Lab {
    pub(super) fn new(wiring: Coprocessor, code: &[&[u8]]) -> Lab {
        let mut mem = Memory::new(1 << 20);
        mem.write_bytes(PhysAddr(CODE), &code.concat());
        let mut cpu = Cpu::with_coprocessor(Faults::HandOut, wiring);
        start(&mut cpu);
        Lab { cpu, mem }
    }

    pub(super) fn change(&mut self, change: impl FnOnce(&mut Regs)) {
        crate::start::change(&mut self.cpu, change);
    }

    pub(super) fn run(&mut self) -> Exit {
        self.cpu.run(&mut self.mem, 1000)
    }

    #[track_caller]
    pub(super) fn run_to_hlt(&mut self) {
        assert_eq!(self.run(), Exit::Halt, "at {:X?}", self.cpu.regs());
    }

    #[track_caller]
    pub(super) fn fault(&mut self) -> (Fault, Insn) {
        match self.run() {
            Exit::Fault(fault, insn) => (fault, insn),
            other => panic!("{other:?} at {:X?}", self.cpu.regs()),
        }
    }

    /// A word of the program's data.
    pub(super) fn word(&self, offset: u32) -> u16 {
        self.mem.read_u16(PhysAddr(DATA + offset))
    }

    pub(super) fn bytes<const N: usize>(&self, offset: u32) -> [u8; N] {
        let mut bytes = [0; N];
        self.mem.read_bytes(PhysAddr(DATA + offset), &mut bytes);
        bytes
    }

    pub(super) fn write(&mut self, offset: u32, bytes: &[u8]) {
        self.mem.write_bytes(PhysAddr(DATA + offset), bytes);
    }
}

pub(super) const FNINIT: &[u8] = &[0xDB, 0xE3];
pub(super) const FNCLEX: &[u8] = &[0xDB, 0xE2];
pub(super) const FLD1: &[u8] = &[0xD9, 0xE8];
pub(super) const FLDZ: &[u8] = &[0xD9, 0xEE];
/// FDIVP ST(1), ST.
pub(super) const FDIVP: &[u8] = &[0xDE, 0xF9];
pub(super) const FNSTSW_AX: &[u8] = &[0xDF, 0xE0];
pub(super) const WAIT: &[u8] = &[0x9B];
pub(super) const HLT: &[u8] = &[0xF4];
/// FLDCW \[10h\].
pub(super) const FLDCW: &[u8] = &[0xD9, 0x2E, 0x10, 0x00];
/// All exceptions but division by zero are masked.
pub(super) const ZE_UNMASKED: [u8; 2] = [0x7B, 0x03];

/// A division by zero that raises an error, and what follows it.
pub(super) fn after_an_error(wiring: Coprocessor, code: &[&[u8]]) -> Lab {
    let mut lab = Lab::new(wiring, &[&[FNINIT, FLDCW, FLD1, FLDZ, FDIVP], code].concat());
    lab.write(0x10, &ZE_UNMASKED);
    lab
}

/// Offset behind the division.
pub(super) const AFTER: u32 = 12;
