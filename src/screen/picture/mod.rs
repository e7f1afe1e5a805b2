//! A picture of character cells, ready to be drawn, and the formats it can be written in: for
//! screenshots, reports of failed scripts and the README. A [`Screen`] becomes one, and so does
//! a window of the user interface.

pub(super) mod ansi;
mod html;
mod png;
mod svg;

use super::{Look, Rgb, Screen};

/// One cell as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyph {
    /// The character.
    pub char: char,
    /// Its colour.
    pub fore: Rgb,
    /// The colour behind it.
    pub back: Rgb,
    /// Drawn bold.
    pub bold: bool,
    /// Drawn with a line under it.
    pub underlined: bool,
}

/// A cursor as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureCursor {
    /// Column from the left, 0-based.
    pub col: u16,
    /// Row from the top, 0-based.
    pub row: u16,
    /// The share of the cell it covers, from the bottom. *Range*: 1–100 per cent.
    pub height_percent: u8,
}

/// Cells, row by row, ready to be drawn.
///
/// ```
/// use dosmux::screen::Rgb;
/// use dosmux::screen::picture::{Format, Glyph, Picture};
///
/// let glyph = Glyph { char: '<', fore: Rgb { r: 255, g: 255, b: 255 }, back: Rgb::default(), bold: false, underlined: false };
/// let picture = Picture { cols: 1, rows: 1, glyphs: vec![glyph], cursor: None, margin: Rgb::default() };
/// assert_eq!(picture.encode(Format::Text), b"<\n");
/// assert!(String::from_utf8(picture.encode(Format::Svg)).unwrap().contains(">&lt;</text>"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Columns.
    pub cols: u16,
    /// Rows.
    pub rows: u16,
    /// `cols × rows` cells; missing ones are left out.
    pub glyphs: Vec<Glyph>,
    /// The cursor, if it is shown.
    pub cursor: Option<PictureCursor>,
    /// The colour around the cells.
    pub margin: Rgb,
}

/// What a picture can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// UTF-8 text without colours, trailing blanks of each row left out.
    Text,
    /// Text with colours as a terminal understands them.
    Ansi,
    /// A web page.
    Html,
    /// A vector picture.
    Svg,
    /// A pixel picture.
    Png,
}

impl Format {
    /// Every format with its usual file name extension.
    pub const ALL: [(&'static str, Format); 5] = [
        ("txt", Format::Text),
        ("ans", Format::Ansi),
        ("html", Format::Html),
        ("svg", Format::Svg),
        ("png", Format::Png),
    ];

    /// The format that files with this extension are in.
    #[must_use]
    pub fn from_extension(extension: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(extension)).map(|(_, format)| format)
    }
}

impl From<&Screen> for Picture {
    fn from(screen: &Screen) -> Picture {
        let glyphs = screen.cells.iter().map(|&cell| {
            let Look { char, fore, back, underlined, .. } = screen.look(cell);
            Glyph { char, fore, back, bold: false, underlined }
        });
        let cursor = screen.cursor.and_then(|cursor| {
            let height_percent = cursor.height_percent(screen.cell_height)?;
            Some(PictureCursor { col: cursor.col, row: cursor.row, height_percent })
        });
        let glyphs = glyphs.collect();
        Picture { cols: screen.cols, rows: screen.rows, glyphs, cursor, margin: screen.palette[0] }
    }
}

impl Picture {
    /// The picture as a file of this format. The same picture gives the same bytes.
    #[must_use]
    pub fn encode(&self, format: Format) -> Vec<u8> {
        match format {
            Format::Text => self.text().into_bytes(),
            Format::Ansi => self.ansi().into_bytes(),
            Format::Html => self.html().into_bytes(),
            Format::Svg => self.svg().into_bytes(),
            Format::Png => self.png(),
        }
    }

    fn text(&self) -> String {
        let row_text = |row| (0..self.cols).filter_map(|col| self.glyph(row, col)).map(|glyph| glyph.char).collect();
        let rows = (0..self.rows).map(|row| -> String { row_text(row) });
        rows.map(|row| format!("{}\n", row.trim_end())).collect()
    }

    fn glyph(&self, row: u16, col: u16) -> Option<&Glyph> {
        self.glyphs.get(usize::from(row) * usize::from(self.cols) + usize::from(col))
    }

    /// Runs of neighbours in each row for which `key` gives the same.
    fn runs<K: PartialEq>(&self, key: impl Fn(&Glyph) -> Option<K>) -> Vec<Run<K>> {
        let mut runs: Vec<Run<K>> = Vec::new();
        for row in 0..self.rows {
            for col in 0..self.cols {
                let Some(found) = self.glyph(row, col).and_then(&key) else { continue };
                match runs.last_mut() {
                    Some(run) if run.row == row && run.col + run.cols == col && run.key == found => run.cols += 1,
                    _ => runs.push(Run { row, col, cols: 1, key: found }),
                }
            }
        }
        runs
    }

    /// The characters of a run.
    fn chars<K>(&self, run: &Run<K>) -> impl Iterator<Item = char> {
        (run.col..run.col + run.cols).filter_map(|col| self.glyph(run.row, col)).map(|glyph| glyph.char)
    }
}

/// Neighbouring cells of one row that have something in common.
struct Run<K> {
    row: u16,
    col: u16,
    cols: u16,
    key: K,
}

/// A colour as web pages and SVG write it.
fn hex(color: Rgb) -> String {
    format!("#{:02x}{:02x}{:02x}", color.r, color.g, color.b)
}

/// A character as markup writes it.
fn escaped(c: char) -> String {
    match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        // Characters that XML forbids.
        c if c.is_control() => " ".to_owned(),
        c => c.to_string(),
    }
}

#[cfg(test)]
mod tests;
