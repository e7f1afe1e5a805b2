//! The text that is edited: its lines, and how each change is taken back. Pure.

/// Most bytes of a text.
pub(super) const MOST_BYTES: usize = 4 << 20;
/// Bytes of changes that can be taken back.
const MOST_UNDO_BYTES: usize = 8 << 20;
/// What a change costs beside its bytes.
const CHANGE_BYTES: usize = 96;

/// A place in a text: in front of this byte of this line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Place {
    pub(super) fn new(line: usize, column: usize) -> Place {
        Place { line, column }
    }
}

/// What stood at a place, and what stands there instead. Lines are separated by line feeds.
#[derive(Clone, Debug)]
struct Change {
    at: Place,
    removed: Vec<u8>,
    added: Vec<u8>,
    /// Tells the states of a text apart.
    number: u64,
}

/// See the module's text.
#[derive(Clone, Debug)]
pub(super) struct Text {
    /// Without their ends; at least one.
    lines: Vec<Vec<u8>>,
    bytes: usize,
    done: Vec<Change>,
    undone: Vec<Change>,
    undo_bytes: usize,
    changes: u64,
    /// The number of the last change when it was saved.
    saved: u64,
}

impl Default for Text {
    fn default() -> Text {
        Text::of(b"")
    }
}

impl Text {
    /// A text whose lines end in line feeds, with carriage returns or without.
    pub(super) fn of(bytes: &[u8]) -> Text {
        let lines: Vec<Vec<u8>> =
            bytes.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec()).collect();
        let bytes = lines.iter().map(|line| line.len() + 1).sum();
        Text { lines, bytes, done: Vec::new(), undone: Vec::new(), undo_bytes: 0, changes: 0, saved: 0 }
    }

    /// All of it, with `end` between lines.
    pub(super) fn bytes(&self, end: &[u8]) -> Vec<u8> {
        self.lines.join(end)
    }

    pub(super) fn lines(&self) -> &[Vec<u8>] {
        &self.lines
    }

    pub(super) fn line(&self, index: usize) -> &[u8] {
        self.lines.get(index).map_or(b"", Vec::as_slice)
    }

    /// The place behind the last character.
    pub(super) fn end(&self) -> Place {
        let line = self.lines.len() - 1;
        Place { line, column: self.lines[line].len() }
    }

    /// `place`, or the nearest that is in the text.
    pub(super) fn nearest(&self, place: Place) -> Place {
        let line = place.line.min(self.lines.len() - 1);
        Place { line, column: place.column.min(self.lines[line].len()) }
    }

    /// The place one character on, if there is one.
    pub(super) fn after(&self, place: Place) -> Option<Place> {
        if place.column < self.line(place.line).len() {
            return Some(Place::new(place.line, place.column + 1));
        }
        (place.line + 1 < self.lines.len()).then(|| Place::new(place.line + 1, 0))
    }

    /// The place one character back, if there is one.
    pub(super) fn before(&self, place: Place) -> Option<Place> {
        if place.column > 0 {
            return Some(Place::new(place.line, place.column - 1));
        }
        let line = place.line.checked_sub(1)?;
        Some(Place::new(line, self.line(line).len()))
    }

    /// What is between two places.
    pub(super) fn between(&self, from: Place, to: Place) -> Vec<u8> {
        if from.line == to.line {
            return self.line(from.line).get(from.column..to.column).unwrap_or_default().to_vec();
        }
        let mut text = self.line(from.line)[from.column..].to_vec();
        for line in from.line + 1..to.line {
            text.push(b'\n');
            text.extend(self.line(line));
        }
        text.push(b'\n');
        text.extend(&self.line(to.line)[..to.column]);
        text
    }

    /// Puts `added` in place of what is between two places; returns the place behind it. `None`: the
    /// text would become too long, and is as it was.
    pub(super) fn replace(&mut self, from: Place, to: Place, added: &[u8]) -> Option<Place> {
        let removed = self.between(from, to);
        if removed.is_empty() && added.is_empty() {
            return Some(from);
        }
        if self.bytes + added.len() > MOST_BYTES + removed.len() {
            return None;
        }
        let end = self.splice(from, to, added);
        self.undone.clear();
        self.changes += 1;
        let joined = removed.is_empty() && self.joins_last(from, added);
        if !joined {
            self.undo_bytes += removed.len() + added.len() + CHANGE_BYTES;
            self.done.push(Change { at: from, removed, added: added.to_vec(), number: self.changes });
        }
        self.forget_oldest();
        Some(end)
    }

    /// Adds one typed character to the change before, if it was typed right in front of it.
    fn joins_last(&mut self, from: Place, added: &[u8]) -> bool {
        let (saved, number) = (self.saved, self.changes);
        let Some(last) = self.done.last_mut().filter(|last| last.removed.is_empty() && last.number != saved) else {
            return false;
        };
        let follows = last.at.line == from.line && last.at.column + last.added.len() == from.column;
        let plain = added.len() == 1 && added != b"\n" && added != b" " && !last.added.contains(&b'\n');
        if follows && plain {
            last.added.extend(added);
            last.number = number;
            self.undo_bytes += added.len();
        }
        follows && plain
    }

    fn forget_oldest(&mut self) {
        while self.undo_bytes > MOST_UNDO_BYTES && self.done.len() > 1 {
            let oldest = self.done.remove(0);
            let bytes = oldest.removed.len() + oldest.added.len() + CHANGE_BYTES;
            self.undo_bytes = self.undo_bytes.saturating_sub(bytes);
        }
    }

    fn splice(&mut self, from: Place, to: Place, added: &[u8]) -> Place {
        let before = self.lines[from.line][..from.column].to_vec();
        let behind = self.lines[to.line][to.column..].to_vec();
        let mut lines: Vec<Vec<u8>> = added.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
        lines[0].splice(0..0, before);
        let last = lines.len() - 1;
        let end = Place::new(from.line + last, lines[last].len());
        lines[last].extend(behind);
        let old: usize = self.lines[from.line..=to.line].iter().map(|line| line.len() + 1).sum();
        let new: usize = lines.iter().map(|line| line.len() + 1).sum();
        self.bytes = self.bytes + new - old;
        self.lines.splice(from.line..=to.line, lines);
        end
    }

    /// Takes the last change back; returns where it was.
    pub(super) fn undo(&mut self) -> Option<Place> {
        let change = self.done.pop()?;
        let end = self.splice(change.at, behind(change.at, &change.added), &change.removed);
        self.undone.push(change);
        Some(end)
    }

    /// Makes the change again that was taken back last.
    pub(super) fn redo(&mut self) -> Option<Place> {
        let change = self.undone.pop()?;
        let end = self.splice(change.at, behind(change.at, &change.removed), &change.added);
        self.done.push(change);
        Some(end)
    }

    /// True if it is not what was saved last.
    pub(super) fn is_changed(&self) -> bool {
        self.number() != self.saved
    }

    /// It has been saved.
    pub(super) fn mark_saved(&mut self) {
        self.saved = self.number();
    }

    fn number(&self) -> u64 {
        self.done.last().map_or(0, |change| change.number)
    }

    /// The next place from `from` on, around the end, where `wanted` begins.
    pub(super) fn find(&self, from: Place, wanted: &[u8], any_case: bool) -> Option<Place> {
        let count = self.lines.len();
        if wanted.is_empty() {
            return None;
        }
        (0..=count).find_map(|step| {
            let line = (from.line + step) % count;
            let start = if step == 0 { from.column } else { 0 };
            let text = self.lines[line].get(start..)?;
            let same = |window: &[u8]| if any_case { window.eq_ignore_ascii_case(wanted) } else { window == wanted };
            let column = text.windows(wanted.len()).position(same)?;
            Some(Place::new(line, start + column))
        })
    }
}

/// The place behind `text` that begins at `at`.
fn behind(at: Place, text: &[u8]) -> Place {
    let lines = text.iter().filter(|&&byte| byte == b'\n').count();
    match text.iter().rposition(|&byte| byte == b'\n') {
        Some(last) => Place::new(at.line + lines, text.len() - last - 1),
        None => Place::new(at.line, at.column + text.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &Text) -> String {
        String::from_utf8(text.bytes(b"|")).unwrap()
    }

    #[test]
    fn lines_are_split_and_joined() {
        let mut text = Text::of(b"one\r\ntwo\nthree");
        assert_eq!(all(&text), "one|two|three");
        let end = text.replace(Place::new(0, 1), Place::new(1, 1), b"X\nY\nZ").unwrap();
        assert_eq!((all(&text).as_str(), end), ("oX|Y|Zwo|three", Place::new(2, 1)));
        text.replace(Place::new(0, 2), Place::new(3, 0), b"");
        assert_eq!(all(&text), "oXthree");
    }

    #[test]
    fn changes_are_taken_back_and_made_again() {
        let mut text = Text::of(b"abc\ndef");
        text.replace(Place::new(0, 1), Place::new(1, 2), b"-").unwrap();
        text.replace(Place::new(0, 0), Place::new(0, 0), b"x\ny").unwrap();
        assert_eq!(all(&text), "x|ya-f");
        assert_eq!(text.undo(), Some(Place::new(0, 0)));
        assert_eq!(text.undo(), Some(Place::new(1, 2)));
        assert_eq!((all(&text).as_str(), text.undo()), ("abc|def", None));
        text.redo();
        text.redo();
        assert_eq!((all(&text).as_str(), text.redo()), ("x|ya-f", None));
    }

    #[test]
    fn a_word_that_is_typed_is_one_change() {
        let mut text = Text::default();
        for (column, byte) in b"two words".iter().enumerate() {
            let at = Place::new(0, column);
            text.replace(at, at, &[*byte]).unwrap();
        }
        text.undo();
        assert_eq!(all(&text), "two");
        text.undo();
        assert_eq!(all(&text), "");
    }

    #[test]
    fn it_is_changed_until_it_is_saved_or_all_is_taken_back() {
        let mut text = Text::of(b"a");
        assert!(!text.is_changed());
        let at = Place::default();
        text.replace(at, at, b"x");
        text.mark_saved();
        text.replace(Place::new(0, 1), Place::new(0, 1), b"y");
        assert!(text.is_changed());
        text.undo();
        assert!(!text.is_changed());
        text.undo();
        assert!(text.is_changed());
    }

    #[test]
    fn a_search_goes_round_the_end() {
        let text = Text::of(b"one two\nTwo one");
        assert_eq!(text.find(Place::new(0, 1), b"one", false), Some(Place::new(1, 4)));
        assert_eq!(text.find(Place::new(1, 5), b"one", false), Some(Place::new(0, 0)));
        assert_eq!(text.find(Place::new(0, 5), b"two", true), Some(Place::new(1, 0)));
        assert_eq!(text.find(Place::default(), b"none", true), None);
    }

    #[test]
    fn it_does_not_grow_without_bound() {
        let mut text = Text::default();
        let at = Place::default();
        assert!(text.replace(at, at, &vec![b'x'; MOST_BYTES]).is_none());
        assert_eq!(text.bytes(b"\n"), b"");
    }
}
