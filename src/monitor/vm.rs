//! One virtual machine: CPU, memory, board, drives and the monitor's own state.

use std::fmt;

use crate::bios::rom::Rom;
use crate::clock::VirtTime;
use crate::devices::Board;
use crate::disk::Drives;
use crate::mem::Memory;
use crate::screen::Screen;
use crate::types::SegOff;

/// What a machine is built from.
pub struct VmConfig {
    /// Conventional plus extended RAM. *Units*: bytes.
    pub memory_bytes: u32,
    /// What the real-time clock shows at power-on. *Units*: seconds since 1970-01-01, local time.
    pub rtc_start: u64,
    /// True to boot from the first hard disk instead of A:.
    pub boot_from_disk: bool,
    /// How long an instruction takes in virtual time. *Units*: picoseconds.
    pub ps_per_instruction: u64,
}

/// Why [`Vm::run`] returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Virtual time reached the limit.
    TimeReached,
    /// The instruction budget is used up.
    BudgetUsed,
    /// The guest waits; nothing happens before the given time unless a key is pressed.
    Idle(Option<VirtTime>),
    /// The machine has stopped for good; only a reset helps.
    Stopped(StopReason),
}

/// Why a machine stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// HLT with interrupts disabled.
    HaltedWithInterruptsOff(SegOff),
    /// A jump to itself with interrupts disabled.
    LoopWithInterruptsOff(SegOff),
    /// A fault while a fault was being delivered.
    TripleFault(SegOff),
    /// An exception for which the guest has no handler; its vector and where it happened.
    UnhandledException(u8, SegOff),
    /// The guest wants something of the 386 that a V86 task cannot have; what and where.
    NotOffered(&'static str, SegOff),
    /// No bootable disk.
    NoBootDisk,
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StopReason::HaltedWithInterruptsOff(at) => write!(f, "HLT with interrupts off at {at}"),
            StopReason::LoopWithInterruptsOff(at) => write!(f, "endless loop with interrupts off at {at}"),
            StopReason::TripleFault(at) => write!(f, "triple fault at {at}"),
            StopReason::UnhandledException(vector, at) => write!(f, "unhandled exception {vector:02X}h at {at}"),
            StopReason::NotOffered(what, at) => write!(f, "{what} is not offered to a V86 task, at {at}"),
            StopReason::NoBootDisk => write!(f, "no bootable disk"),
        }
    }
}

/// How often the monitor was entered, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrapStats {
    /// Rows of (kind, count) in a fixed order.
    pub rows: Vec<(&'static str, u64)>,
    /// Instructions retired.
    pub instructions: u64,
}

/// One virtual machine. Owns all its state and is `Send`.
pub struct Vm {
    mem: Memory,
    board: Board,
}

impl Vm {
    /// A machine that has just been switched on and has run its power-on self test.
    #[must_use]
    pub fn new(_config: VmConfig, _rom: &Rom, _drives: Drives) -> Vm {
        todo!()
    }

    /// Restarts the machine as its reset button does; drives keep what was written.
    pub fn reset(&mut self) {}

    /// Runs until virtual time `until`, at most `budget` instructions, or less if the guest idles.
    ///
    /// Deterministic: the same calls give the same states, whatever the host does.
    pub fn run(&mut self, _until: VirtTime, _budget: u64) -> Pause {
        Pause::TimeReached
    }

    /// Virtual time.
    #[must_use]
    pub fn now(&self) -> VirtTime {
        VirtTime::ZERO
    }

    /// Lets idle time pass up to `to` (no effect if that is past). Call after [`Pause::Idle`].
    pub fn skip_to(&mut self, _to: VirtTime) {}

    /// Sets the pace of virtual time. *Units*: picoseconds per instruction.
    pub fn set_ps_per_instruction(&mut self, _ps: u64) {}

    /// The chips, for keys and debug output.
    pub fn board_mut(&mut self) -> &mut Board {
        &mut self.board
    }

    /// Physical memory, for inspection.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.mem
    }

    /// The drives, for swapping images.
    pub fn drives_mut(&mut self) -> &mut Drives {
        todo!()
    }

    /// What the display shows.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.board.screen(&self.mem, self.now())
    }

    /// True if the display may have changed since the last call.
    pub fn take_screen_changed(&mut self) -> bool {
        false
    }

    /// Words in the BIOS keyboard buffer that the guest has not yet read.
    #[must_use]
    pub fn keyboard_buffer_len(&self) -> usize {
        0
    }

    /// Why the machine stopped, if it did.
    #[must_use]
    pub fn stopped(&self) -> Option<&StopReason> {
        None
    }

    /// Where the guest executes.
    #[must_use]
    pub fn cs_ip(&self) -> SegOff {
        SegOff::default()
    }

    /// How often the monitor was entered.
    #[must_use]
    pub fn stats(&self) -> TrapStats {
        TrapStats::default()
    }
}
