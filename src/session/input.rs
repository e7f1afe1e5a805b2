//! The input queue of a session: live keys, chords and text on their way to the keyboard.
//!
//! Two lanes. *Live keys* are presses and releases of somebody at a terminal: they go to the
//! keyboard as soon as it has room. *Strokes* are chords and text: each is struck only when the
//! guest has read the one before, so nothing that is typed is ever lost, however slow the guest is.
//! A stroke is never cut in two by a live key and never begins under a modifier that is held down
//! live, so the lanes do not mix up each other's modifiers.
//!
//! Gap: a program with its own INT 09h that also lets the BIOS fill its buffer, and never reads it,
//! gets one character of a text; send it chords or live keys.
//!
//! Overflow: when [`LIVE_CAPACITY`] live keys wait, further presses are lost together with their
//! releases; a release whose press was taken is always taken. Strokes beyond [`STROKE_CAPACITY`]
//! are refused.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use crate::clock::VirtTime;
use crate::keys::{Key, KeyEvent, Typing, chord_events};

/// Live key presses that wait at most.
const LIVE_CAPACITY: usize = 256;
/// Characters and chords that wait at most: more than any paste a person means.
const STROKE_CAPACITY: usize = 1 << 20;

/// Shortest time between two events, so that a program with its own INT 09h meets them one by one.
const EVENT_GAP: Duration = Duration::from_millis(2);
/// How long a chord is down: a little more than a timer tick, so that a program that looks once a
/// tick which keys are down does not miss it.
const CHORD_HOLD: Duration = Duration::from_millis(60);
/// How long a live key is down at least. Somebody who types faster than a program looks is not held
/// up longer for it; whoever sends the keys lets them come up late enough.
const LIVE_HOLD: Duration = Duration::from_millis(20);
/// How often a keyboard that had no room is tried again.
pub(super) const RETRY: Duration = Duration::from_millis(10);
/// How long a guest that never waits must have left the keyboard empty before the next character:
/// it may be about to flush the buffer. A guest that waits gets it at once.
const SETTLE: Duration = Duration::from_millis(55);
/// How long a chord waits for the guest to read the key before it; then it is struck all the same,
/// because programs with their own INT 09h may leave the BIOS buffer full for good.
const CHORD_PATIENCE: Duration = Duration::from_millis(500);

/// What the guest does about its keyboard at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyboardState {
    /// Keyboard and controller hold no byte.
    pub(super) idle: bool,
    /// Words in the BIOS keyboard buffer.
    pub(super) buffered: usize,
    /// The guest waits for something to happen.
    pub(super) waits: bool,
    /// Caps Lock is on: it swaps the shift of letters.
    pub(super) caps_lock: bool,
}

impl KeyboardState {
    /// True if the guest has read all it was given.
    pub(super) fn all_read(&self) -> bool {
        self.idle && self.buffered == 0
    }
}

/// One thing to be struck as a whole.
#[derive(Debug)]
enum Stroke {
    /// The chord or keypad code that types a character.
    Text(char),
    /// Keys struck together.
    Chord(Vec<KeyEvent>),
}

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct InputQueue {
    /// How characters are typed.
    typing: Typing,
    live: VecDeque<KeyEvent>,
    /// Keys that are down once all of `live` is delivered.
    live_queued_down: BTreeSet<Key>,
    /// Keys that are down for the guest through the live lane.
    live_down: BTreeSet<Key>,
    strokes: VecDeque<Stroke>,
    /// What is left of the stroke that has begun.
    current: VecDeque<KeyEvent>,
    /// True if `current` is text, whose keys come up at once: its reader takes codes, not states.
    current_is_text: bool,
    /// The last event delivered: whether it was a press, and when.
    last: Option<(bool, VirtTime)>,
    /// The keyboard had no room; not tried again before this.
    retry_at: VirtTime,
    /// Since when the guest has nothing left to read.
    empty_since: Option<VirtTime>,
    /// Since when the stroke at the head waits for the guest.
    head_since: Option<VirtTime>,
}

impl InputQueue {
    /// An empty queue for a guest whose keys type what `typing` says.
    pub(super) fn new(typing: Typing) -> InputQueue {
        InputQueue { typing, ..InputQueue::default() }
    }

    /// Sets what the guest's keys type from now on.
    pub(super) fn set_typing(&mut self, typing: Typing) {
        self.typing = typing;
    }

    /// Queues a live press or release.
    pub(super) fn press(&mut self, event: KeyEvent) {
        if event.down {
            if self.live.len() >= LIVE_CAPACITY {
                return;
            }
            self.live_queued_down.insert(event.key);
        } else if !self.live_queued_down.remove(&event.key) {
            return;
        }
        self.live.push_back(event);
    }

    /// Queues a chord behind the text and chords that wait.
    pub(super) fn strike(&mut self, keys: &[Key]) {
        if self.strokes.len() < STROKE_CAPACITY && !keys.is_empty() {
            self.strokes.push_back(Stroke::Chord(chord_events(keys)));
        }
    }

    /// Queues text; returns the characters that cannot be typed. A carriage return with a line
    /// feed behind it is one Enter.
    pub(super) fn type_text(&mut self, text: &str) -> Vec<char> {
        let mut left_out = Vec::new();
        let mut after_return = false;
        for c in text.chars() {
            let second_half = after_return && c == '\n';
            after_return = c == '\r';
            if second_half {
                continue;
            }
            if self.strokes.len() < STROKE_CAPACITY && self.typing.can_type(c) {
                self.strokes.push_back(Stroke::Text(c));
            } else {
                left_out.push(c);
            }
        }
        left_out
    }

    /// Forgets all that waits: the machine was reset, its keyboard holds no key down.
    pub(super) fn clear(&mut self) {
        *self = InputQueue::new(self.typing);
    }

    /// Forgets the text and chords that wait, but not the keys of one that has begun.
    pub(super) fn drop_strokes(&mut self) {
        self.strokes = VecDeque::new();
        self.head_since = None;
    }

    /// Characters and chords that wait.
    pub(super) fn waiting(&self) -> usize {
        self.strokes.len()
    }

    /// True if nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.live.is_empty() && self.strokes.is_empty() && self.current.is_empty()
    }

    /// Hands the keyboard at most one event through `press` (false: it has no room); true if one
    /// was taken.
    pub(super) fn pump(
        &mut self,
        now: VirtTime,
        keyboard: KeyboardState,
        press: impl FnOnce(KeyEvent) -> bool,
    ) -> bool {
        self.watch(now, keyboard);
        if self.is_empty() || self.earliest(keyboard).is_none_or(|at| at > now) {
            return false;
        }
        self.begin_stroke(keyboard);
        let Some(event) = self.head() else { return false };
        if !press(event) {
            self.retry_at = now + RETRY;
            return false;
        }
        self.delivered(event, now);
        true
    }

    /// When the next event can go out if the keyboard stays as it is; `None` if nothing waits or
    /// the guest must first do something.
    pub(super) fn next_time(&mut self, now: VirtTime, keyboard: KeyboardState) -> Option<VirtTime> {
        self.watch(now, keyboard);
        if self.is_empty() {
            return None;
        }
        self.earliest(keyboard).map(|at| at.max(now))
    }

    /// Notes since when the guest has had nothing to read and since when a stroke waits.
    fn watch(&mut self, now: VirtTime, keyboard: KeyboardState) {
        if !keyboard.all_read() {
            self.empty_since = None;
        } else if self.empty_since.is_none() {
            self.empty_since = Some(now);
        }
        if self.strokes.is_empty() || !self.current.is_empty() {
            self.head_since = None;
        } else if self.head_since.is_none() {
            self.head_since = Some(now);
        }
    }

    /// The earliest time for the next event in this state of the keyboard.
    fn earliest(&self, keyboard: KeyboardState) -> Option<VirtTime> {
        let ready = match self.head() {
            Some(event) => self.after_gap(event.down),
            None => self.stroke_start(keyboard)?.max(self.after_gap(true)),
        };
        Some(ready.max(self.retry_at))
    }

    /// The event that goes next; `None` if a stroke has to begin first.
    fn head(&self) -> Option<KeyEvent> {
        self.current.front().or_else(|| self.live.front()).copied()
    }

    /// The earliest time for a press or a release that follows the last event.
    fn after_gap(&self, down: bool) -> VirtTime {
        let Some((last_down, at)) = self.last else { return VirtTime::ZERO };
        if !last_down || down {
            return at + EVENT_GAP;
        }
        at + match (self.current.is_empty(), self.current_is_text) {
            (true, _) => LIVE_HOLD,
            (false, true) => EVENT_GAP,
            (false, false) => CHORD_HOLD,
        }
    }

    /// When the stroke at the head may begin; `None` if the guest must first do something.
    fn stroke_start(&self, keyboard: KeyboardState) -> Option<VirtTime> {
        let head = self.strokes.front()?;
        if self.live_down.iter().any(|key| key.is_modifier()) {
            return None;
        }
        let read = self.empty_since.map(|since| if keyboard.waits { VirtTime::ZERO } else { since + SETTLE });
        match head {
            Stroke::Text(_) => read,
            Stroke::Chord(_) if keyboard.idle => {
                let patience = self.head_since.map(|since| since + CHORD_PATIENCE)?;
                Some(read.map_or(patience, |at| at.min(patience)))
            }
            Stroke::Chord(_) => None,
        }
    }

    /// Makes the stroke at the head the current one, unless an event is due already.
    fn begin_stroke(&mut self, keyboard: KeyboardState) {
        if self.head().is_some() {
            return;
        }
        let Some(stroke) = self.strokes.pop_front() else { return };
        self.current_is_text = matches!(stroke, Stroke::Text(_));
        self.current = match stroke {
            Stroke::Text(c) => {
                // Without a way only if the layout or the code page has changed meanwhile.
                self.typing.strokes(c, keyboard.caps_lock).unwrap_or_default().into()
            }
            Stroke::Chord(events) => events.into(),
        };
        self.head_since = None;
    }

    /// Takes `event` off its lane.
    fn delivered(&mut self, event: KeyEvent, now: VirtTime) {
        self.last = Some((event.down, now));
        self.empty_since = None;
        if self.current.pop_front().is_some() {
            return;
        }
        self.live.pop_front();
        if event.down {
            self.live_down.insert(event.key);
        } else {
            self.live_down.remove(&event.key);
        }
    }
}

#[cfg(test)]
mod tests;
