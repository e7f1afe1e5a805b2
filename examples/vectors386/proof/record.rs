//! What a case left: the harness's records, read and made comparable.

use std::collections::BTreeMap;

use super::case::Case;
use super::layout::{INNER_STACK_BYTES, KERNEL_STACK, SAVE_BYTES};
use super::mode::{CS, Mode, SS};
use super::tables;

/// EFLAGS bits that a 386 defines, without RF: it is always clear but in frames of faults.
const EFLAGS_BITS: u32 = 0x2_7FD7;
/// VM in EFLAGS.
const VM: u32 = 1 << 17;
/// CR0 bits that a 386 defines, without ET, which is wired.
const CR0_BITS: u32 = 0x8000_000F;
/// DR6 bits that a 386 defines.
const DR6_BITS: u32 = 0xE00F;
/// Bytes below the stack pointer that the exit of a ring-0 case changes.
const EXIT_FRAME: u32 = 0x28;
/// The same in real mode: FLAGS, CS and IP.
const REAL_EXIT_FRAME: u32 = 6;

/// What a case left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// 3 if the instruction ended and the INT 3 behind it was reached.
    pub(crate) vector: u8,
    pub(crate) error: u16,
    pub(crate) gpr: [u32; 8],
    pub(crate) eflags: u32,
    pub(crate) eip: u32,
    pub(crate) seg: [u16; 6],
    pub(crate) ldtr: u16,
    pub(crate) tr: u16,
    pub(crate) cr0: u32,
    pub(crate) cr2: u32,
    pub(crate) dr6: u32,
    /// Bytes that changed.
    pub(crate) memory: BTreeMap<u32, u8>,
    /// Control, status and tag word and the registers, if the case is about the 387.
    pub(crate) fpu: Option<Vec<u8>>,
}

/// Why a stream of records ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// All cases ran.
    Complete,
    /// The stream broke off or makes no sense at this record.
    Broken,
}

/// Reads the records of `cases` from what the harness wrote.
pub(crate) fn outcomes(cases: &[Case], stream: &[u8]) -> (Vec<Outcome>, Ending) {
    let Some(start) = stream.windows(4).position(|bytes| bytes == b"V386") else { return (Vec::new(), Ending::Broken) };
    let mut reader = Reader { rest: &stream[start + 4..] };
    let mut outcomes = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        match reader.record(case, number) {
            Some(outcome) => outcomes.push(outcome),
            None => return (outcomes, Ending::Broken),
        }
    }
    (outcomes, Ending::Complete)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Option<Vec<u8>> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken.to_vec())
    }

    fn dword(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn record(&mut self, case: &Case, number: usize) -> Option<Outcome> {
        if self.take(1)? != [0xA5] || usize::try_from(self.dword()?) != Ok(number) {
            return None;
        }
        let fixed: Vec<u32> = (0..SAVE_BYTES / 4).map(|_| self.dword()).collect::<Option<_>>()?;
        let fpu = if case.fpu.is_some() { Some(self.take(108)?) } else { None };
        let mut memory = BTreeMap::new();
        loop {
            let at = self.dword()?;
            if at == u32::MAX {
                break;
            }
            let (old, new) = (self.dword()?.to_le_bytes(), self.dword()?.to_le_bytes());
            for (byte, at) in (at..).take(4).enumerate() {
                if old[byte] != new[byte] {
                    memory.insert(at, new[byte]);
                }
            }
        }
        Some(Outcome::new(case, &fixed, fpu, memory))
    }
}

impl Outcome {
    fn new(case: &Case, fixed: &[u32], fpu: Option<Vec<u8>>, memory: BTreeMap<u32, u8>) -> Outcome {
        let word = |index: usize| u16::try_from(fixed[index] & 0xFFFF).expect("in range");
        let mut outcome = Outcome {
            vector: u8::try_from(fixed[0] & 0xFF).expect("in range"),
            error: word(1),
            gpr: fixed[2..10].try_into().expect("in range"),
            eflags: fixed[10] & EFLAGS_BITS,
            eip: fixed[11],
            seg: [12, 13, 14, 15, 16, 17].map(word),
            ldtr: word(18),
            tr: word(19),
            cr0: fixed[20] & CR0_BITS,
            cr2: fixed[21],
            dr6: fixed[22] & DR6_BITS,
            memory,
            fpu: fpu.map(|image| [&image[0..2], &image[4..6], &image[8..10], &image[28..]].concat()),
        };
        outcome.drop_what_the_exit_changed(case);
        outcome
    }

    fn drop_what_the_exit_changed(&mut self, case: &Case) {
        if self.vector == 8 {
            // The registers went to the TSS, half of them after the harness had touched them.
            (self.error, self.gpr, self.seg, self.eip) = (0, case.gpr, case.seg, case.eip);
            self.eflags = case.eflags;
            self.memory.clear();
            (self.ldtr, self.tr, self.cr0) = (0, 0, 0);
        }
        if self.vector != 14 {
            self.cr2 = 0;
        }
        if self.vector != 1 {
            self.dr6 = 0;
        }
        if !case.system {
            (self.cr0, self.ldtr, self.tr) = (0, 0, 0);
        }
        let exit = self.exit_frame(case);
        self.memory.retain(|at, _| !exit.contains(at));
    }

    /// Where the exit pushed.
    fn exit_frame(&self, case: &Case) -> std::ops::Range<u32> {
        if case.mode != Mode::Real && (self.eflags & VM != 0 || self.seg[CS] & 3 != 0) {
            return KERNEL_STACK - INNER_STACK_BYTES..KERNEL_STACK;
        }
        let (base, big) = self.stack_segment(case);
        let top = base.wrapping_add(if big { self.gpr[4] } else { self.gpr[4] & 0xFFFF });
        let bytes = if case.mode == Mode::Real { REAL_EXIT_FRAME } else { EXIT_FRAME };
        top.saturating_sub(bytes)..top
    }

    /// Base and size bit of the stack segment.
    pub(crate) fn stack_segment(&self, case: &Case) -> (u32, bool) {
        stack_segment(case, self.seg[SS])
    }
}

/// Base and size bit of the segment of `selector` at the end of `case`.
fn stack_segment(case: &Case, selector: u16) -> (u32, bool) {
    if case.mode.paragraphs() {
        return (u32::from(selector) << 4, false);
    }
    let gdt = tables::gdt();
    let at = usize::from(selector & !7);
    let mut bytes: [u8; 8] = gdt.get(at..at + 8).map_or([0; 8], |bytes| bytes.try_into().expect("in range"));
    for (half, (place, _)) in tables::poke_descriptor(selector, bytes).into_iter().enumerate() {
        for (_, value) in case.pokes.iter().filter(|(at, _)| *at == place) {
            bytes[half * 4..half * 4 + 4].copy_from_slice(&value.to_le_bytes());
        }
    }
    (u32::from_le_bytes([bytes[2], bytes[3], bytes[4], bytes[7]]), bytes[6] & 0x40 != 0)
}
