//! Recordings of a screen as asciicast v2, which asciinema and its kin play: a line of JSON that
//! describes the terminal, then one for each change.
//!
//! Only cells that differ from those before are written, so that a recording grows with what
//! happens and not with time. Each frame is one write: what was recorded before a crash is whole.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use super::picture::ansi::{self, PLAIN};
use super::{Cell, Look, Screen};

/// Longest silence that players keep: a session that waits for hours plays on. *Units*: seconds.
const IDLE_TIME_LIMIT: u32 = 3;
const HIDE_CURSOR: &str = "\x1b[?25l";
const SHOW_CURSOR: &str = "\x1b[?25h";
const CLEAR: &str = "\x1b[2J";
/// DECSCUSR.
const BLINKING_BLOCK: &str = "\x1b[1 q";
const BLINKING_UNDERLINE: &str = "\x1b[3 q";
/// A cursor at least so high is shown as a block. *Units*: per cent of a cell.
const BLOCK_PERCENT: u8 = 50;

/// A recording that is being written.
///
/// ```
/// use std::time::Duration;
/// use dosmux::screen::{Cast, Cell, CodePage, Rgb, Screen};
///
/// let mut screen = Screen {
///     cols: 1, rows: 1, cells: vec![Cell { code: b'A', attr: 7 }], cursor: None, palette: [Rgb::default(); 16],
///     blink: true, cell_height: 16, mode: 3, code_page: CodePage::US,
/// };
/// let mut cast = Cast::new(Vec::new(), &screen, "letters").unwrap();
/// screen.cells[0].code = b'B';
/// cast.frame(Duration::from_millis(1500), &screen).unwrap();
/// let text = String::from_utf8(cast.into_inner()).unwrap();
/// assert!(text.starts_with(r#"{"version": 2, "width": 1, "height": 1, "#));
/// assert_eq!(text.lines().count(), 3);
/// assert!(text.lines().last().unwrap().starts_with("[1.500000, \"o\", "));
/// ```
#[derive(Debug)]
pub struct Cast<W> {
    out: W,
    /// What a player shows after the last frame.
    shown: Screen,
    last: Duration,
}

impl<W: Write> Cast<W> {
    /// Begins a recording on `out`, which should not be buffered if nothing is to be lost, with
    /// `screen` at time zero.
    pub fn new(mut out: W, screen: &Screen, title: &str) -> io::Result<Cast<W>> {
        let header = format!(
            "{{\"version\": 2, \"width\": {}, \"height\": {}, \"title\": {}, \"idle_time_limit\": {IDLE_TIME_LIMIT}, \
             \"env\": {{\"TERM\": \"xterm-256color\"}}}}\n",
            screen.cols,
            screen.rows,
            json_string(title)
        );
        let first = event(Duration::ZERO, 'o', &whole(screen));
        out.write_all(format!("{header}{first}").as_bytes())?;
        Ok(Cast { out, shown: screen.clone(), last: Duration::ZERO })
    }

    /// The screen at `at`, the time since the recording began. Writes nothing if it looks as it did.
    ///
    /// A time before that of the last frame counts as the same.
    pub fn frame(&mut self, at: Duration, screen: &Screen) -> io::Result<()> {
        self.last = self.last.max(at);
        if *screen == self.shown {
            return Ok(());
        }
        let mut lines = String::new();
        let data = if (screen.cols, screen.rows) == (self.shown.cols, self.shown.rows) {
            difference(&self.shown, screen)
        } else {
            lines.push_str(&event(self.last, 'r', &format!("{}x{}", screen.cols, screen.rows)));
            whole(screen)
        };
        if !data.is_empty() {
            lines.push_str(&event(self.last, 'o', &data));
        }
        self.out.write_all(lines.as_bytes())?;
        self.shown.clone_from(screen);
        Ok(())
    }

    /// Lets the recording last until `at`, though nothing changed up to then.
    pub fn end(&mut self, at: Duration) -> io::Result<()> {
        self.last = self.last.max(at);
        self.out.write_all(event(self.last, 'o', "").as_bytes())
    }

    /// What is written to.
    pub fn into_inner(self) -> W {
        self.out
    }
}

/// One line of a recording.
fn event(at: Duration, code: char, data: &str) -> String {
    format!("[{}.{:06}, \"{code}\", {}]\n", at.as_secs(), at.subsec_micros(), json_string(data))
}

/// Source: RFC 8259, section 7.
fn json_string(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            // Writing to a string cannot fail.
            c if c.is_control() => drop(write!(out, "\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The bytes that show `screen`, whatever was shown before.
fn whole(screen: &Screen) -> String {
    let mut out = format!("{HIDE_CURSOR}{PLAIN}{CLEAR}");
    cells(&mut out, screen, |_, _| true);
    cursor(&mut out, screen);
    out
}

/// The bytes that turn `before` into `after`, which has the same size.
fn difference(before: &Screen, after: &Screen) -> String {
    let look = |screen: &Screen, index: usize| screen.cells.get(index).map(|&cell| screen.look(cell));
    let same_looks = before.palette == after.palette
        && (before.blink, before.mode, before.code_page) == (after.blink, after.mode, after.code_page);
    let mut out = String::new();
    cells(&mut out, after, |index, cell| match same_looks {
        true => before.cells.get(index) != Some(&cell),
        false => look(before, index) != Some(after.look(cell)),
    });
    let visible = |screen: &Screen| screen.cursor.and_then(|cursor| cursor.height_percent(screen.cell_height));
    let moved = before.cursor != after.cursor || before.cell_height != after.cell_height;
    if !out.is_empty() || moved {
        if out.is_empty() && visible(before).is_some() && visible(after).is_none() {
            out.push_str(HIDE_CURSOR);
        }
        cursor(&mut out, after);
    }
    out
}

/// Draws the cells that `wanted` says; the cursor is hidden if there are any.
fn cells(out: &mut String, screen: &Screen, wanted: impl Fn(usize, Cell) -> bool) {
    let cols = usize::from(screen.cols.max(1));
    let mut at = None;
    let mut style: Option<Look> = None;
    for (index, &cell) in screen.cells.iter().enumerate().filter(|&(index, &cell)| wanted(index, cell)) {
        if at.is_none() {
            out.push_str(HIDE_CURSOR);
        }
        let look = screen.look(cell);
        if at != Some(index) || index % cols == 0 {
            move_to(out, index / cols, index % cols);
        }
        if style.is_none_or(|style| Look { char: look.char, ..style } != look) {
            let attributes = [(look.underlined, ";4"), (look.blinks, ";5")];
            let attributes: String = attributes.into_iter().filter(|(on, _)| *on).map(|(_, code)| code).collect();
            ansi::choose(out, &attributes, look.fore, look.back);
            style = Some(look);
        }
        out.push(if look.char.is_control() { ' ' } else { look.char });
        at = Some(index + 1);
    }
    if style.is_some() {
        out.push_str(PLAIN);
    }
}

/// Places and shows the cursor, which is hidden where cells were drawn.
fn cursor(out: &mut String, screen: &Screen) {
    let Some(cursor) = screen.cursor else { return };
    let Some(percent) = cursor.height_percent(screen.cell_height) else { return };
    move_to(out, usize::from(cursor.row), usize::from(cursor.col));
    out.push_str(if percent >= BLOCK_PERCENT { BLINKING_BLOCK } else { BLINKING_UNDERLINE });
    out.push_str(SHOW_CURSOR);
}

fn move_to(out: &mut String, row: usize, col: usize) {
    // Writing to a string cannot fail.
    let _ = write!(out, "\x1b[{};{}H", row + 1, col + 1);
}

#[cfg(test)]
mod tests {
    use super::super::{CodePage, Cursor, Rgb};
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A screen of `rows` of text; each colour is its own number.
    fn screen(rows: &[&str], attr: u8) -> Screen {
        let palette = std::array::from_fn(|n| Rgb { r: u8::try_from(n).unwrap() * 10, g: 0, b: 1 });
        let cells = rows.iter().flat_map(|row| row.bytes()).map(|code| Cell { code, attr }).collect();
        let cols = u16::try_from(rows[0].len()).unwrap();
        let rows = u16::try_from(rows.len()).unwrap();
        let cursor = Some(Cursor { row: 0, col: 1, start: 13, end: 14 });
        let code_page = CodePage::US;
        Screen { cols, rows, cells, cursor, palette, blink: true, cell_height: 16, mode: 3, code_page }
    }

    /// A terminal that a recording has been played on.
    fn played(cast: Cast<Vec<u8>>) -> vt100::Parser {
        let text = String::from_utf8(cast.into_inner()).unwrap();
        let mut lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let size = |value: &serde_json::Value| u16::try_from(value.as_u64().unwrap()).unwrap().try_into().unwrap();
        let header = lines.next().unwrap();
        let mut player = vt100::Parser::new(size(&header["height"]), size(&header["width"]), 0);
        let mut last = 0.0;
        for event in lines {
            let (time, data) = (event[0].as_f64().unwrap(), event[2].as_str().unwrap());
            assert!(time >= last, "{time} after {last}");
            last = time;
            if event[1] == "r" {
                let (cols, rows) = data.split_once('x').unwrap();
                player.screen_mut().set_size(rows.parse().unwrap(), cols.parse().unwrap());
            } else {
                player.process(data.as_bytes());
            }
        }
        player
    }

    /// Checks that a player shows `screen`.
    fn assert_shows(player: &vt100::Parser, screen: &Screen) {
        let color = |rgb: Rgb| vt100::Color::Rgb(rgb.r, rgb.g, rgb.b);
        let (rows, cols) = player.screen().size();
        assert_eq!((u16::from(rows), u16::from(cols)), (screen.rows, screen.cols));
        for (row, col) in (0..screen.rows).flat_map(|row| (0..screen.cols).map(move |col| (row, col))) {
            let (look, cell) = (screen.look(screen.cell(row, col).unwrap()), player.screen().cell(row, col).unwrap());
            let text = if cell.has_contents() { cell.contents() } else { " " };
            assert_eq!(text, look.char.to_string(), "row {row}, column {col}");
            assert_eq!((cell.fgcolor(), cell.bgcolor()), (color(look.fore), color(look.back)), "row {row}, {col}");
            assert_eq!(cell.underline(), look.underlined);
        }
        let cursor = screen.cursor.filter(|cursor| cursor.start <= cursor.end);
        assert_eq!(player.screen().hide_cursor(), cursor.is_none());
        if let Some(cursor) = cursor {
            assert_eq!(player.screen().cursor_position(), (cursor.row, cursor.col));
        }
    }

    fn recorded(frames: &[Screen]) -> Cast<Vec<u8>> {
        let mut cast = Cast::new(Vec::new(), &frames[0], "t").unwrap();
        for (number, frame) in (1..).zip(&frames[1..]) {
            cast.frame(SECOND * number, frame).unwrap();
        }
        cast
    }

    #[test]
    fn a_player_ends_with_the_same_text_colours_and_cursor() {
        let first = screen(&["abcd", "ef\x01h"], 0x17);
        let mut second = screen(&["aXcd", "abcY"], 0x17);
        second.cells[5] = Cell { code: 0xC9, attr: 0x4E };
        second.cursor = Some(Cursor { row: 1, col: 3, start: 0, end: 15 });
        assert_shows(&played(recorded(&[first.clone(), second.clone()])), &second);
        assert_shows(&played(recorded(&[first.clone(), second, first.clone()])), &first);
    }

    #[test]
    fn palette_and_code_page_change_what_cells_look_like() {
        let mut first = screen(&["abcd"], 0x17);
        first.cells[2].code = 0x9B;
        let mut second = Screen { code_page: CodePage::new(850).unwrap(), ..first.clone() };
        second.palette[7].g = 99;
        assert_shows(&played(recorded(&[first, second.clone()])), &second);
    }

    #[test]
    fn another_size_is_told_and_drawn_whole() {
        let wide = screen(&["abcdef", "ghijkl"], 0x07);
        let narrow = screen(&["xy", "zw", "uv"], 0x70);
        let cast = recorded(&[wide, narrow.clone()]);
        let text = String::from_utf8(cast.out.clone()).unwrap();
        assert!(text.contains("[1.000000, \"r\", \"2x3\"]\n"), "{text}");
        assert_shows(&played(cast), &narrow);
    }

    #[test]
    fn a_cursor_that_is_switched_off_or_moves_alone_is_told() {
        let first = screen(&["abcd"], 0x07);
        let moved = Screen { cursor: Some(Cursor { row: 0, col: 3, start: 13, end: 14 }), ..first.clone() };
        let hidden = Screen { cursor: None, ..first.clone() };
        let inverted = Screen { cursor: Some(Cursor { row: 0, col: 3, start: 9, end: 3 }), ..first.clone() };
        for last in [moved, hidden, inverted] {
            assert_shows(&played(recorded(&[first.clone(), last.clone()])), &last);
        }
    }

    #[test]
    fn what_stays_is_not_written_again() {
        let first = screen(&["abcd", "efgh"], 0x07);
        let mut cast = recorded(&[first.clone(), first.clone()]);
        let length = cast.out.len();
        let mut second = first.clone();
        second.cells[6].code = b'X';
        cast.frame(SECOND, &second).unwrap();
        let line = String::from_utf8(cast.out[length..].to_vec()).unwrap();
        let expected = r#"[1.000000, "o", "\u001b[?25l\u001b[2;3H\u001b[0;38;2;70;0;1;48;2;0;0;1mX"#;
        assert!(line.starts_with(expected), "{line}");
        assert_eq!(line.lines().count(), 1);
    }

    #[test]
    fn time_does_not_run_backwards_and_the_end_is_kept() {
        let (first, second) = (screen(&["ab"], 7), screen(&["cd"], 7));
        let mut cast = Cast::new(Vec::new(), &first, "say \"C:\\\"\n").unwrap();
        cast.frame(SECOND * 2, &second).unwrap();
        cast.frame(SECOND, &first).unwrap();
        cast.end(SECOND * 60).unwrap();
        let text = String::from_utf8(cast.out.clone()).unwrap();
        assert!(text.lines().next().unwrap().contains(r#""title": "say \"C:\\\"\u000a""#), "{text}");
        assert!(text.ends_with("[60.000000, \"o\", \"\"]\n"));
        assert_eq!(text.matches("[2.000000").count(), 2);
        assert_shows(&played(cast), &first);
    }
}
