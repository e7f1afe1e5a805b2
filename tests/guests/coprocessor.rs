//! Guests that look for an 80387, compute with it and handle its errors.

use iced_x86::code_asm::*;

use super::guest::{Guest, boot_sector, program};
use crate::tour::source::program::Emit;

/// 10^17, to see seventeen digits.
const DIGITS: u64 = 100_000_000_000_000_000;
/// The square root of two, in packed decimal: 1.4142135623730951, as the 64 bits of a register have it.
const ROOT: [u8; 10] = [0x05, 0x95, 0x30, 0x37, 0x62, 0x35, 0x21, 0x14, 0x14, 0x00];
/// The bit of the equipment word.
const INT_11_COPROCESSOR: u32 = 2;
/// Control words: all masked; division by zero not masked.
const MASKED: u32 = 0x037F;
const OPEN: u32 = 0x037B;
/// OUT to this port lets the coprocessor go on.
const CLEAR_BUSY: u32 = 0xF0;

/// Looks for an 80387 as programs do, computes, and divides by zero under its own INT 75h and under
/// the BIOS's, which calls INT 02h.
pub(crate) fn coprocessor() -> Vec<u8> {
    program(|g| {
        let word = g.room(2);
        detect(g, word)?;
        g.cmp(byte_ptr(word), 0)?;
        g.check("FNSTSW answers")?;
        g.int(0x11)?;
        g.and(ax, INT_11_COPROCESSOR)?;
        g.cmp(ax, INT_11_COPROCESSOR)?;
        g.check("INT 11h knows of it")?;
        tell_287_from_387(g)?;
        compute(g)?;
        errors(g)?;
        g.line("done")?;
        g.rest()
    })
}

/// Emits: FNINIT, and the status word at `word`, which was 5A5Ah.
fn detect(g: &mut Guest, word: u32) -> Emit {
    g.mov(word_ptr(word), 0x5A5A)?;
    g.fninit()?;
    g.fnstsw(word_ptr(word))
}

/// An 80287 takes plus and minus infinity for one.
fn tell_287_from_387(g: &mut Guest) -> Emit {
    g.fld1()?;
    g.fldz()?;
    g.fdivp(st1, st0)?;
    g.fld(st0)?;
    g.fchs()?;
    g.fcompp()?;
    g.fnstsw(ax)?;
    g.sahf()?;
    g.setz(al)?;
    g.test(al, al)?;
    g.check("infinities have signs")
}

/// The square root of two to 17 digits, and sin² + cos².
fn compute(g: &mut Guest) -> Emit {
    let (digits, expected, result) = (g.bytes(&DIGITS.to_le_bytes()), g.bytes(&ROOT), g.room(10));
    g.fninit()?;
    g.fld1()?;
    g.fld1()?;
    g.fadd_2(st0, st1)?;
    g.fsqrt()?;
    g.fild(qword_ptr(digits))?;
    g.fmulp(st1, st0)?;
    g.fbstp(tbyte_ptr(result))?;
    g.wait()?;
    g.mov(si, result)?;
    g.mov(di, expected)?;
    g.mov(cx, 10)?;
    g.repe().cmpsb()?;
    g.check("the root of two")?;
    g.fldpi()?;
    g.fsincos()?;
    g.fmul_2(st0, st0)?;
    g.fxch(st0, st1)?;
    g.fmul_2(st0, st0)?;
    g.faddp(st1, st0)?;
    g.fcompp()?;
    g.fnstsw(ax)?;
    g.sahf()?;
    g.check("sine and cosine")
}

/// Divisions by zero that interrupt.
fn errors(g: &mut Guest) -> Emit {
    let slots = g.room(4);
    let (seen, status, old) = (g.room(2), g.room(2), g.room(4));
    // INT 75h of the guest's own.
    g.mov(eax, dword_ptr(0x75 * 4))?;
    g.mov(dword_ptr(old), eax)?;
    g.set_vector(0x75, slots)?;
    divide_by_zero(g)?;
    g.cmp(word_ptr(seen), 0x75)?;
    g.check("IRQ13 interrupts before the next instruction")?;
    g.mov(al, byte_ptr(status))?;
    g.and(al, 0x84)?;
    g.cmp(al, 0x84)?;
    g.check("its handler sees why")?;
    // The BIOS's, which ends the interrupt and calls INT 02h.
    g.mov(word_ptr(seen), 0)?;
    g.mov(eax, dword_ptr(old))?;
    g.mov(dword_ptr(0x75 * 4), eax)?;
    g.set_vector(0x02, slots + 2)?;
    divide_by_zero(g)?;
    g.cmp(word_ptr(seen), 0x02)?;
    g.check("the BIOS makes INT 02h of it")?;
    let mut behind = g.create_label();
    g.jmp(behind)?;
    g.point_here(slots)?;
    g.push(ax)?;
    g.xor(al, al)?;
    g.out(CLEAR_BUSY, al)?;
    g.mov(al, 0x20)?;
    g.out(0xA0, al)?;
    g.out(0x20, al)?;
    handler(g, 0x75, seen, status)?;
    g.pop(ax)?;
    g.iret()?;
    g.point_here(slots + 2)?;
    handler(g, 0x02, seen, status)?;
    g.iret()?;
    g.place(&mut behind)?;
    Ok(())
}

/// Emits: 1 / 0 with the exception not masked, and an instruction that waits.
fn divide_by_zero(g: &mut Guest) -> Emit {
    let open = g.bytes(&OPEN.to_le_bytes()[..2]);
    g.fninit()?;
    g.fldcw(word_ptr(open))?;
    g.fld1()?;
    g.fldz()?;
    g.fdivp(st1, st0)?;
    g.fldz()
}

/// Emits: the common part of the handlers.
fn handler(g: &mut Guest, vector: u32, seen: u32, status: u32) -> Emit {
    g.mov(word_ptr(seen).cs(), vector)?;
    g.fnstsw(word_ptr(status).cs())?;
    g.fnclex()
}

/// Finds no coprocessor, in the ways programs look for one.
pub(crate) fn no_coprocessor() -> Vec<u8> {
    program(|g| {
        let word = g.room(2);
        detect(g, word)?;
        g.cmp(word_ptr(word), 0x5A5A)?;
        g.check("FNSTSW does not answer")?;
        g.int(0x11)?;
        g.test(ax, INT_11_COPROCESSOR)?;
        g.check("INT 11h knows of none")?;
        g.line("done")?;
        g.rest()
    })
}

/// Prints `stopping`, then waits with interrupts off for an error to be handled.
pub(crate) fn coprocessor_stuck() -> Vec<u8> {
    boot_sector(|g| {
        g.line("stopping")?;
        g.cli()?;
        divide_by_zero(g)?;
        g.rest()
    })
}

/// Prints `ready` and waits with IRQ13 masked for an error to be handled.
pub(crate) fn coprocessor_masked() -> Vec<u8> {
    boot_sector(|g| {
        g.line("ready")?;
        g.mov(al, 0xFF)?;
        g.out(0xA1, al)?;
        divide_by_zero(g)?;
        g.rest()
    })
}

/// Sums 1/n in a register until the sum is above a limit, polls the keyboard in between, and prints
/// `done`: nothing but the coprocessor's state changes.
pub(crate) fn coprocessor_busy() -> Vec<u8> {
    boot_sector(|g| {
        let control = g.bytes(&MASKED.to_le_bytes()[..2]);
        let limit = g.bytes(&20_000_u16.to_le_bytes());
        g.line("ready")?;
        g.fninit()?;
        g.fldcw(word_ptr(control))?;
        g.fldz()?;
        let again = g.here()?;
        g.fld1()?;
        g.faddp(st1, st0)?;
        g.mov(ah, 1)?;
        g.int(0x16)?;
        g.ficom(word_ptr(limit))?;
        g.fnstsw(ax)?;
        g.sahf()?;
        g.mov(ax, 0)?;
        g.jb(again)?;
        g.line("done")?;
        g.rest()
    })
}
