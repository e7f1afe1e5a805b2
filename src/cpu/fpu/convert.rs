//! Between the register format and the formats of memory: short and long reals, integers, packed
//! decimals.

use super::control::{Control, Rounding};
use super::f80::{BIAS, F80, INTEGER, MAX_EXPONENT};
use super::operate::{Operand, nan1};
use super::round::{Kept, round_off};
use super::status::{C1, IE, OE, PE, UE};
use super::wide::{Wide, shift_right_sticky};
use crate::types::lo16;

/// A real format of memory with an implied integer bit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Format {
    /// Bits of the fraction.
    fraction: u32,
    /// Bits of the exponent.
    exponent: u32,
}

impl Format {
    /// 32 bits.
    pub(crate) const SHORT: Format = Format { fraction: 23, exponent: 8 };
    /// 64 bits.
    pub(crate) const LONG: Format = Format { fraction: 52, exponent: 11 };

    fn bias(self) -> i32 {
        (1 << (self.exponent - 1)) - 1
    }

    /// The exponent field of infinities and NaNs.
    fn max_exponent(self) -> u64 {
        (1 << self.exponent) - 1
    }

    /// Bits of a register's significand behind this fraction.
    fn spare(self) -> u32 {
        63 - self.fraction
    }

    fn join(self, negative: bool, exponent: u64, fraction: u64) -> u64 {
        u64::from(negative) << (self.fraction + self.exponent)
            | exponent << self.fraction
            | fraction & ((1 << self.fraction) - 1)
    }
}

/// Widens a real of memory, which is always exact.
pub(crate) fn from_real(bits: u64, format: Format) -> Operand {
    let negative = bits >> (format.fraction + format.exponent) & 1 != 0;
    let exponent = bits >> format.fraction & format.max_exponent();
    let fraction = bits << (format.spare() + 1) >> 1;
    if exponent == format.max_exponent() {
        return F80::new(negative, MAX_EXPONENT, INTEGER | fraction).into();
    }
    let rebias = BIAS - format.bias();
    if exponent != 0 {
        let exponent = i32::try_from(exponent).unwrap_or(0) + rebias;
        return F80::new(negative, field(exponent), INTEGER | fraction).into();
    }
    if fraction == 0 {
        return F80::new(negative, 0, 0).into();
    }
    let zeros = fraction.leading_zeros();
    let exponent = (1 + rebias).saturating_sub_unsigned(zeros);
    Operand { value: F80::new(negative, field(exponent), fraction << zeros), denormal: true }
}

fn field(exponent: i32) -> u16 {
    lo16(exponent.cast_unsigned())
}

/// Rounds to a real of memory. Where the exception that this raises is unmasked, the bits mean
/// nothing and are not to be stored.
pub(crate) fn to_real(value: F80, format: Format, control: Control) -> (u64, u16) {
    let max = format.max_exponent();
    if let Some((nan, raised)) = nan1(value) {
        return (format.join(nan.negative(), max, nan.sig >> format.spare()), raised);
    }
    if value.is_infinite() {
        return (format.join(value.negative(), max, 0), 0);
    }
    if value.is_zero() {
        return (format.join(value.negative(), 0, 0), 0);
    }
    let wide = value.unpack();
    let kept = round_off(wide.sig, 127 - format.fraction, control.rounding(), wide.negative);
    let exponent = wide.exp + i32::from(kept.carry) + format.bias();
    match u64::try_from(exponent) {
        Ok(1..) if exponent.cast_unsigned() >= field_limit(format) => overflow(wide, format, control),
        Ok(exponent @ 1..) => (format.join(wide.negative, exponent, fraction(kept, format)), kept.raised()),
        _ => tiny(wide, format, control),
    }
}

fn field_limit(format: Format) -> u32 {
    (1 << format.exponent) - 1
}

fn fraction(kept: Kept, format: Format) -> u64 {
    u64::try_from(kept.sig >> 64).unwrap_or(0) >> format.spare()
}

fn overflow(value: Wide, format: Format, control: Control) -> (u64, u16) {
    let max = format.max_exponent();
    let to_infinity = match control.rounding() {
        Rounding::Nearest => true,
        Rounding::Down => value.negative,
        Rounding::Up => !value.negative,
        Rounding::Zero => false,
    };
    match to_infinity {
        _ if !control.masks(OE) => (0, OE),
        true => (format.join(value.negative, max, 0), OE | PE | C1),
        false => (format.join(value.negative, max - 1, u64::MAX), OE | PE),
    }
}

fn tiny(value: Wide, format: Format, control: Control) -> (u64, u16) {
    if !control.masks(UE) {
        return (0, UE);
    }
    let distance = (1 - format.bias() - value.exp).max(0).cast_unsigned();
    let sig = shift_right_sticky(value.sig, distance);
    let kept = round_off(sig, 127 - format.fraction, control.rounding(), value.negative);
    // Rounded up to the least normal, the fraction's carry becomes the exponent.
    let exponent = u64::from(kept.sig >> 127 != 0);
    let raised = kept.raised() | if kept.inexact { UE } else { 0 };
    (format.join(value.negative, exponent, fraction(kept, format)), raised)
}

/// Widens an integer.
pub(crate) fn from_integer(value: i64) -> F80 {
    let magnitude = value.unsigned_abs();
    if magnitude == 0 {
        return F80::ZERO;
    }
    let zeros = magnitude.leading_zeros();
    let exponent = (BIAS + 63).saturating_sub_unsigned(zeros);
    F80::new(value < 0, field(exponent), magnitude << zeros)
}

/// The magnitude of a finite value rounded to an integer, and what that raises; nothing beyond 64 bits.
fn magnitude(value: F80, rounding: Rounding) -> Option<(u64, u16)> {
    if value.is_zero() {
        return Some((0, 0));
    }
    let wide = value.unpack();
    let distance = u32::try_from(63 - wide.exp).ok()?;
    // Integer part above bit 64, fraction below.
    let kept = round_off(shift_right_sticky(wide.sig, distance), 64, rounding, wide.negative);
    (!kept.carry).then(|| (u64::try_from(kept.sig >> 64).unwrap_or(0), kept.raised()))
}

fn is_finite(value: F80) -> bool {
    value.is_zero() || value.is_finite_nonzero()
}

/// Rounds to an integer of 16, 32 or 64 bits. What does not fit is invalid, and the integer
/// indefinite.
pub(crate) fn to_integer(value: F80, bits: u32, control: Control) -> (i64, u16) {
    let indefinite = -1 << (bits - 1);
    let limit = 1_u64 << (bits - 1);
    match is_finite(value).then(|| magnitude(value, control.rounding())).flatten() {
        Some((magnitude, raised)) if magnitude < limit || magnitude == limit && value.negative() => {
            let magnitude = magnitude.cast_signed();
            (if value.negative() { magnitude.wrapping_neg() } else { magnitude }, raised)
        }
        _ => (indefinite, IE),
    }
}

/// FRNDINT for a finite value that is not zero.
pub(crate) fn to_integral(value: F80, rounding: Rounding) -> (F80, u16) {
    match magnitude(value, rounding) {
        Some((0, raised)) => (F80::ZERO.with_sign(value.negative()), raised),
        Some((magnitude, raised)) => {
            let zeros = magnitude.leading_zeros();
            let exponent = field((BIAS + 63).saturating_sub_unsigned(zeros));
            (F80::new(value.negative(), exponent, magnitude << zeros), raised)
        }
        // Carried to 2^64, or too large to have a fraction.
        None if value.unpack().exp < 64 => (F80::new(value.negative(), field(BIAS + 64), INTEGER), PE | C1),
        None => (value, 0),
    }
}

/// The least magnitude that eighteen digits cannot hold.
const DECIMAL_LIMIT: u64 = 1_000_000_000_000_000_000;
/// The packed decimal indefinite.
pub(crate) const DECIMAL_INDEFINITE: [u8; 10] = [0, 0, 0, 0, 0, 0, 0, 0xC0, 0xFF, 0xFF];

/// Reads eighteen packed digits. Digits beyond 9 are undefined by the manual; here they count as they
/// are.
pub(crate) fn from_decimal(bytes: [u8; 10]) -> F80 {
    let digits = bytes[..9].iter().rev();
    let magnitude = digits.fold(0_i64, |sum, &byte| sum * 100 + i64::from(byte >> 4) * 10 + i64::from(byte & 0xF));
    from_integer(magnitude).with_sign(bytes[9] & 0x80 != 0)
}

/// Rounds to eighteen packed digits.
pub(crate) fn to_decimal(value: F80, control: Control) -> ([u8; 10], u16) {
    match is_finite(value).then(|| magnitude(value, control.rounding())).flatten() {
        Some((magnitude, raised)) if magnitude < DECIMAL_LIMIT => {
            let mut bytes = [0; 10];
            let mut rest = magnitude;
            for byte in &mut bytes[..9] {
                let pair = u8::try_from(rest % 100).unwrap_or(0);
                *byte = ((pair / 10) << 4) | (pair % 10);
                rest /= 100;
            }
            bytes[9] = if value.negative() { 0x80 } else { 0 };
            (bytes, raised)
        }
        _ => (DECIMAL_INDEFINITE, IE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: Control = Control::INITIAL;

    #[test]
    fn integers_that_do_not_fit_are_indefinite() {
        let value = from_integer(32_768);
        assert_eq!(to_integer(value, 16, ALL), (-32_768, IE));
        assert_eq!(to_integer(value.negated(), 16, ALL), (-32_768, 0));
        assert_eq!(to_integer(F80::INFINITY, 64, ALL), (i64::MIN, IE));
        assert_eq!(to_integer(from_integer(i64::MIN), 64, ALL), (i64::MIN, 0));
    }

    #[test]
    fn a_half_rounds_to_even_and_says_inexact() {
        let half = F80::new(false, 0x3FFE, INTEGER);
        assert_eq!(to_integer(half, 32, ALL), (0, PE));
        assert_eq!(to_integer(half, 32, Control(0x0B7F)), (1, PE | C1));
        assert_eq!(to_integral(half.negated(), Rounding::Nearest), (F80::ZERO.negated(), PE));
        assert_eq!(
            to_integral(F80::new(false, 0x403E, u64::MAX), Rounding::Up),
            (F80::new(false, 0x403E, u64::MAX), 0)
        );
    }

    #[test]
    fn decimals_have_eighteen_digits_and_a_sign() {
        let digits = [0x34, 0x12, 0, 0, 0, 0, 0, 0, 0x90, 0x80];
        let value = from_decimal(digits);
        assert_eq!(value, from_integer(-900_000_000_000_001_234));
        assert_eq!(to_decimal(value, ALL), (digits, 0));
        assert_eq!(to_decimal(from_integer(1_000_000_000_000_000_000), ALL), (DECIMAL_INDEFINITE, IE));
        assert_eq!(to_decimal(from_decimal([0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80]), ALL).0[9], 0x80);
    }

    #[test]
    fn unmasked_overflow_of_a_store_raises_no_more_than_it_is() {
        let large = F80::new(false, 0x3FFF + 200, INTEGER);
        assert_eq!(to_real(large, Format::SHORT, ALL), (0x7F80_0000, OE | PE | C1));
        assert_eq!(to_real(large, Format::SHORT, Control(ALL.0 & !OE)).1, OE);
        assert_eq!(to_real(large, Format::SHORT, Control(0x0F7F)), (0x7F7F_FFFF, OE | PE));
    }

    proptest! {
        #[test]
        fn a_long_real_survives_a_register(bits: u64) {
            let operand = from_real(bits, Format::LONG);
            prop_assume!(!operand.value.is_signaling());
            prop_assert_eq!(to_real(operand.value, Format::LONG, ALL), (bits, 0));
        }

        #[test]
        fn a_long_real_is_shortened_as_the_host_does_it(value: f64) {
            prop_assume!(!value.is_nan());
            #[allow(clippy::cast_possible_truncation, reason = "the host's own rounding to compare with")]
            let expected = (value as f32).to_bits();
            let (bits, _) = to_real(from_real(value.to_bits(), Format::LONG).value, Format::SHORT, ALL);
            prop_assert_eq!(bits, u64::from(expected));
        }

        #[test]
        fn an_integer_survives_a_register(value: i64) {
            prop_assert_eq!(to_integer(from_integer(value), 64, ALL), (value, 0));
        }
    }
}
