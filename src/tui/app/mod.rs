//! The UI's state and how it changes: events in, effects out, no I/O and no clock of its own.

mod copy;
mod drives;
mod guest_mouse;
mod key_menu;
mod keys;
mod marks;
mod mouse;
mod opening;
mod page;
mod palette;
mod panel;
mod paste;
mod prompts;
mod recordings;
mod settings;
mod views;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ratatui::layout::Rect;

use self::copy::Copying;
use super::commands;
use super::copy::CopyMode;
use super::folder::Folder;
use super::input::{MouseEvent, TermEvent};
use super::keyboard::Keyboard;
use super::keymap::Board;
use super::layout::{Layout, Place};
use super::pan::Pan;
use super::prompt::Prompt;
use crate::config::{Prefix, SessionSpec, UiSettings};
use crate::disk::DriveId;
use crate::keys::Typing;
use crate::monitor::vm::StopReason;
use crate::session::inspect::Inspection;
use crate::session::{Command, Gauge, History, Media, Request, SessionState, SessionView};
use crate::types::SessionId;
use guest_mouse::Held;
pub use key_menu::KeyMenu;
pub use marks::Marks;
use marks::Seen;
pub use page::{Page, Tab};
use panel::FileUse;
pub use panel::Panel;
use settings::Wishes;
pub use watch::{Order, Rates, Watch};

/// How long a message stays.
const MESSAGE_TIME: Duration = Duration::from_secs(5);
const WATCH_HINT: &str =
    "\u{2191}\u{2193} choose  \u{2190}\u{2192} sort  Enter details  s show  p pause  W picture  Esc leave";
const PAGE_HINT: &str = "\u{2190}\u{2192} section  \u{2191}\u{2193} scroll  p pause  s show  W picture  Esc back";
const OVERVIEW_HINT: &str = "arrows choose  Enter shows  t tiles  W picture  Esc leaves";
const PASS_HINT: &str = "the next key goes to the session";

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The terminal sent something.
    Terminal(TermEvent),
    /// The window has this many columns and rows.
    Resize(u16, u16),
    /// The sessions as they are now.
    Sessions(Vec<SessionView>),
    /// A session was started as [`Effect::Start`] asked, or why not.
    Started(Result<SessionId, String>),
    /// What is in a session's drives, as [`Effect::LookAtDrives`] asked for.
    Media(SessionId, Arc<Media>),
    /// What came of [`Effect::Ask`].
    Answered(SessionId, Request, Result<(), String>),
    /// A folder, as [`Effect::Browse`] asked for, or why it cannot be read.
    Folder(Result<Folder, String>),
    /// What each session has used, as [`Effect::Look`] asked for.
    Gauges(Vec<Gauge>),
    /// A recording has begun in this file, or not: why.
    Recording(SessionId, Result<PathBuf, String>),
    /// A recording in this file has ended; whole, or not: why.
    Recorded(SessionId, PathBuf, Result<(), String>),
    /// What a session's machine is doing, as [`Effect::Inspect`] asked for; nothing if it is not known yet.
    Inspection(SessionId, Option<Arc<Inspection>>),
    /// What a session shows and has shown, as [`Effect::History`] asked for.
    History(SessionId, History),
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
    /// Lets a session stand still, or go on.
    Hold(SessionId, bool),
    /// Gives a session another name.
    Rename(SessionId, String),
    /// Writes a new file; one of that name that exists is kept, and another name found.
    Save(PathBuf, Vec<u8>),
    /// Starts a session.
    Start(Box<SessionSpec>),
    /// Gives a running session settings, as far as they can change while it runs.
    Adjust(SessionId, Box<SessionSpec>),
    /// Restarts a session with other settings and the disks it has.
    Restart(SessionId, Box<SessionSpec>),
    /// Looks at what is in a session's drives.
    LookAtDrives(SessionId),
    /// Asks something of a session; the answer comes as [`Event::Answered`].
    Ask(SessionId, Request),
    /// Looks at what is in a folder.
    Browse(PathBuf),
    /// Ends a session.
    Close(SessionId),
    /// Sends a command to a session.
    Send(SessionId, Command),
    /// Looks at what each session has used.
    Look,
    /// Looks at what a session's machine is doing.
    Inspect(SessionId),
    /// Looks at what a session shows and has shown.
    History(SessionId),
    /// Puts a text into the terminal's clipboard.
    Clipboard(String),
    /// Draws everything afresh, whatever the terminal is believed to show.
    Redraw,
    /// Switches the kitty keyboard protocol on.
    UseKitty,
    /// Begins to record a session in a new file.
    Record(SessionId, PathBuf),
    /// Ends the recording of a session.
    StopRecording(SessionId),
    /// Rings the terminal's bell.
    Ring,
    /// Stops the program until its shell continues it.
    Suspend,
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
    /// They go to the session up to the next one that is no modifier, be it the prefix key.
    Pass,
    /// They choose in [`App::key_menu`].
    Keys,
    /// The next one answers a question.
    Confirm(Question),
    /// They edit the text of [`App::prompt`].
    Prompt,
    /// They move or leave the help, which begins with this row.
    Help(u16),
    /// They move in the monitor view.
    Watch,
    /// They choose from the list in [`App::panel`].
    Panel,
    /// They move in the monitor view's page of one session.
    Page,
    /// They move, select and search in what a session has shown.
    Copy,
    /// They choose among all sessions, of which the one at this index is marked.
    Overview(usize),
}

/// A question that is answered with y or n.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Close the session?
    Close(SessionId),
    /// Reset the session?
    Reset(SessionId),
    /// Drop what was written to the disk in a drive?
    Discard(SessionId, DriveId),
    /// Restart the session with the settings that wait for it?
    Restart(SessionId),
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
    settings: UiSettings,
    sessions: Vec<SessionView>,
    focused: Option<SessionId>,
    last: Option<SessionId>,
    mode: Mode,
    prompt: Option<Prompt>,
    /// The lists over the sessions, each opened by the one before.
    panels: Vec<Panel>,
    /// Settings that wait for a restart of their session.
    wishes: BTreeMap<SessionId, Wishes>,
    /// Sessions that are offered where a new one is asked for.
    profiles: Vec<SessionSpec>,
    /// What is in the drives of sessions, as far as it was asked for.
    media: BTreeMap<SessionId, Arc<Media>>,
    /// What an image is being picked for.
    browsing: FileUse,
    /// The folder that was last looked at for an image.
    folder: Option<PathBuf>,
    /// The mode that a prompt was opened in, and that its end returns to.
    before_prompt: Mode,
    message: Option<Message>,
    keyboard: Keyboard,
    key_menu: KeyMenu,
    watch: Watch,
    page: Option<Page>,
    /// Which sessions are in view, and where.
    layout: Option<Layout>,
    /// The focused view has the window to itself for the time being.
    zoomed: bool,
    /// Copy mode, in [`Mode::Copy`].
    copying: Option<Copying>,
    /// What was copied last.
    buffer: Option<String>,
    /// The text that is to be saved to the file that is asked for.
    text_to_save: String,
    /// The last press of the mouse's left button on a view.
    pressed: Option<(MouseEvent, Duration)>,
    /// The button that is down for a guest.
    held_button: Option<Held>,
    /// Where the views of screens stand that are larger than their views.
    pans: BTreeMap<SessionId, Pan>,
    /// Sessions that are being recorded.
    recorded: BTreeSet<SessionId>,
    /// Each session as it was last in view.
    seen: BTreeMap<SessionId, Seen>,
    /// What was marked last, in the order of the sessions.
    marked: Vec<Marks>,
    /// Not before this time does the terminal's bell ring again.
    next_ring: Duration,
    size: (u16, u16),
    /// What is shown has changed since it was last drawn.
    dirty: bool,
}

impl App {
    /// A UI without sessions in a window of `size` columns and rows.
    #[must_use]
    pub fn new(size: (u16, u16), settings: UiSettings) -> App {
        App {
            settings,
            sessions: Vec::new(),
            focused: None,
            last: None,
            mode: Mode::Guest,
            prompt: None,
            panels: Vec::new(),
            wishes: BTreeMap::new(),
            profiles: Vec::new(),
            media: BTreeMap::new(),
            browsing: FileUse::default(),
            folder: None,
            before_prompt: Mode::Guest,
            message: None,
            keyboard: Keyboard::new(),
            key_menu: KeyMenu::default(),
            watch: Watch::default(),
            page: None,
            layout: None,
            zoomed: false,
            copying: None,
            buffer: None,
            text_to_save: String::new(),
            pressed: None,
            held_button: None,
            pans: BTreeMap::new(),
            recorded: BTreeSet::new(),
            seen: BTreeMap::new(),
            marked: Vec::new(),
            next_ring: Duration::ZERO,
            size,
            dirty: true,
        }
    }

    /// How the UI behaves.
    #[must_use]
    pub fn settings(&self) -> &UiSettings {
        &self.settings
    }

    /// All sessions in the order of their numbers.
    #[must_use]
    pub fn sessions(&self) -> &[SessionView] {
        &self.sessions
    }

    fn session(&self, id: SessionId) -> Option<&SessionView> {
        self.sessions.iter().find(|view| view.id == id)
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

    /// The mode that says what is shown: that from which a prompt was opened, while there is one.
    #[must_use]
    pub fn backdrop(&self) -> Mode {
        if self.mode == Mode::Prompt { self.before_prompt } else { self.mode }
    }

    /// Where the view of a session's screen stands.
    #[must_use]
    pub fn pan(&self, session: SessionId) -> Pan {
        self.pans.get(&session).copied().unwrap_or_default()
    }

    /// The sessions in view and their places in the window.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let layout = self.layout.as_ref().filter(|_| !self.zoomed).cloned();
        layout.or(self.focused.map(Layout::single)).map_or_else(Vec::new, |layout| layout.places(self.guest_area()))
    }

    /// The text that keys edit, in [`Mode::Prompt`].
    #[must_use]
    pub fn prompt(&self) -> Option<&Prompt> {
        self.prompt.as_ref()
    }

    /// The line shown above the status line: what a key is awaited for, a message, or how to get
    /// on with a session that stopped.
    #[must_use]
    pub fn line(&self) -> Option<String> {
        match self.mode {
            Mode::Prefix => return Some(commands::hint()),
            Mode::Confirm(question) => return Some(self.ask(question)),
            Mode::Prompt => return self.prompt().map(Prompt::line),
            Mode::Panel => return self.message.as_ref().map(|message| message.text.clone()),
            Mode::Pass => return Some(PASS_HINT.to_owned()),
            Mode::Copy => {
                if let Some(input) = self.copy().and_then(CopyMode::input) {
                    return Some(input);
                }
                return self.message.as_ref().map(|message| message.text.clone());
            }
            _ => {}
        }
        if let Some(message) = &self.message {
            return Some(message.text.clone());
        }
        match self.mode {
            Mode::Overview(_) => return Some(OVERVIEW_HINT.to_owned()),
            Mode::Watch => return Some(WATCH_HINT.to_owned()),
            Mode::Page => return Some(PAGE_HINT.to_owned()),
            _ => {}
        }
        way_on(&self.focused()?.state, self.settings.prefix)
    }

    /// True once after something that is shown has changed.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }

    /// When [`Event::Tick`] is due.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        let message = self.message.as_ref().map(|message| message.until);
        let look = match self.backdrop() {
            Mode::Watch => Some(self.watch.deadline()),
            Mode::Page => self.page.as_ref().map(Page::deadline),
            _ => None,
        };
        [message, self.keyboard.deadline(), look, self.copy_deadline()].into_iter().flatten().min()
    }

    /// Takes in what happened at `now`, the time since the UI started.
    pub fn update(&mut self, event: Event, now: Duration) -> Vec<Effect> {
        let mut effects = Vec::new();
        match event {
            Event::Terminal(TermEvent::Key(key)) => self.key(&key, now, &mut effects),
            Event::Terminal(TermEvent::Paste(text)) => self.paste(&text, now, &mut effects),
            Event::Terminal(TermEvent::FocusLost) => self.release_keys(&mut effects),
            Event::Terminal(TermEvent::Mouse(event)) => self.mouse(&event, now, &mut effects),
            Event::Terminal(TermEvent::FocusGained | TermEvent::Well) => {}
            Event::Terminal(TermEvent::KittySpoken) => effects.push(Effect::UseKitty),
            Event::Resize(cols, rows) => {
                self.size = (cols, rows);
                self.dirty = true;
            }
            Event::Sessions(views) => self.take_views(views, now, &mut effects),
            Event::Started(Ok(id)) => self.show(id, &mut effects),
            Event::Started(Err(problem)) => self.say(problem, now),
            Event::Media(id, media) => self.take_media(id, media),
            Event::Answered(id, request, result) => self.answered(id, &request, result, now, &mut effects),
            Event::Folder(folder) => self.show_folder(folder, now),
            Event::History(id, history) => self.take_history(id, history, now, &mut effects),
            Event::Gauges(gauges) => self.looked(gauges, now),
            Event::Recording(id, outcome) => self.recording(id, outcome, now),
            Event::Recorded(id, path, outcome) => self.recording_ended(id, &path, outcome, now),
            Event::Inspection(id, inspection) => self.inspected(id, inspection, now),
            Event::Trouble(text) => self.say(text, now),
            Event::Tick => self.tick(now, &mut effects),
        }
        self.follow_copy(now);
        self.follow_cursors();
        self.note_seen();
        effects
    }

    fn tick(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        self.look_again(now, effects);
        let released = self.keyboard.tick(now);
        self.send_keys(released, effects);
        if self.message.as_ref().is_some_and(|message| message.until <= now) {
            self.message = None;
            self.dirty = true;
        }
    }

    fn follow_cursors(&mut self) {
        for Place { session, area, .. } in self.places() {
            let Some(screen) = self.session(session).map(|view| view.screen.clone()) else { continue };
            let pan = self.pans.entry(session).or_default();
            let before = *pan;
            pan.follow(&screen, area.width, area.height);
            self.dirty |= before != *pan;
        }
    }

    /// The whole window.
    #[must_use]
    pub fn area(&self) -> Rect {
        Rect::new(0, 0, self.size.0, self.size.1)
    }

    /// What sessions are shown in: all of the window but the status line.
    #[must_use]
    pub fn guest_area(&self) -> Rect {
        Rect::new(0, 0, self.size.0, self.size.1.saturating_sub(1))
    }

    fn say(&mut self, text: String, now: Duration) {
        self.message = Some(Message { text, until: now + MESSAGE_TIME });
        self.dirty = true;
    }

    fn set_mode(&mut self, mode: Mode) {
        self.mode = mode;
        self.dirty = true;
    }

    /// The keyboard of the session that is shown.
    fn board(&self) -> Board {
        let Some(view) = self.focused() else { return Board::default() };
        let typing = Typing { layout: view.spec.keyboard, code_page: view.screen.code_page };
        Board { typing, locks: view.locks }
    }
}

/// How to get on with a session that goes no further.
fn way_on(state: &SessionState, prefix: Prefix) -> Option<String> {
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
mod tests;
