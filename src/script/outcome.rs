//! What came of a case, and of a whole run.

use std::path::PathBuf;
use std::sync::Arc;

use super::observe::Abandon;
use super::run::{Blessing, Failure, Performance, SessionSummary, Why};
use super::scene::Scene;
use crate::config::FileError;
use crate::session::SessionError;

/// Why a script could not be run at all.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ScriptError {
    /// Its text cannot be read or is wrong.
    #[error(transparent)]
    File(#[from] Arc<FileError>),
    /// One of its sessions cannot be made.
    #[error("{}", path.display())]
    Session {
        /// The script.
        path: PathBuf,
        /// Which session, and why.
        source: Arc<SessionError>,
    },
}

/// What came of one case.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ended.
    pub verdict: Verdict,
    /// How often it was tried; more than once only if tries are repeated.
    pub attempts: u32,
    /// What became of each session, in the order of the script; none if it never began.
    pub sessions: Vec<SessionSummary>,
    /// What script and machine did when a step failed.
    pub scene: Option<Box<Scene>>,
    /// The folder that has all there is to see of a failure, and what the script kept.
    pub artifacts: Option<PathBuf>,
    /// What the script said with `log`.
    pub log: Vec<String>,
    /// Golden screens whose files are to be written anew.
    pub blessings: Vec<Blessing>,
}

/// How a case ended.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// All steps were done.
    Passed,
    /// A step failed.
    Failed(Box<Failure>),
    /// It is no script, or asks for something that is not there.
    Broken(ScriptError),
    /// It was given up from outside, which says nothing about the guest.
    GivenUp(Box<Failure>),
    /// The host, or dosmux itself, is at fault.
    Trouble(String),
    /// It was not run, or not to its end: another one had failed, or a signal ended the run.
    Skipped,
}

/// What counts of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// All steps were done.
    Passed,
    /// A step failed.
    Failed,
    /// There is nothing that could be run.
    Broken,
    /// Nothing is known of the guest: the host did not play along.
    Infrastructure,
    /// Not run.
    Skipped,
}

impl Class {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Class::Passed => "passed",
            Class::Failed => "failed",
            Class::Broken => "broken",
            Class::Infrastructure => "infrastructure",
            Class::Skipped => "skipped",
        }
    }
}

impl Outcome {
    /// The outcome of a case that was not run.
    #[must_use]
    pub fn skipped() -> Outcome {
        Outcome::without_sessions(Verdict::Skipped, 0)
    }

    /// The outcome of a case that never began.
    #[must_use]
    pub fn without_sessions(verdict: Verdict, attempts: u32) -> Outcome {
        let (log, blessings) = (Vec::new(), Vec::new());
        Outcome { verdict, attempts, sessions: Vec::new(), scene: None, artifacts: None, log, blessings }
    }

    /// The outcome of a try that was made.
    #[must_use]
    pub fn of(performance: Performance, attempts: u32) -> Outcome {
        let verdict = match performance.failure {
            None => Verdict::Passed,
            Some(failure) => match failure.why {
                Why::Abandoned(Abandon::Interrupted) => Verdict::Skipped,
                Why::Abandoned(Abandon::HostTime) => Verdict::GivenUp(failure),
                _ => Verdict::Failed(failure),
            },
        };
        let Performance { sessions, log, blessings, .. } = performance;
        Outcome { verdict, attempts, sessions, scene: None, artifacts: None, log, blessings }
    }

    /// What counts of the verdict.
    #[must_use]
    pub fn class(&self) -> Class {
        match self.verdict {
            Verdict::Passed => Class::Passed,
            Verdict::Failed(_) => Class::Failed,
            Verdict::Broken(_) => Class::Broken,
            Verdict::GivenUp(_) | Verdict::Trouble(_) => Class::Infrastructure,
            Verdict::Skipped => Class::Skipped,
        }
    }

    /// The step that did not get done, and its session as it was then.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match &self.verdict {
            Verdict::Failed(failure) | Verdict::GivenUp(failure) => Some(failure),
            Verdict::Passed | Verdict::Broken(_) | Verdict::Trouble(_) | Verdict::Skipped => None,
        }
    }

    /// True for a case that passed, though not at once.
    #[must_use]
    pub fn is_flaky(&self) -> bool {
        self.class() == Class::Passed && self.attempts > 1
    }

    /// In a line, why the case did not pass. `None` if it did, or was not run.
    #[must_use]
    pub fn message(&self) -> Option<String> {
        match &self.verdict {
            Verdict::Passed | Verdict::Skipped => None,
            Verdict::Failed(failure) | Verdict::GivenUp(failure) => {
                Some(format!("step {}: {}: {}", failure.number, failure.step, failure.why))
            }
            Verdict::Broken(error) => Some(whole_message(error)),
            Verdict::Trouble(what) => Some(what.clone()),
        }
    }
}

/// An error with its causes.
fn whole_message(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// How many cases did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All steps were done.
    pub passed: usize,
    /// A step failed.
    pub failed: usize,
    /// Nothing could be run.
    pub broken: usize,
    /// The host did not play along.
    pub infrastructure: usize,
    /// Not run.
    pub skipped: usize,
    /// Of those that passed: not at once.
    pub flaky: usize,
}

impl Tally {
    /// Adds an outcome.
    pub fn count(&mut self, outcome: &Outcome) {
        let place = match outcome.class() {
            Class::Passed => &mut self.passed,
            Class::Failed => &mut self.failed,
            Class::Broken => &mut self.broken,
            Class::Infrastructure => &mut self.infrastructure,
            Class::Skipped => &mut self.skipped,
        };
        *place += 1;
        self.flaky += usize::from(outcome.is_flaky());
    }

    /// All cases.
    #[must_use]
    pub fn total(&self) -> usize {
        self.passed + self.failed + self.broken + self.infrastructure + self.skipped
    }
}
