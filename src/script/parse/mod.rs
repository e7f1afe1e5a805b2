//! Reads a script: TOML text to [`ast`](super::ast), strictly.

mod acting;
mod asserting;
mod cases;
mod flow;
mod mouse;
mod place;
mod verbs;
mod waiting;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub(crate) use cases::ROOT;
pub(crate) use verbs::{SESSION, TIMEOUT, VERBS, Verb};

use super::ast::{Act, Action, Place, Region, Script, Step};
use crate::config::{self, Document, FileError, Item, Scope, SessionSpec, Table};
use crate::screen::CodePage;

/// How long a step may take if neither it nor the script says.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
/// Most steps of a script, all its cases, repetitions and included files together.
pub const MAX_STEPS: usize = 200_000;
/// How deep `repeat` and `include` may be nested.
pub const MAX_NESTING: usize = 16;

/// Reads the text of an included file.
pub type Loader<'a> = &'a dyn Fn(&Path) -> Result<String, FileError>;

/// The names of all actions.
pub fn verbs() -> impl Iterator<Item = &'static str> {
    VERBS.iter().map(|verb| verb.name)
}

/// Reads the script in `path`: one [`Script`] for each combination of its matrix, at least one.
pub fn load(path: &Path) -> Result<Vec<Script>, FileError> {
    parse(path, &config::read(path)?)
}

/// Reads the script `text`, which was read from `path`; images and included files are relative to
/// its folder.
///
/// ```
/// use std::path::Path;
/// let text = "[sessions.a]\nfloppies = ['builtin:tour']\n[[steps]]\nwait = 'dosmux'";
/// let scripts = dosmux::script::parse::parse(Path::new("tour.toml"), text)?;
/// assert_eq!(scripts[0].steps[0].text, "wait = \"dosmux\"");
/// # Ok::<(), dosmux::config::FileError>(())
/// ```
pub fn parse(path: &Path, text: &str) -> Result<Vec<Script>, FileError> {
    parse_with(path, text, &|path| config::read(path))
}

/// As [`parse`], with included files from `load`.
pub fn parse_with(path: &Path, text: &str, load: Loader<'_>) -> Result<Vec<Script>, FileError> {
    let doc = Document::new(path, text);
    let tree = doc.parse()?;
    cases::scripts(&Table::root(doc, &tree), path, load)
}

/// What readers of steps need to know, and what they find out.
pub(super) struct Parser<'p> {
    sessions: &'p [SessionSpec],
    /// The variables that the step may use.
    scope: Arc<Scope>,
    file: File,
    load: Loader<'p>,
    /// The files that are being read, the script first.
    including: Vec<PathBuf>,
    /// How deep in `repeat` and `include` the step is.
    nesting: usize,
    /// Steps read so far.
    steps: usize,
}

/// The file that is being read.
struct File {
    path: Arc<Path>,
    timeout: Duration,
    masks: BTreeMap<String, Region>,
}

impl File {
    /// The folder that names in the file are relative to.
    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}

/// What the file has on one step.
pub(super) struct Given<'a> {
    /// The value of its verb.
    value: Item<'a>,
    /// Everything.
    table: Table<'a>,
    /// The code page of its session.
    page: CodePage,
}

impl Parser<'_> {
    /// The steps in an array, at least one.
    fn steps(&mut self, item: &Item<'_>) -> Result<Vec<Step>, FileError> {
        let items = item.array()?;
        if items.is_empty() {
            return Err(item.error("no step"));
        }
        items.into_iter().map(|item| self.step(item)).collect()
    }

    /// One step.
    fn step(&mut self, item: Item<'_>) -> Result<Step, FileError> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(item.error(&format!("too many steps; a script has at most {MAX_STEPS} in all its cases")));
        }
        let scope = Arc::clone(&self.scope);
        let table = item.table()?.within(&scope);
        let (verb, value) = verb_of(&table)?;
        check_keys(&table, verb)?;
        let session = match table.get(SESSION.name) {
            Some(item) => session_index(&item, self.sessions)?,
            None => 0,
        };
        let timeout = match table.get(TIMEOUT.name) {
            Some(item) => item.parsed(config::units::parse_duration)?,
            None => self.file.timeout,
        };
        let (line, col) = table.position();
        let place = Place { file: Arc::clone(&self.file.path), line, col };
        let text = text_of(&table, verb, &value);
        let given = Given { value, table, page: self.sessions[session].code_page };
        let action = (verb.read)(self, &given)?;
        self.note_captures(&action);
        Ok(Step { place, text, session, timeout, action })
    }

    /// From here on the variables that `action` captures can be used.
    fn note_captures(&mut self, action: &Action) {
        if let Action::Act(Act::Capture(look)) = action {
            let names = acting::group_names(look);
            Arc::make_mut(&mut self.scope).captured.extend(names);
        }
    }
}

/// The one verb of a step.
fn verb_of<'a>(table: &Table<'a>) -> Result<(&'static Verb, Item<'a>), FileError> {
    let mut found = VERBS.iter().filter_map(|verb| table.get(verb.name).map(|item| (verb, item)));
    let list = || verbs().collect::<Vec<_>>().join(", ");
    match (found.next(), found.next()) {
        (Some(verb), None) => Ok(verb),
        (Some((first, _)), Some((_, second))) => {
            let problem = format!("a second action beside `{}`; a step has exactly one of {}", first.name, list());
            Err(second.name_error(&problem))
        }
        (None, _) => Err(match table.entries().find(|(key, _)| ![SESSION.name, TIMEOUT.name].contains(key)) {
            Some((key, item)) => item.name_error(&format!("no action is called so{}; valid are {}", near(key), list())),
            None => table.error(&format!("no action; a step has exactly one of {}", list())),
        }),
    }
}

/// The verb that somebody may have meant who wrote `key`.
fn near(key: &str) -> String {
    let distance = |verb: &&str| strsim::damerau_levenshtein(key, verb);
    match verbs().min_by_key(distance) {
        Some(verb) if distance(&verb) <= 2 => format!(", perhaps `{verb}`"),
        _ => String::new(),
    }
}

/// *Errors*: a key that does not go with the verb, or one that is missing.
fn check_keys(table: &Table<'_>, verb: &Verb) -> Result<(), FileError> {
    let valid: Vec<&str> = verb.keys().collect();
    if let Some((key, item)) = table.entries().find(|(key, _)| !valid.contains(key)) {
        let problem = if key == TIMEOUT.name {
            format!("`{}` waits for nothing; it has no timeout", verb.name)
        } else {
            format!("unknown key beside `{}`; valid keys are {}", verb.name, valid.join(", "))
        };
        return Err(item.name_error(&problem));
    }
    match verb.options.iter().find(|field| field.needed && table.get(field.name).is_none()) {
        Some(field) => Err(table.error(&format!("`{}` needs `{}`: {}", verb.name, field.name, field.doc))),
        None => Ok(()),
    }
}

/// The step on one line: its verb and the keys that are the verb's own, steps within it left out.
fn text_of(table: &Table<'_>, verb: &Verb, value: &Item<'_>) -> String {
    let mut text = format!("{} = {}", verb.name, value.one_line());
    for field in verb.options {
        match table.get(field.name) {
            Some(_) if matches!(field.shape, config::Shape::Steps) => text.push_str(", steps = [...]"),
            Some(item) => text.push_str(&format!(", {} = {}", field.name, item.one_line())),
            None => {}
        }
    }
    text
}

/// The session that a step names.
fn session_index(item: &Item<'_>, sessions: &[SessionSpec]) -> Result<usize, FileError> {
    let choices: Vec<(&str, usize)> =
        sessions.iter().enumerate().map(|(index, spec)| (spec.name.as_str(), index)).collect();
    item.choice(&choices)
}

#[cfg(test)]
mod tests;
