//! What copy mode moves over: the rows that scrolled off a session's screen, and the screen.

use crate::screen::{Cell, Screen};
use crate::session::History;

/// A place in the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// Row, 0 being the oldest.
    pub row: usize,
    /// Column.
    pub col: usize,
}

/// What a character is to word motions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Between words.
    Blank,
    /// Brackets, quotes, frames: words of their own.
    Sign,
    /// All else, so that a path or a number is one word.
    Word,
}

/// See the module's text. There is at least one row.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    history: History,
    /// Codes of the screen's cells.
    screen_codes: Vec<u8>,
}

impl Lines {
    pub(super) fn new(history: History) -> Lines {
        let screen_codes = history.screen.cells.iter().map(|cell| cell.code).collect();
        Lines { history, screen_codes }
    }

    /// The screen below the rows that scrolled off.
    pub(super) fn screen(&self) -> &Screen {
        &self.history.screen
    }

    /// Rows that scrolled off.
    pub(super) fn above(&self) -> usize {
        self.history.rows.len()
    }

    /// Number of the last row.
    pub(super) fn last_row(&self) -> usize {
        self.above() + usize::from(self.screen().rows).saturating_sub(1)
    }

    /// Columns of a row.
    pub(super) fn cols(&self, row: usize) -> usize {
        match self.history.rows.row(row) {
            Some(row) => usize::from(row.cols()),
            None => usize::from(self.screen().cols),
        }
    }

    /// The codes of a row without the blanks at its end.
    pub(super) fn codes(&self, row: usize) -> &[u8] {
        if let Some(row) = self.history.rows.row(row) {
            return row.codes();
        }
        let cols = usize::from(self.screen().cols);
        let start = (row - self.above()) * cols;
        let codes = self.screen_codes.get(start..start + cols).unwrap_or(&[]);
        let used = codes.iter().rposition(|&code| code != b' ').map_or(0, |last| last + 1);
        &codes[..used]
    }

    /// All cells of a row.
    pub(super) fn cells(&self, row: usize) -> Vec<Cell> {
        match self.history.rows.row(row) {
            Some(row) => row.cells().collect(),
            None => {
                let row = u16::try_from(row - self.above()).unwrap_or(u16::MAX);
                (0..self.screen().cols).filter_map(|col| self.screen().cell(row, col)).collect()
            }
        }
    }

    /// The character at a place.
    pub(super) fn char(&self, at: At) -> char {
        self.shown(self.codes(at.row).get(at.col).copied().unwrap_or(b' '))
    }

    fn shown(&self, code: u8) -> char {
        // Some pages have a blank of their own at FFh.
        Some(self.screen().code_page.char(code)).filter(|c| !c.is_whitespace()).unwrap_or(' ')
    }

    /// The text of a row from one column up to before another, without the blanks at its end.
    pub(super) fn text(&self, row: usize, cols: std::ops::Range<usize>) -> String {
        let codes = self.codes(row);
        let codes = codes.get(cols.start..cols.end.min(codes.len())).unwrap_or(&[]);
        let text: String = codes.iter().map(|&code| self.shown(code)).collect();
        text.trim_end().to_owned()
    }

    pub(super) fn class(&self, at: At) -> Class {
        match self.char(at) {
            ' ' => Class::Blank,
            // Box drawing and block elements.
            '\u{2500}'..='\u{259F}' => Class::Sign,
            c if "()[]{}<>\"'`|,;=".contains(c) => Class::Sign,
            _ => Class::Word,
        }
    }

    /// Columns of a row up to its last character that is no blank.
    pub(super) fn used(&self, row: usize) -> usize {
        self.codes(row).len()
    }

    /// Where the word at a place begins and ends, in its row.
    pub(super) fn word(&self, at: At) -> (At, At) {
        let class = self.class(at);
        let same = |col: &usize| self.class(At { col: *col, ..at }) == class;
        let first = (0..=at.col).rev().take_while(same).last().unwrap_or(at.col);
        let last = (at.col..self.cols(at.row)).take_while(same).last().unwrap_or(at.col);
        (At { col: first, ..at }, At { col: last, ..at })
    }

    /// The beginning of the next word, or the end of the last one.
    pub(super) fn next_word(&self, at: At) -> At {
        let (_, end) = self.word(at);
        let mut at = At { col: end.col + 1, ..end };
        if self.class(end) == Class::Blank {
            at.col = end.col;
        }
        loop {
            let used = self.used(at.row);
            if let Some(col) = (at.col..used).find(|&col| self.class(At { col, ..at }) != Class::Blank) {
                return At { col, ..at };
            }
            if at.row >= self.last_row() {
                return At { col: used.saturating_sub(1), ..at };
            }
            at = At { row: at.row + 1, col: 0 };
        }
    }

    /// The end of this word or, from there, of the next.
    pub(super) fn word_end(&self, at: At) -> At {
        let (_, end) = self.word(at);
        if end > at && self.class(at) != Class::Blank {
            return end;
        }
        self.word(self.next_word(at)).1
    }

    /// The beginning of this word or, from there, of the one before it.
    pub(super) fn word_start(&self, at: At) -> At {
        let (start, _) = self.word(at);
        if start < at && self.class(at) != Class::Blank {
            return start;
        }
        let mut end = At { col: start.col.min(self.used(at.row)), ..at };
        loop {
            if let Some(col) = (0..end.col).rev().find(|&col| self.class(At { col, ..end }) != Class::Blank) {
                return self.word(At { col, ..end }).0;
            }
            let Some(row) = end.row.checked_sub(1) else { return At::default() };
            end = At { row, col: self.used(row) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::history;
    use super::*;

    fn lines() -> Lines {
        Lines::new(history(&["C:\\>dir /w", "", "  [DOS] a"], &["last line", ""]))
    }

    #[test]
    fn rows_above_and_on_the_screen_follow_each_other() {
        let lines = lines();
        let texts: Vec<String> = (0..=lines.last_row()).map(|row| lines.text(row, 0..80)).collect();
        assert_eq!(texts, ["C:\\>dir /w", "", "  [DOS] a", "last line", ""]);
        assert_eq!(lines.text(2, 2..6), "[DOS");
        assert_eq!(lines.text(2, 100..200), "");
        assert_eq!((lines.cells(2)[3].code, lines.cells(3)[0].code), (b'D', b'l'));
    }

    #[test]
    fn words_are_gone_through_in_both_directions() {
        let lines = lines();
        let mut at = At::default();
        let mut stops = vec![(at.row, at.col)];
        while at != lines.next_word(at) {
            at = lines.next_word(at);
            stops.push((at.row, at.col));
        }
        let expected = [(0, 0), (0, 3), (0, 4), (0, 8), (2, 2), (2, 3), (2, 6), (2, 8), (3, 0), (3, 5)];
        assert_eq!(stops[..10], expected);
        at = At { row: 3, col: 5 };
        for &(row, col) in expected[..9].iter().rev() {
            at = lines.word_start(at);
            assert_eq!(at, At { row, col });
        }
        assert_eq!(lines.word_start(at), at);
    }

    #[test]
    fn word_ends_are_found() {
        let lines = lines();
        assert_eq!(lines.word_end(At { row: 0, col: 4 }), At { row: 0, col: 6 });
        assert_eq!(lines.word_end(At { row: 0, col: 6 }), At { row: 0, col: 9 });
        assert_eq!(lines.word_end(At { row: 0, col: 9 }), At { row: 2, col: 2 });
    }
}
