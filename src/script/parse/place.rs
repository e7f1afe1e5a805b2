//! What is looked for on screens, and where: the keys that many verbs share.

use std::borrow::Cow;

use super::Given;
use super::verbs::{ATTR_FIELDS, REGION_FIELDS};
use crate::config::{FileError, Item, Text};
use crate::screen::CodePage;
use crate::script::ast::{Attr, Look, Needle, Region, Where};
use crate::script::pattern;

/// The sixteen colours of the display in the order of their numbers.
pub(super) const COLORS: [&str; 16] = [
    "black",
    "blue",
    "green",
    "cyan",
    "red",
    "magenta",
    "brown",
    "light gray",
    "dark gray",
    "light blue",
    "light green",
    "light cyan",
    "light red",
    "light magenta",
    "yellow",
    "white",
];

/// The step's text, and where it is looked for.
pub(super) fn text_look(given: &Given<'_>) -> Result<Look, FileError> {
    Ok(Look { what: Needle::Text(screen_text(&given.value, given.page)?), place: place(given)? })
}

/// The step's regular expression, and where it is looked for.
pub(super) fn regex_look(given: &Given<'_>) -> Result<Look, FileError> {
    let item = &given.value;
    not_empty_raw(item)?;
    let text = item.text(regex::escape)?;
    pattern::check(&text).map_err(|problem| item.error(&problem))?;
    Ok(Look { what: Needle::Regex(text), place: place(given)? })
}

/// The keys `region`, `attr` and `cursor` of a step.
pub(super) fn place(given: &Given<'_>) -> Result<Where, FileError> {
    let table = &given.table;
    Ok(Where {
        region: step_region(given)?,
        attr: table.get("attr").map(attr).transpose()?,
        cursor: table.get("cursor").map(|item| item.boolean()).transpose()?.unwrap_or(false),
    })
}

/// The key `region` of a step.
pub(super) fn step_region(given: &Given<'_>) -> Result<Option<Region>, FileError> {
    given.table.get("region").map(region).transpose()
}

/// A rectangle of the screen.
pub(super) fn region(item: Item<'_>) -> Result<Region, FileError> {
    let table = item.table()?;
    table.check_fields(REGION_FIELDS)?;
    let place = |key| Ok(table.get(key).map(|item| place_number(&item)).transpose()?.unwrap_or(0));
    let count = |key| table.get(key).map(|item| count(&item)).transpose();
    Ok(Region { row: place("row")?, col: place("col")?, rows: count("rows")?, cols: count("cols")? })
}

/// A row or a column; negative from the far edge.
pub(super) fn place_number(item: &Item<'_>) -> Result<i32, FileError> {
    item.signed(-255, 254).map(|number| i32::try_from(number).unwrap_or(0))
}

/// A number of rows or columns.
pub(super) fn count(item: &Item<'_>) -> Result<u16, FileError> {
    item.integer(1, 255).map(|number| u16::try_from(number).unwrap_or(u16::MAX))
}

/// A byte.
pub(super) fn byte(item: &Item<'_>) -> Result<u8, FileError> {
    item.integer(0, 0xFF).map(|number| u8::try_from(number).unwrap_or(u8::MAX))
}

/// A word.
pub(super) fn word(item: &Item<'_>) -> Result<u16, FileError> {
    item.integer(0, 0xFFFF).map(|number| u16::try_from(number).unwrap_or(u16::MAX))
}

/// What is asked of attributes.
pub(super) fn attr(item: Item<'_>) -> Result<Attr, FileError> {
    let table = item.table()?;
    table.check_fields(ATTR_FIELDS)?;
    let color = |key| table.get(key).map(|item| color(&item)).transpose();
    let flag = |key| table.get(key).map(|item| item.boolean()).transpose();
    let attr = Attr { fg: color("fg")?, bg: color("bg")?, blink: flag("blink")?, bright: flag("bright")? };
    if attr == Attr::default() {
        return Err(table.error("nothing is asked of the attribute; write at least one of fg, bg, blink, bright"));
    }
    Ok(attr)
}

/// A colour by name or number.
fn color(item: &Item<'_>) -> Result<u8, FileError> {
    if item.is_string() {
        let choices: Vec<(&str, u8)> = COLORS.into_iter().zip(0..).collect();
        return item.choice(&choices);
    }
    item.integer(0, 15).map(|number| u8::try_from(number).unwrap_or(0))
}

/// Text that a row of a screen can show.
fn screen_text(item: &Item<'_>, page: CodePage) -> Result<Text, FileError> {
    not_empty_raw(item)?;
    let text = item.text(str::to_owned)?;
    let unknown = text.known().find(|&c| page.code(c).is_none());
    match unknown {
        Some('\n' | '\r') => Err(item.error("text is looked for row by row; it must not hold line breaks")),
        Some(c) => Err(item.error(&format!("`{c}` is not in {page}; it cannot be on the screen"))),
        None if text.fixed() == Some("") => Err(item.error("the text is empty")),
        None => Ok(text),
    }
}

/// The step's text, which must hold something.
pub(super) fn not_empty<'a>(item: &Item<'a>) -> Result<String, FileError> {
    let text: Cow<'a, str> = item.string()?;
    if text.is_empty() { Err(item.error("the text is empty")) } else { Ok(text.into_owned()) }
}

pub(super) fn not_empty_raw(item: &Item<'_>) -> Result<(), FileError> {
    if item.raw()?.is_empty() { Err(item.error("the text is empty")) } else { Ok(()) }
}

/// A step whose value is `true`.
pub(super) fn yes(item: &Item<'_>) -> Result<(), FileError> {
    if item.boolean()? { Ok(()) } else { Err(item.error("only `true` is valid; leave the step out otherwise")) }
}
