//! The one list of verbs: what each takes, who reads it, and what the schema says about it.

use super::{Given, Parser, acting, asserting, flow, mouse, waiting};
use crate::config::units::DURATION;
use crate::config::{CODE_PAGE_OR_FOLLOW, Field, FileError, IMAGE, KEYBOARD, SPEED, Shape};
use crate::script::ast::Action;

/// A verb of steps.
pub(crate) struct Verb {
    /// Its name: the key of a step.
    pub(crate) name: &'static str,
    /// What it does, for people.
    pub(crate) doc: &'static str,
    /// What it takes.
    pub(crate) value: Shape,
    /// Keys beside it that are its own.
    pub(crate) options: &'static [Field],
    /// True if it waits, so that it has a timeout.
    pub(crate) waits: bool,
    /// Reads it.
    pub(super) read: Reader,
}

/// Reads a step.
pub(super) type Reader = fn(&mut Parser<'_>, &Given<'_>) -> Result<Action, FileError>;

/// The step's session.
pub(crate) const SESSION: Field = Field::new("session", "the step's session; the first one without it", Shape::Text);
/// The step's limit.
pub(crate) const TIMEOUT: Field =
    Field::new("timeout", "how long the step may take, in guest time", Shape::Quantity(&DURATION));

const ROW: Shape = Shape::Integer(-255, 254);
const COUNT: Shape = Shape::Integer(1, 255);

/// A rectangle of the screen.
pub(crate) const REGION: Shape = Shape::Table(REGION_FIELDS);
pub(super) const REGION_FIELDS: &[Field] = &[
    Field::new("row", "first row, from 0; negative from the bottom: -1 is the last", ROW),
    Field::new("col", "first column, from 0; negative from the right", ROW),
    Field::new("rows", "how many rows; all that follow without it", COUNT),
    Field::new("cols", "how many columns; all that follow without it", COUNT),
];

/// What is asked of attributes.
const ATTR: Shape = Shape::Table(ATTR_FIELDS);
pub(super) const ATTR_FIELDS: &[Field] = &[
    Field::new("fg", "foreground colour, by name or as 0 to 15", COLOR),
    Field::new("bg", "background colour, by name or as 0 to 15", COLOR),
    Field::new("blink", "whether it blinks", Shape::Boolean),
    Field::new("bright", "whether the foreground is bright", Shape::Boolean),
];
const COLOR: Shape = Shape::AnyOf(&[Shape::Integer(0, 15), Shape::Choice(|| super::place::COLORS.to_vec())]);

const REGION_FIELD: Field = Field::new("region", "the part of the screen that counts", REGION);
/// Where something is looked for.
const WHERE: &[Field] = &[
    REGION_FIELD,
    Field::new("attr", "the attribute that it must have", ATTR),
    Field::new("cursor", "true: the cursor must be in the region, and in the row of what is found", Shape::Boolean),
];

pub(super) const CURSOR_FIELDS: &[Field] = &[
    Field::new("row", "its row, from 0; negative from the bottom", ROW),
    Field::new("col", "its column, from 0; negative from the right", ROW),
    Field::new("visible", "whether it is shown", Shape::Boolean),
];

const MODE: Shape = Shape::Integer(0, 255);
pub(super) const MODE_FIELDS: &[Field] = &[
    Field::new("mode", "the BIOS's number of the mode", MODE),
    Field::new("cols", "columns of text", COUNT),
    Field::new("rows", "rows of text", COUNT),
];

const PORT: Shape = Shape::Integer(0, 0xFFFF);
const BYTE: Shape = Shape::Integer(0, 0xFF);
pub(super) const PORT_FIELDS: &[Field] = &[
    Field::needed("port", "the port", PORT),
    Field::new("value", "the byte that must be written", BYTE),
    Field::new("text", "the text that must be written, byte by byte", Shape::Text),
];

pub(super) const MEMORY_FIELDS: &[Field] = &[
    Field::needed(
        "at",
        "where: a linear address, or \"SEG:OFF\" in hexadecimal",
        Shape::AnyOf(&[Shape::Integer(0, 0xFFFF_FFFF), Shape::Text]),
    ),
    Field::new("bytes", "the bytes there", Shape::List(&BYTE, 4096)),
    Field::new("words", "the words there, low byte first", Shape::List(&Shape::Integer(0, 0xFFFF), 2048)),
    Field::new("text", "the characters there, in the session's code page", Shape::Text),
];

pub(super) const EXIT_FIELDS: &[Field] = &[
    Field::needed("code", "the code", BYTE),
    Field::new("program", "the program's name; any without it", Shape::Text),
];

pub(super) const FILE_FIELDS: &[Field] = &[
    Field::needed("path", "the file, such as \"A:\\\\OUT.TXT\"", Shape::Text),
    Field::new("exists", "whether it is there; true without it", Shape::Boolean),
    Field::new("size", "its size in bytes", Shape::Integer(0, 0xFFFF_FFFF)),
    Field::new("sha256", "the SHA-256 of its bytes, in hexadecimal", Shape::Text),
    Field::new("text", "all of its text; line ends are line feeds", Shape::Text),
    Field::new("contains", "a part of its text", Shape::Text),
];

pub(super) const PUT_FIELDS: &[Field] = &[
    Field::needed("file", "the host's file", Shape::Text),
    Field::needed("to", "the guest's file, such as \"A:\\\\IN.TXT\"", Shape::Text),
];
pub(super) const GET_FIELDS: &[Field] = &[
    Field::needed("file", "the guest's file, such as \"A:\\\\OUT.TXT\"", Shape::Text),
    Field::needed("to", "its name in the folder of artifacts", Shape::Text),
];

const DRIVE: Shape = Shape::Choice(|| super::acting::DRIVES.iter().map(|&(name, _)| name).collect());

const GOLDEN_OPTIONS: &[Field] = &[
    REGION_FIELD,
    Field::new("attrs", "true: attributes are compared, too", Shape::Boolean),
    Field::new("masks", "names of [masks]: parts that are not compared", Shape::List(&Shape::Text, 1000)),
];

pub(super) const STROKE_FIELDS: &[Field] = &[
    Field::new("down", "a key that goes down and stays down", Shape::Text),
    Field::new("up", "a key that comes up", Shape::Text),
    Field::new("hold", "a key or chord that is held down", Shape::Text),
    Field::new("for", "how long it is held down", Shape::Quantity(&DURATION)),
    Field::new("sleep", "how long nothing is done", Shape::Quantity(&DURATION)),
];

pub(super) const MOUSE_FIELDS: &[Field] = &[
    Field::needed("row", "the row, from 0; negative from the bottom", ROW),
    Field::needed("col", "the column, from 0; negative from the right", ROW),
    Field::new(
        "button",
        "the button; \"left\" without it",
        Shape::Choice(|| super::mouse::BUTTONS.iter().map(|&(name, _)| name).collect()),
    ),
    Field::new("act", "what is done; \"click\" without it", Shape::Choice(|| super::mouse::ACTS.to_vec())),
];

pub(super) const SETTING_FIELDS: &[Field] = &[
    Field::new("speed", "\"max\" or instructions per second", SPEED),
    Field::new("code_page", "what character codes mean", CODE_PAGE_OR_FOLLOW),
    Field::new("keyboard", "the layout of the keyboard", KEYBOARD),
];

const PASTE: Shape = Shape::AnyOf(&[Shape::Text, Shape::Table(PASTE_FIELDS)]);
pub(super) const PASTE_FIELDS: &[Field] = &[Field::needed("file", "a file with the text", Shape::Text)];

/// All verbs, in the order of the documentation.
pub(crate) const VERBS: &[Verb] = &[
    waits("wait", "waits until the text is on the screen", Shape::Text, WHERE, waiting::text),
    waits("wait_not", "waits until the text is not on the screen", Shape::Text, WHERE, waiting::not),
    waits("wait_gone", "waits until the text has been on the screen and is gone", Shape::Text, WHERE, waiting::gone),
    waits("wait_regex", "waits until a row of the screen matches", Shape::Regex, WHERE, waiting::regex),
    waits("wait_idle", "waits until the guest waits for input", Shape::Yes, &[], waiting::idle),
    waits(
        "wait_stable",
        "waits until the screen has not changed for this long",
        Shape::Quantity(&DURATION),
        &[REGION_FIELD],
        waiting::stable,
    ),
    waits(
        "wait_exit",
        "waits until a program has ended: this one, or any",
        Shape::AnyOf(&[Shape::Yes, Shape::Text]),
        &[],
        waiting::exit,
    ),
    waits(
        "wait_port",
        "waits until the guest has written to the port",
        Shape::AnyOf(&[PORT, Shape::Table(PORT_FIELDS)]),
        &[],
        waiting::port,
    ),
    waits("expect", "the text is on the screen, or appears in time", Shape::Text, WHERE, waiting::text),
    at_once("expect_not", "the text is not on the screen", Shape::Text, WHERE, asserting::not),
    waits("expect_regex", "a row of the screen matches, now or in time", Shape::Regex, WHERE, waiting::regex),
    waits("expect_cursor", "the cursor is as told", Shape::Table(CURSOR_FIELDS), &[], asserting::cursor),
    waits("expect_attr", "all cells have this attribute", ATTR, &[REGION_FIELD], asserting::attr),
    waits(
        "expect_mode",
        "the display is in this mode",
        Shape::AnyOf(&[MODE, Shape::Table(MODE_FIELDS)]),
        &[],
        asserting::mode,
    ),
    waits(
        "expect_exit",
        "the program that ended did so with this code",
        Shape::AnyOf(&[BYTE, Shape::Table(EXIT_FIELDS)]),
        &[],
        asserting::exit,
    ),
    waits("expect_memory", "memory holds these values", Shape::Table(MEMORY_FIELDS), &[], asserting::memory),
    waits("expect_file", "a file on the guest's disks is as told", Shape::Table(FILE_FIELDS), &[], asserting::file),
    at_once("golden", "the screen is as in this file", Shape::Text, GOLDEN_OPTIONS, asserting::golden),
    waits(
        "expect_stopped",
        "the machine has stopped, for a reason that contains the text",
        Shape::AnyOf(&[Shape::Yes, Shape::Text]),
        &[],
        asserting::stopped,
    ),
    waits("type", "types the text; done when the guest has read it", Shape::Text, &[], acting::type_text),
    waits("key", "strikes a key or a chord", Shape::Text, &[], acting::key),
    waits(
        "keys",
        "strikes, presses, releases and holds keys in turn",
        Shape::List(&Shape::AnyOf(&[Shape::Text, Shape::Table(STROKE_FIELDS)]), 4096),
        &[],
        acting::keys,
    ),
    waits("mouse", "moves the mouse to a cell and uses its buttons", Shape::Table(MOUSE_FIELDS), &[], mouse::read),
    waits("paste", "types text as it comes from elsewhere", PASTE, &[], acting::paste),
    at_once("sleep", "lets time pass", Shape::Quantity(&DURATION), &[], acting::sleep),
    at_once(
        "insert",
        "puts this image into a floppy drive",
        IMAGE,
        &[Field::new("drive", "the drive; \"A:\" without it", DRIVE)],
        acting::insert,
    ),
    at_once("eject", "takes the floppy out of this drive", DRIVE, &[], acting::eject),
    at_once("put", "copies a file of the host to a disk of the guest", Shape::Table(PUT_FIELDS), &[], acting::put),
    at_once("get", "keeps a file from a disk of the guest", Shape::Table(GET_FIELDS), &[], acting::get),
    at_once("reset", "restarts the machine; switches it on if it is off", Shape::Yes, &[], acting::reset),
    at_once("power_off", "switches the machine off", Shape::Yes, &[], acting::power_off),
    at_once("pause", "makes the machine stand still", Shape::Yes, &[], acting::pause),
    at_once("resume", "lets the machine go on", Shape::Yes, &[], acting::resume),
    at_once("set", "changes settings", Shape::Table(SETTING_FIELDS), &[], acting::set),
    at_once("screenshot", "keeps the screen as a file of artifacts", Shape::Text, &[], acting::screenshot),
    waits("capture", "makes the named groups of a match variables", Shape::Regex, WHERE, acting::capture),
    at_once(
        "repeat",
        "takes its steps this often",
        Shape::Integer(1, 10_000),
        &[Field::needed("steps", "the steps", Shape::Steps)],
        flow::repeat,
    ),
    at_once(
        "include",
        "takes the steps of this file",
        Shape::Text,
        &[Field::new("with", "values for the file's variables", Shape::Named(&super::cases::VALUE))],
        flow::include,
    ),
    at_once("log", "adds a line to the report", Shape::Text, &[], acting::log),
];

/// A verb that takes no longer than its timeout.
const fn waits(name: &'static str, doc: &'static str, value: Shape, options: &'static [Field], read: Reader) -> Verb {
    Verb { name, doc, value, options, waits: true, read }
}

/// A verb that waits for nothing.
const fn at_once(name: &'static str, doc: &'static str, value: Shape, options: &'static [Field], read: Reader) -> Verb {
    Verb { name, doc, value, options, waits: false, read }
}

impl Verb {
    /// All keys that a step with this verb may have.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'static str> {
        let own = std::iter::once(self.name).chain(self.options.iter().map(|field| field.name));
        own.chain([SESSION.name]).chain(self.waits.then_some(TIMEOUT.name))
    }
}
