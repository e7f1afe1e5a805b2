//! Programs started ten thousand times, and a hundred sessions at once: nothing is left over.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use dosmux::config::{BootDrive, DriveSource, HostDriveSpec, SessionSpec};
use dosmux::session::{Host, Session, SessionOptions};
use dosmux::types::PhysAddr;
use iced_x86::code_asm::*;

use super::machine::{Machine, com, dos, rest, store};
use crate::dos::last_line;

const ROUNDS: u16 = 10_000;
const SESSIONS: usize = 100;

/// Opens a file, leaves it open, takes memory, begins a search, and ends.
fn child() -> Vec<u8> {
    com(|a| {
        for (at, name) in [(0x800, "data\0"), (0x810, "*.*\0")] {
            store(a, at, name.as_bytes());
        }
        a.mov(dx, 0x800).unwrap();
        dos(a, 0x3D00);
        a.mov(dx, 0x810).unwrap();
        a.mov(cx, 0).unwrap();
        a.mov(ah, 0x4E).unwrap();
        a.int(0x21).unwrap();
        a.mov(bx, 0x100).unwrap();
        a.mov(ah, 0x48).unwrap();
        a.int(0x21).unwrap();
        dos(a, 0x4C07);
    })
}

/// Runs CHILD.COM `rounds` times, then does what `end` says; BP counts those that ended with 7.
fn parent(a: &mut CodeAssembler, rounds: u16, end: impl FnOnce(&mut CodeAssembler)) {
    const NAME: u32 = 0x800;
    const BLOCK: u32 = 0x900;
    const LEFT: u32 = 0x920;
    a.mov(sp, 0x0FFE).unwrap();
    a.mov(bx, 0x100).unwrap();
    a.mov(ah, 0x4A).unwrap();
    a.int(0x21).unwrap();
    store(a, NAME, b"child.com\0");
    a.mov(word_ptr(0x80), 0x0D00).unwrap();
    a.mov(word_ptr(BLOCK), 0).unwrap();
    for (offset, value) in [(2, 0x80), (6, 0x5C), (10, 0x6C)] {
        a.mov(word_ptr(BLOCK + offset), value).unwrap();
        a.mov(word_ptr(BLOCK + offset + 2), ds).unwrap();
    }
    a.mov(word_ptr(LEFT), u32::from(rounds)).unwrap();
    a.mov(bp, 0).unwrap();
    let (mut again, mut failed) = (a.create_label(), a.create_label());
    a.set_label(&mut again).unwrap();
    a.mov(dx, NAME).unwrap();
    a.mov(bx, BLOCK).unwrap();
    dos(a, 0x4B00);
    a.jc(failed).unwrap();
    a.mov(ah, 0x4D).unwrap();
    a.int(0x21).unwrap();
    a.cmp(ax, 7).unwrap();
    a.jne(failed).unwrap();
    a.inc(bp).unwrap();
    a.dec(word_ptr(LEFT)).unwrap();
    a.jnz(again).unwrap();
    a.set_label(&mut failed).unwrap();
    a.nop().unwrap();
    end(a);
}

/// Size and owner of each memory control block, from the one that DOS begins with.
fn chain(machine: &Machine) -> Vec<(u16, u16, u16)> {
    let memory = machine.vm.memory();
    let word = |at: u32| u16::from_le_bytes([memory.read_u8(PhysAddr(at)), memory.read_u8(PhysAddr(at + 1))]);
    // The word in front of the list of lists: 00B0:0024.
    let mut segment = word(0xB00 + 0x24);
    let mut blocks = Vec::new();
    loop {
        let at = u32::from(segment) << 4;
        blocks.push((segment, word(at + 1), word(at + 3)));
        match memory.read_u8(PhysAddr(at)) {
            b'M' => segment += word(at + 3) + 1,
            b'Z' => return blocks,
            other => panic!("{other:02X} at {segment:04X}"),
        }
    }
}

/// Files below `folder` that this process has open.
fn open_files(folder: &Path) -> usize {
    let open = fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    open.filter(|path| path.starts_with(folder) && path != folder).count()
}

#[test]
fn ten_thousand_programs_leave_memory_and_open_files_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("child.com"), child()).unwrap();
    fs::write(folder.path().join("data"), "data").unwrap();
    let once = Machine::on(folder.path(), |a| parent(a, 1, rest));
    assert_eq!(once.vm.regs().bp(), 1);
    let mut often = Machine::on(folder.path(), |a| parent(a, ROUNDS, rest));
    for _ in 0..60 {
        if often.vm.regs().bp() == ROUNDS {
            break;
        }
        often.settle();
    }
    assert_eq!(often.vm.regs().bp(), ROUNDS, "{}", often.text());
    assert_eq!(chain(&often), chain(&once));
    assert_eq!(open_files(folder.path()), 0);
}

/// KiB that `dosmux` has in memory once its program has run CHILD.COM that often, and waits.
fn resident_kib(folder: &Path, rounds: u16) -> u64 {
    let program = com(|a| {
        parent(a, rounds, |a| {
            a.mov(dl, u32::from(b'!')).unwrap();
            dos(a, 0x0200);
            // There is no end of input as long as nobody closes it.
            dos(a, 0x0800);
            dos(a, 0x4C00);
        });
    });
    fs::write(folder.join("parent.com"), program).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dosmux"));
    command.args(["run", "--raw", "./parent.com"]).current_dir(folder);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut done = [0];
    child.stdout.take().unwrap().read_exact(&mut done).unwrap();
    assert_eq!(&done, b"!");
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
    line.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn the_hosts_memory_does_not_grow_with_the_programs_that_have_run() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("child.com"), child()).unwrap();
    fs::write(folder.path().join("data"), "data").unwrap();
    let (few, many) = (resident_kib(folder.path(), ROUNDS / 10), resident_kib(folder.path(), ROUNDS));
    assert!(many * 10 <= few * 11, "{few} KiB after a tenth of the programs, {many} KiB after all");
}

#[test]
fn a_hundred_sessions_work_at_once_and_leave_no_file_open() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("text"), "what they all read\r\n").unwrap();
    let host = Host::new();
    let drives =
        vec![HostDriveSpec { letter: 'C', source: DriveSource::Directory(folder.path().into()), read_only: false }];
    let spec = SessionSpec { boot: BootDrive::Dos, drives, ..SessionSpec::new("one of many") };
    let mut sessions: Vec<Session> = (0..SESSIONS)
        .map(|_| {
            let options = SessionOptions { force_overlay: false, rtc_start: 0, local_time: false };
            Session::new(&spec, &host, options).expect("a session")
        })
        .collect();
    for (number, session) in sessions.iter_mut().enumerate() {
        let prompt = |screen: &dosmux::screen::Screen| last_line(screen).ends_with('>');
        assert!(session.run_until(Duration::from_secs(10), prompt), "{}", session.screen().text());
        session.type_text(&format!("copy text {number}.txt\n"));
    }
    for (number, session) in sessions.iter_mut().enumerate() {
        let done = session.run_until(Duration::from_secs(10), |screen| screen.contains("1 file(s) copied"));
        assert!(done, "{number}: {}", session.screen().text());
    }
    assert_eq!(open_files(folder.path()), 0);
    drop(sessions);
    let left = fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    assert_eq!(left.filter(|path| path.starts_with(folder.path())).count(), 0, "the directory itself is closed");
    for number in 0..SESSIONS {
        assert_eq!(fs::read(folder.path().join(format!("{number}.txt"))).unwrap(), b"what they all read\r\n");
    }
}
