//! `dosmux record`: what is typed becomes a script.

use std::process::Command;

#[test]
fn a_script_that_is_there_already_is_left_alone() {
    let folder = tempfile::tempdir().expect("the host has room for files");
    std::fs::write(folder.path().join("new.toml"), "mine").expect("the folder is ours");
    let mut command = Command::new(env!("CARGO_BIN_EXE_dosmux"));
    let output = command.args(["record", "new.toml", "builtin:tour"]).current_dir(folder.path()).output();
    let output = output.expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.starts_with("dosmux: cannot create new.toml: File exists"), "{stderr}");
    assert_eq!(std::fs::read(folder.path().join("new.toml")).expect("it is there"), b"mine");
}

#[test]
fn without_a_terminal_no_empty_script_is_left_behind() {
    let folder = tempfile::tempdir().expect("the host has room for files");
    let mut command = Command::new(env!("CARGO_BIN_EXE_dosmux"));
    let output = command.args(["record", "new.toml", "builtin:tour"]).current_dir(folder.path()).output();
    assert_eq!(output.expect("the program starts").status.code(), Some(3));
    assert!(!folder.path().join("new.toml").exists());
}
