//! The chips of the virtual PC, each driven through its ports, and the board they sit on.
//!
//! A device shows its interrupt line as a level; [`Board`] copies levels to the 8259A pair. No
//! device knows another, the CPU, or host time: `now` comes with each call.

mod board;

pub use board::{Board, BoardConfig};

use crate::clock::VirtTime;

/// A chip that owns I/O ports.
pub trait PortDevice {
    /// Reads the byte at `port`, one of the device's own.
    fn read(&mut self, port: u16, now: VirtTime) -> u8;
    /// Writes the byte at `port`, one of the device's own.
    fn write(&mut self, port: u16, value: u8, now: VirtTime);
    /// Brings the device's state up to `now`.
    fn advance(&mut self, now: VirtTime);
    /// Level of the device's interrupt line.
    fn irq(&self) -> bool;
    /// When the device next changes its interrupt line by itself, if it will.
    fn next_event(&self, now: VirtTime) -> Option<VirtTime>;
}
