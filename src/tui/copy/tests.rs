use ratatui::layout::Rect;

use super::testing::{COLS, history};
use super::*;
use crate::tui::input::{MouseButton, MouseEvent, MouseKind, WheelDirection};

/// Where the view lies in the window.
const PLACE: Rect = Rect { x: 5, y: 2, width: COLS, height: 4 };

/// Copy mode over ten rows `row 0` to `row 9`, the last four of them on the screen.
fn copy(by_mouse: bool) -> CopyMode {
    let rows: Vec<String> = (0..10).map(|row| format!("row {row}")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let viewport = Viewport { col: 0, row: 0, cols: COLS, rows: 4 };
    CopyMode::new(SessionId(1), history(&rows[..6], &rows[6..]), viewport, by_mouse)
}

fn key(copy: &mut CopyMode, symbol: Symbol, mods: Mods) -> Outcome {
    copy.key(&TermKey::legacy(symbol, mods))
}

/// Strikes the keys that type `text`; the outcome of the last.
fn keys(copy: &mut CopyMode, text: &str) -> Outcome {
    let strike = |outcome, c| match c {
        '\n' => key(copy, Symbol::Key(Key::Enter), Mods::NONE),
        '\u{8}' => key(copy, Symbol::Key(Key::Backspace), Mods::NONE),
        '\u{1b}' => key(copy, Symbol::Key(Key::Escape), Mods::NONE),
        c => {
            let _ = outcome;
            key(copy, Symbol::Char(c), Mods::NONE)
        }
    };
    text.chars().fold(Outcome::Stay, strike)
}

fn shown(copy: &CopyMode) -> Vec<String> {
    copy.screen().text().lines().map(str::to_owned).collect()
}

fn mouse(copy: &mut CopyMode, kind: MouseKind, col: u16, row: u16) -> Outcome {
    copy.mouse(&MouseEvent { kind, col, row, mods: Mods::NONE }, PLACE, Duration::from_secs(1))
}

const DOWN: MouseKind = MouseKind::Press(MouseButton::Left);
const UP: MouseKind = MouseKind::Release(MouseButton::Left);
const DRAG: MouseKind = MouseKind::Drag(MouseButton::Left);

#[test]
fn it_begins_with_the_screen_as_it_is() {
    let copy = copy(false);
    assert_eq!(shown(&copy), ["row 6", "row 7", "row 8", "row 9"]);
    assert_eq!((copy.cursor(), copy.position()), ((0, 0), "-0/6".to_owned()));
}

#[test]
fn the_view_follows_the_cursor_into_what_scrolled_off() {
    let mut copy = copy(false);
    keys(&mut copy, "kk");
    assert_eq!((shown(&copy)[0].as_str(), copy.position().as_str()), ("row 4", "-2/6"));
    keys(&mut copy, "g");
    assert_eq!((shown(&copy)[0].as_str(), copy.cursor()), ("row 0", (0, 0)));
    keys(&mut copy, "kkk");
    assert_eq!(copy.position(), "-6/6");
    keys(&mut copy, "G$");
    assert_eq!((copy.cursor(), copy.position().as_str()), ((3, 4), "-0/6"));
}

#[test]
fn pages_move_view_and_cursor_and_stop_at_the_ends() {
    let mut copy = copy(false);
    key(&mut copy, Symbol::Key(Key::PageUp), Mods::NONE);
    assert_eq!((copy.position().as_str(), copy.cursor()), ("-3/6", (0, 0)));
    key(&mut copy, Symbol::Char('u'), Mods::CTRL);
    assert_eq!(copy.position(), "-5/6");
    for _ in 0..5 {
        key(&mut copy, Symbol::Key(Key::PageUp), Mods::NONE);
    }
    assert_eq!(copy.position(), "-6/6");
    for _ in 0..5 {
        key(&mut copy, Symbol::Key(Key::PageDown), Mods::NONE);
    }
    assert_eq!((copy.position().as_str(), copy.cursor()), ("-0/6", (3, 0)));
}

#[test]
fn each_shape_of_selection_is_copied() {
    assert_eq!(keys(&mut copy(false), "kvjl\n"), Outcome::Copy("row 5\nro".to_owned()));
    assert_eq!(keys(&mut copy(false), "kVjy"), Outcome::Copy("row 5\nrow 6\n".to_owned()));
    assert_eq!(keys(&mut copy(false), "lrjly"), Outcome::Copy("ow\now".to_owned()));
    assert_eq!(keys(&mut copy(false), "v\u{1b}"), Outcome::Leave);
    assert_eq!(keys(&mut copy(false), "\n"), Outcome::Leave, "nothing is selected");
    assert_eq!(keys(&mut copy(false), "vv\n"), Outcome::Leave, "the selection was given up");
    assert_eq!(keys(&mut copy(false), "lvlohy"), Outcome::Copy("row".to_owned()), "the other end");
}

#[test]
fn what_is_selected_is_marked_in_view() {
    let mut copy = copy(false);
    keys(&mut copy, "lvjl");
    assert_eq!([0, 1, 2].map(|row| copy.selected(row)), [1..COLS, 0..3, 0..0]);
    keys(&mut copy, "r");
    assert_eq!([0, 1].map(|row| copy.selected(row)), [1..3, 1..3]);
}

#[test]
fn a_search_shows_each_step_and_goes_on_with_n() {
    let mut copy = copy(false);
    keys(&mut copy, "?row 2");
    assert_eq!(copy.input().unwrap(), "?row 2");
    assert_eq!((shown(&copy)[0].as_str(), copy.found(0).first()), ("row 2", Some(&(0..5))));
    keys(&mut copy, "\u{8}");
    assert_eq!(copy.position(), "-0/6", "the nearest `row `");
    assert_eq!(keys(&mut copy, "\n"), Outcome::Stay);
    keys(&mut copy, "nn");
    assert_eq!(shown(&copy)[0], "row 4");
    keys(&mut copy, "N");
    assert_eq!((copy.cursor(), copy.input()), ((1, 0), None));
}

#[test]
fn a_search_can_be_called_off_and_may_find_nothing() {
    let mut copy = copy(false);
    assert_eq!(keys(&mut copy, "?row 2\u{1b}"), Outcome::Stay);
    assert_eq!((copy.position().as_str(), copy.found(0)), ("-0/6", Vec::new()));
    assert_eq!(keys(&mut copy, "/nowhere\n"), Outcome::NotFound("nowhere".to_owned()));
    assert_eq!(copy.position(), "-0/6");
    keys(&mut copy, "/");
    copy.paste("row 3\nrow 4");
    assert_eq!(copy.input().unwrap(), "/row 3");
}

#[test]
fn without_a_selection_everything_is_saved() {
    let all: String = (0..10).map(|row| format!("row {row}\n")).collect();
    assert_eq!(keys(&mut copy(false), "s"), Outcome::Save(all));
    assert_eq!(keys(&mut copy(false), "ves"), Outcome::Save("row".to_owned()));
}

#[test]
fn a_drag_selects_and_its_end_copies() {
    let mut copy = copy(true);
    mouse(&mut copy, DOWN, 6, 3);
    mouse(&mut copy, DRAG, 8, 4);
    assert_eq!(copy.selected(1), 1..COLS);
    assert_eq!(mouse(&mut copy, UP, 8, 4), Outcome::Copy("ow 7\nrow".to_owned()));
    mouse(&mut copy, DOWN, 6, 3);
    assert_eq!(mouse(&mut copy, UP, 6, 3), Outcome::Stay, "a click");
    let held = MouseEvent { kind: DRAG, col: 8, row: 4, mods: Mods::ALT };
    mouse(&mut copy, DOWN, 5, 3);
    copy.mouse(&held, PLACE, Duration::from_secs(9));
    assert_eq!(mouse(&mut copy, UP, 8, 4), Outcome::Copy("row\nrow".to_owned()).clone());
    let _ = held;
}

#[test]
fn a_drag_to_the_edge_scrolls() {
    let mut copy = copy(true);
    mouse(&mut copy, DOWN, 6, 3);
    for _ in 0..3 {
        mouse(&mut copy, DRAG, 6, 0);
    }
    assert_eq!(copy.position(), "-3/6");
    assert_eq!(mouse(&mut copy, UP, 6, 0), Outcome::Copy("ow 3\nrow 4\nrow 5\nrow 6\nro".to_owned()));
}

#[test]
fn clicks_select_a_word_and_a_row() {
    let mut copy = copy(true);
    assert_eq!(mouse(&mut copy, DOWN, 6, 3), Outcome::Stay);
    mouse(&mut copy, UP, 6, 3);
    assert_eq!(mouse(&mut copy, DOWN, 6, 3), Outcome::Pick("row".to_owned()));
    assert_eq!(copy.ends(), Some(Duration::from_secs(1) + CLICK_TIME));
    assert_eq!(mouse(&mut copy, UP, 6, 3), Outcome::Stay);
    assert_eq!(mouse(&mut copy, DOWN, 6, 3), Outcome::Pick("row 7\n".to_owned()));
    assert_eq!(mouse(&mut copy, DOWN, 9, 3), Outcome::Stay, "another place begins anew");
}

#[test]
fn the_wheel_scrolls_and_leaves_at_the_bottom_what_it_began() {
    let (up, down) = (MouseKind::Wheel(WheelDirection::Up), MouseKind::Wheel(WheelDirection::Down));
    let mut copy = copy(true);
    mouse(&mut copy, up, 6, 3);
    assert_eq!(copy.position(), "-3/6");
    assert_eq!(mouse(&mut copy, down, 6, 3), Outcome::Stay);
    assert_eq!(mouse(&mut copy, down, 6, 3), Outcome::Leave);
    assert_eq!(mouse(&mut self::copy(false), down, 6, 3), Outcome::Stay);
}

#[test]
fn a_small_view_follows_the_cursor_both_ways_and_may_change_its_size() {
    let mut copy = copy(false);
    assert!(copy.fit(3, 2));
    assert!(!copy.fit(3, 2));
    keys(&mut copy, "$");
    assert_eq!(shown(&copy), ["w 6", "w 7"]);
    assert!(copy.fit(0, 0));
    keys(&mut copy, "gG$?row\nn v");
    assert_eq!(copy.screen().cells.len(), 0);
    assert!(copy.fit(200, 100));
    assert_eq!((copy.viewport().cols, copy.viewport().rows), (COLS, 4));
}
