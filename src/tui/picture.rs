//! What the UI shows, as a picture.

use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use super::app::App;
use super::view;
use super::widgets::CursorShape;
use crate::screen::Rgb;
use crate::screen::picture::{Glyph, Picture, PictureCursor};

/// Colours of a terminal that were not set.
const TERMINAL_FORE: Rgb = Rgb { r: 0xC8, g: 0xCE, b: 0xDA };
const TERMINAL_BACK: Rgb = Rgb { r: 0x12, g: 0x14, b: 0x19 };

/// A picture of the window of `app`.
#[must_use]
pub fn picture(app: &App) -> Picture {
    let (buf, cursor) = view::draw(app);
    let cursor = cursor.map(|cursor| PictureCursor {
        col: cursor.at.x,
        row: cursor.at.y,
        height_percent: if cursor.shape == CursorShape::Block { 100 } else { 12 },
    });
    let glyphs = buf.content.iter().map(|cell| Glyph {
        char: cell.symbol().chars().next().unwrap_or(' '),
        fore: rgb(cell.fg, TERMINAL_FORE),
        back: rgb(cell.bg, TERMINAL_BACK),
        bold: cell.modifier.contains(Modifier::BOLD),
        underlined: cell.modifier.contains(Modifier::UNDERLINED),
    });
    let Rect { width: cols, height: rows, .. } = buf.area;
    Picture { cols, rows, glyphs: glyphs.collect(), cursor, margin: TERMINAL_BACK }
}

/// The UI draws in exact colours; what it leaves unset is the terminal's.
fn rgb(color: Color, unset: Rgb) -> Rgb {
    match color {
        Color::Rgb(r, g, b) => Rgb { r, g, b },
        _ => unset,
    }
}
