//! One directory and several machines: share modes and locked records, as databases of several users
//! need them; and what a machine may do with its own files.

use std::fs;
use std::os::fd::AsFd;
use std::path::Path;

use iced_x86::code_asm::*;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;

use super::machine::{Machine, dos, rest, store};

const NAME: u32 = 0x800;
const BUFFER: u32 = 0xA00;
const LOCK_VIOLATION: u16 = 33;
const SHARING_VIOLATION: u16 = 32;
/// Open modes: read and write, with what is denied to others.
const COMPATIBLE: u32 = 0x3D02;
const DENY_ALL: u32 = 0x3D12;
const DENY_WRITE: u32 = 0x3D22;
const DENY_NONE: u32 = 0x3D42;
const READ_DENY_NONE: u32 = 0x3D40;

fn table() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("table.dbf"), [b'r'; 1000]).unwrap();
    folder
}

/// Opens TABLE.DBF; AX = handle or error, BX = handle.
fn open(a: &mut CodeAssembler, mode: u32) {
    store(a, NAME, b"table.dbf\0");
    a.mov(dx, NAME).unwrap();
    dos(a, mode);
    a.mov(bx, ax).unwrap();
}

/// Locks (5C00h) or unlocks (5C01h) 50 bytes from 100 on.
fn record(a: &mut CodeAssembler, function: u32) {
    a.mov(cx, 0).unwrap();
    a.mov(dx, 100).unwrap();
    a.mov(si, 0).unwrap();
    a.mov(di, 50).unwrap();
    dos(a, function);
}

/// Reads (3F00h) or writes (4000h) `count` bytes from `at` on.
fn transfer(a: &mut CodeAssembler, function: u32, at: u32, count: u32) {
    a.mov(cx, 0).unwrap();
    a.mov(dx, at).unwrap();
    dos(a, 0x4200);
    a.mov(cx, count).unwrap();
    a.mov(dx, BUFFER).unwrap();
    dos(a, function);
}

/// AX at the end of what `write` assembles, and whether the carry flag says that it is an error.
fn answer(folder: &Path, write: impl FnOnce(&mut CodeAssembler)) -> (u16, bool) {
    let machine = Machine::on(folder, |a| {
        write(a);
        rest(a);
    });
    (machine.vm.regs().ax(), machine.vm.regs().eflags & 1 != 0)
}

#[test]
fn a_record_that_one_machine_has_locked_is_locked_for_the_other_until_it_lets_go() {
    let folder = table();
    let mut first = Machine::on(folder.path(), |a| {
        open(a, DENY_NONE);
        record(a, 0x5C00);
        transfer(a, 0x4000, 100, 10);
        a.mov(bp, ax).unwrap();
        dos(a, 0x0800);
        record(a, 0x5C01);
        rest(a);
    });
    assert_eq!(first.vm.regs().bp(), 10, "the owner writes its record");
    let locks = |a: &mut CodeAssembler| {
        open(a, DENY_NONE);
        record(a, 0x5C00);
    };
    assert_eq!(answer(folder.path(), locks), (LOCK_VIOLATION, true));
    for (function, at, expected) in
        [(0x3F00, 120, (LOCK_VIOLATION, true)), (0x4000, 149, (LOCK_VIOLATION, true)), (0x4000, 150, (20, false))]
    {
        let transfers = |a: &mut CodeAssembler| {
            open(a, DENY_NONE);
            transfer(a, function, at, 20);
        };
        assert_eq!(answer(folder.path(), transfers), expected, "{function:04X} at {at}");
    }
    first.types("x");
    first.settle();
    assert!(!answer(folder.path(), locks).1);
}

#[test]
fn a_machine_that_is_switched_off_leaves_no_lock() {
    let folder = table();
    let locks = |a: &mut CodeAssembler| {
        open(a, DENY_ALL);
        record(a, 0x5C00);
    };
    for _ in 0..2 {
        assert!(!answer(folder.path(), locks).1);
    }
}

#[test]
fn a_record_that_a_program_of_the_host_has_locked_is_locked() {
    let folder = table();
    let file = fs::File::options().read(true).write(true).open(folder.path().join("table.dbf")).unwrap();
    let region = libc::flock {
        l_type: i16::try_from(libc::F_WRLCK).unwrap(),
        l_whence: i16::try_from(libc::SEEK_SET).unwrap(),
        l_start: 120,
        l_len: 1,
        l_pid: 0,
    };
    fcntl(file.as_fd(), FcntlArg::F_OFD_SETLK(&region)).unwrap();
    let locks = |a: &mut CodeAssembler| {
        open(a, DENY_NONE);
        record(a, 0x5C00);
    };
    let reads = |a: &mut CodeAssembler| {
        open(a, READ_DENY_NONE);
        transfer(a, 0x3F00, 110, 20);
    };
    assert_eq!(answer(folder.path(), locks), (LOCK_VIOLATION, true));
    assert_eq!(answer(folder.path(), reads), (LOCK_VIOLATION, true));
    drop(file);
    assert!(!answer(folder.path(), locks).1);
    assert_eq!(answer(folder.path(), reads), (20, false));
}

#[test]
fn what_one_machine_denies_the_other_is_refused() {
    for (first, second, together) in [
        (DENY_NONE, DENY_NONE, true),
        (DENY_NONE, DENY_ALL, false),
        (DENY_ALL, READ_DENY_NONE, false),
        (DENY_WRITE, READ_DENY_NONE, true),
        (DENY_WRITE, DENY_NONE, false),
        (COMPATIBLE, COMPATIBLE, false),
        (COMPATIBLE, READ_DENY_NONE, false),
    ] {
        let folder = table();
        let _holds = Machine::on(folder.path(), |a| {
            open(a, first);
            rest(a);
        });
        let (code, refused) = answer(folder.path(), |a| open(a, second));
        assert_eq!(refused, !together, "{first:04X}, then {second:04X}: {code}");
        assert!(!refused || code == SHARING_VIOLATION, "{first:04X}, then {second:04X}: {code}");
    }
}

#[test]
fn programs_of_dos_2_open_a_file_of_their_own_machine_again() {
    let folder = table();
    let (_, refused) = answer(folder.path(), |a| {
        open(a, COMPATIBLE);
        open(a, COMPATIBLE);
    });
    assert!(!refused);
    let refused = answer(folder.path(), |a| {
        open(a, DENY_ALL);
        open(a, COMPATIBLE);
    });
    assert_eq!(refused, (SHARING_VIOLATION, true));
}

#[test]
fn a_machine_deletes_a_file_that_it_has_open_and_no_other_one_does() {
    let folder = table();
    let deletes = |a: &mut CodeAssembler| {
        open(a, COMPATIBLE);
        a.mov(dx, NAME).unwrap();
        dos(a, 0x4100);
    };
    let holds = Machine::on(folder.path(), |a| {
        open(a, COMPATIBLE);
        rest(a);
    });
    assert!(answer(folder.path(), deletes).1);
    assert!(folder.path().join("table.dbf").exists());
    drop(holds);
    assert!(!answer(folder.path(), deletes).1);
    assert!(!folder.path().join("table.dbf").exists());
}
