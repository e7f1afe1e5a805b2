//! Steps that assert.

use std::borrow::Cow;

use super::verbs::{CURSOR_FIELDS, EXIT_FIELDS, FILE_FIELDS, MEMORY_FIELDS, MODE_FIELDS};
use super::{Given, Parser, acting, place};
use crate::config::{FileError, Item, Table, Text};
use crate::screen::CodePage;
use crate::script::ast::{Action, CursorSpec, Expect, FileSpec, Golden, ModeSpec, Region};

/// Most bytes that a step compares.
const MAX_MEMORY_BYTES: usize = 4096;
/// Behind the last address of a machine, monitor's area included. *Units*: bytes.
const ADDRESSES: u32 = 0x1100_0000;

pub(super) fn not(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    place::text_look(given).map(Expect::NotShown).map(Action::Expect)
}

pub(super) fn cursor(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let table = given.value.to_table()?;
    table.check_fields(CURSOR_FIELDS)?;
    let number = |key| table.get(key).map(|item| place::place_number(&item)).transpose();
    let visible = table.get("visible").map(|item| item.boolean()).transpose()?;
    let spec = CursorSpec { row: number("row")?, col: number("col")?, visible };
    if spec == CursorSpec::default() {
        return Err(table.error("nothing is asked of the cursor; write at least one of row, col, visible"));
    }
    Ok(Action::Expect(Expect::Cursor(spec)))
}

pub(super) fn attr(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let attr = place::attr(given.value.clone())?;
    Ok(Action::Expect(Expect::Attr { attr, region: place::step_region(given)? }))
}

pub(super) fn mode(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    if given.value.is_integer() {
        let spec = ModeSpec { mode: Some(place::byte(&given.value)?), ..ModeSpec::default() };
        return Ok(Action::Expect(Expect::Mode(spec)));
    }
    let Some(table) = given.value.as_table() else { return Err(given.value.wrong_type("an integer or a table")) };
    table.check_fields(MODE_FIELDS)?;
    let count = |key| table.get(key).map(|item| place::count(&item)).transpose();
    let mode = table.get("mode").map(|item| place::byte(&item)).transpose()?;
    let spec = ModeSpec { mode, cols: count("cols")?, rows: count("rows")? };
    if spec == ModeSpec::default() {
        return Err(table.error("nothing is asked of the mode; write at least one of mode, cols, rows"));
    }
    Ok(Action::Expect(Expect::Mode(spec)))
}

pub(super) fn exit(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    if given.value.is_integer() {
        return Ok(Action::Expect(Expect::Exit { code: place::byte(&given.value)?, program: None }));
    }
    let Some(table) = given.value.as_table() else { return Err(given.value.wrong_type("an integer or a table")) };
    table.check_fields(EXIT_FIELDS)?;
    let code = table.get("code").map(|item| place::byte(&item)).transpose()?.unwrap_or_default();
    let program = table.get("program").map(|item| place::not_empty(&item)).transpose()?;
    Ok(Action::Expect(Expect::Exit { code, program }))
}

pub(super) fn memory(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let table = given.value.to_table()?;
    table.check_fields(MEMORY_FIELDS)?;
    let Some(at) = table.get("at") else { return Err(table.error("`at` is missing")) };
    let bytes = values(&table, given.page)?;
    if bytes.is_empty() || bytes.len() > MAX_MEMORY_BYTES {
        return Err(table.error(&format!("a step compares 1 to {MAX_MEMORY_BYTES} bytes")));
    }
    Ok(Action::Expect(Expect::Memory { at: address(&at)?, bytes }))
}

/// The bytes that memory must hold.
fn values(table: &Table<'_>, page: CodePage) -> Result<Vec<u8>, FileError> {
    let given: Vec<(&str, Item<'_>)> =
        ["bytes", "words", "text"].into_iter().filter_map(|key| table.get(key).map(|item| (key, item))).collect();
    match given.as_slice() {
        [("bytes", item)] => item.array()?.iter().map(place::byte).collect(),
        [("words", item)] => {
            let words: Vec<u16> = item.array()?.iter().map(place::word).collect::<Result<_, _>>()?;
            Ok(words.into_iter().flat_map(u16::to_le_bytes).collect())
        }
        [(_, item)] => item
            .string()?
            .chars()
            .map(|c| page.code(c).ok_or_else(|| item.error(&format!("`{c}` is not in {page}"))))
            .collect(),
        _ => Err(table.error("write exactly one of bytes, words, text")),
    }
}

/// `0x417`, `"0040:0017"` or `"0x417"`. *Errors*: no address, or one that no machine has.
fn address(item: &Item<'_>) -> Result<u32, FileError> {
    if item.is_integer() {
        return item.integer(0, ADDRESSES - 1);
    }
    let text = item.string()?;
    let hex = |text: &str| u32::from_str_radix(text, 16).ok();
    let address = match text.split_once(':') {
        Some((seg, off)) if seg.len() <= 4 && off.len() <= 4 => hex(seg).zip(hex(off)).map(|(seg, off)| seg * 16 + off),
        Some(_) => None,
        None => text.strip_prefix("0x").and_then(hex),
    };
    address.filter(|&address| address < ADDRESSES).ok_or_else(|| {
        item.error(&format!(
            "`{text}` is no address; write \"SEG:OFF\" in hexadecimal or a linear address such as 0x417"
        ))
    })
}

pub(super) fn file(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let table = given.value.to_table()?;
    table.check_fields(FILE_FIELDS)?;
    let Some(item) = table.get("path") else { return Err(table.error("`path` is missing")) };
    let path = place::not_empty(&item)?;
    acting::guest_path(&item, &path)?;
    let exists = table.get("exists").map(|item| item.boolean()).transpose()?.unwrap_or(true);
    let string = |key| table.get(key).map(|item| item.string().map(Cow::into_owned)).transpose();
    let spec = FileSpec {
        path,
        exists,
        size: table.get("size").map(|item| item.integer(0, u32::MAX)).transpose()?,
        sha256: table.get("sha256").map(|item| sha256(&item)).transpose()?,
        text: string("text")?,
        contains: string("contains")?,
    };
    let alone = FileSpec { path: spec.path.clone(), ..FileSpec::default() };
    if !exists && spec != alone {
        return Err(table.error("a file that is not there has nothing else"));
    }
    Ok(Action::Expect(Expect::File(spec)))
}

/// 64 hexadecimal digits.
fn sha256(item: &Item<'_>) -> Result<[u8; 32], FileError> {
    let text = item.string()?;
    let wrong = || item.error("no SHA-256; write 64 hexadecimal digits");
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    let mut bytes = [0; 32];
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()).ok_or_else(wrong)?;
    }
    Ok(bytes)
}

pub(super) fn golden(parser: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let path = parser.file.folder().join(place::not_empty(&given.value)?);
    let attrs = given.table.get("attrs").map(|item| item.boolean()).transpose()?.unwrap_or(false);
    let masks = match given.table.get("masks") {
        Some(item) => item.array()?.iter().map(|item| mask(parser, item)).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let region = place::step_region(given)?;
    Ok(Action::Expect(Expect::Golden(Golden { path, region, attrs, masks })))
}

/// A part of the screen by its name in `[masks]`.
fn mask(parser: &Parser<'_>, item: &Item<'_>) -> Result<(String, Region), FileError> {
    let name = item.string()?;
    match parser.file.masks.get(name.as_ref()) {
        Some(&region) => Ok((name.into_owned(), region)),
        None => {
            let names: Vec<&str> = parser.file.masks.keys().map(String::as_str).collect();
            Err(item.error(&format!("[masks] has no `{name}`; it has {}", names.join(", "))))
        }
    }
}

pub(super) fn stopped(_: &mut Parser<'_>, given: &Given<'_>) -> Result<Action, FileError> {
    let item = &given.value;
    let reason = if item.is_string() {
        place::not_empty_raw(item)?;
        item.text(str::to_owned)?
    } else if item.boolean().is_ok() {
        place::yes(item)?;
        Text::default()
    } else {
        return Err(item.wrong_type("a string or true"));
    };
    Ok(Action::Expect(Expect::Stopped(reason)))
}
