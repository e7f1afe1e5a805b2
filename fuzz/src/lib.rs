//! What the fuzz targets share with the property tests: random machines and programs.

use dosmux::mem::PAGE_BYTES;
use dosmux::session::Session;
use dosmux::types::PhysAddr;

#[path = "../../tests/it/chaos/mod.rs"]
mod chaos;

/// Runs the machine and the program that the bytes decide on in several ways.
///
/// *Panics* if two of them come to different states.
pub fn check(machine: &[u8], program: &[u8]) {
    chaos::check(machine, program);
}

/// Mostly valid instructions for a V86 task.
pub fn v86_program(bytes: &[u8]) -> Vec<u8> {
    chaos::v86_program(bytes)
}

/// A boot sector that runs into `code`.
pub fn boot_sector(code: &[u8]) -> [u8; 512] {
    chaos::boot_sector(code)
}

/// *Panics* if two sessions are not in the same state, or a machine has more memory than it was given.
pub fn assert_same(first: &Session, second: &Session) {
    assert_eq!(first.now(), second.now());
    assert_eq!(first.stopped(), second.stopped());
    assert_eq!(first.stats(), second.stats());
    assert_eq!(first.vm().regs(), second.vm().regs());
    assert_eq!(first.screen().text(), second.screen().text());
    assert_eq!(memory(first), memory(second));
}

/// All of a machine's memory.
fn memory(session: &Session) -> Vec<u8> {
    let memory = session.vm().memory();
    assert!(memory.private_frames() <= (memory.size() / PAGE_BYTES) as usize);
    let mut bytes = vec![0; memory.size() as usize];
    memory.read_bytes(PhysAddr(0), &mut bytes);
    bytes
}
