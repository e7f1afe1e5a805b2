//! Splitting a suite over several machines: each takes the cases that are its own by their names.

use std::fmt;
use std::str::FromStr;

use super::digest::Digest;

/// One part of a suite that is split by name.
///
/// A case's part depends on its name and on the number of parts, nothing else: the parts of all
/// machines together are the whole suite, and a new script moves no other one.
///
/// ```
/// use dosmux::script::shard::Shard;
/// let parts: Vec<Shard> = (1..=3).map(|index| Shard::new(index, 3).unwrap()).collect();
/// assert_eq!(parts.iter().filter(|part| part.holds("boot.toml")).count(), 1);
/// assert_eq!("2/3".parse(), Ok(parts[1]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    count: u32,
}

impl Shard {
    /// Part `index` of `count`, counted from 1. *Errors*: there is no such part.
    pub fn new(index: u32, count: u32) -> Result<Shard, String> {
        match index {
            1.. if index <= count => Ok(Shard { index, count }),
            _ => Err(format!("there is no part {index} of {count}; parts are counted from 1")),
        }
    }

    /// True if the case called `name` is in this part.
    #[must_use]
    pub fn holds(self, name: &str) -> bool {
        Digest::new().with(name.as_bytes()).value() % u64::from(self.count) == u64::from(self.index - 1)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let numbers = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        let (index, count) = numbers.ok_or_else(|| format!("`{text}` is no part; write INDEX/COUNT, such as 2/5"))?;
        Shard::new(index, count)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_in_exactly_one_part_and_no_part_is_far_too_large() {
        let names: Vec<String> = (0..400).map(|number| format!("tests/case-{number}.toml")).collect();
        let parts: Vec<Shard> = (1..=4).map(|index| Shard::new(index, 4).unwrap()).collect();
        for name in &names {
            assert_eq!(parts.iter().filter(|part| part.holds(name)).count(), 1, "{name}");
        }
        for part in parts {
            let size = names.iter().filter(|name| part.holds(name)).count();
            assert!((60..140).contains(&size), "{part} has {size}");
        }
    }

    #[test]
    fn parts_that_do_not_exist_are_refused() {
        for text in ["0/3", "4/3", "1/0", "1", "a/b", "-1/3", "1/3/5", ""] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
