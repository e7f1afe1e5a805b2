//! INT 21h on files of a host directory.

use std::fs;

use iced_x86::code_asm::*;

use super::machine::{Machine, dos, rest, store};

/// Where a program has its names and its buffer.
const NAMES: u32 = 0x800;
const BUFFER: u32 = 0xA00;

/// Shows CX bytes at BUFFER.
fn show(a: &mut CodeAssembler) {
    a.mov(bx, 1).unwrap();
    a.mov(dx, BUFFER).unwrap();
    dos(a, 0x4000);
}

#[test]
fn what_a_program_writes_is_a_host_file_and_can_be_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::on(folder.path(), |a| {
        store(a, NAMES, b"out.txt\0");
        store(a, BUFFER, b"hello, host\0");
        a.mov(cx, 0).unwrap();
        a.mov(dx, NAMES).unwrap();
        dos(a, 0x3C00);
        a.mov(bx, ax).unwrap();
        a.mov(cx, 11).unwrap();
        a.mov(dx, BUFFER).unwrap();
        dos(a, 0x4000);
        // Back to byte 7, and what is there.
        a.mov(cx, 0).unwrap();
        a.mov(dx, 7).unwrap();
        dos(a, 0x4200);
        a.mov(cx, 100).unwrap();
        a.mov(dx, BUFFER).unwrap();
        dos(a, 0x3F00);
        a.mov(cx, ax).unwrap();
        show(a);
        rest(a);
    });
    assert_eq!(fs::read(folder.path().join("out.txt")).unwrap(), b"hello, host");
    assert_eq!(machine.text(), "host");
}

#[test]
fn a_search_goes_through_a_directory_in_order() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["b.txt", "a.txt", "c.doc", ".hidden"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    fs::create_dir(folder.path().join("sub.txt")).unwrap();
    let machine = Machine::on(folder.path(), |a| {
        store(a, NAMES, b"*.txt\0");
        a.mov(dx, BUFFER - 0x1E).unwrap();
        dos(a, 0x1A00);
        a.mov(cx, 0).unwrap();
        a.mov(dx, NAMES).unwrap();
        dos(a, 0x4E00);
        let (mut again, mut end) = (a.create_label(), a.create_label());
        a.set_label(&mut again).unwrap();
        a.jc(end).unwrap();
        a.mov(cx, 6).unwrap();
        show(a);
        dos(a, 0x4F00);
        a.jmp(again).unwrap();
        a.set_label(&mut end).unwrap();
        a.nop().unwrap();
        rest(a);
    });
    assert_eq!(machine.text(), "A.TXT B.TXT");
}

#[test]
fn a_file_that_is_not_there_is_error_2_and_its_directory_3() {
    let folder = tempfile::tempdir().unwrap();
    for (name, code) in [("none.txt", 2), ("none\\a.txt", 3), ("d:a.txt", 3)] {
        let machine = Machine::on(folder.path(), |a| {
            store(a, NAMES, format!("{name}\0").as_bytes());
            a.mov(dx, NAMES).unwrap();
            dos(a, 0x3D00);
            rest(a);
        });
        assert_eq!((machine.vm.regs().ax(), machine.vm.regs().eflags & 1), (code, 1), "{name}");
    }
}

#[test]
fn a_line_from_the_console_comes_with_carriage_return_and_line_feed() {
    let folder = tempfile::tempdir().unwrap();
    let mut machine = Machine::on(folder.path(), |a| {
        a.mov(bx, 0).unwrap();
        a.mov(cx, 0x80).unwrap();
        a.mov(dx, BUFFER).unwrap();
        dos(a, 0x3F00);
        a.mov(cx, ax).unwrap();
        show(a);
        rest(a);
    });
    machine.types("line\n");
    assert_eq!(machine.text(), "line\nline");
    assert_eq!(machine.vm.regs().ax(), 6);
}

#[test]
fn handles_are_redirected_and_restored() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::on(folder.path(), |a| {
        store(a, NAMES, b"out.txt\0");
        store(a, BUFFER, b"abc\0");
        a.mov(bx, 1).unwrap();
        dos(a, 0x4500);
        a.mov(si, ax).unwrap();
        a.mov(cx, 0).unwrap();
        a.mov(dx, NAMES).unwrap();
        dos(a, 0x3C00);
        a.mov(bx, ax).unwrap();
        a.mov(cx, 1).unwrap();
        dos(a, 0x4600);
        a.mov(cx, 2).unwrap();
        show(a);
        a.mov(bx, si).unwrap();
        a.mov(cx, 1).unwrap();
        dos(a, 0x4600);
        a.mov(cx, 3).unwrap();
        show(a);
        rest(a);
    });
    assert_eq!((machine.text().as_str(), fs::read(folder.path().join("out.txt")).unwrap()), ("abc", b"ab".to_vec()));
}
