//! FRNDINT, FSCALE, FXTRACT and the constants.

use super::control::Control;
use super::convert::{from_integer, to_integral};
use super::f80::{BIAS, F80, INTEGER};
use super::operate::{Done, INVALID, denormals, nan, nan1};
use super::round::round_pack;
use super::status::ZE;
use super::wide::Wide;

/// FRNDINT.
pub(crate) fn round_to_integer(a: F80, control: Control) -> Done {
    if let Some(done) = nan1(a) {
        return done;
    }
    if a.is_infinite() || a.is_zero() {
        return (a, 0);
    }
    match denormals(&[a.into()], control) {
        Ok(raised) => {
            let (value, more) = to_integral(a, control.rounding());
            (value, raised | more)
        }
        Err(done) => done,
    }
}

/// An exponent that takes every value out of range.
const FAR: i32 = 0x1_0000;

/// FSCALE: `a × 2^b`, `b` chopped to an integer.
pub(crate) fn scale(a: F80, b: F80, control: Control) -> Done {
    if let Some(done) = nan(a, b) {
        return done;
    }
    if b.is_infinite() && (if b.negative() { a.is_infinite() } else { a.is_zero() }) {
        return INVALID;
    }
    let raised = match denormals(&[a.into(), b.into()], control) {
        Ok(raised) => raised,
        Err(done) => return done,
    };
    if a.is_infinite() || a.is_zero() || b.is_zero() {
        return (a.normalized(), raised);
    }
    if b.is_infinite() {
        let limit = if b.negative() { F80::ZERO } else { F80::INFINITY };
        return (limit.with_sign(a.negative()), raised);
    }
    let value = a.unpack();
    let (value, more) = round_pack(Wide { exp: value.exp + chopped(b), ..value }, control.extended());
    (value, raised | more)
}

/// A finite number chopped to an integer, or what is far enough in its direction.
fn chopped(value: F80) -> i32 {
    let shift = BIAS + 63 - i32::from(value.exponent());
    let magnitude = match u32::try_from(shift) {
        Ok(shift @ 0..64) => i32::try_from(value.sig >> shift).unwrap_or(FAR).min(FAR),
        Ok(_) => 0,
        Err(_) => FAR,
    };
    if value.negative() { -magnitude } else { magnitude }
}

/// FXTRACT: exponent and significand as two values.
pub(crate) fn extract(a: F80, control: Control) -> (F80, F80, u16) {
    if let Some((value, raised)) = nan1(a) {
        return (value, value, raised);
    }
    if a.is_infinite() {
        return (F80::INFINITY, a, 0);
    }
    if a.is_zero() {
        return (F80::INFINITY.negated(), a, ZE);
    }
    match denormals(&[a.into()], control) {
        Ok(raised) => {
            let value = a.unpack();
            (from_integer(value.exp.into()), F80::new(a.negative(), F80::ONE.top, value.high()), raised)
        }
        Err((value, raised)) => (value, value, raised),
    }
}

/// A constant of the processor, with more bits than a register has: rounding control chooses between
/// its neighbours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Constant {
    exp: i32,
    sig: u128,
}

impl Constant {
    /// 1, FLD1.
    pub(crate) const ONE: Constant = Constant { exp: 0, sig: (INTEGER as u128) << 64 };
    /// log2 10, FLDL2T.
    pub(crate) const LOG2_10: Constant = Constant { exp: 1, sig: 0xD49A_784B_CD1B_8AFE_492B_F6FF_4DAF_DB4C };
    /// log2 e, FLDL2E.
    pub(crate) const LOG2_E: Constant = Constant { exp: 0, sig: 0xB8AA_3B29_5C17_F0BB_BE87_FED0_691D_3E88 };
    /// π, FLDPI.
    pub(crate) const PI: Constant = Constant { exp: 1, sig: 0xC90F_DAA2_2168_C234_C4C6_628B_80DC_1CD1 };
    /// log10 2, FLDLG2.
    pub(crate) const LOG10_2: Constant = Constant { exp: -2, sig: 0x9A20_9A84_FBCF_F798_8F89_59AC_0B7C_9178 };
    /// ln 2, FLDLN2.
    pub(crate) const LN_2: Constant = Constant { exp: -1, sig: 0xB172_17F7_D1CF_79AB_C9E3_B398_03F2_F6AF };

    /// The constant in a register. Source: 80387 PRM, FLDconst: rounded as RC says, without PE.
    pub(crate) fn rounded(self, control: Control) -> F80 {
        round_pack(Wide { negative: false, exp: self.exp, sig: self.sig }, control.extended()).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Control = Control::INITIAL;

    #[test]
    fn scaling_chops_the_power() {
        let half = F80::new(false, 0x3FFE, INTEGER);
        assert_eq!(scale(F80::ONE, from_integer(3), ALL), (from_integer(8), 0));
        assert_eq!(scale(F80::ONE, half.negated(), ALL), (F80::ONE, 0));
        assert_eq!(scale(F80::ONE, from_integer(-1), ALL), (half, 0));
        assert_eq!(scale(F80::ZERO, F80::INFINITY, ALL), INVALID);
        assert_eq!(scale(F80::ONE.negated(), F80::INFINITY.negated(), ALL), (F80::ZERO.negated(), 0));
        assert_eq!(scale(F80::ONE, from_integer(i64::MAX), ALL).0, F80::INFINITY);
    }

    #[test]
    fn extraction_splits_exponent_and_significand() {
        let value = F80::new(true, 0x3FFF + 5, INTEGER | 7);
        assert_eq!(extract(value, ALL), (from_integer(5), F80::new(true, 0x3FFF, INTEGER | 7), 0));
        assert_eq!(extract(F80::ZERO, ALL), (F80::INFINITY.negated(), F80::ZERO, ZE));
    }

    #[test]
    fn constants_follow_the_rounding_control() {
        assert_eq!(Constant::PI.rounded(ALL), F80::new(false, 0x4000, 0xC90F_DAA2_2168_C235));
        assert_eq!(Constant::PI.rounded(Control(0x0F7F)), F80::new(false, 0x4000, 0xC90F_DAA2_2168_C234));
        assert_eq!(Constant::LOG2_10.rounded(ALL).sig, 0xD49A_784B_CD1B_8AFE);
        assert_eq!(Constant::LOG2_10.rounded(Control(0x0B7F)).sig, 0xD49A_784B_CD1B_8AFF);
        assert_eq!(Constant::ONE.rounded(ALL), F80::ONE);
    }
}
