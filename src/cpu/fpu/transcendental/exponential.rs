//! F2XM1.

use super::arithmetic::{inexact, product};
use super::constants::{EXPONENTIAL, LN_2};
use super::series::{fraction, one_minus, one_plus};
use crate::cpu::fpu::wide::Wide;

/// F2XM1: `2^x - 1`, for `abs(x) <= 1`.
///
/// Beyond, where the 80387 leaves the result undefined, x is left as it is: later chips do so.
pub(crate) fn f2xm1(x: Wide) -> Wide {
    if x.exp >= 0 {
        return of_one_or_more(x);
    }
    let z = product(x, LN_2);
    let size = fraction(z);
    // exp z - 1 = z (1 + z/2! + z²/3! + …)
    let growth = if z.negative { one_minus(size, &EXPONENTIAL) } else { one_plus(size, &EXPONENTIAL) };
    inexact(product(z, growth))
}

fn of_one_or_more(x: Wide) -> Wide {
    let minus_one = Wide { negative: true, exp: 0, sig: 1 << 127 };
    // 2^1 - 1 = 1 is its own argument too.
    if x == minus_one { Wide { exp: -1, ..x } } else { x }
}

#[cfg(test)]
mod tests {
    use super::super::arithmetic::{ONE, negated, quotient, sum};
    use super::super::tests::{assert_close, register};
    use super::*;

    const MINUS_ONE: Wide = Wide { negative: true, ..ONE };

    #[test]
    fn the_ends_of_the_domain_are_exact() {
        assert_eq!(f2xm1(ONE), ONE);
        assert_eq!(f2xm1(MINUS_ONE), Wide { exp: -1, ..MINUS_ONE });
    }

    #[test]
    fn beyond_the_domain_the_argument_stays() {
        for x in [register(false, 0, 1), register(true, 0, 1), register(false, 16383, 7), register(true, 1, 0)] {
            assert_eq!(f2xm1(x), x);
        }
    }

    #[test]
    fn half_a_power_squared_is_the_power() {
        // (2^½)² = 2
        let root = sum(ONE, f2xm1(Wide { exp: -1, ..ONE }));
        assert_close(product(root, root), Wide { exp: 1, ..ONE }, 125, "root of 2");
    }

    #[test]
    fn opposite_arguments_have_reciprocal_powers() {
        // 2^-x - 1 = -(2^x - 1) / 2^x
        for exp in -140..0 {
            let x = register(false, exp, 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(exp.unsigned_abs().into()));
            let growth = f2xm1(x);
            assert_close(f2xm1(negated(x)), negated(quotient(growth, sum(ONE, growth))), 123, &format!("{x:X?}"));
        }
    }

    #[test]
    fn the_least_arguments_are_multiplied_by_the_logarithm_of_two() {
        let x = register(true, -16445, 0);
        assert_close(f2xm1(x), product(x, LN_2), 125, "denormal");
    }
}
