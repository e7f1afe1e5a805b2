//! A debugger inside a session: the monitor gives the guest the debug registers of its own machine.

use crate::bench::boot;
use crate::programs;

#[test]
fn a_guest_debugs_itself_with_the_debug_registers() {
    let mut pc = boot(&programs::debugging());
    pc.wait("done");
    let text = pc.text();
    assert!(text.contains("PASS") && !text.contains("FAIL"), "{}", pc.describe());
}
