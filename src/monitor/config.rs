//! What a machine is built from.

use crate::dos::DosState;
use crate::keys::Typing;
use crate::pointer::MouseSupport;

/// What a machine is built from.
pub struct VmConfig {
    /// Conventional plus extended RAM. *Units*: bytes.
    pub memory_bytes: u32,
    /// What the real-time clock shows at power-on. *Units*: seconds since 1970-01-01, local time.
    pub rtc_start: u64,
    /// True to boot from the first hard disk instead of A:.
    pub boot_from_disk: bool,
    /// The built-in DOS, if it is to be started instead of a disk.
    pub dos: Option<DosState>,
    /// True for an 80387, wired as in a PC/AT.
    pub fpu: bool,
    /// How long an instruction takes in virtual time. *Units*: picoseconds.
    pub ps_per_instruction: u64,
    /// What the keys type.
    pub typing: Typing,
    /// What there is of a mouse.
    pub mouse: MouseSupport,
}
