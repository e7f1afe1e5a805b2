//! # 8. Pages
//!
//! Paging is what keeps a task in its place: with its paragraphs alone it could reach everything in
//! the first megabyte (§15.2.1). It runs at level 3, so supervisor pages are closed to it and
//! read-only pages are read-only. The error code says user, and why.

use dosmux::cpu::{Exit, Fault, pte};
use dosmux::types::Width;

use super::super::lab::{self, DATA, Lab};
use super::permission_map::{allowed, open};

#[test]
fn a_page_of_the_supervisor_is_out_of_reach() {
    // MOV AL,[1234h]; MOV [1234h],AL
    for (code, error) in [(&[0xA0, 0x34, 0x12], 5), (&[0xA2, 0x34, 0x12], 7)] {
        let mut lab = Lab::new(code);
        lab.map(DATA + 0x1234, |entry| entry & !pte::USER);
        assert_eq!(lab.fault().0, Fault::page(error));
        assert_eq!(lab.cpu.cr2().0, DATA + 0x1234);
    }
}

#[test]
fn a_read_only_page_can_be_read_and_not_written() {
    let mut lab = Lab::new(&[0xA0, 0x34, 0x12, 0xA2, 0x34, 0x12]);
    lab.map(DATA + 0x1234, |entry| entry & !pte::WRITABLE);
    assert_eq!(lab.run(1), Exit::BudgetUsed);
    assert_eq!(lab.fault().0, Fault::page(7));
}

#[test]
fn the_processors_own_accesses_for_the_task_are_the_supervisors() {
    // The bit map and the handlers' stack lie in pages that the task itself cannot touch.
    let mut lab = Lab::new(&[]);
    open(&mut lab, [0x60]);
    assert_eq!(lab.entry(lab::TSS) & pte::USER, 0);
    assert!(allowed(&mut lab, Width::Byte, 0x60));
}
