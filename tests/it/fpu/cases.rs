//! Random cases, and how results are compared.

use super::emulated::Machine;
use super::host::{FORMS, Form, Operand, Precision};
use super::images::{OPERAND, Random, SAVED, STACK, state};

/// Cases of each form.
const CASES: usize = 1000;
/// Bits of the status word that tell how a result was rounded: B, C1, ES, PE and UE.
const INEXACT: u16 = 0x82B0;

/// Exponents of angles from which on multiples of π are taken off, and from which on nothing is done.
const HALF: u16 = 0x3FFE;
const OUT_OF_REACH: u16 = 0x3FFF + 63;

fn status(image: &[u8; SAVED]) -> u16 {
    u16::from_le_bytes([image[4], image[5]])
}

/// A random memory operand of a form.
fn operand(random: &mut Random, kind: Operand) -> [u8; OPERAND] {
    let mut bytes = [0xA5; OPERAND];
    let sign = random.below(2);
    match kind {
        Operand::None => {}
        Operand::Short => {
            let value = sign << 31 | random.exponent(0xFF) << 23 | random.bits() & 0x7F_FFFF;
            bytes[..4].copy_from_slice(&value.to_le_bytes()[..4]);
        }
        Operand::Long => {
            let value = sign << 63 | random.exponent(0x7FF) << 52 | random.bits() & 0xF_FFFF_FFFF_FFFF;
            bytes[..8].copy_from_slice(&value.to_le_bytes());
        }
        Operand::Temporary => {
            let (sig, exponent) = random.register();
            bytes[..8].copy_from_slice(&sig.to_le_bytes());
            bytes[8..10].copy_from_slice(&exponent.to_le_bytes());
        }
        Operand::Word | Operand::Dword | Operand::Qword => bytes[..8].copy_from_slice(&random.bits().to_le_bytes()),
        Operand::Decimal => {
            for byte in &mut bytes[..9] {
                *byte = u8::try_from(random.below(10) << 4 | random.below(10)).unwrap();
            }
            bytes[9] = u8::try_from(sign << 7).unwrap();
        }
        // Unmasking an exception that is set is left to the state: the masks stay as they are.
        Operand::Control => {
            let word = u16::try_from(random.next() & 0xFFFF).unwrap() | 0x3F;
            bytes[..2].copy_from_slice(&word.to_le_bytes());
        }
    }
    bytes
}

/// Which registers are empty, as the tag word has it.
fn empty(image: &[u8; SAVED]) -> u16 {
    let tags = u16::from_le_bytes([image[8], image[9]]);
    tags & tags >> 1 & 0x5555
}

/// A register as a number on a line: neighbours differ by one.
fn position(register: &[u8]) -> i128 {
    let sig = u64::from_le_bytes(register[..8].try_into().unwrap());
    let top = u16::from_le_bytes([register[8], register[9]]);
    let magnitude = i128::from(top & 0x7FFF) << 63 | i128::from(sig & !(1 << 63));
    if top & 0x8000 != 0 { -magnitude } else { magnitude }
}

/// True if the images are alike: words, tags and registers. The pointers are not compared.
fn alike(form: &Form, before: &[u8; SAVED], ours: &[u8; SAVED], host: &[u8; SAVED]) -> bool {
    let same = |from: usize, to: usize| ours[from..to] == host[from..to];
    if form.precision == Precision::Exact {
        return same(0, 2) && same(4, 6) && same(8, 10) && same(STACK, SAVED);
    }
    let exponent = u16::from_le_bytes([before[STACK + 8], before[STACK + 9]]) & 0x7FFF;
    let reduced = form.precision == Precision::Angle && (HALF..OUT_OF_REACH).contains(&exponent);
    let mut registers = ours[STACK..].chunks(10).zip(host[STACK..].chunks(10));
    same(0, 2)
        && (status(ours) ^ status(host)) & !INEXACT == 0
        && empty(ours) == empty(host)
        && (reduced || registers.all(|(a, b)| (position(a) - position(b)).abs() <= 1))
}

/// An image for people.
fn show(image: &[u8; SAVED]) -> String {
    let word = |at: usize| u16::from_le_bytes([image[at], image[at + 1]]);
    let mut text = format!("CW {:04X} SW {:04X} TW {:04X}", word(0), word(4), word(8));
    for register in image[STACK..].chunks(10) {
        let sig = u64::from_le_bytes(register[..8].try_into().unwrap());
        text += &format!(" {:04X}:{sig:016X}", u16::from_le_bytes([register[8], register[9]]));
    }
    text
}

#[test]
fn random_instructions_do_what_the_hosts_x87_does() {
    let mut random = Random(0x0387);
    let mut machine = Machine::new(FORMS);
    let mut failures = Vec::new();
    for (index, form) in FORMS.iter().enumerate() {
        let mut failed = 0;
        for _ in 0..CASES {
            let (before, memory) = (state(&mut random), operand(&mut random, form.operand));
            let (mut ours, mut our_memory) = (before, memory);
            let (mut host, mut host_memory) = (before, memory);
            machine.run(index, &mut ours, &mut our_memory);
            form.run(&mut host, &mut host_memory);
            if !alike(form, &before, &ours, &host) || our_memory != host_memory {
                failed += 1;
                if failed <= 3 {
                    failures.push(format!(
                        "{:02X} {:02X} {memory:02X?}\n before {}\n ours   {} {our_memory:02X?}\n host   {} {host_memory:02X?}",
                        form.opcode,
                        form.modrm,
                        show(&before),
                        show(&ours),
                        show(&host),
                    ));
                }
            }
        }
        if failed > 0 {
            failures.push(format!("{:02X} {:02X}: {failed} of {CASES} differ", form.opcode, form.modrm));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
