//! The register format: a sign, fifteen bits of biased exponent, and 64 bits of significand with
//! its integer bit.

/// A value in a register. The integer bit is explicit, so that there are encodings without meaning:
/// the 80387 takes those as invalid operands. Source: 80387 PRM §2.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct F80 {
    /// Significand; bit 63 is the integer bit.
    pub(crate) sig: u64,
    /// Bit 15 the sign, bits 0–14 the biased exponent.
    pub(crate) top: u16,
}

/// The integer bit.
pub(crate) const INTEGER: u64 = 1 << 63;
/// Set in quiet NaNs, clear in signalling ones.
pub(crate) const QUIET: u64 = 1 << 62;
/// What is added to an exponent.
pub(crate) const BIAS: i32 = 0x3FFF;
/// The exponent field of infinities and NaNs.
pub(crate) const MAX_EXPONENT: u16 = 0x7FFF;
const SIGN: u16 = 0x8000;

impl F80 {
    /// +0.
    pub(crate) const ZERO: F80 = F80 { sig: 0, top: 0 };
    /// +1.
    pub(crate) const ONE: F80 = F80 { sig: INTEGER, top: 0x3FFF };
    /// Plus infinity.
    pub(crate) const INFINITY: F80 = F80 { sig: INTEGER, top: MAX_EXPONENT };
    /// The real indefinite: the quiet NaN of masked invalid operations.
    pub(crate) const INDEFINITE: F80 = F80 { sig: INTEGER | QUIET, top: SIGN | MAX_EXPONENT };

    /// From sign, exponent field and significand.
    pub(crate) fn new(negative: bool, exponent: u16, sig: u64) -> F80 {
        F80 { sig, top: (if negative { SIGN } else { 0 }) | exponent & MAX_EXPONENT }
    }

    /// From ten bytes of memory.
    pub(crate) fn from_bytes(bytes: [u8; 10]) -> F80 {
        let [a, b, c, d, e, f, g, h, low, high] = bytes;
        F80 { sig: u64::from_le_bytes([a, b, c, d, e, f, g, h]), top: u16::from_le_bytes([low, high]) }
    }

    /// As ten bytes of memory.
    pub(crate) fn to_bytes(self) -> [u8; 10] {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&self.sig.to_le_bytes());
        bytes[8..].copy_from_slice(&self.top.to_le_bytes());
        bytes
    }

    /// The same magnitude with that sign.
    pub(crate) fn with_sign(self, negative: bool) -> F80 {
        F80::new(negative, self.exponent(), self.sig)
    }

    pub(crate) fn negated(self) -> F80 {
        F80 { top: self.top ^ SIGN, ..self }
    }

    pub(crate) fn negative(self) -> bool {
        self.top & SIGN != 0
    }

    /// The exponent field.
    pub(crate) fn exponent(self) -> u16 {
        self.top & MAX_EXPONENT
    }

    pub(crate) fn is_zero(self) -> bool {
        self.exponent() == 0 && self.sig == 0
    }

    pub(crate) fn is_infinite(self) -> bool {
        self.exponent() == MAX_EXPONENT && self.sig == INTEGER
    }

    pub(crate) fn is_nan(self) -> bool {
        self.exponent() == MAX_EXPONENT && self.sig > INTEGER
    }

    pub(crate) fn is_signaling(self) -> bool {
        self.is_nan() && self.sig & QUIET == 0
    }

    /// Denormals and pseudo-denormals, whose integer bit is set.
    pub(crate) fn is_denormal(self) -> bool {
        self.exponent() == 0 && self.sig != 0
    }

    /// Unnormals, pseudo-infinities and pseudo-NaNs: an exponent, but no integer bit.
    pub(crate) fn is_unsupported(self) -> bool {
        self.exponent() != 0 && self.sig & INTEGER == 0
    }

    /// A number that is not zero: normal or denormal.
    pub(crate) fn is_finite_nonzero(self) -> bool {
        self.is_denormal() || self.sig & INTEGER != 0 && self.exponent() != MAX_EXPONENT
    }

    /// A pseudo-denormal as the normal number that it is; anything else as it is.
    pub(crate) fn normalized(self) -> F80 {
        let pseudo_denormal = self.exponent() == 0 && self.sig & INTEGER != 0;
        F80 { top: self.top | u16::from(pseudo_denormal), ..self }
    }

    /// A NaN with its quiet bit set.
    pub(crate) fn quieted(self) -> F80 {
        F80 { sig: self.sig | QUIET, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_of_one_class() {
        let classes = |value: F80| {
            [value.is_zero(), value.is_finite_nonzero(), value.is_infinite(), value.is_nan(), value.is_unsupported()]
        };
        for top in [0, 1, 0x3FFF, 0x7FFE, 0x7FFF, 0x8000, 0xFFFF] {
            for sig in [0, 1, QUIET, QUIET | 1, INTEGER, INTEGER | 1, INTEGER | QUIET, u64::MAX] {
                let value = F80 { sig, top };
                assert_eq!(classes(value).iter().filter(|&&is| is).count(), 1, "{value:X?}");
            }
        }
    }

    #[test]
    fn only_nans_without_the_quiet_bit_signal() {
        assert!(F80 { sig: INTEGER | 1, top: 0x7FFF }.is_signaling());
        assert!(!F80::INDEFINITE.is_signaling() && !F80::INFINITY.is_signaling());
        assert_eq!(F80 { sig: INTEGER | 1, top: 0xFFFF }.quieted(), F80 { sig: INTEGER | QUIET | 1, top: 0xFFFF });
    }

    #[test]
    fn the_sign_is_independent_of_the_value() {
        assert_eq!(F80::ZERO.negated(), F80::new(true, 0, 0));
        assert!(F80::INDEFINITE.negative() && !F80::INDEFINITE.with_sign(false).negative());
        assert_eq!(F80::ONE.negated().negated(), F80::ONE);
    }
}
