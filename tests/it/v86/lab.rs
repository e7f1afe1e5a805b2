//! A V86 task on the bare core: page tables, GDT, TSS, and a program. No monitor, no devices.

use dosmux::cpu::regs::{Regs, eflags};
use dosmux::cpu::{Coprocessor, Cpu, Exit, Fault, Faults, Insn, V86Task, pte};
use dosmux::mem::Memory;
use dosmux::types::PhysAddr;

use crate::start::start;

/// Where the program lies: 1000:0000.
pub(super) const CODE: u32 = 0x1_0000;
/// Its data: 2000:0000, in DS and ES.
pub(super) const DATA: u32 = 0x2_0000;
/// Its stack: 3000:1000 and down.
pub(super) const STACK_TOP: u32 = 0x3_1000;

const DIRECTORY: u32 = 0x12_0000;
const TABLE: u32 = 0x12_1000;
const GDT: u32 = 0x12_2000;
pub(super) const TSS: u32 = 0x12_3000;
/// Offset of the I/O permission bit map in the TSS.
pub(super) const IO_MAP: u32 = 0x68;
/// A whole bit map and its last byte of ones.
const TSS_LIMIT: u32 = IO_MAP + 0x2000;
const SELECTOR_TSS: u16 = 8;
const USER: u32 = pte::PRESENT | pte::WRITABLE | pte::USER;

pub(super) struct Lab {
    pub(super) cpu: Cpu,
    pub(super) mem: Memory,
}

impl Lab {
    /// A task at the first byte of `code`, IOPL 0, no port allowed.
    pub(super) fn new(code: &[u8]) -> Lab {
        Lab::with_tss_limit(code, TSS_LIMIT)
    }

    pub(super) fn with_tss_limit(code: &[u8], limit: u32) -> Lab {
        let mut mem = Memory::new(0x13_0000);
        mem.write_u32(PhysAddr(DIRECTORY), TABLE | USER);
        for page in 0..0x130u32 {
            let rights = if page < 0x110 { USER } else { pte::PRESENT | pte::WRITABLE };
            mem.write_u32(entry(page << 12), page << 12 | rights);
        }
        mem.write_u32(PhysAddr(GDT + 8), limit | TSS << 16);
        mem.write_u32(PhysAddr(GDT + 12), TSS >> 16 & 0xFF | 0x8900);
        mem.write_u16(PhysAddr(TSS + 0x66), u16::try_from(IO_MAP).unwrap());
        mem.write_bytes(PhysAddr(TSS + IO_MAP), &[0xFF; 0x2001]);
        mem.write_bytes(PhysAddr(CODE), code);
        let mut cpu = Cpu::with_coprocessor(Faults::HandOut, Coprocessor::Error);
        let task = V86Task { page_directory: DIRECTORY, gdt: (GDT, 0xF), idt: (0, 0), tss_selector: SELECTOR_TSS };
        cpu.enter_v86(&mut mem, &task).unwrap();
        start(&mut cpu);
        Lab { cpu, mem }
    }

    pub(super) fn change(&mut self, change: impl FnOnce(&mut Regs)) {
        crate::start::change(&mut self.cpu, change);
    }

    pub(super) fn set_iopl(&mut self, iopl: u32) {
        self.cpu.set_eflags(self.cpu.eflags() & !eflags::IOPL | iopl << 12);
    }

    pub(super) fn run(&mut self, budget: u64) -> Exit {
        self.cpu.run(&mut self.mem, budget)
    }

    /// Runs to the HLT that ends the program, which traps.
    pub(super) fn run_to_hlt(&mut self) {
        match self.run(100_000) {
            Exit::Fault(_, insn) if insn.sensitive == Some(dosmux::cpu::Sensitive::Hlt) => {}
            other => panic!("{other:X?} at {:X?}", self.cpu.regs()),
        }
    }

    /// Runs into a fault; tells which and at what instruction.
    pub(super) fn fault(&mut self) -> (Fault, Insn) {
        match self.run(100_000) {
            Exit::Fault(fault, insn) => (fault, insn),
            other => panic!("{other:X?}"),
        }
    }

    pub(super) fn read_u8(&self, addr: u32) -> u8 {
        self.mem.read_u8(PhysAddr(addr))
    }

    pub(super) fn write(&mut self, addr: u32, bytes: &[u8]) {
        self.mem.write_bytes(PhysAddr(addr), bytes);
    }

    /// Changes the page table entry of a linear address, as a monitor does, and forgets translations.
    pub(super) fn map(&mut self, linear: u32, change: impl FnOnce(u32) -> u32) {
        let at = entry(linear);
        let value = change(self.mem.read_u32(at));
        self.mem.write_u32(at, value);
        self.mem.flush_translations();
    }

    /// The page table entry of a linear address.
    pub(super) fn entry(&self, linear: u32) -> u32 {
        self.mem.read_u32(entry(linear))
    }
}

fn entry(linear: u32) -> PhysAddr {
    PhysAddr(TABLE + (linear >> 12) * 4)
}
