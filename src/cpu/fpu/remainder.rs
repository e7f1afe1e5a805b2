//! FPREM and FPREM1: exact partial remainders.

use super::control::Control;
use super::f80::F80;
use super::operate::{Done, INVALID, denormals, nan};
use super::round::round_pack;
use super::status::{C0, C1, C2, C3};
use super::wide::Wide;

/// Exponent differences from here on take more than one step.
const REACH: i32 = 64;

/// How the quotient is rounded to an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotient {
    /// FPREM: towards zero.
    Chopped,
    /// FPREM1: to the nearest, as IEEE 754 asks.
    Nearest,
}

/// The remainder of `a ÷ b`, and condition bits if there is one: C2 if the reduction is not complete,
/// else the low three bits of the quotient in C0, C3 and C1.
pub(crate) fn partial_remainder(a: F80, b: F80, quotient: Quotient, control: Control) -> (Done, Option<u16>) {
    if let Some(done) = nan(a, b) {
        return (done, None);
    }
    if a.is_infinite() || b.is_zero() {
        return (INVALID, None);
    }
    let raised = match denormals(&[a.into(), b.into()], control) {
        Ok(raised) => raised,
        Err(done) => return (done, None),
    };
    if a.is_zero() || b.is_infinite() {
        return ((a.normalized(), raised), Some(0));
    }
    let (rest, condition) = reduce(a, b, quotient);
    match rest {
        // The remainder is exact: rounding can only raise an unmasked underflow.
        Some(rest) => {
            let (value, more) = round_pack(rest, control.extended());
            ((value, raised | more), Some(condition))
        }
        None => ((F80::ZERO.with_sign(a.negative()), raised), Some(condition)),
    }
}

fn reduce(a: F80, b: F80, quotient: Quotient) -> (Option<Wide>, u16) {
    let (x, y) = (a.unpack(), b.unpack());
    let distance = x.exp - y.exp;
    if distance < -1 || distance < 0 && quotient == Quotient::Chopped {
        return (Some(x), 0);
    }
    let (dividend, divisor) = (u128::from(x.high()), u128::from(y.high()));
    if distance >= REACH {
        // Source: 80387 PRM, FPREM: a step reduces the exponent by 32 to 63.
        let step = 32 + distance % 32;
        let rest = (dividend << step) % divisor;
        return (scaled(x.negative, y.exp + distance - step, rest), C2);
    }
    // A dividend below the divisor by one binary place takes the divisor to its own unit.
    let (dividend, divisor, unit) = match u32::try_from(distance) {
        Ok(distance) => (dividend << distance, divisor, y.exp),
        Err(_) => (dividend, divisor << 1, x.exp),
    };
    let (mut count, mut rest) = (dividend / divisor, dividend % divisor);
    let mut negative = x.negative;
    if quotient == Quotient::Nearest && (rest * 2 > divisor || rest * 2 == divisor && count & 1 != 0) {
        count += 1;
        rest = divisor - rest;
        negative = !negative;
    }
    (scaled(negative, unit, rest), condition(count))
}

/// `rest` in units of the last place of a significand with exponent `exp`.
fn scaled(negative: bool, exp: i32, rest: u128) -> Option<Wide> {
    Wide::normalized(negative, exp + REACH, rest)
}

/// The low three bits of the quotient.
fn condition(count: u128) -> u16 {
    let bit = |number: u32, flag: u16| if count >> number & 1 != 0 { flag } else { 0 };
    bit(2, C0) | bit(1, C3) | bit(0, C1)
}

#[cfg(test)]
mod tests {
    use super::super::convert::from_integer;
    use super::*;

    const ALL: Control = Control::INITIAL;

    fn remainder(a: i64, b: i64, quotient: Quotient) -> (F80, u16) {
        let ((value, raised), condition) = partial_remainder(from_integer(a), from_integer(b), quotient, ALL);
        assert_eq!(raised, 0);
        (value, condition.unwrap())
    }

    #[test]
    fn the_chopped_remainder_has_the_sign_of_the_dividend() {
        assert_eq!(remainder(17, 5, Quotient::Chopped), (from_integer(2), C3 | C1));
        assert_eq!(remainder(-17, 5, Quotient::Chopped), (from_integer(-2), C3 | C1));
        assert_eq!(remainder(-15, 5, Quotient::Chopped), (F80::ZERO.negated(), C3 | C1));
        assert_eq!(remainder(3, 5, Quotient::Chopped), (from_integer(3), 0));
    }

    #[test]
    fn the_nearest_remainder_may_change_sign() {
        assert_eq!(remainder(18, 5, Quotient::Nearest), (from_integer(-2), C0));
        assert_eq!(remainder(3, 5, Quotient::Nearest), (from_integer(-2), C1));
        assert_eq!(remainder(2, 5, Quotient::Nearest), (from_integer(2), 0));
        assert_eq!(remainder(15, 6, Quotient::Nearest), (from_integer(3), C3), "the middle: an even quotient");
    }

    #[test]
    fn a_large_quotient_takes_more_than_one_step() {
        let large = F80::new(false, 0x3FFF + 200, 0xFFFF_FFFF_FFFF_FFFF);
        let ((rest, _), condition) = partial_remainder(large, from_integer(7), Quotient::Chopped, ALL);
        assert_eq!(condition, Some(C2));
        assert!(rest.exponent() < large.exponent() - 31);
        let mut rest = large;
        for _ in 0..7 {
            rest = partial_remainder(rest, from_integer(7), Quotient::Chopped, ALL).0.0;
        }
        // (2^64 - 1) × 2^137 mod 7: 2^3 mod 7 is 1, so that is (2 - 1) × 4.
        assert_eq!(rest, from_integer(4));
    }

    #[test]
    fn an_infinite_dividend_or_a_zero_divisor_is_invalid() {
        assert_eq!(partial_remainder(F80::INFINITY, F80::ONE, Quotient::Chopped, ALL), (INVALID, None));
        assert_eq!(partial_remainder(F80::ONE, F80::ZERO, Quotient::Nearest, ALL), (INVALID, None));
        assert_eq!(partial_remainder(F80::ONE, F80::INFINITY, Quotient::Chopped, ALL), ((F80::ONE, 0), Some(0)));
    }
}
