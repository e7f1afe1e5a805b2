//! Copy mode: how it begins and ends, and what becomes of what is copied.

use std::time::Duration;

use ratatui::layout::Rect;

use super::{App, Effect, Mode};
use crate::keys::Key;
use crate::session::History;
use crate::tui::copy::{self, CLICK_TIME, CopyMode, Outcome};
use crate::tui::input::{Mods, MouseButton, MouseEvent, MouseKind, Symbol, TermEvent, TermKey, WheelDirection};
use crate::tui::pan::Viewport;
use crate::tui::prompt::Purpose;
use crate::types::SessionId;

/// Keys and mouse reports that wait for copy mode to begin.
const MOST_WAITING: usize = 64;
/// Longest text for the terminal's clipboard: terminals and tmux take sequences of 100 000 bytes, and
/// base64 makes four of three. *Units*: bytes.
const MAX_CLIPBOARD_BYTES: usize = 74_000;

/// Copy mode, or the wait for what it shows.
#[derive(Debug)]
pub(super) enum Copying {
    /// The session is being asked for its history; what comes meanwhile is for copy mode.
    Asked { session: SessionId, by_mouse: bool, events: Vec<TermEvent> },
    /// It is on.
    On(Box<CopyMode>),
}

impl App {
    /// The rows being gone through, in [`Mode::Copy`].
    #[must_use]
    pub fn copy(&self) -> Option<&CopyMode> {
        match &self.copying {
            Some(Copying::On(copy)) if self.mode == Mode::Copy => Some(copy),
            _ => None,
        }
    }

    /// Asks for what copy mode is to show; `events` are the first that it gets.
    pub(super) fn begin_copy(&mut self, by_mouse: bool, events: Vec<TermEvent>, effects: &mut Vec<Effect>) {
        let Some(session) = self.focused else { return };
        self.release_keys(effects);
        self.copying = Some(Copying::Asked { session, by_mouse, events });
        self.set_mode(Mode::Copy);
        effects.push(Effect::History(session));
    }

    /// Copy mode that saves all there is, as its key does.
    pub(super) fn save_history(&mut self, effects: &mut Vec<Effect>) {
        let key = TermKey::legacy(Symbol::Char('s'), Mods::NONE);
        self.begin_copy(false, vec![TermEvent::Key(key)], effects);
    }

    /// Begins with what was asked for.
    pub(super) fn take_history(&mut self, id: SessionId, history: History, now: Duration, effects: &mut Vec<Effect>) {
        let Some(Copying::Asked { session, .. }) = self.copying else { return };
        if session != id || self.mode != Mode::Copy {
            return;
        }
        let Some(Copying::Asked { by_mouse, events, .. }) = self.copying.take() else { return };
        let viewport = match self.place_of(id) {
            Some(area) => self.pan(id).viewport(&history.screen, area.width, area.height),
            None => Viewport::default(),
        };
        self.copying = Some(Copying::On(Box::new(CopyMode::new(id, history, viewport, by_mouse))));
        self.dirty = true;
        if events.is_empty() {
            self.say(copy::HINT.to_owned(), now);
        }
        for event in events {
            self.copy_event(event, now, effects);
        }
    }

    /// Takes in a key or a mouse report in copy mode.
    pub(super) fn copy_event(&mut self, event: TermEvent, now: Duration, effects: &mut Vec<Effect>) {
        match &mut self.copying {
            Some(Copying::Asked { events, .. }) => {
                let escape = matches!(&event, TermEvent::Key(key) if key.symbol == Symbol::Key(Key::Escape));
                if escape {
                    self.leave_copy();
                } else if events.len() < MOST_WAITING {
                    events.push(event);
                }
            }
            Some(Copying::On(_)) => self.copy_mode_event(&event, now, effects),
            // It was left by an event before this one.
            None => {}
        }
    }

    fn copy_mode_event(&mut self, event: &TermEvent, now: Duration, effects: &mut Vec<Effect>) {
        let Some(Copying::On(copy)) = &self.copying else { return };
        let area = self.place_of(copy.session());
        let Some(Copying::On(copy)) = &mut self.copying else { return };
        let outcome = match (event, area) {
            (TermEvent::Key(key), _) => {
                self.message = None;
                copy.key(key)
            }
            (TermEvent::Mouse(event), Some(area)) => copy.mouse(event, copy.viewport().place(area), now),
            _ => Outcome::Stay,
        };
        self.dirty = true;
        self.conclude(outcome, now, effects);
    }

    fn conclude(&mut self, outcome: Outcome, now: Duration, effects: &mut Vec<Effect>) {
        match outcome {
            Outcome::Stay => {}
            Outcome::Leave => self.leave_copy(),
            Outcome::Copy(text) => {
                self.leave_copy();
                self.keep(text, now, effects);
            }
            Outcome::Pick(text) => self.keep(text, now, effects),
            Outcome::Save(text) => {
                let Some(Copying::On(copy)) = &self.copying else { return };
                let session = copy.session();
                self.leave_copy();
                self.text_to_save = text;
                self.ask_for(Purpose::SaveText(session));
            }
            Outcome::NotFound(text) => self.say(format!("not found: {text}"), now),
        }
    }

    pub(super) fn leave_copy(&mut self) {
        self.copying = None;
        if self.mode == Mode::Copy {
            self.set_mode(Mode::Guest);
        }
    }

    /// Puts a text into the paste buffer and, if the user wants that, into the terminal's clipboard.
    fn keep(&mut self, text: String, now: Duration, effects: &mut Vec<Effect>) {
        let (rows, chars) = (text.lines().count(), text.chars().count());
        let what = if rows > 1 { format!("{rows} lines") } else { format!("{chars} characters") };
        let prefix = self.settings.prefix;
        let mut message = format!("copied {what}; {prefix} ] pastes");
        if self.settings.clipboard {
            if text.len() <= MAX_CLIPBOARD_BYTES {
                effects.push(Effect::Clipboard(text.clone()));
            } else {
                message.push_str(", but too much for the terminal's clipboard");
            }
        }
        self.buffer = Some(text);
        self.say(message, now);
    }

    /// Pastes what was copied last.
    pub(super) fn paste_buffer(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        match self.buffer.clone() {
            Some(text) => self.paste(&text, now, effects),
            None => self.say(format!("nothing was copied yet; {} [ begins", self.settings.prefix), now),
        }
    }

    /// Text that was pasted in copy mode: it is searched for, if that is being typed.
    pub(super) fn paste_into_copy(&mut self, text: &str) {
        if let Some(Copying::On(copy)) = &mut self.copying {
            copy.paste(text);
            self.dirty = true;
        }
    }

    /// Copy mode ends with its view, and with its time.
    pub(super) fn follow_copy(&mut self, now: Duration) {
        let (session, ends) = match &self.copying {
            None => return,
            Some(Copying::Asked { session, .. }) => (*session, None),
            Some(Copying::On(copy)) => (copy.session(), copy.ends()),
        };
        let Some(area) = self.place_of(session) else { return self.leave_copy() };
        if self.mode != Mode::Copy || self.focused != Some(session) || ends.is_some_and(|at| at <= now) {
            return self.leave_copy();
        }
        if let Some(Copying::On(copy)) = &mut self.copying {
            self.dirty |= copy.fit(area.width, area.height);
        }
    }

    /// When copy mode ends by itself.
    pub(super) fn copy_deadline(&self) -> Option<Duration> {
        self.copy().and_then(CopyMode::ends)
    }

    /// Where the cells of a session are shown.
    fn place_of(&self, id: SessionId) -> Option<Rect> {
        self.places().into_iter().find(|place| place.session == id).map(|place| place.area)
    }

    // --- the mouse while keys go to the session ---

    /// A drag, two clicks or the wheel begin copy mode: true if `event` did.
    pub(super) fn begins_copy(&mut self, event: &MouseEvent, now: Duration, effects: &mut Vec<Effect>) -> bool {
        let this = TermEvent::Mouse(*event);
        let begin = match event.kind {
            MouseKind::Press(MouseButton::Left) => {
                let before = self.pressed.replace((*event, now));
                let again = |(before, then): (MouseEvent, Duration)| {
                    (before.col, before.row) == (event.col, event.row) && now.saturating_sub(then) <= CLICK_TIME
                };
                before.is_some_and(again).then(|| vec![this.clone(), this])
            }
            MouseKind::Drag(MouseButton::Left) => self.pressed.map(|(press, _)| vec![TermEvent::Mouse(press), this]),
            MouseKind::Wheel(WheelDirection::Up) if self.is_panned_up() => Some(vec![this]),
            _ => None,
        };
        let from = match (event.kind, self.pressed) {
            (MouseKind::Drag(_), Some((press, _))) => press,
            _ => *event,
        };
        let Some(events) = begin.filter(|_| self.is_over_focused(&from)) else { return false };
        self.pressed = None;
        self.begin_copy(true, events, effects);
        true
    }

    fn is_over_focused(&self, event: &MouseEvent) -> bool {
        let area = self.focused.and_then(|id| self.place_of(id));
        area.is_some_and(|area| area.contains((event.col, event.row).into()))
    }

    /// True if no rows of the screen with the keys are above its view.
    fn is_panned_up(&self) -> bool {
        let Some(view) = self.focused() else { return false };
        let Some(area) = self.place_of(view.id) else { return false };
        self.pan(view.id).viewport(&view.screen, area.width, area.height).row == 0
    }
}
