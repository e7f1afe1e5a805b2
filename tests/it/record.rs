//! `dosmux record`: what is typed on a terminal becomes a script that passes.

use std::path::Path;
use std::process::Command;

use crate::terminal::Dosmux;

const IMAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/images");

/// Runs a recorded script; gives its text.
fn replay(folder: &Path) -> String {
    let script = std::fs::read_to_string(folder.join("new.toml")).expect("the script was written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_dosmux"));
    let output = command.args(["test", "new.toml"]).current_dir(folder).env_remove("GITHUB_ACTIONS").output();
    let output = output.expect("the program starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{script}");
    script
}

#[test]
fn a_recorded_session_at_the_prompt_of_dos_passes_as_a_script() {
    if !crate::scripts::have_images("a_recorded_session_at_the_prompt_of_dos_passes_as_a_script") {
        return;
    }
    let folder = tempfile::tempdir().expect("the host has room for files");
    std::fs::copy(Path::new(IMAGES).join("freedos-160K.img"), folder.path().join("dos.img")).expect("it is there");
    let mut dosmux = Dosmux::run(folder.path(), &["record", "new.toml", "dos.img"]);
    dosmux.shows("A:\\>");
    dosmux.types(b"ver\r");
    dosmux.shows("FreeCom");
    dosmux.types(b"echo Hello > x.txt\rdir x.txt\r");
    dosmux.shows("bytes free");
    dosmux.quits();
    let script = replay(folder.path());
    assert!(
        script.contains("[sessions.dos]\nfloppies = [{ image = \"dos.img\", writes = \"overlay\" }]\n"),
        "{script}"
    );
    assert!(script.contains("\ntype = \"ver\\n\"\n"), "{script}");
    assert!(script.contains("\nexpect = \""), "{script}");
}

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
