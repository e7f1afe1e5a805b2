//! The V86 monitor: the ring-0 program of each machine, written in Rust.

pub mod vm;
