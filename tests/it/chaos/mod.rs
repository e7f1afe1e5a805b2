//! Chaos: random code on random machines, in every mode.
//!
//! Two strings of bytes decide on a machine ([`setup`]) and its program ([`code`]); [`build`] makes
//! its memory, [`bring_up`] brings its processor into the state by code of a guest, and [`drive`]
//! runs it in several ways and compares. [`boot`] is for whole machines. Property tests take the
//! bytes from proptest; the targets in `fuzz/` include this module and take them from libFuzzer.

mod boot;
mod bring_up;
mod build;
mod choices;
mod code;
mod drive;
mod setup;

pub(crate) use boot::boot_sector;
pub(crate) use code::v86_program;
pub(crate) use drive::check;
