//! A dosmux that is killed while it writes: what was whole before is whole after.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use dosmux::dos::drive::{DosName, DosPath, HostDrive, Zone};
use dosmux::screen::CodePage;
use iced_x86::code_asm::*;

use super::machine::{com, store};

/// What every whole file has.
const BYTES: u16 = 0xC000;
const TEMPORARY: u32 = 0x800;
const GOOD: u32 = 0x820;
const BUFFER: u32 = 0x1000;
/// How often it is killed.
const KILLS: u64 = 25;
/// Names the folder for a copy of this program that replaces a file in it until it is killed.
const FOLDER: &str = "DOSMUX_TEST_REPLACE";

/// Writes TEMP.$$$, deletes GOOD.TXT and gives its name to TEMP.$$$, for ever; each time with another letter.
fn writer() -> Vec<u8> {
    let function = |a: &mut CodeAssembler, number: u32, name: u32| {
        a.mov(dx, name).unwrap();
        a.mov(ah, number).unwrap();
        a.int(0x21).unwrap();
    };
    com(|a| {
        store(a, TEMPORARY, b"temp.$$$\0");
        store(a, GOOD, b"good.txt\0");
        a.mov(bp, u32::from(b'a')).unwrap();
        let mut again = a.create_label();
        a.set_label(&mut again).unwrap();
        a.mov(ax, bp).unwrap();
        a.mov(di, BUFFER).unwrap();
        a.mov(cx, u32::from(BYTES)).unwrap();
        a.rep().stosb().unwrap();
        a.xor(bp, 3).unwrap();
        function(a, 0x3C, TEMPORARY);
        a.mov(bx, ax).unwrap();
        a.mov(cx, u32::from(BYTES)).unwrap();
        function(a, 0x40, BUFFER);
        function(a, 0x3E, BUFFER);
        function(a, 0x41, GOOD);
        a.mov(di, GOOD).unwrap();
        function(a, 0x56, TEMPORARY);
        a.jmp(again).unwrap();
    })
}

/// Kills `child`, `turn`s of some milliseconds after it has begun to write.
fn kill(mut child: Child, folder: &Path, turn: u64) {
    while !folder.join("good.txt").exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_micros(700 * turn));
    child.kill().unwrap();
    child.wait().unwrap();
}

fn is_whole(bytes: &[u8]) -> bool {
    bytes.len() == usize::from(BYTES) && bytes.iter().all(|byte| *byte == bytes[0])
}

#[test]
fn a_killed_session_leaves_no_half_file_under_a_good_ones_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("w.com"), writer()).unwrap();
    for turn in 0..KILLS {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dosmux"));
        command.args(["run", "w"]).current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        kill(command.spawn().unwrap(), folder.path(), turn);
        // Between the two calls of DOS only the other name is there.
        let left = ["good.txt", "temp.$$$"].map(|name| fs::read(folder.path().join(name)).ok());
        assert!(left[0].as_ref().or(left[1].as_ref()).is_some_and(|bytes| is_whole(bytes)), "kill {turn}");
        let names = fs::read_dir(folder.path()).unwrap().count();
        assert!(names <= 3, "kill {turn}: {names} files");
    }
}

#[test]
fn a_killed_editor_leaves_the_old_text_or_the_new() {
    let drive = |folder: &Path| HostDrive::open(folder, CodePage::US, Zone::universal(), false).unwrap();
    let good = DosPath(vec![DosName::parse(b"GOOD.TXT").unwrap()]);
    if let Some(folder) = std::env::var_os(FOLDER) {
        // This is the copy.
        let drive = drive(Path::new(&folder));
        for letter in (b'a'..=b'z').cycle() {
            drive.replace(&good, &[letter; BYTES as usize]).unwrap();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    for turn in 0..KILLS {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "builtin_dos::killed::a_killed_editor_leaves_the_old_text_or_the_new"]);
        command.env(FOLDER, folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        kill(command.spawn().unwrap(), folder.path(), turn);
        assert!(is_whole(&fs::read(folder.path().join("good.txt")).unwrap()), "kill {turn}");
    }
}
