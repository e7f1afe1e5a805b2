//! Session scripts: those of the documentation and those of `tests/scripts`.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use dosmux::script::attempt::{Orders, run_case};
use dosmux::script::batch::run_each;
use dosmux::script::case::{self, Case};
use dosmux::script::collect::collect;
use dosmux::script::outcome::Tally;
use dosmux::script::report::human::{Style, case_text};
use dosmux::session::Host;

/// The folder of `tests/scripts`' images; it is not part of the repository.
pub(crate) const IMAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/images");

/// When set, images that are missing are a failure.
const REQUIRE_IMAGES: &str = "DOSMUX_REQUIRE_IMAGES";

/// True if the images are there; if not, says so past the test harness, which swallows what
/// passing tests print.
pub(crate) fn have_images(test: &str) -> bool {
    let there = Path::new(IMAGES).is_dir();
    assert!(there || std::env::var_os(REQUIRE_IMAGES).is_none(), "no images in {IMAGES}");
    if !there {
        let _ = writeln!(std::io::stderr(), "skipped {test}: no images in {IMAGES}");
    }
    there
}

/// All that `dosmux test --stats` would print about `scripts`, and how many did not pass.
fn run(scripts: &[PathBuf], workers: usize) -> (String, usize) {
    let host = Host::new();
    let orders = Orders { host: &host, retries: 0, artifacts: None, bless: false, observer: &|_| None };
    let cases: Vec<Case> = scripts.iter().flat_map(|path| case::load(path)).collect();
    let mut text = String::new();
    let mut tally = Tally::default();
    let taken: ControlFlow<()> = run_each(
        &cases,
        workers,
        |case| run_case(case, &orders),
        |case, outcome| {
            tally.count(&outcome);
            text += &case_text(&case.id, &outcome, Style { color: false, stats: true });
            text += &outcome.message().unwrap_or_default();
            ControlFlow::Continue(())
        },
    );
    assert!(taken.is_continue());
    (text, tally.total() - tally.passed)
}

pub(crate) fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    collect(&[folder]).expect("the repository has scripts")
}

#[test]
fn the_scripts_in_the_repository_pass() {
    if have_images("the_scripts_in_the_repository_pass") {
        let (text, not_passed) = run(&scripts(), 0);
        assert_eq!(not_passed, 0, "\n{text}");
    }
}

#[test]
fn a_script_gives_the_same_screens_and_trap_counts_at_any_load() {
    if have_images("a_script_gives_the_same_screens_and_trap_counts_at_any_load") {
        let script = scripts().into_iter().find(|path| path.ends_with("isolation.toml")).expect("it is there");
        let alone = run(std::slice::from_ref(&script), 1);
        let crowd = run(&vec![script; 6], 6);
        assert_eq!(crowd, (alone.0.repeat(6), 0));
    }
}
