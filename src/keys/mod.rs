//! The keys of a 101-key AT keyboard (and the extra key of 102-key boards), their scan codes of
//! set 1 and their names in scripts; keyboard layouts, and how characters are typed with them.
//! Knows no terminal.

mod layout;
mod typing;

pub use layout::{KeyLayout, Level, Typed, TypingChord, with_accent};
pub use typing::{Typing, Way, strokes_for_char};

/// One press or release of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyEvent {
    /// Which key.
    pub key: Key,
    /// True when the key goes down, false when it comes up.
    pub down: bool,
}

/// Which locks are on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Locks {
    /// Caps Lock.
    pub caps: bool,
    /// Num Lock.
    pub num: bool,
}

macro_rules! keys {
    ($($variant:ident => $name:literal, [$($code:literal),+];)*) => {
        /// A key of the AT keyboard, named after its cap on a US board.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Key {
            $(
                #[doc = concat!("The key that scripts call `", $name, "`.")]
                $variant,
            )*
        }

        impl Key {
            /// Every key, in board order.
            pub const ALL: &'static [Key] = &[$(Key::$variant),*];

            /// The key's name in scripts and in the key menu.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Key::$variant => $name),* }
            }

            /// The bytes of the key's base make code, prefixes included, without the fake shifts
            /// that some keys send.
            fn base_code(self) -> &'static [u8] {
                match self { $(Key::$variant => &[$($code),+]),* }
            }
        }
    };
}

keys! {
    Escape => "esc", [0x01];
    F1 => "f1", [0x3B];
    F2 => "f2", [0x3C];
    F3 => "f3", [0x3D];
    F4 => "f4", [0x3E];
    F5 => "f5", [0x3F];
    F6 => "f6", [0x40];
    F7 => "f7", [0x41];
    F8 => "f8", [0x42];
    F9 => "f9", [0x43];
    F10 => "f10", [0x44];
    F11 => "f11", [0x57];
    F12 => "f12", [0x58];
    PrintScreen => "prtsc", [0xE0, 0x37];
    ScrollLock => "scrolllock", [0x46];
    Pause => "pause", [0xE1, 0x1D, 0x45];
    Grave => "`", [0x29];
    Digit1 => "1", [0x02];
    Digit2 => "2", [0x03];
    Digit3 => "3", [0x04];
    Digit4 => "4", [0x05];
    Digit5 => "5", [0x06];
    Digit6 => "6", [0x07];
    Digit7 => "7", [0x08];
    Digit8 => "8", [0x09];
    Digit9 => "9", [0x0A];
    Digit0 => "0", [0x0B];
    Minus => "-", [0x0C];
    Equals => "=", [0x0D];
    Backspace => "backspace", [0x0E];
    Tab => "tab", [0x0F];
    Q => "q", [0x10];
    W => "w", [0x11];
    E => "e", [0x12];
    R => "r", [0x13];
    T => "t", [0x14];
    Y => "y", [0x15];
    U => "u", [0x16];
    I => "i", [0x17];
    O => "o", [0x18];
    P => "p", [0x19];
    LeftBracket => "[", [0x1A];
    RightBracket => "]", [0x1B];
    Backslash => "\\", [0x2B];
    CapsLock => "capslock", [0x3A];
    A => "a", [0x1E];
    S => "s", [0x1F];
    D => "d", [0x20];
    F => "f", [0x21];
    G => "g", [0x22];
    H => "h", [0x23];
    J => "j", [0x24];
    K => "k", [0x25];
    L => "l", [0x26];
    Semicolon => ";", [0x27];
    Apostrophe => "'", [0x28];
    Enter => "enter", [0x1C];
    LeftShift => "shift", [0x2A];
    Z => "z", [0x2C];
    X => "x", [0x2D];
    C => "c", [0x2E];
    V => "v", [0x2F];
    B => "b", [0x30];
    N => "n", [0x31];
    M => "m", [0x32];
    Comma => ",", [0x33];
    Period => ".", [0x34];
    Slash => "/", [0x35];
    RightShift => "rshift", [0x36];
    LeftCtrl => "ctrl", [0x1D];
    LeftAlt => "alt", [0x38];
    Space => "space", [0x39];
    RightAlt => "altgr", [0xE0, 0x38];
    RightCtrl => "rctrl", [0xE0, 0x1D];
    Insert => "ins", [0xE0, 0x52];
    Home => "home", [0xE0, 0x47];
    PageUp => "pgup", [0xE0, 0x49];
    Delete => "del", [0xE0, 0x53];
    End => "end", [0xE0, 0x4F];
    PageDown => "pgdn", [0xE0, 0x51];
    Up => "up", [0xE0, 0x48];
    Left => "left", [0xE0, 0x4B];
    Down => "down", [0xE0, 0x50];
    Right => "right", [0xE0, 0x4D];
    NumLock => "numlock", [0x45];
    KeypadDivide => "kp/", [0xE0, 0x35];
    KeypadMultiply => "kp*", [0x37];
    KeypadMinus => "kp-", [0x4A];
    Keypad7 => "kp7", [0x47];
    Keypad8 => "kp8", [0x48];
    Keypad9 => "kp9", [0x49];
    KeypadPlus => "kp+", [0x4E];
    Keypad4 => "kp4", [0x4B];
    Keypad5 => "kp5", [0x4C];
    Keypad6 => "kp6", [0x4D];
    Keypad1 => "kp1", [0x4F];
    Keypad2 => "kp2", [0x50];
    Keypad3 => "kp3", [0x51];
    KeypadEnter => "kpenter", [0xE0, 0x1C];
    Keypad0 => "kp0", [0x52];
    KeypadPeriod => "kp.", [0x53];
    Iso102 => "iso102", [0x56];
}

/// Prefix of the grey keys' codes.
const EXTENDED: u8 = 0xE0;
/// Prefix of the Pause key's code.
const EXTENDED_PAUSE: u8 = 0xE1;
/// Set in the last byte of a break code.
const BREAK: u8 = 0x80;

impl Key {
    /// The key called `name` in scripts, letter case ignored; some keys have a second name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Key> {
        let name = name.to_ascii_lowercase();
        let name = match name.as_str() {
            "escape" => "esc",
            "return" => "enter",
            "lshift" => "shift",
            "lctrl" | "control" => "ctrl",
            "lalt" => "alt",
            "ralt" => "altgr",
            "insert" => "ins",
            "delete" => "del",
            "pageup" => "pgup",
            "pagedown" => "pgdn",
            "bksp" => "backspace",
            "printscreen" => "prtsc",
            "break" => "pause",
            "plus" => "kp+",
            "minus" => "-",
            "comma" => ",",
            "slash" => "/",
            other => other,
        };
        Key::ALL.iter().copied().find(|key| key.name() == name)
    }

    /// Appends what the keyboard sends through the 8042 for `down`, in scan code set 1.
    ///
    /// Pause sends make and break at once when pressed and nothing when released.
    /// Gap: the fake shifts around grey keys under Shift or Num Lock are left out.
    pub fn scan_codes(self, down: bool, out: &mut Vec<u8>) {
        let code = self.base_code();
        match (code[0], down) {
            (EXTENDED_PAUSE, true) => out.extend([EXTENDED_PAUSE, 0x1D, 0x45, EXTENDED_PAUSE, 0x9D, 0xC5]),
            (EXTENDED_PAUSE, false) => {}
            (EXTENDED, true) => out.extend([EXTENDED, code[1]]),
            (EXTENDED, false) => out.extend([EXTENDED, code[1] | BREAK]),
            (make, true) => out.push(make),
            (make, false) => out.push(make | BREAK),
        }
    }

    /// True for the keys of the keypad that Num Lock changes.
    #[must_use]
    pub fn is_on_keypad_with_num_lock(self) -> bool {
        (Key::Keypad7..=Key::Keypad9).contains(&self)
            || (Key::Keypad4..=Key::Keypad3).contains(&self)
            || matches!(self, Key::Keypad0 | Key::KeypadPeriod)
    }

    /// True for Shift, Ctrl and Alt, left and right.
    #[must_use]
    pub fn is_modifier(self) -> bool {
        matches!(self, Key::LeftShift | Key::RightShift | Key::LeftCtrl | Key::RightCtrl | Key::LeftAlt | Key::RightAlt)
    }
}

/// Parses a chord such as `alt+f10`, `ctrl+alt+del`, `enter`, `kp+` or `sysrq` into its keys, modifiers
/// first. *Errors*: the part that names no key.
pub fn parse_chord(text: &str) -> Result<Vec<Key>, String> {
    let mut keys = Vec::new();
    let mut rest = text;
    loop {
        // A key of its own on the 84-key board, Alt with Print Screen on the 101-key one.
        if rest.eq_ignore_ascii_case("sysrq") {
            keys.extend([Key::LeftAlt, Key::PrintScreen]);
            return Ok(keys);
        }
        if let Some(key) = Key::from_name(rest) {
            keys.push(key);
            return Ok(keys);
        }
        let Some((head, tail)) = rest.split_once('+') else { return Err(rest.to_owned()) };
        keys.push(Key::from_name(head).ok_or_else(|| head.to_owned())?);
        rest = tail;
    }
}

/// The presses and releases that strike `keys` as one chord: down in order, up in reverse.
#[must_use]
pub fn chord_events(keys: &[Key]) -> Vec<KeyEvent> {
    let downs = keys.iter().map(|&key| KeyEvent { key, down: true });
    let ups = keys.iter().rev().map(|&key| KeyEvent { key, down: false });
    downs.chain(ups).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_finds_its_key() {
        for &key in Key::ALL {
            assert_eq!(Key::from_name(key.name()), Some(key));
            assert_eq!(parse_chord(&format!("ctrl+{}", key.name())), Ok(vec![Key::LeftCtrl, key]));
        }
    }

    #[test]
    fn a_chord_names_the_part_that_is_no_key() {
        assert_eq!(parse_chord("ctrl+hyper+x"), Err("hyper".to_owned()));
    }

    #[test]
    fn sysrq_is_alt_with_print_screen() {
        assert_eq!(parse_chord("sysrq"), Ok(vec![Key::LeftAlt, Key::PrintScreen]));
        assert_eq!(parse_chord("ctrl+SysRq"), Ok(vec![Key::LeftCtrl, Key::LeftAlt, Key::PrintScreen]));
    }

    #[test]
    fn grey_keys_send_their_prefix_twice() {
        let mut out = Vec::new();
        Key::Up.scan_codes(true, &mut out);
        Key::Up.scan_codes(false, &mut out);
        assert_eq!(out, [0xE0, 0x48, 0xE0, 0xC8]);
    }
}
