//! `dosmux run` on a terminal: text is text, and what draws on the screen is shown.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::run::com;
use crate::terminal::{Dosmux, ENTER, count};

/// A folder with files of the demo drive, and with a program that computes for ever.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in dosmux::dos::demo::files() {
        std::fs::write(folder.path().join(name.to_lowercase()), bytes).unwrap();
    }
    let forever = com(|a| {
        // AH=02h: a cursor that is put somewhere makes a screen of it.
        use iced_x86::code_asm::{ah, al, bh, dx};
        let mut again = a.create_label();
        a.mov(ah, 2).unwrap();
        a.mov(bh, 0).unwrap();
        a.mov(dx, 0x0505).unwrap();
        a.int(0x10).unwrap();
        a.mov(al, u32::from(b'#')).unwrap();
        a.mov(ah, 0x0E).unwrap();
        a.int(0x10).unwrap();
        a.set_label(&mut again).unwrap();
        a.jmp(again).unwrap();
    });
    std::fs::write(folder.path().join("forever.com"), forever).unwrap();
    folder
}

fn run(folder: &Path, program: &[&str]) -> Dosmux {
    let args: Vec<&str> = ["run"].iter().chain(program).copied().collect();
    Dosmux::run(folder, &args)
}

#[test]
fn a_program_that_only_prints_leaves_the_terminal_alone() {
    let folder = folder();
    let dosmux = run(folder.path(), &["hello", "Eva"]);
    dosmux.shows("Hello, Eva!");
    dosmux.shows("The end.");
    dosmux.terminal.waits("no screen of its own", |seen| count(&seen.bytes, ENTER) == 0);
    assert!(dosmux.ends_quietly().success());
}

#[test]
fn a_program_that_draws_is_shown_and_has_the_keyboard() {
    let folder = folder();
    let mut dosmux = run(folder.path(), &["life"]);
    dosmux.shows("any other key ends it");
    dosmux.shows("\u{2588}");
    dosmux.types(b"x");
    assert!(dosmux.ends().success());
}

#[test]
fn what_was_printed_before_is_on_the_screen_and_what_is_left_there_stays() {
    let folder = folder();
    std::fs::write(folder.path().join("both.bat"), "@echo off\r\necho before\r\nforever\r\n").unwrap();
    let mut dosmux = run(folder.path(), &["both"]);
    dosmux.shows("#");
    dosmux.shows_line("before");
    // Nobody reads them.
    dosmux.types(b"\x03");
    dosmux.types(b"\x03");
    dosmux.types(b"\x03");
    assert_eq!(dosmux.ends().signal(), Some(Signal::INT.as_raw()));
}

#[test]
fn a_signal_ends_it_and_gives_the_terminal_back() {
    let folder = folder();
    let dosmux = run(folder.path(), &["forever"]);
    dosmux.shows("#");
    dosmux.signal(Signal::TERM);
    assert_eq!(dosmux.ends().signal(), Some(Signal::TERM.as_raw()));
}

#[test]
fn a_line_that_is_typed_is_read_as_from_any_terminal() {
    let folder = folder();
    let mut dosmux = run(folder.path(), &["sort"]);
    dosmux.types(b"second\nfirst\n\x04");
    dosmux.shows("first\nsecond");
    assert!(dosmux.ends_quietly().success());
}
