//! A real-mode program on the bare core.

use dosmux::cpu::regs::{Regs, eflags};
use dosmux::cpu::{ControlRegister, Cpu, Exit, Fault, Faults};
use dosmux::mem::Memory;
use dosmux::types::PhysAddr;

use crate::start::start;

/// Where the program lies: 1000:0000.
pub(super) const CODE: u32 = 0x1_0000;
/// Its data: 2000:0000, in DS and ES.
pub(super) const DATA: u32 = 0x2_0000;
/// Its stack: 3000:1000 and down.
pub(super) const STACK_TOP: u32 = 0x3_1000;

/// DR6: BD, BS.
pub(super) const GUARD: u32 = 1 << 13;
pub(super) const STEP: u32 = 1 << 14;
/// The bits of DR6 that report something.
const CONDITIONS: u32 = 0xE00F;

/// R/W fields of DR7.
pub(super) const EXECUTE: u32 = 0;
pub(super) const WRITE: u32 = 1;
pub(super) const ACCESS: u32 = 3;
/// LEN fields.
pub(super) const ONE: u32 = 0;
pub(super) const TWO: u32 = 1;
pub(super) const FOUR: u32 = 3;

pub(super) struct Lab {
    pub(super) cpu: Cpu,
    pub(super) mem: Memory,
}

impl Lab {
    pub(super) fn new(code: &[u8]) -> Lab {
        let mut mem = Memory::new(0x10_0000);
        mem.write_bytes(PhysAddr(CODE), code);
        let mut cpu = Cpu::new(Faults::HandOut);
        start(&mut cpu);
        Lab { cpu, mem }
    }

    /// With TF set.
    pub(super) fn stepping(code: &[u8]) -> Lab {
        let mut lab = Lab::new(code);
        lab.change(|regs| regs.eflags |= eflags::TF);
        lab
    }

    pub(super) fn change(&mut self, change: impl FnOnce(&mut Regs)) {
        crate::start::change(&mut self.cpu, change);
    }

    /// Sets breakpoint `number`, enabled locally.
    pub(super) fn set_break(&mut self, number: u8, at: u32, kind: u32, length: u32) {
        let n = u32::from(number);
        let control = self.debug(7) & !(0xF << (16 + 4 * n)) | 1 << (2 * n) | (kind | length << 2) << (16 + 4 * n);
        self.set_debug(number, at);
        self.set_debug(7, control);
    }

    pub(super) fn set_debug(&mut self, number: u8, value: u32) {
        self.cpu.write_debug(&mut self.mem, number, value).unwrap();
    }

    pub(super) fn debug(&self, number: u8) -> u32 {
        self.cpu.control(ControlRegister::Dr(number))
    }

    /// What DR6 reports; clears it.
    pub(super) fn take_conditions(&mut self) -> u32 {
        let conditions = self.debug(6) & CONDITIONS;
        self.set_debug(6, 0);
        conditions
    }

    pub(super) fn run(&mut self) -> Exit {
        self.cpu.run(&mut self.mem, 10_000)
    }

    /// Runs into a debug exception: what DR6 reports, and EIP.
    #[track_caller]
    pub(super) fn debug_exception(&mut self) -> (u32, u32) {
        match self.run() {
            Exit::Fault(Fault::DEBUG, _) => (self.take_conditions(), self.cpu.eip()),
            other => panic!("{other:X?} at {:X?}", self.cpu.regs()),
        }
    }

    /// Runs to the HLT that ends the program.
    #[track_caller]
    pub(super) fn run_to_hlt(&mut self) {
        let exit = self.run();
        assert_eq!(exit, Exit::Halt, "at {:X?}", self.cpu.regs());
    }

    pub(super) fn write(&mut self, addr: u32, bytes: &[u8]) {
        self.mem.write_bytes(PhysAddr(addr), bytes);
    }

    pub(super) fn read_u8(&self, addr: u32) -> u8 {
        self.mem.read_u8(PhysAddr(addr))
    }
}
