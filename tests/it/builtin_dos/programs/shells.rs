//! FreeDOS's own COMMAND.COM as a program, and shells within shells.

use super::{APPS, BIN, Desk, SETUP, shows};

#[test]
fn freecom_is_a_shell_within_the_shell() {
    let Some(mut desk) = Desk::with(APPS, &["COMMAND.COM", "HELLO.COM"]) else { return };
    desk.write("go.bat", "@echo off\r\nfor %%x in (a b) do echo item %%x\r\nhello\r\n");
    desk.begins("command");
    desk.sees("FreeCom version");
    desk.types("cls\nset WHERE=inside\nver\n");
    desk.sees("FreeCom version 0.82");
    desk.types("cls\nset\n");
    desk.sees("WHERE=inside");
    desk.types("cls\ngo\n");
    desk.sees("item b");
    desk.sees("Hello, World!");
    desk.types("exit\n");
    shows(&desk.run("ver"), &["dosmux DOS"]);
    assert!(!desk.run("set").contains("WHERE"), "{}", desk.text());
}

#[test]
fn freecom_runs_one_command_and_gives_its_exit_code() {
    let Some(mut desk) = Desk::with(APPS, &["COMMAND.COM"]) else { return };
    desk.write("a.txt", "some text\r\n");
    shows(&desk.run("command /c type a.txt"), &["some text"]);
    desk.run("command /c copy a.txt b.txt");
    assert_eq!(desk.read("b.txt"), b"some text\r\n");
    shows(&desk.run("command /c dir /w"), &["COMMAND.COM", "3 file(s)"]);
}

#[test]
fn freecom_lists_pipes_and_redirects() {
    let Some(mut desk) = Desk::with(SETUP, &["FDSETUP\\BIN\\MORE.EXE", "FDSETUP\\BIN\\COMMAND.COM"]) else { return };
    desk.write("a.txt", "one\r\ntwo\r\n");
    desk.begins("command");
    desk.sees("FreeCom version");
    desk.types("cls\ntype a.txt | more\n");
    desk.sees("two");
    desk.types("type a.txt >>b.txt\ntype a.txt >>b.txt\nren b.txt c.txt\nmd sub\ncopy c.txt sub\nexit\n");
    shows(&desk.run("ver"), &["dosmux DOS"]);
    assert_eq!(desk.read("sub/c.txt"), b"one\r\ntwo\r\none\r\ntwo\r\n");
}

#[test]
fn our_shell_runs_within_freecom() {
    let Some(mut desk) = Desk::with(APPS, &["COMMAND.COM"]) else { return };
    desk.begins("command");
    desk.sees("FreeCom version");
    desk.types("cls\nz:\\command\n");
    desk.sees("dosmux DOS");
    desk.types("set DEPTH=three\n");
    shows(&desk.run("set"), &["DEPTH=three"]);
    desk.run("exit");
    assert!(!desk.run("set").contains("DEPTH"), "{}", desk.text());
    desk.run("exit");
    assert!(!desk.run("set").contains("DEPTH"), "{}", desk.text());
}

#[test]
fn freecom_uses_long_names() {
    let Some(mut desk) = Desk::with_long_names(SETUP, &[&format!("{BIN}COMMAND.COM")]) else { return };
    desk.write("A long name.text", "some text\r\n");
    desk.begins("command");
    desk.sees("FreeCom version");
    desk.types("cls\ncopy \"a LONG name.text\" \"Another One.text\"\nren \"Another One.text\" \"Third One.Text\"\n");
    desk.types("md \"Long Directory\"\ncls\ndir /lfn\n");
    desk.sees("bytes free");
    shows(&desk.text(), &["ALON~", "A long name.text", "Third One.Text", "Long Directory"]);
    assert_eq!(desk.read("Third One.Text"), b"some text\r\n");
    assert!(desk.has("Long Directory"));
}

#[test]
fn doslfn_beside_our_own_long_names_does_no_harm() {
    let Some(mut desk) = Desk::with_long_names(SETUP, &[&format!("{BIN}DOSLFN.COM")]) else { return };
    desk.write("A long name.text", "some text\r\n");
    shows(&desk.run("doslfn"), &["loaded"]);
    shows(&desk.run("dir"), &["ALON~"]);
    desk.run("doslfn -u");
    shows(&desk.run("dir"), &["ALON~"]);
}
