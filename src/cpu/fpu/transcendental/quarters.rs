//! Taking whole quarters of a turn off an angle.

use super::arithmetic::{full_product, magnitude, normalized, product};
use super::constants::{HALF_PI, INVERSE_TURN};
use crate::cpu::fpu::wide::Wide;

/// An angle as `quarters × π/2 + rest`, with `abs(rest) <= π/4`; whole turns are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Angle {
    /// 0–3.
    pub(super) quarters: u128,
    pub(super) rest: Wide,
}

/// Takes the magnitude of an angle below 2^63 apart. The rest has all its 128 bits, however small it is.
///
/// Of all registers the nearest to a multiple of π/2 is 2^-68.9 quarters away from it (the convergents of
/// the continued fraction of π tell). Of the 256 bits behind the point that leaves 185.
///
/// The chips know π to 66 bits only. Near a multiple of π/2 few bits of their sines are those of the
/// sine, for large angles none. This takes the true π.
/// Source: Intel SDM volume 1, §8.3.8 (approximation of π): the 66 bits, the same since the 80387.
/// Gap: a program that counts on the chip's error finds the mathematical value.
pub(super) fn take_apart(angle: Wide) -> Angle {
    // Below 1/2 the angle is its own rest, exactly.
    if angle.exp < -1 {
        return Angle { quarters: 0, rest: magnitude(angle) };
    }
    let (high, low) = turns(angle);
    let quarters = high >> 126;
    let (high, low) = (high << 2 | low >> 126, low << 2);
    if high >> 127 == 0 {
        return Angle { quarters, rest: product(normalized(false, -1, high, low), HALF_PI) };
    }
    // Past the middle, the next quarter is nearer.
    let (low, borrow) = 0_u128.overflowing_sub(low);
    let high = 0_u128.wrapping_sub(high).wrapping_sub(u128::from(borrow));
    Angle { quarters: (quarters + 1) % 4, rest: product(normalized(true, -1, high, low), HALF_PI) }
}

/// The angle in turns, without whole ones: 256 bits behind the point.
fn turns(angle: Wide) -> (u128, u128) {
    debug_assert!((-1..63).contains(&angle.exp), "out of range: {angle:X?}");
    // In units of 2^-64 the angle is an integer below 2^127. With the first 64 bits of the constant as
    // another, the product has its point on the left; what does not fit are whole turns.
    let units = angle.sig >> 64 << (angle.exp + 1);
    let [first, second, third] = INVERSE_TURN;
    let (second_high, second_low) = full_product(units, second);
    let (third_high, _) = full_product(units, third);
    let (low, carry) = second_low.overflowing_add(third_high);
    let high = units.wrapping_mul(first).wrapping_add(second_high).wrapping_add(u128::from(carry));
    (high, low)
}

#[cfg(test)]
mod tests {
    use super::super::arithmetic::{ONE, negated};
    use super::*;

    #[test]
    fn a_small_angle_is_left_alone() {
        let small = Wide { exp: -2, sig: u128::MAX << 64, ..ONE };
        assert_eq!(take_apart(small), Angle { quarters: 0, rest: small });
        assert_eq!(take_apart(negated(small)), Angle { quarters: 0, rest: small });
    }

    #[test]
    fn an_angle_goes_to_the_nearest_quarter() {
        // In quarters of a turn: 0.64, 1.27, 1.91, 2.55, 3.18, 3.82.
        for (angle, quarters, negative) in
            [(1, 1, true), (2, 1, false), (3, 2, true), (4, 3, true), (5, 3, false), (6, 0, true)]
        {
            let Angle { quarters: found, rest } = take_apart(Wide::normalized(false, 127, angle).unwrap());
            assert_eq!((found, rest.negative), (quarters, negative), "{angle}");
        }
    }

    #[test]
    fn the_register_nearest_to_pi_leaves_what_it_lacks() {
        // π = C90FDAA2_2168C235 / 2^62 - 0.3B39… / 2^62
        let pi = Wide { negative: false, exp: 1, sig: 0xC90F_DAA2_2168_C235 << 64 };
        let Angle { quarters, rest } = take_apart(pi);
        assert_eq!((quarters, rest.negative, rest.exp), (2, false, -65));
        assert_eq!(rest.sig >> 64, 0xECE6_75D1_FC8F_8CBB);
    }
}
