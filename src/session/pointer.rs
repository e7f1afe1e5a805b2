//! The mouse's queue: what a user does with it, told to the machine at a pace that programs can
//! follow.

use std::collections::VecDeque;
use std::time::Duration;

use crate::clock::VirtTime;
use crate::pointer::{Button, Buttons, CellPlace, PointerAct};

/// Turns that wait at most; beyond it motion and presses are lost, and releases are not.
const CAPACITY: usize = 256;
/// How long a button stays as it is: longer than a timer tick, for programs that look at each one.
const HOLD: Duration = Duration::from_millis(60);
/// The shortest time from one motion to the next: that of a packet.
const PACKET: Duration = Duration::from_millis(10);
/// When a mouse that had no room is tried again.
const RETRY: Duration = Duration::from_millis(5);

/// One state of the mouse after another.
#[derive(Clone, Copy, Debug)]
struct Turn {
    at: CellPlace,
    buttons: Buttons,
}

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct PointerQueue {
    turns: VecDeque<Turn>,
    /// The buttons once all that waits has been told.
    buttons: Buttons,
    /// The buttons as they were told last.
    told: Buttons,
    /// Nothing is told before this.
    free_at: VirtTime,
}

impl PointerQueue {
    /// Queues what is done at a place.
    pub(super) fn act(&mut self, at: CellPlace, act: PointerAct) {
        match act {
            PointerAct::Move => self.turn(at, self.buttons),
            PointerAct::Press(button) => self.press(at, button),
            PointerAct::Release(button) => self.turn(at, self.buttons.with(button, false)),
            PointerAct::Click(button) => self.click(at, button),
            PointerAct::DoubleClick(button) => {
                self.click(at, button);
                self.click(at, button);
            }
        }
    }

    fn click(&mut self, at: CellPlace, button: Button) {
        self.press(at, button);
        self.turn(at, self.buttons.with(button, false));
    }

    /// A press comes to where the pointer is already, as from a hand.
    fn press(&mut self, at: CellPlace, button: Button) {
        self.turn(at, self.buttons);
        self.turn(at, self.buttons.with(button, true));
    }

    fn turn(&mut self, at: CellPlace, buttons: Buttons) {
        let waiting = self.turns.len();
        let before = waiting.checked_sub(2).map_or(self.told, |index| self.turns[index].buttons);
        let comes_up = buttons != self.buttons && buttons.0 & !self.buttons.0 == 0;
        match self.turns.back_mut() {
            // Motion upon motion: only its end counts.
            Some(last) if last.buttons == buttons && before == buttons => last.at = at,
            _ if waiting < CAPACITY || comes_up => self.turns.push_back(Turn { at, buttons }),
            _ => return,
        }
        self.buttons = buttons;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// Forgets what waits; the buttons come up with a restart.
    pub(super) fn clear(&mut self) {
        *self = PointerQueue { free_at: self.free_at, ..PointerQueue::default() };
    }

    /// When there is something to tell.
    pub(super) fn next_time(&self, now: VirtTime) -> Option<VirtTime> {
        (!self.turns.is_empty()).then(|| self.free_at.max(now))
    }

    /// Tells `point` the next turn if it is time; true if it was taken.
    pub(super) fn pump(&mut self, now: VirtTime, point: impl FnOnce(CellPlace, Buttons) -> bool) -> bool {
        let Some(&Turn { at, buttons }) = self.turns.front().filter(|_| self.free_at <= now) else { return false };
        let taken = point(at, buttons);
        if taken {
            self.turns.pop_front();
            self.free_at = now + if buttons == self.told { PACKET } else { HOLD };
            self.told = buttons;
        } else {
            self.free_at = now + RETRY;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(col: u16) -> CellPlace {
        CellPlace { col, row: 0 }
    }

    /// All that is told, with the milliseconds.
    fn drain(queue: &mut PointerQueue) -> Vec<(u64, u16, u8)> {
        let (mut now, mut told) = (VirtTime::ZERO, Vec::new());
        while let Some(time) = queue.next_time(now) {
            now = time;
            queue.pump(now, |at, buttons| {
                told.push((now.as_ns() / 1_000_000, at.col, buttons.0));
                true
            });
        }
        told
    }

    #[test]
    fn a_double_click_is_slow_enough_to_be_seen_and_fast_enough_to_be_one() {
        let mut queue = PointerQueue::default();
        queue.act(at(5), PointerAct::DoubleClick(Button::Left));
        let told = drain(&mut queue);
        assert_eq!(told, [(0, 5, 0), (10, 5, 1), (70, 5, 0), (130, 5, 0), (140, 5, 1), (200, 5, 0)]);
    }

    #[test]
    fn motion_that_waits_is_only_its_end() {
        let mut queue = PointerQueue::default();
        queue.act(at(1), PointerAct::Press(Button::Right));
        (2..100).for_each(|col| queue.act(at(col), PointerAct::Move));
        queue.act(at(100), PointerAct::Release(Button::Right));
        assert_eq!(drain(&mut queue), [(0, 1, 0), (10, 1, 2), (70, 99, 2), (80, 100, 0)]);
    }

    #[test]
    fn a_full_queue_takes_releases_only() {
        let mut queue = PointerQueue::default();
        for col in 0..1000 {
            queue.act(at(col), PointerAct::Click(Button::Left));
        }
        queue.act(at(7), PointerAct::Release(Button::Left));
        assert!(queue.turns.len() <= CAPACITY + 1);
        assert_eq!(drain(&mut queue).last().unwrap().2, 0);
    }

    #[test]
    fn what_the_mouse_has_no_room_for_is_tried_again() {
        let mut queue = PointerQueue::default();
        queue.act(at(1), PointerAct::Move);
        assert!(!queue.pump(VirtTime::ZERO, |_, _| false));
        assert_eq!(queue.next_time(VirtTime::ZERO), Some(VirtTime::ZERO + RETRY));
        assert_eq!(drain(&mut queue).len(), 1);
    }
}
