//! The event loop: sleeps until something happens, passes it to the app, does what the app asks,
//! and draws what has changed, at most once a frame.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::app::{App, Effect, Event};
use super::error::TuiError;
use super::folder;
use super::input::{Dialect, Parser, TermEvent};
use super::onlooker::Onlooker;
use super::record::{Ended, Recorder};
use super::save::save;
use super::sessions::Sessions;
use crate::config::{SessionSpec, UiSettings};
use crate::session::Command;
use crate::types::SessionId;

/// Wakes taken in before a frame is due, so that a flood of input does not stop drawing.
const WAKES_PER_FRAME: usize = 64;
/// How long answers of the terminal are awaited before it is given back: a shell would take them
/// for input.
pub(super) const LAST_ANSWERS: Duration = Duration::from_millis(300);

/// Why the loop wakes up.
#[derive(Debug)]
pub enum Wake {
    /// Bytes from the terminal.
    Input(Vec<u8>),
    /// The terminal was closed.
    InputEnded,
    /// The window has another size.
    Resized,
    /// The program was stopped and goes on: others may have used the terminal.
    Continued,
    /// The program is asked to stop until it is continued.
    StopAsked,
    /// All that was sent to the terminal has been written.
    Written,
    /// Some session has changed.
    Sessions,
    /// Something went wrong that the user should know of.
    Trouble(String),
    /// A signal asks the program to end.
    Signalled(i32),
}

/// What the UI is drawn on: the terminal, or a stand-in for it in tests.
pub trait Display {
    /// Columns and rows.
    fn size(&self) -> io::Result<(u16, u16)>;
    /// Shows the app's state.
    fn draw(&mut self, app: &App) -> io::Result<()>;
    /// Assumes nothing of what the terminal shows: the next frame is drawn whole.
    fn forget(&mut self);
    /// Switches the kitty keyboard protocol on.
    fn use_kitty(&mut self) -> io::Result<()>;
    /// Puts a text into the terminal's clipboard.
    fn set_clipboard(&mut self, text: &str) -> io::Result<()>;
    /// Takes the terminal over again after others may have used it.
    fn retake(&mut self) -> io::Result<()>;
    /// How long a frame must wait at most because the terminal is behind, unless a wake comes
    /// first; `None` if it can be drawn at once.
    fn busy(&mut self) -> Option<Duration> {
        None
    }
    /// The terminal has come to the end of a frame.
    fn answered(&mut self) {}
    /// True if [`Display::answered`] will be called for frames that were drawn.
    fn expects_answers(&self) -> bool {
        false
    }
    /// Rings the terminal's bell.
    fn ring(&mut self) -> io::Result<()> {
        Ok(())
    }
    /// Gives the terminal back, stops the program, and takes the terminal over when it goes on.
    ///
    /// *Errors*: the program cannot be stopped; the terminal is as it was.
    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs the app.
#[derive(Debug)]
pub struct Driver<'a, S, D> {
    sessions: &'a S,
    display: &'a mut D,
    onlooker: Option<&'a mut dyn Onlooker>,
    /// Set by the sessions when one of them has changed.
    changed: Arc<AtomicBool>,
    app: App,
    recorder: Recorder,
    parser: Parser,
    start: Instant,
    /// When the parser's unfinished sequence is given up.
    parser_due: Option<Duration>,
    /// Earliest time of the next frame.
    next_frame: Duration,
    /// Shortest time from one frame to the next.
    frame_time: Duration,
    dirty: bool,
    quit: bool,
    /// The program is to stop until it is continued.
    stop: bool,
    /// The session that was asked for its history and has not answered yet.
    asked: Option<SessionId>,
}

impl<'a, S: Sessions, D: Display> Driver<'a, S, D> {
    /// A driver of `sessions` on `display`. Whoever sets `changed` also sends [`Wake::Sessions`].
    pub fn new(
        sessions: &'a S,
        display: &'a mut D,
        changed: Arc<AtomicBool>,
        settings: UiSettings,
    ) -> Result<Driver<'a, S, D>, TuiError> {
        let size = display.size().map_err(TuiError::terminal("asking for its size"))?;
        Ok(Driver {
            sessions,
            display,
            onlooker: None,
            changed,
            parser: Parser::new(settings.escape_timeout),
            frame_time: Duration::from_secs(1) / settings.frame_rate.max(1),
            app: App::new(size, settings),
            recorder: Recorder::default(),
            start: Instant::now(),
            parser_due: None,
            next_frame: Duration::ZERO,
            dirty: true,
            quit: false,
            stop: false,
            asked: None,
        })
    }

    /// The driver, with somebody who looks on.
    #[must_use]
    pub fn watched_by(mut self, onlooker: &'a mut dyn Onlooker) -> Driver<'a, S, D> {
        self.onlooker = Some(onlooker);
        self
    }

    /// Runs until the user quits, the last session is closed, or something ends the program.
    pub fn run(&mut self, wakes: &Receiver<Wake>) -> Result<(), TuiError> {
        self.changed.store(true, Ordering::Relaxed);
        let ended = self.run_on(wakes);
        if !matches!(ended, Err(TuiError::InputEnded)) {
            self.settle(wakes);
        }
        ended
    }

    fn run_on(&mut self, wakes: &Receiver<Wake>) -> Result<(), TuiError> {
        loop {
            if self.changed.swap(false, Ordering::Relaxed) {
                self.look()?;
                self.look_at_history()?;
                for (id, request, result) in self.sessions.answers() {
                    self.update(Event::Answered(id, request, result))?;
                }
            }
            self.expire()?;
            if self.quit {
                return Ok(());
            }
            if std::mem::take(&mut self.stop) {
                self.suspend(wakes)?;
            }
            self.draw_if_due()?;
            let Some(wake) = self.sleep(wakes) else { continue };
            self.take(wake)?;
            for wake in wakes.try_iter().take(WAKES_PER_FRAME) {
                self.take(wake)?;
            }
        }
    }

    /// Takes in what the sessions show and do.
    fn look(&mut self) -> Result<(), TuiError> {
        let views = self.sessions.views();
        for ended in self.recorder.note(&views, self.now()) {
            self.recording_ended(ended)?;
        }
        self.update(Event::Sessions(views))
    }

    fn record(&mut self, id: SessionId, path: &Path) -> Result<(), TuiError> {
        let views = self.sessions.views();
        let Some(view) = views.iter().find(|view| view.id == id) else { return Ok(()) };
        let started = self.recorder.start(view, path, self.now());
        let problem = |error| format!("cannot record to {}: {error}", path.display());
        self.update(Event::Recording(id, started.map_err(problem)))
    }

    fn recording_ended(&mut self, Ended { id, path, outcome }: Ended) -> Result<(), TuiError> {
        self.update(Event::Recorded(id, path, outcome.map_err(|error| error.to_string())))
    }

    /// Says which terminal it is, where that makes a difference.
    pub fn speak(&mut self, dialect: Dialect) {
        self.parser.set_dialect(dialect);
    }

    /// Tells the user something from the start.
    pub fn say(&mut self, text: String) -> Result<(), TuiError> {
        self.update(Event::Trouble(text))
    }

    /// Sets the sessions that are offered where a new one is asked for.
    pub fn offer(&mut self, profiles: Vec<SessionSpec>) {
        self.app.offer(profiles);
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// Waits for a wake, or until something is due.
    fn sleep(&mut self, wakes: &Receiver<Wake>) -> Option<Wake> {
        let frame = self.frame_due();
        let due = [frame, self.parser_due, self.app.deadline()].into_iter().flatten().min();
        let received = match due {
            None => wakes.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(due) => wakes.recv_timeout(due.saturating_sub(self.now())),
        };
        match received {
            Ok(wake) => Some(wake),
            Err(RecvTimeoutError::Timeout) => None,
            // All who could wake us are gone, the terminal's reader among them.
            Err(RecvTimeoutError::Disconnected) => Some(Wake::InputEnded),
        }
    }

    /// When the next frame is due. One that waits for the terminal is looked at again at a wake.
    fn frame_due(&mut self) -> Option<Duration> {
        if !self.dirty {
            return None;
        }
        let free = self.display.busy().map_or(Some(Duration::ZERO), |wait| self.now().checked_add(wait))?;
        Some(self.next_frame.max(free))
    }

    /// Takes in the terminal's answers to the last frames, for a while.
    fn settle(&mut self, wakes: &Receiver<Wake>) {
        let end = self.now() + LAST_ANSWERS;
        while self.display.expects_answers() {
            let Ok(wake) = wakes.recv_timeout(end.saturating_sub(self.now())) else { return };
            let mut events = Vec::new();
            if let Wake::Input(bytes) = wake {
                self.parser.feed(&bytes, &mut events);
            }
            events.iter().filter(|event| **event == TermEvent::Well).for_each(|_| self.display.answered());
        }
    }

    fn suspend(&mut self, wakes: &Receiver<Wake>) -> Result<(), TuiError> {
        self.settle(wakes);
        match self.display.suspend() {
            Ok(()) => self.retaken(),
            Err(error) => self.update(Event::Trouble(format!("cannot stop dosmux: {error}"))),
        }
    }

    /// The terminal is ours again.
    fn retaken(&mut self) -> Result<(), TuiError> {
        self.parser.set_kitty(false);
        self.dirty = true;
        // Keys that came up meanwhile were not reported.
        self.update(Event::Terminal(TermEvent::FocusLost))?;
        let (cols, rows) = self.display.size().map_err(TuiError::terminal("asking for its size"))?;
        self.update(Event::Resize(cols, rows))
    }

    fn take(&mut self, wake: Wake) -> Result<(), TuiError> {
        match wake {
            Wake::Input(bytes) => self.input(&bytes),
            Wake::InputEnded => Err(TuiError::InputEnded),
            Wake::Resized => {
                // It may have been another size in between, and have lost what it showed.
                self.display.forget();
                self.dirty = true;
                let (cols, rows) = self.display.size().map_err(TuiError::terminal("asking for its size"))?;
                self.update(Event::Resize(cols, rows))
            }
            Wake::Continued => {
                self.display.retake().map_err(TuiError::terminal("being taken over again"))?;
                self.retaken()
            }
            Wake::StopAsked => {
                self.stop = true;
                Ok(())
            }
            Wake::Sessions | Wake::Written => Ok(()),
            Wake::Trouble(text) => self.update(Event::Trouble(text)),
            Wake::Signalled(signal) => Err(TuiError::Signalled(signal)),
        }
    }

    fn input(&mut self, bytes: &[u8]) -> Result<(), TuiError> {
        let mut events = Vec::new();
        self.parser.feed(bytes, &mut events);
        self.parser_due = self.parser.patience().map(|patience| self.now() + patience);
        self.terminal_events(events)
    }

    fn terminal_events(&mut self, events: Vec<TermEvent>) -> Result<(), TuiError> {
        events.into_iter().try_for_each(|event| match event {
            TermEvent::Well => {
                self.display.answered();
                Ok(())
            }
            event => self.update(Event::Terminal(event)),
        })
    }

    /// Does what is due by the clock.
    fn expire(&mut self) -> Result<(), TuiError> {
        let now = self.now();
        if self.parser_due.is_some_and(|due| due <= now) {
            self.parser_due = None;
            let mut events = Vec::new();
            self.parser.expire(&mut events);
            self.terminal_events(events)?;
        }
        if self.app.deadline().is_some_and(|due| due <= now) {
            self.update(Event::Tick)?;
        }
        Ok(())
    }

    fn update(&mut self, event: Event) -> Result<(), TuiError> {
        let now = self.now();
        let effects = self.app.update(event, now);
        self.dirty |= self.app.take_dirty();
        effects.into_iter().try_for_each(|effect| self.perform(effect))
    }

    fn perform(&mut self, effect: Effect) -> Result<(), TuiError> {
        match effect {
            Effect::Focus(id) => self.sessions.focus(id),
            Effect::Send(id, command) => self.send(id, command),
            Effect::Quit => self.quit = true,
            Effect::Start(spec) => return self.start(&spec),
            Effect::Adjust(id, spec) => return self.report(self.sessions.adjust(id, &spec)),
            Effect::Restart(id, spec) => return self.report(self.sessions.restart(id, &spec)),
            Effect::LookAtDrives(id) => {
                if let Some(media) = self.sessions.media(id) {
                    return self.update(Event::Media(id, media));
                }
            }
            Effect::Ask(id, request) => self.sessions.ask(id, request),
            Effect::Browse(path) => return self.update(Event::Folder(folder::read(&path))),
            Effect::Look => return self.update(Event::Gauges(self.sessions.gauges())),
            Effect::Inspect(id) => return self.update(Event::Inspection(id, self.sessions.inspect(id))),
            Effect::History(id) => {
                self.asked = Some(id);
                return self.look_at_history();
            }
            Effect::Clipboard(text) => {
                self.display.set_clipboard(&text).map_err(TuiError::terminal("setting its clipboard"))?;
            }
            Effect::Hold(id, held) => self.sessions.hold(id, held),
            Effect::Rename(id, name) => self.sessions.rename(id, name),
            Effect::Save(path, data) => {
                let saved = save(&path, &data);
                let problem = |error| format!("cannot save {}: {error}", path.display());
                let now = self.now();
                self.app.saved(saved.map_err(problem), now);
                self.dirty = true;
            }
            Effect::Close(id) => {
                self.sessions.close(id);
                // At once, so that what was typed next goes to the session that is shown next.
                return self.look();
            }
            Effect::Record(id, path) => return self.record(id, &path),
            Effect::StopRecording(id) => {
                if let Some(ended) = self.recorder.stop(id, self.now()) {
                    return self.recording_ended(ended);
                }
            }
            Effect::Suspend => self.stop = true,
            Effect::Ring => self.display.ring().map_err(TuiError::terminal("ringing its bell"))?,
            Effect::Redraw => {
                self.display.forget();
                self.dirty = true;
            }
            Effect::UseKitty => {
                self.display.use_kitty().map_err(TuiError::terminal("setting its keyboard mode"))?;
                self.parser.set_kitty(true);
            }
        }
        Ok(())
    }

    /// Tells the user what went wrong, if anything did.
    fn report(&mut self, outcome: Result<(), String>) -> Result<(), TuiError> {
        outcome.or_else(|problem| self.update(Event::Trouble(problem)))
    }

    fn start(&mut self, spec: &SessionSpec) -> Result<(), TuiError> {
        let started = self.sessions.start(spec);
        if let (Some(onlooker), Ok(id)) = (&mut self.onlooker, &started) {
            onlooker.started(*id, spec);
        }
        self.look()?;
        self.update(Event::Started(started))
    }

    /// Passes on what a session shows and has shown, if it was asked for and is there.
    fn look_at_history(&mut self) -> Result<(), TuiError> {
        let Some(id) = self.asked else { return Ok(()) };
        let Some(history) = self.sessions.history(id) else { return Ok(()) };
        self.asked = None;
        self.update(Event::History(id, history))
    }

    fn send(&mut self, id: SessionId, command: Command) {
        if let Some(onlooker) = &mut self.onlooker
            && let Some(view) = self.sessions.views().iter().find(|view| view.id == id)
        {
            onlooker.sent(view, &command);
        }
        self.sessions.send(id, command);
    }

    fn draw_if_due(&mut self) -> Result<(), TuiError> {
        let now = self.now();
        if self.dirty && now >= self.next_frame && self.display.busy().is_none() {
            self.display.draw(&self.app).map_err(TuiError::terminal("drawing"))?;
            self.dirty = false;
            self.next_frame = now + self.frame_time;
        }
        Ok(())
    }
}
