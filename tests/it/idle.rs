//! Idle guests cost nothing and working ones are never taken for idle: counted in instructions that
//! are executed in a second of guest time.

use std::time::Duration;

use dosmux::session::NOMINAL_PS_PER_INSTRUCTION;
use iced_x86::IcedError;
use iced_x86::code_asm::*;

use crate::bench::{boot, floppy_of};

const SPAN: Duration = Duration::from_secs(1);
/// Habits are watched for a while before they count: time for that.
const WARM_UP: Duration = Duration::from_millis(300);
/// Instructions that fit in the span if the guest never waits.
const ALL: u64 = 1_000_000_000_000 / NOMINAL_PS_PER_INSTRUCTION;
/// What an idle guest may spend, most of it in 18 timer interrupts: one in five hundred.
const IDLE: u64 = ALL / 500;
/// What a working guest must get.
const WORK: u64 = ALL / 100 * 99;

type Body = fn(&mut CodeAssembler) -> Result<(), IcedError>;

/// Instructions that a guest executes in the span; `body` is the inside of its endless loop, with
/// DS = 40h and interrupts on.
fn executed(body: Body) -> u64 {
    let mut asm = CodeAssembler::new(16).unwrap();
    let code = assemble(&mut asm, body).expect("the guest assembles");
    let mut pc = boot(&floppy_of(&code));
    pc.session.run_for(WARM_UP);
    let before = pc.session.stats().instructions;
    pc.session.run_for(SPAN);
    assert_eq!(pc.session.stopped(), None);
    pc.session.stats().instructions - before
}

fn assemble(asm: &mut CodeAssembler, body: Body) -> Result<Vec<u8>, IcedError> {
    asm.mov(ax, 0x40)?;
    asm.mov(ds, ax)?;
    asm.xor(bp, bp)?;
    asm.sti()?;
    let mut again = asm.create_label();
    asm.set_label(&mut again)?;
    body(asm)?;
    asm.jmp(again)?;
    asm.assemble(0x7C00)
}

#[track_caller]
fn idles(body: Body) {
    let count = executed(body);
    assert!(count < IDLE, "{count} instructions of {ALL}");
}

#[track_caller]
fn works(body: Body) {
    let count = executed(body);
    assert!(count > WORK, "{count} instructions of {ALL}");
}

/// A few hundred instructions of work on registers.
fn compute(asm: &mut CodeAssembler, rounds: u32) -> Result<(), IcedError> {
    let mut again = asm.create_label();
    asm.mov(cx, rounds)?;
    asm.set_label(&mut again)?;
    asm.add(bp, cx)?;
    asm.rol(bp, 1)?;
    asm.loop_(again)
}

#[test]
fn hlt_idles() {
    idles(|asm| asm.hlt());
}

#[test]
fn a_jump_to_itself_idles() {
    idles(|asm| asm.db(&[0xEB, 0xFE]));
}

#[test]
fn waiting_in_int_16h_idles() {
    idles(|asm| {
        asm.mov(ah, 0)?;
        asm.int(0x16)
    });
}

#[test]
fn calling_int_28h_idles() {
    idles(|asm| asm.int(0x28));
}

#[test]
fn releasing_the_time_slice_idles_and_says_so() {
    idles(|asm| {
        let mut released = asm.create_label();
        asm.mov(ax, 0x1680)?;
        asm.int(0x2F)?;
        asm.cmp(al, 0)?;
        asm.je(released)?;
        asm.cli()?;
        asm.hlt()?;
        asm.set_label(&mut released)?;
        asm.nop()
    });
}

#[test]
fn polling_the_keyboard_idles() {
    for function in [0x0100, 0x1100] {
        let body: Body = if function == 0x0100 { |asm| poll(asm, 1) } else { |asm| poll(asm, 0x11) };
        idles(body);
    }
}

fn poll(asm: &mut CodeAssembler, function: u32) -> Result<(), IcedError> {
    asm.mov(ah, function)?;
    asm.int(0x16)
}

#[test]
fn polling_the_keyboard_while_counting_idles() {
    idles(|asm| {
        asm.inc(bp)?;
        asm.inc(word_ptr(0x7000))?;
        poll(asm, 1)
    });
}

#[test]
fn polling_the_tick_count_in_memory_idles() {
    idles(|asm| {
        asm.mov(ax, word_ptr(0x6C))?;
        asm.cmp(ax, word_ptr(0x6E))
    });
}

#[test]
fn polling_the_tick_count_through_the_bios_idles() {
    idles(|asm| {
        asm.mov(ah, 0)?;
        asm.int(0x1A)
    });
}

#[test]
fn polling_the_clock_idles() {
    idles(|asm| {
        asm.mov(ah, 2)?;
        asm.int(0x1A)
    });
}

#[test]
fn computing_is_work() {
    works(|asm| compute(asm, 1000));
}

#[test]
fn computing_with_a_look_at_the_keyboard_now_and_then_is_work() {
    works(|asm| {
        compute(asm, 10_000)?;
        poll(asm, 1)
    });
}

#[test]
fn a_counter_that_never_repeats_is_work() {
    works(|asm| asm.inc(dword_ptr(0x7000)));
}

#[test]
fn drawing_while_polling_is_work() {
    works(|asm| {
        asm.push(ds)?;
        asm.mov(ax, 0xB800)?;
        asm.mov(ds, ax)?;
        asm.inc(word_ptr(0))?;
        asm.pop(ds)?;
        poll(asm, 1)
    });
}
