//! A picture of character cells as SVG text: for screenshots and for the README.
//!
//! Letters are text in the viewer's fixed-width font, each run stretched to its columns, so that
//! columns line up whatever the font is. Box drawing, blocks and shades are shapes, so that frames
//! join.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Glyph, Picture, escaped, hex};

/// Size of a cell. *Units*: SVG user units.
const CELL_WIDTH: u16 = 9;
const CELL_HEIGHT: u16 = 18;
/// From the top of a cell to the line that letters stand on.
const BASELINE: u16 = 14;
/// Space around the cells.
const MARGIN: u16 = 9;
/// From the middle of a double line to either of its lines.
const DOUBLE_OFFSET: f32 = 1.5;
const FONT_SIZE: u16 = 15;
const FONTS: &str = "ui-monospace,'Cascadia Mono','DejaVu Sans Mono',Menlo,Consolas,monospace";

impl Picture {
    /// The picture as an SVG document.
    pub(super) fn svg(&self) -> String {
        let width = u32::from(self.cols) * u32::from(CELL_WIDTH) + 2 * u32::from(MARGIN);
        let height = u32::from(self.rows) * u32::from(CELL_HEIGHT) + 2 * u32::from(MARGIN);
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n"
        );
        line(
            &mut out,
            format_args!("<rect width=\"{width}\" height=\"{height}\" rx=\"6\" fill=\"{}\"/>", hex(self.margin)),
        );
        line(&mut out, format_args!("<g transform=\"translate({MARGIN} {MARGIN})\">"));
        self.backgrounds(&mut out);
        self.shapes(&mut out);
        self.texts(&mut out);
        self.draw_cursor(&mut out);
        out.push_str("</g>\n</svg>\n");
        out
    }

    fn backgrounds(&self, out: &mut String) {
        out.push_str("<g shape-rendering=\"crispEdges\">\n");
        for run in self.runs(|glyph| (glyph.back != self.margin).then_some(glyph.back)) {
            let (x, y) = corner(run.row, run.col);
            let width = u32::from(run.cols) * u32::from(CELL_WIDTH);
            rect(out, (x, y), (width, u32::from(CELL_HEIGHT)), &hex(run.key), None);
        }
        out.push_str("</g>\n");
    }

    /// Blocks and shades as rectangles, frames as lines.
    fn shapes(&self, out: &mut String) {
        let mut frames: BTreeMap<String, String> = BTreeMap::new();
        out.push_str("<g shape-rendering=\"crispEdges\">\n");
        for row in 0..self.rows {
            for col in 0..self.cols {
                let Some(glyph) = self.glyph(row, col) else { continue };
                if let Some(block) = block(glyph.char) {
                    let (x, y) = corner(row, col);
                    let at = (x + block.x, y + block.y);
                    rect(out, at, (block.width, block.height), &hex(glyph.fore), block.opacity);
                } else if let Some(arms) = box_arms(glyph.char) {
                    frame_lines(frames.entry(hex(glyph.fore)).or_default(), row, col, arms);
                }
            }
        }
        out.push_str("</g>\n");
        for (color, path) in frames {
            line(out, format_args!("<path fill=\"none\" stroke=\"{color}\" d=\"{}\"/>", path.trim_end()));
        }
    }

    fn texts(&self, out: &mut String) {
        line(out, format_args!("<g font-family=\"{FONTS}\" font-size=\"{FONT_SIZE}\" xml:space=\"preserve\">"));
        let is_shape = |c: char| block(c).is_some() || box_arms(c).is_some();
        let key = |glyph: &Glyph| {
            let blank = glyph.char.is_whitespace() || is_shape(glyph.char);
            (!blank).then_some((glyph.fore, glyph.bold, glyph.underlined))
        };
        for run in self.runs(key) {
            let (x, top) = corner(run.row, run.col);
            let y = top + u32::from(BASELINE);
            let width = u32::from(run.cols) * u32::from(CELL_WIDTH);
            let (fore, bold, underlined) = run.key;
            let weight = if bold { " font-weight=\"bold\"" } else { "" };
            let decoration = if underlined { " text-decoration=\"underline\"" } else { "" };
            let text: String = self.chars(&run).map(escaped).collect();
            line(
                out,
                format_args!(
                    "<text x=\"{x}\" y=\"{y}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{weight}{decoration}>{text}</text>",
                    hex(fore)
                ),
            );
        }
        out.push_str("</g>\n");
    }

    fn draw_cursor(&self, out: &mut String) {
        let Some(cursor) = self.cursor else { return };
        let Some(glyph) = self.glyph(cursor.row, cursor.col) else { return };
        let (x, y) = corner(cursor.row, cursor.col);
        let full = u32::from(CELL_HEIGHT);
        let height = (full * u32::from(cursor.height_percent) / 100).clamp(2, full);
        rect(out, (x, y + full - height), (u32::from(CELL_WIDTH), height), &hex(glyph.fore), Some("0.8"));
    }
}

/// Appends one line. Writing to a `String` cannot fail.
fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = writeln!(out, "{text}");
}

fn rect(out: &mut String, (x, y): (u32, u32), (width, height): (u32, u32), fill: &str, opacity: Option<&str>) {
    let opacity = opacity.map(|value| format!(" fill-opacity=\"{value}\"")).unwrap_or_default();
    line(
        out,
        format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"{opacity}/>"),
    );
}

/// The upper left corner of a cell.
fn corner(row: u16, col: u16) -> (u32, u32) {
    (u32::from(col) * u32::from(CELL_WIDTH), u32::from(row) * u32::from(CELL_HEIGHT))
}

/// A part of a cell.
struct Block {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    opacity: Option<&'static str>,
}

/// The part of the cell that a block or shade character covers.
fn block(c: char) -> Option<Block> {
    let (width, height) = (u32::from(CELL_WIDTH), u32::from(CELL_HEIGHT));
    let full = Block { x: 0, y: 0, width, height, opacity: None };
    Some(match c {
        '█' => full,
        '▓' => Block { opacity: Some("0.75"), ..full },
        '▒' => Block { opacity: Some("0.5"), ..full },
        '░' => Block { opacity: Some("0.25"), ..full },
        '▀' => Block { height: height / 2, ..full },
        '▄' => Block { y: height / 2, height: height - height / 2, ..full },
        '▌' => Block { width: width / 2, ..full },
        '▐' => Block { x: width / 2, width: width - width / 2, ..full },
        _ => return None,
    })
}

/// Lines from the middle of a cell: up, right, down, left; none, single or double.
type Arms = [u8; 4];

/// The box drawing characters of code page 437.
const BOXES: &[(char, Arms)] = &[
    ('─', [0, 1, 0, 1]),
    ('│', [1, 0, 1, 0]),
    ('┌', [0, 1, 1, 0]),
    ('┐', [0, 0, 1, 1]),
    ('└', [1, 1, 0, 0]),
    ('┘', [1, 0, 0, 1]),
    ('├', [1, 1, 1, 0]),
    ('┤', [1, 0, 1, 1]),
    ('┬', [0, 1, 1, 1]),
    ('┴', [1, 1, 0, 1]),
    ('┼', [1, 1, 1, 1]),
    ('═', [0, 2, 0, 2]),
    ('║', [2, 0, 2, 0]),
    ('╒', [0, 2, 1, 0]),
    ('╓', [0, 1, 2, 0]),
    ('╔', [0, 2, 2, 0]),
    ('╕', [0, 0, 1, 2]),
    ('╖', [0, 0, 2, 1]),
    ('╗', [0, 0, 2, 2]),
    ('╘', [1, 2, 0, 0]),
    ('╙', [2, 1, 0, 0]),
    ('╚', [2, 2, 0, 0]),
    ('╛', [1, 0, 0, 2]),
    ('╜', [2, 0, 0, 1]),
    ('╝', [2, 0, 0, 2]),
    ('╞', [1, 2, 1, 0]),
    ('╟', [2, 1, 2, 0]),
    ('╠', [2, 2, 2, 0]),
    ('╡', [1, 0, 1, 2]),
    ('╢', [2, 0, 2, 1]),
    ('╣', [2, 0, 2, 2]),
    ('╤', [0, 2, 1, 2]),
    ('╥', [0, 1, 2, 1]),
    ('╦', [0, 2, 2, 2]),
    ('╧', [1, 2, 0, 2]),
    ('╨', [2, 1, 0, 1]),
    ('╩', [2, 2, 0, 2]),
    ('╪', [1, 2, 1, 2]),
    ('╫', [2, 1, 2, 1]),
    ('╬', [2, 2, 2, 2]),
];

fn box_arms(c: char) -> Option<Arms> {
    BOXES.iter().find(|&&(boxed, _)| boxed == c).map(|&(_, arms)| arms)
}

/// Appends the lines of one box drawing character to the path `out`.
///
/// Each arm runs outwards from near the middle. "Clockwise" is the side of the next arm in the
/// order up, right, down, left. Where it begins depends on the arms it meets there, so that corners
/// close and double lines do not cross each other.
fn frame_lines(out: &mut String, row: u16, col: u16, arms: Arms) {
    for direction in 0..4 {
        let [clockwise, opposite, counter] = [1, 2, 3].map(|turn| arms[(direction + turn) % 4]);
        let mut arm = |side: f32, start: f32| arm_line(out, (row, col), direction, side, start);
        match arms[direction] {
            1 => arm(0.0, single_start(clockwise, opposite, counter)),
            2 => {
                arm(DOUBLE_OFFSET, double_start(clockwise, counter));
                arm(-DOUBLE_OFFSET, double_start(counter, clockwise));
            }
            _ => {}
        }
    }
}

/// Where a single line begins, outwards from the middle.
fn single_start(clockwise: u8, opposite: u8, counter: u8) -> f32 {
    match (clockwise == 2, counter == 2) {
        _ if opposite != 0 => 0.0,
        (true, true) => DOUBLE_OFFSET,
        (false, false) => 0.0,
        _ => -DOUBLE_OFFSET,
    }
}

/// Where one line of a double arm begins; `near` is the arm on its own side.
fn double_start(near: u8, far: u8) -> f32 {
    match (near, far) {
        (2, _) => DOUBLE_OFFSET,
        (0, 2) => -DOUBLE_OFFSET,
        _ => 0.0,
    }
}

/// One line of an arm: from `start` outwards to the edge, `side` to its clockwise side.
fn arm_line(out: &mut String, (row, col): (u16, u16), direction: usize, side: f32, start: f32) {
    let (half_width, half_height) = (f32::from(CELL_WIDTH) / 2.0, f32::from(CELL_HEIGHT) / 2.0);
    let (x, y) =
        (f32::from(col) * f32::from(CELL_WIDTH) + half_width, f32::from(row) * f32::from(CELL_HEIGHT) + half_height);
    let _ = match direction {
        0 => write!(out, "M{} {}V{} ", x + side, y - start, y - half_height),
        1 => write!(out, "M{} {}H{} ", x + start, y + side, x + half_width),
        2 => write!(out, "M{} {}V{} ", x - side, y + start, y + half_height),
        _ => write!(out, "M{} {}H{} ", x - start, y - side, x - half_width),
    };
}

#[cfg(test)]
mod tests {
    use super::super::PictureCursor;
    use super::super::tests::{BLUE, picture};
    use super::*;
    use crate::screen::CodePage;

    #[test]
    fn words_are_runs_that_keep_their_columns() {
        let svg = picture("A> dir").svg();
        assert!(svg.contains("<text x=\"0\" y=\"14\" textLength=\"18\""), "{svg}");
        assert!(svg.contains(">A&gt;</text>"));
        assert!(svg.contains("<text x=\"27\" y=\"14\" textLength=\"27\""));
        assert!(svg.contains(">dir</text>"));
    }

    #[test]
    fn a_run_ends_where_the_colour_changes_and_backgrounds_join() {
        let mut picture = picture("abcd");
        picture.glyphs[2].fore = BLUE;
        picture.glyphs[1].back = BLUE;
        picture.glyphs[2].back = BLUE;
        let svg = picture.svg();
        for text in [">ab<", ">c<", ">d<"] {
            assert!(svg.contains(text), "{svg}");
        }
        assert!(svg.contains("<rect x=\"9\" y=\"0\" width=\"18\" height=\"18\" fill=\"#0000aa\"/>"));
    }

    #[test]
    fn frames_blocks_and_shades_are_shapes_that_join() {
        let svg = picture("╔═░█").svg();
        assert!(!svg.contains("<text"), "{svg}");
        // The outer and inner line of the corner, and the lines that continue them.
        for part in ["M3 7.5H9", "M6 10.5H9", "M3 7.5V18", "M6 10.5V18", "M13.5 7.5H18", "M13.5 10.5H18"] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
        assert!(svg.contains("fill-opacity=\"0.25\""));
    }

    #[test]
    fn every_box_character_of_the_code_page_is_a_shape() {
        for code in 0xB3..=0xDAu8 {
            assert!(box_arms(CodePage::US.char(code)).is_some(), "{code:02X}h");
        }
    }

    #[test]
    fn the_cursor_is_a_bar_of_its_height() {
        let mut picture = picture("ab");
        picture.cursor = Some(PictureCursor { col: 1, row: 0, height_percent: 12 });
        assert!(picture.svg().contains("<rect x=\"9\" y=\"16\" width=\"9\" height=\"2\" fill=\"#ffffff\""));
    }
}
