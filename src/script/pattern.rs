//! Regular expressions of scripts. The crate's engine takes linear time; sizes are limited here.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

use crate::config::Text;

/// Largest compiled expression. *Units*: bytes.
const SIZE_LIMIT: usize = 1 << 20;
/// How deep an expression may be nested.
const NEST_LIMIT: u32 = 50;

/// Compiles an expression. *Errors*: what is wrong with it, on one line.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    let built =
        RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).dfa_size_limit(SIZE_LIMIT).nest_limit(NEST_LIMIT).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the regular expression is too large".to_owned(),
        error => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            format!("not a regular expression: {}", last.trim_start_matches("error: "))
        }
    })
}

/// *Errors*: what is wrong with an expression whose variables have no values yet.
pub(crate) fn check(text: &Text) -> Result<Regex, String> {
    let names = text.variables().map(|name| (name.to_owned(), "x".to_owned()));
    let values: BTreeMap<String, String> = names.collect();
    let filled = text.fill(&values, str::to_owned).map_err(|error| error.to_string())?;
    compile(&filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_on_one_line() {
        assert_eq!(compile("a(b").unwrap_err(), "not a regular expression: unclosed group");
        assert_eq!(compile("[z-a]").unwrap_err().lines().count(), 1);
    }

    #[test]
    fn expressions_that_explode_are_refused() {
        assert_eq!(compile("((((a{99}){99}){99}){99})").unwrap_err(), "the regular expression is too large");
        assert!(compile(&"(".repeat(100_000)).is_err());
    }
}
