//! `--real-time`: one script at the pace of a real PC, its screen in the terminal.

use std::io::{self, Stdout, Write};
use std::time::{Duration, Instant};

use crate::clock::VirtTime;
use crate::screen::Screen;
use crate::screen::picture::{Format, Picture};
use crate::script::machine::Machine;
use crate::script::observe::{Abandon, Observer};
use crate::tui;

/// Alternate screen, no cursor, no wrapping at the right edge.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE: &str = "\x1b[?7h\x1b[?25h\x1b[?1049l";
/// Shortest time from one picture to the next.
const FRAME_TIME: Duration = Duration::from_micros(16_667);
/// A picture's size if the terminal does not tell its own.
const USUAL_WINDOW: (u16, u16) = (80, 25);

/// Shows the session that the script waits for, and sleeps until the host's time is where the
/// guest's is.
pub(super) struct Live {
    out: Stdout,
    start: Instant,
    next_frame: Instant,
    shown: Option<Screen>,
    line: String,
    failed: bool,
}

impl Live {
    /// Takes the terminal over until it is dropped.
    pub(super) fn open() -> io::Result<Live> {
        let mut out = io::stdout();
        out.write_all(ENTER.as_bytes())?;
        let now = Instant::now();
        Ok(Live { out, start: now, next_frame: now, shown: None, line: String::new(), failed: false })
    }

    fn draw(&mut self, screen: Screen) -> io::Result<()> {
        let (cols, rows) = tui::window_size().unwrap_or(USUAL_WINDOW);
        let picture = String::from_utf8_lossy(&Picture::from(&screen).encode(Format::Ansi)).into_owned();
        let mut text = "\x1b[H".to_owned();
        for row in picture.lines().take(usize::from(rows.saturating_sub(1))) {
            text.push_str(row);
            text.push_str("\x1b[K\r\n");
        }
        let line: String = self.line.chars().take(usize::from(cols.saturating_sub(1))).collect();
        text.push_str(&format!("\x1b[J{line}"));
        self.shown = Some(screen);
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

impl Observer for Live {
    fn step(&mut self, number: usize, action: &dyn std::fmt::Display) {
        self.line = format!("step {number}: {action}").chars().filter(|c| !c.is_control()).collect();
        self.shown = None;
    }

    fn look(&mut self, _index: usize, lead: bool, machine: &dyn Machine) {
        if !lead {
            return;
        }
        let due = self.start + machine.now().since(VirtTime::ZERO);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let now = Instant::now();
        if now < self.next_frame {
            return;
        }
        let screen = machine.screen();
        if self.shown.as_ref() != Some(&screen) {
            self.next_frame = now + FRAME_TIME;
            self.failed |= self.draw(screen).is_err();
        }
    }

    fn verdict(&mut self) -> Option<Abandon> {
        // Nobody watches a terminal that is gone.
        self.failed.then_some(Abandon::Interrupted)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // A terminal that is gone needs no restoring.
        let _ = self.out.write_all(LEAVE.as_bytes());
        let _ = self.out.flush();
    }
}
