//! The 80386.

pub mod regs;
