//! The scheduler's data: who is ready, who runs, who sleeps until when. Pure: host time comes in
//! as numbers, threads and machines are elsewhere.
//!
//! Fairness is by weighted virtual runtime: a slice adds its host time divided by the session's
//! weight, and the ready session with the least runs next. Sessions are few (hundreds at most), so
//! each question is a walk over all of them and nothing is allocated after a session's start.

use std::time::Duration;

use crate::config::Priority;
use crate::types::SessionId;

/// Scales virtual runtime, so that heavy sessions' short slices are not rounded away.
const RUNTIME_SCALE: u64 = 64;
/// How much later than its timer the foreground session may wake: what a key waits for is delayed by it.
const FOREGROUND_SLACK: Duration = Duration::from_millis(1);
/// How much later than their timers the others may wake, so that many idle sessions share wake-ups: less
/// than the 54.9 ms of a timer tick, so that each takes its tick when the foreground session does. None is
/// lost: a session that wakes late catches up.
const BACKGROUND_SLACK: Duration = Duration::from_millis(50);

/// Slices that take less together are not worth a second worker's waking. *Units*: nanoseconds.
const BRIEF_NS: u64 = 1_000_000;

/// What a session does next, as its slice ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Goes on as soon as it is its turn.
    Ready,
    /// Sleeps until something wakes it, or the given host time and a little later.
    Park(Option<u64>),
    /// Sleeps until something wakes it, or exactly the given host time.
    ParkExactly(u64),
}

impl Next {
    /// The same, but awake at `at` at the latest.
    pub(super) fn by(self, at: u64) -> Next {
        match self {
            Next::Ready => Next::Ready,
            Next::Park(Some(wake)) if wake < at => Next::Park(Some(wake)),
            Next::Park(_) => Next::ParkExactly(at),
            Next::ParkExactly(wake) => Next::ParkExactly(wake.min(at)),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Waits for a worker.
    Ready,
    /// A worker runs it; `woken` if something happened meanwhile that it may not have seen.
    Running { woken: bool },
    /// Sleeps until its timer, or until it is woken.
    Parked(Option<Timer>),
}

/// When a sleeping session wakes by itself. *Units*: host nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Timer {
    /// With whoever is awake from here on.
    due: u64,
    /// Here at the latest, and wakes a worker for it.
    latest: u64,
}

struct Task {
    id: SessionId,
    priority: Priority,
    foreground: bool,
    /// Stands still whatever its stage, but for errands.
    held: bool,
    /// Something was asked of it that it does even while it stands still.
    errand: bool,
    /// Scaled host time divided by weight.
    runtime: u64,
    /// Something happened that it should answer at once: goes before others of the same runtime.
    urgent: bool,
    /// Host time of its last slice.
    last_used: u64,
    stage: Stage,
}

impl Task {
    fn weight(&self) -> u64 {
        let Priority { foreground, background } = self.priority;
        u64::from(if self.foreground { foreground } else { background }.max(1))
    }

    /// A timer for host time `due` that need not be met exactly.
    fn loose_timer(&self, due: u64) -> Timer {
        let slack = if self.foreground { FOREGROUND_SLACK } else { BACKGROUND_SLACK };
        Timer { due, latest: due.saturating_add(u64::try_from(slack.as_nanos()).unwrap_or(0)) }
    }

    fn is_ready(&self) -> bool {
        match self.stage {
            Stage::Running { .. } => false,
            Stage::Ready => !self.held || self.errand,
            Stage::Parked(_) => self.errand,
        }
    }

    /// What decides whose turn it is: the least goes first.
    fn turn(&self) -> (u64, bool, SessionId) {
        (self.runtime, !self.urgent, self.id)
    }

    fn competes(&self) -> bool {
        !self.held && !matches!(self.stage, Stage::Parked(_))
    }
}

/// All sessions of a manager as the scheduler sees them. Times are host nanoseconds.
#[derive(Default)]
pub(super) struct Queue {
    tasks: Vec<Task>,
    /// The greatest runtime a session was taken at: where the next one starts if no other competes.
    floor: u64,
}

impl Queue {
    /// Adds a session, ready at once.
    pub(super) fn add(&mut self, id: SessionId, priority: Priority, held: bool) {
        let runtime = self.minimum();
        self.tasks.push(Task {
            id,
            priority,
            foreground: false,
            held,
            errand: false,
            runtime,
            urgent: false,
            last_used: BRIEF_NS,
            stage: Stage::Ready,
        });
    }

    /// Forgets a session; a worker may still be running it.
    pub(super) fn remove(&mut self, id: SessionId) {
        self.tasks.retain(|task| task.id != id);
    }

    /// Makes a session the foreground one, or no longer.
    pub(super) fn set_foreground(&mut self, id: SessionId, foreground: bool) {
        if let Some(task) = self.task(id) {
            task.foreground = foreground;
        }
    }

    /// Gives a session other weights, from its next slice on.
    pub(super) fn set_priority(&mut self, id: SessionId, priority: Priority) {
        if let Some(task) = self.task(id) {
            task.priority = priority;
        }
    }

    /// Makes a session stand still, or lets it go on; it then starts as one that was woken.
    pub(super) fn set_held(&mut self, id: SessionId, held: bool) {
        let Some(task) = self.task(id) else { return };
        let released = task.held && !held;
        task.held = held;
        if released {
            if task.stage == Stage::Ready {
                task.stage = Stage::Parked(None);
            }
            self.wake(id);
        }
    }

    /// Wakes a session because something happened that it should answer at once: it goes to the
    /// front. True if it now waits for a worker and did not before.
    pub(super) fn wake(&mut self, id: SessionId) -> bool {
        let minimum = self.minimum();
        let Some(task) = self.task(id) else { return false };
        match &mut task.stage {
            Stage::Ready => false,
            Stage::Running { woken } => {
                *woken = true;
                false
            }
            Stage::Parked(_) => {
                task.stage = Stage::Ready;
                task.runtime = minimum;
                task.urgent = true;
                !task.held
            }
        }
    }

    /// Has a session taken once even if it stands still. One that does not is woken instead.
    pub(super) fn send_on_errand(&mut self, id: SessionId) {
        if let Some(task) = self.task(id) {
            task.errand = true;
            task.urgent = true;
        }
    }

    /// Takes the session that runs next, if one is ready at `now`.
    pub(super) fn take(&mut self, now: u64) -> Option<SessionId> {
        self.wake_due(now);
        let task = self.tasks.iter_mut().filter(|task| task.is_ready()).min_by_key(|task| task.turn())?;
        task.stage = Stage::Running { woken: false };
        (task.urgent, task.errand) = (false, false);
        let (id, runtime) = (task.id, task.runtime);
        self.floor = self.floor.max(runtime);
        Some(id)
    }

    /// Takes back a session whose slice took `used` nanoseconds of a worker.
    pub(super) fn give_back(&mut self, id: SessionId, used: u64, next: Next) {
        let Some(task) = self.task(id) else { return };
        task.last_used = used;
        task.runtime += used.saturating_mul(RUNTIME_SCALE) / task.weight();
        let woken = task.stage == Stage::Running { woken: true };
        task.stage = match next {
            _ if woken => Stage::Ready,
            Next::Ready => Stage::Ready,
            Next::Park(wake) => Stage::Parked(wake.map(|due| task.loose_timer(due))),
            Next::ParkExactly(at) => Stage::Parked(Some(Timer { due: at, latest: at })),
        };
    }

    /// True if a session waits for a worker that should not wait for those that are busy.
    pub(super) fn wants_worker(&self) -> bool {
        let competing = self.tasks.iter().filter(|task| task.competes());
        let expected = competing.fold(0u64, |sum, task| sum.saturating_add(task.last_used));
        self.tasks.iter().any(|task| task.is_ready() && (task.urgent || expected >= BRIEF_NS))
    }

    /// True if the session that runs next is to answer something at once.
    pub(super) fn is_urgent(&self) -> bool {
        let next = self.tasks.iter().filter(|task| task.is_ready()).min_by_key(|task| task.turn());
        next.is_some_and(|task| task.urgent)
    }

    /// When the next sleeper has to be woken.
    pub(super) fn next_wake(&self) -> Option<u64> {
        self.tasks
            .iter()
            .filter(|task| !task.held)
            .filter_map(|task| match task.stage {
                Stage::Parked(timer) => timer.map(|timer| timer.latest),
                _ => None,
            })
            .min()
    }

    /// Makes those sleepers ready whose time has come.
    fn wake_due(&mut self, now: u64) {
        let minimum = self.minimum();
        for task in self.tasks.iter_mut().filter(|task| !task.held) {
            if matches!(task.stage, Stage::Parked(Some(timer)) if timer.due <= now) {
                task.stage = Stage::Ready;
                // It has not used what it missed while asleep, and cannot claim it now.
                task.runtime = task.runtime.max(minimum);
            }
        }
    }

    /// The least runtime among the sessions that compete.
    fn minimum(&self) -> u64 {
        self.tasks.iter().filter(|task| task.competes()).map(|task| task.runtime).min().unwrap_or(self.floor)
    }

    fn task(&mut self, id: SessionId) -> Option<&mut Task> {
        self.tasks.iter_mut().find(|task| task.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;
    const A: SessionId = SessionId(1);
    const B: SessionId = SessionId(2);
    const C: SessionId = SessionId(3);

    fn queue(sessions: &[(SessionId, u32)]) -> Queue {
        let mut queue = Queue::default();
        for &(id, priority) in sessions {
            queue.add(id, Priority::plain(priority), false);
        }
        queue
    }

    /// Runs `slices` slices of 5 ms on one worker; how many each session got.
    fn share(queue: &mut Queue, slices: usize) -> [usize; 4] {
        let mut got = [0; 4];
        for _ in 0..slices {
            let id = queue.take(0).unwrap();
            got[id.0 as usize] += 1;
            queue.give_back(id, 5 * MS, Next::Ready);
        }
        got
    }

    #[test]
    fn busy_sessions_share_by_priority() {
        let mut queue = queue(&[(A, 1), (B, 3)]);
        assert_eq!(share(&mut queue, 400), [0, 100, 300, 0]);
    }

    #[test]
    fn the_foreground_session_gets_four_times_as_much() {
        let mut queue = queue(&[(A, 2), (B, 2)]);
        queue.set_foreground(B, true);
        assert_eq!(share(&mut queue, 500), [0, 100, 400, 0]);
    }

    #[test]
    fn each_of_the_two_weights_counts_in_its_place() {
        let mut queue = queue(&[(A, 1), (B, 1)]);
        queue.set_priority(A, Priority { foreground: 9, background: 2 });
        queue.set_priority(B, Priority { foreground: 6, background: 1 });
        assert_eq!(share(&mut queue, 300), [0, 200, 100, 0]);
        queue.set_foreground(A, true);
        assert_eq!(share(&mut queue, 1000), [0, 900, 100, 0]);
        queue.set_foreground(A, false);
        queue.set_foreground(B, true);
        assert_eq!(share(&mut queue, 800), [0, 200, 600, 0]);
    }

    #[test]
    fn weights_changed_while_it_runs_hold_for_what_it_has_just_used() {
        let mut queue = queue(&[(A, 1), (B, 1)]);
        assert_eq!(queue.take(0), Some(A));
        queue.set_priority(A, Priority { foreground: 1, background: 10 });
        queue.give_back(A, 5 * MS, Next::Ready);
        assert_eq!(share(&mut queue, 10), [0, 9, 1, 0]);
    }

    #[test]
    fn a_session_that_slept_cannot_claim_the_time_it_missed() {
        let mut queue = queue(&[(A, 1), (B, 1)]);
        assert_eq!(queue.take(0), Some(A));
        queue.give_back(A, MS, Next::Park(Some(1000 * MS)));
        for _ in 0..100 {
            assert_eq!(queue.take(0), Some(B));
            queue.give_back(B, 5 * MS, Next::Ready);
        }
        // Its timer has gone off by now.
        assert_eq!(queue.take(1000 * MS), Some(A));
        queue.give_back(A, 5 * MS, Next::Ready);
        let got = share(&mut queue, 100);
        assert!((49..=51).contains(&got[1]), "{got:?}");
    }

    #[test]
    fn a_woken_session_runs_before_those_that_compute() {
        let mut queue = queue(&[(A, 1), (B, 100), (C, 100)]);
        // A has used much more than the others, then waits for a key.
        assert_eq!(queue.take(0), Some(A));
        queue.give_back(A, 50 * MS, Next::Park(None));
        share(&mut queue, 20);
        assert!(queue.wake(A));
        assert_eq!(queue.take(0), Some(A));
    }

    #[test]
    fn a_session_is_urgent_from_its_wake_until_it_runs() {
        let mut queue = queue(&[(A, 1), (B, 1)]);
        assert_eq!(queue.take(0), Some(A));
        queue.give_back(A, MS, Next::Park(None));
        assert_eq!(queue.take(0), Some(B));
        assert!(!queue.is_urgent());
        queue.wake(A);
        assert!(queue.is_urgent());
        queue.give_back(B, MS, Next::Ready);
        assert_eq!(queue.take(0), Some(A));
        assert!(!queue.is_urgent());
    }

    #[test]
    fn a_wake_during_a_slice_is_not_slept_through() {
        let mut queue = queue(&[(A, 1)]);
        queue.take(0);
        assert!(!queue.wake(A));
        queue.give_back(A, MS, Next::Park(None));
        assert!(queue.wants_worker());
        assert_eq!(queue.take(0), Some(A));
        queue.give_back(A, MS, Next::Park(None));
        assert_eq!(queue.take(u64::MAX), None);
    }

    #[test]
    fn the_timer_that_has_to_go_off_first_takes_all_with_it_that_are_due() {
        let mut queue = queue(&[(A, 1), (B, 1), (C, 1)]);
        for (id, at) in [(A, 41), (B, 57), (C, 92)] {
            assert_eq!(queue.take(0), Some(id));
            queue.give_back(id, 0, Next::Park(Some(at * MS)));
        }
        assert_eq!(queue.next_wake(), Some(91 * MS));
        assert_eq!((queue.take(91 * MS), queue.take(91 * MS), queue.take(91 * MS)), (Some(A), Some(B), None));
    }

    #[test]
    fn background_sessions_take_their_ticks_with_the_foreground_session() {
        let tick = 55 * MS;
        let mut queue = queue(&[(A, 1), (B, 1), (C, 1)]);
        queue.set_foreground(A, true);
        let mut due = [(A, 3 * MS), (B, 17 * MS), (C, 39 * MS)];
        for (id, at) in due {
            queue.take(0);
            queue.give_back(id, 0, Next::Park(Some(at)));
        }
        let (mut now, mut wakes) = (0, 0);
        while now < 100 * tick {
            now = queue.next_wake().unwrap();
            wakes += 1;
            while let Some(id) = queue.take(now) {
                let at = &mut due.iter_mut().find(|(other, _)| *other == id).unwrap().1;
                assert!(now - *at < tick, "a tick of {id:?} waits for the next one");
                *at += tick;
                queue.give_back(id, 0, Next::Park(Some(*at)));
            }
        }
        assert!(wakes <= 102, "{wakes} wake-ups for 100 ticks");
    }

    #[test]
    fn the_foreground_session_wakes_close_to_its_time() {
        let mut queue = queue(&[(A, 1)]);
        queue.set_foreground(A, true);
        queue.take(0);
        queue.give_back(A, 0, Next::Park(Some(41 * MS)));
        assert_eq!((queue.next_wake(), queue.take(40 * MS)), (Some(42 * MS), None));
        assert_eq!(queue.take(42 * MS), Some(A));
        queue.give_back(A, 0, Next::ParkExactly(61 * MS));
        assert_eq!(queue.next_wake(), Some(61 * MS));
    }

    #[test]
    fn what_waits_to_be_shown_is_not_put_off() {
        assert_eq!(Next::Park(Some(41)).by(20), Next::ParkExactly(20));
        assert_eq!(Next::Park(None).by(20), Next::ParkExactly(20));
        assert_eq!(Next::Park(Some(41)).by(60), Next::Park(Some(41)));
    }

    #[test]
    fn a_held_session_neither_runs_nor_wakes_until_released() {
        let mut queue = queue(&[(A, 1), (B, 1)]);
        queue.set_held(A, true);
        assert_eq!(queue.take(0), Some(B));
        queue.give_back(B, MS, Next::Park(None));
        assert!(!queue.wake(A));
        assert_eq!(queue.take(u64::MAX), None);
        queue.set_held(A, false);
        assert_eq!(queue.take(0), Some(A));
        queue.set_held(A, true);
        queue.give_back(A, MS, Next::Park(Some(5)));
        assert_eq!((queue.next_wake(), queue.take(u64::MAX)), (None, None));
    }

    #[test]
    fn a_held_session_runs_an_errand_and_stands_still_again() {
        let mut queue = queue(&[(A, 1)]);
        queue.take(0);
        queue.give_back(A, MS, Next::Park(Some(5)));
        queue.set_held(A, true);
        queue.send_on_errand(A);
        assert!(queue.wants_worker());
        assert_eq!(queue.take(0), Some(A));
        queue.give_back(A, MS, Next::Park(None));
        assert_eq!(queue.take(u64::MAX), None);
        queue.set_held(A, false);
        assert_eq!(queue.take(0), Some(A));
    }

    #[test]
    fn a_removed_session_may_come_back_from_its_worker() {
        let mut queue = queue(&[(A, 1)]);
        queue.take(0);
        queue.remove(A);
        queue.give_back(A, MS, Next::Ready);
        assert!(!queue.wants_worker());
    }

    #[test]
    fn ticks_of_idle_sessions_need_no_second_worker_but_keys_and_work_do() {
        let mut queue = queue(&[(A, 1), (B, 1)]);
        queue.take(0);
        assert!(queue.wants_worker(), "nothing is known of a new session");
        queue.take(0);
        queue.give_back(A, 50_000, Next::Park(Some(1)));
        queue.give_back(B, 50_000, Next::Park(Some(1)));
        assert_eq!(queue.take(60 * MS), Some(A));
        assert!(!queue.wants_worker());
        queue.give_back(A, 2 * MS, Next::Ready);
        assert_eq!(queue.take(60 * MS), Some(B));
        assert!(queue.wants_worker());
        queue.give_back(B, 50_000, Next::Park(None));
        queue.wake(B);
        assert!(queue.wants_worker());
    }
}
