//! The 80387: 80-bit numbers and exact arithmetic on integers.
//!
//! Inside: `f80` the register format, `wide` values between two roundings, `round` the one place
//! where a value is rounded to a register, `control` and `status` the words that a program sees,
//! `transcendental` the functions from F2XM1 to FCOS.

mod control;
mod f80;
mod round;
mod status;
mod transcendental;
mod wide;
