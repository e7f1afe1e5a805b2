//! The chips of the virtual PC, each driven through its ports, and the board they sit on.
//!
//! | ports | chip | file |
//! | --- | --- | --- |
//! | 20h, 21h, A0h, A1h | 8259A pair | `pic` |
//! | 40h–43h | 8254 timer | `pit` |
//! | 60h, 64h | 8042 keyboard controller, with keyboard and mouse behind it | `kbc`, `keyboard`, `mouse` |
//! | 61h, 92h | system control ports | `system_control` |
//! | 70h, 71h | MC146818 clock and CMOS memory | `cmos` |
//! | E9h | debug port | `debug_port` |
//! | F0h, F1h | coprocessor error latch | `coprocessor` |
//! | 3B4h–3DAh | VGA registers | `video` |
//!
//! A device shows its interrupt line as a level; [`Board`] copies levels to the 8259A pair. No
//! device knows another, the CPU, or host time: `now` comes with each call.
//!
//! Gap: no 8237 DMA controllers and no floppy disk controller; disks are reached through the BIOS.
//! Gap: no serial and no parallel ports; theirs read as ports that nobody owns, FFh.

mod board;
mod cmos;
mod coprocessor;
mod debug_port;
mod kbc;
mod keyboard;
mod mouse;
mod pic;
mod pit;
mod rate;
mod system_control;
mod video;

pub use board::{Board, BoardConfig};
pub use coprocessor::CoprocessorSignal;

use crate::clock::VirtTime;

/// A chip that owns I/O ports.
///
/// The board brings a device up to `now` with [`PortDevice::advance`] before each access. Time
/// never goes backwards between calls.
pub trait PortDevice {
    /// Reads the byte at `port`, one of the device's own.
    fn read(&mut self, port: u16, now: VirtTime) -> u8;

    /// Writes the byte at `port`, one of the device's own.
    fn write(&mut self, port: u16, value: u8, now: VirtTime);

    /// Brings the device's state up to `now`.
    fn advance(&mut self, _now: VirtTime) {}

    /// Level of the device's interrupt line.
    fn irq(&self) -> bool {
        false
    }

    /// When the device next changes its interrupt line by itself, if it will; never before `now`.
    fn next_event(&self, _now: VirtTime) -> Option<VirtTime> {
        None
    }
}
