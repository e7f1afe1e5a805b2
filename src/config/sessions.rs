//! The `[sessions.NAME]` tables that config files and scripts share.

use std::borrow::Cow;
use std::path::Path;

use super::document::{FileError, Item, Table};
use super::fields::FIELDS;
use super::{BUILTIN_TOUR, Background, BootDrive, DosVersion, ImageSpec, Priority, SessionSpec, dos, units};
use crate::disk::{ImageSource, WritePolicy};
use crate::keys::KeyLayout;
use crate::pointer::MouseSupport;
use crate::screen::CodePage;

/// Boot drives by name.
pub(super) const BOOT_DRIVES: [(&str, BootDrive); 3] =
    [("floppy", BootDrive::Floppy), ("disk", BootDrive::Disk), ("dos", BootDrive::Dos)];

/// What a session does in the background, by name.
pub(super) const BACKGROUNDS: [(&str, Background); 2] = [("run", Background::Run), ("pause", Background::Pause)];

/// What there is of a mouse, by name. The default is nothing: a mouse is in the equipment word and makes
/// programs look different, and a drag over a session selects text.
pub(super) const MICE: [(&str, MouseSupport); 3] =
    [("none", MouseSupport::None), ("ps2", MouseSupport::Ps2), ("driver", MouseSupport::Driver)];

/// Write policies by name.
pub const WRITE_POLICIES: &[(&str, WritePolicy)] =
    &[("overlay", WritePolicy::Overlay), ("image", WritePolicy::Image), ("none", WritePolicy::None)];

/// Most floppy drives of a session: the BIOS data area and the controller of an AT know two.
pub const MAX_FLOPPIES: usize = 2;
/// Most hard disks of a session: C: to F:, as on the two channels of an AT with four drives.
pub const MAX_DISKS: usize = 4;
/// Most commands of the host that a session may name.
pub(super) const MAX_HOST_COMMANDS: usize = 64;
/// Most rows of a session's scrollback.
pub const MAX_SCROLLBACK: u32 = 100_000;
/// Most characters in a session's name, so that status lines stay readable.
pub const MAX_NAME_CHARS: usize = 32;

/// The sessions of a file, in the order of the file. Paths are relative to `folder`.
pub(crate) fn sessions(root: &Table<'_>, folder: &Path) -> Result<Vec<SessionSpec>, FileError> {
    let missing = || root.error("no session; write a table such as [sessions.left]");
    let table = root.get("sessions").ok_or_else(missing)?.table()?;
    let specs: Vec<SessionSpec> =
        table.entries().map(|(name, item)| session(name, item, folder)).collect::<Result<_, _>>()?;
    if specs.is_empty() { Err(missing()) } else { Ok(specs) }
}

/// The profiles of a file: sessions that are not started by themselves.
pub(super) fn profiles(root: &Table<'_>, folder: &Path) -> Result<Vec<SessionSpec>, FileError> {
    let Some(item) = root.get("profiles") else { return Ok(Vec::new()) };
    item.table()?.entries().map(|(name, item)| session(name, item, folder)).collect()
}

/// One `[sessions.NAME]` or `[profiles.NAME]` table.
fn session(name: &str, item: Item<'_>, folder: &Path) -> Result<SessionSpec, FileError> {
    check_session_name(name).map_err(|problem| item.name_error(&problem))?;
    let table = item.table()?;
    let mut spec = SessionSpec::new(name);
    read_settings(&table, folder, &mut spec)?;
    if table.get("boot").is_none() && spec.floppies.is_empty() {
        spec.boot = match (spec.disks.is_empty(), spec.drives.is_empty()) {
            (false, _) => BootDrive::Disk,
            (true, false) => BootDrive::Dos,
            (true, true) => spec.boot,
        };
    }
    if table.get("mouse").is_none() {
        spec.mouse = spec.boot.usual_mouse();
    }
    refuse_idle_drives(&table, &spec)?;
    Ok(spec)
}

/// Only the built-in DOS has drives on host directories.
fn refuse_idle_drives(table: &Table<'_>, spec: &SessionSpec) -> Result<(), FileError> {
    match table.get("drives") {
        Some(item) if spec.boot != BootDrive::Dos && !spec.drives.is_empty() => {
            Err(item
                .error("these are drives of the built-in DOS, but the session boots an image; write boot = \"dos\""))
        }
        _ => Ok(()),
    }
}

/// Takes the settings of `table` over into `spec`; what it does not name stays as it is.
pub(super) fn read_settings(table: &Table<'_>, folder: &Path, spec: &mut SessionSpec) -> Result<(), FileError> {
    table.check_fields(FIELDS)?;
    if let Some(item) = table.get("floppies") {
        spec.floppies = images(&item, folder, MAX_FLOPPIES)?;
    }
    if let Some(item) = table.get("disks") {
        spec.disks = images(&item, folder, MAX_DISKS)?;
        refuse_builtin_disks(&item, &spec.disks)?;
    }
    if let Some(item) = table.get("drives") {
        spec.drives = dos::drives(&item, folder)?;
    }
    if let Some(item) = table.get("dos_version") {
        spec.dos_version = item.parsed(DosVersion::parse)?;
    }
    if let Some(item) = table.get("device") {
        spec.devices = dos::devices(&item)?;
    }
    if let Some(item) = table.get("long_names") {
        spec.long_names = item.boolean()?;
    }
    if let Some(item) = table.get("ansi") {
        spec.ansi = item.boolean()?;
    }
    if let Some(item) = table.get("host_commands") {
        spec.host_commands = dos::host_commands(&item, MAX_HOST_COMMANDS)?;
    }
    if let Some(item) = table.get("boot") {
        spec.boot = item.choice(&BOOT_DRIVES)?;
    }
    machine_settings(table, folder, spec)
}

/// The settings that are not about drives.
fn machine_settings(table: &Table<'_>, folder: &Path, spec: &mut SessionSpec) -> Result<(), FileError> {
    if let Some(item) = table.get("memory") {
        let bytes = item.parsed(|text| units::MEMORY.parse(text))?;
        // The range of `MEMORY` ends at 256 MiB.
        spec.memory_bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    }
    if let Some(item) = table.get("priority") {
        spec.priority = Priority::read(item)?;
    }
    if let Some(item) = table.get("exclusive") {
        spec.exclusive = item.boolean()?;
    }
    if let Some(item) = table.get("background") {
        spec.background = item.choice(&BACKGROUNDS)?;
    }
    if let Some(item) = table.get("speed") {
        spec.speed = item.parsed(units::parse_speed)?;
    }
    if let Some(item) = table.get("fpu") {
        spec.fpu = item.boolean()?;
    }
    if let Some(item) = table.get("keyboard") {
        spec.keyboard = keyboard(&item)?;
    }
    if let Some(item) = table.get("mouse") {
        spec.mouse = item.choice(&MICE)?;
    }
    if let Some(item) = table.get("code_page") {
        (spec.code_page, spec.follows_code_page) = code_page_or_follow(&item)?;
    }
    if let Some(item) = table.get("scrollback") {
        spec.scrollback = item.integer(0, MAX_SCROLLBACK)?;
    }
    if let Some(item) = table.get("log") {
        spec.log = Some(folder.join(not_empty(&item)?.as_ref()));
    }
    if let Some(item) = table.get("debug_port") {
        spec.debug_port = Some(folder.join(not_empty(&item)?.as_ref()));
    }
    Ok(())
}

/// The name of a keyboard layout.
pub(crate) fn keyboard(item: &Item<'_>) -> Result<KeyLayout, FileError> {
    let layouts: Vec<(&str, KeyLayout)> = KeyLayout::all().map(|layout| (layout.name(), layout)).collect();
    item.choice(&layouts)
}

/// Code page 437 until the guest selects another one.
pub(super) const FOLLOW: &str = "follow";

/// The number of a code page, which stays, or [`FOLLOW`].
pub(crate) fn code_page_or_follow(item: &Item<'_>) -> Result<(CodePage, bool), FileError> {
    if item.string().is_ok() {
        return item.choice(&[(FOLLOW, (CodePage::US, true))]);
    }
    Ok((code_page(item)?, false))
}

/// The number of a code page.
fn code_page(item: &Item<'_>) -> Result<CodePage, FileError> {
    let number = item.integer(1, u32::from(u16::MAX))?;
    let page = u16::try_from(number).ok().and_then(CodePage::new);
    page.ok_or_else(|| {
        let valid: Vec<String> = CodePage::all().map(|page| page.number().to_string()).collect();
        item.error(&format!("there is no code page {number}; valid choices are {}", valid.join(", ")))
    })
}

/// A list of images, at most `most` of them.
fn images(item: &Item<'_>, folder: &Path, most: usize) -> Result<Vec<ImageSpec>, FileError> {
    let items = item.array()?;
    if items.len() > most {
        return Err(items[most].error(&format!("one image too many; a session has at most {most} here")));
    }
    items.into_iter().map(|item| image(item, folder)).collect()
}

/// One image: a bare string or `{ image, writes }`.
pub(crate) fn image(item: Item<'_>, folder: &Path) -> Result<ImageSpec, FileError> {
    if !item.is_table() {
        let spec = ImageSpec { source: source(&item, folder)?, writes: WritePolicy::Overlay };
        return Ok(spec);
    }
    let table = item.table()?;
    table.check_keys(&["image", "writes"])?;
    let image = table.get("image").ok_or_else(|| table.error("no image; write image = \"FILE\""))?;
    let source = source(&image, folder)?;
    let writes = match table.get("writes") {
        Some(item) => item.choice(if source == ImageSource::Tour { &BUILTIN_POLICIES } else { WRITE_POLICIES })?,
        None => WritePolicy::Overlay,
    };
    Ok(ImageSpec { source, writes })
}

/// What can be done with an image that is no file.
const BUILTIN_POLICIES: [(&str, WritePolicy); 2] = [("overlay", WritePolicy::Overlay), ("none", WritePolicy::None)];

/// Where an image comes from.
fn source(item: &Item<'_>, folder: &Path) -> Result<ImageSource, FileError> {
    if item.string().is_err() {
        return Err(item.wrong_type("a string or a table { image, writes }"));
    }
    parse_source(&not_empty(item)?, folder).map_err(|problem| item.error(&problem))
}

/// Reads an image name as config files, scripts and the command line have it: `builtin:tour`, or a
/// path relative to `folder`. *Errors*: the built-in images to choose from.
pub(crate) fn parse_source(text: &str, folder: &Path) -> Result<ImageSource, String> {
    match text.strip_prefix("builtin:") {
        Some(_) if text == BUILTIN_TOUR => Ok(ImageSource::Tour),
        Some(_) => Err(format!("no image is called `{text}`; valid built-in images are \"{BUILTIN_TOUR}\"")),
        None => Ok(ImageSource::File(folder.join(text))),
    }
}

/// The built-in image is a floppy.
fn refuse_builtin_disks(item: &Item<'_>, disks: &[ImageSpec]) -> Result<(), FileError> {
    match disks.iter().position(|disk| disk.source == ImageSource::Tour) {
        Some(index) => Err(item.array()?[index].error("the built-in image is a floppy; name it in `floppies`")),
        None => Ok(()),
    }
}

fn not_empty<'a>(item: &Item<'a>) -> Result<Cow<'a, str>, FileError> {
    let text = item.string()?;
    if text.is_empty() { Err(item.error("is empty; write the name of a file")) } else { Ok(text) }
}

/// *Errors*: why `name` is no name of a session.
pub(crate) fn check_session_name(name: &str) -> Result<(), String> {
    if name.trim().is_empty() {
        return Err("a session's name must not be empty".to_owned());
    }
    if name.chars().count() > MAX_NAME_CHARS {
        return Err(format!("a session's name has at most {MAX_NAME_CHARS} characters"));
    }
    if name.chars().any(char::is_control) {
        return Err("a session's name must not hold control characters".to_owned());
    }
    Ok(())
}
