//! What takes how long, and traps that count instructions.

use dosmux::cpu::regs::eflags;
use dosmux::cpu::{Exit, Fault};

use super::lab::{DATA, Lab};

/// again: MOV CX,5; REP STOSB; REPE CMPSB; INC BX; CALL next; next: POP DX; JMP again
const MIX: &[u8] =
    &[0xB9, 5, 0, 0xF3, 0xAA, 0xB9, 7, 0, 0xF3, 0xA6, 0x43, 0xE8, 0, 0, 0x5A, 0x31, 0xFF, 0x31, 0xF6, 0xEB, 0xEB];

/// again: MOV CX,9; next: TEST CL,1; JZ even; INC BX; SHL AX,1; even: DEC DX; LOOP next; CMP AX,1000h;
/// JBE low; INC AX; low: MOV CX,5; REPNE SCASB; JMP again
const BRANCHES: &[u8] = &[
    0xB9, 9, 0, 0xF6, 0xC1, 1, 0x74, 3, 0x43, 0xD1, 0xE0, 0x4A, 0xE2, 0xF5, 0x3D, 0, 0x10, 0x76, 1, 0x40, 0xB9, 5, 0,
    0xF2, 0xAE, 0xEB, 0xE5,
];

#[test]
fn a_budget_is_met_exactly() {
    for budget in 0..200 {
        for code in [MIX, BRANCHES] {
            let mut lab = Lab::new(code);
            assert_eq!(lab.run(budget), Exit::BudgetUsed);
            assert_eq!(lab.cpu.retired(), budget);
        }
    }
}

#[test]
fn slices_of_any_length_come_to_the_same_state() {
    for code in [MIX, BRANCHES] {
        let whole = {
            let mut lab = Lab::new(code);
            lab.run(600);
            lab.cpu.regs()
        };
        for slice in 1..40 {
            let mut lab = Lab::new(code);
            while lab.cpu.retired() < 600 {
                lab.run(slice.min(600 - lab.cpu.retired()));
            }
            assert_eq!(lab.cpu.regs(), whole, "slices of {slice}");
        }
    }
}

#[test]
fn each_iteration_of_a_string_instruction_takes_its_time() {
    // REP STOSB; HLT
    let mut lab = Lab::new(&[0xF3, 0xAA, 0xF4]);
    lab.change(|regs| regs.set_cx(1000));
    assert_eq!(lab.run(400), Exit::BudgetUsed);
    assert_eq!((lab.cpu.regs().cx(), lab.cpu.eip()), (600, 0));
    assert_eq!(lab.run(600), Exit::BudgetUsed);
    assert_eq!((lab.cpu.regs().cx(), lab.cpu.eip()), (0, 2));
}

#[test]
fn a_comparison_that_ends_early_does_not_go_on_after_a_pause() {
    // REPE CMPSB; HLT
    for budget in 1..8 {
        let mut lab = Lab::new(&[0xF3, 0xA6, 0xF4]);
        lab.write(DATA, b"abcdefgh");
        lab.write(DATA + 0x100, b"abcXefgh");
        lab.change(|regs| {
            regs.set_cx(8);
            regs.set_di(0x100);
        });
        lab.run(budget);
        lab.run_to_hlt();
        assert_eq!((lab.cpu.regs().cx(), lab.cpu.regs().si()), (4, 4), "pause after {budget}");
    }
}

#[test]
fn the_trap_flag_stops_behind_each_instruction() {
    // INC AX; INC AX; HLT
    let mut lab = Lab::new(&[0x40, 0x40, 0xF4]);
    lab.cpu.set_eflags(lab.cpu.eflags() | eflags::TF);
    for step in 1..=2u16 {
        assert_eq!(lab.fault().0, Fault::DEBUG);
        assert_eq!((lab.cpu.regs().ax(), lab.cpu.eip()), (step, u32::from(step)));
        assert_eq!(lab.cpu.retired(), u64::from(step));
    }
}

#[test]
fn the_trap_flag_stops_at_each_iteration_of_a_string_instruction() {
    let mut lab = Lab::new(&[0xF3, 0xAA, 0xF4]);
    lab.change(|regs| regs.set_cx(2));
    lab.cpu.set_eflags(lab.cpu.eflags() | eflags::TF);
    for (count, eip) in [(1, 0), (0, 2)] {
        assert_eq!(lab.fault().0, Fault::DEBUG);
        assert_eq!((lab.cpu.regs().cx(), lab.cpu.eip()), (count, eip));
    }
}

#[test]
fn popf_with_the_trap_flag_traps_behind_the_instruction_that_follows() {
    // POPF; INC AX; INC AX, with IOPL 3
    let mut lab = Lab::new(&[0x9D, 0x40, 0x40]);
    lab.set_iopl(3);
    lab.write(0x3_0000, &[0x02, 0x01]);
    lab.change(|regs| regs.set_sp(0));
    assert_eq!(lab.fault().0, Fault::DEBUG);
    assert_eq!((lab.cpu.regs().ax(), lab.cpu.eip()), (1, 2));
}

#[test]
fn a_jump_to_itself_is_told_to_the_owner_unless_each_instruction_traps() {
    let mut lab = Lab::new(&[0xEB, 0xFE]);
    assert_eq!((lab.run(1000), lab.cpu.eip(), lab.cpu.retired()), (Exit::Spin, 0, 1));
    lab.cpu.set_eflags(lab.cpu.eflags() | eflags::TF);
    assert_eq!((lab.fault().0, lab.cpu.eip()), (Fault::DEBUG, 0));
}
