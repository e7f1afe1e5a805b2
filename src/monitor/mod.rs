//! The V86 monitor: the ring-0 program of each machine, written in Rust.
//!
//! The guest runs as a V86 task at CPL 3 with IOPL 0 on the emulated 386. The monitor is entered only
//! when the core hands out a fault or an exit, and when an interrupt is due:
//!
//! | module | what it does |
//! | --- | --- |
//! | [`vm`] | one machine: everything it owns, and the run loop |
//! | `pause` | why a machine pauses or stops |
//! | `layout` | page tables, GDT, IDT and TSS in the machine's own memory; the A20 gate |
//! | `dispatch` | from an exit to what answers it: the one big match |
//! | `sensitive` | CLI, STI, PUSHF, POPF, INT n, IRET, HLT and the virtual interrupt flag |
//! | `io` | IN and OUT to the board |
//! | `port_watch` | writes to chosen ports, kept |
//! | `service` | ARPL in the ROM to the BIOS |
//! | `reflect` | interrupts and exceptions through the guest's vector table |
//! | `idle` | is the guest doing nothing? |
//! | `code_page` | which code page the guest has selected |
//! | `display` | has the picture changed? |
//! | [`programs`] | programs under the guest's DOS, and their exit codes |
//! | `pointer` | the mouse, from the host's side |
//! | `scrolling` | which rows have scrolled off the screen? |
//! | [`stats`] | how often the monitor was entered, by kind |
//! | [`trace`] | the last calls, exceptions, port accesses and interrupts |
//! | `inspect` | what may be looked at from outside |

mod clock;
mod code_page;
mod config;
mod dispatch;
mod display;
mod dos;
mod idle;
mod inspect;
mod io;
mod job;
mod layout;
mod pause;
mod pointer;
mod port_watch;
pub mod programs;
mod reflect;
mod scrolling;
mod sensitive;
mod service;
pub mod stats;
pub mod trace;
pub mod vm;
