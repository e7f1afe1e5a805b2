//! # 5. What the 386 leaves un-trapped
//!
//! SMSW, SGDT and SIDT only read, and the 386 does not guard them: a task sees the monitor's own
//! values, not what an 8086 or a monitor would like it to see. Their relatives SLDT and STR, and all
//! that works on selectors, are undefined in the mode (table of §15.1, §17.2.2).

use dosmux::cpu::Exit;
use dosmux::cpu::regs::eflags;
use dosmux::types::PhysAddr;

use super::super::lab::{DATA, Lab};
use super::super::ring0::Ring0;

#[test]
fn smsw_shows_that_protection_is_on() {
    // SMSW AX; SMSW [0]
    let mut lab = Lab::new(&[0x0F, 0x01, 0xE0, 0x0F, 0x01, 0x26, 0, 0]);
    assert_eq!(lab.run(2), Exit::BudgetUsed);
    assert_eq!((lab.cpu.regs().ax() & 1, lab.read_u8(DATA) & 1), (1, 1));
}

#[test]
fn sgdt_and_sidt_store_the_monitors_tables() {
    // SGDT [10h]; SIDT [20h]
    let mut lab = Ring0::new(&[0x0F, 0x01, 0x06, 0x10, 0, 0x0F, 0x01, 0x0E, 0x20, 0], 0);
    assert_eq!(lab.cpu.run(&mut lab.mem, 2), Exit::BudgetUsed);
    let state = lab.cpu.state();
    for (at, register) in [(DATA + 0x10, state.gdtr), (DATA + 0x20, state.idtr)] {
        let stored = (lab.mem.read_u16(PhysAddr(at)), lab.mem.read_u32(PhysAddr(at + 2)));
        // With a 16-bit operand too, the 386 stores all 32 bits of the base.
        assert_eq!(stored, (register.limit, register.base));
    }
}

#[test]
fn lahf_sahf_and_the_direction_flag_are_the_tasks_own() {
    // SAHF; LAHF; STD
    let mut lab = Lab::new(&[0x9E, 0x9F, 0xFD]);
    lab.change(|regs| regs.set_ax(0xFF00));
    assert_eq!(lab.run(3), Exit::BudgetUsed);
    assert_eq!(lab.cpu.regs().ah(), 0xD7, "bits 5 and 3 read as zero, bit 1 as one");
    assert_ne!(lab.cpu.eflags() & eflags::DF, 0);
}
