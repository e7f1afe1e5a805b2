//! A session's screen, cell by cell in its own colours.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::Widget;

use crate::screen::{Cursor, Look, Rgb, Screen};
use crate::tui::pan::Viewport;

/// A text screen in the middle of its area, or the part of it that fits.
#[derive(Clone, Copy, Debug)]
pub struct ScreenView<'a> {
    screen: &'a Screen,
    viewport: Viewport,
}

/// How the terminal's cursor should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorShape {
    /// A line at the bottom of the cell.
    Underline,
    /// The whole cell.
    Block,
}

/// Where and how the cursor is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CursorView {
    /// Its cell.
    pub at: Position,
    /// Its shape.
    pub shape: CursorShape,
}

impl<'a> ScreenView<'a> {
    /// Shows the part `viewport` of `screen`.
    #[must_use]
    pub fn new(screen: &'a Screen, viewport: Viewport) -> ScreenView<'a> {
        ScreenView { screen, viewport }
    }

    /// The cursor, if it is inside the shown part.
    ///
    /// A terminal has no scan lines: a cursor over half the cell or more becomes a block.
    #[must_use]
    pub fn cursor(&self, area: Rect) -> Option<CursorView> {
        let Cursor { row, col, start, end } = self.screen.cursor?;
        let place = self.viewport.place(area);
        let (x, y) = (col.checked_sub(self.viewport.col)?, row.checked_sub(self.viewport.row)?);
        if x >= place.width || y >= place.height || start > end {
            return None;
        }
        let lines = u16::from(end) - u16::from(start) + 1;
        let tall = lines * 2 >= u16::from(self.screen.cell_height);
        let shape = if tall { CursorShape::Block } else { CursorShape::Underline };
        Some(CursorView { at: Position::new(place.x + x, place.y + y), shape })
    }
}

fn style(look: Look) -> Style {
    let mut style = Style::new().fg(color(look.fore)).bg(color(look.back));
    if look.blinks {
        style = style.add_modifier(Modifier::SLOW_BLINK);
    }
    if look.underlined {
        style = style.add_modifier(Modifier::UNDERLINED);
    }
    style
}

pub(super) fn color(rgb: Rgb) -> Color {
    Color::Rgb(rgb.r, rgb.g, rgb.b)
}

impl Widget for ScreenView<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let place = self.viewport.place(area);
        let shown = place.intersection(buf.area);
        for y in shown.top()..shown.bottom() {
            for x in shown.left()..shown.right() {
                let (row, col) = (self.viewport.row + (y - place.y), self.viewport.col + (x - place.x));
                let Some(cell) = self.screen.cell(row, col) else { continue };
                buf[(x, y)].reset();
                let look = self.screen.look(cell);
                buf[(x, y)].set_char(look.char).set_style(style(look));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::drawn;
    use super::*;
    use crate::screen::{Cell, CodePage};

    /// A screen of 4 × 3 cells that counts through the letters; each colour is its own number.
    fn screen() -> Screen {
        let palette = std::array::from_fn(|n| Rgb { r: u8::try_from(n).unwrap(), g: 0, b: 0 });
        Screen {
            cols: 4,
            rows: 3,
            cells: (b'a'..=b'l').map(|code| Cell { code, attr: 0x07 }).collect(),
            cursor: Some(Cursor { row: 1, col: 2, start: 6, end: 7 }),
            palette,
            blink: true,
            cell_height: 8,
            mode: 3,
            code_page: CodePage::US,
        }
    }

    const WHOLE: Viewport = Viewport { col: 0, row: 0, cols: 4, rows: 3 };

    #[test]
    fn a_smaller_screen_stands_in_the_middle() {
        let screen = screen();
        let rows = drawn(8, 5, |buf| ScreenView::new(&screen, WHOLE).render(buf.area, buf));
        assert_eq!(rows, ["        ", "  abcd  ", "  efgh  ", "  ijkl  ", "        "]);
        let cursor = ScreenView::new(&screen, WHOLE).cursor(Rect::new(0, 0, 8, 5)).unwrap();
        assert_eq!(cursor.at, Position::new(4, 2));
    }

    #[test]
    fn a_larger_screen_shows_the_part_in_view() {
        let screen = screen();
        let part = Viewport { col: 1, row: 1, cols: 2, rows: 2 };
        let rows = drawn(2, 2, |buf| ScreenView::new(&screen, part).render(buf.area, buf));
        assert_eq!(rows, ["fg", "jk"]);
    }

    #[test]
    fn an_area_partly_or_wholly_outside_the_buffer_is_clipped() {
        let screen = screen();
        let view = ScreenView::new(&screen, WHOLE);
        let rows = drawn(4, 2, |buf| view.render(Rect::new(2, 1, 4, 3), buf));
        assert_eq!(rows, ["    ", "  ab"]);
        let rows = drawn(4, 2, |buf| view.render(Rect::new(10, 10, 4, 3), buf));
        assert_eq!(rows, ["    ", "    "]);
        let rows = drawn(4, 2, |buf| view.render(Rect::new(0, 0, 0, 0), buf));
        assert_eq!(rows, ["    ", "    "]);
    }

    fn style_of(attr: u8, change: impl FnOnce(&mut Screen)) -> ratatui::buffer::Cell {
        let mut screen = screen();
        screen.cells[0].attr = attr;
        change(&mut screen);
        let mut buf = Buffer::empty(Rect::new(0, 0, 4, 3));
        ScreenView::new(&screen, WHOLE).render(buf.area, &mut buf);
        buf[(0, 0)].clone()
    }

    #[test]
    fn colours_come_from_the_palette_and_bit_7_blinks() {
        let cell = style_of(0x9E, |_| ());
        assert_eq!((cell.fg, cell.bg), (Color::Rgb(14, 0, 0), Color::Rgb(1, 0, 0)));
        assert_eq!(cell.modifier, Modifier::SLOW_BLINK);
    }

    #[test]
    fn bit_7_is_a_bright_background_if_it_does_not_blink() {
        let cell = style_of(0x9E, |screen| screen.blink = false);
        assert_eq!((cell.bg, cell.modifier), (Color::Rgb(9, 0, 0), Modifier::empty()));
    }

    #[test]
    fn the_monochrome_mode_underlines() {
        assert_eq!(style_of(0x09, |screen| screen.mode = 7).modifier, Modifier::UNDERLINED);
        assert_eq!(style_of(0x01, |_| ()).modifier, Modifier::empty());
    }

    #[test]
    fn the_cursor_takes_its_shape_from_its_scan_lines() {
        let mut screen = screen();
        let area = Rect::new(0, 0, 4, 3);
        let mut shape = |start, end| {
            screen.cursor = Some(Cursor { row: 0, col: 0, start, end });
            ScreenView::new(&screen, WHOLE).cursor(area).map(|cursor| cursor.shape)
        };
        assert_eq!(shape(6, 7), Some(CursorShape::Underline));
        assert_eq!(shape(4, 7), Some(CursorShape::Block));
        assert_eq!(shape(0, 255), Some(CursorShape::Block));
        assert_eq!(shape(7, 6), None);
    }

    #[test]
    fn a_cursor_outside_the_view_is_not_shown() {
        let screen = screen();
        let part = Viewport { col: 3, row: 0, cols: 1, rows: 3 };
        assert_eq!(ScreenView::new(&screen, part).cursor(Rect::new(0, 0, 1, 3)), None);
    }
}
