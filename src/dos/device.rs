//! The chain of device drivers: NUL's header in the list of lists, the other built-in devices behind
//! it. A program walks it, and finds the names, attributes and entries of any DOS.
//!
//! Source: RBIL, INT 21h/AH=52h, "Format of device driver header".

use super::drive::DosName;
use super::field::{Far, Word};
use super::memory_map::{DATA_SEGMENT, DEVICE_HEADERS, INTERRUPT_JUMP, NUL_HEADER, STRATEGY_JUMP};
use super::rom::Entry;
use super::sft::info;
use super::{Dos, path, rom};
use crate::mem::GuestMemory;
use crate::types::SegOff;

const NEXT: Far = Far(0x00);
const ATTRIBUTES: Word = Word(0x04);
const STRATEGY: Word = Word(0x06);
const INTERRUPT: Word = Word(0x08);
const NAME: u16 = 0x0A;
const HEADER_BYTES: u16 = 0x12;
/// Headers of a chain at most; a longer one is a loop.
const MOST_HEADERS: usize = 256;

/// A character device; the bits below are as in the device information.
const CHARACTER: u16 = 0x8000;

/// The built-in devices: name and attributes.
const BUILT_IN: [(&[u8; 8], u16); 12] = [
    (b"CON     ", CHARACTER | info::STDIN | info::STDOUT | info::SPECIAL),
    (b"AUX     ", CHARACTER),
    (b"PRN     ", CHARACTER),
    (b"CLOCK$  ", CHARACTER | info::CLOCK),
    (b"COM1    ", CHARACTER),
    (b"LPT1    ", CHARACTER),
    (b"LPT2    ", CHARACTER),
    (b"LPT3    ", CHARACTER),
    (b"COM2    ", CHARACTER),
    (b"COM3    ", CHARACTER),
    (b"COM4    ", CHARACTER),
    (b"NUL     ", CHARACTER | info::NUL),
];

/// The built-in devices that files can be redirected to from the start.
pub(super) const CON: SegOff = DEVICE_HEADERS;
/// See [`CON`].
pub(super) const AUX: SegOff = SegOff { seg: DATA_SEGMENT, off: DEVICE_HEADERS.off + HEADER_BYTES };
/// See [`CON`].
pub(super) const PRN: SegOff = SegOff { seg: DATA_SEGMENT, off: DEVICE_HEADERS.off + 2 * HEADER_BYTES };

/// Writes the chain, which begins with NUL.
pub(super) fn create(mem: &mut GuestMemory<'_>) {
    // A driver's entries are offsets in its header's segment.
    rom::write_jump(mem, STRATEGY_JUMP, Entry::DeviceStrategy.stub());
    rom::write_jump(mem, INTERRUPT_JUMP, Entry::DeviceInterrupt.stub());
    let (nul, others) = (BUILT_IN.len() - 1, BUILT_IN.len() - 1);
    let place = |index: usize| DEVICE_HEADERS.offset(HEADER_BYTES * u16::try_from(index).unwrap_or(0));
    write_header(mem, NUL_HEADER, BUILT_IN[nul], place(0));
    for (index, &device) in BUILT_IN[..others].iter().enumerate() {
        let end = SegOff::new(0xFFFF, 0xFFFF);
        write_header(mem, place(index), device, if index + 1 < others { place(index + 1) } else { end });
    }
}

fn write_header(mem: &mut GuestMemory<'_>, at: SegOff, (name, attributes): (&[u8; 8], u16), next: SegOff) {
    NEXT.set(mem, at, next);
    ATTRIBUTES.set(mem, at, attributes);
    STRATEGY.set(mem, at, STRATEGY_JUMP.off);
    INTERRUPT.set(mem, at, INTERRUPT_JUMP.off);
    mem.write_bytes(at.offset(NAME), name);
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
    attributes & 0x00FF & !(info::RAW | info::NOT_EOF) | info::DEVICE | info::NOT_EOF | attributes & 0x4800
}

/// The device's name.
pub(super) fn name(dos: &Dos<'_>, header: SegOff) -> DosName {
    let mut name = [b' '; 11];
    dos.mem.read_bytes(header.offset(NAME), &mut name[..8]);
    DosName(name)
}
