//! Real time: worker threads run the sessions, each by weight, and an idle one costs nothing.
//!
//! | file | what it is |
//! | --- | --- |
//! | `queue` | who runs next and who sleeps until when; pure |
//! | `pace` | how virtual time follows host time; pure |
//! | `settings` | which settings of a running session can change |
//! | `machine` | a session's machine and its slices |
//! | `slot` | one session with its mailbox, its slices, and what is published of it |
//! | `errands` | what is asked of one session, and the answers |
//! | `worker` | the threads |
//! | `view` | what others see of a session |
//! | `alerts` | what may call for the user |
//! | `wanted` | something that is answered at the end of a slice |
//! | `gauge` | what a session has used |
//! | `inspected` | what a session's machine is doing |
//! | `host_time` | the host's clocks |

mod alerts;
mod errands;
mod gauge;
mod host_time;
pub use host_time::local_seconds;
mod inspected;
mod machine;
mod pace;
mod queue;
mod settings;
mod slot;
mod view;
mod wanted;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread::JoinHandle;

pub use self::alerts::Alerts;
use self::errands::Errands;
pub use self::errands::{Answer, RequestId};
pub use self::gauge::Gauge;
pub use self::settings::takes_effect_at_once;
use self::slot::Slot;
pub use self::view::{Backlog, SessionState, SessionView};
use self::worker::Shared;
use super::inspect::Inspection;
use super::{History, Host, Media, Request, Session, SessionError, SessionOptions};
use crate::config::SessionSpec;
use crate::keys::KeyEvent;
use crate::pointer::{CellPlace, PointerAct};
use crate::types::SessionId;

/// What the UI can ask of a session. Takes effect at the session's next slice.
#[derive(Clone, Debug)]
pub enum Command {
    /// A key went down or came up.
    Key(KeyEvent),
    /// Text to be typed, paced by the guest.
    Text(String),
    /// What the user does with the mouse at a cell of the screen.
    Mouse(CellPlace, PointerAct),
    /// Drops the text and chords that have not been typed yet.
    StopTyping,
    /// The reset button.
    Reset,
}

/// Runs sessions on worker threads. Dropped, it ends them all and closes their images.
///
/// Its methods may be called from any thread, but [`Manager::close`] and dropping it wait for
/// running slices, so not from the waker of [`Manager::on_change`].
pub struct Manager {
    host: Arc<Host>,
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    next_id: AtomicU32,
    next_request: AtomicU64,
}

impl Manager {
    /// Starts `workers` worker threads (the host's cores if zero).
    ///
    /// *Panics* if the host cannot start a single thread.
    #[must_use]
    pub fn new(host: Host, workers: usize) -> Manager {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let shared = Arc::new(Shared::new());
        let wanted = if workers == 0 { cores } else { workers };
        let workers: Vec<_> = (0..wanted).map_while(|index| spawn_worker(index, &shared)).collect();
        assert!(!workers.is_empty(), "the host cannot start a thread");
        let (next_id, next_request) = (AtomicU32::new(1), AtomicU64::new(1));
        Manager { host: Arc::new(host), shared, workers, next_id, next_request }
    }

    /// Starts a session. It is in the background until [`Manager::focus`] chooses it.
    pub fn start(&self, spec: &SessionSpec) -> Result<SessionId, SessionError> {
        let session = Session::new(spec, &self.host, options())?;
        let id = SessionId(self.next_id.fetch_add(1, Ordering::Relaxed));
        let errands = Errands::new(id, &session, Arc::clone(&self.host));
        let slot = Arc::new(Slot::new(errands, session, spec, &self.shared.host));
        self.shared.reschedule(|state| {
            state.queue.add(id, spec.priority, slot.is_held());
            state.slots.push(slot);
            state.settle();
        });
        Ok(id)
    }

    /// Ends a session and closes its images. Waits for its running slice.
    pub fn close(&self, id: SessionId) {
        let mut state = self.shared.lock();
        let Some(slot) = state.slot(id) else { return };
        state.queue.remove(id);
        state.slots.retain(|slot| slot.id() != id);
        if state.foreground == Some(id) {
            state.foreground = None;
            state.settle();
            self.shared.call_worker(&state);
        }
        drop(state);
        slot.close();
    }

    /// Chooses the foreground session.
    pub fn focus(&self, id: SessionId) {
        self.shared.reschedule(|state| {
            if state.foreground == Some(id) || state.slot(id).is_none() {
                return;
            }
            state.foreground = Some(id);
            state.settle();
        });
        self.shared.wake_ui();
    }

    /// Lets a session stand still whatever its settings say, or go on as they say.
    pub fn hold(&self, id: SessionId, held: bool) {
        self.shared.reschedule(|state| {
            let Some(slot) = state.slot(id) else { return };
            slot.set_held_by_user(held);
            state.settle();
        });
        self.shared.wake_ui();
    }

    /// Gives a running session the settings of `spec`, as far as they can change while it runs: those
    /// that [`takes_effect_at_once`] names.
    ///
    /// Waits for its running slice. *Errors*: a new log cannot be opened; the old one goes on.
    pub fn adjust(&self, id: SessionId, spec: &SessionSpec) -> Result<(), SessionError> {
        let Some(slot) = self.shared.lock().slot(id) else { return Ok(()) };
        let adjusted = slot.adjust(spec, &self.shared.host);
        self.shared.reschedule(|state| {
            state.settle();
            state.queue.wake(id);
        });
        self.shared.wake_ui();
        adjusted
    }

    /// Switches a session off and on again with the settings of `spec`. The disks stay in its drives
    /// with all that was written to them.
    ///
    /// Waits for its running slice. *Errors*: the session cannot be made; it goes on as it was.
    pub fn restart(&self, id: SessionId, spec: &SessionSpec) -> Result<(), SessionError> {
        let Some(slot) = self.shared.lock().slot(id) else { return Ok(()) };
        slot.restart(spec, &self.host, options(), &self.shared.host)?;
        self.shared.reschedule(|state| {
            state.settle();
            state.queue.wake(id);
        });
        self.shared.wake_ui();
        Ok(())
    }

    /// Gives a session another name.
    pub fn rename(&self, id: SessionId, name: String) {
        if let Some(slot) = self.shared.lock().slot(id) {
            slot.rename(name);
        }
        self.shared.wake_ui();
    }

    /// Sends a command to a session; unknown ids are ignored.
    ///
    /// At most 1024 commands wait for a session that does not run; further ones are lost.
    pub fn send(&self, id: SessionId, command: Command) {
        self.shared.reschedule(|state| {
            if let Some(slot) = state.slot(id) {
                slot.post(command);
                state.queue.wake(id);
            }
        });
    }

    /// Asks something of a session; the waker is called when there is an answer in
    /// [`Manager::take_answers`]. Waits for nothing, and a session that stands still answers too. Unknown
    /// and closed sessions never answer.
    pub fn ask(&self, id: SessionId, request: Request) -> RequestId {
        let number = RequestId(self.next_request.fetch_add(1, Ordering::Relaxed));
        self.shared.reschedule(|state| {
            if let Some(slot) = state.slot(id) {
                slot.ask(number, request);
                state.queue.wake(id);
                state.queue.send_on_errand(id);
            }
        });
        number
    }

    /// Takes the answers that have come, each session's in the order of its requests.
    #[must_use]
    pub fn take_answers(&self) -> Vec<Answer> {
        let slots = self.shared.lock().slots.clone();
        slots.iter().flat_map(|slot| slot.errands().take_answers()).collect()
    }

    /// What is in a session's drives. Waits for no slice.
    #[must_use]
    pub fn media(&self, id: SessionId) -> Option<Arc<Media>> {
        let slot = self.shared.lock().slot(id)?;
        Some(slot.media())
    }

    /// All sessions in the order they were started.
    #[must_use]
    pub fn views(&self) -> Vec<SessionView> {
        let slots = self.shared.lock().slots.clone();
        slots.iter().map(|slot| slot.view()).collect()
    }

    /// What each session has used so far, in the order they were started. Waits for no slice.
    #[must_use]
    pub fn gauges(&self) -> Vec<Gauge> {
        let slots = self.shared.lock().slots.clone();
        slots.iter().map(|slot| slot.gauge()).collect()
    }

    /// What a session's machine is doing. Waits for no slice: while one runs, this is as at the end of the
    /// first slice after it was last asked for, and nothing before that.
    #[must_use]
    pub fn inspect(&self, id: SessionId) -> Option<Arc<Inspection>> {
        let slot = self.shared.lock().slot(id)?;
        slot.inspect()
    }

    /// What a session shows and has shown. Waits for no slice: `None` means that it is being run, and
    /// that there is an answer when the next change is called.
    #[must_use]
    pub fn history(&self, id: SessionId) -> Option<History> {
        let slot = self.shared.lock().slot(id);
        slot.and_then(|slot| slot.history())
    }

    /// Calls `waker` (from a worker thread) whenever a session's screen or state has changed, at
    /// most 60 times a second for each session.
    pub fn on_change(&self, waker: Box<dyn Fn() + Send + Sync>) {
        self.shared.set_waker(Arc::from(waker));
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        self.shared.shut_down();
        for worker in self.workers.drain(..) {
            // A slice's panic is caught; a worker that ended otherwise has nothing to hand over.
            drop(worker.join());
        }
    }
}

/// How sessions of the manager are made.
fn options() -> SessionOptions {
    SessionOptions { force_overlay: false, rtc_start: host_time::local_seconds(), local_time: true }
}

/// Starts a worker; `None` if the host has no room for another thread.
fn spawn_worker(index: usize, shared: &Arc<Shared>) -> Option<JoinHandle<()>> {
    let shared = Arc::clone(shared);
    let thread = std::thread::Builder::new().name(format!("dosmux-worker-{index}"));
    match thread.spawn(move || shared.work()) {
        Ok(worker) => Some(worker),
        Err(error) => {
            tracing::error!(%error, "cannot start a worker thread");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manager_may_be_shared_by_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Manager>();
    }

    #[test]
    fn commands_to_unknown_sessions_are_ignored() {
        let manager = Manager::new(Host::new(), 1);
        manager.send(SessionId(7), Command::Reset);
        manager.focus(SessionId(7));
        manager.close(SessionId(7));
        assert!(manager.views().is_empty());
    }
}
