//! A view in copy mode: rows as they were, what is selected and found, and how far up they are.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::{CursorShape, CursorView, ScreenView, write};
use crate::tui::copy::CopyMode;
use crate::tui::theme;

/// A view in copy mode.
#[derive(Clone, Copy, Debug)]
pub struct CopyView<'a> {
    copy: &'a CopyMode,
}

impl<'a> CopyView<'a> {
    /// Shows the rows that `copy` has in view.
    #[must_use]
    pub fn new(copy: &'a CopyMode) -> CopyView<'a> {
        CopyView { copy }
    }

    /// The cursor, if it is inside the area.
    #[must_use]
    pub fn cursor(&self, area: Rect) -> Option<CursorView> {
        let place = self.copy.viewport().place(area);
        let (row, col) = self.copy.cursor();
        let at = Position { x: place.x.checked_add(col)?, y: place.y.checked_add(row)? };
        place.contains(at).then_some(CursorView { at, shape: CursorShape::Block })
    }

    fn mark(place: Rect, row: u16, cols: std::ops::Range<u16>, style: Style, buf: &mut Buffer) {
        let width = cols.end.saturating_sub(cols.start);
        let marked = Rect { x: place.x.saturating_add(cols.start), y: place.y + row, width, height: 1 };
        buf.set_style(marked.intersection(place).intersection(buf.area), style);
    }
}

impl Widget for CopyView<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let viewport = self.copy.viewport();
        let place = viewport.place(area);
        ScreenView::new(&self.copy.screen(), viewport).render(area, buf);
        for row in 0..place.height {
            for found in self.copy.found(row) {
                Self::mark(place, row, found, theme::FOUND, buf);
            }
            Self::mark(place, row, self.copy.selected(row), theme::SELECTED, buf);
        }
        let position = format!(" {} ", self.copy.position());
        let width = u16::try_from(position.chars().count()).unwrap_or(u16::MAX).min(area.width);
        let corner = Rect { x: area.right() - width, width, height: area.height.min(1), ..area };
        write(corner, buf, &position, theme::MESSAGE);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::drawn;
    use super::*;
    use crate::keys::Key;
    use crate::screen::{Cell, CodePage, Rgb, Screen, Scrollback};
    use crate::session::History;
    use crate::tui::input::{Mods, Symbol, TermKey};
    use crate::tui::pan::Viewport;
    use crate::types::SessionId;

    /// A screen of 12 × 2 with `klmno` and nothing on it; `abcde` and `fghij` scrolled off.
    fn copy() -> CopyMode {
        let row = |text: &str| format!("{text:<12}").bytes().flat_map(|code| [code, 7]).collect::<Vec<u8>>();
        let mut rows = Scrollback::new(10);
        rows.push(&row("abcde"));
        rows.push(&row("fghij"));
        let cells = [row("klmno"), row("")].concat();
        let screen = Screen {
            cols: 12,
            rows: 2,
            cells: cells.chunks(2).map(|pair| Cell { code: pair[0], attr: pair[1] }).collect(),
            cursor: None,
            palette: [Rgb::default(); 16],
            blink: true,
            cell_height: 16,
            mode: 3,
            code_page: CodePage::US,
        };
        let viewport = Viewport { col: 0, row: 0, cols: 12, rows: 2 };
        let mut copy = CopyMode::new(SessionId(1), History { rows, screen }, viewport, false);
        copy.key(&TermKey::legacy(Symbol::Key(Key::Up), Mods::NONE));
        copy.key(&TermKey::legacy(Symbol::Key(Key::Up), Mods::NONE));
        copy
    }

    #[test]
    fn rows_that_scrolled_off_are_shown_with_how_far_up_they_are() {
        let copy = copy();
        let rows = drawn(14, 4, |buf| CopyView::new(&copy).render(buf.area, buf));
        assert_eq!(rows, ["         -1/2 ", " fghij        ", " klmno        ", "              "]);
        let cursor = CopyView::new(&copy).cursor(Rect::new(0, 0, 14, 4)).unwrap();
        assert_eq!((cursor.at, cursor.shape), (Position::new(1, 1), CursorShape::Block));
    }

    #[test]
    fn what_is_selected_stands_out() {
        let mut copy = copy();
        for c in "vll".chars() {
            copy.key(&TermKey::legacy(Symbol::Char(c), Mods::NONE));
        }
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 2));
        CopyView::new(&copy).render(buf.area, &mut buf);
        let selected: Vec<u16> = (0..12).filter(|&x| Some(buf[(x, 0)].bg) == theme::SELECTED.bg).collect();
        assert_eq!(selected, [0, 1, 2]);
    }

    #[test]
    fn an_area_outside_the_buffer_or_without_room_is_clipped() {
        let copy = copy();
        let view = CopyView::new(&copy);
        assert_eq!(drawn(4, 1, |buf| view.render(Rect::new(10, 10, 8, 3), buf)), ["    "]);
        assert_eq!(drawn(4, 1, |buf| view.render(Rect::new(0, 0, 0, 0), buf)), ["    "]);
        assert_eq!(drawn(4, 1, |buf| view.render(Rect::new(2, 0, 14, 3), buf)), ["   f"]);
    }
}
