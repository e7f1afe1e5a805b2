//! Variables in the strings of a script: `${name}` stands for a value, `$${` for the two characters
//! `${`. Config files have none: there a string is what it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Most characters of a text after its variables are filled in. *Units*: bytes.
pub const MAX_TEXT_BYTES: usize = 1 << 20;

/// A part of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// These characters.
    Plain(String),
    /// The value that the variable has when the text is needed.
    Variable(String),
}

/// Text that may hold variables whose values are found while a script runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(Vec<Piece>);

/// A variable without a value, or too long a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// The variable has no value yet.
    #[error("the variable `{0}` has no value yet")]
    Unset(String),
    /// The text would be too long.
    #[error("the text is longer than {MAX_TEXT_BYTES} bytes")]
    TooLong,
}

impl Text {
    /// Text without variables.
    #[must_use]
    pub fn plain(text: &str) -> Text {
        Text(vec![Piece::Plain(text.to_owned())])
    }

    /// The text, if it does not depend on variables.
    #[must_use]
    pub fn fixed(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Plain(text)] => Some(text),
            _ => None,
        }
    }

    /// The characters that are known before the variables are.
    pub fn known(&self) -> impl Iterator<Item = char> {
        self.0.iter().flat_map(|piece| match piece {
            Piece::Plain(text) => text.chars(),
            Piece::Variable(_) => "".chars(),
        })
    }

    /// The names of its variables.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| if let Piece::Variable(name) = piece { Some(name.as_str()) } else { None })
    }

    /// The text with the values of `values`, each passed through `quote`.
    pub fn fill(&self, values: &BTreeMap<String, String>, quote: impl Fn(&str) -> String) -> Result<String, FillError> {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Plain(text) => out.push_str(text),
                Piece::Variable(name) => {
                    out.push_str(&quote(values.get(name).ok_or_else(|| FillError::Unset(name.clone()))?));
                }
            }
            if out.len() > MAX_TEXT_BYTES {
                return Err(FillError::TooLong);
            }
        }
        Ok(out)
    }

    fn push_plain(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Piece::Plain(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.0.push(Piece::Plain(text.to_owned())),
        }
    }

    fn len(&self) -> usize {
        self.0.iter().map(|piece| if let Piece::Plain(text) = piece { text.len() } else { 0 }).sum()
    }
}

impl fmt::Display for Text {
    /// The text with its variables as `${name}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Plain(text) => f.write_str(text),
            Piece::Variable(name) => write!(f, "${{{name}}}"),
        })
    }
}

/// The variables that the strings of one file may name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// Variables whose values are known before the script runs.
    pub(crate) values: BTreeMap<String, String>,
    /// Variables that get their values while it runs.
    pub(crate) captured: BTreeSet<String>,
}

impl Scope {
    /// Reads `raw`; the values of variables are passed through `quote`. *Errors*: what is wrong
    /// with a variable in it.
    pub(crate) fn read(&self, raw: &str, quote: fn(&str) -> String) -> Result<Text, String> {
        let mut text = Text::default();
        let mut rest = raw;
        while let Some(at) = rest.find("${") {
            let (before, hole) = rest.split_at(at);
            if let Some(kept) = before.strip_suffix('$') {
                text.push_plain(kept);
                text.push_plain("${");
                rest = &hole[2..];
                continue;
            }
            text.push_plain(before);
            let (name, behind) = hole[2..].split_once('}').ok_or("`${` without `}`; write `$${` for the two signs")?;
            self.push_variable(&mut text, name, quote)?;
            rest = behind;
            if text.len() > MAX_TEXT_BYTES {
                return Err(FillError::TooLong.to_string());
            }
        }
        text.push_plain(rest);
        Ok(text)
    }

    fn push_variable(&self, text: &mut Text, name: &str, quote: fn(&str) -> String) -> Result<(), String> {
        if let Some(value) = self.values.get(name) {
            text.push_plain(&quote(value));
        } else if self.captured.contains(name) {
            text.0.push(Piece::Variable(name.to_owned()));
        } else {
            return Err(format!("no variable is called `{name}`; {}", self.names()));
        }
        Ok(())
    }

    /// The names to choose from.
    fn names(&self) -> String {
        let names: Vec<&str> = self.values.keys().chain(&self.captured).map(String::as_str).collect();
        match names.as_slice() {
            [] => "there are none; write `$${` for the two signs".to_owned(),
            names => format!("valid variables are {}", names.join(", ")),
        }
    }
}

/// *Errors*: why `name` cannot be a variable's.
pub(crate) fn check_variable_name(name: &str) -> Result<(), String> {
    let mut chars = name.chars();
    let starts_well = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if starts_well && chars.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        Ok(())
    } else {
        Err(format!("`{}` is no name of a variable; write letters, digits and `_`", name.escape_debug()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        let values = BTreeMap::from([("image".to_owned(), "a+b.img".to_owned())]);
        Scope { values, captured: BTreeSet::from(["version".to_owned()]) }
    }

    fn read(raw: &str) -> Result<Text, String> {
        scope().read(raw, str::to_owned)
    }

    #[test]
    fn a_variable_stands_for_its_value() {
        assert_eq!(read("boot ${image}!").unwrap().fixed(), Some("boot a+b.img!"));
        assert_eq!(read("${image}${image}").unwrap().fixed(), Some("a+b.imga+b.img"));
    }

    #[test]
    fn a_dollar_before_the_sign_takes_its_meaning() {
        assert_eq!(read("prompt $p$g $${image} $").unwrap().fixed(), Some("prompt $p$g ${image} $"));
    }

    #[test]
    fn values_are_quoted_where_they_must_be() {
        let text = scope().read("^${image}$", regex::escape).unwrap();
        assert_eq!(text.fixed(), Some("^a\\+b\\.img$"));
    }

    #[test]
    fn a_captured_variable_is_filled_in_when_it_is_known() {
        let text = read("version ${version}").unwrap();
        assert_eq!((text.fixed(), text.to_string().as_str()), (None, "version ${version}"));
        let values = BTreeMap::from([("version".to_owned(), "7".to_owned())]);
        assert_eq!(text.fill(&values, str::to_owned), Ok("version 7".to_owned()));
        assert_eq!(text.fill(&BTreeMap::new(), str::to_owned), Err(FillError::Unset("version".to_owned())));
    }

    #[test]
    fn unknown_and_unfinished_variables_are_errors() {
        assert_eq!(read("${imag}").unwrap_err(), "no variable is called `imag`; valid variables are image, version");
        assert_eq!(read("${image").unwrap_err(), "`${` without `}`; write `$${` for the two signs");
        let none = Scope::default().read("${x}", str::to_owned).unwrap_err();
        assert_eq!(none, "no variable is called `x`; there are none; write `$${` for the two signs");
    }

    #[test]
    fn text_that_grows_without_bound_is_refused() {
        let long = "x".repeat(MAX_TEXT_BYTES / 2);
        let scope = Scope { values: BTreeMap::from([("x".to_owned(), long)]), captured: BTreeSet::new() };
        assert!(scope.read("${x}${x}", str::to_owned).is_ok());
        assert_eq!(scope.read("${x}${x}${x}", str::to_owned), Err("the text is longer than 1048576 bytes".to_owned()));
    }

    #[test]
    fn names_are_words() {
        for (name, fits) in [("a", true), ("_x9", true), ("9", false), ("", false), ("a-b", false), ("ä", false)] {
            assert_eq!(check_variable_name(name).is_ok(), fits, "{name}");
        }
    }
}
