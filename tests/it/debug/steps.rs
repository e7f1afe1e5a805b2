//! Single steps: TF traps after every instruction. Source: 80386 PRM §12.3.1.4.

use dosmux::cpu::regs::eflags;
use dosmux::cpu::{Exit, Fault};
use dosmux::types::Width;

use super::lab::{DATA, Lab, STACK_TOP, STEP};

#[test]
fn each_instruction_that_begins_with_tf_set_traps_behind_itself() {
    // NOP; STI; CLD; PUSH AX; LSS SP,[0]; JMP +0; JMP $-2 to the jump itself
    let code = [0x90, 0xFB, 0xFC, 0x50, 0x0F, 0xB2, 0x26, 0x00, 0x00, 0xEB, 0x00, 0xEB, 0xFE];
    let mut lab = Lab::stepping(&code);
    lab.write(DATA, &[0x00, 0x10, 0x00, 0x30]);
    for eip in [1, 2, 3, 4, 9, 11, 11, 11] {
        assert_eq!(lab.debug_exception(), (STEP, eip));
    }
}

#[test]
fn the_trap_follows_the_flag_at_the_instructions_start() {
    // POPF; NOP; NOP: from TF clear to set, and from set to clear.
    for (image, traps) in [(eflags::TF, [2, 3].as_slice()), (0, [1].as_slice())] {
        let mut lab = Lab::new(&[0x9D, 0x90, 0x90, 0xF4]);
        lab.write(STACK_TOP - 2, &(image | 2).to_le_bytes()[..2]);
        lab.change(|regs| {
            regs.set_sp(0x0FFE);
            regs.eflags |= if image == 0 { eflags::TF } else { 0 };
        });
        for &eip in traps {
            assert_eq!(lab.debug_exception(), (STEP, eip));
        }
    }
}

#[test]
fn port_instructions_trap_when_their_owner_has_answered() {
    // IN AL,60h; OUT 20h,AL
    let mut lab = Lab::stepping(&[0xE4, 0x60, 0xE6, 0x20, 0xF4]);
    assert!(matches!(lab.run(), Exit::PortRead(_, Width::Byte)));
    assert!(!lab.cpu.interruptible(), "the trap comes before an interrupt");
    lab.cpu.set_accumulator(Width::Byte, 0x77);
    assert_eq!(lab.debug_exception(), (STEP, 2));
    assert_eq!(lab.run(), Exit::PortWrite(dosmux::types::Port(0x20), Width::Byte, 0x77));
    assert_eq!(lab.debug_exception(), (STEP, 4));
}

#[test]
fn repeated_port_instructions_trap_after_each_element() {
    // REP OUTSB; HLT
    let mut lab = Lab::stepping(&[0xF3, 0x6E, 0xF4]);
    lab.change(|regs| regs.set_cx(2));
    for eip in [0, 2] {
        let Exit::StringPort(insn) = lab.run() else { panic!("no string port") };
        assert_eq!(lab.cpu.string_port(&mut lab.mem, &insn, &mut |_, _, _| 0), Ok(1));
        assert_eq!(lab.debug_exception(), (STEP, eip));
    }
}

#[test]
fn each_iteration_of_a_repeated_instruction_traps() {
    // REP STOSB; HLT
    let mut lab = Lab::stepping(&[0xF3, 0xAA, 0xF4]);
    lab.change(|regs| regs.set_cx(3));
    for (eip, left) in [(0, 2), (0, 1), (2, 0)] {
        assert_eq!(lab.debug_exception(), (STEP, eip));
        assert_eq!(lab.cpu.regs().cx(), left);
    }
}

#[test]
fn software_interrupts_are_not_stepped() {
    // INT 21h, INT3, INTO with OF
    let mut lab = Lab::stepping(&[0xCD, 0x21]);
    assert_eq!(lab.run(), Exit::Interrupt(0x21));
    assert_eq!(lab.take_conditions(), 0);
    for (code, fault) in [(0xCC, Fault::BREAKPOINT), (0xCE, Fault::OVERFLOW)] {
        let mut lab = Lab::stepping(&[code]);
        lab.change(|regs| regs.eflags |= eflags::OF);
        assert!(matches!(lab.run(), Exit::Fault(raised, _) if raised == fault));
        lab.change(|regs| regs.eflags &= !eflags::TF);
        lab.write(0x1_0001, &[0xF4]);
        lab.run_to_hlt();
        assert_eq!(lab.take_conditions(), 0);
    }
}

#[test]
fn an_instruction_that_faults_does_not_trap() {
    // DIV CL with CL = 0
    let mut lab = Lab::stepping(&[0xF6, 0xF1]);
    assert!(matches!(lab.run(), Exit::Fault(Fault::DIVIDE, _)));
    assert_eq!(lab.take_conditions(), 0);
}

#[test]
fn mov_ss_and_pop_ss_hold_the_trap_off_for_one_instruction_and_lss_does_not() {
    // MOV SS,AX; INC BX. POP SS; INC BX.
    for (code, eip) in [([0x8E, 0xD0, 0x43, 0xF4], 3), ([0x17, 0x43, 0x43, 0xF4], 2)] {
        let mut lab = Lab::stepping(&code);
        assert_eq!(lab.debug_exception(), (STEP, eip));
        assert_eq!(lab.cpu.regs().bx(), 1);
    }
    let mut lab = Lab::stepping(&[0x0F, 0xB2, 0x26, 0x00, 0x00, 0x43]);
    assert_eq!(lab.debug_exception(), (STEP, 5));
    assert_eq!(lab.cpu.regs().bx(), 0);
}

#[test]
fn the_trap_ends_a_halt() {
    let mut lab = Lab::stepping(&[0xF4, 0x90]);
    assert_eq!(lab.debug_exception(), (STEP, 1));
}

#[test]
fn with_both_a_single_step_and_a_data_breakpoint_there_is_one_trap() {
    // MOV [10h],AX; NOP
    let mut lab = Lab::stepping(&[0xA3, 0x10, 0x00, 0x90]);
    lab.set_break(1, DATA + 0x10, super::lab::WRITE, super::lab::ONE);
    assert_eq!(lab.debug_exception(), (STEP | 0b10, 3));
    assert_eq!(lab.debug_exception(), (STEP, 4));
}

#[test]
fn code_is_fetched_anew_at_each_step() {
    // MOV BYTE CS:[6],43h; INC AX, which becomes INC BX; HLT
    let mut lab = Lab::stepping(&[0x2E, 0xC6, 0x06, 0x06, 0x00, 0x43, 0x40, 0xF4]);
    lab.debug_exception();
    lab.debug_exception();
    assert_eq!((lab.cpu.regs().ax(), lab.cpu.regs().bx()), (0, 1));
}
