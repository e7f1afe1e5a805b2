//! Virtual time of one machine: retired instructions at a pace, plus idle time.

use crate::clock::VirtTime;

/// Picoseconds in a nanosecond.
const PS_PER_NS: u64 = 1000;

/// Turns instructions into time.
#[derive(Clone, Copy, Debug)]
pub(super) struct InstructionClock {
    /// Time at the instruction count `base_retired`.
    base: VirtTime,
    base_retired: u64,
    ps_per_instruction: u64,
}

impl InstructionClock {
    /// A clock that stands at zero. *Units*: picoseconds; at least one.
    pub(super) fn new(ps_per_instruction: u64) -> InstructionClock {
        InstructionClock { base: VirtTime::ZERO, base_retired: 0, ps_per_instruction: ps_per_instruction.max(1) }
    }

    /// The time when `retired` instructions have been executed.
    pub(super) fn now(&self, retired: u64) -> VirtTime {
        let instructions = retired.saturating_sub(self.base_retired);
        // Asked at each trap: only the rare large product is worth a wide division.
        let ns = match instructions.checked_mul(self.ps_per_instruction) {
            Some(ps) => ps / PS_PER_NS,
            None => {
                let ps = u128::from(instructions) * u128::from(self.ps_per_instruction);
                u64::try_from(ps / u128::from(PS_PER_NS)).unwrap_or(u64::MAX)
            }
        };
        VirtTime(self.base.0.saturating_add(ns))
    }

    /// Instructions from the count `retired` until it is `until`, at least one if that is ahead.
    pub(super) fn instructions_until(&self, retired: u64, until: VirtTime) -> u64 {
        let wait = until.0.saturating_sub(self.base.0);
        let done = retired.saturating_sub(self.base_retired);
        match wait.checked_mul(PS_PER_NS) {
            Some(ps) => ps.div_ceil(self.ps_per_instruction).saturating_sub(done),
            None => {
                let total = (u128::from(wait) * u128::from(PS_PER_NS)).div_ceil(u128::from(self.ps_per_instruction));
                u64::try_from(total.saturating_sub(u128::from(done))).unwrap_or(u64::MAX)
            }
        }
    }

    /// Lets idle time pass: it is now `to`, unless it is already later.
    pub(super) fn skip_to(&mut self, retired: u64, to: VirtTime) {
        let now = self.now(retired);
        self.base = now.max(to);
        self.base_retired = retired;
    }

    /// Changes the pace from now on.
    pub(super) fn set_pace(&mut self, retired: u64, ps_per_instruction: u64) {
        self.skip_to(retired, VirtTime::ZERO);
        self.ps_per_instruction = ps_per_instruction.max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_goes_back_when_the_pace_changes() {
        let mut clock = InstructionClock::new(40_000);
        let before = clock.now(1001);
        clock.set_pace(1001, 3);
        assert_eq!(clock.now(1001), before);
        clock.skip_to(1001, VirtTime(5));
        assert_eq!(clock.now(1001), before, "a skip into the past changes nothing");
    }

    #[test]
    fn long_times_are_as_exact_as_short_ones() {
        let clock = InstructionClock::new(40_000);
        let (retired, time) = (1 << 58, VirtTime((1 << 58) * 40));
        assert_eq!(clock.now(retired), time);
        assert_eq!(clock.instructions_until(retired - 7, time), 7);
    }

    #[test]
    fn the_instructions_until_a_time_reach_it_and_no_more() {
        let clock = InstructionClock::new(333);
        let needed = clock.instructions_until(10, VirtTime(1000));
        assert!(clock.now(10 + needed) >= VirtTime(1000));
        assert!(clock.now(9 + needed) < VirtTime(1000));
        assert_eq!(clock.instructions_until(u64::MAX, VirtTime(1000)), 0);
    }
}
