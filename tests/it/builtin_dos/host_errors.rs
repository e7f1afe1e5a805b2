//! What the host refuses, as programs see it: errors of permissions, of file systems that cannot be
//! written, of full disks. The program runs in a `dosmux run` of its own, as a user without rights.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use iced_x86::code_asm::*;
use tempfile::TempDir;

use super::machine::{com, store};

/// A user who owns nothing.
const NOBODY: u32 = 65_534;
const NAMES: [u32; 2] = [0x800, 0x900];
const ACCESS_DENIED: i32 = 5;
const WRITE_PROTECTED: i32 = 19;
const DISK_FULL: i32 = 39;

/// A folder that everybody can look at, with a copy of dosmux.
fn open_folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let program = folder.path().join("dosmux");
    fs::copy(env!("CARGO_BIN_EXE_dosmux"), &program).unwrap();
    (folder, program)
}

/// A program that calls INT 21h with AX = `function`, CX = 0 and these names at DS:DX and ES:DI, and ends with the error.
fn call(function: u32, name: &str, other: &str) -> Vec<u8> {
    com(|a| {
        for (at, name) in NAMES.into_iter().zip([name, other]) {
            store(a, at, &[name.as_bytes(), &[0]].concat());
        }
        a.mov(dx, NAMES[0]).unwrap();
        a.mov(di, NAMES[1]).unwrap();
        a.mov(cx, 0).unwrap();
        a.mov(ax, function).unwrap();
        a.int(0x21).unwrap();
        let mut failed = a.create_label();
        a.jc(failed).unwrap();
        a.mov(al, 0).unwrap();
        a.set_label(&mut failed).unwrap();
        a.mov(ah, 0x4C).unwrap();
        a.int(0x21).unwrap();
    })
}

/// `command` with a user who has no rights, if this one has them all.
fn powerless(mut command: Command) -> Command {
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Runs `arguments` of dosmux in `folder`.
fn run(program: &Path, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.arg("run").args(arguments).current_dir(folder).env("HOME", folder).stdin(Stdio::null());
    powerless(command).output().unwrap()
}

#[test]
fn what_the_host_does_not_permit_is_access_denied() {
    let (outer, program) = open_folder();
    let drive = outer.path().join("drive");
    fs::create_dir_all(drive.join("locked")).unwrap();
    fs::create_dir(drive.join("closed")).unwrap();
    fs::write(drive.join("secret.txt"), "secret").unwrap();
    fs::write(drive.join("fixed.txt"), "fixed").unwrap();
    fs::write(drive.join("locked/a.txt"), "a").unwrap();
    let calls: [(u32, &str, &str); 11] = [
        (0x3D00, "secret.txt", ""),
        (0x3D02, "secret.txt", ""),
        (0x3D01, "fixed.txt", ""),
        (0x3C00, "fixed.txt", ""),
        (0x3C00, "locked\\new.txt", ""),
        (0x3900, "locked\\new", ""),
        (0x4100, "locked\\a.txt", ""),
        (0x5600, "locked\\a.txt", "locked\\b.txt"),
        (0x5600, "locked\\a.txt", "b.txt"),
        (0x3D00, "closed\\a.txt", ""),
        (0x3C00, "closed\\a.txt", ""),
    ];
    for (index, (function, name, other)) in calls.iter().enumerate() {
        fs::write(drive.join(format!("t{index}.com")), call(*function, name, other)).unwrap();
    }
    for (name, mode) in [("secret.txt", 0), ("fixed.txt", 0o444), ("locked", 0o555), ("closed", 0), (".", 0o555)] {
        fs::set_permissions(drive.join(name), PermissionsExt::from_mode(mode)).unwrap();
    }
    for (index, (function, name, _)) in calls.iter().enumerate() {
        let output = run(&program, &drive, &[&format!("t{index}")]);
        assert_eq!(output.status.code(), Some(ACCESS_DENIED), "{function:04X} {name}: {output:?}");
    }
    for (name, mode) in [(".", 0o755), ("locked", 0o755), ("closed", 0o755)] {
        fs::set_permissions(drive.join(name), PermissionsExt::from_mode(mode)).unwrap();
    }
    assert_eq!(fs::read_dir(drive.join("locked")).unwrap().count(), 1);
}

/// True if this user may mount a file system, and mount it again, in a name space of its own.
fn mounts(folder: &Path) -> bool {
    let mut command = Command::new("unshare");
    let script = "mount -t tmpfs tmpfs disk && mount -o remount,ro disk";
    command.args(["-rm", "sh", "-c", script]).current_dir(folder);
    command.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Runs `arguments` of dosmux on a file system in memory of 64 KiB, which holds `files` and then is mounted
/// again with `options`; what is on it afterwards is copied to `after`. `None` if there can be none.
fn on_small_disk(files: &[(&str, &[u8])], options: &str, arguments: &str) -> Option<(Output, TempDir)> {
    let (outer, program) = open_folder();
    for folder in ["from", "disk", "after"] {
        fs::create_dir(outer.path().join(folder)).unwrap();
    }
    for (name, bytes) in files {
        let file = outer.path().join("from").join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    let script = format!(
        "mount -t tmpfs -o size=64k tmpfs disk || exit 99; cp -r from/* disk; mount -o remount,{options} disk || exit 99
         cd disk; HOME=. TMPDIR=$PWD {} {arguments}; code=$?; cp -r * ../after; exit $code",
        program.display()
    );
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", &script]).current_dir(outer.path()).stdin(Stdio::null());
    if !mounts(outer.path()) {
        eprintln!("skipped: no file system of one's own here");
        return None;
    }
    Some((command.output().unwrap(), outer))
}

#[test]
fn a_file_system_that_cannot_be_written_is_write_protected() {
    for (function, name) in [(0x3C00, "new.txt"), (0x3900, "new"), (0x3D02, "a.txt"), (0x4100, "a.txt")] {
        let program = call(function, name, "");
        let files: [(&str, &[u8]); 2] = [("t.com", &program), ("a.txt", b"a")];
        let Some((output, _)) = on_small_disk(&files, "ro", "run t") else { return };
        assert_eq!(output.status.code(), Some(WRITE_PROTECTED), "{function:04X} {name}: {output:?}");
    }
}

#[test]
fn a_full_disk_takes_no_more_files_and_copy_leaves_no_half_ones() {
    let big = [b'x'; 40_000];
    let files: [(&str, &[u8]); 1] = [("big.bin", &big)];
    let Some((output, outer)) = on_small_disk(&files, "rw", "run copy big.bin copy.bin") else { return };
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(text.contains("Insufficient disk space") && text.contains("0 file(s) copied"), "{text}");
    assert!(!outer.path().join("after/copy.bin").exists());
    // No room for one more file either: its name takes some.
    let program = call(0x3C00, "new.txt", "");
    let files: [(&str, &[u8]); 1] = [("t.com", &program)];
    let Some((output, _)) = on_small_disk(&files, "rw,nr_inodes=2", "run t") else { return };
    assert_eq!(output.status.code(), Some(DISK_FULL), "{output:?}");
}

/// A script works on a copy of the folder, which is on the small disk too.
#[test]
fn edit_on_a_full_disk_keeps_the_old_text() {
    let old = [b'o'; 24_000];
    let script = br#"
[sessions.s]
drives = { c = "c" }
[[steps]]
wait = 'C:\>'
[[steps]]
type = "edit a.txt\n"
[[steps]]
wait = "ooo"
[[steps]]
type = "new"
[[steps]]
key = "f2"
[[steps]]
wait = "Insufficient disk space"
[[steps]]
key = "enter"
[[steps]]
key = "alt+x"
[[steps]]
type = "n"
[[steps]]
wait = 'C:\>'
[[steps]]
type = "cls\ndir /a\n"
[[steps]]
wait_regex = '1 file\(s\) +24000 bytes'
[[steps]]
type = "cls\nfind /c \"new\" a.txt\n"
[[steps]]
wait_regex = 'A.TXT: 0'
"#;
    let files: [(&str, &[u8]); 2] = [("c/a.txt", &old), ("edit.toml", script)];
    let Some((output, _outer)) = on_small_disk(&files, "rw", "test edit.toml") else { return };
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}
