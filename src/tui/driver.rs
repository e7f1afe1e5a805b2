//! The event loop: sleeps until something happens, passes it to the app, does what the app asks,
//! and draws what has changed, at most once a frame.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::app::{App, Effect, Event};
use super::error::TuiError;
use super::folder;
use super::input::{Parser, TermEvent};
use super::save::save;
use super::sessions::Sessions;
use crate::config::{SessionSpec, UiSettings};

/// Shortest time from one frame to the next: 60 a second.
const FRAME_TIME: Duration = Duration::from_micros(16_667);
/// Wakes taken in before a frame is due, so that a flood of input does not stop drawing.
const WAKES_PER_FRAME: usize = 64;

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
    /// Takes the terminal over again after others may have used it.
    fn retake(&mut self) -> io::Result<()>;
}

/// Runs the app.
#[derive(Debug)]
pub struct Driver<'a, S, D> {
    sessions: &'a S,
    display: &'a mut D,
    /// Set by the sessions when one of them has changed.
    changed: Arc<AtomicBool>,
    app: App,
    parser: Parser,
    start: Instant,
    /// When the parser's unfinished sequence is given up.
    parser_due: Option<Duration>,
    /// Earliest time of the next frame.
    next_frame: Duration,
    dirty: bool,
    quit: bool,
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
            changed,
            parser: Parser::new(settings.escape_timeout),
            app: App::new(size, settings),
            start: Instant::now(),
            parser_due: None,
            next_frame: Duration::ZERO,
            dirty: true,
            quit: false,
        })
    }

    /// Runs until the user quits, the last session is closed, or something ends the program.
    pub fn run(&mut self, wakes: &Receiver<Wake>) -> Result<(), TuiError> {
        self.changed.store(true, Ordering::Relaxed);
        loop {
            if self.changed.swap(false, Ordering::Relaxed) {
                self.update(Event::Sessions(self.sessions.views()))?;
            }
            self.expire()?;
            if self.quit {
                return Ok(());
            }
            self.draw_if_due()?;
            let Some(wake) = self.sleep(wakes) else { continue };
            self.take(wake)?;
            for wake in wakes.try_iter().take(WAKES_PER_FRAME) {
                self.take(wake)?;
            }
        }
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
    fn sleep(&self, wakes: &Receiver<Wake>) -> Option<Wake> {
        let frame = self.dirty.then_some(self.next_frame);
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

    fn take(&mut self, wake: Wake) -> Result<(), TuiError> {
        match wake {
            Wake::Input(bytes) => self.input(&bytes),
            Wake::InputEnded => Err(TuiError::InputEnded),
            Wake::Resized => {
                let (cols, rows) = self.display.size().map_err(TuiError::terminal("asking for its size"))?;
                self.update(Event::Resize(cols, rows))
            }
            Wake::Continued => {
                self.display.retake().map_err(TuiError::terminal("being taken over again"))?;
                self.parser.set_kitty(false);
                self.dirty = true;
                // Keys that came up meanwhile were not reported.
                self.update(Event::Terminal(TermEvent::FocusLost))
            }
            Wake::Sessions => Ok(()),
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
        events.into_iter().try_for_each(|event| self.update(Event::Terminal(event)))
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
            Effect::Send(id, command) => self.sessions.send(id, command),
            Effect::Quit => self.quit = true,
            Effect::Start(spec) => return self.start(&spec),
            Effect::Adjust(id, spec) => self.sessions.adjust(id, &spec),
            Effect::Restart(id, spec) => {
                if let Err(problem) = self.sessions.restart(id, &spec) {
                    return self.update(Event::Trouble(problem));
                }
            }
            Effect::Browse(path) => return self.update(Event::Folder(folder::read(&path))),
            Effect::Look => return self.update(Event::Gauges(self.sessions.gauges())),
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
                return self.update(Event::Sessions(self.sessions.views()));
            }
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

    fn start(&mut self, spec: &SessionSpec) -> Result<(), TuiError> {
        let started = self.sessions.start(spec);
        self.update(Event::Sessions(self.sessions.views()))?;
        self.update(Event::Started(started))
    }

    fn draw_if_due(&mut self) -> Result<(), TuiError> {
        let now = self.now();
        if self.dirty && now >= self.next_frame {
            self.display.draw(&self.app).map_err(TuiError::terminal("drawing"))?;
            self.dirty = false;
            self.next_frame = now + FRAME_TIME;
        }
        Ok(())
    }
}
