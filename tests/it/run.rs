//! `dosmux run` and `dosmux names`, as the shell of the host sees them.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use iced_x86::code_asm::*;
use tempfile::TempDir;

/// The .COM file that `write` assembles.
pub(crate) fn com(write: impl FnOnce(&mut CodeAssembler)) -> Vec<u8> {
    let mut asm = CodeAssembler::new(16).unwrap();
    write(&mut asm);
    asm.assemble(0x100).unwrap()
}

/// Says `Hi` and its command tail by AH=40h and AH=02h; ends with 3.
fn hello() -> Vec<u8> {
    com(|a| {
        for byte in *b"Hi" {
            a.mov(ah, 2).unwrap();
            a.mov(dl, u32::from(byte)).unwrap();
            a.int(0x21).unwrap();
        }
        a.mov(cl, byte_ptr(0x80)).unwrap();
        a.mov(ch, 0).unwrap();
        a.mov(dx, 0x81).unwrap();
        a.mov(bx, 2).unwrap();
        a.mov(ah, 0x40).unwrap();
        a.int(0x21).unwrap();
        a.mov(ax, 0x4C03).unwrap();
        a.int(0x21).unwrap();
    })
}

/// Copies standard input to standard output.
fn copy() -> Vec<u8> {
    com(|a| {
        let (mut next, mut end) = (a.create_label(), a.create_label());
        a.set_label(&mut next).unwrap();
        a.mov(ah, 0x3F).unwrap();
        a.mov(bx, 0).unwrap();
        a.mov(cx, 0x100).unwrap();
        a.mov(dx, 0x400).unwrap();
        a.int(0x21).unwrap();
        a.or(ax, ax).unwrap();
        a.jz(end).unwrap();
        a.mov(cx, ax).unwrap();
        a.mov(bx, 1).unwrap();
        a.mov(ah, 0x40).unwrap();
        a.int(0x21).unwrap();
        a.jmp(next).unwrap();
        a.set_label(&mut end).unwrap();
        a.mov(ax, 0x4C00).unwrap();
        a.int(0x21).unwrap();
    })
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hello.com"), hello()).unwrap();
    std::fs::write(folder.path().join("copy1.com"), copy()).unwrap();
    folder
}

fn start(folder: &Path, args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dosmux"));
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    pipes.current_dir(folder).args(args).spawn().unwrap()
}

fn run(folder: &Path, args: &[&str], input: &[u8]) -> Output {
    let mut child = start(folder, args);
    // A program that ends early takes none of it.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

#[test]
fn a_program_has_arguments_two_outputs_and_an_exit_code() {
    let folder = folder();
    let output = run(folder.path(), &["run", "hello", "a", "-b"], b"");
    assert_eq!(String::from_utf8_lossy(&output.stderr), " a -b");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "Hi");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn text_goes_through_a_program_as_utf8_with_lines() {
    let folder = folder();
    let text = "Grüße\n".repeat(20_000);
    // In pieces: input and output together are more than pipes hold.
    std::fs::write(folder.path().join("in.txt"), &text).unwrap();
    let input = std::fs::File::open(folder.path().join("in.txt")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dosmux"));
    let output = command.args(["run", "copy1"]).current_dir(folder.path()).stdin(input).output().unwrap();
    assert!(output.stdout == text.as_bytes(), "{} bytes", output.stdout.len());
    assert_eq!(output.status.code(), Some(0));
    let raw = run(folder.path(), &["run", "--raw", "copy1"], b"\xFF\n\x00\r\x1A");
    assert_eq!(raw.stdout, b"\xFF\n\x00\r\x1A");
}

#[test]
fn failures_of_dosmux_have_statuses_of_their_own() {
    let folder = folder();
    let status = |args: &[&str]| run(folder.path(), args, b"").status.code();
    assert_eq!(status(&["run", "--drive", "d=nowhere", "hello"]), Some(125));
    assert_eq!(status(&["run", "--drive", "d=.", "--drive", "D=.", "hello"]), Some(125));
    assert_eq!(status(&["run", "--drive", "c=.", "hello"]), Some(2));
    let mut waiting = start(folder.path(), &["run", "--timeout", "300ms", "copy1"]);
    // Its input stays open: waiting alone would close it.
    let _open = waiting.stdin.take();
    assert_eq!(waiting.wait().unwrap().code(), Some(124));
}

#[test]
fn a_command_of_the_shell_that_cannot_be_done_is_told_by_the_exit_code() {
    let folder = folder();
    std::fs::write(folder.path().join("fails.bat"), "@del none\necho behind\n").unwrap();
    let status = |args: &[&str]| run(folder.path(), args, b"").status.code();
    assert_eq!(status(&["run", "del", "none"]), Some(1));
    assert_eq!(status(&["run", "copy", "none", "x"]), Some(1));
    assert_eq!(status(&["run", "dir"]), Some(0));
    // In a batch file only programs have exit codes.
    assert_eq!(status(&["run", "fails.bat"]), Some(0));
}

#[test]
fn many_programs_run_at_once_and_leave_nothing_behind() {
    let folder = folder();
    let children: Vec<Child> = (0..8).map(|_| start(folder.path(), &["run", "D:\\HELLO.COM", "x"])).collect();
    for child in children {
        assert_eq!(child.wait_with_output().unwrap().status.code(), Some(127));
    }
    let children: Vec<Child> =
        (0..8).map(|_| start(folder.path(), &["run", "--drive", "d=.", "D:\\HELLO.COM", "x"])).collect();
    for child in children {
        assert_eq!(child.wait_with_output().unwrap().status.code(), Some(3));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn names_are_listed_with_those_of_the_host() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("A long name.text"), "").unwrap();
    std::fs::write(folder.path().join("short.txt"), "").unwrap();
    let output = run(folder.path(), &["names"], b"");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("SHORT.TXT     short.txt\n"), "{text}");
    assert!(text.lines().any(|line| line.ends_with("  A long name.text") && line.contains('~')), "{text}");
}

/// Standard input in capitals to standard output; ends with 2 if there is a `!` in it.
fn compiler() -> Vec<u8> {
    com(|a| {
        let (mut next, mut end) = (a.create_label(), a.create_label());
        let (mut keep, mut fine) = (a.create_label(), a.create_label());
        a.mov(bp, 0x4C00).unwrap();
        a.set_label(&mut next).unwrap();
        a.mov(ah, 0x3F).unwrap();
        a.mov(bx, 0).unwrap();
        a.mov(cx, 1).unwrap();
        a.mov(dx, 0x400).unwrap();
        a.int(0x21).unwrap();
        a.or(ax, ax).unwrap();
        a.jz(end).unwrap();
        a.cmp(byte_ptr(0x400), u32::from(b'!')).unwrap();
        a.jne(fine).unwrap();
        a.mov(bp, 0x4C02).unwrap();
        a.set_label(&mut fine).unwrap();
        a.cmp(byte_ptr(0x400), u32::from(b'a')).unwrap();
        a.jb(keep).unwrap();
        a.and(byte_ptr(0x400), 0xDF_u32).unwrap();
        a.set_label(&mut keep).unwrap();
        a.mov(bx, 1).unwrap();
        a.mov(ah, 0x40).unwrap();
        a.int(0x21).unwrap();
        a.jmp(next).unwrap();
        a.set_label(&mut end).unwrap();
        a.mov(ax, bp).unwrap();
        a.int(0x21).unwrap();
    })
}

const MAKEFILE: &str = "\
objects = a.obj b.obj c.obj d.obj e.obj f.obj
.DELETE_ON_ERROR:
app.txt: $(objects)
\tcat $(objects) > $@
%.obj: %.src
\t$(DOSMUX) run --drive d=tools:ro --env 'PATH=D:\\' upper < $< > $@
";

/// Runs make in `folder`, eight jobs at once; `None` if the host has none.
fn make(folder: &Path) -> Option<Output> {
    let mut command = Command::new("make");
    let result = command.arg("-j8").env("DOSMUX", env!("CARGO_BIN_EXE_dosmux")).current_dir(folder).output();
    result.inspect_err(|error| eprintln!("skipped: make: {error}")).ok()
}

#[test]
fn make_runs_it_as_a_compiler_many_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("tools")).unwrap();
    std::fs::write(path("tools/upper.com"), compiler()).unwrap();
    std::fs::write(path("Makefile"), MAKEFILE).unwrap();
    for source in ["a", "b", "c", "d", "e", "f"] {
        std::fs::write(path(&format!("{source}.src")), format!("module {source}\n")).unwrap();
    }
    let Some(output) = make(folder.path()) else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let made = std::fs::read_to_string(path("app.txt")).unwrap();
    assert_eq!(made, "MODULE A\nMODULE B\nMODULE C\nMODULE D\nMODULE E\nMODULE F\n");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 15, "nothing else is left behind");
    // A compiler that fails stops make, with its exit code.
    std::fs::write(path("c.src"), "error!\n").unwrap();
    let output = make(folder.path()).unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("c.obj] Error 2"), "{said}");
    assert!(!path("c.obj").exists());
}

#[test]
fn a_program_is_named_by_its_path_on_the_host_wherever_it_is() {
    let (folder, elsewhere) = (folder(), tempfile::tempdir().unwrap());
    let path = elsewhere.path().join("A rather long name.com");
    std::fs::write(&path, hello()).unwrap();
    let output = run(folder.path(), &["run", path.to_str().unwrap(), "x"], b"");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(3), b"Hi".as_slice()));
    assert_eq!(run(elsewhere.path(), &["run", "./A rather long name.com"], b"").status.code(), Some(3));
}

#[test]
fn the_environment_and_the_code_page_can_be_set() {
    let folder = folder();
    let output = run(folder.path(), &["run", "--env", "lib=C:\\LIB", "set"], b"");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("LIB=C:\\LIB\n") && text.contains("PATH=Z:\\\n"), "{text}");
    let euro = run(folder.path(), &["run", "--code-page", "858", "copy1"], "€".as_bytes());
    assert_eq!(String::from_utf8_lossy(&euro.stdout), "€");
    assert_eq!(run(folder.path(), &["run", "--code-page", "1", "copy1"], b"").status.code(), Some(2));
}

#[test]
fn arguments_that_do_not_fit_are_refused() {
    let folder = folder();
    let long = "x".repeat(126);
    let output = run(folder.path(), &["run", "hello", &long], b"");
    assert_eq!(output.status.code(), Some(126));
    assert!(String::from_utf8_lossy(&output.stderr).contains("126"), "{output:?}");
}

#[test]
fn a_reader_that_goes_away_ends_the_program() {
    use std::os::unix::process::ExitStatusExt;
    let folder = folder();
    std::fs::write(folder.path().join("loop.bat"), "@echo off\r\n:again\r\necho on and on\r\ngoto again\r\n").unwrap();
    let mut child = start(folder.path(), &["run", "loop"]);
    drop(child.stdout.take());
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(rustix::process::Signal::PIPE.as_raw()));
}

#[test]
fn only_named_commands_of_the_host_run_and_their_exit_codes_come_back() {
    let folder = folder();
    let output = run(folder.path(), &["run", "--host-command", "ls", "unix", "LS", "hello.com"], b"");
    assert_eq!((output.stdout.as_slice(), output.status.code()), (b"hello.com\n".as_slice(), Some(0)), "{output:?}");
    let output = run(folder.path(), &["run", "--host-command", "false", "unix", "false"], b"");
    assert_eq!(output.status.code(), Some(1));
    for args in [&["run", "unix", "ls"][..], &["run", "--host-command", "ls", "unix", "/bin/ls"]] {
        let output = run(folder.path(), args, b"");
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(126), b"".as_slice()));
    }
    assert_eq!(run(folder.path(), &["run", "--host-command", "bin/ls", "ver"], b"").status.code(), Some(2));
}

#[test]
fn a_signal_ends_the_command_of_the_host_and_then_dosmux() {
    use std::os::unix::process::ExitStatusExt;
    let folder = folder();
    let script = "echo $$; exec sleep 600";
    let mut child =
        start(folder.path(), &["run", "--host-command", "sh", "unix", "sh", "-c", &format!("\"{script}\"")]);
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.as_mut().unwrap()), &mut line).unwrap();
    let process = |text: &str| rustix::process::Pid::from_raw(text.trim().parse().unwrap()).unwrap();
    let (own, command) = (process(&child.id().to_string()), process(&line));
    rustix::process::kill_process(own, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(rustix::process::Signal::TERM.as_raw()));
    while rustix::process::test_kill_process(command).is_ok() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn a_log_is_written_where_it_is_asked_for() {
    let folder = folder();
    let output = run(folder.path(), &["run", "--log", "log.txt", "hello"], b"");
    assert_eq!(output.status.code(), Some(3));
    assert!(std::fs::read_to_string(folder.path().join("log.txt")).unwrap().contains("Int21"));
    assert_eq!(run(folder.path(), &["run", "--log", "no/log.txt", "hello"], b"").status.code(), Some(2));
}

#[test]
fn a_full_disk_behind_standard_output_is_told() {
    let folder = folder();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dosmux"));
    let output = command.args(["run", "hello"]).current_dir(folder.path()).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(125));
    assert!(String::from_utf8_lossy(&output.stderr).contains("No space left on device"), "{output:?}");
}

#[test]
fn a_directory_of_any_name_is_drive_c_and_needs_no_home() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("Ünï — a long name.d");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("hello.com"), hello()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dosmux"));
    let output = command.args(["run", "hello"]).current_dir(&folder).env_clear().output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(3), b"Hi".as_slice()));
}

#[test]
fn a_first_line_for_the_host_is_none_for_dos() {
    let folder = folder();
    std::fs::write(folder.path().join("greet.bat"), "#!/usr/bin/env -S dosmux run\n@echo off\necho Hi, %1!\n").unwrap();
    let output = run(folder.path(), &["run", "./greet.bat", "Eva"], b"");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "Hi, Eva!\n");
}
