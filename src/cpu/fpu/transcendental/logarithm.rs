//! FYL2X and FYL2XP1.

use super::arithmetic::{ONE, inexact, integer, negated, product, quotient, sum};
use super::constants::{ARTANH, TWO_LOG2_E};
use super::series::{one_plus, square};
use crate::cpu::fpu::wide::Wide;

/// Where an octave ends and the next begins: about √2, so that 1 is well inside of one. The logarithms of
/// its neighbours are small numbers then, and no differences of large ones.
const OCTAVE_END: u128 = 0xB504_F334 << 96;
/// The exponent of values that FYL2XP1 may take as they are: below 1/4.
const SMALL: i32 = -3;

/// FYL2X: `y log2 x`, for `x > 0`. `None` is zero: `x` is 1.
pub(crate) fn fyl2x(x: Wide, y: Wide) -> Option<Wide> {
    debug_assert!(!x.negative, "no logarithm: {x:X?}");
    // x = 2^octave × m, with m from √½ to √2.
    let (octave, exp) = if x.sig < OCTAVE_END { (x.exp, 0) } else { (x.exp + 1, -1) };
    let whole = integer(octave < 0, octave.unsigned_abs().into());
    if x.sig == ONE.sig {
        return whole.map(|whole| product(whole, y));
    }
    let part = log2(Wide { negative: false, exp, sig: x.sig });
    Some(inexact(product(whole.map_or(part, |whole| sum(whole, part)), y)))
}

/// FYL2XP1: `y log2(x + 1)`, for `abs(x) < 1 - √½`, however small `x` is.
///
/// Beyond, where the 80387 leaves the result undefined: the logarithm if there is one, else `x`, as
/// later chips do.
pub(crate) fn fyl2xp1(x: Wide, y: Wide) -> Wide {
    if x.exp <= SMALL {
        let s = quotient(x, sum(Wide { exp: 1, ..ONE }, x));
        return inexact(product(log2_of_ratio(s), y));
    }
    if x.exp < 0 || !x.negative {
        let one_more = if x.exp < 0 { sum(ONE, x) } else { sum(x, ONE) };
        return fyl2x(one_more, y).unwrap_or(x);
    }
    x
}

/// `log2 m`, for m from √½ to √2 except 1.
fn log2(m: Wide) -> Wide {
    let minus_one = negated(ONE);
    let less_one = if m.exp < 0 { sum(minus_one, m) } else { sum(m, minus_one) };
    let more_one = if m.exp < 0 { sum(ONE, m) } else { sum(m, ONE) };
    log2_of_ratio(quotient(less_one, more_one))
}

/// `log2((1 + s) / (1 - s))`, which is `2 / ln 2 × artanh s`, for `abs(s) < 0.172`.
fn log2_of_ratio(s: Wide) -> Wide {
    // artanh s = s (1 + s²/3 + s⁴/5 + …)
    product(product(s, TWO_LOG2_E), one_plus(square(s), &ARTANH))
}

#[cfg(test)]
mod tests {
    use super::super::exponential::f2xm1;
    use super::super::tests::{assert_close, register};
    use super::*;

    fn log(x: Wide) -> Wide {
        fyl2x(x, ONE).unwrap()
    }

    #[test]
    fn powers_of_two_are_exact() {
        let y = register(true, 16383, u64::MAX);
        assert_eq!(fyl2x(Wide { exp: -16445, ..ONE }, ONE), integer(true, 16445));
        assert_eq!(fyl2x(Wide { exp: 1, ..ONE }, y), Some(y));
        assert_eq!(fyl2x(Wide { exp: -1, ..ONE }, y), Some(negated(y)));
        let exact = Wide { negative: true, exp: 16383 + 14, sig: (u128::from(u64::MAX) * 16383) << 50 };
        assert_eq!(fyl2x(Wide { exp: 16383, ..ONE }, y), Some(exact));
    }

    #[test]
    fn the_logarithm_of_one_is_zero() {
        assert_eq!(fyl2x(ONE, ONE), None);
    }

    #[test]
    fn other_logarithms_are_inexact() {
        for x in [register(false, 0, 1), register(false, -1, u64::MAX), register(false, 1, 1 << 62)] {
            assert_eq!(log(x).sig & 1, 1);
        }
    }

    #[test]
    fn a_square_has_twice_the_logarithm() {
        for exp in -8000..8000 {
            // 32 bits, whose square is a register's value.
            let x = Wide { negative: false, exp, sig: ONE.sig | u128::from(exp.unsigned_abs()) << 96 | 1 << 96 };
            let twice = Wide { exp: log(x).exp + 1, ..log(x) };
            assert_close(log(product(x, x)), twice, 122, &format!("{x:X?}"));
        }
    }

    #[test]
    fn the_octaves_join_without_a_step() {
        let below = Wide { sig: OCTAVE_END - (1 << 64), ..ONE };
        let above = Wide { sig: OCTAVE_END, ..ONE };
        // The derivative of log2 x is 1 / (x ln 2): 2^-63 more of x is 2^-63 × 1.02 more of the logarithm.
        let step = sum(log(above), negated(log(below)));
        assert_eq!((step.negative, step.exp), (false, -63));
    }

    #[test]
    fn the_logarithm_undoes_the_power() {
        for exp in -140..-2 {
            let x = register(exp % 2 == 0, exp, 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(exp.unsigned_abs().into()));
            assert_close(fyl2xp1(f2xm1(x), ONE), x, 121, &format!("{x:X?}"));
        }
    }

    #[test]
    fn both_logarithms_agree() {
        for bits in 0..1000_u128 {
            for negative in [false, true] {
                let x = Wide { negative, exp: -3, sig: ONE.sig | bits << 110 };
                assert_close(fyl2xp1(x, ONE), log(sum(ONE, x)), 121, &format!("{x:X?}"));
            }
        }
    }

    #[test]
    fn beyond_the_domain_there_is_a_logarithm_or_the_argument() {
        let three = register(false, 1, 1 << 62);
        assert_eq!(fyl2xp1(three, ONE), Wide { exp: 1, ..ONE });
        assert_eq!(fyl2xp1(negated(Wide { exp: -1, ..ONE }), ONE), negated(ONE));
        assert_eq!(fyl2xp1(register(false, 16383, 0), ONE), inexact(integer(false, 16383).unwrap()));
        assert_eq!(fyl2xp1(negated(ONE), three), negated(ONE));
        assert_eq!(fyl2xp1(negated(three), ONE), negated(three));
    }
}
