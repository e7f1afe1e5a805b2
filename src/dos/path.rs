//! Names as programs give them: `C:..\SUB\*.TXT` becomes a drive, a path from its root and, for
//! searches, a pattern.

use super::drive::{DosName, DosPath};
use super::error::DosError;
use crate::mem::GuestMemory;
use crate::screen::CodePage;
use crate::types::SegOff;

/// Longest name that a program may give. Source: RBIL, INT 21h/AH=60h: 128 bytes with the zero.
const MOST_BYTES: usize = 128;
/// Longest path from the root, with its drive. Source: RBIL, INT 21h/AH=47h: 64 bytes without it.
const MOST_PATH_BYTES: usize = 67;

/// A place that a name leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// 0 is A:.
    pub(super) drive: u8,
    pub(super) path: DosPath,
}

/// The last part of a name that may stand for several files: question marks stand for any character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pattern(pub(super) [u8; 11]);

impl Pattern {
    /// True if `name` is one that the pattern stands for.
    pub(super) fn matches(self, name: DosName) -> bool {
        self.0.iter().zip(name.0).all(|(&wanted, have)| wanted == b'?' || wanted == have)
    }

    /// The one name it stands for, if it is one.
    pub(super) fn single(self) -> Option<DosName> {
        (!self.0.contains(&b'?')).then_some(DosName(self.0))
    }
}

/// The bytes up to a zero at `at`.
pub(super) fn asciiz(mem: &GuestMemory<'_>, at: SegOff) -> Result<Vec<u8>, DosError> {
    text_at(mem, at, MOST_BYTES)
}

/// As [`asciiz`], for names of up to `most` bytes with the zero.
pub(super) fn text_at(mem: &GuestMemory<'_>, at: SegOff, most: usize) -> Result<Vec<u8>, DosError> {
    let mut text = Vec::new();
    let mut from = at;
    loop {
        match mem.read_u8(from) {
            0 => return Ok(text),
            _ if text.len() + 1 == most => return Err(DosError::PathNotFound),
            byte => text.push(byte),
        }
        from = from.offset(1);
    }
}

/// Splits `X:` off; the drive is 0 for A:.
pub(super) fn drive_of(text: &[u8]) -> (Option<u8>, &[u8]) {
    match text {
        [letter, b':', rest @ ..] if letter.is_ascii_alphabetic() => (Some(letter.to_ascii_uppercase() - b'A'), rest),
        _ => (None, text),
    }
}

/// The path that `text` (without a drive) is, seen from `current`.
pub(super) fn resolve(text: &[u8], current: &DosPath, page: CodePage) -> Result<DosPath, DosError> {
    let (path, pattern) = search(text, current, page)?;
    match pattern {
        None => Ok(path),
        Some(pattern) => {
            let mut names = path.0;
            names.push(pattern.single().ok_or(DosError::FileNotFound)?);
            within_limits(DosPath(names))
        }
    }
}

/// The path that `text` (without a drive) is from the root, for somebody outside of the guest.
pub fn from_root(text: &str, page: CodePage) -> Result<DosPath, DosError> {
    let bytes = text.chars().map(|c| page.code(c).ok_or(DosError::FileNotFound)).collect::<Result<Vec<u8>, _>>()?;
    resolve(&bytes, &DosPath::default(), page)
}

/// The directory and the pattern that `text` (without a drive) is; no pattern if it ends in a
/// directory's own name (`..`, `\`).
pub(super) fn search(text: &[u8], current: &DosPath, page: CodePage) -> Result<(DosPath, Option<Pattern>), DosError> {
    let is_separator = |byte: &u8| matches!(byte, b'\\' | b'/');
    let mut names = if text.first().is_some_and(is_separator) { Vec::new() } else { current.0.clone() };
    let mut parts = text.split(is_separator).filter(|part| !part.is_empty()).peekable();
    let ends_in_separator = text.last().is_some_and(is_separator);
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none() && !ends_in_separator;
        match part {
            b"." => {}
            b".." => {
                names.pop().ok_or(DosError::PathNotFound)?;
            }
            part if last => {
                let pattern = pattern(part, page).ok_or(DosError::FileNotFound)?;
                return Ok((within_limits(DosPath(names))?, Some(pattern)));
            }
            part => {
                let name = pattern(part, page).and_then(Pattern::single);
                names.push(name.ok_or(DosError::PathNotFound)?);
            }
        }
    }
    Ok((within_limits(DosPath(names))?, None))
}

pub(super) fn within_limits(path: DosPath) -> Result<DosPath, DosError> {
    if text_of(2, &path).len() > MOST_PATH_BYTES { Err(DosError::PathNotFound) } else { Ok(path) }
}

/// One part of a name: capitals, cut to eight characters and three, asterisks made question marks.
pub(super) fn pattern(part: &[u8], page: CodePage) -> Option<Pattern> {
    let mut halves = part.splitn(2, |&byte| byte == b'.');
    let (stem, extension) = (halves.next()?, halves.next().unwrap_or_default());
    // Source: RBIL, INT 21h/AH=29h: what follows a second dot is not part of the name.
    let extension = extension.split(|&byte| byte == b'.').next().unwrap_or_default();
    let mut name = [b' '; 11];
    fill(&mut name[..8], stem, page)?;
    fill(&mut name[8..], extension, page)?;
    let plain = name.map(|byte| if byte == b'?' { b'_' } else { byte });
    (name[0] != b' ' && DosName::parse(&DosName(plain).dotted()).is_some()).then_some(Pattern(name))
}

fn fill(places: &mut [u8], text: &[u8], page: CodePage) -> Option<()> {
    for (index, &byte) in text.iter().enumerate() {
        if byte == b'*' {
            places.get_mut(index..).unwrap_or_default().fill(b'?');
            break;
        }
        let Some(place) = places.get_mut(index) else { break };
        *place = capital(byte, page);
    }
    Some(())
}

/// A character in capitals, as the code page has them.
pub(super) fn capital(byte: u8, page: CodePage) -> u8 {
    if byte.is_ascii() {
        return byte.to_ascii_uppercase();
    }
    let mut capitals = page.char(byte).to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) => page.code(capital).unwrap_or(byte),
        _ => byte,
    }
}

/// `C:\SUB\FILE.TXT`.
pub(super) fn text_of(drive: u8, path: &DosPath) -> Vec<u8> {
    let mut text = vec![b'A'.wrapping_add(drive), b':', b'\\'];
    for (index, name) in path.0.iter().enumerate() {
        if index > 0 {
            text.push(b'\\');
        }
        text.extend(name.dotted());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str, current: &str) -> Result<String, DosError> {
        let current = resolve(current.as_bytes(), &DosPath::default(), CodePage::US).unwrap();
        let path = resolve(text.as_bytes(), &current, CodePage::US)?;
        Ok(String::from_utf8(text_of(2, &path)).unwrap())
    }

    #[test]
    fn names_are_seen_from_the_current_directory_unless_they_begin_at_the_root() {
        assert_eq!(resolved("b.txt", "\\a"), Ok("C:\\A\\B.TXT".into()));
        assert_eq!(resolved("\\b.txt", "\\a"), Ok("C:\\B.TXT".into()));
        assert_eq!(resolved("../x/./y", "\\a\\b"), Ok("C:\\A\\X\\Y".into()));
        assert_eq!(resolved("..\\..\\..", "\\a\\b"), Err(DosError::PathNotFound));
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(resolved("averylongname.text", ""), Ok("C:\\AVERYLON.TEX".into()));
        assert_eq!(resolved("a.b.c", ""), Ok("C:\\A.B".into()));
    }

    #[test]
    fn a_pattern_is_no_file() {
        assert_eq!(resolved("*.txt", ""), Err(DosError::FileNotFound));
        assert_eq!(resolved("a*\\b", ""), Err(DosError::PathNotFound));
        assert_eq!(resolved("a|b", ""), Err(DosError::FileNotFound));
    }

    #[test]
    fn asterisks_stand_for_the_rest_of_their_half() {
        assert_eq!(pattern(b"a*b.c*", CodePage::US), Some(Pattern(*b"A???????C??")));
        assert_eq!(pattern(b"*", CodePage::US), Some(Pattern(*b"????????   ")));
        assert!(pattern(b"*.*", CodePage::US).unwrap().matches(DosName::parse(b"X").unwrap()));
    }

    #[test]
    fn a_path_that_is_too_long_is_not_found() {
        let deep = "\\directry".repeat(8);
        assert_eq!(resolved(&deep, ""), Err(DosError::PathNotFound));
    }

    #[test]
    fn a_drive_is_a_letter_and_a_colon() {
        assert_eq!(drive_of(b"d:x"), (Some(3), b"x".as_slice()));
        assert_eq!(drive_of(b"1:x"), (None, b"1:x".as_slice()));
    }
}
