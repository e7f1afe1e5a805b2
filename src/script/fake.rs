//! A machine for tests of the runner: its guest shows given texts at given times, reads keys at a
//! given pace and stops when told.

use std::collections::VecDeque;
use std::time::Duration;

use super::machine::Machine;
use crate::clock::VirtTime;
use crate::keys::Key;
use crate::monitor::stats::TrapKind;
use crate::monitor::vm::{StopReason, TrapStats};
use crate::screen::{Cell, CodePage, Rgb, Screen};
use crate::types::SegOff;

/// Where the fake guest executes.
const AT: SegOff = SegOff { seg: 0x1234, off: 0x5678 };

/// See the module.
#[derive(Default)]
pub(crate) struct FakeMachine {
    now: VirtTime,
    /// What appears when, in order of time.
    shows: VecDeque<(VirtTime, String)>,
    text: String,
    stops_at: Option<VirtTime>,
    stopped: Option<StopReason>,
    read_every: Option<Duration>,
    next_read: VirtTime,
    queued: usize,
}

impl FakeMachine {
    /// A machine that stops by a triple fault after `span`.
    pub(crate) fn stopping_after(span: Duration) -> FakeMachine {
        FakeMachine { stops_at: Some(VirtTime::ZERO + span), ..FakeMachine::default() }
    }

    /// The machine, showing `text` from `at` on.
    pub(crate) fn showing(mut self, at: Duration, text: &str) -> FakeMachine {
        self.shows.push_back((VirtTime::ZERO + at, text.to_owned()));
        self
    }

    /// The machine, reading a key every `pace`.
    pub(crate) fn reading_a_key_every(mut self, pace: Duration) -> FakeMachine {
        self.read_every = Some(pace);
        self
    }

    /// The next moment at which something happens, at most `end`.
    fn next_event(&self, end: VirtTime) -> VirtTime {
        let show = self.shows.front().map(|&(at, _)| at);
        let read = (self.queued > 0 && self.read_every.is_some()).then_some(self.next_read);
        [show, read, self.stops_at].into_iter().flatten().fold(end, VirtTime::min)
    }

    /// Moves to `at` and does what is due then.
    fn move_to(&mut self, at: VirtTime) {
        self.now = at;
        while self.shows.front().is_some_and(|&(due, _)| due <= at) {
            self.text = self.shows.pop_front().unwrap().1;
        }
        if let Some(pace) = self.read_every
            && self.queued > 0
            && self.next_read <= at
        {
            self.queued -= 1;
            self.next_read = at + pace;
        }
        if self.stops_at.is_some_and(|due| due <= at) {
            self.stopped = Some(StopReason::TripleFault(AT));
        }
    }

    fn queue(&mut self, keys: usize) {
        self.queued += keys;
        self.next_read = self.now + self.read_every.unwrap_or_default();
    }
}

impl Machine for FakeMachine {
    fn now(&self) -> VirtTime {
        self.now
    }

    fn run_for(&mut self, span: Duration) {
        self.run_until(span, &mut |_| false);
    }

    fn run_until(&mut self, limit: Duration, done: &mut dyn FnMut(&Screen) -> bool) -> bool {
        let end = self.now + limit;
        loop {
            if done(&self.screen()) {
                return true;
            }
            if self.stopped.is_some() || self.now == end {
                return false;
            }
            self.move_to(self.next_event(end));
        }
    }

    fn type_text(&mut self, text: &str) {
        self.queue(text.chars().count());
    }

    fn strike(&mut self, _keys: &[Key]) {
        self.queue(1);
    }

    fn input_done(&self) -> bool {
        self.queued == 0
    }

    fn screen(&self) -> Screen {
        screen_of(&self.text)
    }

    fn stopped(&self) -> Option<&StopReason> {
        self.stopped.as_ref()
    }

    fn cs_ip(&self) -> SegOff {
        AT
    }

    fn log(&self) -> &[u8] {
        b"booting\r\nready\r\n"
    }

    fn stats(&self) -> TrapStats {
        let mut stats = TrapStats::default();
        stats.instructions = 1_234_567;
        (0..3).for_each(|_| stats.count(TrapKind::Cli));
        (0..12).for_each(|_| stats.count(TrapKind::Int));
        stats
    }
}

/// A screen of 20 by 3 with `text` in its first row.
pub(crate) fn screen_of(text: &str) -> Screen {
    let mut cells = vec![Cell { code: b' ', attr: 7 }; 60];
    for (cell, c) in cells.iter_mut().zip(text.chars()) {
        cell.code = CodePage::US.code(c).unwrap();
    }
    Screen {
        cols: 20,
        rows: 3,
        cells,
        cursor: None,
        palette: [Rgb::default(); 16],
        blink: true,
        cell_height: 16,
        mode: 3,
        code_page: CodePage::US,
    }
}
