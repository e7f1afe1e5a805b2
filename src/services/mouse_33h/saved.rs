//! The state that programs save and restore (functions 15h–17h): words, in this order.
//!
//! | words | meaning |
//! | --- | --- |
//! | 0–3, 4–7 | position, low and high limit, ratio; across, down |
//! | 8–10 | the handler's mask, offset and segment |
//! | 11–15 | the cursor: hidden how often, page, kind (1: the display's), its two masks or lines |
//! | 16–19 | sensitivity, double speed, rate |

use super::cursor::Shape;
use super::{Axis, Handler, MouseDriver, signed};
use crate::bios::Bios;
use crate::types::SegOff;

const WORDS: usize = 20;
/// Bytes of a saved state.
pub(super) const BYTES: u16 = 40;
const _: () = assert!(BYTES as usize == 2 * WORDS);

impl MouseDriver {
    /// Function 16h: to ES:DX.
    pub(super) fn save(&self, bios: &mut Bios<'_>) {
        let at = SegOff::new(bios.regs.es(), bios.regs.dx());
        for (offset, word) in (0u16..).step_by(2).zip(self.words()) {
            bios.mem.write_u16(at.offset(offset), word);
        }
    }

    /// Function 17h: from ES:DX. The program may have changed it: every value is checked as if it
    /// came by the function that sets it.
    pub(super) fn restore(&mut self, bios: &mut Bios<'_>) {
        let at = SegOff::new(bios.regs.es(), bios.regs.dx());
        let mut words = [0; WORDS];
        for (offset, word) in (0u16..).step_by(2).zip(&mut words) {
            *word = bios.mem.read_u16(at.offset(offset));
        }
        self.cursor.erase(bios);
        self.set_words(words);
        self.redraw(bios);
    }

    fn words(&self) -> [u16; WORDS] {
        let word = |value: i32| u16::try_from(value).unwrap_or(0);
        let axis = |axis: &Axis| [word(axis.at()), word(axis.limits().0), word(axis.limits().1), axis.ratio()];
        let ([x0, x1, x2, x3], [y0, y1, y2, y3]) = (axis(&self.x), axis(&self.y));
        let (kind, one, other) = match self.cursor.shape() {
            Shape::Masks { and, xor } => (0, and, xor),
            Shape::Lines { start, end } => (1, start, end),
        };
        let Handler { mask, at: SegOff { seg, off } } = self.handler;
        let (hidden, page) = (self.cursor.hidden(), self.cursor.page());
        let [across, down] = self.sensitivity;
        [
            x0,
            x1,
            x2,
            x3,
            y0,
            y1,
            y2,
            y3,
            mask,
            off,
            seg,
            hidden,
            page,
            kind,
            one,
            other,
            across,
            down,
            self.double_speed,
            self.rate,
        ]
    }

    fn set_words(&mut self, words: [u16; WORDS]) {
        let [
            x0,
            x1,
            x2,
            x3,
            y0,
            y1,
            y2,
            y3,
            mask,
            off,
            seg,
            hidden,
            page,
            kind,
            one,
            other,
            across,
            down,
            double,
            rate,
        ] = words;
        for (axis, [at, low, high, ratio]) in [(&mut self.x, [x0, x1, x2, x3]), (&mut self.y, [y0, y1, y2, y3])] {
            axis.limit(signed(low), signed(high));
            axis.set_ratio(ratio);
            axis.set(signed(at));
        }
        self.handler = Handler { mask, at: SegOff { seg, off } };
        let shape =
            if kind == 0 { Shape::Masks { and: one, xor: other } } else { Shape::Lines { start: one, end: other } };
        self.cursor.set(shape, hidden, page);
        (self.sensitivity, self.double_speed, self.rate) = ([across, down], double, rate);
    }
}
