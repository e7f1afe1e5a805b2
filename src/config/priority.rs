//! How much of the host's time a session gets while others want it as well.

use std::fmt;

use super::document::{FileError, Item};

/// The weights of one session, as in a program information file of Windows/386: one for the time
/// it is in the foreground, one for the background. Only their ratios to those of other sessions
/// count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priority {
    /// Weight in the foreground. *Range*: 1–1000.
    pub foreground: u32,
    /// Weight in the background. *Range*: 1–1000.
    pub background: u32,
}

/// Greatest weight.
const MAX_WEIGHT: u32 = 1000;
/// Greatest priority written as one number.
const MAX_PLAIN: u32 = 100;
/// How much more a session weighs in the foreground if one number is given for both.
const FOREGROUND_FACTOR: u32 = 4;

impl Priority {
    /// What one number stands for: the weight in the background; in the foreground it is four times
    /// as much. *Range*: 1–100, others are moved there.
    #[must_use]
    pub fn plain(number: u32) -> Priority {
        let background = number.clamp(1, MAX_PLAIN);
        Priority { foreground: background * FOREGROUND_FACTOR, background }
    }

    /// A number, or a table of both weights.
    pub(super) fn read(item: Item<'_>) -> Result<Priority, FileError> {
        if !item.is_table() {
            if item.is_integer() {
                return item.integer(1, MAX_PLAIN).map(Priority::plain);
            }
            return Err(item.wrong_type("a number or { foreground, background }"));
        }
        let table = item.table()?;
        table.check_keys(&["foreground", "background"])?;
        let weight = |key| {
            let missing = || table.error("write both weights: { foreground = 10, background = 2 }");
            table.get(key).ok_or_else(missing)?.integer(1, MAX_WEIGHT)
        };
        Ok(Priority { foreground: weight("foreground")?, background: weight("background")? })
    }
}

/// As a config file has it.
impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Priority { foreground, background } = *self;
        if *self == Priority::plain(background) {
            write!(f, "{background}")
        } else {
            write!(f, "{{ foreground = {foreground}, background = {background} }}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_stands_for_both_weights_and_is_printed_as_one() {
        assert_eq!(Priority::plain(3), Priority { foreground: 12, background: 3 });
        assert_eq!(Priority::plain(3).to_string(), "3");
        assert_eq!(Priority::plain(0), Priority::plain(1));
    }

    #[test]
    fn two_weights_are_printed_as_a_table() {
        let priority = Priority { foreground: 500, background: 125 };
        assert_eq!(priority.to_string(), "{ foreground = 500, background = 125 }", "125 is no priority by itself");
    }
}
