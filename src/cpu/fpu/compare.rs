//! FCOM, FUCOM, FTST and FXAM: condition bits.

use super::control::Control;
use super::f80::F80;
use super::operate::{Operand, denormals};
use super::status::{C0, C1, C2, C3, IE};

/// The condition bits of operands that have no order.
pub(crate) const UNORDERED: u16 = C0 | C2 | C3;

/// Which NaNs a comparison takes as invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// FCOM, FTST: all.
    Ordered,
    /// FUCOM: signalling ones only.
    Unordered,
}

/// Compares: gives C0, C2, C3 and what is raised.
pub(crate) fn compare(a: Operand, b: Operand, order: Order, control: Control) -> u16 {
    let (x, y) = (a.value, b.value);
    if x.is_unsupported() || y.is_unsupported() || x.is_signaling() || y.is_signaling() {
        return UNORDERED | IE;
    }
    if x.is_nan() || y.is_nan() {
        return UNORDERED | if order == Order::Ordered { IE } else { 0 };
    }
    let condition = match key(x).cmp(&key(y)) {
        std::cmp::Ordering::Less => C0,
        std::cmp::Ordering::Equal => C3,
        std::cmp::Ordering::Greater => 0,
    };
    match denormals(&[a, b], control) {
        Ok(raised) | Err((_, raised)) => condition | raised,
    }
}

/// Orders numbers: by exponent and significand, mirrored below zero. Denormals and pseudo-denormals
/// share the exponent of the least normals.
fn key(value: F80) -> i128 {
    let exponent = if value.is_zero() { 0 } else { value.exponent().max(1) };
    let magnitude = i128::from(exponent) << 64 | i128::from(value.sig);
    if value.negative() { -magnitude } else { magnitude }
}

/// FXAM: the class of a register in C0, C2 and C3, its sign in C1.
pub(crate) fn examine(value: F80, empty: bool) -> u16 {
    let class = match value {
        _ if empty => C3 | C0,
        value if value.is_unsupported() => 0,
        value if value.is_nan() => C0,
        value if value.is_infinite() => C2 | C0,
        value if value.is_zero() => C3,
        value if value.is_denormal() => C3 | C2,
        _ => C2,
    };
    class | if value.negative() { C1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::fpu::status::DE;

    const ALL: Control = Control::INITIAL;

    fn ordered(a: F80, b: F80) -> u16 {
        compare(a.into(), b.into(), Order::Ordered, ALL)
    }

    #[test]
    fn numbers_have_an_order_and_zeros_are_equal() {
        let minus = F80::ONE.negated();
        assert_eq!(ordered(minus, F80::ONE), C0);
        assert_eq!(ordered(F80::ONE, minus), 0);
        assert_eq!(ordered(F80::ZERO.negated(), F80::ZERO), C3);
        assert_eq!(ordered(F80::INFINITY.negated(), minus), C0);
        assert_eq!(ordered(F80::new(false, 0, 1 << 63), F80::new(false, 1, 1 << 63)), C3 | DE);
    }

    #[test]
    fn only_fcom_takes_quiet_nans_as_invalid() {
        let nan = F80::INDEFINITE;
        assert_eq!(ordered(nan, F80::ONE), UNORDERED | IE);
        assert_eq!(compare(nan.into(), F80::ONE.into(), Order::Unordered, ALL), UNORDERED);
        let signalling = F80::new(false, 0x7FFF, 1 << 63 | 1);
        assert_eq!(compare(signalling.into(), F80::ONE.into(), Order::Unordered, ALL), UNORDERED | IE);
    }

    #[test]
    fn fxam_tells_classes_and_signs() {
        assert_eq!(examine(F80::ONE, false), C2);
        assert_eq!(examine(F80::ZERO.negated(), false), C3 | C1);
        assert_eq!(examine(F80::INFINITY, false), C2 | C0);
        assert_eq!(examine(F80::INDEFINITE, false), C0 | C1);
        assert_eq!(examine(F80::new(false, 0, 1 << 63), false), C3 | C2);
        assert_eq!(examine(F80::new(true, 5, 1), false), C1);
        assert_eq!(examine(F80::ONE, true), C3 | C0);
    }
}
