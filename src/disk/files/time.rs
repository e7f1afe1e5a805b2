//! Time stamps of files.

/// Date and time as directories hold them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DosTime {
    /// Year since 1980 in bits 15–9, month in 8–5, day in 4–0.
    pub date: u16,
    /// Hour in bits 15–11, minute in 10–5, second halved in 4–0.
    pub time: u16,
}

impl DosTime {
    /// The stamp of a moment, clipped to what stamps can hold: 1980 to 2107.
    /// *Units*: seconds since 1970-01-01, local time.
    ///
    /// ```
    /// use dosmux::disk::files::DosTime;
    /// let stamp = DosTime::from_unix(781_783_201); // 1994-10-10 10:00:01
    /// assert_eq!((stamp.date, stamp.time), (14 << 9 | 10 << 5 | 10, 10 << 11));
    /// ```
    #[must_use]
    pub fn from_unix(seconds: u64) -> DosTime {
        const FIRST: u64 = 315_532_800; // 1980-01-01
        const LAST: u64 = 4_354_819_199; // 2107-12-31 23:59:59
        let seconds = seconds.clamp(FIRST, LAST);
        let (days, second) = (seconds / 86_400, seconds % 86_400);
        let (year, month, day) = civil(days);
        let field = |value: u64, at: u32| u16::try_from(value << at).unwrap_or(0);
        DosTime {
            date: field(year - 1980, 9) | field(month, 5) | field(day, 0),
            time: field(second / 3600, 11) | field(second / 60 % 60, 5) | field(second % 60 / 2, 0),
        }
    }
}

/// Year, month and day of a day since 1970-01-01, for years counted from March.
fn civil(days: u64) -> (u64, u64, u64) {
    // Days since 0000-03-01, in eras of 400 years.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leap_days_and_the_ends_of_the_range_are_right() {
        let date = |seconds| {
            let date = DosTime::from_unix(seconds).date;
            (1980 + (date >> 9), date >> 5 & 0xF, date & 0x1F)
        };
        assert_eq!(date(0), (1980, 1, 1));
        assert_eq!(date(951_782_400), (2000, 2, 29));
        assert_eq!(date(951_868_800), (2000, 3, 1));
        assert_eq!(date(u64::MAX), (2107, 12, 31));
    }
}
