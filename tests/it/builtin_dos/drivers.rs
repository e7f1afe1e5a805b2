//! Drivers that are loaded before the shell.

use std::fs;
use std::path::Path;

use iced_x86::code_asm::*;

use super::machine::{Machine, com, dos, store};

/// Where the driver keeps its request's address, what was written to it, and its command line.
const REQUEST: u32 = 0x300;
const WRITTEN: u32 = 0x310;
const LINE: u32 = 0x340;
/// First byte behind what it keeps.
const END: u32 = 0x400;

/// A driver called ECHO$ that gives back what was written to it, in capitals; what is written to its
/// control channel counts as written, too. While it initialises itself it says so.
fn driver(attributes: u16) -> Vec<u8> {
    let mut a = CodeAssembler::new(16).unwrap();
    let a = &mut a;
    let mut header = vec![0xFF, 0xFF, 0xFF, 0xFF];
    for word in [attributes, 0x12, 0x1D] {
        header.extend(word.to_le_bytes());
    }
    header.extend(b"ECHO$   ");
    a.db(&header).unwrap();
    // Strategy: eleven bytes.
    a.mov(word_ptr(REQUEST).cs(), bx).unwrap();
    a.mov(word_ptr(REQUEST + 2).cs(), es).unwrap();
    a.retf().unwrap();
    interrupt(a);
    a.assemble(0).unwrap()
}

fn interrupt(a: &mut CodeAssembler) {
    let [mut init, mut write, mut read, mut done, mut upper] = std::array::from_fn(|_| a.create_label());
    a.pusha().unwrap();
    a.push(ds).unwrap();
    a.push(es).unwrap();
    a.cld().unwrap();
    a.les(bx, dword_ptr(REQUEST).cs()).unwrap();
    a.mov(al, byte_ptr(bx + 2).es()).unwrap();
    for (command, label) in [(0, init), (8, write), (12, write), (4, read)] {
        a.cmp(al, command).unwrap();
        a.je(label).unwrap();
    }
    a.jmp(done).unwrap();
    a.set_label(&mut init).unwrap();
    a.mov(dl, u32::from(b'i')).unwrap();
    a.mov(ah, 2).unwrap();
    a.int(0x21).unwrap();
    a.mov(word_ptr(bx + 0x0E).es(), END).unwrap();
    a.mov(word_ptr(bx + 0x10).es(), cs).unwrap();
    a.lds(si, dword_ptr(bx + 0x12).es()).unwrap();
    a.mov(di, LINE).unwrap();
    a.mov(cx, 0x20).unwrap();
    a.push(cs).unwrap();
    a.pop(es).unwrap();
    a.rep().movsb().unwrap();
    a.jmp(done).unwrap();
    a.set_label(&mut write).unwrap();
    a.lds(si, dword_ptr(bx + 0x0E).es()).unwrap();
    a.mov(cx, word_ptr(bx + 0x12).es()).unwrap();
    a.mov(di, WRITTEN).unwrap();
    a.push(cs).unwrap();
    a.pop(es).unwrap();
    a.rep().movsb().unwrap();
    a.jmp(done).unwrap();
    a.set_label(&mut read).unwrap();
    a.mov(cx, word_ptr(bx + 0x12).es()).unwrap();
    a.les(di, dword_ptr(bx + 0x0E).es()).unwrap();
    a.mov(si, WRITTEN).unwrap();
    a.set_label(&mut upper).unwrap();
    a.mov(al, byte_ptr(si).cs()).unwrap();
    a.inc(si).unwrap();
    a.and(al, 0xDF).unwrap();
    a.stosb().unwrap();
    a.loop_(upper).unwrap();
    a.set_label(&mut done).unwrap();
    a.les(bx, dword_ptr(REQUEST).cs()).unwrap();
    a.mov(word_ptr(bx + 3).es(), 0x0100).unwrap();
    a.pop(es).unwrap();
    a.pop(ds).unwrap();
    a.popa().unwrap();
    a.retf().unwrap();
}

/// Writes three bytes to ECHO$ (or has AX=4403h do so), reads them back raw and shows them, with the end
/// of the list of devices' first name.
fn user(control: bool) -> Vec<u8> {
    com(|a| {
        store(a, 0x400, b"ECHO$\0abc");
        a.mov(dx, 0x400).unwrap();
        dos(a, 0x3D02);
        a.mov(bx, ax).unwrap();
        a.mov(dx, 0x00A0).unwrap();
        dos(a, 0x4401);
        a.mov(dx, 0x406).unwrap();
        a.mov(cx, 3).unwrap();
        dos(a, if control { 0x4403 } else { 0x4000 });
        a.mov(dx, 0x500).unwrap();
        dos(a, 0x3F00);
        a.mov(cx, ax).unwrap();
        a.mov(bx, 1).unwrap();
        dos(a, 0x4000);
        dos(a, 0x4C00);
    })
}

fn machine(folder: &Path, lines: &[&str]) -> Machine {
    let lines: Vec<Vec<u8>> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
    Machine::shell_with(folder, |dos| dos.with_drivers(lines))
}

#[test]
fn a_driver_is_loaded_and_works_for_handles() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("echo.sys"), driver(0xC000)).unwrap();
    fs::write(folder.path().join("user.com"), user(false)).unwrap();
    fs::write(folder.path().join("ctl.com"), user(true)).unwrap();
    let mut machine = machine(folder.path(), &["C:\\ECHO.SYS /switch"]);
    assert!(machine.text().starts_with('i'), "{}", machine.text());
    machine.types("cls\nuser\nctl\n");
    machine.settle();
    assert_eq!(machine.text().matches("ABC").count(), 2, "{}", machine.text());
}

#[test]
fn a_driver_keeps_what_it_says_and_finds_its_command_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("echo.sys"), driver(0x8000)).unwrap();
    let machine = machine(folder.path(), &["C:\\ECHO.SYS /switch"]);
    // NUL's header, in the list of lists, leads to it.
    let memory = machine.vm.memory();
    let word = |at: u32| {
        u32::from(memory.read_u8(dosmux::types::PhysAddr(at)))
            | u32::from(memory.read_u8(dosmux::types::PhysAddr(at + 1))) << 8
    };
    let nul = 0xB00 + 0x48;
    assert_eq!(word(nul), 0);
    let segment = word(nul + 2);
    let line: Vec<u8> = (0..19).map(|at| memory.read_u8(dosmux::types::PhysAddr(segment * 16 + LINE + at))).collect();
    assert_eq!(line, b"C:\\ECHO.SYS /switch");
    // The memory control block in front of it.
    assert_eq!(word((segment - 1) * 16 + 3), END / 16);
}

#[test]
fn drivers_of_drives_and_files_that_are_not_there_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("disk.sys"), driver(0x0000)).unwrap();
    let mut machine = machine(folder.path(), &["C:\\NONE.SYS", "C:\\DISK.SYS"]);
    assert!(
        machine.text().starts_with("Bad or missing C:\\NONE.SYS\nC:\\DISK.SYS: drives need no drivers here\n"),
        "{}",
        machine.text()
    );
    machine.types("cls\necho on\n");
    machine.settle();
    assert!(machine.text().ends_with("C:\\>"), "{}", machine.text());
}

#[test]
fn without_ansi_escape_sequences_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("t.txt"), "\x1b[31mred").unwrap();
    let mut machine = Machine::shell_with(folder.path(), |dos| dos.with_ansi(false));
    machine.types("cls\ntype t.txt\n");
    machine.settle();
    assert!(machine.text().contains("←[31mred"), "{}", machine.text());
}
