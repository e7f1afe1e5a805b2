//! Memory as a V86 task sees it: segment and offset, with the A20 gate.

use super::Memory;
use crate::types::{PhysAddr, SegOff};

/// Access to a guest's first 1 MiB + 64 KiB from the host's side, for BIOS services and the
/// monitor. Offsets wrap at 64 KiB within the segment; with A20 closed, addresses wrap at 1 MiB.
pub struct GuestMemory<'a> {
    mem: &'a mut Memory,
    a20: bool,
}

impl<'a> GuestMemory<'a> {
    /// The view with the A20 gate open (`a20`) or closed.
    pub fn new(mem: &'a mut Memory, a20: bool) -> GuestMemory<'a> {
        GuestMemory { mem, a20 }
    }

    /// Where `at` lies on the bus.
    #[must_use]
    pub fn phys(&self, at: SegOff) -> PhysAddr {
        let linear = at.linear().0;
        PhysAddr(if self.a20 { linear } else { linear & 0xF_FFFF })
    }

    /// The physical memory below, for transfers outside the first megabyte.
    pub fn physical(&mut self) -> &mut Memory {
        self.mem
    }

    /// Reads a byte.
    #[must_use]
    pub fn read_u8(&self, at: SegOff) -> u8 {
        self.mem.read_u8(self.phys(at))
    }

    /// Reads a little-endian word.
    #[must_use]
    pub fn read_u16(&self, at: SegOff) -> u16 {
        u16::from_le_bytes([self.read_u8(at), self.read_u8(at.offset(1))])
    }

    /// Reads a little-endian doubleword.
    #[must_use]
    pub fn read_u32(&self, at: SegOff) -> u32 {
        u32::from(self.read_u16(at)) | u32::from(self.read_u16(at.offset(2))) << 16
    }

    /// Reads a far pointer: offset, then segment.
    #[must_use]
    pub fn read_far(&self, at: SegOff) -> SegOff {
        SegOff { off: self.read_u16(at), seg: self.read_u16(at.offset(2)) }
    }

    /// Writes a byte.
    pub fn write_u8(&mut self, at: SegOff, value: u8) {
        let phys = self.phys(at);
        self.mem.write_u8(phys, value);
    }

    /// Writes a little-endian word.
    pub fn write_u16(&mut self, at: SegOff, value: u16) {
        self.write_bytes(at, &value.to_le_bytes());
    }

    /// Writes a little-endian doubleword.
    pub fn write_u32(&mut self, at: SegOff, value: u32) {
        self.write_bytes(at, &value.to_le_bytes());
    }

    /// Writes a far pointer: offset, then segment.
    pub fn write_far(&mut self, at: SegOff, value: SegOff) {
        self.write_u16(at, value.off);
        self.write_u16(at.offset(2), value.seg);
    }

    /// Fills `out` from `at` on.
    pub fn read_bytes(&self, at: SegOff, out: &mut [u8]) {
        let (mut at, mut rest) = (at, out);
        while !rest.is_empty() {
            let (chunk, tail) = rest.split_at_mut(self.run(at, rest.len()));
            self.mem.read_bytes(self.phys(at), chunk);
            at = at.offset(wrapped(chunk.len()));
            rest = tail;
        }
    }

    /// Writes `data` from `at` on.
    pub fn write_bytes(&mut self, at: SegOff, data: &[u8]) {
        let (mut at, mut rest) = (at, data);
        while !rest.is_empty() {
            let (chunk, tail) = rest.split_at(self.run(at, rest.len()));
            let phys = self.phys(at);
            self.mem.write_bytes(phys, chunk);
            at = at.offset(wrapped(chunk.len()));
            rest = tail;
        }
    }

    /// How many of `len` bytes from `at` on lie one behind the other on the bus: up to the end of the
    /// segment, and with A20 closed up to 1 MiB.
    fn run(&self, at: SegOff, len: usize) -> usize {
        let to_end = SEGMENT_BYTES - usize::from(at.off);
        let to_wrap = MEBIBYTE - (at.linear().0 as usize % MEBIBYTE);
        len.min(to_end).min(to_wrap)
    }
}

const SEGMENT_BYTES: usize = 1 << 16;
const MEBIBYTE: usize = 1 << 20;

/// A length as a distance of offsets, which wrap.
fn wrapped(len: usize) -> u16 {
    // Runs are at most 64 KiB, which is no distance at all.
    u16::try_from(len % SEGMENT_BYTES).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_across(at: SegOff, a20: bool) -> Vec<u8> {
        let mut mem = Memory::new(2 << 20);
        let mut guest = GuestMemory::new(&mut mem, a20);
        let data: Vec<u8> = (0..200u8).cycle().take(9000).collect();
        guest.write_bytes(at, &data);
        let mut one_by_one = Vec::new();
        for index in 0..9000 {
            one_by_one.push(guest.read_u8(at.offset(index)));
        }
        let mut back = vec![0; 9000];
        guest.read_bytes(at, &mut back);
        assert_eq!(back, data);
        assert_eq!(one_by_one, data);
        let first_behind = guest.read_u8(SegOff::new(at.seg, at.off.wrapping_add(9000)));
        vec![first_behind]
    }

    #[test]
    fn blocks_wrap_where_single_bytes_do() {
        for (at, a20) in [
            (SegOff::new(0x1000, 0x0FFF), true),
            (SegOff::new(0x1000, 0xF000), true),
            (SegOff::new(0xFFFF, 0xF800), false),
            (SegOff::new(0xFFFF, 0), true),
            (SegOff::new(0xFF00, 0x0F00), false),
        ] {
            assert_eq!(bytes_across(at, a20), [0], "{at:?}");
        }
    }
}
