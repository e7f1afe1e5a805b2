//! Gives up on a script that takes the host too long, or that nobody waits for any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::script::machine::Machine;
use crate::script::observe::{Abandon, Observer};

/// Looks at the host's clock between slices of guest time. What guests do does not depend on it.
pub(super) struct Ceiling {
    start: Instant,
    most: Duration,
    stop: Arc<AtomicBool>,
}

impl Ceiling {
    /// From now on for `most`; or until `stop` is set.
    pub(super) fn new(most: Duration, stop: Arc<AtomicBool>) -> Ceiling {
        Ceiling { start: Instant::now(), most, stop }
    }
}

impl Observer for Ceiling {
    fn look(&mut self, _index: usize, _lead: bool, _machine: &dyn Machine) {}

    fn verdict(&mut self) -> Option<Abandon> {
        if self.stop.load(Ordering::Relaxed) {
            return Some(Abandon::Interrupted);
        }
        (self.start.elapsed() > self.most).then_some(Abandon::HostTime)
    }
}
