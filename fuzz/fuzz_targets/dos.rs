//! The built-in DOS with a drive on a host directory: any program. It must stop, wait or spend its time, leave
//! the directory as it is, and do the same thing twice.
#![no_main]

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use dosmux::config::{BootDrive, DriveSource, HostDriveSpec, SessionSpec};
use dosmux::session::{Host, Session, SessionOptions};
use libfuzzer_sys::fuzz_target;

/// Guest time that the shell and the program get.
const SPAN: Duration = Duration::from_millis(400);
/// What the clock shows at power-on.
const RTC_START: u64 = 702_563_696;
/// Bytes of the input that are one call of DOS.
const CALL_BYTES: usize = 10;
/// The ROM takes longer to build than a program to run.
static HOST: OnceLock<Host> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let drive = folder.path().join("drive");
    fs::create_dir_all(drive.join("sub")).expect("the folder is ours");
    let files =
        [("autoexec.bat", b"prog\r\n".to_vec()), ("prog.com", program(bytes)), ("sub/a long name.txt", vec![7; 99])];
    for (name, bytes) in &files {
        fs::write(drive.join(name), bytes).expect("the folder is ours");
    }
    dosmux_fuzz::assert_same(&run(&drive), &run(&drive));
    for (name, bytes) in &files {
        assert_eq!(&fs::read(drive.join(name)).expect("nothing is taken away"), bytes);
    }
    assert_eq!(fs::read_dir(&drive).expect("the folder is ours").count(), 3);
});

/// Calls of DOS with registers that point into the program, plain bytes, or mostly valid instructions.
fn program(bytes: &[u8]) -> Vec<u8> {
    match bytes {
        [kind, rest @ ..] => match kind % 4 {
            0 => rest.to_vec(),
            1 => dosmux_fuzz::v86_program(rest),
            _ => calls(rest),
        },
        [] => Vec::new(),
    }
}

/// MOV AX, BX, CX, DX, and an interrupt, again and again; the input itself lies behind, at PSP:1000h.
fn calls(bytes: &[u8]) -> Vec<u8> {
    const DATA: usize = 0xF00;
    let mut code = Vec::new();
    for call in bytes.chunks_exact(CALL_BYTES).take(DATA / 20) {
        for (opcode, word) in [0xB8, 0xBB, 0xB9, 0xBA].into_iter().zip(call.chunks(2)) {
            code.extend([opcode, word[0], word[1]]);
        }
        let vector = match call[8] % 4 {
            0 => 0x20 + call[9] % 16,
            _ => 0x21,
        };
        code.extend([0xCD, vector]);
    }
    code.extend([0xCD, 0x20]);
    code.resize(DATA, 0x90);
    code.extend(bytes);
    code
}

fn run(drive: &Path) -> Session {
    let mut spec = SessionSpec::new("fuzz");
    spec.boot = BootDrive::Dos;
    spec.long_names = true;
    spec.drives =
        vec![HostDriveSpec { letter: 'C', source: DriveSource::Directory(drive.to_owned()), read_only: false }];
    let options = SessionOptions { force_overlay: true, rtc_start: RTC_START, local_time: false };
    let mut session = Session::new(&spec, HOST.get_or_init(Host::new), options).expect("the directory opens");
    session.run_for(SPAN);
    session
}
