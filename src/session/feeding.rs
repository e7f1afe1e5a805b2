//! How what waits in a session's queues gets into its machine, and when it wants to.

use super::Session;
use super::input::{self, KeyboardState};
use super::single::{END_OF_TIME, ONE_NS};
use crate::clock::VirtTime;

impl Session {
    /// Offers the keyboard the next key event; true if it took one.
    pub(super) fn feed_keyboard(&mut self) -> bool {
        if self.input.is_empty() {
            return false;
        }
        let (now, state) = (self.vm.now(), self.keyboard_state());
        let (vm, struck) = (&mut self.vm, &mut self.struck);
        self.input.pump(now, state, |event| {
            let taken = vm.press(event);
            if taken {
                struck.note(event);
            }
            taken
        })
    }

    /// Offers the mouse the next turn; true if it took one.
    pub(super) fn feed_mouse(&mut self) -> bool {
        if self.pointer.is_empty() {
            return false;
        }
        let (now, vm) = (self.vm.now(), &mut self.vm);
        let taken = self.pointer.pump(now, |at, buttons| vm.point(at, buttons));
        // What it took is on its way, and the guest has not read it.
        self.keyboard_idle &= !taken;
        taken
    }

    /// `until`, or earlier if the input queue wants to be looked at.
    pub(super) fn until_input(&mut self, until: VirtTime) -> VirtTime {
        if !self.input_waits() {
            return until;
        }
        let (now, state) = (self.vm.now(), self.keyboard_state());
        let keys = (!self.input.is_empty()).then(|| self.input.next_time(now, state).unwrap_or(now + input::RETRY));
        let look = [keys, self.pointer.next_time(now)].into_iter().flatten().min().unwrap_or(until);
        // At least one instruction: a keyboard that cannot take an event now may never do so.
        until.min(look.max(now + ONE_NS))
    }

    /// When a guest that waits has something to do, unless a key is pressed first.
    pub(super) fn wake_time(&mut self) -> Option<VirtTime> {
        let (now, state) = (self.vm.now(), self.keyboard_state());
        let event = self.idle_until.filter(|&at| at != END_OF_TIME);
        [event, self.input.next_time(now, state), self.pointer.next_time(now)].into_iter().flatten().min()
    }

    pub(super) fn keyboard_state(&mut self) -> KeyboardState {
        KeyboardState {
            idle: self.vm.board_mut().keyboard_idle(),
            buffered: self.vm.keyboard_buffer_len(),
            waits: self.idle_until.is_some(),
            caps_lock: self.locks().caps,
        }
    }
}
