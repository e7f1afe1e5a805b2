//! Breakpoints in DR0–DR7. Source: 80386 PRM §12.2, §12.3.

use dosmux::cpu::regs::eflags;
use dosmux::cpu::{Exit, Fault};

use super::lab::{ACCESS, CODE, DATA, EXECUTE, FOUR, GUARD, Lab, ONE, STACK_TOP, TWO, WRITE};

/// INC AX; INC BX; HLT
const COUNT: &[u8] = &[0x40, 0x43, 0xF4];
/// MOV [10h],AX; INC BX; HLT
const STORE: &[u8] = &[0xA3, 0x10, 0x00, 0x43, 0xF4];
/// MOV AX,[10h]; INC BX; HLT
const LOAD: &[u8] = &[0xA1, 0x10, 0x00, 0x43, 0xF4];

#[test]
fn an_instruction_breakpoint_faults_before_the_instruction() {
    let mut lab = Lab::new(COUNT);
    lab.set_break(2, CODE + 1, EXECUTE, ONE);
    assert_eq!(lab.debug_exception(), (1 << 2, 1));
    assert_eq!((lab.cpu.regs().ax(), lab.cpu.regs().bx()), (1, 0));
}

#[test]
fn rf_lets_the_instruction_pass_once() {
    // again: INC AX; JMP again
    let mut lab = Lab::new(&[0x40, 0xEB, 0xFD]);
    lab.set_break(0, CODE, EXECUTE, ONE);
    for round in 0..3 {
        assert_eq!(lab.debug_exception(), (1, 0));
        assert_eq!(lab.cpu.regs().ax(), round);
        assert_ne!(lab.cpu.eflags() & eflags::RF, 0, "the image of a debug fault has RF set");
    }
}

#[test]
fn without_rf_the_same_breakpoint_faults_again() {
    let mut lab = Lab::new(COUNT);
    lab.set_break(0, CODE, EXECUTE, ONE);
    lab.debug_exception();
    lab.change(|regs| regs.eflags &= !eflags::RF);
    assert_eq!(lab.debug_exception(), (1, 0));
}

#[test]
fn rf_ends_with_the_next_instruction() {
    let mut lab = Lab::new(COUNT);
    lab.set_break(0, CODE + 1, EXECUTE, ONE);
    lab.change(|regs| regs.eflags |= eflags::RF);
    assert_eq!(lab.debug_exception(), (1, 1));
    lab.run_to_hlt();
    assert_eq!(lab.cpu.eflags() & eflags::RF, 0);
}

#[test]
fn an_instruction_that_faults_keeps_rf_for_its_restart() {
    // DIV CL with CL = 0; HLT
    let mut lab = Lab::new(&[0xF6, 0xF1, 0xF4]);
    lab.set_break(0, CODE, EXECUTE, ONE);
    lab.debug_exception();
    assert!(matches!(lab.run(), Exit::Fault(Fault::DIVIDE, _)));
    lab.change(|regs| regs.set_cx(1));
    lab.run_to_hlt();
}

#[test]
fn only_the_first_byte_of_an_instruction_counts() {
    let mut lab = Lab::new(STORE);
    lab.set_break(0, CODE + 1, EXECUTE, ONE);
    lab.set_break(1, CODE + 2, EXECUTE, ONE);
    lab.run_to_hlt();
}

#[test]
fn a_breakpoint_is_enabled_locally_globally_or_not_at_all() {
    for (enable, breaks) in [(0b00, false), (0b01, true), (0b10, true), (0b11, true)] {
        let mut lab = Lab::new(COUNT);
        lab.set_debug(1, CODE + 1);
        lab.set_debug(7, enable << 2);
        assert_eq!(matches!(lab.run(), Exit::Fault(Fault::DEBUG, _)), breaks, "{enable:02b}");
    }
}

#[test]
fn popfd_does_not_set_rf() {
    // POPFD; INC AX; HLT
    let mut lab = Lab::new(&[0x66, 0x9D, 0x40, 0xF4]);
    lab.set_break(0, CODE + 2, EXECUTE, ONE);
    lab.write(STACK_TOP - 4, &eflags::RF.to_le_bytes());
    lab.change(|regs| regs.set_sp(0x0FFC));
    assert_eq!(lab.debug_exception(), (1, 2));
}

#[test]
fn a_data_breakpoint_traps_behind_the_instruction() {
    let mut lab = Lab::new(STORE);
    lab.change(|regs| regs.set_ax(0x1234));
    lab.set_break(3, DATA + 0x10, WRITE, ONE);
    assert_eq!(lab.debug_exception(), (1 << 3, 3));
    assert_eq!((lab.read_u8(DATA + 0x10), lab.cpu.regs().bx()), (0x34, 0));
    assert_eq!(lab.cpu.eflags() & eflags::RF, 0, "a trap does not set RF");
    lab.run_to_hlt();
}

#[test]
fn a_write_breakpoint_ignores_reads_an_access_breakpoint_ignores_fetches() {
    for (code, kind, breaks) in
        [(STORE, WRITE, true), (LOAD, WRITE, false), (STORE, ACCESS, true), (LOAD, ACCESS, true)]
    {
        let mut lab = Lab::new(code);
        lab.set_break(0, DATA + 0x10, kind, ONE);
        assert_eq!(matches!(lab.run(), Exit::Fault(Fault::DEBUG, _)), breaks, "{code:02X?} {kind}");
    }
    let mut lab = Lab::new(COUNT);
    lab.set_break(0, CODE, ACCESS, FOUR);
    lab.run_to_hlt();
}

#[test]
fn any_byte_of_an_operand_within_the_aligned_range_counts() {
    // The word at 10h.
    for (at, length, breaks) in [
        (0x0F, ONE, false),
        (0x10, ONE, true),
        (0x11, ONE, true),
        (0x12, ONE, false),
        (0x11, TWO, true),
        (0x0F, TWO, false),
        (0x13, FOUR, true),
        (0x0F, FOUR, false),
    ] {
        let mut lab = Lab::new(STORE);
        lab.set_break(0, DATA + at, WRITE, length);
        assert_eq!(matches!(lab.run(), Exit::Fault(Fault::DEBUG, _)), breaks, "{at:X} {length}");
    }
}

#[test]
fn pushes_and_pops_are_data_accesses() {
    // PUSH AX; POP BX; HLT
    for (kind, eip) in [(WRITE, [1, 0]), (ACCESS, [1, 2])] {
        let mut lab = Lab::new(&[0x50, 0x5B, 0xF4]);
        lab.set_break(0, STACK_TOP - 1, kind, ONE);
        for at in eip.into_iter().filter(|&at| at != 0) {
            assert_eq!(lab.debug_exception(), (1, at));
        }
        lab.run_to_hlt();
    }
}

#[test]
fn a_repeated_move_traps_after_the_iteration_that_touches_the_breakpoint() {
    // REP MOVSB; HLT
    let mut lab = Lab::new(&[0xF3, 0xA4, 0xF4]);
    lab.change(|regs| {
        regs.set_cx(8);
        regs.set_di(0x100);
    });
    lab.set_break(0, DATA + 0x102, WRITE, TWO);
    assert_eq!(lab.debug_exception(), (1, 0));
    assert_eq!((lab.cpu.regs().cx(), lab.cpu.regs().di()), (5, 0x103));
    assert_eq!(lab.debug_exception(), (1, 0));
    assert_eq!((lab.cpu.regs().cx(), lab.cpu.regs().di()), (4, 0x104));
    lab.run_to_hlt();
    assert_eq!(lab.cpu.regs().cx(), 0);
}

#[test]
fn an_instruction_breakpoint_at_a_repeated_move_faults_once() {
    let mut lab = Lab::new(&[0xF3, 0xA4, 0xF4]);
    lab.change(|regs| regs.set_cx(8));
    lab.set_break(0, CODE, EXECUTE, ONE);
    assert_eq!(lab.debug_exception(), (1, 0));
    assert_eq!(lab.cpu.regs().cx(), 8);
    lab.run_to_hlt();
}

#[test]
fn an_instruction_that_faults_reports_no_data_breakpoint() {
    // DIV BYTE [10h], which is zero
    let mut lab = Lab::new(&[0xF6, 0x36, 0x10, 0x00]);
    lab.set_break(0, DATA + 0x10, ACCESS, ONE);
    assert!(matches!(lab.run(), Exit::Fault(Fault::DIVIDE, _)));
    assert_eq!(lab.take_conditions(), 0);
}

#[test]
fn two_conditions_of_one_instruction_are_reported_together_even_if_one_is_disabled() {
    // MOVSW; HLT
    let mut lab = Lab::new(&[0xA5, 0xF4]);
    lab.change(|regs| regs.set_di(0x20));
    lab.set_break(0, DATA, ACCESS, ONE);
    lab.set_break(1, DATA + 0x20, WRITE, ONE);
    lab.set_break(2, DATA + 0x21, WRITE, ONE);
    lab.set_debug(7, lab.debug(7) & !(1 << 4));
    assert_eq!(lab.debug_exception(), (0b111, 1));
}

#[test]
fn the_processor_never_clears_dr6() {
    let mut lab = Lab::new(COUNT);
    lab.set_break(0, CODE, EXECUTE, ONE);
    lab.set_break(1, CODE + 1, EXECUTE, ONE);
    for seen in [0b01, 0b11] {
        assert!(matches!(lab.run(), Exit::Fault(Fault::DEBUG, _)));
        assert_eq!(lab.debug(6) & 0xF, seen);
    }
}

#[test]
fn a_program_sets_its_breakpoints_with_mov() {
    // MOV EAX,20010h; MOV DR1,EAX; MOV EAX,D0004h+400h: write of four bytes; MOV DR7,EAX; MOV [13h],AL
    let mut lab = Lab::new(&[
        0x66, 0xB8, 0x10, 0x00, 0x02, 0x00, 0x0F, 0x23, 0xC8, 0x66, 0xB8, 0x04, 0x00, 0xD0, 0x00, 0x0F, 0x23, 0xF8,
        0xA2, 0x13, 0x00, 0xF4,
    ]);
    assert_eq!(lab.debug_exception(), (0b10, 21));
}

#[test]
fn gd_guards_the_debug_registers_against_any_access() {
    // MOV EAX,DR7; MOV DR0,EAX
    for code in [[0x0F, 0x21, 0xF8, 0xF4], [0x0F, 0x23, 0xC0, 0xF4]] {
        let mut lab = Lab::new(&code);
        lab.set_debug(7, 1 << 13);
        assert!(matches!(lab.run(), Exit::Fault(Fault::DEBUG, _)));
        assert_eq!(lab.debug(7) & 1 << 13, 0, "the handler may access them");
        assert_eq!((lab.take_conditions(), lab.cpu.eip()), (GUARD, 0));
        lab.run_to_hlt();
    }
}

#[test]
fn mov_ss_keeps_a_breakpoint_from_the_instruction_behind_it() {
    // MOV SS,AX; INC BX; HLT
    let mut lab = Lab::new(&[0x8E, 0xD0, 0x43, 0xF4]);
    lab.set_break(0, CODE + 2, EXECUTE, ONE);
    lab.run_to_hlt();
}

#[test]
fn a_data_breakpoint_of_mov_ss_waits_for_the_instruction_behind_it() {
    // MOV SS,[10h]; INC BX; HLT
    let mut lab = Lab::new(&[0x8E, 0x16, 0x10, 0x00, 0x43, 0xF4]);
    lab.set_break(0, DATA + 0x10, ACCESS, TWO);
    assert_eq!(lab.debug_exception(), (1, 5));
}

#[test]
fn breakpoints_live_on_linear_addresses_that_code_reaches_by_any_segment() {
    // MOV [10h],AL with DS = 2001h
    let mut lab = Lab::new(&[0xA2, 0x10, 0x00, 0xF4]);
    lab.change(|regs| regs.set_ds(0x2001));
    lab.set_break(0, DATA + 0x20, WRITE, ONE);
    assert_eq!(lab.debug_exception(), (1, 3));
}
