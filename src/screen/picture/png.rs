//! Pictures as pixels. Shapes are those of GNU Unifont, which has every character of every code page
//! at 8 × 16, so that box drawing joins.

use super::{Glyph, Picture};
use crate::screen::Rgb;

/// Pixels of a glyph.
const GLYPH_COLS: u32 = 8;
const GLYPH_ROWS: u32 = 16;
/// Each pixel of a glyph is a square of this many: glyphs of 1987 are small on today's displays.
const SCALE: u32 = 2;
/// Space around the cells, in pixels.
const MARGIN: u32 = 16;
/// The line of an underlined glyph.
const UNDERLINE: u32 = 14;

/// A picture of pixels, three bytes each.
struct Canvas {
    width: u32,
    data: Vec<u8>,
}

impl Picture {
    pub(super) fn png(&self) -> Vec<u8> {
        let width = u32::from(self.cols) * GLYPH_COLS * SCALE + 2 * MARGIN;
        let height = u32::from(self.rows) * GLYPH_ROWS * SCALE + 2 * MARGIN;
        let Rgb { r, g, b } = self.margin;
        let mut canvas = Canvas { width, data: [r, g, b].repeat((width * height) as usize) };
        for row in 0..self.rows {
            for col in 0..self.cols {
                self.draw_cell(&mut canvas, row, col);
            }
        }
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&canvas.data));
        written.expect("the data has the size that the header says, and memory takes it");
        out
    }

    fn draw_cell(&self, canvas: &mut Canvas, row: u16, col: u16) {
        let Some(glyph) = self.glyph(row, col) else { return };
        let shape = unifont::get_glyph(glyph.char);
        let covered = self
            .cursor
            .filter(|cursor| (cursor.row, cursor.col) == (row, col))
            .map_or(0, |cursor| (u32::from(cursor.height_percent.min(100)) * GLYPH_ROWS).div_ceil(100));
        for y in 0..GLYPH_ROWS {
            for x in 0..GLYPH_COLS {
                let under_cursor = y >= GLYPH_ROWS - covered;
                let inked = is_inked(glyph, shape, x, y) != under_cursor;
                let at = (u32::from(col) * GLYPH_COLS + x, u32::from(row) * GLYPH_ROWS + y);
                canvas.square(at, if inked { glyph.fore } else { glyph.back });
            }
        }
    }
}

fn is_inked(glyph: &Glyph, shape: Option<&unifont::Glyph>, x: u32, y: u32) -> bool {
    let at = |x: u32| shape.is_some_and(|shape| shape_pixel(shape, x as usize, y as usize));
    // Bold by striking twice, as printers did.
    at(x) || glyph.bold && x > 0 && at(x - 1) || glyph.underlined && y == UNDERLINE
}

/// A pixel of a character; the few that Unifont draws twice as wide are squeezed.
fn shape_pixel(shape: &unifont::Glyph, x: usize, y: usize) -> bool {
    if shape.is_fullwidth() {
        shape.get_pixel(2 * x, y) || shape.get_pixel(2 * x + 1, y)
    } else {
        shape.get_pixel(x, y)
    }
}

impl Canvas {
    /// Fills the square that stands for the pixel `x`, `y` of the cells.
    fn square(&mut self, (x, y): (u32, u32), Rgb { r, g, b }: Rgb) {
        for line in 0..SCALE {
            let start = ((MARGIN + y * SCALE + line) * self.width + MARGIN + x * SCALE) as usize * 3;
            self.data[start..start + SCALE as usize * 3].copy_from_slice(&[r, g, b].repeat(SCALE as usize));
        }
    }
}
