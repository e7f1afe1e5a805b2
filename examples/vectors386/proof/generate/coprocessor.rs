//! The 387 with all exceptions masked: loads and stores of every format, arithmetic with every
//! rounding and precision control, comparisons, constants and stack operations.

use super::encoding::{decode, form};
use super::special::poke;
use crate::proof::case::{Case, FpuState};
use crate::proof::layout::{BASES, WINDOW};
use crate::proof::mode::Mode;
use crate::proof::rng::Rng;

/// Instructions left out, by the start of their form: transcendental functions, which the emulators
/// round in their own ways; what moves the whole state, with pointers that differ; and instructions
/// of older coprocessors.
pub(super) const LEFT_OUT: [&str; 24] = [
    "F2xm1", "Fcos", "Fsin", "Fptan", "Fpatan", "Fyl2x", "Fldenv", "Fnstenv", "Fstenv", "Fnsave", "Fsave", "Frstor",
    "Fnsetpm", "Fsetpm", "Fneni", "Feni", "Fndisi", "Fdisi", "Fclex", "Finit", "Fstcw", "Fstsw", "Fstpnce", "Ffreep",
];
/// Where operands in memory lie.
const OPERAND: u32 = WINDOW + 0x40;

pub(crate) fn cases() -> Vec<Case> {
    let mut rng = Rng::new(387);
    let mut cases = Vec::new();
    for opcode in 0xD8..=0xDF {
        for modrm in 0xC0..=0xFF {
            cases.extend((0..4).filter_map(|_| register_form(&mut rng, opcode, modrm)));
        }
        for reg in 0..8 {
            cases.extend((0..16).filter_map(|_| memory_form(&mut rng, opcode, reg)));
        }
    }
    cases
}

/// A case of `code` with a random state of the 387.
fn case(rng: &mut Rng, mode: Mode, code: &[u8]) -> Option<Case> {
    let name = form(&decode(code, mode.bitness())?);
    if LEFT_OUT.iter().any(|start| name.starts_with(start)) {
        return None;
    }
    let mut case = Case::new(mode, code);
    let depth = rng.pick(&[1, 2, 2, 3, 8]);
    let top = 8 - depth;
    let st: Vec<[u8; 10]> = (0..depth).map(|_| number(rng)).collect();
    let mut tag = 0xFFFF;
    for (index, value) in (top..8).zip(&st) {
        tag &= !(3 << (2 * index)) | tag_of(*value) << (2 * index);
    }
    let control = 0x7F | rng.pick(&[0, 0x200, 0x300, 0x300]) | rng.pick(&[0, 0, 0x400, 0x800, 0xC00]);
    let status = u16::try_from((top & 7) << 11).expect("in range");
    case.fpu = Some(FpuState { control, status, tag, st });
    Some(case)
}

fn mode(rng: &mut Rng) -> Mode {
    rng.pick(&[Mode::User32, Mode::User32, Mode::Real, Mode::User16])
}

fn register_form(rng: &mut Rng, opcode: u8, modrm: u8) -> Option<Case> {
    let mode = mode(rng);
    case(rng, mode, &[opcode, modrm])
}

fn memory_form(rng: &mut Rng, opcode: u8, reg: u8) -> Option<Case> {
    let mode = mode(rng);
    let at = (OPERAND - BASES[3]).to_le_bytes();
    let (rm, bytes) = if mode.bitness() == 32 { (5, 4) } else { (6, 2) };
    let code = [&[opcode, reg << 3 | rm][..], &at[..bytes]].concat();
    let mut case = case(rng, mode, &code)?;
    let value = rng.pick(&VALUES);
    let operand = match (opcode, reg) {
        (0xD9, 5) => (0x37F_u16 & !0xF00 | rng.pick(&[0, 0x400, 0xF00])).to_le_bytes().to_vec(),
        (0xD8 | 0xD9, _) => value.0.to_le_bytes().to_vec(),
        (0xDC | 0xDD, _) => value.1.to_le_bytes().to_vec(),
        (0xDB, 5) => number(rng).to_vec(),
        (0xDF, 4) => decimal(rng),
        _ => {
            let integer = rng.operand();
            [integer, 0u32.wrapping_sub(integer >> 31)].iter().flat_map(|half| half.to_le_bytes()).collect()
        }
    };
    poke(&mut case, OPERAND, &operand);
    Some(case)
}

/// Singles and doubles: bits of ordinary and of special values.
const VALUES: [(u32, u64); 14] = [
    (0, 0),
    (0x8000_0000, 0x8000_0000_0000_0000),
    (0x3F80_0000, 0x3FF0_0000_0000_0000),
    (0xBF80_0000, 0xBFF0_0000_0000_0000),
    (0x4049_0FDB, 0x4009_21FB_5444_2D18),
    (0x7F80_0000, 0x7FF0_0000_0000_0000),
    (0xFF80_0000, 0xFFF0_0000_0000_0000),
    (0x7FC0_0001, 0x7FF8_0000_0000_0001),
    (0x7FA0_0000, 0x7FF4_0000_0000_0000),
    (0x0000_0001, 0x0000_0000_0000_0001),
    (0x007F_FFFF, 0x000F_FFFF_FFFF_FFFF),
    (0x7F7F_FFFF, 0x7FEF_FFFF_FFFF_FFFF),
    (0x3EAA_AAAB, 0x3FD5_5555_5555_5555),
    (0xC2F6_E979, 0xC05E_DD2F_1A9F_BE77),
];

/// An 80-bit number: sign and exponent, and significand.
fn number(rng: &mut Rng) -> [u8; 10] {
    const NUMBERS: [(u16, u64); 16] = [
        (0, 0),
        (0x8000, 0),
        (0x3FFF, 1 << 63),
        (0xBFFF, 1 << 63),
        (0x4000, 0xC90F_DAA2_2168_C235),
        (0x7FFF, 1 << 63),
        (0xFFFF, 1 << 63),
        (0x7FFF, 0xC000_0000_0000_0001),
        (0x7FFF, 0xA000_0000_0000_0000),
        (0x0000, 1),
        (0x0000, 0x7FFF_FFFF_FFFF_FFFF),
        (0x7FFE, u64::MAX),
        (0x0001, 1 << 63),
        (0x3FFD, 0xAAAA_AAAA_AAAA_AAAB),
        (0x401E, 0xFFFF_FFFF_8000_0000),
        (0xC03E, u64::MAX),
    ];
    let (exponent, significand) = match rng.below(2) {
        0 => rng.pick(&NUMBERS),
        _ => {
            let exponent = u16::try_from(0x3FFF - 40 + rng.below(80)).expect("in range");
            let sign = if rng.one_in(2) { 0x8000 } else { 0 };
            (exponent | sign, 1 << 63 | u64::from(rng.u32()) << 31 | u64::from(rng.operand()))
        }
    };
    let mut bytes = [0; 10];
    bytes[..8].copy_from_slice(&significand.to_le_bytes());
    bytes[8..].copy_from_slice(&exponent.to_le_bytes());
    bytes
}

/// Eighteen decimal digits and a sign.
fn decimal(rng: &mut Rng) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..9).map(|_| rng.pick(&[0, 0x10, 0x99, 0x57, 0x42])).collect();
    bytes.push(rng.pick(&[0, 0x80]));
    bytes
}

/// Tag: valid, zero or special.
fn tag_of(bytes: [u8; 10]) -> u16 {
    let exponent = u16::from_le_bytes([bytes[8], bytes[9]]) & 0x7FFF;
    let significand = u64::from_le_bytes(bytes[..8].try_into().expect("in range"));
    match (exponent, significand) {
        (0, 0) => 1,
        (0 | 0x7FFF, _) => 2,
        _ => 0,
    }
}
