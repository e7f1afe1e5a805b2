//! A frequency and its clock pulses on the virtual time line, exact over the whole of it.

use crate::clock::VirtTime;

const NS_PER_SECOND: u64 = 1_000_000_000;

/// A chip's input clock. *Units*: hertz. *Range*: 1 Hz to 100 MHz, so that nothing overflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate(pub(super) u64);

impl Rate {
    /// Whole clock pulses from power-on to `now`.
    pub(super) fn pulses(self, now: VirtTime) -> u64 {
        let ns = now.as_ns();
        ns / NS_PER_SECOND * self.0 + ns % NS_PER_SECOND * self.0 / NS_PER_SECOND
    }

    /// The first nanosecond at which [`Rate::pulses`] is `pulse`; saturates at the end of time.
    pub(super) fn time_of(self, pulse: u64) -> VirtTime {
        let within = (pulse % self.0 * NS_PER_SECOND).div_ceil(self.0);
        VirtTime((pulse / self.0).saturating_mul(NS_PER_SECOND).saturating_add(within))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_pulse_begins_exactly_at_its_time(hz in 1u64..100_000_000, pulse in 1u64..1 << 40) {
            let at = Rate(hz).time_of(pulse);
            prop_assume!(at.as_ns() < u64::MAX / 2);
            prop_assert_eq!(Rate(hz).pulses(VirtTime(at.as_ns() - 1)), pulse - 1);
            if hz <= NS_PER_SECOND {
                prop_assert_eq!(Rate(hz).pulses(at), pulse);
            }
        }
    }
}
