//! Guests that talk to chips and to the disk directly.

use iced_x86::code_asm::*;

use super::guest::{Guest, boot_sector, program};
use crate::tour::source::program::Emit;

/// The debug port.
const DEBUG_PORT: u32 = 0xE9;
/// What [`debug_port`] writes there.
const MESSAGE: &str = "hello from the guest\n";

/// Writes a line to the debug port, prints `done`.
pub(crate) fn debug_port() -> Vec<u8> {
    boot_sector(|g| {
        let message = g.text(MESSAGE);
        g.mov(si, message)?;
        g.mov(cx, u32::try_from(MESSAGE.len()).expect("a line is short"))?;
        g.mov(dx, DEBUG_PORT)?;
        g.rep().outsb()?;
        g.line("done")?;
        g.rest()
    })
}

/// Reads the timer, the clock, the interrupt controllers and the display.
pub(crate) fn chips() -> Vec<u8> {
    program(|g| {
        timer_counts(g)?;
        clock_answers(g)?;
        interrupt_controller_answers(g)?;
        retrace_toggles(g)?;
        g.mov(dx, 0x0222)?;
        g.in_(al, dx)?;
        g.cmp(al, 0xFF)?;
        g.check("a port that nobody owns reads FFh")?;
        g.line("done")?;
        g.rest()
    })
}

/// 8254: latch counter 0 twice with some time between; it counts down, so the two differ.
fn timer_counts(g: &mut Guest) -> Emit {
    latch_counter_0(g)?;
    g.mov(bp, ax)?;
    g.mov(cx, 1000)?;
    let wait = g.here()?;
    g.loop_(wait)?;
    latch_counter_0(g)?;
    g.cmp(ax, bp)?;
    g.setz(al)?;
    g.test(al, al)?;
    g.check("counter 0 of the timer moves")
}

/// AX: the count.
fn latch_counter_0(g: &mut Guest) -> Emit {
    g.mov(al, 0)?;
    g.out(0x43, al)?;
    g.in_(al, 0x40)?;
    g.mov(ah, al)?;
    g.in_(al, 0x40)?;
    g.xchg(al, ah)
}

/// MC146818: register D bit 7 says that the battery is good; the seconds go on.
fn clock_answers(g: &mut Guest) -> Emit {
    g.mov(al, 0x0D)?;
    g.out(0x70, al)?;
    g.in_(al, 0x71)?;
    g.and(al, 0x80)?;
    g.cmp(al, 0x80)?;
    g.check("the clock's battery is good")?;
    g.mov(al, 0)?;
    g.out(0x70, al)?;
    g.in_(al, 0x71)?;
    g.mov(cl, al)?;
    g.mov(dl, byte_ptr(0x46C))?;
    g.add(dl, 40)?; // more than two seconds later it is hopeless
    let mut changed = g.create_label();
    let wait = g.here()?;
    g.mov(al, 0)?;
    g.out(0x70, al)?;
    g.in_(al, 0x71)?;
    g.cmp(al, cl)?;
    g.jne(changed)?;
    g.cmp(dl, byte_ptr(0x46C))?;
    g.jne(wait)?;
    g.place(&mut changed)?;
    g.cmp(al, cl)?;
    g.setz(al)?;
    g.test(al, al)?;
    g.check("the clock's seconds go on")
}

/// 8259A: the mask register reads back what was written.
fn interrupt_controller_answers(g: &mut Guest) -> Emit {
    g.cli()?;
    g.in_(al, 0x21)?;
    g.mov(cl, al)?;
    g.mov(al, 0xA5)?;
    g.out(0x21, al)?;
    g.in_(al, 0x21)?;
    g.mov(ch, al)?;
    g.mov(al, cl)?;
    g.out(0x21, al)?;
    g.sti()?;
    g.cmp(ch, 0xA5)?;
    g.check("the interrupt mask reads back")
}

/// Input status register 1, bit 3: both states come within a while.
fn retrace_toggles(g: &mut Guest) -> Emit {
    g.mov(dx, 0x3DA)?;
    for state in [8, 0, 8] {
        let mut seen = g.create_label();
        g.mov(ecx, 2_000_000)?;
        let wait = g.here()?;
        g.in_(al, dx)?;
        g.and(al, 8)?;
        g.cmp(al, state)?;
        g.je(seen)?;
        g.dec(ecx)?;
        g.jnz(wait)?;
        g.place(&mut seen)?;
    }
    g.cmp(al, 8)?;
    g.check("vertical retrace comes and goes")
}

/// Writes the last sector of the disk and reads it back.
pub(crate) fn disk_write() -> Vec<u8> {
    program(|g| {
        g.mov(di, 0x6000)?;
        g.mov(cx, 256)?;
        g.mov(ax, 0xCAFE)?;
        g.rep().stosw()?;
        transfer(g, 0x0301, 0x6000)?;
        g.sbb(al, al)?;
        g.check("INT 13h writes the last sector")?;
        transfer(g, 0x0201, 0x6200)?;
        g.mov(si, 0x6000)?;
        g.mov(di, 0x6200)?;
        g.mov(cx, 256)?;
        g.repe().cmpsw()?;
        g.check("the sector reads back")?;
        g.line("done")?;
        g.rest()
    })
}

/// INT 13h with `function` in AX on cylinder 39, head 0, sector 8 of A:.
fn transfer(g: &mut Guest, function: u32, buffer: u32) -> Emit {
    g.mov(ax, function)?;
    g.mov(bx, buffer)?;
    g.mov(cx, 39 << 8 | 8)?;
    g.xor(dx, dx)?;
    g.int(0x13)
}
