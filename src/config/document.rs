//! A TOML file under a strict eye: typed access to its values, where every complaint names the
//! file, the place, the key and what would be valid.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Why a config file or a script cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the host says.
        source: std::io::Error,
    },
    /// Something in the file is wrong.
    #[error("{}:{line}:{col}: {problem}", path.display())]
    Bad {
        /// The file.
        path: PathBuf,
        /// Line, 1-based.
        line: usize,
        /// Column in characters, 1-based.
        col: usize,
        /// The key and what is wrong with it.
        problem: String,
    },
}

/// The text of `path`.
pub(crate) fn read(path: &Path) -> Result<String, FileError> {
    std::fs::read_to_string(path).map_err(|source| FileError::Read { path: path.to_owned(), source })
}

/// The text of a file, for finding places in it.
#[derive(Clone, Copy)]
pub(crate) struct Document<'a> {
    path: &'a Path,
    text: &'a str,
}

impl<'a> Document<'a> {
    /// `text`, which was read from `path`.
    pub(crate) fn new(path: &'a Path, text: &'a str) -> Document<'a> {
        Document { path, text }
    }

    /// Parses the text as TOML.
    pub(crate) fn parse(self) -> Result<Spanned<DeTable<'a>>, FileError> {
        DeTable::parse(self.text).map_err(|error| {
            let span = error.span().unwrap_or(self.text.len()..self.text.len());
            // Toml says what is wrong, but not with which key.
            let words = self.text.get(span.clone()).unwrap_or_default().lines().next().unwrap_or_default();
            let at = if words.is_empty() { String::new() } else { format!(" at `{words}`") };
            self.error(span.start, format!("{}{at}", error.message()))
        })
    }

    /// The error `problem` at byte `start`.
    fn error(self, start: usize, problem: impl Into<String>) -> FileError {
        let before = self.text.get(..start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        FileError::Bad {
            path: self.path.to_owned(),
            line: self.line(start),
            col: before[line_start..].chars().count() + 1,
            // The file's own words are in there; they must not steer a terminal.
            problem: problem.into().chars().flat_map(printable).collect(),
        }
    }

    /// The line of byte `start`, 1-based.
    fn line(self, start: usize) -> usize {
        self.text.bytes().take(start).filter(|&byte| byte == b'\n').count() + 1
    }
}

/// `c`, escaped if it is a control character.
fn printable(c: char) -> impl Iterator<Item = char> {
    let escaped = c.is_control().then(|| c.escape_default());
    let plain = (!c.is_control()).then_some(c);
    escaped.into_iter().flatten().chain(plain)
}

/// A table of the file.
pub(crate) struct Table<'a> {
    doc: Document<'a>,
    /// Dotted path from the root; empty for the root itself.
    key: String,
    start: usize,
    entries: &'a DeTable<'a>,
}

impl<'a> Table<'a> {
    /// The root table.
    pub(crate) fn root(doc: Document<'a>, root: &'a Spanned<DeTable<'a>>) -> Table<'a> {
        Table { doc, key: String::new(), start: root.span().start, entries: root.get_ref() }
    }

    /// The value of `key`.
    pub(crate) fn get(&self, key: &str) -> Option<Item<'a>> {
        self.entries().find(|(name, _)| *name == key).map(|(_, item)| item)
    }

    /// All keys and values in the order of the file.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'a str, Item<'a>)> {
        self.entries.iter().map(|(name, value)| {
            let key = if self.key.is_empty() {
                name.get_ref().to_string()
            } else {
                format!("{}.{}", self.key, name.get_ref())
            };
            let item = Item {
                doc: self.doc,
                key,
                name_start: name.span().start,
                start: value.span().start,
                value: value.get_ref(),
            };
            (name.get_ref().as_ref(), item)
        })
    }

    /// *Errors*: the table holds a key that is not in `valid`.
    pub(crate) fn check_keys(&self, valid: &[&str]) -> Result<(), FileError> {
        match self.entries().find(|(name, _)| !valid.contains(name)) {
            Some((_, item)) => Err(item.name_error(&format!("unknown key; valid keys are {}", valid.join(", ")))),
            None => Ok(()),
        }
    }

    /// The error `problem` about the table as a whole.
    pub(crate) fn error(&self, problem: &str) -> FileError {
        let problem = if self.key.is_empty() { problem.to_owned() } else { format!("{}: {problem}", self.key) };
        self.doc.error(self.start, problem)
    }

    /// The table's line in the file, 1-based.
    pub(crate) fn line(&self) -> usize {
        self.doc.line(self.start)
    }
}

/// A value of the file and its key.
pub(crate) struct Item<'a> {
    doc: Document<'a>,
    key: String,
    name_start: usize,
    start: usize,
    value: &'a DeValue<'a>,
}

impl<'a> Item<'a> {
    /// The line of its key in the file, 1-based.
    pub(crate) fn line(&self) -> usize {
        self.doc.line(self.name_start)
    }

    /// The value, which must be a string.
    pub(crate) fn string(&self) -> Result<&'a str, FileError> {
        self.value.as_str().ok_or_else(|| self.wrong_type("a string"))
    }

    /// The value, which must be an integer from `min` to `max`.
    pub(crate) fn integer(&self, min: u32, max: u32) -> Result<u32, FileError> {
        let number = self.value.as_integer().ok_or_else(|| self.wrong_type("an integer"))?;
        let value = u32::from_str_radix(number.as_str(), number.radix()).ok();
        value
            .filter(|value| (min..=max).contains(value))
            .ok_or_else(|| self.error(&format!("`{}` is out of range; valid is {min} to {max}", number.as_str())))
    }

    /// The value, which must be true or false.
    pub(crate) fn boolean(&self) -> Result<bool, FileError> {
        self.value.as_bool().ok_or_else(|| self.wrong_type("true or false"))
    }

    /// The value, which must be a table.
    pub(crate) fn table(self) -> Result<Table<'a>, FileError> {
        match self.value.as_table() {
            Some(entries) => Ok(Table { doc: self.doc, key: self.key, start: self.start, entries }),
            None => Err(self.wrong_type("a table")),
        }
    }

    /// The elements of the value, which must be an array; their keys end in `[0]`, `[1]`...
    pub(crate) fn array(&self) -> Result<Vec<Item<'a>>, FileError> {
        let values = self.value.as_array().ok_or_else(|| self.wrong_type("an array"))?;
        let items = values.iter().enumerate().map(|(index, value)| Item {
            doc: self.doc,
            key: format!("{}[{index}]", self.key),
            name_start: value.span().start,
            start: value.span().start,
            value: value.get_ref(),
        });
        Ok(items.collect())
    }

    /// The value, which must be one of the strings of `choices`.
    pub(crate) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, FileError> {
        let text = self.string()?;
        match choices.iter().find(|(name, _)| *name == text) {
            Some(&(_, value)) => Ok(value),
            None => {
                let names: Vec<String> = choices.iter().map(|(name, _)| format!("{name:?}")).collect();
                Err(self.error(&format!("`{text}` is not valid; valid choices are {}", names.join(", "))))
            }
        }
    }

    /// The string value as `parse` reads it.
    pub(crate) fn parsed<T, E: std::fmt::Display>(&self, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, FileError> {
        parse(self.string()?).map_err(|error| self.error(&error.to_string()))
    }

    /// True if the value is a table.
    pub(crate) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// True if the value is an integer.
    pub(crate) fn is_integer(&self) -> bool {
        self.value.is_integer()
    }

    /// The error that the value should have been `wanted`.
    pub(crate) fn wrong_type(&self, wanted: &str) -> FileError {
        let article = if matches!(self.value, DeValue::Integer(_) | DeValue::Array(_)) { "an" } else { "a" };
        self.error(&format!("wanted {wanted}, found {article} {}", self.value.type_str()))
    }

    /// The error `problem` about the value.
    pub(crate) fn error(&self, problem: &str) -> FileError {
        self.doc.error(self.start, format!("{}: {problem}", self.key))
    }

    /// The error `problem` about the key.
    pub(crate) fn name_error(&self, problem: &str) -> FileError {
        self.doc.error(self.name_start, format!("{}: {problem}", self.key))
    }
}
