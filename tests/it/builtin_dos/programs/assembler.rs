//! NASM and DEBUG.

use super::{APPS, Desk, shows};

#[test]
fn nasm_assembles_a_program_that_then_runs() {
    let Some(mut desk) = Desk::with(APPS, &["NASM.EXE"]) else { return };
    desk.write("say.asm", "org 100h\nmov dx,text\nmov ah,9\nint 21h\nmov ax,4C05h\nint 21h\ntext: db 'assembled$'\n");
    desk.run("nasm -f bin -o say.com say.asm");
    assert_eq!(&desk.read("say.com")[..5], [0xBA, 0x0C, 0x01, 0xB4, 0x09]);
    shows(&desk.run("say"), &["assembled"]);
    shows(&desk.run("if errorlevel 5 echo code five"), &["code five"]);
}

#[test]
fn nasm_says_what_is_wrong_and_ends_with_an_exit_code() {
    let Some(mut desk) = Desk::with(APPS, &["NASM.EXE"]) else { return };
    desk.write("bad.asm", "mov ax,nowhere\nfrobnicate\n");
    shows(&desk.run("nasm -o bad.com bad.asm"), &["bad.asm:1:", "nowhere", "bad.asm:2:"]);
    shows(&desk.run("if errorlevel 1 echo failed"), &["failed"]);
    assert!(!desk.has("bad.com"));
}

#[test]
fn debug_assembles_traces_and_writes_a_program() {
    let Some(mut desk) = Desk::with(APPS, &["DEBUG.COM"]) else { return };
    desk.begins("debug");
    desk.types("a 100\nmov ah,2\nmov dl,41\nint 21\nint 20\n\n");
    desk.sees("0108");
    desk.types("t\n");
    desk.sees("AX=0200");
    desk.types("t\n");
    desk.sees("DX=0041");
    desk.types("n out.com\nrcx\n8\nw\n");
    desk.sees("Writing 0008 bytes");
    desk.types("q\n");
    desk.prompt("debug");
    assert_eq!(desk.read("out.com").len(), 8);
    let screen = desk.run("out");
    assert!(screen.lines().any(|line| line.trim_end() == "A"), "{screen}");
}

#[test]
fn debug_loads_a_program_runs_to_a_breakpoint_and_lets_it_end() {
    let Some(mut desk) = Desk::with(APPS, &["DEBUG.COM", "HELLO.COM"]) else { return };
    desk.begins("debug hello.com");
    desk.types("d100\n");
    desk.sees(", World!");
    desk.types("u100\n");
    desk.sees("DX,010B");
    desk.types("g=100 105\n");
    desk.sees("IP=0105");
    desk.types("g\n");
    desk.sees("rogram terminated");
    desk.types("q\n");
    desk.prompt("debug hello.com");
}
