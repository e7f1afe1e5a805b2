//! What the unit tests share; the constants computed anew; the functions against reference values.

mod constants;
mod reference;

use crate::cpu::fpu::wide::Wide;

/// The value of a register: a significand of 64 bits, the first of which is set.
pub(super) fn register(negative: bool, exp: i32, sig: u64) -> Wide {
    Wide { negative, exp, sig: u128::from(sig | 1 << 63) << 64 }
}

/// The relative error is at most 2^-bits.
#[track_caller]
pub(super) fn assert_close(found: Wide, expected: Wide, bits: u32, what: &str) {
    let error = distance(found, expected).filter(|&error| error <= 1 << (128 - bits));
    assert!(error.is_some(), "{what}:\n   found {found:X?}\nexpected {expected:X?}");
}

/// The difference in units of the last place of the smaller, if it is at all comparable.
fn distance(a: Wide, b: Wide) -> Option<u128> {
    let (small, large) = if a.exp < b.exp { (a, b) } else { (b, a) };
    let distance = match large.exp - small.exp {
        0 => small.sig.abs_diff(large.sig),
        1 => (large.sig - (1 << 127)).checked_mul(2)?.checked_add(small.sig.wrapping_neg())?,
        _ => return None,
    };
    (a.negative == b.negative).then_some(distance)
}
