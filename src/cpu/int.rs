//! The three operand sizes as types, so that each handler is compiled once for each size.

use super::core::Core;
use crate::mem::Scalar;

/// An operand size: 8, 16 or 32 bits. Values travel as `u32`, zero-extended.
pub(crate) trait Int: Scalar {
    /// Bits in the operand.
    const BITS: u32;
    /// All ones.
    const MASK: u32;
    /// The sign bit.
    const SIGN: u32;

    /// Cuts a value to the size.
    fn cut(value: u32) -> Self;
    /// Zero-extends.
    fn wide(self) -> u32;
    /// Sign-extends a value of this size.
    fn sext(value: u32) -> u32;
    /// Reads general register `reg` of this size.
    fn reg(core: &Core, reg: u8) -> u32;
    /// Writes general register `reg` of this size; other bits stay.
    fn set_reg(core: &mut Core, reg: u8, value: u32);
}

impl Int for u8 {
    const BITS: u32 = 8;
    const MASK: u32 = 0xFF;
    const SIGN: u32 = 0x80;

    #[inline(always)]
    fn cut(value: u32) -> u8 {
        crate::types::lo8(value)
    }

    #[inline(always)]
    fn wide(self) -> u32 {
        u32::from(self)
    }

    #[inline(always)]
    fn sext(value: u32) -> u32 {
        crate::types::sext8(value)
    }

    /// 0–3 are AL, CL, DL, BL; 4–7 are AH, CH, DH, BH.
    #[inline(always)]
    fn reg(core: &Core, reg: u8) -> u32 {
        core.gpr[usize::from(reg & 3)] >> ((reg & 4) * 2) & 0xFF
    }

    #[inline(always)]
    fn set_reg(core: &mut Core, reg: u8, value: u32) {
        let shift = (reg & 4) * 2;
        let slot = &mut core.gpr[usize::from(reg & 3)];
        *slot = *slot & !(0xFF << shift) | (value & 0xFF) << shift;
    }
}

impl Int for u16 {
    const BITS: u32 = 16;
    const MASK: u32 = 0xFFFF;
    const SIGN: u32 = 0x8000;

    #[inline(always)]
    fn cut(value: u32) -> u16 {
        crate::types::lo16(value)
    }

    #[inline(always)]
    fn wide(self) -> u32 {
        u32::from(self)
    }

    #[inline(always)]
    fn sext(value: u32) -> u32 {
        crate::types::sext16(value)
    }

    #[inline(always)]
    fn reg(core: &Core, reg: u8) -> u32 {
        core.gpr[usize::from(reg & 15)] & 0xFFFF
    }

    #[inline(always)]
    fn set_reg(core: &mut Core, reg: u8, value: u32) {
        let slot = &mut core.gpr[usize::from(reg & 7)];
        *slot = *slot & 0xFFFF_0000 | value & 0xFFFF;
    }
}

impl Int for u32 {
    const BITS: u32 = 32;
    const MASK: u32 = 0xFFFF_FFFF;
    const SIGN: u32 = 0x8000_0000;

    #[inline(always)]
    fn cut(value: u32) -> u32 {
        value
    }

    #[inline(always)]
    fn wide(self) -> u32 {
        self
    }

    #[inline(always)]
    fn sext(value: u32) -> u32 {
        value
    }

    #[inline(always)]
    fn reg(core: &Core, reg: u8) -> u32 {
        core.gpr[usize::from(reg & 15)]
    }

    #[inline(always)]
    fn set_reg(core: &mut Core, reg: u8, value: u32) {
        core.gpr[usize::from(reg & 7)] = value;
    }
}
