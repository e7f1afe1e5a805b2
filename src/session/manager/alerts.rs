//! What may call for the user while a session is out of sight.

/// A guest that has worked for so long without a rest and then waits for a key has finished
/// something, or asks something. *Units*: host nanoseconds.
const WORK_NS: u64 = 1_000_000_000;

/// How often a session has called for its user since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alerts {
    /// It rang the bell.
    pub bells: u64,
    /// It began to wait for a key after a second or more of work.
    pub waits: u64,
}

/// Counts from slice to slice.
#[derive(Debug, Default)]
pub(super) struct AlertWatch {
    alerts: Alerts,
    /// Since when the guest has been at work.
    busy_since: Option<u64>,
}

impl AlertWatch {
    /// A slice from `start` to `end` is over. The guest rests now if it is `idle`, waiting for a key
    /// if it `looks_for_key`; it has rung the bell `bells` times in all.
    pub(super) fn slice_ended(&mut self, (start, end): (u64, u64), idle: bool, looks_for_key: bool, bells: u64) {
        self.alerts.bells = bells;
        let since = *self.busy_since.get_or_insert(start);
        if !idle {
            return;
        }
        self.busy_since = None;
        if looks_for_key && end.saturating_sub(since) >= WORK_NS {
            self.alerts.waits += 1;
        }
    }

    pub(super) fn alerts(&self) -> Alerts {
        self.alerts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLICE: u64 = 5_000_000;

    /// Waits counted after `slices` busy ones and an idle one.
    fn waits(slices: u64, looks_for_key: bool) -> u64 {
        let mut watch = AlertWatch::default();
        for n in 0..slices {
            watch.slice_ended((n * SLICE, (n + 1) * SLICE), false, true, 0);
        }
        watch.slice_ended((slices * SLICE, slices * SLICE + 1000), true, looks_for_key, 0);
        watch.alerts().waits
    }

    #[test]
    fn a_guest_that_waits_for_a_key_after_work_is_counted() {
        assert_eq!(waits(300, true), 1);
    }

    #[test]
    fn short_work_and_other_rests_do_not_count() {
        assert_eq!(waits(20, true), 0, "a prompt that redraws");
        assert_eq!(waits(300, false), 0, "a program that waits for time to pass");
    }

    #[test]
    fn work_is_counted_from_one_rest_to_the_next() {
        let mut watch = AlertWatch::default();
        for n in 0..1000 {
            // Half of the time at rest, as a prompt whose timer ticks.
            watch.slice_ended((n * SLICE, n * SLICE + SLICE / 2), true, true, n);
        }
        assert_eq!(watch.alerts(), Alerts { bells: 999, waits: 0 });
    }
}
