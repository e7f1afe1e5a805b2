//! What is published of a session, so that the user interface never waits for a running slice.

use std::sync::Arc;

use super::alerts::Alerts;
use crate::config::SessionSpec;
use crate::keys::Locks;
use crate::monitor::vm::{StopReason, TrapStats};
use crate::screen::Screen;
use crate::session::Session;
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

/// Text on its way to a session's keyboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Characters that wait to be typed.
    pub waiting: usize,
    /// Characters that were left out since the session's start: too many waited, or they cannot be
    /// typed.
    pub refused: u64,
}

impl Backlog {
    /// True if the difference to `shown` is worth telling: how many wait changes with each of them.
    pub(super) fn is_news(self, shown: Backlog) -> bool {
        self.refused != shown.refused || (self.waiting > 0) != (shown.waiting > 0)
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
    /// A program uses the mouse, as of the last change that was published.
    pub uses_mouse: bool,
    /// Text that waits to be typed, as of the last change that was published.
    pub backlog: Backlog,
    /// How often it has called for its user.
    pub alerts: Alerts,
    /// What the host did last that the session could not go on with, such as a log that it takes no more of.
    pub problem: Option<Arc<str>>,
}

/// Small things that are published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Signs {
    pub(super) locks: Locks,
    pub(super) alerts: Alerts,
    pub(super) uses_mouse: bool,
}

impl Signs {
    /// The signs of a session that has called for nobody.
    pub(super) fn of(session: &Session) -> Signs {
        Signs { locks: session.locks(), alerts: Alerts::default(), uses_mouse: session.uses_mouse() }
    }
}

/// The part of a view that the session's worker renews.
pub(super) struct Published {
    pub(super) state: SessionState,
    pub(super) screen: Arc<Screen>,
    pub(super) stats: Arc<TrapStats>,
    pub(super) signs: Signs,
    pub(super) backlog: Backlog,
    pub(super) problem: Option<Arc<str>>,
}

impl Published {
    /// Takes over what waits to be typed; true if that is news.
    pub(super) fn renew_backlog(&mut self, backlog: Backlog) -> bool {
        backlog.is_news(std::mem::replace(&mut self.backlog, backlog))
    }

    /// Takes over a state, the signs and, if it may have changed, a screen; true if any is news.
    pub(super) fn renew(
        &mut self,
        state: &SessionState,
        screen: Option<Screen>,
        signs: Signs,
        stats: TrapStats,
    ) -> bool {
        let new_state = self.state != *state;
        if new_state {
            self.state = state.clone();
        }
        let screen = screen.filter(|screen| *screen != *self.screen);
        let new_signs = std::mem::replace(&mut self.signs, signs) != signs;
        let news = new_state || new_signs || screen.is_some();
        if let Some(screen) = screen {
            self.screen = Arc::new(screen);
        }
        if news {
            self.stats = Arc::new(stats);
        }
        news
    }
}
