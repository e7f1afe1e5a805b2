//! Newtypes and narrowing helpers that every layer may use.
//!
//! Two integers that could be swapped at a boundary get a type each; inside a function plain
//! integers are fine.

use std::fmt;

/// An address after segmentation and before paging.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinearAddr(pub u32);

/// An address after paging: what the memory bus sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhysAddr(pub u32);

impl PhysAddr {
    /// The address `bytes` further on, wrapping at 4 GiB as the bus does.
    #[must_use]
    pub fn offset(self, bytes: u32) -> PhysAddr {
        PhysAddr(self.0.wrapping_add(bytes))
    }
}

/// A real-mode or V86 far pointer, `segment:offset`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SegOff {
    /// Segment: a paragraph number.
    pub seg: u16,
    /// Offset in bytes within the segment.
    pub off: u16,
}

impl SegOff {
    /// Joins a segment and an offset.
    #[must_use]
    pub fn new(seg: u16, off: u16) -> SegOff {
        SegOff { seg, off }
    }

    /// The linear address in V86 mode: `segment × 16 + offset`, range 0–10FFEFh.
    #[must_use]
    pub fn linear(self) -> LinearAddr {
        LinearAddr((u32::from(self.seg) << 4) + u32::from(self.off))
    }

    /// The pointer `bytes` further on; the offset wraps at 64 KiB within the segment.
    #[must_use]
    pub fn offset(self, bytes: u16) -> SegOff {
        SegOff { seg: self.seg, off: self.off.wrapping_add(bytes) }
    }
}

impl fmt::Display for SegOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}:{:04X}", self.seg, self.off)
    }
}

/// An I/O port number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port(pub u16);

/// An interrupt request line of the 8259A pair, range 0–15.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Irq(pub u8);

/// An interrupt vector number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Vector(pub u8);

/// The width of one memory or port access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Width {
    /// 8 bits.
    Byte,
    /// 16 bits.
    Word,
    /// 32 bits.
    Dword,
}

impl Width {
    /// Size in bytes: 1, 2 or 4.
    #[must_use]
    pub fn bytes(self) -> u32 {
        match self {
            Width::Byte => 1,
            Width::Word => 2,
            Width::Dword => 4,
        }
    }

    /// All ones in this width: also what an unowned port reads as.
    #[must_use]
    pub fn mask(self) -> u32 {
        match self {
            Width::Byte => 0xFF,
            Width::Word => 0xFFFF,
            Width::Dword => 0xFFFF_FFFF,
        }
    }
}

/// Names one session for the life of the process; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u32);

/// Bits 0–7.
#[inline]
#[must_use]
pub fn lo8(value: u32) -> u8 {
    value.to_le_bytes()[0]
}

/// Bits 8–15.
#[inline]
#[must_use]
pub fn hi8(value: u32) -> u8 {
    value.to_le_bytes()[1]
}

/// Bits 0–15.
#[inline]
#[must_use]
pub fn lo16(value: u32) -> u16 {
    let [a, b, _, _] = value.to_le_bytes();
    u16::from_le_bytes([a, b])
}

/// Bits 16–31.
#[inline]
#[must_use]
pub fn hi16(value: u32) -> u16 {
    let [_, _, c, d] = value.to_le_bytes();
    u16::from_le_bytes([c, d])
}

/// Bits 0–31.
#[inline]
#[must_use]
pub fn lo32(value: u64) -> u32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// Bits 32–63.
#[inline]
#[must_use]
pub fn hi32(value: u64) -> u32 {
    lo32(value >> 32)
}

/// Sign-extends bits 0–7 to 32 bits.
#[inline]
#[must_use]
pub fn sext8(value: u32) -> u32 {
    i32::from(lo8(value).cast_signed()).cast_unsigned()
}

/// Sign-extends bits 0–15 to 32 bits.
#[inline]
#[must_use]
pub fn sext16(value: u32) -> u32 {
    i32::from(lo16(value).cast_signed()).cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_far_pointer_reaches_into_the_hma() {
        assert_eq!(SegOff::new(0xFFFF, 0xFFFF).linear(), LinearAddr(0x0010_FFEF));
    }

    #[test]
    fn an_offset_wraps_within_its_segment() {
        assert_eq!(SegOff::new(0x1234, 0xFFFE).offset(4), SegOff::new(0x1234, 2));
    }

    #[test]
    fn sign_extension_keeps_the_value() {
        assert_eq!(sext8(0x80), 0xFFFF_FF80);
        assert_eq!(sext16(0x7FFF), 0x7FFF);
    }
}
