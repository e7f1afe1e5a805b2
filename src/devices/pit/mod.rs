//! 8254 programmable interval timer (`Pit`), ports 40h–43h.
//!
//! Models: counters 0–2, modes 0–5, BCD, the three access modes, counter latch and read-back. The
//! counting is in [`counter`]; here are the registers in front of it. Counters 0 and 1 have their
//! gates tied high; counter 2's gate is port 61h's business.
//! Source: Intel 8254 data sheet; IBM PC AT Technical Reference for the wiring.

mod counter;

use self::counter::Counter;
use super::PortDevice;
use super::rate::Rate;
use crate::clock::VirtTime;

/// The input clock: a third of the colour carrier's 3.579545 MHz.
const CLOCK: Rate = Rate(1_193_182);

const PORT_CONTROL: u16 = 0x43;

/// Counter number in a control word that makes it a read-back command.
const SELECT_READ_BACK: u8 = 3;
/// Clear in a read-back command that latches counts.
const READ_BACK_NO_COUNT: u8 = 0x20;
/// Clear in a read-back command that latches status bytes.
const READ_BACK_NO_STATUS: u8 = 0x10;
const STATUS_OUT: u8 = 0x80;
const STATUS_NULL_COUNT: u8 = 0x40;

/// Refresh requests come every 18 pulses and flip bit 4 of port 61h.
/// Gap: they do so whatever counter 1 is programmed to.
const REFRESH_PULSES: u64 = 18;

/// Which bytes of a count go over the port.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Low,
    High,
    LowThenHigh,
}

/// A counter with its port.
struct Channel {
    counter: Counter,
    access: Access,
    /// Bits 5–0 of the control word, for the status byte.
    control: u8,
    /// The first byte of a count, until the second comes.
    first_byte: Option<u8>,
    high_byte_next: bool,
    latched_count: Option<u16>,
    latched_status: Option<u8>,
}

impl Channel {
    fn new() -> Channel {
        Channel {
            counter: Counter::new(),
            access: Access::LowThenHigh,
            control: 0x36,
            first_byte: None,
            high_byte_next: false,
            latched_count: None,
            latched_status: None,
        }
    }

    fn write_control(&mut self, word: u8, tick: u64) {
        let access = match word >> 4 & 3 {
            0 => return self.latch_count(tick),
            1 => Access::Low,
            2 => Access::High,
            _ => Access::LowThenHigh,
        };
        self.counter.program(word >> 1 & 7, word & 1 != 0, tick);
        self.access = access;
        self.control = word & 0x3F;
        self.first_byte = None;
        self.high_byte_next = false;
        self.latched_count = None;
        self.latched_status = None;
    }

    /// A second latch command before the first count was read is ignored.
    fn latch_count(&mut self, tick: u64) {
        if self.latched_count.is_none() {
            self.latched_count = Some(self.counter.read(tick));
        }
    }

    fn latch_status(&mut self, tick: u64) {
        if self.latched_status.is_some() {
            return;
        }
        let mut status = self.control;
        if self.counter.out(tick) {
            status |= STATUS_OUT;
        }
        if self.counter.is_null_count(tick) {
            status |= STATUS_NULL_COUNT;
        }
        self.latched_status = Some(status);
    }

    fn read(&mut self, tick: u64) -> u8 {
        if let Some(status) = self.latched_status.take() {
            return status;
        }
        let [low, high] = self.latched_count.unwrap_or_else(|| self.counter.read(tick)).to_le_bytes();
        if self.access == Access::LowThenHigh && !self.high_byte_next {
            self.high_byte_next = true;
            return low;
        }
        self.high_byte_next = false;
        self.latched_count = None;
        if self.access == Access::Low { low } else { high }
    }

    fn write(&mut self, value: u8, tick: u64) {
        let bytes = match (self.access, self.first_byte.take()) {
            (Access::Low, _) => [value, 0],
            (Access::High, _) => [0, value],
            (Access::LowThenHigh, Some(low)) => [low, value],
            (Access::LowThenHigh, None) => {
                self.first_byte = Some(value);
                self.counter.begin_write(tick);
                return;
            }
        };
        self.counter.write(u16::from_le_bytes(bytes), tick);
    }
}

/// The timer chip.
pub(super) struct Pit {
    channels: [Channel; 3],
    /// The clock pulse up to which counters were brought.
    tick: u64,
    /// True if counter 0's output rose since the last [`Pit::take_rise`].
    rose: bool,
}

impl Pit {
    /// The chip at power-on: outputs high, nothing counts before it is programmed.
    pub(super) fn new() -> Pit {
        Pit { channels: [Channel::new(), Channel::new(), Channel::new()], tick: 0, rose: false }
    }

    /// True once if counter 0's output rose, even if it fell again since.
    pub(super) fn take_rise(&mut self) -> bool {
        std::mem::take(&mut self.rose)
    }

    /// Level of counter 2's output.
    pub(super) fn speaker_out(&self) -> bool {
        self.channels[2].counter.out(self.tick)
    }

    /// Sets the level of counter 2's gate.
    pub(super) fn set_speaker_gate(&mut self, level: bool) {
        self.channels[2].counter.set_gate(level, self.tick);
    }

    /// The bit that each memory refresh flips.
    pub(super) fn refresh_toggle(&self) -> bool {
        (self.tick / REFRESH_PULSES) & 1 != 0
    }

    fn read_back(&mut self, command: u8) {
        for (index, channel) in self.channels.iter_mut().enumerate() {
            if command >> (index + 1) & 1 == 0 {
                continue;
            }
            if command & READ_BACK_NO_COUNT == 0 {
                channel.latch_count(self.tick);
            }
            if command & READ_BACK_NO_STATUS == 0 {
                channel.latch_status(self.tick);
            }
        }
    }
}

impl PortDevice for Pit {
    fn read(&mut self, port: u16, now: VirtTime) -> u8 {
        self.advance(now);
        match self.channels.get_mut(usize::from(port & 3)) {
            Some(channel) => channel.read(self.tick),
            // The control word register cannot be read.
            None => 0xFF,
        }
    }

    fn write(&mut self, port: u16, value: u8, now: VirtTime) {
        self.advance(now);
        let tick = self.tick;
        if port != PORT_CONTROL {
            return self.channels[usize::from(port & 3)].write(value, tick);
        }
        match value >> 6 {
            SELECT_READ_BACK => self.read_back(value),
            index => self.channels[usize::from(index)].write_control(value, tick),
        }
    }

    fn advance(&mut self, now: VirtTime) {
        let tick = CLOCK.pulses(now);
        if tick <= self.tick {
            return;
        }
        self.rose |= self.channels[0].counter.next_rise(self.tick).is_some_and(|rise| rise <= tick);
        for channel in &mut self.channels {
            channel.counter.advance(tick);
        }
        self.tick = tick;
    }

    /// Level of counter 0's output.
    fn irq(&self) -> bool {
        self.channels[0].counter.out(self.tick)
    }

    /// When counter 0's output next rises. That it falls in between interrupts nobody.
    fn next_event(&self, now: VirtTime) -> Option<VirtTime> {
        self.channels[0].counter.next_rise(self.tick).map(|tick| CLOCK.time_of(tick).max(now))
    }
}

#[cfg(test)]
mod tests;
