//! From the byte on the terminal to the changed cell on the terminal, with eight sessions running; and what
//! eight idle sessions on display cost. The built program on a pseudo-terminal, as a user has it.

#[path = "../tests/pty/mod.rs"]
mod pty;

use std::io::{self, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use pty::{Pty, Terminal};

/// Images that are not part of the repository.
const IMAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/images/freedos-1440K.img");
/// Sessions, and how many of them compute all the time.
const SESSIONS: usize = 8;
const BUSY: usize = 2;
/// Keys that are measured; as many more take their characters away again.
const KEYS: usize = 200;
/// Between two keys, so that each finds the program at rest; a fast typist's pace.
const GAP: Duration = Duration::from_millis(60);
/// How long the processor time of the idle program is watched.
const WATCH: Duration = Duration::from_secs(10);
/// How long sessions may take to come to rest.
const SETTLE: Duration = Duration::from_secs(5);
/// A clock tick in /proc. Source: proc(5); the value of USER_HZ on Linux.
const TICKS_PER_SECOND: f64 = 100.0;

fn main() -> io::Result<()> {
    let mut out = io::stdout();
    if !Path::new(IMAGE).is_file() {
        return writeln!(out, "skipped: no image at {IMAGE}");
    }
    for busy in [0, BUSY] {
        let mut terminal = start(busy);
        let mut times = key_times(&mut terminal);
        times.sort();
        let (median, late) = (times[times.len() / 2], times[times.len() * 95 / 100]);
        writeln!(out, "{SESSIONS} sessions, {busy} of them busy: key to screen {median:.1?}, 95 % within {late:.1?}")?;
    }
    let mut terminal = start(0);
    terminal.types(b"\x1dt");
    thread::sleep(SETTLE);
    let (before, start) = (cpu_seconds(&terminal), Instant::now());
    thread::sleep(WATCH);
    let share = (cpu_seconds(&terminal) - before) / start.elapsed().as_secs_f64();
    writeln!(out, "{SESSIONS} idle sessions tiled: {:.2} % of one core", share * 100.0)
}

/// The program with [`SESSIONS`] sessions, the first of them at the prompt of FreeDOS and in front; the last
/// `busy` are in the tour's endless loop.
fn start(busy: usize) -> Terminal {
    let images: Vec<&str> = (0..SESSIONS).map(|n| if n < SESSIONS - busy { IMAGE } else { "builtin:tour" }).collect();
    let args: Vec<&str> = ["boot"].into_iter().chain(images).collect();
    let program = Path::new(env!("CARGO_BIN_EXE_dosmux"));
    let mut terminal = Pty::open((100, 30)).start(program, &args, &[]);
    for number in SESSIONS - busy + 1..=SESSIONS {
        terminal.types(format!("\x1d{number}").as_bytes());
        terminal.shows("dosmux tour");
        terminal.types(b"5");
        terminal.shows("Busy loop");
    }
    terminal.types(b"\x1d1");
    terminal.shows("A:\\>");
    terminal.resize((101, 30));
    thread::sleep(SETTLE);
    terminal
}

/// How long each key took from the terminal to its character on the terminal.
fn key_times(terminal: &mut Terminal) -> Vec<Duration> {
    (0..KEYS)
        .map(|_| {
            thread::sleep(GAP);
            let start = Instant::now();
            terminal.types(b"x");
            terminal.waits("the character", |seen| seen.text().contains("A:\\>x"));
            let taken = start.elapsed();
            thread::sleep(GAP);
            terminal.types(b"\x08");
            terminal.waits("the prompt alone", |seen| !seen.text().contains("A:\\>x"));
            taken
        })
        .collect()
}

/// Processor time of the program and its threads so far.
fn cpu_seconds(terminal: &Terminal) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", terminal.child.id())).expect("Linux tells");
    // Fields 14 and 15; the second, in brackets, may hold blanks.
    let behind = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: f64 = behind.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / TICKS_PER_SECOND
}
