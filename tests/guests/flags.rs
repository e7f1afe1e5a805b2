//! A guest that checks what programs may see of IF, TF and the other flags: on a PC in real mode
//! and in a V86 task under a monitor the answers must be the same.

use iced_x86::code_asm::*;

use super::guest::{Guest, program};
use crate::tour::source::program::Emit;

/// Bits of FLAGS. Source: 80386 PRM §2.3.4.
const CF: u32 = 0x0001;
const TF: u32 = 0x0100;
const IF: u32 = 0x0200;
const IOPL_AND_NT: u32 = 0x7000;
/// Bits of the upper half of EFLAGS: RF and VM.
const RF_AND_VM: u32 = 0x3_0000;
/// 40:6C, timer ticks.
const TICKS: u32 = 0x46C;
/// A vector that programs may use.
const FREE_VECTOR: u32 = 0x60;

/// All checks.
pub(crate) fn flags() -> Vec<u8> {
    program(|g| {
        interrupt_flag(g)?;
        upper_flags(g)?;
        software_interrupt(g)?;
        wide_interrupt_return(g)?;
        breakpoint_and_overflow(g)?;
        single_step(g)?;
        pending_interrupt(g)?;
        g.line("done")?;
        g.rest()
    })
}

/// Emits: zero flag set if IF, as PUSHF shows it, is `on`. Turns interrupts on again.
fn expect_if(g: &mut Guest, on: bool, name: &str) -> Emit {
    g.pushf()?;
    g.pop(ax)?;
    g.sti()?;
    g.and(ax, IF)?;
    g.cmp(ax, if on { IF } else { 0 })?;
    g.check(name)
}

fn interrupt_flag(g: &mut Guest) -> Emit {
    g.cli()?;
    expect_if(g, false, "CLI clears IF in PUSHF")?;
    g.cli()?;
    g.sti()?;
    expect_if(g, true, "STI sets IF in PUSHF")?;
    for (before, after, name) in
        [(IF, 0, "POPF clears IF"), (0, IF, "POPF sets IF"), (IF, IF, "POPF keeps IF"), (0, 0, "POPF keeps IF clear")]
    {
        if before == IF {
            g.sti()?
        } else {
            g.cli()?
        }
        g.push(2 | after)?; // bit 1 is always set
        g.popf()?;
        expect_if(g, after == IF, name)?;
    }
    g.pushfd()?;
    g.pop(ecx)?;
    g.and(ecx, !IF)?;
    g.push(ecx)?;
    g.popfd()?;
    expect_if(g, false, "POPFD clears IF")
}

/// A program tells a 386 from older processors by bits 12–14, which a 286 holds at zero.
fn upper_flags(g: &mut Guest) -> Emit {
    g.pushf()?;
    g.pop(ax)?;
    g.or(ax, IOPL_AND_NT)?;
    g.push(ax)?;
    g.popf()?;
    g.pushf()?;
    g.pop(cx)?;
    g.push(IF | 2)?;
    g.popf()?;
    g.and(cx, IOPL_AND_NT)?;
    g.cmp(cx, IOPL_AND_NT)?;
    g.check("bits 12 to 14 can be set, as on a 386")?;
    g.pushfd()?;
    g.pop(eax)?;
    g.test(eax, RF_AND_VM)?;
    g.check("PUSHFD shows neither VM nor RF")
}

/// INT clears IF and TF for the handler; IRET gives back what is on the stack.
fn software_interrupt(g: &mut Guest) -> Emit {
    let handler = g.room(2);
    let inside = g.room(2);
    let mut over = g.create_label();
    g.jmp(over)?;
    g.point_here(handler)?;
    g.pushf()?;
    g.pop(word_ptr(inside))?;
    g.push(bp)?;
    g.mov(bp, sp)?;
    g.or(word_ptr(bp + 6), CF)?; // the carry flag of the caller, as a BIOS answers
    g.pop(bp)?;
    g.iret()?;
    g.place(&mut over)?;
    g.set_vector(FREE_VECTOR, handler)?;
    g.clc()?;
    g.int(FREE_VECTOR)?;
    g.sbb(ax, ax)?;
    g.inc(ax)?;
    g.check("IRET gives back the flags on the stack")?;
    g.int(FREE_VECTOR)?;
    expect_if(g, true, "IRET restores IF")?;
    g.test(word_ptr(inside), IF | TF)?;
    g.check("INT clears IF and TF")?;
    g.cli()?;
    g.int(FREE_VECTOR)?;
    expect_if(g, false, "IRET keeps IF clear")
}

/// IRETD takes three double words.
fn wide_interrupt_return(g: &mut Guest) -> Emit {
    let target = g.room(2);
    g.mov(bp, sp)?;
    g.cli()?;
    g.pushfd()?;
    g.or(word_ptr(esp), IF)?;
    g.push(0)?;
    g.push(cs)?;
    g.movzx(eax, word_ptr(target))?;
    g.push(eax)?;
    g.iretd()?;
    g.hlt()?; // not reached
    g.point_here(target)?;
    expect_if(g, true, "IRETD restores IF")?;
    g.cmp(sp, bp)?;
    g.check("IRETD takes twelve bytes")
}

fn breakpoint_and_overflow(g: &mut Guest) -> Emit {
    let handler = g.room(2);
    let called = g.room(2);
    let mut over = g.create_label();
    g.jmp(over)?;
    g.point_here(handler)?;
    g.inc(word_ptr(called).cs())?;
    g.iret()?;
    g.place(&mut over)?;
    g.set_vector(3, handler)?;
    g.set_vector(4, handler)?;
    g.int3()?;
    g.cmp(word_ptr(called), 1)?;
    g.check("INT3 goes through vector 3")?;
    g.mov(al, 1)?;
    g.cmp(al, 0)?;
    CodeAssembler::into(g)?; // OF is clear
    g.cmp(word_ptr(called), 1)?;
    g.check("INTO does nothing while OF is clear")?;
    g.mov(al, 0x7F)?;
    g.inc(al)?;
    CodeAssembler::into(g)?;
    g.cmp(word_ptr(called), 2)?;
    g.check("INTO goes through vector 4")
}

/// A trap after each instruction that starts with TF set: NOP, NOP, PUSHF, POP, AND, PUSH, POPF.
fn single_step(g: &mut Guest) -> Emit {
    let handler = g.room(2);
    let steps = g.room(2);
    let mut over = g.create_label();
    g.jmp(over)?;
    g.point_here(handler)?;
    g.inc(word_ptr(steps).cs())?;
    g.iret()?;
    g.place(&mut over)?;
    g.set_vector(1, handler)?;
    g.pushf()?;
    g.pop(ax)?;
    g.or(ax, TF)?;
    g.push(ax)?;
    g.popf()?;
    g.nop()?;
    g.nop()?;
    g.pushf()?;
    g.pop(ax)?;
    g.and(ax, !TF & 0xFFFF)?;
    g.push(ax)?;
    g.popf()?;
    g.cmp(word_ptr(steps), 7)?;
    g.check("TF traps after each instruction")
}

/// A timer interrupt that comes while IF is clear waits for STI and the instruction after it.
fn pending_interrupt(g: &mut Guest) -> Emit {
    g.cli()?;
    g.mov(ebp, dword_ptr(TICKS))?;
    let wait = g.here()?;
    g.mov(al, 0x0A)?; // 8259A OCW3: the next read gives the request register
    g.out(0x20, al)?;
    g.in_(al, 0x20)?;
    g.test(al, 1)?;
    g.jz(wait)?;
    g.mov(eax, dword_ptr(TICKS))?;
    g.sti()?;
    g.cli()?; // in the shadow of STI: nothing comes in between
    g.mov(edx, dword_ptr(TICKS))?;
    g.sti()?;
    g.nop()?;
    g.nop()?;
    g.mov(ecx, dword_ptr(TICKS))?;
    g.cmp(eax, ebp)?;
    g.mov(edi, edx)?;
    g.check("no interrupt comes while IF is clear")?;
    g.cmp(edi, ebp)?;
    g.check("STI lets one more instruction pass")?;
    g.sub(ecx, ebp)?;
    g.cmp(ecx, 1)?;
    g.check("a pending interrupt comes after STI")
}
