//! The guests of the benchmarks as .COM programs, run whole under DOSBox and under dosmux.
//!
//! Not a benchmark in the statistical sense: prints the seconds of a run less those of an empty program's,
//! the best of a few; elapsed, and in brackets processor time, which a busy machine disturbs less but
//! which leaves out what DOSBox sleeps. Needs Linux, `dosbox` (0.74-3), `mcopy` of the mtools and the
//! FreeDOS floppy of ../shared/images; see benches/README.md.

mod guests;

use std::error::Error;
use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use dosmux::config::{ImageSpec, SessionSpec};
use dosmux::disk::{ImageSource, WritePolicy};
use dosmux::session::{Host, Session, SessionOptions};
use iced_x86::code_asm::*;

use guests::{Emit, GUESTS, Guest};

const IMAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/images/freedos-1440K.img");
const PROMPT: &str = "A:\\>";
/// Runs of each program; the fastest counts.
const RUNS: usize = 3;
/// Longest wait for the end of a program. *Units*: guest time.
const LIMIT: Duration = Duration::from_secs(3600);
/// Guest time between two looks for the end of a program.
const LOOK: Duration = Duration::from_millis(50);
/// Where DOS puts a program.
const PROGRAM_AT: u64 = 0x100;
/// Free doublewords of a program's own segment.
const ROUNDS_LEFT: u32 = 0x4F0;
const OLD_VECTOR: u32 = 0x4F4;
/// The vector of INT 21h, which a guest takes over.
const VECTOR_21: u32 = 0x84;
/// Port that dosmux collects the output of, and others ignore.
const DEBUG_PORT: u32 = 0xE9;
/// What a program writes to it at its end.
const END_MARK: u8 = b'.';
/// Clock ticks of /proc in a second (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A way to run a program.
type Runner<'a> = Box<dyn Fn(&str) -> Outcome<Time> + 'a>;

/// What a run takes. *Units*: seconds.
#[derive(Clone, Copy)]
struct Time {
    elapsed: f64,
    processor: f64,
}

impl Time {
    fn without(self, other: Time) -> Time {
        Time { elapsed: self.elapsed - other.elapsed, processor: self.processor - other.processor }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} ({:.2})", self.elapsed, self.processor)
    }
}

/// Times one run. Processor time is this process's own, or that of its `children`.
struct Stopwatch {
    started: Instant,
    processor: f64,
    children: bool,
}

impl Stopwatch {
    fn start(children: bool) -> Outcome<Stopwatch> {
        Ok(Stopwatch { started: Instant::now(), processor: processor_time(children)?, children })
    }

    fn stop(self) -> Outcome<Time> {
        let processor = processor_time(self.children)? - self.processor;
        Ok(Time { elapsed: self.started.elapsed().as_secs_f64(), processor })
    }
}

fn main() -> Outcome<()> {
    // `cargo bench --bench compare -- NAME` measures the guests whose names contain NAME.
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with("--")).unwrap_or_default();
    if let Some(missing) = missing_tool() {
        writeln!(std::io::stderr(), "skipped: no {missing}")?;
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let floppy = write_programs(folder.path())?;
    let dosbox = |core: &'static str| {
        let folder = folder.path();
        move |program: &str| dosbox(folder, core, program)
    };
    let runners: [Runner<'_>; 3] =
        [Box::new(dosbox("normal")), Box::new(dosbox("dynamic")), Box::new(|program| dosmux(&floppy, program))];
    let mut out = std::io::stdout().lock();
    writeln!(out, "| guest | DOSBox normal | DOSBox dynamic | dosmux | dynamic / dosmux |")?;
    writeln!(out, "| --- | --- | --- | --- | --- |")?;
    let empty = in_turns("empty", &runners)?;
    for guest in GUESTS.iter().filter(|guest| guest.name.contains(&filter)) {
        let whole = in_turns(guest.name, &runners)?;
        let [normal, dynamic, ours] = std::array::from_fn(|index| whole[index].without(empty[index]));
        let ratio = Time { elapsed: dynamic.elapsed / ours.elapsed, processor: dynamic.processor / ours.processor };
        writeln!(out, "| {} | {normal} | {dynamic} | {ours} | {ratio} |", guest.name)?;
    }
    Ok(())
}

/// What is needed and not there.
fn missing_tool() -> Option<&'static str> {
    if !Path::new(IMAGE).is_file() {
        return Some(IMAGE);
    }
    let there = |tool: &str, option: &str| {
        Command::new(tool).arg(option).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    [("dosbox", "--version"), ("mcopy", "--version")]
        .into_iter()
        .find_map(|(tool, option)| (!there(tool, option)).then_some(tool))
}

/// The fastest of a few runs for each runner, in turns, so that a disturbance of the machine hits all.
fn in_turns(program: &str, runners: &[Runner<'_>; 3]) -> Outcome<[Time; 3]> {
    let mut times = [Time { elapsed: f64::MAX, processor: f64::MAX }; 3];
    for _ in 0..RUNS {
        for (best, run) in times.iter_mut().zip(runners) {
            let time = run(program)?;
            best.elapsed = best.elapsed.min(time.elapsed);
            best.processor = best.processor.min(time.processor);
        }
    }
    Ok(times)
}

/// A second or so of work.
fn rounds(guest: &Guest) -> u32 {
    match guest.name {
        "sieve" => 2_000,
        "crc32" => 10_000,
        "compiled" => 20_000,
        "blocks" => 30_000,
        _ => 500_000,
    }
}

/// A .COM program that does its rounds and exits.
fn program(guest: &Guest) -> Vec<u8> {
    guests::assembled(PROGRAM_AT, |a| {
        a.cld()?;
        a.xor(ax, ax)?;
        a.mov(es, ax)?;
        a.mov(eax, dword_ptr(VECTOR_21).es())?;
        a.mov(dword_ptr(OLD_VECTOR).cs(), eax)?;
        a.push(cs)?;
        a.pop(es)?;
        a.mov(dword_ptr(ROUNDS_LEFT).cs(), rounds(guest))?;
        (guest.set_up)(a)?;
        let mut again = a.create_label();
        a.set_label(&mut again)?;
        (guest.round)(a)?;
        a.dec(dword_ptr(ROUNDS_LEFT).cs())?;
        a.jnz(again)?;
        a.xor(ax, ax)?;
        a.mov(es, ax)?;
        a.mov(eax, dword_ptr(OLD_VECTOR).cs())?;
        a.mov(dword_ptr(VECTOR_21).es(), eax)?;
        exit(a)
    })
}

fn exit(a: &mut CodeAssembler) -> Emit {
    a.mov(al, u32::from(END_MARK))?;
    a.out(DEBUG_PORT, al)?;
    a.int(0x20)
}

/// Writes the programs into `folder`, and onto a copy of the FreeDOS floppy, whose path it returns.
fn write_programs(folder: &Path) -> Outcome<PathBuf> {
    let floppy = folder.join("freedos.img");
    fs::copy(IMAGE, &floppy).map_err(|error| format!("{IMAGE}: {error}"))?;
    let programs = GUESTS.iter().map(|guest| (guest.name, program(guest)));
    for (name, code) in programs.chain([("empty", guests::assembled(PROGRAM_AT, exit))]) {
        let file = folder.join(format!("{name}.com"));
        fs::write(&file, code)?;
        let copied = Command::new("mcopy").arg("-i").arg(&floppy).arg(&file).arg("::").status()?;
        if !copied.success() {
            return Err(format!("mcopy cannot put {name}.com on the floppy").into());
        }
    }
    Ok(floppy)
}

/// Processor time used so far. *Units*: seconds. This process's own, or that of its children.
fn processor_time(children: bool) -> Outcome<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // Behind the name in brackets; user and system time are fields 14 and 15, of children 16 and 17.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let first = if children { 13 } else { 11 };
    let ticks: f64 = fields[first].parse::<f64>()? + fields[first + 1].parse::<f64>()?;
    Ok(ticks / TICKS_PER_SECOND)
}

/// Runs a program in DOSBox, from its start to its exit.
fn dosbox(folder: &Path, core: &str, program: &str) -> Outcome<Time> {
    let config = folder.join(format!("{core}.conf"));
    let settings = format!("[cpu]\ncore={core}\ncycles=max\n[mixer]\nnosound=true\n");
    fs::write(&config, settings)?;
    let watch = Stopwatch::start(true)?;
    let status = Command::new("dosbox")
        .envs([("SDL_VIDEODRIVER", "dummy"), ("SDL_AUDIODRIVER", "dummy")])
        .env("HOME", folder)
        .arg("-conf")
        .arg(config)
        .args(["-c", &format!("mount c {}", folder.display()), "-c", "c:", "-c", program, "-c", "exit"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    if !status.success() {
        return Err(format!("dosbox failed with {program}").into());
    }
    watch.stop()
}

/// Runs a program under FreeDOS in a session, from the prompt to its exit.
fn dosmux(floppy: &Path, program: &str) -> Outcome<Time> {
    let mut spec = SessionSpec::new("compare");
    let source = ImageSource::File(floppy.to_path_buf());
    spec.floppies = vec![ImageSpec { source, writes: WritePolicy::Overlay }];
    let options = SessionOptions { force_overlay: true, rtc_start: 0, local_time: false };
    let mut session = Session::new(&spec, &Host::new(), options)?;
    if !session.run_until(LIMIT, |screen| screen.contains(PROMPT)) {
        return Err("FreeDOS does not come to its prompt".into());
    }
    let watch = Stopwatch::start(false)?;
    session.type_text(&format!("{program}\n"));
    let limit = session.now() + LIMIT;
    while !session.log().ends_with(&[END_MARK]) {
        if session.now() > limit || session.stopped().is_some() {
            return Err(format!("{program} does not end: {}", session.screen().text()).into());
        }
        session.run_for(LOOK);
    }
    watch.stop()
}
