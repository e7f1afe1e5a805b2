//! The tables behind escape sequences: final letters, `~` numbers, kitty's functional keys.

use super::{Dialect, Mods, Symbol};
use crate::keys::{Key, Locks};

/// Keys named by the final byte of `CSI … X`.
const CSI_FINALS: &[(u8, Key)] = &[
    (b'A', Key::Up),
    (b'B', Key::Down),
    (b'C', Key::Right),
    (b'D', Key::Left),
    (b'E', Key::Keypad5),
    (b'F', Key::End),
    // The keypad's 5 of the linux console.
    (b'G', Key::Keypad5),
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
    // PuTTY's plus; elsewhere the comma of a VT220, which a PC lacks.
    (b'l', Key::KeypadPlus),
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

/// Keys named by the number of `CSI n ~`.
const TILDE_NUMBERS: &[(u32, Key)] = &[
    (1, Key::Home),
    (2, Key::Insert),
    (3, Key::Delete),
    (4, Key::End),
    (5, Key::PageUp),
    (6, Key::PageDown),
    (7, Key::Home),
    (8, Key::End),
    (11, Key::F1),
    (12, Key::F2),
    (13, Key::F3),
    (14, Key::F4),
    (15, Key::F5),
    (17, Key::F6),
    (18, Key::F7),
    (19, Key::F8),
    (20, Key::F9),
    (21, Key::F10),
    (23, Key::F11),
    (24, Key::F12),
];

/// Numbers of F13–F20, which stand for function keys with Shift.
const SHIFTED_NUMBERS: [u32; 8] = [25, 26, 28, 29, 31, 32, 33, 34];
const FUNCTION_KEYS: [Key; 12] =
    [Key::F1, Key::F2, Key::F3, Key::F4, Key::F5, Key::F6, Key::F7, Key::F8, Key::F9, Key::F10, Key::F11, Key::F12];

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

/// The key of `CSI X` and the modifiers the final byte itself implies; `bare` if there is nothing between
/// them.
pub(super) fn csi_final(byte: u8, bare: bool, dialect: Dialect) -> Option<(Key, Mods)> {
    if byte == b'P' && bare && dialect == Dialect::LinuxConsole {
        return Some((Key::Pause, Mods::NONE));
    }
    if byte == b'Z' {
        return Some((Key::Tab, Mods::SHIFT));
    }
    let plain = find(CSI_FINALS, byte).map(|key| (key, Mods::NONE));
    plain.or_else(|| find(RXVT_ARROWS, byte).map(|key| (key, Mods::SHIFT)))
}

/// The key of `SS3 X` and the modifiers the final byte itself implies. Arrows come so from PuTTY with
/// Ctrl, as the UI asks every terminal for the other form.
pub(super) fn ss3_final(byte: u8) -> Option<(Key, Mods)> {
    if (b'A'..=b'D').contains(&byte) {
        return find(CSI_FINALS, byte).map(|key| (key, Mods::CTRL));
    }
    let plain = find(CSI_FINALS, byte).or_else(|| find(SS3_FINALS, byte)).map(|key| (key, Mods::NONE));
    plain.or_else(|| find(RXVT_ARROWS, byte).map(|key| (key, Mods::CTRL)))
}

/// The key of `CSI n ~` and the modifiers the number itself implies.
pub(super) fn tilde_number(number: u32, dialect: Dialect) -> Option<(Key, Mods)> {
    if let Some(&(_, key)) = TILDE_NUMBERS.iter().find(|&&(n, _)| n == number) {
        return Some((key, Mods::NONE));
    }
    // Shift adds 12 on the linux console, 10 in PuTTY and rxvt; xterm has another form.
    let first = if dialect == Dialect::LinuxConsole { 0 } else { 2 };
    let index = SHIFTED_NUMBERS.iter().position(|&n| n == number)?;
    FUNCTION_KEYS.get(first + index).map(|&key| (key, Mods::SHIFT))
}

/// The modifiers that rxvt tells by the last byte of a numbered key.
pub(super) fn rxvt_modifiers(last: u8) -> Mods {
    Mods { shift: matches!(last, b'$' | b'@'), ctrl: matches!(last, b'^' | b'@'), alt: false }
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
