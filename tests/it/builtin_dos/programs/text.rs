//! Programs that read text from files and pipes.

use super::{BIN, Desk, SETUP, shows};

fn desk() -> Option<Desk> {
    let desk = Desk::with(SETUP, &[&format!("{BIN}MORE.EXE"), &format!("{BIN}GREP.EXE")])?;
    let lines: Vec<String> =
        (1..=40).map(|line| format!("line {line} {}\r\n", ["plain", "marked"][line % 2])).collect();
    desk.write("lines.txt", lines.concat());
    Some(desk)
}

#[test]
fn more_waits_after_each_screenful() {
    let Some(mut desk) = desk() else { return };
    for command in ["c:more lines.txt", "type lines.txt | c:more"] {
        desk.begins(command);
        desk.sees("-- More --");
        shows(&desk.text(), &["line 24 "]);
        assert!(!desk.text().contains("line 25 "), "{}", desk.text());
        desk.types(" ");
        desk.prompt(command);
        shows(&desk.text(), &["line 40 "]);
    }
}

#[test]
fn grep_finds_lines_in_files_and_pipes() {
    let Some(mut desk) = desk() else { return };
    let screen = desk.run("grep \"line 1. marked\" lines.txt");
    assert_eq!(screen.matches("marked").count(), 6, "{screen}");
    desk.run("type lines.txt | grep marked | sort /r >sorted.txt");
    let sorted = String::from_utf8(desk.read("sorted.txt")).unwrap();
    assert_eq!(sorted.lines().next(), Some("line 9 marked"));
    assert_eq!(sorted.lines().count(), 20);
    shows(&desk.run("grep nothing lines.txt"), &["grep"]);
    shows(&desk.run("if errorlevel 1 echo none"), &["none"]);
}
