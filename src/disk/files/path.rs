//! Paths as DOS writes them.

use std::fmt;

use super::FileError;

/// A name as directories hold it: eight characters and three, filled up with spaces.
pub(super) type Name = [u8; 11];

/// Most directories in a path. Source: MS-DOS limits paths to 64 characters.
const MAX_PARTS: usize = 32;

/// A drive letter and names, none for the root directory.
pub(super) struct GuestPath {
    pub(super) letter: char,
    pub(super) parts: Vec<Name>,
}

impl GuestPath {
    /// Reads `A:\DIR\NAME.EXT`, in any case, with slashes of either kind.
    pub(super) fn parse(text: &str) -> Result<GuestPath, FileError> {
        let bad = || FileError::BadPath(text.to_owned());
        let (drive, rest) = text.split_once(':').ok_or_else(bad)?;
        let letter = match drive.as_bytes() {
            [letter] if letter.is_ascii_alphabetic() => char::from(letter.to_ascii_uppercase()),
            _ => return Err(bad()),
        };
        let rest = rest.strip_prefix(['\\', '/']).unwrap_or(rest);
        let rest = rest.strip_suffix(['\\', '/']).unwrap_or(rest);
        let parts: Vec<Name> = match rest {
            "" => Vec::new(),
            _ => rest.split(['\\', '/']).map(|part| pack(part).ok_or_else(bad)).collect::<Result<_, _>>()?,
        };
        if parts.len() > MAX_PARTS { Err(bad()) } else { Ok(GuestPath { letter, parts }) }
    }
}

impl fmt::Display for GuestPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.letter)?;
        if self.parts.is_empty() {
            f.write_str("\\")?;
        }
        self.parts.iter().try_for_each(|name| write!(f, "\\{}", unpack(name)))
    }
}

/// A name in a directory's form; `None` if it is not 8.3.
fn pack(text: &str) -> Option<Name> {
    let (base, extension) = text.split_once('.').unwrap_or((text, ""));
    if base.is_empty() || base.len() > 8 || extension.len() > 3 {
        return None;
    }
    let mut name = [b' '; 11];
    for (to, from) in [(0, base), (8, extension)] {
        for (slot, byte) in name[to..].iter_mut().zip(from.bytes()) {
            *slot = Some(byte).filter(|&byte| is_name_byte(byte))?.to_ascii_uppercase();
        }
    }
    Some(name)
}

/// Source: MS-DOS Programmer's Reference, file names.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'()-@^_`{}~".contains(&byte)
}

/// A name as one writes it; what is not ASCII shows as the replacement character.
pub(super) fn unpack(name: &Name) -> String {
    let text = |bytes: &[u8]| -> String {
        let end = bytes.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
        let shown = |&byte: &u8| match byte {
            b' '..=b'~' => char::from(byte),
            _ => char::REPLACEMENT_CHARACTER,
        };
        bytes[..end].iter().map(shown).collect()
    };
    let (base, extension) = (text(&name[..8]), text(&name[8..]));
    if extension.is_empty() { base } else { format!("{base}.{extension}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_in_any_case_and_written_as_dos_does() {
        for text in ["a:\\dir\\x.txt", "A:/DIR/X.TXT", "A:dir\\x.txt"] {
            assert_eq!(GuestPath::parse(text).unwrap().to_string(), "A:\\DIR\\X.TXT");
        }
        assert_eq!(GuestPath::parse("c:").unwrap().to_string(), "C:\\");
        assert_eq!(GuestPath::parse("C:\\").unwrap().parts.len(), 0);
    }

    #[test]
    fn what_dos_would_not_take_is_refused() {
        for text in [
            "",
            "x.txt",
            "AB:\\x",
            "A:\\long name.txt",
            "A:\\ninechars1",
            "A:\\a.text",
            "A:\\a\\\\b",
            "A:\\*.*",
            "A:\\..",
            "A:\\.x",
            "A:\\é",
            "1:\\a",
            "A:\\a.b.c",
        ] {
            assert!(GuestPath::parse(text).is_err(), "{text}");
        }
    }
}
