//! AH=2Ah–2Dh: date and time. The date is the real-time clock's; the time is what the BIOS counts, as
//! in any DOS, with its resolution of a timer tick.
//!
//! Source: RBIL, INT 21h/AH=2Ah to 2Dh; IBM PC AT Technical Reference, real-time clock.

use super::super::Dos;
use super::super::drive::Stamp;
use super::super::frame::Frame;
use super::Answer;
use crate::types::{Port, SegOff, Width, lo8};

/// BIOS data area: ticks since midnight.
const TICKS: SegOff = SegOff { seg: 0x40, off: 0x6C };
/// Ticks of a day. Source: IBM PC AT Technical Reference, INT 1Ah.
const TICKS_A_DAY: u32 = 0x18_00B0;
const HUNDREDTHS_A_DAY: u64 = 24 * 60 * 60 * 100;

/// Ports and registers of the real-time clock.
const INDEX: u16 = 0x70;
const DATA: u16 = 0x71;
const SECONDS: u8 = 0x00;
const MINUTES: u8 = 0x02;
const HOURS: u8 = 0x04;
const DAY: u8 = 0x07;
const MONTH: u8 = 0x08;
const YEAR: u8 = 0x09;
const CENTURY: u8 = 0x32;

const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// A date that DOS can count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dos) struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dos) struct Time {
    pub(in crate::dos) hour: u8,
    pub(in crate::dos) minute: u8,
    pub(in crate::dos) second: u8,
    pub(in crate::dos) hundredth: u8,
}

impl Time {
    /// *Errors*: there is no such time.
    pub(in crate::dos) fn new(hour: u8, minute: u8, second: u8, hundredth: u8) -> Option<Time> {
        let there_is = hour < 24 && minute < 60 && second < 60 && hundredth < 100;
        there_is.then_some(Time { hour, minute, second, hundredth })
    }
}

impl Date {
    /// *Errors*: there is no such day between 1980 and 2099.
    fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let days = days_of_month(year, month)?;
        ((1980..=2099).contains(&year) && (1..=days).contains(&day)).then_some(Date { year, month, day })
    }

    /// Days since 1 January 1980.
    pub(in crate::dos) fn day_number(self) -> u16 {
        let months = (1980..self.year).flat_map(|year| (1..=12).map(move |month| (year, month)));
        let months = months.chain((1..self.month).map(|month| (self.year, month)));
        let before: u16 = months.filter_map(|(year, month)| days_of_month(year, month)).map(u16::from).sum();
        before + u16::from(self.day) - 1
    }

    /// The date that this many days after 1 January 1980 is.
    pub(in crate::dos) fn of_day_number(number: u16) -> Option<Date> {
        let mut left = number;
        for (year, month) in (1980..=2099).flat_map(|year| (1..=12).map(move |month| (year, month))) {
            let days = u16::from(days_of_month(year, month)?);
            if left < days {
                return Date::new(year, month, lo8(u32::from(left + 1)));
            }
            left -= days;
        }
        None
    }

    /// 0 is Sunday. Source: Zeller's congruence, with the month numbered from March.
    fn weekday(self) -> u8 {
        let (month, year) = if self.month < 3 { (self.month + 12, self.year - 1) } else { (self.month, self.year) };
        let sum = u16::from(self.day) + (13 * (u16::from(month) + 1)) / 5 + year + year / 4 - year / 100 + year / 400;
        // Zeller's week begins on Saturday.
        lo8(u32::from((sum + 6) % 7))
    }
}

/// `None` if there is no such month.
fn days_of_month(year: u16, month: u8) -> Option<u8> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    Some(match month {
        2 => 28 + u8::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    })
}

/// The date of the real-time clock.
pub(in crate::dos) fn date(dos: &mut Dos<'_>) -> Date {
    let [century, year, month, day] = [CENTURY, YEAR, MONTH, DAY].map(|register| clock(dos, register));
    let year = u16::from(century) * 100 + u16::from(year);
    Date::new(year, month, day).unwrap_or(Date { year: 1980, month: 1, day: 1 })
}

/// Sets the date of the real-time clock.
pub(in crate::dos) fn set_date(dos: &mut Dos<'_>, date: Date) {
    let (century, year) = (lo8(u32::from(date.year / 100)), lo8(u32::from(date.year % 100)));
    for (register, value) in [(CENTURY, century), (YEAR, year), (MONTH, date.month), (DAY, date.day)] {
        set_clock(dos, register, value);
    }
}

/// The time that the BIOS counts.
pub(in crate::dos) fn time(dos: &Dos<'_>) -> Time {
    let ticks = u64::from(dos.mem.read_u32(TICKS) % TICKS_A_DAY);
    let hundredths = ticks * HUNDREDTHS_A_DAY / u64::from(TICKS_A_DAY);
    // Each part is less than a hundred.
    let part = |unit: u64, of: u64| lo8(u32::try_from(hundredths / unit % of).unwrap_or(0));
    Time { hour: part(360_000, 24), minute: part(6_000, 60), second: part(100, 60), hundredth: part(1, 100) }
}

/// Sets the time that the BIOS counts, and the real-time clock.
pub(in crate::dos) fn set_time(dos: &mut Dos<'_>, time: Time) {
    let seconds = (u64::from(time.hour) * 60 + u64::from(time.minute)) * 60 + u64::from(time.second);
    let ticks = (seconds * 100 + u64::from(time.hundredth)) * u64::from(TICKS_A_DAY);
    // Rounded up, so that the time read back is not before the one that was set.
    let ticks = ticks.div_ceil(HUNDREDTHS_A_DAY);
    dos.mem.write_u32(TICKS, u32::try_from(ticks).unwrap_or(0));
    for (register, value) in [(HOURS, time.hour), (MINUTES, time.minute), (SECONDS, time.second)] {
        set_clock(dos, register, value);
    }
}

/// AH=2Ah: CX, DH, DL = year, month, day; AL = weekday, 0 is Sunday.
pub(super) fn int21_2a_date(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let date = date(dos);
    frame.cx = date.year;
    frame.dx = u16::from_le_bytes([date.day, date.month]);
    frame.set_al(date.weekday());
    Answer::Done
}

/// `Sun 11-22-2026`, as prompts show it.
pub(in crate::dos) fn date_text(dos: &mut Dos<'_>) -> String {
    let date = date(dos);
    let weekday = WEEKDAYS[usize::from(date.weekday())];
    format!("{weekday} {:02}-{:02}-{}", date.month, date.day, date.year)
}

/// `22:41:05.17`, as prompts show it.
pub(in crate::dos) fn time_text(dos: &Dos<'_>) -> String {
    let now = time(dos);
    format!("{:2}:{:02}:{:02}.{:02}", now.hour, now.minute, now.second, now.hundredth)
}

/// AH=2Bh: sets the date; AL = 0, or FFh if there is no such day.
pub(super) fn int21_2b_set_date(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let [day, month] = frame.dx.to_le_bytes();
    let date = Date::new(frame.cx, month, day);
    frame.set_al(if date.is_some() { 0 } else { 0xFF });
    if let Some(date) = date {
        set_date(dos, date);
    }
    Answer::Done
}

/// AH=2Ch: CH, CL, DH, DL = hour, minute, second, hundredths.
pub(super) fn int21_2c_time(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let time = time(dos);
    frame.cx = u16::from_le_bytes([time.minute, time.hour]);
    frame.dx = u16::from_le_bytes([time.hundredth, time.second]);
    Answer::Done
}

/// Date and time as files have them.
pub(in crate::dos) fn stamp(dos: &mut Dos<'_>) -> Stamp {
    let mut frame = Frame::default();
    int21_2a_date(dos, &mut frame);
    let (year, [day, month]) = (frame.cx, frame.dx.to_le_bytes());
    int21_2c_time(dos, &mut frame);
    let ([minute, hour], [_, second]) = (frame.cx.to_le_bytes(), frame.dx.to_le_bytes());
    let date = (year - 1980) << 9 | u16::from(month) << 5 | u16::from(day);
    Stamp { date, time: u16::from(hour) << 11 | u16::from(minute) << 5 | u16::from(second / 2) }
}

/// AH=2Dh: sets the time; AL = 0, or FFh if there is no such time.
pub(super) fn int21_2d_set_time(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let ([minute, hour], [hundredth, second]) = (frame.cx.to_le_bytes(), frame.dx.to_le_bytes());
    let time = Time::new(hour, minute, second, hundredth);
    frame.set_al(if time.is_some() { 0 } else { 0xFF });
    if let Some(time) = time {
        set_time(dos, time);
    }
    Answer::Done
}

/// A register of the real-time clock, which the BIOS has set to count in packed decimal.
fn clock(dos: &mut Dos<'_>, register: u8) -> u8 {
    dos.board.write(Port(INDEX), Width::Byte, u32::from(register), dos.now);
    let packed = lo8(dos.board.read(Port(DATA), Width::Byte, dos.now));
    (packed >> 4) * 10 + (packed & 0x0F)
}

fn set_clock(dos: &mut Dos<'_>, register: u8, value: u8) {
    dos.board.write(Port(INDEX), Width::Byte, u32::from(register), dos.now);
    dos.board.write(Port(DATA), Width::Byte, u32::from(((value / 10) << 4) | (value % 10)), dos.now);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_weekday() {
        for (year, month, day, weekday) in [(1980, 1, 1, 2), (1994, 10, 10, 1), (2000, 2, 29, 2), (2099, 12, 31, 4)] {
            assert_eq!(Date::new(year, month, day).unwrap().weekday(), weekday, "{year}-{month}-{day}");
        }
    }

    #[test]
    fn there_is_no_day_that_the_calendar_lacks() {
        for (year, month, day) in
            [(1979, 12, 31), (2001, 2, 29), (1994, 4, 31), (1994, 13, 1), (1994, 1, 0), (2100, 1, 1)]
        {
            assert_eq!(Date::new(year, month, day), None);
        }
    }

    #[test]
    fn days_are_counted_from_1980() {
        for (number, year, month, day) in
            [(0, 1980, 1, 1), (59, 1980, 2, 29), (366, 1981, 1, 1), (43_829, 2099, 12, 31)]
        {
            let date = Date::new(year, month, day).unwrap();
            assert_eq!((date.day_number(), Date::of_day_number(number)), (number, Some(date)));
        }
        assert_eq!(Date::of_day_number(43_830), None);
    }
}
