//! A script as plain values, checked as far as that goes without a machine.

mod action;
mod place;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use action::*;
pub use place::{Area, Attr, Look, Needle, Region, Where};

use crate::config::SessionSpec;
pub use crate::config::{Piece, Text};

/// A whole script, with one value for each of its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Where it was read from.
    pub path: PathBuf,
    /// What it shows, in its author's words.
    pub description: Option<String>,
    /// The combination of `[matrix]`, such as `image=a.img, fpu=true`; `None` without a matrix.
    pub variant: Option<String>,
    /// Its sessions, at least one.
    pub sessions: Vec<SessionSpec>,
    /// Its steps, at least one.
    pub steps: Vec<Step>,
}

/// A place in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file: the script, or one that it includes.
    pub file: Arc<Path>,
    /// Line, 1-based.
    pub line: usize,
    /// Column in characters, 1-based.
    pub col: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file.display(), self.line, self.col)
    }
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where the step begins.
    pub place: Place,
    /// The step on one line, as a script has it: `wait = "A:\\>"`.
    pub text: String,
    /// The step's session: an index into [`Script::sessions`].
    pub session: usize,
    /// How long the step may take. *Units*: guest time. Means nothing to steps that wait for nothing.
    pub timeout: Duration,
    /// What to do.
    pub action: Action,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}
