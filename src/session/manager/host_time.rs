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

/// What a session's real-time clock shows at power-on: the host's local time. *Units*: seconds since
/// 1970-01-01, local time; UTC if the host says nothing of its time zone.
///
/// Gap: only the host's time zone file counts, not the variable TZ.
#[must_use]
pub fn local_seconds() -> u64 {
    let utc = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    match tz::TimeZone::local() {
        Ok(zone) => in_zone(&zone, utc),
        Err(_) => utc,
    }
}

/// The seconds that a clock on the wall shows in `zone`.
fn in_zone(zone: &tz::TimeZone, utc: u64) -> u64 {
    let offset =
        i64::try_from(utc).ok().and_then(|utc| zone.find_local_time_type(utc).ok()).map_or(0, |t| t.ut_offset());
    utc.saturating_add_signed(i64::from(offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wall_clock_follows_zone_and_summer_time() {
        let berlin = tz::TimeZone::from_posix_tz("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        // 2026-01-01 00:00 and 2026-07-01 00:00 UTC.
        assert_eq!(in_zone(&berlin, 1_767_225_600) - 1_767_225_600, 3600);
        assert_eq!(in_zone(&berlin, 1_782_864_000) - 1_782_864_000, 7200);
        let new_york = tz::TimeZone::from_posix_tz("EST5").unwrap();
        assert_eq!(1_767_225_600 - in_zone(&new_york, 1_767_225_600), 5 * 3600);
    }
}
