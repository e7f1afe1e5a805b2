//! What a script needs of a session. The real one is [`Session`]; tests of the runner have
//! another, whose guest does as told.

use std::time::Duration;

use crate::clock::VirtTime;
use crate::keys::Key;
use crate::monitor::vm::{StopReason, TrapStats};
use crate::screen::Screen;
use crate::session::Session;
use crate::types::SegOff;

/// A machine in deterministic mode that can be typed into and looked at.
pub trait Machine {
    /// Guest time.
    fn now(&self) -> VirtTime;
    /// Runs for `span` of guest time, or until the machine stops.
    fn run_for(&mut self, span: Duration);
    /// Runs until `done` says so of the screen; at most for `limit`, or until the machine stops.
    /// True if `done` said so.
    fn run_until(&mut self, limit: Duration, done: &mut dyn FnMut(&Screen) -> bool) -> bool;
    /// Queues text.
    fn type_text(&mut self, text: &str);
    /// Queues a chord.
    fn strike(&mut self, keys: &[Key]);
    /// True if the guest has read everything queued.
    fn input_done(&self) -> bool;
    /// What the display shows.
    fn screen(&self) -> Screen;
    /// Why the machine stopped, if it did.
    fn stopped(&self) -> Option<&StopReason>;
    /// Where the guest executes.
    fn cs_ip(&self) -> SegOff;
    /// The end of what the guest wrote to port E9h.
    fn log(&self) -> &[u8];
    /// How often the monitor was entered.
    fn stats(&self) -> TrapStats;
}

impl Machine for Session {
    fn now(&self) -> VirtTime {
        Session::now(self)
    }

    fn run_for(&mut self, span: Duration) {
        Session::run_for(self, span);
    }

    fn run_until(&mut self, limit: Duration, done: &mut dyn FnMut(&Screen) -> bool) -> bool {
        Session::run_until(self, limit, done)
    }

    fn type_text(&mut self, text: &str) {
        let left_out = Session::type_text(self, text);
        debug_assert!(left_out.is_empty(), "the parser refuses text that cannot be typed");
    }

    fn strike(&mut self, keys: &[Key]) {
        Session::strike(self, keys);
    }

    fn input_done(&self) -> bool {
        Session::input_done(self)
    }

    fn screen(&self) -> Screen {
        Session::screen(self)
    }

    fn stopped(&self) -> Option<&StopReason> {
        Session::stopped(self)
    }

    fn cs_ip(&self) -> SegOff {
        self.vm().cs_ip()
    }

    fn log(&self) -> &[u8] {
        Session::log(self)
    }

    fn stats(&self) -> TrapStats {
        Session::stats(self)
    }
}
