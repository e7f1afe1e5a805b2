//! Products, quotients and sums of wide values.
//!
//! Each result is cut off after 128 bits; its sticky bit tells whether anything but zeros was lost.

use crate::cpu::fpu::wide::Wide;

const LOW_HALF: u128 = u64::MAX as u128;

/// 1.
pub(super) const ONE: Wide = Wide { negative: false, exp: 0, sig: 1 << 127 };

/// A whole number; `None` is zero.
pub(super) fn integer(negative: bool, magnitude: u128) -> Option<Wide> {
    Wide::normalized(negative, 127, magnitude)
}

/// The value of 256 bits, `(high + low / 2^128) / 2^127 × 2^exp`, which is not zero.
pub(super) fn normalized(negative: bool, exp: i32, high: u128, low: u128) -> Wide {
    debug_assert!(high | low != 0, "the result of an operation that cannot give zero");
    if high == 0 {
        return Wide { negative, exp: exp - 128 - leading_zeros(low), sig: low << low.leading_zeros() };
    }
    let zeros = high.leading_zeros();
    let carried = if zeros == 0 { 0 } else { low >> (128 - zeros) };
    let sticky = u128::from(low << zeros != 0);
    Wide { negative, exp: exp - leading_zeros(high), sig: high << zeros | carried | sticky }
}

fn leading_zeros(bits: u128) -> i32 {
    bits.leading_zeros().cast_signed()
}

/// The same value, known to lie between this significand and the next.
pub(super) fn inexact(value: Wide) -> Wide {
    Wide { sig: value.sig | 1, ..value }
}

/// `-a`.
pub(super) fn negated(a: Wide) -> Wide {
    Wide { negative: !a.negative, ..a }
}

/// `abs(a)`.
pub(super) fn magnitude(a: Wide) -> Wide {
    Wide { negative: false, ..a }
}

/// `a × b` in 256 bits: the high half, the low half.
pub(super) fn full_product(a: u128, b: u128) -> (u128, u128) {
    let (a_high, a_low) = (a >> 64, a & LOW_HALF);
    let (b_high, b_low) = (b >> 64, b & LOW_HALF);
    let low = a_low * b_low;
    let middle = a_high * b_low + (low >> 64);
    let cross = a_low * b_high + (middle & LOW_HALF);
    (a_high * b_high + (middle >> 64) + (cross >> 64), cross << 64 | low & LOW_HALF)
}

/// `a × b`.
pub(super) fn product(a: Wide, b: Wide) -> Wide {
    let (high, low) = full_product(a.sig, b.sig);
    normalized(a.negative != b.negative, a.exp + b.exp + 1, high, low)
}

/// `a / b`.
pub(super) fn quotient(a: Wide, b: Wide) -> Wide {
    let (whole, rest) = if a.sig < b.sig { (0, a.sig) } else { (1, a.sig - b.sig) };
    let (high_digit, rest) = quotient_digit(rest, b.sig);
    let (low_digit, rest) = quotient_digit(rest, b.sig);
    let value = normalized(a.negative != b.negative, a.exp - b.exp + 127, whole, high_digit << 64 | low_digit);
    if rest == 0 { value } else { inexact(value) }
}

/// `rest × 2^64 / divisor` and what remains, for `rest < divisor` and a divisor with bit 127 set.
///
/// Source: Knuth, The Art of Computer Programming, volume 2, §4.3.1, algorithm D: the quotient of the
/// high parts is too large by 2 at most.
fn quotient_digit(rest: u128, divisor: u128) -> (u128, u128) {
    let (high, low) = (divisor >> 64, divisor & LOW_HALF);
    let mut digit = (rest / high).min(LOW_HALF);
    let mut left = rest - digit * high;
    while left <= LOW_HALF && digit * low > left << 64 {
        digit -= 1;
        left += high;
    }
    // Bits beyond 128 cancel: what remains is smaller than the divisor.
    (digit, (left << 64).wrapping_sub(digit * low))
}

/// `a + b`, where `b` is not greater than `a` in magnitude and does not cancel it.
pub(super) fn sum(a: Wide, b: Wide) -> Wide {
    // Both are halved, to leave room for a carry.
    let (a_high, a_low) = shifted_right(a.sig, 1);
    let (b_high, b_low) = shifted_right(b.sig, a.exp.abs_diff(b.exp).saturating_add(1));
    let (high, low) = if a.negative == b.negative {
        let (low, carry) = a_low.overflowing_add(b_low);
        (a_high + b_high + u128::from(carry), low)
    } else {
        let (low, borrow) = a_low.overflowing_sub(b_low);
        (a_high - b_high - u128::from(borrow), low)
    };
    normalized(a.negative, a.exp + 1, high, low)
}

/// `sig` moved right by 1 bit or more in a field of 256 bits; what falls out leaves the last bit set.
fn shifted_right(sig: u128, count: u32) -> (u128, u128) {
    match count {
        0..=127 => (sig >> count, sig << (128 - count)),
        128 => (0, sig),
        129..=255 => (0, sig >> (count - 128) | u128::from(sig << (256 - count) != 0)),
        _ => (0, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(value: i64) -> Wide {
        integer(value < 0, value.unsigned_abs().into()).unwrap()
    }

    #[test]
    fn integers_are_exact() {
        assert_eq!(integer(true, 1), Some(negated(ONE)));
        assert_eq!(integer(false, 5), Some(Wide { negative: false, exp: 2, sig: 5 << 125 }));
        assert_eq!(integer(false, 0), None);
    }

    #[test]
    fn a_product_of_integers_is_exact() {
        assert_eq!(product(whole(-12345), whole(678)), whole(-12345 * 678));
    }

    #[test]
    fn the_full_product_has_all_its_bits() {
        assert_eq!(full_product(u128::MAX, u128::MAX), (u128::MAX - 1, 1));
        assert_eq!(full_product(1 << 64 | 3, 5 << 64 | 7), (5, 22 << 64 | 21));
    }

    #[test]
    fn a_product_remembers_what_it_lost() {
        let odd = Wide { sig: 1 << 127 | 1, ..ONE };
        // 1 + 2 × 2^-127 + 2^-254
        assert_eq!(product(odd, odd), Wide { sig: 1 << 127 | 0b11, ..ONE });
    }

    #[test]
    fn division_undoes_multiplication() {
        for (a, b) in [(1, 3), (7, 5), (-355, 113), (i64::MAX, 3), (123_456_789, -987_654_321)] {
            assert_eq!(quotient(product(whole(a), whole(b)), whole(b)), whole(a));
        }
    }

    #[test]
    fn a_third_is_cut_off() {
        let third = quotient(whole(1), whole(3));
        assert_eq!(third, Wide { negative: false, exp: -2, sig: (u128::MAX / 3 * 2) | 1 });
    }

    #[test]
    fn estimates_of_quotient_digits_are_corrected() {
        // The high half of the divisor is as small, its low half as large as can be.
        let divisor = Wide { sig: (1 << 127) + LOW_HALF, ..ONE };
        for sig in [1 << 127, (1 << 127) + LOW_HALF - 1, u128::MAX, u128::MAX << 64] {
            let found = quotient(Wide { sig, ..ONE }, divisor);
            let (high, low) = full_product(found.sig & !1, divisor.sig);
            let scaled = if found.exp == 0 { (sig >> 1, sig << 127) } else { (sig, 0) };
            assert!((high, low) <= scaled, "{sig:X}");
            let rest = (scaled.0 - high).wrapping_mul(2).wrapping_sub(u128::from(low > scaled.1));
            assert!(rest <= 2, "{sig:X}: {rest}");
        }
    }

    #[test]
    fn sums_of_integers_are_exact() {
        for (a, b) in [(5, 3), (5, -3), (-5, 3), (-5, -3), (i64::MAX - 1, 1), (4, -3)] {
            assert_eq!(sum(whole(a), whole(b)), whole(a + b), "{a} + {b}");
        }
    }

    #[test]
    fn what_is_far_below_a_sum_only_marks_it() {
        let tiny = Wide { exp: -20_000, ..ONE };
        assert_eq!(sum(ONE, tiny), inexact(ONE));
        assert_eq!(sum(ONE, negated(tiny)), Wide { exp: -1, sig: u128::MAX, ..ONE });
        let small = Wide { exp: -200, ..ONE };
        assert_eq!(sum(ONE, small), inexact(ONE));
        assert_eq!(sum(ONE, Wide { exp: -127, ..ONE }), Wide { sig: 1 << 127 | 1, ..ONE });
        assert_eq!(sum(ONE, Wide { exp: -128, ..ONE }), inexact(ONE));
    }
}
