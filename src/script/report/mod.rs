//! Outcomes as text, for people and for programs. But for fields that say `host` in their names
//! (JUnit: the times), nothing of the host is in there: the same scripts give the same bytes.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`human`] | a line for each case, and the whole story of each failure |
//! | [`json`] | one JSON object a line |
//! | [`junit`] | XML as CI servers read it |
//! | [`tap`] | the Test Anything Protocol, version 14 |
//! | [`github`] | annotations of GitHub Actions |
//! | [`story`] | a failure in words, which the others share |

pub mod github;
pub mod human;
pub mod json;
pub mod junit;
pub mod story;
pub mod tap;

use std::io;
use std::time::Duration;

use super::case::CaseId;
use super::outcome::{Outcome, Tally};
use super::shard::Shard;

/// A way to report a run.
pub trait Report {
    /// The run begins.
    fn begin(&mut self, _run: &RunInfo) -> io::Result<()> {
        Ok(())
    }

    /// A case is done. Called in the order of the cases. `host_time` is how long it took.
    fn case(&mut self, id: &CaseId, outcome: &Outcome, host_time: Duration) -> io::Result<()>;

    /// The run is over.
    fn end(&mut self, _tally: &Tally, _host_time: Duration) -> io::Result<()> {
        Ok(())
    }
}

/// What is known of a run before it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunInfo {
    /// How many cases there are.
    pub cases: usize,
    /// The part of the suite, if it is split.
    pub shard: Option<Shard>,
    /// What the cases were shuffled by.
    pub seed: Option<u64>,
    /// How many cases run at a time.
    pub jobs: usize,
}

/// Appends a line.
fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    use std::fmt::Write as _;
    writeln!(out, "{text}").expect("a string takes all that is written");
}

/// Cases and outcomes for tests of reports.
#[cfg(test)]
mod samples {
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::script::fake::FakeMachine;
    use crate::script::outcome::{ScriptError, Verdict};
    use crate::script::parse::parse;
    use crate::script::run::perform;
    use crate::script::stage::Stage;

    pub(super) fn id(name: &str) -> CaseId {
        CaseId { name: name.to_owned(), path: PathBuf::from(name), round: 1, rounds: 1 }
    }

    /// The outcome of these steps on a machine that shows a prompt after 3 ms.
    pub(super) fn outcome(steps: &str) -> Outcome {
        let machine = FakeMachine::default().showing(Duration::from_millis(3), "A:\\>");
        let script = parse(Path::new("t.toml"), &format!("[sessions.left]\n{steps}")).unwrap().remove(0);
        Outcome::of(perform(&script, &mut Stage::new(vec![machine])), 1)
    }

    pub(super) fn passed() -> Outcome {
        outcome("[[steps]]\nwait = 'A:\\>'")
    }

    /// Fails in its second step.
    pub(super) fn failed() -> Outcome {
        outcome("[[steps]]\nwait = 'A:\\>'\n[[steps]]\ntimeout = '2s'\nexpect = 'B:\\>'")
    }

    pub(super) fn broken() -> Outcome {
        let error = parse(Path::new("t.toml"), "stops = 1").unwrap_err();
        Outcome::without_sessions(Verdict::Broken(ScriptError::File(Arc::new(error))), 1)
    }

    pub(super) fn trouble() -> Outcome {
        Outcome::without_sessions(Verdict::Trouble("the disk is full".to_owned()), 1)
    }

    /// What a report writes about the five kinds of outcomes.
    pub(super) fn reported<R: Report>(mut report: R) -> R {
        let outcomes = [passed(), failed(), broken(), trouble(), Outcome::skipped()];
        let mut tally = Tally::default();
        report.begin(&RunInfo { cases: 5, shard: None, seed: Some(7), jobs: 2 }).unwrap();
        for (number, outcome) in outcomes.iter().enumerate() {
            tally.count(outcome);
            report.case(&id(&format!("s/{number}.toml")), outcome, Duration::from_millis(1500)).unwrap();
        }
        report.end(&tally, Duration::from_secs(3)).unwrap();
        report
    }
}
