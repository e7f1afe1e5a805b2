//! Programs that use the coprocessor of a session.

use dosmux::monitor::vm::StopReason;

use crate::bench::{boot, boot_with};
use crate::programs;

#[test]
fn a_program_finds_the_coprocessor_and_handles_its_errors() {
    let mut pc = boot(&programs::coprocessor());
    pc.wait("done");
    assert!(pc.text().contains("PASS") && !pc.text().contains("FAIL"), "{}", pc.describe());
}

#[test]
fn a_session_may_do_without() {
    let mut pc = boot_with(&programs::no_coprocessor(), |spec| spec.fpu = false);
    pc.wait("done");
    assert!(pc.text().contains("PASS") && !pc.text().contains("FAIL"), "{}", pc.describe());
}

#[test]
fn an_error_that_cannot_be_handled_stops_the_machine() {
    let mut pc = boot(&programs::coprocessor_stuck());
    pc.wait("stopping");
    pc.run_seconds(1);
    assert!(matches!(pc.session.stopped(), Some(StopReason::CoprocessorWaitWithInterruptsOff(_))));
    pc.session.reset();
    pc.wait("stopping");
}

#[test]
fn waiting_for_an_error_to_be_handled_is_idleness() {
    let mut pc = boot(&programs::coprocessor_masked());
    pc.wait("ready");
    let before = pc.session.stats().instructions;
    pc.run_seconds(20);
    assert!(pc.session.stopped().is_none());
    // The timer's interrupts.
    assert!(pc.session.stats().instructions - before < 20 * 18 * 200);
}

#[test]
fn a_program_that_computes_in_the_coprocessor_alone_is_not_taken_for_idle() {
    let mut pc = boot(&programs::coprocessor_busy());
    pc.wait("ready");
    pc.run_seconds(1);
    assert!(pc.text().contains("done"), "{}", pc.describe());
}
