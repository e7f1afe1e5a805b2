//! Keyboard layouts: which character a key of the board types, from pc-keyboard, and which keys are
//! dead: they type nothing themselves and put their accent on the next character.

use pc_keyboard::layouts::{
    AnyLayout, Azerty, Colemak, DVP104Key, De105Key, Dvorak104Key, FiSe105Key, Jis109Key, No105Key, Uk105Key, Us104Key,
};
use pc_keyboard::{DecodedKey, HandleControl, KeyCode, KeyboardLayout, Modifiers, ScancodeSet, ScancodeSet1};
use unicode_normalization::char::{compose, decompose_canonical};

use super::Key;

/// A layout by name.
struct Row {
    name: &'static str,
    layout: AnyLayout,
    /// The right Alt key chooses third characters, else it is an Alt key like the left one.
    alt_gr: bool,
    /// Keys whose accents are dead.
    dead: &'static [Key],
}

/// Source of the dead keys: Microsoft's keyboard layouts of these countries, which pc-keyboard's
/// follow but for treating every accent as a character.
static ROWS: [Row; 11] = [
    Row { name: "us", layout: AnyLayout::Us104Key(Us104Key), alt_gr: false, dead: &[] },
    Row { name: "uk", layout: AnyLayout::Uk105Key(Uk105Key), alt_gr: true, dead: &[] },
    Row { name: "de", layout: AnyLayout::De105Key(De105Key), alt_gr: true, dead: &[Key::Grave, Key::Equals] },
    Row { name: "fr", layout: AnyLayout::Azerty(Azerty), alt_gr: true, dead: &[Key::LeftBracket] },
    Row { name: "no", layout: AnyLayout::No105Key(No105Key), alt_gr: true, dead: &NORDIC_DEAD },
    Row { name: "se", layout: AnyLayout::FiSe105Key(FiSe105Key), alt_gr: true, dead: &NORDIC_DEAD },
    Row { name: "fi", layout: AnyLayout::FiSe105Key(FiSe105Key), alt_gr: true, dead: &NORDIC_DEAD },
    Row { name: "jp", layout: AnyLayout::Jis109Key(Jis109Key), alt_gr: false, dead: &[] },
    Row { name: "dvorak", layout: AnyLayout::Dvorak104Key(Dvorak104Key), alt_gr: false, dead: &[] },
    Row { name: "dvorak-programmer", layout: AnyLayout::DVP104Key(DVP104Key), alt_gr: false, dead: &[] },
    Row { name: "colemak", layout: AnyLayout::Colemak(Colemak), alt_gr: false, dead: &[] },
];
const NORDIC_DEAD: [Key; 2] = [Key::Equals, Key::RightBracket];

/// Accents as they stand alone, and as Unicode puts them on a letter.
const ACCENTS: [(char, char); 5] =
    [('`', '\u{300}'), ('´', '\u{301}'), ('^', '\u{302}'), ('~', '\u{303}'), ('¨', '\u{308}')];

/// The keys that type characters, in board order, with Space last.
const TYPING_KEYS: [Key; 49] = [
    Key::Grave,
    Key::Digit1,
    Key::Digit2,
    Key::Digit3,
    Key::Digit4,
    Key::Digit5,
    Key::Digit6,
    Key::Digit7,
    Key::Digit8,
    Key::Digit9,
    Key::Digit0,
    Key::Minus,
    Key::Equals,
    Key::Q,
    Key::W,
    Key::E,
    Key::R,
    Key::T,
    Key::Y,
    Key::U,
    Key::I,
    Key::O,
    Key::P,
    Key::LeftBracket,
    Key::RightBracket,
    Key::Backslash,
    Key::A,
    Key::S,
    Key::D,
    Key::F,
    Key::G,
    Key::H,
    Key::J,
    Key::K,
    Key::L,
    Key::Semicolon,
    Key::Apostrophe,
    Key::Z,
    Key::X,
    Key::C,
    Key::V,
    Key::B,
    Key::N,
    Key::M,
    Key::Comma,
    Key::Period,
    Key::Slash,
    Key::Iso102,
    Key::Space,
];

/// Which of a key's characters is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// Shift is held.
    pub shift: bool,
    /// AltGr is held.
    pub alt_gr: bool,
    /// Caps Lock is on.
    pub caps_lock: bool,
}

/// What a key types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// This character.
    Char(char),
    /// This accent on the next character.
    Dead(char),
}

/// A key and what is held with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypingChord {
    /// The key.
    pub key: Key,
    /// Shift is held.
    pub shift: bool,
    /// AltGr is held.
    pub alt_gr: bool,
}

impl TypingChord {
    fn plain(key: Key) -> TypingChord {
        TypingChord { key, shift: false, alt_gr: false }
    }

    /// The keys of the chord, modifiers first.
    pub fn keys(self) -> impl Iterator<Item = Key> {
        let held = [(Key::LeftShift, self.shift), (Key::RightAlt, self.alt_gr), (self.key, true)];
        held.into_iter().filter_map(|(key, down)| down.then_some(key))
    }
}

/// A keyboard layout; the default is [`KeyLayout::US`].
///
/// ```
/// use dosmux::keys::{Key, KeyLayout};
/// let german = KeyLayout::from_name("de").unwrap();
/// let at_sign = german.chords('@', false).unwrap();
/// assert_eq!(at_sign[0].keys().collect::<Vec<_>>(), [Key::RightAlt, Key::Q]);
/// assert!(KeyLayout::US.chords('ö', false).is_none());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct KeyLayout {
    /// Index into [`ROWS`].
    index: u8,
}

impl KeyLayout {
    /// The board that every PC's BIOS knows.
    pub const US: KeyLayout = KeyLayout { index: 0 };

    /// The layout of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<KeyLayout> {
        KeyLayout::all().find(|layout| layout.name() == name)
    }

    /// Every layout.
    pub fn all() -> impl Iterator<Item = KeyLayout> {
        (0u8..).zip(&ROWS).map(|(index, _)| KeyLayout { index })
    }

    fn row(self) -> &'static Row {
        &ROWS[usize::from(self.index)]
    }

    /// Its name, such as `de`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// True if the right Alt key chooses third characters.
    #[must_use]
    pub fn has_alt_gr(self) -> bool {
        self.row().alt_gr
    }

    /// What the key with `code` types; `None` if nothing, or with AltGr no third character.
    pub(crate) fn typed(self, code: KeyCode, level: Level) -> Option<Typed> {
        let c = self.character(code, level)?;
        let plain = Level { alt_gr: false, ..level };
        if level.alt_gr && (!self.has_alt_gr() || self.character(code, plain) == Some(c)) {
            return None;
        }
        let is_dead = ACCENTS.iter().any(|&(accent, _)| accent == c)
            && self.row().dead.iter().any(|&key| key_code(key) == Some(code));
        Some(if is_dead { Typed::Dead(c) } else { Typed::Char(c) })
    }

    fn character(self, code: KeyCode, level: Level) -> Option<char> {
        let held = Modifiers {
            lshift: level.shift,
            ralt: level.alt_gr,
            capslock: level.caps_lock,
            numlock: true,
            ..Modifiers::default()
        };
        match self.row().layout.map_keycode(code, &held, HandleControl::Ignore) {
            // pc-keyboard has the equals sign of this layout twice and no number sign.
            DecodedKey::Unicode('=') if code == KeyCode::OemPlus && self.name() == "dvorak-programmer" => Some('#'),
            DecodedKey::Unicode(c) => Some(c),
            // A board without this key has its characters on the one above Enter.
            DecodedKey::RawKey(KeyCode::Oem5) => self.character(KeyCode::Oem7, level),
            DecodedKey::RawKey(_) => None,
        }
    }

    /// The chords that type `c` one after the other while Caps Lock is on or off: one, or a dead key
    /// and another. `None` if the layout lacks the character.
    #[must_use]
    pub fn chords(self, c: char, caps_lock: bool) -> Option<Vec<TypingChord>> {
        if let Some(key) = control_key(c) {
            return Some(vec![TypingChord::plain(key)]);
        }
        if let Some(chord) = self.chord(Typed::Char(c), caps_lock) {
            return Some(vec![chord]);
        }
        let (base, accent) = without_accent(c)?;
        let dead = self.chord(Typed::Dead(accent), caps_lock)?;
        Some(vec![dead, self.chord(Typed::Char(base), caps_lock)?])
    }

    /// The first chord that types just `wanted`, with as few modifiers as possible.
    fn chord(self, wanted: Typed, caps_lock: bool) -> Option<TypingChord> {
        let levels = [(false, false), (true, false), (false, true), (true, true)];
        levels.into_iter().find_map(|(shift, alt_gr)| {
            let level = Level { shift, alt_gr, caps_lock };
            let types_it = |key: &&Key| key_code(**key).and_then(|code| self.typed(code, level)) == Some(wanted);
            TYPING_KEYS.iter().find(types_it).map(|&key| TypingChord { key, shift, alt_gr })
        })
    }
}

/// What pc-keyboard calls `key`.
fn key_code(key: Key) -> Option<KeyCode> {
    let mut set = ScancodeSet1::new();
    let mut event = None;
    for &byte in key.base_code() {
        event = set.advance_state(byte).ok()?;
    }
    event.map(|event| event.code)
}

/// The key that gives a control character on every board.
fn control_key(c: char) -> Option<Key> {
    Some(match c {
        '\n' | '\r' => Key::Enter,
        '\t' => Key::Tab,
        '\u{8}' => Key::Backspace,
        '\u{1b}' => Key::Escape,
        _ => return None,
    })
}

/// The letter that results when a dead key's `accent` goes on `base`; the accent itself on a blank.
#[must_use]
pub fn with_accent(base: char, accent: char) -> Option<char> {
    let &(_, combining) = ACCENTS.iter().find(|&&(alone, _)| alone == accent)?;
    if base == ' ' { Some(accent) } else { compose(base, combining) }
}

/// The reverse of [`with_accent`].
fn without_accent(c: char) -> Option<(char, char)> {
    if ACCENTS.iter().any(|&(alone, _)| alone == c) {
        return Some((' ', c));
    }
    let mut parts = Vec::new();
    decompose_canonical(c, |part| parts.push(part));
    let [base, combining] = parts[..] else { return None };
    let &(accent, _) = ACCENTS.iter().find(|&&(_, mark)| mark == combining)?;
    Some((base, accent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chords(layout: &str, c: char, caps_lock: bool) -> String {
        let layout = KeyLayout::from_name(layout).unwrap();
        let Some(chords) = layout.chords(c, caps_lock) else { return "none".to_owned() };
        let names = |chord: &TypingChord| chord.keys().map(Key::name).collect::<Vec<_>>().join("+");
        chords.iter().map(names).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_layout_types_all_of_ascii() {
        for layout in KeyLayout::all() {
            for c in ' '..='~' {
                // Their keys are beside Backspace and beside the right Shift, where a 101-key board has none.
                if layout.name() == "jp" && ['\\', '|', '_'].contains(&c) {
                    continue;
                }
                assert!(layout.chords(c, false).is_some(), "{} {c:?}", layout.name());
            }
        }
    }

    #[test]
    fn what_a_chord_types_is_what_was_asked_for_with_and_without_caps_lock() {
        for layout in KeyLayout::all() {
            for (c, caps_lock) in ('!'..='ÿ').flat_map(|c| [(c, false), (c, true)]) {
                let Some(chords) = layout.chords(c, caps_lock) else { continue };
                let typed = |chord: &TypingChord| {
                    let level = Level { shift: chord.shift, alt_gr: chord.alt_gr, caps_lock };
                    layout.typed(key_code(chord.key).unwrap(), level).unwrap()
                };
                match chords.iter().map(typed).collect::<Vec<_>>()[..] {
                    [Typed::Char(found)] => assert_eq!(found, c),
                    [Typed::Dead(accent), Typed::Char(base)] => assert_eq!(with_accent(base, accent), Some(c)),
                    ref other => panic!("{} {c:?}: {other:?}", layout.name()),
                }
            }
        }
    }

    #[test]
    fn characters_are_where_each_country_has_them() {
        assert_eq!(chords("de", 'z', false), "y");
        assert_eq!(chords("de", 'Ä', false), "shift+'");
        assert_eq!(chords("de", '|', false), "altgr+iso102");
        assert_eq!(chords("fr", '1', false), "shift+1");
        assert_eq!(chords("fr", 'a', false), "q");
        assert_eq!(chords("uk", '#', false), "\\");
        assert_eq!(chords("se", '@', false), "altgr+2");
        assert_eq!(chords("dvorak", 's', false), ";");
        assert_eq!(chords("jp", '@', false), "[");
    }

    #[test]
    fn accents_are_dead_keys_and_stand_alone_before_a_blank() {
        assert_eq!(chords("de", 'é', false), "= e");
        assert_eq!(chords("de", 'Ê', false), "` shift+e");
        assert_eq!(chords("de", '^', false), "` space");
        assert_eq!(chords("fr", 'ë', false), "shift+[ e");
        assert_eq!(chords("fr", '^', false), "altgr+9");
        assert_eq!(chords("no", 'ã', false), "altgr+] a");
        assert_eq!(chords("us", 'é', false), "none");
        assert_eq!(chords("de", 'ę', false), "none");
    }

    #[test]
    fn caps_lock_swaps_the_shift_of_letters() {
        assert_eq!(chords("us", 'a', true), "shift+a");
        assert_eq!(chords("us", 'A', true), "a");
        assert_eq!(chords("de", 'ä', true), "shift+'");
        assert_eq!(chords("us", '1', true), "1");
    }

    #[test]
    fn only_layouts_with_third_characters_have_an_alt_gr_key() {
        let third = |layout: KeyLayout, key: Key| {
            let code = key_code(key).unwrap();
            let alt_gr = Level { alt_gr: true, ..Level::default() };
            layout.character(code, alt_gr) != layout.character(code, Level::default())
        };
        for layout in KeyLayout::all() {
            let any = TYPING_KEYS.iter().any(|&key| third(layout, key));
            assert_eq!(layout.has_alt_gr(), any, "{}", layout.name());
        }
    }

    #[test]
    fn every_name_is_found_and_no_two_are_the_same() {
        for layout in KeyLayout::all() {
            assert_eq!(KeyLayout::from_name(layout.name()), Some(layout));
        }
        assert_eq!(KeyLayout::from_name("xx"), None);
    }
}
