//! Device drivers: the chain of their headers, which begins with NUL's in the list of lists, and the
//! built-in drivers behind it.
//!
//! | module | what it is |
//! | --- | --- |
//! | `request` | the packets that drivers are called with |
//! | `builtin` | what the built-in drivers do, for whoever calls their entries |
//! | `load` | drivers that the settings name |
//! | `serial`, `printer`, `clock` | the parts of AUX, PRN and CLOCK$ |
//!
//! Source: RBIL, INT 21h/AH=52h, "Format of device driver header".

pub(super) mod builtin;
mod clock;
pub(super) mod load;
mod printer;
pub(super) mod request;
mod serial;

use super::drive::DosName;
use super::field::{Far, Word};
use super::memory_map::{DRIVER_ENTRIES, DRIVER_HEADERS, LIST_OF_LISTS, NUL_ENTRIES, NUL_HEADER};
use super::rom::Entry;
use super::sft::info;
use super::{Dos, path, rom};
use crate::mem::GuestMemory;
use crate::types::SegOff;
use builtin::Device;

pub(super) const NEXT: Far = Far(0x00);
pub(super) const ATTRIBUTES: Word = Word(0x04);
const STRATEGY: Word = Word(0x06);
const INTERRUPT: Word = Word(0x08);
const NAME: u16 = 0x0A;
const HEADER_BYTES: u16 = 0x12;
/// Headers of a chain at most; a longer one is a loop.
const MOST_HEADERS: usize = 256;

/// A character device; the bits below are as in the device information.
pub(super) const CHARACTER: u16 = 0x8000;
/// A driver takes control strings (INT 21h/AX=4402h and 4403h).
pub(super) const CONTROL: u16 = 0x4000;
/// A driver takes generic requests (INT 21h/AX=440Ch), and tells which (4410h).
pub(super) const GENERIC: u16 = 0x0040;
pub(super) const QUERY: u16 = 0x0080;
/// A block device that is a network's.
const REMOTE_BLOCK: u16 = 0x1000;

/// Fields of the list of lists: the current clock and console. Source: RBIL, INT 21h/AH=52h.
const CLOCK_POINTER: Far = Far(0x08);
const CONSOLE_POINTER: Far = Far(0x0C);

/// The devices behind NUL in the order of their headers: name, attributes, and what they are.
const BUILT_IN: [(&[u8; 8], u16, Device); 12] = [
    (b"CON     ", CHARACTER | info::STDIN | info::STDOUT | info::SPECIAL, Device::Console),
    (b"AUX     ", CHARACTER, Device::Serial(0)),
    (b"PRN     ", CHARACTER, Device::Printer(0)),
    (b"CLOCK$  ", CHARACTER | info::CLOCK, Device::Clock),
    // The drives, of which drivers' lists show the number.
    (b"\x1A       ", REMOTE_BLOCK, Device::Drives),
    (b"COM1    ", CHARACTER, Device::Serial(0)),
    (b"LPT1    ", CHARACTER, Device::Printer(0)),
    (b"LPT2    ", CHARACTER, Device::Printer(1)),
    (b"LPT3    ", CHARACTER, Device::Printer(2)),
    (b"COM2    ", CHARACTER, Device::Serial(1)),
    (b"COM3    ", CHARACTER, Device::Serial(2)),
    (b"COM4    ", CHARACTER, Device::Serial(3)),
];

/// Headers that the kernel itself knows.
pub(super) const CON: SegOff = header(0);
/// See [`CON`].
pub(super) const AUX: SegOff = header(1);
/// See [`CON`].
pub(super) const PRN: SegOff = header(2);
/// See [`CON`].
const CLOCK: SegOff = header(3);
/// What stands for all drives. See [`CON`].
pub(super) const BLOCK: SegOff = header(4);

const fn header(index: u16) -> SegOff {
    SegOff { seg: DRIVER_HEADERS.seg, off: DRIVER_HEADERS.off + HEADER_BYTES * index }
}

/// Entries begin with a jump to the strategy stub and one to the interrupt stub; the interrupt entry of
/// each device is a near call of the latter, which tells them apart by where it comes from.
const JUMP_BYTES: u16 = 5;
const CALL_BYTES: u16 = 3;

/// Writes the chain.
pub(super) fn create(mem: &mut GuestMemory<'_>) {
    write_entries(mem, NUL_ENTRIES, 1);
    let nul = (b"NUL     ", CHARACTER | info::NUL, Device::Nul);
    write_header(mem, NUL_HEADER, nul, NUL_ENTRIES.off, 0, header(0));
    let count = u16::try_from(BUILT_IN.len()).unwrap_or(0);
    write_entries(mem, DRIVER_ENTRIES, count);
    for (index, device) in (0..count).zip(BUILT_IN) {
        let next = if index + 1 < count { header(index + 1) } else { SegOff::new(0xFFFF, 0xFFFF) };
        write_header(mem, header(index), device, DRIVER_ENTRIES.off, index, next);
    }
    CLOCK_POINTER.set(mem, LIST_OF_LISTS, CLOCK);
    CONSOLE_POINTER.set(mem, LIST_OF_LISTS, CON);
}

/// Writes entries for `count` devices at `at`.
fn write_entries(mem: &mut GuestMemory<'_>, at: SegOff, count: u16) {
    rom::write_jump(mem, at, Entry::DeviceStrategy.stub());
    let interrupt = at.offset(JUMP_BYTES);
    rom::write_jump(mem, interrupt, Entry::DeviceInterrupt.stub());
    for index in 0..count {
        let from = at.offset(2 * JUMP_BYTES + CALL_BYTES * index);
        let behind = from.offset(CALL_BYTES);
        mem.write_u8(from, 0xE8);
        mem.write_u16(from.offset(1), interrupt.off.wrapping_sub(behind.off));
    }
}

fn write_header(
    mem: &mut GuestMemory<'_>,
    at: SegOff,
    (name, attributes, _): (&[u8; 8], u16, Device),
    entries: u16,
    index: u16,
    next: SegOff,
) {
    NEXT.set(mem, at, next);
    ATTRIBUTES.set(mem, at, attributes);
    STRATEGY.set(mem, at, entries);
    INTERRUPT.set(mem, at, entries + 2 * JUMP_BYTES + CALL_BYTES * index);
    mem.write_bytes(at.offset(NAME), name);
}

/// The built-in device whose interrupt entry calls the common one from in front of `back`.
fn called_from(back: u16) -> Device {
    let first = DRIVER_ENTRIES.off + 2 * JUMP_BYTES + CALL_BYTES;
    let index = back.checked_sub(first).map(|bytes| usize::from(bytes / CALL_BYTES));
    index.and_then(|index| BUILT_IN.get(index)).map_or(Device::Nul, |&(_, _, device)| device)
}

/// Where the driver with this header takes its requests.
pub(super) fn strategy(mem: &GuestMemory<'_>, header: SegOff) -> SegOff {
    SegOff::new(header.seg, STRATEGY.get(mem, header))
}

/// Where it works on them.
pub(super) fn interrupt(mem: &GuestMemory<'_>, header: SegOff) -> SegOff {
    SegOff::new(header.seg, INTERRUPT.get(mem, header))
}

/// The header of the current console.
pub(super) fn console(mem: &GuestMemory<'_>) -> SegOff {
    CONSOLE_POINTER.get(mem, LIST_OF_LISTS)
}

/// The header of the device that `text` names, in whatever directory.
pub(super) fn by_name(dos: &Dos<'_>, text: &[u8]) -> Option<SegOff> {
    let (_, rest) = path::drive_of(text);
    let last = rest.rsplit(|&byte| matches!(byte, b'\\' | b'/')).next()?;
    let stem = last.split(|&byte| byte == b'.').next()?;
    let stem = stem.strip_suffix(b":").unwrap_or(stem);
    if stem.is_empty() || stem.len() > 8 {
        return None;
    }
    let mut name = [b' '; 8];
    for (place, &byte) in name.iter_mut().zip(stem) {
        *place = path::capital(byte, dos.state.page);
    }
    let mut at = NUL_HEADER;
    for _ in 0..MOST_HEADERS {
        let mut found = [0; 8];
        dos.mem.read_bytes(at.offset(NAME), &mut found);
        if found == name && ATTRIBUTES.get(&dos.mem, at) & CHARACTER != 0 {
            return Some(at);
        }
        at = NEXT.get(&dos.mem, at);
        if at.off == 0xFFFF {
            return None;
        }
    }
    None
}

/// Device information of a file opened on the device with this header.
pub(super) fn info(dos: &Dos<'_>, header: SegOff) -> u16 {
    let attributes = ATTRIBUTES.get(&dos.mem, header);
    attributes & 0x001F | info::DEVICE | info::NOT_EOF | attributes & CONTROL
}

/// The device's name.
pub(super) fn name(dos: &Dos<'_>, header: SegOff) -> DosName {
    let mut name = [b' '; 11];
    dos.mem.read_bytes(header.offset(NAME), &mut name[..8]);
    DosName(name)
}
