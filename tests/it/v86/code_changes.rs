//! Code that changes under the processor's eyes: the block cache must never show.

use dosmux::cpu::{Exit, pte};
use dosmux::types::PhysAddr;

use super::lab::{CODE, DATA, Lab};

#[test]
fn a_store_reaches_the_next_instruction_of_the_same_block() {
    // MOV BYTE CS:[7],5Ah; MOV AL,0; HLT
    let mut lab = Lab::new(&[0x2E, 0xC6, 0x06, 0x07, 0x00, 0x5A, 0xB0, 0x00, 0xF4]);
    lab.run_to_hlt();
    assert_eq!(lab.cpu.regs().al(), 0x5A);
}

#[test]
fn a_store_reaches_an_instruction_that_has_run_before() {
    // again: MOV AL,1; INC BYTE CS:[1]; CMP AL,5; JNE again; HLT
    let mut lab = Lab::new(&[0xB0, 0x01, 0x2E, 0xFE, 0x06, 0x01, 0x00, 0x3C, 0x05, 0x75, 0xF5, 0xF4]);
    lab.run_to_hlt();
    assert_eq!((lab.cpu.regs().al(), lab.read_u8(CODE + 1)), (5, 6));
}

#[test]
fn an_instruction_that_overwrites_itself_completes_as_it_was_fetched() {
    // MOV WORD CS:[0],F4F4h; INC AX; HLT
    let mut lab = Lab::new(&[0x2E, 0xC7, 0x06, 0x00, 0x00, 0xF4, 0xF4, 0x40, 0xF4]);
    lab.run_to_hlt();
    assert_eq!((lab.cpu.regs().ax(), lab.cpu.eip()), (1, 8));
    lab.cpu.set_eip(0);
    lab.run_to_hlt();
    assert_eq!(lab.cpu.eip(), 0, "the new instruction there is HLT");
}

#[test]
fn a_store_through_another_page_reaches_the_code() {
    // again: MOV AL,1; MOV BYTE [1],2; DEC CX; JNZ again; HLT, with DS:0 mapped to the code's frame.
    let mut lab = Lab::new(&[0xB0, 0x01, 0xC6, 0x06, 0x01, 0x00, 0x02, 0x49, 0x75, 0xF6, 0xF4]);
    lab.change(|regs| regs.set_cx(2));
    lab.map(DATA, |entry| entry & !pte::FRAME | CODE);
    lab.run_to_hlt();
    assert_eq!(lab.cpu.regs().al(), 2);
}

#[test]
fn a_repeated_store_over_code_ahead_is_seen() {
    // REP STOSB; then at 2: six INC CX, to become NOPs; HLT
    let mut lab = Lab::new(&[0xF3, 0xAA, 0x41, 0x41, 0x41, 0x41, 0x41, 0x41, 0xF4]);
    lab.run(0);
    for round in 0..2 {
        lab.cpu.set_eip(if round == 0 { 2 } else { 0 });
        lab.change(|regs| {
            regs.set_es(0x1000);
            regs.set_di(2);
            regs.set_cx(6 * round);
            regs.set_al(0x90);
        });
        lab.run_to_hlt();
        assert_eq!(lab.cpu.regs().cx(), if round == 0 { 6 } else { 0 });
    }
}

#[test]
fn a_repeated_move_over_code_ahead_is_seen() {
    // REP MOVSW; MOV AX,0; HLT
    let mut lab = Lab::new(&[0xF3, 0xA5, 0xB8, 0x00, 0x00, 0xF4]);
    lab.write(DATA, &[0xB8, 0x34, 0x12, 0xF4]);
    lab.change(|regs| {
        regs.set_es(0x1000);
        regs.set_di(2);
        regs.set_cx(2);
    });
    lab.run_to_hlt();
    assert_eq!(lab.cpu.regs().ax(), 0x1234);
}

#[test]
fn a_store_over_many_blocks_ends() {
    // REP STOSB over 48 KiB of two-byte jumps that have all been executed.
    let mut lab = Lab::new(&[0xF3, 0xAA, 0xF4]);
    for at in (0x1000..0xD000).step_by(2) {
        lab.write(CODE + at, &[0xEB, 0x00]);
    }
    lab.write(CODE + 0xD000, &[0xF4]);
    lab.cpu.set_eip(0x1000);
    lab.run_to_hlt();
    lab.cpu.set_eip(0);
    lab.change(|regs| {
        regs.set_es(0x1000);
        regs.set_di(0x1000);
        regs.set_cx(0xC000);
    });
    lab.run_to_hlt();
    assert_eq!((lab.cpu.regs().cx(), lab.read_u8(CODE + 0xCFFF)), (0, 0));
}

#[test]
fn what_the_host_writes_is_executed() {
    // MOV AL,1; HLT
    let mut lab = Lab::new(&[0xB0, 0x01, 0xF4]);
    lab.run_to_hlt();
    lab.mem.write_u8(PhysAddr(CODE + 1), 9);
    lab.cpu.set_eip(0);
    lab.run_to_hlt();
    assert_eq!(lab.cpu.regs().al(), 9);
}

#[test]
fn an_instruction_across_pages_follows_a_remapped_second_page() {
    // MOV AX,1234h at 0FFEh; HLT
    let mut lab = Lab::new(&[]);
    lab.write(CODE + 0xFFE, &[0xB8, 0x34, 0x12, 0xF4]);
    lab.write(CODE + 0x5000, &[0x56, 0xF4]);
    lab.cpu.set_eip(0xFFE);
    lab.run_to_hlt();
    assert_eq!(lab.cpu.regs().ax(), 0x1234);
    lab.map(CODE + 0x1000, |entry| entry & !pte::FRAME | (CODE + 0x5000));
    lab.cpu.set_eip(0xFFE);
    lab.run_to_hlt();
    assert_eq!(lab.cpu.regs().ax(), 0x5634);
}

#[test]
fn an_instruction_across_pages_is_fetched_anew_when_its_second_half_changes() {
    let mut lab = Lab::new(&[]);
    lab.write(CODE + 0xFFE, &[0xB8, 0x34, 0x12, 0xF4]);
    for (byte, want) in [(0x12, 0x1234), (0x77, 0x7734)] {
        lab.write(CODE + 0x1000, &[byte]);
        lab.cpu.set_eip(0xFFE);
        lab.run_to_hlt();
        assert_eq!(lab.cpu.regs().ax(), want);
    }
}

#[test]
fn an_instruction_across_pages_faults_if_the_second_is_missing() {
    let mut lab = Lab::new(&[]);
    lab.write(CODE + 0xFFE, &[0xB8, 0x34, 0x12, 0xF4]);
    lab.map(CODE + 0x1000, |entry| entry & !pte::PRESENT);
    lab.cpu.set_eip(0xFFE);
    assert!(matches!(lab.run(1), Exit::Fault(fault, _) if fault.vector == 14));
    assert_eq!((lab.cpu.cr2().0, lab.cpu.eip()), (CODE + 0x1000, 0xFFE));
}

#[test]
fn code_that_runs_off_the_segment_faults_there() {
    let mut lab = Lab::new(&[]);
    lab.write(CODE + 0xFFFE, &[0x90, 0x90]);
    lab.cpu.set_eip(0xFFFE);
    let (fault, _) = lab.fault();
    assert_eq!((fault, lab.cpu.eip()), (dosmux::cpu::Fault::protection(0), 0x1_0000));
}

#[test]
fn an_instruction_that_pushes_into_code_it_has_read_from_starts_over_unharmed() {
    // ENTER 0,4 with its stack over its own bytes and its links: with and without decoded code there,
    // the same words end up on the stack.
    let stack = |warm: bool| {
        let mut lab = Lab::new(&[]);
        lab.write(CODE + 0x40, &[0xC8, 0, 0, 4, 0xF4]);
        lab.change(|regs| {
            regs.set_ss(0x1000);
            regs.set_sp(0x4A);
            regs.gpr[5] = 0x4A;
            regs.eip = 0x40;
        });
        if warm {
            // The words from 40h down: decoded and executed once.
            lab.write(CODE + 0x3E, &[0xEB, 0x00]);
            lab.cpu.set_eip(0x3E);
            lab.run(1);
            lab.cpu.set_eip(0x40);
        } else {
            lab.write(CODE + 0x3E, &[0xEB, 0x00]);
        }
        lab.run(1);
        (lab.cpu.regs(), (0..0x60).map(|at| lab.read_u8(CODE + at)).collect::<Vec<_>>())
    };
    assert_eq!(stack(true), stack(false));
}
