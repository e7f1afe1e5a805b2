//! # 1. What a task is
//!
//! The processor is in virtual-8086 mode while EFLAGS has VM. Only ring 0 can set it, with IRETD
//! (§15.3) or by a switch to a task whose TSS has it set. The task runs at privilege level 3, in
//! 16-bit code unless prefixes say otherwise, and its segment registers hold paragraph numbers, not
//! selectors: each is a writable segment of 64 KiB.

use dosmux::cpu::Exit;
use dosmux::cpu::regs::eflags;

use super::super::lab::{Lab, STACK_TOP};
use super::super::ring0::Ring0;

#[test]
fn iretd_of_ring_0_enters_the_task_with_all_its_segments() {
    let lab = Ring0::new(&[], 0);
    let state = lab.cpu.state();
    assert_eq!(state.cpl, 3);
    assert_eq!((state.regs.cs(), state.regs.eip), (0x1000, 0));
    assert_eq!((state.regs.ss(), state.regs.gpr[4]), (0x3000, 0x1000));
    assert_eq!([state.regs.es(), state.regs.ds(), state.regs.fs(), state.regs.gs()], [0x4000, 0x2000, 0x5000, 0x6000]);
    for segment in state.segments {
        assert_eq!(segment.base, u32::from(segment.selector) << 4);
        assert_eq!((segment.limit, segment.big), (0xFFFF, false));
    }
}

#[test]
fn a_loaded_segment_register_is_a_paragraph_whatever_the_tables_say() {
    // MOV AX,BEEFh; MOV DS,AX: no descriptor table reaches that far, and nobody asks it.
    let mut lab = Lab::new(&[0xB8, 0xEF, 0xBE, 0x8E, 0xD8]);
    assert_eq!(lab.run(2), Exit::BudgetUsed);
    assert_eq!((lab.cpu.state().segments[3].base, lab.cpu.state().segments[3].limit), (0xB_EEF0, 0xFFFF));
}

#[test]
fn the_task_cannot_leave_by_clearing_vm() {
    // With IOPL 3, POPFD and IRETD may be executed, but neither changes VM or IOPL.
    for code in [&[0x66, 0x9D][..], &[0x66, 0xCF]] {
        let mut lab = Lab::new(code);
        lab.set_iopl(3);
        // The image on the stack, for IRETD behind EIP and CS: all zero but the reserved bit.
        lab.write(STACK_TOP - 12, &[0, 0, 0, 0, 0, 0x10, 0, 0, 2, 0, 0, 0]);
        lab.change(|regs| regs.set_sp(if code[1] == 0xCF { 0x0FF4 } else { 0x0FFC }));
        assert_eq!(lab.run(1), Exit::BudgetUsed);
        assert_eq!(lab.cpu.eflags() & (eflags::VM | eflags::IOPL), eflags::VM | eflags::IOPL, "{code:02X?}");
        assert_eq!(lab.cpu.state().cpl, 3);
    }
}
