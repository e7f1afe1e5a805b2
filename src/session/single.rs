//! One session, run by whoever holds it: the deterministic road, used by scripts and tests.

use std::time::Duration;

use super::input::InputQueue;
use super::log::DebugLog;
use super::pointer::PointerQueue;
use super::shelf::Shelf;
use super::struck::Struck;
use super::transcript::Transcript;
use super::{Host, SessionError, dos, drives};
use crate::clock::VirtTime;
use crate::config::{BootDrive, SessionSpec, Speed};
use crate::disk::Drives;
use crate::dos::DosState;
use crate::dos::job::Job;
use crate::keys::{Key, KeyEvent, KeyLayout, Locks, Typing};
use crate::monitor::vm::{Pause, StopReason, TrapStats, Vm, VmConfig};
use crate::pointer::{CellPlace, PointerAct};
use crate::screen::{CodePage, Screen, Scrollback};
use crate::types::PhysAddr;

/// How long an instruction takes in deterministic mode when the session has no speed of its own.
/// *Units*: picoseconds; 25 million instructions per second, a fast 486.
pub const NOMINAL_PS_PER_INSTRUCTION: u64 = 40_000;

/// Guest time between two looks at the screen and the input queue while the guest computes.
const SLICE: Duration = Duration::from_millis(10);
/// The shortest skip, so that a wait for an event that is due already goes on.
pub(super) const ONE_NS: Duration = Duration::from_nanos(1);

/// When a guest wakes that waits for a key and nothing else.
pub(super) const END_OF_TIME: VirtTime = VirtTime(u64::MAX);

/// BIOS data area 40:17, keyboard flags; bit 6 is Caps Lock, bit 5 is Num Lock.
const BDA_KEYBOARD_FLAGS: PhysAddr = PhysAddr(0x417);
const CAPS_LOCK: u8 = 0x40;
const NUM_LOCK: u8 = 0x20;

/// How a session is started.
#[derive(Clone, Copy, Debug)]
pub struct SessionOptions {
    /// Nothing of the host is written (as `dosmux test` does): the policy `image` becomes `overlay`, and host
    /// directories that are drives are copied first.
    pub force_overlay: bool,
    /// What the guest's clock shows at power-on. *Units*: seconds since 1970-01-01, local time.
    pub rtc_start: u64,
    /// Files on host directories show when they were written on the host, in the host's zone. Else what the
    /// guest writes has the time of its own clock, so that it is the same on every host.
    pub local_time: bool,
}

/// What is opened on the host for a session.
struct Parts {
    drives: Drives,
    dos: Option<DosState>,
    logs: (DebugLog, Transcript),
}

/// What a session shows and has shown, at one moment.
#[derive(Clone, Debug)]
pub struct History {
    /// The rows that have scrolled off the screen.
    pub rows: Scrollback,
    /// The screen below them.
    pub screen: Screen,
}

/// A machine with a name, an input queue and a log.
pub struct Session {
    pub(super) name: String,
    pub(super) typing: Typing,
    /// The code page of the settings; whether the guest can select another, and what it has selected.
    own_code_page: CodePage,
    follows_code_page: bool,
    selected: Option<u16>,
    pub(super) vm: Vm,
    /// No image file is written.
    pub(super) force_overlay: bool,
    /// What the clock showed at power-on.
    pub(super) rtc_start: u64,
    pub(super) shelf: Shelf,
    pub(super) input: InputQueue,
    pub(super) struck: Struck,
    pub(super) pointer: PointerQueue,
    log: DebugLog,
    pub(super) transcript: Transcript,
    /// The guest waits, and nothing happens by itself before this time; `None` while it executes.
    pub(super) idle_until: Option<VirtTime>,
    /// Keyboard and controller held nothing when the machine last ran.
    pub(super) keyboard_idle: bool,
}

impl Session {
    /// Opens the images of `spec` and switches the machine on.
    pub fn new(spec: &SessionSpec, host: &Host, options: SessionOptions) -> Result<Session, SessionError> {
        let drives = drives::open(spec, host, options.force_overlay)?;
        let parts = Parts { drives, dos: dos::kernel(spec, host, options)?, logs: open_logs(spec)? };
        Ok(Session::switched_on(spec, host, options, parts))
    }

    /// Switches a machine on whose DOS runs `job` and nothing else.
    pub fn for_job(
        spec: &SessionSpec,
        host: &Host,
        options: SessionOptions,
        job: Job,
    ) -> Result<Session, SessionError> {
        let kernel = dos::kernel(spec, host, options)?.map(|kernel| kernel.with_job(job));
        let drives = drives::open(spec, host, options.force_overlay)?;
        Ok(Session::switched_on(spec, host, options, Parts { drives, dos: kernel, logs: open_logs(spec)? }))
    }

    /// What the session's DOS runs for the host.
    pub fn job(&mut self) -> Option<&mut Job> {
        self.vm.job()
    }

    /// True if the screen may have changed since the last call.
    pub fn draws(&mut self) -> bool {
        self.vm.take_screen_changed()
    }

    /// True if the guest waits, and has looked for a key that was not there.
    #[must_use]
    pub fn waits_for_key(&self) -> bool {
        self.waits() && self.vm.looks_for_key()
    }

    /// Lets the job's standard handles that are terminals lead to the guest's screen and keyboard.
    pub fn show_job(&mut self) {
        self.vm_mut().show_job();
    }

    /// Switches a machine on that has the disks of this one, as they are now.
    ///
    /// *Errors*: the disks stay where they are.
    pub(super) fn restarted(
        &mut self,
        spec: &SessionSpec,
        host: &Host,
        options: SessionOptions,
    ) -> Result<Session, SessionError> {
        let (dos, logs) = (dos::kernel(spec, host, options)?, open_logs(spec)?);
        self.end_log();
        let drives = std::mem::take(self.vm_mut().drives_mut());
        let mut session = Session::switched_on(spec, host, options, Parts { drives, dos, logs });
        session.shelf = std::mem::take(&mut self.shelf);
        Ok(session)
    }

    fn switched_on(spec: &SessionSpec, host: &Host, options: SessionOptions, parts: Parts) -> Session {
        let Parts { drives, dos, logs: (log, transcript) } = parts;
        let typing = Typing { layout: spec.keyboard, code_page: spec.code_page };
        let config = VmConfig {
            memory_bytes: spec.memory_bytes,
            rtc_start: options.rtc_start,
            boot_from_disk: spec.boot == BootDrive::Disk,
            dos,
            fpu: spec.fpu,
            ps_per_instruction: ps_per_instruction(spec.speed),
            typing,
            mouse: spec.mouse,
        };
        let vm = Vm::new(config, &host.rom, drives);
        let mut session = Session {
            name: spec.name.clone(),
            typing,
            own_code_page: spec.code_page,
            follows_code_page: spec.follows_code_page,
            selected: None,
            vm,
            force_overlay: options.force_overlay,
            rtc_start: options.rtc_start,
            shelf: Shelf::default(),
            input: InputQueue::new(typing),
            struck: Struck::default(),
            pointer: PointerQueue::default(),
            log,
            transcript,
            idle_until: None,
            keyboard_idle: true,
        };
        session.set_scrollback(spec.scrollback);
        session
    }

    /// The session's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Deterministic mode: runs for `span` of guest time; idle time is skipped at once.
    /// Returns early if the machine stops.
    pub fn run_for(&mut self, span: Duration) {
        let limit = self.now() + span;
        while self.now() < limit && self.step(limit) {}
    }

    /// Deterministic mode: runs until `done` says so of the screen (looked at whenever it changed),
    /// the machine stops, or `limit` of guest time has passed. True if `done` said so.
    pub fn run_until(&mut self, limit: Duration, mut done: impl FnMut(&Screen) -> bool) -> bool {
        let limit = self.now() + limit;
        self.vm.take_screen_changed();
        if done(&self.screen()) {
            return true;
        }
        loop {
            let goes_on = self.now() < limit && self.step(limit);
            if self.vm.take_screen_changed() && done(&self.screen()) {
                return true;
            }
            if !goes_on {
                return false;
            }
        }
    }

    /// Queues a key event; it reaches the keyboard when there is room.
    ///
    /// It overtakes queued chords and text. At most 256 wait: further presses are lost with their
    /// releases.
    pub fn press(&mut self, event: KeyEvent) {
        self.input.press(event);
    }

    /// Queues a chord of keys, pressed in order and released in reverse, behind queued text.
    pub fn strike(&mut self, keys: &[Key]) {
        self.input.strike(keys);
    }

    /// Queues text; each character is typed only when the guest has read the one before.
    ///
    /// Returns the characters that no keystroke gives in the session's code page, and those beyond the first
    /// 2^20 that wait; they are left out.
    pub fn type_text(&mut self, text: &str) -> Vec<char> {
        self.input.type_text(text)
    }

    /// Queues what is done with the mouse at a cell of the screen; false if there is no mouse.
    ///
    /// At most 256 states of the mouse wait: further ones are lost, but not that a button comes up.
    pub fn point(&mut self, at: CellPlace, act: PointerAct) -> bool {
        if self.vm.has_mouse() {
            self.pointer.act(at, act);
        }
        self.vm.has_mouse()
    }

    /// True if a program uses the mouse, as far as can be seen.
    pub(super) fn uses_mouse(&self) -> bool {
        self.vm.uses_mouse()
    }

    /// Drops the text and chords that wait; a character that has begun is typed to its end.
    pub fn stop_typing(&mut self) {
        self.input.drop_strokes();
    }

    /// Characters and chords that wait to be typed.
    pub(super) fn waiting_text(&self) -> usize {
        self.input.waiting()
    }

    /// True if everything queued has been read by the guest.
    #[must_use]
    pub fn input_done(&self) -> bool {
        self.input.is_empty() && self.pointer.is_empty() && self.keyboard_idle && self.vm.keyboard_buffer_len() == 0
    }

    /// Changes the keyboard's layout, for the keys that are struck from now on. A guest that loads a
    /// keyboard driver of its own needs the same layout there.
    pub fn set_keyboard_layout(&mut self, layout: KeyLayout) {
        self.set_typing(Typing { layout, ..self.typing });
    }

    fn set_typing(&mut self, typing: Typing) {
        self.typing = typing;
        self.input.set_typing(typing);
        self.vm.set_typing(typing);
    }

    /// The keyboard's layout.
    #[must_use]
    pub fn keyboard_layout(&self) -> KeyLayout {
        self.typing.layout
    }

    /// The locks of the keyboard, as the BIOS knows them.
    #[must_use]
    pub fn locks(&self) -> Locks {
        let flags = self.vm.memory().read_u8(BDA_KEYBOARD_FLAGS);
        Locks { caps: flags & CAPS_LOCK != 0, num: flags & NUM_LOCK != 0 }
    }

    /// What the display shows.
    #[must_use]
    pub fn screen(&self) -> Screen {
        Screen { code_page: self.typing.code_page, ..self.vm.screen() }
    }

    /// Lets the character codes of screen and keyboard mean those of `code_page` from now on; if
    /// it `follows`, only where the guest has selected none.
    pub fn set_code_page(&mut self, code_page: CodePage, follows: bool) {
        (self.own_code_page, self.follows_code_page) = (code_page, follows);
        // What this means is looked at afresh.
        self.use_code_page();
    }

    /// Follows the guest if it has selected another code page.
    fn follow_code_page(&mut self) {
        if self.vm.code_page() != self.selected {
            self.selected = self.vm.code_page();
            self.use_code_page();
        }
    }

    /// Takes the code page that the guest has selected, if it is followed and the page is known.
    fn use_code_page(&mut self) {
        let selected = self.selected.filter(|_| self.follows_code_page).and_then(CodePage::new);
        let code_page = selected.unwrap_or(self.own_code_page);
        if code_page != self.typing.code_page {
            self.set_typing(Typing { code_page, ..self.typing });
        }
    }

    /// Keeps the newest `rows` rows that scroll off the screen.
    pub(super) fn set_scrollback(&mut self, rows: u32) {
        self.transcript.keep_rows(rows, &mut self.vm);
    }

    /// What the display shows, and the rows that have scrolled off it.
    #[must_use]
    pub fn history(&mut self) -> History {
        History { rows: self.vm.scrollback().clone(), screen: self.screen() }
    }

    /// Lets the processor run at `speed` from now on.
    pub fn set_speed(&mut self, speed: Speed) {
        self.set_ps_per_instruction(ps_per_instruction(speed));
    }

    /// True if the guest waits for something to happen, such as a key, and has not been given one.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.idle_until.is_some() && self.input_done()
    }

    /// Port and byte of each write to a watched port ([`Vm::watch_ports`]) since the last call.
    pub fn take_port_writes(&mut self) -> Vec<(u16, u8)> {
        self.vm.take_port_writes()
    }

    /// Guest time.
    #[must_use]
    pub fn now(&self) -> VirtTime {
        self.vm.now()
    }

    /// Why the machine stopped, if it did.
    #[must_use]
    pub fn stopped(&self) -> Option<&StopReason> {
        self.vm.stopped()
    }

    /// Restarts the machine. Input that waits is dropped.
    pub fn reset(&mut self) {
        self.input.clear();
        self.pointer.clear();
        self.idle_until = None;
        self.vm.reset();
    }

    /// Switches the machine off and on again: as [`Session::reset`], and RAM is cleared.
    pub fn power_cycle(&mut self) {
        self.input.clear();
        self.idle_until = None;
        self.vm.power_cycle();
    }

    /// The keys that the keyboard was given last, first to last, as scripts write them: `a`, `ctrl+c`.
    #[must_use]
    pub fn last_keys(&self) -> Vec<String> {
        self.struck.names()
    }

    /// What the guest wrote to port E9h so far: the last 64 KiB.
    #[must_use]
    pub fn log(&self) -> &[u8] {
        self.log.bytes()
    }

    /// How often the monitor was entered.
    #[must_use]
    pub fn stats(&self) -> TrapStats {
        self.vm.stats()
    }

    /// The machine below, for inspection.
    #[must_use]
    pub fn vm(&self) -> &Vm {
        &self.vm
    }

    /// The machine below.
    pub fn vm_mut(&mut self) -> &mut Vm {
        // Whatever the caller does to the machine may end its wait.
        self.idle_until = None;
        &mut self.vm
    }

    /// One slice towards `limit`, idle time skipped; false if the machine has stopped.
    fn step(&mut self, limit: VirtTime) -> bool {
        let until = limit.min(self.now() + SLICE);
        match self.slice(until, u64::MAX) {
            Pause::Idle(next) => {
                self.pass_idle_time(next.map_or(limit, |at| at.min(limit)));
                true
            }
            Pause::TimeReached | Pause::BudgetUsed => true,
            Pause::Stopped(_) => false,
        }
    }

    /// Feeds the input queue, then runs as [`Vm::run`] does; nothing is executed while the guest
    /// waits.
    pub(super) fn slice(&mut self, until: VirtTime, budget: u64) -> Pause {
        if let Some(wake) = self.wait() {
            return Pause::Idle(wake);
        }
        let until = self.until_input(until);
        let pause = tracing::error_span!("session", name = self.name).in_scope(|| self.vm.run(until, budget));
        self.drain_debug_port();
        self.write_log();
        self.follow_code_page();
        self.keyboard_idle = self.vm.board_mut().keyboard_idle();
        let Pause::Idle(next) = pause else { return pause };
        self.idle_until = Some(next.unwrap_or(END_OF_TIME));
        Pause::Idle(self.wake_time())
    }

    /// Feeds the input queue. If the guest waits all the same: the earliest time at which that
    /// changes, input included.
    pub(super) fn wait(&mut self) -> Option<Option<VirtTime>> {
        if self.feed_keyboard() | self.feed_mouse() || self.idle_until.is_some_and(|at| at <= self.now()) {
            self.idle_until = None;
        }
        self.idle_until.is_some().then(|| self.wake_time())
    }

    /// If the guest waits, lets time pass up to `to` or up to the end of the wait; always a little.
    pub(super) fn pass_idle_time(&mut self, to: VirtTime) {
        if let Some(end) = self.idle_until {
            self.vm.skip_to(to.min(end).max(self.now() + ONE_NS));
        }
    }

    /// True if key events, text or what was done with the mouse wait to go to the machine.
    pub(super) fn input_waits(&self) -> bool {
        !(self.input.is_empty() && self.pointer.is_empty())
    }

    /// True if the display may have changed since the last call.
    pub(super) fn take_screen_changed(&mut self) -> bool {
        self.vm.take_screen_changed()
    }

    /// Sets the pace of virtual time. *Units*: picoseconds per instruction.
    pub(super) fn set_ps_per_instruction(&mut self, ps: u64) {
        self.vm.set_ps_per_instruction(ps);
    }

    fn drain_debug_port(&mut self) {
        let bytes = self.vm.board_mut().take_debug_output();
        self.log.append(&bytes, &self.name);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end_log();
    }
}

/// What a new session's debug port and its screen are written to.
fn open_logs(spec: &SessionSpec) -> Result<(DebugLog, Transcript), SessionError> {
    let debug = DebugLog::open(spec.debug_port.as_deref()).map_err(|cause| SessionError::DebugPort {
        session: spec.name.clone(),
        path: spec.debug_port.clone().unwrap_or_default(),
        cause,
    })?;
    Ok((debug, Transcript::of(spec)?))
}

/// How long an instruction takes in deterministic mode. *Units*: picoseconds.
pub(super) fn ps_per_instruction(speed: Speed) -> u64 {
    const PS_PER_SECOND: u64 = 1_000_000_000_000;
    match speed {
        Speed::Max => NOMINAL_PS_PER_INSTRUCTION,
        Speed::PerSecond(rate) => (PS_PER_SECOND / rate.max(1)).max(1),
    }
}
