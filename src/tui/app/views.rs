//! Which sessions there are, which are in view, and which of them has the keys.

use std::time::Duration;

use super::{App, Effect, Mode};
use crate::session::SessionView;
use crate::tui::layout::{Arrangement, Direction, Layout};
use crate::tui::sessions::ending;
use crate::types::SessionId;

impl App {
    pub(super) fn take_views(&mut self, views: Vec<SessionView>, now: Duration, effects: &mut Vec<Effect>) {
        self.dirty |= self.looks_different(&views);
        let news: Vec<String> = views.iter().enumerate().filter_map(|(index, view)| self.news(index, view)).collect();
        let before = self.focused_index();
        let alerts = self.focused().map(|view| view.alerts);
        self.sessions = views;
        self.ring(alerts, now, effects);
        if let Some(text) = news.into_iter().next() {
            self.say(text, now);
        }
        self.drop_closed();
        let sessions = &self.sessions;
        self.wishes.retain(|&id, _| sessions.iter().any(|view| view.id == id));
        self.media.retain(|&id, _| sessions.iter().any(|view| view.id == id));
        self.refresh_panels();
        self.look_at_drives(effects);
        if self.sessions.is_empty() {
            effects.push(Effect::Quit);
        } else if self.focused_index().is_none() {
            // The session is gone: go to another one in view, else to the one before it, or at the
            // start to the first.
            let in_view = self.layout.as_ref().and_then(|layout| layout.sessions().first().copied());
            let index = before.map_or(0, |index| index.min(self.sessions.len() - 1));
            self.close_panels();
            self.show(in_view.unwrap_or(self.sessions[index].id), effects);
        }
    }

    /// Takes closed sessions out of view.
    fn drop_closed(&mut self) {
        let exists = |id: SessionId| self.sessions.iter().any(|view| view.id == id);
        let in_view = self.layout.as_ref().map_or_else(Vec::new, Layout::sessions);
        let gone: Vec<SessionId> = in_view.into_iter().filter(|&id| !exists(id)).collect();
        self.pans.retain(|&id, _| exists(id));
        for id in gone {
            self.layout = self.layout.as_ref().and_then(|layout| layout.without(id));
        }
    }

    /// True if `views` would be drawn differently from what is held.
    fn looks_different(&self, views: &[SessionView]) -> bool {
        let in_view: Vec<SessionId> = self.places().iter().map(|place| place.session).collect();
        let overview = matches!(self.mode, Mode::Overview(_));
        let same_rows = views.len() == self.sessions.len()
            && views.iter().zip(&self.sessions).all(|(new, old)| {
                let shown = overview || in_view.contains(&new.id);
                let same_screen = !shown || std::sync::Arc::ptr_eq(&new.screen, &old.screen);
                new.id == old.id
                    && new.name == old.name
                    && new.state == old.state
                    && new.backlog == old.backlog
                    && same_screen
            });
        !same_rows
    }

    /// What to say if a session in the background has just stopped.
    fn news(&self, index: usize, view: &SessionView) -> Option<String> {
        let old = self.sessions.iter().find(|old| old.id == view.id)?;
        if view.problem.is_some() && view.problem != old.problem {
            return view.problem.as_deref().map(str::to_owned);
        }
        let refused = view.backlog.refused.saturating_sub(old.backlog.refused);
        if refused > 0 {
            let name = &view.name;
            return Some(format!("left out {refused} characters: session {name} has too many waiting to be typed"));
        }
        let fresh = ending(&old.state).is_none() && self.focused != Some(view.id);
        let reason = ending(&view.state).filter(|_| fresh)?;
        Some(format!("session {} {} has stopped: {reason}", index + 1, view.name))
    }

    /// Gives the keys to a session; if it is not in view, it takes the place of the one that had them.
    pub(super) fn show(&mut self, id: SessionId, effects: &mut Vec<Effect>) {
        if self.focused == Some(id) {
            return;
        }
        self.release_keys(effects);
        match (&mut self.layout, self.focused) {
            (Some(layout), _) if layout.shows(id) => {}
            (Some(layout), Some(before)) if layout.shows(before) => layout.replace(before, id),
            (layout, _) => *layout = Some(Layout::single(id)),
        }
        self.last = self.focused.replace(id);
        self.dirty = true;
        effects.push(Effect::Focus(id));
    }

    pub(super) fn select(&mut self, index: usize, now: Duration, effects: &mut Vec<Effect>) {
        match self.sessions.get(index).map(|view| view.id) {
            Some(id) => self.show(id, effects),
            None => self.say(format!("there is no session {}", index + 1), now),
        }
    }

    /// Shows the session `step` places on, round and round.
    pub(super) fn step(&mut self, step: usize, effects: &mut Vec<Effect>) {
        if let Some(index) = self.focused_index() {
            self.show(self.sessions[(index + step) % self.sessions.len()].id, effects);
        }
    }

    pub(super) fn show_last(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        match self.last.filter(|&last| self.sessions.iter().any(|view| view.id == last)) {
            Some(last) => self.show(last, effects),
            None => self.say("no other session was shown yet".to_owned(), now),
        }
    }

    /// Brings the next session that is not in view into half of the view.
    pub(super) fn split(&mut self, how: Arrangement, now: Duration) {
        let (Some(layout), Some(id), Some(index)) = (&self.layout, self.focused, self.focused_index()) else { return };
        let others = self.sessions.iter().cycle().skip(index + 1).take(self.sessions.len());
        let Some(new) = others.map(|view| view.id).find(|&other| !layout.shows(other)) else {
            return self.say("every session is in view already".to_owned(), now);
        };
        match layout.split(id, how, new, self.guest_area()) {
            Some(split) => self.set_layout(split),
            None => self.say("the view is too small to be split".to_owned(), now),
        }
    }

    /// Takes the view with the keys away; its session goes on.
    pub(super) fn hide(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        let (Some(layout), Some(id)) = (&self.layout, self.focused) else { return };
        let ways = [Direction::Left, Direction::Up, Direction::Right, Direction::Down];
        let heir = ways.into_iter().find_map(|way| layout.neighbour(id, way, self.guest_area()));
        match (layout.without(id), heir) {
            (Some(left), Some(heir)) => {
                self.show(heir, effects);
                self.set_layout(left);
            }
            _ => self.say("this is the only view".to_owned(), now),
        }
    }

    /// Brings all sessions into view.
    pub(super) fn tile(&mut self, now: Duration) {
        let ids: Vec<SessionId> = self.sessions.iter().map(|view| view.id).collect();
        match Layout::tiled(&ids, self.guest_area()) {
            Some(tiled) => self.set_layout(tiled),
            None => self.say(format!("the window is too small for {} views", ids.len()), now),
        }
    }

    fn set_layout(&mut self, layout: Layout) {
        self.layout = Some(layout);
        self.zoomed = false;
        self.dirty = true;
    }

    /// Gives the view with the keys the whole window, or puts it back among the others.
    pub(super) fn zoom(&mut self, now: Duration) {
        if self.layout.as_ref().is_some_and(|layout| layout.sessions().len() > 1) {
            self.zoomed = !self.zoomed;
            self.dirty = true;
        } else {
            self.say("this is the only view".to_owned(), now);
        }
    }

    /// Gives the keys to the neighbouring view. False if there is only one view.
    pub(super) fn go(&mut self, way: Direction, effects: &mut Vec<Effect>) -> bool {
        let (Some(layout), Some(id), false) = (&self.layout, self.focused, self.zoomed) else { return false };
        if layout.sessions().len() < 2 {
            return false;
        }
        if let Some(next) = layout.neighbour(id, way, self.guest_area()) {
            self.show(next, effects);
        }
        true
    }

    /// Moves what is shown of the screen in the view with the keys.
    pub(super) fn pan_by(&mut self, cols: i16, rows: i16) {
        if let Some(id) = self.focused {
            self.pans.entry(id).or_default().shift(cols, rows);
            self.dirty = true;
        }
    }
}
