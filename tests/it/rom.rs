//! `dosmux rom`: small images, what they print and leave in files, and how a run ends.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use iced_x86::code_asm::*;

/// What one run gave.
struct Run {
    status: i32,
    stdout: String,
    stderr: String,
}

/// Where an image of [`rom`] begins: 4 KiB below 1 MiB.
const START: u32 = 0xF_F000;

/// A 4 KiB image: `program` at its begin, entered at F000:F000, and a far jump there at the reset
/// vector.
fn rom(program: impl FnOnce(&mut CodeAssembler)) -> Vec<u8> {
    let mut assembler = CodeAssembler::new(16).unwrap();
    program(&mut assembler);
    let mut image = assembler.assemble(0xF000).unwrap();
    assert!(image.len() < 0xFF0, "the program fits");
    image.resize(0xFF0, 0x90);
    image.extend([0xEA, 0x00, 0xF0, 0x00, 0xF0]);
    image.resize(0x1000, 0x90);
    image
}

/// Ends a program as one that is done.
fn done(a: &mut CodeAssembler) {
    a.cli().unwrap();
    a.hlt().unwrap();
}

/// A folder that holds `image` as `a.rom`.
fn folder(image: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.rom"), image).unwrap();
    folder
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dosmux"));
    command.arg("rom").args(args).current_dir(folder).stdin(Stdio::null());
    command
}

fn run_in(folder: &Path, args: &[&str]) -> Run {
    let output = command(folder, args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { status: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs `image` with `args` behind its name.
fn run(image: &[u8], args: &[&str]) -> Run {
    run_in(folder(image).path(), &[&["a.rom"], args].concat())
}

#[test]
fn watched_ports_are_printed_as_wide_as_they_are_written() {
    let image = rom(|a| {
        a.mov(eax, 0x1234_ABCD).unwrap();
        a.out(0x80, al).unwrap();
        a.out(0x81, al).unwrap();
        a.mov(dx, 0x190).unwrap();
        a.out(dx, ax).unwrap();
        a.out(dx, eax).unwrap();
        done(a);
    });
    let run = run(&image, &["--watch-port", "80h", "--watch-port", "0x190"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, "0080 CD\n0190 ABCD\n0190 1234ABCD\n"));
    assert_eq!(run.stderr, "dosmux: halted at F000:F012 after 9 instructions\n");
}

#[test]
fn dumped_ports_give_their_bytes_low_one_first() {
    let image = rom(|a| {
        a.mov(ax, 0x4241).unwrap();
        a.out(0xE9, al).unwrap();
        a.out(0xE9, ax).unwrap();
        a.out(0xE8, ax).unwrap();
        done(a);
    });
    let folder = folder(&image);
    let args = ["a.rom", "--dump-port", "0xE9=a.out", "--dump-port", "232=b.out", "--watch-port", "0xE9"];
    let run = run_in(folder.path(), &args);
    assert_eq!((run.status, run.stdout.as_str()), (0, "00E9 41\n00E9 4241\n"));
    assert_eq!(std::fs::read(folder.path().join("a.out")).unwrap(), b"AAB");
    assert_eq!(std::fs::read(folder.path().join("b.out")).unwrap(), b"AB");
}

#[test]
fn string_output_goes_to_the_ports_and_string_input_finds_ones() {
    let image = rom(|a| {
        a.mov(dx, 1).unwrap();
        a.mov(cx, 2).unwrap();
        a.xor(di, di).unwrap();
        a.rep().insw().unwrap();
        a.mov(cx, 5).unwrap();
        a.xor(si, si).unwrap();
        a.rep().outsb().unwrap();
        done(a);
    });
    let run = run(&image, &["--watch-port", "1", "--ram", "64K"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, "0001 FF\n0001 FF\n0001 FF\n0001 FF\n0001 00\n"));
}

/// Prints the byte at linear address `at`.
fn peek(a: &mut CodeAssembler, at: u32) {
    a.mov(ax, at >> 4).unwrap();
    a.mov(ds, ax).unwrap();
    a.mov(al, byte_ptr(at & 15)).unwrap();
    a.out(1, al).unwrap();
}

#[test]
fn the_image_ends_at_1_mib_unless_it_has_a_place() {
    let image = rom(|a| {
        peek(a, START + 0xFF0);
        peek(a, 0x8FF0);
        done(a);
    });
    let low = run(&image, &["--watch-port", "1"]);
    assert_eq!((low.status, low.stdout.as_str()), (0, "0001 EA\n0001 00\n"));
    // The far jump leads to RAM now: zeros, ADD [BX+SI],AL, up to the segment's end.
    let moved = run(&image, &["--at", "8000h", "--limit", "100"]);
    assert_eq!((moved.status, moved.stdout.as_str()), (6, ""));
}

#[test]
fn with_a_place_the_reset_vector_is_still_below_4_gib() {
    let mut image = rom(|a| {
        peek(a, 0x8FF0);
        peek(a, START + 0xFF0);
        done(a);
    });
    // The reset vector jumps to where the image is now: 0800:0000.
    image[0xFF1..0xFF5].copy_from_slice(&[0x00, 0x00, 0x00, 0x08]);
    let run = run(&image, &["--at", "0x8000", "--watch-port", "1"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, "0001 EA\n0001 00\n"));
}

#[test]
fn rom_is_not_written() {
    let image = rom(|a| {
        a.mov(ax, 0xF000).unwrap();
        a.mov(ds, ax).unwrap();
        a.mov(byte_ptr(0xFFF0), 0).unwrap();
        a.mov(al, byte_ptr(0xFFF0)).unwrap();
        a.out(1, al).unwrap();
        done(a);
    });
    assert_eq!(run(&image, &["--watch-port", "1"]).stdout, "0001 EA\n");
}

#[test]
fn beyond_ram_there_is_nothing() {
    let image = rom(|a| {
        peek(a, 0x1_0000);
        peek(a, 0x0_FFF0);
        done(a);
    });
    assert_eq!(run(&image, &["--watch-port", "1", "--ram", "64K"]).stdout, "0001 FF\n0001 00\n");
    assert_eq!(run(&image, &["--watch-port", "1", "--ram", "68K"]).stdout, "0001 00\n0001 00\n");
}

#[test]
fn waiting_for_an_interrupt_has_a_status_of_its_own() {
    let halted = rom(|a| {
        a.sti().unwrap();
        a.hlt().unwrap();
    });
    let spinning = rom(|a| a.db(&[0xEB, 0xFE]).unwrap());
    for (image, at) in [(halted, "F000:F002"), (spinning, "F000:F000")] {
        let run = run(&image, &["--limit", "1000"]);
        assert_eq!((run.status, run.stdout.as_str()), (4, ""));
        assert!(run.stderr.contains(&format!("waits for an interrupt that cannot come at {at} ")), "{}", run.stderr);
    }
}

#[test]
fn a_triple_fault_is_a_shutdown() {
    let image = rom(|a| {
        // No room for any vector.
        a.db(&[0x2E, 0x0F, 0x01, 0x1E, 0x08, 0xF0]).unwrap();
        a.ud2().unwrap();
        a.db(&[0; 6]).unwrap();
    });
    let run = run(&image, &[]);
    assert_eq!(run.status, 5, "{}", run.stderr);
    assert!(run.stderr.starts_with("dosmux: shut down at F000:"), "{}", run.stderr);
}

#[test]
fn exceptions_go_through_the_guests_table() {
    let image = rom(|a| {
        let mut start = a.create_label();
        a.jmp(start).unwrap();
        // F000:F002, two bytes behind a short jump: the handler prints where the fault was.
        a.pop(ax).unwrap();
        a.out(1, ax).unwrap();
        done(a);
        a.set_label(&mut start).unwrap();
        a.xor(ax, ax).unwrap();
        a.mov(ds, ax).unwrap();
        a.mov(ss, ax).unwrap();
        a.mov(sp, 0x1000).unwrap();
        a.mov(word_ptr(6 * 4), 0xF002).unwrap();
        a.mov(word_ptr(6 * 4 + 2), 0xF000).unwrap();
        a.ud2().unwrap();
    });
    let run = run(&image, &["--watch-port", "1"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, "0001 F01C\n"));
}

#[test]
fn the_limit_is_exact_and_what_was_written_is_there() {
    let image = rom(|a| {
        let mut again = a.create_label();
        a.set_label(&mut again).unwrap();
        a.out(0xE9, al).unwrap();
        a.inc(ax).unwrap();
        a.jmp(again).unwrap();
    });
    let folder = folder(&image);
    let run = run_in(folder.path(), &["a.rom", "--limit", "3000001", "--dump-port", "0xE9=out"]);
    assert_eq!(run.status, 6);
    assert_eq!(run.stderr, "dosmux: reached the limit at F000:F000 after 3000001 instructions\n");
    let bytes = std::fs::read(folder.path().join("out")).unwrap();
    assert_eq!(bytes.len(), 1_000_000);
    assert_eq!((bytes[0], bytes[255], bytes[256]), (0, 255, 0));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_with_its_files_complete() {
    let image = rom(|a| {
        let mut again = a.create_label();
        a.mov(al, 0x41).unwrap();
        a.out(0xE9, al).unwrap();
        a.out(0x80, al).unwrap();
        a.set_label(&mut again).unwrap();
        a.inc(bx).unwrap();
        a.jmp(again).unwrap();
    });
    let folder = folder(&image);
    let args = ["a.rom", "--dump-port", "0xE9=out", "--watch-port", "0x80"];
    let mut child = command(folder.path(), &args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // The line tells that the guest is at work: a watched port is seen while the run goes on.
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "0080 41\n");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(std::fs::read(folder.path().join("out")).unwrap(), b"A");
}

#[test]
fn arguments_that_make_no_sense_are_named() {
    let cases: [(&[&str], &str); 10] = [
        (&[], "required arguments were not provided"),
        (&["a.rom", "--ram", "3T"], "`3T` is no size; write 64K, 1M or 16M"),
        (&["a.rom", "--ram", "8G"], "8G is out of range; valid is 4K to 2G"),
        (&["a.rom", "--ram", "5000"], "5000 is no multiple of 4K"),
        (&["a.rom", "--at", "zzz"], "`zzz` is no number; write 0x1F0, 1F0h or 496"),
        (&["a.rom", "--at", "0x100000000"], "beyond FFFFFFFFh"),
        (&["a.rom", "--watch-port", "0x10000"], "port 0x10000 is beyond FFFFh"),
        (&["a.rom", "--dump-port", "0xE9"], "write PORT=FILE"),
        (&["a.rom", "--limit", "-1"], "error: "),
        (&["a.rom", "--limit", "many"], "`many` is no number"),
    ];
    for (args, message) in cases {
        let run = run_in(folder(&[]).path(), args);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.starts_with("error: ") && run.stderr.contains(message), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn images_and_files_that_cannot_be_used_are_named() {
    let image = rom(done);
    let cases: [(&[u8], &[&str], &str); 11] = [
        (&image, &["nowhere.rom"], "cannot read nowhere.rom: No such file"),
        (&image, &["."], "cannot read .: Is a directory"),
        (&[], &["a.rom"], "cannot run a.rom: the image is empty\n"),
        (&[0xF4; 15], &["a.rom"], "cannot run a.rom: the image has 15 bytes; the reset vector needs the last 16\n"),
        (&[0xF4; (1 << 20) + 1], &["a.rom"], "cannot run a.rom: the image is larger than 1 MiB\n"),
        (&image, &["a.rom", "--at", "0xF0010"], "cannot run a.rom: address 0xF0010 is no multiple of 0x1000\n"),
        (&[0xF4; 8192], &["a.rom", "--at", "0xFFFFF000"], "would end beyond 4 GiB\n"),
        (&[0xF4; 8192], &["a.rom", "--at", "0xFFFFD000"], "would overlap its copy that ends at 4 GiB\n"),
        (&image, &["a.rom", "--dump-port", "1=no/x"], "cannot write no/x: No such file"),
        (&image, &["a.rom", "--dump-port", "1=x", "--dump-port", "1h=y"], "port 0001 has two dump files\n"),
        (&image, &["a.rom", "--dump-port", "1=x", "--dump-port", "2=./x"], "./x is named twice"),
    ];
    for (image, args, message) in cases {
        let run = run_in(folder(image).path(), args);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.starts_with("dosmux: ") && run.stderr.contains(message), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn the_image_is_never_overwritten() {
    let image = rom(done);
    let folder = folder(&image);
    let run = run_in(folder.path(), &["a.rom", "--dump-port", "1=./a.rom"]);
    assert_eq!(
        (run.status, run.stderr.as_str()),
        (2, "dosmux: ./a.rom is named twice; a dump needs a file of its own\n")
    );
    assert_eq!(std::fs::read(folder.path().join("a.rom")).unwrap(), image);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_the_hosts_fault() {
    let image = rom(|a| {
        a.out(1, al).unwrap();
        done(a);
    });
    let run = run(&image, &["--dump-port", "1=/dev/full"]);
    assert_eq!(run.status, 3);
    assert!(run.stderr.starts_with("dosmux: cannot write /dev/full: No space left"), "{}", run.stderr);
}
