//! EFLAGS, with the six arithmetic flags kept as the result they come from.
//!
//! An arithmetic instruction stores its sign-extended result and its carry chain; a flag is worked
//! out only when somebody looks at it. `carries` holds, for a result of any size moved up so that
//! its top bit is bit 31: bit 31 the carry out, bit 30 the carry into the sign bit (their exclusive
//! or is OF), and bit 3 the carry out of bit 3 (AF). `carry` has CF in its top bit; it is `carries` once
//! more, but for INC and DEC, which keep CF and so do not touch it. `delta` is zero after arithmetic;
//! explicit loads (POPF, SAHF) use it to express what no result has: SF and PF that differ from the
//! result's.

use super::int::Int;
use super::regs::eflags::{AF, CF, DF, IF, OF, ONE, PF, RF, SF, TF, VM, ZF};

/// The flags that arithmetic sets.
pub(crate) const ARITHMETIC: u32 = CF | PF | AF | ZF | SF | OF;

/// What one arithmetic instruction leaves for the flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lazy {
    /// Sign-extended result.
    pub(crate) result: u32,
    /// Carry chain, see the module.
    pub(crate) carries: u32,
    /// CF in the top bit.
    pub(crate) carry: u32,
}

impl Lazy {
    /// Flags of a logical operation: CF, OF and AF are clear.
    #[inline(always)]
    pub(crate) fn logic<T: Int>(result: u32) -> Lazy {
        Lazy { result: T::sext(result), carries: 0, carry: 0 }
    }

    /// Flags of `result` with the carry chain `chain`, bit n being the carry out of bit n.
    #[inline(always)]
    pub(crate) fn chain<T: Int>(result: u32, chain: u32) -> Lazy {
        let carries = if T::BITS == 32 { chain } else { chain << (32 - T::BITS) | chain & 8 };
        Lazy { result: T::sext(result), carries, carry: carries }
    }

    /// Flags of the sum or difference `result` of the 8-bit or 16-bit values `a` and `b`, not yet cut to
    /// their size: the carries into its bits are where it differs from a sum without any.
    #[inline(always)]
    pub(crate) fn narrow<T: Int>(result: u32, a: u32, b: u32) -> Lazy {
        let into = a ^ b ^ result;
        let carries = into << (31 - T::BITS) | into >> 1 & 8;
        Lazy { result: T::sext(result), carries, carry: carries }
    }

    /// Flags of `result` with explicit CF and OF; AF is clear.
    #[inline(always)]
    pub(crate) fn with_carry_overflow<T: Int>(result: u32, carry: bool, overflow: bool) -> Lazy {
        Lazy { result: T::sext(result), carries: overflow_bit(overflow), carry: carry_bit(carry) }
    }

    /// The same flags with AF set.
    #[inline(always)]
    pub(crate) fn with_half_carry(self) -> Lazy {
        Lazy { carries: self.carries | 8, ..self }
    }
}

#[inline(always)]
fn carry_bit(carry: bool) -> u32 {
    u32::from(carry) << 31
}

/// A carry into the sign bit and none out of it.
#[inline(always)]
fn overflow_bit(overflow: bool) -> u32 {
    u32::from(overflow) << 30
}

/// EFLAGS.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flags {
    lazy: Lazy,
    delta: u32,
    /// The flags that arithmetic does not touch, in their places.
    system: u32,
}

impl Flags {
    /// Takes the flags of an arithmetic instruction.
    #[inline(always)]
    pub(crate) fn set(&mut self, lazy: Lazy) {
        self.lazy = lazy;
        self.delta = 0;
    }

    /// Takes the flags of an arithmetic instruction, but for CF.
    #[inline(always)]
    pub(crate) fn set_but_carry(&mut self, lazy: Lazy) {
        self.lazy = Lazy { carry: self.lazy.carry, ..lazy };
        self.delta = 0;
    }

    #[inline(always)]
    pub(crate) fn cf(&self) -> bool {
        self.lazy.carry >> 31 != 0
    }

    #[inline(always)]
    pub(crate) fn of(&self) -> bool {
        (self.lazy.carries ^ self.lazy.carries << 1) >> 31 != 0
    }

    #[inline(always)]
    pub(crate) fn af(&self) -> bool {
        self.lazy.carries & 8 != 0
    }

    #[inline(always)]
    pub(crate) fn zf(&self) -> bool {
        self.lazy.result == 0
    }

    #[inline(always)]
    pub(crate) fn sf(&self) -> bool {
        (self.lazy.result ^ self.delta) >> 31 != 0
    }

    #[inline(always)]
    pub(crate) fn pf(&self) -> bool {
        ((self.lazy.result ^ self.delta) & 0xFF).count_ones() & 1 == 0
    }

    /// True while string instructions go downwards.
    #[inline(always)]
    pub(crate) fn df(&self) -> bool {
        self.system & DF != 0
    }

    /// True while each instruction traps.
    #[inline(always)]
    pub(crate) fn tf(&self) -> bool {
        self.system & TF != 0
    }

    /// True while the next instruction takes no instruction breakpoint.
    pub(crate) fn rf(&self) -> bool {
        self.system & RF != 0
    }

    /// True while TF or RF makes instructions execute one at a time.
    #[inline(always)]
    pub(crate) fn stepping(&self) -> bool {
        self.system & (TF | RF) != 0
    }

    /// True while external interrupts are enabled.
    pub(crate) fn interrupts(&self) -> bool {
        self.system & IF != 0
    }

    /// True in virtual-8086 mode.
    pub(crate) fn vm(&self) -> bool {
        self.system & VM != 0
    }

    /// I/O privilege level.
    #[inline(always)]
    pub(crate) fn iopl(&self) -> u32 {
        self.system >> 12 & 3
    }

    /// Sets CF alone.
    #[inline(always)]
    pub(crate) fn set_cf(&mut self, carry: bool) {
        self.lazy.carry = carry_bit(carry);
    }

    /// Sets CF and OF alone, as rotates do.
    #[inline(always)]
    pub(crate) fn set_cf_of(&mut self, carry: bool, overflow: bool) {
        self.lazy.carries = self.lazy.carries & 8 | overflow_bit(overflow);
        self.lazy.carry = carry_bit(carry);
    }

    /// Sets ZF alone.
    pub(crate) fn set_zf(&mut self, zero: bool) {
        let bits = self.bits() & !ZF | if zero { ZF } else { 0 };
        self.load(bits);
    }

    /// Sets or clears one of the flags that arithmetic does not touch.
    pub(crate) fn set_system(&mut self, mask: u32, on: bool) {
        self.system = self.system & !mask | if on { mask } else { 0 };
    }

    /// The EFLAGS image.
    pub(crate) fn bits(&self) -> u32 {
        let bit = |on: bool, mask: u32| if on { mask } else { 0 };
        self.system
            | ONE
            | bit(self.cf(), CF)
            | bit(self.pf(), PF)
            | bit(self.af(), AF)
            | bit(self.zf(), ZF)
            | bit(self.sf(), SF)
            | bit(self.of(), OF)
    }

    /// Loads every flag from an EFLAGS image.
    pub(crate) fn load(&mut self, bits: u32) {
        let zero = bits & ZF != 0;
        // With ZF the result is zero: even parity, no sign. Without, one: odd parity, no sign.
        let result = u32::from(!zero);
        let even = zero;
        let sign = if bits & SF != 0 { 0x8000_0000 } else { 0 };
        let parity = u32::from((bits & PF != 0) != even);
        let carries = overflow_bit(bits & OF != 0) | if bits & AF != 0 { 8 } else { 0 };
        self.lazy = Lazy { result, carries, carry: carry_bit(bits & CF != 0) };
        self.delta = sign | parity;
        self.system = bits & !ARITHMETIC & !ONE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_of_flags_survives_a_load() {
        for low in 0..0x1000u32 {
            let bits = low & (ARITHMETIC | TF | IF | DF) | ONE;
            let mut flags = Flags::default();
            flags.load(bits);
            assert_eq!(flags.bits(), bits);
        }
    }

    #[test]
    fn setting_carry_leaves_the_others() {
        for low in 0..0x1000u32 {
            let bits = low & ARITHMETIC | ONE;
            let mut flags = Flags::default();
            flags.load(bits);
            flags.set_cf(bits & CF == 0);
            assert_eq!(flags.bits(), bits ^ CF);
        }
    }
}
