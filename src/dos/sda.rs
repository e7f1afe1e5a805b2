//! The swappable data area: what DOS knows of the call it is in, for programs that go resident.
//!
//! Source: RBIL, INT 21h/AX=5D06h, "Format of DOS 4+ swappable data area".

use super::error::DosError;
use super::field::{Byte, Far, Word};
use super::memory_map::SDA;
use crate::mem::GuestMemory;
use crate::types::SegOff;

/// Set while INT 24h's handler runs.
pub(super) const CRITICAL_ERROR: Byte = Byte(0x00);
/// How deep the processor is in DOS.
pub(super) const IN_DOS: Byte = Byte(0x01);
/// Drive of the critical error that INT 24h is asked about, 0 is A:; FFh if it is none.
pub(super) const CRITICAL_DRIVE: Byte = Byte(0x02);
const ERROR_LOCUS: Byte = Byte(0x03);
const ERROR_CODE: Word = Word(0x04);
const ERROR_ACTION: Byte = Byte(0x06);
const ERROR_CLASS: Byte = Byte(0x07);
/// Disk transfer address.
pub(super) const DTA: Far = Far(0x0C);
/// The current process.
pub(super) const CURRENT_PSP: Word = Word(0x10);
/// SP at the call of INT 23h.
pub(super) const BREAK_SP: Word = Word(0x12);
/// How the last child ended: its code, and in the high byte the way.
pub(super) const RETURN_CODE: Word = Word(0x14);
/// Current drive, 0 is A:.
pub(super) const CURRENT_DRIVE: Byte = Byte(0x16);
/// Whether every call looks for Ctrl-C.
pub(super) const BREAK_CHECK: Byte = Byte(0x17);
/// The caller's stack pointer of the call before the current one was entered.
const USER_STACK: Far = Far(0x264);

/// The error that a driver's error 0 is. Source: RBIL, INT 21h/AH=59h, codes 13h to 1Fh.
const FIRST_DRIVER_ERROR: u16 = 0x13;

/// The part that is swapped while DOS is in use. *Units*: bytes.
pub(super) const BYTES: u16 = 0x7A2;
/// The part that is always swapped.
pub(super) const ALWAYS_BYTES: u16 = 0x1A;

/// First byte behind each stack, from the start of the area. Source: RBIL, as above.
const CRITICAL_STACK_END: u16 = 0x4A0;
const DISK_STACK_END: u16 = 0x620;
const CHARACTER_STACK_END: u16 = 0x7A0;
const STACK_BYTES: u16 = 0x180;

/// One of DOS's own stacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stack {
    /// Calls from within a handler of INT 24h.
    Critical,
    /// AH=0Dh and on.
    Disk,
    /// AH=01h to 0Ch.
    Character,
}

impl Stack {
    /// Where to go on pushing, for a caller whose stack pointer is `caller`: below what an outer call
    /// has on the same stack, if the caller is on it.
    pub(super) fn top(self, caller: SegOff) -> SegOff {
        let end = match self {
            Stack::Critical => CRITICAL_STACK_END,
            Stack::Disk => DISK_STACK_END,
            Stack::Character => CHARACTER_STACK_END,
        };
        let top = SDA.offset(end);
        let within = (top.off - STACK_BYTES + 0x20..top.off).contains(&caller.off);
        if caller.seg == top.seg && within { caller } else { top }
    }
}

/// Notes the caller's stack pointer.
pub(super) fn set_user_stack(mem: &mut GuestMemory<'_>, at: SegOff) {
    USER_STACK.set(mem, SDA, at);
}

/// Where the caller's registers lie.
pub(super) fn user_stack(mem: &GuestMemory<'_>) -> SegOff {
    USER_STACK.get(mem, SDA)
}

/// Notes an error for INT 21h/AH=59h.
pub(super) fn set_error(mem: &mut GuestMemory<'_>, error: DosError) {
    set_error_details(mem, error.code(), error.details());
}

/// Notes the error of a device driver.
pub(super) fn set_device_error(mem: &mut GuestMemory<'_>, code: u8) {
    const HARDWARE: u8 = 5;
    const ASK: u8 = 7;
    const SERIAL_DEVICE: u8 = 4;
    set_error_details(mem, FIRST_DRIVER_ERROR + u16::from(code), [HARDWARE, ASK, SERIAL_DEVICE]);
}

/// Notes an error by its code, class, action and place.
pub(super) fn set_error_details(mem: &mut GuestMemory<'_>, code: u16, [class, action, locus]: [u8; 3]) {
    ERROR_CODE.set(mem, SDA, code);
    ERROR_CLASS.set(mem, SDA, class);
    ERROR_ACTION.set(mem, SDA, action);
    ERROR_LOCUS.set(mem, SDA, locus);
}

/// The last error: code, class, action and place.
pub(super) fn last_error(mem: &GuestMemory<'_>) -> (u16, [u8; 3]) {
    let details = [ERROR_CLASS.get(mem, SDA), ERROR_ACTION.get(mem, SDA), ERROR_LOCUS.get(mem, SDA)];
    (ERROR_CODE.get(mem, SDA), details)
}

/// One level deeper in DOS, or back.
pub(super) fn enter(mem: &mut GuestMemory<'_>) {
    let depth = IN_DOS.get(mem, SDA);
    IN_DOS.set(mem, SDA, depth.saturating_add(1));
}

/// See [`enter`].
pub(super) fn leave(mem: &mut GuestMemory<'_>) {
    let depth = IN_DOS.get(mem, SDA);
    IN_DOS.set(mem, SDA, depth.saturating_sub(1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_on_a_stack_of_dos_is_not_overwritten() {
        let top = SDA.offset(DISK_STACK_END);
        let inside = SegOff::new(top.seg, top.off - 0x40);
        assert_eq!(Stack::Disk.top(SegOff::new(0x2000, 0x100)), top);
        assert_eq!(Stack::Disk.top(inside), inside);
        assert_eq!(Stack::Character.top(inside), SDA.offset(CHARACTER_STACK_END));
    }

    #[test]
    fn a_stack_that_is_used_up_begins_again() {
        let top = SDA.offset(DISK_STACK_END);
        let deep = SegOff::new(top.seg, top.off - STACK_BYTES + 4);
        assert_eq!(Stack::Disk.top(deep), top);
    }
}
