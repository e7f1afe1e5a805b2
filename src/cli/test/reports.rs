//! The reports that were asked for.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal};
use std::time::Duration;

use anyhow::Context;

use super::args::{ReportArgs, When};
use crate::script::case::CaseId;
use crate::script::outcome::{Outcome, Tally};
use crate::script::report::github::GitHub;
use crate::script::report::human::{Human, Style};
use crate::script::report::json::Json;
use crate::script::report::junit::Junit;
use crate::script::report::tap::Tap;
use crate::script::report::{Report, RunInfo};

/// All reports of a run.
pub(super) struct Reports(Vec<Box<dyn Report>>);

impl Reports {
    /// Opens what `args` ask for. *Errors*: a file cannot be written; better now than after the run.
    pub(super) fn open(args: &ReportArgs) -> anyhow::Result<Reports> {
        let for_programs = args.json || args.tap;
        let mut all: Vec<Box<dyn Report>> = vec![printed(args)];
        if std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true") {
            // The runner reads commands in both streams; they must not stand among JSON.
            all.push(match for_programs {
                true => Box::new(GitHub::new(io::stderr())),
                false => Box::new(GitHub::new(io::stdout())),
            });
        }
        if let Some(path) = &args.junit {
            let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            all.push(Box::new(Junit::new(BufWriter::new(file))));
        }
        Ok(Reports(all))
    }

    pub(super) fn begin(&mut self, run: &RunInfo) -> io::Result<()> {
        self.0.iter_mut().try_for_each(|report| report.begin(run))
    }

    pub(super) fn case(&mut self, id: &CaseId, outcome: &Outcome, host_time: Duration) -> io::Result<()> {
        self.0.iter_mut().try_for_each(|report| report.case(id, outcome, host_time))
    }

    pub(super) fn end(&mut self, tally: &Tally, host_time: Duration) -> io::Result<()> {
        self.0.iter_mut().try_for_each(|report| report.end(tally, host_time))
    }
}

/// What goes to standard output.
fn printed(args: &ReportArgs) -> Box<dyn Report> {
    if args.json {
        return Box::new(Json::new(io::stdout()));
    }
    if args.tap {
        return Box::new(Tap::new(io::stdout()));
    }
    let color = match args.color {
        When::Always => true,
        When::Never => false,
        When::Auto => io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    };
    Box::new(Human::new(io::stdout(), io::stderr(), Style { color, stats: args.stats }))
}
