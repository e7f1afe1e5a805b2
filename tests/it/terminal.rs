//! The built program on a pseudo-terminal: it takes the terminal over, and gives it back as it was
//! however it ends.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};

/// How long a test waits for what must happen soon.
const PATIENCE: Duration = Duration::from_secs(60);

/// Enters and leaves the alternate screen.
const ENTER: &[u8] = b"\x1b[?1049h";
const LEAVE: &[u8] = b"\x1b[?1049l";

/// A terminal with the program running on it.
struct Terminal {
    keyboard: File,
    slave: File,
    output: Arc<(Mutex<Vec<u8>>, Condvar)>,
    child: Child,
    before: String,
}

impl Terminal {
    /// Starts `dosmux` with two sessions of the tour.
    fn start() -> Terminal {
        Terminal::run(Path::new("."), &["boot", "builtin:tour", "builtin:tour"])
    }

    /// Starts `dosmux` in `folder`.
    fn run(folder: &Path, args: &[&str]) -> Terminal {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("the host has pseudo-terminals");
        grantpt(&master).expect("it is ours");
        unlockpt(&master).expect("it is ours");
        let name = ptsname(&master, Vec::new()).expect("it has a name");
        let slave = rustix::fs::open(&name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("it is unlocked");
        tcsetwinsize(&slave, Winsize { ws_row: 27, ws_col: 90, ws_xpixel: 0, ws_ypixel: 0 }).expect("it takes a size");
        let slave = File::from(slave);
        let before = modes(&slave);
        let end = || Stdio::from(slave.try_clone().expect("a handle can be doubled"));
        let child = Command::new(env!("CARGO_BIN_EXE_dosmux"))
            .args(args)
            .current_dir(folder)
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .expect("the program starts");
        let keyboard = File::from(master);
        let output = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
        let (mut screen, news) = (keyboard.try_clone().expect("a handle can be doubled"), output.clone());
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = screen.read(&mut bytes) {
                news.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&bytes[..count]);
                news.1.notify_all();
            }
        });
        Terminal { keyboard, slave, output, child, before }
    }

    fn types(&mut self, bytes: &[u8]) {
        self.keyboard.write_all(bytes).expect("the terminal is there");
    }

    /// Waits until the program has written `bytes` `times` times in all.
    fn gets(&mut self, bytes: &[u8], times: usize) {
        let limit = Instant::now() + PATIENCE;
        let output = self.output.clone();
        let mut held = output.0.lock().unwrap_or_else(PoisonError::into_inner);
        while held.windows(bytes.len()).filter(|window| *window == bytes).count() < times {
            let left = limit.saturating_duration_since(Instant::now());
            let text = String::from_utf8_lossy(&held).into_owned();
            assert!(!left.is_zero(), "never got {}; got {text}", bytes.escape_ascii());
            held = output.1.wait_timeout(held, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the program runs");
    }

    /// Waits for the program's end and checks that the terminal is as it was.
    fn ends(mut self) -> ExitStatus {
        let limit = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                break status;
            }
            assert!(Instant::now() < limit, "the program does not end");
            std::thread::sleep(Duration::from_millis(5));
        };
        self.gets(LEAVE, 1);
        assert_eq!(modes(&self.slave), self.before);
        let output = self.output.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (on, off) in [("?1049h", "?1049l"), ("?2004h", "?2004l"), ("?1004h", "?1004l"), ("?2026h", "?2026l")] {
            let last = |code: &str| {
                let bytes = format!("\x1b[{code}").into_bytes();
                output.windows(bytes.len()).rposition(|window| window == bytes)
            };
            assert!(last(on) < last(off), "{on} is left on");
        }
        assert!(last_index(&output, b"\x1b[?25l") < last_index(&output, b"\x1b[?25h"), "the cursor is left hidden");
        assert_eq!(last_index(&output, b"\x1b[>31u").is_some(), last_index(&output, b"\x1b[<u").is_some());
        status
    }
}

impl Drop for Terminal {
    /// A test that failed leaves no program behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn last_index(output: &[u8], bytes: &[u8]) -> Option<usize> {
    output.windows(bytes.len()).rposition(|window| window == bytes)
}

fn modes(slave: &File) -> String {
    let Termios { input_modes, output_modes, control_modes, local_modes, .. } =
        tcgetattr(slave).expect("it is a terminal");
    format!("{input_modes:?} {output_modes:?} {control_modes:?} {local_modes:?}")
}

#[test]
fn two_sessions_are_shown_switched_and_quit() {
    let mut terminal = Terminal::start();
    terminal.gets(ENTER, 1);
    terminal.gets(b"dosmux tour", 1);
    assert_ne!(modes(&terminal.slave), terminal.before, "the terminal is raw");
    terminal.types(b"\x1dn");
    terminal.types(b"\x1dq");
    terminal.gets(b"close all 2 sessions and quit? (y/n)", 1);
    terminal.types(b"y");
    assert!(terminal.ends().success());
}

#[test]
fn the_kitty_protocol_is_switched_on_and_off_again() {
    let mut terminal = Terminal::start();
    terminal.gets(b"\x1b[?u", 1);
    terminal.types(b"\x1b[?0u");
    terminal.gets(b"\x1b[>31u", 1);
    // Ctrl-], q and y with their releases.
    terminal.types(b"\x1b[93;5u\x1b[93;5:3u\x1b[113;;113u\x1b[113;1:3u\x1b[121;;121u");
    assert!(terminal.ends().success());
}

#[test]
fn signals_that_end_the_program_restore_the_terminal() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let mut terminal = Terminal::start();
        terminal.gets(b"dosmux tour", 1);
        terminal.signal(signal);
        assert!(!terminal.ends().success(), "{signal:?}");
    }
}

#[test]
fn a_program_that_was_stopped_takes_the_terminal_over_again() {
    let mut terminal = Terminal::start();
    terminal.gets(b"dosmux tour", 1);
    terminal.signal(Signal::STOP);
    terminal.signal(Signal::CONT);
    terminal.gets(ENTER, 2);
    terminal.gets(b"dosmux tour", 2);
    terminal.types(b"\x1dqy");
    assert!(terminal.ends().success());
}
