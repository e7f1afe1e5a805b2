//! Rounding to the register format, with the masked and unmasked responses of overflow and underflow.

use super::control::Control;
pub(crate) use super::control::Rounding;
use super::f80::{BIAS, F80, INTEGER, MAX_EXPONENT};
use super::status::{C1, OE, PE, UE};
use super::wide::{Wide, shift_right_sticky};
use crate::types::lo16;

/// What the exponent of an unmasked overflow or underflow is wrapped by, to give the handler a value
/// in range. Source: 80387 PRM §3.1.
const WRAP: i32 = 0x6000;
/// Largest exponent field of a finite number.
const MAX_FINITE: i32 = MAX_EXPONENT as i32 - 1;

/// A significand with its low bits rounded off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The rounded significand; zero if it was carried out of bit 127.
    pub(crate) sig: u128,
    /// It has become twice as large as fits: 2^128.
    pub(crate) carry: bool,
    /// Bits were lost.
    pub(crate) inexact: bool,
    /// The magnitude grew.
    pub(crate) up: bool,
}

impl Kept {
    /// PE and C1 as they follow.
    pub(crate) fn raised(self) -> u16 {
        (if self.inexact { PE } else { 0 }) | if self.up { C1 } else { 0 }
    }
}

/// Rounds the low `drop` bits (1–127) off.
pub(crate) fn round_off(sig: u128, drop: u32, rounding: Rounding, negative: bool) -> Kept {
    let unit = 1_u128 << drop;
    let lost = sig & (unit - 1);
    let kept = sig - lost;
    let half = unit >> 1;
    let up = match rounding {
        Rounding::Nearest => lost > half || lost == half && kept & unit != 0,
        Rounding::Down => negative && lost != 0,
        Rounding::Up => !negative && lost != 0,
        Rounding::Zero => false,
    };
    let (sig, carry) = if up { kept.overflowing_add(unit) } else { (kept, false) };
    Kept { sig, carry, inexact: lost != 0, up }
}

/// Rounds a value to a register at the control word's precision. The second value holds the bits of the
/// status word that this sets: PE, C1, OE, UE.
///
/// An unmasked overflow or underflow gives the value with its exponent wrapped.
pub(crate) fn round_pack(value: Wide, control: Control) -> (F80, u16) {
    let drop = 128 - control.precision().bits();
    let kept = round_off(value.sig, drop, control.rounding(), value.negative);
    let exponent = value.exp + i32::from(kept.carry) + BIAS;
    // Tininess is found after rounding, as if the exponent had no bounds.
    match exponent {
        ..1 if control.masks(UE) => denormal(value, control, drop),
        ..1 => wrapped(value.negative, exponent + WRAP, kept, UE),
        1..=MAX_FINITE => (pack(value.negative, exponent, kept), kept.raised()),
        _ if control.masks(OE) => overflow(value.negative, control, drop),
        _ => wrapped(value.negative, exponent - WRAP, kept, OE),
    }
}

fn pack(negative: bool, exponent: i32, kept: Kept) -> F80 {
    let sig = if kept.carry { INTEGER } else { high64(kept.sig) };
    F80::new(negative, lo16(exponent.cast_unsigned()), sig)
}

/// Bits 64–127.
fn high64(sig: u128) -> u64 {
    u64::try_from(sig >> 64).unwrap_or(0)
}

/// The masked response to underflow: the exponent stays at its least, bits fall off at the end.
fn denormal(value: Wide, control: Control, drop: u32) -> (F80, u16) {
    let distance = (1 - BIAS - value.exp).max(0).cast_unsigned();
    let kept = round_off(shift_right_sticky(value.sig, distance), drop, control.rounding(), value.negative);
    let sig = high64(kept.sig);
    let raised = kept.raised() | if kept.inexact { UE } else { 0 };
    (F80::new(value.negative, u16::from(sig & INTEGER != 0), sig), raised)
}

/// The masked response to overflow: infinity, or the largest number if rounding leads away from it.
fn overflow(negative: bool, control: Control, drop: u32) -> (F80, u16) {
    let to_infinity = match control.rounding() {
        Rounding::Nearest => true,
        Rounding::Down => negative,
        Rounding::Up => !negative,
        Rounding::Zero => false,
    };
    if to_infinity {
        return (F80::INFINITY.with_sign(negative), OE | PE | C1);
    }
    (F80::new(negative, MAX_EXPONENT - 1, u64::MAX << (drop - 64)), OE | PE)
}

/// The unmasked response. What is out of range even so (FSCALE can do that) becomes infinity, rounded
/// up whatever the mode, or zero.
fn wrapped(negative: bool, exponent: i32, kept: Kept, exception: u16) -> (F80, u16) {
    let raised = exception | kept.raised();
    match exponent {
        ..1 => (F80::ZERO.with_sign(negative), raised | PE),
        1..=MAX_FINITE => (pack(negative, exponent, kept), raised),
        _ => (F80::INFINITY.with_sign(negative), raised | PE | C1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Control = Control::INITIAL;
    const SINGLE: Control = Control(0x007F);

    fn with(control: Control, rounding: u16) -> Control {
        Control(control.0 | rounding << 10)
    }

    fn wide(exp: i32, sig: u128) -> Wide {
        Wide { negative: false, exp, sig }
    }

    const ONE: u128 = 1 << 127;
    const HALF_ULP: u128 = 1 << 63;

    #[test]
    fn an_exact_value_raises_nothing() {
        assert_eq!(round_pack(wide(0, ONE), ALL), (F80::ONE, 0));
        assert_eq!(round_pack(F80::new(true, 0x4000, 0xC000_0000_0000_0001).unpack(), ALL).1, 0);
    }

    #[test]
    fn the_middle_goes_to_the_even_neighbour() {
        assert_eq!(round_pack(wide(0, ONE | HALF_ULP), ALL), (F80::ONE, PE));
        let odd = ONE | 1 << 64 | HALF_ULP;
        assert_eq!(round_pack(wide(0, odd), ALL), (F80::new(false, 0x3FFF, INTEGER | 2), PE | C1));
        let beyond = ONE | HALF_ULP | 1;
        assert_eq!(round_pack(wide(0, beyond), ALL), (F80::new(false, 0x3FFF, INTEGER | 1), PE | C1));
    }

    #[test]
    fn directed_rounding_looks_at_the_sign() {
        let next = F80::new(false, 0x3FFF, INTEGER | 1);
        let value = wide(0, ONE | 1);
        assert_eq!(round_pack(value, with(ALL, 1)), (F80::ONE, PE));
        assert_eq!(round_pack(value, with(ALL, 2)), (next, PE | C1));
        assert_eq!(round_pack(value, with(ALL, 3)), (F80::ONE, PE));
        let minus = Wide { negative: true, ..value };
        assert_eq!(round_pack(minus, with(ALL, 1)), (next.negated(), PE | C1));
        assert_eq!(round_pack(minus, with(ALL, 2)), (F80::ONE.negated(), PE));
    }

    #[test]
    fn a_carry_out_of_the_significand_raises_the_exponent() {
        assert_eq!(round_pack(wide(0, u128::MAX), ALL), (F80::new(false, 0x4000, INTEGER), PE | C1));
    }

    #[test]
    fn precision_control_shortens_the_significand_and_keeps_the_range() {
        let value = wide(10_000, ONE | 1 << 103);
        assert_eq!(round_pack(value, SINGLE), (F80::new(false, 10_000 + 0x3FFF, INTEGER), PE));
    }

    #[test]
    fn masked_overflow_gives_infinity_or_the_largest_number() {
        let large = wide(16_384, ONE);
        assert_eq!(round_pack(large, ALL), (F80::INFINITY, OE | PE | C1));
        assert_eq!(round_pack(large, with(ALL, 3)), (F80::new(false, 0x7FFE, u64::MAX), OE | PE));
        assert_eq!(round_pack(large, with(SINGLE, 1)), (F80::new(false, 0x7FFE, 0xFFFF_FF00_0000_0000), OE | PE));
    }

    #[test]
    fn masked_underflow_denormalises_and_is_raised_only_if_inexact() {
        assert_eq!(round_pack(wide(-16_383, ONE), ALL), (F80::new(false, 0, 1 << 62), 0));
        assert_eq!(round_pack(wide(-16_383, ONE | 1 << 64), ALL), (F80::new(false, 0, 1 << 62), UE | PE));
        assert_eq!(round_pack(wide(-20_000, ONE), ALL), (F80::ZERO, UE | PE));
        assert_eq!(round_pack(wide(-20_000, ONE), with(ALL, 2)), (F80::new(false, 0, 1), UE | PE | C1));
    }

    #[test]
    fn a_value_that_rounds_up_to_the_least_normal_is_not_tiny() {
        assert_eq!(round_pack(wide(-16_383, u128::MAX), ALL), (F80::new(false, 1, INTEGER), PE | C1));
    }

    #[test]
    fn unmasked_overflow_and_underflow_wrap_the_exponent() {
        let open = Control(ALL.0 & !(OE | UE));
        assert_eq!(round_pack(wide(16_384, ONE), open), (F80::new(false, 0x7FFF - 0x6000, INTEGER), OE));
        assert_eq!(round_pack(wide(-16_383, ONE), open), (F80::new(false, 0x6000, INTEGER), UE));
    }
}
