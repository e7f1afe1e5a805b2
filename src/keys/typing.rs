//! How a character is typed on a guest's keyboard.

use super::{Key, KeyEvent, KeyLayout, TypingChord, chord_events};
use crate::screen::CodePage;

/// What a guest's keyboard types: its layout, and the code page whose codes are entered on the
/// keypad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Typing {
    /// The layout of the guest's keyboard.
    pub layout: KeyLayout,
    /// What the guest's character codes mean.
    pub code_page: CodePage,
}

/// A way to type a character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// The keys of the layout: one chord, or a dead key and another.
    Chords(Vec<TypingChord>),
    /// This code, entered in decimal on the keypad while Alt is held. Every code but 0 can be.
    Keypad(u8),
}

impl Typing {
    /// How `c` is typed while Caps Lock is on or off: as keys of the layout, else by its code in the
    /// code page. `None` if the page lacks it.
    ///
    /// ```
    /// use dosmux::keys::{Typing, Way};
    /// let us = Typing::default();
    /// assert!(matches!(us.way('A', false), Some(Way::Chords(_))));
    /// assert_eq!(us.way('é', false), Some(Way::Keypad(130)));
    /// assert_eq!(us.way('€', false), None);
    /// ```
    #[must_use]
    pub fn way(self, c: char, caps_lock: bool) -> Option<Way> {
        if c.is_ascii() {
            return self.layout.chords(c, caps_lock).map(Way::Chords).or_else(|| self.keypad(c));
        }
        // A key would do nothing for a character that the guest has no code for.
        let keypad = self.keypad(c)?;
        Some(self.layout.chords(c, caps_lock).map_or(keypad, Way::Chords))
    }

    fn keypad(self, c: char) -> Option<Way> {
        self.code_page.code(c).filter(|&code| code != 0).map(Way::Keypad)
    }

    /// True if `c` can be typed.
    #[must_use]
    pub fn can_type(self, c: char) -> bool {
        // Every page has the printable part of ASCII.
        matches!(c, ' '..='~') || self.way(c, false).is_some()
    }

    /// The presses and releases that type `c`.
    #[must_use]
    pub fn strokes(self, c: char, caps_lock: bool) -> Option<Vec<KeyEvent>> {
        self.way(c, caps_lock).map(|way| way.strokes())
    }
}

impl Way {
    /// The presses and releases of it.
    #[must_use]
    pub fn strokes(&self) -> Vec<KeyEvent> {
        match self {
            Way::Chords(chords) => {
                chords.iter().flat_map(|chord| chord_events(&chord.keys().collect::<Vec<_>>())).collect()
            }
            Way::Keypad(code) => keypad_strokes(*code),
        }
    }
}

/// The strokes that type `c` on a US board with `page`. Any other layout types the same characters,
/// if with other keys.
#[must_use]
pub fn strokes_for_char(c: char, page: CodePage) -> Option<Vec<KeyEvent>> {
    Typing { layout: KeyLayout::US, code_page: page }.strokes(c, false)
}

/// Alt held down while the decimal digits of `code` are struck on the keypad.
fn keypad_strokes(code: u8) -> Vec<KeyEvent> {
    const DIGITS: [Key; 10] = [
        Key::Keypad0,
        Key::Keypad1,
        Key::Keypad2,
        Key::Keypad3,
        Key::Keypad4,
        Key::Keypad5,
        Key::Keypad6,
        Key::Keypad7,
        Key::Keypad8,
        Key::Keypad9,
    ];
    let mut events = vec![KeyEvent { key: Key::LeftAlt, down: true }];
    for digit in code.to_string().bytes() {
        events.extend(chord_events(&[DIGITS[usize::from(digit - b'0')]]));
    }
    events.push(KeyEvent { key: Key::LeftAlt, down: false });
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    fn downs(typing: Typing, c: char) -> String {
        let strokes = typing.strokes(c, false).unwrap_or_default();
        strokes.iter().filter(|event| event.down).map(|event| event.key.name()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn keys_of_the_layout_go_before_the_keypad() {
        let german = Typing { layout: KeyLayout::from_name("de").unwrap(), code_page: CodePage::new(850).unwrap() };
        assert_eq!(downs(german, 'ä'), "'");
        assert_eq!(downs(german, '{'), "altgr 7");
        assert_eq!(downs(german, 'å'), "alt kp1 kp3 kp4");
        assert_eq!(downs(Typing::default(), 'é'), "alt kp1 kp3 kp0");
    }

    #[test]
    fn a_key_whose_character_the_page_lacks_is_no_way_to_type_it() {
        let german =
            |page| Typing { layout: KeyLayout::from_name("de").unwrap(), code_page: CodePage::new(page).unwrap() };
        assert_eq!(downs(german(850), '€'), "");
        assert_eq!(downs(german(858), '€'), "altgr e");
    }

    #[test]
    fn a_polish_letter_is_entered_by_its_code() {
        let latin2 = Typing { code_page: CodePage::new(852).unwrap(), ..Typing::default() };
        assert_eq!(downs(latin2, 'ę'), "alt kp1 kp6 kp9");
        assert!(latin2.can_type('ę') && !Typing::default().can_type('ę'));
    }
}
