//! Who takes the steps of a script: the stage, and what the script has gathered so far.

use std::collections::BTreeMap;
use std::time::Duration;

use super::exits::Exits;
use super::{Artifact, Blessing, Options, Performance, Why};
use crate::clock::VirtTime;
use crate::config::Text;
use crate::screen::Screen;
use crate::script::ast::{Action, Script, Step, Wait};
use crate::script::machine::Machine;
use crate::script::stage::{Power, Stage};

/// Most steps that are taken, repetitions counted.
const MAX_TAKEN: usize = 1_000_000;
/// Most lines of the log.
const MAX_LOG_LINES: usize = 10_000;
/// Most bytes of all files that are kept.
const MAX_KEPT_BYTES: usize = 64 << 20;
/// Most writes to ports that are remembered for one session.
const MAX_PORT_WRITES: usize = 64 * 1024;

/// See the module.
pub(super) struct Performer<'a, M> {
    pub(super) stage: &'a mut Stage<M>,
    pub(super) options: Options<'a>,
    pub(super) variables: BTreeMap<String, String>,
    /// Port and byte, for each session: what was written since it was last typed into.
    pub(super) port_writes: Vec<Vec<(u16, u8)>>,
    /// For each session.
    pub(super) exits: Vec<Exits>,
    taken: usize,
    kept_bytes: usize,
    performance: Performance,
}

/// A step that failed.
pub(super) struct Stopped<'s> {
    /// Number of the script's step, 1-based.
    pub(super) number: usize,
    /// The step, which may be one inside of that.
    pub(super) step: &'s Step,
    /// Why.
    pub(super) why: Why,
}

impl<'a, M: Machine> Performer<'a, M> {
    /// Somebody who takes the steps of `script` on `stage`.
    pub(super) fn new(script: &Script, stage: &'a mut Stage<M>, options: Options<'a>) -> Performer<'a, M> {
        watch_ports(&script.steps, stage);
        Performer {
            port_writes: vec![Vec::new(); stage.machines().len()],
            exits: vec![Exits::default(); stage.machines().len()],
            stage,
            options,
            variables: BTreeMap::new(),
            taken: 0,
            kept_bytes: 0,
            performance: Performance::default(),
        }
    }

    /// Takes all steps of the script, or those up to the first that fails.
    pub(super) fn perform<'s>(&mut self, steps: &'s [Step]) -> Result<(), Stopped<'s>> {
        steps
            .iter()
            .zip(1..)
            .try_for_each(|(step, number)| self.take(step, number).map_err(|(step, why)| Stopped { number, step, why }))
    }

    /// What the script has gathered.
    pub(super) fn finish(self) -> Performance {
        self.performance
    }

    /// Takes one step; returns when it is done. *Errors*: the step that failed, and why.
    fn take<'s>(&mut self, step: &'s Step, number: usize) -> Result<(), (&'s Step, Why)> {
        self.stage.announce(number, step);
        self.taken += 1;
        if self.taken > MAX_TAKEN {
            return Err((step, Why::TooMuch("the script takes more than a million steps")));
        }
        match &step.action {
            Action::Repeat { times, steps } => {
                (0..*times).try_for_each(|_| steps.iter().try_for_each(|inner| self.take(inner, number)))
            }
            Action::Include(steps) => steps.iter().try_for_each(|inner| self.take(inner, number)),
            Action::Wait(wait) => self.wait(step, wait).map_err(|why| (step, why)),
            Action::Expect(expect) => self.expect(step, expect).map_err(|why| (step, why)),
            Action::Act(act) => self.act(step, act).map_err(|why| (step, why)),
        }
    }

    /// The machine of a step.
    pub(super) fn machine(&mut self, step: &Step) -> &mut M {
        self.stage.machine_mut(step.session)
    }

    /// When the step has taken too long.
    pub(super) fn deadline(&self, step: &Step) -> VirtTime {
        self.stage.now(step.session) + step.timeout
    }

    /// The time from now to `deadline`. *Errors*: the machine has stopped or is off, or the run is given up.
    pub(super) fn time_left(&self, step: &Step, deadline: VirtTime) -> Result<Duration, Why> {
        let session = step.session;
        match (self.stage.abandoned(), self.stage.machine(session).stopped()) {
            (Some(abandon), _) => Err(Why::Abandoned(abandon)),
            (None, _) if self.stage.power(session) == Power::Off => Err(Why::Off),
            (None, Some(reason)) => Err(Why::Stopped(reason.clone())),
            (None, None) => Ok(deadline.since(self.stage.now(session))),
        }
    }

    /// Runs until `done` says so of the screen of the step's session; false if that takes too long.
    /// What is there already counts, even if the machine has stopped.
    pub(super) fn until_screen(&mut self, step: &Step, done: &mut dyn FnMut(&Screen) -> bool) -> Result<bool, Why> {
        let deadline = self.deadline(step);
        loop {
            if done(&self.stage.machine(step.session).screen()) {
                return Ok(true);
            }
            let left = self.time_left(step, deadline)?;
            if left.is_zero() {
                return Ok(false);
            }
            if self.stage.run_slice_until(step.session, left, done) {
                return Ok(true);
            }
        }
    }

    /// Runs until `check` gives something, asked after each slice; `None` if that takes too long.
    pub(super) fn until<T>(
        &mut self,
        step: &Step,
        mut check: impl FnMut(&mut Self) -> Option<T>,
    ) -> Result<Option<T>, Why> {
        let deadline = self.deadline(step);
        loop {
            if let Some(found) = check(self) {
                return Ok(Some(found));
            }
            let left = self.time_left(step, deadline)?;
            if left.is_zero() {
                return Ok(None);
            }
            self.stage.run_slice(step.session, left);
        }
    }

    /// Runs for `span`. A machine that stops meanwhile fails the step: its time stands still.
    pub(super) fn pass(&mut self, step: &Step, span: Duration) -> Result<(), Why> {
        let deadline = self.stage.now(step.session) + span;
        loop {
            let left = self.time_left(step, deadline)?;
            if left.is_zero() {
                return Ok(());
            }
            self.stage.run_slice(step.session, left);
        }
    }

    /// A text with the values of its variables.
    pub(super) fn fill(&self, text: &Text) -> Result<String, Why> {
        Ok(text.fill(&self.variables, str::to_owned)?)
    }

    /// Takes over what a session has written to watched ports.
    pub(super) fn gather_port_writes(&mut self, session: usize) -> &mut Vec<(u16, u8)> {
        let writes = &mut self.port_writes[session];
        writes.extend(self.stage.machine_mut(session).take_port_writes());
        let surplus = writes.len().saturating_sub(MAX_PORT_WRITES);
        writes.drain(..surplus);
        writes
    }

    /// Adds a line to the log of the run.
    pub(super) fn log(&mut self, line: String) -> Result<(), Why> {
        if self.performance.log.len() == MAX_LOG_LINES {
            return Err(Why::TooMuch("the script logs more than 10000 lines"));
        }
        self.keep(line.len())?;
        self.performance.log.push(line);
        Ok(())
    }

    /// Keeps a file.
    pub(super) fn keep_file(&mut self, file: Artifact) -> Result<(), Why> {
        self.keep(file.bytes.len())?;
        self.performance.files.push(file);
        Ok(())
    }

    /// Notes that a golden file is to be written anew.
    pub(super) fn bless(&mut self, blessing: Blessing) -> Result<(), Why> {
        self.keep(blessing.text.len())?;
        self.performance.blessings.push(blessing);
        Ok(())
    }

    /// Counts what is kept.
    fn keep(&mut self, bytes: usize) -> Result<(), Why> {
        self.kept_bytes = self.kept_bytes.saturating_add(bytes);
        if self.kept_bytes > MAX_KEPT_BYTES {
            return Err(Why::TooMuch("the script keeps more than 64 MiB"));
        }
        Ok(())
    }
}

/// Lets machines remember what is written to the ports that steps ask about.
fn watch_ports<M: Machine>(steps: &[Step], stage: &mut Stage<M>) {
    for step in steps {
        match &step.action {
            Action::Wait(Wait::Port { port, .. }) => stage.machine_mut(step.session).watch_ports(&[*port]),
            Action::Repeat { steps, .. } | Action::Include(steps) => watch_ports(steps, stage),
            _ => {}
        }
    }
}
