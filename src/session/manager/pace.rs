//! How a session's virtual clock follows host time. Pure: host time comes in as numbers.
//!
//! A session at full speed has no fixed rate: each slice stretches its instructions over the time
//! that has passed since the session last ran, so that timer ticks come in order and none is lost
//! although others had the processor meanwhile. A session with a fixed rate runs until its clock
//! has caught up and then sleeps.

use std::time::Duration;

use crate::clock::VirtTime;
use crate::config::Speed;
use crate::session::single::{NOMINAL_PS_PER_INSTRUCTION, ps_per_instruction};

/// Longest slice. *Units*: host nanoseconds.
pub(super) const SLICE_NS: u64 = 5_000_000;
/// A clock further behind than this stays behind: the host slept, or gave us too little.
const MOST_LAG: Duration = Duration::from_millis(250);
/// The part of a slice that is planned at least, so that its end is no special case.
const LEAST_PLAN_NS: u64 = SLICE_NS / 8;
/// Runs shorter than this say nothing about the host's speed. *Units*: host nanoseconds.
const LEAST_MEASURED_NS: u64 = 200_000;
/// Parts that a slice is run in, so that a wrong guess of the speed makes it little longer.
const PARTS: u64 = 4;
/// Host speeds that are believed. *Units*: instructions per second.
const RATES: std::ops::RangeInclusive<u64> = 1_000_000..=10_000_000_000;
/// Bounds on the stretch of an instruction. *Units*: picoseconds.
const PS_RANGE: std::ops::RangeInclusive<u64> = 100..=1_000_000_000;

const NS_PER_SECOND: u128 = 1_000_000_000;
const PS_PER_NS: u128 = 1000;
const PS_PER_SECOND: u64 = 1_000_000_000_000;

/// What the next run of the machine is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Run up to `target`, at most `budget` instructions, each lasting `ps` picoseconds.
    Run {
        /// Where virtual time stops.
        target: VirtTime,
        /// Instructions.
        budget: u64,
        /// Picoseconds per instruction.
        ps: u64,
    },
    /// The clock is where it should be: nothing to run before this host time.
    Wait(u64),
}

/// One session's pace.
pub(super) struct Pace {
    speed: Speed,
    /// A host time and the virtual time that belongs to it.
    anchor: (u64, VirtTime),
    /// What the host does, as measured. *Units*: instructions per second.
    rate: u64,
}

impl Pace {
    /// A pace for a clock that shows `now` at host time `host`.
    pub(super) fn new(speed: Speed, host: u64, now: VirtTime) -> Pace {
        Pace { speed, anchor: (host, now), rate: PS_PER_SECOND / NOMINAL_PS_PER_INSTRUCTION }
    }

    /// What the session's clock should show at host time `host`.
    pub(super) fn due(&self, host: u64) -> VirtTime {
        let (host_then, then) = self.anchor;
        then + Duration::from_nanos(host.saturating_sub(host_then))
    }

    /// The host time at which the session's clock should show `at`.
    pub(super) fn host_time(&self, at: VirtTime) -> u64 {
        let (host_then, then) = self.anchor;
        host_then.saturating_add(at.as_ns().saturating_sub(then.as_ns()))
    }

    /// Plans a run at host time `host` of a slice that began at `start`, for a clock that shows
    /// `now` and does not wait.
    pub(super) fn plan(&mut self, start: u64, host: u64, now: VirtTime) -> Plan {
        if self.due(host).since(now) > MOST_LAG {
            self.anchor = (host, now);
        }
        match self.speed {
            Speed::Max => self.plan_stretched(start, host, now),
            Speed::PerSecond(_) => self.plan_fixed(host, now),
        }
    }

    /// Learns from a run of `host_ns` in which virtual time advanced by `virtual_ns` at `ps`
    /// picoseconds per instruction, without waiting.
    pub(super) fn measured(&mut self, host_ns: u64, virtual_ns: u64, ps: u64) {
        if host_ns < LEAST_MEASURED_NS {
            return;
        }
        let instructions = u128::from(virtual_ns) * PS_PER_NS / u128::from(ps.max(1));
        let rate = clamp_u64(instructions * NS_PER_SECOND / u128::from(host_ns));
        let smoothed = (self.rate.saturating_mul(3).saturating_add(rate)) / 4;
        self.rate = smoothed.clamp(*RATES.start(), *RATES.end());
    }

    /// Spreads what the host can do in the rest of the slice over the time up to its end.
    fn plan_stretched(&self, start: u64, host: u64, now: VirtTime) -> Plan {
        let rest = SLICE_NS.saturating_sub(host.saturating_sub(start)).max(LEAST_PLAN_NS);
        let target = self.due(host) + Duration::from_nanos(rest);
        let span = target.as_ns().saturating_sub(now.as_ns());
        if span == 0 {
            return Plan::Wait(self.host_time(now));
        }
        let instructions = self.instructions_in(rest);
        let ps = clamp_u64(u128::from(span) * PS_PER_NS / u128::from(instructions));
        Plan::Run { target, budget: self.budget(), ps: ps.clamp(*PS_RANGE.start(), *PS_RANGE.end()) }
    }

    fn plan_fixed(&self, host: u64, now: VirtTime) -> Plan {
        let target = self.due(host);
        if target <= now {
            return Plan::Wait(host.saturating_add(SLICE_NS));
        }
        Plan::Run { target, budget: self.budget(), ps: ps_per_instruction(self.speed) }
    }

    fn budget(&self) -> u64 {
        (self.instructions_in(SLICE_NS) / PARTS).max(1)
    }

    /// What the host does in `ns`, at least one instruction.
    fn instructions_in(&self, ns: u64) -> u64 {
        clamp_u64(u128::from(self.rate) * u128::from(ns) / NS_PER_SECOND).max(1)
    }
}

fn clamp_u64(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn at_ms(ms: u64) -> VirtTime {
        VirtTime(ms * MS)
    }

    /// Runs slices of a session of `speed` that gets the processor `share` of the time, on a host
    /// of `rate` instructions per second, for `ms`; its clock at the end and the host time.
    fn simulate(speed: Speed, rate: u64, share: u64, ms: u64) -> (VirtTime, u64) {
        let mut pace = Pace::new(speed, 0, VirtTime::ZERO);
        let (mut host, mut now) = (0, VirtTime::ZERO);
        while host < ms * MS {
            let start = host;
            while host - start < SLICE_NS {
                match pace.plan(start, host, now) {
                    Plan::Wait(until) => host = until.max(host + 1),
                    Plan::Run { target, budget, ps } => {
                        let span = target.as_ns().saturating_sub(now.as_ns());
                        let instructions = budget.min((span * 1000).div_ceil(ps)).max(1);
                        let took = instructions * 1_000_000_000 / rate;
                        now += Duration::from_nanos(instructions * ps / 1000);
                        host += took.max(1);
                        pace.measured(took, instructions * ps / 1000, ps);
                        let ahead = now.as_ns().saturating_sub(pace.due(host).as_ns());
                        assert!(ahead <= SLICE_NS, "{ahead} ns ahead at {host}");
                    }
                }
            }
            host += SLICE_NS * (share - 1);
        }
        (now, host)
    }

    fn assert_close(now: VirtTime, host: u64, tolerance_ms: u64) {
        let off = now.as_ns().abs_diff(host);
        assert!(off <= tolerance_ms * MS, "clock {} ns, host {host} ns", now.as_ns());
    }

    #[test]
    fn a_session_at_full_speed_keeps_host_time_on_any_host() {
        for rate in [5_000_000, 50_000_000, 800_000_000] {
            let (now, host) = simulate(Speed::Max, rate, 1, 3000);
            assert_close(now, host, 10);
        }
    }

    #[test]
    fn a_session_that_gets_every_fourth_slice_still_keeps_host_time() {
        let (now, host) = simulate(Speed::Max, 100_000_000, 4, 3000);
        assert_close(now, host, 25);
    }

    #[test]
    fn a_fixed_rate_that_the_host_exceeds_keeps_host_time() {
        let (now, host) = simulate(Speed::PerSecond(8_000_000), 100_000_000, 1, 2000);
        assert_close(now, host, 10);
    }

    #[test]
    fn a_fixed_rate_keeps_its_pace() {
        let mut pace = Pace::new(Speed::PerSecond(8_000_000), 0, VirtTime::ZERO);
        let Plan::Run { target, ps, .. } = pace.plan(20 * MS, 20 * MS, at_ms(5)) else { panic!("should run") };
        assert_eq!((target, ps), (at_ms(20), 125_000));
        assert_eq!(pace.plan(20 * MS, 20 * MS, at_ms(20)), Plan::Wait(25 * MS));
    }

    #[test]
    fn a_lag_is_caught_up_within_the_slice() {
        let mut pace = Pace::new(Speed::Max, 0, VirtTime::ZERO);
        let Plan::Run { target, ps, .. } = pace.plan(100 * MS, 100 * MS, at_ms(20)) else { panic!("should run") };
        assert_eq!(target, at_ms(105));
        // 25 MIPS for 5 ms are 125,000 instructions, stretched over 85 ms.
        assert_eq!(ps, 680_000);
    }

    #[test]
    fn a_clock_far_behind_starts_anew_from_where_it_is() {
        let mut pace = Pace::new(Speed::Max, 0, VirtTime::ZERO);
        let Plan::Run { target, .. } = pace.plan(9000 * MS, 9000 * MS, at_ms(20)) else { panic!("should run") };
        assert_eq!(target, at_ms(25));
        assert_eq!(pace.due(9010 * MS), at_ms(30));
        assert_eq!(pace.host_time(at_ms(30)), 9010 * MS);
    }

    #[test]
    fn short_runs_do_not_change_the_measured_speed() {
        let mut pace = Pace::new(Speed::Max, 0, VirtTime::ZERO);
        let before = pace.rate;
        pace.measured(100, 1, 40_000);
        assert_eq!(pace.rate, before);
        pace.measured(MS, 8 * MS, 40_000);
        assert!(pace.rate > before);
    }
}
