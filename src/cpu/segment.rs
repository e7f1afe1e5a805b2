//! Segment registers with their cached descriptors.

use super::regs::Seg;

/// A limit that no offset is below: the segment cannot be accessed that way.
const NEVER: i64 = -1;

/// One segment register: selector and descriptor cache.
///
/// `read_limit` and `write_limit` are the last valid offset for the plain case (expand-up, access
/// allowed) or −1 where each access has to be looked at in detail.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    pub(crate) selector: u16,
    pub(crate) base: u32,
    pub(crate) limit: u32,
    pub(crate) read_limit: i64,
    pub(crate) write_limit: i64,
    /// Bits 8–15 of the descriptor's high doubleword: P, DPL, S, type.
    pub(crate) access: u8,
    /// D or B bit: 32-bit code or stack.
    pub(crate) big: bool,
}

/// Access byte of a present, writable, accessed data segment of ring 3.
const V86_ACCESS: u8 = 0xF3;
/// The same for ring 0: what reset and real mode leave.
const REAL_ACCESS: u8 = 0x93;

impl Segment {
    /// As real-address mode loads it: the base follows the selector, the limit stays 64 KiB.
    pub(crate) fn real(selector: u16) -> Segment {
        Segment::flat64k(selector, REAL_ACCESS)
    }

    /// As virtual-8086 mode loads it.
    pub(crate) fn v86(selector: u16) -> Segment {
        Segment::flat64k(selector, V86_ACCESS)
    }

    fn flat64k(selector: u16, access: u8) -> Segment {
        Segment {
            selector,
            base: u32::from(selector) << 4,
            limit: 0xFFFF,
            read_limit: 0xFFFF,
            write_limit: 0xFFFF,
            access,
            big: false,
        }
    }

    /// Gives the segment the access rights of real mode, with the limit that it has.
    #[inline(always)]
    pub(crate) fn make_plain(&mut self) {
        self.access = REAL_ACCESS;
        self.read_limit = i64::from(self.limit);
        self.write_limit = self.read_limit;
    }

    /// A segment register that holds a null selector.
    pub(crate) fn null(selector: u16) -> Segment {
        Segment { selector, base: 0, limit: 0, read_limit: NEVER, write_limit: NEVER, access: 0, big: false }
    }

    /// From the eight bytes of a descriptor that has passed its checks.
    pub(crate) fn from_descriptor(selector: u16, low: u32, high: u32) -> Segment {
        let access = crate::types::hi8(high);
        let raw_limit = high & 0xF_0000 | low & 0xFFFF;
        let limit = if high & 1 << 23 != 0 { raw_limit << 12 | 0xFFF } else { raw_limit };
        let mut segment = Segment {
            selector,
            base: high & 0xFF00_0000 | (high & 0xFF) << 16 | low >> 16,
            limit,
            read_limit: NEVER,
            write_limit: NEVER,
            access,
            big: high & 1 << 22 != 0,
        };
        if !segment.expand_down() {
            if segment.readable() {
                segment.read_limit = i64::from(limit);
            }
            if segment.writable() {
                segment.write_limit = i64::from(limit);
            }
        }
        segment
    }

    pub(crate) fn present(&self) -> bool {
        self.access & 0x80 != 0
    }

    pub(crate) fn dpl(&self) -> u8 {
        self.access >> 5 & 3
    }

    /// True for code and data, false for system descriptors.
    pub(crate) fn is_memory(&self) -> bool {
        self.access & 0x10 != 0
    }

    pub(crate) fn is_code(&self) -> bool {
        self.access & 0x18 == 0x18
    }

    pub(crate) fn conforming(&self) -> bool {
        self.access & 0x1C == 0x1C
    }

    pub(crate) fn readable(&self) -> bool {
        self.is_memory() && (!self.is_code() || self.access & 2 != 0)
    }

    pub(crate) fn writable(&self) -> bool {
        self.access & 0x1A == 0x12
    }

    fn expand_down(&self) -> bool {
        self.access & 0x1C == 0x14
    }

    /// The detailed check: may `bytes` at `offset` be read or written?
    pub(crate) fn allows(&self, offset: u32, bytes: u32, write: bool) -> bool {
        if !self.present() || !(if write { self.writable() } else { self.readable() }) {
            return false;
        }
        let Some(last) = offset.checked_add(bytes - 1) else { return false };
        if self.expand_down() {
            offset > self.limit && last <= if self.big { u32::MAX } else { 0xFFFF }
        } else {
            last <= self.limit
        }
    }
}

/// Index of a segment register in the core's array.
pub(crate) const ES: u8 = Seg::Es as u8;
pub(crate) const CS: u8 = Seg::Cs as u8;
pub(crate) const SS: u8 = Seg::Ss as u8;
pub(crate) const DS: u8 = Seg::Ds as u8;
pub(crate) const FS: u8 = Seg::Fs as u8;
pub(crate) const GS: u8 = Seg::Gs as u8;
