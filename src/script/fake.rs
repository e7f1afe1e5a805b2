//! A machine for tests of the runner: its guest shows given texts at given times, reads keys at a
//! given pace and stops when told.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::ast::Settings;
use super::machine::Machine;
use crate::clock::VirtTime;
use crate::config::ImageSpec;
use crate::disk::DriveId;
use crate::keys::{Key, KeyEvent};
use crate::monitor::programs::{ExitKind, ProgramExit};
use crate::monitor::stats::TrapKind;
use crate::monitor::vm::{StopReason, TrapStats};
use crate::pointer::{CellPlace, PointerAct};
use crate::screen::{Cell, CodePage, Rgb, Screen};
use crate::session::Host;
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
    /// Since when it waits for something to happen.
    waits_from: Option<VirtTime>,
    /// What is written to ports when, in order of time.
    port_writes: VecDeque<(VirtTime, u16, u8)>,
    watched: Vec<u16>,
    /// The files on its disks.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    exits: Vec<ProgramExit>,
    /// All text that was typed.
    pub(crate) typed: String,
    /// All keys that were pressed and released, and when.
    pub(crate) pressed: Vec<(VirtTime, KeyEvent)>,
    pub(crate) pointed: Vec<(CellPlace, PointerAct)>,
    pub(crate) resets: usize,
    pub(crate) power_cycles: usize,
    pub(crate) settings: Settings,
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

    /// The machine, waiting for something to happen from `at` on.
    pub(crate) fn waiting_from(mut self, at: Duration) -> FakeMachine {
        self.waits_from = Some(VirtTime::ZERO + at);
        self
    }

    /// The machine, writing `value` to `port` at `at`.
    pub(crate) fn writing(mut self, at: Duration, port: u16, value: u8) -> FakeMachine {
        self.port_writes.push_back((VirtTime::ZERO + at, port, value));
        self
    }

    /// The machine, on which the program `name` ends with `code` at `at`.
    pub(crate) fn ending(mut self, at: Duration, name: &str, code: u8) -> FakeMachine {
        self.exits.push(ProgramExit {
            number: self.exits.len() as u64 + 1,
            name: name.to_owned(),
            kind: ExitKind::Normal,
            code: Some(code),
            depth: 1,
            started: VirtTime::ZERO,
            ended: VirtTime::ZERO + at,
        });
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

    fn type_text(&mut self, text: &str) -> Vec<char> {
        self.queue(text.chars().count());
        self.typed.push_str(text);
        Vec::new()
    }

    fn strike(&mut self, _keys: &[Key]) {
        self.queue(1);
    }

    fn press(&mut self, event: KeyEvent) {
        self.pressed.push((self.now, event));
    }

    fn point(&mut self, at: CellPlace, act: PointerAct) -> Result<(), String> {
        self.queue(1);
        self.pointed.push((at, act));
        Ok(())
    }

    fn input_done(&self) -> bool {
        self.queued == 0
    }

    fn waits(&self) -> bool {
        self.queued == 0 && self.waits_from.is_some_and(|from| from <= self.now)
    }

    fn exit_count(&self) -> u64 {
        self.exits.iter().filter(|exit| exit.ended <= self.now).count() as u64
    }

    fn exit(&self, number: u64) -> Option<ProgramExit> {
        self.exits.iter().find(|exit| exit.ended <= self.now && exit.number == number).cloned()
    }

    fn insert(&mut self, drive: DriveId, _image: &ImageSpec, _host: &Host) -> Result<(), String> {
        Err(format!("there is no drive {drive}"))
    }

    fn eject(&mut self, drive: DriveId) -> Result<(), String> {
        Err(format!("there is no drive {drive}"))
    }

    fn read_file(&mut self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.files.get(path).cloned())
    }

    fn write_file(&mut self, path: &str, bytes: &[u8]) -> Result<(), String> {
        self.files.insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn file_changes(&self) -> u64 {
        self.files.len() as u64
    }

    fn reset(&mut self) {
        self.resets += 1;
        self.stopped = None;
    }

    fn power_cycle(&mut self) {
        self.power_cycles += 1;
        self.stopped = None;
    }

    fn set(&mut self, settings: &Settings) {
        self.settings = *settings;
    }

    fn memory(&self, at: u32, len: usize) -> Vec<u8> {
        // Each byte is the low part of its address.
        (at..).take(len).map(|at| at.to_le_bytes()[0]).collect()
    }

    fn watch_ports(&mut self, ports: &[u16]) {
        self.watched.extend(ports);
    }

    fn take_port_writes(&mut self) -> Vec<(u16, u8)> {
        let due = self.port_writes.iter().take_while(|(at, ..)| *at <= self.now).count();
        let writes = self.port_writes.drain(..due).map(|(_, port, value)| (port, value));
        writes.filter(|(port, _)| self.watched.contains(port)).collect()
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
