//! Reads a script: TOML text to [`ast`](super::ast), strictly.

use std::path::Path;
use std::time::Duration;

use super::ast::{Action, Script, Step};
use crate::config::units::parse_duration;
use crate::config::{self, Document, FileError, Item, SessionSpec, Table};
use crate::keys::{Key, parse_chord, strokes_for_char};
use crate::screen::CodePage;

/// How long a step may take if neither it nor the script says.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// Most characters that a step types, far less than a session queues.
const MAX_TYPED_CHARS: usize = 1 << 16;

/// Keys of the root table.
const ROOT_KEYS: &[&str] = &["description", "timeout", "sessions", "steps"];

/// The actions of steps and their readers: the one list of verbs.
const VERBS: &[(&str, Reader)] =
    &[("wait", wait), ("type", type_text), ("expect", expect), ("key", key), ("sleep", sleep)];

/// Keys of a step beside its action.
const MODIFIERS: &[&str] = &["session", "timeout"];

/// Reads the value of one verb, for a session that uses the code page.
type Reader = fn(&Item<'_>, CodePage) -> Result<Action, FileError>;

/// The names of all actions.
pub fn verbs() -> impl Iterator<Item = &'static str> {
    VERBS.iter().map(|&(verb, _)| verb)
}

/// Reads the script in `path`.
pub fn load(path: &Path) -> Result<Script, FileError> {
    parse(path, &config::read(path)?)
}

/// Reads the script `text`, which was read from `path`; images are relative to its folder.
///
/// ```
/// use std::path::Path;
/// let text = "[sessions.a]\nfloppies = ['builtin:tour']\n[[steps]]\nwait = 'dosmux'";
/// let script = dosmux::script::parse::parse(Path::new("tour.toml"), text)?;
/// assert_eq!(script.steps[0].action.to_string(), "wait = \"dosmux\"");
/// # Ok::<(), dosmux::config::FileError>(())
/// ```
pub fn parse(path: &Path, text: &str) -> Result<Script, FileError> {
    let doc = Document::new(path, text);
    let tree = doc.parse()?;
    let root = Table::root(doc, &tree);
    root.check_keys(ROOT_KEYS)?;
    let description = root.get("description").map(|item| item.string().map(str::to_owned)).transpose()?;
    let timeout = match root.get("timeout") {
        Some(item) => item.parsed(parse_duration)?,
        None => DEFAULT_TIMEOUT,
    };
    let sessions = config::sessions(&root, path.parent().unwrap_or(Path::new("")))?;
    let no_steps = || root.error("no step; write [[steps]] and an action such as wait = \"TEXT\"");
    let items = root.get("steps").ok_or_else(no_steps)?.array()?;
    let steps: Vec<Step> =
        items.into_iter().map(|item| step(item.table()?, timeout, &sessions)).collect::<Result<_, _>>()?;
    if steps.is_empty() {
        return Err(no_steps());
    }
    Ok(Script { path: path.to_owned(), description, sessions, steps })
}

/// One `[[steps]]` table.
fn step(table: Table<'_>, timeout: Duration, sessions: &[SessionSpec]) -> Result<Step, FileError> {
    let verbs: Vec<&str> = verbs().collect();
    table.check_keys(&[&verbs, MODIFIERS].concat())?;
    let session = match table.get("session") {
        Some(item) => session_index(&item, sessions)?,
        None => 0,
    };
    let action = action(&table, &verbs, sessions[session].code_page)?;
    let timeout = match table.get("timeout") {
        Some(item) if matches!(action, Action::Sleep(_)) => {
            return Err(item.name_error("a `sleep` takes as long as it says; it has no timeout"));
        }
        Some(item) => item.parsed(parse_duration)?,
        None => timeout,
    };
    Ok(Step { line: table.line(), session, timeout, action })
}

/// The one action of a step.
fn action(table: &Table<'_>, verbs: &[&str], page: CodePage) -> Result<Action, FileError> {
    let mut found = VERBS.iter().filter_map(|&(verb, read)| table.get(verb).map(|item| (item, read)));
    let Some((item, read)) = found.next() else {
        return Err(table.error(&format!("no action; a step has exactly one of {}", verbs.join(", "))));
    };
    match found.next() {
        Some((second, _)) => {
            Err(second.name_error(&format!("a second action; a step has exactly one of {}", verbs.join(", "))))
        }
        None => read(&item, page),
    }
}

/// The session that a step names.
fn session_index(item: &Item<'_>, sessions: &[SessionSpec]) -> Result<usize, FileError> {
    let choices: Vec<(&str, usize)> =
        sessions.iter().enumerate().map(|(index, spec)| (spec.name.as_str(), index)).collect();
    item.choice(&choices)
}

fn wait(item: &Item<'_>, page: CodePage) -> Result<Action, FileError> {
    screen_text(item, page).map(Action::Wait)
}

fn expect(item: &Item<'_>, page: CodePage) -> Result<Action, FileError> {
    screen_text(item, page).map(Action::Expect)
}

/// Text that a row of a screen can show.
fn screen_text(item: &Item<'_>, page: CodePage) -> Result<String, FileError> {
    let text = text(item)?;
    match text.chars().find(|&c| page.code(c).is_none()) {
        Some('\n' | '\r') => Err(item.error("text is looked for row by row; it must not hold line breaks")),
        Some(c) => Err(item.error(&format!("`{c}` is not in {page}; it cannot be on the screen"))),
        None => Ok(text),
    }
}

fn type_text(item: &Item<'_>, page: CodePage) -> Result<Action, FileError> {
    let text = text(item)?;
    if text.chars().count() > MAX_TYPED_CHARS {
        return Err(item.error(&format!("the text is too long; a step types at most {MAX_TYPED_CHARS} characters")));
    }
    match text.chars().find(|&c| strokes_for_char(c, page).is_none()) {
        Some(c) => Err(item.error(&format!("`{c}` is not in {page}; it cannot be typed"))),
        None => Ok(Action::Type(text)),
    }
}

fn text(item: &Item<'_>) -> Result<String, FileError> {
    let text = item.string()?;
    if text.is_empty() { Err(item.error("the text is empty")) } else { Ok(text.to_owned()) }
}

fn key(item: &Item<'_>, _: CodePage) -> Result<Action, FileError> {
    let name = text(item)?;
    let keys = parse_chord(&name).map_err(|part| {
        let names: Vec<&str> = Key::ALL.iter().map(|key| key.name()).collect();
        item.error(&format!("`{part}` is no key; valid keys, joined by `+`, are {}", names.join(" ")))
    })?;
    Ok(Action::Key { name, keys })
}

fn sleep(item: &Item<'_>, _: CodePage) -> Result<Action, FileError> {
    item.parsed(parse_duration).map(Action::Sleep)
}

#[cfg(test)]
mod tests;
