//! Single-instruction vectors captured from a real chip, run on the bare core in real mode.
//!
//! The folder is `../shared/cpu-vectors`, or what `DOSMUX_CPU_VECTORS` names; its README tells the
//! format. Registers may be given with their 16-bit or their 32-bit names.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use dosmux::cpu::regs::{Gpr, Regs, eflags};
use dosmux::cpu::{Cpu, Exit, Faults};
use dosmux::mem::Memory;
use dosmux::types::{PhysAddr, SegOff, Width};
use flate2::read::GzDecoder;
use serde_json::Value;

/// FLAGS bits that the 286 keeps clear in real mode and a 386 does not, left out of comparisons.
const HIGH_FLAGS: u32 = 0xF000;
/// EFLAGS bits above these have no meaning on a 386; captures show what happened to be in them.
const MEANINGFUL_FLAGS: u32 = 0x0003_FFFF;
/// Bit 1 of FLAGS always reads as one.
const ONE: u32 = 2;
/// The vectors' machine has 16 MiB; RAM beyond it is never touched.
const RAM_BYTES: u32 = 0x11_0000;
/// More than the longest REP instruction takes.
const BUDGET: u64 = 1 << 20;
/// Bytes in the longest instruction.
const LONGEST: u16 = 15;

/// A case in which a 386 differs from the chip the vectors come from.
struct Difference {
    /// Stems of the files.
    files: &'static [&'static str],
    applies: fn(&Vector) -> bool,
    /// Turns what the other chip left into what a 386 leaves; the rest is still compared.
    expect: fn(&mut State),
    /// Flags that are left out of the comparison.
    flags: u32,
    /// What differs, and where the manual says so.
    #[expect(dead_code, reason = "for the reader")]
    source: &'static str,
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        files: &["6D", "6F", "A5", "A7", "AB", "AD", "AF"],
        applies: |vector| vector.faulted && ["si", "di"].iter().any(|index| vector.initial.word(index) == 0xFFFF),
        expect: |after| after.regs.retain(|name, _| !["si", "di", "cx"].contains(&name.trim_start_matches('e'))),
        flags: 0,
        source: "A word operand at offset FFFFh faults. The 286 has moved SI, DI and CX by then; a fault of \
             the 386 leaves the registers as they were, so that the instruction can be restarted. \
             80386 PRM §9.1.",
    },
    Difference {
        files: &["07", "17", "C2", "C3", "C9", "CA", "CB"],
        applies: |vector| vector.faulted,
        // No vector sets up interrupt 12: its handler is at 0:0, one byte before the captured IP.
        expect: |after| after.regs.extend([("cs".to_owned(), 0), ("ip".to_owned(), 1)]),
        flags: 0,
        source: "A stack operand at offset FFFFh is interrupt 12 on a 386, 13 on a 286. 80386 PRM §14.1, \
                 table 14-1.",
    },
    Difference {
        files: &["C0.4", "C0.5", "C0.6", "D2.4", "D2.5", "D2.6"],
        applies: |vector| matches!(vector.shift_count() % 32, 16 | 24),
        expect: |_| {},
        flags: eflags::CF | eflags::OF,
        source: "A byte that is shifted by 16 or 24 leaves CF clear on the 286. The manual of the 386 says \
                 nothing of it (80386 PRM §17.2.2, SAL/SAR/SHL/SHR); the author of test386.asm found on a 386SX \
                 that CF is as after a shift by 8, and OF follows CF.",
    },
];

struct Vector {
    name: String,
    initial: State,
    after: State,
    faulted: bool,
}

struct State {
    regs: BTreeMap<String, u32>,
    ram: Vec<(u32, u8)>,
}

impl Vector {
    fn parse(line: &str) -> Vector {
        let mut json: Value = serde_json::from_str(line).unwrap();
        Vector {
            name: json["name"].as_str().unwrap().to_owned(),
            initial: State::take(&mut json["initial"]),
            after: State::take(&mut json["final"]),
            faulted: !json["exception"].is_null(),
        }
    }
}

impl Vector {
    /// The count of a shift, from its name (`shl al,38h`) or CL.
    fn shift_count(&self) -> u16 {
        let count = self.name.rsplit(',').next().unwrap().trim();
        if count == "cl" {
            return self.initial.word("cx") & 0xFF;
        }
        u16::from_str_radix(count.trim_end_matches('h'), 16).unwrap()
    }
}

impl State {
    /// The 16-bit register `name`, under that or its 32-bit name.
    fn word(&self, name: &str) -> u16 {
        let value = self.regs.get(name).or_else(|| self.regs.get(&format!("e{name}"))).unwrap();
        u16::try_from(value & 0xFFFF).unwrap()
    }

    /// Registers or RAM that are not given did not change.
    fn take(json: &mut Value) -> State {
        State {
            regs: serde_json::from_value::<Option<_>>(json["regs"].take()).unwrap().unwrap_or_default(),
            ram: serde_json::from_value::<Option<_>>(json["ram"].take()).unwrap().unwrap_or_default(),
        }
    }
}

#[test]
fn vectors_from_real_hardware_all_pass() {
    let Some(folder) = folder() else { return };
    let masks = undefined_flags(&folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".jsonl.gz"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no vectors in {}", folder.display());
    let (mut total, mut failed) = (0, 0);
    let mut mem = Memory::new(RAM_BYTES);
    for path in files {
        let stem = path.file_name().unwrap().to_string_lossy().replace(".jsonl.gz", "");
        let mask = masks.get(&stem).copied().unwrap_or(0xFFFF);
        let (count, failures) = run_file(&mut mem, &path, &stem, mask);
        total += count;
        failed += failures.len();
        if let Some(first) = failures.first() {
            println!("{stem}: {} of {count} failed; first: {first}", failures.len());
        }
    }
    println!("vectors: {} passed, {failed} failed", total - failed);
    assert_eq!(failed, 0, "{failed} of {total} vectors failed");
}

fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("DOSMUX_CPU_VECTORS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cpu-vectors"));
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("DOSMUX_REQUIRE_IMAGES").is_none(), "missing {}", folder.display());
    eprintln!("SKIPPED: no CPU vectors at {}", folder.display());
    None
}

fn undefined_flags(folder: &Path) -> BTreeMap<String, u32> {
    let Ok(text) = std::fs::read_to_string(folder.join("undefined-flags.json")) else { return BTreeMap::new() };
    serde_json::from_str(&text).unwrap()
}

fn run_file(mem: &mut Memory, path: &Path, stem: &str, mask: u32) -> (usize, Vec<String>) {
    let lines = BufReader::new(GzDecoder::new(File::open(path).unwrap())).lines();
    let mut count = 0;
    let mut failures = Vec::new();
    for line in lines {
        let mut vector = Vector::parse(&line.unwrap());
        let mut compared = mask;
        for difference in DIFFERENCES.iter().filter(|row| row.files.contains(&stem)) {
            if (difference.applies)(&vector) {
                (difference.expect)(&mut vector.after);
                compared &= !difference.flags;
            }
        }
        count += 1;
        if let Err(why) = run(mem, &vector, stem, compared) {
            failures.push(format!("{}: {why}", vector.name));
        }
    }
    (count, failures)
}

fn run(mem: &mut Memory, vector: &Vector, stem: &str, mask: u32) -> Result<(), String> {
    for &(addr, value) in &vector.initial.ram {
        mem.write_u8(PhysAddr(addr), value);
    }
    let mut cpu = Cpu::new(Faults::Deliver);
    let mut regs = registers(&Regs::default(), &vector.initial.regs);
    regs.eflags &= MEANINGFUL_FLAGS & !HIGH_FLAGS;
    cpu.set_regs(&regs);
    let halts = stem == "F4";
    execute_one(&mut cpu, mem, regs.cs_ip());

    let mut want = registers(&regs, &vector.after.regs);
    if !halts {
        want.eip = want.eip.wrapping_sub(1) & 0xFFFF;
    }
    let mut got = cpu.regs();
    let compared = MEANINGFUL_FLAGS & !HIGH_FLAGS & (mask | !0xFFFF);
    (want.eflags, got.eflags) = (want.eflags & compared | ONE, got.eflags & compared | ONE);
    let wrong_byte = memory_difference(mem, vector, got.sp(), mask);
    cpu.flush_blocks(mem);
    clear(mem, vector);
    if got != want {
        return Err(format!("got {got:X?}\nwant {want:X?}"));
    }
    wrong_byte.map_or(Ok(()), Err)
}

/// Executes one instruction, the port reads it asks for, and a repeated one to its end.
fn execute_one(cpu: &mut Cpu, mem: &mut Memory, at: SegOff) {
    loop {
        match cpu.run(mem, 1) {
            Exit::PortRead(_, width) => cpu.set_accumulator(width, width.mask()),
            Exit::StringPort(insn) => {
                if let Err(fault) = cpu.string_port(mem, &insn, &mut |_, width: Width, _| width.mask()) {
                    cpu.deliver_fault(mem, fault);
                }
            }
            _ => {}
        }
        if cpu.regs().cs_ip() != at || cpu.retired() > BUDGET || !is_string(cpu, mem, at) {
            return;
        }
    }
}

/// True while a repeated string instruction at `at` has work left.
fn is_string(cpu: &Cpu, mem: &Memory, at: SegOff) -> bool {
    let bytes: Vec<u8> = (0..LONGEST).map(|i| mem.read_u8(PhysAddr(at.offset(i).linear().0))).collect();
    let prefix = |byte: &u8| matches!(byte, 0x26 | 0x2E | 0x36 | 0x3E | 0x64..=0x67 | 0xF0 | 0xF2 | 0xF3);
    let length = bytes.iter().take_while(|byte| prefix(byte)).count();
    let counts_in_ecx = bytes[..length].contains(&0x67);
    let count = cpu.regs().gpr[Gpr::Ecx as usize] & if counts_in_ecx { u32::MAX } else { 0xFFFF };
    matches!(bytes.get(length), Some(0x6C..=0x6F | 0xA4..=0xA7 | 0xAA..=0xAF)) && count != 0
}

fn memory_difference(mem: &Memory, vector: &Vector, sp: u16, mask: u32) -> Option<String> {
    // The vectors' own `flags_address` is that of the bus cycle, one too low where SP is odd.
    let frame = SegOff::new(vector.initial.word("ss"), sp).offset(4).linear().0;
    let flags_at = vector.faulted.then_some(frame);
    vector.after.ram.iter().find_map(|&(addr, want)| {
        let compared = match flags_at {
            Some(at) if addr == at => mask & 0xFF,
            Some(at) if addr == at + 1 => (mask & !HIGH_FLAGS) >> 8,
            _ => 0xFF,
        };
        let got = u32::from(mem.read_u8(PhysAddr(addr)));
        ((got ^ u32::from(want)) & compared != 0).then(|| format!("[{addr:05X}] is {got:02X}, not {want:02X}"))
    })
}

fn clear(mem: &mut Memory, vector: &Vector) {
    for &(addr, _) in vector.initial.ram.iter().chain(&vector.after.ram) {
        mem.write_u8(PhysAddr(addr), 0);
    }
}

/// `base` with the named registers replaced.
fn registers(base: &Regs, named: &BTreeMap<String, u32>) -> Regs {
    let mut regs = base.clone();
    for (name, &value) in named {
        let general = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"];
        let segments = ["es", "cs", "ss", "ds", "fs", "gs"];
        let (wide, short) = match name.strip_prefix('e') {
            Some(rest) if name != "es" => (true, rest),
            _ => (false, name.as_str()),
        };
        if let Some(index) = general.iter().position(|&reg| reg == short) {
            let keep = if wide { 0 } else { regs.gpr[index] & 0xFFFF_0000 };
            regs.gpr[index] = keep | value;
        } else if let Some(index) = segments.iter().position(|&reg| reg == name) {
            regs.seg[index] = u16::try_from(value).unwrap();
        } else {
            match short {
                "ip" => regs.eip = value,
                "flags" => regs.eflags = value,
                // Of a 386; the vectors are of real mode without breakpoints, as a core begins.
                "cr0" | "cr3" | "dr6" | "dr7" => {}
                other => panic!("unknown register {other}"),
            }
        }
    }
    regs
}
