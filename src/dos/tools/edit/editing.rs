//! The text with a cursor in it: what the keys that move, select and change do. Pure.

use super::command::Move;
use super::text::{Place, Text};
use super::view::{View, byte_column, screen_column};

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(super) struct Editing {
    pub(super) text: Text,
    pub(super) cursor: Place,
    /// Where the selection begins; it ends at the cursor.
    pub(super) anchor: Option<Place>,
    pub(super) view: View,
    pub(super) overwriting: bool,
    clipboard: Vec<u8>,
    /// The column that Up and Down keep to.
    wanted: usize,
}

/// A change that the text has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

type Changed = Result<(), Full>;

impl Editing {
    /// Another text; the clipboard stays.
    pub(super) fn open(&mut self, text: Text) {
        let view = View { top: 0, left: 0, ..self.view };
        let (clipboard, overwriting) = (std::mem::take(&mut self.clipboard), self.overwriting);
        *self = Editing { text, view, clipboard, overwriting, ..Editing::default() };
    }

    /// The selection, its beginning first.
    pub(super) fn selection(&self) -> Option<(Place, Place)> {
        let anchor = self.anchor.filter(|&anchor| anchor != self.cursor)?;
        Some((anchor.min(self.cursor), anchor.max(self.cursor)))
    }

    /// Selects what is between two places, with the cursor at the end.
    pub(super) fn select(&mut self, from: Place, to: Place) {
        self.anchor = Some(from);
        self.go_to(to);
    }

    /// The cursor to `place`, or near it; the selection stays as it is.
    pub(super) fn go_to(&mut self, place: Place) {
        self.cursor = self.text.nearest(place);
        self.wanted = screen_column(self.text.line(self.cursor.line), self.cursor.column);
        self.view.follow(&self.text, self.cursor);
    }

    /// The cursor to what is shown at a row and a column of the window, or beyond its edge.
    pub(super) fn point_at(&mut self, row: isize, column: usize, selecting: bool) {
        self.anchor = if selecting { self.anchor.or(Some(self.cursor)) } else { None };
        let line = self.view.top.saturating_add_signed(row).min(self.text.lines().len() - 1);
        let column = byte_column(self.text.line(line), self.view.left + column);
        self.go_to(Place::new(line, column));
    }

    /// Moves the cursor; with `selecting` the selection goes along, without there is none any more.
    pub(super) fn go(&mut self, way: Move, selecting: bool) {
        self.anchor = if selecting { self.anchor.or(Some(self.cursor)) } else { None };
        let page = self.view.rows.saturating_sub(1).max(1);
        match way {
            Move::Up => self.by_lines(1, true),
            Move::Down => self.by_lines(1, false),
            Move::PageUp => self.page(page, true),
            Move::PageDown => self.page(page, false),
            Move::ScrollUp => self.view.top = self.view.top.saturating_sub(1),
            Move::ScrollDown => self.view.top = (self.view.top + 1).min(self.text.lines().len() - 1),
            _ => self.go_to(self.target(way)),
        }
        if matches!(way, Move::ScrollUp | Move::ScrollDown) {
            let inside = self.view.top..self.view.top + self.view.rows.max(1);
            let line = self.cursor.line.clamp(inside.start, inside.end - 1);
            self.keep_column_in(line);
        }
    }

    fn target(&self, way: Move) -> Place {
        let (text, cursor) = (&self.text, self.cursor);
        match way {
            Move::Left => text.before(cursor).unwrap_or(cursor),
            Move::Right => text.after(cursor).unwrap_or(cursor),
            Move::WordLeft => self.word_left(),
            Move::WordRight => self.word_right(),
            Move::LineStart => self.line_start(),
            Move::LineEnd => Place::new(cursor.line, text.line(cursor.line).len()),
            Move::Start => Place::default(),
            Move::End => text.end(),
            _ => cursor,
        }
    }

    /// The first character of a line; from there, its first column.
    fn line_start(&self) -> Place {
        let line = self.text.line(self.cursor.line);
        let first = line.iter().position(|&byte| !is_blank(byte)).unwrap_or(0);
        Place::new(self.cursor.line, if self.cursor.column == first { 0 } else { first })
    }

    fn by_lines(&mut self, count: usize, up: bool) {
        let line = if up { self.cursor.line.saturating_sub(count) } else { self.cursor.line + count };
        self.keep_column_in(line.min(self.text.lines().len() - 1));
    }

    /// To the same column of another line.
    fn keep_column_in(&mut self, line: usize) {
        let wanted = self.wanted;
        self.cursor = Place::new(line, byte_column(self.text.line(line), wanted));
        self.view.follow(&self.text, self.cursor);
    }

    fn page(&mut self, rows: usize, up: bool) {
        let last = self.text.lines().len().saturating_sub(self.view.rows.max(1));
        self.view.top = if up { self.view.top.saturating_sub(rows) } else { (self.view.top + rows).min(last) };
        self.by_lines(rows, up);
    }

    fn word_left(&self) -> Place {
        let mut place = self.cursor;
        while let Some(before) = self.text.before(place) {
            if self.begins_word(before) {
                return before;
            }
            place = before;
        }
        place
    }

    fn word_right(&self) -> Place {
        let mut place = self.cursor;
        while let Some(after) = self.text.after(place) {
            if self.begins_word(after) || after.column == self.text.line(after.line).len() {
                return after;
            }
            place = after;
        }
        place
    }

    fn begins_word(&self, place: Place) -> bool {
        let line = self.text.line(place.line);
        let is_word = |index: usize| line.get(index).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
        is_word(place.column) && !place.column.checked_sub(1).is_some_and(is_word)
    }

    fn replace(&mut self, from: Place, to: Place, added: &[u8]) -> Changed {
        let end = self.text.replace(from, to, added).ok_or(Full)?;
        self.anchor = None;
        self.go_to(end);
        Ok(())
    }

    /// Puts `added` in place of the selection, or at the cursor.
    pub(super) fn insert(&mut self, added: &[u8]) -> Changed {
        let (from, to) = self.selection().unwrap_or((self.cursor, self.cursor));
        self.replace(from, to, added)
    }

    /// A character is typed.
    pub(super) fn typed(&mut self, byte: u8) -> Changed {
        let line = self.text.line(self.cursor.line);
        if self.overwriting && self.selection().is_none() && self.cursor.column < line.len() {
            let next = Place::new(self.cursor.line, self.cursor.column + 1);
            return self.replace(self.cursor, next, &[byte]);
        }
        self.insert(&[byte])
    }

    /// A new line, which begins with the blanks that this one begins with.
    pub(super) fn new_line(&mut self) -> Changed {
        let line = self.text.line(self.cursor.line);
        let blanks: Vec<u8> =
            line.iter().take(self.cursor.column).copied().take_while(|&byte| is_blank(byte)).collect();
        self.insert(&[b"\n", blanks.as_slice()].concat())
    }

    pub(super) fn backspace(&mut self) -> Changed {
        match (self.selection(), self.text.before(self.cursor)) {
            (Some((from, to)), _) => self.replace(from, to, b""),
            (None, Some(before)) => self.replace(before, self.cursor, b""),
            (None, None) => Ok(()),
        }
    }

    pub(super) fn delete(&mut self) -> Changed {
        match (self.selection(), self.text.after(self.cursor)) {
            (Some((from, to)), _) => self.replace(from, to, b""),
            (None, Some(after)) => self.replace(self.cursor, after, b""),
            (None, None) => Ok(()),
        }
    }

    pub(super) fn delete_word(&mut self) -> Changed {
        let to = self.word_right();
        self.replace(self.cursor, to, b"")
    }

    pub(super) fn copy(&mut self) {
        if let Some((from, to)) = self.selection() {
            self.clipboard = self.text.between(from, to);
        }
    }

    pub(super) fn cut(&mut self) -> Changed {
        self.copy();
        self.selection().map_or(Ok(()), |(from, to)| self.replace(from, to, b""))
    }

    /// Cuts the line that the cursor is in.
    pub(super) fn cut_line(&mut self) -> Changed {
        let from = Place::new(self.cursor.line, 0);
        let next = Place::new(self.cursor.line + 1, 0);
        let to = if next.line < self.text.lines().len() { next } else { self.text.end() };
        self.clipboard = self.text.between(from, to);
        self.replace(from, to, b"")
    }

    pub(super) fn paste(&mut self) -> Changed {
        let clipboard = self.clipboard.clone();
        self.insert(&clipboard)
    }

    pub(super) fn undo(&mut self) {
        self.anchor = None;
        if let Some(place) = self.text.undo() {
            self.go_to(place);
        }
    }

    pub(super) fn redo(&mut self) {
        self.anchor = None;
        if let Some(place) = self.text.redo() {
            self.go_to(place);
        }
    }

    /// Selects the next `wanted` behind the cursor; false if there is none.
    pub(super) fn find(&mut self, wanted: &[u8]) -> bool {
        let found = self.text.find(self.cursor, wanted, true);
        if let Some(from) = found {
            self.select(from, Place::new(from.line, from.column + wanted.len()));
        }
        found.is_some()
    }

    /// Replaces every `wanted` from the top; returns how many there were.
    pub(super) fn replace_all(&mut self, wanted: &[u8], with: &[u8]) -> Result<usize, Full> {
        let (mut from, mut count) = (Place::default(), 0);
        while let Some(found) = self.text.find(from, wanted, true).filter(|found| *found >= from) {
            self.replace(found, Place::new(found.line, found.column + wanted.len()), with)?;
            (from, count) = (self.cursor, count + 1);
        }
        Ok(count)
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn editing(text: &str) -> Editing {
        let mut editing = Editing { view: View { rows: 10, columns: 80, ..View::default() }, ..Editing::default() };
        editing.open(Text::of(text.as_bytes()));
        editing
    }

    fn all(editing: &Editing) -> String {
        String::from_utf8(editing.text.bytes(b"|")).unwrap()
    }

    #[test]
    fn what_is_selected_is_cut_and_pasted() {
        let mut editing = editing("one two\nthree");
        editing.go(Move::WordRight, true);
        editing.cut().unwrap();
        editing.go(Move::End, false);
        editing.paste().unwrap();
        assert_eq!(all(&editing), "two|threeone ");
        editing.go(Move::Start, true);
        editing.typed(b'x').unwrap();
        assert_eq!(all(&editing), "x");
        editing.undo();
        assert_eq!(all(&editing), "two|threeone ");
    }

    #[test]
    fn the_mouse_points_at_what_is_shown() {
        let mut editing = editing(&"a\tb\n".repeat(30));
        editing.go(Move::ScrollDown, false);
        editing.point_at(2, 8, false);
        assert_eq!((editing.cursor, editing.anchor), (Place::new(3, 2), None));
        editing.point_at(10, 0, true);
        assert_eq!((editing.cursor, editing.view.top), (Place::new(11, 0), 2), "the window follows");
        assert_eq!(editing.selection(), Some((Place::new(3, 2), Place::new(11, 0))));
        editing.point_at(-9, 0, true);
        assert_eq!(editing.cursor, Place::new(0, 0));
    }

    #[test]
    fn up_and_down_keep_to_their_column_over_short_lines() {
        let mut editing = editing("long line\nx\nlong line");
        editing.go_to(Place::new(0, 6));
        editing.go(Move::Down, false);
        assert_eq!(editing.cursor, Place::new(1, 1));
        editing.go(Move::Down, false);
        assert_eq!(editing.cursor, Place::new(2, 6));
    }

    #[test]
    fn a_new_line_is_indented_as_the_one_before() {
        let mut editing = editing("  a");
        editing.go(Move::LineEnd, false);
        editing.new_line().unwrap();
        editing.typed(b'b').unwrap();
        assert_eq!(all(&editing), "  a|  b");
        editing.backspace().unwrap();
        editing.cut_line().unwrap();
        assert_eq!(all(&editing), "  a|");
    }

    #[test]
    fn overwriting_stops_at_the_end_of_a_line() {
        let mut editing = editing("ab\ncd");
        editing.overwriting = true;
        for byte in *b"xyz" {
            editing.typed(byte).unwrap();
        }
        assert_eq!(all(&editing), "xyz|cd");
    }

    #[test]
    fn all_places_are_replaced_once_even_where_the_new_has_the_old_in_it() {
        let mut editing = editing("a b a\nA");
        assert_eq!(editing.replace_all(b"a", b"aa"), Ok(3));
        assert_eq!(all(&editing), "aa b aa|aa");
        assert!(editing.find(b"B") && !editing.find(b"none"));
    }

    #[test]
    fn home_goes_to_the_first_character_and_then_to_the_first_column() {
        let mut editing = editing("  text");
        editing.go(Move::LineEnd, false);
        editing.go(Move::LineStart, false);
        assert_eq!(editing.cursor.column, 2);
        editing.go(Move::LineStart, false);
        assert_eq!(editing.cursor.column, 0);
    }
}
