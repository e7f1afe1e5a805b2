//! The board's logic around the coprocessor (`CoprocessorPort`): the error latch, ports F0h–F1h.
//!
//! Models: the flip-flop that ERROR# of the 80387 sets. It raises IRQ13 and holds the processor's
//! BUSY# active, so that no further instruction gets through before the handler has run; a write to
//! F0h clears it. A write to F1h resets the coprocessor as well. Both read as all ones.
//! Source: IBM PC AT Technical Reference, "Math coprocessor control".

use super::PortDevice;
use crate::clock::VirtTime;

const PORT_CLEAR: u16 = 0xF0;

/// What a write to the ports asks of the coprocessor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoprocessorSignal {
    /// BUSY# is released.
    Release,
    /// BUSY# is released, and the coprocessor reset.
    Reset,
}

/// The latch.
pub(super) struct CoprocessorPort {
    error: bool,
    signal: Option<CoprocessorSignal>,
}

impl CoprocessorPort {
    pub(super) fn new() -> CoprocessorPort {
        CoprocessorPort { error: false, signal: None }
    }

    /// ERROR# became active.
    pub(super) fn raise(&mut self) {
        self.error = true;
    }

    /// What was written since the last call.
    pub(super) fn take_signal(&mut self) -> Option<CoprocessorSignal> {
        self.signal.take()
    }
}

impl PortDevice for CoprocessorPort {
    fn read(&mut self, _port: u16, _now: VirtTime) -> u8 {
        0xFF
    }

    fn write(&mut self, port: u16, _value: u8, _now: VirtTime) {
        self.error = false;
        let reset = port != PORT_CLEAR || self.signal == Some(CoprocessorSignal::Reset);
        self.signal = Some(if reset { CoprocessorSignal::Reset } else { CoprocessorSignal::Release });
    }

    fn irq(&self) -> bool {
        self.error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_to_f0_clears_the_latch_and_releases_busy() {
        let mut port = CoprocessorPort::new();
        port.raise();
        assert!(port.irq());
        port.write(0xF0, 0, VirtTime::ZERO);
        assert!(!port.irq());
        assert_eq!(port.take_signal(), Some(CoprocessorSignal::Release));
        assert_eq!(port.take_signal(), None);
    }

    #[test]
    fn a_write_to_f1_resets_and_a_later_one_to_f0_does_not_undo_that() {
        let mut port = CoprocessorPort::new();
        port.write(0xF1, 0, VirtTime::ZERO);
        port.write(0xF0, 0, VirtTime::ZERO);
        assert_eq!(port.take_signal(), Some(CoprocessorSignal::Reset));
    }
}
