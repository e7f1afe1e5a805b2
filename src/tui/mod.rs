//! The terminal UI: shows one session at a time in its own colours, passes keys to it, and switches
//! between sessions with a prefix key.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`input`] | the terminal's bytes, taken apart |
//! | [`keymap`] | from the terminal's key to the guest's |
//! | [`keyboard`] | which of the guest's keys are down |
//! | [`commands`] | the commands behind the prefix key |
//! | [`app`] | the state and how it changes; no I/O |
//! | [`copy`] | going through what a session has shown |
//! | [`layout`] | which sessions are in view, and where |
//! | [`prompt`] | a line of text being edited |
//! | [`list`] | rows to choose from, with a filter |
//! | [`folder`] | what is in a folder, for picking an image |
//! | [`pan`] | which part of a large screen is shown |
//! | [`view`], [`widgets`] | drawing the state into a buffer |
//! | `record`, `save` | recordings and other files that the user asks for |
//! | [`picture`] | such a buffer as an SVG picture |
//! | [`ability`] | what the terminal can show |
//! | `painter` | from frames to the terminal's bytes |
//! | [`solo`] | one session's screen and nothing else |
//! | `link`, `writer` | how much is on its way to the terminal; the thread that writes |
//! | [`driver`] | the event loop |
//!
//! A key's way down: bytes → [`input::Parser`] → [`app::App`] → [`keyboard::Keyboard`] →
//! [`crate::session::Manager::send`]. A screen's way up: the manager's change call wakes the
//! driver, which takes the sessions' views, and draws if the app says that something shown differs.
//! Nothing polls: when nothing happens the loop sleeps.

pub mod ability;
pub mod app;
pub mod commands;
pub mod copy;
pub mod driver;
mod error;
pub mod folder;
pub mod input;
pub mod keyboard;
pub mod keymap;
pub mod layout;
mod link;
pub mod list;
mod look_alike;
mod onlooker;
mod painter;
pub mod pan;
pub mod picture;
pub mod prompt;
mod record;
mod save;
mod sessions;
mod signals;
pub mod solo;
mod terminal;
mod theme;
pub mod view;
pub mod widgets;
mod writer;

pub use error::TuiError;
pub use onlooker::Onlooker;
pub use sessions::Sessions;

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, SyncSender};

use crate::config::{Config, SessionSpec, UiSettings};
use crate::session::{Host, Manager};
use ability::{Ability, TerminalEnvironment};
use driver::{Driver, Wake};
use input::Dialect;
use signals::Signals;
use terminal::TerminalDisplay;

/// Wakes that may wait for the event loop. When it is full, reading the terminal pauses.
const WAITING_WAKES: usize = 64;

/// Columns and rows of the window of the terminal on standard output, which is not the process's
/// controlling terminal everywhere.
pub fn window_size() -> io::Result<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(io::stdout())?;
    Ok((size.ws_col, size.ws_row))
}

/// Starts the sessions of `config` on `host` and shows them on `terminal` until the user quits.
///
/// *Errors*: no terminal, an image that cannot be used, a terminal that fails or goes away, or a
/// signal that ended the program. The terminal is restored in every case.
pub fn run(config: Config, host: Host, terminal: &TerminalEnvironment) -> Result<(), TuiError> {
    run_watched(config, host, terminal, None)
}

/// As [`run`], while `onlooker` looks on.
pub fn run_watched(
    config: Config,
    host: Host,
    terminal: &TerminalEnvironment,
    mut onlooker: Option<&mut dyn Onlooker>,
) -> Result<(), TuiError> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(TuiError::NotATerminal);
    }
    if config.sessions.is_empty() {
        return Err(TuiError::NoSessions);
    }
    let manager = Manager::new(host, 0);
    for spec in &config.sessions {
        let id = manager.start(spec)?;
        if let Some(onlooker) = onlooker.as_deref_mut() {
            onlooker.started(id, spec);
        }
    }
    let watching = onlooker.as_mut().map(|onlooker| &mut **onlooker as &mut dyn Onlooker);
    let result = show(&manager, config.ui, config.profiles, terminal, watching);
    let views = manager.views();
    if let Some(onlooker) = onlooker {
        onlooker.ended(&views);
    }
    for view in views {
        manager.close(view.id);
    }
    result
}

/// Shows the manager's sessions on the process's terminal; restores it at the end.
fn show(
    manager: &Manager,
    settings: UiSettings,
    profiles: Vec<SessionSpec>,
    terminal: &TerminalEnvironment,
    onlooker: Option<&mut dyn Onlooker>,
) -> Result<(), TuiError> {
    let (ability, notice) = Ability::detect(terminal);
    let (wake, wakes) = mpsc::sync_channel(WAITING_WAKES);
    let changed = Arc::new(AtomicBool::new(false));
    manager.on_change(change_call(wake.clone(), changed.clone()));
    let _signals = Signals::watch(wake.clone()).map_err(TuiError::terminal("watching signals"))?;
    let mut display =
        TerminalDisplay::open(ability, settings.mouse, wake.clone()).map_err(TuiError::terminal("being set up"))?;
    terminal::spawn_reader(wake).map_err(TuiError::terminal("being read"))?;
    let mut driver = Driver::new(manager, &mut display, changed, settings)?;
    driver.speak(Dialect::of(terminal.term.as_deref()));
    driver.offer(profiles);
    if let Some(onlooker) = onlooker {
        driver = driver.watched_by(onlooker);
    }
    if let Some(notice) = notice {
        driver.say(notice)?;
    }
    driver.run(&wakes)
}

/// What worker threads call when a session has changed. Never blocks them: the flag tells, and the
/// wake only says that it is worth a look.
fn change_call(wake: SyncSender<Wake>, changed: Arc<AtomicBool>) -> Box<dyn Fn() + Send + Sync> {
    Box::new(move || {
        if !changed.swap(true, Ordering::AcqRel) {
            // A full channel wakes the loop as well.
            let _ = wake.try_send(Wake::Sessions);
        }
    })
}
