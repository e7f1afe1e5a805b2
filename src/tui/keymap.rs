//! From what a terminal calls a key to the key of the AT keyboard: a pure table, no state.
//!
//! The guest's keyboard is a US board. A key that types a character in the user's layout becomes
//! the key, with or without Shift, that types this character on the US board; what no key types
//! is typed by its code on the keypad under Alt, as one does on a PC.

use super::input::{Mods, Symbol, TermKey};
use crate::keys::{Key, KeyEvent, strokes_for_char};
use crate::screen::CodePage;

/// A key of the board and the modifiers that must be down with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chord {
    /// The key.
    pub key: Key,
    /// The modifiers.
    pub mods: Mods,
}

/// What a terminal's key is on the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoardKey {
    /// A key, with its modifiers.
    Chord(Chord),
    /// A modifier by itself.
    Modifier(Key),
    /// Complete strokes for a character that has no key.
    Strokes(Vec<KeyEvent>),
    /// A character that the guest's code page lacks.
    Untypable(char),
}

/// What `key` is on the board of a guest that uses `page`.
#[must_use]
pub fn board_key(key: &TermKey, page: CodePage) -> BoardKey {
    match (key.text, key.symbol) {
        (_, Symbol::Key(board)) if board.is_modifier() => BoardKey::Modifier(board),
        (_, Symbol::Key(board)) => BoardKey::Chord(Chord { key: board, mods: key.mods }),
        // The terminal says what the key types, so its modifiers have done their work.
        (Some(text), Symbol::Char(_)) => typed(text, Mods::NONE, page),
        (None, Symbol::Char(cap)) => match (typed(cap, key.mods, page), key.place) {
            (BoardKey::Chord(chord), _) => BoardKey::Chord(chord),
            // A cap in another script: its place on the board decides, as for Ctrl with a letter.
            (_, Some(place)) => typed(place, key.mods, page),
            (other, None) => other,
        },
    }
}

/// The key that types `c`, with `mods` added.
fn typed(c: char, mods: Mods, page: CodePage) -> BoardKey {
    let Some(strokes) = strokes_for_char(c, page) else { return BoardKey::Untypable(c) };
    let downs: Vec<Key> = strokes.iter().filter(|stroke| stroke.down).map(|stroke| stroke.key).collect();
    match downs[..] {
        [key] => BoardKey::Chord(Chord { key, mods }),
        [Key::LeftShift, key] => BoardKey::Chord(Chord { key, mods: Mods { shift: true, ..mods } }),
        _ => BoardKey::Strokes(strokes),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::input::{Act, Parser, TermEvent};
    use super::*;

    /// Names of the keys that go down for the one key in `bytes`, such as `ctrl+alt+a`.
    fn downs(bytes: &[u8]) -> String {
        let mut parser = Parser::new(Duration::from_millis(50));
        let mut events = Vec::new();
        parser.feed(bytes, &mut events);
        if parser.patience().is_some() {
            parser.expire(&mut events);
        }
        let [TermEvent::Key(key)] = events[..] else { panic!("{events:?}") };
        match board_key(&key, CodePage::US) {
            BoardKey::Chord(chord) => describe(chord),
            BoardKey::Modifier(key) => format!("({})", key.name()),
            BoardKey::Strokes(strokes) => {
                strokes.iter().filter(|s| s.down).map(|s| s.key.name()).collect::<Vec<_>>().join(" ")
            }
            BoardKey::Untypable(c) => format!("no {c}"),
        }
    }

    fn describe(chord: Chord) -> String {
        let held = [("shift+", chord.mods.shift), ("ctrl+", chord.mods.ctrl), ("alt+", chord.mods.alt)];
        let mut text: String = held.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
        text.push_str(chord.key.name());
        text
    }

    /// What a terminal sends, and the keys of the board that go down for it.
    const GOLDEN: &[(&[u8], &str)] = &[
        (b"a", "a"),
        (b"A", "shift+a"),
        (b"1", "1"),
        (b"!", "shift+1"),
        (b" ", "space"),
        (b"\"", "shift+'"),
        (b"\\", "\\"),
        (b"|", "shift+\\"),
        (b"~", "shift+`"),
        (b"\r", "enter"),
        (b"\t", "tab"),
        (b"\x1b[Z", "shift+tab"),
        (b"\x7f", "backspace"),
        (b"\x1b", "esc"),
        (b"\x01", "ctrl+a"),
        (b"\x03", "ctrl+c"),
        (b"\x00", "ctrl+space"),
        (b"\x1c", "ctrl+\\"),
        (b"\x1d", "ctrl+]"),
        (b"\x1e", "ctrl+6"),
        (b"\x1f", "ctrl+-"),
        (b"\x1bf", "alt+f"),
        (b"\x1bF", "shift+alt+f"),
        (b"\x1b\x06", "ctrl+alt+f"),
        (b"\x1b1", "alt+1"),
        (b"\x1b[", "alt+["),
        (b"\x1b[A", "up"),
        (b"\x1b[1;5D", "ctrl+left"),
        (b"\x1b[1;2C", "shift+right"),
        (b"\x1b[21;3~", "alt+f10"),
        (b"\x1b[24~", "f12"),
        (b"\x1b[3~", "del"),
        (b"\x1bOk", "kp+"),
        (b"\xc3\xa9", "alt kp1 kp3 kp0"),
        (b"\xe2\x82\xac", "no \u{20ac}"),
        // The kitty protocol: Shift+a; German Shift+7; German AltGr+ß; Ctrl with a Cyrillic cap.
        (b"\x1b[97;2;65u", "shift+a"),
        (b"\x1b[55;2;47u", "/"),
        (b"\x1b[223;;92u", "\\"),
        (b"\x1b[1089::99;5u", "ctrl+c"),
        (b"\x1b[57442;5u", "(ctrl)"),
        (b"\x1b[57399u", "kp0"),
        (b"\x1b[97;3u", "alt+a"),
        (b"\x1b[13;5u", "ctrl+enter"),
    ];

    #[test]
    fn every_golden_sequence_presses_its_keys() {
        for &(bytes, expected) in GOLDEN {
            assert_eq!(downs(bytes), expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn all_printable_ascii_is_typed_as_the_us_board_types_it() {
        for byte in b' '..=b'~' {
            let c = char::from(byte);
            let key = TermKey::legacy(Symbol::Char(c), Mods::NONE);
            let BoardKey::Chord(chord) = board_key(&key, CodePage::US) else { panic!("{c:?} is no chord") };
            let strokes = strokes_for_char(c, CodePage::US).unwrap();
            let shifted = strokes[0].key == Key::LeftShift;
            assert_eq!(chord.mods.shift, shifted, "{c:?}");
            assert!(strokes.iter().any(|stroke| stroke.key == chord.key), "{c:?}");
        }
    }

    #[test]
    fn a_release_without_text_still_has_its_place() {
        let key = TermKey {
            act: Act::Release,
            place: Some('c'),
            released_later: true,
            ..TermKey::legacy(Symbol::Char('с'), Mods::NONE)
        };
        assert_eq!(board_key(&key, CodePage::US), BoardKey::Chord(Chord { key: Key::C, mods: Mods::NONE }));
    }
}
