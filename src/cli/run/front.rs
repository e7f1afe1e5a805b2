//! The terminal while it shows the program's screen, and the program's time meanwhile: as fast as the
//! host's.

use std::time::{Duration, Instant};

use signal_hook::consts::SIGINT;

use super::Failure;
use crate::clock::VirtTime;
use crate::keys::{Key, KeyEvent, Typing};
use crate::session::Session;
use crate::tui::keymap::Board;
use crate::tui::solo::{Chunks, Deed, Solo};

/// Longest stretch of guest time between two looks at the keyboard.
const SLICE: Duration = Duration::from_millis(10);
/// How far a guest may fall behind the host before it stops trying to catch up.
const MOST_LAG: Duration = Duration::from_millis(200);
/// Longest wait for the user: a frame.
const FRAME: Duration = Duration::from_millis(16);
/// Ctrl-C that a program may leave unread before dosmux ends it.
const MOST_BREAKS: u32 = 3;

/// See the module's text.
pub(super) struct Front {
    solo: Solo,
    /// The guest's time at a time of the host.
    start: (Instant, VirtTime),
    /// The screen differs from what was drawn.
    dirty: bool,
    ctrl: bool,
    breaks: u32,
}

impl Front {
    /// Takes the terminal over; `begun` is who reads it already.
    pub(super) fn open(session: &Session, begun: Option<Chunks>) -> Result<Front, Failure> {
        let solo = Solo::open(&crate::cli::terminal_environment(), begun)?;
        Ok(Front { solo, start: (Instant::now(), session.now()), dirty: true, ctrl: false, breaks: 0 })
    }

    /// Runs the program up to the host's time.
    pub(super) fn advance(&mut self, session: &mut Session) -> Result<(), Failure> {
        let (host, guest) = self.start;
        let target = guest + host.elapsed();
        let behind = Duration::from_nanos(target.as_ns().saturating_sub(session.now().as_ns()));
        if behind > MOST_LAG {
            self.start = (Instant::now(), session.now());
        }
        session.run_for(behind.min(SLICE));
        self.dirty |= session.draws();
        if self.dirty && self.solo.show(&session.screen())? {
            self.dirty = false;
        }
        Ok(())
    }

    /// Lets the user type, for as long as the program has nothing to do.
    pub(super) fn wait(&mut self, session: &mut Session) -> Result<(), Failure> {
        let (host, guest) = self.start;
        let ahead = session.now().as_ns().saturating_sub((guest + host.elapsed()).as_ns());
        let limit = if session.waits() { FRAME } else { Duration::from_nanos(ahead).min(FRAME) };
        let typing = Typing { layout: session.keyboard_layout(), code_page: session.screen().code_page };
        let board = Board { typing, locks: session.locks() };
        for deed in self.solo.wait(limit, &board)? {
            match deed {
                Deed::Key(event) => self.press(session, event)?,
                Deed::Text(text) => {
                    session.type_text(&text);
                }
            }
        }
        Ok(())
    }

    /// A program that does not read its keys is ended by the Ctrl-C of a patient user.
    fn press(&mut self, session: &mut Session, event: KeyEvent) -> Result<(), Failure> {
        if matches!(event.key, Key::LeftCtrl | Key::RightCtrl) {
            self.ctrl = event.down;
        }
        if self.ctrl && event.down && event.key == Key::C {
            self.breaks = if session.input_done() { 1 } else { self.breaks + 1 };
            if self.breaks >= MOST_BREAKS {
                return Err(Failure::Signalled(SIGINT));
            }
        }
        session.press(event);
        Ok(())
    }

    /// Gives the terminal back.
    pub(super) fn close(self) {
        self.solo.close();
    }
}
