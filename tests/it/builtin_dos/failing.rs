//! The shell's own commands on a drive that fails: INT 24h is asked as it is of any program's call.

use super::machine::Machine;

/// The shell on a drive whose directory is gone.
fn gone() -> Machine {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("go.bat"), "ren a b\necho behind\n").unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\n");
    machine.settle();
    machine
}

/// What the screen shows once `lines` have been typed.
fn typed(lines: &str) -> String {
    let mut machine = gone();
    machine.types(lines);
    machine.settle();
    machine.text()
}

#[test]
fn a_command_asks_again_until_it_may_fail() {
    let text = typed("dir\nrxf");
    let question = "Not ready reading drive C\nAbort, Retry, Fail?";
    assert!(text.contains(&format!("{question} R\n\n{question} F\nFail on INT 24\n\nC:\\>")), "{text}");
}

#[test]
fn a_command_that_is_aborted_says_nothing_more() {
    assert_eq!(
        typed("type a.txt\na").trim_start(),
        "C:\\>type a.txt\n\nNot ready reading drive C\nAbort, Retry, Fail? A\n\nC:\\>"
    );
}

#[test]
fn all_commands_that_reach_for_the_drive_ask() {
    for command in ["copy a b", "del a", "ren a b", "cd sub", "if exist a echo yes", "nothing", "type a"] {
        let text = typed(&format!("{command}\nf"));
        assert!(text.contains("Not ready reading drive C\nAbort, Retry, Fail? F\n"), "{command}: {text}");
    }
    for command in ["md new", "rd new", "echo x > new", "copy z:\\sort.com new"] {
        let text = typed(&format!("{command}\nf"));
        assert!(text.contains("Not ready writing drive C\nAbort, Retry, Fail? F\n"), "{command}: {text}");
    }
}

#[test]
fn a_command_is_done_once_the_drive_is_there_again() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("drive");
    std::fs::create_dir(&folder).unwrap();
    let mut machine = Machine::shell(&folder);
    std::fs::remove_dir(&folder).unwrap();
    machine.types("cls\necho one>new.txt\n");
    machine.settle();
    assert!(machine.text().ends_with("Abort, Retry, Fail?"), "{}", machine.text());
    std::fs::create_dir(&folder).unwrap();
    machine.types("r");
    machine.settle();
    assert_eq!(std::fs::read_to_string(folder.join("new.txt")).unwrap(), "one\r\n");
    assert!(machine.text().ends_with("Abort, Retry, Fail? R\n\nC:\\>"), "{}", machine.text());
}
