//! Chaos: random code on random machines, in every mode.
//!
//! Two strings of bytes decide on a machine ([`setup`]) and its program ([`code`]); [`build`] makes
//! its memory, [`bring_up`] brings its processor into the state by code of a guest, and [`drive`]
//! runs it in several ways and compares. Property tests take the bytes from proptest, the fuzz
//! target in `fuzz/` includes this module and takes them from libFuzzer.

mod bring_up;
mod build;
mod choices;
mod code;
mod drive;
mod setup;

pub(crate) use drive::check;
