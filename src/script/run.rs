//! Runs one script: makes its sessions and takes its steps, one by one.

use std::time::Duration;

use super::RTC_START;
use super::ast::{Action, Script, Step};
use super::digest::screen_digest;
use super::machine::Machine;
use super::observe::Abandon;
use super::stage::Stage;
use crate::clock::VirtTime;
use crate::config::units::format_duration;
use crate::monitor::vm::{StopReason, TrapStats};
use crate::screen::Screen;
use crate::session::{Host, Session, SessionError, SessionOptions};
use crate::types::SegOff;

/// What came of one script whose sessions could be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Performance {
    /// The step that failed, if one did.
    pub failure: Option<Box<Failure>>,
    /// What became of each session, in the order of the script.
    pub sessions: Vec<SessionSummary>,
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
    /// Number of the step, 1-based.
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

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// The text did not appear in time.
    #[error("not on the screen within {}", format_duration(*.0))]
    NotOnScreen(Duration),
    /// The guest did not read the keys in time.
    #[error("not read by the guest within {}", format_duration(*.0))]
    NotRead(Duration),
    /// The machine stopped while the step waited, or had stopped before.
    #[error("the machine has stopped: {0}")]
    Stopped(StopReason),
    /// The run was given up from outside.
    #[error("given up: {0}")]
    Abandoned(Abandon),
}

/// Makes the script's sessions and runs its steps.
///
/// Every image gets an overlay, whatever the script says. *Errors*: a session cannot be made,
/// for example because an image is missing.
pub fn run(script: &Script, host: &Host) -> Result<Performance, SessionError> {
    Ok(perform(script, &mut prepare(script, host)?))
}

/// Makes the script's sessions.
///
/// Every image gets an overlay, whatever the script says. *Errors*: a session cannot be made,
/// for example because an image is missing.
pub fn prepare(script: &Script, host: &Host) -> Result<Stage<Session>, SessionError> {
    let options = SessionOptions { force_overlay: true, rtc_start: RTC_START };
    let machines = script.sessions.iter().map(|spec| Session::new(spec, host, options)).collect::<Result<_, _>>()?;
    Ok(Stage::new(machines))
}

/// Takes the script's steps on `stage`, which holds a machine for each of its sessions.
pub fn perform<M: Machine>(script: &Script, stage: &mut Stage<M>) -> Performance {
    let failure = script.steps.iter().enumerate().find_map(|(index, step)| {
        stage.announce(index + 1, &step.action);
        let why = take_step(step, stage).err()?;
        Some(Box::new(failure(script, index, why, stage.machine(step.session))))
    });
    let sessions = script.sessions.iter().zip(stage.machines()).map(|(spec, machine)| SessionSummary {
        name: spec.name.clone(),
        ran: machine.now().since(VirtTime::ZERO),
        stats: machine.stats(),
        screen_digest: screen_digest(&machine.screen()),
    });
    Performance { failure, sessions: sessions.collect() }
}

/// The failure of step `index` on `machine`.
fn failure<M: Machine>(script: &Script, index: usize, why: Why, machine: &M) -> Failure {
    let step = script.steps[index].clone();
    Failure {
        number: index + 1,
        session: script.sessions[step.session].name.clone(),
        step,
        why,
        now: machine.now(),
        at: machine.cs_ip(),
        screen: machine.screen(),
        log: machine.log().to_vec(),
    }
}

/// Takes one step; returns when it is done.
fn take_step<M: Machine>(step: &Step, stage: &mut Stage<M>) -> Result<(), Why> {
    match &step.action {
        Action::Wait(text) | Action::Expect(text) => wait_for_text(step, text, stage),
        Action::Type(text) => {
            stage.machine_mut(step.session).type_text(text);
            wait_for_input(step, stage)
        }
        Action::Key { keys, .. } => {
            stage.machine_mut(step.session).strike(keys);
            wait_for_input(step, stage)
        }
        Action::Sleep(span) => sleep(step, *span, stage),
    }
}

/// Runs until `text` is on the screen of the step's session.
fn wait_for_text<M: Machine>(step: &Step, text: &str, stage: &mut Stage<M>) -> Result<(), Why> {
    let deadline = stage.machine(step.session).now() + step.timeout;
    // The first look is here: what is already there counts, even if the machine has stopped.
    let mut found = stage.machine(step.session).screen().contains(text);
    while !found {
        let machine = stage.machine(step.session);
        let left = deadline.since(machine.now());
        if let Some(abandon) = stage.abandoned() {
            return Err(Why::Abandoned(abandon));
        }
        if machine.stopped().is_some() || left.is_zero() {
            let give_up =
                machine.stopped().map_or(Why::NotOnScreen(step.timeout), |reason| Why::Stopped(reason.clone()));
            return if machine.screen().contains(text) { Ok(()) } else { Err(give_up) };
        }
        found = stage.run_slice_until(step.session, left, &mut |screen| screen.contains(text));
    }
    Ok(())
}

/// Runs until the step's session has read everything that was typed.
fn wait_for_input<M: Machine>(step: &Step, stage: &mut Stage<M>) -> Result<(), Why> {
    let deadline = stage.machine(step.session).now() + step.timeout;
    while !stage.machine(step.session).input_done() {
        let left = time_left(stage, step.session, deadline)?;
        if left.is_zero() {
            return Err(Why::NotRead(step.timeout));
        }
        stage.run_slice(step.session, left);
    }
    Ok(())
}

/// Runs for `span`. A machine that stops meanwhile fails the step: its time stands still.
fn sleep<M: Machine>(step: &Step, span: Duration, stage: &mut Stage<M>) -> Result<(), Why> {
    let deadline = stage.machine(step.session).now() + span;
    loop {
        let left = time_left(stage, step.session, deadline)?;
        if left.is_zero() {
            return Ok(());
        }
        stage.run_slice(step.session, left);
    }
}

/// The time from now to `deadline`. *Errors*: the machine has stopped, or the run is given up.
fn time_left<M: Machine>(stage: &Stage<M>, session: usize, deadline: VirtTime) -> Result<Duration, Why> {
    let machine = stage.machine(session);
    match (stage.abandoned(), machine.stopped()) {
        (Some(abandon), _) => Err(Why::Abandoned(abandon)),
        (None, Some(reason)) => Err(Why::Stopped(reason.clone())),
        (None, None) => Ok(deadline.since(machine.now())),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::script::fake::FakeMachine;
    use crate::script::parse::parse;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    /// Runs `steps` on machines called `a`, `b`...
    fn perform_on(machines: Vec<FakeMachine>, steps: &str) -> (Performance, Vec<u64>) {
        let tables: String = ["a", "b", "c"].iter().take(machines.len()).map(|n| format!("[sessions.{n}]\n")).collect();
        let script = parse(Path::new("t.toml"), &format!("{tables}{steps}")).unwrap();
        let performance = perform(&script, &mut Stage::new(machines));
        let times = performance.sessions.iter().map(|session| u64::try_from(session.ran.as_millis()).unwrap());
        let times = times.collect();
        (performance, times)
    }

    fn why(performance: &Performance) -> String {
        performance.failure.as_ref().expect("the script fails").why.to_string()
    }

    #[test]
    fn waiting_ends_as_soon_as_the_text_appears() {
        let machine = FakeMachine::default().showing(MS(234), "A:\\>");
        let (performance, times) = perform_on(vec![machine], "[[steps]]\nwait = 'A:\\>'");
        assert_eq!((performance.failure, times), (None, vec![234]));
    }

    #[test]
    fn text_that_never_comes_fails_at_the_timeout() {
        let (performance, times) = perform_on(
            vec![FakeMachine::default()],
            "[[steps]]\nsleep='5ms'\n[[steps]]\nexpect = 'x'\ntimeout = '123ms'",
        );
        assert_eq!(why(&performance), "not on the screen within 123ms");
        assert_eq!(times, [128]);
        let failure = performance.failure.unwrap();
        assert_eq!((failure.number, failure.step.line, failure.session.as_str()), (2, 4, "a"));
    }

    #[test]
    fn a_step_without_a_session_goes_to_the_first_one() {
        let machines = vec![FakeMachine::default().showing(MS(1), "first"), FakeMachine::default()];
        assert_eq!(perform_on(machines, "[[steps]]\nexpect = 'first'").0.failure, None);
    }

    #[test]
    fn while_a_step_waits_for_one_session_the_others_run() {
        let machines = vec![FakeMachine::default(), FakeMachine::default().showing(MS(55), "b is up")];
        let (_, times) = perform_on(machines, "[[steps]]\nsession = 'b'\nwait = 'b is up'");
        assert_eq!(times, [55, 55]);
    }

    #[test]
    fn typing_waits_until_the_guest_has_read_everything() {
        let machine = FakeMachine::default().reading_a_key_every(MS(20));
        let (performance, times) = perform_on(vec![machine], "[[steps]]\ntype = \"dir\\n\"");
        assert_eq!((performance.failure, times), (None, vec![80]));
    }

    #[test]
    fn keys_that_the_guest_does_not_read_fail_at_the_timeout() {
        let steps = "[[steps]]\nkey = 'alt+f10'\ntimeout = '1s'";
        let (performance, times) = perform_on(vec![FakeMachine::default()], steps);
        assert_eq!(times, [1000]);
        assert_eq!(why(&performance), "not read by the guest within 1s");
    }

    #[test]
    fn a_machine_that_stops_fails_the_waiting_step_at_once_with_the_reason() {
        for step in ["wait = 'x'", "type = 'x'", "sleep = '9s'"] {
            let machine = FakeMachine::stopping_after(MS(42));
            let (performance, times) = perform_on(vec![machine], &format!("[[steps]]\n{step}"));
            assert_eq!(why(&performance), "the machine has stopped: triple fault at 1234:5678", "{step}");
            assert_eq!(times, [42], "{step}");
        }
    }

    #[test]
    fn text_on_the_screen_of_a_stopped_machine_still_counts() {
        let machine = FakeMachine::stopping_after(MS(42)).showing(MS(42), "no bootable disk");
        let steps = "[[steps]]\nwait = 'no bootable'\n[[steps]]\nwait = 'no bootable'\n[[steps]]\nwait = 'x'";
        let (performance, _) = perform_on(vec![machine], steps);
        assert_eq!(performance.failure.unwrap().number, 3);
    }

    #[test]
    fn a_stopped_session_does_not_stop_steps_on_others() {
        let machines = vec![FakeMachine::stopping_after(MS(1)), FakeMachine::default()];
        let (performance, times) = perform_on(machines, "[[steps]]\nsession = 'b'\nsleep = '1s'");
        assert_eq!((performance.failure, times), (None, vec![1, 1000]));
    }
}
