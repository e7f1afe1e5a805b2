//! Quantities in config files and scripts: a number and a unit, such as `16 MiB`, `8 MIPS`, `2s`.
//!
//! The number may have a decimal fraction as long as the result is a whole number of base units
//! (bytes, instructions per second, nanoseconds). Blanks between number and unit are optional;
//! units are spelled exactly as listed.

use std::time::Duration;

use super::Speed;

/// Why a text is no quantity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// Not a number followed by one of the units.
    #[error("`{text}` is no {what}; write {hint}, valid units are {units}")]
    Syntax {
        /// What was written.
        text: String,
        /// What was wanted.
        what: &'static str,
        /// How to write it.
        hint: &'static str,
        /// The units to choose from.
        units: String,
    },
    /// The quantity is too small or too large.
    #[error("`{text}` is out of range; valid is {min} to {max}")]
    Range {
        /// What was written.
        text: String,
        /// The least quantity.
        min: String,
        /// The greatest quantity.
        max: String,
    },
    /// The quantity does not fall on the grid.
    #[error("`{text}` is no multiple of {grain}")]
    Grain {
        /// What was written.
        text: String,
        /// The smallest step.
        grain: String,
    },
}

/// A kind of quantity: its units and its limits.
///
/// ```
/// use dosmux::config::units::MEMORY;
/// assert_eq!(MEMORY.parse("1.5 MiB"), Ok(1536 * 1024));
/// assert_eq!(MEMORY.format(1536 * 1024), "1536 KiB");
/// ```
#[derive(Debug)]
pub struct Quantity {
    what: &'static str,
    hint: &'static str,
    /// Names and sizes, smallest first.
    units: &'static [(&'static str, u64)],
    /// What is printed between number and unit.
    separator: &'static str,
    /// *Range*: the least value, in base units.
    min: u64,
    /// *Range*: the greatest value, in base units.
    max: u64,
    /// Every value is a multiple of this many base units.
    grain: u64,
}

/// Sizes of memory. *Units*: bytes. *Range*: 1–256 MiB in whole pages.
pub const MEMORY: Quantity = Quantity {
    what: "memory size",
    hint: "a number and a unit such as \"16 MiB\"",
    units: &[("KiB", 1 << 10), ("MiB", 1 << 20)],
    separator: " ",
    min: 1 << 20,
    max: 256 << 20,
    grain: crate::mem::PAGE_SIZE as u64,
};

/// Processor speeds. *Units*: instructions per second. *Range*: 100 thousand to 1000 million.
///
/// Below the least speed the timer interrupt alone would take all of the guest's time.
pub const SPEED: Quantity = Quantity {
    what: "speed",
    hint: "\"max\" or instructions per second such as \"8 MIPS\"",
    units: &[("kIPS", 1_000), ("MIPS", 1_000_000)],
    separator: " ",
    min: 100_000,
    max: 1_000_000_000,
    grain: 1,
};

/// Spans of guest time. *Units*: nanoseconds. *Range*: 1 ms to a day.
pub const DURATION: Quantity = Quantity {
    what: "duration",
    hint: "a number and a unit such as \"2s\"",
    units: &[("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000)],
    separator: "",
    min: 1_000_000,
    max: 24 * 60 * 60_000_000_000,
    grain: 1,
};

/// How long an escape sequence may take to arrive. *Units*: nanoseconds. *Range*: 5 ms to 2 s.
///
/// Less would tear sequences apart on any network, more would make the Esc key unbearable.
pub const ESCAPE_TIMEOUT: Quantity = Quantity { min: 5_000_000, max: 2_000_000_000, ..DURATION };

impl Quantity {
    /// The names of its units, smallest first.
    pub(crate) fn unit_names(&self) -> impl Iterator<Item = &'static str> {
        self.units.iter().map(|&(name, _)| name)
    }

    /// Reads a quantity. *Errors*: not a number and a unit, out of range, not on the grid.
    pub fn parse(&self, text: &str) -> Result<u64, UnitError> {
        let value = self.scale(text.trim()).ok_or_else(|| self.syntax_error(text))?;
        match u64::try_from(value) {
            Ok(value) if !(self.min..=self.max).contains(&value) => Err(self.range_error(text)),
            Ok(value) if !value.is_multiple_of(self.grain) => Err(self.grain_error(text)),
            Ok(value) => Ok(value),
            Err(_) => Err(self.range_error(text)),
        }
    }

    /// Prints `value` in the largest unit that makes a whole number, else in the smallest unit
    /// with a fraction. [`Quantity::parse`] reads it back.
    #[must_use]
    pub fn format(&self, value: u64) -> String {
        let whole = self.units.iter().rev().find(|(_, size)| value.is_multiple_of(*size));
        let &(name, size) = whole.unwrap_or(&self.units[0]);
        let mut number = (value / size).to_string();
        let mut rest = value % size;
        if rest > 0 {
            number.push('.');
        }
        // Ends because every unit is a product of twos and fives.
        while rest > 0 {
            number.push(char::from(b'0' + u8::try_from(rest * 10 / size).unwrap_or(0)));
            rest = rest * 10 % size;
        }
        format!("{number}{}{name}", self.separator)
    }

    /// `text` in base units, or `None` if it is no number with one of the units or does not come
    /// out whole.
    fn scale(&self, text: &str) -> Option<u128> {
        // More digits than this would overflow below and fit no limit anyway.
        const MAX_DIGITS: usize = 18;
        let unit_at = text.find(|c: char| c != '.' && !c.is_ascii_digit())?;
        let (number, unit) = text.split_at(unit_at);
        let &(_, size) = self.units.iter().find(|(name, _)| *name == unit.trim_start())?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        if whole.is_empty() || fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        if whole.len() > MAX_DIGITS {
            return Some(u128::MAX);
        }
        if fraction.len() > MAX_DIGITS {
            return None;
        }
        let scale = 10u128.pow(u32::try_from(fraction.len()).ok()?);
        let parts = fraction.parse::<u128>().ok()? * u128::from(size);
        parts.is_multiple_of(scale).then(|| whole.parse::<u128>().ok().map(|n| n * u128::from(size) + parts / scale))?
    }

    fn syntax_error(&self, text: &str) -> UnitError {
        let names: Vec<&str> = self.units.iter().map(|&(name, _)| name).collect();
        UnitError::Syntax { text: text.to_owned(), what: self.what, hint: self.hint, units: names.join(", ") }
    }

    fn range_error(&self, text: &str) -> UnitError {
        UnitError::Range { text: text.to_owned(), min: self.format(self.min), max: self.format(self.max) }
    }

    fn grain_error(&self, text: &str) -> UnitError {
        UnitError::Grain { text: text.to_owned(), grain: self.format(self.grain) }
    }
}

/// Reads a processor speed: `max` or a rate.
pub fn parse_speed(text: &str) -> Result<Speed, UnitError> {
    if text == "max" { Ok(Speed::Max) } else { SPEED.parse(text).map(Speed::PerSecond) }
}

/// Prints a processor speed so that [`parse_speed`] reads it back.
#[must_use]
pub fn format_speed(speed: Speed) -> String {
    match speed {
        Speed::Max => "max".to_owned(),
        Speed::PerSecond(rate) => SPEED.format(rate),
    }
}

/// Reads a span of guest time.
pub fn parse_duration(text: &str) -> Result<Duration, UnitError> {
    DURATION.parse(text).map(Duration::from_nanos)
}

/// Prints a span of guest time so that [`parse_duration`] reads it back.
#[must_use]
pub fn format_duration(span: Duration) -> String {
    DURATION.format(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blanks_between_number_and_unit_are_optional() {
        assert_eq!(MEMORY.parse("16 MiB"), Ok(16 << 20));
        assert_eq!(MEMORY.parse("16MiB"), Ok(16 << 20));
        assert_eq!(parse_duration("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(parse_duration("1 m"), Ok(Duration::from_secs(60)));
        assert_eq!(parse_speed("500 kIPS"), Ok(Speed::PerSecond(500_000)));
    }

    #[test]
    fn a_fraction_must_come_out_whole() {
        assert_eq!(SPEED.parse("4.77 MIPS"), Ok(4_770_000));
        assert!(matches!(SPEED.parse("1.0000001 MIPS"), Err(UnitError::Syntax { .. })));
    }

    #[test]
    fn errors_name_the_choices() {
        assert_eq!(
            MEMORY.parse("16 MB").unwrap_err().to_string(),
            "`16 MB` is no memory size; write a number and a unit such as \"16 MiB\", valid units are KiB, MiB"
        );
        assert_eq!(
            MEMORY.parse("640 KiB").unwrap_err().to_string(),
            "`640 KiB` is out of range; valid is 1 MiB to 256 MiB"
        );
        assert_eq!(MEMORY.parse("1025 KiB").unwrap_err().to_string(), "`1025 KiB` is no multiple of 4 KiB");
        assert_eq!(
            parse_duration("9999999999999999999999s").unwrap_err().to_string(),
            "`9999999999999999999999s` is out of range; valid is 1ms to 1440m"
        );
    }

    #[test]
    fn numbers_without_a_digit_or_a_unit_are_refused() {
        for text in ["", " ", "s", ".5s", "5.s", "1..5s", "1.5.5s", "-1s", "+1s", "1e3s", "5", "5 S", "٣s", "1s1s"] {
            assert!(matches!(parse_duration(text), Err(UnitError::Syntax { .. })), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn sizes_round_trip(pages in 256u64..=65536) {
            prop_assert_eq!(MEMORY.parse(&MEMORY.format(pages * 4096)), Ok(pages * 4096));
        }

        #[test]
        fn speeds_round_trip(rate in 100_000u64..=1_000_000_000) {
            let speed = Speed::PerSecond(rate);
            prop_assert_eq!(parse_speed(&format_speed(speed)), Ok(speed));
        }

        #[test]
        fn durations_round_trip(ns in 1_000_000u64..=86_400_000_000_000) {
            let span = Duration::from_nanos(ns);
            prop_assert_eq!(parse_duration(&format_duration(span)), Ok(span));
        }

        #[test]
        fn random_text_never_panics(text in "[0-9. ]{0,30}[a-zA-Z]{0,4}|\\PC{0,20}") {
            for quantity in [&MEMORY, &SPEED, &DURATION] {
                let _ = quantity.parse(&text);
            }
        }
    }
}
