//! dosmux runs several DOS sessions side by side, each a virtual-8086 task on an emulated 80386.
//!
//! Code map, top down; no arrow goes up:
//!
//! | module | what it is |
//! | --- | --- |
//! | [`cli`] | arguments, exit codes; the only place that prints |
//! | [`tui`] | the terminal UI |
//! | [`testing`] | sessions for the tests of those who write DOS programs |
//! | [`script`] | scripts that type keys and wait for screens |
//! | [`session`] | a machine with a name and an input queue; the manager that runs many |
//! | [`config`] | the tables of config files and scripts |
//! | [`monitor`] | the V86 monitor: one machine, its traps, interrupts and idle time |
//! | [`bare`] | the processor with memory and a ROM image, nothing else |
//! | [`bios`] | interrupt services behind ROM stubs |
//! | [`dos`] | the built-in DOS |
//! | [`services`] | drivers that a guest need not load |
//! | [`cpu`] | the 80386 |
//! | [`devices`] | the chips of the board |
//! | [`disk`] | disk images |
//! | [`mem`] | physical memory |
//! | [`screen`], [`keys`], [`mod@pointer`], [`clock`], [`types`] | plain values |

pub mod bare;
pub mod bios;
pub mod cli;
pub mod clock;
pub mod config;
pub mod cpu;
pub mod devices;
pub mod disk;
pub mod dos;
pub mod keys;
pub mod mem;
pub mod monitor;
pub mod pointer;
pub mod screen;
pub mod script;
pub mod services;
pub mod session;
pub mod testing;
pub mod tui;
pub mod types;
