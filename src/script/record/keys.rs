//! From key events to what a script types: characters where a key gives one, chords otherwise.

use crate::keys::{Key, KeyEvent, Typing};

/// What a key press means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stroke {
    /// A character that the session's layout types.
    Char(char),
    /// A key with the modifiers that are down, as scripts write it.
    Chord(String),
}

/// Which modifiers are down, and what the keyboard types.
#[derive(Clone, Debug)]
pub(super) struct Strokes {
    held: Vec<Key>,
    typing: Typing,
}

impl Strokes {
    /// No key is down.
    pub(super) fn new(typing: Typing) -> Strokes {
        Strokes { held: Vec::new(), typing }
    }

    /// A key event; gives the stroke that it completes.
    pub(super) fn take(&mut self, event: KeyEvent) -> Option<Stroke> {
        let KeyEvent { key, down } = event;
        if key.is_modifier() {
            self.held.retain(|&held| held != key);
            if down {
                self.held.push(key);
            }
            return None;
        }
        if !down {
            return None;
        }
        Some(self.char_of(key).map_or_else(|| self.chord(key), Stroke::Char))
    }

    /// The character that `key` types with what is held: the opposite of [`Typing::strokes`]. Those
    /// that take several strokes, as with dead keys, are left to chords.
    fn char_of(&self, key: Key) -> Option<char> {
        let held = |key: &Key| if *key == Key::RightShift { Key::LeftShift } else { *key };
        let wanted: Vec<Key> = self.held.iter().map(held).chain([key]).collect();
        let others = (0x80..=0xFF).map(|code| self.typing.code_page.char(code));
        let typed = ('\n'..='\n').chain(' '..='~').chain(others).find(|&c| {
            let strokes = self.typing.strokes(c, false).unwrap_or_default();
            strokes.iter().filter(|event| event.down).map(|event| event.key).eq(wanted.iter().copied())
        });
        // A shifted blank is a blank.
        typed.or((wanted == [Key::LeftShift, Key::Space]).then_some(' '))
    }

    fn chord(&self, key: Key) -> Stroke {
        let names: Vec<&str> = self.held.iter().chain([&key]).map(|key| key.name()).collect();
        Stroke::Chord(names.join("+"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{KeyLayout, chord_events};

    fn strokes(keys: &[Key]) -> Vec<Stroke> {
        strokes_on(KeyLayout::US, keys)
    }

    fn strokes_on(layout: KeyLayout, keys: &[Key]) -> Vec<Stroke> {
        let mut strokes = Strokes::new(Typing { layout, ..Typing::default() });
        chord_events(keys).into_iter().filter_map(|event| strokes.take(event)).collect()
    }

    #[test]
    fn keys_that_type_are_characters_and_others_are_chords() {
        assert_eq!(strokes(&[Key::A]), [Stroke::Char('a')]);
        assert_eq!(strokes(&[Key::RightShift, Key::Digit1]), [Stroke::Char('!')]);
        assert_eq!(strokes(&[Key::Enter]), [Stroke::Char('\n')]);
        assert_eq!(strokes(&[Key::LeftShift, Key::Space]), [Stroke::Char(' ')]);
        assert_eq!(strokes(&[Key::Escape]), [Stroke::Chord("esc".into())]);
        assert_eq!(strokes(&[Key::LeftShift, Key::F1]), [Stroke::Chord("shift+f1".into())]);
        assert_eq!(strokes(&[Key::LeftCtrl, Key::C]), [Stroke::Chord("ctrl+c".into())]);
    }

    #[test]
    fn the_layout_says_what_a_key_types() {
        let german = KeyLayout::from_name("de").unwrap();
        assert_eq!(strokes_on(german, &[Key::Y]), [Stroke::Char('z')]);
        assert_eq!(strokes_on(german, &[Key::Minus]), [Stroke::Char('ß')]);
        assert_eq!(strokes_on(german, &[Key::RightAlt, Key::Q]), [Stroke::Char('@')]);
    }

    #[test]
    fn a_modifier_alone_types_nothing_and_does_not_stay() {
        let mut keys = Strokes::new(Typing::default());
        for event in chord_events(&[Key::LeftAlt]) {
            assert_eq!(keys.take(event), None);
        }
        assert_eq!(keys.take(KeyEvent { key: Key::X, down: true }), Some(Stroke::Char('x')));
    }
}
