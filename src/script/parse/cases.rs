//! A script as a whole: its head, its variables, and one case for each combination of its matrix.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::verbs::{REGION, TIMEOUT};
use super::{DEFAULT_TIMEOUT, File, Loader, Parser, place};
use crate::config::units::parse_duration;
use crate::config::{self, Field, FileError, Item, SESSIONS, Scope, Shape, Table, check_variable_name};
use crate::script::ast::{Region, Script};

/// Most cases of a script.
const MAX_CASES: usize = 1000;

/// What a variable may be.
pub(crate) const VALUE: Shape = Shape::AnyOf(&[Shape::Text, Shape::Integer(i64::MIN, i64::MAX), Shape::Boolean]);
/// `[vars]`.
const VARS: Field = Field::new("vars", "variables: `${name}` in a string stands for the value", Shape::Named(&VALUE));
/// `[matrix]`.
const MATRIX: Field = Field::new(
    "matrix",
    "variables with several values: the script is run once for each combination",
    Shape::Named(&Shape::List(&VALUE, MAX_CASES)),
);
/// `[masks]`.
const MASKS: Field =
    Field::new("masks", "parts of the screen that `golden` leaves out, by name", Shape::Named(&REGION));

const DESCRIPTION: Field = Field::new("description", "what the script shows", Shape::Text);
const STEPS: Field = Field::needed("steps", "what is done, in order", Shape::Steps);

/// Keys of a script's root table.
pub(crate) const ROOT: &[Field] = &[DESCRIPTION, TIMEOUT, VARS, MATRIX, MASKS, SESSIONS, STEPS];
/// Keys of an included file's root table.
pub(super) const INCLUDED: &[Field] = &[DESCRIPTION, TIMEOUT, VARS, MASKS, STEPS];

/// Values of variables, in the order of the file.
type Values = Vec<(String, String)>;

/// Reads a script: all its cases.
pub(super) fn scripts(root: &Table<'_>, path: &Path, load: Loader<'_>) -> Result<Vec<Script>, FileError> {
    root.check_names(ROOT)?;
    let mut steps = 0;
    combinations(root)?.iter().map(|values| script(root, path, load, values, &mut steps)).collect()
}

/// One case. `steps` counts the steps of all cases.
fn script(
    root: &Table<'_>,
    path: &Path,
    load: Loader<'_>,
    combination: &Values,
    steps: &mut usize,
) -> Result<Script, FileError> {
    let mut scope = Scope { values: combination.iter().cloned().collect(), ..Scope::default() };
    read_vars(root, &mut scope)?;
    let scope = Arc::new(scope);
    let outer = Arc::clone(&scope);
    let root = root.within(&outer);
    let description = root.get(DESCRIPTION.name).map(|item| item.string().map(Cow::into_owned)).transpose()?;
    let file = file(&root, path)?;
    let sessions = config::sessions(&root, file.folder())?;
    let no_steps = || root.error("no step; write [[steps]] and an action such as wait = \"TEXT\"");
    let items = root.get(STEPS.name).ok_or_else(no_steps)?;
    if items.array()?.is_empty() {
        return Err(no_steps());
    }
    let including = vec![super::flow::identity(path)];
    let mut parser = Parser { sessions: &sessions, scope, file, load, including, nesting: 0, steps: *steps };
    let read = parser.steps(&items)?;
    *steps = parser.steps;
    Ok(Script { path: path.to_owned(), description, variant: name(combination), sessions, steps: read })
}

/// What a file says about its own steps.
pub(super) fn file(root: &Table<'_>, path: &Path) -> Result<File, FileError> {
    let timeout = match root.get(TIMEOUT.name) {
        Some(item) => item.parsed(parse_duration)?,
        None => DEFAULT_TIMEOUT,
    };
    Ok(File { path: path.into(), timeout, masks: masks(root)? })
}

fn masks(root: &Table<'_>) -> Result<BTreeMap<String, Region>, FileError> {
    let Some(item) = root.get(MASKS.name) else { return Ok(BTreeMap::new()) };
    let table = item.table()?;
    table.entries().map(|(name, item)| Ok((name.to_owned(), place::region(item)?))).collect()
}

/// Adds `[vars]` to `scope`; each may use those before it.
pub(super) fn read_vars(root: &Table<'_>, scope: &mut Scope) -> Result<(), FileError> {
    let Some(item) = root.get(VARS.name) else { return Ok(()) };
    let table = item.table()?;
    for (name, item) in table.entries() {
        check_name(name, &item)?;
        if scope.values.contains_key(name) {
            return Err(item.name_error("there is a variable of this name already"));
        }
        let value = item.within(scope).scalar()?.into_owned();
        scope.values.insert(name.to_owned(), value);
    }
    Ok(())
}

/// *Errors*: `name`, which is `item`'s key, is no name of a variable.
pub(super) fn check_name(name: &str, item: &Item<'_>) -> Result<(), FileError> {
    check_variable_name(name).map_err(|problem| item.name_error(&problem))
}

/// All combinations of the values of `[matrix]`, the last variable changing fastest.
fn combinations(root: &Table<'_>) -> Result<Vec<Values>, FileError> {
    let mut all = vec![Values::new()];
    let Some(item) = root.get(MATRIX.name) else { return Ok(all) };
    let table = item.table()?;
    for (name, item) in table.entries() {
        check_name(name, &item)?;
        let values: Vec<String> =
            item.array()?.iter().map(|value| Ok(value.scalar()?.into_owned())).collect::<Result<_, _>>()?;
        if values.is_empty() {
            return Err(item.error("no value; the script would not be run"));
        }
        if all.len() * values.len() > MAX_CASES {
            return Err(item.error(&format!("too many combinations; a script has at most {MAX_CASES} cases")));
        }
        let with = |value: &String, before: &Values| [before.as_slice(), &[(name.to_owned(), value.clone())]].concat();
        all = all.iter().flat_map(|before| values.iter().map(move |value| with(value, before))).collect();
    }
    Ok(all)
}

/// What a combination is called.
fn name(combination: &Values) -> Option<String> {
    let printable = |text: &str| text.chars().flat_map(config::printable).collect::<String>();
    let parts: Vec<String> = combination.iter().map(|(name, value)| format!("{name}={}", printable(value))).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
