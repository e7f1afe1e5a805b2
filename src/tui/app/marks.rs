//! What the user has not seen of sessions that are out of view.

use std::sync::Arc;
use std::time::Duration;

use super::{App, Effect, Mode};
use crate::config::Bell;
use crate::screen::Screen;
use crate::session::{Alerts, SessionState, SessionView};
use crate::tui::layout::Place;
use crate::types::SessionId;

/// Shortest time between two rings of the terminal's bell.
const RING_GAP: Duration = Duration::from_millis(250);

/// What of a session is marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// It rang the bell since it was last seen.
    pub bell: bool,
    /// It was at work, and now waits for a key.
    pub waiting: bool,
    /// Its screen shows other text than when it was last seen.
    pub changed: bool,
    /// It is being recorded.
    pub recorded: bool,
}

/// A session as it was when it was last in view.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    alerts: Alerts,
    screen: Arc<Screen>,
    changed: bool,
}

impl Seen {
    fn of(view: &SessionView) -> Seen {
        Seen { alerts: view.alerts, screen: view.screen.clone(), changed: false }
    }

    /// Looks whether the screen shows other text; once it does, it has changed until it is seen.
    fn compare(&mut self, screen: &Arc<Screen>) {
        if self.changed || Arc::ptr_eq(&self.screen, screen) {
            return;
        }
        let text = |screen: &Screen| (screen.cols, screen.rows, screen.cells.iter().map(|cell| cell.code).collect());
        let (before, now): ((u16, u16, Vec<u8>), _) = (text(&self.screen), text(screen));
        self.changed = before != now;
        self.screen = screen.clone();
    }
}

impl App {
    /// What is marked of a session.
    #[must_use]
    pub fn marks(&self, id: SessionId) -> Marks {
        let recorded = self.is_recorded(id);
        let (Some(view), Some(seen)) = (self.session(id), self.seen.get(&id)) else {
            return Marks { recorded, ..Marks::default() };
        };
        let waits = view.alerts.waits > seen.alerts.waits;
        Marks {
            bell: view.alerts.bells > seen.alerts.bells && self.settings.bell != Bell::Off,
            waiting: waits && view.state == SessionState::Idle,
            changed: seen.changed,
            recorded,
        }
    }

    /// What is marked of each session, in the order of the sessions.
    #[must_use]
    pub fn all_marks(&self) -> &[Marks] {
        &self.marked
    }

    /// Takes note of what is in view now, and of what changes elsewhere.
    pub(super) fn note_seen(&mut self) {
        let in_view: Vec<SessionId> = match self.backdrop() {
            Mode::Overview(_) | Mode::Watch | Mode::Page => Vec::new(),
            _ => self.places().into_iter().map(|Place { session, .. }| session).collect(),
        };
        let exists = |id: &SessionId| self.sessions.iter().any(|view| view.id == *id);
        self.seen.retain(|id, _| exists(id));
        for view in &self.sessions {
            let before = self.seen.entry(view.id).or_insert_with(|| Seen::of(view));
            if in_view.contains(&view.id) {
                *before = Seen::of(view);
            } else {
                before.compare(&view.screen);
            }
        }
        let marks: Vec<Marks> = self.sessions.iter().map(|view| self.marks(view.id)).collect();
        self.dirty |= marks != self.marked;
        self.marked = marks;
    }

    /// Rings the terminal's bell if the session with the keys has rung its own since `before`.
    pub(super) fn ring(&mut self, before: Option<Alerts>, now: Duration, effects: &mut Vec<Effect>) {
        let (Some(before), Some(view)) = (before, self.focused()) else { return };
        let rung = view.alerts.bells > before.bells && self.settings.bell == Bell::Terminal;
        if rung && self.next_ring <= now {
            self.next_ring = now + RING_GAP;
            effects.push(Effect::Ring);
        }
    }
}
