//! System control ports (`SystemControl`): 61h (port B) and 92h (port A).
//!
//! Models: counter 2's gate, speaker data and parity enables as bits that read back, the refresh
//! and counter 2 output bits of port 61h; A20 and fast reset of port 92h.
//! Gap: no sound; the speaker bits only read back.
//! Source: IBM PC AT Technical Reference (61h), IBM PS/2 Technical Reference (92h).

use super::PortDevice;
use crate::clock::VirtTime;

const PORT_B: u16 = 0x61;

const B_GATE: u8 = 0x01;
/// Gate, speaker data, and the two parity check enables.
const B_WRITABLE: u8 = 0x0F;
const B_REFRESH: u8 = 0x10;
const B_TIMER_OUT: u8 = 0x20;

const A_RESET: u8 = 0x01;
const A_A20: u8 = 0x02;

/// The two control ports.
pub(super) struct SystemControl {
    port_a: u8,
    port_b: u8,
    refresh: bool,
    timer_out: bool,
    reset: bool,
}

impl SystemControl {
    pub(super) fn new() -> SystemControl {
        SystemControl { port_a: 0, port_b: 0, refresh: false, timer_out: false, reset: false }
    }

    /// Sets the input lines that port 61h shows.
    pub(super) fn set_inputs(&mut self, refresh: bool, timer_out: bool) {
        self.refresh = refresh;
        self.timer_out = timer_out;
    }

    /// Level of counter 2's gate.
    pub(super) fn speaker_gate(&self) -> bool {
        self.port_b & B_GATE != 0
    }

    /// Port 92h's share in the A20 gate.
    pub(super) fn a20(&self) -> bool {
        self.port_a & A_A20 != 0
    }

    /// True once after bit 0 of port 92h went from 0 to 1.
    pub(super) fn take_reset(&mut self) -> bool {
        std::mem::take(&mut self.reset)
    }
}

impl PortDevice for SystemControl {
    fn read(&mut self, port: u16, _now: VirtTime) -> u8 {
        if port != PORT_B {
            return self.port_a;
        }
        let refresh = if self.refresh { B_REFRESH } else { 0 };
        let timer_out = if self.timer_out { B_TIMER_OUT } else { 0 };
        self.port_b | refresh | timer_out
    }

    fn write(&mut self, port: u16, value: u8, _now: VirtTime) {
        if port == PORT_B {
            self.port_b = value & B_WRITABLE;
        } else {
            self.reset |= value & !self.port_a & A_RESET != 0;
            self.port_a = value;
        }
    }
}
