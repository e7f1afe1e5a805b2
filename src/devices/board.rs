//! The board: which chip answers which port, and which interrupt line goes where.

use crate::clock::VirtTime;
use crate::keys::KeyEvent;
use crate::mem::Memory;
use crate::screen::Screen;
use crate::types::{Port, Vector, Width};

/// What a board is built from.
#[derive(Clone, Debug)]
pub struct BoardConfig {
    /// Conventional plus extended RAM that the CMOS reports. *Units*: bytes.
    pub memory_bytes: u32,
    /// What the real-time clock shows at power-on. *Units*: seconds since 1970-01-01, local time.
    pub rtc_start: u64,
    /// Drive types for the CMOS floppy byte, A: then B: (0 none, 1 360K, 2 1.2M, 3 720K, 4 1.44M, 5 2.88M).
    pub floppy_types: [u8; 2],
    /// Number of hard disks.
    pub hard_disks: u8,
}

/// All chips of one machine.
pub struct Board {}

impl Board {
    /// A board in its power-on state.
    #[must_use]
    pub fn new(_config: &BoardConfig) -> Board {
        Board {}
    }

    /// Reads a port; ports nobody owns read as all ones. Wider accesses are split into bytes.
    pub fn read(&mut self, _port: Port, width: Width, _now: VirtTime) -> u32 {
        width.mask()
    }

    /// Writes a port; writes to ports nobody owns are lost.
    pub fn write(&mut self, _port: Port, _width: Width, _value: u32, _now: VirtTime) {}

    /// Brings all chips up to `now` and copies interrupt lines to the 8259A pair.
    pub fn advance(&mut self, _now: VirtTime) {}

    /// When a chip next changes an interrupt line by itself (timer tick, alarm, keyboard byte).
    #[must_use]
    pub fn next_event(&self, _now: VirtTime) -> Option<VirtTime> {
        None
    }

    /// True if the 8259A pair drives INTR.
    #[must_use]
    pub fn interrupt_pending(&self) -> bool {
        false
    }

    /// Interrupt acknowledge: the vector of the highest pending request, which goes in service.
    pub fn acknowledge(&mut self) -> Vector {
        Vector(0x08)
    }

    /// Hands a key press or release to the keyboard. False if its buffer is full: nothing taken.
    pub fn press(&mut self, _event: KeyEvent, _now: VirtTime) -> bool {
        false
    }

    /// True if keyboard and controller hold no byte that the guest has still to read.
    #[must_use]
    pub fn keyboard_idle(&self) -> bool {
        true
    }

    /// True if address line A20 is open.
    #[must_use]
    pub fn a20(&self) -> bool {
        false
    }

    /// True once after the guest pulsed the CPU's reset line (8042 command FEh, port 92h bit 0).
    pub fn take_reset(&mut self) -> bool {
        false
    }

    /// What the guest wrote to the debug port E9h since the last call. Bounded; see the overflow
    /// rule at the device.
    pub fn take_debug_output(&mut self) -> Vec<u8> {
        Vec::new()
    }

    /// What the display shows.
    #[must_use]
    pub fn screen(&self, _mem: &Memory, _now: VirtTime) -> Screen {
        Screen {
            cols: 80,
            rows: 25,
            cells: vec![crate::screen::Cell::default(); 2000],
            cursor: None,
            palette: [crate::screen::Rgb::default(); 16],
            blink: true,
            cell_height: 16,
            mode: 3,
        }
    }

    /// Grows by one whenever a chip register that the display depends on changes (not its memory).
    #[must_use]
    pub fn display_generation(&self) -> u64 {
        0
    }
}
