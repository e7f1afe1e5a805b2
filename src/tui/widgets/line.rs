//! The line above the status line: messages, questions and hints. Drawn over the session.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget;

use super::{CursorShape, CursorView, fill, write};
use crate::tui::theme;

/// One line of text in the first row of its area.
#[derive(Clone, Copy, Debug)]
pub struct LineView<'a> {
    text: &'a str,
}

impl<'a> LineView<'a> {
    /// Shows `text`.
    #[must_use]
    pub fn new(text: &'a str) -> LineView<'a> {
        LineView { text }
    }

    /// The cursor before the character at `index` of a text shown in `area`, if that is to be seen.
    #[must_use]
    pub fn cursor(area: Rect, index: usize) -> Option<CursorView> {
        let x = u16::try_from(index).ok()?.checked_add(1)?;
        let at = Position { x: area.x.checked_add(x)?, y: area.y };
        area.contains(at).then_some(CursorView { at, shape: CursorShape::Underline })
    }
}

impl Widget for LineView<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let row = Rect { height: area.height.min(1), ..area };
        fill(row, buf, theme::MESSAGE);
        let inner = if row.width > 2 { Rect { x: row.x + 1, width: row.width - 2, ..row } } else { row };
        write(inner, buf, self.text, theme::MESSAGE);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::drawn;
    use super::*;

    #[test]
    fn text_is_cut_with_an_ellipsis() {
        let draw = |cols| drawn(cols, 2, |buf| LineView::new("reset?").render(buf.area, buf));
        assert_eq!(draw(10), [" reset?   ", "          "]);
        assert_eq!(draw(7), [" rese\u{2026} ", "       "]);
        assert_eq!(draw(1), ["\u{2026}", " "]);
    }

    #[test]
    fn a_line_outside_the_buffer_is_clipped() {
        let rows = drawn(4, 1, |buf| LineView::new("reset?").render(Rect::new(2, 0, 8, 1), buf));
        assert_eq!(rows, ["   \u{2026}"]);
        let rows = drawn(4, 1, |buf| LineView::new("reset?").render(Rect::new(0, 5, 8, 1), buf));
        assert_eq!(rows, ["    "]);
    }
}
