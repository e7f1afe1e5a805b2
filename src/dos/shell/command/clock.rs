//! DATE and TIME: shown, and set by what is typed.

use super::super::super::Dos;
use super::super::super::app::{Answer, Call, Request};
use super::super::input::{Input, Read};
use super::super::line::trimmed;
use super::super::text::{Complaint, Done};
use super::super::{Job, STDOUT, Shell, Step, call, int21};

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
/// INT 21h: get and set date, get and set time.
const GET_DATE: u8 = 0x2A;
const SET_DATE: u16 = 0x2B00;
const GET_TIME: u8 = 0x2C;
const SET_TIME: u16 = 0x2D00;
/// AL of a setting that is refused.
const REFUSED: u8 = 0xFF;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Date,
    Time,
}

#[derive(Clone, Debug)]
enum Doing {
    /// Asks DOS what it is now.
    Looking,
    /// Shows that, and the question.
    Showing,
    Reading(Input),
    Setting,
}

/// DATE or TIME on its way.
#[derive(Clone, Debug)]
pub(in super::super) struct Clock {
    kind: Kind,
    doing: Doing,
    /// What is to be set, from the command line.
    given: Vec<u8>,
}

pub(super) fn date(shell: &mut Shell, _: &mut Dos<'_>, rest: &[u8]) -> Done {
    begin(shell, Kind::Date, rest);
    Ok(())
}

pub(super) fn time(shell: &mut Shell, _: &mut Dos<'_>, rest: &[u8]) -> Done {
    begin(shell, Kind::Time, rest);
    Ok(())
}

fn begin(shell: &mut Shell, kind: Kind, rest: &[u8]) {
    let given = trimmed(rest).to_vec();
    shell.jobs.push(Job::Clock(Clock { kind, doing: Doing::Looking, given }));
}

impl Clock {
    pub(in super::super) fn go_on(mut self, shell: &mut Shell, dos: &mut Dos<'_>, answer: Answer) -> Step {
        match (&mut self.doing, answer) {
            (Doing::Looking, Answer::Begin) if !self.given.is_empty() => {
                let given = std::mem::take(&mut self.given);
                self.set(shell, &given)
            }
            (Doing::Looking, Answer::Returned(now)) => {
                let text = self.text(now);
                self.doing = Doing::Showing;
                Step::Ask(Job::Clock(self), Request::Write(STDOUT, text.into_bytes()))
            }
            (Doing::Looking, _) => {
                let function = if self.kind == Kind::Date { GET_DATE } else { GET_TIME };
                Step::Ask(Job::Clock(self), call(function))
            }
            (Doing::Showing, _) => {
                let (input, request) = Input::begin(dos, &[]);
                self.doing = Doing::Reading(input);
                Step::Ask(Job::Clock(self), request)
            }
            (Doing::Reading(input), answer) => match input.go_on(dos, answer) {
                Read::More(request) => Step::Ask(Job::Clock(self), request),
                Read::Line(line) if !trimmed(&line).is_empty() => self.set(shell, &line),
                Read::Line(_) | Read::End => Step::Next,
            },
            (Doing::Setting, Answer::Returned(result)) if result.ax.to_le_bytes()[0] == REFUSED => self.refuse(shell),
            (Doing::Setting, _) => Step::Next,
        }
    }

    fn text(&self, now: Call) -> String {
        let ([low, high], [last, second]) = (now.dx.to_le_bytes(), now.dx.to_le_bytes());
        match self.kind {
            Kind::Date => {
                let day = DAYS[usize::from(now.ax.to_le_bytes()[0]) % DAYS.len()];
                format!("Current date is {day} {high:02}-{low:02}-{}\r\nEnter new date (mm-dd-yy): ", now.cx)
            }
            Kind::Time => {
                let [minute, hour] = now.cx.to_le_bytes();
                let (half, shown) = (if hour < 12 { 'a' } else { 'p' }, if hour % 12 == 0 { 12 } else { hour % 12 });
                format!("Current time is {shown:2}:{minute:02}:{second:02}.{last:02}{half}\r\nEnter new time: ")
            }
        }
    }

    fn set(mut self, shell: &mut Shell, text: &[u8]) -> Step {
        let call = match self.kind {
            Kind::Date => parse_date(text),
            Kind::Time => parse_time(text),
        };
        let Some(call) = call else { return self.refuse(shell) };
        self.doing = Doing::Setting;
        Step::Ask(Job::Clock(self), int21(call))
    }

    /// Says so, and asks again.
    fn refuse(self, shell: &mut Shell) -> Step {
        let what = if self.kind == Kind::Date { "Invalid date" } else { "Invalid time" };
        begin(shell, self.kind, b"");
        shell.complain(Complaint::new(what));
        Step::Next
    }
}

/// Numbers with one of `between` between them.
fn numbers(text: &[u8], between: &[u8]) -> Option<Vec<u16>> {
    let number = |part: &[u8]| std::str::from_utf8(part).ok()?.parse().ok();
    trimmed(text).split(|byte| between.contains(byte)).map(number).collect()
}

/// `mm-dd-yy` as AH=2Bh takes it.
fn parse_date(text: &[u8]) -> Option<Call> {
    let &[month, day, year] = numbers(text, b"-/.")?.as_slice() else { return None };
    let year = match year {
        0..=79 => 2000 + year,
        80..=99 => 1900 + year,
        year => year,
    };
    let dx = u16::from_le_bytes([u8::try_from(day).ok()?, u8::try_from(month).ok()?]);
    Some(Call { ax: SET_DATE, cx: year, dx, ..Call::default() })
}

/// `hh:mm:ss.cc`, with `a` or `p` behind it, as AH=2Dh takes it.
fn parse_time(text: &[u8]) -> Option<Call> {
    let text = trimmed(text).to_ascii_lowercase();
    let (text, half) = match text.split_last() {
        Some((&half @ (b'a' | b'p'), text)) => (text, Some(half)),
        _ => (text.as_slice(), None),
    };
    let parts = numbers(text, b":.")?;
    if parts.len() > 4 {
        return None;
    }
    let part = |index: usize| u8::try_from(parts.get(index).copied().unwrap_or(0)).ok();
    let hour = match (part(0)?, half) {
        (hour @ 1..=11, Some(b'p')) => hour + 12,
        (12, Some(b'a')) => 0,
        (13.., Some(_)) => return None,
        (hour, _) => hour,
    };
    let cx = u16::from_le_bytes([part(1)?, hour]);
    let dx = u16::from_le_bytes([part(3)?, part(2)?]);
    Some(Call { ax: SET_TIME, cx, dx, ..Call::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_two_or_four_digits_of_a_year() {
        let date = |text: &str| parse_date(text.as_bytes()).map(|call| (call.cx, call.dx));
        assert_eq!(date("12-31-99"), Some((1999, 12 << 8 | 31)));
        assert_eq!(date("1/2/2026"), Some((2026, 1 << 8 | 2)));
        assert_eq!((date("1-2"), date("x")), (None, None));
    }

    #[test]
    fn times_are_of_twenty_four_hours_or_of_twice_twelve() {
        let time = |text: &str| parse_time(text.as_bytes()).map(|call| call.cx);
        assert_eq!([time("8:05"), time("8:05p"), time("12:00a")], [Some(0x0805), Some(0x1405), Some(0)]);
        assert_eq!((time("13:00p"), time("300")), (None, None));
    }
}
