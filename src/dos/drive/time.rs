//! Dates and times of files, as directories hold them: in the user's zone, to two seconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tz::{TimeZone, UtcDateTime};

/// Seconds from 1970 to what DOS can count from: 1980-01-01 and 2107-12-31 23:59:58.
const EARLIEST: i64 = 315_532_800;
const LATEST: i64 = 4_354_819_198;

/// What Windows counts: 100 ns, from 1601 on. Source: RBIL, INT 21h/AX=71A7h.
const TICKS_A_SECOND: u64 = 10_000_000;
const TICKS_TO_1970: u64 = 11_644_473_600 * TICKS_A_SECOND;

/// A date and a time. Source: RBIL, INT 21h/AX=5700h.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Year from 1980 in bits 9–15, month in 5–8, day in 0–4.
    pub date: u16,
    /// Hour in bits 11–15, minute in 5–10, half the second in 0–4.
    pub time: u16,
}

/// A zone, to tell local time by.
#[derive(Clone, Debug)]
pub struct Zone {
    zone: TimeZone,
    /// What everything shows, whenever it was written.
    always: Option<Stamp>,
}

impl Zone {
    /// Universal time: the same on every host.
    #[must_use]
    pub fn universal() -> Zone {
        Zone { zone: TimeZone::utc(), always: None }
    }

    /// The host's zone.
    #[must_use]
    pub fn local() -> Zone {
        Zone { zone: TimeZone::local().unwrap_or_else(|_| TimeZone::utc()), always: None }
    }

    /// Universal time in which everything was written at `at`: for what the host alone decides when it was
    /// written, and a guest shall not see.
    #[must_use]
    pub fn still(at: SystemTime) -> Zone {
        Zone { always: Some(Zone::universal().stamp(at)), ..Zone::universal() }
    }

    fn offset(&self, unix: i64) -> i64 {
        self.zone.find_local_time_type(unix).map_or(0, |kind| i64::from(kind.ut_offset()))
    }

    /// What a directory shows for a file written at `at`.
    #[must_use]
    pub fn stamp(&self, at: SystemTime) -> Stamp {
        if let Some(always) = self.always {
            return always;
        }
        let unix = match at.duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_secs()).unwrap_or(LATEST),
            Err(_) => 0,
        };
        let local = (unix + self.offset(unix)).clamp(EARLIEST, LATEST);
        UtcDateTime::from_timespec(local, 0).map(|when| Stamp::of(&when)).unwrap_or_default()
    }

    /// When a file was written that a directory shows as `stamp`; `None` if there is no such time.
    #[must_use]
    pub fn time(&self, stamp: Stamp) -> Option<SystemTime> {
        let part = |word: u16, low: u16, bits: u16| u8::try_from(word >> low & ((1 << bits) - 1)).ok();
        let year = 1980 + i32::from(stamp.date >> 9);
        let (month, day) = (part(stamp.date, 5, 4)?, part(stamp.date, 0, 5)?);
        let (hour, minute, second) = (part(stamp.time, 11, 5)?, part(stamp.time, 5, 6)?, part(stamp.time, 0, 5)? * 2);
        let local = UtcDateTime::new(year, month, day, hour, minute, second, 0).ok()?.unix_time();
        // The offset at the time that is looked for, which is known to within an hour or so.
        let guess = local - self.offset(local);
        let unix = local - self.offset(guess);
        Some(UNIX_EPOCH + Duration::from_secs(u64::try_from(unix).ok()?))
    }

    /// As [`Zone::time`], as Windows counts: in 100 ns from 1601 on.
    #[must_use]
    pub fn file_time(&self, stamp: Stamp) -> Option<u64> {
        let since = self.time(stamp)?.duration_since(UNIX_EPOCH).ok()?;
        Some(TICKS_TO_1970 + since.as_secs() * TICKS_A_SECOND)
    }

    /// What a directory shows for a time that Windows counts, and what it leaves out in 10 ms.
    #[must_use]
    pub fn of_file_time(&self, ticks: u64) -> (Stamp, u8) {
        let since = ticks.saturating_sub(TICKS_TO_1970);
        let stamp = self.stamp(UNIX_EPOCH + Duration::from_secs(since / TICKS_A_SECOND));
        let left_out = since % (2 * TICKS_A_SECOND) / (TICKS_A_SECOND / 100);
        (stamp, u8::try_from(left_out).unwrap_or(0))
    }
}

impl Stamp {
    fn of(when: &UtcDateTime) -> Stamp {
        let year = u16::try_from(when.year() - 1980).unwrap_or(0);
        let date = year << 9 | u16::from(when.month()) << 5 | u16::from(when.month_day());
        let time = u16::from(when.hour()) << 11 | u16::from(when.minute()) << 5 | (u16::from(when.second()) / 2);
        Stamp { date, time }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(unix: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(unix)
    }

    #[test]
    fn a_stamp_has_date_and_time_to_two_seconds() {
        // 1994-10-10 10:20:31.
        let stamp = Zone::universal().stamp(at(781_784_431));
        assert_eq!(stamp, Stamp { date: 14 << 9 | 10 << 5 | 10, time: 10 << 11 | 20 << 5 | 15 });
        assert_eq!(Zone::universal().time(stamp), Some(at(781_784_430)));
    }

    #[test]
    fn windows_counts_from_1601() {
        let stamp = Zone::universal().stamp(at(781_784_430));
        let ticks = (781_784_430 + 11_644_473_600) * 10_000_000;
        assert_eq!(Zone::universal().file_time(stamp), Some(ticks));
        assert_eq!(Zone::universal().of_file_time(ticks + 12_300_000), (stamp, 123));
        assert_eq!(Zone::universal().of_file_time(u64::MAX).0.date, 127 << 9 | 12 << 5 | 31);
    }

    #[test]
    fn what_dos_cannot_count_is_the_nearest_that_it_can() {
        assert_eq!(Zone::universal().stamp(at(0)).date, 1 << 5 | 1);
        assert_eq!(Zone::universal().stamp(at(9_999_999_999)).date, 127 << 9 | 12 << 5 | 31);
    }

    #[test]
    fn there_is_no_thirteenth_month() {
        assert_eq!(Zone::universal().time(Stamp { date: 13 << 5 | 1, time: 0 }), None);
    }
}
