//! What the built-in DOS costs: copying a tree of 10 MiB between host directories, against the host doing
//! the same in blocks of 4 KiB; and sessions in memory and open files.
//!
//! Not a benchmark in the statistical sense: prints the best of a few runs. Needs Linux.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use dosmux::config::{BootDrive, DriveSource, HostDriveSpec, SessionSpec};
use dosmux::session::{Host, Session, SessionOptions};
use iced_x86::code_asm::*;

/// The tree: folders, files in each, bytes of each file.
const FOLDERS: usize = 10;
const FILES: usize = 16;
const FILE_BYTES: usize = 64 << 10;
/// What programs copy at once.
const BLOCK_BYTES: u32 = 4 << 10;
/// Runs of each; the fastest counts.
const RUNS: usize = 9;
/// Longest wait for a command. *Units*: guest time.
const LIMIT: Duration = Duration::from_secs(600);
/// Sessions that are open at once.
const SESSIONS: usize = 100;
/// The bytes of a page in /proc/self/statm. Source: proc(5); x86-64.
const PAGE_KIB: usize = 4;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut out = io::stdout();
    let (from, to) = (tempfile::tempdir()?, tempfile::tempdir()?);
    make_tree(from.path())?;
    let (host, copy) = paired(to.path(), "tree", from.path(), |session, run| {
        fs::create_dir(to.path().join(format!("guest{run}")))?;
        self::run(session, &format!("all guest{run}"))
    })?;
    report(&mut out, "COPY of the shell, the tree", host, copy)?;
    let (host, blocks) = paired(to.path(), "blocks", from.path(), |session, _| self::run(session, "blocks"))?;
    report(&mut out, "a program, one file of the same size in blocks of 4 KiB", host, blocks)?;
    sessions(&mut out, from.path(), to.path())
}

/// The shortest of some runs of the host's and of a session's, in turns, each to a folder of its own: a file
/// system takes longer to make files where some have just been deleted.
fn paired(
    to: &Path,
    what: &str,
    from: &Path,
    mut guest: impl FnMut(&mut Session, usize) -> Outcome<Duration>,
) -> Outcome<(Duration, Duration)> {
    let mut session = open(from, to);
    let mut best = (Duration::MAX, Duration::MAX);
    for run in 0..RUNS {
        let folder = to.join(format!("{what}{run}"));
        fs::create_dir(&folder)?;
        best.0 = best.0.min(host_copies(from, &folder)?);
        best.1 = best.1.min(guest(&mut session, run)?);
    }
    Ok(best)
}

fn report(out: &mut impl Write, what: &str, host: Duration, guest: Duration) -> Outcome<()> {
    let (host, guest) = (millis(host), millis(guest));
    writeln!(out, "the host, the tree in blocks of 4 KiB: {host:.1} ms")?;
    Ok(writeln!(out, "{what}: {guest:.1} ms, {:.2} of the host's speed", host / guest)?)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The tree, one file with all of its bytes, and the commands.
fn make_tree(folder: &Path) -> Outcome<()> {
    let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(FILE_BYTES).collect();
    for number in 0..FOLDERS {
        let inner = folder.join(format!("tree/{number}"));
        fs::create_dir_all(&inner)?;
        for file in 0..FILES {
            fs::write(inner.join(format!("file{file}.bin")), &bytes)?;
        }
    }
    fs::write(folder.join("big.bin"), bytes.repeat(FOLDERS * FILES))?;
    fs::write(folder.join("blocks.com"), blocks()?)?;
    let folders: Vec<String> = (0..FOLDERS).map(|number| number.to_string()).collect();
    let folders = folders.join(" ");
    let all = format!(
        "@echo off\r\nfor %%d in ({folders}) do md d:\\%1\\%%d\r\nfor %%d in ({folders}) do copy c:\\tree\\%%d d:\\%1\\%%d >nul\r\n"
    );
    Ok(fs::write(folder.join("all.bat"), all)?)
}

/// A program that copies C:\BIG.BIN to D:\BIG.BIN.
fn blocks() -> Outcome<Vec<u8>> {
    const NAME: u32 = 0x200;
    const OTHER_NAME: u32 = 0x220;
    const BUFFER: u32 = 0x1000;
    let mut a = CodeAssembler::new(16)?;
    for (at, name) in [(NAME, "c:\\big.bin\0"), (OTHER_NAME, "d:\\big.bin\0")] {
        for (place, byte) in (at..).zip(name.bytes()) {
            a.mov(byte_ptr(place), u32::from(byte))?;
        }
    }
    let (mut again, mut end) = (a.create_label(), a.create_label());
    a.mov(ax, 0x3D00)?;
    a.mov(dx, NAME)?;
    a.int(0x21)?;
    a.mov(si, ax)?;
    a.mov(ah, 0x3C)?;
    a.xor(cx, cx)?;
    a.mov(dx, OTHER_NAME)?;
    a.int(0x21)?;
    a.mov(di, ax)?;
    a.mov(dx, BUFFER)?;
    a.set_label(&mut again)?;
    a.mov(cx, BLOCK_BYTES)?;
    a.mov(ah, 0x3F)?;
    a.mov(bx, si)?;
    a.int(0x21)?;
    a.mov(cx, ax)?;
    a.jcxz(end)?;
    a.mov(ah, 0x40)?;
    a.mov(bx, di)?;
    a.int(0x21)?;
    a.jmp(again)?;
    a.set_label(&mut end)?;
    a.mov(ax, 0x4C00)?;
    a.int(0x21)?;
    Ok(a.assemble(0x100)?)
}

/// The tree as `cp` copies it, in blocks of 4 KiB.
fn host_copies(from: &Path, to: &Path) -> Outcome<Duration> {
    let start = Instant::now();
    let mut block = vec![0; BLOCK_BYTES as usize];
    for number in 0..FOLDERS {
        let (source, target) = (from.join(format!("tree/{number}")), to.join(number.to_string()));
        fs::create_dir(&target)?;
        for entry in fs::read_dir(&source)? {
            let entry = entry?;
            let mut source = File::open(entry.path())?;
            let mut target = File::create(target.join(entry.file_name()))?;
            loop {
                let count = source.read(&mut block)?;
                if count == 0 {
                    break;
                }
                target.write_all(&block[..count])?;
            }
            target.set_modified(source.metadata()?.modified()?)?;
        }
    }
    Ok(start.elapsed())
}

/// A session at its prompt with drives C: and D:.
fn open(c: &Path, d: &Path) -> Session {
    let drive =
        |letter, path: &Path| HostDriveSpec { letter, source: DriveSource::Directory(path.into()), read_only: false };
    let spec =
        SessionSpec { boot: BootDrive::Dos, drives: vec![drive('C', c), drive('D', d)], ..SessionSpec::new("bench") };
    let options = SessionOptions { force_overlay: false, rtc_start: 0, local_time: false };
    let mut session = Session::new(&spec, &Host::new(), options).expect("a session");
    assert!(session.run_until(LIMIT, |screen| screen.contains("C:\\>")), "no prompt");
    session
}

/// Runs a command that is on C:.
fn run(session: &mut Session, command: &str) -> Outcome<Duration> {
    session.type_text("cls\n");
    session.run_until(LIMIT, |screen| screen.text().trim() == "C:\\>");
    session.type_text(command);
    session.run_until(LIMIT, |screen| screen.contains(command));
    let start = Instant::now();
    session.type_text("\n");
    let done = session.run_until(LIMIT, |screen| screen.text().matches("C:\\>").count() == 2);
    let time = start.elapsed();
    if done { Ok(time) } else { Err(format!("{command} does not end:\n{}", session.screen().text()).into()) }
}

/// What sessions at their prompts take.
fn sessions(out: &mut impl Write, c: &Path, d: &Path) -> Outcome<()> {
    let first = open(c, d);
    let (memory, files, start) = (resident_kib()?, open_files()?, Instant::now());
    let open: Vec<Session> = (0..SESSIONS).map(|_| open(c, d)).collect();
    let time = start.elapsed();
    let (each, each_files) = ((resident_kib()? - memory) / SESSIONS, (open_files()? - files) / SESSIONS);
    writeln!(
        out,
        "{SESSIONS} sessions at their prompts: {each} KiB and {each_files} open files each, started in {:.1} ms each",
        millis(time) / 100.0
    )?;
    drop(open);
    let left = open_files()?.saturating_sub(files);
    drop(first);
    Ok(writeln!(out, "when they are closed, {left} more files are open than before")?)
}

fn resident_kib() -> Outcome<usize> {
    let pages = fs::read_to_string("/proc/self/statm")?;
    let pages: usize = pages.split(' ').nth(1).ok_or("no figure")?.parse()?;
    Ok(pages * PAGE_KIB)
}

fn open_files() -> Outcome<usize> {
    Ok(fs::read_dir("/proc/self/fd")?.count())
}
