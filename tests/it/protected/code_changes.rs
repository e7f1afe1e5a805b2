//! Code that changes while it runs, in 32-bit segments under paging: the block cache must never show.

use dosmux::cpu::pte;
use iced_x86::code_asm::*;

use super::lab::*;

/// Where a program of level 3 lies.
const USER: u32 = CODE + 0x3000;

fn paged(level: u8, program: &[u8]) -> Lab {
    let mut lab = Lab::new();
    lab.page();
    lab.start(level, program);
    lab
}

#[test]
fn a_store_reaches_the_instruction_behind_it() {
    let program = asm(USER, |a| {
        a.mov(byte_ptr(USER + 7), 0x43)?; // INC EBX
        a.inc(eax)?;
        a.db(&done())
    });
    let mut lab = paged(3, &program);
    let before = lab.regs().gpr;
    assert_eq!(lab.event().vector, DONE);
    assert_eq!((lab.regs().gpr[0], lab.regs().gpr[3]), (before[0], before[3] + 1));
}

#[test]
fn a_store_through_another_linear_page_reaches_the_code() {
    let program = asm(USER, |a| {
        let mut again = a.create_label();
        a.mov(ecx, 2)?;
        a.set_label(&mut again)?;
        a.mov(al, 1)?;
        a.mov(byte_ptr(DATA + 6), 2)?;
        a.dec(ecx)?;
        a.jne(again)?;
        a.db(&done())
    });
    let mut lab = paged(3, &program);
    lab.map(DATA, |entry| entry & !pte::FRAME | USER);
    assert_eq!(lab.event().vector, DONE);
    assert_eq!(lab.regs().al(), 2);
}

#[test]
fn a_store_reaches_the_second_page_of_an_instruction_across_two() {
    let across = USER + 0xFFE;
    let program = asm(USER, |a| {
        a.call(u64::from(across))?;
        a.mov(esi, eax)?;
        a.mov(byte_ptr(USER + 0x1000), 0x56)?;
        a.call(u64::from(across))?;
        a.db(&done())
    });
    let mut lab = paged(3, &program);
    // MOV EAX,1234h; RET
    lab.write(across, &[0xB8, 0x34, 0x12, 0, 0, 0xC3]);
    assert_eq!(lab.event().vector, DONE);
    assert_eq!((lab.regs().gpr[6], lab.regs().gpr[0]), (0x1234, 0x5634));
}

#[test]
fn a_page_that_is_mapped_elsewhere_brings_its_own_code() {
    let program = asm(CODE, |a| {
        a.xor(ebx, ebx)?;
        a.xor(esi, esi)?;
        a.call(u64::from(OTHER))?;
        a.mov(dword_ptr(TABLE + (OTHER >> 12) * 4), (OTHER + 0x1000) | pte::PRESENT)?;
        a.mov(eax, cr3)?;
        a.mov(cr3, eax)?;
        a.call(u64::from(OTHER))?;
        a.db(&done())
    });
    let mut lab = paged(0, &program);
    // INC EBX; RET, and INC ESI; RET.
    lab.write(OTHER, &[0x43, 0xC3]);
    lab.write(OTHER + 0x1000, &[0x46, 0xC3]);
    assert_eq!(lab.event().vector, DONE);
    assert_eq!((lab.regs().gpr[3], lab.regs().gpr[6]), (1, 1));
}
