//! Host time. Read here and nowhere else below the user interface; never in deterministic mode.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A clock that counts from the manager's start.
pub(super) struct HostTime {
    epoch: Instant,
}

impl HostTime {
    pub(super) fn start() -> HostTime {
        HostTime { epoch: Instant::now() }
    }

    /// *Units*: nanoseconds since the manager's start.
    pub(super) fn now_ns(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// What a session's real-time clock shows at power-on. *Units*: seconds since 1970-01-01.
///
/// Gap: the guest's clock shows UTC, not the host's time zone.
pub(super) fn wall_clock_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
