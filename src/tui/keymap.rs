//! From what a terminal calls a key to the key of the AT keyboard: a pure table, no state.
//!
//! A key that types a character in the user's layout becomes the chord that types this character in
//! the guest's layout; what no chord types is typed by its code on the keypad under Alt, as one does
//! on a PC. Ctrl and Alt go with a key, not with a character: there the place on the board counts
//! where the guest's layout has no such key.

use super::input::{Mods, Symbol, TermKey};
use crate::keys::{Key, KeyEvent, KeyLayout, Locks, Typing, TypingChord, Way};

/// The keyboard of the guest: what it types, and which locks are on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Board {
    /// Layout and code page.
    pub typing: Typing,
    /// Its locks.
    pub locks: Locks,
}

/// Modifiers of the board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// A Shift key.
    pub shift: bool,
    /// A Ctrl key.
    pub ctrl: bool,
    /// An Alt key.
    pub alt: bool,
    /// The right Alt key, where it chooses third characters.
    pub alt_gr: bool,
}

impl From<Mods> for Held {
    fn from(mods: Mods) -> Held {
        Held { shift: mods.shift, ctrl: mods.ctrl, alt: mods.alt, alt_gr: false }
    }
}

/// A key of the board and the modifiers that must be down with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chord {
    /// The key.
    pub key: Key,
    /// The modifiers.
    pub held: Held,
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
    /// A key that the board lacks and that does nothing by itself.
    Nothing,
}

/// What `key` is on `board`.
#[must_use]
pub fn board_key(key: &TermKey, board: &Board) -> BoardKey {
    match (key.text, key.symbol) {
        (_, Symbol::AltGr) if board.typing.layout.has_alt_gr() => BoardKey::Modifier(Key::RightAlt),
        (_, Symbol::AltGr) => BoardKey::Nothing,
        (_, Symbol::Key(named)) if named.is_modifier() => BoardKey::Modifier(named),
        (_, Symbol::Key(named)) => BoardKey::Chord(named_key(named, key, board)),
        // The terminal says what the key types, so its modifiers have done their work.
        (Some(text), Symbol::Char(_)) => typed(text, Mods::NONE, board),
        (None, Symbol::Char(cap)) if key.mods.ctrl || key.mods.alt => with_modifiers(cap, key, board),
        (None, Symbol::Char(cap)) => match (typed(cap, key.mods, board), key.place) {
            // A cap in another script: its place on the board decides.
            (BoardKey::Strokes(_) | BoardKey::Untypable(_), Some(place)) => typed(place, key.mods, board),
            (found, _) => found,
        },
    }
}

/// A key with a place of its own. Where the terminal's Num Lock and the guest's differ, Shift makes
/// the keypad mean the same.
fn named_key(named: Key, key: &TermKey, board: &Board) -> Chord {
    let mut held = Held::from(key.mods);
    let differs = key.locks.is_some_and(|locks| locks.num != board.locks.num);
    if differs && named.is_on_keypad_with_num_lock() && !held.ctrl && !held.alt {
        held.shift = !held.shift;
    }
    Chord { key: named, held }
}

/// A character with Ctrl or Alt: the key of a letter where the guest has it, else the one at its
/// place on a US board, from which PCs took the meaning of Ctrl with other keys.
fn with_modifiers(cap: char, key: &TermKey, board: &Board) -> BoardKey {
    let mods = key.mods;
    let here = chord(cap, mods, board.typing.layout).filter(|chord| !chord.held.alt_gr);
    let at_place = chord(key.place.unwrap_or(cap), mods, KeyLayout::US);
    let by_letter = cap.is_ascii_alphabetic() || !mods.ctrl && key.place.is_none();
    let found = if by_letter { here.or(at_place) } else { at_place.or(here) };
    // Neither Ctrl nor Alt does anything to a character that has no key.
    found.map_or_else(|| typed(cap, Mods { shift: mods.shift, ..Mods::NONE }, board), BoardKey::Chord)
}

/// The one chord that types `c` in `layout`, with `mods` added.
fn chord(c: char, mods: Mods, layout: KeyLayout) -> Option<Chord> {
    // Caps Lock changes no key under Ctrl or Alt.
    match layout.chords(c, false)?[..] {
        [found] => Some(joined(found, mods)),
        _ => None,
    }
}

fn joined(found: TypingChord, mods: Mods) -> Chord {
    let held = Held { shift: found.shift || mods.shift, alt_gr: found.alt_gr, ..Held::from(mods) };
    Chord { key: found.key, held }
}

/// What types `c` on `board`, with `mods` added to a chord.
fn typed(c: char, mods: Mods, board: &Board) -> BoardKey {
    match board.typing.way(c, board.locks.caps) {
        None => BoardKey::Untypable(c),
        Some(way) => match &way {
            Way::Chords(chords) if chords.len() == 1 => BoardKey::Chord(joined(chords[0], mods)),
            _ => BoardKey::Strokes(way.strokes()),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::input::{Act, Parser, TermEvent};
    use super::*;
    use crate::screen::CodePage;

    /// Names of the keys that go down for the one key in `bytes`, such as `ctrl+alt+a`.
    fn downs(bytes: &[u8]) -> String {
        downs_on(bytes, &Board::default())
    }

    fn downs_on(bytes: &[u8], board: &Board) -> String {
        let mut parser = Parser::new(Duration::from_millis(50));
        let mut events = Vec::new();
        parser.feed(bytes, &mut events);
        if parser.patience().is_some() {
            parser.expire(&mut events);
        }
        let [TermEvent::Key(key)] = events[..] else { panic!("{events:?}") };
        match board_key(&key, board) {
            BoardKey::Chord(chord) => describe(chord),
            BoardKey::Modifier(key) => format!("({})", key.name()),
            BoardKey::Strokes(strokes) => {
                strokes.iter().filter(|s| s.down).map(|s| s.key.name()).collect::<Vec<_>>().join(" ")
            }
            BoardKey::Untypable(c) => format!("no {c}"),
            BoardKey::Nothing => "nothing".to_owned(),
        }
    }

    fn describe(chord: Chord) -> String {
        let Held { shift, ctrl, alt, alt_gr } = chord.held;
        let held = [("shift+", shift), ("ctrl+", ctrl), ("alt+", alt), ("altgr+", alt_gr)];
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

    fn german() -> Board {
        let typing = Typing { layout: KeyLayout::from_name("de").unwrap(), code_page: CodePage::new(850).unwrap() };
        Board { typing, locks: Locks::default() }
    }

    #[test]
    fn characters_become_the_keys_of_the_guests_layout() {
        for (bytes, expected) in [
            ("z", "y"),
            ("@", "altgr+q"),
            ("Ä", "shift+'"),
            ("é", "= e"),
            ("ø", "alt kp1 kp5 kp5"),
            ("€", "no €"),
            ("\x1a", "ctrl+y"),
            ("\x1d", "ctrl+]"),
            ("\x1f", "ctrl+-"),
            ("\x1bz", "alt+y"),
            ("\x1b{", "shift+alt+["),
            // The kitty protocol: AltGr itself, with Q, and Ctrl with the key of the plus sign.
            ("\x1b[57453u", "(altgr)"),
            ("\x1b[113;;64u", "altgr+q"),
            ("\x1b[43::93;5u", "ctrl+]"),
        ] {
            assert_eq!(downs_on(bytes.as_bytes(), &german()), expected, "{}", bytes.escape_debug());
        }
        assert_eq!(downs(b"\x1b[57453u"), "nothing", "a US board has no AltGr");
    }

    #[test]
    fn a_character_is_typed_whatever_the_guests_caps_lock() {
        let board = Board { locks: Locks { caps: true, num: false }, ..Board::default() };
        assert_eq!(downs_on(b"a", &board), "shift+a");
        assert_eq!(downs_on(b"A", &board), "a");
        assert_eq!(downs_on(b"\x01", &board), "ctrl+a");
        assert_eq!(downs_on(b"\x1ba", &board), "alt+a");
    }

    #[test]
    fn the_keypad_means_what_the_terminals_num_lock_says() {
        let kitty = |bytes: &[u8], num| {
            let mut parser = Parser::new(Duration::from_millis(50));
            parser.set_kitty(true);
            let mut events = Vec::new();
            parser.feed(bytes, &mut events);
            let [TermEvent::Key(key)] = events[..] else { panic!("{events:?}") };
            let board = Board { locks: Locks { caps: false, num }, ..Board::default() };
            let BoardKey::Chord(chord) = board_key(&key, &board) else { panic!("{key:?}") };
            describe(chord)
        };
        // 129: Num Lock is on.
        assert_eq!(kitty(b"\x1b[57407;129;56u", true), "kp8");
        assert_eq!(kitty(b"\x1b[57407;129;56u", false), "shift+kp8");
        assert_eq!(kitty(b"\x1b[57419u", false), "kp8");
        assert_eq!(kitty(b"\x1b[57419u", true), "shift+kp8");
        assert_eq!(kitty(b"\x1b[57413;129;43u", false), "kp+");
    }

    #[test]
    fn all_printable_ascii_is_typed_as_the_us_board_types_it() {
        for byte in b' '..=b'~' {
            let c = char::from(byte);
            let key = TermKey::legacy(Symbol::Char(c), Mods::NONE);
            let BoardKey::Chord(chord) = board_key(&key, &Board::default()) else { panic!("{c:?} is no chord") };
            let strokes = Typing::default().strokes(c, false).unwrap();
            let shifted = strokes[0].key == Key::LeftShift;
            assert_eq!(chord.held.shift, shifted, "{c:?}");
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
        assert_eq!(board_key(&key, &Board::default()), BoardKey::Chord(Chord { key: Key::C, held: Held::default() }));
    }
}
