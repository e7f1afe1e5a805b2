//! Runs one case: as often as it may be tried, and whatever happens, with an outcome.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::artifacts::{Artifacts, Recorder};
use super::ast::Script;
use super::case::Case;
use super::observe::{Observer, Observers};
use super::outcome::{Outcome, ScriptError, Verdict};
use super::run;
use super::scene::{Scene, Trail};
use crate::session::Host;

/// How cases are run.
pub struct Orders<'a> {
    /// What all sessions share.
    pub host: &'a Host,
    /// How often a case that did not pass is tried again.
    pub retries: u32,
    /// Where all there is to see of a failure goes.
    pub artifacts: Option<&'a Artifacts>,
    /// Golden screens that differ are no failures; their files are to be written anew.
    pub bless: bool,
    /// Who looks on; made anew for each try.
    pub observer: &'a (dyn Fn(&Script) -> Option<Box<dyn Observer>> + Sync),
}

/// Runs a case.
#[must_use]
pub fn run_case(case: &Case, orders: &Orders<'_>) -> Outcome {
    let script = match &case.script {
        Ok(script) => script,
        Err(error) => return Outcome::without_sessions(Verdict::Broken(ScriptError::File(error.clone())), 0),
    };
    let mut attempts = 1;
    loop {
        let tried = catch_unwind(AssertUnwindSafe(|| attempt(case, script, attempts, orders)));
        // A bug of ours ends this case alone.
        let outcome = tried.unwrap_or_else(|panic| {
            Outcome::without_sessions(Verdict::Trouble(format!("dosmux failed: {}", panic_text(&*panic))), attempts)
        });
        let settled = matches!(outcome.verdict, Verdict::Passed | Verdict::Broken(_) | Verdict::Skipped);
        if settled || attempts > orders.retries {
            return outcome;
        }
        attempts += 1;
    }
}

/// Runs a case once.
fn attempt(case: &Case, script: &Script, number: u32, orders: &Orders<'_>) -> Outcome {
    let stage = match run::prepare(script, orders.host) {
        Ok(stage) => stage,
        Err(error) => {
            let error = ScriptError::Session { path: case.id.path.clone(), source: Arc::new(error) };
            return Outcome::without_sessions(Verdict::Broken(error), number);
        }
    };
    let recorder = orders.artifacts.map(|_| Recorder::new(&case.id.name));
    let trail = Trail::default();
    let mut observers: Vec<Box<dyn Observer>> = vec![Box::new(trail.clone())];
    observers.extend((orders.observer)(script));
    observers.extend(recorder.clone().map(|recorder| Box::new(recorder) as Box<dyn Observer>));
    let mut stage = stage.observed(Box::new(Observers(observers)));
    let options = run::Options { host: Some(orders.host), bless: orders.bless };
    let mut performance = run::perform_with(script, &mut stage, options);
    let files = std::mem::take(&mut performance.files);
    let mut outcome = Outcome::of(performance, number);
    if let Some(failed) = outcome.failure().map(|failure| failure.step.session) {
        let machine = stage.machine(failed);
        outcome.scene = Some(Box::new(Scene::new(&machine.inspect(), &trail, machine.last_keys())));
    }
    if let (Some(artifacts), Some(recorder), Some(_)) = (orders.artifacts, recorder, outcome.failure()) {
        match artifacts.save(case, &outcome, &mut stage, &recorder) {
            Ok(folder) => outcome.artifacts = Some(folder),
            Err(error) => {
                let failed = outcome.message().unwrap_or_default();
                outcome.verdict = Verdict::Trouble(format!("{error}, of this failure: {failed}"));
            }
        }
    }
    if let Some(artifacts) = orders.artifacts.filter(|_| !files.is_empty()) {
        match artifacts.keep(case, outcome.artifacts.take(), &files) {
            Ok(folder) => outcome.artifacts = Some(folder),
            Err(error) => outcome.verdict = Verdict::Trouble(error.to_string()),
        }
    }
    outcome
}

/// What a panic says.
fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic")
}
