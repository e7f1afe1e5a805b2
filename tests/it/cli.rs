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
    let message =
        "config.toml:2:8: sessions.a.boot: `cd` is not valid; valid choices are \"floppy\", \"disk\", \"dos\"\n";
    assert!(run.stderr.ends_with(message), "{}", run.stderr);
}

#[test]
fn a_missing_image_gives_status_2() {
    let run = dosmux(&["boot", "builtin:tour", "nowhere.img"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.starts_with("dosmux: cannot read nowhere.img: No such file"), "{}", run.stderr);
}

#[test]
fn schemas_are_printed_for_scripts_and_configs() {
    for (args, title) in [(&["schema"][..], "dosmux script"), (&["schema", "config"], "dosmux config")] {
        let run = dosmux(args);
        let schema: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((run.status, schema["title"].as_str()), (0, Some(title)));
    }
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
        "dosmux: s/a.toml:1:1: stops: unknown key; valid keys are description, timeout, vars, matrix, masks, \
         sessions, steps\n\
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

/// A script that passes, and one that fails at its second step.
const TWO_SCRIPTS: [(&str, &str); 2] = [
    ("s/a.toml", "[sessions.a]\nfloppies = ['builtin:tour']\n[[steps]]\nwait = 'dosmux'"),
    (
        "s/b.toml",
        "[sessions.a]\nfloppies = ['builtin:tour']\n[[steps]]\nwait = 'dosmux'\n[[steps]]\nexpect = 'DOSMUX'\ntimeout = '1s'",
    ),
];

#[test]
fn a_failed_script_gives_status_1_and_shows_what_came_nearest() {
    let folder = folder(&TWO_SCRIPTS);
    let run = dosmux_in(folder.path(), &["test", "s"]);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    assert!(run.stdout.starts_with("ok      s/a.toml\nFAILED  s/b.toml\n  s/b.toml:5"), "{}", run.stdout);
    assert!(run.stdout.contains("\n    dosmux\n    ^^^^^^\n") || !run.stdout.contains("nearest"), "{}", run.stdout);
    assert!(run.stdout.ends_with("\n2 scripts: 1 passed, 1 failed\n"), "{}", run.stdout);
}

#[test]
fn scripts_can_be_filtered_and_listed() {
    let folder = folder(&TWO_SCRIPTS);
    let list = |args: &[&str]| dosmux_in(folder.path(), &[&["test", "--list"], args].concat());
    assert_eq!(list(&["s", "--filter", "b.t"]).stdout, "s/b.toml\n");
    assert_eq!(
        list(&["s/?.toml", "--repeat", "2", "--filter", "a.t"]).stdout,
        "s/a.toml (run 1 of 2)\ns/a.toml (run 2 of 2)\n"
    );
    let nothing = list(&["s", "--filter", "x"]);
    assert_eq!((nothing.status, nothing.stderr.as_str()), (2, "dosmux: no script's name holds x\n"));
}

#[test]
fn json_is_an_object_a_line_and_the_same_at_any_number_of_jobs() {
    let folder = folder(&TWO_SCRIPTS);
    let lines = |jobs| {
        let run = dosmux_in(folder.path(), &["test", "s", "--json", "--repeat", "3", "--jobs", jobs]);
        assert_eq!((run.status, run.stderr.as_str()), (1, ""));
        run.stdout.lines().map(without_host_fields).collect::<Vec<_>>()
    };
    let alone = lines("1");
    assert_eq!(alone.len(), 8);
    assert_eq!((&alone[1]["result"], &alone[4]["result"]), (&"passed".into(), &"failed".into()));
    assert_eq!(alone, lines("4"));
}

/// A line of `--json` without what depends on the host.
fn without_host_fields(line: &str) -> serde_json::Map<String, serde_json::Value> {
    let mut object: serde_json::Map<_, _> = serde_json::from_str(line).expect("each line is an object");
    object.retain(|name, _| !name.starts_with("host_"));
    object
}

#[test]
fn after_the_first_failure_the_rest_is_skipped_whoever_is_faster() {
    let mut scripts = TWO_SCRIPTS.to_vec();
    scripts.extend([("s/c.toml", TWO_SCRIPTS[0].1), ("s/d.toml", TWO_SCRIPTS[0].1)]);
    let folder = folder(&scripts);
    for jobs in ["1", "4"] {
        let run = dosmux_in(folder.path(), &["test", "s", "--tap", "--fail-fast", "--jobs", jobs]);
        assert_eq!(run.status, 1);
        let points: Vec<&str> = run.stdout.lines().filter(|line| line.contains("ok ")).collect();
        let expected = [
            "ok 1 - s/a.toml",
            "not ok 2 - s/b.toml",
            "ok 3 - s/c.toml # SKIP the run had ended",
            "ok 4 - s/d.toml # SKIP the run had ended",
        ];
        assert_eq!(points, expected);
    }
}

#[test]
fn a_junit_file_and_artifacts_are_written() {
    let folder = folder(&TWO_SCRIPTS);
    for _ in 0..2 {
        let run = dosmux_in(folder.path(), &["test", "s", "--junit", "report.xml", "--artifacts", "out/new"]);
        assert_eq!((run.status, run.stderr.as_str()), (1, ""));
        assert!(run.stdout.contains("\n  more in out/new/s-b.toml"), "{}", run.stdout);
    }
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("it was written");
    assert!(read("report.xml").contains("<testsuites name=\"dosmux\" tests=\"2\""));
    for case in ["out/new/s-b.toml", "out/new/s-b.toml-2"] {
        assert!(read(&format!("{case}/report.txt")).starts_with("FAILED  s/b.toml\n"));
        assert!(read(&format!("{case}/screen.svg")).starts_with("<svg"));
        assert!(read(&format!("{case}/recording.cast")).starts_with("{\"version\": 2, \"width\": 80"));
        assert!(read(&format!("{case}/trace.txt")).contains("CS:IP"));
    }
    assert!(!folder.path().join("out/new/s-a.toml").exists());
}

#[test]
fn a_script_beyond_the_hosts_time_limit_is_trouble_of_the_host() {
    let busy = "[sessions.a]\nfloppies = ['builtin:tour']\n[[steps]]\nsleep = '100m'";
    let folder = folder(&[("a.toml", busy)]);
    let run = dosmux_in(folder.path(), &["test", "a.toml", "--timeout", "1ms"]);
    assert_eq!(run.status, 3, "{}", run.stdout);
    assert!(run.stdout.contains("GIVEN UP  a.toml\n"), "{}", run.stdout);
    assert!(run.stdout.contains("\n  given up: the host's time limit is reached\n"), "{}", run.stdout);
}

#[test]
fn github_gets_annotations() {
    let folder = folder(&TWO_SCRIPTS);
    let output = Command::new(env!("CARGO_BIN_EXE_dosmux"))
        .args(["test", "s"])
        .current_dir(folder.path())
        .env("GITHUB_ACTIONS", "true")
        .output()
        .expect("the program starts");
    assert!(
        text(output.stdout).contains("\n::error file=s/b.toml,line=5,col=1,title=s/b.toml%3A failed::step 2: expect")
    );
}

#[test]
fn golden_screens_are_written_when_blessed_and_compared_from_then_on() {
    let script = "[sessions.a]\n[[steps]]\nexpect_stopped = 'no bootable disk'\n[[steps]]\ngolden = 'screens/boot.txt'\n\
                  [[steps]]\nlog = 'seen'\n[[steps]]\nscreenshot = 'boot.svg'\n";
    let folder = folder(&[("s.toml", script)]);
    let test = |args: &[&str]| dosmux_in(folder.path(), &[&["test", "s.toml"], args].concat());
    let missing = test(&[]);
    assert_eq!(missing.status, 1);
    assert!(missing.stdout.contains("there is no screens/boot.txt; --bless writes it"), "{}", missing.stdout);
    let blessed = test(&["--bless"]);
    assert!(blessed.stdout.contains("\n  screens/boot.txt is written anew:\n"), "{}", blessed.stdout);
    let passed = test(&["--artifacts", "out"]);
    assert_eq!((passed.status, passed.stdout.contains("\n  log: seen\n")), (0, true), "{}", passed.stdout);
    assert!(folder.path().join("out/s.toml/kept/boot.svg").exists());
}
