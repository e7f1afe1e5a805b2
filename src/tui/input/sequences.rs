//! The tables behind escape sequences: final letters, `~` numbers, kitty's functional keys.

use super::{Mods, Symbol};
use crate::keys::{Key, Locks};

/// Keys named by the final byte of `CSI … X`.
const CSI_FINALS: &[(u8, Key)] = &[
    (b'A', Key::Up),
    (b'B', Key::Down),
    (b'C', Key::Right),
    (b'D', Key::Left),
    (b'E', Key::Keypad5),
    (b'F', Key::End),
    (b'H', Key::Home),
    (b'P', Key::F1),
    (b'Q', Key::F2),
    (b'R', Key::F3),
    (b'S', Key::F4),
];

/// Keys named by `SS3 X` beyond those of [`CSI_FINALS`]: the keypad in application mode.
const SS3_FINALS: &[(u8, Key)] = &[
    (b'M', Key::KeypadEnter),
    (b'j', Key::KeypadMultiply),
    (b'k', Key::KeypadPlus),
    (b'm', Key::KeypadMinus),
    (b'n', Key::KeypadPeriod),
    (b'o', Key::KeypadDivide),
    (b'p', Key::Keypad0),
    (b'q', Key::Keypad1),
    (b'r', Key::Keypad2),
    (b's', Key::Keypad3),
    (b't', Key::Keypad4),
    (b'u', Key::Keypad5),
    (b'v', Key::Keypad6),
    (b'w', Key::Keypad7),
    (b'x', Key::Keypad8),
    (b'y', Key::Keypad9),
];

/// Arrow keys of rxvt: lower-case finals are Shift after CSI and Ctrl after SS3.
const RXVT_ARROWS: &[(u8, Key)] = &[(b'a', Key::Up), (b'b', Key::Down), (b'c', Key::Right), (b'd', Key::Left)];

/// Keys named by the number of `CSI n ~`, and whether the sequence means Shift with the key.
const TILDE_NUMBERS: &[(u32, Key, bool)] = &[
    (1, Key::Home, false),
    (2, Key::Insert, false),
    (3, Key::Delete, false),
    (4, Key::End, false),
    (5, Key::PageUp, false),
    (6, Key::PageDown, false),
    (7, Key::Home, false),
    (8, Key::End, false),
    (11, Key::F1, false),
    (12, Key::F2, false),
    (13, Key::F3, false),
    (14, Key::F4, false),
    (15, Key::F5, false),
    (17, Key::F6, false),
    (18, Key::F7, false),
    (19, Key::F8, false),
    (20, Key::F9, false),
    (21, Key::F10, false),
    (23, Key::F11, false),
    (24, Key::F12, false),
    // The linux console sends the codes of F13–F20 for Shift+F1–F8.
    (25, Key::F1, true),
    (26, Key::F2, true),
    (28, Key::F3, true),
    (29, Key::F4, true),
    (31, Key::F5, true),
    (32, Key::F6, true),
    (33, Key::F7, true),
    (34, Key::F8, true),
];

/// Keys of the kitty protocol that have a code in Unicode's private use area.
const KITTY_CODES: &[(u32, Key)] = &[
    (57358, Key::CapsLock),
    (57359, Key::ScrollLock),
    (57360, Key::NumLock),
    (57361, Key::PrintScreen),
    (57362, Key::Pause),
    (57399, Key::Keypad0),
    (57400, Key::Keypad1),
    (57401, Key::Keypad2),
    (57402, Key::Keypad3),
    (57403, Key::Keypad4),
    (57404, Key::Keypad5),
    (57405, Key::Keypad6),
    (57406, Key::Keypad7),
    (57407, Key::Keypad8),
    (57408, Key::Keypad9),
    (57409, Key::KeypadPeriod),
    (57410, Key::KeypadDivide),
    (57411, Key::KeypadMultiply),
    (57412, Key::KeypadMinus),
    (57413, Key::KeypadPlus),
    (57414, Key::KeypadEnter),
    (57415, Key::Equals),
    (57417, Key::Keypad4),
    (57418, Key::Keypad6),
    (57419, Key::Keypad8),
    (57420, Key::Keypad2),
    (57421, Key::Keypad9),
    (57422, Key::Keypad3),
    (57423, Key::Keypad7),
    (57424, Key::Keypad1),
    (57425, Key::Keypad0),
    (57426, Key::KeypadPeriod),
    (57427, Key::Keypad5),
    (57441, Key::LeftShift),
    (57442, Key::LeftCtrl),
    (57443, Key::LeftAlt),
    (57447, Key::RightShift),
    (57448, Key::RightCtrl),
    (57449, Key::RightAlt),
];

/// What the kitty protocol calls AltGr.
const KITTY_LEVEL3_SHIFT: u32 = 57453;

/// The private use area that the kitty protocol takes its functional codes from.
const KITTY_PRIVATE: std::ops::RangeInclusive<u32> = 57344..=63743;

fn find(table: &[(u8, Key)], byte: u8) -> Option<Key> {
    table.iter().find(|&&(b, _)| b == byte).map(|&(_, key)| key)
}

/// The key of `CSI X` and the modifiers the final byte itself implies.
pub(super) fn csi_final(byte: u8) -> Option<(Key, Mods)> {
    if byte == b'Z' {
        return Some((Key::Tab, Mods::SHIFT));
    }
    let plain = find(CSI_FINALS, byte).map(|key| (key, Mods::NONE));
    plain.or_else(|| find(RXVT_ARROWS, byte).map(|key| (key, Mods::SHIFT)))
}

/// The key of `SS3 X` and the modifiers the final byte itself implies.
pub(super) fn ss3_final(byte: u8) -> Option<(Key, Mods)> {
    let plain = find(CSI_FINALS, byte).or_else(|| find(SS3_FINALS, byte)).map(|key| (key, Mods::NONE));
    plain.or_else(|| find(RXVT_ARROWS, byte).map(|key| (key, Mods::CTRL)))
}

/// The key of `CSI n ~` and the modifiers the number itself implies.
pub(super) fn tilde_number(number: u32) -> Option<(Key, Mods)> {
    let row = TILDE_NUMBERS.iter().find(|&&(n, _, _)| n == number);
    row.map(|&(_, key, shift)| (key, Mods { shift, ..Mods::NONE }))
}

/// The key of the linux console's `CSI [ X`: F1–F5.
pub(super) fn linux_function(byte: u8) -> Option<Key> {
    const KEYS: [Key; 5] = [Key::F1, Key::F2, Key::F3, Key::F4, Key::F5];
    KEYS.get(usize::from(byte.wrapping_sub(b'A'))).copied()
}

/// The key with `code` in the kitty protocol; `None` for keys a PC lacks.
pub(super) fn kitty_code(code: u32) -> Option<Symbol> {
    match code {
        9 => Some(Symbol::Key(Key::Tab)),
        13 => Some(Symbol::Key(Key::Enter)),
        27 => Some(Symbol::Key(Key::Escape)),
        127 => Some(Symbol::Key(Key::Backspace)),
        KITTY_LEVEL3_SHIFT => Some(Symbol::AltGr),
        code if KITTY_PRIVATE.contains(&code) => {
            KITTY_CODES.iter().find(|&&(c, _)| c == code).map(|&(_, key)| Symbol::Key(key))
        }
        code => char::from_u32(code).filter(|c| !c.is_control()).map(Symbol::Char),
    }
}

/// The modifiers of a sequence's parameter: 1 plus bits.
pub(super) fn modifiers(parameter: u32) -> Mods {
    let bits = parameter.saturating_sub(1);
    // Bit 5 is Meta, which a PC knows as Alt.
    Mods { shift: bits & 1 != 0, alt: bits & 0b10_0010 != 0, ctrl: bits & 4 != 0 }
}

/// The locks of a sequence's parameter in the kitty protocol.
pub(super) fn locks(parameter: u32) -> Locks {
    let bits = parameter.saturating_sub(1);
    Locks { caps: bits & 64 != 0, num: bits & 128 != 0 }
}

/// What a control byte means: each is Ctrl with a key, but for the four that have keys of their own.
pub(super) fn control_byte(byte: u8) -> Option<(Symbol, Mods)> {
    let ctrl = |c: char| Some((Symbol::Char(c), Mods::CTRL));
    match byte {
        0x00 => ctrl(' '),
        0x09 => Some((Symbol::Key(Key::Tab), Mods::NONE)),
        0x0D => Some((Symbol::Key(Key::Enter), Mods::NONE)),
        0x1B => Some((Symbol::Key(Key::Escape), Mods::NONE)),
        0x7F => Some((Symbol::Key(Key::Backspace), Mods::NONE)),
        0x01..=0x1A => ctrl(char::from(byte - 1 + b'a')),
        0x1C => ctrl('\\'),
        0x1D => ctrl(']'),
        // Ctrl-^ and Ctrl-_ are the keys 6 and - with Ctrl on a PC's board.
        0x1E => ctrl('6'),
        0x1F => ctrl('-'),
        _ => None,
    }
}
