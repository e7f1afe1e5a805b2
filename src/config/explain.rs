//! Every setting of the UI and of the sessions as it is used, and where it comes from: text that is a config file
//! itself.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use super::document::{Document, FileError, Table};
use super::fields::FIELDS;
use super::file::{self, with_text};
use super::sessions::{BACKGROUNDS, BOOT_DRIVES, FOLLOW, MICE, WRITE_POLICIES};
use super::shape::Field;
use super::{BUILTIN_TOUR, ConfigSource, ImageSpec, SessionSpec, UiSettings, dos, ui, units};
use crate::disk::ImageSource;

/// Columns of a setting before its origin, if they suffice.
const VALUE_COLUMNS: usize = 39;

/// All settings of a config. Paths are those that are opened.
///
/// ```
/// use dosmux::config::{ConfigSource, explain};
/// let text = explain(&ConfigSource::BuiltIn)?;
/// assert!(text.contains("\n[sessions.left]\n"));
/// assert!(text.contains("\ncode_page = \"follow\"                    # default\n"));
/// # Ok::<(), dosmux::config::FileError>(())
/// ```
pub fn explain(source: &ConfigSource) -> Result<String, FileError> {
    with_text(source, explained)
}

fn explained(path: &Path, text: &str) -> Result<String, FileError> {
    let config = file::parse(path, text)?;
    let lines = lines_of_settings(path, text)?;
    let mut out = format!("# {}\n", path.display());
    explain_table(&mut out, "ui", ui::FIELDS, &lines, |key| ui_value(&config.ui, key));
    for (kind, specs) in [("sessions", &config.sessions), ("profiles", &config.profiles)] {
        for spec in specs {
            let table = format!("{kind}.{}", key_name(&spec.name));
            explain_table(&mut out, &table, FIELDS, &lines, |key| value(spec, key));
        }
    }
    Ok(out)
}

/// Appends a table with all its settings, each with the line it is set in.
fn explain_table(
    out: &mut String,
    name: &str,
    fields: &[Field],
    lines: &Lines,
    value: impl Fn(&str) -> Option<String>,
) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "\n[{name}]");
    for key in fields.iter().map(|field| field.name) {
        let setting = match value(key) {
            Some(value) => format!("{key} = {value}"),
            None => format!("# {key} is not set"),
        };
        let line = lines.get(&(name.to_owned(), key.to_owned()));
        let origin = line.map_or_else(|| "default".to_owned(), |line| format!("line {line}"));
        let _ = writeln!(out, "{setting:<VALUE_COLUMNS$} # {origin}");
    }
}

/// The line of each setting in the file, by table and key.
type Lines = BTreeMap<(String, String), usize>;

fn lines_of_settings(path: &Path, text: &str) -> Result<Lines, FileError> {
    let doc = Document::new(path, text);
    let tree = doc.parse()?;
    let root = Table::root(doc, &tree);
    let mut tables = Vec::new();
    if let Some(item) = root.get("ui") {
        tables.push(("ui".to_owned(), item.table()?));
    }
    for kind in ["sessions", "profiles"] {
        let Some(item) = root.get(kind) else { continue };
        for (session, item) in item.table()?.entries() {
            tables.push((format!("{kind}.{}", key_name(session)), item.table()?));
        }
    }
    let mut lines = Lines::new();
    for (name, table) in tables {
        lines.extend(table.entries().map(|(key, setting)| ((name.clone(), key.to_owned()), setting.line())));
    }
    Ok(lines)
}

/// The value of a setting of the UI as a config file has it.
fn ui_value(settings: &UiSettings, key: &str) -> Option<String> {
    Some(match key {
        "prefix" => quoted(&settings.prefix.chord()),
        "escape_timeout" => quoted(&units::format_duration(settings.escape_timeout)),
        "mouse" => settings.mouse.to_string(),
        "bell" => quoted(name_of(&ui::BELLS, settings.bell)),
        "suspend" => quoted(name_of(&ui::SUSPENDS, settings.suspend)),
        "frame_rate" => settings.frame_rate.to_string(),
        "clipboard" => settings.clipboard.to_string(),
        _ => return None,
    })
}

/// The value of a setting as a config file has it; `None` if it is not set.
pub(super) fn value(spec: &SessionSpec, key: &str) -> Option<String> {
    Some(match key {
        "floppies" => images(&spec.floppies),
        "disks" => images(&spec.disks),
        "drives" => dos::format_drives(&spec.drives),
        "dos_version" => quoted(&spec.dos_version.to_string()),
        "device" => dos::format_devices(&spec.devices),
        "long_names" => spec.long_names.to_string(),
        "ansi" => spec.ansi.to_string(),
        "host_commands" => dos::format_host_commands(&spec.host_commands),
        "boot" => quoted(name_of(&BOOT_DRIVES, spec.boot)),
        "memory" => quoted(&units::MEMORY.format(u64::from(spec.memory_bytes))),
        "priority" => spec.priority.to_string(),
        "exclusive" => spec.exclusive.to_string(),
        "background" => quoted(name_of(&BACKGROUNDS, spec.background)),
        "speed" => quoted(&units::format_speed(spec.speed)),
        "mouse" => quoted(name_of(&MICE, spec.mouse)),
        "fpu" => spec.fpu.to_string(),
        "keyboard" => quoted(spec.keyboard.name()),
        "code_page" if spec.follows_code_page => quoted(FOLLOW),
        "code_page" => spec.code_page.number().to_string(),
        "scrollback" => spec.scrollback.to_string(),
        "log" => quoted(&spec.log.as_ref()?.to_string_lossy()),
        "debug_port" => quoted(&spec.debug_port.as_ref()?.to_string_lossy()),
        _ => return None,
    })
}

fn name_of<T: PartialEq>(choices: &[(&'static str, T)], value: T) -> &'static str {
    choices.iter().find(|(_, choice)| *choice == value).map_or("", |&(name, _)| name)
}

fn images(images: &[ImageSpec]) -> String {
    let texts: Vec<String> = images.iter().map(image).collect();
    format!("[{}]", texts.join(", "))
}

fn image(image: &ImageSpec) -> String {
    let name = match &image.source {
        ImageSource::Tour => BUILTIN_TOUR.to_owned(),
        ImageSource::File(path) => path.to_string_lossy().into_owned(),
    };
    format!("{{ image = {}, writes = {} }}", quoted(&name), quoted(name_of(WRITE_POLICIES, image.writes)))
}

/// A name as a TOML key, quoted if it must be.
pub(super) fn key_name(name: &str) -> String {
    let bare = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { name.to_owned() } else { quoted(name) }
}

/// A TOML basic string.
pub(crate) fn quoted(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    const TEXT: &str = "[sessions.\"my work\"]\nfloppies = ['a\\b.img', {image='builtin:tour', writes='none'}]\n\
        speed = '8 MIPS'\n\n[sessions.other]\ndebug_port = 'x\"y.log'\nboot = 'disk'\nfpu = false\ncode_page = 850\n";

    #[test]
    fn each_setting_has_its_line_or_is_a_default() {
        let text = explained(Path::new("c.toml"), TEXT).unwrap();
        let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap().to_owned();
        assert!(text.contains("\n\n[sessions.\"my work\"]\n"));
        assert_eq!(line("speed"), "speed = \"8 MIPS\"                        # line 3");
        assert_eq!(line("memory"), "memory = \"16 MiB\"                       # default");
        assert_eq!(line("# debug_port"), "# debug_port is not set                 # default");
        assert!(text.contains("fpu = false                             # line 8\n"), "{text}");
    }

    #[test]
    fn what_is_explained_is_a_config_of_the_same_sessions() {
        let text = explained(Path::new("c.toml"), TEXT).unwrap();
        assert_eq!(parse(Path::new("d.toml"), &text).unwrap(), parse(Path::new("c.toml"), TEXT).unwrap());
    }

    #[test]
    fn profiles_are_explained_like_sessions() {
        let text = "[sessions.a]\n[profiles.a]\nspeed = '8 MIPS'\n";
        let explained = explained(Path::new("c.toml"), text).unwrap();
        let profile = explained.split("\n[profiles.a]\n").nth(1).unwrap();
        assert!(profile.contains("speed = \"8 MIPS\"                        # line 3\n"), "{profile}");
        assert!(profile.contains("memory = \"16 MiB\"                       # default\n"), "{profile}");
        assert_eq!(parse(Path::new("c.toml"), &explained).unwrap(), parse(Path::new("c.toml"), text).unwrap());
    }

    #[test]
    fn the_ui_is_explained_before_the_sessions() {
        let text = explained(Path::new("c.toml"), "[sessions.a]\n[ui]\nprefix = 'ctrl+\\'").unwrap();
        let ui = text.split("\n\n").nth(1).unwrap();
        assert!(
            ui.starts_with("[ui]\nprefix = \"ctrl+\\\\\"                      # line 3\nescape_timeout = \"50ms\""),
            "{ui}"
        );
    }

    #[test]
    fn a_broken_config_is_an_error() {
        assert!(explained(Path::new("c.toml"), "[sessions.a]\nfpu = 3").is_err());
    }
}
