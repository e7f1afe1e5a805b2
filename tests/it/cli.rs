//! The program as a user meets it: arguments, messages and exit statuses.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What one run of the program gave.
struct Run {
    status: i32,
    stdout: String,
    stderr: String,
}

/// Runs the program in `folder`, without a terminal and without a home.
fn dosmux_in(folder: &Path, args: &[&str]) -> Run {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_dosmux"))
        .args(args)
        .current_dir(folder)
        .env_remove("XDG_CONFIG_HOME")
        .env("HOME", folder)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    Run {
        status: output.status.code().expect("the program ends by itself"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// Runs the program in an empty folder.
fn dosmux(args: &[&str]) -> Run {
    dosmux_in(folder(&[]).path(), args)
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("the program prints UTF-8")
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("the host has room for files");
    for (name, text) in files {
        let path = folder.path().join(name);
        let parent = path.parent().expect("the path was joined");
        std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&path, text)).expect("the folder is ours");
    }
    folder
}

#[test]
fn help_goes_to_standard_output_and_shows_examples() {
    let run = dosmux(&["--help"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.contains("\n  dosmux test tests/scripts "), "{}", run.stdout);
}

#[test]
fn the_version_is_that_of_the_package() {
    let run = dosmux(&["--version"]);
    assert_eq!((run.status, run.stdout), (0, format!("dosmux {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn wrong_arguments_give_status_2_and_a_message() {
    let log_level_alone = ["test", "x", "--log-level", "warn"];
    let config_and_command = ["--config", "c.toml", "test", "x"];
    for args in [&["frobnicate"][..], &["test"], &["boot"], &["--nonsense"], &log_level_alone, &config_and_command] {
        let run = dosmux(args);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.starts_with("error: "), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn without_a_terminal_the_ui_says_what_works_instead() {
    let run = dosmux(&[]);
    assert_eq!((run.status, run.stdout.as_str()), (3, ""));
    assert!(run.stderr.starts_with("dosmux: ") && run.stderr.contains("`dosmux test"), "{}", run.stderr);
}

#[test]
fn a_missing_config_gives_status_2() {
    let run = dosmux(&["--config", "nowhere.toml"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.starts_with("dosmux: cannot read nowhere.toml: No such file"), "{}", run.stderr);
}

#[test]
fn explain_prints_every_setting_and_its_origin() {
    let home = folder(&[("c.toml", "[sessions.work]\nspeed = '8 MIPS'\n")]);
    let file = home.path().join("c.toml");
    let run = dosmux(&["explain", "--config", file.to_str().unwrap()]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stdout.contains("speed = \"8 MIPS\"                        # line 2\n"), "{}", run.stdout);
    assert!(run.stdout.contains("priority = 1                            # default\n"), "{}", run.stdout);
}

#[test]
fn the_users_own_config_is_found_and_read() {
    let home = folder(&[(".config/dosmux/config.toml", "[sessions.a]\nboot = 'cd'")]);
    let run = dosmux_in(home.path(), &[]);
    assert_eq!(run.status, 2);
    let message = "config.toml:2:8: sessions.a.boot: `cd` is not valid; valid choices are \"floppy\", \"disk\"\n";
    assert!(run.stderr.ends_with(message), "{}", run.stderr);
}

#[test]
fn a_missing_image_gives_status_2() {
    let run = dosmux(&["boot", "builtin:tour", "nowhere.img"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.starts_with("dosmux: cannot read nowhere.img: No such file"), "{}", run.stderr);
}

#[test]
fn a_missing_script_gives_status_2() {
    let run = dosmux(&["test", "nowhere.toml"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.starts_with("dosmux: cannot read nowhere.toml: No such file"), "{}", run.stderr);
}

#[test]
fn broken_scripts_are_all_named_in_order() {
    let folder = folder(&[("s/b.toml", "[[steps]]\nwait = 'x'"), ("s/a.toml", "stops = 1")]);
    let run = dosmux_in(folder.path(), &["test", "s"]);
    assert_eq!(run.status, 2);
    assert_eq!(
        run.stderr,
        "dosmux: s/a.toml:1:1: stops: unknown key; valid keys are description, timeout, sessions, steps\n\
         dosmux: s/b.toml:1:1: no session; write a table such as [sessions.left]\n"
    );
    assert_eq!(run.stdout, "2 scripts: 0 passed, 2 could not be run\n");
}

#[test]
fn a_script_with_a_missing_image_gives_status_2() {
    let folder = folder(&[("a.toml", "[sessions.a]\nfloppies = ['nowhere.img']\n[[steps]]\nwait = 'x'")]);
    let run = dosmux_in(folder.path(), &["test", "a.toml"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.starts_with("dosmux: a.toml: session `a`: "), "{}", run.stderr);
    assert_eq!(run.stderr.matches("nowhere.img").count(), 1, "{}", run.stderr);
}

#[test]
fn a_log_that_cannot_be_written_gives_status_2() {
    let run = dosmux(&["--log", "nowhere/dosmux.log", "test", "x"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.starts_with("dosmux: cannot write the log nowhere/dosmux.log: No such file"), "{}", run.stderr);
}
