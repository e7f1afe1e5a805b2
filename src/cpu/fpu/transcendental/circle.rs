//! FSIN, FCOS and FPTAN.

use super::arithmetic::{inexact, negated, product, quotient};
use super::constants::{COSINE, SINE};
use super::quarters::{Angle, take_apart};
use super::series::{one_minus, square};
use crate::cpu::fpu::wide::Wide;

/// FSIN: `sin x`, for `abs(x) < 2^63`.
pub(crate) fn fsin(x: Wide) -> Wide {
    let sine = sine(take_apart(x));
    if x.negative { negated(sine) } else { sine }
}

/// FCOS: `cos x`, for `abs(x) < 2^63`.
pub(crate) fn fcos(x: Wide) -> Wide {
    let Angle { quarters, rest } = take_apart(x);
    sine(Angle { quarters: quarters + 1, rest })
}

/// FPTAN: `tan x`, for `abs(x) < 2^63`.
pub(crate) fn fptan(x: Wide) -> Wide {
    let Angle { quarters, rest } = take_apart(x);
    let (ratio, cosine) = (sine_ratio(rest), cosine(rest));
    let tangent = if quarters % 2 == 0 {
        // The ratio first: it is 1 or more, so that the tangent of a small angle is not below the angle.
        product(rest, quotient(ratio, cosine))
    } else {
        negated(quotient(cosine, product(rest, ratio)))
    };
    inexact(if x.negative { negated(tangent) } else { tangent })
}

fn sine(Angle { quarters, rest }: Angle) -> Wide {
    let sine = if quarters % 2 == 0 { product(rest, sine_ratio(rest)) } else { cosine(rest) };
    inexact(if quarters & 2 == 0 { sine } else { negated(sine) })
}

/// `sin r / r`.
fn sine_ratio(rest: Wide) -> Wide {
    one_minus(square(rest), &SINE)
}

/// `cos r`.
fn cosine(rest: Wide) -> Wide {
    one_minus(square(rest), &COSINE)
}

#[cfg(test)]
mod tests {
    use super::super::arithmetic::{ONE, integer, magnitude, sum};
    use super::super::tests::{assert_close, register};
    use super::*;

    /// Angles of all sizes and signs.
    fn angles() -> impl Iterator<Item = Wide> {
        (-70..63)
            .map(|exp| register(exp % 3 == 0, exp, 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(exp.unsigned_abs().into())))
    }

    #[test]
    fn the_squares_of_sine_and_cosine_add_up_to_one() {
        for x in angles() {
            let (sine, cosine) = (fsin(x), fcos(x));
            let (a, b) = (product(sine, sine), product(cosine, cosine));
            let total = if a.exp > b.exp || a.exp == b.exp && a.sig > b.sig { sum(a, b) } else { sum(b, a) };
            assert_close(total, ONE, 124, &format!("{x:X?}"));
        }
    }

    #[test]
    fn the_tangent_is_sine_by_cosine() {
        for x in angles() {
            assert_close(fptan(x), quotient(fsin(x), fcos(x)), 123, &format!("{x:X?}"));
        }
    }

    #[test]
    fn doubling_an_angle_doubles_sine_times_cosine() {
        for x in angles().filter(|x| x.exp < 62) {
            let twice = |x: Wide| Wide { exp: x.exp + 1, ..x };
            assert_close(fsin(twice(x)), twice(product(fsin(x), fcos(x))), 122, &format!("{x:X?}"));
        }
    }

    #[test]
    fn sine_and_tangent_are_odd_and_the_cosine_is_even() {
        for x in angles() {
            assert_eq!(fsin(negated(x)), negated(fsin(x)));
            assert_eq!(fptan(negated(x)), negated(fptan(x)));
            assert_eq!(fcos(negated(x)), fcos(x));
        }
    }

    #[test]
    fn tiny_angles_have_a_sine_just_below_and_a_tangent_just_above() {
        for exp in [-16445, -8000, -200, -66, -65, -64, -63] {
            let x = register(true, exp, 0x1234_5678_9ABC_DEF1);
            assert!(magnitude(fsin(x)).sig < x.sig, "{exp}");
            assert!(fsin(x).sig > x.sig - (1 << 20), "{exp}");
            assert!(fptan(x).sig > x.sig, "{exp}");
            assert!(fptan(x).sig < x.sig + (1 << 20), "{exp}");
            assert_eq!(fcos(x).exp, -1);
            assert!(fcos(x).sig > u128::MAX - (1 << 20), "{exp}");
        }
    }

    #[test]
    fn the_sine_of_a_tiny_power_of_two_has_the_exponent_below() {
        let x = Wide { exp: -100, ..ONE };
        assert_eq!(fsin(x), Wide { exp: -101, sig: u128::MAX, ..ONE });
    }

    #[test]
    fn signs_follow_the_quadrant() {
        // 1 to 6 radians lie in quadrants 1, 2, 2, 3, 4 and 4.
        for (x, sine, cosine) in
            [(1, '+', '+'), (2, '+', '-'), (3, '+', '-'), (4, '-', '-'), (5, '-', '+'), (6, '-', '+')]
        {
            let x = integer(false, x).unwrap();
            assert_eq!((fsin(x).negative, fcos(x).negative), (sine == '-', cosine == '-'));
            assert_eq!(fptan(x).negative, sine != cosine);
        }
    }
}
