//! # Virtual-8086 mode, a description
//!
//! Each chapter states something about the mode and then shows it on the processor. Numbers of sections
//! and figures are those of the *80386 Programmer's Reference Manual* (PRM); the mode is its chapter 15.
//!
//! Two test benches are used. [`Lab`](super::lab::Lab) is a task whose monitor is the test itself: what traps
//! comes back as a value (`Exit::Fault`). [`Ring0`](super::ring0::Ring0) is a task below real ring-0 code with
//! an IDT: what traps arrives in a handler, on a stack, in a frame.
//!
//! 1. What a task is (`task`)
//! 2. Addresses (`addresses`)
//! 3. Which instructions trap: the whole opcode map (`opcodes`)
//! 4. Sensitive instructions, and IOPL 3 (`sensitive`)
//! 5. What the 386 leaves un-trapped (`untrapped`)
//! 6. Ports and the I/O permission bit map (`permission_map`)
//! 7. Interrupts and exceptions through the IDT (`interrupts`)
//! 8. Pages (`pages`)

mod addresses;
mod interrupts;
mod opcodes;
mod pages;
mod permission_map;
mod sensitive;
mod task;
mod untrapped;
