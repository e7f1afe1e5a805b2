//! The screen of one session on the terminal and nothing else: for a program that is run from the host's
//! shell.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::WAITING_WAKES;
use super::ability::{Ability, TerminalEnvironment};
use super::driver::{Display, LAST_ANSWERS, Wake};
use super::error::TuiError;
use super::input::{Dialect, Parser, TermEvent};
use super::keyboard::Keyboard;
use super::keymap::Board;
use super::pan::Pan;
use super::signals::Signals;
use super::terminal::{self, TerminalDisplay};
use super::widgets::ScreenView;
use crate::config::UiSettings;
use crate::keys::KeyEvent;
use crate::screen::Screen;

/// What the user has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A key went down or came up.
    Key(KeyEvent),
    /// Text was pasted.
    Text(String),
}

/// Standard input, where somebody has begun to read it already: chunks, an empty one is the end.
pub type Chunks = Receiver<io::Result<Vec<u8>>>;

/// The terminal while it shows a session. It is given back when this is dropped, and when the program
/// panics.
pub struct Solo {
    display: TerminalDisplay,
    wakes: Receiver<Wake>,
    parser: Parser,
    /// When the parser's unfinished sequence is given up.
    parser_due: Option<Duration>,
    keyboard: Keyboard,
    pan: Pan,
    start: Instant,
    frame_time: Duration,
    next_frame: Duration,
    _signals: Signals,
}

impl Solo {
    /// Takes over the terminal on standard output. Keys come from `begun`, from standard input, or from the
    /// terminal itself if standard input is something else.
    pub fn open(environment: &TerminalEnvironment, begun: Option<Chunks>) -> Result<Solo, TuiError> {
        let settings = UiSettings::default();
        let (wake, wakes) = mpsc::sync_channel(WAITING_WAKES);
        let signals = Signals::watch(wake.clone()).map_err(TuiError::terminal("watching signals"))?;
        let (ability, _) = Ability::detect(environment);
        let display =
            TerminalDisplay::open(ability, false, wake.clone()).map_err(TuiError::terminal("being set up"))?;
        spawn_reader(wake, begun).map_err(TuiError::terminal("being read"))?;
        let mut parser = Parser::new(settings.escape_timeout);
        parser.set_dialect(Dialect::of(environment.term.as_deref()));
        Ok(Solo {
            display,
            wakes,
            parser,
            parser_due: None,
            keyboard: Keyboard::new(),
            pan: Pan::default(),
            start: Instant::now(),
            frame_time: Duration::from_secs(1) / settings.frame_rate.max(1),
            next_frame: Duration::ZERO,
            _signals: signals,
        })
    }

    /// Shows `screen`, unless it is too early for another frame or the terminal is behind: false then.
    pub fn show(&mut self, screen: &Screen) -> Result<bool, TuiError> {
        let now = self.start.elapsed();
        if now < self.next_frame || self.display.busy().is_some() {
            return Ok(false);
        }
        let (cols, rows) = self.display.size().map_err(TuiError::terminal("asking for its size"))?;
        self.pan.follow(screen, cols, rows);
        let mut frame = Buffer::empty(Rect::new(0, 0, cols, rows));
        let view = ScreenView::new(screen, self.pan.viewport(screen, cols, rows));
        view.render(frame.area, &mut frame);
        let cursor = view.cursor(frame.area);
        self.display.show(frame, cursor).map_err(TuiError::terminal("being drawn on"))?;
        self.next_frame = now + self.frame_time;
        Ok(true)
    }

    /// Waits up to `limit` for something that the user does with a keyboard like `board`; nothing if
    /// only time has passed, or the window has changed.
    ///
    /// *Errors*: the terminal is gone, or a signal asks the program to end.
    pub fn wait(&mut self, limit: Duration, board: &Board) -> Result<Vec<Deed>, TuiError> {
        let now = self.start.elapsed();
        let due = [self.parser_due, self.keyboard.deadline()].into_iter().flatten().min();
        let limit = due.map_or(limit, |due| limit.min(due.saturating_sub(now)));
        let mut deeds = Vec::new();
        match self.wakes.recv_timeout(limit) {
            Ok(wake) => self.take(wake, board, &mut deeds)?,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(TuiError::InputEnded),
        }
        while let Ok(wake) = self.wakes.try_recv() {
            self.take(wake, board, &mut deeds)?;
        }
        self.expire(board, &mut deeds)?;
        Ok(deeds)
    }

    fn take(&mut self, wake: Wake, board: &Board, deeds: &mut Vec<Deed>) -> Result<(), TuiError> {
        match wake {
            Wake::Input(bytes) => {
                let mut events = Vec::new();
                self.parser.feed(&bytes, &mut events);
                self.parser_due = self.parser.patience().map(|patience| self.start.elapsed() + patience);
                self.events(events, board, deeds)?;
            }
            Wake::InputEnded => return Err(TuiError::InputEnded),
            Wake::Signalled(signal) => return Err(TuiError::Signalled(signal)),
            Wake::Continued => {
                self.display.retake().map_err(TuiError::terminal("being taken over again"))?;
                self.retaken(deeds);
            }
            Wake::StopAsked => {
                // Without a shell to bring it back it goes on.
                let _ = self.display.suspend();
                self.retaken(deeds);
            }
            // The next frame finds out.
            Wake::Resized | Wake::Written | Wake::Sessions | Wake::Trouble(_) => {}
        }
        Ok(())
    }

    /// Others have used the terminal: keys that came up meanwhile were not reported.
    fn retaken(&mut self, deeds: &mut Vec<Deed>) {
        self.parser.set_kitty(false);
        self.next_frame = Duration::ZERO;
        deeds.extend(self.keyboard.release_all().into_iter().map(Deed::Key));
    }

    fn events(&mut self, events: Vec<TermEvent>, board: &Board, deeds: &mut Vec<Deed>) -> Result<(), TuiError> {
        for event in events {
            match event {
                TermEvent::Key(key) => {
                    let played = self.keyboard.play(&key, board, self.start.elapsed());
                    deeds.extend(played.events.into_iter().map(Deed::Key));
                }
                TermEvent::Paste(text) => deeds.push(Deed::Text(text)),
                TermEvent::FocusLost => deeds.extend(self.keyboard.release_all().into_iter().map(Deed::Key)),
                TermEvent::Well => self.display.answered(),
                TermEvent::KittySpoken => {
                    self.display.use_kitty().map_err(TuiError::terminal("setting its keyboard"))?;
                    self.parser.set_kitty(true);
                }
                TermEvent::FocusGained | TermEvent::Mouse(_) => {}
            }
        }
        Ok(())
    }

    /// Does what is due by the clock.
    fn expire(&mut self, board: &Board, deeds: &mut Vec<Deed>) -> Result<(), TuiError> {
        let now = self.start.elapsed();
        if self.parser_due.is_some_and(|due| due <= now) {
            self.parser_due = None;
            let mut events = Vec::new();
            self.parser.expire(&mut events);
            self.events(events, board, deeds)?;
        }
        deeds.extend(self.keyboard.tick(now).into_iter().map(Deed::Key));
        Ok(())
    }

    /// Gives the terminal back, once it has answered what it was asked: a shell would take the answers for
    /// input.
    pub fn close(mut self) {
        let end = self.start.elapsed() + LAST_ANSWERS;
        while self.display.expects_answers() {
            let Ok(wake) = self.wakes.recv_timeout(end.saturating_sub(self.start.elapsed())) else { return };
            let Wake::Input(bytes) = wake else { continue };
            let mut events = Vec::new();
            self.parser.feed(&bytes, &mut events);
            events.iter().filter(|event| **event == TermEvent::Well).for_each(|_| self.display.answered());
        }
    }
}

fn spawn_reader(wake: SyncSender<Wake>, begun: Option<Chunks>) -> io::Result<()> {
    let name = thread::Builder::new().name("terminal".to_owned());
    match begun {
        _ if !io::stdin().is_terminal() => {
            let terminal = File::open("/dev/tty")?;
            name.spawn(move || read_terminal(terminal, &wake))?;
        }
        Some(chunks) => {
            name.spawn(move || chunks.iter().all(|chunk| wake.send(wake_of(chunk)).is_ok()))?;
        }
        None => terminal::spawn_reader(wake)?,
    }
    Ok(())
}

fn wake_of(chunk: io::Result<Vec<u8>>) -> Wake {
    match chunk {
        Ok(bytes) if !bytes.is_empty() => Wake::Input(bytes),
        _ => Wake::InputEnded,
    }
}

fn read_terminal(mut terminal: File, wake: &SyncSender<Wake>) {
    let mut bytes = [0; terminal::READ_BYTES];
    loop {
        let read = match terminal.read(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map(|count| bytes[..count].to_vec()),
        };
        let message = wake_of(read);
        let last = matches!(message, Wake::InputEnded);
        if wake.send(message).is_err() || last {
            return;
        }
    }
}
