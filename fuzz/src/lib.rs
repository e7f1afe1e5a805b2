//! What the fuzz targets share with the property tests: random machines and programs.

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
