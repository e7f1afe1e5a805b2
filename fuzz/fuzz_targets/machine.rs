//! A whole machine with its monitor and BIOS: any program, booted from a floppy. It must stop or
//! spend its time, stay within its memory, and do the same thing twice.
#![no_main]

use std::sync::OnceLock;
use std::time::Duration;

use dosmux::config::{ImageSpec, SessionSpec};
use dosmux::disk::{ImageSource, WritePolicy};
use dosmux::session::{Host, Session, SessionOptions};
use libfuzzer_sys::fuzz_target;

/// Guest time that a program gets, beyond that of booting.
const SPAN: Duration = Duration::from_millis(20);
/// Sectors behind the boot sector that programs may read.
const IMAGE_BYTES: usize = 160 * 1024;
/// What the clock shows at power-on.
const RTC_START: u64 = 702_563_696;
/// The ROM takes longer to build than a program to run.
static HOST: OnceLock<Host> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| {
    let program = program(bytes);
    let (first, second) = (run(&program), run(&program));
    assert!(first.stopped().is_some() || first.now().as_ns() >= SPAN.as_nanos() as u64, "time stands still");
    dosmux_fuzz::assert_same(&first, &second);
});

/// Plain bytes, or mostly valid instructions.
fn program(bytes: &[u8]) -> Vec<u8> {
    match bytes {
        [kind, rest @ ..] if kind % 4 != 0 => dosmux_fuzz::v86_program(rest),
        [_, rest @ ..] => rest.to_vec(),
        [] => Vec::new(),
    }
}

fn run(program: &[u8]) -> Session {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.img");
    let mut image = vec![0; IMAGE_BYTES];
    let sector = dosmux_fuzz::boot_sector(program);
    image[..sector.len()].copy_from_slice(&sector);
    std::fs::write(&path, image).expect("the folder is writable");
    let mut spec = SessionSpec::new("fuzz");
    spec.floppies = vec![ImageSpec { source: ImageSource::File(path), writes: WritePolicy::Overlay }];
    let options = SessionOptions { force_overlay: true, rtc_start: RTC_START, local_time: false };
    let mut session = Session::new(&spec, HOST.get_or_init(Host::new), options).expect("the image opens");
    session.run_for(SPAN);
    session
}
