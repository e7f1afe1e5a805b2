//! Names that a name at the prompt may go on to.

use super::super::Dos;
use super::super::drive::{Entry, attribute};
use super::command::{folder_of, matching};
use super::line;

/// Commands that are only about directories.
const ABOUT_DIRECTORIES: [&[u8]; 5] = [b"CD", b"CHDIR", b"RD", b"RMDIR", b"TREE"];
const HIDDEN: u8 = attribute::HIDDEN | attribute::SYSTEM;

/// Names for the word in front of the cursor, of which one is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Completion {
    /// Where the word begins.
    pub(super) start: usize,
    names: Vec<Vec<u8>>,
    shown: Option<usize>,
}

impl Completion {
    /// The names that the word at the end of `typed` may become. `None`: there are none.
    pub(super) fn of(dos: &Dos<'_>, typed: &[u8]) -> Option<Completion> {
        let ends = |&byte: &u8| line::is_separator(byte) || matches!(byte, b'<' | b'>' | b'|' | b'+' | b'"');
        let start = typed.iter().rposition(ends).map_or(0, |end| end + 1);
        let word = &typed[start..];
        let folder = folder_of(word);
        let last = &word[folder.len()..];
        if last.iter().any(|byte| matches!(byte, b'*' | b'?')) {
            return None;
        }
        let pattern: &[u8] = if last.contains(&b'.') { b"*" } else { b"*.*" };
        let (_, entries) = matching(dos, &[word, pattern].concat(), attribute::DIRECTORY).ok()?;
        let command = line::first_word(typed).0.to_ascii_uppercase();
        let folders_only = start > 0 && ABOUT_DIRECTORIES.contains(&command.as_slice());
        let small = last.iter().any(u8::is_ascii_lowercase);
        let mut names: Vec<Vec<u8>> = entries
            .iter()
            .filter(|entry| entry.attributes & HIDDEN == 0)
            .filter(|entry| !folders_only || is_folder(entry))
            .map(|entry| name_of(folder, entry, small))
            .collect();
        names.sort();
        (!names.is_empty()).then_some(Completion { start, names, shown: None })
    }

    /// The next name, or the one before.
    pub(super) fn step(&mut self, back: bool) -> &[u8] {
        let count = self.names.len();
        let next = match (self.shown, back) {
            (None, false) => 0,
            (None, true) => count - 1,
            (Some(shown), false) => (shown + 1) % count,
            (Some(shown), true) => (shown + count - 1) % count,
        };
        self.shown = Some(next);
        &self.names[next]
    }
}

fn is_folder(entry: &Entry) -> bool {
    entry.attributes & attribute::DIRECTORY != 0
}

/// In small letters for a user who types them.
fn name_of(folder: &[u8], entry: &Entry, small: bool) -> Vec<u8> {
    let mut name = entry.name.dotted();
    if small {
        name.make_ascii_lowercase();
    }
    let end: &[u8] = if is_folder(entry) { b"\\" } else { b"" };
    [folder, &name, end].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_round_in_both_directions() {
        let names = vec![b"A".to_vec(), b"B".to_vec(), b"C".to_vec()];
        let mut completion = Completion { start: 0, names, shown: None };
        assert_eq!([completion.step(false).to_vec(), completion.step(false).to_vec()], [b"A", b"B"]);
        assert_eq!([completion.step(true).to_vec(), completion.step(true).to_vec()], [b"A", b"C"]);
        assert_eq!(completion.step(false), b"A");
    }
}
