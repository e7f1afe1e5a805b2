//! Nothing outside of a drive's directory is reached, and what the host refuses is an error of DOS.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dosmux::dos::DosError;
use dosmux::dos::drive::{Access, Create, DosName, DosPath, HostDrive, Share, Zone};
use dosmux::screen::CodePage;
use iced_x86::code_asm::*;
use tempfile::TempDir;

use super::machine::{Machine, com, dos, store};

const SECRET: &str = "secret of the host";

/// A directory with a secret, and the drive's directory in it.
fn house() -> (TempDir, PathBuf) {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.txt"), SECRET).unwrap();
    let inside = outside.path().join("drive");
    fs::create_dir(&inside).unwrap();
    (outside, inside)
}

/// What the shell shows after these commands on `folder`.
fn typed(folder: &Path, lines: &[&str]) -> String {
    let mut machine = Machine::shell(folder);
    machine.types("cls\n");
    for line in lines {
        machine.types(line);
        machine.types("\n");
        machine.settle();
    }
    machine.text()
}

#[test]
fn two_dots_end_at_the_root() {
    let (_outside, inside) = house();
    let names = ["..\\secret.txt", "\\..\\secret.txt", "c:..\\..\\secret.txt", "..\\drive\\..\\secret.txt"];
    for name in names {
        let screen = typed(&inside, &[&format!("type {name}"), &format!("copy {name} stolen.txt")]);
        assert!(!screen.contains(SECRET), "{name}: {screen}");
        assert!(!inside.join("stolen.txt").exists(), "{name}");
    }
    typed(&inside, &["echo x>..\\made.txt", "md ..\\made", "ren ..\\secret.txt x", "del ..\\secret.txt"]);
    assert_eq!(fs::read_dir(inside.parent().unwrap()).unwrap().count(), 2);
}

#[test]
fn links_that_lead_out_lead_nowhere() {
    let (outside, inside) = house();
    symlink("../secret.txt", inside.join("near.txt")).unwrap();
    symlink(outside.path().join("secret.txt"), inside.join("far.txt")).unwrap();
    symlink(outside.path(), inside.join("folder")).unwrap();
    symlink("/proc/self/environ", inside.join("env.txt")).unwrap();
    symlink("/dev/zero", inside.join("zero.txt")).unwrap();
    symlink("loop", inside.join("loop")).unwrap();
    symlink("../new.txt", inside.join("new.txt")).unwrap();
    let screen =
        typed(&inside, &["type near.txt", "type far.txt", "type folder\\secret.txt", "cd folder", "dir folder"]);
    assert!(!screen.contains(SECRET) && !screen.contains("SECRET   TXT"), "{screen}");
    let screen =
        typed(&inside, &["cls", "type env.txt", "type zero.txt", "type loop", "echo x>new.txt", "echo x>near.txt"]);
    assert!(!screen.contains("PATH=/"), "{screen}");
    assert!(!outside.path().join("new.txt").exists());
    assert_eq!(fs::read_to_string(outside.path().join("secret.txt")).unwrap(), SECRET);
}

#[test]
fn a_name_that_turns_into_a_link_while_it_is_opened_leads_nowhere_either() {
    let (outside, inside) = house();
    fs::create_dir(inside.join("real")).unwrap();
    fs::write(inside.join("real/secret.txt"), "harmless").unwrap();
    symlink(outside.path(), inside.join("link")).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let swapper = {
        let (stop, inside) = (stop.clone(), inside.clone());
        std::thread::spawn(move || {
            let (real, link, door) = (inside.join("real"), inside.join("link"), inside.join("door"));
            while !stop.load(Ordering::Relaxed) {
                for way in [&real, &link] {
                    fs::rename(way, &door).unwrap();
                    std::thread::yield_now();
                    fs::rename(&door, way).unwrap();
                }
            }
        })
    };
    let drive = HostDrive::open(&inside, CodePage::US, Zone::universal(), false).unwrap();
    let name = |text: &str| DosName::parse(text.as_bytes()).unwrap();
    let path = DosPath(vec![name("DOOR"), name("SECRET.TXT")]);
    let new = DosPath(vec![name("DOOR"), name("NEW.TXT")]);
    let mut opened = 0;
    for _ in 0..3000 {
        if let Ok(file) = drive.open_file(&path, Access::Read, Share::DenyNone) {
            let mut bytes = [0; 64];
            let count = file.read_at(0, &mut bytes).unwrap();
            assert_eq!(&bytes[..count], b"harmless");
            opened += 1;
        }
        let _ = drive.create_file(&new, Create::New, Access::ReadWrite, Share::DenyNone);
        let _ = drive.remove(&new);
    }
    stop.store(true, Ordering::Relaxed);
    swapper.join().unwrap();
    assert!(!outside.path().join("new.txt").exists());
    assert!(opened < 3000, "the name was another thing at times");
}

#[test]
fn pipes_devices_and_odd_names_do_no_harm() {
    let (_outside, inside) = house();
    nix::unistd::mkfifo(&inside.join("pipe.txt"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    fs::write(inside.join("new\nline.txt"), "odd").unwrap();
    fs::write(inside.join("a*b?.txt"), "odd").unwrap();
    fs::write(inside.join("con.txt"), "a file of the host's").unwrap();
    let screen = typed(&inside, &["type pipe.txt", "copy *.txt nul", "dir /w", "echo x>con.txt"]);
    assert!(screen.contains("3 file(s)  "), "{screen}");
    assert!(screen.contains("AB~OYJ.TXT"), "{screen}");
    assert_eq!(fs::read_to_string(inside.join("con.txt")).unwrap(), "a file of the host's");
}

/// `dosmux run` of `write` in `folder`, behind the shell's `limits`.
fn limited(folder: &Path, limits: &str, write: impl FnOnce(&mut CodeAssembler)) -> Output {
    fs::write(folder.join("test.com"), com(write)).unwrap();
    let command = format!("{limits}; exec {} run test", env!("CARGO_BIN_EXE_dosmux"));
    Command::new("sh").args(["-c", &command]).current_dir(folder).stdin(Stdio::null()).output().unwrap()
}

/// DS:DX leads to `name`.
fn name(a: &mut CodeAssembler, name: &str) {
    store(a, 0x800, &[name.as_bytes(), &[0]].concat());
    a.mov(dx, 0x800).unwrap();
}

#[test]
fn a_full_disk_takes_less_than_was_written() {
    let folder = tempfile::tempdir().unwrap();
    // Counts blocks of 4 KiB, and the bytes of the last in 256s.
    let output = limited(folder.path(), "trap '' XFSZ; ulimit -f 20", |a| {
        name(a, "out.bin");
        a.mov(cx, 0).unwrap();
        a.mov(ah, 0x3C).unwrap();
        a.int(0x21).unwrap();
        a.mov(bx, ax).unwrap();
        a.mov(si, 0).unwrap();
        let mut again = a.create_label();
        a.set_label(&mut again).unwrap();
        a.inc(si).unwrap();
        a.mov(cx, 0x1000).unwrap();
        a.mov(ah, 0x40).unwrap();
        a.int(0x21).unwrap();
        a.cmp(ax, cx).unwrap();
        a.je(again).unwrap();
        a.mov(al, ah).unwrap();
        a.shl(si, 5).unwrap();
        a.or(ax, si).unwrap();
        a.mov(ah, 0x4C).unwrap();
        a.int(0x21).unwrap();
    });
    let written = fs::metadata(folder.path().join("out.bin")).unwrap().len();
    assert!(written > 0 && written <= 20 << 10, "{written}: {output:?}");
    let (full, rest) = (written / 0x1000, written % 0x1000);
    assert_eq!(output.status.code(), i32::try_from((full + 1) << 5 | rest >> 8).ok(), "{output:?}");
}

#[test]
fn a_host_without_room_for_one_more_open_file_is_error_4() {
    let folder = tempfile::tempdir().unwrap();
    let output = limited(folder.path(), "ulimit -n 16", |a| {
        name(a, "test.com");
        a.mov(cx, 30).unwrap();
        let (mut again, mut end) = (a.create_label(), a.create_label());
        a.set_label(&mut again).unwrap();
        dos(a, 0x3D40);
        a.jc(end).unwrap();
        a.loop_(again).unwrap();
        a.set_label(&mut end).unwrap();
        a.mov(ah, 0x4C).unwrap();
        a.int(0x21).unwrap();
    });
    assert_eq!(output.status.code(), Some(4), "{output:?}");
}

#[test]
fn a_read_only_drive_refuses_every_change() {
    let (_outside, inside) = house();
    fs::write(inside.join("a.txt"), "a").unwrap();
    let drive = HostDrive::open(&inside, CodePage::US, Zone::universal(), true).unwrap();
    let path = |text: &str| DosPath(vec![DosName::parse(text.as_bytes()).unwrap()]);
    let refused = Err(DosError::WriteProtected);
    assert_eq!(drive.remove(&path("A.TXT")), refused);
    assert_eq!(drive.rename(&path("A.TXT"), &path("B.TXT")), refused);
    assert_eq!(drive.make_directory(&path("DIR")), refused);
    assert_eq!(drive.set_attributes(&path("A.TXT"), 1), refused);
    let open = |access| drive.open_file(&path("A.TXT"), access, Share::DenyNone).map(drop);
    assert_eq!((open(Access::ReadWrite), open(Access::Read)), (refused, Ok(())));
}
