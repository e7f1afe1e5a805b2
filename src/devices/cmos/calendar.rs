//! Days and dates of the Gregorian calendar, for years 0–9999.

/// Day numbers count from 400 years before 0000-03-01, so that all of year 0 has one.
const FIRST_YEAR: u64 = 400;

/// Day number of 1970-01-01.
pub(super) const DAYS_TO_1970: u64 = 719_468 + ERA_DAYS;

/// Days in 400 years.
const ERA_DAYS: u64 = 146_097;

/// A date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) year: u64,
    /// 1–12.
    pub(super) month: u64,
    /// 1–31.
    pub(super) day: u64,
}

/// Day number of `date`. A day beyond its month counts into the next one.
pub(super) fn day_number(date: Date) -> u64 {
    // Years begin in March, so that the leap day comes last.
    let year = date.year + FIRST_YEAR - u64::from(date.month < 3);
    let month = (date.month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + date.day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year
}

/// The date that has day number `days`.
pub(super) fn date_of(days: u64) -> Date {
    let era = days / ERA_DAYS;
    let day = days % ERA_DAYS;
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    Date {
        year: (era * 400 + year + u64::from(month >= 10)).saturating_sub(FIRST_YEAR),
        month: if month < 10 { month + 3 } else { month - 9 },
        day: day_of_year - (153 * month + 2) / 5 + 1,
    }
}

/// Day of the week of a day number, 1 Sunday to 7 Saturday.
pub(super) fn weekday(days: u64) -> u64 {
    // The first day of each 400 years, as here counted, is a Wednesday.
    (days + 3) % 7 + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_days_fall_where_they_did() {
        assert_eq!(day_number(Date { year: 1970, month: 1, day: 1 }), DAYS_TO_1970);
        assert_eq!(weekday(DAYS_TO_1970), 5);
        let leap_day = Date { year: 2000, month: 2, day: 29 };
        assert_eq!(date_of(day_number(leap_day) + 1), Date { year: 2000, month: 3, day: 1 });
        assert_eq!(date_of(day_number(Date { year: 1900, month: 2, day: 28 }) + 1).month, 3);
    }

    proptest! {
        #[test]
        fn date_and_day_number_are_inverse(days in 146_100u64..3_652_000) {
            prop_assert_eq!(day_number(date_of(days)), days);
        }
    }
}
