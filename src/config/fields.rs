//! Which keys the tables of config files have, with what they mean and take.

use super::dos::MAX_DEVICES;
use super::sessions::{
    BACKGROUNDS, BOOT_DRIVES, FOLLOW, MAX_DISKS, MAX_FLOPPIES, MAX_HOST_COMMANDS, MAX_SCROLLBACK, MICE, WRITE_POLICIES,
};
use super::shape::{Field, Shape};
use super::units;
use crate::keys::KeyLayout;
use crate::screen::CodePage;

/// The `[sessions.NAME]` tables.
pub(crate) const SESSIONS: Field = Field::needed("sessions", "the sessions by their names", Shape::Named(&SESSION));
const SESSION: Shape = Shape::Table(FIELDS);

/// Keys of a config file's root table.
pub(crate) const CONFIG: &[Field] = &[UI, SESSIONS, PROFILES];

/// The `[profiles.NAME]` tables.
const PROFILES: Field = Field::new("profiles", "sessions that the UI offers, by their names", Shape::Named(&SESSION));

/// The `[ui]` table.
const UI: Field = Field::new("ui", "how the terminal UI behaves", Shape::Table(super::ui::FIELDS));

/// Keys of a `[sessions.NAME]` table, in the order of the documentation.
pub(super) const FIELDS: &[Field] = &[
    Field::new("floppies", "images in A: and B:", Shape::List(&IMAGE, MAX_FLOPPIES)),
    Field::new("disks", "images of hard disks, C: on", Shape::List(&IMAGE, MAX_DISKS)),
    Field::new("drives", "host directories as drives of the built-in DOS", Shape::Table(DRIVES)),
    Field::new("boot", "what is started", Shape::Choice(|| names(&BOOT_DRIVES))),
    Field::new("dos_version", "the version that the built-in DOS reports", Shape::Text),
    Field::new("device", "drivers that the built-in DOS loads", Shape::List(&Shape::Text, MAX_DEVICES)),
    Field::new("long_names", "whether the built-in DOS's programs may use long names", Shape::Boolean),
    Field::new("ansi", "whether the built-in DOS's screen understands escape sequences", Shape::Boolean),
    Field::new("host_commands", "commands of the host that UNIX may run", Shape::List(&Shape::Text, MAX_HOST_COMMANDS)),
    Field::new("memory", "conventional and extended memory", Shape::Quantity(&units::MEMORY)),
    Field::new("priority", "share against other sessions", PRIORITY),
    Field::new("exclusive", "true: others stand still while it is in the foreground", Shape::Boolean),
    Field::new("background", "what it does in the background", Shape::Choice(|| names(&BACKGROUNDS))),
    Field::new("speed", "\"max\" or instructions per second", SPEED),
    Field::new("fpu", "whether there is an 80387", Shape::Boolean),
    Field::new("keyboard", "the layout of its keyboard", KEYBOARD),
    Field::new("mouse", "whether there is a mouse, and a driver for it", Shape::Choice(|| names(&MICE))),
    Field::new("code_page", "what character codes mean", CODE_PAGE_OR_FOLLOW),
    Field::new(
        "scrollback",
        "how many rows are kept that scroll off the screen",
        Shape::Integer(0, MAX_SCROLLBACK as i64),
    ),
    Field::new("log", "file that gets what the session prints, as text", Shape::Text),
    Field::new("debug_port", "file that gets what the guest writes to port E9h", Shape::Text),
];

/// The letters that a host directory can have: floppies are before them, the built-in programs behind.
const LETTERS: &str = "cdefghijklmnopqrstuvwxy";

/// Keys of the `drives` table.
pub(super) const DRIVES: &[Field] = &{
    let mut fields = [Field::new("c", "a directory", DRIVE); LETTERS.len()];
    let (mut rest, mut index) = (LETTERS, 0);
    while index < fields.len() {
        let (letter, behind) = rest.split_at(1);
        fields[index] = Field::new(letter, "a directory", DRIVE);
        (rest, index) = (behind, index + 1);
    }
    fields
};

/// A host directory as a drive.
const DRIVE: Shape = Shape::AnyOf(&[Shape::Text, Shape::Table(HOST_DRIVE)]);
/// Keys of such a drive.
pub(super) const HOST_DRIVE: &[Field] = &[
    Field::needed("path", "the directory", Shape::Text),
    Field::new("read_only", "whether nothing on it can be changed", Shape::Boolean),
];

/// A processor's speed.
pub(crate) const SPEED: Shape = Shape::AnyOf(&[Shape::Choice(|| vec!["max"]), Shape::Quantity(&units::SPEED)]);

/// The name of a keyboard layout.
pub(crate) const KEYBOARD: Shape = Shape::Choice(|| KeyLayout::all().map(KeyLayout::name).collect());

/// The number of a code page, or that of the guest.
pub(crate) const CODE_PAGE_OR_FOLLOW: Shape = Shape::AnyOf(&[Shape::Choice(|| vec![FOLLOW]), CODE_PAGE]);
const CODE_PAGE: Shape = Shape::Numbers(|| CodePage::all().map(|page| i64::from(page.number())).collect());

/// An image in a drive.
pub(crate) const IMAGE: Shape = Shape::AnyOf(&[Shape::Text, Shape::Table(IMAGE_FIELDS)]);
const IMAGE_FIELDS: &[Field] = &[
    Field::needed("image", "the image's file", Shape::Text),
    Field::new("writes", "what happens to writes", Shape::Choice(|| names(WRITE_POLICIES))),
];

const PRIORITY: Shape = Shape::AnyOf(&[Shape::Integer(1, 100), Shape::Table(PRIORITY_FIELDS)]);
const WEIGHT: Shape = Shape::Integer(1, 1000);
const PRIORITY_FIELDS: &[Field] = &[
    Field::needed("foreground", "weight in the foreground", WEIGHT),
    Field::needed("background", "weight in the background", WEIGHT),
];

/// The names of choices.
pub(super) fn names<T>(choices: &[(&'static str, T)]) -> Vec<&'static str> {
    choices.iter().map(|&(name, _)| name).collect()
}
