//! Steps that wait.

use super::verbs::PORT_FIELDS;
use super::{Given, Parser, place};
use crate::config::FileError;
use crate::config::units::parse_duration;
use crate::script::ast::{Action, PortBytes, Wait, Where};

pub(super) fn text(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    place::text_look(given).map(Wait::Shown).map(Action::Wait)
}

pub(super) fn regex(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    place::regex_look(given).map(Wait::Shown).map(Action::Wait)
}

pub(super) fn not(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    place::text_look(given).map(Wait::NotShown).map(Action::Wait)
}

pub(super) fn gone(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    place::text_look(given).map(Wait::Gone).map(Action::Wait)
}

pub(super) fn idle(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    place::yes(&given.value).map(|()| Action::Wait(Wait::Idle))
}

pub(super) fn stable(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let quiet = given.value.parsed(parse_duration)?;
    let place = Where { region: place::step_region(given)?, ..Where::default() };
    Ok(Action::Wait(Wait::Stable { quiet, place }))
}

pub(super) fn exit(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let item = &given.value;
    let program = match item.is_string() {
        true => Some(place::not_empty(item)?),
        false if item.boolean().is_ok() => place::yes(item).map(|()| None)?,
        false => return Err(item.wrong_type("a string or true")),
    };
    Ok(Action::Wait(Wait::Exit(program)))
}

pub(super) fn port(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    if given.value.is_integer() {
        let port = place::word(&given.value)?;
        return Ok(Action::Wait(Wait::Port { port, bytes: PortBytes::Any }));
    }
    let Some(table) = given.value.as_table() else { return Err(given.value.wrong_type("an integer or a table")) };
    table.check_fields(PORT_FIELDS)?;
    let port = table.get("port").map(|item| place::word(&item)).transpose()?.unwrap_or_default();
    let bytes = match (table.get("value"), table.get("text")) {
        (None, None) => PortBytes::Any,
        (Some(item), None) => PortBytes::Value(place::byte(&item)?),
        (None, Some(item)) => {
            place::not_empty_raw(&item)?;
            PortBytes::Text(item.text(str::to_owned)?)
        }
        (Some(_), Some(item)) => return Err(item.name_error("either `value` or `text`, not both")),
    };
    Ok(Action::Wait(Wait::Port { port, bytes }))
}
