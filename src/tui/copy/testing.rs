//! Rows for tests.

use crate::screen::{Cell, CodePage, Cursor, Rgb, Screen, Scrollback};
use crate::session::History;

/// Columns of the rows.
pub(super) const COLS: u16 = 20;

/// What a session shows that has `above` scrolled off its screen of `below`.
pub(super) fn history(above: &[&str], below: &[&str]) -> History {
    let codes = |text: &str| {
        let mut codes: Vec<u8> = text.chars().map(|c| CodePage::US.code(c).unwrap()).collect();
        codes.resize(usize::from(COLS), b' ');
        codes
    };
    let mut rows = Scrollback::new(1000);
    for text in above {
        rows.push(&codes(text).into_iter().flat_map(|code| [code, 7]).collect::<Vec<u8>>());
    }
    let cells = below.iter().flat_map(|text| codes(text)).map(|code| Cell { code, attr: 7 }).collect();
    let screen = Screen {
        cols: COLS,
        rows: u16::try_from(below.len()).unwrap(),
        cells,
        cursor: Some(Cursor { row: 0, col: 0, start: 14, end: 15 }),
        palette: [Rgb::default(); 16],
        blink: true,
        cell_height: 16,
        mode: 3,
        code_page: CodePage::US,
    };
    History { rows, screen }
}
