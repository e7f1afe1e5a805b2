//! The bare core: any program on any machine, run in several ways that must come to the same state.
#![no_main]

use libfuzzer_sys::fuzz_target;

/// Bytes that decide on the machine; those behind them decide on the program.
const MACHINE_BYTES: usize = 192;

fuzz_target!(|bytes: &[u8]| {
    let (machine, program) = bytes.split_at(bytes.len().min(MACHINE_BYTES));
    dosmux_fuzz::check(machine, program);
});
