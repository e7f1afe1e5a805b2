//! Debug exceptions through the gates of protected mode: RF in the images, and linear addresses.
//! Source: 80386 PRM §12.2, §12.3.

use dosmux::cpu::pte;
use dosmux::cpu::regs::eflags::RF;
use iced_x86::code_asm::*;

use super::lab::*;

/// Debug exception.
const DB: u8 = 1;
/// DR7: breakpoint 0, local, at an execution; at a write of one byte.
const EXECUTE: u32 = 1;
const WRITE: u32 = 1 | 1 << 16;

fn with_break(level: u8, program: &[u8], at: u32, control: u32) -> Lab {
    let mut lab = Lab::new();
    lab.page();
    lab.start(level, program);
    lab.cpu.write_debug(&mut lab.mem, 0, at).unwrap();
    lab.cpu.write_debug(&mut lab.mem, 7, control).unwrap();
    lab
}

/// INC EBX, then the end.
fn count(level: u8) -> Vec<u8> {
    asm(CODE + u32::from(level) * 0x1000, |a| {
        a.inc(ebx)?;
        a.db(&done())
    })
}

#[test]
fn an_instruction_breakpoint_pushes_rf_and_iretd_passes_it() {
    for level in [0, 3] {
        let at = CODE + u32::from(level) * 0x1000;
        let event = with_break(level, &count(level), at, EXECUTE).event();
        assert_eq!((event.vector, event.at.eip, event.at.eflags & RF), (DB, at, RF), "level {level}");
        let mut lab = with_break(level, &count(level), at, EXECUTE);
        let before = lab.regs().gpr[3];
        lab.handler(DB, &[0xCF]);
        assert_eq!(lab.event().vector, DONE, "level {level}");
        assert_eq!(lab.regs().gpr[3], before + 1);
    }
}

#[test]
fn a_data_breakpoint_pushes_no_rf_and_reports_behind_the_instruction() {
    let program = asm(CODE, |a| {
        a.mov(byte_ptr(DATA), 1)?;
        a.db(&done())
    });
    let event = with_break(0, &program, DATA, WRITE).event();
    assert_eq!((event.vector, event.at.eip, event.at.eflags & RF), (DB, CODE + 7, 0));
}

#[test]
fn breakpoints_are_linear_addresses() {
    let program = asm(CODE, |a| {
        a.mov(byte_ptr(DATA), 1)?;
        a.db(&done())
    });
    for (at, vector) in [(DATA, DB), (DATA + 0x1000, DONE)] {
        let mut lab = with_break(0, &program, at, WRITE);
        lab.map(DATA, |entry| entry & !pte::FRAME | (DATA + 0x1000));
        assert_eq!(lab.event().vector, vector);
    }
}

#[test]
fn an_instruction_that_faults_pushes_rf_so_that_its_breakpoint_is_not_met_again() {
    let program = asm(CODE, |a| {
        a.mov(al, byte_ptr(DATA))?;
        a.db(&done())
    });
    let mut lab = with_break(0, &program, CODE, EXECUTE);
    lab.map(DATA, |entry| entry & !pte::PRESENT);
    lab.handler(DB, &[0xCF]);
    let event = lab.event();
    assert_eq!((event.vector, event.at.eip, event.at.eflags & RF), (PF, CODE, RF));
}

#[test]
fn the_debug_registers_are_level_0s() {
    for level in 0..4 {
        let program = asm(CODE + u32::from(level) * 0x1000, |a| {
            a.mov(eax, dr7)?;
            a.db(&done())
        });
        let expect = if level == 0 { (DONE, 0) } else { (GP, 0) };
        assert_eq!(Lab::at(level, &program).event().fault(), expect, "level {level}");
    }
}
