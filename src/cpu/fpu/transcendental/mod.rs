//! The transcendental functions of the 80387: F2XM1, FYL2X, FYL2XP1, FPTAN, FPATAN, FSIN and FCOS
//! (FSINCOS is the last two).
//!
//! Arguments are the values of registers, finite and not zero: at most 64 significant bits, the others
//! of [`Wide::sig`](super::wide::Wide) are clear. Special values (zeros, infinities, NaNs, arguments
//! that an instruction refuses) are the caller's business.
//!
//! Each function has the same three steps:
//!
//! 1. An identity brings the argument near zero, without loss.
//! 2. A power series gives *what the function does to the argument*: `sin r / r`, not `sin r`. This is
//!    a number near 1, and a 128-bit fraction holds it with the same accuracy however small `r` is.
//! 3. Products with `r` and a constant restore the size; a sum undoes the identity where it has to be.
//!
//! | function | step 1 | step 2 |
//! | --- | --- | --- |
//! | [`fsin`], [`fcos`], [`fptan`] | whole quarters of a turn are taken off: `abs(r) <= π/4` | Taylor series of sine and cosine |
//! | [`fpatan`] | the nearer axis and the nearest of nine slopes are taken off: `abs(d) <= 1/16` | Taylor series of the arctangent |
//! | [`f2xm1`] | none: `z = x ln 2` is small enough | Taylor series of `exp z - 1` |
//! | [`fyl2x`], [`fyl2xp1`] | whole octaves are taken off, then `s = (m-1)/(m+1)`: `abs(s) < 0.172` | series of `artanh s` |
//!
//! All of it is arithmetic on integers, the same on each host. The relative error of a result is below
//! 2^-120. Rounded to the 64 bits of a register, it is the register that the true value rounds to, except
//! where that value lies within this error of where two roundings part: one random argument in 2^55, and
//! FPATAN of two significands that differ in their last bits only, with a ratio near 2^-62.
//!
//! A result is exact, its sticky bit clear, only where the function is (powers of two for the logarithm,
//! ±1 for F2XM1). All others are marked inexact, and lie on the right side of their argument even where
//! the two agree in more than 128 bits, as `sin x` and `x` do near zero: the directed rounding modes are
//! right too.
//!
//! The chip promises less. Source: Intel SDM volume 1, §8.3.10 (transcendental instruction accuracy):
//! errors below 1 unit in the last place of the 80-bit format. The precision control does not concern
//! these instructions: they round to 64 bits always.

mod arctangent;
mod arithmetic;
mod circle;
mod constants;
mod exponential;
mod logarithm;
mod quarters;
mod series;

#[cfg(test)]
mod tests;

pub(crate) use self::arctangent::fpatan;
pub(crate) use self::circle::{fcos, fptan, fsin};
pub(crate) use self::constants::{HALF_PI, PI, QUARTER_PI, THREE_QUARTERS_PI};
pub(crate) use self::exponential::f2xm1;
pub(crate) use self::logarithm::{fyl2x, fyl2xp1};
