//! What somebody sees who has configured nothing.

use std::path::Path;

use crate::pty::Pty;
use crate::terminal::{Dosmux, modes};

/// dosmux without arguments in the home `home`.
fn dosmux(home: &Path) -> Dosmux {
    let pty = Pty::open((90, 27));
    let before = modes(&pty.slave);
    let home = home.to_str().expect("temporary folders have plain names");
    let env = [("HOME", home), ("XDG_CONFIG_HOME", ""), ("XDG_DATA_HOME", "")];
    Dosmux { terminal: pty.start(Path::new(env!("CARGO_BIN_EXE_dosmux")), &[], &env), before }
}

#[test]
fn two_sessions_of_the_built_in_dos_share_a_drive_that_stays() {
    let home = tempfile::tempdir().unwrap();
    let mut first = dosmux(home.path());
    first.shows("README.TXT tells what");
    first.types(b"hello Eva\r");
    first.shows_line("The end.");
    first.types(b"echo kept>kept.txt\recho done\r");
    first.shows_line("done");
    first.types(b"\x1d2");
    first.shows("README.TXT tells what");
    first.types(b"type kept.txt\r");
    first.shows_line("kept");
    first.types(b"life\r");
    first.shows("any other key ends it");
    first.shows("\u{2588}");
    first.types(b"x");
    first.shows_line("C:\\>");
    first.quits();
    assert_eq!(std::fs::read(home.path().join(".local/share/dosmux/demo/kept.txt")).unwrap(), b"kept\r\n");
    let mut second = dosmux(home.path());
    second.shows("C:\\>");
    second.types(b"type kept.txt\r");
    second.shows_line("kept");
    second.quits();
}

#[test]
fn without_a_home_the_demo_drive_takes_nothing_that_would_be_lost() {
    let mut dosmux = dosmux(Path::new("/dev/null"));
    dosmux.shows("README.TXT tells what");
    dosmux.types(b"echo lost>lost.txt\r");
    dosmux.shows("File creation error");
    dosmux.quits();
}
