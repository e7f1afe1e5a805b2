//! Wild guests: INT 20h to 2Fh with any registers, while DOS's own structures are damaged. Nothing panics
//! or stops time, nothing outside of the drive is touched, and the same happens twice.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use dosmux::keys::Key;
use iced_x86::code_asm::*;
use proptest::prelude::*;
use tempfile::TempDir;

use super::machine::{Machine, com};

/// Calls of one guest.
const CALLS: u32 = 120;
/// A call: nine registers, the interrupt, and a word that is written before it.
const RECORD_WORDS: u32 = 13;
/// Where the guest counts its calls: it goes on behind the last when it is started again.
const COUNTER: u32 = 0x4F0;
/// Where the program has its names and buffers, and its records.
const NAMES: u16 = 0x8000;
const NAME_BYTES: u16 = 0x40;
const RECORDS: u32 = 0xA000;
/// INT and RET: the number is written there.
const INTERRUPT: u32 = 0x9F00;
/// Slices of guest time; a key is struck after each.
const SLICES: u32 = 10;
const SLICE: Duration = Duration::from_millis(25);

const TEXTS: [&[u8]; 16] = [
    b"C:\\A.TXT\0",
    b"*.*\0",
    b"CON\0",
    b"..\\..\\secret.txt\0",
    b"SUB\\..\\B.TXT\0",
    b"\\SUB\0",
    b"C:A?.T*\0",
    b"way out\\secret.txt\0",
    b"C:\\RUN.COM\0",
    b"Z:\\COMMAND.COM\0",
    b"\x03A       TXT\0\0\x80\0\0\0\0\0",
    b"\xFF\0\0\0\0\0\x10\0????????????\0\0\x01\0",
    b"\x00\x00\x80\x80\x00\x00\x5C\x00\x00\x00\x6C\x00\x00\x00",
    b"A long name.text\0",
    b"\x10\x00line to type\r",
    b"\0",
];

/// Bits that follow from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        // Source: Marsaglia, "Xorshift RNGs", 2003.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn word(&mut self) -> u16 {
        self.roll().to_le_bytes()[2..4].iter().fold(0, |word, &byte| word << 8 | u16::from(byte))
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::from(self.word()) % of.len()]
    }

    /// A register: a small number, the place of a text, or anything.
    fn register(&mut self) -> u16 {
        match self.word() % 4 {
            0 => self.word() % 8,
            1 | 2 => NAMES + NAME_BYTES * (self.word() % 16),
            _ => self.word(),
        }
    }

    /// A segment: mostly the program's own, which is 0 here.
    fn segment(&mut self) -> u16 {
        match self.word() % 8 {
            0 => self.pick(&[0x0070, 0x00B0, 0x04B0, 0xB800, 0xC800, 0xF000, 0xFFFF]),
            1 => self.word(),
            _ => 0,
        }
    }

    fn call(&mut self) -> [u16; RECORD_WORDS as usize] {
        let interrupt = match self.word() % 8 {
            0 => 0x20 + self.word() % 16,
            1 => 0x2F,
            _ => 0x21,
        };
        let function = match interrupt {
            0x2F => self.pick(&[0x10, 0x11, 0x12, 0x12, 0x12, 0x16, 0x1A, 0x4A]),
            _ => self.word() % 0x74,
        };
        let small = match self.word() % 4 {
            0 => self.word() & 0xFF,
            1 => self.pick(&[0x39, 0x3B, 0x41, 0x43, 0x47, 0x4E, 0x4F, 0x56, 0x60, 0x6C, 0xA0, 0xA1, 0xA6, 0xA7, 0xA8]),
            _ => self.word() % 0x30,
        };
        let mut record = [0; RECORD_WORDS as usize];
        record[0] = function << 8 | small;
        record[1..7].fill_with(|| self.register());
        record[7] = self.segment();
        record[8] = self.segment();
        record[9] = interrupt;
        if self.word().is_multiple_of(10) {
            record[10..].copy_from_slice(&self.damage());
        }
        record
    }

    /// Segment, offset and value of a word that is damaged; segment 1 is the program's memory control block,
    /// 2 its prefix.
    fn damage(&mut self) -> [u16; 3] {
        let (segment, from, bytes) = self.pick(&[
            // The device chain, the list of lists, the data area, directories, files, tables.
            (0x00B0, 0x0048, 4),
            (0x0070, 0x0100, 0xE0),
            (0x00B0, 0x0020, 0x60),
            (0x00B0, 0x0180, 0x20),
            (0x00B0, 0x0180, 0x7A0),
            (0x00B0, 0x1000, 0x8F0),
            (0x00B0, 0x1900, 6),
            (0x00B0, 0x1906, 0x300),
            (0x00B0, 0x2C00, 0x700),
            (0x04B0, 0x0000, 0x40),
            (1, 0, 16),
            (2, 0, 0x60),
        ]);
        let value = self.pick(&[0, 1, 0x48, 0x00B0, 0x1900, 0x7FFF, 0xFFFF]);
        [segment, from + self.word() % bytes, if self.word().is_multiple_of(2) { value } else { self.word() }]
    }
}

/// The guest that `seed` makes, which begins with call `from`.
fn program(seed: u64, from: usize) -> Vec<u8> {
    let mut program = com(guest);
    let mut put = |at: usize, bytes: &[u8]| {
        let at = at - 0x100;
        program.resize(program.len().max(at + bytes.len()), 0);
        program[at..at + bytes.len()].copy_from_slice(bytes);
    };
    for (index, text) in TEXTS.iter().enumerate() {
        put(usize::from(NAMES) + usize::from(NAME_BYTES) * index, text);
    }
    put(INTERRUPT as usize, &[0xCD, 0x21, 0xC3]);
    let mut dice = Dice(seed | 1);
    let records: Vec<u8> = (0..CALLS).map(|_| dice.call()).skip(from).flatten().flat_map(u16::to_le_bytes).collect();
    put(RECORDS as usize, &records);
    program
}

fn guest(a: &mut CodeAssembler) {
    let (mut next, mut rest) = (a.create_label(), a.create_label());
    a.set_label(&mut next).unwrap();
    a.mov(ax, cs).unwrap();
    a.mov(ss, ax).unwrap();
    a.mov(sp, 0xFFF0).unwrap();
    a.mov(ds, ax).unwrap();
    a.sti().unwrap();
    // The next record.
    a.xor(bx, bx).unwrap();
    a.mov(es, bx).unwrap();
    a.mov(bx, word_ptr(COUNTER).es()).unwrap();
    a.cmp(bx, CALLS).unwrap();
    a.jae(rest).unwrap();
    a.inc(word_ptr(COUNTER).es()).unwrap();
    a.mov(ax, 2 * RECORD_WORDS).unwrap();
    a.mul(bx).unwrap();
    a.add(ax, RECORDS).unwrap();
    a.mov(si, ax).unwrap();
    damage(a);
    a.mov(al, byte_ptr(si + 18)).unwrap();
    a.mov(byte_ptr(INTERRUPT + 1).cs(), al).unwrap();
    for offset in [14, 16] {
        let mut given = a.create_label();
        a.mov(ax, word_ptr(si + offset)).unwrap();
        a.or(ax, ax).unwrap();
        a.jnz(given).unwrap();
        a.mov(ax, cs).unwrap();
        a.set_label(&mut given).unwrap();
        a.push(ax).unwrap();
    }
    for offset in (0..14).step_by(2) {
        a.push(word_ptr(si + offset)).unwrap();
    }
    for register in [bp, di, si, dx, cx, bx, ax] {
        a.pop(register).unwrap();
    }
    a.pop(es).unwrap();
    a.pop(ds).unwrap();
    a.call(u64::from(INTERRUPT)).unwrap();
    a.jmp(next).unwrap();
    a.set_label(&mut rest).unwrap();
    a.hlt().unwrap();
    a.jmp(rest).unwrap();
}

/// Writes the word that the record at SI says.
fn damage(a: &mut CodeAssembler) {
    let (mut none, mut fixed) = (a.create_label(), a.create_label());
    a.mov(ax, word_ptr(si + 20)).unwrap();
    a.or(ax, ax).unwrap();
    a.jz(none).unwrap();
    a.cmp(ax, 2).unwrap();
    a.ja(fixed).unwrap();
    // 1 is in front of CS, 2 is CS.
    a.mov(bx, cs).unwrap();
    a.add(ax, bx).unwrap();
    a.sub(ax, 2).unwrap();
    a.set_label(&mut fixed).unwrap();
    a.mov(es, ax).unwrap();
    a.mov(di, word_ptr(si + 22)).unwrap();
    a.mov(ax, word_ptr(si + 24)).unwrap();
    a.mov(word_ptr(di).es(), ax).unwrap();
    a.set_label(&mut none).unwrap();
    a.nop().unwrap();
}

/// What is left when the guest has had its time.
#[derive(Debug, PartialEq, Eq)]
struct Left {
    /// Calls that were made.
    calls: usize,
    regs: String,
    screen: String,
    memory: Vec<u8>,
    files: BTreeMap<String, Vec<u8>>,
}

/// A guest at work.
struct Wild {
    outer: TempDir,
    machine: Machine,
    dice: Dice,
}

impl Wild {
    fn new(seed: u64, from: usize, read_only: bool) -> Wild {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("drive");
        fs::create_dir_all(folder.join("sub")).unwrap();
        fs::write(outer.path().join("secret.txt"), "secret").unwrap();
        std::os::unix::fs::symlink("..", folder.join("way out")).unwrap();
        fs::write(folder.join("a.txt"), "text").unwrap();
        fs::write(folder.join("run.com"), [0xCD, 0x20]).unwrap();
        for name in ["a.txt", "run.com", "sub", "."] {
            let written = UNIX_EPOCH + Duration::from_secs(781_784_430);
            File::open(folder.join(name)).unwrap().set_modified(written).unwrap();
        }
        let machine = Machine::wild(&folder, program(seed, from), read_only);
        Wild { outer, machine, dice: Dice(!seed | 1) }
    }

    /// Goes on for a slice and strikes a key; false if the machine has stopped.
    fn goes_on(&mut self) -> bool {
        let keys: &[Key] =
            self.dice.pick(&[&[Key::A], &[Key::Enter], &[Key::LeftCtrl, Key::C], &[Key::LeftCtrl, Key::P]]);
        let runs = self.machine.runs_on(SLICE);
        self.machine.strikes_if_there_is_room(keys);
        runs
    }

    fn left(&self) -> Left {
        let outer = self.outer.path();
        assert_eq!(fs::read(outer.join("secret.txt")).unwrap(), b"secret");
        assert_eq!(fs::read_dir(outer).unwrap().count(), 2);
        Left {
            calls: usize::from(u16::from_le_bytes(self.machine.read(COUNTER, 2).try_into().unwrap())),
            regs: format!("{:?}", self.machine.vm.regs()),
            screen: self.machine.text(),
            memory: self.machine.read(0, 0xA_0000),
            files: files(&outer.join("drive")),
        }
    }
}

/// What the guest leaves behind. On a drive that can be written it also has the host's time.
fn run(seed: u64, from: usize, read_only: bool) -> Left {
    let mut guest = Wild::new(seed, from, read_only);
    for _ in 0..SLICES {
        if !guest.goes_on() {
            break;
        }
    }
    guest.left()
}

/// Runs all calls of `seed`, and has `check` look at what each guest leaves behind. A guest that has lost its
/// way is one guest; the next goes on behind the call that led it astray.
fn run_all(seed: u64, read_only: bool, mut check: impl FnMut(usize, &Left)) {
    let mut from = 0;
    while from < CALLS as usize {
        let left = run(seed, from, read_only);
        check(from, &left);
        from += left.calls.clamp(1, CALLS as usize);
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let bytes = |entry: &fs::DirEntry| fs::read(entry.path()).unwrap_or_default();
    entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), bytes(&entry))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn wild_calls_on_damaged_structures_do_the_same_twice(seed: u64) {
        run_all(seed, true, |from, first| {
            let second = run(seed, from, true);
            assert!(*first == second, "{seed:#x} from {from}");
        });
    }

    #[test]
    fn wild_calls_on_a_drive_that_can_be_written_harm_nobody(seed: u64) {
        run_all(seed, false, |_, left| assert!(left.calls <= CALLS as usize));
    }
}
