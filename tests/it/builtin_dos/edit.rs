//! EDIT, used as it is used.

use dosmux::keys::Key;

use super::machine::Machine;
use super::shell::{folder, read};

#[test]
fn a_file_is_made_changed_and_saved() {
    let folder = folder(&[("a.txt", "one\r\ntwo\r\n")]);
    let mut machine = Machine::shell(folder.path());
    machine.types("edit a.txt\n");
    machine.settle();
    let screen = machine.text();
    assert!(screen.contains("File  Edit  Search  Help") && screen.contains("C:\\A.TXT"), "{screen}");
    assert!(screen.contains("\none\ntwo\n"), "{screen}");
    machine.types("new \n");
    machine.strikes(&[Key::LeftCtrl, Key::S]);
    machine.strikes(&[Key::LeftAlt, Key::X]);
    machine.settle();
    assert_eq!(read(&folder, "a.txt"), "new \r\none\r\ntwo\r\n");
    assert!(machine.text().ends_with("C:\\>edit a.txt\n\nC:\\>"), "{}", machine.text());
}

#[test]
fn unsaved_changes_are_asked_about() {
    let folder = folder(&[]);
    let mut machine = Machine::shell(folder.path());
    machine.types("edit\nhello");
    machine.strikes(&[Key::LeftAlt, Key::X]);
    machine.settle();
    assert!(machine.text().contains("The loaded file is not saved. Save it now?"), "{}", machine.text());
    machine.types("ynew.txt\n");
    machine.settle();
    assert_eq!(read(&folder, "new.txt"), "hello");
    assert!(machine.text().ends_with("C:\\>"), "{}", machine.text());
}

#[test]
fn what_is_selected_is_cut_and_pasted_and_taken_back() {
    let folder = folder(&[("a.txt", "one\ntwo\n")]);
    let mut machine = Machine::shell(folder.path());
    machine.types("edit a.txt\n");
    machine.strikes(&[Key::LeftShift, Key::Down]);
    machine.strikes(&[Key::LeftCtrl, Key::X]);
    machine.strikes(&[Key::LeftCtrl, Key::End]);
    machine.strikes(&[Key::LeftCtrl, Key::V]);
    machine.types("x");
    machine.strikes(&[Key::LeftCtrl, Key::Z]);
    machine.strikes(&[Key::LeftCtrl, Key::S]);
    machine.settle();
    // The file had the host's line ends, and keeps them.
    assert_eq!(read(&folder, "a.txt"), "two\none\n");
}

#[test]
fn menus_open_and_a_search_finds() {
    let folder = folder(&[("a.txt", "one\r\ntwo\r\nthree two\r\n")]);
    let mut machine = Machine::shell(folder.path());
    machine.types("edit a.txt\n");
    machine.strikes(&[Key::LeftAlt, Key::S]);
    machine.settle();
    assert!(machine.text().contains("Repeat Last Find"), "{}", machine.text());
    machine.types("ftwo\n");
    machine.strikes(&[Key::F3]);
    machine.types("2");
    machine.strikes(&[Key::F2]);
    machine.settle();
    assert_eq!(read(&folder, "a.txt"), "one\r\ntwo\r\nthree 2\r\n");
}

#[test]
fn a_large_file_with_long_lines_is_edited() {
    let line = "x".repeat(1000);
    let text = vec![line.as_str(); 400].join("\r\n");
    let folder = folder(&[("big.txt", &text)]);
    let mut machine = Machine::shell(folder.path());
    machine.types("edit big.txt\n");
    machine.strikes(&[Key::LeftCtrl, Key::End]);
    machine.types("end");
    machine.settle();
    assert!(machine.text().contains("00400:1004"), "{}", machine.text());
    machine.strikes(&[Key::F2]);
    machine.settle();
    assert_eq!(read(&folder, "big.txt"), text + "end");
}

#[test]
fn what_cannot_be_written_is_told() {
    let folder = folder(&[]);
    let mut machine = Machine::shell(folder.path());
    machine.types("edit z:\\new.txt\nx");
    machine.strikes(&[Key::F2]);
    machine.settle();
    assert!(machine.text().contains("Write protect error"), "{}", machine.text());
}

/// EDIT on a.txt, with a mouse.
fn edit_with_mouse(text: &str) -> (Machine, tempfile::TempDir) {
    let folder = folder(&[("a.txt", text)]);
    let mut machine = Machine::shell_with_mouse(folder.path());
    machine.types("edit a.txt\n");
    machine.settle();
    (machine, folder)
}

#[test]
fn the_mouse_sets_the_cursor_and_selects() {
    let (mut machine, folder) = edit_with_mouse("one two\nthree\n");
    machine.clicks(2, 4);
    machine.types("X");
    // From the start of the second line to its fourth character.
    machine.points(3, 0, true);
    machine.points(3, 2, true);
    machine.points(3, 4, true);
    machine.points(3, 4, false);
    machine.strikes(&[Key::LeftCtrl, Key::X]);
    machine.strikes(&[Key::LeftCtrl, Key::S]);
    machine.settle();
    assert_eq!(read(&folder, "a.txt"), "one Xtwo\ne\n");
}

#[test]
fn the_mouse_opens_menus_and_answers_questions() {
    let (mut machine, folder) = edit_with_mouse("one\n");
    machine.types("x");
    machine.clicks(0, 3);
    assert!(machine.text().contains("Save As..."), "{}", machine.text());
    let exit = machine.text().lines().position(|line| line.contains("Alt+X  ") || line.contains("Exit ")).unwrap();
    machine.clicks(u16::try_from(exit).unwrap(), 4);
    let text = machine.text();
    let row = text.lines().position(|line| line.contains("Y = Yes")).unwrap_or_else(|| panic!("{text}"));
    let column = text.lines().nth(row).unwrap().chars().collect::<String>().find("Y = Yes").unwrap();
    let column = text.lines().nth(row).unwrap()[..column].chars().count();
    machine.clicks(u16::try_from(row).unwrap(), u16::try_from(column).unwrap());
    machine.settle();
    assert_eq!(read(&folder, "a.txt"), "xone\n");
    assert!(machine.text().ends_with("C:\\>"), "{}", machine.text());
}
