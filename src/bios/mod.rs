//! The virtual PC's BIOS: power-on self test and interrupt services, in Rust behind ROM stubs.
//!
//! Each vector points into a small ROM at F000h ([`rom`]). A stub executes ARPL, which raises #UD in
//! V86 mode; the monitor recognises the address, calls [`call`] with the service byte that follows
//! the ARPL, and resumes behind it, where the stub does the rest (EOI, chained INT, IRET).

pub mod rom;

use crate::clock::VirtTime;
use crate::cpu::regs::Regs;
use crate::devices::Board;
use crate::disk::Drives;
use crate::mem::GuestMemory;

/// What a service wants the monitor to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Resume behind the trap.
    Done,
    /// Resume behind the trap; the guest asked for input or the time and there was nothing new.
    Polled,
    /// Resume behind the trap; the guest offers the rest of its time slice.
    Yield,
    /// Enable interrupts, let time pass, and execute the trap again after the next interrupt.
    Wait,
    /// Restart the machine as after Ctrl-Alt-Del.
    Reboot,
    /// Nothing can be booted; the screen says so. The machine waits for a reset.
    NoBoot,
    /// An exception that nothing handles (the vector is given): the machine stops.
    Unhandled(u8),
}

/// State of the BIOS that a real one would keep outside the BIOS data area.
#[derive(Default)]
pub struct BiosState {}

/// What one service call may look at and change.
pub struct Bios<'a> {
    /// The guest's registers; the interrupt frame (IP, CS, FLAGS) is on its stack at SS:SP.
    pub regs: &'a mut Regs,
    /// The guest's memory.
    pub mem: GuestMemory<'a>,
    /// The chips, reached through their ports.
    pub board: &'a mut Board,
    /// The drives.
    pub drives: &'a mut Drives,
    /// The BIOS's own state.
    pub state: &'a mut BiosState,
    /// Virtual time.
    pub now: VirtTime,
    /// Memory above 1 MiB that the guest may use. *Units*: bytes.
    pub extended_bytes: u32,
    /// True to boot from the first hard disk instead of A:.
    pub boot_from_disk: bool,
}

/// Power-on self test: fills the vector table, the BIOS data area and the chips' registers, and
/// leaves CS:IP at the boot stub and SS:SP at a small stack.
pub fn post(_bios: &mut Bios<'_>) {}

/// Runs the service whose number follows the trapped ARPL in the ROM.
pub fn call(_service: u8, _bios: &mut Bios<'_>) -> Outcome {
    Outcome::Done
}
