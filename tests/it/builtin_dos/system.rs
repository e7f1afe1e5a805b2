//! Date and time, country, devices, and other things that programs ask DOS for.

use iced_x86::code_asm::*;

use super::machine::{Machine, dos, rest, store};

#[test]
fn date_and_time_are_set_and_read_back() {
    let machine = Machine::start(|a| {
        a.mov(cx, 1994).unwrap();
        a.mov(dx, 0x0A0A).unwrap();
        dos(a, 0x2B00);
        a.mov(cx, 0x0D1E).unwrap();
        a.mov(dx, 0x2800).unwrap();
        dos(a, 0x2D00);
        dos(a, 0x2A00);
        a.mov(si, cx).unwrap();
        a.mov(di, dx).unwrap();
        a.mov(bl, al).unwrap();
        dos(a, 0x2C00);
        rest(a);
    });
    let regs = machine.vm.regs();
    assert_eq!((regs.si(), regs.di(), regs.bl()), (1994, 0x0A0A, 1));
    assert_eq!((regs.cx(), regs.dh()), (0x0D1E, 0x28));
}

#[test]
fn a_date_that_does_not_exist_is_refused() {
    let machine = Machine::start(|a| {
        a.mov(cx, 1994).unwrap();
        a.mov(dx, 0x021F).unwrap();
        dos(a, 0x2B00);
        rest(a);
    });
    assert_eq!(machine.vm.regs().al(), 0xFF);
}

#[test]
fn standard_output_is_the_console() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::on(folder.path(), |a| {
        a.mov(bx, 1).unwrap();
        dos(a, 0x4400);
        rest(a);
    });
    assert_eq!(machine.vm.regs().dx() & 0x83, 0x83);
}

#[test]
fn a_program_from_cp_m_calls_offset_5() {
    let machine = Machine::start(|a| {
        a.mov(dl, u32::from(b'5')).unwrap();
        a.mov(cl, 2).unwrap();
        a.call(5).unwrap();
        a.mov(bx, 0x1234).unwrap();
        rest(a);
    });
    assert_eq!((machine.text().as_str(), machine.vm.regs().bx()), ("5", 0x1234));
}

#[test]
fn absolute_disk_access_is_refused_and_leaves_the_flags_on_the_stack() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::on(folder.path(), |a| {
        a.mov(bp, sp).unwrap();
        a.mov(al, 2).unwrap();
        a.int(0x25).unwrap();
        a.sbb(cx, cx).unwrap();
        a.sub(bp, sp).unwrap();
        rest(a);
    });
    let regs = machine.vm.regs();
    assert_eq!((regs.cx(), regs.bp(), regs.ax()), (0xFFFF, 2, 0x8002));
}

#[test]
fn extended_open_makes_a_file_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::on(folder.path(), |a| {
        store(a, 0x800, b"new.txt\0");
        a.mov(si, 0x800).unwrap();
        a.mov(bx, 0x0042).unwrap();
        a.mov(cx, 0).unwrap();
        a.mov(dx, 0x0010).unwrap();
        dos(a, 0x6C00);
        rest(a);
    });
    assert_eq!((machine.vm.regs().cx(), machine.vm.regs().eflags & 1), (2, 0));
    assert!(folder.path().join("new.txt").exists());
}

#[test]
fn capitals_are_those_of_the_code_page() {
    let machine = Machine::start(|a| {
        // ä, code page 437.
        a.mov(dl, 0x84).unwrap();
        dos(a, 0x6520);
        rest(a);
    });
    assert_eq!(machine.vm.regs().dl(), 0x8E);
}
