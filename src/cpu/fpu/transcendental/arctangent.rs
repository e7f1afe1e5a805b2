//! FPATAN.

use super::arithmetic::{inexact, integer, magnitude, negated, product, quotient, sum};
use super::constants::{ARCTAN, ARCTAN_EIGHTHS, HALF_PI, PI};
use super::series::{one_minus, square};
use crate::cpu::fpu::wide::Wide;

/// FPATAN: the angle of the vector (x, y), from -π to π.
pub(crate) fn fpatan(y: Wide, x: Wide) -> Wide {
    let steep = (y.exp, y.sig) > (x.exp, x.sig);
    let (small, large) = if steep { (x, y) } else { (y, x) };
    // The angle to the nearer axis, and from there to the positive x-axis.
    let angle = arctan(magnitude(small), magnitude(large));
    let angle = match (steep, x.negative) {
        (false, false) => angle,
        (false, true) => sum(PI, negated(angle)),
        (true, false) => sum(HALF_PI, negated(angle)),
        (true, true) => sum(HALF_PI, angle),
    };
    inexact(if y.negative { negated(angle) } else { angle })
}

/// `arctan(small / large)`, of positive values whose ratio is not above 1.
fn arctan(small: Wide, large: Wide) -> Wide {
    let gap = large.exp.abs_diff(small.exp);
    // A ratio below 1/16 is nearest to no eighth but 0.
    if gap > 4 {
        return arctan_series(quotient(small, large));
    }
    let (small_int, large_int) = (small.sig >> 64, large.sig >> 64 << gap);
    let eighths = (8 * small_int + large_int / 2) / large_int;
    let index = usize::try_from(eighths).expect("a ratio up to 1 is up to 8 eighths");
    let Some(nearest) = ARCTAN_EIGHTHS[index] else {
        return arctan_series(quotient(small, large));
    };
    // arctan t - arctan c = arctan d, with d = (t - c) / (1 + t c). With t = small / large and
    // c = eighths / 8, numerator and denominator are integers.
    let (ours, nearests) = (8 * small_int, eighths * large_int);
    let across = integer(ours < nearests, ours.abs_diff(nearests));
    let along = integer(false, 8 * large_int + eighths * small_int);
    match across.zip(along) {
        Some((across, along)) => sum(nearest, arctan_series(quotient(across, along))),
        None => nearest,
    }
}

/// `arctan d`, for `abs(d) <= 1/16`.
fn arctan_series(d: Wide) -> Wide {
    // arctan d = d (1 - d²/3 + d⁴/5 - …)
    product(d, one_minus(square(d), &ARCTAN))
}

#[cfg(test)]
mod tests {
    use super::super::arithmetic::ONE;
    use super::super::tests::{assert_close, register};
    use super::super::{QUARTER_PI, THREE_QUARTERS_PI};
    use super::*;

    /// Positive numbers from 2^-70 to 2^70.
    fn numbers() -> impl Iterator<Item = Wide> {
        (-70..70)
            .map(|exp: i32| register(false, exp, 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(exp.unsigned_abs().into())))
    }

    #[test]
    fn diagonals_are_odd_eighths_of_a_turn() {
        for size in [ONE, register(false, -16445, 0), register(false, 16383, u64::MAX)] {
            assert_eq!(fpatan(size, size), QUARTER_PI);
            assert_eq!(fpatan(negated(size), size), negated(QUARTER_PI));
            assert_close(fpatan(size, negated(size)), THREE_QUARTERS_PI, 125, "second quadrant");
            assert_close(fpatan(negated(size), negated(size)), negated(THREE_QUARTERS_PI), 125, "third quadrant");
        }
    }

    #[test]
    fn a_vector_and_its_mirror_image_share_a_quarter_turn() {
        for t in numbers() {
            let (flat, steep) = (fpatan(t, ONE), fpatan(ONE, t));
            let (a, b) = if t.exp < 0 { (steep, flat) } else { (flat, steep) };
            assert_close(sum(a, b), HALF_PI, 124, &format!("{t:X?}"));
        }
    }

    #[test]
    fn opposite_directions_are_half_a_turn_apart() {
        for t in numbers() {
            let (first, second) = (fpatan(t, ONE), fpatan(t, negated(ONE)));
            assert_close(sum(second, first), PI, 124, &format!("{t:X?}"));
        }
    }

    #[test]
    fn slopes_of_eighths_are_in_the_table() {
        for (eighths, angle) in (1..).zip(ARCTAN_EIGHTHS.iter().skip(1)) {
            let y = integer(false, eighths).unwrap();
            assert_eq!(fpatan(y, Wide { exp: 3, ..ONE }), angle.unwrap());
        }
    }

    #[test]
    fn slopes_between_eighths_join_without_a_step() {
        for sixteenths in (1..16).step_by(2) {
            let middle = integer(false, sixteenths << 59).unwrap();
            let next = integer(false, (sixteenths << 59) + 1).unwrap();
            let one = Wide { exp: 63, ..ONE };
            let step = sum(fpatan(next, one), negated(fpatan(middle, one)));
            // The derivative of the arctangent is from 1/2 to 1.
            assert!(!step.negative && [-64, -65].contains(&step.exp), "{sixteenths}: {step:X?}");
        }
    }

    #[test]
    fn a_tiny_angle_is_just_below_its_slope() {
        for exp in [-16445, -200, -66, -65, -64] {
            let y = register(false, exp, 0x1234_5678_9ABC_DEF1);
            let angle = fpatan(y, ONE);
            assert!(angle.sig < y.sig && angle.sig > y.sig - (1 << 20), "{exp}");
        }
    }

    #[test]
    fn extreme_vectors_lie_on_an_axis_as_near_as_can_be() {
        let (small, large) = (register(false, -16445, 0), register(false, 16383, u64::MAX));
        assert_eq!(fpatan(small, large).exp, -16445 - 16384);
        assert_close(fpatan(small, negated(large)), PI, 125, "negative x-axis");
        assert_close(fpatan(negated(large), small), negated(HALF_PI), 125, "negative y-axis");
    }
}
