//! The numbers that the functions need. The tests compute each of them anew.

use crate::cpu::fpu::wide::Wide;

/// A positive irrational number: 127 bits and the sticky bit.
const fn irrational(exp: i32, sig: u128) -> Wide {
    Wide { negative: false, exp, sig: sig | 1 }
}

/// π.
pub(crate) const PI: Wide = irrational(1, 0xC90F_DAA2_2168_C234_C4C6_628B_80DC_1CD1);
/// π/2.
pub(crate) const HALF_PI: Wide = irrational(0, PI.sig);
/// π/4.
pub(crate) const QUARTER_PI: Wide = irrational(-1, PI.sig);
/// 3π/4.
pub(crate) const THREE_QUARTERS_PI: Wide = irrational(1, 0x96CB_E3F9_990E_91A7_9394_C9E8_A0A5_159C);

/// ln 2.
pub(super) const LN_2: Wide = irrational(-1, 0xB172_17F7_D1CF_79AB_C9E3_B398_03F2_F6AF);
/// 2 / ln 2.
pub(super) const TWO_LOG2_E: Wide = irrational(1, 0xB8AA_3B29_5C17_F0BB_BE87_FED0_691D_3E88);

/// 1 / 2π, 320 bits behind the point: 64, 128 and 128.
pub(super) const INVERSE_TURN: [u128; 3] =
    [0x28BE_60DB_9391_054A, 0x7F09_D5F4_7D4D_3770_36D8_A566_4F10_E410, 0x7F94_58EA_F7AE_F158_6DC9_1B8E_9093_74B8];

/// arctan i/8 for i = 0 to 8; the first is zero.
pub(super) const ARCTAN_EIGHTHS: [Option<Wide>; 9] = [
    None,
    Some(irrational(-4, 0xFEAD_D4D5_617B_6E32_C897_989F_3E88_8EF7)),
    Some(irrational(-3, 0xFADB_AFC9_6406_EB15_6DC7_9EF5_F7A2_17E5)),
    Some(irrational(-2, 0xB7B0_CA0F_26F7_8473_8AA3_2122_DCFE_4483)),
    Some(irrational(-2, 0xED63_382B_0DDA_7B45_6FE4_45EC_BC3A_8D03)),
    Some(irrational(-1, 0x8F00_5D5E_F7F5_9F9B_5C83_5E16_65C4_3747)),
    Some(irrational(-1, 0xA4BC_7D19_34F7_0924_19A8_7F2A_457D_AC9E)),
    Some(irrational(-1, 0xB805_3E2B_C231_9E73_CB2D_A552_10A4_443D)),
    Some(QUARTER_PI),
];

/// 1/3!, 1/5!, … of the sine, as fractions. The first term left out is below 2^-133.
pub(super) const SINE: [u128; 15] = inverse_factorials(3, 2);
/// 1/2!, 1/4!, … of the cosine. The first term left out is below 2^-138.
pub(super) const COSINE: [u128; 16] = inverse_factorials(2, 2);
/// 1/2!, 1/3!, … of the exponential function. The first term left out is below 2^-133.
pub(super) const EXPONENTIAL: [u128; 30] = inverse_factorials(2, 1);
/// 1/3, 1/5, … of the arctangent. The first term left out is below 2^-140.
pub(super) const ARCTAN: [u128; 16] = inverse_odds();
/// 1/3, 1/5, … of the hyperbolic arctangent. The first term left out is below 2^-137.
pub(super) const ARTANH: [u128; 25] = inverse_odds();

/// 1/first!, 1/(first+step)!, … cut off after 128 bits.
const fn inverse_factorials<const N: usize>(first: u128, step: u128) -> [u128; N] {
    let mut table = [0; N];
    let (mut factor, mut inverse) = (2, 1 << 127);
    let (mut index, mut wanted) = (0, first);
    while index < N {
        while factor < wanted {
            factor += 1;
            // A quotient that is cut off twice is cut off as if it had been divided at once.
            inverse /= factor;
        }
        table[index] = inverse;
        index += 1;
        wanted += step;
    }
    table
}

/// 1/3, 1/5, … cut off after 128 bits.
const fn inverse_odds<const N: usize>() -> [u128; N] {
    let mut table = [0; N];
    let (mut index, mut odd) = (0, 3);
    while index < N {
        // 2^128 is no multiple of an odd number, so 2^128 - 1 gives the same.
        table[index] = u128::MAX / odd;
        index += 1;
        odd += 2;
    }
    table
}
