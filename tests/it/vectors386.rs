//! Vectors that Bochs and QEMU agree on, run on the bare core: 32-bit operands and addresses,
//! instructions of the 386, and protected mode, where no vectors from a chip are at hand.
//!
//! `tests/vectors386/README.md` tells what they are and how they were made.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;

use dosmux::bare::{Bare, Pause};
use dosmux::types::Port;
use flate2::read::GzDecoder;

use crate::proof::case::Case;
use crate::proof::generate::{forms, suites};
use crate::proof::record::{Outcome, outcomes};
use crate::proof::rom::images;
use crate::proof::text::{self, Vector};

/// More than the machine needs.
const RAM_BYTES: u32 = 0x10_0000;
/// More instructions than an image takes.
const BUDGET: u64 = 1 << 28;
/// The port that takes the records.
const PORT: Port = Port(0xE9);
/// Failures that are shown of a suite.
const SHOWN: usize = 40;

#[test]
fn vectors_agreed_by_bochs_and_qemu_hold() {
    let (mut total, mut failed) = (0, 0);
    for suite in suites() {
        let vectors = vectors(suite.name);
        let failures = failures(&vectors);
        println!("{}: {} vectors, {} failed", suite.name, vectors.len(), failures.len());
        let mut forms: BTreeMap<String, Vec<&String>> = BTreeMap::new();
        for (form, failure) in &failures {
            forms.entry(form.clone()).or_default().push(failure);
        }
        for (form, failures) in forms.iter().take(SHOWN) {
            println!("{form}: {} failed; first:\n{}", failures.len(), failures[0]);
        }
        total += vectors.len();
        failed += failures.len();
    }
    println!("vectors: {} passed, {failed} failed", total - failed);
    assert_eq!(failed, 0, "{failed} of {total} vectors failed");
}

#[test]
fn every_form_of_the_386_has_vectors() {
    let mut missing: BTreeSet<String> = forms().collect();
    for suite in suites() {
        for vector in vectors(suite.name) {
            missing.remove(&vector.case.form());
        }
    }
    assert!(missing.is_empty(), "{} forms without vectors: {missing:?}", missing.len());
}

#[test]
fn the_cases_are_those_that_the_generator_makes() {
    for suite in suites() {
        let mut made = suite.cases.iter();
        for vector in vectors(suite.name) {
            // Some cases were dropped, because no emulator is to be believed.
            let known = made.any(|case| *case == vector.case);
            assert!(known, "{}: generated no longer: {}", suite.name, text::line(&vector));
        }
    }
}

/// The vectors of the suite `name`.
fn vectors(name: &str) -> Vec<Vector> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors386/{name}.txt.gz"));
    let mut all = String::new();
    GzDecoder::new(fs::File::open(path).unwrap()).read_to_string(&mut all).unwrap();
    all.lines().map(|line| text::parse(line).unwrap_or_else(|| panic!("not a vector: {line}"))).collect()
}

/// Form and description of each vector that does not hold.
fn failures(vectors: &[Vector]) -> Vec<(String, String)> {
    let cases: Vec<Case> = vectors.iter().map(|vector| vector.case.clone()).collect();
    let results = run(&cases);
    let mut failures = Vec::new();
    for (vector, result) in vectors.iter().zip(&results) {
        if vector.open.clear(result) != vector.open.clear(&vector.after) {
            let got = Vector { after: result.clone(), ..vector.clone() };
            let lines = format!("  want {}\n  got  {}", text::line(vector), text::line(&got));
            failures.push((vector.case.form(), lines));
        }
    }
    for vector in &vectors[results.len()..] {
        failures.push((vector.case.form(), format!("  not reached: {}", text::line(vector))));
    }
    failures
}

/// What the core makes of `cases`, as far as the machine gets.
fn run(cases: &[Case]) -> Vec<Outcome> {
    let mut all = Vec::new();
    for image in images(cases) {
        let mut written = Vec::new();
        let mut bare = Bare::with_rom(RAM_BYTES, &image.bytes, None).unwrap();
        let pause = bare.run(BUDGET, |port, _, value| {
            if port == PORT {
                written.push(u8::try_from(value & 0xFF).unwrap());
            }
        });
        let (results, _) = outcomes(&cases[all.len()..all.len() + image.cases], &written);
        let complete = results.len() == image.cases;
        all.extend(results);
        if !complete {
            println!("the machine stopped: {pause:?}, {:X?}", bare.cpu.regs());
            break;
        }
        assert_eq!(pause, Pause::Halted);
    }
    all
}
