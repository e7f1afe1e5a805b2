//! The key menu: a picture of the board to choose keys from that the terminal does not send.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Block, Widget};

use super::{CursorShape, CursorView, after, fill, write};
use crate::keys::Key;
use crate::tui::app::KeyMenu;
use crate::tui::theme;

/// Columns of the board, its keys' labels with a blank after each.
const BOARD_COLS: u16 = 77;
/// Where each block of the board begins, and the least columns of its keys.
const BLOCKS: [(u16, u16); 3] = [(0, 0), (44, 6), (62, 4)];
/// Rows and columns of the frame.
const FRAME: u16 = 2;
/// Rows inside the frame: the board, a blank one, and the chord.
const INNER_ROWS: u16 = 8;
/// What stands before the chord.
const QUESTION: &str = "strike: ";

/// The rows of the board, each in its three blocks.
const ROWS: [[&[Key]; 3]; 6] = {
    use Key::*;
    [
        [&[Escape, F1, F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12], &[PrintScreen, ScrollLock, Pause], &[]],
        [
            &[
                Grave, Digit1, Digit2, Digit3, Digit4, Digit5, Digit6, Digit7, Digit8, Digit9, Digit0, Minus, Equals,
                Backspace,
            ],
            &[Insert, Home, PageUp],
            &[NumLock, KeypadDivide, KeypadMultiply, KeypadMinus],
        ],
        [
            &[Tab, Q, W, E, R, T, Y, U, I, O, P, LeftBracket, RightBracket, Backslash],
            &[Delete, End, PageDown],
            &[Keypad7, Keypad8, Keypad9, KeypadPlus],
        ],
        [&[CapsLock, A, S, D, F, G, H, J, K, L, Semicolon, Apostrophe, Enter], &[], &[Keypad4, Keypad5, Keypad6]],
        [
            &[LeftShift, Iso102, Z, X, C, V, B, N, M, Comma, Period, Slash, RightShift],
            &[Up],
            &[Keypad1, Keypad2, Keypad3, KeypadEnter],
        ],
        [&[LeftCtrl, LeftAlt, Space, RightAlt, RightCtrl], &[Left, Down, Right], &[Keypad0, KeypadPeriod]],
    ]
};

/// What stands on a key.
fn label(key: Key) -> String {
    let short = match key {
        Key::PrintScreen => "PrtSc",
        Key::ScrollLock => "ScrLk",
        Key::Pause => "Pause",
        Key::Backspace => "Bksp",
        Key::CapsLock => "Caps",
        Key::LeftShift | Key::RightShift => "Shift",
        Key::LeftCtrl | Key::RightCtrl => "Ctrl",
        Key::Iso102 => "<>",
        Key::Space => "[ Space ]",
        Key::RightAlt => "AltGr",
        Key::PageUp => "PgUp",
        Key::PageDown => "PgDn",
        Key::NumLock => "Num",
        Key::KeypadEnter => "Ent",
        key => {
            let name = key.name().trim_start_matches("kp");
            let mut letters = name.chars();
            return letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
        }
    };
    short.to_owned()
}

/// Every key of the board with its row, its column and its label.
fn board() -> impl Iterator<Item = (Key, u16, u16, String)> {
    (0u16..).zip(ROWS).flat_map(|(row, blocks)| {
        BLOCKS.into_iter().zip(blocks).flat_map(move |((start, pitch), keys)| {
            // The upper arrow stands over the one in the middle.
            let start = if keys == [Key::Up] { start + pitch } else { start };
            keys.iter().scan(start, move |col, &key| {
                let (at, text) = (*col, label(key));
                *col += pitch.max(u16::try_from(text.chars().count()).unwrap_or(0) + 1);
                Some((key, row, at, text))
            })
        })
    })
}

/// The key that an arrow leads to from `key`, or `key` if the board ends there.
pub(in crate::tui) fn neighbour(key: Key, arrow: Key) -> Key {
    let keys: Vec<(Key, u16, u16)> = board().map(|(key, row, col, text)| (key, row, col + middle(&text))).collect();
    let Some(index) = keys.iter().position(|&(at, ..)| at == key) else { return key };
    let (_, row, col) = keys[index];
    let beside = |index: usize| keys.get(index).filter(|&&(_, other, _)| other == row);
    let in_row = |wanted: u16| keys.iter().filter(move |&&(_, other, _)| other == wanted);
    let found = match arrow {
        Key::Left => index.checked_sub(1).and_then(beside),
        Key::Right => beside(index + 1),
        Key::Up => row.checked_sub(1).and_then(|up| in_row(up).min_by_key(|&&(_, _, at)| at.abs_diff(col))),
        _ => in_row(row + 1).min_by_key(|&&(_, _, at)| at.abs_diff(col)),
    };
    found.map_or(key, |&(key, ..)| key)
}

fn middle(text: &str) -> u16 {
    u16::try_from(text.chars().count() / 2).unwrap_or(0)
}

/// The key menu over the sessions.
#[derive(Clone, Copy, Debug)]
pub struct KeyMenuView<'a> {
    menu: &'a KeyMenu,
}

impl<'a> KeyMenuView<'a> {
    /// Shows `menu`.
    #[must_use]
    pub fn new(menu: &'a KeyMenu) -> KeyMenuView<'a> {
        KeyMenuView { menu }
    }

    /// Frame and inner part of the panel in `area`.
    fn place(area: Rect) -> (Rect, Rect) {
        let (width, height) = ((BOARD_COLS + FRAME + 1).min(area.width), (INNER_ROWS + FRAME).min(area.height));
        let frame = Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height);
        let inner = Rect {
            x: frame.x + 1.min(width),
            y: frame.y + 1.min(height),
            width: width.saturating_sub(FRAME),
            height: height.saturating_sub(FRAME),
        };
        (frame, inner)
    }

    /// Columns and rows of the board that a window too small for it leaves out, so that the marked key is
    /// in sight.
    fn skipped(&self, inner: Rect) -> (u16, u16) {
        let marked = self.menu.marked();
        let Some((_, row, col, text)) = board().find(|&(key, ..)| Some(key) == marked) else { return (0, 0) };
        let right = col + middle(&text) * 2 + 2;
        (right.saturating_sub(inner.width), (row + 1).saturating_sub(inner.height.saturating_sub(1)))
    }

    /// Where each key lies in `area`, as far as it can be seen.
    fn keys(&self, area: Rect) -> Vec<(Key, Rect, String)> {
        let (_, inner) = KeyMenuView::place(area);
        let (skip_cols, skip_rows) = self.skipped(inner);
        // The last row is the chord's.
        let room = Rect { height: inner.height.saturating_sub(1), ..inner };
        let seen = board().filter_map(|(key, row, col, text)| {
            let (x, y) = (col.checked_sub(skip_cols)? + 1, row.checked_sub(skip_rows)?);
            let width = u16::try_from(text.chars().count()).ok()?;
            let place = Rect { x: room.x + x, y: room.y + y, width, height: 1 }.intersection(room);
            (!place.is_empty()).then_some((key, place, text))
        });
        seen.collect()
    }

    /// The key at a place of the window.
    #[must_use]
    pub fn key_at(&self, area: Rect, at: Position) -> Option<Key> {
        self.keys(area).into_iter().find(|(_, place, _)| place.contains(at)).map(|(key, ..)| key)
    }

    fn chord_row(area: Rect) -> Rect {
        let (_, inner) = KeyMenuView::place(area);
        Rect { y: inner.bottom().saturating_sub(1), height: inner.height.min(1), ..inner }
    }

    /// The cursor behind the chord, if it is to be seen in `area`.
    #[must_use]
    pub fn cursor(&self, area: Rect) -> Option<CursorView> {
        let row = KeyMenuView::chord_row(area);
        let used = u16::try_from(QUESTION.len() + self.menu.text().chars().count()).ok()?;
        let at = Position { x: row.x.checked_add(used)?.checked_add(1)?, y: row.y };
        row.contains(at).then_some(CursorView { at, shape: CursorShape::Underline })
    }
}

impl Widget for KeyMenuView<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        let (frame, _) = KeyMenuView::place(area);
        if frame.width <= FRAME || frame.height <= FRAME {
            return;
        }
        fill(frame, buf, theme::HELP);
        Block::bordered()
            .title(" a key for the session ")
            .title_bottom(" arrows or its name choose, + adds another, Enter strikes ")
            .style(theme::HELP)
            .render(frame, buf);
        let held = self.menu.held();
        for (key, place, text) in self.keys(area) {
            let style = match self.menu.marked() == Some(key) {
                true => theme::STATUS_SHOWN,
                false if held.contains(&key) => theme::MESSAGE,
                false => theme::HELP_KEY,
            };
            write(place, buf, &text, style);
        }
        let row = after(KeyMenuView::chord_row(area), 1);
        write(row, buf, &format!("{QUESTION}{}", self.menu.text()), theme::HELP);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::drawn;
    use super::*;

    #[test]
    fn every_key_is_on_the_board_once_and_none_covers_another() {
        let mut keys: Vec<Key> = board().map(|(key, ..)| key).collect();
        keys.sort_unstable();
        let mut all = Key::ALL.to_vec();
        all.sort_unstable();
        assert_eq!(keys, all);
        let mut ends = [0; 6];
        for (key, row, col, text) in board() {
            let end = &mut ends[usize::from(row)];
            assert!(*end <= col, "{} begins before the one to its left ends", key.name());
            *end = col + u16::try_from(text.len()).unwrap() + 1;
            assert!(*end <= BOARD_COLS + 1, "{}", key.name());
        }
    }

    #[test]
    fn every_key_can_be_reached_with_the_arrows() {
        let mut reached = vec![Key::Escape];
        let mut index = 0;
        while let Some(&key) = reached.get(index) {
            for arrow in [Key::Left, Key::Right, Key::Up, Key::Down] {
                let next = neighbour(key, arrow);
                if !reached.contains(&next) {
                    reached.push(next);
                }
            }
            index += 1;
        }
        assert_eq!(reached.len(), Key::ALL.len());
    }

    #[test]
    fn arrows_move_as_the_board_looks() {
        assert_eq!(neighbour(Key::Escape, Key::Left), Key::Escape);
        assert_eq!(neighbour(Key::F12, Key::Right), Key::PrintScreen);
        assert_eq!(neighbour(Key::Pause, Key::Down), Key::PageUp);
        assert_eq!(neighbour(Key::Keypad8, Key::Up), Key::KeypadDivide);
        assert_eq!(neighbour(Key::KeypadPeriod, Key::Down), Key::KeypadPeriod);
    }

    #[test]
    fn the_board_the_marked_key_and_the_chord_are_drawn() {
        let mut menu = KeyMenu::default();
        "ctrl+f12".chars().for_each(|c| menu.typed(c));
        let rows = drawn(80, 24, |buf| KeyMenuView::new(&menu).render(buf.area, buf));
        assert!(rows[8].contains("Esc F1 F2 F3"), "{rows:#?}");
        assert!(rows[8].contains("F12  PrtSc ScrLk Pause"), "{rows:#?}");
        assert!(rows[15].contains("strike: ctrl+f12"), "{rows:#?}");
    }

    #[test]
    fn the_mouse_finds_the_key_that_is_seen() {
        let menu = KeyMenu::default();
        let area = Rect::new(0, 0, 80, 24);
        let view = KeyMenuView::new(&menu);
        for (key, place, _) in view.keys(area) {
            assert_eq!(view.key_at(area, Position { x: place.x, y: place.y }), Some(key));
        }
        assert_eq!(view.key_at(area, Position { x: 0, y: 0 }), None);
    }

    #[test]
    fn in_a_small_window_the_marked_key_stays_in_sight() {
        let mut menu = KeyMenu::default();
        "kpenter".chars().for_each(|c| menu.typed(c));
        for (cols, rows) in [(40, 11), (20, 4), (10, 3)] {
            let area = Rect::new(0, 0, cols, rows);
            let keys = KeyMenuView::new(&menu).keys(area);
            assert!(rows < 4 || keys.iter().any(|&(key, ..)| key == Key::KeypadEnter), "{cols}x{rows}");
        }
        drawn(2, 2, |buf| KeyMenuView::new(&menu).render(Rect::new(5, 5, 80, 24), buf));
    }
}
