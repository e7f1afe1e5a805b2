//! AH=2Ah–2Dh: date and time. The date is the real-time clock's; the time is what the BIOS counts, as
//! in any DOS, with its resolution of a timer tick.
//!
//! Source: RBIL, INT 21h/AH=2Ah to 2Dh; IBM PC AT Technical Reference, real-time clock.

use super::super::Dos;
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

/// A date that DOS can count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// *Errors*: there is no such day between 1980 and 2099.
    fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        ((1980..=2099).contains(&year) && (1..=days).contains(&day)).then_some(Date { year, month, day })
    }

    /// 0 is Sunday. Source: Zeller's congruence, with the month numbered from March.
    fn weekday(self) -> u8 {
        let (month, year) = if self.month < 3 { (self.month + 12, self.year - 1) } else { (self.month, self.year) };
        let sum = u16::from(self.day) + (13 * (u16::from(month) + 1)) / 5 + year + year / 4 - year / 100 + year / 400;
        // Zeller's week begins on Saturday.
        lo8(u32::from((sum + 6) % 7))
    }
}

/// AH=2Ah: CX, DH, DL = year, month, day; AL = weekday, 0 is Sunday.
pub(super) fn int21_2a_date(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let [century, year, month, day] = [CENTURY, YEAR, MONTH, DAY].map(|register| clock(dos, register));
    let year = u16::from(century) * 100 + u16::from(year);
    let date = Date::new(year, month, day).unwrap_or(Date { year: 1980, month: 1, day: 1 });
    frame.cx = date.year;
    frame.dx = u16::from_le_bytes([date.day, date.month]);
    frame.set_al(date.weekday());
    Answer::Done
}

/// AH=2Bh: sets the date; AL = 0, or FFh if there is no such day.
pub(super) fn int21_2b_set_date(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let [day, month] = frame.dx.to_le_bytes();
    let Some(date) = Date::new(frame.cx, month, day) else {
        frame.set_al(0xFF);
        return Answer::Done;
    };
    let (century, year) = (lo8(u32::from(date.year / 100)), lo8(u32::from(date.year % 100)));
    for (register, value) in [(CENTURY, century), (YEAR, year), (MONTH, date.month), (DAY, date.day)] {
        set_clock(dos, register, value);
    }
    frame.set_al(0);
    Answer::Done
}

/// AH=2Ch: CH, CL, DH, DL = hour, minute, second, hundredths.
pub(super) fn int21_2c_time(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let ticks = u64::from(dos.mem.read_u32(TICKS) % TICKS_A_DAY);
    let hundredths = ticks * HUNDREDTHS_A_DAY / u64::from(TICKS_A_DAY);
    // Each part is less than a hundred.
    let part = |unit: u64, of: u64| lo8(u32::try_from(hundredths / unit % of).unwrap_or(0));
    frame.cx = u16::from_le_bytes([part(6_000, 60), part(360_000, 24)]);
    frame.dx = u16::from_le_bytes([part(1, 100), part(100, 60)]);
    Answer::Done
}

/// AH=2Dh: sets the time; AL = 0, or FFh if there is no such time.
pub(super) fn int21_2d_set_time(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let ([minute, hour], [hundredth, second]) = (frame.cx.to_le_bytes(), frame.dx.to_le_bytes());
    if hour > 23 || minute > 59 || second > 59 || hundredth > 99 {
        frame.set_al(0xFF);
        return Answer::Done;
    }
    let seconds = (u64::from(hour) * 60 + u64::from(minute)) * 60 + u64::from(second);
    let ticks = (seconds * 100 + u64::from(hundredth)) * u64::from(TICKS_A_DAY);
    // Rounded up, so that the time read back is not before the one that was set.
    let ticks = ticks.div_ceil(HUNDREDTHS_A_DAY);
    dos.mem.write_u32(TICKS, u32::try_from(ticks).unwrap_or(0));
    for (register, value) in [(HOURS, hour), (MINUTES, minute), (SECONDS, second)] {
        set_clock(dos, register, value);
    }
    frame.set_al(0);
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
}
