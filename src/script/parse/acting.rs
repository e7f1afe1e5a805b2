//! Steps that do something to a session.

use std::path::{Component, Path};

use super::verbs::{GET_FIELDS, PASTE_FIELDS, PUT_FIELDS, SETTING_FIELDS, STROKE_FIELDS};
use super::{Given, Parser, place};
use crate::config::units::{parse_duration, parse_speed};
use crate::config::{self, FileError, Item, Table, Text};
use crate::disk::DriveId;
use crate::keys::{Key, parse_chord, strokes_for_char};
use crate::screen::picture::Format;
use crate::script::ast::{Act, Action, Look, Needle, Settings, Stroke};
use crate::script::pattern;

/// Most characters that a step types, far less than a session queues.
const MAX_TYPED_CHARS: usize = 1 << 16;
/// Floppy drives.
pub(super) const DRIVES: &[(&str, DriveId)] = &[("A:", DriveId::A), ("B:", DriveId::B)];
/// Most strokes of a `keys` step.
const MAX_STROKES: usize = 1 << 12;

pub(super) fn type_text(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let item = &given.value;
    let text = typed(item)?;
    let unknown = text.known().find(|&c| strokes_for_char(c, given.page).is_none());
    match unknown {
        Some(c) => Err(item.error(&format!("`{c}` is not in {}; it cannot be typed", given.page))),
        None => Ok(Action::Act(Act::Type(text))),
    }
}

pub(super) fn paste(parser: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let item = &given.value;
    let text = match item.as_table() {
        Some(table) => pasted_file(parser, &table)?,
        None if item.is_string() => typed(item)?,
        None => return Err(item.wrong_type("a string or a table { file }")),
    };
    Ok(Action::Act(Act::Paste(text)))
}

/// The text of a file that is pasted.
fn pasted_file(parser: &Parser<'_>, table: &Table<'_>) -> Result<Text, FileError> {
    table.check_fields(PASTE_FIELDS)?;
    let Some(item) = table.get("file") else { return Err(table.error("`file` is missing")) };
    let path = parser.file.folder().join(place::not_empty(&item)?);
    let text = (parser.load)(&path).map_err(|error| match error {
        FileError::Read { path, source } => item.error(&format!("cannot read {}: {source}", path.display())),
        bad @ FileError::Bad { .. } => bad,
    })?;
    check_length(&text, &item)?;
    Ok(Text::plain(&text))
}

/// Text for the keyboard.
fn typed(item: &Item<'_>) -> Result<Text, FileError> {
    place::not_empty_raw(item)?;
    let text = item.text(str::to_owned)?;
    check_length(&text.known().collect::<String>(), item)?;
    Ok(text)
}

fn check_length(text: &str, item: &Item<'_>) -> Result<(), FileError> {
    if text.chars().count() > MAX_TYPED_CHARS {
        return Err(item.error(&format!("the text is too long; a step types at most {MAX_TYPED_CHARS} characters")));
    }
    Ok(())
}

pub(super) fn key(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    Ok(Action::Act(Act::Keys(vec![Stroke::Chord(chord(&given.value)?)])))
}

pub(super) fn keys(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let items = given.value.array()?;
    if items.is_empty() || items.len() > MAX_STROKES {
        return Err(given.value.error(&format!("a step has 1 to {MAX_STROKES} strokes")));
    }
    let strokes: Vec<Stroke> = items.iter().map(stroke).collect::<Result<_, _>>()?;
    Ok(Action::Act(Act::Keys(strokes)))
}

/// A chord, or a table that says what is done with a key.
fn stroke(item: &Item<'_>) -> Result<Stroke, FileError> {
    let Some(table) = item.as_table() else {
        return if item.is_string() {
            chord(item).map(Stroke::Chord)
        } else {
            Err(item.wrong_type("a string or a table"))
        };
    };
    table.check_fields(STROKE_FIELDS)?;
    let given: Vec<(&str, Item<'_>)> = table.entries().collect();
    match given.as_slice() {
        [("down", item)] => single_key(item).map(Stroke::Down),
        [("up", item)] => single_key(item).map(Stroke::Up),
        [("sleep", item)] => item.parsed(parse_duration).map(Stroke::Wait),
        [("hold", keys), ("for", span)] | [("for", span), ("hold", keys)] => {
            Ok(Stroke::Hold(chord(keys)?, span.parsed(parse_duration)?))
        }
        _ => Err(table.error("write one of { down }, { up }, { sleep } or { hold, for }")),
    }
}

/// One key, not a chord.
fn single_key(item: &Item<'_>) -> Result<Key, FileError> {
    match chord(item)?.as_slice() {
        [key] => Ok(*key),
        _ => Err(item.error("one key, not a chord; write a stroke for each")),
    }
}

/// Keys joined by `+`.
fn chord(item: &Item<'_>) -> Result<Vec<Key>, FileError> {
    let name = place::not_empty(item)?;
    parse_chord(&name).map_err(|part| {
        let names: Vec<&str> = Key::ALL.iter().map(|key| key.name()).collect();
        item.error(&format!("`{part}` is no key; valid keys, joined by `+`, are {}", names.join(" ")))
    })
}

pub(super) fn sleep(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    given.value.parsed(parse_duration).map(Act::Sleep).map(Action::Act)
}

pub(super) fn insert(parser: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let image = config::image(given.value.clone(), parser.file.folder())?;
    let drive = given.table.get("drive").map(|item| item.choice(DRIVES)).transpose()?.unwrap_or(DriveId::A);
    Ok(Action::Act(Act::Insert { drive, image }))
}

pub(super) fn eject(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    given.value.choice(DRIVES).map(Act::Eject).map(Action::Act)
}

pub(super) fn put(parser: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let table = given.value.to_table()?;
    table.check_fields(PUT_FIELDS)?;
    let file = parser.file.folder().join(named(&table, "file")?.1);
    let (item, to) = named(&table, "to")?;
    guest_path(&item, &to)?;
    Ok(Action::Act(Act::Put { file, to }))
}

pub(super) fn get(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let table = given.value.to_table()?;
    table.check_fields(GET_FIELDS)?;
    let (item, file) = named(&table, "file")?;
    guest_path(&item, &file)?;
    let (item, to) = named(&table, "to")?;
    let to = artifact_name(&item, &to)?.to_owned();
    Ok(Action::Act(Act::Get { file, to }))
}

/// A key that must be there, and its text.
fn named<'a>(table: &Table<'a>, key: &str) -> Result<(Item<'a>, String), FileError> {
    let item = table.get(key).ok_or_else(|| table.error(&format!("`{key}` is missing")))?;
    let text = place::not_empty(&item)?;
    Ok((item, text))
}

/// *Errors*: `path` does not begin with a drive and a backslash.
pub(super) fn guest_path(item: &Item<'_>, path: &str) -> Result<(), FileError> {
    let mut chars = path.chars();
    let drive = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
    if drive && chars.next() == Some(':') && matches!(chars.next(), Some('\\' | '/')) && chars.next().is_some() {
        Ok(())
    } else {
        Err(item.error(&format!("`{path}` is no file of a guest; write a whole path such as 'A:\\DIR\\NAME.EXT'")))
    }
}

pub(super) fn reset(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    simple(given, Act::Reset)
}

pub(super) fn power_off(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    simple(given, Act::PowerOff)
}

pub(super) fn pause(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    simple(given, Act::Pause)
}

pub(super) fn resume(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    simple(given, Act::Resume)
}

/// A verb whose value is `true`.
fn simple(given: &Given<'_>, act: Act) -> Result<Action, FileError> {
    place::yes(&given.value).map(|()| Action::Act(act))
}

pub(super) fn set(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let table = given.value.to_table()?;
    table.check_fields(SETTING_FIELDS)?;
    let settings = Settings {
        speed: table.get("speed").map(|item| item.parsed(parse_speed)).transpose()?,
        code_page: table.get("code_page").map(|item| config::code_page_or_follow(&item)).transpose()?,
        keyboard: table.get("keyboard").map(|item| config::keyboard(&item)).transpose()?,
    };
    if settings == Settings::default() {
        return Err(table.error("no setting; write at least one of speed, code_page, keyboard"));
    }
    Ok(Action::Act(Act::Set(settings)))
}

pub(super) fn screenshot(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let item = &given.value;
    let name = place::not_empty(item)?;
    let path = artifact_name(item, &name)?;
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let Some(format) = Format::from_extension(extension) else {
        let names = Format::ALL.map(|(name, _)| name).join(", ");
        return Err(item.error(&format!("`{extension}` is no format of pictures; valid extensions are {names}")));
    };
    Ok(Action::Act(Act::Screenshot { name: path.to_owned(), format }))
}

/// A name of a file among a run's artifacts: nothing outside of their folder can be named.
fn artifact_name<'n>(item: &Item<'_>, name: &'n str) -> Result<&'n Path, FileError> {
    let path = Path::new(name);
    let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    if inside && !name.contains(['\\', ':']) && !name.chars().any(char::is_control) {
        Ok(path)
    } else {
        Err(item.error("not a name within the folder of artifacts; write a relative path without `..`"))
    }
}

pub(super) fn capture(parser: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let look = place::regex_look(given)?;
    let names = group_names(&look);
    if names.is_empty() {
        return Err(given.value.error("no named group; write (?<name>...) for what is captured"));
    }
    match names.iter().find(|name| parser.scope.values.contains_key(*name)) {
        Some(name) => Err(given.value.error(&format!("`{name}` is a variable with a fixed value already"))),
        None => Ok(Action::Act(Act::Capture(look))),
    }
}

/// The names of the groups of a regular expression.
pub(super) fn group_names(look: &Look) -> Vec<String> {
    let Needle::Regex(text) = &look.what else { return Vec::new() };
    let Ok(regex) = pattern::check(text) else { return Vec::new() };
    regex.capture_names().flatten().map(str::to_owned).collect()
}

pub(super) fn log(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    given.value.text(str::to_owned).map(Act::Log).map(Action::Act)
}
