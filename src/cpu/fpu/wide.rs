//! Values between two roundings.

use super::f80::{BIAS, F80};

/// A finite value that is not zero: `sig / 2^127 × 2^exp` with its sign.
///
/// Bit 127 of `sig` is set, so that the fraction is in 1..2. Bit 0 is sticky: it is set if bits
/// below it were lost, which tells inexact from exact and the middle from what is beyond it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wide {
    pub(crate) negative: bool,
    pub(crate) exp: i32,
    pub(crate) sig: u128,
}

impl Wide {
    /// From a significand with any number of leading zeros; nothing if it is zero.
    pub(crate) fn normalized(negative: bool, exp: i32, sig: u128) -> Option<Wide> {
        let zeros = sig.leading_zeros();
        let exp = exp.saturating_sub_unsigned(zeros);
        (sig != 0).then(|| Wide { negative, exp, sig: sig.checked_shl(zeros).unwrap_or(0) })
    }

    /// Bits 64–127: the significand of a register.
    pub(crate) fn high(self) -> u64 {
        u64::try_from(self.sig >> 64).unwrap_or(0)
    }
}

/// Shifts right; what is lost remains as bit 0.
pub(crate) fn shift_right_sticky(sig: u128, count: u32) -> u128 {
    match count {
        0 => sig,
        1..=127 => sig >> count | u128::from(sig << (128 - count) != 0),
        _ => u128::from(sig != 0),
    }
}

impl F80 {
    /// The value of a normal or denormal number. Anything else has no such value: the caller has
    /// dealt with it.
    pub(crate) fn unpack(self) -> Wide {
        debug_assert!(self.is_finite_nonzero(), "no finite value: {self:X?}");
        let zeros = self.sig.leading_zeros();
        // The exponent field of denormals is 0, but they count as those with 1.
        let exponent = i32::from(self.exponent().max(1)) - BIAS;
        let sig = u128::from(self.sig).checked_shl(64 + zeros).unwrap_or(0);
        Wide { negative: self.negative(), exp: exponent.saturating_sub_unsigned(zeros), sig }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_unpacks_to_one() {
        assert_eq!(F80::ONE.unpack(), Wide { negative: false, exp: 0, sig: 1 << 127 });
    }

    #[test]
    fn the_least_denormal_is_normalised() {
        assert_eq!(F80::new(true, 0, 1).unpack(), Wide { negative: true, exp: -16445, sig: 1 << 127 });
    }

    #[test]
    fn a_pseudo_denormal_has_the_value_of_the_least_normal() {
        assert_eq!(F80::new(false, 0, 1 << 63).unpack(), F80::new(false, 1, 1 << 63).unpack());
    }

    #[test]
    fn what_a_shift_loses_stays_as_the_sticky_bit() {
        assert_eq!(shift_right_sticky(0b1011, 2), 0b11);
        assert_eq!(shift_right_sticky(0b1000, 2), 0b10);
        assert_eq!(shift_right_sticky(1 << 127, 127), 1);
        assert_eq!(shift_right_sticky(1 << 127, 128), 1);
        assert_eq!(shift_right_sticky(0, 500), 0);
        assert_eq!(shift_right_sticky(3, 0), 3);
    }

    #[test]
    fn normalising_keeps_the_value() {
        assert_eq!(Wide::normalized(false, 5, 1 << 120), Some(Wide { negative: false, exp: -2, sig: 1 << 127 }));
        assert_eq!(Wide::normalized(true, 5, 0), None);
    }
}
