//! CLOCK$: a record of six bytes.
//!
//! | offset | what |
//! | --- | --- |
//! | 0 | days since 1 January 1980 |
//! | 2 | minute, hour, hundredths, second |
//!
//! Source: Microsoft, MS-DOS Programmer's Reference, "CLOCK$ device".

use super::super::Dos;
use super::super::function::clock::{self, Date, Time};
use super::builtin::{Run, Step, nul};
use super::request::{command, error};

const RECORD_BYTES: u16 = 6;

pub(super) fn request(dos: &mut Dos<'_>, run: &mut Run) -> Step {
    match run.command {
        command::READ => {
            for byte in record(dos) {
                if !run.is_through() {
                    run.store(dos, byte);
                }
            }
            Step::DONE
        }
        command::WRITE | command::WRITE_VERIFY => {
            let mut record = [0; RECORD_BYTES as usize];
            for place in &mut record {
                if run.is_through() {
                    return Step::failed(error::BAD_LENGTH);
                }
                *place = run.byte(dos);
                run.moved();
            }
            match set(dos, record) {
                Some(()) => Step::DONE,
                None => Step::failed(error::WRITE_FAULT),
            }
        }
        _ => nul(run),
    }
}

fn record(dos: &mut Dos<'_>) -> [u8; RECORD_BYTES as usize] {
    let [low, high] = clock::date(dos).day_number().to_le_bytes();
    let time = clock::time(dos);
    [low, high, time.minute, time.hour, time.hundredth, time.second]
}

/// Sets the clock, if there is such a day and time.
fn set(dos: &mut Dos<'_>, [low, high, minute, hour, hundredth, second]: [u8; RECORD_BYTES as usize]) -> Option<()> {
    let date = Date::of_day_number(u16::from_le_bytes([low, high]))?;
    let time = Time::new(hour, minute, second, hundredth)?;
    clock::set_date(dos, date);
    clock::set_time(dos, time);
    Some(())
}
