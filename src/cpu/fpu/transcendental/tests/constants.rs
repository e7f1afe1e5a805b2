//! Computes the constants anew, with integers of 448 bits and series that are easy to check.

use super::super::constants::{
    ARCTAN, ARCTAN_EIGHTHS, ARTANH, COSINE, EXPONENTIAL, INVERSE_TURN, LN_2, SINE, TWO_LOG2_E,
};
use super::super::{HALF_PI, PI, QUARTER_PI, THREE_QUARTERS_PI};
use crate::cpu::fpu::wide::Wide;

/// A number from 0 to 2^32: the point is behind the first of 14 digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Long([u32; 14]);

impl Long {
    fn ratio(numerator: u32, denominator: u32) -> Long {
        let mut digits = [0; 14];
        digits[0] = numerator;
        Long(digits).over(denominator)
    }

    fn plus(mut self, other: &Long) -> Long {
        let mut carry = false;
        for (digit, &more) in self.0.iter_mut().zip(&other.0).rev() {
            let (sum, first) = digit.overflowing_add(more);
            let (sum, second) = sum.overflowing_add(carry.into());
            (*digit, carry) = (sum, first | second);
        }
        self
    }

    fn minus(mut self, other: &Long) -> Long {
        let mut borrow = false;
        for (digit, &less) in self.0.iter_mut().zip(&other.0).rev() {
            let (rest, first) = digit.overflowing_sub(less);
            let (rest, second) = rest.overflowing_sub(borrow.into());
            (*digit, borrow) = (rest, first | second);
        }
        self
    }

    fn over(mut self, divisor: u32) -> Long {
        let mut rest = 0;
        for digit in &mut self.0 {
            let part = rest << 32 | u64::from(*digit);
            *digit = u32::try_from(part / u64::from(divisor)).unwrap();
            rest = part % u64::from(divisor);
        }
        self
    }

    fn times(&self, other: &Long) -> Long {
        let (mut product, mut moved) = (Long::ratio(0, 1), other.clone());
        for &digit in &self.0 {
            product = product.plus(&moved.clone().scaled(digit));
            moved.0.rotate_right(1);
            moved.0[0] = 0;
        }
        product
    }

    fn scaled(mut self, factor: u32) -> Long {
        let mut carry = 0;
        for digit in self.0.iter_mut().rev() {
            let part = u64::from(*digit) * u64::from(factor) + carry;
            *digit = u32::try_from(part & 0xFFFF_FFFF).unwrap();
            carry = part >> 32;
        }
        self
    }

    fn is_zero(&self) -> bool {
        self.0 == [0; 14]
    }

    /// `count` bits behind the point and a power of two.
    fn bits(&self, from: i32, count: u32) -> u128 {
        (0..count).fold(0, |bits, index| bits << 1 | u128::from(self.bit(from + index.cast_signed())))
    }

    /// The bit worth 2^-place.
    fn bit(&self, place: i32) -> bool {
        let index = usize::try_from(place + 31).unwrap();
        self.0[index / 32] >> (31 - index % 32) & 1 != 0
    }

    fn wide(&self) -> Wide {
        let first = (-31..400).find(|&place| self.bit(place)).unwrap();
        Wide { negative: false, exp: -first, sig: self.bits(first, 128) | 1 }
    }
}

/// `arctan (n/d) = n/d - (n/d)³/3 + (n/d)⁵/5 - …`
fn arctan(numerator: u32, denominator: u32) -> Long {
    let mut power = Long::ratio(numerator, denominator);
    let (mut sum, mut odd) = (power.clone(), 1);
    while !power.is_zero() {
        power = power.scaled(numerator).over(denominator).scaled(numerator).over(denominator);
        odd += 2;
        let term = power.clone().over(odd);
        sum = if odd % 4 == 3 { sum.minus(&term) } else { sum.plus(&term) };
    }
    sum
}

/// `π = 16 arctan 1/5 - 4 arctan 1/239` (Machin).
fn pi() -> Long {
    arctan(1, 5).scaled(16).minus(&arctan(1, 239).scaled(4))
}

/// `ln 2 = 2 artanh 1/3 = 2 (1/3 + 1/3³/3 + 1/3⁵/5 + …)`
fn ln_2() -> Long {
    let mut power = Long::ratio(2, 3);
    let (mut sum, mut odd) = (power.clone(), 1);
    while !power.is_zero() {
        power = power.over(9);
        odd += 2;
        sum = sum.plus(&power.clone().over(odd));
    }
    sum
}

/// The number whose product with `factor` is `product`, found bit by bit from 2^7 down.
fn quotient(product: &Long, factor: &Long) -> Long {
    let mut found = Long::ratio(0, 1);
    for place in -7..400 {
        let mut larger = found.clone();
        let index = usize::try_from(place + 31).unwrap();
        larger.0[index / 32] |= 1 << (31 - index % 32);
        if larger.times(factor) <= *product {
            found = larger;
        }
    }
    found
}

#[test]
fn pi_and_its_parts_are_right() {
    assert_eq!(PI, pi().wide());
    assert_eq!(HALF_PI, pi().over(2).wide());
    assert_eq!(QUARTER_PI, pi().over(4).wide());
    assert_eq!(THREE_QUARTERS_PI, pi().over(4).scaled(3).wide());
}

#[test]
fn the_logarithms_are_right() {
    assert_eq!(LN_2, ln_2().wide());
    assert_eq!(TWO_LOG2_E, quotient(&Long::ratio(2, 1), &ln_2()).wide());
}

#[test]
fn the_inverse_of_a_turn_is_right() {
    let inverse = quotient(&Long::ratio(1, 1), &pi().scaled(2));
    assert_eq!(INVERSE_TURN, [inverse.bits(1, 64), inverse.bits(65, 128), inverse.bits(193, 128)]);
}

#[test]
fn the_arctangents_of_eighths_are_right() {
    // arctan i/8 - arctan (i-1)/8 = arctan (1/8) / (1 + i (i-1)/64) = arctan 8 / (64 + i (i-1))
    let mut sum = Long::ratio(0, 1);
    for (i, entry) in (1..).zip(&ARCTAN_EIGHTHS[1..]) {
        sum = sum.plus(&arctan(8, 64 + i * (i - 1)));
        assert_eq!(*entry, Some(sum.wide()), "{i}");
    }
}

#[test]
fn the_coefficients_are_reciprocals() {
    let factorial = |n: u32| (2..=n).fold(Long::ratio(1, 1), Long::over).bits(1, 128);
    assert!((3..).step_by(2).map(factorial).zip(SINE).all(|(expected, entry)| entry == expected));
    assert!((2..).step_by(2).map(factorial).zip(COSINE).all(|(expected, entry)| entry == expected));
    assert!((2..).map(factorial).zip(EXPONENTIAL).all(|(expected, entry)| entry == expected));
    let odd = |n: u32| Long::ratio(1, n).bits(1, 128);
    assert!((3..).step_by(2).map(odd).zip(ARTANH).all(|(expected, entry)| entry == expected));
    assert_eq!(ARCTAN, ARTANH[..16]);
}
