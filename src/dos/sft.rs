//! The system file tables: what is open in the whole machine. Handles of processes are numbers of their
//! entries, counted through a chain of tables: one that DOS begins with, one for the rest, and what
//! programs that enlarge it append.
//!
//! Source: RBIL, INT 21h/AH=52h, "Format of DOS 4.0+ System File Tables".

use super::drive::{DosName, Stamp};
use super::field::{Byte, Dword, Far, Word};
use super::memory_map::SFT;
use crate::mem::GuestMemory;
use crate::types::SegOff;

const NEXT: Far = Far(0x00);
const ENTRIES: Word = Word(0x04);
const FIRST_ENTRY: u16 = 0x06;
const ENTRY_BYTES: u16 = 0x3B;

/// Handles that lead to the entry; 0 is free.
pub(super) const REFERENCES: Word = Word(0x00);
/// Open mode as INT 21h/AH=3Dh has it; bit 15 set if opened by FCB.
pub(super) const MODE: Word = Word(0x02);
pub(super) const ATTRIBUTES: Byte = Byte(0x04);
/// Bits of [`info`], and the drive below them.
pub(super) const INFO: Word = Word(0x05);
/// Device header, or drive parameter block.
pub(super) const DEVICE: Far = Far(0x07);
const TIME: Word = Word(0x0D);
const DATE: Word = Word(0x0F);
pub(super) const SIZE: Dword = Dword(0x11);
pub(super) const POSITION: Dword = Dword(0x15);
const NAME: u16 = 0x20;
/// The process that opened it.
pub(super) const OWNER: Word = Word(0x31);

/// A bit of the mode: opened by file control block.
pub(super) const OPENED_BY_FCB: u16 = 0x8000;

/// Device information. Source: RBIL, INT 21h/AX=4400h.
pub(super) mod info {
    /// Standard input.
    pub(in crate::dos) const STDIN: u16 = 1 << 0;
    /// Standard output.
    pub(in crate::dos) const STDOUT: u16 = 1 << 1;
    /// The NUL device.
    pub(in crate::dos) const NUL: u16 = 1 << 2;
    /// The clock.
    pub(in crate::dos) const CLOCK: u16 = 1 << 3;
    /// Characters go out through INT 29h.
    pub(in crate::dos) const SPECIAL: u16 = 1 << 4;
    /// Bytes go through as they are.
    pub(in crate::dos) const RAW: u16 = 1 << 5;
    /// Of a device: it has not come to its end. Of a file: it has not been written.
    pub(in crate::dos) const NOT_EOF: u16 = 1 << 6;
    /// Not written, of a file: the same bit.
    pub(in crate::dos) const CLEAN: u16 = NOT_EOF;
    /// A device.
    pub(in crate::dos) const DEVICE: u16 = 1 << 7;
    /// Of a file: a program has set its time since it was written last.
    pub(in crate::dos) const TIME_SET: u16 = 1 << 14;
    /// The drive is a network's, which the host's directories come nearest to.
    pub(in crate::dos) const REMOTE: u16 = 1 << 15;
}

/// Entries of the first table. Source: MS-DOS 5, whose own data it is part of.
const FIRST_TABLE: u16 = 5;
/// Tables of a chain at most; a longer one is a loop.
const MOST_TABLES: usize = 16;
/// Offset of a chain's end.
const NO_MORE: u16 = 0xFFFF;

/// Writes empty tables of `entries` in all.
pub(super) fn create(mem: &mut GuestMemory<'_>, entries: u16) {
    let second = SFT.offset(FIRST_ENTRY + FIRST_TABLE * ENTRY_BYTES);
    create_table(mem, SFT, FIRST_TABLE, second);
    create_table(mem, second, entries.saturating_sub(FIRST_TABLE), SegOff::new(NO_MORE, NO_MORE));
}

fn create_table(mem: &mut GuestMemory<'_>, at: SegOff, entries: u16, next: SegOff) {
    NEXT.set(mem, at, next);
    ENTRIES.set(mem, at, entries);
    for index in 0..entries {
        clear(mem, at.offset(FIRST_ENTRY + index * ENTRY_BYTES));
    }
}

/// Empties the entry at `at`.
pub(super) fn clear(mem: &mut GuestMemory<'_>, at: SegOff) {
    mem.write_bytes(at, &[0; ENTRY_BYTES as usize]);
}

/// Where entry `index` lies, if there is such an entry.
pub(super) fn entry(mem: &GuestMemory<'_>, index: u8) -> Option<SegOff> {
    let (mut table, mut index) = (SFT, u16::from(index));
    for _ in 0..MOST_TABLES {
        let entries = ENTRIES.get(mem, table);
        if index < entries {
            return Some(table.offset(FIRST_ENTRY + index * ENTRY_BYTES));
        }
        index -= entries;
        table = NEXT.get(mem, table);
        if table.off == NO_MORE {
            return None;
        }
    }
    None
}

/// The lowest entry that is free.
pub(super) fn free_entry(mem: &GuestMemory<'_>) -> Option<u8> {
    (0..u8::MAX)
        .map_while(|index| Some((index, entry(mem, index)?)))
        .find_map(|(index, at)| (REFERENCES.get(mem, at) == 0).then_some(index))
}

/// Lets entry `to` lead to what entry `from` leads to, for all handles that lead to `to`.
pub(super) fn copy_file(mem: &mut GuestMemory<'_>, from: u8, to: u8) {
    let (Some(from), Some(to)) = (entry(mem, from), entry(mem, to)) else { return };
    let references = REFERENCES.get(mem, to);
    let mut bytes = [0; ENTRY_BYTES as usize];
    mem.read_bytes(from, &mut bytes);
    mem.write_bytes(to, &bytes);
    REFERENCES.set(mem, to, references);
}

/// Notes the file's name in its entry.
pub(super) fn set_name(mem: &mut GuestMemory<'_>, at: SegOff, name: DosName) {
    mem.write_bytes(at.offset(NAME), &name.0);
}

/// When the entry's file was last written.
pub(super) fn stamp(mem: &GuestMemory<'_>, at: SegOff) -> Stamp {
    Stamp { date: DATE.get(mem, at), time: TIME.get(mem, at) }
}

/// Notes when the entry's file was last written.
pub(super) fn set_stamp(mem: &mut GuestMemory<'_>, at: SegOff, stamp: Stamp) {
    DATE.set(mem, at, stamp.date);
    TIME.set(mem, at, stamp.time);
}
