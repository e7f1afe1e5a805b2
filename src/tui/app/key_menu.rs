//! The key menu: a chord, put together from a picture of the board or by its keys' names, for keys
//! that the terminal does not send; and the way around the prefix key.

use std::time::Duration;

use ratatui::layout::Position;

use super::{App, Effect, Mode};
use crate::keys::{Key, parse_chord};
use crate::tui::input::{Act, Symbol, TermKey};
use crate::tui::widgets::{KeyMenuView, neighbour};

/// Longest chord. *Units*: characters.
const CAPACITY: usize = 64;

/// The chord that is being put together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyMenu {
    /// The chord as scripts have it.
    text: String,
    /// Where in `text` the key begins that was chosen in the picture.
    chosen: Option<usize>,
}

impl KeyMenu {
    /// The chord as it is so far.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The key that the last part of the chord names.
    #[must_use]
    pub fn marked(&self) -> Option<Key> {
        Key::from_name(&self.text[self.last_part()..])
    }

    /// The keys before it.
    #[must_use]
    pub fn held(&self) -> Vec<Key> {
        parse_chord(self.text[..self.last_part()].trim_end_matches('+')).unwrap_or_default()
    }

    /// Where the last part of the chord begins. A plus sign ends a part unless it belongs to its name.
    fn last_part(&self) -> usize {
        let ends_in_plus = self.text.ends_with("kp+");
        let before = if ends_in_plus { &self.text[..self.text.len() - 1] } else { &self.text };
        self.chosen.unwrap_or_else(|| before.rfind('+').map_or(0, |plus| plus + 1))
    }

    /// Adds a character to the chord; a key chosen in the picture gives way, unless it is to stay.
    pub fn typed(&mut self, c: char) {
        if let Some(start) = self.chosen.take().filter(|_| c != '+') {
            self.text.truncate(start);
        }
        if self.text.chars().count() < CAPACITY && !c.is_control() {
            self.text.push(c);
        }
    }

    /// Takes back what was chosen or typed last.
    fn take_back(&mut self) {
        match self.chosen.take() {
            Some(start) => self.text.truncate(start),
            None => {
                self.text.pop();
            }
        }
    }

    /// Makes `key` the last of the chord.
    fn choose(&mut self, key: Key) {
        let start = self.last_part();
        self.text.truncate(start);
        self.text.push_str(key.name());
        self.chosen = Some(start);
    }

    fn walk(&mut self, arrow: Key) {
        let next = self.marked().map_or(Key::Escape, |key| neighbour(key, arrow));
        self.choose(next);
    }
}

impl App {
    /// The key menu, in [`Mode::Keys`].
    #[must_use]
    pub fn key_menu(&self) -> &KeyMenu {
        &self.key_menu
    }

    pub(super) fn open_key_menu(&mut self) {
        self.key_menu = KeyMenu::default();
        self.set_mode(Mode::Keys);
    }

    pub(super) fn key_menu_key(&mut self, key: &TermKey, now: Duration, effects: &mut Vec<Effect>) {
        self.dirty = true;
        match key.symbol {
            Symbol::Key(Key::Escape) => self.set_mode(Mode::Guest),
            Symbol::Key(Key::Enter | Key::KeypadEnter) => self.strike_chosen(now, effects),
            Symbol::Key(Key::Backspace) => self.key_menu.take_back(),
            Symbol::Key(arrow @ (Key::Left | Key::Right | Key::Up | Key::Down)) => self.key_menu.walk(arrow),
            // Any other key that the terminal does send is chosen by striking it.
            Symbol::Key(other) => self.key_menu.choose(other),
            _ => {
                if let Some(c) = key.character() {
                    self.key_menu.typed(c);
                }
            }
        }
    }

    /// A click chooses a key; another one on it strikes.
    pub(super) fn key_menu_click(&mut self, at: Position, now: Duration, effects: &mut Vec<Effect>) {
        self.dirty = true;
        let Some(key) = KeyMenuView::new(&self.key_menu).key_at(self.guest_area(), at) else { return };
        if self.key_menu.marked() == Some(key) {
            self.strike_chosen(now, effects);
        } else {
            self.key_menu.choose(key);
        }
    }

    fn strike_chosen(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        match parse_chord(&self.key_menu.text) {
            Ok(keys) => {
                self.set_mode(Mode::Guest);
                self.strike(&keys, now, effects);
            }
            Err(part) if part.is_empty() => self.say("choose a key".to_owned(), now),
            Err(part) => self.say(format!("no key is called {part}"), now),
        }
    }

    /// In [`Mode::Pass`]: the session gets the next key, whatever it is.
    pub(super) fn pass(&mut self, key: &TermKey, now: Duration, effects: &mut Vec<Effect>) {
        if key.act == Act::Press && !key.is_modifier() {
            self.set_mode(Mode::Guest);
        }
        self.play(key, now, effects);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn menu(keys: &[Symbol]) -> KeyMenu {
        let mut menu = KeyMenu::default();
        for symbol in keys {
            match symbol {
                Symbol::Key(Key::Backspace) => menu.take_back(),
                Symbol::Key(arrow) => menu.walk(*arrow),
                Symbol::Char(c) => menu.typed(*c),
                Symbol::AltGr => {}
            }
        }
        menu
    }

    fn typed(text: &str) -> KeyMenu {
        menu(&text.chars().map(Symbol::Char).collect::<Vec<_>>())
    }

    #[test]
    fn names_mark_their_keys_and_those_before_are_held() {
        let chord = typed("ctrl+alt+f12");
        assert_eq!((chord.marked(), chord.held()), (Some(Key::F12), vec![Key::LeftCtrl, Key::LeftAlt]));
        assert_eq!((typed("ctrl+").marked(), typed("ctrl+").held()), (None, vec![Key::LeftCtrl]));
        assert_eq!((typed("alt+kp+").marked(), typed("alt+kp+").held()), (Some(Key::KeypadPlus), vec![Key::LeftAlt]));
        assert_eq!(typed("hyper").marked(), None);
    }

    #[test]
    fn arrows_choose_and_a_plus_keeps_what_was_chosen() {
        use Symbol::{Char, Key as K};
        let chord = menu(&[K(Key::Down), K(Key::Right), K(Key::Right)]);
        assert_eq!(chord.text(), "f2");
        let chord = menu(&[Char('a'), Char('l'), Char('t'), Char('+'), K(Key::Down), K(Key::Right)]);
        assert_eq!(chord.text(), "alt+f1");
        let chord = menu(&[K(Key::Down), Char('+'), K(Key::Down), K(Key::Down)]);
        assert_eq!(chord.text(), "esc+`");
        let chord = menu(&[K(Key::Down), K(Key::Right), Char('x')]);
        assert_eq!(chord.text(), "x", "a letter replaces what was chosen");
        assert_eq!(menu(&[K(Key::Down), K(Key::Backspace)]).text(), "");
    }
}
