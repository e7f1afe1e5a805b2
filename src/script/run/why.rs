//! Why steps fail.

use std::time::Duration;

use crate::config::FillError;
use crate::config::units::format_duration;
use crate::monitor::vm::StopReason;
use crate::script::observe::Abandon;

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// The text did not appear in time.
    #[error("not on the screen within {}", format_duration(*.0))]
    NotOnScreen(Duration),
    /// The text did not go away in time.
    #[error("still on the screen after {}", format_duration(*.0))]
    StillOnScreen(Duration),
    /// The text is there but must not be; its row, from 0.
    #[error("on the screen, in row {0}")]
    OnScreen(u16),
    /// The screen went on changing.
    #[error("the screen was not still for {} within {}", format_duration(*quiet), format_duration(*within))]
    NotStable {
        /// How long it should have been still.
        quiet: Duration,
        /// How long it had for that.
        within: Duration,
    },
    /// The guest did not come to wait for input.
    #[error("the guest did not wait for input within {}", format_duration(*.0))]
    NotIdle(Duration),
    /// Nothing of the kind was written to the port.
    #[error("not written to port {port:X}h within {}", format_duration(*within))]
    NotWritten {
        /// The port.
        port: u16,
        /// How long the guest had for that.
        within: Duration,
    },
    /// No such program ended.
    #[error("{what} ended within {}", format_duration(*within))]
    NoExit {
        /// Which program, in words.
        what: String,
        /// How long it had for that.
        within: Duration,
    },
    /// A program ended otherwise than it should.
    #[error("{0}")]
    Exit(String),
    /// The guest did not read the keys in time.
    #[error("not read by the guest within {}", format_duration(*.0))]
    NotRead(Duration),
    /// Something is not as told; what it is instead.
    #[error("{found}, still so after {}", format_duration(*within))]
    Differs {
        /// How it is.
        found: String,
        /// How long it had to become as told.
        within: Duration,
    },
    /// A golden screen differs from its file, or there is none.
    #[error("{0}")]
    Golden(String),
    /// The machine runs.
    #[error("the machine still runs after {}", format_duration(*.0))]
    NotStopped(Duration),
    /// The machine stopped while the step waited, or had stopped before.
    #[error("the machine has stopped: {0}")]
    Stopped(StopReason),
    /// The machine is switched off.
    #[error("the machine is switched off")]
    Off,
    /// A text with variables cannot be made.
    #[error("{0}")]
    Text(#[from] FillError),
    /// A text or a regular expression with variables is none that can be used.
    #[error("{0}")]
    Unusable(String),
    /// The script wants to keep more than is kept.
    #[error("{0}")]
    TooMuch(&'static str),
    /// The run was given up from outside.
    #[error("given up: {0}")]
    Abandoned(Abandon),
}
