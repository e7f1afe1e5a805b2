//! Power series of 128-bit fractions: a `u128` stands for `value / 2^128`, in 0..1.
//!
//! A series is evaluated from its last term (Horner's scheme): one product for each term.

use super::arithmetic::{full_product, normalized, product};
use crate::cpu::fpu::wide::Wide;

/// `a × b`, cut off.
pub(super) fn fraction_product(a: u128, b: u128) -> u128 {
    full_product(a, b).0
}

/// `c0 - x (c1 - x (c2 - …))`, where the coefficients do not grow.
fn alternating(x: u128, coefficients: &[u128]) -> u128 {
    coefficients.iter().rev().fold(0, |tail, coefficient| coefficient - fraction_product(x, tail))
}

/// `c0 + x (c1 + x (c2 + …))`, where the sum is below 1.
fn rising(x: u128, coefficients: &[u128]) -> u128 {
    coefficients.iter().rev().fold(0, |tail, coefficient| coefficient + fraction_product(x, tail))
}

/// `1 - x (c0 - x (c1 - …))`. Below 1 however small `x` is.
pub(super) fn one_minus(x: u128, coefficients: &[u128]) -> Wide {
    let less = fraction_product(x, alternating(x, coefficients)) + 1;
    normalized(false, -1, less.wrapping_neg(), 0)
}

/// `1 + x (c0 + x (c1 + …))`.
pub(super) fn one_plus(x: u128, coefficients: &[u128]) -> Wide {
    normalized(false, 127, 1, fraction_product(x, rising(x, coefficients)))
}

/// The magnitude of a value below 1, cut off.
pub(super) fn fraction(value: Wide) -> u128 {
    debug_assert!(value.exp < 0, "not a fraction: {value:X?}");
    value.sig.checked_shr((-1 - value.exp).unsigned_abs()).unwrap_or(0)
}

/// The square of a value below 1, cut off.
pub(super) fn square(value: Wide) -> u128 {
    fraction(product(value, value))
}

#[cfg(test)]
mod tests {
    use super::super::arithmetic::ONE;
    use super::*;

    const HALF: u128 = 1 << 127;
    const QUARTER: u128 = 1 << 126;

    #[test]
    fn a_geometric_series_comes_near_its_sum() {
        // 1 + 1/4 + 1/16 + … = 4/3, 1 - 1/4 + 1/16 - … = 4/5, with coefficients that are all 1/2.
        let coefficients = [HALF; 70];
        let third = rising(QUARTER, &coefficients);
        assert!(third.abs_diff(u128::MAX / 3 * 2) <= 2, "{third:X}");
        let fifth = alternating(QUARTER, &coefficients);
        assert!(fifth.abs_diff(u128::MAX / 5 * 2) <= 2, "{fifth:X}");
    }

    #[test]
    fn the_first_coefficient_belongs_to_the_second_power() {
        // 1 ± 1/2 × 1/4
        assert_eq!(one_plus(HALF, &[QUARTER]), Wide { sig: 9 << 124, ..ONE });
        let less = one_minus(HALF, &[QUARTER]);
        assert_eq!(less, Wide { exp: -1, sig: (7 << 125) - 1, ..ONE });
    }

    #[test]
    fn one_minus_next_to_nothing_is_below_one() {
        assert_eq!(one_minus(0, &[HALF]), Wide { exp: -1, sig: u128::MAX, ..ONE });
    }

    #[test]
    fn a_fraction_has_its_point_on_the_left() {
        assert_eq!(fraction(Wide { exp: -1, ..ONE }), HALF);
        assert_eq!(fraction(Wide { exp: -128, ..ONE }), 1);
        assert_eq!(fraction(Wide { exp: -129, ..ONE }), 0);
        assert_eq!(fraction(Wide { exp: -20_000, ..ONE }), 0);
        assert_eq!(square(Wide { exp: -1, ..ONE }), QUARTER);
    }
}
