//! INT 21h/AH=4Bh and the end of programs.

use std::fs;
use std::time::Duration;

use dosmux::config::{BootDrive, DriveSource, HostDriveSpec, SessionSpec};
use dosmux::monitor::vm::StopReason;
use dosmux::session::{Host, Session, SessionOptions};
use iced_x86::code_asm::*;

use super::machine::{Machine, com, dos, rest, store};

const NAME: u32 = 0x800;
const BLOCK: u32 = 0x900;
const TAIL: u32 = 0x940;

/// Frees memory behind the first 64 KiB, runs `name` with `tail`, and leaves AH=4Dh's answer in AX.
fn run(a: &mut CodeAssembler, name: &[u8], tail: &[u8]) {
    a.mov(bx, 0x1000).unwrap();
    a.mov(ah, 0x4A).unwrap();
    a.int(0x21).unwrap();
    store(a, NAME, name);
    store(a, TAIL, &[&[u8::try_from(tail.len()).unwrap()], tail, b"\r"].concat());
    a.mov(word_ptr(BLOCK), 0).unwrap();
    a.mov(word_ptr(BLOCK + 2), TAIL).unwrap();
    a.mov(word_ptr(BLOCK + 4), ds).unwrap();
    for fcb in [6, 10] {
        a.mov(word_ptr(BLOCK + fcb), 0x5C).unwrap();
        a.mov(word_ptr(BLOCK + fcb + 2), ds).unwrap();
    }
    a.mov(dx, NAME).unwrap();
    a.mov(bx, BLOCK).unwrap();
    dos(a, 0x4B00);
}

fn return_code(a: &mut CodeAssembler) {
    a.mov(ah, 0x4D).unwrap();
    a.int(0x21).unwrap();
    rest(a);
}

/// A program that shows its tail and ends with exit code 7.
fn child() -> Vec<u8> {
    com(|a| {
        a.mov(cl, byte_ptr(0x80)).unwrap();
        a.mov(ch, 0).unwrap();
        a.mov(dx, 0x81).unwrap();
        a.mov(bx, 1).unwrap();
        a.mov(ah, 0x40).unwrap();
        a.int(0x21).unwrap();
        dos(a, 0x4C07);
    })
}

#[test]
fn a_child_gets_its_tail_and_its_exit_code_is_known() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("child.com"), child()).unwrap();
    let machine = Machine::on(folder.path(), |a| {
        run(a, b"child.com\0", b" tail");
        return_code(a);
    });
    assert_eq!((machine.text().as_str(), machine.vm.regs().ax()), (" tail", 7));
}

#[test]
fn ctrl_c_ends_a_child_and_its_parent_knows() {
    let folder = tempfile::tempdir().unwrap();
    let reads = com(|a| {
        a.mov(ah, 0x08).unwrap();
        a.int(0x21).unwrap();
    });
    fs::write(folder.path().join("child.com"), reads).unwrap();
    let mut machine = Machine::on(folder.path(), |a| {
        run(a, b"child.com\0", b"");
        return_code(a);
    });
    machine.strikes(&[dosmux::keys::Key::LeftCtrl, dosmux::keys::Key::C]);
    assert_eq!((machine.text().as_str(), machine.vm.regs().ax()), ("^C", 0x0100));
}

#[test]
fn a_program_that_is_not_there_is_error_2() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::on(folder.path(), |a| {
        run(a, b"none.com\0", b"");
        rest(a);
    });
    assert_eq!((machine.vm.regs().ax(), machine.vm.regs().eflags & 1), (2, 1));
}

#[test]
fn memory_and_files_of_a_child_are_free_again() {
    let folder = tempfile::tempdir().unwrap();
    let opens = com(|a| {
        store(a, 0x800, b"f\0");
        a.mov(cx, 0).unwrap();
        a.mov(dx, 0x800).unwrap();
        a.mov(ah, 0x3C).unwrap();
        a.int(0x21).unwrap();
        a.int(0x20).unwrap();
    });
    fs::write(folder.path().join("child.com"), opens).unwrap();
    let machine = Machine::on(folder.path(), |a| {
        run(a, b"child.com\0", b"");
        // All that is free, and whether the file can be deleted.
        a.mov(bx, 0xFFFF).unwrap();
        a.mov(ah, 0x48).unwrap();
        a.int(0x21).unwrap();
        store(a, NAME, b"f\0");
        a.mov(dx, NAME).unwrap();
        a.mov(ah, 0x41).unwrap();
        a.int(0x21).unwrap();
        rest(a);
    });
    let regs = machine.vm.regs();
    assert_eq!(regs.eflags & 1, 0, "the file is closed");
    let own_end = regs.ds() + 0x1000;
    // The control block in front of upper memory takes the last paragraph.
    assert_eq!(regs.bx(), 0x9FFF - own_end - 1);
}

#[test]
fn a_program_of_drive_z_runs_as_a_child_with_its_parents_handles() {
    let folder = tempfile::tempdir().unwrap();
    let mut machine = Machine::on(folder.path(), |a| {
        run(a, b"z:\\sort.com\0", b" /r");
        return_code(a);
    });
    machine.types("b\na\nc\n");
    machine.strikes(&[dosmux::keys::Key::LeftCtrl, dosmux::keys::Key::Z]);
    machine.types("\n");
    assert_eq!((machine.text().as_str(), machine.vm.regs().ax()), ("b\na\nc\n^Z\nc\nb\na", 0));
}

#[test]
fn a_session_whose_shell_can_no_longer_run_stops_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    // The place where its parent goes on, called as an interrupt: the shell begins anew, and nothing is given
    // back.
    let endless = com(|a| a.int(0x22).unwrap());
    fs::write(folder.path().join("endless.com"), endless).unwrap();
    fs::write(folder.path().join("autoexec.bat"), "endless\r\n").unwrap();
    let source = DriveSource::Directory(folder.path().into());
    let drives = vec![HostDriveSpec { letter: 'C', source, read_only: false }];
    let spec = SessionSpec { boot: BootDrive::Dos, drives, ..SessionSpec::new("endless") };
    let options = SessionOptions { force_overlay: true, rtc_start: 0, local_time: false };
    let mut session = Session::new(&spec, &Host::new(), options).unwrap();
    session.run_for(Duration::from_secs(10));
    assert_eq!(session.stopped(), Some(&StopReason::NoShell));
}
