//! Guests that print numbered lines and scroll without the BIOS.

use iced_x86::code_asm::*;

use super::guest::{Guest, boot_sector};
use crate::tour::source::program::Emit;

/// Segment of colour text memory.
const VIDEO: u32 = 0xB800;
/// Bytes of a row of 80 columns.
const ROW: i32 = 160;
/// Last row of the screen.
const LAST_ROW: i32 = 24 * ROW;

/// How a guest moves its picture up by a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scroll {
    /// REP MOVSW.
    Block,
    /// A loop over the bytes.
    Loop,
    /// The start address of the 6845.
    Start,
}

/// Prints `last` lines `line 00000`, `line 00001` and so on, each after a pause of `pause` turns of a
/// loop, then `done`.
pub(crate) fn scroller(how: Scroll, last: u32, pause: u32) -> Vec<u8> {
    boot_sector(|g| {
        g.mov(ax, VIDEO)?;
        g.mov(es, ax)?;
        g.xor(bp, bp)?; // the line's number
        g.xor(dx, dx)?; // where the picture begins
        let next = g.here()?;
        let mut bottom = g.create_label();
        g.mov(di, dx)?;
        g.cmp(bp, 25)?;
        g.jae(bottom)?;
        g.imul_3(di, bp, ROW)?;
        let mut write = g.create_label();
        g.jmp(write)?;
        g.place(&mut bottom)?;
        scroll(g, how)?;
        g.place(&mut write)?;
        line(g)?;
        g.mov(ecx, pause)?;
        let turn = g.here()?;
        g.dec(ecx)?;
        g.jnz(turn)?;
        g.inc(bp)?;
        g.cmp(bp, last)?;
        g.jb(next)?;
        g.mov(eax, 0x076F_0764)?; // "do"
        g.mov(dword_ptr(di).es(), eax)?;
        g.rest()
    })
}

/// Emits: the picture moves up; DI = where its last row begins.
fn scroll(g: &mut Guest, how: Scroll) -> Emit {
    match how {
        Scroll::Start => {
            g.add(dx, ROW)?;
            g.mov(bx, dx)?;
            g.shr(bx, 1)?;
            g.push(dx)?;
            g.mov(dx, 0x3D4)?;
            g.mov(al, 0x0C)?;
            g.mov(ah, bh)?;
            g.out(dx, ax)?;
            g.mov(al, 0x0D)?;
            g.mov(ah, bl)?;
            g.out(dx, ax)?;
            g.pop(dx)?;
            g.mov(di, dx)?;
            g.add(di, LAST_ROW)
        }
        Scroll::Block => {
            g.push(ds)?;
            g.push(es)?;
            g.pop(ds)?;
            g.mov(si, ROW)?;
            g.xor(di, di)?;
            g.mov(cx, LAST_ROW / 2)?;
            g.rep().movsw()?;
            g.pop(ds)
        }
        Scroll::Loop => {
            g.xor(di, di)?;
            let cell = g.here()?;
            g.mov(al, byte_ptr(di + ROW).es())?;
            g.stosb()?;
            g.cmp(di, LAST_ROW)?;
            g.jb(cell)
        }
    }
}

/// Emits: a row at DI with the number in BP; DI stays.
fn line(g: &mut Guest) -> Emit {
    let text = g.text("line ");
    g.push(di)?;
    g.push(di)?;
    g.mov(ax, 0x0720)?;
    g.mov(cx, ROW / 2)?;
    g.rep().stosw()?;
    g.pop(di)?;
    g.mov(si, text)?;
    g.mov(ah, 0x07)?;
    let copy = g.here()?;
    let mut digits = g.create_label();
    g.lodsb()?;
    g.cmp(al, 0)?;
    g.je(digits)?;
    g.stosw()?;
    g.jmp(copy)?;
    g.place(&mut digits)?;
    g.push(dx)?;
    g.mov(ax, bp)?;
    g.mov(bx, 10)?;
    g.add(di, 8)?;
    g.mov(cx, 5)?;
    let digit = g.here()?;
    g.xor(dx, dx)?;
    g.div(bx)?;
    g.add(dl, i32::from(b'0'))?;
    g.mov(byte_ptr(di).es(), dl)?;
    g.mov(byte_ptr(di + 1).es(), 7)?;
    g.sub(di, 2)?;
    g.loop_(digit)?;
    g.pop(dx)?;
    g.pop(di)
}
