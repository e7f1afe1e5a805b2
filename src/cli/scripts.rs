//! `dosmux test`: runs scripts and prints what came of them.

use std::io::{self, Write};
use std::path::PathBuf;

use super::exit::{Status, Trouble};
use crate::script::batch::{self, Outcome};
use crate::script::report;
use crate::session::Host;

/// How many scripts did what.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    broken: usize,
}

impl Tally {
    fn count(&mut self, outcome: &Outcome) {
        match &outcome.result {
            Ok(performance) if performance.failure.is_none() => self.passed += 1,
            Ok(_) => self.failed += 1,
            Err(_) => self.broken += 1,
        }
    }

    /// A script that could not be run weighs more than one that failed: the run says less.
    fn status(&self) -> Status {
        match self {
            Tally { broken: 1.., .. } => Status::BadInput,
            Tally { failed: 1.., .. } => Status::ScriptFailed,
            _ => Status::Success,
        }
    }
}

/// Runs the scripts at `paths`.
pub(super) fn test(paths: &[PathBuf], stats: bool) -> Result<Status, Trouble> {
    let scripts = batch::collect(paths).map_err(Trouble::bad_input)?;
    let cannot_print = |error: io::Error| Trouble::host(anyhow::Error::new(error).context("cannot print"));
    let mut tally = Tally::default();
    let take = |outcome: Outcome| {
        tally.count(&outcome);
        print(&outcome, stats)
    };
    batch::run_all(&scripts, &Host::new(), 0, take).map_err(cannot_print)?;
    let summary = report::summary_text(tally.passed, tally.failed, tally.broken);
    io::stdout().lock().write_all(summary.as_bytes()).map_err(cannot_print)?;
    Ok(tally.status())
}

/// Prints one outcome; scripts that could not be run go to standard error.
fn print(outcome: &Outcome, stats: bool) -> io::Result<()> {
    match &outcome.result {
        Ok(performance) => {
            let mut text = report::performance_text(&outcome.path, performance);
            if stats {
                text.push_str(&report::stats_text(performance));
            }
            let mut stdout = io::stdout().lock();
            stdout.write_all(text.as_bytes())?;
            stdout.flush()
        }
        Err(error) => super::print_error(error),
    }
}
