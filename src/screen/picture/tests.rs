use super::*;
use crate::screen::{Cell, CodePage, Cursor};

pub(super) const WHITE: Rgb = Rgb { r: 255, g: 255, b: 255 };
pub(super) const BLUE: Rgb = Rgb { r: 0, g: 0, b: 170 };
pub(super) const BLACK: Rgb = Rgb { r: 0, g: 0, b: 0 };

/// `text` in one row, white on black.
pub(super) fn picture(text: &str) -> Picture {
    let glyph = |char| Glyph { char, fore: WHITE, back: BLACK, bold: false, underlined: false };
    let cols = u16::try_from(text.chars().count()).unwrap();
    Picture { cols, rows: 1, glyphs: text.chars().map(glyph).collect(), cursor: None, margin: BLACK }
}

fn encoded(picture: &Picture, format: Format) -> String {
    String::from_utf8(picture.encode(format)).unwrap()
}

#[test]
fn a_screen_becomes_a_picture_with_its_palette_cursor_and_code_page() {
    let mut palette = [BLACK; 16];
    palette[1] = BLUE;
    palette[15] = WHITE;
    let screen = Screen {
        cols: 2,
        rows: 1,
        cells: vec![Cell { code: 0x9B, attr: 0x9F }, Cell { code: 0, attr: 0x1F }],
        cursor: Some(Cursor { row: 0, col: 1, start: 14, end: 15 }),
        palette,
        blink: true,
        cell_height: 16,
        mode: 3,
        code_page: CodePage::new(850).unwrap(),
    };
    let picture = Picture::from(&screen);
    assert_eq!((picture.glyphs[0].fore, picture.glyphs[0].back), (WHITE, BLUE));
    assert_eq!(picture.cursor, Some(PictureCursor { col: 1, row: 0, height_percent: 12 }));
    assert_eq!(encoded(&picture, Format::Text), "ø\n");
}

#[test]
fn a_picture_without_cells_is_still_a_document() {
    let picture = Picture { cols: 3, rows: 2, glyphs: Vec::new(), cursor: None, margin: BLACK };
    assert_eq!(encoded(&picture, Format::Text), "\n\n");
    assert_eq!(encoded(&picture, Format::Ansi), "\x1b[0m\n\x1b[0m\n");
    assert!(encoded(&picture, Format::Html).ends_with("<pre></pre>\n"));
    let svg = encoded(&picture, Format::Svg);
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert!(picture.encode(Format::Png).starts_with(b"\x89PNG"));
}

#[test]
fn text_for_a_terminal_changes_colours_where_they_change() {
    let mut picture = picture("ab\x1b");
    picture.glyphs[1] = Glyph { fore: BLUE, bold: true, underlined: true, ..picture.glyphs[1] };
    let expected = "\x1b[0;38;2;255;255;255;48;2;0;0;0ma\x1b[0;1;4;38;2;0;0;170;48;2;0;0;0mb\
                    \x1b[0;38;2;255;255;255;48;2;0;0;0m \x1b[0m\n";
    assert_eq!(encoded(&picture, Format::Ansi), expected);
}

#[test]
fn a_web_page_escapes_markup() {
    let page = encoded(&picture("<&>"), Format::Html);
    assert!(page.contains("<span style=\"color:#ffffff;background:#000000\">&lt;&amp;&gt;</span>"), "{page}");
}

#[test]
fn pixels_are_those_of_the_character_and_the_cursor_inverts_them() {
    let mut picture = picture("█ ");
    picture.cursor = Some(PictureCursor { col: 1, row: 0, height_percent: 50 });
    let bytes = picture.encode(Format::Png);
    let mut reader = ::png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut data).unwrap();
    assert_eq!((info.width, info.height), (2 * 16 + 32, 32 + 32));
    let pixel = |x: usize, y: usize| data[(y * info.width as usize + x) * 3];
    assert_eq!((pixel(15, 20), pixel(16, 16), pixel(31, 47)), (0, 255, 255), "margin and block");
    assert_eq!((pixel(32, 31), pixel(32, 32), pixel(47, 47), pixel(48, 47)), (0, 255, 255, 0), "cursor");
}

#[test]
fn every_character_of_every_code_page_has_pixels() {
    for page in CodePage::all() {
        for code in 1..=255u8 {
            let c = page.char(code);
            assert!(unifont::get_glyph(c).is_some(), "{page} {code:02X}h {c}");
        }
    }
}

#[test]
fn formats_are_known_by_extension() {
    assert_eq!(Format::from_extension("PNG"), Some(Format::Png));
    assert_eq!(Format::from_extension("ans"), Some(Format::Ansi));
    assert_eq!(Format::from_extension("gif"), None);
}
