//! Steps with the mouse.

use super::verbs::MOUSE_FIELDS;
use super::{Given, Parser};
use crate::config::{FileError, Table};
use crate::pointer::{Button, PointerAct};
use crate::script::ast::{Act, Action, MouseStep};

/// Buttons by name.
pub(super) const BUTTONS: &[(&str, Button)] =
    &[("left", Button::Left), ("right", Button::Right), ("middle", Button::Middle)];
/// What can be done.
pub(super) const ACTS: &[&str] = &["click", "double", "press", "release", "move"];
/// Rows and columns, from either end.
const PLACES: (i64, i64) = (-255, 254);

pub(super) fn read(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let table = given.value.to_table()?;
    table.check_fields(MOUSE_FIELDS)?;
    let button = table.get("button").map(|item| item.choice(BUTTONS)).transpose()?.unwrap_or(Button::Left);
    let acts = [
        PointerAct::Click(button),
        PointerAct::DoubleClick(button),
        PointerAct::Press(button),
        PointerAct::Release(button),
        PointerAct::Move,
    ];
    let by_name: Vec<(&str, PointerAct)> = ACTS.iter().copied().zip(acts).collect();
    let act = table.get("act").map(|item| item.choice(&by_name)).transpose()?.unwrap_or(PointerAct::Click(button));
    let (row, col) = (place(&table, "row")?, place(&table, "col")?);
    Ok(Action::Act(Act::Mouse(MouseStep { row, col, act })))
}

fn place(table: &Table<'_>, key: &str) -> Result<i32, FileError> {
    let item = table.get(key).ok_or_else(|| table.error(&format!("`{key}` is missing")))?;
    // The range is that of a screen.
    item.signed(PLACES.0, PLACES.1).map(|place| i32::try_from(place).unwrap_or_default())
}
