//! `dosmux test`: runs scripts and reports what came of them.

mod args;
mod ceiling;
mod live;
mod progress;
mod reports;
mod shard_env;

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Context, anyhow};

use super::exit::{Status, Trouble};
use super::interrupt;
use crate::script::artifacts::Artifacts;
use crate::script::attempt::{Orders, run_case};
use crate::script::batch::{run_each, worker_count};
use crate::script::case::{self, Case, Selection};
use crate::script::collect::collect;
use crate::script::observe::{Observer, Observers};
use crate::script::outcome::{Outcome, Tally};
use crate::script::report::RunInfo;
use crate::script::run::Blessing;
use crate::session::{Host, HostCommandPolicy};
pub(crate) use args::TestArgs;
use args::{ChoiceArgs, Part};
use ceiling::Ceiling;
use live::Live;
use progress::Progress;
use reports::Reports;

/// Runs the scripts that `args` name, until a signal ends the run.
pub(super) fn test(args: &TestArgs) -> Result<Status, Trouble> {
    let interrupted = interrupt::watch().context("cannot watch for signals").map_err(Trouble::host)?;
    test_until(args, &interrupted)
}

/// As [`test`]; the run ends as well when `interrupted` is set.
pub(super) fn test_until(args: &TestArgs, interrupted: &Arc<AtomicBool>) -> Result<Status, Trouble> {
    let selection = selection(&args.choice)?;
    let paths = collect(&args.paths).map_err(Trouble::bad_input)?;
    let cases = selection.cases(&paths);
    if cases.is_empty() && selection.shard.is_none() {
        return Err(Trouble::bad_input(anyhow!("no script's name holds {}", args.choice.filter.join(" or "))));
    }
    if args.choice.list {
        return list(&cases);
    }
    if args.pace.real_time {
        check_real_time(&cases)?;
    }
    let artifacts = args.reports.artifacts.as_deref().map(Artifacts::open).transpose().map_err(Trouble::host)?;
    let mut reports = Reports::open(&args.reports).map_err(Trouble::bad_input)?;
    let jobs = worker_count(args.pace.jobs);
    let info = RunInfo { cases: cases.len(), shard: selection.shard, seed: selection.seed, jobs };
    let run = Run::new(args, artifacts, &cases, Arc::clone(interrupted));
    let tally = run.all(&cases, &info, &mut reports).context("cannot report").map_err(Trouble::host)?;
    if run.interrupted.load(Ordering::Relaxed) {
        return Ok(Status::Interrupted);
    }
    Ok(status(&tally))
}

/// The files on which a run depends, with their whole paths: what is named, and what the scripts use.
pub(super) fn files(args: &TestArgs) -> BTreeSet<PathBuf> {
    let scripts = collect(&args.paths).unwrap_or_default();
    let used = scripts.iter().flat_map(|path| case::load(path)).flat_map(|case| case.files());
    let named = args.paths.iter().filter(|path| path.exists()).cloned();
    let whole = |path: PathBuf| std::path::absolute(&path).map_or(path, |path| plain(&path));
    named.chain(scripts.iter().cloned()).chain(used).map(whole).collect()
}

/// `path` as the host's events have it. A file that is not there yet keeps its name.
fn plain(path: &Path) -> PathBuf {
    if let Ok(plain) = path.canonicalize() {
        return plain;
    }
    let parent = path.parent().and_then(|parent| parent.canonicalize().ok());
    parent.zip(path.file_name()).map_or_else(|| path.to_owned(), |(parent, name)| parent.join(name))
}

/// What the options choose.
fn selection(args: &ChoiceArgs) -> Result<Selection, Trouble> {
    let shard = match args.shard {
        None => None,
        Some(Part::Named(shard)) => Some(shard),
        Some(Part::Auto) => {
            let variable = |name: &str| std::env::var(name).ok();
            shard_env::shard(variable).map_err(|problem| Trouble::bad_input(anyhow!("--shard auto: {problem}")))?
        }
    };
    Ok(Selection { filters: args.filter.clone(), shard, repeat: args.repeat, seed: args.seed })
}

/// Prints the names of the cases.
fn list(cases: &[Case]) -> Result<Status, Trouble> {
    let mut status = Status::Success;
    for case in cases {
        if let Err(error) = &case.script {
            status = Status::BadInput;
            // With standard error gone, the exit status still tells.
            let _ = super::print_error(error.as_ref());
        }
        writeln!(io::stdout().lock(), "{}", case.id).context("cannot print").map_err(Trouble::host)?;
    }
    Ok(status)
}

/// *Errors*: there is not one script, or nothing to show it on.
fn check_real_time(cases: &[Case]) -> Result<(), Trouble> {
    if cases.len() != 1 {
        return Err(Trouble::bad_input(anyhow!("--real-time shows one script; {} are named", cases.len())));
    }
    if !io::stdout().is_terminal() {
        return Err(Trouble::host(anyhow!("--real-time needs a terminal to show the script on")));
    }
    Ok(())
}

/// A run that knows least weighs most: then neither passes nor failures tell much.
fn status(tally: &Tally) -> Status {
    match tally {
        Tally { infrastructure: 1.., .. } => Status::HostTrouble,
        Tally { broken: 1.., .. } => Status::BadInput,
        Tally { failed: 1.., .. } => Status::ScriptFailed,
        _ => Status::Success,
    }
}

/// A run of all cases.
struct Run<'a> {
    args: &'a TestArgs,
    host: Host,
    artifacts: Option<Artifacts>,
    progress: Progress,
    /// Set when the rest is not wanted.
    stop: Arc<AtomicBool>,
    /// Set by a signal.
    interrupted: Arc<AtomicBool>,
}

impl<'a> Run<'a> {
    fn new(args: &'a TestArgs, artifacts: Option<Artifacts>, cases: &[Case], interrupted: Arc<AtomicBool>) -> Run<'a> {
        let stop = Arc::new(AtomicBool::new(false));
        let shown = io::stderr().is_terminal() && !args.pace.real_time;
        let progress = Progress::new(cases.len(), shown);
        let commands =
            if args.pace.allow_host_commands { HostCommandPolicy::Awaited } else { HostCommandPolicy::Never };
        Run { args, host: Host::new().with_commands(commands), artifacts, progress, stop, interrupted }
    }

    /// Runs all cases and reports on them in their order.
    fn all(&self, cases: &[Case], info: &RunInfo, reports: &mut Reports) -> io::Result<Tally> {
        let start = Instant::now();
        let mut tally = Tally::default();
        reports.begin(info)?;
        let done = run_each(
            cases,
            info.jobs,
            |case| self.one(case),
            |case, (outcome, took)| {
                // What comes after a failure is skipped whether it has run meanwhile or not: the report
                // does not depend on who was faster.
                let outcome = if self.stop.load(Ordering::Relaxed) { Outcome::skipped() } else { outcome };
                tally.count(&outcome);
                if self.args.pace.fail_fast && tally.passed < tally.total() {
                    self.stop.store(true, Ordering::Relaxed);
                }
                let reported = self.progress.done(|| reports.case(&case.id, &outcome, took));
                match reported.and_then(|()| outcome.blessings.iter().try_for_each(Blessing::write)) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(error) => {
                        self.stop.store(true, Ordering::Relaxed);
                        ControlFlow::Break(error)
                    }
                }
            },
        );
        self.progress.end();
        match done {
            ControlFlow::Continue(()) => reports.end(&tally, start.elapsed()).map(|()| tally),
            ControlFlow::Break(error) => Err(error),
        }
    }

    /// Runs one case; also tells how long it took the host.
    fn one(&self, case: &Case) -> (Outcome, std::time::Duration) {
        let start = Instant::now();
        if self.stop.load(Ordering::Relaxed) || self.interrupted.load(Ordering::Relaxed) {
            return (Outcome::skipped(), start.elapsed());
        }
        self.progress.begin(&case.id.name);
        let orders = Orders {
            host: &self.host,
            retries: self.args.pace.retries,
            artifacts: self.artifacts.as_ref(),
            bless: self.args.pace.bless,
            observer: &|_| Some(self.observer()),
        };
        (run_case(case, &orders), start.elapsed())
    }

    /// Who looks on while a script runs.
    fn observer(&self) -> Box<dyn Observer> {
        let most = self.args.pace.timeout;
        let ceiling = |stop| Box::new(Ceiling::new(most, Arc::clone(stop))) as Box<dyn Observer>;
        let mut all = vec![ceiling(&self.stop), ceiling(&self.interrupted)];
        if self.args.pace.real_time
            && let Ok(live) = Live::open()
        {
            all.push(Box::new(live));
        }
        Box::new(Observers(all))
    }
}
