//! Which part of the text is on the screen, and where in it the cursor is. Pure.

use super::text::{Place, Text};

const TAB_WIDTH: usize = 8;
/// Columns that the window moves sideways at once.
const SIDE_STEP: usize = 8;

/// See the module's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct View {
    /// First line and first column that are shown.
    pub(super) top: usize,
    pub(super) left: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
}

/// The column of the screen where byte `column` of `line` begins, were the window at the left.
pub(super) fn screen_column(line: &[u8], column: usize) -> usize {
    line.iter().take(column).fold(0, |at, &byte| at + width(byte, at))
}

/// The byte of `line` that is shown at column `wanted`, or the nearest before.
pub(super) fn byte_column(line: &[u8], wanted: usize) -> usize {
    let mut at = 0;
    for (index, &byte) in line.iter().enumerate() {
        at += width(byte, at);
        if at > wanted {
            return index;
        }
    }
    line.len()
}

fn width(byte: u8, at: usize) -> usize {
    if byte == b'\t' { TAB_WIDTH - at % TAB_WIDTH } else { 1 }
}

impl View {
    /// Moves so that `cursor` is inside.
    pub(super) fn follow(&mut self, text: &Text, cursor: Place) {
        let rows = self.rows.max(1);
        if cursor.line < self.top {
            self.top = cursor.line;
        }
        if cursor.line >= self.top + rows {
            self.top = cursor.line + 1 - rows;
        }
        let column = screen_column(text.line(cursor.line), cursor.column);
        if column < self.left {
            self.left = column.saturating_sub(SIDE_STEP);
        }
        if column >= self.left + self.columns {
            self.left = column + SIDE_STEP - self.columns.min(column + SIDE_STEP);
        }
    }

    /// The characters of a line that are inside, with the byte that each belongs to.
    pub(super) fn cells(&self, line: &[u8]) -> Vec<(u8, usize)> {
        let mut cells = Vec::new();
        let mut at = 0;
        for (index, &byte) in line.iter().enumerate() {
            if at >= self.left + self.columns {
                break;
            }
            let shown = if byte == b'\t' { b' ' } else { byte };
            for _ in 0..width(byte, at) {
                if at >= self.left && at < self.left + self.columns {
                    cells.push((shown, index));
                }
                at += 1;
            }
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_go_to_the_next_eighth_column() {
        assert_eq!([0, 1, 2, 3].map(|column| screen_column(b"a\tb", column)), [0, 1, 8, 9]);
        assert_eq!([0, 1, 5, 8, 20].map(|wanted| byte_column(b"a\tb", wanted)), [0, 1, 1, 2, 3]);
    }

    #[test]
    fn the_window_follows_the_cursor() {
        let text = Text::of(&[b"x".repeat(200).as_slice(), &b"\n".repeat(100)].concat());
        let mut view = View { rows: 10, columns: 80, ..View::default() };
        view.follow(&text, Place::new(50, 0));
        assert_eq!((view.top, view.left), (41, 0));
        view.follow(&text, Place::new(0, 150));
        assert_eq!((view.top, view.left), (0, 78));
        view.follow(&text, Place::new(0, 10));
        assert_eq!(view.left, 2);
    }

    #[test]
    fn a_line_is_cut_at_both_sides() {
        let view = View { top: 0, left: 2, rows: 1, columns: 3 };
        assert_eq!(view.cells(b"abcdefg"), [(b'c', 2), (b'd', 3), (b'e', 4)]);
        assert_eq!(view.cells(b"\tx"), [(b' ', 0), (b' ', 0), (b' ', 0)]);
    }
}
