//! Where the beam is: input status 1 as a function of time and the timing registers.

use super::Video;
use crate::clock::VirtTime;
use crate::devices::rate::Rate;

/// Dot clocks by bit 2 of the miscellaneous output register.
const CLOCK_640: Rate = Rate(25_175_000);
const CLOCK_720: Rate = Rate(28_322_000);

const STATUS_BLANK: u8 = 0x01;
const STATUS_VERTICAL_RETRACE: u8 = 0x08;

const SEQUENCER_CLOCKING: usize = 1;
const CLOCKING_8_DOTS: u8 = 0x01;
const CLOCKING_HALF_DOT_CLOCK: u8 = 0x08;

impl Video {
    /// Input status 1, ports 3BAh and 3DAh.
    pub(super) fn input_status_1(&self, now: VirtTime) -> u8 {
        let clock = if self.misc >> 2 & 3 == 1 { CLOCK_720 } else { CLOCK_640 };
        let clocking = self.sequencer[SEQUENCER_CLOCKING];
        let dots_per_char = if clocking & CLOCKING_8_DOTS != 0 { 8 } else { 9 };
        let clocks_per_dot = if clocking & CLOCKING_HALF_DOT_CLOCK != 0 { 2 } else { 1 };
        let chars = clock.pulses(now) / (dots_per_char * clocks_per_dot);
        let chars_per_line = u64::from(self.crtc[0x00]) + 5;
        let column = chars % chars_per_line;
        let line = chars / chars_per_line % (self.vertical(0x06, 0, 5) + 2);

        let mut status = 0;
        if column > u64::from(self.crtc[0x01]) || line > self.vertical_display_end() {
            status |= STATUS_BLANK;
        }
        if self.in_vertical_retrace(line) {
            status |= STATUS_BLANK | STATUS_VERTICAL_RETRACE;
        }
        status
    }

    /// The last scan line of the picture.
    pub(super) fn vertical_display_end(&self) -> u64 {
        self.vertical(0x12, 1, 6)
    }

    fn in_vertical_retrace(&self, line: u64) -> bool {
        let start = self.vertical(0x10, 2, 7);
        // Only the low four bits of the end are kept: the retrace ends when they match.
        let lines = (u64::from(self.crtc[0x11]).wrapping_sub(start)) & 0xF;
        (start..start + lines).contains(&line)
    }

    /// A ten-bit vertical register: eight bits in CRTC register `index`, bits 8 and 9 at `bit_8`
    /// and `bit_9` of the overflow register.
    fn vertical(&self, index: usize, bit_8: u8, bit_9: u8) -> u64 {
        let overflow = self.crtc[super::CRTC_OVERFLOW];
        u64::from(self.crtc[index]) | u64::from(overflow >> bit_8 & 1) << 8 | u64::from(overflow >> bit_9 & 1) << 9
    }
}
