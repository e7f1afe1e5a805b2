//! A script as plain values, checked as far as that goes without a machine.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::SessionSpec;
use crate::config::units::format_duration;
use crate::keys::Key;

/// A whole script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Where it was read from.
    pub path: PathBuf,
    /// What it shows, in its author's words.
    pub description: Option<String>,
    /// Its sessions, at least one.
    pub sessions: Vec<SessionSpec>,
    /// Its steps, at least one.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Line of the step in the file, 1-based.
    pub line: usize,
    /// The step's session: an index into [`Script::sessions`].
    pub session: usize,
    /// How long the step may take. *Units*: guest time. Means nothing to [`Action::Sleep`].
    pub timeout: Duration,
    /// What to do.
    pub action: Action,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Waits until the text is on the screen.
    Wait(String),
    /// Types the text and waits until the guest has read it.
    Type(String),
    /// Asserts that the text is on the screen, or appears in time.
    Expect(String),
    /// Strikes a chord and waits until the guest has read it.
    Key {
        /// The chord as the script spells it.
        name: String,
        /// Its keys, modifiers first.
        keys: Vec<Key>,
    },
    /// Lets time pass.
    Sleep(Duration),
}

impl Action {
    /// The text that the step looks for on the screen, if it does.
    #[must_use]
    pub fn awaited_text(&self) -> Option<&str> {
        match self {
            Action::Wait(text) | Action::Expect(text) => Some(text),
            Action::Type(_) | Action::Key { .. } | Action::Sleep(_) => None,
        }
    }
}

impl std::fmt::Display for Action {
    /// As in a script: `wait = "A:\\>"`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Action::Wait(text) => write!(f, "wait = {text:?}"),
            Action::Type(text) => write!(f, "type = {text:?}"),
            Action::Expect(text) => write!(f, "expect = {text:?}"),
            Action::Key { name, .. } => write!(f, "key = {name:?}"),
            Action::Sleep(span) => write!(f, "sleep = \"{}\"", format_duration(*span)),
        }
    }
}
