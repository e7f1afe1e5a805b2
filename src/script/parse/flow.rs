//! Steps that hold other steps.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Given, MAX_NESTING, Parser, cases};
use crate::config::{Document, FileError, Item, Scope, Table};
use crate::script::ast::{Action, Step};

/// `repeat = 3`, `steps = [...]`.
pub(super) fn repeat(parser: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let times = given.value.integer(1, 10_000)?;
    let Some(item) = given.table.get("steps") else { return Err(given.table.error("`repeat` needs `steps`")) };
    let steps = nested(parser, &given.value, |parser| parser.steps(&item))?;
    Ok(Action::Repeat { times, steps })
}

/// `include = "FILE"`, `with = { name = "value" }`.
pub(super) fn include(parser: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let item = &given.value;
    let path = parser.file.folder().join(super::place::not_empty(item)?);
    let id = identity(&path);
    if parser.including.contains(&id) {
        return Err(item.error(&format!("{} is being read already; files must not include themselves", path.display())));
    }
    let text = (parser.load)(&path).map_err(|error| match error {
        FileError::Read { path, source } => item.error(&format!("cannot read {}: {source}", path.display())),
        bad @ FileError::Bad { .. } => bad,
    })?;
    parser.including.push(id);
    let steps = nested(parser, item, |parser| included(parser, &path, &text, given));
    parser.including.pop();
    Ok(Action::Include(steps?))
}

/// What tells whether two paths name one file.
pub(super) fn identity(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// What `read` gives, one level deeper.
fn nested(
    parser: &mut Parser<'_>,
    item: &Item<'_>,
    read: impl FnOnce(&mut Parser<'_>) -> Result<Vec<Step>, FileError>,
) -> Result<Vec<Step>, FileError> {
    if parser.nesting == MAX_NESTING {
        return Err(item.name_error(&format!("steps are nested too deeply; {MAX_NESTING} levels are the most")));
    }
    parser.nesting += 1;
    let steps = read(parser);
    parser.nesting -= 1;
    steps
}

/// The steps of a file that is included: they see its variables, not those of the file that includes it.
fn included(parser: &mut Parser<'_>, path: &Path, text: &str, given: &Given<'_>) -> Result<Vec<Step>, FileError> {
    let doc = Document::new(path, text);
    let tree = doc.parse()?;
    let root = Table::root(doc, &tree);
    root.check_names(cases::INCLUDED)?;
    let mut scope = Scope { captured: parser.scope.captured.clone(), ..Scope::default() };
    cases::read_vars(&root, &mut scope)?;
    scope.values.extend(arguments(given, &scope.values)?);
    let scope = Arc::new(scope);
    let outer = Arc::clone(&scope);
    let root = root.within(&outer);
    let file = std::mem::replace(&mut parser.file, cases::file(&root, path)?);
    let callers = std::mem::replace(&mut parser.scope, scope);
    let steps = match root.get("steps") {
        Some(item) => parser.steps(&item),
        None => Err(root.error("no step; write [[steps]] and an action such as wait = \"TEXT\"")),
    };
    parser.file = file;
    let captured = std::mem::replace(&mut parser.scope, callers).captured.clone();
    Arc::make_mut(&mut parser.scope).captured.extend(captured);
    steps
}

/// The values of `with`, each for a variable that the file has.
fn arguments(given: &Given<'_>, vars: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, FileError> {
    let Some(item) = given.table.get("with") else { return Ok(BTreeMap::new()) };
    let table = item.table()?;
    let mut values = BTreeMap::new();
    for (name, item) in table.entries() {
        if !vars.contains_key(name) {
            let names: Vec<&str> = vars.keys().map(String::as_str).collect();
            return Err(item.name_error(&format!("the file has no such variable; its [vars] are {}", names.join(", "))));
        }
        values.insert(name.to_owned(), item.scalar()?.into_owned());
    }
    Ok(values)
}
