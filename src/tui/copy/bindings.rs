//! The keys of copy mode: those of tmux with vi keys, and the plain ones of everybody.

use super::selection::Shape;
use crate::keys::Key;
use crate::tui::input::{Symbol, TermKey};

/// The keys in short, for the line of messages.
pub const HINT: &str = "PgUp PgDn move  v V r select  / ? search  Enter copies  s saves  Esc leaves";

/// A move of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Motion {
    Left,
    Right,
    Up,
    Down,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
    RowStart,
    RowEnd,
    Top,
    Bottom,
    Word,
    WordBack,
    WordEnd,
    ViewTop,
    ViewMiddle,
    ViewBottom,
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Move(Motion),
    Select(Shape),
    /// To the other end of the selection.
    OtherEnd,
    Search {
        back: bool,
    },
    Again {
        reverse: bool,
    },
    Copy,
    Save,
    Leave,
}

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stroke {
    Key(Key),
    Char(char),
    Ctrl(char),
}

use Deed::{Move, Select};
use Stroke::{Char, Ctrl, Key as Cap};

const BINDINGS: &[(Stroke, Deed)] = &[
    (Cap(Key::Left), Move(Motion::Left)),
    (Char('h'), Move(Motion::Left)),
    (Cap(Key::Right), Move(Motion::Right)),
    (Char('l'), Move(Motion::Right)),
    (Cap(Key::Up), Move(Motion::Up)),
    (Char('k'), Move(Motion::Up)),
    (Cap(Key::Down), Move(Motion::Down)),
    (Char('j'), Move(Motion::Down)),
    (Cap(Key::PageUp), Move(Motion::PageUp)),
    (Ctrl('b'), Move(Motion::PageUp)),
    (Cap(Key::PageDown), Move(Motion::PageDown)),
    (Ctrl('f'), Move(Motion::PageDown)),
    (Ctrl('u'), Move(Motion::HalfUp)),
    (Ctrl('d'), Move(Motion::HalfDown)),
    (Cap(Key::Home), Move(Motion::RowStart)),
    (Char('0'), Move(Motion::RowStart)),
    (Cap(Key::End), Move(Motion::RowEnd)),
    (Char('$'), Move(Motion::RowEnd)),
    (Char('g'), Move(Motion::Top)),
    (Char('G'), Move(Motion::Bottom)),
    (Char('w'), Move(Motion::Word)),
    (Char('b'), Move(Motion::WordBack)),
    (Char('e'), Move(Motion::WordEnd)),
    (Char('H'), Move(Motion::ViewTop)),
    (Char('M'), Move(Motion::ViewMiddle)),
    (Char('L'), Move(Motion::ViewBottom)),
    (Char(' '), Select(Shape::Linear)),
    (Cap(Key::Space), Select(Shape::Linear)),
    (Char('v'), Select(Shape::Linear)),
    (Char('V'), Select(Shape::Rows)),
    (Ctrl('v'), Select(Shape::Rectangle)),
    (Char('r'), Select(Shape::Rectangle)),
    (Char('o'), Deed::OtherEnd),
    (Char('/'), Deed::Search { back: false }),
    (Char('?'), Deed::Search { back: true }),
    (Char('n'), Deed::Again { reverse: false }),
    (Char('N'), Deed::Again { reverse: true }),
    (Cap(Key::Enter), Deed::Copy),
    (Cap(Key::KeypadEnter), Deed::Copy),
    (Char('y'), Deed::Copy),
    (Char('s'), Deed::Save),
    (Cap(Key::Escape), Deed::Leave),
    (Char('q'), Deed::Leave),
];

/// What `key` does.
pub(super) fn find(key: &TermKey) -> Option<Deed> {
    let stroke = match key.symbol {
        _ if key.mods.alt => return None,
        Symbol::Key(cap) if key.character().is_none() => Cap(cap),
        Symbol::Char(c) if key.mods.ctrl => Ctrl(c.to_ascii_lowercase()),
        _ => Char(shifted(key)?),
    };
    BINDINGS.iter().find(|(bound, _)| *bound == stroke).map(|&(_, deed)| deed)
}

/// The character that `key` types; some terminals name the cap and Shift only.
fn shifted(key: &TermKey) -> Option<char> {
    let c = key.character()?;
    Some(if key.mods.shift && key.text.is_none() { c.to_ascii_uppercase() } else { c })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::input::Mods;

    #[test]
    fn no_key_does_two_things() {
        for (index, (stroke, _)) in BINDINGS.iter().enumerate() {
            assert!(BINDINGS[index + 1..].iter().all(|(other, _)| other != stroke), "{stroke:?}");
        }
    }

    #[test]
    fn keys_are_found_as_any_terminal_names_them() {
        let plain = |c| TermKey::legacy(Symbol::Char(c), Mods::NONE);
        assert_eq!(find(&plain('G')), Some(Move(Motion::Bottom)));
        assert_eq!(find(&TermKey { mods: Mods::SHIFT, ..plain('g') }), Some(Move(Motion::Bottom)));
        assert_eq!(
            find(&TermKey { mods: Mods::SHIFT, text: Some('?'), ..plain('/') }),
            Some(Deed::Search { back: true })
        );
        assert_eq!(find(&TermKey::legacy(Symbol::Char('v'), Mods::CTRL)), Some(Select(Shape::Rectangle)));
        assert_eq!(find(&TermKey::legacy(Symbol::Char('v'), Mods::ALT)), None);
    }
}
