//! A guest with a mouse: it asks the BIOS and the driver, then shows what the driver tells it.

use iced_x86::code_asm::*;

use super::guest::{Guest, program};
use crate::tour::source::program::Emit;

/// Checks what INT 15h/AH=C2h and INT 33h say, installs a handler of events, prints `ready`, and waits
/// for a press of the right button. Then it tells what it was told and prints `done`.
pub(crate) fn mouse() -> Vec<u8> {
    program(|g| {
        bios(g)?;
        let told = g.room(8);
        let slot = g.room(2);
        driver(g, slot)?;
        g.line("ready")?;
        wait_for_press(g)?;
        // The handler was told the left button's press, and nothing else.
        for (offset, expected, name) in [
            (0, 2, "the handler is called for a press"),
            (2, 1, "with the button"),
            (4, 40, "its column"),
            (6, 24, "and its row"),
        ] {
            g.cmp(word_ptr(told + offset), expected)?;
            g.check(name)?;
        }
        g.line("done")?;
        g.rest()?;
        g.point_here(slot)?;
        g.mov(word_ptr(told).cs(), ax)?;
        g.mov(word_ptr(told + 2).cs(), bx)?;
        g.mov(word_ptr(told + 4).cs(), cx)?;
        g.mov(word_ptr(told + 6).cs(), dx)?;
        g.retf()
    })
}

fn bios(g: &mut Guest) -> Emit {
    g.int(0x11)?;
    g.and(ax, 4)?;
    g.cmp(ax, 4)?;
    g.check("the equipment word has a pointing device")?;
    g.mov(ax, 0xC204)?;
    g.int(0x15)?;
    g.setc(al)?;
    g.or(al, bh)?;
    g.check("the BIOS knows a mouse")?;
    g.mov(ax, 0xC206)?;
    g.xor(bx, bx)?;
    g.int(0x15)?;
    g.and(bl, 0x20)?;
    g.cmp(bl, 0x20)?;
    g.check("the driver has enabled it")
}

fn driver(g: &mut Guest, slot: u32) -> Emit {
    g.xor(ax, ax)?;
    g.int(0x33)?;
    g.cmp(ax, 0xFFFFu32)?;
    g.check("the driver is there")?;
    g.mov(ax, 0x000C)?;
    g.mov(cx, 0x0002)?;
    g.mov(dx, word_ptr(slot))?;
    g.int(0x33)?;
    g.mov(ax, 1)?;
    g.int(0x33)
}

/// Polls for a press of the right button, and checks where the driver says that it was.
fn wait_for_press(g: &mut Guest) -> Emit {
    let wait = g.here()?;
    g.mov(ax, 5)?;
    g.mov(bx, 1)?;
    g.int(0x33)?;
    g.test(bx, bx)?;
    g.jz(wait)?;
    g.push(dx)?;
    g.cmp(cx, 632)?;
    g.check("a press is found where it was")?;
    g.pop(dx)?;
    g.cmp(dx, 192)?;
    g.check("in the last row, too")
}
