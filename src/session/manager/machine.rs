//! A session's machine under the manager: its slices in real time, and what they do with its mailbox.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Command;
use super::alerts::AlertWatch;
use super::host_time::HostTime;
use super::pace::{Pace, Plan, SLICE_NS};
use super::queue::Next;
use super::slot::lock;
use super::view::{Backlog, SessionState, Signs};
use crate::clock::VirtTime;
use crate::config::{SessionSpec, Speed};
use crate::monitor::vm::Pause;
use crate::session::Session;

/// What a slice goes by.
#[derive(Clone, Copy)]
pub(super) struct SliceClock<'a> {
    pub(super) host: &'a HostTime,
    /// Another session needs the worker at once.
    pub(super) hurry: &'a AtomicBool,
}

impl SliceClock<'_> {
    /// True if a slice since `start` has to end at `now`.
    fn is_over(self, start: u64, now: u64) -> bool {
        now.saturating_sub(start) >= SLICE_NS || self.hurry.load(Ordering::Relaxed)
    }
}

/// A session and how it keeps up with host time.
pub(super) struct Machine {
    pub(super) session: Session,
    speed: Speed,
    pace: Pace,
    /// The screen may differ from the published one.
    pub(super) dirty: bool,
    /// The state published last, and when.
    pub(super) shown: SessionState,
    pub(super) shown_at: u64,
    /// What was published last of locks and alerts.
    pub(super) signs: Signs,
    alerts: AlertWatch,
    /// Characters that were left out, and what was published of that last.
    refused: u64,
    pub(super) backlog_shown: Backlog,
}

impl Machine {
    pub(super) fn new(session: Session, speed: Speed, host: u64) -> Machine {
        let pace = Pace::new(speed, host, session.now());
        let (signs, alerts) = (Signs::of(&session), AlertWatch::default());
        let (shown, backlog_shown) = (SessionState::Running, Backlog::default());
        Machine { session, speed, pace, dirty: true, shown, shown_at: 0, signs, alerts, refused: 0, backlog_shown }
    }

    /// Locks and alerts after a slice from `start` to `end`.
    pub(super) fn signs(&mut self, start: u64, end: u64, idle: bool) -> Signs {
        let vm = self.session.vm();
        self.alerts.slice_ended((start, end), idle, vm.looks_for_key(), vm.bells());
        Signs { alerts: self.alerts.alerts(), ..Signs::of(&self.session) }
    }

    pub(super) fn backlog(&self) -> Backlog {
        Backlog { waiting: self.session.waiting_text(), refused: self.refused }
    }

    /// Takes the settings over that can change while the guest runs.
    pub(super) fn adjust(&mut self, spec: &SessionSpec, host: u64) {
        if self.speed != spec.speed {
            self.speed = spec.speed;
            self.pace = Pace::new(spec.speed, host, self.session.now());
        }
        self.session.set_code_page(spec.code_page, spec.follows_code_page);
        self.session.set_keyboard_layout(spec.keyboard);
        self.session.set_scrollback(spec.scrollback);
        self.dirty = true;
    }

    /// Runs the guest until its slice is over or it has nothing to do.
    pub(super) fn slice(
        &mut self,
        mailbox: &Mutex<VecDeque<Command>>,
        start: u64,
        clock: SliceClock<'_>,
    ) -> (SessionState, Next) {
        let mut now = start;
        loop {
            self.obey(mailbox);
            self.session.pass_idle_time(self.pace.due(now));
            if let Some(end) = self.step(start, now, clock.host) {
                return end;
            }
            now = clock.host.now_ns();
            if clock.is_over(start, now) {
                return (SessionState::Running, Next::Ready);
            }
        }
    }

    /// One run of the machine; the slice's end if it has nothing to do after it.
    fn step(&mut self, start: u64, now: u64, host: &HostTime) -> Option<(SessionState, Next)> {
        if let Some(wake) = self.session.wait() {
            return self.idle(wake, now);
        }
        let before = self.session.now();
        let (target, budget, ps) = match self.pace.plan(start, now, before) {
            Plan::Run { target, budget, ps } => (target, budget, ps),
            Plan::Wait(until) => return Some((SessionState::Running, Next::Park(Some(until)))),
        };
        self.session.set_ps_per_instruction(ps);
        match self.session.slice(target, budget) {
            Pause::Idle(wake) => self.idle(wake, now),
            Pause::Stopped(reason) => Some((SessionState::Stopped(reason), Next::Park(None))),
            Pause::TimeReached | Pause::BudgetUsed => {
                let took = host.now_ns().saturating_sub(now);
                self.pace.measured(took, self.session.now().as_ns().saturating_sub(before.as_ns()), ps);
                None
            }
        }
    }

    /// The end of the slice for a guest that waits, unless its wait is over at host time `now`.
    fn idle(&self, wake: Option<VirtTime>, now: u64) -> Option<(SessionState, Next)> {
        let wake = wake.map(|at| self.pace.host_time(at));
        if wake.is_some_and(|at| at <= now) {
            return None;
        }
        // Typing has gaps that are shorter than the grid of timers.
        let next = match wake {
            Some(at) if self.session.input_waits() => Next::ParkExactly(at),
            _ => Next::Park(wake),
        };
        Some((SessionState::Idle, next))
    }

    /// Carries out what the mailbox holds.
    fn obey(&mut self, mailbox: &Mutex<VecDeque<Command>>) {
        loop {
            let Some(command) = lock(mailbox).pop_front() else { return };
            match command {
                Command::Key(event) => self.session.press(event),
                Command::Text(text) => {
                    let left_out = self.session.type_text(&text);
                    self.refused = self.refused.saturating_add(left_out.len() as u64);
                }
                Command::Mouse(at, act) => {
                    self.session.point(at, act);
                }
                Command::StopTyping => self.session.stop_typing(),
                Command::Reset => self.session.reset(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_is_over_by_its_time_or_if_another_session_needs_the_worker() {
        let (host, hurry) = (HostTime::start(), AtomicBool::new(false));
        let clock = SliceClock { host: &host, hurry: &hurry };
        assert_eq!((clock.is_over(7, 8), clock.is_over(7, 7 + SLICE_NS)), (false, true));
        hurry.store(true, Ordering::Relaxed);
        assert!(clock.is_over(7, 8));
    }
}
