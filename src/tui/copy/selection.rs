//! What is selected, and the text of it.

use std::ops::Range;

use super::lines::{At, Lines};

/// How a selection goes from one place to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Along the rows.
    Linear,
    /// Whole rows.
    Rows,
    /// A rectangle of columns and rows.
    Rectangle,
}

/// What is selected, ends included, in either order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    pub(super) anchor: At,
    pub(super) shape: Shape,
}

impl Selection {
    /// The columns selected in `row` while the cursor is at `cursor`; of a row of `cols` columns.
    pub(super) fn cols_in(&self, row: usize, cursor: At, cols: usize) -> Range<usize> {
        let (first, last) = (self.anchor.min(cursor), self.anchor.max(cursor));
        if !(first.row..=last.row).contains(&row) {
            return 0..0;
        }
        match self.shape {
            Shape::Rows => 0..cols,
            Shape::Rectangle => {
                let (left, right) = (self.anchor.col.min(cursor.col), self.anchor.col.max(cursor.col));
                left..(right + 1).min(cols).max(left)
            }
            Shape::Linear => {
                let start = if row == first.row { first.col } else { 0 };
                let end = if row == last.row { (last.col + 1).min(cols) } else { cols };
                start..end.max(start)
            }
        }
    }

    /// The selected text: rows without the blanks at their ends, joined by line feeds. Rows are kept
    /// apart even if one of them goes on in the next: a screen does not tell.
    pub(super) fn text(&self, lines: &Lines, cursor: At) -> String {
        let rows = self.anchor.row.min(cursor.row)..=self.anchor.row.max(cursor.row);
        let texts: Vec<String> = rows.map(|row| lines.text(row, self.cols_in(row, cursor, lines.cols(row)))).collect();
        let mut text = texts.join("\n");
        if self.shape == Shape::Rows {
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::history;
    use super::*;

    fn text(shape: Shape, anchor: (usize, usize), cursor: (usize, usize)) -> String {
        let lines = Lines::new(history(&["abcdef", "gh"], &["ijklmn  o", ""]));
        let at = |(row, col)| At { row, col };
        Selection { anchor: at(anchor), shape }.text(&lines, at(cursor))
    }

    #[test]
    fn a_linear_selection_runs_along_the_rows() {
        assert_eq!(text(Shape::Linear, (0, 2), (2, 1)), "cdef\ngh\nij");
        assert_eq!(text(Shape::Linear, (2, 1), (0, 2)), "cdef\ngh\nij", "in either direction");
        assert_eq!(text(Shape::Linear, (2, 5), (2, 7)), "n");
        assert_eq!(text(Shape::Linear, (1, 5), (3, 0)), "\nijklmn  o\n");
    }

    #[test]
    fn whole_rows_end_with_a_line_feed() {
        assert_eq!(text(Shape::Rows, (1, 5), (0, 3)), "abcdef\ngh\n");
    }

    #[test]
    fn a_rectangle_has_the_same_columns_of_every_row() {
        assert_eq!(text(Shape::Rectangle, (0, 3), (2, 1)), "bcd\nh\njkl");
        assert_eq!(text(Shape::Rectangle, (0, 300), (2, 200)), "\n\n");
    }
}
