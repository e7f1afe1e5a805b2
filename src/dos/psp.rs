//! The program segment prefix: 256 bytes in front of each program.
//!
//! Source: RBIL, INT 21h/AH=26h, "Format of program segment prefix".

use super::field::{Byte, Far, Word};
use super::rom;
use crate::mem::GuestMemory;
use crate::types::{SegOff, lo8};

const EXIT: u16 = 0x00;
/// Segment behind the program's memory.
pub(super) const MEMORY_END: Word = Word(0x02);
const CPM_CALL: u16 = 0x05;
/// Where the parent goes on.
pub(super) const TERMINATE: Far = Far(0x0A);
/// The parent's handlers of INT 23h and 24h.
pub(super) const BREAK: Far = Far(0x0E);
pub(super) const CRITICAL: Far = Far(0x12);
/// The parent process.
pub(super) const PARENT: Word = Word(0x16);
const DEFAULT_TABLE: u16 = 0x18;
/// Segment of the environment.
pub(super) const ENVIRONMENT: Word = Word(0x2C);
/// The program's stack at its last INT 21h.
pub(super) const STACK: Far = Far(0x2E);
/// Entries of the job file table, and where it lies.
pub(super) const TABLE_ENTRIES: Word = Word(0x32);
pub(super) const TABLE: Far = Far(0x34);
const PREVIOUS: Far = Far(0x38);
const VERSION: Word = Word(0x40);
const FAR_CALL: u16 = 0x50;
/// The two unopened FCBs and the command tail.
pub(super) const FCB1: u16 = 0x5C;
pub(super) const FCB2: u16 = 0x6C;
pub(super) const TAIL: Byte = Byte(0x80);

/// Handles a process has room for from the start.
pub(super) const DEFAULT_HANDLES: u16 = 20;
/// A handle that is not open.
pub(super) const CLOSED: u8 = 0xFF;
/// Paragraphs of a prefix.
pub(super) const PARAGRAPHS: u16 = 0x10;

/// Where the prefix of process `psp` begins.
pub(super) fn base(psp: u16) -> SegOff {
    SegOff::new(psp, 0)
}

/// Fills a fresh prefix at `psp` whose program may use memory up to segment `end`: no open handles,
/// itself as its parent.
pub(super) fn create(mem: &mut GuestMemory<'_>, psp: u16, end: u16, version: u16) {
    let at = base(psp);
    mem.write_bytes(at, &[0; 256]);
    // INT 20h.
    mem.write_bytes(at.offset(EXIT), &[0xCD, 0x20]);
    MEMORY_END.set(mem, at, end);
    // A far call that reaches 0000:00C0 by wrapping, with the segment's size in its offset.
    // Source: RBIL, PSP offset 05h; INT 30h.
    let size = cpm_size(psp, end);
    mem.write_u8(at.offset(CPM_CALL), 0x9A);
    mem.write_u16(at.offset(CPM_CALL + 1), size);
    mem.write_u16(at.offset(CPM_CALL + 3), 0x000Cu16.wrapping_sub(size >> 4));
    PARENT.set(mem, at, psp);
    clear_table(mem, at);
    PREVIOUS.set(mem, at, SegOff::new(0xFFFF, 0xFFFF));
    VERSION.set(mem, at, version);
    // INT 21h, RETF.
    mem.write_bytes(at.offset(FAR_CALL), &[0xCD, 0x21, 0xCB]);
    for fcb in [FCB1, FCB2] {
        mem.write_bytes(at.offset(fcb + 1), &[b' '; 11]);
    }
    mem.write_u8(at.offset(0x81), b'\r');
    for (field, vector) in [(TERMINATE, 0x22), (BREAK, 0x23), (CRITICAL, 0x24)] {
        let handler = rom::vector(mem, vector);
        field.set(mem, at, handler);
    }
}

/// An empty job file table within the prefix.
fn clear_table(mem: &mut GuestMemory<'_>, at: SegOff) {
    TABLE_ENTRIES.set(mem, at, DEFAULT_HANDLES);
    TABLE.set(mem, at, at.offset(DEFAULT_TABLE));
    mem.write_bytes(at.offset(DEFAULT_TABLE), &[CLOSED; DEFAULT_HANDLES as usize]);
}

/// Bytes that a program may use in its own segment, as CP/M programs read them from offset 6.
fn cpm_size(psp: u16, end: u16) -> u16 {
    let paragraphs = end.saturating_sub(psp).min(0x0FFF);
    (paragraphs << 4).saturating_sub(0x100) & 0xFFF0
}

/// The system file of `handle` in process `psp`, if it is open.
pub(super) fn file_of(mem: &GuestMemory<'_>, psp: u16, handle: u16) -> Option<u8> {
    let at = entry(mem, psp, handle)?;
    Some(mem.read_u8(at)).filter(|&file| file != CLOSED)
}

/// Opens or closes `handle`.
pub(super) fn set_file_of(mem: &mut GuestMemory<'_>, psp: u16, handle: u16, file: Option<u8>) {
    if let Some(at) = entry(mem, psp, handle) {
        mem.write_u8(at, file.unwrap_or(CLOSED));
    }
}

/// The lowest handle that is not open.
pub(super) fn free_handle(mem: &GuestMemory<'_>, psp: u16) -> Option<u16> {
    let entries = TABLE_ENTRIES.get(mem, base(psp));
    (0..entries.min(CLOSED.into())).find(|&handle| file_of(mem, psp, handle).is_none())
}

/// Where process `psp` has the entry of `handle`.
pub(super) fn entry(mem: &GuestMemory<'_>, psp: u16, handle: u16) -> Option<SegOff> {
    let at = base(psp);
    (handle < TABLE_ENTRIES.get(mem, at)).then(|| TABLE.get(mem, at).offset(handle))
}

/// Writes the command tail: its length, its bytes and a carriage return.
pub(super) fn set_tail(mem: &mut GuestMemory<'_>, psp: u16, tail: &[u8]) {
    let tail = &tail[..tail.len().min(126)];
    let at = base(psp);
    TAIL.set(mem, at, lo8(u32::try_from(tail.len()).unwrap_or(0)));
    mem.write_bytes(at.offset(0x81), tail);
    let end = u16::try_from(tail.len()).unwrap_or(0);
    mem.write_u8(at.offset(0x81 + end), b'\r');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::Memory;

    fn with_prefix(test: impl FnOnce(&mut GuestMemory<'_>)) {
        let mut memory = Memory::new(1 << 20);
        let mut mem = GuestMemory::new(&mut memory, false);
        create(&mut mem, 0x1000, 0xA000, 5);
        test(&mut mem);
    }

    #[test]
    fn the_call_at_offset_5_leads_to_the_vector_of_interrupt_30h() {
        with_prefix(|mem| {
            let target = mem.read_far(SegOff::new(0x1000, 6));
            let linear = (u32::from(target.seg) << 4) + u32::from(target.off);
            assert_eq!(linear & 0xF_FFFF, 0xC0);
        });
    }

    #[test]
    fn a_fresh_process_has_twenty_closed_handles() {
        with_prefix(|mem| {
            assert_eq!(free_handle(mem, 0x1000), Some(0));
            assert_eq!((file_of(mem, 0x1000, 19), file_of(mem, 0x1000, 20)), (None, None));
            set_file_of(mem, 0x1000, 0, Some(3));
            assert_eq!((free_handle(mem, 0x1000), file_of(mem, 0x1000, 0)), (Some(1), Some(3)));
        });
    }

    #[test]
    fn a_tail_that_is_too_long_is_cut_and_ended() {
        with_prefix(|mem| {
            set_tail(mem, 0x1000, &[b'x'; 300]);
            assert_eq!(TAIL.get(mem, base(0x1000)), 126);
            assert_eq!(mem.read_u8(SegOff::new(0x1000, 0xFF)), b'\r');
        });
    }
}
