//! The form in which vectors are kept: a line of text for each. The README beside them tells it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::case::{CR0_PLAIN, Case, EIP_PLAIN, FpuState, GPR_PLAIN};
use super::mode::{Mode, SEGMENT_NAMES};
use super::record::Outcome;

/// General registers in the processor's order.
const GPR_NAMES: [&str; 8] = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"];

/// A case and what it must leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Vector {
    pub(crate) case: Case,
    pub(crate) after: Outcome,
    pub(crate) open: Open,
}

/// What the architecture leaves open after a case: not compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Open {
    /// EFLAGS bits.
    pub(crate) eflags: u32,
    /// Bits of general registers.
    pub(crate) gpr: [u32; 8],
    /// Bytes of memory.
    pub(crate) memory: Vec<u32>,
    /// The stack's top, if what lies up to [`BELOW_STACK`] bytes below is open; else zero.
    pub(crate) stack: u32,
    /// Bits of the 387's status word.
    pub(crate) status: u16,
}

/// How far below the stack pointer a faulting instruction may have written.
pub(crate) const BELOW_STACK: u32 = 0x90;

impl Open {
    /// Clears in `outcome` what is open, so that the rest can be compared.
    pub(crate) fn clear(&self, outcome: &Outcome) -> Outcome {
        let mut clear = outcome.clone();
        clear.eflags &= !self.eflags;
        for (reg, open) in clear.gpr.iter_mut().zip(self.gpr) {
            *reg &= !open;
        }
        let stack = self.stack.saturating_sub(BELOW_STACK)..self.stack;
        clear.memory.retain(|at, _| !self.memory.contains(at) && !stack.contains(at));
        if let Some(fpu) = &mut clear.fpu {
            let [low, high] = self.status.to_le_bytes();
            (fpu[2], fpu[3]) = (fpu[2] & !low, fpu[3] & !high);
        }
        clear
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

/// `vector` as a line.
pub(crate) fn line(vector: &Vector) -> String {
    let Vector { case, after, open } = vector;
    let mut out = format!("{} {}", case.mode.name(), hex(&case.code));
    write_case(&mut out, case);
    let _ = write!(out, " > {:X}", after.vector);
    write_outcome(&mut out, case, after);
    write_open(&mut out, open);
    out
}

fn write_case(out: &mut String, case: &Case) {
    let mut word = |name: &str, value: u32, plain: u32| {
        if value != plain {
            let _ = write!(out, " {name}={value:X}");
        }
    };
    for (index, name) in GPR_NAMES.iter().enumerate() {
        word(name, case.gpr[index], GPR_PLAIN[index]);
    }
    for (index, name) in SEGMENT_NAMES.iter().enumerate() {
        word(name, u32::from(case.seg[index]), u32::from(case.mode.segments()[index]));
    }
    word("fl", case.eflags, case.mode.eflags());
    word("eip", case.eip, EIP_PLAIN);
    word("cr0", case.cr0, CR0_PLAIN);
    word("pat", u32::from(case.pattern), 0);
    if case.system {
        out.push_str(" sys");
    }
    for (at, value) in &case.pokes {
        let _ = write!(out, " {at:X}:{value:X}");
    }
    if let Some(fpu) = &case.fpu {
        let _ = write!(out, " 387={:04X}{:04X}{:04X}", fpu.control, fpu.status, fpu.tag);
        fpu.st.iter().for_each(|st| out.push_str(&hex(st)));
    }
}

fn write_outcome(out: &mut String, case: &Case, after: &Outcome) {
    let mut word = |name: &str, value: u32, plain: u32| {
        if value != plain {
            let _ = write!(out, " {name}={value:X}");
        }
    };
    word("err", u32::from(after.error), 0);
    for (index, name) in GPR_NAMES.iter().enumerate() {
        word(name, after.gpr[index], case.gpr[index]);
    }
    for (index, name) in SEGMENT_NAMES.iter().enumerate() {
        word(name, u32::from(after.seg[index]), u32::from(case.seg[index]));
    }
    word("fl", after.eflags, case.eflags);
    word("eip", after.eip.wrapping_sub(case.eip), u32::try_from(case.code.len()).expect("in range") + 1);
    let others = [("ldtr", u32::from(after.ldtr)), ("tr", u32::from(after.tr))];
    let control = [("cr0", after.cr0), ("cr2", after.cr2), ("dr6", after.dr6)];
    for (name, value) in others.into_iter().chain(control) {
        word(name, value, 0);
    }
    for (at, bytes) in runs(&after.memory) {
        let _ = write!(out, " {at:X}:{}", hex(&bytes));
    }
    if let Some(fpu) = &after.fpu {
        let _ = write!(out, " 387={}", hex(fpu));
    }
}

/// Changed bytes as runs.
fn runs(memory: &BTreeMap<u32, u8>) -> Vec<(u32, Vec<u8>)> {
    let mut runs: Vec<(u32, Vec<u8>)> = Vec::new();
    for (&at, &byte) in memory {
        match runs.last_mut() {
            Some((start, bytes)) if *start + u32::try_from(bytes.len()).expect("in range") == at => bytes.push(byte),
            _ => runs.push((at, vec![byte])),
        }
    }
    runs
}

fn write_open(out: &mut String, open: &Open) {
    if *open == Open::default() {
        return;
    }
    out.push_str(" ?");
    if open.eflags != 0 {
        let _ = write!(out, " fl={:X}", open.eflags);
    }
    for (name, bits) in GPR_NAMES.iter().zip(open.gpr).filter(|(_, bits)| *bits != 0) {
        let _ = write!(out, " {name}={bits:X}");
    }
    for at in &open.memory {
        let _ = write!(out, " {at:X}:");
    }
    if open.stack != 0 {
        let _ = write!(out, " stack={:X}", open.stack);
    }
    if open.status != 0 {
        let _ = write!(out, " status={:X}", open.status);
    }
}

/// Reads a line; `None` if it is none.
pub(crate) fn parse(line: &str) -> Option<Vector> {
    let (input, rest) = line.split_once(" > ")?;
    let (output, open) = rest.split_once(" ?").unwrap_or((rest, ""));
    let mut words = input.split(' ');
    let mut case = Case::new(Mode::named(words.next()?)?, &unhex(words.next()?)?);
    for word in words {
        read_case(&mut case, word)?;
    }
    let mut words = output.split(' ');
    let mut after = untouched(&case, u8::from_str_radix(words.next()?, 16).ok()?);
    for word in words {
        read_outcome(&mut after, &case, word)?;
    }
    let mut left_open = Open::default();
    for word in open.split(' ').filter(|word| !word.is_empty()) {
        read_open(&mut left_open, word)?;
    }
    Some(Vector { case, after, open: left_open })
}

fn number(text: &str) -> Option<u32> {
    u32::from_str_radix(text, 16).ok()
}

fn read_case(case: &mut Case, word: &str) -> Option<()> {
    if word == "sys" {
        case.system = true;
        return Some(());
    }
    if let Some((at, value)) = word.split_once(':') {
        case.pokes.push((number(at)?, number(value)?));
        return Some(());
    }
    let (name, value) = word.split_once('=')?;
    if name == "387" {
        case.fpu = Some(read_fpu(&unhex(value)?)?);
        return Some(());
    }
    let value = number(value)?;
    if let Some(index) = GPR_NAMES.iter().position(|reg| *reg == name) {
        case.gpr[index] = value;
    } else if let Some(index) = SEGMENT_NAMES.iter().position(|reg| *reg == name) {
        case.seg[index] = u16::try_from(value).ok()?;
    } else {
        match name {
            "fl" => case.eflags = value,
            "eip" => case.eip = value,
            "cr0" => case.cr0 = value,
            "pat" => case.pattern = u8::try_from(value).ok()?,
            _ => return None,
        }
    }
    Some(())
}

fn read_fpu(bytes: &[u8]) -> Option<FpuState> {
    let word = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let st = bytes.get(6..)?.chunks(10).map(|st| st.try_into().ok()).collect::<Option<_>>()?;
    Some(FpuState { control: word(0)?, status: word(2)?, tag: word(4)?, st })
}

/// What `case` leaves if nothing changes.
fn untouched(case: &Case, vector: u8) -> Outcome {
    Outcome {
        vector,
        error: 0,
        gpr: case.gpr,
        eflags: case.eflags,
        eip: case.eip.wrapping_add(u32::try_from(case.code.len()).expect("in range") + 1),
        seg: case.seg,
        ldtr: 0,
        tr: 0,
        cr0: 0,
        cr2: 0,
        dr6: 0,
        memory: BTreeMap::new(),
        fpu: None,
    }
}

fn read_outcome(after: &mut Outcome, case: &Case, word: &str) -> Option<()> {
    if let Some((at, bytes)) = word.split_once(':') {
        let at = number(at)?;
        after.memory.extend((at..).zip(unhex(bytes)?));
        return Some(());
    }
    let (name, value) = word.split_once('=')?;
    if name == "387" {
        after.fpu = Some(unhex(value)?);
        return Some(());
    }
    let value = number(value)?;
    let short = || u16::try_from(value).ok();
    if let Some(index) = GPR_NAMES.iter().position(|reg| *reg == name) {
        after.gpr[index] = value;
    } else if let Some(index) = SEGMENT_NAMES.iter().position(|reg| *reg == name) {
        after.seg[index] = short()?;
    } else {
        match name {
            "err" => after.error = short()?,
            "fl" => after.eflags = value,
            "eip" => after.eip = case.eip.wrapping_add(value),
            "ldtr" => after.ldtr = short()?,
            "tr" => after.tr = short()?,
            "cr0" => after.cr0 = value,
            "cr2" => after.cr2 = value,
            "dr6" => after.dr6 = value,
            _ => return None,
        }
    }
    Some(())
}

fn read_open(open: &mut Open, word: &str) -> Option<()> {
    if let Some((at, _)) = word.split_once(':') {
        open.memory.push(number(at)?);
        return Some(());
    }
    let (name, value) = word.split_once('=')?;
    let value = number(value)?;
    match name {
        "fl" => open.eflags = value,
        "stack" => open.stack = value,
        "status" => open.status = u16::try_from(value).ok()?,
        _ => open.gpr[GPR_NAMES.iter().position(|reg| *reg == name)?] = value,
    }
    Some(())
}
