//! The board: which chip answers which port, and which interrupt line goes where.
//!
//! Before each access the chips are brought up to the time of the access, and after it their
//! interrupt lines are copied to the 8259A pair, so that nothing is seen too early or too late.

use super::PortDevice;
use super::cmos::Cmos;
use super::coprocessor::{CoprocessorPort, CoprocessorSignal};
use super::debug_port::DebugPort;
use super::kbc::Kbc;
use super::pic::Pic;
use super::pit::Pit;
use super::system_control::SystemControl;
use super::video::Video;
use crate::clock::VirtTime;
use crate::keys::KeyEvent;
use crate::mem::Memory;
use crate::pointer::{Buttons, CellPlace, Motion};
use crate::screen::Screen;
use crate::screen::scrolling::TextRows;
use crate::types::{Irq, PhysAddr, Port, Vector, Width};

const IRQ_TIMER: Irq = Irq(0);
const IRQ_KEYBOARD: Irq = Irq(1);
const IRQ_CLOCK: Irq = Irq(8);
const IRQ_MOUSE: Irq = Irq(12);
const IRQ_COPROCESSOR: Irq = Irq(13);

/// Where the BIOS keeps the number of the video mode: 40:49.
const BDA_VIDEO_MODE: PhysAddr = PhysAddr(0x449);

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
    /// An 80387 is in its socket.
    pub coprocessor: bool,
    /// A PS/2 mouse is plugged in.
    pub mouse: bool,
}

/// All chips of one machine.
///
/// ```
/// use dosmux::clock::VirtTime;
/// use dosmux::devices::{Board, BoardConfig};
/// use dosmux::types::{Port, Width};
/// let config = BoardConfig {
///     memory_bytes: 16 << 20,
///     rtc_start: 0,
///     floppy_types: [4, 0],
///     hard_disks: 0,
///     coprocessor: true,
///     mouse: false,
/// };
/// let mut board = Board::new(&config);
/// board.write(Port(0x70), Width::Byte, 0x10, VirtTime::ZERO);
/// assert_eq!(board.read(Port(0x71), Width::Byte, VirtTime::ZERO), 0x40);
/// assert_eq!(board.read(Port(0x3F8), Width::Word, VirtTime::ZERO), 0xFFFF);
/// ```
pub struct Board {
    pic: Pic,
    pit: Pit,
    kbc: Kbc,
    cmos: Cmos,
    system: SystemControl,
    debug: DebugPort,
    coprocessor: CoprocessorPort,
    video: Video,
}

impl Board {
    /// A board in its power-on state.
    #[must_use]
    pub fn new(config: &BoardConfig) -> Board {
        Board {
            pic: Pic::new(),
            pit: Pit::new(),
            kbc: Kbc::new(config.mouse),
            cmos: Cmos::new(config),
            system: SystemControl::new(),
            debug: DebugPort::new(),
            coprocessor: CoprocessorPort::new(),
            video: Video::new(),
        }
    }

    /// Puts all chips back in their power-on state, as the reset button does. What runs on battery
    /// goes on: the clock and the CMOS memory. Debug output stays until it is taken, and
    /// [`Board::display_generation`] keeps growing.
    pub fn reset(&mut self, now: VirtTime) {
        self.pic = Pic::new();
        self.pit = Pit::new();
        self.kbc = Kbc::new(self.has_mouse());
        self.system = SystemControl::new();
        self.coprocessor = CoprocessorPort::new();
        self.video.reset();
        self.cmos.reset();
        self.advance(now);
    }

    /// Stores what a setup program would have found in the floppy drives (see [`BoardConfig::floppy_types`]).
    pub fn set_floppy_types(&mut self, types: [u8; 2]) {
        self.cmos.set_floppy_types(types);
    }

    /// Reads a port; ports nobody owns read as all ones. Wider accesses are split into bytes.
    pub fn read(&mut self, port: Port, width: Width, now: VirtTime) -> u32 {
        self.advance(now);
        let mut value = 0;
        for (shift, port) in bytes_of(port, width) {
            value |= u32::from(self.read_byte(port, now)) << shift;
        }
        self.copy_lines();
        value
    }

    /// Writes a port; writes to ports nobody owns are lost.
    pub fn write(&mut self, port: Port, width: Width, value: u32, now: VirtTime) {
        self.advance(now);
        for (shift, port) in bytes_of(port, width) {
            self.write_byte(port, crate::types::lo8(value >> shift), now);
        }
        self.copy_lines();
    }

    /// True if reading `port` neither changes a chip nor depends on anything but what was written
    /// and on the events that [`Board::next_event`] announces: a loop that polls it waits.
    #[must_use]
    pub fn is_quiet_read(port: Port) -> bool {
        match port.0 {
            // Requests come and go with interrupt lines, and a poll acknowledges.
            0x20 | 0xA0 => false,
            0x40..=0x42 | 0x60 | 0x61 => false,
            // Time of day; flags that a read clears.
            0x71 => false,
            // Reads that step the DAC, reset the attribute flip-flop and show the beam.
            0x3C9 | 0x3BA | 0x3DA => false,
            _ => true,
        }
    }

    /// Brings all chips up to `now` and copies interrupt lines to the 8259A pair.
    pub fn advance(&mut self, now: VirtTime) {
        self.pit.advance(now);
        self.kbc.advance(now);
        self.cmos.advance(now);
        self.copy_lines();
    }

    /// When something next happens by itself that the CPU may notice: an interrupt line that is
    /// not masked rises, or a keyboard byte arrives. Never before `now`.
    #[must_use]
    pub fn next_event(&self, now: VirtTime) -> Option<VirtTime> {
        let timer = if self.pic.is_masked(IRQ_TIMER) { None } else { self.pit.next_event(now) };
        let clock = if self.pic.is_masked(IRQ_CLOCK) { None } else { self.cmos.next_event(now) };
        // Not masked out: polling the status port is a quiet read.
        let keyboard = self.kbc.next_event(now);
        [timer, clock, keyboard].into_iter().flatten().min()
    }

    /// True if the 8259A pair drives INTR.
    #[must_use]
    pub fn interrupt_pending(&self) -> bool {
        self.pic.irq()
    }

    /// Interrupt acknowledge: the vector of the highest pending request, which goes in service.
    pub fn acknowledge(&mut self) -> Vector {
        self.pic.acknowledge()
    }

    /// Hands a key press or release to the keyboard. False if its buffer is full: nothing taken.
    pub fn press(&mut self, event: KeyEvent, now: VirtTime) -> bool {
        self.advance(now);
        self.kbc.press(event, now)
    }

    /// True if a mouse is plugged in.
    #[must_use]
    pub fn has_mouse(&self) -> bool {
        self.kbc.mouse().is_some()
    }

    /// Moves the mouse and sets its buttons; `at` is what it points at then, if that is known.
    /// False if it cannot take that now, or if there is none: nothing taken.
    pub fn point(&mut self, motion: Motion, buttons: Buttons, at: Option<CellPlace>, now: VirtTime) -> bool {
        self.advance(now);
        self.kbc.point(motion, buttons, at, now)
    }

    /// True if there is a mouse and the guest wants to be told what happens to it.
    #[must_use]
    pub fn mouse_reports(&self) -> bool {
        self.kbc.mouse().is_some_and(super::mouse::Mouse::streams)
    }

    /// What the mouse points at by the last packet that the controller took from it, if that is
    /// known.
    #[must_use]
    pub fn mouse_place(&self) -> Option<CellPlace> {
        self.kbc.mouse()?.place()
    }

    /// Sends bytes to the mouse and takes its answer, without the time that they need on the line;
    /// nothing without a mouse.
    pub fn ask_mouse(&mut self, bytes: &[u8], now: VirtTime) -> Vec<u8> {
        self.advance(now);
        self.kbc.ask_mouse(bytes, now)
    }

    /// True if keyboard, mouse and controller hold no byte that the guest has still to read.
    #[must_use]
    pub fn keyboard_idle(&self) -> bool {
        self.kbc.is_idle()
    }

    /// True if address line A20 is open: either of the 8042 and port 92h opens it.
    #[must_use]
    pub fn a20(&self) -> bool {
        self.kbc.a20() || self.system.a20()
    }

    /// True once after the guest pulsed the CPU's reset line (8042 command FEh, port 92h bit 0).
    pub fn take_reset(&mut self) -> bool {
        let pulsed = self.kbc.take_reset();
        self.system.take_reset() || pulsed
    }

    /// The coprocessor's ERROR# became active.
    pub fn raise_coprocessor_error(&mut self) {
        self.coprocessor.raise();
        self.copy_lines();
    }

    /// What the guest asked of the coprocessor through its ports since the last call.
    pub fn take_coprocessor_signal(&mut self) -> Option<CoprocessorSignal> {
        self.coprocessor.take_signal()
    }

    /// What the guest wrote to the debug port E9h since the last call. Bounded; see the overflow
    /// rule at the device.
    pub fn take_debug_output(&mut self) -> Vec<u8> {
        self.debug.take()
    }

    /// Bytes written to the debug port that were dropped because nobody took them in time.
    #[must_use]
    pub fn debug_lost(&self) -> u64 {
        self.debug.lost()
    }

    /// What the display shows.
    #[must_use]
    pub fn screen(&self, mem: &Memory, _now: VirtTime) -> Screen {
        self.video.screen(mem, mem.read_u8(BDA_VIDEO_MODE))
    }

    /// The characters and attributes of what the display shows; false, and nothing done, while it
    /// shows nothing.
    pub fn text_rows(&self, mem: &Memory, out: &mut TextRows) -> bool {
        self.video.text_rows(mem, out)
    }

    /// Grows whenever a chip register that the display depends on changes (not its memory).
    #[must_use]
    pub fn display_generation(&self) -> u64 {
        self.video.generation()
    }

    // --- wiring ---

    /// The chip that answers `port`.
    fn chip_at(&mut self, port: u16) -> Option<&mut dyn PortDevice> {
        match port {
            0x20 | 0x21 | 0xA0 | 0xA1 => Some(&mut self.pic),
            0x40..=0x43 => Some(&mut self.pit),
            0x60 | 0x64 => Some(&mut self.kbc),
            0x61 | 0x92 => Some(&mut self.system),
            0x70 | 0x71 => Some(&mut self.cmos),
            0xE9 => Some(&mut self.debug),
            0xF0 | 0xF1 => Some(&mut self.coprocessor),
            0x3B0..=0x3BB | 0x3C0..=0x3CF | 0x3D0..=0x3DB => Some(&mut self.video),
            _ => None,
        }
    }

    fn read_byte(&mut self, port: u16, now: VirtTime) -> u8 {
        self.system.set_inputs(self.pit.refresh_toggle(), self.pit.speaker_out());
        self.chip_at(port).map_or(0xFF, |chip| chip.read(port, now))
    }

    fn write_byte(&mut self, port: u16, value: u8, now: VirtTime) {
        if let Some(chip) = self.chip_at(port) {
            chip.write(port, value, now);
        }
        self.pit.set_speaker_gate(self.system.speaker_gate());
    }

    fn copy_lines(&mut self) {
        if self.pit.take_rise() {
            // It may have risen and fallen, or fallen and risen, since the last copy.
            self.pic.set_line(IRQ_TIMER, false);
            self.pic.set_line(IRQ_TIMER, true);
        }
        self.pic.set_line(IRQ_TIMER, self.pit.irq());
        self.pic.set_line(IRQ_KEYBOARD, self.kbc.irq());
        self.pic.set_line(IRQ_CLOCK, self.cmos.irq());
        self.pic.set_line(IRQ_MOUSE, self.kbc.mouse_irq());
        self.pic.set_line(IRQ_COPROCESSOR, self.coprocessor.irq());
    }
}

/// The byte accesses that an access of `width` at `port` is made of: shift and port.
fn bytes_of(port: Port, width: Width) -> impl Iterator<Item = (u32, u16)> {
    let first = port.0;
    (0..width.bytes()).map(move |byte| (8 * byte, first.wrapping_add(crate::types::lo16(byte))))
}

#[cfg(test)]
mod tests;
