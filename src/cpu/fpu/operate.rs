//! The operations on registers with all their operands: NaNs, infinities, zeros, denormals. Each
//! gives a value and the bits of the status word that it raises; whether the value is stored
//! depends on what is masked.

use super::arith;
use super::control::{Control, Rounding};
use super::f80::F80;
use super::round::round_pack;
use super::status::{DE, IE, ZE};
use super::wide::Wide;

/// A value, and what computing it raised.
pub(crate) type Done = (F80, u16);

/// An operand: a value of a register, or of memory in register format.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operand {
    pub(crate) value: F80,
    /// A denormal where it came from; short and long ones are normal in a register.
    pub(crate) denormal: bool,
}

impl From<F80> for Operand {
    fn from(value: F80) -> Operand {
        Operand { value, denormal: value.is_denormal() }
    }
}

/// The masked response to an invalid operation.
pub(crate) const INVALID: Done = (F80::INDEFINITE, IE);

/// The answer if an operand has no numeric value: NaNs propagate, encodings without meaning are
/// invalid.
pub(crate) fn nan(a: F80, b: F80) -> Option<Done> {
    if a.is_unsupported() || b.is_unsupported() {
        return Some(INVALID);
    }
    if !a.is_nan() && !b.is_nan() {
        return None;
    }
    Some((propagated(a, b), if a.is_signaling() || b.is_signaling() { IE } else { 0 }))
}

/// The NaN that comes out of two operands of which one at least is a NaN: a quiet one goes before a
/// signalling one, else the larger significand counts, and plus before minus. Source: 80387 PRM
/// table 3-1.
fn propagated(a: F80, b: F80) -> F80 {
    let take_a = match (a.is_nan(), b.is_nan()) {
        (true, true) if a.is_signaling() != b.is_signaling() => b.is_signaling(),
        (true, true) => (a.quieted().sig, !a.negative()) >= (b.quieted().sig, !b.negative()),
        (a_is_nan, _) => a_is_nan,
    };
    if take_a { a.quieted() } else { b.quieted() }
}

/// The same for one operand.
pub(crate) fn nan1(a: F80) -> Option<Done> {
    nan(a, F80::ZERO)
}

/// DE if an operand is denormal. Unmasked, the operation ends there.
pub(crate) fn denormals(operands: &[Operand], control: Control) -> Result<u16, Done> {
    match operands.iter().any(|operand| operand.denormal) {
        true if !control.masks(DE) => Err((F80::ZERO, DE)),
        true => Ok(DE),
        false => Ok(0),
    }
}

/// A two-operand operation of the arithmetic instructions.
pub(crate) trait Arithmetic {
    fn apply(a: Operand, b: Operand, control: Control) -> Done;
}

/// Destination + source.
pub(crate) struct Add;
/// Destination − source.
pub(crate) struct Sub;
/// Source − destination.
pub(crate) struct SubReversed;
/// Destination × source.
pub(crate) struct Mul;
/// Destination ÷ source.
pub(crate) struct Div;
/// Source ÷ destination.
pub(crate) struct DivReversed;

impl Arithmetic for Add {
    fn apply(a: Operand, b: Operand, control: Control) -> Done {
        nan(a.value, b.value).unwrap_or_else(|| sum(a, b, control))
    }
}

impl Arithmetic for Sub {
    fn apply(a: Operand, b: Operand, control: Control) -> Done {
        let minus = Operand { value: b.value.negated(), ..b };
        nan(a.value, b.value).unwrap_or_else(|| sum(a, minus, control))
    }
}

impl Arithmetic for SubReversed {
    fn apply(a: Operand, b: Operand, control: Control) -> Done {
        Sub::apply(b, a, control)
    }
}

impl Arithmetic for Mul {
    fn apply(a: Operand, b: Operand, control: Control) -> Done {
        nan(a.value, b.value).unwrap_or_else(|| product(a, b, control))
    }
}

impl Arithmetic for Div {
    fn apply(a: Operand, b: Operand, control: Control) -> Done {
        nan(a.value, b.value).unwrap_or_else(|| quotient(a, b, control))
    }
}

impl Arithmetic for DivReversed {
    fn apply(a: Operand, b: Operand, control: Control) -> Done {
        Div::apply(b, a, control)
    }
}

/// Rounds a result that may be zero.
fn rounded(value: Option<Wide>, zero: F80, control: Control, raised: u16) -> Done {
    match value {
        Some(value) => {
            let (value, more) = round_pack(value, control);
            (value, raised | more)
        }
        None => (zero, raised),
    }
}

/// The zero of a sum whose parts cancel.
fn cancelled(control: Control) -> F80 {
    F80::ZERO.with_sign(control.rounding() == Rounding::Down)
}

fn sum(a: Operand, b: Operand, control: Control) -> Done {
    let (x, y) = (a.value, b.value);
    if x.is_infinite() && y.is_infinite() && x.negative() != y.negative() {
        return INVALID;
    }
    let raised = match denormals(&[a, b], control) {
        Ok(raised) => raised,
        Err(done) => return done,
    };
    match (x.is_finite_nonzero(), y.is_finite_nonzero()) {
        _ if x.is_infinite() => (x, raised),
        _ if y.is_infinite() => (y, raised),
        (true, true) => rounded(arith::add(x.unpack(), y.unpack()), cancelled(control), control, raised),
        (true, false) => rounded(Some(x.unpack()), F80::ZERO, control, raised),
        (false, true) => rounded(Some(y.unpack()), F80::ZERO, control, raised),
        (false, false) if x.negative() == y.negative() => (x, raised),
        (false, false) => (cancelled(control), raised),
    }
}

fn product(a: Operand, b: Operand, control: Control) -> Done {
    let (x, y) = (a.value, b.value);
    if x.is_infinite() && y.is_zero() || x.is_zero() && y.is_infinite() {
        return INVALID;
    }
    let raised = match denormals(&[a, b], control) {
        Ok(raised) => raised,
        Err(done) => return done,
    };
    let negative = x.negative() != y.negative();
    if x.is_infinite() || y.is_infinite() {
        return (F80::INFINITY.with_sign(negative), raised);
    }
    if x.is_zero() || y.is_zero() {
        return (F80::ZERO.with_sign(negative), raised);
    }
    rounded(Some(arith::mul(x.unpack(), y.unpack())), F80::ZERO, control, raised)
}

fn quotient(a: Operand, b: Operand, control: Control) -> Done {
    let (x, y) = (a.value, b.value);
    if x.is_infinite() && y.is_infinite() || x.is_zero() && y.is_zero() {
        return INVALID;
    }
    let negative = x.negative() != y.negative();
    // A denormal dividend does not matter then.
    if y.is_zero() && !x.is_infinite() {
        return (F80::INFINITY.with_sign(negative), ZE);
    }
    let raised = match denormals(&[a, b], control) {
        Ok(raised) => raised,
        Err(done) => return done,
    };
    if x.is_infinite() {
        return (F80::INFINITY.with_sign(negative), raised);
    }
    if x.is_zero() || y.is_infinite() {
        return (F80::ZERO.with_sign(negative), raised);
    }
    rounded(Some(arith::div(x.unpack(), y.unpack())), F80::ZERO, control, raised)
}

/// FSQRT.
pub(crate) fn square_root(a: F80, control: Control) -> Done {
    if let Some(done) = nan1(a) {
        return done;
    }
    if a.is_zero() {
        return (a, 0);
    }
    if a.negative() {
        return INVALID;
    }
    if a.is_infinite() {
        return (a, 0);
    }
    match denormals(&[a.into()], control) {
        Ok(raised) => rounded(Some(arith::sqrt(a.unpack())), F80::ZERO, control, raised),
        Err(done) => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::fpu::status::PE;

    const ALL: Control = Control::INITIAL;
    const INF: F80 = F80::INFINITY;

    fn nan_of(sig: u64) -> F80 {
        F80::new(false, 0x7FFF, 1 << 63 | sig)
    }

    fn apply<A: Arithmetic>(a: F80, b: F80) -> Done {
        A::apply(a.into(), b.into(), ALL)
    }

    #[test]
    fn a_quiet_nan_goes_before_a_signalling_one() {
        let (quiet, signalling) = (nan_of(1 << 62), nan_of(0xFFFF));
        assert_eq!(apply::<Add>(quiet, signalling), (quiet, IE));
        assert_eq!(apply::<Add>(signalling, quiet), (quiet, IE));
        assert_eq!(apply::<Add>(signalling, F80::ONE), (signalling.quieted(), IE));
    }

    #[test]
    fn of_two_nans_the_larger_significand_counts() {
        let (small, large) = (nan_of(1 << 62 | 1), nan_of(1 << 62 | 2));
        assert_eq!(apply::<Mul>(small, large), (large, 0));
        assert_eq!(apply::<Mul>(large, small.negated()), (large, 0));
        assert_eq!(apply::<Mul>(small.negated(), small), (small, 0));
    }

    #[test]
    fn infinity_minus_infinity_and_its_kin_are_invalid() {
        assert_eq!(apply::<Sub>(INF, INF), INVALID);
        assert_eq!(apply::<Mul>(INF, F80::ZERO), INVALID);
        assert_eq!(apply::<Div>(F80::ZERO, F80::ZERO), INVALID);
        assert_eq!(apply::<Div>(INF, INF.negated()), INVALID);
        assert_eq!(square_root(F80::ONE.negated(), ALL), INVALID);
    }

    #[test]
    fn unnormals_are_invalid() {
        assert_eq!(apply::<Add>(F80::new(false, 0x4000, 1), F80::ONE), INVALID);
        assert_eq!(apply::<Add>(nan_of(1 << 62), F80::new(false, 0x7FFF, 0)), INVALID);
    }

    #[test]
    fn division_by_zero_gives_infinity_and_says_so() {
        assert_eq!(apply::<Div>(F80::ONE, F80::ZERO.negated()), (INF.negated(), ZE));
        assert_eq!(apply::<DivReversed>(F80::ZERO, F80::ONE), (INF, ZE));
        assert_eq!(apply::<Div>(INF, F80::ZERO), (INF, 0));
    }

    #[test]
    fn zeros_have_signs() {
        let minus = F80::ZERO.negated();
        assert_eq!(apply::<Add>(minus, minus), (minus, 0));
        assert_eq!(apply::<Sub>(F80::ONE, F80::ONE), (F80::ZERO, 0));
        assert_eq!(Sub::apply(F80::ONE.into(), F80::ONE.into(), Control(0x077F)), (minus, 0));
        assert_eq!(square_root(minus, ALL), (minus, 0));
    }

    #[test]
    fn an_unmasked_denormal_operand_ends_the_operation() {
        let denormal = F80::new(false, 0, 1);
        assert_eq!(apply::<Add>(F80::ONE, denormal).1, DE | PE);
        assert_eq!(Add::apply(F80::ONE.into(), denormal.into(), Control(ALL.0 & !DE)).1, DE);
    }
}
