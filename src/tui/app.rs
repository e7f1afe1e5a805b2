//! The UI's state and how it changes: events in, effects out, no I/O and no clock of its own.

use std::time::Duration;

use super::commands::{self, Action};
use super::input::{Act, Symbol, TermEvent, TermKey};
use super::keyboard::Keyboard;
use super::pan::Pan;
use super::sessions::ending;
use crate::keys::{Key, KeyEvent, chord_events, strokes_for_char};
use crate::monitor::vm::StopReason;
use crate::screen::CodePage;
use crate::session::{Command, SessionState, SessionView};
use crate::types::SessionId;

/// How long a message stays.
const MESSAGE_TIME: Duration = Duration::from_secs(5);
/// How many characters that cannot be typed a message names.
const NAMED_CHARACTERS: usize = 8;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The terminal sent something.
    Terminal(TermEvent),
    /// The window has this many columns and rows.
    Resize(u16, u16),
    /// The sessions as they are now.
    Sessions(Vec<SessionView>),
    /// Something went wrong that the user should know of.
    Trouble(String),
    /// A deadline passed.
    Tick,
}

/// Something to be done.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Brings a session to the foreground.
    Focus(SessionId),
    /// Ends a session.
    Close(SessionId),
    /// Sends a command to a session.
    Send(SessionId, Command),
    /// Draws everything afresh, whatever the terminal is believed to show.
    Redraw,
    /// Switches the kitty keyboard protocol on.
    UseKitty,
    /// Ends the UI.
    Quit,
}

/// What keys mean at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// They go to the session.
    Guest,
    /// The next one is a command.
    Prefix,
    /// The next one answers a question.
    Confirm(Question),
    /// They move or leave the help, which begins with this row.
    Help(u16),
}

/// A question that is answered with y or n.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Close the session?
    Close(SessionId),
    /// Reset the session?
    Reset(SessionId),
    /// Close all sessions and quit?
    Quit,
}

/// A line of text that goes away by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Message {
    text: String,
    until: Duration,
}

/// The UI's state.
#[derive(Debug)]
pub struct App {
    sessions: Vec<SessionView>,
    focused: Option<SessionId>,
    last: Option<SessionId>,
    mode: Mode,
    message: Option<Message>,
    keyboard: Keyboard,
    /// The view of the focused session.
    pan: Pan,
    size: (u16, u16),
    /// What is shown has changed since it was last drawn.
    dirty: bool,
}

impl App {
    /// A UI without sessions in a window of `size` columns and rows.
    #[must_use]
    pub fn new(size: (u16, u16)) -> App {
        App {
            sessions: Vec::new(),
            focused: None,
            last: None,
            mode: Mode::Guest,
            message: None,
            keyboard: Keyboard::new(),
            pan: Pan::default(),
            size,
            dirty: true,
        }
    }

    /// All sessions in the order of their numbers.
    #[must_use]
    pub fn sessions(&self) -> &[SessionView] {
        &self.sessions
    }

    /// Index of the session that is shown.
    #[must_use]
    pub fn focused_index(&self) -> Option<usize> {
        let id = self.focused?;
        self.sessions.iter().position(|view| view.id == id)
    }

    /// The session that is shown.
    #[must_use]
    pub fn focused(&self) -> Option<&SessionView> {
        self.focused_index().map(|index| &self.sessions[index])
    }

    /// What keys mean at the moment.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The view of the focused session.
    #[must_use]
    pub fn pan(&self) -> Pan {
        self.pan
    }

    /// The line shown above the status line: what a key is awaited for, a message, or how to get
    /// on with a session that stopped.
    #[must_use]
    pub fn line(&self) -> Option<String> {
        match self.mode {
            Mode::Prefix => return Some(commands::hint()),
            Mode::Confirm(question) => return Some(self.ask(question)),
            Mode::Guest | Mode::Help(_) => {}
        }
        if let Some(message) = &self.message {
            return Some(message.text.clone());
        }
        way_on(&self.focused()?.state)
    }

    /// True once after something that is shown has changed.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }

    /// When [`Event::Tick`] is due.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        let message = self.message.as_ref().map(|message| message.until);
        [message, self.keyboard.deadline()].into_iter().flatten().min()
    }

    /// Takes in what happened at `now`, the time since the UI started.
    pub fn update(&mut self, event: Event, now: Duration) -> Vec<Effect> {
        let mut effects = Vec::new();
        match event {
            Event::Terminal(TermEvent::Key(key)) => self.key(&key, now, &mut effects),
            Event::Terminal(TermEvent::Paste(text)) => self.paste(&text, now, &mut effects),
            Event::Terminal(TermEvent::FocusLost) => self.release_keys(&mut effects),
            Event::Terminal(TermEvent::FocusGained) => {}
            Event::Terminal(TermEvent::KittySpoken) => effects.push(Effect::UseKitty),
            Event::Resize(cols, rows) => {
                self.size = (cols, rows);
                self.dirty = true;
            }
            Event::Sessions(views) => self.take_views(views, now, &mut effects),
            Event::Trouble(text) => self.say(text, now),
            Event::Tick => self.tick(now, &mut effects),
        }
        self.follow_cursor();
        effects
    }

    fn tick(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        let released = self.keyboard.tick(now);
        self.send_keys(released, effects);
        if self.message.as_ref().is_some_and(|message| message.until <= now) {
            self.message = None;
            self.dirty = true;
        }
    }

    fn follow_cursor(&mut self) {
        let Some(view) = self.focused() else { return };
        let screen = view.screen.clone();
        let (cols, rows) = self.guest_area();
        let before = self.pan;
        self.pan.follow(&screen, cols, rows);
        self.dirty |= before != self.pan;
    }

    /// Columns and rows that sessions are shown in: all but the status line.
    #[must_use]
    pub fn guest_area(&self) -> (u16, u16) {
        (self.size.0, self.size.1.saturating_sub(1))
    }

    fn say(&mut self, text: String, now: Duration) {
        self.message = Some(Message { text, until: now + MESSAGE_TIME });
        self.dirty = true;
    }

    fn set_mode(&mut self, mode: Mode) {
        self.mode = mode;
        self.dirty = true;
    }

    // Sessions.

    fn take_views(&mut self, views: Vec<SessionView>, now: Duration, effects: &mut Vec<Effect>) {
        self.dirty |= self.looks_different(&views);
        let news: Vec<String> = views.iter().enumerate().filter_map(|(index, view)| self.news(index, view)).collect();
        let before = self.focused_index();
        self.sessions = views;
        if let Some(text) = news.into_iter().next() {
            self.say(text, now);
        }
        if self.sessions.is_empty() {
            effects.push(Effect::Quit);
        } else if self.focused_index().is_none() {
            // The shown session is gone: show the one before it, or the first at the start.
            let index = before.map_or(0, |index| index.min(self.sessions.len() - 1));
            self.mode = Mode::Guest;
            self.show(index, effects);
        }
    }

    /// True if `views` would be drawn differently from what is held.
    fn looks_different(&self, views: &[SessionView]) -> bool {
        let same_rows = views.len() == self.sessions.len()
            && views.iter().zip(&self.sessions).all(|(new, old)| {
                let screen_shown = self.focused == Some(new.id);
                let same_screen = !screen_shown || std::sync::Arc::ptr_eq(&new.screen, &old.screen);
                new.id == old.id && new.name == old.name && new.state == old.state && same_screen
            });
        !same_rows
    }

    /// What to say if a session in the background has just stopped.
    fn news(&self, index: usize, view: &SessionView) -> Option<String> {
        let old = self.sessions.iter().find(|old| old.id == view.id)?;
        let fresh = ending(&old.state).is_none() && self.focused != Some(view.id);
        let reason = ending(&view.state).filter(|_| fresh)?;
        Some(format!("session {} {} has stopped: {reason}", index + 1, view.name))
    }

    fn show(&mut self, index: usize, effects: &mut Vec<Effect>) {
        let Some(view) = self.sessions.get(index) else { return };
        let id = view.id;
        if self.focused == Some(id) {
            return;
        }
        self.release_keys(effects);
        self.last = self.focused.replace(id);
        self.pan = Pan::default();
        self.dirty = true;
        effects.push(Effect::Focus(id));
    }

    /// Shows the session `step` places on, round and round.
    fn step(&mut self, step: usize, effects: &mut Vec<Effect>) {
        if let Some(index) = self.focused_index() {
            self.show((index + step) % self.sessions.len(), effects);
        }
    }

    // Keys.

    fn key(&mut self, key: &TermKey, now: Duration, effects: &mut Vec<Effect>) {
        let modifier = matches!(key.symbol, Symbol::Key(board) if board.is_modifier());
        match self.mode {
            Mode::Guest if commands::is_prefix(key) && key.act != Act::Release => {
                self.release_keys(effects);
                self.set_mode(Mode::Prefix);
            }
            Mode::Guest => self.play(key, now, effects),
            // The prefix key and modifiers come up, or a modifier is pressed for the command.
            _ if key.act != Act::Press || modifier => {}
            Mode::Prefix => self.command(key, now, effects),
            Mode::Confirm(question) => self.answer(question, key, now, effects),
            Mode::Help(top) => self.help_key(top, key),
        }
    }

    fn play(&mut self, key: &TermKey, now: Duration, effects: &mut Vec<Effect>) {
        let page = self.code_page();
        let played = self.keyboard.play(key, page, now);
        self.send_keys(played.events, effects);
        if let Some(c) = played.untypable {
            self.say(format!("{c} cannot be typed: {page} lacks it"), now);
        }
    }

    /// The code page of the session that is shown.
    fn code_page(&self) -> CodePage {
        self.focused().map_or(CodePage::US, |view| view.screen.code_page)
    }

    fn release_keys(&mut self, effects: &mut Vec<Effect>) {
        let released = self.keyboard.release_all();
        self.send_keys(released, effects);
    }

    fn send_keys(&self, events: Vec<KeyEvent>, effects: &mut Vec<Effect>) {
        if let Some(id) = self.focused {
            effects.extend(events.into_iter().map(|event| Effect::Send(id, Command::Key(event))));
        }
    }

    fn strike(&self, keys: &[Key], effects: &mut Vec<Effect>) {
        self.send_keys(chord_events(keys), effects);
    }

    fn command(&mut self, key: &TermKey, now: Duration, effects: &mut Vec<Effect>) {
        self.set_mode(Mode::Guest);
        if commands::is_prefix(key) {
            return self.play(key, now, effects);
        }
        if key.symbol == Symbol::Key(Key::Escape) {
            return;
        }
        match commands::find(key) {
            Some(Action::Select) => {
                let digit = key.character().and_then(|c| c.to_digit(10)).unwrap_or(1);
                // 0 is the tenth.
                self.select(usize::try_from((digit + 9) % 10).unwrap_or(0), now, effects);
            }
            Some(action) => self.act(action, now, effects),
            None => self.say(format!("no such command; {} h shows them all", commands::PREFIX_NAME), now),
        }
    }

    fn select(&mut self, index: usize, now: Duration, effects: &mut Vec<Effect>) {
        if index < self.sessions.len() {
            self.show(index, effects);
        } else {
            self.say(format!("there is no session {}", index + 1), now);
        }
    }

    fn act(&mut self, action: Action, now: Duration, effects: &mut Vec<Effect>) {
        let Some(id) = self.focused else { return };
        match action {
            Action::Select => {}
            Action::Next => self.step(1, effects),
            Action::Previous => self.step(self.sessions.len().saturating_sub(1), effects),
            Action::Last => self.show_last(now, effects),
            Action::Close => self.set_mode(Mode::Confirm(Question::Close(id))),
            Action::Reset => self.set_mode(Mode::Confirm(Question::Reset(id))),
            Action::CtrlAltDel => self.strike(&[Key::LeftCtrl, Key::LeftAlt, Key::Delete], effects),
            Action::CtrlBreak => self.strike(&[Key::LeftCtrl, Key::Pause], effects),
            Action::PrintScreen => self.strike(&[Key::PrintScreen], effects),
            Action::Pause => self.strike(&[Key::Pause], effects),
            Action::Pan(cols, rows) => self.pan.shift(cols, rows),
            Action::Redraw => effects.push(Effect::Redraw),
            Action::Help => self.set_mode(Mode::Help(0)),
            Action::Quit => self.quit(effects),
        }
    }

    fn show_last(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        match self.sessions.iter().position(|view| Some(view.id) == self.last) {
            Some(index) => self.show(index, effects),
            None => self.say("no other session was shown yet".to_owned(), now),
        }
    }

    fn quit(&mut self, effects: &mut Vec<Effect>) {
        if self.sessions.iter().any(|view| ending(&view.state).is_none()) {
            self.set_mode(Mode::Confirm(Question::Quit));
        } else {
            effects.push(Effect::Quit);
        }
    }

    fn ask(&self, question: Question) -> String {
        let name = |id: SessionId| self.sessions.iter().find(|view| view.id == id).map_or("", |view| &view.name);
        match question {
            Question::Close(id) => format!("close session {}? (y/n)", name(id)),
            Question::Reset(id) => format!("reset session {}? (y/n)", name(id)),
            Question::Quit if self.sessions.len() == 1 => "close the session and quit? (y/n)".to_owned(),
            Question::Quit => format!("close all {} sessions and quit? (y/n)", self.sessions.len()),
        }
    }

    fn answer(&mut self, question: Question, key: &TermKey, now: Duration, effects: &mut Vec<Effect>) {
        self.set_mode(Mode::Guest);
        if !matches!(key.character(), Some('y' | 'Y')) {
            return self.say("cancelled".to_owned(), now);
        }
        effects.push(match question {
            Question::Close(id) => Effect::Close(id),
            Question::Reset(id) => Effect::Send(id, Command::Reset),
            Question::Quit => Effect::Quit,
        });
    }

    fn help_key(&mut self, top: u16, key: &TermKey) {
        let rows = u16::try_from(commands::help_rows().len()).unwrap_or(u16::MAX);
        let mode = match key.symbol {
            Symbol::Key(Key::Up) => Mode::Help(top.saturating_sub(1)),
            Symbol::Key(Key::Down) => Mode::Help((top + 1).min(rows.saturating_sub(1))),
            _ => Mode::Guest,
        };
        self.set_mode(mode);
    }

    fn paste(&mut self, text: &str, now: Duration, effects: &mut Vec<Effect>) {
        if self.mode != Mode::Guest {
            return;
        }
        let Some(id) = self.focused else { return };
        let page = self.code_page();
        let (text, lost) = typable(text, page);
        self.release_keys(effects);
        if !text.is_empty() {
            effects.push(Effect::Send(id, Command::Text(text)));
        }
        if !lost.is_empty() {
            self.say(left_out(&lost, page), now);
        }
    }
}

/// Pasted text with plain line ends and without what cannot be typed; and what cannot, in order.
fn typable(text: &str, page: CodePage) -> (String, Vec<char>) {
    let plain = text.replace("\r\n", "\n").replace('\r', "\n");
    // Control characters are commands of a terminal, not text.
    let visible = plain.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    let (kept, lost): (Vec<char>, Vec<char>) = visible.partition(|&c| strokes_for_char(c, page).is_some());
    (kept.into_iter().collect(), lost)
}

fn left_out(lost: &[char], page: CodePage) -> String {
    let mut named: Vec<char> = lost.to_vec();
    named.sort_unstable();
    named.dedup();
    let more = if named.len() > NAMED_CHARACTERS { " \u{2026}" } else { "" };
    named.truncate(NAMED_CHARACTERS);
    let list: Vec<String> = named.iter().map(char::to_string).collect();
    let count = lost.len();
    let noun = if count == 1 { "character" } else { "characters" };
    format!("left out {count} {noun} that {page} lacks: {}{more}", list.join(" "))
}

/// How to get on with a session that goes no further.
fn way_on(state: &SessionState) -> Option<String> {
    let prefix = commands::PREFIX_NAME;
    match state {
        SessionState::Stopped(StopReason::NoBootDisk) => {
            Some("nothing to boot: `dosmux boot IMAGE`, or floppies = [\"IMAGE\"] in the config".to_owned())
        }
        SessionState::Stopped(reason) => Some(format!("{reason}: {prefix} r resets, {prefix} c closes")),
        SessionState::Failed(what) => Some(format!("dosmux failed in this session ({what}): {prefix} c closes it")),
        SessionState::Running | SessionState::Idle | SessionState::Paused => None,
    }
}

#[cfg(test)]
#[path = "app_tests.rs"]
mod tests;
