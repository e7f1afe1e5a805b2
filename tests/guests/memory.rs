//! Guests that test address line 20 and the 64 KiB above 1 MiB.

use iced_x86::code_asm::*;

use super::guest::{Guest, program};
use crate::tour::source::program::Emit;

/// A free word of low memory, and the offset in segment FFFFh that is the same word while A20 is
/// held low: FFFF0h + 0510h wraps to 00500h.
const LOW: u32 = 0x500;
const ALIAS: u32 = 0x510;

/// System control port A: bit 1 is the A20 gate. Source: PS/2 Technical Reference, port 92h.
const PORT_92: u32 = 0x92;
/// 8042 ports, its command "write output port", and output port values with A20 low and high;
/// bit 0 must stay set, it is the processor's reset line.
const KBC_DATA: u32 = 0x60;
const KBC_COMMAND: u32 = 0x64;
const WRITE_OUTPUT_PORT: u32 = 0xD1;
const A20_LOW: u32 = 0xDD;
const A20_HIGH: u32 = 0xDF;

/// Opens and closes the A20 gate both ways and looks whether addresses wrap.
pub(crate) fn a20_gate() -> Vec<u8> {
    program(|g| {
        set_by_port_92(g, false)?;
        expect_wrap(g, true, "port 92h: A20 low wraps")?;
        set_by_port_92(g, true)?;
        expect_wrap(g, false, "port 92h: A20 high does not wrap")?;
        g.in_(al, PORT_92)?;
        g.and(al, 2)?;
        g.cmp(al, 2)?;
        g.check("port 92h shows the gate")?;
        // Boards differ in whether either gate suffices or the last word counts: keep port 92h low.
        set_by_port_92(g, false)?;
        set_by_keyboard_controller(g, A20_LOW)?;
        expect_wrap(g, true, "8042: A20 low wraps")?;
        set_by_keyboard_controller(g, A20_HIGH)?;
        expect_wrap(g, false, "8042: A20 high does not wrap")?;
        g.line("done")?;
        g.rest()
    })
}

fn set_by_port_92(g: &mut Guest, high: bool) -> Emit {
    g.in_(al, PORT_92)?;
    if high {
        g.or(al, 2)?;
    } else {
        g.and(al, 0xFD)?;
    }
    g.and(al, 0xFE)?; // bit 0 resets the processor
    g.out(PORT_92, al)
}

fn set_by_keyboard_controller(g: &mut Guest, value: u32) -> Emit {
    g.cli()?;
    wait_input_buffer_empty(g)?;
    g.mov(al, WRITE_OUTPUT_PORT)?;
    g.out(KBC_COMMAND, al)?;
    wait_input_buffer_empty(g)?;
    g.mov(al, value)?;
    g.out(KBC_DATA, al)?;
    wait_input_buffer_empty(g)?;
    g.sti()
}

/// Status register bit 1: the controller has not yet taken the last byte.
fn wait_input_buffer_empty(g: &mut Guest) -> Emit {
    let wait = g.here()?;
    g.in_(al, KBC_COMMAND)?;
    g.test(al, 2)?;
    g.jnz(wait)?;
    Ok(())
}

/// Writes through the alias and looks whether low memory changed.
fn expect_wrap(g: &mut Guest, wraps: bool, name: &str) -> Emit {
    g.mov(ax, 0xFFFF)?;
    g.mov(es, ax)?;
    g.mov(word_ptr(LOW), 0x1111)?;
    g.mov(word_ptr(ALIAS).es(), 0x2222)?;
    g.cmp(word_ptr(LOW), if wraps { 0x2222 } else { 0x1111 })?;
    g.mov(ax, 0)?;
    g.mov(es, ax)?;
    g.check(name)
}

/// Fills the high memory area, FFFF:0010 to FFFF:FFFF, and reads it back.
pub(crate) fn high_memory_area() -> Vec<u8> {
    program(|g| {
        set_by_port_92(g, true)?;
        g.mov(eax, dword_ptr(0))?;
        g.mov(ebp, eax)?;
        g.mov(ax, 0xFFFF)?;
        g.mov(es, ax)?;
        g.mov(di, 0x10)?;
        let fill = g.here()?;
        g.mov(ax, di)?;
        g.stosw()?;
        g.test(di, di)?;
        g.jnz(fill)?;
        g.mov(di, 0x10)?;
        g.mov(cx, 0x7FF8)?;
        let compare = g.here()?;
        g.mov(ax, di)?;
        g.scasw()?;
        g.loope(compare)?;
        g.mov(ax, 0)?;
        g.mov(es, ax)?;
        g.check("65520 bytes keep what was written")?;
        g.cmp(ebp, dword_ptr(0))?;
        g.check("low memory is not the same memory")?;
        g.line("done")?;
        g.rest()
    })
}
