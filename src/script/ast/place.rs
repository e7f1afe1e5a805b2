//! What is looked for on a screen, and where.

use std::ops::Range;

use super::Text;
use crate::screen::{Cell, Screen};

/// Something to find on a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// What.
    pub what: Needle,
    /// Where.
    pub place: Where,
}

/// What a row of a screen may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needle {
    /// These characters.
    Text(Text),
    /// Something that this regular expression describes.
    Regex(Text),
}

/// The part of a screen that counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Where {
    /// This rectangle; the whole screen without it.
    pub region: Option<Region>,
    /// Only cells with this attribute.
    pub attr: Option<Attr>,
    /// Only the row with the cursor, which must be in the rectangle.
    pub cursor: bool,
}

/// A rectangle of cells. Negative rows and columns count from the bottom and the right: -1 is the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// First row.
    pub row: i32,
    /// First column.
    pub col: i32,
    /// Rows; all that follow without it.
    pub rows: Option<u16>,
    /// Columns; all that follow without it.
    pub cols: Option<u16>,
}

/// What is asked of a cell's attribute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attr {
    /// The foreground colour. *Range*: 0–15.
    pub fg: Option<u8>,
    /// The background colour. *Range*: 0–15.
    pub bg: Option<u8>,
    /// Whether it blinks.
    pub blink: Option<bool>,
    /// Whether the foreground is bright.
    pub bright: Option<bool>,
}

/// The cells of a screen that a [`Region`] covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// Rows, 0-based.
    pub rows: Range<u16>,
    /// Columns, 0-based.
    pub cols: Range<u16>,
}

impl Region {
    /// The region's cells on `screen`; none of them lies outside.
    #[must_use]
    pub fn area(&self, screen: &Screen) -> Area {
        Area { rows: span(self.row, self.rows, screen.rows), cols: span(self.col, self.cols, screen.cols) }
    }
}

impl Area {
    /// All cells of `screen`.
    #[must_use]
    pub fn whole(screen: &Screen) -> Area {
        Area { rows: 0..screen.rows, cols: 0..screen.cols }
    }

    /// The area of `region` if there is one.
    #[must_use]
    pub fn of(region: Option<&Region>, screen: &Screen) -> Area {
        region.map_or_else(|| Area::whole(screen), |region| region.area(screen))
    }

    /// The text of one row of the area, all columns.
    #[must_use]
    pub fn row_text(&self, screen: &Screen, row: u16) -> String {
        let cells = self.cols.clone().filter_map(|col| screen.cell(row, col));
        cells.map(|cell| screen.code_page.char(cell.code)).collect()
    }

    /// All cells of the area, row by row.
    pub fn cells<'a>(&'a self, screen: &'a Screen) -> impl Iterator<Item = Cell> + 'a {
        self.rows.clone().flat_map(move |row| self.cols.clone().filter_map(move |col| screen.cell(row, col)))
    }

    /// True if the cursor is shown and in the area.
    #[must_use]
    pub fn holds_cursor(&self, screen: &Screen) -> bool {
        screen.cursor.is_some_and(|cursor| self.rows.contains(&cursor.row) && self.cols.contains(&cursor.col))
    }
}

/// `count` places from `start` on, as far as there are any among `total`.
fn span(start: i32, count: Option<u16>, total: u16) -> Range<u16> {
    let total = i32::from(total);
    let first = if start < 0 { total + start } else { start };
    let end = count.map_or(total, |count| first + i32::from(count));
    let clamp = |place: i32| u16::try_from(place.clamp(0, total)).unwrap_or(0);
    clamp(first)..clamp(end)
}

impl Attr {
    /// True if a cell of `screen` with the attribute byte `attr` is as asked.
    #[must_use]
    pub fn fits(&self, attr: u8, screen: &Screen) -> bool {
        // Bit 7 is blink or a bright background, as the mode control register says.
        let bg = (attr >> 4) & if screen.blink { 0x07 } else { 0x0F };
        let blink = screen.blink && attr & 0x80 != 0;
        self.fg.is_none_or(|fg| fg == attr & 0x0F)
            && self.bg.is_none_or(|wanted| wanted == bg)
            && self.blink.is_none_or(|wanted| wanted == blink)
            && self.bright.is_none_or(|wanted| wanted == (attr & 0x08 != 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::fake::screen_of;

    #[test]
    fn negative_rows_and_columns_count_from_the_far_edge() {
        let screen = screen_of("");
        let region = Region { row: -1, col: -5, rows: None, cols: Some(2) };
        assert_eq!(region.area(&screen), Area { rows: 2..3, cols: 15..17 });
    }

    #[test]
    fn what_lies_outside_the_screen_is_left_out() {
        let screen = screen_of("");
        let region = Region { row: -9, col: 18, rows: Some(7), cols: Some(60000) };
        assert_eq!(region.area(&screen), Area { rows: 0..1, cols: 18..20 });
        let beyond = Region { row: 100, col: 0, rows: None, cols: None };
        assert_eq!(beyond.area(&screen).cells(&screen).count(), 0);
    }

    #[test]
    fn bit_seven_of_an_attribute_blinks_or_is_a_bright_background() {
        let mut screen = screen_of("");
        let blinking = Attr { bg: Some(1), blink: Some(true), ..Attr::default() };
        assert!(blinking.fits(0x9F, &screen));
        screen.blink = false;
        assert!(!blinking.fits(0x9F, &screen));
        assert!(Attr { bg: Some(9), fg: Some(15), bright: Some(true), blink: Some(false) }.fits(0x9F, &screen));
    }
}
