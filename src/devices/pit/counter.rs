//! One counter of the 8254. Nothing ticks: count and output are computed from the clock pulse at
//! which the counting element was last loaded, so they are exact at any distance.
//!
//! Gap: a count of 1, which the data sheet forbids in modes 2 and 3, leaves the output high.
//! Gap: the output of mode 1 falls with the trigger, not one clock pulse later.

/// What a counter does, by the number in the control word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// 0: interrupt on terminal count.
    TerminalCount,
    /// 1: hardware retriggerable one-shot.
    OneShot,
    /// 2: rate generator.
    RateGenerator,
    /// 3: square wave.
    SquareWave,
    /// 4: software triggered strobe.
    SoftwareStrobe,
    /// 5: hardware triggered strobe.
    HardwareStrobe,
}

impl Mode {
    fn from_bits(bits: u8) -> Mode {
        match bits {
            0 => Mode::TerminalCount,
            1 => Mode::OneShot,
            // Bit 2 is ignored in these two.
            2 | 6 => Mode::RateGenerator,
            3 | 7 => Mode::SquareWave,
            4 => Mode::SoftwareStrobe,
            _ => Mode::HardwareStrobe,
        }
    }

    /// True if the count starts over by itself.
    fn is_periodic(self) -> bool {
        matches!(self, Mode::RateGenerator | Mode::SquareWave)
    }

    /// True if only a rising gate starts the count.
    fn is_triggered(self) -> bool {
        matches!(self, Mode::OneShot | Mode::HardwareStrobe)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    /// Waits for a count or a trigger and shows `value`.
    Stopped { value: u64 },
    /// The gate holds it, `elapsed` pulses after it was loaded.
    Held { elapsed: u64 },
    /// Loaded at pulse `start`, which may be the one to come.
    Running { start: u64 },
}

/// A count that waits for the end of the (half) cycle.
#[derive(Clone, Copy, Debug)]
struct Reload {
    at: u64,
    count: u64,
    /// Level of a square wave from then on.
    high: bool,
}

/// One counter.
pub(super) struct Counter {
    mode: Mode,
    bcd: bool,
    gate: bool,
    /// The count register: the count last written since the control word.
    written: Option<u64>,
    /// True if `written` has not gone to the counting element.
    unloaded: bool,
    /// The count in force. *Range*: 1–65536, 1–10000 in BCD.
    count: u64,
    /// True if a square wave was high when the element was loaded.
    high_first: bool,
    element: Element,
    reload: Option<Reload>,
}

impl Counter {
    /// A counter that waits to be programmed, output high, gate high.
    pub(super) fn new() -> Counter {
        Counter {
            mode: Mode::SquareWave,
            bcd: false,
            gate: true,
            written: None,
            unloaded: true,
            count: 0x1_0000,
            high_first: true,
            element: Element::Stopped { value: 0 },
            reload: None,
        }
    }

    /// A control word with mode number `mode`: counting stops until a count is written.
    pub(super) fn program(&mut self, mode: u8, bcd: bool, tick: u64) {
        self.stop(tick);
        self.mode = Mode::from_bits(mode);
        self.bcd = bcd;
        self.written = None;
        self.unloaded = true;
        self.reload = None;
    }

    /// The first of two bytes of a count: in mode 0 it stops the counting.
    pub(super) fn begin_write(&mut self, tick: u64) {
        if self.mode == Mode::TerminalCount {
            self.stop(tick);
        }
    }

    /// A whole count.
    pub(super) fn write(&mut self, raw: u16, tick: u64) {
        let count = self.decode(raw);
        self.written = Some(count);
        self.unloaded = true;
        match self.element {
            _ if self.mode.is_triggered() => {}
            Element::Running { start } if self.mode.is_periodic() && tick >= start => self.queue_reload(count, tick),
            Element::Held { .. } if self.mode.is_periodic() => {}
            _ => self.load(count, tick),
        }
    }

    /// Sets the gate. A rising gate triggers modes 1 and 5 and restarts modes 2 and 3; a low gate
    /// holds the count in the others.
    pub(super) fn set_gate(&mut self, level: bool, tick: u64) {
        if level == self.gate {
            return;
        }
        self.gate = level;
        match (level, self.element) {
            (true, Element::Held { elapsed }) if !self.mode.is_periodic() => {
                self.element = Element::Running { start: tick.saturating_sub(elapsed) };
            }
            (true, _) if self.mode.is_periodic() || self.mode.is_triggered() => {
                if let Some(count) = self.written {
                    self.load(count, tick);
                }
            }
            (false, Element::Running { start }) if !self.mode.is_triggered() => {
                self.element = Element::Held { elapsed: tick.saturating_sub(start) };
                self.reload = None;
            }
            _ => {}
        }
    }

    /// Puts a queued count in force if its time has come. To be called before anything else at a
    /// later `tick`.
    pub(super) fn advance(&mut self, tick: u64) {
        if let Some(reload) = self.reload
            && tick >= reload.at
        {
            self.reload = None;
            self.unloaded = false;
            self.count = reload.count;
            self.high_first = reload.high;
            self.element = Element::Running { start: reload.at };
        }
    }

    /// What the guest reads: 16 bits, binary or BCD.
    pub(super) fn read(&self, tick: u64) -> u16 {
        let value = self.value(tick);
        let raw = if self.bcd { to_bcd(value) } else { value };
        u16::try_from(raw).unwrap_or(0)
    }

    /// True if the count last written is not yet what is being counted.
    pub(super) fn is_null_count(&self, tick: u64) -> bool {
        match self.element {
            Element::Running { start } if tick < start => true,
            _ => self.unloaded,
        }
    }

    /// Level of the output.
    pub(super) fn out(&self, tick: u64) -> bool {
        let elapsed = match self.element {
            Element::Stopped { .. } => return self.mode != Mode::TerminalCount,
            Element::Held { .. } if self.mode.is_periodic() => return true,
            Element::Held { elapsed } => elapsed,
            Element::Running { start } => tick.saturating_sub(start),
        };
        match self.mode {
            Mode::TerminalCount | Mode::OneShot => elapsed >= self.count,
            Mode::RateGenerator => self.count == 1 || elapsed % self.count != self.count - 1,
            Mode::SquareWave => self.half(elapsed).high,
            Mode::SoftwareStrobe | Mode::HardwareStrobe => elapsed != self.count,
        }
    }

    /// The first pulse after `tick` at which the output rises, if nobody interferes.
    pub(super) fn next_rise(&self, tick: u64) -> Option<u64> {
        let Element::Running { start } = self.element else { return None };
        let tick = tick.max(start);
        let elapsed = tick - start;
        match self.mode {
            Mode::TerminalCount | Mode::OneShot => Some(start + self.count).filter(|&rise| rise > tick),
            Mode::SoftwareStrobe | Mode::HardwareStrobe => Some(start + self.count + 1).filter(|&rise| rise > tick),
            // High all the time, until a better count has come in force and run once.
            Mode::RateGenerator if self.count == 1 => {
                self.reload.filter(|reload| reload.count > 1).map(|reload| reload.at + reload.count)
            }
            Mode::RateGenerator => Some(tick + self.count - elapsed % self.count),
            Mode::SquareWave => {
                let half = self.half(elapsed);
                let low = self.reload.map_or(self.count, |reload| reload.count) / 2;
                match half.high {
                    false => Some(tick + half.left),
                    true => Some(tick + half.left + low).filter(|_| low > 0),
                }
            }
        }
    }

    fn modulus(&self) -> u64 {
        if self.bcd { 10_000 } else { 0x1_0000 }
    }

    /// The number of pulses that a count means: 0 is the largest.
    fn decode(&self, raw: u16) -> u64 {
        let count = if self.bcd { from_bcd(raw) } else { u64::from(raw) } % self.modulus();
        if count == 0 { self.modulus() } else { count }
    }

    fn stop(&mut self, tick: u64) {
        self.element = Element::Stopped { value: self.value(tick) };
    }

    /// Loads the counting element with the next clock pulse.
    fn load(&mut self, count: u64, tick: u64) {
        self.count = count;
        self.high_first = true;
        self.unloaded = false;
        self.reload = None;
        self.element = match self.gate || self.mode.is_triggered() {
            true => Element::Running { start: tick + 1 },
            false => Element::Held { elapsed: 0 },
        };
    }

    /// Modes 2 and 3 finish the cycle, or half cycle, before they take a new count.
    fn queue_reload(&mut self, count: u64, tick: u64) {
        let Element::Running { start } = self.element else { return };
        let elapsed = tick.saturating_sub(start);
        let half = self.half(elapsed);
        self.reload = Some(match self.mode {
            Mode::SquareWave => Reload { at: tick + half.left, count, high: !half.high },
            _ => Reload { at: tick + self.count - elapsed % self.count, count, high: true },
        });
    }

    /// The count, as a number below the modulus.
    fn value(&self, tick: u64) -> u64 {
        let elapsed = match self.element {
            Element::Stopped { value } => return value % self.modulus(),
            Element::Held { elapsed } => elapsed,
            Element::Running { start } => tick.saturating_sub(start),
        };
        let value = match self.mode {
            Mode::RateGenerator => self.count - elapsed % self.count,
            // Counts down by two, an odd count from the even number below it.
            Mode::SquareWave => (self.count & !1).saturating_sub(2 * self.half(elapsed).position),
            // The others count on through zero.
            _ => self.count + self.modulus() - elapsed % self.modulus(),
        };
        value % self.modulus()
    }

    /// Where in a square wave `elapsed` pulses after its start lie. An odd count is high for one
    /// pulse more than it is low.
    fn half(&self, elapsed: u64) -> Half {
        let (high, low) = (self.count.div_ceil(2), self.count / 2);
        let first = if self.high_first { high } else { low };
        let position = elapsed % self.count;
        if position < first {
            Half { high: self.high_first, position, left: first - position }
        } else {
            Half { high: !self.high_first, position: position - first, left: self.count - position }
        }
    }
}

/// Half a cycle of a square wave.
struct Half {
    high: bool,
    /// Pulses since the half began.
    position: u64,
    /// Pulses until it ends, at least one.
    left: u64,
}

fn from_bcd(raw: u16) -> u64 {
    (0..4).rev().fold(0, |sum, digit| sum * 10 + u64::from(raw >> (4 * digit) & 0xF))
}

fn to_bcd(value: u64) -> u64 {
    let digit = |weight: u64| value / weight % 10;
    (digit(1000) << 12) | (digit(100) << 8) | (digit(10) << 4) | digit(1)
}
