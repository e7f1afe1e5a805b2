//! The program that makes the calls of a group: it notes what each returns, and at its end writes all of it
//! to a file in the root of drive B:. The same bytes run on every DOS.

use std::collections::HashMap;

use iced_x86::code_asm::*;

use super::super::machine::com;
use super::cases::{AREA_BYTES, AREAS, Call, Case, DS, ES, Group, Place, Register, Step, Value};

/// Where things lie in the program's segment.
const HANDLERS: u32 = 0xA000;
const TEXTS: u32 = 0xA010;
const KEPT: u32 = 0xC800;
const LAST: u32 = 0xC900;
const NEXT: u32 = 0xC920;
const RESULTS: u32 = 0xCA00;
const RESULTS_END: u32 = 0xFC00;
/// INT 23h goes on; INT 24h fails the call. IRET; MOV AL,3, IRET.
const HANDLER_BYTES: [u8; 4] = [0xCF, 0xB0, 0x03, 0xCF];
/// What a call's note takes: nine registers and the flags.
pub(super) const NOTE_BYTES: usize = 20;
/// Handles that cases may leave open.
const HANDLES: std::ops::Range<u32> = 5..16;

/// The program of `group`.
pub(super) fn program(group: &Group) -> Vec<u8> {
    let mut writer = Writer::default();
    let output = writer.text(format!("{}.OUT", group.name).as_bytes());
    let mut bytes = com(|a| writer.write(a, group, output));
    assert!(bytes.len() < HANDLERS as usize - 0x100, "{}: too many cases for a program", group.name);
    assert!(writer.noted < RESULTS_END - RESULTS, "{}: too many results for a program", group.name);
    bytes.resize(HANDLERS as usize - 0x100, 0);
    bytes.extend(HANDLER_BYTES);
    bytes.resize(TEXTS as usize - 0x100, 0);
    bytes.extend(&writer.texts);
    assert!(bytes.len() < usize::from(AREAS) - 0x100, "{}: too many texts for a program", group.name);
    bytes
}

#[derive(Default)]
struct Writer {
    texts: Vec<u8>,
    kept: HashMap<String, u32>,
    /// Bytes of all results.
    noted: u32,
}

impl Writer {
    /// Where `text` and a zero lie.
    fn text(&mut self, text: &[u8]) -> u32 {
        let at = TEXTS + count(self.texts.len());
        self.texts.extend(text);
        self.texts.push(0);
        at
    }

    fn write(&mut self, a: &mut CodeAssembler, group: &Group, output: u32) {
        let mut note = a.create_label();
        begin(a);
        self.noted = 2;
        for case in &group.cases {
            self.case(a, case, note);
        }
        self.end(a, output);
        a.set_label(&mut note).unwrap();
        write_note(a);
    }

    fn case(&mut self, a: &mut CodeAssembler, case: &Case, note: CodeLabel) {
        fresh(a);
        for step in &case.steps {
            match step {
                Step::Call(call) => self.call(a, call, note),
                Step::Put(at, bytes) => {
                    for (index, &byte) in bytes.iter().enumerate() {
                        a.mov(byte_ptr(u32::from(*at) + count(index)), u32::from(byte)).unwrap();
                    }
                }
                Step::Keep(name, register) => {
                    let to = self.kept_at(name);
                    a.mov(ax, word_ptr(last(*register))).unwrap();
                    a.mov(word_ptr(to), ax).unwrap();
                }
                Step::Show(place, count) => self.show(a, place, *count),
            }
        }
    }

    fn kept_at(&mut self, name: &str) -> u32 {
        let next = KEPT + 2 * count(self.kept.len());
        *self.kept.entry(name.to_owned()).or_insert(next)
    }

    fn call(&mut self, a: &mut CodeAssembler, call: &Call, note: CodeLabel) {
        let given = |index: usize| {
            call.registers.iter().rev().find(|(register, _)| register.0 == index).map(|(_, value)| value)
        };
        // Segments first, through AX; DS last of them, since kept values are read through CS anyway.
        for (index, segment) in [(ES, es), (DS, ds)] {
            if let Some(value) = given(index) {
                self.load(a, ax, Some(value));
                a.mov(segment, ax).unwrap();
            }
        }
        for (index, register) in [ax, bx, cx, dx, si, di, bp].into_iter().enumerate() {
            self.load(a, register, given(index));
        }
        a.clc().unwrap();
        a.int(u32::from(call.interrupt)).unwrap();
        a.call(note).unwrap();
        self.noted += count(NOTE_BYTES);
    }

    fn load(&mut self, a: &mut CodeAssembler, register: AsmRegister16, value: Option<&Value>) {
        match value {
            None => a.mov(register, 0u32).unwrap(),
            Some(Value::Number(number)) => a.mov(register, u32::from(*number)).unwrap(),
            Some(Value::Text(text)) => {
                let at = self.text(text);
                a.mov(register, at).unwrap();
            }
            Some(Value::Kept(name)) => {
                let at = self.kept_at(name);
                a.mov(register, word_ptr(at).cs()).unwrap();
            }
            Some(Value::Segment) => a.mov(register, cs).unwrap(),
        }
    }

    /// Copies memory to the results.
    fn show(&mut self, a: &mut CodeAssembler, place: &Place, count: u16) {
        match place {
            Place::Area(at) => a.mov(si, u32::from(*at)).unwrap(),
            Place::Last(segment, base, more) => {
                match base {
                    Some(base) => a.mov(si, word_ptr(last(*base))).unwrap(),
                    None => a.xor(si, si).unwrap(),
                }
                a.add(si, i32::from(more.cast_signed())).unwrap();
                a.mov(ds, word_ptr(last(*segment))).unwrap();
            }
            Place::Kept(name, offset) => {
                let at = self.kept_at(name);
                a.mov(si, u32::from(*offset)).unwrap();
                a.mov(ds, word_ptr(at)).unwrap();
            }
        }
        a.mov(di, word_ptr(NEXT).cs()).unwrap();
        a.mov(cx, u32::from(count)).unwrap();
        a.cld().unwrap();
        a.rep().movsb().unwrap();
        a.push(cs).unwrap();
        a.pop(ds).unwrap();
        a.mov(word_ptr(NEXT), di).unwrap();
        self.noted += u32::from(count);
    }

    /// Writes the results and ends.
    fn end(&self, a: &mut CodeAssembler, output: u32) {
        fresh(a);
        a.mov(dx, output).unwrap();
        a.xor(cx, cx).unwrap();
        dos(a, 0x3C00);
        a.mov(bx, ax).unwrap();
        a.mov(dx, RESULTS).unwrap();
        a.mov(cx, self.noted).unwrap();
        dos(a, 0x4000);
        dos(a, 0x3E00);
        dos(a, 0x4C00);
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap()
}

fn last(register: Register) -> u32 {
    LAST + 2 * count(register.0)
}

fn dos(a: &mut CodeAssembler, function: u32) {
    a.mov(ax, function).unwrap();
    a.int(0x21).unwrap();
}

/// Leaves memory to children, goes to the root of drive B: and takes the handlers of INT 23h and 24h.
fn begin(a: &mut CodeAssembler) {
    a.mov(sp, 0xFFFEu32).unwrap();
    a.mov(bx, 0x1000).unwrap();
    dos(a, 0x4A00);
    a.mov(dx, 1).unwrap();
    dos(a, 0x0E00);
    a.mov(dx, HANDLERS).unwrap();
    dos(a, 0x2523);
    a.mov(dx, HANDLERS + 1).unwrap();
    dos(a, 0x2524);
    // The reader tells the program's segment from others.
    a.mov(word_ptr(RESULTS), cs).unwrap();
    a.mov(word_ptr(NEXT), RESULTS + 2).unwrap();
}

/// Before each case: nothing open, areas of zeros, the usual transfer area and segments.
fn fresh(a: &mut CodeAssembler) {
    a.push(cs).unwrap();
    a.pop(ds).unwrap();
    a.push(cs).unwrap();
    a.pop(es).unwrap();
    let mut again = a.create_label();
    a.mov(bx, HANDLES.start).unwrap();
    a.set_label(&mut again).unwrap();
    dos(a, 0x3E00);
    a.inc(bx).unwrap();
    a.cmp(bx, HANDLES.end).unwrap();
    a.jb(again).unwrap();
    a.mov(dx, 0x80).unwrap();
    dos(a, 0x1A00);
    a.mov(di, u32::from(AREAS)).unwrap();
    a.mov(cx, 4 * u32::from(AREA_BYTES)).unwrap();
    a.xor(ax, ax).unwrap();
    a.cld().unwrap();
    a.rep().stosb().unwrap();
}

/// Notes the registers and flags after a call, and makes the segments the program's again.
fn write_note(a: &mut CodeAssembler) {
    a.pushf().unwrap();
    for (index, register) in [ax, bx, cx, dx, si, di, bp].into_iter().enumerate() {
        a.mov(word_ptr(LAST + 2 * count(index)).cs(), register).unwrap();
    }
    a.mov(word_ptr(LAST + 14).cs(), ds).unwrap();
    a.mov(word_ptr(LAST + 16).cs(), es).unwrap();
    a.pop(word_ptr(LAST + 18).cs()).unwrap();
    a.push(cs).unwrap();
    a.pop(ds).unwrap();
    a.push(cs).unwrap();
    a.pop(es).unwrap();
    a.mov(si, LAST).unwrap();
    a.mov(di, word_ptr(NEXT)).unwrap();
    a.mov(cx, count(NOTE_BYTES) / 2).unwrap();
    a.cld().unwrap();
    a.rep().movsw().unwrap();
    a.mov(word_ptr(NEXT), di).unwrap();
    a.ret().unwrap();
}
