//! Runs one script: makes its sessions and takes its steps, one by one.

mod acting;
mod asserting;
mod exits;
mod files;
mod golden;
mod performer;
mod sight;
mod waiting;
mod why;

use std::path::PathBuf;
use std::time::Duration;

pub use golden::Blessing;
use performer::{Performer, Stopped};
pub use why::Why;

use super::RTC_START;
use super::ast::{Script, Step};
use super::digest::screen_digest;
use super::machine::Machine;
use super::stage::Stage;
use crate::clock::VirtTime;
use crate::monitor::vm::TrapStats;
use crate::screen::Screen;
use crate::session::{Host, Session, SessionError, SessionOptions};
use crate::types::SegOff;

/// What came of one script whose sessions could be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Performance {
    /// The step that failed, if one did.
    pub failure: Option<Box<Failure>>,
    /// What became of each session, in the order of the script.
    pub sessions: Vec<SessionSummary>,
    /// What `log` steps said.
    pub log: Vec<String>,
    /// What `screenshot` and `get` steps kept. Nothing is written by running a script.
    pub files: Vec<Artifact>,
    /// Golden screens that are not as their files are, if files are to be written anew.
    pub blessings: Vec<Blessing>,
}

/// A file that a script wants to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Its name, relative to the folder of artifacts; never outside of it.
    pub name: PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// One session at the end of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSummary {
    /// Its name.
    pub name: String,
    /// How long it ran, in guest time.
    pub ran: Duration,
    /// How often the monitor was entered.
    pub stats: TrapStats,
    /// The number of what its display shows ([`screen_digest`]).
    pub screen_digest: u64,
}

/// A step that failed, and the session as it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Number of the script's step, 1-based; one that failed inside of it is [`Failure::step`].
    pub number: usize,
    /// The step.
    pub step: Step,
    /// Name of its session.
    pub session: String,
    /// Why it failed.
    pub why: Why,
    /// Guest time.
    pub now: VirtTime,
    /// Where the guest executes.
    pub at: SegOff,
    /// What its display shows.
    pub screen: Screen,
    /// The end of what it wrote to port E9h.
    pub log: Vec<u8>,
}

/// How a script is run.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// Opens the images of `insert` steps, which fail without it.
    pub host: Option<&'a Host>,
    /// Golden screens that differ do not fail but become [`Performance::blessings`].
    pub bless: bool,
}

/// Makes the script's sessions and runs its steps.
///
/// Every image gets an overlay, whatever the script says. *Errors*: a session cannot be made,
/// for example because an image is missing.
pub fn run(script: &Script, host: &Host) -> Result<Performance, SessionError> {
    let options = Options { host: Some(host), ..Options::default() };
    Ok(perform_with(script, &mut prepare(script, host)?, options))
}

/// Makes the script's sessions.
///
/// Every image gets an overlay, whatever the script says. *Errors*: a session cannot be made,
/// for example because an image is missing.
pub fn prepare(script: &Script, host: &Host) -> Result<Stage<Session>, SessionError> {
    let options = SessionOptions { force_overlay: true, rtc_start: RTC_START, local_time: false };
    let machines = script.sessions.iter().map(|spec| Session::new(spec, host, options)).collect::<Result<_, _>>()?;
    Ok(Stage::new(machines))
}

/// Takes the script's steps on `stage`, which holds a machine for each of its sessions.
pub fn perform<M: Machine>(script: &Script, stage: &mut Stage<M>) -> Performance {
    perform_with(script, stage, Options::default())
}

/// As [`perform`], as `options` say.
pub fn perform_with<M: Machine>(script: &Script, stage: &mut Stage<M>, options: Options<'_>) -> Performance {
    let mut performer = Performer::new(script, stage, options);
    let stopped = performer.perform(&script.steps).err();
    let mut performance = performer.finish();
    performance.failure = stopped.map(|stopped| Box::new(failure(script, stopped, stage)));
    let sessions = script.sessions.iter().zip(stage.machines()).map(|(spec, machine)| SessionSummary {
        name: spec.name.clone(),
        ran: machine.now().since(VirtTime::ZERO),
        stats: machine.stats(),
        screen_digest: screen_digest(&machine.screen()),
    });
    performance.sessions = sessions.collect();
    performance
}

/// What is to be told of a step that failed.
fn failure<M: Machine>(script: &Script, stopped: Stopped<'_>, stage: &Stage<M>) -> Failure {
    let Stopped { number, step, why } = stopped;
    let machine = stage.machine(step.session);
    Failure {
        number,
        session: script.sessions[step.session].name.clone(),
        step: step.clone(),
        why,
        now: machine.now(),
        at: machine.cs_ip(),
        screen: machine.screen(),
        log: machine.log().to_vec(),
    }
}

#[cfg(test)]
mod tests;
