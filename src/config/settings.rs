//! Settings one by one, for whoever changes them in a running program: read as strictly as in a file.

use std::path::Path;

use super::document::{Document, FileError, Table};
use super::fields::FIELDS;
use super::sessions::{BACKGROUNDS, BOOT_DRIVES, FOLLOW, MICE, read_settings};
use super::{SessionSpec, explain};
use crate::keys::KeyLayout;
use crate::screen::CodePage;

/// Every setting of `spec` in the order of the documentation: key and value as a person reads it,
/// strings without their quotes. A setting that is not set has an empty value.
#[must_use]
pub fn settings(spec: &SessionSpec) -> Vec<(&'static str, String)> {
    let plain = |key: &str| {
        let value = explain::value(spec, key).unwrap_or_default();
        toml_string(&value).unwrap_or(value)
    };
    FIELDS.iter().map(|field| (field.name, plain(field.name))).collect()
}

/// `spec` with one setting changed: `text` is a value as a config file has it; quotes around a
/// string may be left out. Nothing at all means a file that is not set.
///
/// *Errors*: what would be valid.
///
/// ```
/// use dosmux::config::{SessionSpec, Speed, change};
/// let spec = change(&SessionSpec::new("a"), "speed", "8 MIPS")?;
/// assert_eq!(spec.speed, Speed::PerSecond(8_000_000));
/// # Ok::<(), String>(())
/// ```
pub fn change(spec: &SessionSpec, key: &str, text: &str) -> Result<SessionSpec, String> {
    if text.trim().is_empty() {
        match key {
            "log" => return Ok(SessionSpec { log: None, ..spec.clone() }),
            "debug_port" => return Ok(SessionSpec { debug_port: None, ..spec.clone() }),
            _ => {}
        }
    }
    let quoted = explain::quoted(text.trim());
    let was_string = explain::value(spec, key).is_none_or(|value| value.starts_with('"'));
    let (first, second) = if was_string { (quoted.as_str(), text) } else { (text, quoted.as_str()) };
    changed(spec, key, first).or_else(|problem| changed(spec, key, second).map_err(|_| problem))
}

/// `spec` with the setting at `value`, which is TOML.
fn changed(spec: &SessionSpec, key: &str, value: &str) -> Result<SessionSpec, String> {
    let text = format!("{key} = {value}");
    let read = || {
        let doc = Document::new(Path::new(""), &text);
        let tree = doc.parse()?;
        let root = Table::root(doc, &tree);
        root.check_keys(&[key])?;
        let mut spec = spec.clone();
        read_settings(&root, Path::new(""), &mut spec)?;
        Ok(spec)
    };
    read().map_err(|error| match error {
        FileError::Bad { problem, .. } => problem,
        other => other.to_string(),
    })
}

/// The values of a setting that has few; empty if it has any number of them.
#[must_use]
pub fn choices(key: &str) -> Vec<String> {
    fn names<T>(choices: &[(&str, T)]) -> Vec<String> {
        choices.iter().map(|(name, _)| (*name).to_owned()).collect()
    }
    match key {
        "boot" => names(&BOOT_DRIVES),
        "background" => names(&BACKGROUNDS),
        "mouse" => names(&MICE),
        "exclusive" | "fpu" | "ansi" | "long_names" => vec!["true".to_owned(), "false".to_owned()],
        "keyboard" => KeyLayout::all().map(|layout| layout.name().to_owned()).collect(),
        "code_page" => {
            let pages = CodePage::all().map(|page| page.number().to_string());
            [FOLLOW.to_owned()].into_iter().chain(pages).collect()
        }
        _ => Vec::new(),
    }
}

/// How a setting with any number of values is asked for.
#[must_use]
pub fn question(key: &str) -> &'static str {
    match key {
        "memory" => "memory, 1 MiB to 256 MiB: ",
        "priority" => "priority, 1 to 100 or { foreground = 4, background = 1 }: ",
        "speed" => "speed, max or such as 8 MIPS: ",
        "scrollback" => "rows kept when they scroll off, 0 to 100000: ",
        "log" => "file for what the session prints (empty: none): ",
        "debug_port" => "file for what the guest writes to port E9h (empty: none): ",
        "drives" => "directories as drives, such as { c = \"games\" }: ",
        "device" => "drivers, such as [\"C:\\\\FOO.SYS /X\"]: ",
        "host_commands" => "commands of the host, such as [\"git\"]: ",
        "dos_version" => "version that DOS reports, such as 5.0: ",
        _ => "value: ",
    }
}

/// What a TOML basic string stands for; `None` if `value` is no string.
fn toml_string(value: &str) -> Option<String> {
    let text = format!("x = {value}");
    let doc = Document::new(Path::new(""), &text);
    let tree = doc.parse().ok()?;
    let text = Table::root(doc, &tree).get("x")?.string().ok()?;
    Some(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::super::{Background, Priority, Speed};
    use super::*;

    fn spec() -> SessionSpec {
        SessionSpec::new("a")
    }

    #[test]
    fn every_setting_is_listed_and_can_be_set_to_the_value_it_has() {
        for (key, value) in settings(&spec()) {
            if !value.is_empty() {
                assert_eq!(change(&spec(), key, &value).unwrap(), spec(), "{key}");
            }
            for choice in choices(key) {
                change(&spec(), key, &choice).unwrap();
            }
        }
        assert!(settings(&spec()).contains(&("memory", "16 MiB".to_owned())));
    }

    #[test]
    fn strings_need_no_quotes_but_may_have_them() {
        assert_eq!(change(&spec(), "speed", "8 MIPS").unwrap().speed, Speed::PerSecond(8_000_000));
        assert_eq!(change(&spec(), "background", "\"pause\"").unwrap().background, Background::Pause);
        assert_eq!(change(&spec(), "debug_port", "a \\b").unwrap().debug_port.unwrap(), Path::new("a \\b"));
    }

    #[test]
    fn a_file_is_cleared_by_an_empty_value_and_nothing_else_is() {
        for key in ["log", "debug_port"] {
            let set = change(&spec(), key, "a.txt").unwrap();
            assert_ne!(set, spec(), "{key}");
            assert_eq!(change(&set, key, " ").unwrap(), spec(), "{key}");
        }
        assert!(change(&spec(), "speed", "").is_err());
    }

    #[test]
    fn numbers_and_tables_are_read_as_in_a_file() {
        let both = change(&spec(), "priority", "{ foreground = 9, background = 1 }").unwrap();
        assert_eq!(both.priority, Priority { foreground: 9, background: 1 });
        assert!(!change(&spec(), "fpu", "false").unwrap().fpu);
    }

    #[test]
    fn a_bad_value_says_what_would_be_valid() {
        assert_eq!(change(&spec(), "priority", "0").unwrap_err(), "priority: `0` is out of range; valid is 1 to 100");
        let error = change(&spec(), "memory", "16 MB").unwrap_err();
        assert!(error.starts_with("memory: `16 MB` is no memory size"), "{error}");
        let error = change(&spec(), "priority", "1\nfpu = false").unwrap_err();
        assert!(error.starts_with("fpu: unknown key"), "{error}");
    }
}
