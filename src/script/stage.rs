//! The sessions of one script, which advance together in guest time.

use std::time::Duration;

use super::machine::Machine;
use super::observe::{Abandon, Observer};
use crate::clock::VirtTime;
use crate::screen::Screen;

/// How far one session may be ahead of the others. *Units*: guest time.
pub const SLICE: Duration = Duration::from_millis(10);

/// Machines that share one time: while a script waits for one of them, the others run as long.
pub struct Stage<M> {
    machines: Vec<M>,
    /// What goes with each machine.
    places: Vec<Spot>,
    observer: Option<Box<dyn Observer>>,
    abandoned: Option<Abandon>,
}

/// Whether a machine runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Power {
    /// It runs.
    #[default]
    On,
    /// It stands still.
    Paused,
    /// It is switched off.
    Off,
}

/// A machine's part in the time that all share.
#[derive(Clone, Copy, Debug, Default)]
struct Spot {
    power: Power,
    /// How long it has stood still. The shared time is its own time and this.
    stood: Duration,
}

impl<M: Machine> Stage<M> {
    /// A stage with these machines, in the order of the script.
    #[must_use]
    pub fn new(machines: Vec<M>) -> Stage<M> {
        let places = vec![Spot::default(); machines.len()];
        Stage { machines, places, observer: None, abandoned: None }
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

    /// Whether machine `index` runs.
    #[must_use]
    pub fn power(&self, index: usize) -> Power {
        self.places[index].power
    }

    /// Lets machine `index` run or not. Time passes all the same.
    pub fn set_power(&mut self, index: usize, power: Power) {
        self.places[index].power = power;
    }

    /// The shared time as machine `index` has it.
    #[must_use]
    pub fn now(&self, index: usize) -> VirtTime {
        self.machines[index].now() + self.places[index].stood
    }

    /// Runs machine `lead` for one slice, at most `limit`, then the others up to where it is.
    pub fn run_slice(&mut self, lead: usize, limit: Duration) {
        self.advance(lead, limit.min(SLICE));
        self.catch_up(lead);
    }

    /// As [`Stage::run_slice`], but the slice ends when `done` says so of the lead's screen: then
    /// the answer is true.
    pub fn run_slice_until(&mut self, lead: usize, limit: Duration, done: &mut dyn FnMut(&Screen) -> bool) -> bool {
        let span = limit.min(SLICE);
        let found = match self.places[lead].power {
            Power::On => self.machines[lead].run_until(span, done),
            Power::Paused | Power::Off => {
                self.places[lead].stood += span;
                false
            }
        };
        self.catch_up(lead);
        found
    }

    /// Lets machine `index` run, or stand still, for `span`.
    fn advance(&mut self, index: usize, span: Duration) {
        match self.places[index].power {
            Power::On => self.machines[index].run_for(span),
            Power::Paused | Power::Off => self.places[index].stood += span,
        }
    }

    /// Runs each machine, in order, up to the time of machine `lead`. One that has stopped stays.
    fn catch_up(&mut self, lead: usize) {
        let now = self.now(lead);
        for index in 0..self.machines.len() {
            // The lead itself is never behind; a machine may overshoot by an instruction.
            let behind = now.since(self.now(index));
            if behind > Duration::ZERO && self.machines[index].stopped().is_none() {
                self.advance(index, behind);
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
    fn a_paused_machine_stands_still_and_need_not_catch_up() {
        let mut stage = Stage::new(vec![FakeMachine::default(), FakeMachine::default()]);
        stage.set_power(1, Power::Paused);
        stage.run_slice(0, SLICE);
        // Whoever waits for the paused one lets the others run.
        stage.run_slice(1, SLICE);
        stage.set_power(1, Power::On);
        stage.run_slice(0, SLICE);
        let times: Vec<u64> = stage.machines().iter().map(|machine| machine.now().as_ns()).collect();
        assert_eq!(times, [30_000_000, 10_000_000]);
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
