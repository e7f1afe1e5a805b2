//! File control blocks, with which programs of DOS 1 and CP/M work: the file's name, and where in it
//! the program is, in the program's own memory.
//!
//! Source: RBIL, INT 21h/AH=0Fh, "Format of File Control Block"; AH=29h.

use super::field::{Byte, Dword, Word};
use super::path::{Pattern, capital};
use crate::mem::GuestMemory;
use crate::screen::CodePage;
use crate::types::SegOff;

/// First byte of an extended block, which has seven bytes in front.
const EXTENDED: u8 = 0xFF;
const EXTENSION_BYTES: u16 = 7;
/// Attributes, in front of an extended block's drive.
const ATTRIBUTES_BACK: u16 = 1;

/// 0 is the current drive, 1 is A:.
pub(super) const DRIVE: Byte = Byte(0x00);
const NAME: u16 = 0x01;
/// Record within blocks of 128.
pub(super) const BLOCK: Word = Word(0x0C);
pub(super) const RECORD_BYTES: Word = Word(0x0E);
pub(super) const SIZE: Dword = Dword(0x10);
pub(super) const DATE: Word = Word(0x14);
pub(super) const TIME: Word = Word(0x16);
/// Number of the system file; DOS's own.
pub(super) const FILE: Byte = Byte(0x18);
pub(super) const RECORD: Byte = Byte(0x20);
pub(super) const RANDOM: Dword = Dword(0x21);
/// Size of a record if the program does not say.
pub(super) const DEFAULT_RECORD: u16 = 128;

/// A file control block in guest memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fcb {
    /// Where its drive byte lies.
    pub(super) at: SegOff,
    /// Attributes of an extended block.
    pub(super) attributes: Option<u8>,
}

impl Fcb {
    /// The block at `at`, extended or not.
    pub(super) fn find(mem: &GuestMemory<'_>, at: SegOff) -> Fcb {
        if mem.read_u8(at) != EXTENDED {
            return Fcb { at, attributes: None };
        }
        let at = at.offset(EXTENSION_BYTES);
        Fcb { at, attributes: Some(mem.read_u8(at.offset(0u16.wrapping_sub(ATTRIBUTES_BACK)))) }
    }

    /// Its name, which may have question marks, in capitals.
    pub(super) fn pattern(self, mem: &GuestMemory<'_>, page: CodePage) -> Pattern {
        let mut name = [0; 11];
        mem.read_bytes(self.at.offset(NAME), &mut name);
        Pattern(name.map(|byte| capital(byte, page)))
    }

    /// Number of the record that sequential calls come to next.
    pub(super) fn sequential(self, mem: &GuestMemory<'_>) -> u32 {
        u32::from(BLOCK.get(mem, self.at)) * 128 + u32::from(RECORD.get(mem, self.at) & 0x7F)
    }

    /// Sets the record that sequential calls come to next.
    pub(super) fn set_sequential(self, mem: &mut GuestMemory<'_>, record: u32) {
        BLOCK.set(mem, self.at, u16::try_from(record / 128).unwrap_or(u16::MAX));
        RECORD.set(mem, self.at, u8::try_from(record % 128).unwrap_or(0));
    }
}

/// A name taken out of a command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    /// Bytes that it took.
    pub(super) used: usize,
    /// 0 if none was named.
    pub(super) drive: Option<u8>,
    pub(super) name: Option<[u8; 8]>,
    pub(super) extension: Option<[u8; 3]>,
}

impl Parsed {
    /// True if the name stands for several files.
    pub(super) fn is_wild(&self) -> bool {
        self.name.is_some_and(|name| name.contains(&b'?')) || self.extension.is_some_and(|ext| ext.contains(&b'?'))
    }
}

const LEADING_SEPARATORS: &[u8] = b":.;,=+ \t";
const TERMINATORS: &[u8] = b":.;,=+ \t/\"[]<>|\r";

/// Takes the name at the start of `text` apart.
pub(super) fn parse(text: &[u8], skip_separators: bool, page: CodePage) -> Parsed {
    let mut at = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    if skip_separators {
        at = text.iter().take_while(|byte| LEADING_SEPARATORS.contains(byte)).count();
    }
    let drive = match text.get(at..at + 2) {
        Some([letter, b':']) if letter.is_ascii_alphabetic() => {
            at += 2;
            Some(letter.to_ascii_uppercase() - b'A' + 1)
        }
        _ => None,
    };
    if let Some(dots) = directory_name(&text[at..]) {
        return Parsed { used: at + dots.trim_ascii_end().len(), drive, name: Some(dots), extension: None };
    }
    let (name, used) = part::<8>(&text[at..], page);
    at += used;
    let mut extension = None;
    if text.get(at) == Some(&b'.') {
        let (found, used) = part::<3>(&text[at + 1..], page);
        extension = Some(found.unwrap_or([b' '; 3]));
        at += 1 + used;
    }
    Parsed { used: at, drive, name, extension }
}

/// The name of the directory itself or of the one above, if `text` begins with one.
fn directory_name(text: &[u8]) -> Option<[u8; 8]> {
    let dots = text.iter().take_while(|&&byte| byte == b'.').count();
    let ends = text.get(dots).is_none_or(|&byte| byte <= b' ' || TERMINATORS.contains(&byte));
    match dots {
        1 if ends => Some(*b".       "),
        2 if ends => Some(*b"..      "),
        _ => None,
    }
}

/// Up to `N` characters of a name; longer ones are cut. `None` if there is none.
fn part<const N: usize>(text: &[u8], page: CodePage) -> (Option<[u8; N]>, usize) {
    let used = text.iter().take_while(|&&byte| byte > b' ' && !TERMINATORS.contains(&byte)).count();
    let mut name = [b' '; N];
    for (index, &byte) in text[..used].iter().enumerate().take(N) {
        if byte == b'*' {
            name[index..].fill(b'?');
            break;
        }
        name[index] = capital(byte, page);
    }
    ((used > 0).then_some(name), used)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Parsed {
        parse(text.as_bytes(), true, CodePage::US)
    }

    #[test]
    fn a_name_is_taken_out_of_a_command_line() {
        let name = parsed("  c:file.txt /x");
        assert_eq!((name.used, name.drive), (12, Some(3)));
        assert_eq!((name.name, name.extension), (Some(*b"FILE    "), Some(*b"TXT")));
    }

    #[test]
    fn asterisks_become_question_marks() {
        let name = parsed("a*.*");
        assert_eq!((name.name, name.extension), (Some(*b"A???????"), Some(*b"???")));
        assert!(name.is_wild());
    }

    #[test]
    fn what_is_not_named_is_none() {
        assert_eq!(parsed(""), Parsed { used: 0, drive: None, name: None, extension: None });
        assert_eq!(parsed("b:").drive, Some(2));
        assert_eq!(parsed("x.").extension, Some(*b"   "));
    }
}
