//! Config files: a `[sessions.NAME]` table for each session that the UI opens.

use std::path::Path;

use super::document::{self, Document, FileError, Table};
use super::{ConfigSource, SessionSpec, sessions};

/// The config of a user who has none: two sessions of the built-in floppy.
pub(super) const BUILT_IN: &str = include_str!("../../config/default.toml");

/// What the built-in config is called in messages.
pub(super) const BUILT_IN_NAME: &str = "built-in config";

/// Reads the config file that was located.
pub fn load(source: &ConfigSource) -> Result<Vec<SessionSpec>, FileError> {
    match source {
        ConfigSource::File(path) => parse(path, &document::read(path)?),
        ConfigSource::BuiltIn => parse(Path::new(BUILT_IN_NAME), BUILT_IN),
    }
}

/// The sessions in `text`, which was read from `path`, in the order of the file.
pub fn parse(path: &Path, text: &str) -> Result<Vec<SessionSpec>, FileError> {
    let doc = Document::new(path, text);
    let tree = doc.parse()?;
    let root = Table::root(doc, &tree);
    root.check_keys(&["sessions"])?;
    sessions::sessions(&root, path.parent().unwrap_or(Path::new("")))
}
