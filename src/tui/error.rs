//! What can go wrong in the terminal UI.

use std::io;

use crate::session::SessionError;

/// Why the UI could not start or had to end.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// Standard input or output is a file or a pipe.
    #[error("standard input and output must be a terminal; `dosmux test SCRIPT` runs sessions without one")]
    NotATerminal,
    /// There is nothing to show.
    #[error("there is no session to show; name an image (`dosmux boot IMAGE`) or a session in the config file")]
    NoSessions,
    /// A session cannot start.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The terminal cannot be used.
    #[error("the terminal failed while {doing}")]
    Terminal {
        /// What the UI was about to do.
        doing: &'static str,
        /// What went wrong.
        source: io::Error,
    },
    /// The terminal was closed.
    #[error("the terminal was closed")]
    InputEnded,
    /// A signal asked the program to end; the terminal is restored.
    #[error("ended by signal {0}")]
    Signalled(i32),
}

impl TuiError {
    /// Wraps an error of the terminal; `doing` completes "failed while …".
    pub(super) fn terminal(doing: &'static str) -> impl FnOnce(io::Error) -> TuiError {
        move |source| TuiError::Terminal { doing, source }
    }
}
