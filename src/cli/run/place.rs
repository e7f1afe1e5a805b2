//! Where the program is: its path on the host as a name of DOS, with a drive of its own if it is not
//! below the current directory.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use crate::dos::drive::{DosPath, HostDrive, Zone};
use crate::screen::CodePage;

/// Letters for the program's own drive, in the order they are tried.
const LETTERS: std::ops::RangeInclusive<char> = 'P'..='Y';

/// A program as DOS finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) name: Vec<u8>,
    /// A directory that has to be a drive for that.
    pub(super) drive: Option<(char, PathBuf)>,
}

/// Where `program` is. What is no file of the host is a name of DOS; `taken` are the letters in use.
pub(super) fn place(program: &str, page: CodePage, taken: &[char]) -> Place {
    on_host(Path::new(program), page, taken)
        .unwrap_or_else(|| Place { name: dos_bytes(&program.replace('/', "\\"), page), drive: None })
}

/// `text` in the characters of `page`.
pub(super) fn dos_bytes(text: &str, page: CodePage) -> Vec<u8> {
    text.chars().map(|c| page.code(c).unwrap_or(b'?')).collect()
}

fn on_host(program: &Path, page: CodePage, taken: &[char]) -> Option<Place> {
    if !program.is_file() {
        return None;
    }
    if let Some(name) = below(program, page) {
        return Some(Place { name, drive: None });
    }
    let folder = program.parent()?.canonicalize().ok()?;
    let file = program.file_name()?;
    let here = Path::new(".").canonicalize().ok()?;
    if let Ok(inside) = folder.strip_prefix(&here) {
        return below(&inside.join(file), page).map(|name| Place { name, drive: None });
    }
    let letter = LETTERS.into_iter().find(|letter| !taken.contains(letter))?;
    let name = [format!("{letter}:\\").as_bytes(), &dos_name(&folder, file, page)?].concat();
    Some(Place { name, drive: Some((letter, folder)) })
}

/// The DOS name of a path that only goes down from the current directory.
fn below(path: &Path, page: CodePage) -> Option<Vec<u8>> {
    let mut folder = PathBuf::from(".");
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(host) => {
                names.push(dos_name(&folder, host, page)?);
                folder.push(host);
            }
            _ => return None,
        }
    }
    // A bare name would be looked for elsewhere, too.
    Some([b".".to_vec(), names.join(&b'\\')].join(&b'\\'))
}

/// What `host` in `folder` is called.
fn dos_name(folder: &Path, host: &OsStr, page: CodePage) -> Option<Vec<u8>> {
    let drive = HostDrive::open(folder, page, Zone::universal(), true).ok()?;
    let names = drive.names(&DosPath::default()).ok()?;
    names.into_iter().find(|(_, found)| found == host).map(|(dos, _)| dos.dotted())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_a_name_of_dos() {
        let place = place("bin/nosuch", CodePage::US, &[]);
        assert_eq!(place, Place { name: b"bin\\nosuch".to_vec(), drive: None });
    }

    #[test]
    fn a_program_elsewhere_gets_a_drive() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("A long name.com");
        std::fs::write(&path, "").unwrap();
        let found = place(path.to_str().unwrap(), CodePage::US, &['P']);
        assert_eq!(found.drive, Some(('Q', folder.path().canonicalize().unwrap())));
        let name = String::from_utf8(found.name).unwrap();
        assert!(name.starts_with("Q:\\ALON~") && name.ends_with(".COM"), "{name}");
    }

    #[test]
    fn a_program_below_is_on_drive_c() {
        // Tests run in the folder of the package.
        assert_eq!(place("./src/main.rs", CodePage::US, &[]).name, b".\\SRC\\MAIN.RS");
        let absolute = std::env::current_dir().unwrap().join("src/main.rs");
        assert_eq!(place(absolute.to_str().unwrap(), CodePage::US, &[]).name, b".\\SRC\\MAIN.RS");
    }
}
