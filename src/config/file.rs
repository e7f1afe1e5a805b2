//! Config files: a `[sessions.NAME]` table for each session that the UI opens, a `[profiles.NAME]`
//! table for each that it offers, and a `[ui]` table.

use std::path::Path;

use super::document::{self, Document, FileError, Table};
use super::fields::CONFIG;
use super::{Config, ConfigSource, sessions, ui};

/// The config of a user who has none: two sessions of the built-in DOS on the demo drive.
const BUILT_IN: &str = include_str!("../../config/default.toml");

/// What the built-in config is called in messages.
const BUILT_IN_NAME: &str = "built-in config";

/// Reads the config file that was located.
pub fn load(source: &ConfigSource) -> Result<Config, FileError> {
    with_text(source, parse)
}

/// Reads all but the sessions, which are not looked at.
pub fn load_without_sessions(source: &ConfigSource) -> Result<Config, FileError> {
    with_text(source, parse_without_sessions)
}

/// The config in `text`, which was read from `path`.
pub fn parse(path: &Path, text: &str) -> Result<Config, FileError> {
    with_root(path, text, |root| {
        let sessions = sessions::sessions(root, folder(path))?;
        Ok(Config { sessions, ..surroundings(path, root)? })
    })
}

/// All but the sessions of the config in `text`, which was read from `path`.
pub fn parse_without_sessions(path: &Path, text: &str) -> Result<Config, FileError> {
    with_root(path, text, |root| surroundings(path, root))
}

fn surroundings(path: &Path, root: &Table<'_>) -> Result<Config, FileError> {
    let profiles = sessions::profiles(root, folder(path))?;
    Ok(Config { ui: ui::ui(root)?, sessions: Vec::new(), profiles })
}

/// What paths in the file are relative to.
fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// What `parse` makes of the text of a config.
pub(super) fn with_text<T>(
    source: &ConfigSource,
    parse: impl Fn(&Path, &str) -> Result<T, FileError>,
) -> Result<T, FileError> {
    match source {
        ConfigSource::File(path) => parse(path, &document::read(path)?),
        ConfigSource::BuiltIn => parse(Path::new(BUILT_IN_NAME), BUILT_IN),
    }
}

/// What `read` finds in a config's root table.
fn with_root<T>(path: &Path, text: &str, read: impl Fn(&Table<'_>) -> Result<T, FileError>) -> Result<T, FileError> {
    let doc = Document::new(path, text);
    let tree = doc.parse()?;
    let root = Table::root(doc, &tree);
    root.check_names(CONFIG)?;
    read(&root)
}
