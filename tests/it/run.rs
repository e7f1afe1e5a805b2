//! `dosmux run` and `dosmux names`, as the shell of the host sees them.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use iced_x86::code_asm::*;
use tempfile::TempDir;

/// The .COM file that `write` assembles.
fn com(write: impl FnOnce(&mut CodeAssembler)) -> Vec<u8> {
    let mut asm = CodeAssembler::new(16).unwrap();
    write(&mut asm);
    asm.assemble(0x100).unwrap()
}

/// Says `Hi` and its command tail by AH=40h and AH=02h; ends with 3.
fn hello() -> Vec<u8> {
    com(|a| {
        for byte in *b"Hi" {
            a.mov(ah, 2).unwrap();
            a.mov(dl, u32::from(byte)).unwrap();
            a.int(0x21).unwrap();
        }
        a.mov(cl, byte_ptr(0x80)).unwrap();
        a.mov(ch, 0).unwrap();
        a.mov(dx, 0x81).unwrap();
        a.mov(bx, 2).unwrap();
        a.mov(ah, 0x40).unwrap();
        a.int(0x21).unwrap();
        a.mov(ax, 0x4C03).unwrap();
        a.int(0x21).unwrap();
    })
}

/// Copies standard input to standard output.
fn copy() -> Vec<u8> {
    com(|a| {
        let (mut next, mut end) = (a.create_label(), a.create_label());
        a.set_label(&mut next).unwrap();
        a.mov(ah, 0x3F).unwrap();
        a.mov(bx, 0).unwrap();
        a.mov(cx, 0x100).unwrap();
        a.mov(dx, 0x400).unwrap();
        a.int(0x21).unwrap();
        a.or(ax, ax).unwrap();
        a.jz(end).unwrap();
        a.mov(cx, ax).unwrap();
        a.mov(bx, 1).unwrap();
        a.mov(ah, 0x40).unwrap();
        a.int(0x21).unwrap();
        a.jmp(next).unwrap();
        a.set_label(&mut end).unwrap();
        a.mov(ax, 0x4C00).unwrap();
        a.int(0x21).unwrap();
    })
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hello.com"), hello()).unwrap();
    std::fs::write(folder.path().join("copy1.com"), copy()).unwrap();
    folder
}

fn start(folder: &Path, args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dosmux"));
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    pipes.current_dir(folder).args(args).spawn().unwrap()
}

fn run(folder: &Path, args: &[&str], input: &[u8]) -> Output {
    let mut child = start(folder, args);
    // A program that ends early takes none of it.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

#[test]
fn a_program_has_arguments_two_outputs_and_an_exit_code() {
    let folder = folder();
    let output = run(folder.path(), &["run", "hello", "a", "-b"], b"");
    assert_eq!(String::from_utf8_lossy(&output.stderr), " a -b");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "Hi");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn text_goes_through_a_program_as_utf8_with_lines() {
    let folder = folder();
    let text = "Grüße\n".repeat(20_000);
    // In pieces: input and output together are more than pipes hold.
    std::fs::write(folder.path().join("in.txt"), &text).unwrap();
    let input = std::fs::File::open(folder.path().join("in.txt")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dosmux"));
    let output = command.args(["run", "copy1"]).current_dir(folder.path()).stdin(input).output().unwrap();
    assert!(output.stdout == text.as_bytes(), "{} bytes", output.stdout.len());
    assert_eq!(output.status.code(), Some(0));
    let raw = run(folder.path(), &["run", "--raw", "copy1"], b"\xFF\n\x00\r\x1A");
    assert_eq!(raw.stdout, b"\xFF\n\x00\r\x1A");
}

#[test]
fn failures_of_dosmux_have_statuses_of_their_own() {
    let folder = folder();
    let status = |args: &[&str]| run(folder.path(), args, b"").status.code();
    assert_eq!(status(&["run", "--drive", "d=nowhere", "hello"]), Some(125));
    assert_eq!(status(&["run", "--drive", "d=.", "--drive", "D=.", "hello"]), Some(125));
    assert_eq!(status(&["run", "--drive", "c=.", "hello"]), Some(2));
    let mut waiting = start(folder.path(), &["run", "--timeout", "300ms", "copy1"]);
    // Its input stays open: waiting alone would close it.
    let _open = waiting.stdin.take();
    assert_eq!(waiting.wait().unwrap().code(), Some(124));
}

#[test]
fn many_programs_run_at_once_and_leave_nothing_behind() {
    let folder = folder();
    let children: Vec<Child> = (0..8).map(|_| start(folder.path(), &["run", "D:\\HELLO.COM", "x"])).collect();
    for child in children {
        assert_eq!(child.wait_with_output().unwrap().status.code(), Some(127));
    }
    let children: Vec<Child> =
        (0..8).map(|_| start(folder.path(), &["run", "--drive", "d=.", "D:\\HELLO.COM", "x"])).collect();
    for child in children {
        assert_eq!(child.wait_with_output().unwrap().status.code(), Some(3));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn names_are_listed_with_those_of_the_host() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("A long name.text"), "").unwrap();
    std::fs::write(folder.path().join("short.txt"), "").unwrap();
    let output = run(folder.path(), &["names"], b"");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("SHORT.TXT     short.txt\n"), "{text}");
    assert!(text.lines().any(|line| line.ends_with("  A long name.text") && line.contains('~')), "{text}");
}
