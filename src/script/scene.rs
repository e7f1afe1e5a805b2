//! Where a failure happened, beyond the screen: what the script did last, and what the machine was
//! doing.

use std::collections::VecDeque;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use super::machine::Machine;
use super::observe::Observer;
use crate::session::inspect::{Inspection, Section};

/// Steps that are remembered.
const STEPS: usize = 8;
/// Most characters of a step that are told.
const MAX_STEP_CHARS: usize = 200;
/// Calls of the BIOS and of DOS, and other events, that are told.
const CALLS: usize = 16;
/// Lines of code that are told before CS:IP and from there on.
const CODE_BEFORE: usize = 3;
const CODE_FROM: usize = 4;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scene {
    /// The steps that came last, first to last, with the one that failed.
    pub steps: Vec<String>,
    /// The keys that the keyboard was given last, first to last.
    pub keys: Vec<String>,
    /// The registers.
    pub registers: Vec<String>,
    /// The code around CS:IP; the next instruction is marked.
    pub code: Vec<String>,
    /// The last calls, exceptions, port accesses and interrupts, first to last.
    pub calls: Vec<String>,
}

impl Scene {
    /// The scene of a machine, after the steps that `trail` has seen and these keys.
    #[must_use]
    pub fn new(inspection: &Inspection, trail: &Trail, keys: Vec<String>) -> Scene {
        let calls = inspection.lines(Section::Trace);
        Scene {
            steps: trail.steps(),
            keys,
            registers: inspection.lines(Section::Registers),
            code: near_mark(inspection.lines(Section::Code)),
            calls: calls[calls.len().saturating_sub(CALLS)..].to_vec(),
        }
    }
}

/// The lines around the one that is marked as the next instruction.
fn near_mark(lines: Vec<String>) -> Vec<String> {
    let next = lines.iter().position(|line| line.starts_with('>')).unwrap_or(0);
    lines.into_iter().take(next + CODE_FROM).skip(next.saturating_sub(CODE_BEFORE)).collect()
}

/// Remembers the last steps of a script. Clones remember the same.
#[derive(Clone, Debug, Default)]
pub struct Trail(Arc<Mutex<VecDeque<String>>>);

impl Trail {
    fn steps(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl Observer for Trail {
    fn step(&mut self, number: usize, action: &dyn Display) {
        let mut steps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if steps.len() == STEPS {
            steps.pop_front();
        }
        let text = action.to_string();
        steps.push_back(format!("{number:>4}  {}", text.chars().take(MAX_STEP_CHARS).collect::<String>()));
    }

    fn look(&mut self, _index: usize, _lead: bool, _machine: &dyn Machine) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_steps_are_remembered() {
        let trail = Trail::default();
        for number in 1..=20 {
            trail.clone().step(number, &format!("sleep = \"{number}s\""));
        }
        let steps = trail.steps();
        assert_eq!(
            (steps.len(), steps[0].as_str(), steps[7].as_str()),
            (8, "  13  sleep = \"13s\"", "  20  sleep = \"20s\"")
        );
    }

    #[test]
    fn code_is_told_around_the_next_instruction() {
        let mut lines: Vec<String> = (0..20).map(|number| format!(" {number}")).collect();
        lines[10].replace_range(..1, ">");
        assert_eq!(near_mark(lines), [" 7", " 8", " 9", ">10", " 11", " 12", " 13"]);
        assert_eq!(near_mark(vec!["> a".to_owned()]), ["> a"]);
    }
}
