//! One session, run by whoever holds it: the deterministic road, used by scripts and tests.

use std::time::Duration;

use super::{Host, SessionError};
use crate::clock::VirtTime;
use crate::config::SessionSpec;
use crate::keys::KeyEvent;
use crate::monitor::vm::{StopReason, TrapStats, Vm};
use crate::screen::Screen;

/// How a session is started.
#[derive(Clone, Copy, Debug)]
pub struct SessionOptions {
    /// Every image gets an overlay, whatever its policy says (as `dosmux test` does).
    pub force_overlay: bool,
    /// What the guest's clock shows at power-on. *Units*: seconds since 1970-01-01, local time.
    pub rtc_start: u64,
}

/// A machine with a name, an input queue and a log.
pub struct Session {
    name: String,
    vm: Vm,
}

impl Session {
    /// Opens the images of `spec` and switches the machine on.
    pub fn new(_spec: &SessionSpec, _host: &Host, _options: SessionOptions) -> Result<Session, SessionError> {
        todo!()
    }

    /// The session's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Deterministic mode: runs for `span` of guest time; idle time is skipped at once.
    /// Returns early if the machine stops.
    pub fn run_for(&mut self, _span: Duration) {}

    /// Deterministic mode: runs until `done` says so of the screen (looked at whenever it changed),
    /// the machine stops, or `limit` of guest time has passed. True if `done` said so.
    pub fn run_until(&mut self, _limit: Duration, _done: impl FnMut(&Screen) -> bool) -> bool {
        false
    }

    /// Queues a key event; it reaches the keyboard when there is room.
    pub fn press(&mut self, _event: KeyEvent) {}

    /// Queues a chord of keys, pressed in order and released in reverse.
    pub fn strike(&mut self, _keys: &[crate::keys::Key]) {}

    /// Queues text; each character is typed only when the guest has read the one before.
    ///
    /// Returns the characters that no keystroke of code page 437 gives; they are left out.
    pub fn type_text(&mut self, _text: &str) -> Vec<char> {
        Vec::new()
    }

    /// True if everything queued has been read by the guest.
    #[must_use]
    pub fn input_done(&self) -> bool {
        true
    }

    /// What the display shows.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.vm.screen()
    }

    /// Guest time.
    #[must_use]
    pub fn now(&self) -> VirtTime {
        self.vm.now()
    }

    /// Why the machine stopped, if it did.
    #[must_use]
    pub fn stopped(&self) -> Option<&StopReason> {
        self.vm.stopped()
    }

    /// Restarts the machine.
    pub fn reset(&mut self) {
        self.vm.reset();
    }

    /// What the guest wrote to port E9h so far: the last 64 KiB.
    #[must_use]
    pub fn log(&self) -> &[u8] {
        &[]
    }

    /// How often the monitor was entered.
    #[must_use]
    pub fn stats(&self) -> TrapStats {
        self.vm.stats()
    }

    /// The machine below, for inspection.
    #[must_use]
    pub fn vm(&self) -> &Vm {
        &self.vm
    }

    /// The machine below.
    pub fn vm_mut(&mut self) -> &mut Vm {
        &mut self.vm
    }
}
