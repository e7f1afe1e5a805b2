//! The last things that a guest asked of its machine: interrupts it called, exceptions, ports, and the
//! hardware interrupts it got. Kept all the time, so that they are there when something goes wrong.
//!
//! Entries have a fixed size and rings a fixed length. What comes again from the same place within the
//! last few entries is counted there, so that a poll does not push out all else. What the BIOS does on
//! its own is left out.

mod names;

use std::fmt;

use super::vm::Vm;
use crate::bios::rom;
use crate::clock::VirtTime;
use crate::cpu::regs::{Gpr, Seg};
use crate::types::{Port, SegOff, Width, hi8, lo16};

/// Calls of DOS and exceptions that are kept.
const DOS_CALLS: usize = 64;
/// Other calls that are kept: DOS makes many of its own for each one that it gets.
const CALLS: usize = 32;
/// Port accesses and hardware interrupts that are kept.
const HARDWARE: usize = 32;
/// Entries that are looked through for the same event.
const LOOK_BACK: usize = 8;
/// Characters of a file's name that are kept.
const NAME_BYTES: usize = 30;
/// INT 21h: DOS.
const DOS: u8 = 0x21;
/// The interrupts that programs call DOS with: INT 21h, the ends of programs, and absolute disk access.
const DOS_VECTORS: [u8; 5] = [0x20, DOS, 0x25, 0x26, 0x27];

/// Something that a guest did, or that happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// INT n with AX, and the file that a call of DOS names.
    Call {
        /// n.
        vector: u8,
        /// AX.
        ax: u16,
        /// The file.
        file: Option<FileName>,
    },
    /// An exception that went through the guest's vector table.
    Exception(u8),
    /// A hardware interrupt.
    Interrupt(u8),
    /// IN or INS, and what it read last.
    PortRead(Port, u32),
    /// OUT or OUTS, and what it wrote last.
    PortWrite(Port, u32),
    /// The machine was switched on or reset.
    Reset,
}

/// The first bytes of a file's name, in the guest's code page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileName {
    len: u8,
    bytes: [u8; NAME_BYTES],
}

impl FileName {
    const NONE: FileName = FileName { len: 0, bytes: [0; NAME_BYTES] };

    /// What `byte` gives for 0, 1, 2, … up to the first that is no text.
    fn read(byte: impl Fn(u16) -> u8) -> FileName {
        let mut name = FileName::NONE;
        for (step, place) in (0u16..).zip(&mut name.bytes) {
            let read = byte(step);
            if read < b' ' {
                break;
            }
            *place = read;
            name.len += 1;
        }
        name
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// What interrupt vector `number` is for on a PC with DOS; empty if for nothing that is known.
#[must_use]
pub fn vector_name(number: u8) -> &'static str {
    names::vector(number)
}

/// An entry: what happened, where, how often, and when last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traced {
    /// Guest time of the last time.
    pub time: VirtTime,
    /// The instruction that did it, or that was next when it happened.
    pub at: SegOff,
    /// What it was, the last time.
    pub event: Event,
    /// How often it was in one go.
    pub count: u64,
}

impl fmt::Display for Traced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.time.as_ns() / 1_000_000;
        write!(f, "{:>6}.{:03} {} {}", ms / 1000, ms % 1000, self.at, self.event)?;
        if self.count > 1 { write!(f, " ×{}", self.count) } else { Ok(()) }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Event::Call { vector, ax, file } => {
                write!(f, "INT {vector:02X}h")?;
                if names::has_functions(vector) {
                    write!(f, " AX={ax:04X}h")?;
                }
                if let Some(name) = names::call(vector, ax) {
                    write!(f, " {name}")?;
                }
                match file {
                    Some(file) => write!(f, " \"{}\"", String::from_utf8_lossy(file.bytes())),
                    None => Ok(()),
                }
            }
            Event::Exception(vector) => write!(f, "exception {vector:02X}h {}", names::exception(vector)),
            Event::Interrupt(vector) => write!(f, "interrupt {vector:02X}h {}", names::interrupt(vector)),
            Event::PortRead(port, value) => write!(f, "IN {:04X}h gives {value:02X}h", port.0),
            Event::PortWrite(port, value) => write!(f, "OUT {:04X}h {value:02X}h", port.0),
            Event::Reset => f.write_str("reset"),
        }
    }
}

/// What a ring keeps of an event, beside its key: little, because traps are frequent.
#[derive(Clone, Copy)]
struct Entry {
    time: VirtTime,
    at: SegOff,
    /// AX, or what a port gave or got.
    value: u32,
    count: u64,
}

/// The last `N` entries.
struct Ring<const N: usize> {
    /// What makes two entries the same, apart from those, because it is compared.
    keys: [u64; N],
    entries: [Entry; N],
    /// Where the next one goes.
    next: usize,
}

const NO_ENTRY: Entry = Entry { time: VirtTime::ZERO, at: ANYWHERE, value: 0, count: 0 };

impl<const N: usize> Ring<N> {
    fn new() -> Ring<N> {
        Ring { keys: [key(ANYWHERE, RESET, 0); N], entries: [NO_ENTRY; N], next: 0 }
    }

    /// Notes an event, or counts it where it was noted a short while ago.
    #[inline]
    fn note(&mut self, key: u64, time: VirtTime, at: SegOff, value: u32) {
        for back in 1..=LOOK_BACK {
            let index = self.next.wrapping_sub(back) % N;
            if self.keys[index] == key {
                let entry = &mut self.entries[index];
                (entry.time, entry.at, entry.value) = (time, at, value);
                entry.count += 1;
                return;
            }
        }
        self.put(key, Entry { time, at, value, count: 1 });
    }

    /// Notes an event by itself; gives its place.
    fn put(&mut self, key: u64, entry: Entry) -> usize {
        let place = self.next;
        self.keys[place] = key;
        self.entries[place] = entry;
        self.next = (place + 1) % N;
        place
    }

    /// The entries; `file` gives the name of the file that the one at a place is about.
    fn entries(&self, file: impl Fn(usize) -> Option<FileName>) -> Vec<Traced> {
        let used = (0..N).filter(|&place| self.entries[place].count > 0);
        let traced = used.map(|place| {
            let Entry { time, at, value, count } = self.entries[place];
            Traced { time, at, event: event(self.keys[place], value, file(place)), count }
        });
        traced.collect()
    }
}

/// What the monitor keeps; see the module's text.
pub(super) struct Trace {
    dos: Ring<DOS_CALLS>,
    /// The files that entries of `dos` with a [`FILE_CALL`] are about.
    files: [FileName; DOS_CALLS],
    calls: Ring<CALLS>,
    hardware: Ring<HARDWARE>,
}

/// Kinds of events in keys. Resets and calls that name a file are never counted together.
const CALL: u8 = 0;
const FILE_CALL: u8 = 1;
const EXCEPTION: u8 = 2;
const INTERRUPT: u8 = 3;
const PORT_READ: u8 = 4;
const PORT_WRITE: u8 = 5;
const RESET: u8 = 6;

/// What names an event: its place, its kind, and vector and function, or port.
const fn key(at: SegOff, kind: u8, low: u16) -> u64 {
    (at.seg as u64) << 48 | (at.off as u64) << 32 | (kind as u64) << 16 | low as u64
}

/// The event that `key` names.
fn event(key: u64, value: u32, file: Option<FileName>) -> Event {
    let [low, high, kind, ..] = key.to_le_bytes();
    let port = Port(u16::from_le_bytes([low, high]));
    match kind {
        CALL | FILE_CALL => Event::Call { vector: high, ax: lo16(value), file: file.filter(|_| kind == FILE_CALL) },
        EXCEPTION => Event::Exception(low),
        INTERRUPT => Event::Interrupt(low),
        PORT_READ => Event::PortRead(port, value),
        PORT_WRITE => Event::PortWrite(port, value),
        _ => Event::Reset,
    }
}

/// For what is the same wherever it happens.
const ANYWHERE: SegOff = SegOff { seg: 0, off: 0 };

impl Trace {
    pub(super) fn new() -> Trace {
        Trace { dos: Ring::new(), files: [FileName::NONE; DOS_CALLS], calls: Ring::new(), hardware: Ring::new() }
    }

    /// The entries of all rings, first to last.
    fn entries(&self) -> Vec<Traced> {
        let mut entries = self.dos.entries(|place| Some(self.files[place]));
        entries.extend(self.calls.entries(|_| None));
        entries.extend(self.hardware.entries(|_| None));
        entries.sort_by_key(|entry| entry.time);
        entries
    }
}

impl Vm {
    /// What the guest did last, first to last: calls of DOS and exceptions; other calls; port accesses and
    /// hardware interrupts. None of the three pushes out another.
    #[must_use]
    pub fn trace(&self) -> Vec<Traced> {
        self.trace.entries()
    }

    /// INT n at CS:EIP.
    #[inline]
    pub(super) fn trace_call(&mut self, vector: u8) {
        let at = self.cs_ip();
        if at.seg == rom::SEGMENT {
            return;
        }
        let (time, ax) = (self.now(), lo16(self.cpu.accumulator(Width::Word)));
        let function = if names::has_functions(vector) { hi8(u32::from(ax)) } else { 0 };
        let low = u16::from_be_bytes([vector, function]);
        let value = u32::from(ax);
        match self.named_file(vector, ax) {
            Some(file) => {
                let place = self.trace.dos.put(key(at, FILE_CALL, low), Entry { time, at, value, count: 1 });
                self.trace.files[place] = file;
            }
            None if DOS_VECTORS.contains(&vector) => self.trace.dos.note(key(at, CALL, low), time, at, value),
            None => self.trace.calls.note(key(at, CALL, low), time, at, value),
        }
    }

    /// An exception that the processor reports at CS:EIP.
    pub(super) fn trace_exception(&mut self, vector: u8) {
        let at = self.cs_ip();
        self.trace.dos.note(key(at, EXCEPTION, u16::from(vector)), self.now(), at, 0);
    }

    /// A hardware interrupt before the instruction at CS:EIP.
    #[inline]
    pub(super) fn trace_interrupt(&mut self, vector: u8) {
        let (time, at) = (self.now(), self.cs_ip());
        self.trace.hardware.note(key(ANYWHERE, INTERRUPT, u16::from(vector)), time, at, 0);
    }

    /// IN or INS at CS:EIP that read `value`.
    #[inline]
    pub(super) fn trace_read(&mut self, port: Port, value: u32) {
        self.trace_port(PORT_READ, port, value);
    }

    /// OUT or OUTS at CS:EIP of `value`.
    #[inline]
    pub(super) fn trace_write(&mut self, port: Port, value: u32) {
        self.trace_port(PORT_WRITE, port, value);
    }

    #[inline]
    fn trace_port(&mut self, kind: u8, port: Port, value: u32) {
        let at = self.cs_ip();
        if at.seg != rom::SEGMENT {
            self.trace.hardware.note(key(at, kind, port.0), self.now(), at, value);
        }
    }

    /// The machine starts afresh.
    pub(super) fn trace_reset(&mut self) {
        let (time, at) = (self.now(), self.cs_ip());
        self.trace.dos.put(key(at, RESET, 0), Entry { time, at, value: 0, count: 1 });
    }

    /// The file that INT `vector` with `ax` names, if it does. Source: RBIL, INT 21h.
    #[inline]
    fn named_file(&self, vector: u8, ax: u16) -> Option<FileName> {
        if vector != DOS {
            return None;
        }
        let offset = match hi8(u32::from(ax)) {
            0x39..=0x3D | 0x41 | 0x43 | 0x4B | 0x4E | 0x56 | 0x5A | 0x5B => Gpr::Edx,
            0x6C => Gpr::Esi,
            _ => return None,
        };
        let regs = self.cpu.regs();
        let at = regs.far(Seg::Ds, lo16(regs.gpr[offset as usize]));
        Some(FileName::read(|step| self.mem.read_u8(self.phys(at.offset(step)))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(ring: &mut Ring<CALLS>, time: u64, ip: u16, vector: u8) {
        let at = SegOff::new(0x1000, ip);
        ring.note(key(at, CALL, u16::from(vector) << 8), VirtTime(time), at, 0);
    }

    #[test]
    fn a_poll_is_one_entry_and_pushes_out_nothing() {
        let mut ring = Ring::<CALLS>::new();
        call(&mut ring, 1, 0x10, 0x21);
        for time in 2..1000 {
            call(&mut ring, 2 * time, 0x20, 0x16);
            call(&mut ring, 2 * time + 1, 0x30, 0x28);
        }
        let counts: Vec<(u16, u64)> = ring.entries(|_| None).iter().map(|entry| (entry.at.off, entry.count)).collect();
        assert_eq!(counts, [(0x10, 1), (0x20, 998), (0x30, 998)]);
    }

    #[test]
    fn the_oldest_entries_make_room() {
        let mut ring = Ring::<CALLS>::new();
        for ip in 0..200 {
            call(&mut ring, u64::from(ip), ip, 0x21);
        }
        let mut ips: Vec<u16> = ring.entries(|_| None).iter().map(|entry| entry.at.off).collect();
        ips.sort_unstable();
        assert_eq!(ips, (200 - 32..200).collect::<Vec<u16>>());
    }

    #[test]
    fn entries_read_as_text() {
        let file = FileName::read(|step| b"A:\\CONFIG.SYS\0"[usize::from(step)]);
        let event = Event::Call { vector: 0x21, ax: 0x3D02, file: Some(file) };
        let entry = Traced { time: VirtTime(1_234_567_890), at: SegOff::new(0x60, 0x1A2), event, count: 1 };
        assert_eq!(entry.to_string(), "     1.234 0060:01A2 INT 21h AX=3D02h open file \"A:\\CONFIG.SYS\"");
        let event = Event::PortRead(Port(0x3DA), 9);
        let entry = Traced { event, count: 17, ..entry };
        assert_eq!(entry.to_string(), "     1.234 0060:01A2 IN 03DAh gives 09h ×17");
        assert_eq!(Event::Interrupt(8).to_string(), "interrupt 08h timer");
        assert_eq!(Event::Exception(0).to_string(), "exception 00h divide error");
    }
}
