//! What tells the time on a PC: the timer tick and the battery-backed clock.

use iced_x86::code_asm::*;

use super::super::kit::{ESC, Kit, Page, bda, colour};
use super::super::program::{Emit, Program};

/// The menu line.
pub(crate) const PAGE: Page = Page { digit: '3', title: "Clocks: timer tick, date and time", emit };

/// Column of the values.
const VALUES: u32 = 44;

fn emit(p: &mut Program, kit: &Kit) -> Emit {
    kit.new_page(p, "Clocks", "Esc back")?;
    kit.say(p, (3, 4), colour::PAGE, "Timer ticks since midnight (INT 1Ah/AH=00h)")?;
    kit.say(p, (5, 4), colour::PAGE, "Battery-backed clock, time (INT 1Ah/02h)")?;
    kit.say(p, (7, 4), colour::PAGE, "Battery-backed clock, date (INT 1Ah/04h)")?;
    kit.say(
        p,
        (11, 4),
        colour::PAGE,
        "The timer interrupts the processor 18.2 times a second (IRQ 0, INT 08h). The\n\
         BIOS counts these ticks and calls INT 1Ch, a hook that does nothing until a\n\
         program takes it. The clock in the corner above hangs on that hook, on every\n\
         page; it chains to the handler that was there before.\n\n\
         This page halts the processor (HLT) between ticks, so it needs no time.",
    )?;

    let again = p.here()?;
    p.xor(ah, ah)?;
    p.int(0x1A)?; // CX:DX ticks; AL midnight flag
    p.mov(ax, cx)?;
    p.shl(eax, 16)?;
    p.mov(ax, dx)?;
    p.mov(cl, 8)?;
    kit.at(p, (3, VALUES + 4), colour::STRONG)?;
    p.call(kit.decimal)?;
    emit_time(p, kit)?;
    emit_date(p, kit)?;
    emit_wait_for_tick(p)?;
    p.call(kit.poll)?;
    p.jz(again)?;
    p.cmp(al, ESC)?;
    p.jne(again)?;
    p.ret()
}

/// Time in packed BCD: CH hours, CL minutes, DH seconds.
fn emit_time(p: &mut Program, kit: &Kit) -> Emit {
    p.mov(ah, 0x02)?;
    p.int(0x1A)?;
    p.mov(al, ch)?;
    p.mov(ah, cl)?;
    p.mov(di, dx)?;
    p.push(ax)?;
    kit.at(p, (5, VALUES + 4), colour::STRONG)?;
    emit_bcd(p, kit)?;
    p.mov(al, i32::from(b':'))?;
    emit_character(p, kit)?;
    p.pop(ax)?;
    p.mov(al, ah)?;
    emit_bcd(p, kit)?;
    p.mov(al, i32::from(b':'))?;
    emit_character(p, kit)?;
    p.mov(ax, di)?;
    p.mov(al, ah)?;
    emit_bcd(p, kit)
}

/// Date in packed BCD: CH century, CL year, DH month, DL day.
fn emit_date(p: &mut Program, kit: &Kit) -> Emit {
    p.mov(ah, 0x04)?;
    p.int(0x1A)?;
    p.mov(di, dx)?;
    p.movzx(eax, cx)?;
    kit.at(p, (7, VALUES + 2), colour::STRONG)?;
    p.mov(cl, 4)?;
    p.call(kit.hex)?;
    p.mov(al, i32::from(b'-'))?;
    emit_character(p, kit)?;
    p.mov(ax, di)?;
    p.mov(al, ah)?;
    emit_bcd(p, kit)?;
    p.mov(al, i32::from(b'-'))?;
    emit_character(p, kit)?;
    p.mov(ax, di)?;
    emit_bcd(p, kit)
}

/// AL: two decimal digits in packed BCD, which is two hexadecimal digits.
fn emit_bcd(p: &mut Program, kit: &Kit) -> Emit {
    p.mov(cl, 2)?;
    p.call(kit.hex)
}

fn emit_character(p: &mut Program, kit: &Kit) -> Emit {
    p.call(kit.put)?;
    p.inc(dl)
}

/// Emits: halt until the tick count changes or a key comes. Changes AX.
pub(crate) fn emit_wait_for_tick(p: &mut Program) -> Emit {
    let mut done = p.create_label();
    p.mov(al, byte_ptr(bda::TICKS))?;
    p.push(ax)?;
    let wait = p.here()?;
    p.mov(ah, 0x11)?;
    p.int(0x16)?;
    p.pop(ax)?;
    p.push(ax)?;
    p.jnz(done)?;
    p.hlt()?; // any interrupt ends it: a tick, a key
    p.cmp(al, byte_ptr(bda::TICKS))?;
    p.je(wait)?;
    p.place(&mut done)?;
    p.pop(ax)
}
