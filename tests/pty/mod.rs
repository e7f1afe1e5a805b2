//! A pseudo-terminal with a program on it, read back through a terminal parser.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// How long is waited for what must happen soon: for hosts with much else to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// A terminal on which nothing runs yet.
pub(crate) struct Pty {
    master: File,
    /// The program's end.
    pub(crate) slave: File,
    size: (u16, u16),
    /// Where the program starts.
    pub(crate) folder: PathBuf,
}

/// A terminal with a program on it, which dies with it.
pub(crate) struct Terminal {
    keyboard: File,
    /// The program's end.
    pub(crate) slave: File,
    pub(crate) child: Child,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

/// What the program has written.
pub(crate) struct Seen {
    /// All of it.
    pub(crate) bytes: Vec<u8>,
    parser: vt100::Parser,
}

impl Seen {
    /// The terminal's screen as text.
    pub(crate) fn text(&self) -> String {
        self.parser.screen().contents()
    }
}

impl Pty {
    /// A terminal of `size` columns and rows.
    pub(crate) fn open(size: (u16, u16)) -> Pty {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("the host has pseudo-terminals");
        grantpt(&master).expect("it is ours");
        unlockpt(&master).expect("it is ours");
        let name = ptsname(&master, Vec::new()).expect("it has a name");
        let slave = rustix::fs::open(&name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("it is unlocked");
        Pty { master: File::from(master), slave: File::from(slave), size, folder: PathBuf::from(".") }
    }

    /// Starts `program` on the terminal, a modern one unless `env` says otherwise.
    pub(crate) fn start(self, program: &Path, args: &[&str], env: &[(&str, &str)]) -> Terminal {
        let Pty { master, slave, size, folder } = self;
        let seen = Seen { bytes: Vec::new(), parser: vt100::Parser::new(nonzero(size.1), nonzero(size.0), 0) };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        set_size(&slave, size);
        let end = || Stdio::from(slave.try_clone().expect("a handle can be doubled"));
        let child = Command::new(program)
            .args(args)
            .current_dir(folder)
            .env_remove("NO_COLOR")
            .envs([("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LC_ALL", "C.UTF-8")])
            // Nobody's own settings.
            .envs([("HOME", "/nonexistent"), ("XDG_CONFIG_HOME", "/nonexistent")])
            .envs(env.iter().copied())
            .stdin(end())
            .stdout(end())
            .stderr(end())
            // As a shell does: what stops it must not stop its parent.
            .process_group(0)
            .spawn()
            .expect("the program starts");
        spawn_reader(master.try_clone().expect("a handle can be doubled"), Arc::clone(&seen));
        Terminal { keyboard: master, slave, child, seen }
    }
}

impl Terminal {
    pub(crate) fn types(&mut self, bytes: &[u8]) {
        self.keyboard.write_all(bytes).expect("the terminal is there");
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&mut self, size: (u16, u16)) {
        let mut seen = self.seen.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.parser.set_size(nonzero(size.1), nonzero(size.0));
        drop(seen);
        set_size(&self.slave, size);
        // The terminal is not the program's controlling one, so nobody tells it.
        let program = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(program, rustix::process::Signal::WINCH).expect("the program runs");
    }

    /// Waits until `done` says so of what has been seen; `what` is what a failure calls it.
    #[track_caller]
    pub(crate) fn waits(&self, what: &str, mut done: impl FnMut(&Seen) -> bool) {
        let limit = Instant::now() + PATIENCE;
        let mut seen = self.seen.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !done(&seen) {
            let left = limit.saturating_duration_since(Instant::now());
            let (text, bytes) = (seen.text(), seen.bytes.len());
            assert!(!left.is_zero(), "{what} never came; {bytes} bytes came, and the screen is\n{text}");
            seen = self.seen.1.wait_timeout(seen, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until `text` is on the screen.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        self.waits(&format!("the text {text:?}"), |seen| seen.text().contains(text));
    }
}

impl Drop for Terminal {
    /// A test that failed leaves no program behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn nonzero(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN)
}

fn set_size(slave: &File, (cols, rows): (u16, u16)) {
    tcsetwinsize(slave, Winsize { ws_row: rows, ws_col: cols, ws_xpixel: 0, ws_ypixel: 0 }).expect("it takes a size");
}

fn spawn_reader(mut master: File, seen: Arc<(Mutex<Seen>, Condvar)>) {
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = master.read(&mut bytes) {
            let mut held = seen.0.lock().unwrap_or_else(PoisonError::into_inner);
            held.bytes.extend_from_slice(&bytes[..count]);
            held.parser.process(&bytes[..count]);
            seen.1.notify_all();
        }
    });
}
