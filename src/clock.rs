//! Virtual time: what a session's devices, BIOS and guest see as time.
//!
//! Time is a count of nanoseconds since the session's power-on. It comes from retired
//! instructions and from idle periods that were skipped or slept through; host time reaches it
//! only through the real-time scheduler, never in deterministic mode.

use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

/// A point in a session's virtual time. *Units*: nanoseconds since power-on; 584 years fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VirtTime(pub u64);

impl VirtTime {
    /// The moment of power-on.
    pub const ZERO: VirtTime = VirtTime(0);

    /// Nanoseconds since power-on.
    #[must_use]
    pub fn as_ns(self) -> u64 {
        self.0
    }

    /// The time from `earlier` to `self`, zero if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: VirtTime) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for VirtTime {
    type Output = VirtTime;

    /// Saturates at the end of time.
    fn add(self, rhs: Duration) -> VirtTime {
        let ns = u64::try_from(rhs.as_nanos()).unwrap_or(u64::MAX);
        VirtTime(self.0.saturating_add(ns))
    }
}

impl AddAssign<Duration> for VirtTime {
    fn add_assign(&mut self, rhs: Duration) {
        *self = *self + rhs;
    }
}

impl Sub for VirtTime {
    type Output = Duration;

    fn sub(self, rhs: VirtTime) -> Duration {
        self.since(rhs)
    }
}
