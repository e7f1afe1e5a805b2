//! Guest programs for integration tests, each a bootable floppy image.
//!
//! They run on the bare BIOS, report on the screen and never end. Those that check something print
//! one line for each check, `PASS name` or `FAIL name`, and `done` at last. To try them on another
//! PC, write them to a folder: `DOSMUX_GUESTS_DIR=/tmp/guests cargo test every_guest_builds`.

mod coprocessor;
mod debugging;
mod flags;
mod frames;
mod guest;
mod hooks;
mod input;
mod memory;
mod mouse;
mod ports;
mod scrolling;
mod self_modifying;
mod services;
mod stops;

pub(crate) use coprocessor::{coprocessor, coprocessor_busy, coprocessor_masked, coprocessor_stuck, no_coprocessor};
pub(crate) use debugging::debugging;
pub(crate) use flags::flags;
pub(crate) use frames::frames;
pub(crate) use hooks::hooks;
pub(crate) use input::{compute, echo, poll_keyboard, poll_tick, slow_echo, tick_echo};
pub(crate) use memory::{a20_gate, high_memory_area};
pub(crate) use mouse::mouse;
pub(crate) use ports::{chips, debug_port, disk_write};
pub(crate) use scrolling::{Scroll, scroller};
pub(crate) use self_modifying::self_modifying;
pub(crate) use services::services;
pub(crate) use stops::{
    cli_hlt, cli_loop, divide_error, divide_error_caught, idle, invalid_opcode, stack_wrap, wild_code,
};

/// Builds a guest's floppy.
pub(crate) type Build = fn() -> Vec<u8>;

/// Every guest and its name.
pub(crate) const ALL: &[(&str, Build)] = &[
    ("idle", idle),
    ("cli-hlt", cli_hlt),
    ("cli-loop", cli_loop),
    ("invalid-opcode", invalid_opcode),
    ("wild-code", wild_code),
    ("divide-error", divide_error),
    ("divide-error-caught", divide_error_caught),
    ("stack-wrap", stack_wrap),
    ("compute", compute),
    ("echo", echo),
    ("tick-echo", tick_echo),
    ("slow-echo", slow_echo),
    ("poll-keyboard", poll_keyboard),
    ("poll-tick", poll_tick),
    ("hooks", hooks),
    ("self-modifying", self_modifying),
    ("debug-port", debug_port),
    ("chips", chips),
    ("disk-write", disk_write),
    ("a20-gate", a20_gate),
    ("high-memory-area", high_memory_area),
    ("debugging", debugging),
    ("coprocessor", coprocessor),
    ("no-coprocessor", no_coprocessor),
    ("coprocessor-stuck", coprocessor_stuck),
    ("coprocessor-masked", coprocessor_masked),
    ("coprocessor-busy", coprocessor_busy),
    ("flags", flags),
    ("frames", frames),
    ("services", services),
    ("mouse", mouse),
];
