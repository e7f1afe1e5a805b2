//! Real time: worker threads run the sessions, each by weight, and an idle one costs nothing.

use std::sync::Arc;

use super::{Host, SessionError};
use crate::config::SessionSpec;
use crate::keys::KeyEvent;
use crate::monitor::vm::{StopReason, TrapStats};
use crate::screen::Screen;
use crate::types::SessionId;

/// What a session is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// Executing, or ready to.
    Running,
    /// Waiting for input or the next timer event.
    Idle,
    /// Standing still because it is in the background.
    Paused,
    /// Stopped; only a reset helps.
    Stopped(StopReason),
}

/// What the UI knows of one session.
#[derive(Clone, Debug)]
pub struct SessionView {
    /// Which session.
    pub id: SessionId,
    /// Its name.
    pub name: String,
    /// What it is doing.
    pub state: SessionState,
    /// Its screen; the same `Arc` until the screen changes.
    pub screen: Arc<Screen>,
    /// Trap counts.
    pub stats: Arc<TrapStats>,
}

/// What the UI can ask of a session. Takes effect at the session's next slice.
#[derive(Clone, Debug)]
pub enum Command {
    /// A key went down or came up.
    Key(KeyEvent),
    /// Text to be typed, paced by the guest.
    Text(String),
    /// The reset button.
    Reset,
}

/// Runs sessions on worker threads.
pub struct Manager {}

impl Manager {
    /// Starts `workers` worker threads (the host's cores if zero).
    #[must_use]
    pub fn new(_host: Host, _workers: usize) -> Manager {
        Manager {}
    }

    /// Starts a session. It is in the background until [`Manager::focus`] chooses it.
    pub fn start(&self, _spec: &SessionSpec) -> Result<SessionId, SessionError> {
        Ok(SessionId(0))
    }

    /// Ends a session and closes its images.
    pub fn close(&self, _id: SessionId) {}

    /// Chooses the foreground session.
    pub fn focus(&self, _id: SessionId) {}

    /// Sends a command to a session; unknown ids are ignored.
    pub fn send(&self, _id: SessionId, _command: Command) {}

    /// All sessions in the order they were started.
    #[must_use]
    pub fn views(&self) -> Vec<SessionView> {
        Vec::new()
    }

    /// Calls `waker` (from a worker thread) whenever a session's screen or state has changed.
    pub fn on_change(&self, _waker: Box<dyn Fn() + Send + Sync>) {}
}
