//! The sessions of one script, which advance together in guest time.

use std::time::Duration;

use super::machine::Machine;
use super::observe::{Abandon, Observer};
use crate::screen::Screen;

/// How far one session may be ahead of the others. *Units*: guest time.
pub const SLICE: Duration = Duration::from_millis(10);

/// Machines that share one time: while a script waits for one of them, the others run as long.
pub struct Stage<M> {
    machines: Vec<M>,
    observer: Option<Box<dyn Observer>>,
    abandoned: Option<Abandon>,
}

impl<M: Machine> Stage<M> {
    /// A stage with these machines, in the order of the script.
    #[must_use]
    pub fn new(machines: Vec<M>) -> Stage<M> {
        Stage { machines, observer: None, abandoned: None }
    }

    /// The stage, with somebody who looks on. Nothing that happens on it depends on that.
    #[must_use]
    pub fn observed(mut self, observer: Box<dyn Observer>) -> Stage<M> {
        self.observer = Some(observer);
        self
    }

    /// Why the observer wants no more of this, if so. Whoever waits for something gives up then.
    #[must_use]
    pub fn abandoned(&self) -> Option<Abandon> {
        self.abandoned
    }

    /// Tells the observer which step comes next.
    pub fn announce(&mut self, number: usize, action: &dyn std::fmt::Display) {
        if let Some(observer) = &mut self.observer {
            observer.step(number, action);
        }
    }

    /// Machine `index`.
    #[must_use]
    pub fn machine(&self, index: usize) -> &M {
        &self.machines[index]
    }

    /// Machine `index`, to be typed into.
    pub fn machine_mut(&mut self, index: usize) -> &mut M {
        &mut self.machines[index]
    }

    /// All machines, in the order of the script.
    #[must_use]
    pub fn machines(&self) -> &[M] {
        &self.machines
    }

    /// Runs machine `lead` for one slice, at most `limit`, then the others up to where it is.
    pub fn run_slice(&mut self, lead: usize, limit: Duration) {
        self.machines[lead].run_for(limit.min(SLICE));
        self.catch_up(lead);
    }

    /// As [`Stage::run_slice`], but the slice ends when `done` says so of the lead's screen: then
    /// the answer is true.
    pub fn run_slice_until(&mut self, lead: usize, limit: Duration, done: &mut dyn FnMut(&Screen) -> bool) -> bool {
        let found = self.machines[lead].run_until(limit.min(SLICE), done);
        self.catch_up(lead);
        found
    }

    /// Runs each machine, in order, up to the time of machine `lead`. One that has stopped stays.
    fn catch_up(&mut self, lead: usize) {
        let now = self.machines[lead].now();
        for machine in &mut self.machines {
            // The lead itself is never behind; a machine may overshoot by an instruction.
            let behind = now.since(machine.now());
            if behind > Duration::ZERO && machine.stopped().is_none() {
                machine.run_for(behind);
            }
        }
        self.show(lead);
    }

    /// Lets the observer look, if there is one.
    fn show(&mut self, lead: usize) {
        let Some(observer) = &mut self.observer else { return };
        for (index, machine) in self.machines.iter().enumerate() {
            observer.look(index, index == lead, machine);
        }
        self.abandoned = self.abandoned.or(observer.verdict());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::fake::FakeMachine;

    #[test]
    fn the_others_run_as_long_as_the_lead() {
        let mut stage = Stage::new(vec![FakeMachine::default(), FakeMachine::default(), FakeMachine::default()]);
        stage.run_slice(1, Duration::from_secs(1));
        stage.run_slice(1, Duration::from_millis(3));
        let times: Vec<u64> = stage.machines().iter().map(|machine| machine.now().as_ns()).collect();
        assert_eq!(times, [13_000_000; 3]);
    }

    #[test]
    fn a_stopped_machine_holds_nobody_up() {
        let mut stage = Stage::new(vec![FakeMachine::default(), FakeMachine::stopping_after(Duration::from_millis(4))]);
        stage.run_slice(0, SLICE);
        stage.run_slice(0, SLICE);
        let times: Vec<u64> = stage.machines().iter().map(|machine| machine.now().as_ns()).collect();
        assert_eq!(times, [20_000_000, 4_000_000]);
    }

    /// Has seen enough at the third look.
    struct Impatient(usize);

    impl Observer for Impatient {
        fn look(&mut self, index: usize, lead: bool, machine: &dyn Machine) {
            assert_eq!((lead, machine.now().as_ns() % 10_000_000), (index == 0, 0));
            self.0 += 1;
        }

        fn verdict(&mut self) -> Option<Abandon> {
            (self.0 >= 4).then_some(Abandon::Interrupted)
        }
    }

    #[test]
    fn an_observer_sees_each_slice_of_each_machine_and_may_end_it() {
        let machines = vec![FakeMachine::default(), FakeMachine::default()];
        let mut stage = Stage::new(machines).observed(Box::new(Impatient(0)));
        stage.run_slice(0, SLICE);
        assert_eq!(stage.abandoned(), None);
        stage.run_slice(0, SLICE);
        assert_eq!(stage.abandoned(), Some(Abandon::Interrupted));
    }

    #[test]
    fn a_screen_that_is_right_ends_the_slice_for_all() {
        let lead = FakeMachine::default().showing(Duration::from_millis(7), "ready");
        let mut stage = Stage::new(vec![FakeMachine::default(), lead]);
        assert!(stage.run_slice_until(1, SLICE, &mut |screen| screen.contains("ready")));
        let times: Vec<u64> = stage.machines().iter().map(|machine| machine.now().as_ns()).collect();
        assert_eq!(times, [7_000_000; 2]);
    }
}
