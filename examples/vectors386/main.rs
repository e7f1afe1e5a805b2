//! Makes the vectors in `tests/vectors386`: builds the images, runs them under Bochs and QEMU, and
//! keeps what they agree on, or what the one to be believed says.
//!
//! `cargo run --example vectors386 -- WORK-FOLDER [SUITE]...` in the top folder of the repository.

mod agree;
mod emulators;
mod open;
mod proof;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use flate2::{Compression, write::GzEncoder};

use agree::Report;
use emulators::Emulator;
use proof::case::Case;
use proof::generate::{Suite, forms, suites};
use proof::record::{Ending, Outcome, outcomes};
use proof::text;

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let work = PathBuf::from(args.next().context("usage: vectors386 WORK-FOLDER [SUITE]...")?);
    let wanted: Vec<String> = args.collect();
    fs::create_dir_all(&work)?;
    let mut report = String::new();
    for emulator in [Emulator::Bochs, Emulator::Qemu] {
        writeln!(report, "{emulator:?}: {}", emulator.version()?)?;
    }
    let suites = suites();
    let made: BTreeSet<String> = suites.iter().flat_map(|suite| &suite.cases).map(Case::form).collect();
    writeln!(report, "forms without a case: {:?}", forms().filter(|form| !made.contains(form)).collect::<Vec<_>>())?;
    for suite in suites {
        if wanted.is_empty() || wanted.iter().any(|name| name == suite.name) {
            report.push_str(&make(&suite, &work)?);
        }
    }
    let path = if wanted.is_empty() { folder().join("REPORT.txt") } else { work.join("report.txt") };
    fs::write(path, &report)?;
    std::io::stdout().write_all(report.as_bytes())?;
    Ok(())
}

/// Where the vectors are kept.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors386")
}

/// Runs `suite` and writes its file. Tells what became of its cases.
fn make(suite: &Suite, work: &Path) -> Result<String> {
    let bochs = run(Emulator::Bochs, suite, work)?;
    let qemu = run(Emulator::Qemu, suite, work)?;
    let mut report = Report::default();
    let mut lines = String::new();
    for ((case, bochs), qemu) in suite.cases.iter().zip(&bochs).zip(&qemu) {
        let Some(vector) = report.agree(case, bochs, qemu) else { continue };
        let line = text::line(&vector);
        ensure!(text::parse(&line) == Some(vector), "reads back as something else: {line}");
        writeln!(lines, "{line}")?;
    }
    let path = folder().join(format!("{}.txt.gz", suite.name));
    let mut file = GzEncoder::new(File::create(path)?, Compression::best());
    file.write_all(lines.as_bytes())?;
    file.finish()?;
    Ok(format!("{}: {} cases, {} vectors\n{report}", suite.name, suite.cases.len(), lines.lines().count()))
}

/// What `emulator` makes of all cases of `suite`.
fn run(emulator: Emulator, suite: &Suite, work: &Path) -> Result<Vec<Outcome>> {
    let mut all = Vec::new();
    for (index, image) in proof::rom::images(&suite.cases).iter().enumerate() {
        let rom = work.join(format!("{}-{index}.rom", suite.name));
        fs::write(&rom, &image.bytes)?;
        let cases = &suite.cases[all.len()..all.len() + image.cases];
        let (results, ending) = outcomes(cases, &emulator.run(&rom)?);
        if ending == Ending::Broken {
            let culprit = cases.get(results.len()).context("a case that broke")?;
            anyhow::bail!("{emulator:?} stops at case {} of {}: {culprit:X?}", results.len(), rom.display());
        }
        all.extend(results);
    }
    Ok(all)
}
