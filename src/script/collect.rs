//! Finds scripts: files as named, folders with all that is below them, and patterns that the shell
//! has left as they are.

use std::path::{Path, PathBuf};

/// File name extension of scripts.
const EXTENSION: &str = "toml";

/// Why there are no scripts at a path.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The path cannot be looked at.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the host says.
        source: std::io::Error,
    },
    /// The folder holds no script.
    #[error("no script (*.{EXTENSION}) in {}", .0.display())]
    Empty(PathBuf),
    /// The pattern is wrong.
    #[error("`{}` is no path and no pattern", pattern.display())]
    Pattern {
        /// The pattern.
        pattern: PathBuf,
        /// What is wrong with it.
        source: glob::PatternError,
    },
    /// The pattern fits no file.
    #[error("no file fits the pattern {}", .0.display())]
    NoMatch(PathBuf),
}

/// The scripts at `paths`, each once, in the order in which they are first met: files as named, all
/// `*.toml` below folders in the order of their names, and what patterns with `*`, `?`, `[…]` and
/// `**` fit. A name that exists is no pattern. *Errors*: a path that is missing, a folder or a
/// pattern that gives no script.
pub fn collect(paths: &[PathBuf]) -> Result<Vec<PathBuf>, CollectError> {
    let mut scripts = Vec::new();
    for path in paths {
        match std::fs::metadata(path) {
            Err(_) if is_pattern(path) => collect_pattern(path, &mut scripts)?,
            Err(source) => return Err(read_error(path, source)),
            Ok(metadata) => collect_path(path, metadata.is_dir(), &mut scripts)?,
        }
    }
    let mut met = std::collections::BTreeSet::new();
    scripts.retain(|path| met.insert(path.clone()));
    Ok(scripts)
}

fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

/// Appends what a pattern fits, in the order of names.
fn collect_pattern(pattern: &Path, scripts: &mut Vec<PathBuf>) -> Result<(), CollectError> {
    let found = glob::glob(&pattern.to_string_lossy())
        .map_err(|source| CollectError::Pattern { pattern: pattern.to_owned(), source })?;
    let before = scripts.len();
    for path in found {
        let path = path.map_err(pattern_error)?;
        collect_path(&path, path.is_dir(), scripts)?;
    }
    if scripts.len() == before { Err(CollectError::NoMatch(pattern.to_owned())) } else { Ok(()) }
}

fn collect_path(path: &Path, is_folder: bool, scripts: &mut Vec<PathBuf>) -> Result<(), CollectError> {
    if !is_folder {
        scripts.push(path.to_owned());
        return Ok(());
    }
    let before = scripts.len();
    collect_folder(path, scripts)?;
    if scripts.len() == before { Err(CollectError::Empty(path.to_owned())) } else { Ok(()) }
}

/// Appends the scripts in `folder` and in the folders below it. Linked folders are not entered:
/// they may lead back here.
fn collect_folder(folder: &Path, scripts: &mut Vec<PathBuf>) -> Result<(), CollectError> {
    let to_error = |source| read_error(folder, source);
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).map_err(to_error)?.collect::<Result<_, _>>().map_err(to_error)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type().map_err(to_error)?.is_dir() {
            collect_folder(&path, scripts)?;
        } else if path.extension().is_some_and(|extension| extension == EXTENSION) && path.is_file() {
            scripts.push(path);
        }
    }
    Ok(())
}

fn pattern_error(error: glob::GlobError) -> CollectError {
    CollectError::Read { path: error.path().to_owned(), source: error.into() }
}

fn read_error(path: &Path, source: std::io::Error) -> CollectError {
    CollectError::Read { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with empty files of these names.
    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "").unwrap();
        }
        folder
    }

    #[test]
    fn folders_give_their_scripts_in_the_order_of_names() {
        let folder = folder(&["z.toml", "m/b.toml", "a.toml", "readme.md", "named.txt"]);
        let path = |name: &str| folder.path().join(name);
        let found = collect(&[path("named.txt"), folder.path().to_owned()]).unwrap();
        assert_eq!(found, [path("named.txt"), path("a.toml"), path("m/b.toml"), path("z.toml")]);
    }

    #[test]
    fn a_script_that_is_named_twice_is_taken_once() {
        let folder = folder(&["a.toml", "b.toml"]);
        let path = |name: &str| folder.path().join(name);
        let found = collect(&[path("b.toml"), folder.path().to_owned()]).unwrap();
        assert_eq!(found, [path("b.toml"), path("a.toml")]);
    }

    #[test]
    fn patterns_are_expanded_unless_a_file_has_that_name() {
        let folder = folder(&["x/a1.toml", "x/a2.toml", "x/b.toml", "[odd].toml", "o.toml"]);
        let path = |name: &str| folder.path().join(name);
        assert_eq!(collect(&[path("x/a*.toml")]).unwrap(), [path("x/a1.toml"), path("x/a2.toml")]);
        assert_eq!(collect(&[path("**/b.toml")]).unwrap(), [path("x/b.toml")]);
        assert_eq!(collect(&[path("[odd].toml")]).unwrap(), [path("[odd].toml")]);
        let nothing = collect(&[path("y*.toml")]).unwrap_err();
        assert_eq!(nothing.to_string(), format!("no file fits the pattern {}", path("y*.toml").display()));
        assert!(matches!(collect(&[path("a[.toml")]), Err(CollectError::Pattern { .. })));
    }

    #[test]
    fn a_missing_path_and_an_empty_folder_are_errors() {
        let missing = collect(&[PathBuf::from("nowhere.toml")]).unwrap_err();
        assert_eq!(missing.to_string(), "cannot read nowhere.toml");
        let folder = folder(&[]);
        let empty = collect(&[folder.path().to_owned()]).unwrap_err();
        assert_eq!(empty.to_string(), format!("no script (*.toml) in {}", folder.path().display()));
    }
}
