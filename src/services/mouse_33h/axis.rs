//! One direction of the mouse: where it is, how far it may go, and the counts that move it.

/// Pixels that a ratio of counts is for.
const RATIO_PIXELS: i32 = 8;

/// See the module's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    at: i32,
    low: i32,
    high: i32,
    /// Counts of the mouse for eight pixels.
    ratio: u16,
    /// Counts, times eight, that have not made a pixel yet.
    rest: i32,
    /// Counts that no program has asked for yet.
    counts: i16,
}

impl Axis {
    /// The middle of `length` pixels.
    pub(super) fn new(length: i32, ratio: u16) -> Axis {
        Axis { at: length / 2, low: 0, high: length - 1, ratio, rest: 0, counts: 0 }
    }

    pub(super) fn at(&self) -> i32 {
        self.at
    }

    pub(super) fn limits(&self) -> (i32, i32) {
        (self.low, self.high)
    }

    pub(super) fn ratio(&self) -> u16 {
        self.ratio
    }

    pub(super) fn set(&mut self, at: i32) {
        self.at = at.clamp(self.low, self.high);
        self.rest = 0;
    }

    /// Sets the limits, in whatever order they come; nothing is above the screen or left of it.
    pub(super) fn limit(&mut self, one: i32, other: i32) {
        (self.low, self.high) = (one.min(other).max(0), one.max(other).max(0));
        self.set(self.at);
    }

    pub(super) fn set_ratio(&mut self, ratio: u16) {
        self.ratio = ratio.max(1);
        self.rest = 0;
    }

    /// Notes counts of the mouse.
    pub(super) fn count(&mut self, counts: i16) {
        self.counts = self.counts.wrapping_add(counts);
    }

    /// Moves by counts of the mouse.
    pub(super) fn move_by(&mut self, counts: i16) {
        let ratio = i32::from(self.ratio);
        let eighths = self.rest + i32::from(counts) * RATIO_PIXELS;
        self.at = (self.at + eighths / ratio).clamp(self.low, self.high);
        self.rest = eighths % ratio;
    }

    /// The counts so far, in two's complement.
    pub(super) fn counts(&self) -> u16 {
        self.counts.cast_unsigned()
    }

    /// The counts since the last call.
    pub(super) fn take_counts(&mut self) -> u16 {
        std::mem::take(&mut self.counts).cast_unsigned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_move_by_the_ratio_and_their_rest_is_kept() {
        let mut axis = Axis::new(640, 16);
        assert_eq!(axis.at(), 320);
        axis.move_by(3);
        assert_eq!(axis.at(), 321);
        axis.move_by(1);
        assert_eq!(axis.at(), 322);
        axis.move_by(-8);
        assert_eq!(axis.at(), 318);
    }

    #[test]
    fn limits_hold_in_either_order() {
        let mut axis = Axis::new(200, 8);
        axis.limit(50, 10);
        assert_eq!((axis.at(), axis.limits()), (50, (10, 50)));
        axis.move_by(-255);
        assert_eq!(axis.at(), 10);
        axis.limit(-5, -9);
        assert_eq!((axis.at(), axis.limits()), (0, (0, 0)));
    }
}
