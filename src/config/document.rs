//! A TOML file under a strict eye: typed access to its values, where every complaint names the
//! file, the place, the key and what would be valid.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::shape::Field;
use super::variables::{Scope, Text};

/// Largest file that is read. *Units*: bytes.
const MAX_FILE_BYTES: u64 = 4 << 20;

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
    read_limited(path).map_err(|source| FileError::Read { path: path.to_owned(), source })
}

/// The text of `path`, which may be anything that the host lets itself be asked to read.
fn read_limited(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(std::io::Error::other(format!("the file is larger than {} MiB", MAX_FILE_BYTES >> 20)));
    }
    Ok(text)
}

/// The text of a file, for finding places in it.
#[derive(Clone, Copy)]
pub(crate) struct Document<'a> {
    path: &'a Path,
    text: &'a str,
    /// The variables of its strings; `None` if `${` means nothing there.
    scope: Option<&'a Scope>,
}

impl<'a> Document<'a> {
    /// `text`, which was read from `path`.
    pub(crate) fn new(path: &'a Path, text: &'a str) -> Document<'a> {
        Document { path, text, scope: None }
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
        let (line, col) = self.position(start);
        FileError::Bad {
            path: self.path.to_owned(),
            line,
            col,
            // The file's own words are in there; they must not steer a terminal.
            problem: problem.into().chars().flat_map(printable).collect(),
        }
    }

    /// Line and column of byte `start`, 1-based.
    fn position(self, start: usize) -> (usize, usize) {
        let before = self.text.get(..start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (self.line(start), before[line_start..].chars().count() + 1)
    }

    /// The line of byte `start`, 1-based.
    fn line(self, start: usize) -> usize {
        self.text.bytes().take(start).filter(|&byte| byte == b'\n').count() + 1
    }
}

/// `c`, escaped if it is a control character.
pub(crate) fn printable(c: char) -> impl Iterator<Item = char> {
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

    /// The table with the variables of `scope` in its strings.
    pub(crate) fn within<'b>(&self, scope: &'b Scope) -> Table<'b>
    where
        'a: 'b,
    {
        let doc = Document { scope: Some(scope), ..self.doc };
        Table { doc, key: self.key.clone(), start: self.start, entries: self.entries }
    }

    /// *Errors*: the table holds a key that is not in `fields`.
    pub(crate) fn check_names(&self, fields: &[Field]) -> Result<(), FileError> {
        self.check_keys(&fields.iter().map(|field| field.name).collect::<Vec<_>>())
    }

    /// *Errors*: the table holds a key that is not in `fields`, or lacks one that must be there.
    pub(crate) fn check_fields(&self, fields: &[Field]) -> Result<(), FileError> {
        self.check_names(fields)?;
        match fields.iter().find(|field| field.needed && self.get(field.name).is_none()) {
            Some(field) => Err(self.error(&format!("`{}` is missing: {}", field.name, field.doc))),
            None => Ok(()),
        }
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

    /// The table's line and column in the file, 1-based.
    pub(crate) fn position(&self) -> (usize, usize) {
        self.doc.position(self.start)
    }
}

/// A value of the file and its key.
#[derive(Clone)]
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

    /// The value, which must be a string, as the file has it.
    pub(crate) fn raw(&self) -> Result<&'a str, FileError> {
        self.value.as_str().ok_or_else(|| self.wrong_type("a string"))
    }

    /// The value, which must be a string, with the values of its variables.
    pub(crate) fn string(&self) -> Result<Cow<'a, str>, FileError> {
        if self.doc.scope.is_none() {
            return self.raw().map(Cow::Borrowed);
        }
        let text = self.text(str::to_owned)?;
        match text.fixed() {
            Some(text) => Ok(Cow::Owned(text.to_owned())),
            None => Err(self.error("a variable that is captured while the script runs cannot stand here")),
        }
    }

    /// The value, which must be a string, with the values of its variables passed through `quote`.
    /// Variables whose values are not known yet stay.
    pub(crate) fn text(&self, quote: fn(&str) -> String) -> Result<Text, FileError> {
        let raw = self.raw()?;
        match self.doc.scope {
            Some(scope) => scope.read(raw, quote).map_err(|problem| self.error(&problem)),
            None => Ok(Text::plain(raw)),
        }
    }

    /// The value, which must be an integer from `min` to `max`.
    pub(crate) fn integer(&self, min: u32, max: u32) -> Result<u32, FileError> {
        let number = self.value.as_integer().ok_or_else(|| self.wrong_type("an integer"))?;
        let value = u32::from_str_radix(number.as_str(), number.radix()).ok();
        value
            .filter(|value| (min..=max).contains(value))
            .ok_or_else(|| self.error(&format!("`{}` is out of range; valid is {min} to {max}", number.as_str())))
    }

    /// The value, which must be a whole number from `min` to `max`, which may be negative.
    pub(crate) fn signed(&self, min: i64, max: i64) -> Result<i64, FileError> {
        let number = self.value.as_integer().ok_or_else(|| self.wrong_type("an integer"))?;
        let value = i64::from_str_radix(number.as_str(), number.radix()).ok();
        value
            .filter(|value| (min..=max).contains(value))
            .ok_or_else(|| self.error(&format!("`{}` is out of range; valid is {min} to {max}", number.as_str())))
    }

    /// The value as text, if it is a string, an integer or true or false.
    pub(crate) fn scalar(&self) -> Result<Cow<'a, str>, FileError> {
        match self.value {
            DeValue::Integer(number) if number.radix() == 10 => Ok(Cow::Owned(number.as_str().to_owned())),
            DeValue::Integer(_) => Ok(Cow::Owned(self.signed(i64::MIN, i64::MAX)?.to_string())),
            DeValue::Boolean(value) => Ok(Cow::Owned(value.to_string())),
            DeValue::String(_) => self.string(),
            _ => Err(self.wrong_type("a string, an integer or true or false")),
        }
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

    /// The value on one line, variables filled in as far as they are known.
    pub(crate) fn one_line(&self) -> String {
        let mut out = String::new();
        self.write_line(self.value, &mut out);
        out
    }

    fn write_line(&self, value: &DeValue<'_>, out: &mut String) {
        // Writing to a string cannot fail.
        let _ = match value {
            DeValue::String(raw) => {
                let filled = self.doc.scope.and_then(|scope| scope.read(raw, str::to_owned).ok());
                write!(out, "{:?}", filled.map_or_else(|| raw.to_string(), |text| text.to_string()))
            }
            DeValue::Integer(number) => write!(out, "{number}"),
            DeValue::Float(number) => write!(out, "{number}"),
            DeValue::Boolean(value) => write!(out, "{value}"),
            DeValue::Datetime(time) => write!(out, "{time}"),
            DeValue::Array(values) => {
                self.write_list(values.iter().map(|value| (None, value.get_ref())), ["[", "]"], out);
                Ok(())
            }
            DeValue::Table(entries) => {
                let entries = entries.iter().map(|(name, value)| (Some(name.get_ref().as_ref()), value.get_ref()));
                self.write_list(entries, ["{ ", " }"], out);
                Ok(())
            }
        };
    }

    fn write_list<'v>(
        &self,
        entries: impl Iterator<Item = (Option<&'v str>, &'v DeValue<'v>)>,
        [open, close]: [&str; 2],
        out: &mut String,
    ) {
        out.push_str(open);
        for (index, (name, value)) in entries.enumerate() {
            out.push_str(if index > 0 { ", " } else { "" });
            if let Some(name) = name {
                out.push_str(name);
                out.push_str(" = ");
            }
            self.write_line(value, out);
        }
        out.push_str(close);
    }

    /// The string value as `parse` reads it.
    pub(crate) fn parsed<T, E: std::fmt::Display>(&self, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, FileError> {
        parse(&self.string()?).map_err(|error| self.error(&error.to_string()))
    }

    /// The value, which must be a table; the item stays.
    pub(crate) fn to_table(&self) -> Result<Table<'a>, FileError> {
        self.clone().table()
    }

    /// The value if it is a table.
    pub(crate) fn as_table(&self) -> Option<Table<'a>> {
        self.to_table().ok()
    }

    /// True if the value is a table.
    pub(crate) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// True if the value is a string.
    pub(crate) fn is_string(&self) -> bool {
        self.value.is_str()
    }

    /// True if the value is an integer.
    pub(crate) fn is_integer(&self) -> bool {
        self.value.is_integer()
    }

    /// The item with the variables of `scope` in its strings.
    pub(crate) fn within<'b>(self, scope: &'b Scope) -> Item<'b>
    where
        'a: 'b,
    {
        Item { doc: Document { scope: Some(scope), ..self.doc }, ..self }
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
