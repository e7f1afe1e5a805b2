//! Files that the user asks for. Nothing that is there already is overwritten.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Names tried for one file.
const MOST_NAMES: u32 = 1000;

/// Writes `data` to a new file: `path`, or `path` with `-2`, `-3` and so on before its extension if
/// there is such a file. Gives the file's name. A file that could not be written whole is removed.
pub(super) fn save(path: &Path, data: &[u8]) -> io::Result<PathBuf> {
    for number in 1..=MOST_NAMES {
        let name = numbered(path, number);
        match File::create_new(&name) {
            Ok(mut file) => {
                return match file.write_all(data) {
                    Ok(()) => Ok(name),
                    Err(error) => {
                        drop(file);
                        // The error is what the user must know; the file is ours.
                        let _ = std::fs::remove_file(&name);
                        Err(error)
                    }
                };
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    if number == 1 {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
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
    fn a_folder_that_is_missing_is_an_error() {
        assert!(save(Path::new("/nowhere/at/all.txt"), b"").is_err());
    }
}
