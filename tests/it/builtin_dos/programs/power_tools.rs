//! The V8 power tools, with which batch files paint, ask and calculate.

use dosmux::keys::Key;

use super::{BIN, Desk, SETUP, shows};

fn tools(names: &[&str]) -> Option<Desk> {
    let files: Vec<String> = names.iter().map(|name| format!("{BIN}{name}.COM")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    Desk::with(SETUP, &files)
}

#[test]
fn they_print_calculate_and_set_exit_codes() {
    let Some(mut desk) = tools(&["VECHO", "VMATH", "VERRLVL", "VCURSOR"]) else { return };
    shows(&desk.run("vecho one two"), &["one two"]);
    shows(&desk.run("vmath 6 * 7"), &["42"]);
    desk.run("vmath 3 + 4 >sum.txt");
    assert_eq!(String::from_utf8_lossy(&desk.read("sum.txt")).trim(), "7");
    desk.run("verrlvl 9");
    shows(&desk.run("if errorlevel 9 if not errorlevel 10 echo nine"), &["nine"]);
    shows(&desk.run("vcursor"), &["0x0607"]);
}

#[test]
fn they_ask_and_frame() {
    let Some(mut desk) = tools(&["VASK", "VFRAME", "VPAUSE", "VCLS"]) else { return };
    desk.begins("vask");
    desk.types("an answer\n");
    desk.prompt("vask");
    shows(&desk.text(), &["an answer"]);
    desk.begins("vpause");
    desk.strikes(&[Key::Enter]);
    desk.prompt("vpause");
    desk.run("vcls");
    desk.begins("vframe");
    desk.sees("════╗");
}
