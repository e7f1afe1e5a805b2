//! The 80387: 80-bit numbers and exact arithmetic on integers.
//!
//! Inside: `f80` the register format, `wide` values between two roundings, `round` the one place
//! where a value is rounded to a register, `control` and `status` the words that a program sees.

mod control;
mod f80;
mod round;
mod status;
mod wide;
