//! The guest's keyboard as the terminal plays it: which keys are down, and when they come up.
//!
//! A terminal that reports releases gives real presses and releases. From one that does not, a key
//! goes down when it is struck and comes up [`STRIKE_TIME`] later, long enough for a program that
//! looks at the keyboard once a timer tick; struck again before that, it stays down and repeats as
//! a held key does. Modifiers follow the chord that is struck, so a release that was lost on the
//! way is made good by the next key.

use std::time::Duration;

use super::input::{Act, Symbol, TermKey};
use super::keymap::{Board, BoardKey, Chord, Held, board_key};
use crate::keys::{Key, KeyEvent};

/// How long a key of a terminal without releases stays down: a little more than a timer tick.
pub const STRIKE_TIME: Duration = Duration::from_millis(60);

/// A modifier: how to tell whether it is wanted, and its keys. The first is pressed when the
/// terminal does not say which.
type Modifier = (fn(Held) -> bool, &'static [Key]);

const MODIFIERS: [Modifier; 4] = [
    (|held| held.shift, &[Key::LeftShift, Key::RightShift]),
    (|held| held.ctrl, &[Key::LeftCtrl, Key::RightCtrl]),
    (|held| held.alt, &[Key::LeftAlt, Key::RightAlt]),
    (|held| held.alt_gr, &[Key::RightAlt]),
];

/// What the guest's keyboard did, and what it could not do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Presses and releases in order.
    pub events: Vec<KeyEvent>,
    /// A character that the guest's code page lacks.
    pub untypable: Option<char>,
}

/// Keys held down in one session.
#[derive(Debug, Default)]
pub struct Keyboard {
    /// Keys that are down, modifiers apart, each with the terminal's name for it.
    down: Vec<(Symbol, Key)>,
    /// Modifiers that are down.
    modifiers: Vec<Key>,
    /// What was struck and is still down.
    struck: Option<Strike>,
}

/// Keys that come up by themselves.
#[derive(Debug)]
struct Strike {
    /// What they are, if striking the same again is a repeat.
    chord: Option<Chord>,
    /// The keys in the order they went down.
    keys: Vec<Key>,
    /// When they come up.
    until: Duration,
}

impl Keyboard {
    /// A keyboard with all keys up.
    #[must_use]
    pub fn new() -> Keyboard {
        Keyboard::default()
    }

    /// Plays one key of the terminal for a guest with `board`. `now` is the time since the UI started.
    pub fn play(&mut self, key: &TermKey, board: &Board, now: Duration) -> Played {
        let mut played = Played::default();
        let out = &mut played.events;
        match (board_key(key, board), key.act) {
            (BoardKey::Modifier(modifier), Act::Release) => self.release_modifier(modifier, out),
            (BoardKey::Modifier(modifier), Act::Press | Act::Repeat) => {
                self.finish_strike(out);
                self.press_modifier(modifier, out);
            }
            (_, Act::Release) => self.release(key, out),
            (BoardKey::Chord(chord), _) if key.released_later => self.hold(chord, key.symbol, out),
            (BoardKey::Chord(chord), _) => self.strike(chord, now, out),
            (BoardKey::Strokes(strokes), _) => {
                self.finish_strike(out);
                self.set_modifiers(Held::default(), out);
                out.extend(strokes);
            }
            (BoardKey::Untypable(c), _) => played.untypable = Some(c),
            (BoardKey::Nothing, _) => {}
        }
        played
    }

    /// Strikes `keys` together, with nothing else held.
    pub fn strike_together(&mut self, keys: &[Key], now: Duration) -> Vec<KeyEvent> {
        let mut out = self.release_all();
        out.extend(keys.iter().map(|&key| KeyEvent { key, down: true }));
        self.struck = Some(Strike { chord: None, keys: keys.to_vec(), until: now + STRIKE_TIME });
        out
    }

    /// Lets struck keys come up if it is time.
    pub fn tick(&mut self, now: Duration) -> Vec<KeyEvent> {
        let mut out = Vec::new();
        if self.struck.as_ref().is_some_and(|strike| strike.until <= now) {
            self.finish_strike(&mut out);
        }
        out
    }

    /// When [`Keyboard::tick`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        self.struck.as_ref().map(|strike| strike.until)
    }

    /// Lets every key come up: the keyboard goes to another window or session.
    pub fn release_all(&mut self) -> Vec<KeyEvent> {
        let mut out = Vec::new();
        self.finish_strike(&mut out);
        out.extend(self.down.drain(..).rev().map(|(_, key)| KeyEvent { key, down: false }));
        self.set_modifiers(Held::default(), &mut out);
        out
    }

    /// A key that reports its release went down or repeats.
    fn hold(&mut self, chord: Chord, symbol: Symbol, out: &mut Vec<KeyEvent>) {
        self.finish_strike(out);
        self.set_modifiers(chord.held, out);
        if !self.down.iter().any(|&(held, _)| held == symbol) {
            self.down.push((symbol, chord.key));
        }
        out.push(KeyEvent { key: chord.key, down: true });
    }

    /// A key came up. It is known by the terminal's name for it: what it types may have changed.
    fn release(&mut self, key: &TermKey, out: &mut Vec<KeyEvent>) {
        if let Some(index) = self.down.iter().position(|&(held, _)| held == key.symbol) {
            let (_, board) = self.down.remove(index);
            out.push(KeyEvent { key: board, down: false });
            // The terminal says nothing of AltGr with other keys, but reports its release.
            let kept = Held { alt_gr: true, ..Held::from(key.mods) };
            self.drop_modifiers_but(kept, out);
        }
    }

    /// A key that will not report its release was struck.
    fn strike(&mut self, chord: Chord, now: Duration, out: &mut Vec<KeyEvent>) {
        let repeats = self.struck.as_ref().is_some_and(|strike| strike.chord == Some(chord));
        if !repeats {
            self.finish_strike(out);
            self.set_modifiers(chord.held, out);
        }
        out.push(KeyEvent { key: chord.key, down: true });
        self.struck = Some(Strike { chord: Some(chord), keys: vec![chord.key], until: now + STRIKE_TIME });
    }

    fn finish_strike(&mut self, out: &mut Vec<KeyEvent>) {
        if let Some(strike) = self.struck.take() {
            out.extend(strike.keys.iter().rev().map(|&key| KeyEvent { key, down: false }));
            self.set_modifiers(Held::default(), out);
        }
    }

    fn press_modifier(&mut self, modifier: Key, out: &mut Vec<KeyEvent>) {
        if !self.modifiers.contains(&modifier) {
            self.modifiers.push(modifier);
        }
        out.push(KeyEvent { key: modifier, down: true });
    }

    /// Lets `modifier` come up, or its twin if that was pressed in its place.
    fn release_modifier(&mut self, modifier: Key, out: &mut Vec<KeyEvent>) {
        let twins = MODIFIERS.iter().map(|&(_, keys)| keys).find(|keys| keys.contains(&modifier));
        let exact = self.modifiers.iter().position(|&held| held == modifier);
        let index =
            exact.or_else(|| self.modifiers.iter().position(|held| twins.is_some_and(|keys| keys.contains(held))));
        if let Some(index) = index {
            let key = self.modifiers.remove(index);
            out.push(KeyEvent { key, down: false });
        }
    }

    /// Makes exactly the modifiers in `wanted` be down.
    fn set_modifiers(&mut self, wanted: Held, out: &mut Vec<KeyEvent>) {
        self.drop_modifiers_but(wanted, out);
        for (is_on, keys) in MODIFIERS {
            if is_on(wanted) && !self.modifiers.iter().any(|held| keys.contains(held)) {
                self.press_modifier(keys[0], out);
            }
        }
    }

    /// Lets every modifier come up that is not in `kept`.
    fn drop_modifiers_but(&mut self, kept: Held, out: &mut Vec<KeyEvent>) {
        let keep = |key: Key| MODIFIERS.iter().any(|&(is_on, keys)| is_on(kept) && keys.contains(&key));
        out.extend(self.modifiers.iter().rev().filter(|&&key| !keep(key)).map(|&key| KeyEvent { key, down: false }));
        self.modifiers.retain(|&key| keep(key));
    }
}

#[cfg(test)]
mod tests {
    use super::super::input::{Parser, TermEvent};
    use super::*;

    struct Bench {
        parser: Parser,
        keyboard: Keyboard,
        now: Duration,
    }

    impl Bench {
        fn new(kitty: bool) -> Bench {
            let mut parser = Parser::new(Duration::from_millis(50));
            parser.set_kitty(kitty);
            Bench { parser, keyboard: Keyboard::new(), now: Duration::ZERO }
        }

        /// What the guest's keyboard does for `bytes`, as in `+shift +a -a -shift`.
        fn feed(&mut self, bytes: &[u8]) -> String {
            let mut events = Vec::new();
            self.parser.feed(bytes, &mut events);
            let mut strokes = Vec::new();
            for event in &events {
                let TermEvent::Key(key) = event else { panic!("{event:?}") };
                strokes.extend(self.keyboard.play(key, &Board::default(), self.now).events);
            }
            show(&strokes)
        }

        fn wait(&mut self, ms: u64) -> String {
            self.now += Duration::from_millis(ms);
            show(&self.keyboard.tick(self.now))
        }
    }

    fn show(events: &[KeyEvent]) -> String {
        let signed = events.iter().map(|e| format!("{}{}", if e.down { '+' } else { '-' }, e.key.name()));
        signed.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_struck_key_comes_up_after_a_timer_tick() {
        let mut bench = Bench::new(false);
        assert_eq!(bench.feed(b"A"), "+shift +a");
        assert_eq!(bench.wait(55), "");
        assert_eq!(bench.wait(5), "-a -shift");
        assert_eq!(bench.keyboard.deadline(), None);
    }

    #[test]
    fn fast_typing_lets_each_key_come_up_before_the_next() {
        let mut bench = Bench::new(false);
        assert_eq!(bench.feed(b"aB"), "+a -a +shift +b");
        assert_eq!(bench.feed(b"\x1b[21;3~"), "-b -shift +alt +f10");
        assert_eq!(bench.wait(60), "-f10 -alt");
    }

    #[test]
    fn a_key_struck_again_at_once_repeats_as_a_held_one() {
        let mut bench = Bench::new(false);
        assert_eq!(bench.feed(b"\x1b[A"), "+up");
        assert_eq!(bench.wait(30), "");
        assert_eq!(bench.feed(b"\x1b[A"), "+up");
        assert_eq!(bench.wait(40), "");
        assert_eq!(bench.wait(20), "-up");
    }

    #[test]
    fn a_character_without_a_key_is_typed_under_alt() {
        let mut bench = Bench::new(false);
        assert_eq!(bench.feed("xé".as_bytes()), "+x -x +alt +kp1 -kp1 +kp3 -kp3 +kp0 -kp0 -alt");
    }

    #[test]
    fn the_kitty_protocol_gives_real_presses_and_releases() {
        let mut bench = Bench::new(true);
        assert_eq!(bench.feed(b"\x1b[57441;2u"), "+shift");
        assert_eq!(bench.feed(b"\x1b[97;2;65u"), "+a");
        assert_eq!(bench.feed(b"\x1b[97;2:2;65u"), "+a");
        assert_eq!(bench.wait(1000), "");
        assert_eq!(bench.feed(b"\x1b[97;2:3u"), "-a");
        assert_eq!(bench.feed(b"\x1b[57441;1:3u"), "-shift");
    }

    #[test]
    fn a_modifier_whose_press_or_release_was_lost_is_made_good() {
        let mut bench = Bench::new(true);
        assert_eq!(bench.feed(b"\x1b[99;5u"), "+ctrl +c");
        assert_eq!(bench.feed(b"\x1b[99;1:3u"), "-c -ctrl");
        assert_eq!(bench.feed(b"\x1b[57443;3u"), "+alt");
        assert_eq!(bench.feed(b"\x1b[97;;97u"), "-alt +a");
        assert_eq!(bench.feed(b"\x1b[57443;1:3u"), "");
    }

    #[test]
    fn a_layout_that_needs_no_shift_on_the_us_board_types_without_it() {
        // German Shift+7 types a slash; the user lets go of Shift first.
        let mut bench = Bench::new(true);
        assert_eq!(bench.feed(b"\x1b[57441;2u"), "+shift");
        assert_eq!(bench.feed(b"\x1b[55;2;47u"), "-shift +/");
        assert_eq!(bench.feed(b"\x1b[57441;1:3u"), "");
        assert_eq!(bench.feed(b"\x1b[55;1:3u"), "-/");
    }

    #[test]
    fn keys_struck_together_stay_down_as_long_as_one() {
        let mut bench = Bench::new(false);
        bench.feed(b"x");
        assert_eq!(show(&bench.keyboard.strike_together(&[Key::LeftCtrl, Key::Pause], bench.now)), "-x +ctrl +pause");
        assert_eq!(bench.wait(59), "");
        assert_eq!(bench.wait(1), "-pause -ctrl");
    }

    #[test]
    fn all_held_keys_come_up_together() {
        let mut bench = Bench::new(true);
        bench.feed(b"\x1b[57448;5u\x1b[1;5A");
        assert_eq!(show(&bench.keyboard.release_all()), "-up -rctrl");
        assert_eq!(show(&bench.keyboard.release_all()), "");
        assert_eq!(bench.feed(b"\x1b[1;5:3A"), "");
    }
}
