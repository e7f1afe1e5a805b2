//! Files that the user asks for. Nothing that is there already is overwritten.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Names tried for one file.
const MOST_NAMES: u32 = 1000;

/// Writes `data` to a new file, named as [`create`] says. Gives the file's name. A file that could
/// not be written whole is removed.
pub(super) fn save(path: &Path, data: &[u8]) -> io::Result<PathBuf> {
    let (mut file, name) = create(path)?;
    match file.write_all(data) {
        Ok(()) => Ok(name),
        Err(error) => {
            drop(file);
            // The error is what the user must know; the file is ours.
            let _ = std::fs::remove_file(&name);
            Err(error)
        }
    }
}

/// Makes a new file: `path`, or if there is such a file, `path` with the next number that is free
/// before its extension: `a.svg`, `a-2.svg`; `b-1.cast`, `b-2.cast`. Gives its name, too.
pub(super) fn create(path: &Path) -> io::Result<(File, PathBuf)> {
    for number in 0..MOST_NAMES {
        let name = numbered(path, number);
        match File::create_new(&name) {
            Ok(file) => return Ok((file, name)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// `path` with a number in its name that is higher by `more` than the one it has; none counts as 1.
fn numbered(path: &Path, more: u32) -> PathBuf {
    if more == 0 {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default();
    let parts = stem.to_str().and_then(|stem| stem.rsplit_once('-'));
    let numbered = parts.and_then(|(name, number)| Some((OsStr::new(name), number.parse::<u32>().ok()?)));
    let (name, number) = numbered.unwrap_or((stem, 1));
    let mut name = name.to_owned();
    name.push(format!("-{}", number.saturating_add(more)));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_there_stays_and_the_next_number_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("left.svg");
        let names: Vec<PathBuf> = ["a", "b", "c"].iter().map(|data| save(&path, data.as_bytes()).unwrap()).collect();
        let expected = ["left.svg", "left-2.svg", "left-3.svg"].map(|name| dir.path().join(name));
        assert_eq!(names, expected);
        assert_eq!(std::fs::read(&path).unwrap(), b"a");
    }

    #[test]
    fn a_name_with_a_number_counts_on() {
        assert_eq!(numbered(Path::new("x/dos-1.cast"), 0), Path::new("x/dos-1.cast"));
        assert_eq!(numbered(Path::new("x/dos-1.cast"), 2), Path::new("x/dos-3.cast"));
        assert_eq!(numbered(Path::new("4294967295-4294967295"), 5), Path::new("4294967295-4294967295"));
        assert_eq!(numbered(Path::new("a-b.svg"), 1), Path::new("a-b-2.svg"));
    }

    #[test]
    fn a_folder_that_is_missing_is_an_error() {
        assert!(save(Path::new("/nowhere/at/all.txt"), b"").is_err());
    }
}
