//! The debug facilities of the 386 as chapter 12 of its manual describes them, through the public
//! core: instruction and data breakpoints, guarded registers, single steps, and what holds off traps
//! and interrupts. The core hands its faults out, so that each test sees where one is reported.

mod breakpoints;
mod equivalence;
mod guest;
mod lab;
mod shadow;
mod steps;
