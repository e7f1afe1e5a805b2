//! Config files: a `[sessions.NAME]` table for each session that the UI opens, and a `[ui]` table.

use std::path::Path;

use super::document::{self, Document, FileError, Table};
use super::{Config, ConfigSource, UiSettings, sessions, ui};

/// The config of a user who has none: two sessions of the built-in floppy.
const BUILT_IN: &str = include_str!("../../config/default.toml");

/// What the built-in config is called in messages.
const BUILT_IN_NAME: &str = "built-in config";

/// Reads the config file that was located.
pub fn load(source: &ConfigSource) -> Result<Config, FileError> {
    with_text(source, parse)
}

/// Reads only how the UI behaves; the sessions of the file are not looked at.
pub fn load_ui(source: &ConfigSource) -> Result<UiSettings, FileError> {
    with_text(source, parse_ui)
}

/// The config in `text`, which was read from `path`.
pub fn parse(path: &Path, text: &str) -> Result<Config, FileError> {
    with_root(path, text, |root| {
        let ui = ui::ui(root)?;
        let sessions = sessions::sessions(root, path.parent().unwrap_or(Path::new("")))?;
        Ok(Config { ui, sessions })
    })
}

/// How the UI behaves by `text`, which was read from `path`.
pub fn parse_ui(path: &Path, text: &str) -> Result<UiSettings, FileError> {
    with_root(path, text, ui::ui)
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
    root.check_keys(&["ui", "sessions"])?;
    read(&root)
}
