//! Scripts whose sessions have host directories as drives: the same screens in every run, and nothing on the
//! host is changed.

use std::fs::{self, File, FileTimes};
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, UNIX_EPOCH};

use iced_x86::code_asm::*;

use crate::run::com;

/// Writes on the drive, shows when, and keeps what it wrote.
const SCRIPT: &str = r#"
[sessions.a]
drives = { c = "work", d = { path = "lib", read_only = true } }

[[steps]]
wait = 'C:\>'
[[steps]]
type = "echo one>new.txt\nmd made\necho two>made\\in.txt\ncopy old.txt copy.txt\ndel gone.txt\n"
[[steps]]
expect_file = { path = 'C:\NEW.TXT', text = "one\n" }
[[steps]]
expect_file = { path = 'c:\made\in.txt', size = 5 }
[[steps]]
expect_file = { path = 'C:\GONE.TXT', exists = false }
[[steps]]
put = { file = "input.txt", to = 'C:\MADE\INPUT.TXT' }
[[steps]]
type = "type made\\input.txt\n"
[[steps]]
expect = "from the host"
[[steps]]
get = { file = 'C:\MADE\IN.TXT', to = "in.txt" }
[[steps]]
type = "cls\ndir\ndir d:\\\n"
[[steps]]
wait = "LIB      TXT"
[[steps]]
wait_stable = "1s"
[[steps]]
screenshot = "dir.txt"
"#;

/// A folder with the script and its drives, its files written `age` after some day.
fn folder(script: &str, age: Duration) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let files =
        [("a.toml", script), ("input.txt", "from the host\r\n"), ("work/old.txt", "old"), ("work/gone.txt", "x")];
    for (name, text) in files.into_iter().chain([("lib/lib.txt", "lib")]) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let times = FileTimes::new().set_modified(UNIX_EPOCH + Duration::from_secs(1_000_000_000) + age);
        File::open(&path).unwrap().set_times(times).unwrap();
    }
    folder
}

fn test(folder: &Path) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_dosmux"));
    program.current_dir(folder).args(["test", "a.toml", "--artifacts", "out"]).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The names below `folder`, in order.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn every_run_shows_the_same_and_leaves_the_directories_as_they_are() {
    let mut shown = Vec::new();
    for age in [0, 1_000_000] {
        let folder = folder(SCRIPT, Duration::from_secs(age));
        let run = test(folder.path());
        assert!(run.status.success(), "{}", text(&run));
        assert_eq!(names(&folder.path().join("work")), ["gone.txt", "old.txt"]);
        let kept = |name: &str| fs::read_to_string(folder.path().join("out/a.toml/kept").join(name)).unwrap();
        assert_eq!(kept("in.txt"), "two\r\n");
        shown.push(kept("dir.txt"));
    }
    assert_eq!(shown[0], shown[1]);
    assert!(shown[0].contains("COPY     TXT") && shown[0].contains("LIB      TXT"), "{}", shown[0]);
}

/// Writes a file and, while it is open, ends with the years since 1980 that its date has.
fn dated() -> Vec<u8> {
    const NAME: u32 = 0x800;
    com(|a| {
        a.mov(dword_ptr(NAME), u32::from_le_bytes(*b"new\0")).unwrap();
        a.mov(dx, NAME).unwrap();
        a.mov(cx, 0).unwrap();
        for function in [0x3C00, 0x4000, 0x5700] {
            a.mov(ax, function).unwrap();
            a.int(0x21).unwrap();
            if function == 0x3C00 {
                a.mov(bx, ax).unwrap();
                a.mov(cx, 3).unwrap();
            }
        }
        a.shr(dx, 9).unwrap();
        a.mov(al, dl).unwrap();
        a.mov(ah, 0x4C).unwrap();
        a.int(0x21).unwrap();
    })
}

#[test]
fn a_file_that_is_still_open_has_the_time_of_the_guests_clock() {
    // The clock of scripts starts in 1994.
    let steps = "[[steps]]\ntype = \"dated\\n\"\n[[steps]]\nexpect_exit = { program = 'DATED.COM', code = 14 }";
    let folder = folder(&format!("[sessions.a]\ndrives = {{ c = 'work' }}\n{steps}"), Duration::ZERO);
    fs::write(folder.path().join("work/dated.com"), dated()).unwrap();
    let run = test(folder.path());
    assert!(run.status.success(), "{}", text(&run));
}

#[test]
fn programs_of_the_built_in_dos_are_known_with_what_they_end_with() {
    let script = r#"
[sessions.a]
drives = { c = "work" }
[[steps]]
type = "command /c ends\n"
[[steps]]
expect_exit = { program = "ENDS.COM", code = 7 }
[[steps]]
wait_exit = "COMMAND.COM"
[[steps]]
type = "dir | sort\n"
[[steps]]
expect_exit = { program = "SORT.COM", code = 0 }
"#;
    let folder = folder(script, Duration::ZERO);
    let ends = com(|a| {
        a.mov(ax, 0x4C07).unwrap();
        a.int(0x21).unwrap();
    });
    fs::write(folder.path().join("work/ends.com"), ends).unwrap();
    let run = test(folder.path());
    assert!(run.status.success(), "{}", text(&run));
}

#[test]
fn what_was_changed_on_a_drive_is_there_to_see_after_a_failure() {
    let folder = folder(&format!("{SCRIPT}[[steps]]\nexpect = 'no such text'"), Duration::ZERO);
    let run = test(folder.path());
    assert_eq!(run.status.code(), Some(1), "{}", text(&run));
    let saved = folder.path().join("out/a.toml/drive-c");
    assert_eq!(names(&saved), ["copy.txt", "made", "new.txt"]);
    assert_eq!(fs::read_to_string(saved.join("new.txt")).unwrap(), "one\r\n");
}

#[test]
fn an_interrupted_run_leaves_no_copies_behind() {
    let script = "[sessions.a]\ndrives = { c = 'work' }\n[[steps]]\ntype = \"loop\\n\"\n[[steps]]\nsleep = '100m'";
    let folder = folder(script, Duration::ZERO);
    fs::write(folder.path().join("work/loop.bat"), ":again\r\ngoto again\r\n").unwrap();
    let copies = folder.path().join("tmp");
    fs::create_dir(&copies).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_dosmux"));
    let mut child = program.current_dir(folder.path()).args(["test", "a.toml"]).env("TMPDIR", &copies).spawn().unwrap();
    while names(&copies).is_empty() {
        assert_eq!(child.try_wait().unwrap(), None, "it should run for long");
        std::thread::sleep(Duration::from_millis(10));
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(names(&copies), Vec::<String>::new());
}

#[test]
fn a_directory_that_cannot_be_copied_is_named_with_the_way_out() {
    let folder = folder(SCRIPT, Duration::ZERO);
    File::create(folder.path().join("work/large.bin")).unwrap().set_len(2 << 30).unwrap();
    let run = test(folder.path());
    assert_eq!(run.status.code(), Some(2), "{}", text(&run));
    let said = text(&run);
    for part in ["drive C: cannot copy the directory", "more than 65536 files or 1024 MiB", "read_only = true"] {
        assert!(said.contains(part), "no {part:?} in\n{said}");
    }
}
