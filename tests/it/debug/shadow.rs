//! After which instructions an external interrupt waits for one more. Source: 80386 PRM §9.2.4, §17.2.2
//! (STI).

use dosmux::cpu::Exit;
use dosmux::cpu::regs::eflags;

use super::lab::Lab;

/// Whether an interrupt would be taken after each instruction of `code`.
fn interruptible(code: &[u8], flags: u32, count: usize) -> Vec<bool> {
    let mut lab = Lab::new(code);
    lab.change(|regs| regs.eflags |= flags);
    (0..count)
        .map(|_| {
            assert_eq!(lab.cpu.run(&mut lab.mem, 1), Exit::BudgetUsed);
            lab.cpu.interruptible()
        })
        .collect()
}

#[test]
fn interrupts_wait_for_the_instruction_behind_sti() {
    // NOP; STI; NOP; NOP
    assert_eq!(interruptible(&[0x90, 0xFB, 0x90, 0x90], 0, 4), [false, false, true, true]);
}

#[test]
fn an_sti_that_changes_nothing_holds_nothing_off() {
    // STI; STI; STI with interrupts off first
    assert_eq!(interruptible(&[0xFB, 0xFB, 0xFB], 0, 3), [false, true, true]);
}

#[test]
fn cli_behind_sti_lets_no_interrupt_through() {
    assert_eq!(interruptible(&[0xFB, 0xFA, 0x90], 0, 3), [false, false, false]);
}

#[test]
fn interrupts_wait_for_the_instruction_behind_mov_ss_and_pop_ss() {
    // MOV SS,AX; NOP. POP SS; NOP. MOV DS,AX; NOP.
    assert_eq!(interruptible(&[0x8E, 0xD0, 0x90], eflags::IF, 2), [false, true]);
    assert_eq!(interruptible(&[0x17, 0x90], eflags::IF, 2), [false, true]);
    assert_eq!(interruptible(&[0x8E, 0xD8, 0x90], eflags::IF, 2), [true, true]);
}

#[test]
fn the_shadow_lies_on_one_instruction_however_often_the_place_is_passed() {
    // MOV SS,AX; JMP $: the jump goes to itself, which the core reports each time.
    let mut lab = Lab::new(&[0x8E, 0xD0, 0xEB, 0xFE]);
    lab.change(|regs| regs.eflags |= eflags::IF);
    assert_eq!(lab.cpu.run(&mut lab.mem, 1), Exit::BudgetUsed);
    assert!(!lab.cpu.interruptible());
    assert_eq!(lab.run(), Exit::Spin);
    assert!(lab.cpu.interruptible());
}

#[test]
fn a_block_goes_on_behind_a_stack_switch() {
    // MOV SS,AX; MOV SP,1234h; INC BX; HLT
    let mut lab = Lab::new(&[0x8E, 0xD0, 0xBC, 0x34, 0x12, 0x43, 0xF4]);
    lab.run_to_hlt();
    let regs = lab.cpu.regs();
    assert_eq!((regs.ss(), regs.sp(), regs.bx(), lab.cpu.retired()), (0, 0x1234, 1, 4));
}
