//! The keys that a keyboard was given last, for reports.

use std::collections::VecDeque;

use crate::keys::{Key, KeyEvent};

/// Chords that are remembered.
const CHORDS: usize = 32;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Struck {
    chords: VecDeque<Vec<Key>>,
    /// Modifiers that are down, in the order in which they went down.
    modifiers: Vec<Key>,
    /// The modifier that went down last is part of no chord yet.
    alone: bool,
}

impl Struck {
    /// Takes note of what the keyboard was given.
    pub(super) fn note(&mut self, KeyEvent { key, down }: KeyEvent) {
        if key.is_modifier() {
            self.note_modifier(key, down);
        } else if down {
            self.alone = false;
            self.remember([self.modifiers.as_slice(), &[key]].concat());
        }
    }

    fn note_modifier(&mut self, key: Key, down: bool) {
        if down {
            self.alone = true;
            if !self.modifiers.contains(&key) {
                self.modifiers.push(key);
            }
            return;
        }
        if std::mem::take(&mut self.alone) {
            self.remember(self.modifiers.clone());
        }
        self.modifiers.retain(|&other| other != key);
    }

    fn remember(&mut self, chord: Vec<Key>) {
        if self.chords.len() == CHORDS {
            self.chords.pop_front();
        }
        self.chords.push_back(chord);
    }

    /// The chords, first to last, keys joined by `+`.
    pub(super) fn names(&self) -> Vec<String> {
        let name = |chord: &Vec<Key>| chord.iter().map(|key| key.name()).collect::<Vec<_>>().join("+");
        self.chords.iter().map(name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::chord_events;

    fn struck(chords: &[&[Key]]) -> Struck {
        let mut struck = Struck::default();
        chords.iter().flat_map(|chord| chord_events(chord)).for_each(|event| struck.note(event));
        struck
    }

    #[test]
    fn chords_are_told_with_their_modifiers() {
        let chords: &[&[Key]] = &[&[Key::A], &[Key::LeftCtrl, Key::LeftAlt, Key::Delete], &[Key::LeftShift], &[Key::B]];
        assert_eq!(struck(chords).names(), ["a", "ctrl+alt+del", "shift", "b"]);
    }

    #[test]
    fn only_the_last_ones_are_kept() {
        let many: Vec<&[Key]> = std::iter::repeat_n(&[Key::A][..], 100).chain([&[Key::B][..]]).collect();
        let names = struck(&many).names();
        assert_eq!((names.len(), names.last().map(String::as_str)), (CHORDS, Some("b")));
    }
}
