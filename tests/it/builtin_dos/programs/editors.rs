//! VIM and both versions of EDIT: what they save is on the host.

use dosmux::keys::Key;

use super::{APPS, BIN, Desk, SETUP};

#[test]
fn vim_edits_a_file_and_saves_it_under_a_new_name() {
    let Some(mut desk) = Desk::with(APPS, &["VIM.EXE"]) else { return };
    desk.write("text.txt", "first\r\nsecond\r\nthird\r\n");
    desk.begins("vim text.txt");
    desk.sees("third");
    desk.types("jddOin vim");
    desk.strikes(&[Key::Escape]);
    // This build of VIM cannot write over a file, on any DOS: it takes attributes for permissions.
    desk.types(":w new.txt\n");
    desk.sees("written");
    desk.types(":q!\n");
    desk.prompt("vim text.txt");
    assert_eq!(desk.read("new.txt"), b"first\r\nin vim\r\nthird\r\n");
}

#[test]
fn edit_changes_a_file_and_saves_it() {
    let Some(mut desk) = Desk::with(APPS, &["FDOS\\EDIT.EXE"]) else { return };
    desk.write("text.txt", "old\r\n");
    desk.begins("edit text.txt");
    desk.sees("old");
    desk.types("new ");
    desk.strikes(&[Key::LeftAlt, Key::F]);
    desk.types("s");
    desk.strikes(&[Key::LeftAlt, Key::X]);
    desk.prompt("edit text.txt");
    assert_eq!(desk.read("text.txt"), b"new old\r\n");
}

#[test]
fn edit_of_the_installation_floppy_makes_a_new_file() {
    let Some(mut desk) = Desk::with(SETUP, &[&format!("{BIN}EDIT.EXE"), &format!("{BIN}EDIT.HLP")]) else { return };
    desk.begins("edit fresh.txt");
    desk.sees("fresh.txt");
    desk.sees("F1=Help");
    desk.types("typed in edit");
    desk.sees("typed in edit");
    desk.strikes(&[Key::LeftCtrl, Key::S]);
    desk.strikes(&[Key::LeftAlt, Key::X]);
    desk.prompt("edit fresh.txt");
    assert_eq!(String::from_utf8_lossy(&desk.read("fresh.txt")).trim_end(), "typed in edit");
}
