//! The worker threads: each takes the session whose turn it is, runs a slice, gives it back, and
//! sleeps when there is nothing to do.
//!
//! Of the workers that sleep, one sleeps only until the next session's timer; the others wait to be
//! called. A worker that takes a session calls another if there is work for two. If a session must
//! answer somebody at once, such as a key, and every worker is busy, their slices end early.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::host_time::HostTime;
use super::queue::Queue;
use super::slot::{Slot, lock};
use crate::types::SessionId;

/// Called when something changed that a user may want to see.
pub(super) type Waker = Arc<dyn Fn() + Send + Sync>;

/// What the workers and the manager share.
pub(super) struct Shared {
    pub(super) host: HostTime,
    state: Mutex<State>,
    /// Signalled when a session is ready and a worker sleeps.
    work: Condvar,
    /// A session that is to answer at once waits for a worker and none sleeps: running slices end.
    hurry: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

/// The sessions and their schedule.
#[derive(Default)]
pub(super) struct State {
    pub(super) queue: Queue,
    /// In the order of their start.
    pub(super) slots: Vec<Arc<Slot>>,
    pub(super) foreground: Option<SessionId>,
    sleepers: usize,
    /// The host time at which a sleeping worker looks for work by itself.
    alarm: Option<u64>,
    shutdown: bool,
}

impl State {
    pub(super) fn slot(&self, id: SessionId) -> Option<Arc<Slot>> {
        self.slots.iter().find(|slot| slot.id() == id).cloned()
    }

    /// Settles what each session weighs and which ones stand still, after any of that has changed.
    pub(super) fn settle(&mut self) {
        let front = self.foreground.and_then(|id| self.slot(id));
        let alone = front.filter(|slot| slot.wants_host_alone()).map(|slot| slot.id());
        for slot in &self.slots {
            let id = slot.id();
            slot.set_foreground(self.foreground == Some(id));
            slot.set_shut_out(alone.is_some_and(|alone| alone != id));
            self.queue.set_foreground(id, self.foreground == Some(id));
            self.queue.set_priority(id, slot.spec().priority);
            self.queue.set_held(id, slot.is_held());
        }
    }
}

impl Shared {
    pub(super) fn new() -> Shared {
        Shared {
            host: HostTime::start(),
            state: Mutex::default(),
            work: Condvar::new(),
            hurry: AtomicBool::new(false),
            waker: Mutex::new(None),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Changes the schedule and calls a worker if that made a session ready.
    pub(super) fn reschedule(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        self.call_worker(&state);
    }

    pub(super) fn set_waker(&self, waker: Waker) {
        *lock(&self.waker) = Some(waker);
    }

    /// Tells the user interface that something changed. No lock is held while it is told.
    pub(super) fn wake_ui(&self) {
        let waker = lock(&self.waker).clone();
        if let Some(waker) = waker {
            waker();
        }
    }

    /// Makes the workers end after their slices.
    pub(super) fn shut_down(&self) {
        self.lock().shutdown = true;
        self.work.notify_all();
    }

    /// A worker's life.
    pub(super) fn work(&self) {
        let mut state = self.lock();
        while !state.shutdown {
            let ready = state.queue.take(self.host.now_ns());
            let Some(slot) = ready.and_then(|id| state.slot(id)) else {
                state = self.sleep(state);
                continue;
            };
            self.call_worker(&state);
            drop(state);
            let ran = slot.run(&self.host, &self.hurry);
            if ran.news {
                self.wake_ui();
            }
            state = self.lock();
            state.queue.give_back(slot.id(), ran.used, ran.next);
            if ran.news && slot.spec().exclusive {
                // It may have stopped: then the others go on.
                state.settle();
            }
        }
    }

    /// Calls a worker if one sleeps and there is work for it; hurries those that run if there must be one.
    pub(super) fn call_worker(&self, state: &State) {
        self.hurry.store(state.sleepers == 0 && state.queue.is_urgent(), Ordering::Relaxed);
        if state.sleepers > 0 && state.queue.wants_worker() {
            self.work.notify_one();
        }
    }

    /// Sleeps until called or, if no other worker does so, until the next timer.
    fn sleep<'a>(&self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let wake = state.queue.next_wake();
        let own_alarm = wake.filter(|&at| state.alarm.is_none_or(|alarm| at < alarm));
        state.sleepers += 1;
        let mut state = match own_alarm {
            Some(at) => {
                state.alarm = Some(at);
                let span = Duration::from_nanos(at.saturating_sub(self.host.now_ns()));
                let woken = self.work.wait_timeout(state, span);
                woken.unwrap_or_else(PoisonError::into_inner).0
            }
            None => self.work.wait(state).unwrap_or_else(PoisonError::into_inner),
        };
        state.sleepers -= 1;
        if own_alarm.is_some() && state.alarm == own_alarm {
            state.alarm = None;
        }
        state
    }
}
