//! The control word: rounding, precision and exception masks.

use super::status::EXCEPTIONS;

/// Rounding control, RC. Source: 80387 PRM §2.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// To the nearest value, to the even one in the middle.
    Nearest,
    /// Towards minus infinity.
    Down,
    /// Towards plus infinity.
    Up,
    /// Towards zero: chop.
    Zero,
}

/// Precision control, PC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    /// 24 bits of significand.
    Single,
    /// 53 bits.
    Double,
    /// 64 bits.
    Extended,
}

impl Precision {
    /// Bits of the significand.
    pub(crate) fn bits(self) -> u32 {
        match self {
            Precision::Single => 24,
            Precision::Double => 53,
            Precision::Extended => 64,
        }
    }
}

/// The control word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Control(pub(crate) u16);

/// Position of the two bits of PC.
const PC: u32 = 8;
/// Position of the two bits of RC.
const RC: u32 = 10;

impl Control {
    /// After FNINIT: all exceptions masked, 64 bits, to nearest.
    pub(crate) const INITIAL: Control = Control(0x037F);

    pub(crate) fn rounding(self) -> Rounding {
        match self.0 >> RC & 3 {
            0 => Rounding::Nearest,
            1 => Rounding::Down,
            2 => Rounding::Up,
            _ => Rounding::Zero,
        }
    }

    /// The reserved value 01 counts as 64 bits.
    pub(crate) fn precision(self) -> Precision {
        match self.0 >> PC & 3 {
            0 => Precision::Single,
            2 => Precision::Double,
            _ => Precision::Extended,
        }
    }

    /// The same with 64 bits, as operations round that precision control does not concern.
    pub(crate) fn extended(self) -> Control {
        Control(self.0 | 3 << PC)
    }

    /// True if all of `exceptions` (bits of the status word) are masked.
    pub(crate) fn masks(self, exceptions: u16) -> bool {
        exceptions & EXCEPTIONS & !self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::fpu::status::{OE, PE, ZE};

    #[test]
    fn the_initial_word_masks_all_and_rounds_to_nearest_even() {
        assert!(Control::INITIAL.masks(EXCEPTIONS));
        assert_eq!(Control::INITIAL.rounding(), Rounding::Nearest);
        assert_eq!(Control::INITIAL.precision().bits(), 64);
    }

    #[test]
    fn fields_are_read_from_their_bits() {
        let control = Control(0x0C3F & !ZE);
        assert_eq!(control.rounding(), Rounding::Zero);
        assert_eq!(control.precision(), Precision::Single);
        assert_eq!(control.extended().precision(), Precision::Extended);
        assert_eq!(Control(0x0600).rounding(), Rounding::Down);
        assert_eq!(Control(0x0A00).rounding(), Rounding::Up);
        assert_eq!(Control(0x0200).precision(), Precision::Double);
        assert!(control.masks(OE | PE) && !control.masks(ZE | PE));
    }
}
