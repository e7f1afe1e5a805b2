//! A session under the manager: its machine, its mailbox and what is published of it.
//!
//! Locks, each held shortly but the first, and never two of them at once except the machine's with
//! one other: `machine` (by the worker that runs a slice), `mailbox` (by senders), `published` `gauge`
//! and `name` (by readers), and those of `errands`.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Command;
use super::errands::{Errands, RequestId};
use super::gauge::Gauge;
use super::host_time::HostTime;
use super::inspected::Inspected;
use super::machine::{Machine, SliceClock};
use super::queue::Next;
use super::settings::adjusted;
use super::view::{Backlog, Published, SessionState, SessionView, Signs};
use super::wanted::Wanted;
use crate::config::{Background, ImageSpec, SessionSpec};
use crate::disk::DriveId;
use crate::keys::KeyEvent;
use crate::pointer::PointerAct;
use crate::screen::{Screen, Scrollback};
use crate::session::inspect::Inspection;
use crate::session::{DriveView, History, Host, Media, Request, Session, SessionError, SessionOptions};
use crate::types::SessionId;

/// Commands that wait at most. Beyond it they are lost, but key releases have as much room again:
/// no key stays down because its release found no place.
const MAILBOX_CAPACITY: usize = 1024;
/// Shortest time between two changes that are published. *Units*: host nanoseconds.
const FRAME_NS: u64 = 1_000_000_000 / 60;

/// See the module's text.
pub(super) struct Slot {
    id: SessionId,
    name: Mutex<String>,
    machine: Mutex<Option<Machine>>,
    mailbox: Mutex<VecDeque<Command>>,
    errands: Errands,
    published: Mutex<Published>,
    gauge: Mutex<Gauge>,
    /// Somebody asked for the gauge during a slice: it is to be read at the slice's end.
    gauge_wanted: AtomicBool,
    inspected: Inspected,
    history: Wanted<History>,
    /// The settings in use; the name in them is that at its start.
    spec: Mutex<Arc<SessionSpec>>,
    foreground: AtomicBool,
    /// Another session has the host to itself.
    shut_out: AtomicBool,
    /// The user lets it stand still.
    held_by_user: AtomicBool,
    slices: AtomicU64,
    /// Host time that slices took. *Units*: nanoseconds.
    busy: AtomicU64,
}

/// What a slice did.
pub(super) struct Ran {
    /// Host time it took. *Units*: nanoseconds.
    pub(super) used: u64,
    /// What the session does next.
    pub(super) next: Next,
    /// Something new was published.
    pub(super) news: bool,
}

impl Slot {
    pub(super) fn new(errands: Errands, session: Session, spec: &SessionSpec, host: &HostTime) -> Slot {
        let id = errands.session();
        let published = Published {
            state: SessionState::Running,
            screen: Arc::new(session.screen()),
            stats: Arc::new(session.stats()),
            signs: Signs::of(&session),
            backlog: Backlog::default(),
            problem: None,
        };
        Slot {
            id,
            name: Mutex::new(session.name().to_owned()),
            machine: Mutex::new(Some(Machine::new(session, spec.speed, host.now_ns()))),
            mailbox: Mutex::new(VecDeque::new()),
            errands,
            published: Mutex::new(published),
            gauge: Mutex::new(Gauge::new(id)),
            gauge_wanted: AtomicBool::new(false),
            inspected: Inspected::default(),
            history: Wanted::new(),
            spec: Mutex::new(Arc::new(spec.clone())),
            foreground: AtomicBool::new(false),
            shut_out: AtomicBool::new(false),
            held_by_user: AtomicBool::new(false),
            slices: AtomicU64::new(0),
            busy: AtomicU64::new(0),
        }
    }

    pub(super) fn id(&self) -> SessionId {
        self.id
    }

    /// Puts a command into the mailbox, if there is room.
    pub(super) fn post(&self, command: Command) {
        let mut mailbox = lock(&self.mailbox);
        let release =
            matches!(command, Command::Key(KeyEvent { down: false, .. }) | Command::Mouse(_, PointerAct::Release(_)));
        let capacity = if release { 2 * MAILBOX_CAPACITY } else { MAILBOX_CAPACITY };
        if mailbox.len() < capacity {
            mailbox.push_back(command);
        } else {
            tracing::warn!(session = %lock(&self.name), ?command, "too many commands wait; this one is lost");
        }
    }

    /// Requests to the session and their answers.
    pub(super) fn errands(&self) -> &Errands {
        &self.errands
    }

    /// Queues a request.
    pub(super) fn ask(&self, id: RequestId, request: Request) {
        self.errands.ask(id, request, &lock(&self.name));
    }

    /// The session's drives. Does not wait for a running slice: then they are as at the end of the first
    /// slice after they were last asked for.
    pub(super) fn media(&self) -> Arc<Media> {
        if let Ok(Some(machine)) = self.machine.try_lock().as_deref() {
            self.errands.renew_media(&machine.session);
        }
        self.errands.media()
    }

    /// Notes whether the session is the foreground one.
    pub(super) fn set_foreground(&self, foreground: bool) {
        self.foreground.store(foreground, Ordering::Relaxed);
    }

    /// Notes whether another session has the host to itself.
    pub(super) fn set_shut_out(&self, shut_out: bool) {
        self.shut_out.store(shut_out, Ordering::Relaxed);
    }

    /// True if the others stand still while this one is in the foreground: not for one that has stopped.
    pub(super) fn wants_host_alone(&self) -> bool {
        let goes_on = !self.held_by_user.load(Ordering::Relaxed) && !lock(&self.published).state.is_final();
        goes_on && self.spec().exclusive
    }

    /// The settings in use.
    pub(super) fn spec(&self) -> Arc<SessionSpec> {
        Arc::clone(&lock(&self.spec))
    }

    /// Takes those settings over that can change while the session runs. Waits for a running slice.
    ///
    /// *Errors*: a new log cannot be opened; the old one goes on.
    pub(super) fn adjust(&self, wished: &SessionSpec, host: &HostTime) -> Result<(), SessionError> {
        let old = self.spec();
        let mut spec = adjusted(&old, wished);
        let mut logged = Ok(());
        self.guarded(|machine| {
            machine.adjust(&spec, host.now_ns());
            logged = machine.session.set_log(spec.log.as_deref());
            (Next::Ready, true)
        });
        if logged.is_err() {
            spec.log.clone_from(&old.log);
        }
        *lock(&self.spec) = Arc::new(spec);
        logged
    }

    /// Makes the machine anew, with the disks of the one there was. Waits for a running slice.
    pub(super) fn restart(
        &self,
        spec: &SessionSpec,
        shared: &Host,
        options: SessionOptions,
        host: &HostTime,
    ) -> Result<(), SessionError> {
        let mut machine = lock(&self.machine);
        let session = match machine.take() {
            Some(mut old) => match old.session.restarted(spec, shared, options) {
                Ok(session) => session,
                Err(error) => {
                    *machine = Some(old);
                    return Err(error);
                }
            },
            None => Session::new(spec, shared, options)?,
        };
        *machine = Some(Machine::new(session, spec.speed, host.now_ns()));
        lock(&self.published).state = SessionState::Running;
        *lock(&self.spec) = Arc::new(spec.clone());
        Ok(())
    }

    /// Notes whether the user lets the session stand still.
    pub(super) fn set_held_by_user(&self, held: bool) {
        self.held_by_user.store(held, Ordering::Relaxed);
    }

    /// Gives the session another name.
    pub(super) fn rename(&self, name: String) {
        *lock(&self.name) = name;
    }

    /// True if the session stands still: the user wants it, it is in the background, or another
    /// session has the host to itself.
    pub(super) fn is_held(&self) -> bool {
        let pauses = self.spec().background == Background::Pause;
        let in_background = pauses && !self.foreground.load(Ordering::Relaxed);
        in_background || self.shut_out.load(Ordering::Relaxed) || self.held_by_user.load(Ordering::Relaxed)
    }

    pub(super) fn view(&self) -> SessionView {
        let published = lock(&self.published);
        let paused = self.is_held() && !published.state.is_final();
        SessionView {
            id: self.id,
            name: lock(&self.name).clone(),
            state: if paused { SessionState::Paused } else { published.state.clone() },
            screen: Arc::clone(&published.screen),
            stats: Arc::clone(&published.stats),
            slices: self.slices.load(Ordering::Relaxed),
            spec: self.spec(),
            locks: published.signs.locks,
            uses_mouse: published.signs.uses_mouse,
            alerts: published.signs.alerts,
            backlog: published.backlog,
            problem: published.problem.clone(),
        }
    }

    /// What the session has used so far. Does not wait for a running slice: then all but the host time
    /// is as at the end of the first slice after it was last asked for.
    pub(super) fn gauge(&self) -> Gauge {
        let machine = self.machine.try_lock();
        let mut gauge = lock(&self.gauge);
        match machine.as_deref() {
            Ok(Some(machine)) => gauge.read(&machine.session),
            Ok(None) => {}
            Err(_) => self.gauge_wanted.store(true, Ordering::Relaxed),
        }
        gauge.busy_ns = self.busy.load(Ordering::Relaxed);
        gauge.clone()
    }

    /// What the machine is doing. Does not wait for a running slice: then it is as at the end of the first
    /// slice after it was last asked for, and nothing the first time.
    pub(super) fn inspect(&self) -> Option<Arc<Inspection>> {
        match self.machine.try_lock().as_deref() {
            Ok(Some(machine)) => self.inspected.renew(&machine.session),
            Ok(None) => {}
            Err(_) => self.inspected.want(),
        }
        self.inspected.last()
    }

    /// What the session shows and has shown; `None` while a slice runs: then it is there, and called
    /// news, at the slice's end.
    pub(super) fn history(&self) -> Option<History> {
        let found = self.history_now().or_else(|| self.history.take_or_want()).or_else(|| self.history_now());
        if found.is_some() {
            self.history.forget();
        }
        found
    }

    fn history_now(&self) -> Option<History> {
        match self.machine.try_lock().as_deref_mut() {
            Ok(Some(machine)) => Some(machine.session.history()),
            Ok(None) => Some(self.last_screen()),
            Err(_) => None,
        }
    }

    /// What is left of a session that failed.
    fn last_screen(&self) -> History {
        History { rows: Scrollback::default(), screen: Screen::clone(&lock(&self.published).screen) }
    }

    /// Waits for a running slice and drops the machine, which closes its images.
    pub(super) fn close(&self) {
        lock(&self.machine).take();
    }

    /// Notes in the settings which images are in the drives. They list the drives from A: on, so a disk in B:
    /// alone is left out.
    fn note_disks(&self, session: &Session) {
        let (floppies, disks): (Vec<_>, Vec<_>) =
            session.drives().into_iter().partition(|drive| matches!(drive.id, DriveId::Floppy(_)));
        let images = |drives: Vec<DriveView>| -> Vec<ImageSpec> {
            let disks = drives.into_iter().map_while(|drive| drive.disk);
            disks.map(|disk| ImageSpec { source: disk.source, writes: disk.writes }).collect()
        };
        let mut spec = lock(&self.spec);
        *spec = Arc::new(SessionSpec { floppies: images(floppies), disks: images(disks), ..spec.as_ref().clone() });
    }

    /// Runs one slice and publishes what it changed; it ends early if `hurry` is set. A panic in it ends
    /// this session only.
    pub(super) fn run(&self, host: &HostTime, hurry: &AtomicBool) -> Ran {
        let start = host.now_ns();
        self.slices.fetch_add(1, Ordering::Relaxed);
        let held = self.is_held();
        let (next, news) = self.guarded(|machine| {
            let answered = self.errands.run(&mut machine.session);
            if answered {
                self.note_disks(&machine.session);
            }
            if held {
                return (Next::Park(None), answered);
            }
            let (next, news) = self.run_machine(machine, start, SliceClock { host, hurry });
            (next, news || answered)
        });
        let news = self.refuse_errands() || news;
        // Only now, so that who asked in vain while the slice ran is seen: see `Wanted`.
        let asked = self.history.is_asked() && self.guarded(|machine| self.answer_history(machine, next)).1;
        let used = host.now_ns().saturating_sub(start);
        self.busy.fetch_add(used, Ordering::Relaxed);
        Ran { used, next, news: news || asked }
    }

    /// Answers what nobody can do any more; true if there was anything.
    fn refuse_errands(&self) -> bool {
        let gone = lock(&self.machine).is_none();
        gone && self.errands.refuse_all(&lock(&self.name))
    }

    /// Does `work` on the machine. If that panics, the machine is given up; without one nothing is
    /// done.
    fn guarded(&self, work: impl FnOnce(&mut Machine) -> (Next, bool)) -> (Next, bool) {
        let mut guard = lock(&self.machine);
        let Some(machine) = guard.as_mut() else { return (Next::Park(None), false) };
        match catch_unwind(AssertUnwindSafe(|| work(machine))) {
            Ok(done) => done,
            Err(panic) => self.fail(&mut guard, panic.as_ref()),
        }
    }

    fn answer_history(&self, machine: &mut Machine, next: Next) -> (Next, bool) {
        (next, self.history.answer(|| machine.session.history()))
    }

    fn run_machine(&self, machine: &mut Machine, start: u64, clock: SliceClock<'_>) -> (Next, bool) {
        let host = clock.host;
        let (state, next) = machine.slice(&self.mailbox, start, clock);
        if self.gauge_wanted.swap(false, Ordering::Relaxed) {
            lock(&self.gauge).read(&machine.session);
        }
        self.inspected.renew_if_wanted(&machine.session);
        let problem = machine.session.take_log_problem().is_some_and(|problem| self.note_log_end(&problem));
        machine.dirty |= machine.session.take_screen_changed();
        let backlog = machine.backlog();
        machine.dirty |= backlog.is_news(machine.backlog_shown);
        let now = host.now_ns();
        let signs = machine.signs(start, now, state == SessionState::Idle);
        machine.dirty |= signs != machine.signs;
        if !machine.dirty && state == machine.shown {
            return (next, problem);
        }
        let frame = machine.shown_at.saturating_add(FRAME_NS);
        if now < frame && !state.is_final() {
            return (next.by(frame), problem);
        }
        let screen = std::mem::take(&mut machine.dirty).then(|| machine.session.screen());
        let news = {
            let mut published = lock(&self.published);
            let typing = published.renew_backlog(backlog);
            published.renew(&state, screen, signs, machine.session.stats()) || typing
        };
        (machine.signs, machine.backlog_shown) = (signs, backlog);
        (machine.shown, machine.shown_at) = (state, now);
        (next, news || problem)
    }

    /// Publishes that the host takes no more of the log; always true.
    fn note_log_end(&self, problem: &str) -> bool {
        let mut spec = lock(&self.spec);
        *spec = Arc::new(SessionSpec { log: None, ..spec.as_ref().clone() });
        drop(spec);
        lock(&self.published).problem = Some(Arc::from(problem));
        true
    }

    /// Gives the machine up after a panic and says why.
    fn fail(&self, machine: &mut Option<Machine>, panic: &(dyn std::any::Any + Send)) -> (Next, bool) {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown".to_owned());
        tracing::error!(session = %lock(&self.name), text, "dosmux failed in this session");
        lock(&self.published).state = SessionState::Failed(text);
        let machine = machine.take();
        // What is left of it may panic again as it goes.
        drop(catch_unwind(AssertUnwindSafe(|| drop(machine))));
        (Next::Park(None), true)
    }
}

/// Locks `mutex`. A panic while it was held left nothing half done that its next holder looks at.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SessionSpec;
    use crate::session::{Host, SessionOptions};

    fn slot(host: &HostTime) -> Slot {
        let spec = SessionSpec { memory_bytes: 1 << 20, ..SessionSpec::new("a") };
        let options = SessionOptions { force_overlay: true, rtc_start: 0, local_time: false };
        let session = Session::new(&spec, &Host::new(), options).unwrap();
        let errands = Errands::new(SessionId(1), &session, Arc::new(Host::new()));
        Slot::new(errands, session, &spec, host)
    }

    #[test]
    fn a_panic_ends_the_session_and_says_why() {
        let host = HostTime::start();
        let slot = slot(&host);
        assert_eq!(slot.guarded(|_| panic!("broken {}", 7)), (Next::Park(None), true));
        assert_eq!(slot.view().state, SessionState::Failed("broken 7".to_owned()));
        slot.post(Command::Reset);
        let ran = slot.run(&host, &AtomicBool::new(false));
        assert_eq!((ran.next, ran.news), (Next::Park(None), false));
        assert_eq!(slot.view().state, SessionState::Failed("broken 7".to_owned()));
    }

    #[test]
    fn a_full_mailbox_takes_releases_but_no_presses() {
        let slot = slot(&HostTime::start());
        for down in [true, false] {
            for _ in 0..3 * MAILBOX_CAPACITY {
                slot.post(Command::Key(KeyEvent { key: crate::keys::Key::A, down }));
            }
        }
        let mailbox = lock(&slot.mailbox);
        let presses = mailbox.iter().filter(|command| matches!(command, Command::Key(event) if event.down)).count();
        assert_eq!((mailbox.len(), presses), (2 * MAILBOX_CAPACITY, MAILBOX_CAPACITY));
    }

    #[test]
    fn a_session_without_a_boot_disk_stops_and_says_so() {
        let host = HostTime::start();
        let slot = slot(&host);
        let mut news = false;
        while !slot.view().state.is_final() {
            news |= slot.run(&host, &AtomicBool::new(false)).news;
        }
        assert!(news);
        let view = slot.view();
        assert_eq!(view.state, SessionState::Stopped(crate::monitor::vm::StopReason::NoBootDisk));
        assert!(!view.screen.text().trim().is_empty());
    }
}
