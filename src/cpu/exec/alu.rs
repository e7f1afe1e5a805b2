//! The two-operand arithmetic and logic functions as pure values: operands in, result and flags
//! out. Source: 80386 PRM §17.2.2 (flags of each instruction).

use crate::cpu::flags::Lazy;
use crate::cpu::int::Int;

/// A function of two operands and the carry flag.
pub(crate) trait Alu {
    /// False for CMP and TEST, which only set flags.
    const WRITES: bool = true;

    fn apply<T: Int>(a: u32, b: u32, carry: bool) -> (u32, Lazy);
}

pub(crate) struct Add;
pub(crate) struct Or;
pub(crate) struct Adc;
pub(crate) struct Sbb;
pub(crate) struct And;
pub(crate) struct Sub;
pub(crate) struct Xor;
pub(crate) struct Cmp;
pub(crate) struct Test;

#[inline(always)]
pub(crate) fn add<T: Int>(a: u32, b: u32, carry: u32) -> (u32, Lazy) {
    let sum = a.wrapping_add(b).wrapping_add(carry);
    let lazy = if T::BITS == 32 { Lazy::chain::<T>(sum, a & b | (a | b) & !sum) } else { Lazy::narrow::<T>(sum, a, b) };
    (sum & T::MASK, lazy)
}

#[inline(always)]
pub(crate) fn sub<T: Int>(a: u32, b: u32, borrow: u32) -> (u32, Lazy) {
    let difference = a.wrapping_sub(b).wrapping_sub(borrow);
    let lazy = if T::BITS == 32 {
        Lazy::chain::<T>(difference, !a & b | (!a | b) & difference)
    } else {
        Lazy::narrow::<T>(difference, a, b)
    };
    (difference & T::MASK, lazy)
}

impl Alu for Add {
    #[inline(always)]
    fn apply<T: Int>(a: u32, b: u32, _: bool) -> (u32, Lazy) {
        add::<T>(a, b, 0)
    }
}

impl Alu for Adc {
    #[inline(always)]
    fn apply<T: Int>(a: u32, b: u32, carry: bool) -> (u32, Lazy) {
        add::<T>(a, b, u32::from(carry))
    }
}

impl Alu for Sub {
    #[inline(always)]
    fn apply<T: Int>(a: u32, b: u32, _: bool) -> (u32, Lazy) {
        sub::<T>(a, b, 0)
    }
}

impl Alu for Sbb {
    #[inline(always)]
    fn apply<T: Int>(a: u32, b: u32, carry: bool) -> (u32, Lazy) {
        sub::<T>(a, b, u32::from(carry))
    }
}

impl Alu for Cmp {
    const WRITES: bool = false;

    #[inline(always)]
    fn apply<T: Int>(a: u32, b: u32, _: bool) -> (u32, Lazy) {
        sub::<T>(a, b, 0)
    }
}

impl Alu for And {
    #[inline(always)]
    fn apply<T: Int>(a: u32, b: u32, _: bool) -> (u32, Lazy) {
        (a & b, Lazy::logic::<T>(a & b))
    }
}

impl Alu for Test {
    const WRITES: bool = false;

    #[inline(always)]
    fn apply<T: Int>(a: u32, b: u32, _: bool) -> (u32, Lazy) {
        (a & b, Lazy::logic::<T>(a & b))
    }
}

impl Alu for Or {
    #[inline(always)]
    fn apply<T: Int>(a: u32, b: u32, _: bool) -> (u32, Lazy) {
        (a | b, Lazy::logic::<T>(a | b))
    }
}

impl Alu for Xor {
    #[inline(always)]
    fn apply<T: Int>(a: u32, b: u32, _: bool) -> (u32, Lazy) {
        (a ^ b, Lazy::logic::<T>(a ^ b))
    }
}

/// A function of one operand.
pub(crate) trait Unary {
    /// True for INC and DEC, which leave CF as it is.
    const KEEPS_CARRY: bool;

    fn apply<T: Int>(a: u32) -> (u32, Lazy);
}

pub(crate) struct Inc;
pub(crate) struct Dec;
pub(crate) struct Neg;

impl Unary for Inc {
    const KEEPS_CARRY: bool = true;

    #[inline(always)]
    fn apply<T: Int>(a: u32) -> (u32, Lazy) {
        add::<T>(a, 1, 0)
    }
}

impl Unary for Dec {
    const KEEPS_CARRY: bool = true;

    #[inline(always)]
    fn apply<T: Int>(a: u32) -> (u32, Lazy) {
        sub::<T>(a, 1, 0)
    }
}

impl Unary for Neg {
    const KEEPS_CARRY: bool = false;

    #[inline(always)]
    fn apply<T: Int>(a: u32) -> (u32, Lazy) {
        sub::<T>(0, a, 0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cpu::flags::Flags;

    fn flags(lazy: Lazy) -> Flags {
        let mut flags = Flags::default();
        flags.set(lazy);
        flags
    }

    fn check_add_sub<T: Int>(a: u32, b: u32, carry: bool) {
        let (a, b, c) = (a & T::MASK, b & T::MASK, u32::from(carry));
        let signed = |v: u32| i64::from(T::sext(v).cast_signed());
        let half = i64::from(T::SIGN);

        let (value, lazy) = add::<T>(a, b, c);
        let wide = u64::from(a) + u64::from(b) + u64::from(c);
        let sum = signed(a) + signed(b) + i64::from(c);
        assert_eq!(u64::from(value), wide & u64::from(T::MASK));
        assert_eq!(flags(lazy).cf(), wide > u64::from(T::MASK));
        assert_eq!(flags(lazy).of(), !(-half..half).contains(&sum));
        assert_eq!(flags(lazy).af(), (a & 15) + (b & 15) + c > 15);
        assert_eq!(flags(lazy).zf(), value == 0);
        assert_eq!(flags(lazy).sf(), value & T::SIGN != 0);
        assert_eq!(flags(lazy).pf(), (value & 0xFF).count_ones() % 2 == 0);

        let (value, lazy) = sub::<T>(a, b, c);
        let difference = signed(a) - signed(b) - i64::from(c);
        assert_eq!(value, a.wrapping_sub(b).wrapping_sub(c) & T::MASK);
        assert_eq!(flags(lazy).cf(), u64::from(a) < u64::from(b) + u64::from(c));
        assert_eq!(flags(lazy).of(), !(-half..half).contains(&difference));
        assert_eq!(flags(lazy).af(), (a & 15) < (b & 15) + c);
    }

    fn kept<U: Unary, T: Int>(a: u32, carry: bool) -> Flags {
        let mut flags = Flags::default();
        flags.set_cf(carry);
        assert!(U::KEEPS_CARRY);
        flags.set_but_carry(U::apply::<T>(a).1);
        flags
    }

    proptest! {
        #[test]
        fn sums_and_differences_equal_wide_arithmetic(a: u32, b: u32, carry: bool) {
            check_add_sub::<u8>(a, b, carry);
            check_add_sub::<u16>(a, b, carry);
            check_add_sub::<u32>(a, b, carry);
        }

        #[test]
        fn increments_keep_the_carry(a: u32, carry: bool) {
            prop_assert_eq!(kept::<Inc, u16>(a & 0xFFFF, carry).cf(), carry);
            prop_assert_eq!(kept::<Dec, u32>(a, carry).cf(), carry);
            prop_assert_eq!(kept::<Inc, u16>(a & 0xFFFF, carry).of(), a & 0xFFFF == 0x7FFF);
        }
    }
}
