//! Long names: the host's own, as programs that know them read and give them.
//!
//! A long name is what the host has. One that it would not take from a program (a character that names of
//! DOS never have, a device's name) is shown as its short form, so that every name that is shown can be
//! used. A character that the code page lacks is shown as an underscore; such a file is reached by its
//! short form.
//!
//! Source: RBIL, INT 21h/AX=714Eh; Microsoft, "FAT: General Overview of On-Disk Format", long names.

use std::ffi::{OsStr, OsString};

use super::file::OpenFile;
use super::host::HostDrive;
use super::name::{self, DosName};
use super::{Access, DosPath, Drive, Entry, Share};
use crate::dos::error::DosError;
use crate::screen::CodePage;

/// Characters that no long name has.
const FORBIDDEN: &[u8] = b"\"*/:<>?\\|";
/// What is shown of a character that the code page lacks. Source: RBIL, INT 21h/AX=714Eh, CX on return.
const LACKING: u8 = b'_';
/// Longest name in characters. Source: RBIL, INT 21h/AX=71A0h.
pub const MOST_CHARS: usize = 255;

/// A name that a new file can have on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LongName(String);

impl LongName {
    /// The name that `text` is in `page`. Blanks and dots at its end are no part of it. `None` if there is
    /// no such name, or a device has it.
    #[must_use]
    pub fn parse(text: &[u8], page: CodePage) -> Option<LongName> {
        let text = trimmed(text);
        let fits = (1..=MOST_CHARS).contains(&text.len()) && text.iter().all(|&byte| is_allowed(byte));
        let stem = text.split(|&byte| byte == b'.').next().unwrap_or_default();
        if !fits || name::is_device(&stem.to_ascii_uppercase()) {
            return None;
        }
        Some(LongName(decoded(text, page)))
    }

    fn host(&self) -> &OsStr {
        OsStr::new(&self.0)
    }
}

/// A name in a directory, both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Eight characters and three.
    pub short: DosName,
    /// The long one, in the code page.
    pub long: Vec<u8>,
    /// True if the code page lacks characters of it.
    pub is_lossy: bool,
}

impl Names {
    /// Those of a file that the host calls `host`.
    fn of(short: DosName, host: &OsStr, page: CodePage) -> Names {
        let text = host.to_string_lossy();
        let codes: Vec<Option<u8>> = text.chars().map(|c| page.code(c).filter(|&code| code >= b' ')).collect();
        let long: Vec<u8> = codes.iter().map(|code| code.unwrap_or(LACKING)).collect();
        match LongName::parse(&long, page) {
            // What a program gives back is what it was shown.
            Some(_) if trimmed(&long) == long => Names { short, long, is_lossy: codes.contains(&None) },
            _ => Names { short, long: short.dotted(), is_lossy: false },
        }
    }

    /// Those of a file without a long name.
    #[must_use]
    pub fn plain(short: DosName) -> Names {
        Names { short, long: short.dotted(), is_lossy: false }
    }
}

/// A name without the blanks and dots at its end.
fn trimmed(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !matches!(byte, b' ' | b'.')).map_or(0, |last| last + 1);
    &text[..end]
}

fn is_allowed(byte: u8) -> bool {
    byte >= b' ' && byte != 0x7F && !FORBIDDEN.contains(&byte)
}

fn decoded(text: &[u8], page: CodePage) -> String {
    text.iter().map(|&byte| page.char(byte)).collect()
}

/// A name without regard to its case.
fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).collect()
}

impl Drive {
    /// Everything in directory `path`, with its names.
    pub fn list_long(&self, path: &DosPath) -> Result<Vec<(Entry, Names)>, DosError> {
        match self {
            Drive::Host(drive) => {
                let named = |(entry, host): (Entry, OsString)| (entry, Names::of(entry.name, &host, drive.page()));
                Ok(drive.entries(path)?.into_iter().map(named).collect())
            }
            Drive::Builtin(_) => {
                let plain = |entry: Entry| (entry, Names::plain(entry.name));
                Ok(self.list(path)?.into_iter().map(plain).collect())
            }
        }
    }

    /// The long name of `path` in its directory.
    pub fn long_name(&self, path: &DosPath) -> Result<Vec<u8>, DosError> {
        let (folder, short) = path.split().ok_or(DosError::PathNotFound)?;
        match self {
            Drive::Host(drive) => {
                let names = drive.names(&folder)?.into_iter().find(|(name, _)| *name == short);
                names.map(|(_, host)| Names::of(short, &host, drive.page()).long).ok_or(DosError::PathNotFound)
            }
            Drive::Builtin(_) => Ok(short.dotted()),
        }
    }

    /// The name of eight and three characters that `text` has in directory `folder`: as it is on the host,
    /// else whatever the case of its letters, else as a short form.
    pub fn find_long(&self, folder: &DosPath, text: &[u8]) -> Result<Option<DosName>, DosError> {
        match self {
            Drive::Host(drive) => drive.find_long(folder, text),
            Drive::Builtin(_) => {
                let wanted = DosName::parse(&trimmed(text).to_ascii_uppercase());
                Ok(self.list(folder)?.into_iter().map(|entry| entry.name).find(|&name| Some(name) == wanted))
            }
        }
    }
}

impl HostDrive {
    fn find_long(&self, folder: &DosPath, text: &[u8]) -> Result<Option<DosName>, DosError> {
        let wanted = decoded(trimmed(text), self.page());
        let (any_case, short) = (folded(&wanted), name::plain(OsStr::new(&wanted), self.page()));
        let names = self.names(folder)?;
        let find =
            |is_it: &dyn Fn(&(DosName, OsString)) -> bool| names.iter().find(|pair| is_it(pair)).map(|pair| pair.0);
        Ok(find(&|(_, host)| host == wanted.as_str())
            .or_else(|| find(&|(_, host)| host.to_str().is_some_and(|host| folded(host) == any_case)))
            .or_else(|| find(&|(name, _)| Some(*name) == short)))
    }

    /// Makes a file of a long name in `folder`. It must not be there.
    pub fn create_long(
        &self,
        folder: &DosPath,
        name: &LongName,
        access: Access,
        share: Share,
    ) -> Result<(OpenFile, DosName), DosError> {
        let file = self.create_named(folder, name.host(), access, share)?;
        Ok((file, self.short_of(folder, name)?))
    }

    /// Makes a directory of a long name in `folder`.
    pub fn make_directory_long(&self, folder: &DosPath, name: &LongName) -> Result<(), DosError> {
        self.make_directory_named(folder, name.host())
    }

    /// Gives what is at `from` a long name in `folder`: one that nothing else has.
    pub fn rename_long(&self, from: &DosPath, folder: &DosPath, name: &LongName) -> Result<(), DosError> {
        self.rename_named(from, folder, name.host())
    }

    /// *Errors*: no short form is left for it.
    fn short_of(&self, folder: &DosPath, name: &LongName) -> Result<DosName, DosError> {
        let names = self.names(folder)?;
        names.into_iter().find(|(_, host)| host == name.host()).map(|(short, _)| short).ok_or(DosError::CannotMake)
    }
}

/// True if `name` is one that `pattern` stands for: an asterisk stands for any characters, a question mark
/// for one. The case of letters does not count; a pattern that ends in a dot is one of names without.
#[must_use]
pub fn matches(pattern: &[u8], name: &[u8], page: CodePage) -> bool {
    let fold = |text: &[u8]| folded(&decoded(text, page)).chars().collect::<Vec<_>>();
    match pattern {
        b"*.*" => true,
        [pattern @ .., b'.'] => !name.contains(&b'.') && stands_for(&fold(pattern), &fold(name)),
        _ => stands_for(&fold(pattern), &fold(name)),
    }
}

fn stands_for(pattern: &[char], name: &[char]) -> bool {
    let (mut at, mut done) = (0, 0);
    // Behind the last asterisk, and how much of the name it stands for up to.
    let mut last: Option<(usize, usize)> = None;
    while done < name.len() {
        match pattern.get(at) {
            Some('*') => {
                at += 1;
                last = Some((at, done));
            }
            Some(&wanted) if wanted == '?' || wanted == name[done] => (at, done) = (at + 1, done + 1),
            _ => {
                let Some((behind, from)) = last else { return false };
                (at, done) = (behind, from + 1);
                last = Some((behind, from + 1));
            }
        }
    }
    pattern[at..].iter().all(|&wanted| wanted == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<String> {
        LongName::parse(text.as_bytes(), CodePage::US).map(|name| name.0)
    }

    fn matched(pattern: &str, name: &str) -> bool {
        matches(pattern.as_bytes(), name.as_bytes(), CodePage::US)
    }

    #[test]
    fn a_long_name_keeps_its_case_and_loses_blanks_and_dots_at_its_end() {
        assert_eq!(parsed("My Letter.text. ."), Some("My Letter.text".into()));
        assert_eq!(LongName::parse(b"f\x81r", CodePage::US), Some(LongName("für".into())));
    }

    #[test]
    fn names_that_would_lead_elsewhere_are_none() {
        for wrong in ["", ".", "..", "...", "a/b", "a\\b", "a:b", "a*", "a\u{1}", "con", "Nul.txt", "lpt1.a.b"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
        assert_eq!(parsed(&"x".repeat(256)), None);
        assert!(parsed(&"x".repeat(255)).is_some());
    }

    #[test]
    fn what_cannot_be_given_back_is_shown_by_its_short_form() {
        let names = |host: &str| Names::of(DosName(*b"SHORT~1    "), OsStr::new(host), CodePage::US);
        assert_eq!(names("Für Elise.txt").long, b"F\x81r Elise.txt");
        assert_eq!((names("жa.txt").long, names("жa.txt").is_lossy), (b"_a.txt".to_vec(), true));
        for host in ["a\\b", "a:b", "con", "dot.", "blank "] {
            assert_eq!(names(host).long, b"SHORT~1", "{host}");
        }
    }

    #[test]
    fn wildcards_stand_for_any_characters_dots_as_well() {
        assert!(matched("*.*", "Makefile") && matched("*", "a.b.c") && matched("*.c", "a.b.C"));
        assert!(matched("a*c*e", "abcde") && matched("long?name", "Long Name") && matched("*.", "makefile"));
        assert!(!matched("*.", "a.b") && !matched("a?", "a") && !matched("*.txt", "a.txt2") && !matched("", "a"));
    }

    #[test]
    fn a_pattern_of_asterisks_takes_no_time() {
        assert!(!matched(&"*a".repeat(120), &"a".repeat(119)));
    }
}
