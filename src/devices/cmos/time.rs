//! Time of day, date and alarm in the clock's registers. Registers that hold no valid value are
//! taken for the nearest one, so that nothing a guest stores can go wrong here.

use super::calendar::{DAYS_TO_1970, Date, date_of, day_number, weekday};

const SECONDS: usize = 0x00;
const SECONDS_ALARM: usize = 0x01;
const MINUTES: usize = 0x02;
const MINUTES_ALARM: usize = 0x03;
const HOURS: usize = 0x04;
const HOURS_ALARM: usize = 0x05;
const WEEKDAY: usize = 0x06;
const DAY: usize = 0x07;
const MONTH: usize = 0x08;
const YEAR: usize = 0x09;
const REG_B: usize = 0x0B;
const CENTURY: usize = 0x32;

/// Register B: numbers are binary, not BCD.
const B_BINARY: u8 = 0x04;
/// Register B: hours are 0–23.
pub(super) const B_24_HOUR: u8 = 0x02;
/// In an hour register, 12-hour form: after noon.
const HOUR_PM: u8 = 0x80;
/// Alarm registers from here up match every value.
const ALARM_ANY: u8 = 0xC0;

const DAY_SECONDS: u64 = 86_400;

/// How numbers stand in the registers.
#[derive(Clone, Copy)]
struct Format {
    binary: bool,
    hours_24: bool,
}

impl Format {
    fn of(ram: &[u8; 128]) -> Format {
        Format { binary: ram[REG_B] & B_BINARY != 0, hours_24: ram[REG_B] & B_24_HOUR != 0 }
    }

    fn decode(self, raw: u8) -> u64 {
        u64::from(if self.binary { raw } else { (raw >> 4) * 10 + (raw & 0xF) })
    }

    fn encode(self, value: u64) -> u8 {
        let value = u8::try_from(value % 100).unwrap_or(0);
        if self.binary { value } else { to_bcd(value) }
    }

    fn decode_hour(self, raw: u8) -> u64 {
        if self.hours_24 {
            return self.decode(raw).min(23);
        }
        let half = if raw & HOUR_PM != 0 { 12 } else { 0 };
        self.decode(raw & !HOUR_PM) % 12 + half
    }

    fn encode_hour(self, hour: u64) -> u8 {
        if self.hours_24 {
            return self.encode(hour);
        }
        let twelve = (hour + 11) % 12 + 1;
        self.encode(twelve) | if hour >= 12 { HOUR_PM } else { 0 }
    }
}

fn to_bcd(value: u8) -> u8 {
    ((value / 10 % 10) << 4) | (value % 10)
}

/// A moment of the calendar.
pub(super) struct Time {
    second_of_day: u64,
    /// Day of the week, 1–7; what day is 1 is the guest's business.
    weekday: u64,
    date: Date,
}

impl Time {
    /// The moment `seconds` after 1970-01-01; the year wraps after 9999.
    pub(super) fn from_unix(seconds: u64) -> Time {
        let days = seconds / DAY_SECONDS + DAYS_TO_1970;
        Time { second_of_day: seconds % DAY_SECONDS, weekday: weekday(days), date: date_of(days) }
    }

    /// What the registers show.
    pub(super) fn load(ram: &[u8; 128]) -> Time {
        let format = Format::of(ram);
        let number = |register: usize, low: u64, high: u64| format.decode(ram[register]).clamp(low, high);
        let bcd = Format { binary: false, hours_24: true };
        let century = bcd.decode(ram[CENTURY]).min(99);
        Time {
            second_of_day: format.decode_hour(ram[HOURS]) * 3600 + number(MINUTES, 0, 59) * 60 + number(SECONDS, 0, 59),
            weekday: number(WEEKDAY, 1, 7),
            date: Date {
                year: century * 100 + number(YEAR, 0, 99),
                month: number(MONTH, 1, 12),
                day: number(DAY, 1, 31),
            },
        }
    }

    /// Puts the moment into the registers.
    pub(super) fn store(&self, ram: &mut [u8; 128]) {
        let format = Format::of(ram);
        ram[SECONDS] = format.encode(self.second_of_day % 60);
        ram[MINUTES] = format.encode(self.second_of_day / 60 % 60);
        ram[HOURS] = format.encode_hour(self.second_of_day / 3600);
        ram[WEEKDAY] = format.encode(self.weekday);
        ram[DAY] = format.encode(self.date.day);
        ram[MONTH] = format.encode(self.date.month);
        ram[YEAR] = format.encode(self.date.year % 100);
        ram[CENTURY] = to_bcd(u8::try_from(self.date.year / 100 % 100).unwrap_or(0));
    }

    /// Goes on by `seconds`.
    pub(super) fn add_seconds(&mut self, seconds: u64) {
        let total = self.second_of_day + seconds;
        self.second_of_day = total % DAY_SECONDS;
        let days = total / DAY_SECONDS;
        if days > 0 {
            self.weekday = (self.weekday - 1 + days) % 7 + 1;
            self.date = date_of(day_number(self.date) + days);
        }
    }
}

/// The alarm registers; `None` matches every value.
pub(super) struct Alarm {
    hour: Option<u64>,
    minute: Option<u64>,
    second: Option<u64>,
}

impl Alarm {
    pub(super) fn load(ram: &[u8; 128]) -> Alarm {
        let format = Format::of(ram);
        let valid = |register: usize| Some(ram[register]).filter(|&raw| raw < ALARM_ANY);
        Alarm {
            hour: valid(HOURS_ALARM).map(|raw| format.decode_hour(raw)),
            minute: valid(MINUTES_ALARM).map(|raw| format.decode(raw)),
            second: valid(SECONDS_ALARM).map(|raw| format.decode(raw)),
        }
    }

    /// Seconds from `time` to the next match, 1 to a day; `None` if no time of day matches.
    pub(super) fn seconds_after(&self, time: &Time) -> Option<u64> {
        let first = time.second_of_day + 1;
        let mut minute = first / 60;
        // A day and the rest of its first minute, which may match at its beginning only.
        let last = minute + 24 * 60;
        while minute <= last {
            let from = if minute == first / 60 { first % 60 } else { 0 };
            if let Some(second) = self.second_in(minute % (24 * 60), from) {
                return Some(minute * 60 + second - time.second_of_day);
            }
            minute += 1;
        }
        None
    }

    /// The first matching second, from `from` on, of the given minute of the day.
    fn second_in(&self, minute_of_day: u64, from: u64) -> Option<u64> {
        let matches = |field: Option<u64>, value: u64| field.is_none_or(|wanted| wanted == value);
        if !matches(self.hour, minute_of_day / 60) || !matches(self.minute, minute_of_day % 60) {
            return None;
        }
        match self.second {
            None => Some(from),
            Some(second) => (second >= from && second < 60).then_some(second),
        }
    }
}
