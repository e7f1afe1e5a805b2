//! The built program on a pseudo-terminal: it takes the terminal over, and gives it back as it was
//! however it ends.

mod default;
mod journey;
mod odd;
mod pasting;
mod run;

use std::fs::File;
use std::path::Path;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use rustix::termios::{Termios, tcgetattr};

use crate::pty::{Pty, Terminal};

/// How long the program may take to end.
const PATIENCE: Duration = Duration::from_secs(120);

/// Enters and leaves the alternate screen.
const ENTER: &[u8] = b"\x1b[?1049h";
const LEAVE: &[u8] = b"\x1b[?1049l";

/// dosmux on a terminal, and the terminal's modes before.
pub(crate) struct Dosmux {
    terminal: Terminal,
    before: String,
}

impl Dosmux {
    /// Starts `dosmux boot` with two sessions of the tour.
    fn start() -> Dosmux {
        Dosmux::with(&["builtin:tour", "builtin:tour"], (90, 27), &[])
    }

    /// Starts `dosmux boot` with `images` on a terminal of `size` columns and rows.
    fn with(images: &[&str], size: (u16, u16), env: &[(&str, &str)]) -> Dosmux {
        let pty = Pty::open(size);
        let before = modes(&pty.slave);
        let args: Vec<&str> = ["boot"].iter().chain(images).copied().collect();
        let terminal = pty.start(Path::new(env!("CARGO_BIN_EXE_dosmux")), &args, env);
        Dosmux { terminal, before }
    }

    /// Starts `dosmux` with `args` in `folder`.
    pub(crate) fn run(folder: &Path, args: &[&str]) -> Dosmux {
        let mut pty = Pty::open((90, 27));
        pty.folder = folder.to_owned();
        let before = modes(&pty.slave);
        Dosmux { terminal: pty.start(Path::new(env!("CARGO_BIN_EXE_dosmux")), args, &[]), before }
    }

    pub(crate) fn types(&mut self, bytes: &[u8]) {
        self.terminal.types(bytes);
    }

    /// Waits until `text` is on the screen.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        self.terminal.shows(text);
    }

    /// Waits until a line of the screen, blanks at its ends left out, is `line`.
    #[track_caller]
    fn shows_line(&self, line: &str) {
        self.terminal
            .waits(&format!("the line {line:?}"), |seen| seen.text().lines().any(|shown| shown.trim() == line));
    }

    /// Waits until the program has written `bytes` `times` times in all.
    #[track_caller]
    fn gets(&self, bytes: &[u8], times: usize) {
        self.terminal.waits(&format!("{} for the {times}. time", bytes.escape_ascii()), |seen| {
            count(&seen.bytes, bytes) >= times
        });
    }

    /// What is on the terminal's screen.
    fn text(&self) -> String {
        let mut text = String::new();
        self.terminal.waits("all that was written", |seen| {
            text = seen.text();
            true
        });
        text
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.terminal.child), signal).expect("the program runs");
    }

    /// Quits with the quit command, whatever is running.
    pub(crate) fn quits(mut self) {
        self.types(b"\x1dq");
        self.shows("quit?");
        self.types(b"y");
        assert!(self.ends().success());
    }

    /// Waits for the program's end and checks that the terminal is as it was.
    pub(crate) fn ends(mut self) -> ExitStatus {
        let status = self.wait();
        self.terminal.waits("the terminal's own screen", |seen| count(&seen.bytes, LEAVE) == count(&seen.bytes, ENTER));
        assert_eq!(modes(&self.terminal.slave), self.before);
        self.terminal.waits("all that was written", |seen| {
            is_restored(&seen.bytes);
            true
        });
        status
    }

    /// The same of a program that has left the terminal as it was all the time.
    fn ends_quietly(mut self) -> ExitStatus {
        let status = self.wait();
        assert_eq!(modes(&self.terminal.slave), self.before);
        status
    }

    fn wait(&mut self) -> ExitStatus {
        let limit = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.terminal.child.try_wait().expect("it is our child") {
                return status;
            }
            assert!(Instant::now() < limit, "the program does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Checks that what was switched on is switched off at the end.
fn is_restored(output: &[u8]) {
    for (on, off) in [("?1049h", "?1049l"), ("?2004h", "?2004l"), ("?1004h", "?1004l"), ("?2026h", "?2026l")] {
        let last = |code: &str| last_index(output, format!("\x1b[{code}").as_bytes());
        assert!(last(on) < last(off), "{on} is left on");
    }
    assert!(last_index(output, b"\x1b[?25l") < last_index(output, b"\x1b[?25h"), "the cursor is left hidden");
    assert_eq!(last_index(output, b"\x1b[>31u").is_some(), last_index(output, b"\x1b[<u").is_some());
}

fn count(output: &[u8], bytes: &[u8]) -> usize {
    output.windows(bytes.len()).filter(|window| *window == bytes).count()
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
    let mut dosmux = Dosmux::start();
    dosmux.gets(ENTER, 1);
    dosmux.shows("dosmux tour");
    assert_ne!(modes(&dosmux.terminal.slave), dosmux.before, "the terminal is raw");
    dosmux.types(b"\x1dn");
    dosmux.types(b"\x1dq");
    dosmux.shows("close all 2 sessions and quit? (y/n)");
    dosmux.types(b"y");
    assert!(dosmux.ends().success());
}

#[test]
fn the_kitty_protocol_is_switched_on_and_off_again() {
    let mut dosmux = Dosmux::start();
    dosmux.gets(b"\x1b[?u", 1);
    dosmux.types(b"\x1b[?0u");
    dosmux.gets(b"\x1b[>31u", 1);
    // Ctrl-], q and y with their releases.
    dosmux.types(b"\x1b[93;5u\x1b[93;5:3u\x1b[113;;113u\x1b[113;1:3u\x1b[121;;121u");
    assert!(dosmux.ends().success());
}

#[test]
fn signals_that_end_the_program_restore_the_terminal() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let dosmux = Dosmux::start();
        dosmux.shows("dosmux tour");
        dosmux.signal(signal);
        assert!(!dosmux.ends().success(), "{signal:?}");
    }
}

#[test]
fn a_program_that_was_stopped_takes_the_terminal_over_again() {
    let dosmux = Dosmux::start();
    dosmux.gets(b"dosmux tour", 1);
    dosmux.signal(Signal::STOP);
    dosmux.signal(Signal::CONT);
    dosmux.gets(ENTER, 2);
    dosmux.gets(b"dosmux tour", 2);
    dosmux.quits();
}

#[test]
fn a_program_that_is_asked_to_stop_gives_the_terminal_back_first() {
    let mut dosmux = Dosmux::start();
    dosmux.gets(b"dosmux tour", 1);
    for times in 1..=2 {
        if times == 1 {
            dosmux.signal(Signal::TSTP);
        } else {
            dosmux.types(b"\x1dZ");
        }
        let program = Pid::from_child(&dosmux.terminal.child);
        let stopped = waitpid(Some(program), WaitOptions::UNTRACED).unwrap().unwrap().1;
        assert!(stopped.stopped(), "{stopped:?} with this on the screen:\n{}", dosmux.text());
        dosmux.gets(LEAVE, times);
        assert_eq!(modes(&dosmux.terminal.slave), dosmux.before);
        dosmux.signal(Signal::CONT);
        dosmux.gets(b"dosmux tour", times + 1);
    }
    dosmux.quits();
}
