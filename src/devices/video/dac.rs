//! The DAC (`Dac`), ports 3C6h–3C9h: 256 colours of 18 bits.

use crate::screen::Rgb;

const PORT_MASK: u16 = 0x3C6;
/// Write: index for reading. Read: state.
const PORT_READ_INDEX: u16 = 0x3C7;
const PORT_WRITE_INDEX: u16 = 0x3C8;

const STATE_READING: u8 = 0x03;

/// Bits in a channel.
const CHANNEL_MASK: u8 = 0x3F;

/// Two thirds and one third of full brightness: the primary and secondary colour lines of the EGA.
const EGA_PRIMARY: u8 = 42;
const EGA_SECONDARY: u8 = 21;

/// The palette chip.
pub(super) struct Dac {
    /// Red, green and blue, six bits each.
    colors: [[u8; 3]; 256],
    mask: u8,
    index: u8,
    /// Which of the three channels port 3C9h reaches next.
    channel: usize,
    reading: bool,
}

impl Dac {
    /// The chip with the colours of text modes in 0–63 and those of mode 13h in the rest.
    pub(super) fn new() -> Dac {
        let mut colors = [[0; 3]; 256];
        for (index, color) in (0..=255u8).zip(&mut colors) {
            *color = if index < 64 { ega_color(index) } else { wheel_color(index) };
        }
        Dac { colors, mask: 0xFF, index: 0, channel: 0, reading: false }
    }

    /// What the display shows for `index`.
    pub(super) fn color(&self, index: u8) -> Rgb {
        let [r, g, b] = self.colors[usize::from(index & self.mask)].map(to_8_bits);
        Rgb { r, g, b }
    }

    pub(super) fn read(&mut self, port: u16) -> u8 {
        match port {
            PORT_MASK => self.mask,
            PORT_READ_INDEX => {
                if self.reading {
                    STATE_READING
                } else {
                    0
                }
            }
            PORT_WRITE_INDEX => self.index,
            _ => {
                let value = self.colors[usize::from(self.index)][self.channel];
                self.step();
                value
            }
        }
    }

    /// Writes a port. True if a colour or the mask changed.
    pub(super) fn write(&mut self, port: u16, value: u8) -> bool {
        match port {
            PORT_MASK => std::mem::replace(&mut self.mask, value) != value,
            PORT_READ_INDEX | PORT_WRITE_INDEX => {
                self.index = value;
                self.channel = 0;
                self.reading = port == PORT_READ_INDEX;
                false
            }
            _ => {
                let value = value & CHANNEL_MASK;
                let channel = &mut self.colors[usize::from(self.index)][self.channel];
                let changed = std::mem::replace(channel, value) != value;
                self.step();
                changed
            }
        }
    }

    /// On to the next channel, and after blue to the next colour.
    fn step(&mut self) {
        self.channel = (self.channel + 1) % 3;
        if self.channel == 0 {
            self.index = self.index.wrapping_add(1);
        }
    }
}

fn to_8_bits(channel: u8) -> u8 {
    channel << 2 | channel >> 4
}

/// Colour `index` of the EGA's 64: bits 0–2 blue, green, red, bits 3–5 the same at half weight.
fn ega_color(index: u8) -> [u8; 3] {
    let channel = |bit: u8| (index >> bit & 1) * EGA_PRIMARY + (index >> (bit + 3) & 1) * EGA_SECONDARY;
    [channel(2), channel(1), channel(0)]
}

/// Colour `index` of mode 13h, from 64 on: a wheel of 24 hues from blue over red and green, in
/// three saturations of three brightnesses, then black.
/// Source: IBM PS/2 Technical Reference, default colours of 256-colour mode.
fn wheel_color(index: u8) -> [u8; 3] {
    /// The five steps from the weakest to the strongest channel, by brightness and saturation.
    const STEPS: [[u8; 5]; 9] = [
        [0, 16, 31, 47, 63],
        [31, 39, 47, 55, 63],
        [45, 49, 54, 58, 63],
        [0, 7, 14, 21, 28],
        [14, 17, 21, 24, 28],
        [20, 22, 24, 26, 28],
        [0, 4, 8, 12, 16],
        [8, 10, 12, 14, 16],
        [11, 12, 13, 15, 16],
    ];
    let position = usize::from(index.saturating_sub(32));
    let Some(steps) = STEPS.get(position / 24) else { return [0; 3] };
    let (sixth, step) = (position % 24 / 4, position % 4);
    let (low, up, down, high) = (steps[0], steps[step], steps[4 - step], steps[4]);
    match sixth {
        0 => [up, low, high],
        1 => [high, low, down],
        2 => [high, up, low],
        3 => [down, high, low],
        4 => [low, high, up],
        _ => [low, down, high],
    }
}
