//! How long FreeDOS takes from power-on to its prompt, and `dosmux run` for a program that does nothing.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use dosmux::config::{ImageSpec, SessionSpec};
use dosmux::disk::{ImageSource, WritePolicy};
use dosmux::session::{Host, Session, SessionOptions};

/// Images that are not part of the repository.
const IMAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/images/freedos-1440K.img");
/// Longest boot. *Units*: guest time.
const LIMIT: Duration = Duration::from_secs(60);

fn boot(host: &Host) {
    let mut spec = SessionSpec::new("bench");
    spec.floppies = vec![ImageSpec { source: ImageSource::File(PathBuf::from(IMAGE)), writes: WritePolicy::Overlay }];
    let options = SessionOptions { force_overlay: true, rtc_start: 0, local_time: false };
    let mut session = Session::new(&spec, host, options).expect("the image opens");
    assert!(session.run_until(LIMIT, |screen| screen.contains("A:\\>")), "no prompt");
}

fn boot_to_prompt(criterion: &mut Criterion) {
    if !PathBuf::from(IMAGE).is_file() {
        // A benchmark has nobody else to tell; a closed standard error is no reason to fail.
        let _ = writeln!(std::io::stderr(), "skipped: no image at {IMAGE}");
        return;
    }
    let host = Host::new();
    let mut group = criterion.benchmark_group("boot");
    group.sample_size(10);
    group.bench_function("freedos-1440K", |bencher| bencher.iter(|| boot(&host)));
    group.finish();
}

/// A process from its start to its end, with a whole machine and COMMAND.COM in between.
fn run_a_command(criterion: &mut Criterion) {
    criterion.bench_function("run", |bencher| {
        bencher.iter(|| {
            let status = Command::new(env!("CARGO_BIN_EXE_dosmux")).args(["run", "rem"]).status();
            assert!(status.is_ok_and(|status| status.success()), "it runs");
        });
    });
}

criterion_group!(benches, boot_to_prompt, run_a_command);
criterion_main!(benches);
