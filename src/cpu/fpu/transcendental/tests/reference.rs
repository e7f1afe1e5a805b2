//! The functions against values of a high-precision computation.
//!
//! A line of a table is the arguments and the result, each `significand p exponent` as in
//! `-C90FDAA22168C235p1`, the bits behind the first being behind the point. Results have 128 bits, the
//! last of which is sticky. The arguments are
//!
//! - the ends of the domain, powers of two with their neighbours, and numbers of every size;
//! - where the method changes: quarters of a turn, ends of octaves, middles between eighths;
//! - the angles that are nearest to a multiple of π/2 among all registers;
//! - of some millions of random arguments, those whose results lie nearest to a register or nearest to
//!   the middle of two, so that a small error rounds to the wrong one.
//!
//! They were made with mpmath 1.3, the precision set to 700 bits and for tiny arguments to as many more
//! as it takes to tell the result from the argument; then cut off.

use super::super::{f2xm1, fcos, fpatan, fptan, fsin, fyl2x, fyl2xp1};
use super::assert_close;
use crate::cpu::fpu::round::{Rounding, round_off};
use crate::cpu::fpu::wide::Wide;

fn number(text: &str) -> Wide {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (sig, exp) = text.split_once('p').unwrap();
    let sig = format!("{sig:0<32}");
    Wide { negative, exp: exp.parse().unwrap(), sig: u128::from_str_radix(&sig, 16).unwrap() }
}

fn check(table: &str, function: impl Fn(&[Wide]) -> Wide) {
    assert!(table.lines().count() >= 200, "the table is there");
    for line in table.lines() {
        let mut values: Vec<Wide> = line.split(' ').map(number).collect();
        let expected = values.pop().unwrap();
        let found = function(&values);
        assert_close(found, expected, 120, line);
        for rounding in [Rounding::Nearest, Rounding::Down, Rounding::Up, Rounding::Zero] {
            let [a, b] = [found, expected].map(|wide| round_off(wide.sig, 64, rounding, wide.negative));
            assert_eq!(a, b, "{line}: {rounding:?}");
        }
    }
}

#[test]
fn f2xm1_is_right() {
    check(include_str!("f2xm1.txt"), |x| f2xm1(x[0]));
}

#[test]
fn fyl2x_is_right() {
    check(include_str!("fyl2x.txt"), |x| fyl2x(x[0], x[1]).unwrap());
}

#[test]
fn fyl2xp1_is_right() {
    check(include_str!("fyl2xp1.txt"), |x| fyl2xp1(x[0], x[1]));
}

#[test]
fn fptan_is_right() {
    check(include_str!("fptan.txt"), |x| fptan(x[0]));
}

#[test]
fn fpatan_is_right() {
    check(include_str!("fpatan.txt"), |x| fpatan(x[0], x[1]));
}

#[test]
fn fsin_is_right() {
    check(include_str!("fsin.txt"), |x| fsin(x[0]));
}

#[test]
fn fcos_is_right() {
    check(include_str!("fcos.txt"), |x| fcos(x[0]));
}
