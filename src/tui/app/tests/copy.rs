//! Copy mode, the paste buffer and pasting.

use super::*;
use crate::screen::Scrollback;
use crate::session::History;

/// A screen of 80 × 25 with `text` in its first row, and two rows that scrolled off it.
pub(super) fn history(text: &str) -> History {
    let mut rows = Scrollback::new(10);
    for text in ["first", "second"] {
        rows.push(&format!("{text:<80}").bytes().flat_map(|code| [code, 7]).collect::<Vec<u8>>());
    }
    let mut screen = Screen::clone(&screen());
    for (cell, code) in screen.cells.iter_mut().zip(format!("{text:<2000}").bytes()) {
        *cell = Cell { code, attr: 7 };
    }
    screen.cursor = Some(Cursor { row: 0, col: 0, start: 14, end: 15 });
    History { rows, screen }
}

impl Bench {
    /// Copy mode in the session that is shown.
    fn in_copy_mode(clipboard: bool) -> Bench {
        let mut bench = Bench::new();
        bench.app.settings.clipboard = clipboard;
        // The view is where the history's cursor is.
        bench.views[0].screen = history("third row").screen.into();
        bench.sessions();
        assert_eq!(bench.feed(b"\x1d["), "history 0");
        assert_eq!(bench.update(Event::History(SessionId(0), history("third row"))), "");
        bench
    }
}

#[test]
fn a_line_is_copied_and_pasted_into_another_session() {
    let mut bench = Bench::in_copy_mode(false);
    assert!(bench.app.line().unwrap().contains("Enter copies"));
    assert_eq!(bench.feed(b"kV\r"), "");
    assert_eq!(bench.app.mode(), Mode::Guest);
    assert!(bench.app.line().unwrap().starts_with("copied 7 characters"));
    assert_eq!(bench.feed(b"\x1d2\x1d]"), r#"focus 1, 1 types "second\n""#);
}

#[test]
fn the_clipboard_gets_what_is_copied_only_if_that_is_wanted_and_not_too_long() {
    assert_eq!(Bench::in_copy_mode(true).feed(b"vee\r"), r#"clipboard "third row""#);
    assert_eq!(Bench::in_copy_mode(false).feed(b"vee\r"), "");
    let mut bench = Bench::new();
    bench.app.settings.clipboard = true;
    bench.feed(b"\x1d[");
    let mut long = history("x");
    long.rows.set_limit(2000);
    (0..2000).for_each(|_| long.rows.push(&[b'x', 7].repeat(80)));
    bench.update(Event::History(SessionId(0), long));
    assert_eq!(bench.feed(b"gVG\r"), "");
    assert!(bench.app.line().unwrap().contains("too much for the terminal's clipboard"));
}

#[test]
fn what_is_struck_before_the_history_is_there_is_not_lost() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1d[gV"), "history 0");
    assert!(bench.app.copy().is_none());
    bench.update(Event::History(SessionId(0), history("x")));
    bench.feed(b"\r");
    assert_eq!(bench.feed(b"\x1d]"), r#"0 types "first\n""#);
    bench.feed(b"\x1d[\x1b");
    assert_eq!(bench.app.mode(), Mode::Guest, "Esc does not wait");
    bench.update(Event::History(SessionId(0), history("x")));
    assert!(bench.app.copy().is_none());
}

#[test]
fn copy_mode_stands_still_and_ends_with_its_session() {
    let mut bench = Bench::in_copy_mode(false);
    bench.views[0].screen = screen();
    bench.sessions();
    assert!(bench.app.copy().unwrap().screen().contains("third row"));
    bench.views.remove(0);
    bench.sessions();
    assert_eq!((bench.app.mode(), bench.app.copy().is_none()), (Mode::Guest, true));
}

#[test]
fn the_prefix_works_in_copy_mode_and_leaves_it() {
    let mut bench = Bench::in_copy_mode(false);
    assert_eq!(bench.feed(b"\x1d2"), "focus 1");
    assert!(bench.app.copy().is_none());
}

#[test]
fn everything_is_saved_to_a_file() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1dH"), "history 0");
    bench.update(Event::History(SessionId(0), history("third")));
    assert_eq!(bench.app.line().unwrap(), "text to file: s0.txt");
    assert_eq!(bench.feed(b"\r"), "save s0.txt (19 bytes)");
    assert_eq!(bench.app.mode(), Mode::Guest);
}

#[test]
fn text_that_is_searched_for_is_typed_and_pasted_in_the_line() {
    let mut bench = Bench::in_copy_mode(false);
    bench.feed(b"?\x1b[200~fir\x1b[201~s");
    assert_eq!(bench.app.line().unwrap(), "?firs");
    bench.feed(b"\r?nowhere\r");
    assert_eq!(bench.app.line().unwrap(), "not found: nowhere");
}

#[test]
fn a_drag_copies_and_the_guest_gets_the_keys_back() {
    let mut bench = Bench::new();
    // Row 3 of the window is row 2 + 2 of the screen: 23 rows show the last of 25.
    assert_eq!(bench.feed(b"\x1b[<0;1;1M"), "");
    assert_eq!(bench.feed(b"\x1b[<32;3;1M"), "history 0");
    bench.update(Event::History(SessionId(0), history("")));
    bench.feed(b"\x1b[<0;3;1m");
    assert_eq!((bench.app.mode(), bench.app.copy().is_none()), (Mode::Guest, true));
    assert!(bench.app.line().unwrap().starts_with("copied"));
}

#[test]
fn two_clicks_copy_a_word_and_end_by_themselves() {
    let mut bench = Bench::new();
    bench.feed(b"\x1b[<0;1;1M\x1b[<0;1;1m");
    assert_eq!(bench.feed(b"\x1b[<0;1;1M"), "history 0");
    bench.update(Event::History(SessionId(0), history("")));
    assert_eq!(bench.app.mode(), Mode::Copy);
    bench.wait(Duration::from_millis(500));
    assert_eq!(bench.app.mode(), Mode::Guest);
}

#[test]
fn the_wheel_begins_copy_mode_where_nothing_is_above_the_view() {
    let mut bench = Bench::new();
    bench.update(Event::Resize(80, 30));
    assert_eq!(bench.feed(b"\x1b[<64;5;5M"), "history 0");
    bench.update(Event::History(SessionId(0), history("third")));
    assert_eq!(bench.app.copy().unwrap().position(), "-2/2");
    bench.feed(b"\x1b[<65;5;5M\x1b[<65;5;5M");
    assert_eq!(bench.app.mode(), Mode::Guest);
}

#[test]
fn what_is_not_typed_is_told() {
    let mut bench = Bench::new();
    bench.views[0].backlog = Backlog { waiting: 500, refused: 0 };
    bench.sessions();
    assert_eq!(bench.feed(b"\x1du"), "0 stops typing");
    assert_eq!(bench.app.line().unwrap(), "stopped: about 500 characters are not typed");
    bench.views[0].backlog = Backlog { waiting: 500, refused: 77 };
    bench.sessions();
    assert_eq!(bench.app.line().unwrap(), "left out 77 characters: session s0 has too many waiting to be typed");
}
