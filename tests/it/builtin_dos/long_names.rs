//! INT 21h/AH=71h: programs that know long names.

use std::fs;
use std::path::Path;

use iced_x86::code_asm::{CodeAssembler, registers as reg, word_ptr};

use super::attributes::has_attributes;
use super::machine::{Machine, store};

/// Where each call has its names and its buffer, and where its registers go.
const CALLS: u32 = 0x8000;
const CALL_BYTES: u32 = 0x600;
const SECOND: u32 = 0x180;
const BUFFER: u32 = 0x300;
const RESULTS: u32 = 0x7000;
const RESULT_BYTES: u32 = 12;

/// A call: its registers, and the names that DS:DX and DS:SI, or ES:DI lead to.
#[derive(Clone, Copy, Default)]
struct Call<'a> {
    ax: u32,
    bx: u32,
    cx: u32,
    dx: Option<u32>,
    si: Option<u32>,
    di: Option<u32>,
    /// BX is the AX of this call instead.
    handle: Option<usize>,
    name: &'a [u8],
    second: Option<&'a [u8]>,
}

/// A call with its name at DS:DX and SI = 1, which searches read as times of DOS, and its buffer at ES:DI.
fn call(ax: u32, name: &[u8]) -> Call<'_> {
    Call { ax, name, si: Some(1), ..Call::default() }
}

/// A call with its name at DS:SI.
fn call_si(ax: u32, name: &[u8]) -> Call<'_> {
    Call { ax, name, ..Call::default() }
}

/// What a call returned.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Returned {
    error: Option<u16>,
    ax: u16,
    bx: u16,
    cx: u16,
    dx: u16,
    di: u16,
    buffer: Vec<u8>,
}

impl Returned {
    fn text(&self, at: usize) -> String {
        let bytes = self.buffer[at..].split(|&byte| byte == 0).next().unwrap();
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// Long and short name of a search's result.
    fn names(&self) -> (String, String) {
        assert_eq!(self.error, None);
        (self.text(0x2C), self.text(0x130))
    }
}

fn run(folder: &Path, calls: &[Call<'_>]) -> Vec<Returned> {
    run_on(calls, |write| Machine::with_long_names(folder, write))
}

fn run_on(calls: &[Call<'_>], start: impl FnOnce(&mut dyn FnMut(&mut CodeAssembler)) -> Machine) -> Vec<Returned> {
    let machine = start(&mut |a| {
        for (index, call) in (0..).zip(calls) {
            write_call(a, index, call);
        }
        let mut here = a.create_label();
        a.set_label(&mut here).unwrap();
        a.jmp(here).unwrap();
    });
    let base = 16 * u32::from(machine.vm.regs().ds());
    let word = |bytes: &[u8], index: usize| u16::from_le_bytes([bytes[2 * index], bytes[2 * index + 1]]);
    let returned = |index: u32| {
        let words = machine.read(base + RESULTS + RESULT_BYTES * index, RESULT_BYTES);
        let buffer = machine.read(base + CALLS + CALL_BYTES * index + BUFFER, CALL_BYTES - BUFFER);
        let ax = word(&words, 0);
        let error = (word(&words, 5) & 1 != 0).then_some(ax);
        Returned {
            error,
            ax,
            bx: word(&words, 1),
            cx: word(&words, 2),
            dx: word(&words, 3),
            di: word(&words, 4),
            buffer,
        }
    };
    (0..u32::try_from(calls.len()).unwrap()).map(returned).collect()
}

fn write_call(a: &mut CodeAssembler, index: u32, call: &Call<'_>) {
    let at = CALLS + CALL_BYTES * index;
    store(a, at, call.name);
    store(a, at + SECOND, call.second.unwrap_or_default());
    a.mov(reg::ax, call.ax).unwrap();
    match call.handle {
        Some(from) => a.mov(reg::bx, word_ptr(RESULTS + RESULT_BYTES * u32::try_from(from).unwrap())).unwrap(),
        None => a.mov(reg::bx, call.bx).unwrap(),
    }
    a.mov(reg::cx, call.cx).unwrap();
    a.mov(reg::dx, call.dx.unwrap_or(at)).unwrap();
    a.mov(reg::si, call.si.unwrap_or(at)).unwrap();
    let where_to = at + if call.second.is_some() { SECOND } else { BUFFER };
    a.mov(reg::di, call.di.unwrap_or(where_to)).unwrap();
    a.int(0x21).unwrap();
    a.pushf().unwrap();
    let result = RESULTS + RESULT_BYTES * index;
    for (offset, register) in (0..).step_by(2).zip([reg::ax, reg::bx, reg::cx, reg::dx, reg::di]) {
        a.mov(word_ptr(result + offset), register).unwrap();
    }
    a.pop(word_ptr(result + 10)).unwrap();
}

const MAKE: u32 = 0x10;
const READ_WRITE: u32 = 2;

fn open(name: &[u8], action: u32) -> Call<'_> {
    Call { bx: READ_WRITE, dx: Some(action), ..call_si(0x716C, name) }
}

#[test]
fn without_the_setting_the_functions_are_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let calls = [call(0x7139, b"Long Directory Name")];
    let returned = run_on(&calls, |write| Machine::on(folder.path(), write));
    assert_eq!(returned[0].error, Some(0x7100));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_function_that_there_is_not_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let returned = run(folder.path(), &[call(0x7142, b""), call(0x71AA, b""), call(0x710D, b"")]);
    let errors: Vec<_> = returned.iter().map(|returned| returned.error).collect();
    assert_eq!(errors, [Some(0x7100), Some(1), None]);
}

#[test]
fn a_file_made_by_its_long_name_is_the_hosts_of_just_that_name() {
    let folder = tempfile::tempdir().unwrap();
    let made = run(
        folder.path(),
        &[
            call(0x7139, b"My Letters"),
            open(b"My Letters\\F\x81r Elise.Text", MAKE),
            open(b"my letters/F\x9AR ELISE.TEXT", 1),
            open(b"MY LETTERS\\f\x81r elise.text", MAKE),
            open(b"My Letters\\none.text", 1),
        ],
    );
    let results: Vec<_> = made.iter().map(|call| (call.error, call.cx)).collect();
    assert_eq!(&results[1..3], [(None, 2), (None, 1)]);
    assert_eq!((results[3].0, results[4].0), (Some(0x50), Some(2)));
    let names: Vec<_> =
        fs::read_dir(folder.path().join("My Letters")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names, ["Für Elise.Text"]);
}

#[test]
fn names_of_both_kinds_lead_to_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("Long Directory")).unwrap();
    fs::write(folder.path().join("Long Directory/A long name.text"), "x").unwrap();
    let short = &run(folder.path(), &[Call { cx: 0x8001, ..call_si(0x7160, b"long directory\\a LONG name.text") }])[0];
    assert_eq!(short.error, None);
    let short_name = short.text(0);
    assert!(short_name.starts_with("C:\\LONG~") && short_name.ends_with(".TEX"), "{short_name}");
    let again = run(
        folder.path(),
        &[
            Call { cx: 0x8002, ..call_si(0x7160, short_name.as_bytes()) },
            // The same by INT 21h/AX=3D00h, which knows short names alone.
            Call { ax: 0x3D00, name: short_name.as_bytes(), ..Call::default() },
            Call { cx: 2, ..call_si(0x7160, b"none") },
            Call { cx: 2, ..call_si(0x7160, b"none\\none") },
        ],
    );
    assert_eq!(again[0].text(0), "C:\\Long Directory\\A long name.text");
    assert_eq!((again[1].error, again[2].error, again[3].error), (None, Some(2), Some(3)));
}

#[test]
fn a_full_name_keeps_what_is_written_and_needs_nothing_to_be_there() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("Long Directory")).unwrap();
    let returned = run(
        folder.path(),
        &[
            call(0x713B, b"long directory"),
            call_si(0x7160, b"Not There\\..\\.\\New.Name"),
            call_si(0x7160, b"..\\x"),
            call_si(0x7160, b"..\\..\\x"),
            Call { dx: Some(0), ..call_si(0x7147, b"") },
            Call { ax: 0x4700, dx: Some(0), ..Call::default() },
        ],
    );
    assert_eq!(returned[1].text(0), "C:\\Long Directory\\New.Name");
    assert_eq!((returned[2].text(0).as_str(), returned[3].error), ("C:\\x", Some(3)));
    assert_eq!((returned[4].error, returned[5].error), (None, None));
}

#[test]
fn a_search_gives_both_names_and_goes_on_by_its_handle() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["A long name.text", "PLAIN.TXT", "small.txt", "ж.txt", "con", ".hidden"] {
        fs::write(folder.path().join(name), "abc").unwrap();
    }
    let next = Call { handle: Some(0), ..call(0x714F, b"") };
    let first = Call { cx: 0x10, ..call(0x714E, b"*.T*") };
    let close = Call { handle: Some(0), ..call(0x71A1, b"") };
    let found = run(folder.path(), &[first, next, next, next, next, close, next]);
    let (long, short) = found[0].names();
    assert!(long == "A long name.text" && short.starts_with("ALON~"), "{long} {short}");
    assert_eq!(found[1].names(), ("PLAIN.TXT".into(), String::new()));
    assert_eq!(found[2].names(), ("small.txt".into(), "SMALL.TXT".into()));
    assert_eq!((found[3].names().0.as_str(), found[3].cx, found[2].cx), ("_.txt", 1, 0));
    assert_eq!((found[4].error, found[5].error, found[6].error), (Some(0x12), None, Some(6)));
    assert_eq!(found[2].buffer[0x20..0x24], [3, 0, 0, 0]);
}

#[test]
fn a_search_looks_at_attributes_that_may_and_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("A Directory")).unwrap();
    fs::write(folder.path().join("a file.text"), "").unwrap();
    let search = |wanted, name: &'static [u8]| Call { cx: wanted, ..call(0x714E, name) };
    let found = run(
        folder.path(),
        &[search(0x00, b"*"), search(0x1010, b"*"), search(0x10, b"none*"), search(0, b"CON"), search(0, b"x\\*")],
    );
    assert_eq!((found[0].names().0.as_str(), found[1].names().0.as_str()), ("a file.text", "A Directory"));
    assert_eq!((found[2].error, found[3].error, found[4].error), (Some(2), Some(2), Some(3)));
}

#[test]
fn renaming_may_change_letters_alone_and_takes_no_name_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.txt"), "1").unwrap();
    fs::write(folder.path().join("Another one.text"), "2").unwrap();
    let rename = |name: &'static [u8], to: &'static [u8]| Call { second: Some(to), ..call(0x7156, name) };
    let returned = run(
        folder.path(),
        &[
            rename(b"small.txt", b"Small.TXT"),
            rename(b"small.txt", b"another ONE.text"),
            rename(b"another one.text", b"And a third.text"),
            rename(b"none", b"x"),
            rename(b"small.txt", b"z:x"),
        ],
    );
    let errors: Vec<_> = returned.iter().map(|call| call.error).collect();
    assert_eq!(errors, [None, Some(5), None, Some(2), Some(0x11)]);
    let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["And a third.text", "Small.TXT"]);
}

#[test]
fn deleting_takes_wildcards_when_it_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["long name 1.text", "long name 2.text", "other.text"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    let delete = |name: &'static [u8], wild| Call { si: Some(wild), ..call(0x7141, name) };
    let returned = run(
        folder.path(),
        &[delete(b"long*", 0), delete(b"LONG name ?.*", 1), delete(b"long*", 1), delete(b"OTHER.text", 0)],
    );
    let errors: Vec<_> = returned.iter().map(|call| call.error).collect();
    assert_eq!(errors, [Some(2), None, Some(2), None]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn directories_are_made_entered_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let returned = run(
        folder.path(),
        &[
            call(0x7139, b"Outer Directory"),
            call(0x713B, b"OUTER directory"),
            call(0x7139, b"Inner Directory"),
            call(0x7139, b"INNER DIRECTORY"),
            call(0x713A, b"\\outer directory"),
            call(0x713A, b"inner directory"),
            call(0x7139, b"none\\x"),
            call(0x713B, b"none"),
        ],
    );
    let errors: Vec<_> = returned.iter().map(|call| call.error).collect();
    assert_eq!(errors, [None, None, None, Some(5), Some(0x10), None, Some(3), Some(3)]);
    assert_eq!(fs::read_dir(folder.path().join("Outer Directory")).unwrap().count(), 0);
}

#[test]
fn attributes_and_times_are_read_and_set() {
    let folder = tempfile::tempdir().unwrap();
    if !has_attributes(folder.path()) {
        return;
    }
    fs::write(folder.path().join("A long name"), "12345").unwrap();
    let about = |what| Call { bx: what, ..call(0x7143, b"a long NAME") };
    let returned = run(
        folder.path(),
        &[
            about(2),
            Call { cx: 0x5000, di: Some(0x1D4A), ..about(3) },
            about(4),
            Call { cx: 1, ..about(1) },
            about(0),
            about(5),
            Call { cx: 0, ..about(1) },
        ],
    );
    assert_eq!((returned[0].ax, returned[0].dx), (5, 0));
    assert_eq!((returned[1].error, returned[2].cx, returned[2].di), (None, 0x5000, 0x1D4A));
    assert_eq!((returned[4].cx & 0x21, returned[5].error), (0x01, Some(1)));
}

#[test]
fn a_volume_says_what_it_offers() {
    let folder = tempfile::tempdir().unwrap();
    let returned =
        run(folder.path(), &[Call { cx: 32, ..call(0x71A0, b"C:\\") }, call(0x71A0, b"Q:\\"), call(0x71A0, b"C:\\x")]);
    let volume = &returned[0];
    assert_eq!((volume.bx, volume.cx, volume.dx), (0x4006, 255, 260));
    assert_eq!((returned[1].error, returned[2].error), (Some(0x0F), Some(3)));
}

#[test]
fn two_handles_of_one_file_are_known_by_its_number() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("one file.text"), "12345").unwrap();
    fs::write(folder.path().join("other"), "").unwrap();
    let about = |index, at: u32| Call { handle: Some(index), dx: Some(at), ..call(0x71A6, b"") };
    // The buffers of the last calls, by their place.
    let at = |index: u32| CALLS + CALL_BYTES * index + BUFFER;
    let returned = run(
        folder.path(),
        &[
            Call { bx: 0x40, ..open(b"one file.text", 1) },
            Call { bx: 0x40, ..open(b"ONE FILE.text", 1) },
            Call { bx: 0x40, ..open(b"other", 1) },
            about(0, at(3)),
            about(1, at(4)),
            about(2, at(5)),
        ],
    );
    let number = |index: usize| returned[index].buffer[0x2C..0x34].to_vec();
    assert_eq!(returned[3].buffer[0x24..0x28], [5, 0, 0, 0]);
    assert!(number(3) == number(4) && number(3) != number(5));
}

#[test]
fn times_of_windows_and_of_dos_are_those_of_a_zone() {
    let folder = tempfile::tempdir().unwrap();
    let ticks: u64 = (781_784_430 + 11_644_473_600) * 10_000_000 + 500_000;
    let returned = run(
        folder.path(),
        &[
            call_si(0x71A7, &ticks.to_le_bytes()),
            Call { bx: 0x0501, cx: 0x528F, dx: Some(0x1D4A), ..call(0x71A7, b"") },
        ],
    );
    assert_eq!(
        (returned[0].cx, returned[0].dx, returned[0].bx),
        (10 << 11 | 20 << 5 | 15, 14 << 9 | 10 << 5 | 10, 0x0500)
    );
    assert_eq!(returned[1].buffer[..8], ticks.to_le_bytes());
}

#[test]
fn a_short_name_is_what_the_directory_would_have() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("A long name.text"), "").unwrap();
    let returned = run(
        folder.path(),
        &[
            Call { dx: Some(0x0111), ..call_si(0x71A8, b"A long name.text") },
            Call { cx: 1, ..call_si(0x7160, b"A long name.text") },
            Call { dx: Some(0x0011), ..call_si(0x71A8, b"plain.c") },
            Call { dx: Some(0x0111), ..call_si(0x71A8, b"") },
        ],
    );
    assert_eq!(format!("C:\\{}", returned[0].text(0)), returned[1].text(0));
    assert_eq!((&returned[2].buffer[..11], returned[3].error), (b"PLAIN   C  ".as_slice(), Some(2)));
}

#[test]
fn nothing_outside_of_the_directory_is_reached_by_a_long_name() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("drive");
    fs::create_dir(&folder).unwrap();
    fs::write(outer.path().join("secret file.text"), "secret").unwrap();
    std::os::unix::fs::symlink(outer.path(), folder.join("way out link")).unwrap();
    std::os::unix::fs::symlink("/etc", folder.join("absolute link")).unwrap();
    let names: [&[u8]; 6] = [
        b"..\\secret file.text",
        b"\\..\\secret file.text",
        b"way out link\\secret file.text",
        b"way out link\\new file.text",
        b"absolute link\\passwd",
        b"a\x01b",
    ];
    let opened = run(&folder, &names.map(|name| open(name, MAKE | 1)));
    for (name, call) in names.iter().zip(&opened) {
        assert!(call.error.is_some(), "{}", String::from_utf8_lossy(name));
    }
    let made = run(
        &folder,
        &[call(0x7139, b"way out link\\x"), call(0x7139, b"../x"), call(0x7139, b"aux.dir"), open(b"nul", MAKE)],
    );
    let errors: Vec<bool> = made.iter().map(|call| call.error.is_some()).collect();
    assert_eq!(errors, [true, true, true, false]);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "only the links");
    assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 2);
}

#[test]
fn a_read_only_drive_and_drive_z_take_no_long_names() {
    let folder = tempfile::tempdir().unwrap();
    let made = run(
        folder.path(),
        &[
            open(b"z:\\new name.text", MAKE),
            call(0x7139, b"z:\\new name"),
            call(0x714E, b"z:\\command.com"),
            open(b"Z:\\Command.com", 1),
        ],
    );
    let errors: Vec<_> = made.iter().map(|call| call.error).collect();
    assert_eq!(errors, [Some(0x13), Some(0x13), None, Some(5)]);
}
