//! Why a test's session did not do what was expected, with all there is to see of it.

use std::fmt;

use crate::clock::VirtTime;
use crate::screen::Screen;
use crate::session::Session;
use crate::types::SegOff;

/// Why a step of a test failed. Its text has the session's screen; `unwrap` and `?` show it in full.
pub struct Error {
    why: String,
    state: Option<Box<State>>,
}

/// A session when a step failed.
struct State {
    now: VirtTime,
    at: SegOff,
    programs: Vec<String>,
    screen: Screen,
}

impl Error {
    /// A session that could not be made.
    pub(super) fn before_start(why: String) -> Error {
        Error { why, state: None }
    }

    pub(super) fn in_session(why: String, session: &Session) -> Error {
        let programs = session.running_programs().into_iter().map(str::to_owned).collect();
        let (now, at) = (session.now(), session.vm().cs_ip());
        Error { why, state: Some(Box::new(State { now, at, programs, screen: session.screen() })) }
    }

    /// What the display showed; `None` if the session could not be made.
    #[must_use]
    pub fn screen(&self) -> Option<&Screen> {
        self.state.as_ref().map(|state| &state.screen)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(state) = &self.state else { return f.write_str(&self.why) };
        let ms = state.now.as_ns() / 1_000_000;
        writeln!(f, "{}", self.why)?;
        write!(f, "guest time {}.{:03} s, at {}", ms / 1000, ms % 1000, state.at)?;
        if !state.programs.is_empty() {
            write!(f, ", in {}", state.programs.join(" > "))?;
        }
        write!(f, "; the screen is")?;
        (0..state.screen.rows).try_for_each(|row| write!(f, "\n|{}|", state.screen.row_text(row)))
    }
}

impl fmt::Debug for Error {
    /// As it is displayed: tests print errors this way.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}
