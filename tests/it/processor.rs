//! What must hold for every program on every machine: the fast paths of the core do not show,
//! nothing panics, and time goes on.

use dosmux::cpu::regs::Regs;
use dosmux::cpu::{Cpu, Exit, Fault, Faults};
use dosmux::mem::Memory;
use dosmux::types::PhysAddr;
use proptest::prelude::*;

use crate::chaos;

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..256)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 1000, ..ProptestConfig::default() })]

    #[test]
    fn no_program_can_tell_blocks_from_single_instructions(machine in bytes(), program in bytes()) {
        chaos::check(&machine, &program);
    }
}

#[test]
fn what_lies_beyond_memory_reads_as_ones_and_cannot_be_written() {
    // MOV AX,2000h; MOV DS,AX; MOV WORD [0],1234h; MOV BX,[0]; HLT, with 64 KiB of RAM
    let mut mem = Memory::new(0x1_0000);
    mem.write_bytes(PhysAddr(0), &[0xB8, 0, 0x20, 0x8E, 0xD8, 0xC7, 6, 0, 0, 0x34, 0x12, 0x8B, 0x1E, 0, 0, 0xF4]);
    let mut cpu = Cpu::new(Faults::Deliver);
    cpu.set_regs(&Regs::default());
    assert_eq!(cpu.run(&mut mem, 10), Exit::Halt);
    assert_eq!((cpu.regs().bx(), mem.size()), (0xFFFF, 0x1_0000));
}

#[test]
fn code_beyond_memory_is_all_ones_which_is_undefined() {
    // JMP 2000:0000
    let mut mem = Memory::new(0x1_0000);
    mem.write_bytes(PhysAddr(0), &[0xEA, 0, 0, 0, 0x20]);
    let mut cpu = Cpu::new(Faults::HandOut);
    cpu.set_regs(&Regs::default());
    let exit = cpu.run(&mut mem, 10);
    assert!(matches!(exit, Exit::Fault(Fault::UNDEFINED, _)), "{exit:X?}");
    assert_eq!((cpu.cs(), cpu.eip()), (0x2000, 0));
}
