//! What a key under its shift keys puts into the keyboard buffer: scan code high, character low.
//!
//! Characters come from the session's keyboard layout; the words of keys without a character, and of
//! those with Ctrl or Alt, are the enhanced keyboard's. Combinations an 84-key BIOS did not report
//! have the character F0h, grey keys E0h; see [`super::keyboard_16h`].
//! Source: IBM PS/2 and PC BIOS Interface Technical Reference, keyboard scan code tables.

use pc_keyboard::{KeyCode, Modifiers};

use super::keyboard_16h::{ENHANCED_ONLY, GREY};
use crate::keys::{KeyLayout, Level, Typed};

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strike {
    /// It gives this word.
    Word(u16),
    /// It types this character.
    Char(char),
    /// It puts this accent on the next character.
    Dead(char),
}

impl From<Typed> for Strike {
    fn from(typed: Typed) -> Strike {
        match typed {
            // pc-keyboard's Enter.
            Typed::Char('\n') => Strike::Char('\r'),
            Typed::Char(c) => Strike::Char(c),
            Typed::Dead(accent) => Strike::Dead(accent),
        }
    }
}

/// What `key` does, whose make code without prefix is `scan`; `None` if nothing. The right Alt key in
/// `held`, or Ctrl and Alt together, is AltGr on boards that have it.
pub(super) fn strike(layout: KeyLayout, key: KeyCode, scan: u8, held: &Modifiers) -> Option<Strike> {
    let level = Level { shift: held.is_shifted(), alt_gr: held.is_altgr(), caps_lock: held.capslock };
    if level.alt_gr
        && let Some(typed) = layout.typed(key, level)
    {
        return Some(typed.into());
    }
    if held.is_alt() {
        alt_word(layout, key, scan).map(Strike::Word)
    } else if held.is_ctrl() {
        ctrl_word(layout, key, scan).map(Strike::Word)
    } else {
        plain_word(layout, key, scan, held).map(Strike::Word).or_else(|| layout.typed(key, level).map(Strike::from))
    }
}

/// The digit that a keypad key enters while Alt is down.
pub(super) fn alt_digit(key: KeyCode) -> Option<u8> {
    Some(match key {
        KeyCode::Numpad0 => 0,
        KeyCode::Numpad1 => 1,
        KeyCode::Numpad2 => 2,
        KeyCode::Numpad3 => 3,
        KeyCode::Numpad4 => 4,
        KeyCode::Numpad5 => 5,
        KeyCode::Numpad6 => 6,
        KeyCode::Numpad7 => 7,
        KeyCode::Numpad8 => 8,
        KeyCode::Numpad9 => 9,
        _ => return None,
    })
}

fn join(scan: u8, code: u8) -> u16 {
    u16::from_be_bytes([scan, code])
}

/// The letter on a key's cap.
fn letter(layout: KeyLayout, key: KeyCode) -> Option<u8> {
    let Some(Typed::Char(c)) = layout.typed(key, Level::default()) else { return None };
    u8::try_from(c).ok().filter(u8::is_ascii_lowercase)
}

fn is_grey(key: KeyCode) -> bool {
    use KeyCode::{ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Delete, End, Home, Insert, PageDown, PageUp};
    matches!(key, Home | ArrowUp | PageUp | ArrowLeft | ArrowRight | End | ArrowDown | PageDown | Insert | Delete)
}

/// F1–F10 count from `first` on, F11 and F12 from `eleven` on.
fn function_key(key: KeyCode, scan: u8, first: u8, eleven: u8) -> Option<u16> {
    match key {
        KeyCode::F11 => Some(join(eleven, 0)),
        KeyCode::F12 => Some(join(eleven + 1, 0)),
        _ if (0x3B..=0x44).contains(&scan) => Some(join(scan - 0x3B + first, 0)),
        _ => None,
    }
}

/// The words of keys whose character, if any, is no matter of the layout's levels.
fn plain_word(layout: KeyLayout, key: KeyCode, scan: u8, held: &Modifiers) -> Option<u16> {
    let shifted = held.is_shifted();
    let (first, eleven) = if shifted { (0x54, 0x87) } else { (0x3B, 0x85) };
    if let Some(word) = function_key(key, scan, first, eleven) {
        return Some(word);
    }
    if is_grey(key) {
        return Some(join(scan, GREY));
    }
    match key {
        KeyCode::NumpadEnter => Some(join(0xE0, b'\r')),
        KeyCode::NumpadDivide => Some(join(0xE0, b'/')),
        KeyCode::Tab if shifted => Some(join(scan, 0)),
        KeyCode::NumpadPeriod => Some(keypad_word(scan, decimal_sign(layout), held, 0)),
        KeyCode::Numpad5 => Some(keypad_word(scan, b'5', held, ENHANCED_ONLY)),
        _ => alt_digit(key).map(|digit| keypad_word(scan, b'0' + digit, held, 0)),
    }
}

/// What the keypad's decimal key types: in some countries a comma.
fn decimal_sign(layout: KeyLayout) -> u8 {
    match layout.typed(KeyCode::NumpadPeriod, Level::default()) {
        Some(Typed::Char(c)) => u8::try_from(c).unwrap_or(b'.'),
        _ => b'.',
    }
}

/// A digit while Num Lock or Shift, but not both, says so; else the movement below it.
fn keypad_word(scan: u8, digit: u8, held: &Modifiers, movement: u8) -> u16 {
    join(scan, if held.numlock != held.is_shifted() { digit } else { movement })
}

fn ctrl_word(layout: KeyLayout, key: KeyCode, scan: u8) -> Option<u16> {
    if let Some(word) = function_key(key, scan, 0x5E, 0x89) {
        return Some(word);
    }
    if let Some(letter) = letter(layout, key) {
        return Some(join(scan, letter - b'a' + 1));
    }
    if is_grey(key) {
        return ctrl_movement(scan).map(|high| join(high, GREY));
    }
    let word = match key {
        KeyCode::Escape | KeyCode::Oem4 => join(scan, 0x1B),
        KeyCode::Key2 => join(scan, 0x00),
        KeyCode::Key6 => join(scan, 0x1E),
        KeyCode::OemMinus => join(scan, 0x1F),
        KeyCode::Oem6 => join(scan, 0x1D),
        KeyCode::Oem7 | KeyCode::Oem5 => join(scan, 0x1C),
        KeyCode::Backspace => join(scan, 0x7F),
        KeyCode::Return => join(scan, 0x0A),
        KeyCode::Spacebar => join(scan, b' '),
        KeyCode::Tab => join(0x94, 0),
        KeyCode::NumpadEnter => join(0xE0, 0x0A),
        KeyCode::NumpadDivide => join(0x95, 0),
        KeyCode::NumpadMultiply => join(0x96, 0),
        KeyCode::NumpadSubtract => join(0x8E, 0),
        KeyCode::NumpadAdd => join(0x90, 0),
        KeyCode::Numpad5 => join(0x8F, 0),
        KeyCode::NumpadPeriod => join(0x93, 0),
        _ => return alt_digit(key).and(ctrl_movement(scan)).map(|high| join(high, 0)),
    };
    Some(word)
}

/// Scan code of a movement key with Ctrl, keypad or grey.
fn ctrl_movement(scan: u8) -> Option<u8> {
    Some(match scan {
        0x47 => 0x77,
        0x48 => 0x8D,
        0x49 => 0x84,
        0x4B => 0x73,
        0x4D => 0x74,
        0x4F => 0x75,
        0x50 => 0x91,
        0x51 => 0x76,
        0x52 => 0x92,
        0x53 => 0x93,
        _ => return None,
    })
}

fn alt_word(layout: KeyLayout, key: KeyCode, scan: u8) -> Option<u16> {
    if let Some(word) = function_key(key, scan, 0x68, 0x8B) {
        return Some(word);
    }
    if letter(layout, key).is_some() {
        return Some(join(scan, 0));
    }
    if is_grey(key) {
        return Some(join(scan + 0x50, 0));
    }
    let word = match key {
        KeyCode::Spacebar => join(scan, b' '),
        KeyCode::Tab => join(0xA5, 0),
        KeyCode::NumpadDivide => join(0xA4, 0),
        KeyCode::NumpadEnter => join(0xA6, 0),
        // The digit row with minus and equals: 78h on.
        _ if (0x02..=0x0D).contains(&scan) => join(scan - 0x02 + 0x78, 0),
        KeyCode::NumpadPeriod | KeyCode::Oem5 => return None,
        _ if alt_digit(key).is_some() => return None,
        _ => {
            layout.typed(key, Level::default())?;
            join(scan, ENHANCED_ONLY)
        }
    };
    Some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Modifiers = Modifiers {
        lshift: false,
        rshift: false,
        lctrl: false,
        rctrl: false,
        numlock: false,
        capslock: false,
        lalt: false,
        ralt: false,
        rctrl2: false,
    };

    /// The word for a key on a US board.
    fn word(key: KeyCode, scan: u8, held: &Modifiers) -> Option<u16> {
        match strike(KeyLayout::US, key, scan, held)? {
            Strike::Word(word) => Some(word),
            Strike::Char(c) => Some(join(scan, u8::try_from(c).unwrap())),
            Strike::Dead(accent) => panic!("{accent:?} is dead"),
        }
    }

    fn words(key: KeyCode, scan: u8) -> [Option<u16>; 4] {
        let shift = Modifiers { lshift: true, ..PLAIN };
        let ctrl = Modifiers { rctrl: true, ..PLAIN };
        let alt = Modifiers { lalt: true, ..PLAIN };
        [&PLAIN, &shift, &ctrl, &alt].map(|held| word(key, scan, held))
    }

    #[test]
    fn each_kind_of_key_gives_the_enhanced_keyboards_words() {
        let table: [(KeyCode, u8, [u16; 4]); 16] = [
            (KeyCode::Escape, 0x01, [0x011B, 0x011B, 0x011B, 0x01F0]),
            (KeyCode::Backspace, 0x0E, [0x0E08, 0x0E08, 0x0E7F, 0x0EF0]),
            (KeyCode::Tab, 0x0F, [0x0F09, 0x0F00, 0x9400, 0xA500]),
            (KeyCode::Q, 0x10, [0x1071, 0x1051, 0x1011, 0x1000]),
            (KeyCode::Oem4, 0x1A, [0x1A5B, 0x1A7B, 0x1A1B, 0x1AF0]),
            (KeyCode::Return, 0x1C, [0x1C0D, 0x1C0D, 0x1C0A, 0x1CF0]),
            (KeyCode::Oem7, 0x2B, [0x2B5C, 0x2B7C, 0x2B1C, 0x2BF0]),
            (KeyCode::Spacebar, 0x39, [0x3920, 0x3920, 0x3920, 0x3920]),
            (KeyCode::F1, 0x3B, [0x3B00, 0x5400, 0x5E00, 0x6800]),
            (KeyCode::F10, 0x44, [0x4400, 0x5D00, 0x6700, 0x7100]),
            (KeyCode::F12, 0x58, [0x8600, 0x8800, 0x8A00, 0x8C00]),
            (KeyCode::NumpadSubtract, 0x4A, [0x4A2D, 0x4A2D, 0x8E00, 0x4AF0]),
            (KeyCode::NumpadMultiply, 0x37, [0x372A, 0x372A, 0x9600, 0x37F0]),
            (KeyCode::ArrowUp, 0x48, [0x48E0, 0x48E0, 0x8DE0, 0x9800]),
            (KeyCode::NumpadEnter, 0x1C, [0xE00D, 0xE00D, 0xE00A, 0xA600]),
            (KeyCode::NumpadDivide, 0x35, [0xE02F, 0xE02F, 0x9500, 0xA400]),
        ];
        for (key, scan, expected) in table {
            assert_eq!(words(key, scan), expected.map(Some), "{key:?}");
        }
    }

    #[test]
    fn the_digit_row_has_words_of_its_own_with_alt() {
        assert_eq!(words(KeyCode::Key1, 0x02), [Some(0x0231), Some(0x0221), None, Some(0x7800)]);
        assert_eq!(words(KeyCode::Key2, 0x03), [Some(0x0332), Some(0x0340), Some(0x0300), Some(0x7900)]);
        assert_eq!(words(KeyCode::OemPlus, 0x0D), [Some(0x0D3D), Some(0x0D2B), None, Some(0x8300)]);
    }

    #[test]
    fn num_lock_and_shift_cancel_each_other_on_the_keypad() {
        let num = Modifiers { numlock: true, ..PLAIN };
        let both = Modifiers { numlock: true, rshift: true, ..PLAIN };
        let shift = Modifiers { rshift: true, ..PLAIN };
        let seen = [&PLAIN, &num, &both, &shift].map(|held| word(KeyCode::Numpad7, 0x47, held));
        assert_eq!(seen, [Some(0x4700), Some(0x4737), Some(0x4700), Some(0x4737)]);
        assert_eq!(word(KeyCode::Numpad5, 0x4C, &PLAIN), Some(0x4CF0));
        assert_eq!(word(KeyCode::NumpadPeriod, 0x53, &PLAIN), Some(0x5300));
    }

    #[test]
    fn letters_are_where_the_layout_has_them() {
        let german = KeyLayout::from_name("de").unwrap();
        let ctrl = Modifiers { lctrl: true, ..PLAIN };
        let alt = Modifiers { lalt: true, ..PLAIN };
        assert_eq!(strike(german, KeyCode::Y, 0x15, &PLAIN), Some(Strike::Char('z')));
        assert_eq!(strike(german, KeyCode::Y, 0x15, &ctrl), Some(Strike::Word(0x151A)));
        assert_eq!(strike(german, KeyCode::Y, 0x15, &alt), Some(Strike::Word(0x1500)));
        assert_eq!(strike(german, KeyCode::Oem4, 0x1A, &ctrl), Some(Strike::Word(0x1A1B)));
    }

    #[test]
    fn alt_gr_gives_third_characters_and_is_alt_where_there_are_none() {
        let german = KeyLayout::from_name("de").unwrap();
        let alt_gr = Modifiers { ralt: true, ..PLAIN };
        let ctrl_alt = Modifiers { lctrl: true, lalt: true, ..PLAIN };
        for held in [&alt_gr, &ctrl_alt] {
            assert_eq!(strike(german, KeyCode::Q, 0x10, held), Some(Strike::Char('@')));
            assert_eq!(strike(german, KeyCode::W, 0x11, held), Some(Strike::Word(0x1100)));
            assert_eq!(strike(KeyLayout::US, KeyCode::Q, 0x10, held), Some(Strike::Word(0x1000)));
        }
    }

    #[test]
    fn the_keypad_has_a_decimal_comma_in_some_countries() {
        let num = Modifiers { numlock: true, ..PLAIN };
        let sign = |name| strike(KeyLayout::from_name(name).unwrap(), KeyCode::NumpadPeriod, 0x53, &num);
        assert_eq!([sign("us"), sign("no")], [Some(Strike::Word(0x532E)), Some(Strike::Word(0x532C))]);
    }

    #[test]
    fn caps_lock_and_shift_cancel_each_other_on_letters_only() {
        let caps = Modifiers { capslock: true, ..PLAIN };
        let both = Modifiers { capslock: true, lshift: true, ..PLAIN };
        assert_eq!(word(KeyCode::A, 0x1E, &caps), Some(0x1E41));
        assert_eq!(word(KeyCode::A, 0x1E, &both), Some(0x1E61));
        assert_eq!(word(KeyCode::Key1, 0x02, &caps), Some(0x0231));
    }
}
