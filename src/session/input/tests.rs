//! The input queue against a scripted keyboard.

use super::*;

/// A guest that reads keys by a rule, on a clock of milliseconds.
struct Desk {
    queue: InputQueue,
    now: VirtTime,
    state: KeyboardState,
    /// What the keyboard was given: milliseconds, key, down.
    got: Vec<(u64, Key, bool)>,
    /// The keyboard takes events.
    room: bool,
}

const READING: KeyboardState = KeyboardState { idle: true, buffered: 0, waits: true, caps_lock: false };
const BUSY: KeyboardState = KeyboardState { idle: true, buffered: 0, waits: false, caps_lock: false };
const UNREAD: KeyboardState = KeyboardState { idle: true, buffered: 1, waits: true, caps_lock: false };

impl Desk {
    fn new(state: KeyboardState) -> Desk {
        Desk { queue: InputQueue::default(), now: VirtTime::ZERO, state, got: Vec::new(), room: true }
    }

    /// Lets `ms` milliseconds pass, the queue looked at in each.
    fn pass(&mut self, ms: u64) {
        for _ in 0..ms {
            let (room, now, got) = (self.room, self.now, &mut self.got);
            self.queue.pump(now, self.state, |event| {
                if room {
                    got.push((now.as_ns() / 1_000_000, event.key, event.down));
                }
                room
            });
            self.now += Duration::from_millis(1);
        }
    }

    fn keys(&self) -> Vec<(Key, bool)> {
        self.got.iter().map(|&(_, key, down)| (key, down)).collect()
    }
}

fn down(key: Key) -> KeyEvent {
    KeyEvent { key, down: true }
}

fn up(key: Key) -> KeyEvent {
    KeyEvent { key, down: false }
}

#[test]
fn text_is_struck_with_gaps_and_its_shifts() {
    let mut desk = Desk::new(READING);
    assert!(desk.queue.type_text("aB").is_empty());
    desk.pass(100);
    let wanted = [
        (Key::A, true),
        (Key::A, false),
        (Key::LeftShift, true),
        (Key::B, true),
        (Key::B, false),
        (Key::LeftShift, false),
    ];
    assert_eq!(desk.keys(), wanted);
    assert!(desk.got.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 2), "{:?}", desk.got);
    assert!(desk.queue.is_empty());
}

#[test]
fn the_next_character_waits_until_the_guest_has_read_the_one_before() {
    let mut desk = Desk::new(READING);
    desk.queue.type_text("xy");
    desk.pass(1);
    desk.state = UNREAD;
    desk.pass(10_000);
    assert_eq!(desk.keys(), [(Key::X, true), (Key::X, false)]);
    desk.state = KeyboardState { idle: false, ..READING };
    desk.pass(10_000);
    assert_eq!(desk.got.len(), 2);
    desk.state = READING;
    desk.pass(10);
    assert_eq!(desk.keys()[2..], [(Key::Y, true), (Key::Y, false)]);
}

#[test]
fn a_guest_that_never_waits_is_given_time_to_flush() {
    let mut desk = Desk::new(BUSY);
    desk.queue.type_text("x");
    desk.pass(55);
    assert!(desk.got.is_empty());
    desk.pass(1);
    assert_eq!(desk.keys(), [(Key::X, true)]);
}

#[test]
fn live_keys_overtake_text_but_do_not_cut_a_character() {
    let mut desk = Desk::new(READING);
    desk.queue.type_text("AAAA");
    desk.pass(1);
    desk.queue.press(down(Key::Escape));
    desk.queue.press(up(Key::Escape));
    desk.pass(200);
    let wanted = [
        (Key::LeftShift, true),
        (Key::A, true),
        (Key::A, false),
        (Key::LeftShift, false),
        (Key::Escape, true),
        (Key::Escape, false),
    ];
    assert_eq!(desk.keys()[..6], wanted);
    assert_eq!(desk.got.len(), 18);
}

#[test]
fn text_waits_while_a_modifier_is_held_down_live() {
    let mut desk = Desk::new(READING);
    desk.queue.press(down(Key::LeftCtrl));
    desk.pass(10);
    desk.queue.type_text("c");
    desk.pass(1000);
    assert_eq!(desk.keys(), [(Key::LeftCtrl, true)]);
    desk.queue.press(up(Key::LeftCtrl));
    desk.pass(100);
    assert_eq!(desk.keys()[1..], [(Key::LeftCtrl, false), (Key::C, true), (Key::C, false)]);
}

#[test]
fn a_live_key_is_down_long_enough_to_be_seen() {
    let mut desk = Desk::new(READING);
    desk.queue.press(down(Key::Up));
    desk.queue.press(up(Key::Up));
    desk.pass(50);
    assert_eq!(desk.got, [(0, Key::Up, true), (20, Key::Up, false)]);
}

#[test]
fn a_chord_is_down_for_more_than_a_timer_tick() {
    let mut desk = Desk::new(READING);
    desk.queue.strike(&[Key::LeftCtrl, Key::C]);
    desk.pass(100);
    let wanted = [(0, Key::LeftCtrl, true), (2, Key::C, true), (62, Key::C, false), (64, Key::LeftCtrl, false)];
    assert_eq!(desk.got, wanted);
}

#[test]
fn live_keys_wait_for_room_and_keep_their_order() {
    let mut desk = Desk::new(UNREAD);
    desk.room = false;
    desk.queue.press(down(Key::A));
    desk.queue.press(up(Key::A));
    desk.pass(100);
    assert!(desk.got.is_empty());
    desk.room = true;
    desk.pass(100);
    assert_eq!(desk.keys(), [(Key::A, true), (Key::A, false)]);
}

#[test]
fn a_chord_behind_text_keeps_its_place_and_gives_up_waiting() {
    let mut desk = Desk::new(READING);
    desk.queue.type_text("a");
    desk.queue.strike(&[Key::LeftAlt, Key::F4]);
    desk.pass(1);
    desk.state = UNREAD;
    desk.pass(450);
    assert_eq!(desk.keys(), [(Key::A, true), (Key::A, false)]);
    desk.pass(150);
    let wanted = [(Key::LeftAlt, true), (Key::F4, true), (Key::F4, false), (Key::LeftAlt, false)];
    assert_eq!(desk.keys()[2..], wanted);
}

#[test]
fn caps_lock_does_not_change_what_is_typed() {
    let mut desk = Desk::new(KeyboardState { caps_lock: true, ..READING });
    desk.queue.type_text("a1B");
    desk.pass(200);
    let downs: Vec<Key> = desk.got.iter().filter(|event| event.2).map(|event| event.1).collect();
    assert_eq!(downs, [Key::LeftShift, Key::A, Key::Digit1, Key::B]);
}

#[test]
fn presses_beyond_the_capacity_are_lost_with_their_releases() {
    let mut desk = Desk::new(READING);
    desk.queue.press(down(Key::LeftShift));
    for _ in 0..1000 {
        desk.queue.press(down(Key::A));
        desk.queue.press(up(Key::A));
    }
    desk.queue.press(up(Key::LeftShift));
    assert!(desk.queue.live.len() <= LIVE_CAPACITY + Key::ALL.len());
    desk.pass(20_000);
    let mut held = BTreeSet::new();
    for (key, down) in desk.keys() {
        assert!(if down { held.insert(key) } else { held.remove(&key) });
    }
    assert!(held.is_empty(), "{held:?} stay down");
}

#[test]
fn what_cannot_be_typed_is_returned() {
    let mut desk = Desk::new(READING);
    assert_eq!(desk.queue.type_text("a€b→語"), ['€', '語']);
}

#[test]
fn a_dos_line_end_is_one_enter() {
    let mut desk = Desk::new(READING);
    desk.queue.type_text("\r\n\n");
    desk.pass(100);
    assert_eq!(desk.got.len(), 4);
}

#[test]
fn the_next_time_is_known_or_depends_on_the_guest() {
    let mut desk = Desk::new(READING);
    assert_eq!(desk.queue.next_time(desk.now, READING), None);
    desk.queue.type_text("ab");
    assert_eq!(desk.queue.next_time(desk.now, READING), Some(VirtTime::ZERO));
    desk.pass(1);
    assert_eq!(desk.queue.next_time(desk.now, UNREAD), Some(VirtTime(2_000_000)));
    desk.state = UNREAD;
    desk.pass(5);
    assert_eq!(desk.queue.next_time(desk.now, UNREAD), None);
}
