//! What is published of a session, so that the user interface never waits for a running slice.

use std::sync::Arc;

use crate::config::SessionSpec;
use crate::keys::Locks;
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
    /// Standing still because the user wants it, or because it is in the background.
    Paused,
    /// Stopped; only a reset helps.
    Stopped(StopReason),
    /// dosmux itself failed in this session; it can only be closed. Says what was wrong.
    Failed(String),
}

impl SessionState {
    /// True if nothing changes any more by itself.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, SessionState::Stopped(_) | SessionState::Failed(_))
    }
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
    /// Trap counts, as of the last change of screen or state.
    pub stats: Arc<TrapStats>,
    /// Time slices it has had since its start.
    pub slices: u64,
    /// The settings in use; its name may have changed since.
    pub spec: Arc<SessionSpec>,
    /// The locks of its keyboard, as of the last change that was published.
    pub locks: Locks,
}

/// The part of a view that the session's worker renews.
pub(super) struct Published {
    pub(super) state: SessionState,
    pub(super) screen: Arc<Screen>,
    pub(super) stats: Arc<TrapStats>,
    pub(super) locks: Locks,
}

impl Published {
    /// Takes over a state, the locks and, if it may have changed, a screen; true if any is news.
    pub(super) fn renew(
        &mut self,
        state: &SessionState,
        screen: Option<Screen>,
        locks: Locks,
        stats: TrapStats,
    ) -> bool {
        let new_state = self.state != *state;
        if new_state {
            self.state = state.clone();
        }
        let screen = screen.filter(|screen| *screen != *self.screen);
        let new_locks = std::mem::replace(&mut self.locks, locks) != locks;
        let news = new_state || new_locks || screen.is_some();
        if let Some(screen) = screen {
            self.screen = Arc::new(screen);
        }
        if news {
            self.stats = Arc::new(stats);
        }
        news
    }
}
