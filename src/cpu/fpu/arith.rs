//! Sum, product, quotient and square root of finite values that are not zero, exact up to a sticky bit.

use super::wide::{Wide, shift_right_sticky};

/// Room for the carry of a sum.
const HEADROOM: u32 = 1;

/// `a + b`; nothing if they cancel.
pub(crate) fn add(a: Wide, b: Wide) -> Option<Wide> {
    let (large, small) = if (a.exp, a.sig) >= (b.exp, b.sig) { (a, b) } else { (b, a) };
    let distance = (large.exp - small.exp).cast_unsigned();
    // Significands of registers leave their low half free, so that this shift loses nothing.
    let high = shift_right_sticky(large.sig, HEADROOM);
    let low = shift_right_sticky(small.sig, distance.saturating_add(HEADROOM));
    let sig = if large.negative == small.negative { high + low } else { high - low };
    // What cancels shifts the sticky bit up: it is needed below as well.
    Wide::normalized(large.negative, large.exp + 1, sig).map(|sum| Wide { sig: sum.sig | sig & 1, ..sum })
}

/// `a × b`.
pub(crate) fn mul(a: Wide, b: Wide) -> Wide {
    let sig = u128::from(a.high()) * u128::from(b.high());
    let zeros = sig.leading_zeros();
    Wide {
        negative: a.negative != b.negative,
        exp: (a.exp + b.exp + 1).saturating_sub_unsigned(zeros),
        sig: sig << zeros,
    }
}

/// `a ÷ b`.
pub(crate) fn div(a: Wide, b: Wide) -> Wide {
    let (dividend, divisor) = (u128::from(a.high()) << 63, u128::from(b.high()));
    let (high, rest) = (dividend / divisor, dividend % divisor);
    let (low, rest) = ((rest << 64) / divisor, (rest << 64) % divisor);
    let sig = high << 64 | low;
    let zeros = sig.leading_zeros();
    let exp = (a.exp - b.exp).saturating_sub_unsigned(zeros);
    Wide { negative: a.negative != b.negative, exp, sig: sig << zeros | u128::from(rest != 0) }
}

/// The square root of a positive value.
pub(crate) fn sqrt(a: Wide) -> Wide {
    // An even exponent, and 127 or 128 bits of radicand: the root has 64.
    let odd = a.exp & 1;
    let radicand = u128::from(a.high()) << (63 + odd);
    let root = radicand.isqrt();
    let rest = radicand - root * root;
    // The middle between two roots squares to root² + root + ¼, which no integer hits.
    let sig = root << 64 | u128::from(rest > root) << 63 | u128::from(rest != 0);
    Wide { negative: false, exp: (a.exp - odd) / 2, sig }
}

#[cfg(test)]
mod tests {
    use super::super::f80::F80;
    use super::*;
    use proptest::prelude::*;

    fn number(value: f64) -> Wide {
        let bits = value.to_bits();
        let exponent = u16::try_from(bits >> 52 & 0x7FF).unwrap() + 0x3FFF - 0x3FF;
        F80::new(value < 0.0, exponent, 1 << 63 | (bits & ((1 << 52) - 1)) << 11).unpack()
    }

    #[test]
    fn small_numbers_are_exact() {
        assert_eq!(add(number(1.5), number(2.25)), Some(number(3.75)));
        assert_eq!(add(number(1.5), number(-2.25)), Some(number(-0.75)));
        assert_eq!(add(number(7.0), number(-7.0)), None);
        assert_eq!(mul(number(-3.0), number(5.5)), number(-16.5));
        assert_eq!(div(number(16.5), number(-5.5)), number(-3.0));
        assert_eq!(sqrt(number(2.25)), number(1.5));
        assert_eq!(sqrt(number(0.5625)), number(0.75));
    }

    #[test]
    fn what_is_inexact_is_sticky() {
        assert_eq!(div(number(1.0), number(3.0)).sig & 1, 1);
        assert_eq!(sqrt(number(2.0)).sig & 1, 1);
        let tiny = Wide { exp: -400, ..number(1.0) };
        let below = add(number(1.0), Wide { negative: true, ..tiny }).unwrap();
        assert!(below.exp == -1 && below.sig > u128::MAX << 4 && below.sig & 1 != 0);
    }

    proptest! {
        #[test]
        fn a_quotient_times_its_divisor_is_not_above_the_dividend(a in 1_u64 << 63.., b in 1_u64 << 63..) {
            let wide = |sig: u64| Wide { negative: false, exp: 0, sig: u128::from(sig) << 64 };
            let quotient = div(wide(a), wide(b));
            let back = mul(quotient, wide(b));
            prop_assert!((back.exp, back.sig) <= (0, wide(a).sig));
        }

        #[test]
        fn the_square_of_a_root_is_not_above_the_radicand(a in 1_u64 << 63.., exp in -100..100) {
            let value = Wide { negative: false, exp, sig: u128::from(a) << 64 };
            let root = sqrt(value);
            let square = mul(root, root);
            prop_assert!((square.exp, square.sig) <= (value.exp, value.sig));
        }
    }
}
