//! The settings of a session of the built-in DOS: its drives, and the version that it reports.

use std::fmt;
use std::path::{Path, PathBuf};

use super::document::{FileError, Item};
use super::explain::quoted;
use super::fields::{DRIVES, HOST_DRIVE};

/// The name of the demo drive where a directory is named.
pub const BUILTIN_DEMO: &str = "builtin:demo";

/// A host directory as a drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostDriveSpec {
    /// Its letter. *Range*: C to Y.
    pub letter: char,
    /// What is on it.
    pub source: DriveSource,
    /// True if nothing on it can be changed.
    pub read_only: bool,
}

/// What is on a drive of the built-in DOS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DriveSource {
    /// A host directory.
    Directory(PathBuf),
    /// The demo drive: a directory that dosmux makes among the user's data.
    Demo,
}

impl DriveSource {
    /// What a config file says: [`BUILTIN_DEMO`], or a path relative to `folder`. *Errors*: what would be valid.
    pub(super) fn parse(text: &str, folder: &Path) -> Result<DriveSource, String> {
        match text.strip_prefix("builtin:") {
            Some(_) if text == BUILTIN_DEMO => Ok(DriveSource::Demo),
            Some(_) => Err(format!("no drive is called `{text}`; the only one that is built in is \"{BUILTIN_DEMO}\"")),
            None => Ok(DriveSource::Directory(folder.join(text))),
        }
    }
}

impl fmt::Display for DriveSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DriveSource::Directory(path) => path.display().fmt(f),
            DriveSource::Demo => f.write_str(BUILTIN_DEMO),
        }
    }
}

/// The version that programs are told.
///
/// ```
/// use dosmux::config::DosVersion;
/// assert_eq!(DosVersion::parse("3.3"), Ok(DosVersion { major: 3, minor: 30 }));
/// assert_eq!(DosVersion { major: 4, minor: 1 }.to_string(), "4.01");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DosVersion {
    /// *Range*: 2–99.
    pub major: u8,
    /// In hundredths, as DOS counts: 3.3 is 3 and 30. *Range*: 0–99.
    pub minor: u8,
}

impl DosVersion {
    /// What the built-in DOS is.
    pub const BUILT_IN: DosVersion = DosVersion { major: 5, minor: 0 };

    /// Reads a version such as `5.0`, `3.3` or `6.22`. *Errors*: what would be one.
    pub fn parse(text: &str) -> Result<DosVersion, String> {
        let read = || {
            let (major, minor) = text.split_once('.')?;
            let digits = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
            if !digits(major) || !digits(minor) {
                return None;
            }
            let major = major.parse().ok().filter(|major| *major >= 2)?;
            // One digit stands for tenths.
            let minor = format!("{minor:0<2}").parse().ok()?;
            Some(DosVersion { major, minor })
        };
        read().ok_or_else(|| format!("`{text}` is no version of DOS; write one such as \"5.0\", 2.0 to 99.99"))
    }
}

impl fmt::Display for DosVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.minor {
            minor if minor % 10 == 0 => write!(f, "{}.{}", self.major, minor / 10),
            minor => write!(f, "{}.{minor:02}", self.major),
        }
    }
}

/// Drivers that are loaded at most.
pub(super) const MAX_DEVICES: usize = 16;

/// The `device` list: each a driver's name with its arguments, as behind `DEVICE=` in a CONFIG.SYS.
pub(super) fn devices(item: &Item<'_>) -> Result<Vec<String>, FileError> {
    let items = item.array()?;
    if items.len() > MAX_DEVICES {
        return Err(items[MAX_DEVICES].error(&format!("one driver too many; a session has at most {MAX_DEVICES}")));
    }
    items.into_iter().map(|item| device(&item)).collect()
}

fn device(item: &Item<'_>) -> Result<String, FileError> {
    let line = item.string()?;
    if line.trim().is_empty() {
        return Err(item.error("is empty; write the name of a driver on one of the drives, such as \"C:\\\\FOO.SYS\""));
    }
    Ok(line.into_owned())
}

/// The `device` list of these drivers.
pub(super) fn format_devices(devices: &[String]) -> String {
    let devices: Vec<String> = devices.iter().map(|device| quoted(device)).collect();
    format!("[{}]", devices.join(", "))
}

/// The `drives` table. Paths are relative to `folder`.
pub(super) fn drives(item: &Item<'_>, folder: &Path) -> Result<Vec<HostDriveSpec>, FileError> {
    let table = item.to_table()?;
    table.check_fields(DRIVES)?;
    table.entries().map(|(letter, item)| drive(letter, &item, folder)).collect()
}

/// One drive: a bare string or `{ path, read_only }`.
fn drive(letter: &str, item: &Item<'_>, folder: &Path) -> Result<HostDriveSpec, FileError> {
    let letter = letter.chars().next().unwrap_or_default().to_ascii_uppercase();
    if !item.is_table() {
        if !item.is_string() {
            return Err(item.wrong_type("a string or a table { path, read_only }"));
        }
        return Ok(HostDriveSpec { letter, source: source(item, folder)?, read_only: false });
    }
    let table = item.to_table()?;
    table.check_fields(HOST_DRIVE)?;
    let named = table.get("path").ok_or_else(|| table.error("no directory; write path = \"DIRECTORY\""))?;
    let read_only = table.get("read_only").map_or(Ok(false), |item| item.boolean())?;
    Ok(HostDriveSpec { letter, source: source(&named, folder)?, read_only })
}

fn source(item: &Item<'_>, folder: &Path) -> Result<DriveSource, FileError> {
    let text = item.string()?;
    if text.is_empty() {
        return Err(item.error("is empty; write the name of a directory"));
    }
    DriveSource::parse(&text, folder).map_err(|problem| item.error(&problem))
}

/// The `host_commands` list: names alone, so that the host's own search finds them and no guest chooses another.
pub(super) fn host_commands(item: &Item<'_>, most: usize) -> Result<Vec<String>, FileError> {
    let items = item.array()?;
    if items.len() > most {
        return Err(items[most].error(&format!("one command too many; a session has at most {most}")));
    }
    items.iter().map(host_command).collect()
}

fn host_command(item: &Item<'_>) -> Result<String, FileError> {
    let name = item.string()?;
    check_host_command(&name).map_err(|problem| item.error(&problem))?;
    Ok(name.into_owned())
}

/// *Errors*: why `name` is no name of a command of the host.
pub fn check_host_command(name: &str) -> Result<(), String> {
    if name.is_empty() || name.contains(['/', '\0']) || name.chars().any(char::is_whitespace) {
        return Err(format!("`{name}` is no name of a command; write one such as \"git\""));
    }
    Ok(())
}

/// The `host_commands` list of these commands.
pub(super) fn format_host_commands(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("[{}]", names.join(", "))
}

/// The `drives` table of these drives.
pub(super) fn format_drives(drives: &[HostDriveSpec]) -> String {
    if drives.is_empty() {
        return "{}".to_owned();
    }
    let drives: Vec<String> = drives.iter().map(format_drive).collect();
    format!("{{ {} }}", drives.join(", "))
}

fn format_drive(drive: &HostDriveSpec) -> String {
    let (letter, path) = (drive.letter.to_ascii_lowercase(), quoted(&drive.source.to_string()));
    if drive.read_only {
        format!("{letter} = {{ path = {path}, read_only = true }}")
    } else {
        format!("{letter} = {path}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BootDrive, SessionSpec, change, parse, session_table, settings};
    use super::*;

    fn spec(text: &str) -> SessionSpec {
        parse(Path::new("etc/c.toml"), &format!("[sessions.a]\n{text}")).unwrap().sessions.remove(0)
    }

    fn error(text: &str) -> String {
        parse(Path::new("c.toml"), &format!("[sessions.a]\n{text}")).unwrap_err().to_string()
    }

    const BOTH: &str = "drives = { c = 'games', d = { path = '/lib', read_only = true } }";

    #[test]
    fn drives_are_directories_beside_the_file_and_boot_the_built_in_dos() {
        let drive = |letter, path: &str, read_only| HostDriveSpec {
            letter,
            source: DriveSource::Directory(path.into()),
            read_only,
        };
        let spec = spec(BOTH);
        assert_eq!(spec.drives, [drive('C', "etc/games", false), drive('D', "/lib", true)]);
        assert_eq!((spec.boot, spec.dos_version), (BootDrive::Dos, DosVersion::BUILT_IN));
    }

    #[test]
    fn what_is_no_drive_is_refused() {
        assert!(
            error("drives = { z = 'x' }")
                .starts_with("c.toml:2:12: sessions.a.drives.z: unknown key; valid keys are c, d,")
        );
        assert!(error("drives = { c = 'x', c = 'y' }").contains("duplicate key"));
        assert_eq!(
            error("drives = { c = 3 }"),
            "c.toml:2:16: sessions.a.drives.c: wanted a string or a table { path, read_only }, found an integer"
        );
        assert_eq!(
            error("drives = { c = '' }"),
            "c.toml:2:16: sessions.a.drives.c: is empty; write the name of a directory"
        );
        assert!(error("drives = { c = { read_only = true } }").contains("`path` is missing"));
    }

    #[test]
    fn the_demo_drive_is_named_and_no_other_is_built_in() {
        let spec = spec("drives = { c = 'builtin:demo' }");
        assert_eq!(spec.drives[0].source, DriveSource::Demo);
        assert_eq!(format_drives(&spec.drives), "{ c = \"builtin:demo\" }");
        assert_eq!(
            error("drives = { c = 'builtin:tour' }"),
            "c.toml:2:16: sessions.a.drives.c: no drive is called `builtin:tour`; the only one that is built in is \
             \"builtin:demo\""
        );
    }

    #[test]
    fn drives_of_a_session_that_boots_an_image_are_refused() {
        let text = "floppies = ['a.img']\ndrives = { c = 'x' }";
        assert_eq!(
            error(text),
            "c.toml:3:10: sessions.a.drives: these are drives of the built-in DOS, but the session boots an image; \
             write boot = \"dos\""
        );
        assert_eq!(spec(&format!("{text}\nboot = 'dos'")).drives.len(), 1);
    }

    #[test]
    fn drives_are_written_as_they_are_read() {
        let spec = spec(&format!("{BOTH}\ndos_version = '3.3'"));
        let text = session_table(&spec, Path::new("etc"));
        assert!(text.contains("drives = { c = \"games\", d = { path = "), "{text}");
        assert_eq!(parse(Path::new("etc/d.toml"), &text).unwrap().sessions[0].dos_version, spec.dos_version);
        let (_, value) = settings(&spec).into_iter().find(|(key, _)| *key == "drives").unwrap();
        assert_eq!(change(&spec, "drives", &value).unwrap(), spec);
    }

    #[test]
    fn drivers_are_written_as_they_are_read() {
        let spec = spec("drives = { c = 'x' }\ndevice = ['C:\\FOO.SYS /X', 'D:\\B.SYS']\nansi = false");
        assert_eq!(
            (spec.devices.as_slice(), spec.ansi),
            (["C:\\FOO.SYS /X".into(), "D:\\B.SYS".into()].as_slice(), false)
        );
        let text = session_table(&spec, Path::new("etc"));
        assert_eq!(parse(Path::new("etc/d.toml"), &text).unwrap().sessions[0].devices, spec.devices);
        assert!(error("device = ['']").contains("device[0]: is empty"));
        assert!(error(&format!("device = [{}]", "'x',".repeat(17))).contains("one driver too many"));
    }

    #[test]
    fn commands_of_the_host_are_names() {
        let spec = spec("host_commands = ['git', 'make']\nboot = 'dos'");
        assert_eq!(spec.host_commands, ["git", "make"]);
        assert_eq!(format_host_commands(&spec.host_commands), "[\"git\", \"make\"]");
        assert_eq!(
            error("host_commands = ['/bin/sh']"),
            "c.toml:2:18: sessions.a.host_commands[0]: `/bin/sh` is no name of a command; write one such as \"git\""
        );
    }

    #[test]
    fn versions_count_in_hundredths() {
        for (text, major, minor, shown) in
            [("5.0", 5, 0, "5.0"), ("6.22", 6, 22, "6.22"), ("3.30", 3, 30, "3.3"), ("4.01", 4, 1, "4.01")]
        {
            assert_eq!(DosVersion::parse(text), Ok(DosVersion { major, minor }));
            assert_eq!(DosVersion { major, minor }.to_string(), shown);
        }
        for text in ["", "5", "5.", ".5", "1.0", "5.123", "-5.0", "five"] {
            assert!(DosVersion::parse(text).is_err(), "{text}");
        }
        assert!(error("dos_version = '1.0'").ends_with("write one such as \"5.0\", 2.0 to 99.99"));
    }
}
