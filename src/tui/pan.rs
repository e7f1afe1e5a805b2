//! Which part of a screen the window shows: all of it where it fits, else the part with the cursor.

use ratatui::layout::Rect;

use crate::screen::Screen;

/// The part of a screen that a window shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Viewport {
    /// First column shown.
    pub col: u16,
    /// First row shown.
    pub row: u16,
    /// Columns shown.
    pub cols: u16,
    /// Rows shown.
    pub rows: u16,
}

/// Where the view of one session stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pan {
    col: u16,
    row: u16,
    /// Where the cursor was when the view last followed it.
    cursor: Option<(u16, u16)>,
    /// How large the view was then.
    size: (u16, u16),
}

impl Pan {
    /// Follows the cursor if it is out of the view since it has moved or the view is another one, as little as
    /// needed.
    pub fn follow(&mut self, screen: &Screen, cols: u16, rows: u16) {
        let cursor = screen.cursor.map(|cursor| (cursor.col, cursor.row));
        if (cursor, (cols, rows)) != (self.cursor, self.size) {
            (self.cursor, self.size) = (cursor, (cols, rows));
            if let Some((col, row)) = cursor {
                self.col = reach(self.col, col, cols);
                self.row = reach(self.row, row, rows);
            }
        }
        self.clamp(screen, cols, rows);
    }

    /// Moves the view by `cols` and `rows`.
    pub fn shift(&mut self, cols: i16, rows: i16) {
        self.col = self.col.saturating_add_signed(cols);
        self.row = self.row.saturating_add_signed(rows);
    }

    fn clamp(&mut self, screen: &Screen, cols: u16, rows: u16) {
        self.col = self.col.min(screen.cols.saturating_sub(cols));
        self.row = self.row.min(screen.rows.saturating_sub(rows));
    }

    /// What a window of `cols` × `rows` shows of `screen`.
    #[must_use]
    pub fn viewport(&self, screen: &Screen, cols: u16, rows: u16) -> Viewport {
        let mut inside = *self;
        inside.clamp(screen, cols, rows);
        Viewport { col: inside.col, row: inside.row, cols: screen.cols.min(cols), rows: screen.rows.min(rows) }
    }
}

/// The start nearest to `start` with which a view of `length` shows `at`.
fn reach(start: u16, at: u16, length: u16) -> u16 {
    let last = start.saturating_add(length.saturating_sub(1));
    if at < start {
        at
    } else if at > last {
        start + (at - last)
    } else {
        start
    }
}

impl Viewport {
    /// Where it lies in `area`: in the middle, whole cells.
    #[must_use]
    pub fn place(&self, area: Rect) -> Rect {
        let (width, height) = (self.cols.min(area.width), self.rows.min(area.height));
        Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
    }

    /// What of `screen` lies outside, such as `rows 3-25 of 25`; `None` if nothing does.
    #[must_use]
    pub fn crop_mark(&self, screen: &Screen) -> Option<String> {
        let part = |name: &str, first: u16, shown: u16, all: u16| {
            (shown < all).then(|| format!("{name} {}-{} of {all}", first + 1, first + shown))
        };
        let rows = part("rows", self.row, self.rows, screen.rows);
        let cols = part("columns", self.col, self.cols, screen.cols);
        match (rows, cols) {
            (Some(rows), Some(cols)) => Some(format!("{rows}, {cols}")),
            (rows, cols) => rows.or(cols),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::CodePage;
    use crate::screen::{Cell, Cursor, Rgb};

    fn screen(col: u16, row: u16) -> Screen {
        Screen {
            cols: 80,
            rows: 25,
            cells: vec![Cell::default(); 2000],
            cursor: Some(Cursor { row, col, start: 14, end: 15 }),
            palette: [Rgb::default(); 16],
            blink: true,
            cell_height: 16,
            mode: 3,
            code_page: CodePage::US,
        }
    }

    #[test]
    fn a_screen_that_fits_is_shown_whole() {
        let mut pan = Pan::default();
        pan.shift(5, 5);
        pan.follow(&screen(79, 24), 100, 30);
        assert_eq!(pan.viewport(&screen(79, 24), 100, 30), Viewport { col: 0, row: 0, cols: 80, rows: 25 });
        assert_eq!(pan.viewport(&screen(79, 24), 100, 30).crop_mark(&screen(79, 24)), None);
    }

    #[test]
    fn the_view_follows_the_cursor_as_little_as_needed() {
        let mut pan = Pan::default();
        pan.follow(&screen(0, 24), 80, 23);
        assert_eq!(pan.viewport(&screen(0, 24), 80, 23).row, 2);
        pan.follow(&screen(0, 5), 80, 23);
        assert_eq!(pan.viewport(&screen(0, 5), 80, 23).row, 2);
        pan.follow(&screen(0, 1), 80, 23);
        assert_eq!(pan.viewport(&screen(0, 1), 80, 23).row, 1);
    }

    #[test]
    fn a_view_that_becomes_smaller_keeps_the_cursor_in_sight() {
        let mut pan = Pan::default();
        pan.follow(&screen(0, 20), 80, 25);
        pan.follow(&screen(0, 20), 80, 10);
        assert_eq!(pan.viewport(&screen(0, 20), 80, 10).row, 11);
    }

    #[test]
    fn a_view_moved_by_hand_stays_until_the_cursor_moves() {
        let mut pan = Pan::default();
        pan.follow(&screen(0, 24), 40, 12);
        pan.shift(8, -4);
        pan.follow(&screen(0, 24), 40, 12);
        let shown = pan.viewport(&screen(0, 24), 40, 12);
        assert_eq!((shown.col, shown.row), (8, 9));
        assert_eq!(shown.crop_mark(&screen(0, 24)).unwrap(), "rows 10-21 of 25, columns 9-48 of 80");
    }

    #[test]
    fn an_empty_window_shows_nothing_and_does_not_panic() {
        let mut pan = Pan::default();
        pan.follow(&screen(79, 24), 0, 0);
        assert_eq!(pan.viewport(&screen(79, 24), 0, 0).rows, 0);
    }
}
