//! The current directory structures, one for each drive letter.
//!
//! Source: RBIL, INT 21h/AH=52h, "Format of current directory structure (DOS 4.0+)".

use super::field::{Dword, Far, Word};
use super::memory_map::CDS_ARRAY;
use crate::mem::GuestMemory;
use crate::types::SegOff;

/// Drive letters.
pub(super) const DRIVES: u8 = 26;
/// Bytes of a structure.
const BYTES: u16 = 0x58;
/// The path, zero-terminated.
const PATH_BYTES: usize = 67;
const FLAGS: Word = Word(0x43);
const DPB: Far = Far(0x45);
/// Of a network's drive: where its redirector has more, which is nowhere.
const REDIRECTOR: Dword = Dword(0x49);
const ROOT_LENGTH: Word = Word(0x4F);

/// A drive that can be used, on a network, which the host's directories come nearest to.
const READY: u16 = 0x4000;
const REMOTE: u16 = 0x8000;

/// Where the structure of `drive` lies.
pub(super) fn base(drive: u8) -> SegOff {
    CDS_ARRAY.offset(BYTES * u16::from(drive))
}

/// Writes the structure of `drive`, whose root is its current directory.
pub(super) fn create(mem: &mut GuestMemory<'_>, drive: u8, present: bool) {
    let at = base(drive);
    mem.write_bytes(at, &[0; BYTES as usize]);
    mem.write_bytes(at, &[b'A' + drive, b':', b'\\']);
    FLAGS.set(mem, at, if present { READY | REMOTE } else { 0 });
    DPB.set(mem, at, SegOff::default());
    REDIRECTOR.set(mem, at, u32::MAX);
    ROOT_LENGTH.set(mem, at, 2);
}

/// True if programs may use `drive`.
pub(super) fn is_ready(mem: &GuestMemory<'_>, drive: u8) -> bool {
    FLAGS.get(mem, base(drive)) & READY != 0
}

/// Lets programs use `drive`, or not.
pub(super) fn set_ready(mem: &mut GuestMemory<'_>, drive: u8, ready: bool) {
    let flags = FLAGS.get(mem, base(drive));
    FLAGS.set(mem, base(drive), if ready { flags | READY } else { flags & !READY });
}

/// The current directory of `drive`, without drive and leading backslash.
pub(super) fn current(mem: &GuestMemory<'_>, drive: u8) -> Vec<u8> {
    let mut text = [0; PATH_BYTES];
    mem.read_bytes(base(drive), &mut text);
    let end = text.iter().position(|&byte| byte == 0).unwrap_or(PATH_BYTES);
    text.get(3..end).unwrap_or_default().to_vec()
}

/// Sets the current directory of `drive` to `path`, which begins with its letter.
pub(super) fn set_current(mem: &mut GuestMemory<'_>, drive: u8, path: &[u8]) {
    let at = base(drive);
    let mut text = [0; PATH_BYTES];
    let length = path.len().min(PATH_BYTES - 1);
    text[..length].copy_from_slice(&path[..length]);
    mem.write_bytes(at, &text);
}
