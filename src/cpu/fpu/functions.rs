//! The transcendental instructions with all their operands; the functions themselves are in
//! `transcendental`. Results have 64 bits whatever precision control says.

use super::control::Control;
use super::f80::{BIAS, F80};
use super::operate::{Done, INVALID, denormals, nan, nan1};
use super::round::round_pack;
use super::status::{C2, ZE};
use super::transcendental::{self as t, HALF_PI, PI, QUARTER_PI, THREE_QUARTERS_PI};
use super::wide::Wide;

fn rounded(value: Wide, control: Control, raised: u16) -> Done {
    let (value, more) = round_pack(value, control.extended());
    (value, raised | more)
}

fn infinity(negative: bool) -> F80 {
    F80::INFINITY.with_sign(negative)
}

fn zero(negative: bool) -> F80 {
    F80::ZERO.with_sign(negative)
}

/// F2XM1.
pub(crate) fn power_minus_one(a: F80, control: Control) -> Done {
    if let Some(done) = nan1(a) {
        return done;
    }
    if a.is_infinite() {
        return (if a.negative() { F80::ONE.negated() } else { a }, 0);
    }
    if a.is_zero() {
        return (a, 0);
    }
    match denormals(&[a.into()], control) {
        Ok(raised) => rounded(t::f2xm1(a.unpack()), control, raised),
        Err(done) => done,
    }
}

/// FYL2X: `y log2 x`.
pub(crate) fn logarithm(x: F80, y: F80, control: Control) -> Done {
    if let Some(done) = nan(x, y) {
        return done;
    }
    let one = x == F80::ONE;
    if x.negative() && !x.is_zero()
        || x.is_zero() && y.is_zero()
        || x.is_infinite() && y.is_zero()
        || one && y.is_infinite()
    {
        return INVALID;
    }
    // Below 1 the logarithm is negative.
    let negative = y.negative() != (x.exponent() < F80::ONE.exponent());
    if x.is_zero() && !y.is_infinite() {
        return (infinity(negative), ZE);
    }
    let raised = match denormals(&[x.into(), y.into()], control) {
        Ok(raised) => raised,
        Err(done) => return done,
    };
    if x.is_infinite() || y.is_infinite() {
        return (infinity(negative), raised);
    }
    match (!y.is_zero()).then(|| t::fyl2x(x.unpack(), y.unpack())).flatten() {
        Some(value) => rounded(value, control, raised),
        None => (zero(negative), raised),
    }
}

/// FYL2XP1: `y log2(x + 1)`.
pub(crate) fn logarithm_plus_one(x: F80, y: F80, control: Control) -> Done {
    if let Some(done) = nan(x, y) {
        return done;
    }
    if x.is_infinite() && (x.negative() || y.is_zero()) || x.is_zero() && y.is_infinite() {
        return INVALID;
    }
    let raised = match denormals(&[x.into(), y.into()], control) {
        Ok(raised) => raised,
        Err(done) => return done,
    };
    let negative = x.negative() != y.negative();
    if x.is_infinite() || y.is_infinite() {
        return (infinity(negative), raised);
    }
    if x.is_zero() || y.is_zero() {
        return (zero(negative), raised);
    }
    rounded(t::fyl2xp1(x.unpack(), y.unpack()), control, raised)
}

/// FPATAN: the angle of (x, y).
pub(crate) fn arctangent(y: F80, x: F80, control: Control) -> Done {
    if let Some(done) = nan(x, y) {
        return done;
    }
    let raised = match denormals(&[x.into(), y.into()], control) {
        Ok(raised) => raised,
        Err(done) => return done,
    };
    let angle = match axis(y, x) {
        Axis::Positive => return (zero(y.negative()), raised),
        Axis::At(angle) => Wide { negative: y.negative(), ..angle },
        Axis::None => t::fpatan(y.unpack(), x.unpack()),
    };
    rounded(angle, control, raised)
}

/// Where zeros and infinities put the direction (x, y).
enum Axis {
    /// On the positive x axis: a zero angle.
    Positive,
    /// At a known angle, but for its sign.
    At(Wide),
    /// Two finite parts.
    None,
}

fn axis(y: F80, x: F80) -> Axis {
    match (y.is_infinite(), x.is_infinite()) {
        (true, true) if x.negative() => Axis::At(THREE_QUARTERS_PI),
        (true, true) => Axis::At(QUARTER_PI),
        (true, false) => Axis::At(HALF_PI),
        _ if y.is_zero() || x.is_infinite() => {
            if x.negative() {
                Axis::At(PI)
            } else {
                Axis::Positive
            }
        }
        _ if x.is_zero() => Axis::At(HALF_PI),
        _ => Axis::None,
    }
}

/// From 2^63 on, FSIN and its kin leave their operand alone.
fn out_of_reach(a: F80) -> bool {
    i32::from(a.exponent()) >= BIAS + 63
}

/// A function of an angle: for zero it is `at_zero`.
fn of_angle(a: F80, at_zero: F80, control: Control, function: fn(Wide) -> Wide) -> Done {
    if let Some(done) = nan1(a) {
        return done;
    }
    if a.is_infinite() {
        return INVALID;
    }
    if a.is_zero() {
        return (at_zero, 0);
    }
    if out_of_reach(a) {
        return (a, C2);
    }
    match denormals(&[a.into()], control) {
        Ok(raised) => rounded(function(a.unpack()), control, raised),
        Err(done) => done,
    }
}

/// FSIN.
pub(crate) fn sine(a: F80, control: Control) -> Done {
    of_angle(a, a, control, t::fsin)
}

/// FCOS.
pub(crate) fn cosine(a: F80, control: Control) -> Done {
    of_angle(a, F80::ONE, control, t::fcos)
}

/// FPTAN.
pub(crate) fn tangent(a: F80, control: Control) -> Done {
    of_angle(a, a, control, t::fptan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::fpu::convert::from_integer;
    use crate::cpu::fpu::f80::INTEGER;
    use crate::cpu::fpu::status::PE;

    const ALL: Control = Control::INITIAL;
    const INF: F80 = F80::INFINITY;

    #[test]
    fn logarithms_of_nothing_and_of_negative_numbers() {
        let two = from_integer(2);
        assert_eq!(logarithm(F80::ZERO, two, ALL), (INF.negated(), ZE));
        assert_eq!(logarithm(two.negated(), two, ALL), INVALID);
        assert_eq!(logarithm(F80::ONE, INF, ALL), INVALID);
        assert_eq!(logarithm(F80::ONE, two.negated(), ALL), (F80::ZERO.negated(), 0));
        assert_eq!(logarithm(from_integer(8), two, ALL), (from_integer(6), 0));
        assert_eq!(logarithm_plus_one(F80::ZERO, two.negated(), ALL), (F80::ZERO.negated(), 0));
    }

    #[test]
    fn angles_on_the_axes_are_known() {
        let pi = F80::new(false, 0x4000, 0xC90F_DAA2_2168_C235);
        assert_eq!(arctangent(F80::ZERO, F80::ONE.negated(), ALL).0, pi);
        assert_eq!(arctangent(F80::ZERO.negated(), F80::ONE, ALL), (F80::ZERO.negated(), 0));
        assert_eq!(arctangent(INF.negated(), F80::ONE, ALL).0, F80::new(true, 0x3FFF, pi.sig));
        assert_eq!(arctangent(INF, INF, ALL).0, F80::new(false, 0x3FFE, pi.sig));
        assert_eq!(arctangent(F80::ONE, F80::ONE, ALL).0, F80::new(false, 0x3FFE, pi.sig));
    }

    #[test]
    fn a_large_angle_is_left_alone() {
        let large = F80::new(false, 0x3FFF + 63, INTEGER);
        assert_eq!(sine(large, ALL), (large, C2));
        assert_eq!(cosine(INF, ALL), INVALID);
        assert_eq!(cosine(F80::ZERO.negated(), ALL), (F80::ONE, 0));
        assert_eq!(tangent(F80::ONE, ALL).1 & PE, PE);
    }
}
