//! The `[ui]` table: how the terminal UI behaves.

use std::fmt;
use std::time::Duration;

use super::document::{FileError, Table};
use super::fields::names;
use super::shape::{Field, Shape};
use super::units;
use crate::keys::{Key, parse_chord};

/// Keys of the `[ui]` table.
pub(super) const FIELDS: &[Field] = &[
    Field::new("prefix", "the key that makes the next one a command", Shape::Text),
    Field::new(
        "escape_timeout",
        "how long an unfinished sequence of the terminal waits for its rest",
        Shape::Quantity(&units::ESCAPE_TIMEOUT),
    ),
    Field::new("mouse", "whether the mouse works the UI", Shape::Boolean),
    Field::new("clipboard", "whether what is copied goes to the terminal's clipboard, too", Shape::Boolean),
    Field::new("bell", "what a session's bell does", Shape::Choice(|| names(&BELLS))),
    Field::new("suspend", "who gets Ctrl-Z", Shape::Choice(|| names(&SUSPENDS))),
    Field::new("frame_rate", "most frames a second", Shape::Integer(1, MAX_FRAME_RATE as i64)),
];

/// What a session's bell does, by name.
pub(super) const BELLS: [(&str, Bell); 3] = [("terminal", Bell::Terminal), ("mark", Bell::Mark), ("off", Bell::Off)];
/// Who gets Ctrl-Z, by name.
pub(super) const SUSPENDS: [(&str, Suspend); 2] = [("guest", Suspend::Guest), ("dosmux", Suspend::Dosmux)];
/// Most frames a second.
const MAX_FRAME_RATE: u32 = 60;

/// What happens when a session rings its bell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bell {
    /// The terminal's bell rings if the session has the keys; another session is marked.
    Terminal,
    /// A session that is not in view is marked.
    Mark,
    /// Nothing.
    Off,
}

/// Who gets Ctrl-Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspend {
    /// The session, as the key Ctrl-Z.
    Guest,
    /// dosmux, which stops until its shell continues it.
    Dosmux,
}

/// Settings of the terminal UI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UiSettings {
    /// The key that makes the next one a command.
    pub prefix: Prefix,
    /// How long an unfinished sequence of the terminal waits for its rest: an Escape byte is the
    /// Esc key if nothing follows it in this time. *Range*: 5 ms to 2 s.
    pub escape_timeout: Duration,
    /// True if the mouse works the UI; false leaves it to the terminal, for its own selecting.
    pub mouse: bool,
    /// What a session's bell does.
    pub bell: Bell,
    /// Who gets Ctrl-Z.
    pub suspend: Suspend,
    /// Frames a second at most. *Range*: 1–60.
    pub frame_rate: u32,
    /// True if what is copied goes to the terminal's clipboard as well, by OSC 52.
    pub clipboard: bool,
}

impl Default for UiSettings {
    fn default() -> UiSettings {
        UiSettings {
            prefix: Prefix::default(),
            escape_timeout: Duration::from_millis(50),
            mouse: true,
            bell: Bell::Terminal,
            suspend: Suspend::Guest,
            frame_rate: MAX_FRAME_RATE,
            clipboard: false,
        }
    }
}

/// The prefix key: Ctrl and a key that terminals can send with it, or a function key.
///
/// ```
/// use dosmux::config::Prefix;
/// assert_eq!(Prefix::parse("ctrl+a")?.to_string(), "Ctrl-A");
/// assert_eq!(Prefix::parse("shift+f12")?.to_string(), "Shift-F12");
/// assert!(Prefix::parse("ctrl+i").is_err(), "terminals send the same for Tab");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    key: Key,
    shift: bool,
    ctrl: bool,
    alt: bool,
}

impl Default for Prefix {
    /// Ctrl-], because every terminal sends it (as byte 1Dh), hardly any DOS program wants it, and
    /// neither tmux, screen nor a shell takes it first; telnet and serial consoles use it in the
    /// same role.
    fn default() -> Prefix {
        Prefix { key: Key::RightBracket, shift: false, ctrl: true, alt: false }
    }
}

/// Keys that a terminal sends with Ctrl as a byte of their own, letters apart.
const CTRL_KEYS: [Key; 5] = [Key::Space, Key::Backslash, Key::RightBracket, Key::Digit6, Key::Minus];
/// Letters whose byte with Ctrl is that of Tab, Enter (twice, for the line feed) and Backspace.
const TAKEN_LETTERS: [Key; 4] = [Key::H, Key::I, Key::J, Key::M];

impl Prefix {
    /// Reads a chord such as `ctrl+]` or `f12`. *Errors*: what can be a prefix.
    pub fn parse(text: &str) -> Result<Prefix, String> {
        let keys = parse_chord(text).map_err(|part| format!("`{part}` is no key; write a chord such as \"ctrl+]\""))?;
        Prefix::from_chord(&keys).ok_or_else(|| {
            format!(
                "`{text}` cannot be the prefix; valid are ctrl with a letter (not h, i, j, m), space, \\, ], 6 or -, \
                 and f1 to f12 with any of shift, ctrl and alt"
            )
        })
    }

    fn from_chord(keys: &[Key]) -> Option<Prefix> {
        let (&key, modifiers) = keys.split_last()?;
        let mut prefix = Prefix { key, shift: false, ctrl: false, alt: false };
        for modifier in modifiers {
            match modifier {
                Key::LeftShift => prefix.shift = true,
                Key::LeftCtrl => prefix.ctrl = true,
                Key::LeftAlt => prefix.alt = true,
                _ => return None,
            }
        }
        let ctrl_alone = prefix.ctrl && !prefix.shift && !prefix.alt;
        let letter = prefix.character().is_some_and(|c| c.is_ascii_lowercase()) && !TAKEN_LETTERS.contains(&key);
        (is_function_key(key) || ctrl_alone && (letter || CTRL_KEYS.contains(&key))).then_some(prefix)
    }

    /// The key itself.
    #[must_use]
    pub fn key(self) -> Key {
        self.key
    }

    /// The character on the key's cap, if it is no function key.
    #[must_use]
    pub fn character(self) -> Option<char> {
        match self.key {
            Key::Space => Some(' '),
            key => key.name().chars().next().filter(|_| key.name().len() == 1),
        }
    }

    /// Whether Shift, Ctrl and Alt are held with it.
    #[must_use]
    pub fn modifiers(self) -> (bool, bool, bool) {
        (self.shift, self.ctrl, self.alt)
    }

    /// The chord as a config file has it.
    #[must_use]
    pub fn chord(self) -> String {
        self.joined(["shift+", "ctrl+", "alt+"], self.key.name())
    }

    fn joined(self, names: [&str; 3], key: &str) -> String {
        let held = names.into_iter().zip([self.shift, self.ctrl, self.alt]);
        held.filter_map(|(name, down)| down.then_some(name)).chain([key]).collect()
    }
}

/// The prefix key as it is shown to the user.
impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = match self.key {
            Key::Space => "Space".to_owned(),
            key => key.name().to_uppercase(),
        };
        f.write_str(&self.joined(["Shift-", "Ctrl-", "Alt-"], &key))
    }
}

fn is_function_key(key: Key) -> bool {
    (Key::F1..=Key::F12).contains(&key)
}

/// The settings in the `[ui]` table of a file, or the defaults.
pub(super) fn ui(root: &Table<'_>) -> Result<UiSettings, FileError> {
    let mut settings = UiSettings::default();
    let Some(item) = root.get("ui") else { return Ok(settings) };
    let table = item.table()?;
    table.check_fields(FIELDS)?;
    if let Some(item) = table.get("prefix") {
        settings.prefix = item.parsed(Prefix::parse)?;
    }
    if let Some(item) = table.get("escape_timeout") {
        settings.escape_timeout = item.parsed(|text| units::ESCAPE_TIMEOUT.parse(text).map(Duration::from_nanos))?;
    }
    if let Some(item) = table.get("mouse") {
        settings.mouse = item.boolean()?;
    }
    if let Some(item) = table.get("clipboard") {
        settings.clipboard = item.boolean()?;
    }
    if let Some(item) = table.get("bell") {
        settings.bell = item.choice(&BELLS)?;
    }
    if let Some(item) = table.get("suspend") {
        settings.suspend = item.choice(&SUSPENDS)?;
    }
    if let Some(item) = table.get("frame_rate") {
        settings.frame_rate = item.integer(1, MAX_FRAME_RATE)?;
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{FileError, parse_without_sessions};
    use super::*;

    fn parse_ui(path: &Path, text: &str) -> Result<UiSettings, FileError> {
        parse_without_sessions(path, text).map(|config| config.ui)
    }

    fn error(text: &str) -> String {
        parse_ui(Path::new("c.toml"), text).unwrap_err().to_string()
    }

    #[test]
    fn a_file_without_the_table_has_the_defaults() {
        assert_eq!(parse_ui(Path::new("c.toml"), "[sessions.a]").unwrap(), UiSettings::default());
        assert_eq!(parse_ui(Path::new("c.toml"), "[ui]").unwrap(), UiSettings::default());
    }

    #[test]
    fn every_key_reaches_the_settings() {
        let text = "[ui]\nprefix = 'ctrl+b'\nescape_timeout = '0.2s'\nmouse = false\nclipboard = true\nbell = 'off'\nsuspend = 'dosmux'\nframe_rate = 20";
        let settings = parse_ui(Path::new("c.toml"), text).unwrap();
        let prefix = Prefix { key: Key::B, ctrl: true, shift: false, alt: false };
        let (bell, suspend, frame_rate) = (Bell::Off, Suspend::Dosmux, 20);
        let escape_timeout = Duration::from_millis(200);
        assert_eq!(
            settings,
            UiSettings { prefix, escape_timeout, mouse: false, clipboard: true, bell, suspend, frame_rate }
        );
    }

    #[test]
    fn sessions_are_not_looked_at_for_the_ui() {
        assert!(parse_ui(Path::new("c.toml"), "[sessions.a]\nnonsense = 1").is_ok());
    }

    #[test]
    fn errors_name_the_place_and_the_choices() {
        assert_eq!(
            error("[ui]\nprefx = 1"),
            "c.toml:2:1: ui.prefx: unknown key; valid keys are prefix, escape_timeout, mouse, clipboard, bell, suspend, \
             frame_rate"
        );
        assert_eq!(
            error("[ui]\nescape_timeout = '10s'"),
            "c.toml:2:18: ui.escape_timeout: `10s` is out of range; valid is 5ms to 2s"
        );
        assert!(error("[ui]\nprefix = 'hyper+x'").contains("ui.prefix: `hyper` is no key"));
        assert_eq!(error("[uii]"), "c.toml:1:2: uii: unknown key; valid keys are ui, sessions, profiles");
    }

    #[test]
    fn chords_that_a_terminal_cannot_send_or_that_are_other_keys_are_no_prefix() {
        for chord in ["a", "ctrl+m", "ctrl+[", "ctrl+1", "ctrl+enter", "ctrl+shift+a", "alt+x", "ctrl", "rctrl+a"] {
            assert!(Prefix::parse(chord).unwrap_err().contains("cannot be the prefix"), "{chord}");
        }
    }

    #[test]
    fn chord_and_name_agree() {
        for (chord, name) in [("ctrl+]", "Ctrl-]"), ("ctrl+space", "Ctrl-Space"), ("ctrl+alt+f1", "Ctrl-Alt-F1")] {
            let prefix = Prefix::parse(chord).unwrap();
            assert_eq!((prefix.chord().as_str(), prefix.to_string().as_str()), (chord, name));
        }
    }
}
