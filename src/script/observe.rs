//! Looking on while a script runs: for recordings, for watching it live, and to give up on a run
//! that takes the host too long.

use super::machine::Machine;

/// Why a run is given up from outside: it says nothing about the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Abandon {
    /// It took longer than the host's user allows.
    #[error("the host's time limit is reached")]
    HostTime,
    /// The user does not want the rest.
    #[error("interrupted")]
    Interrupted,
}

/// Somebody who looks on. What the guests do never depends on who looks.
pub trait Observer {
    /// The script takes a step: its number, 1-based, and what it does.
    fn step(&mut self, _number: usize, _action: &dyn std::fmt::Display) {}

    /// A slice of guest time has passed; called for each machine in the order of the script.
    /// `lead` is true for the one that the script waits for.
    fn look(&mut self, index: usize, lead: bool, machine: &dyn Machine);

    /// Asked after each slice: whether the run is to be given up.
    fn verdict(&mut self) -> Option<Abandon> {
        None
    }
}

/// Several who look on.
pub struct Observers(pub Vec<Box<dyn Observer>>);

impl Observer for Observers {
    fn step(&mut self, number: usize, action: &dyn std::fmt::Display) {
        self.0.iter_mut().for_each(|observer| observer.step(number, action));
    }

    fn look(&mut self, index: usize, lead: bool, machine: &dyn Machine) {
        self.0.iter_mut().for_each(|observer| observer.look(index, lead, machine));
    }

    fn verdict(&mut self) -> Option<Abandon> {
        self.0.iter_mut().find_map(|observer| observer.verdict())
    }
}
