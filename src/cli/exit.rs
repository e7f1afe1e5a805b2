//! What the program's exit status says, and errors that carry one.

use std::process::ExitCode;

/// The exit statuses of `dosmux`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Everything that was asked for was done; every script passed; a ROM halted with interrupts off.
    Success = 0,
    /// A script failed.
    ScriptFailed = 1,
    /// Wrong arguments, a bad config or script, a missing or unusable file.
    BadInput = 2,
    /// The host is at fault: no terminal for the UI, output that nobody takes.
    HostTrouble = 3,
    /// A ROM waits for an interrupt, which cannot come.
    Stuck = 4,
    /// A ROM made the processor shut down.
    Shutdown = 5,
    /// A ROM reached the limit of instructions.
    LimitReached = 6,
    /// A signal ended the run of a ROM. The shells' number for Ctrl-C.
    Interrupted = 130,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(status as u8)
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(super) struct Trouble {
    /// What the exit status is to be.
    pub(super) status: Status,
    /// What to tell the user.
    pub(super) error: anyhow::Error,
}

impl Trouble {
    /// The user gave us something we cannot use.
    pub(super) fn bad_input(error: impl Into<anyhow::Error>) -> Trouble {
        Trouble { status: Status::BadInput, error: error.into() }
    }

    /// The host does not play along.
    pub(super) fn host(error: impl Into<anyhow::Error>) -> Trouble {
        Trouble { status: Status::HostTrouble, error: error.into() }
    }
}
