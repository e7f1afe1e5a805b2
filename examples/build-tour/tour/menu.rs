//! The menu: a list of pages, a bar that the arrow keys move, digits as short cuts.

use iced_x86::code_asm::*;

use super::kit::{Kit, Page, colour};
use super::program::{Emit, Program};

/// Row of the first line.
const FIRST_ROW: u32 = 9;
/// Scan codes of the arrow keys. Source: IBM PC AT Technical Reference, keyboard.
const UP: u32 = 0x48;
const DOWN: u32 = 0x50;
const ENTER: u32 = 0x0D;

const INTRODUCTION: &str = "You are inside one session of dosmux: a PC of its own, started from this\n\
                            floppy without DOS. Other sessions run beside it; whatever happens here\n\
                            does not touch them. If a page stops this PC, reset the session.";

/// Emits the menu loop and `pages` behind it. The menu is never left.
pub(crate) fn emit(p: &mut Program, kit: &Kit, pages: &[Page]) -> Emit {
    let count = u32::try_from(pages.len()).expect("a menu fits the screen");
    let titles: Vec<u32> =
        pages.iter().map(|page| p.text(&format!("  {}  {:<54}  ", page.digit, page.title))).collect();
    let title_table: Vec<u8> = titles.iter().flat_map(|at| at.to_le_bytes()[..2].to_vec()).collect();
    let title_table = p.bytes(&title_table);
    let code_table = p.room(2 * pages.len());
    let chosen = p.room(2);

    let mut show = p.create_label();
    let shown = p.here()?;
    kit.new_page(p, "dosmux tour", "↑↓ choose   Enter or a digit opens")?;
    kit.say(p, (2, 4), colour::PAGE, INTRODUCTION)?;
    emit_processor_mode(p, kit)?;
    let redraw = p.here()?;
    p.call(show)?;
    emit_choice(p, kit, pages, chosen, (redraw, count))?;
    p.mov(bx, word_ptr(chosen))?;
    p.add(bx, bx)?;
    p.call(word_ptr(bx + code_table))?;
    p.jmp(shown)?;

    p.place(&mut show)?;
    p.xor(cx, cx)?;
    let next = p.here()?;
    p.mov(bx, cx)?;
    p.add(bx, bx)?;
    p.mov(si, word_ptr(bx + title_table))?;
    p.mov(bl, colour::STRONG)?;
    p.cmp(cx, word_ptr(chosen))?;
    let mut plain = p.create_label();
    p.jne(plain)?;
    p.mov(bl, colour::CHOSEN)?;
    p.place(&mut plain)?;
    p.mov(dl, 8)?;
    p.mov(dh, cl)?;
    p.add(dh, FIRST_ROW)?;
    p.call(kit.print)?;
    p.inc(cx)?;
    p.cmp(cx, count)?;
    p.jb(next)?;
    p.ret()?;

    for (slot, page) in (code_table..).step_by(2).zip(pages) {
        p.point_here(slot)?;
        (page.emit)(p, kit)?;
    }
    Ok(())
}

/// Waits for a key and acts on it: falls through when a page is to be opened, else goes to
/// `redraw`.
fn emit_choice(p: &mut Program, kit: &Kit, pages: &[Page], chosen: u32, (redraw, count): (CodeLabel, u32)) -> Emit {
    let mut open = p.create_label();
    let mut not_up = p.create_label();
    let mut not_down = p.create_label();
    p.call(kit.key)?;
    p.cmp(al, ENTER)?;
    p.je(open)?;
    for (index, page) in (0u32..).zip(pages) {
        let mut other = p.create_label();
        p.cmp(al, u32::from(page.digit))?;
        p.jne(other)?;
        p.mov(word_ptr(chosen), index)?;
        p.jmp(open)?;
        p.place(&mut other)?;
    }
    p.cmp(ah, UP)?;
    p.jne(not_up)?;
    p.dec(word_ptr(chosen))?;
    p.jns(redraw)?;
    p.mov(word_ptr(chosen), count - 1)?;
    p.jmp(redraw)?;
    p.place(&mut not_up)?;
    p.cmp(ah, DOWN)?;
    p.jne(not_down)?;
    p.inc(word_ptr(chosen))?;
    p.cmp(word_ptr(chosen), count)?;
    p.jb(redraw)?;
    p.mov(word_ptr(chosen), 0)?;
    p.place(&mut not_down)?;
    p.jmp(redraw)?;
    p.place(&mut open)
}

/// One line that tells what a program can learn of the processor's mode. SMSW is not privileged:
/// a task in virtual-8086 mode sees that protection is on, though it may not read CR0.
/// Source: 80386 PRM, SMSW; machine status word bit 0 is PE.
fn emit_processor_mode(p: &mut Program, kit: &Kit) -> Emit {
    let virtual_mode = p.text("virtual-8086 mode (SMSW shows PE set)");
    let real_mode = p.text("real mode (SMSW shows PE clear)");
    kit.say(p, (6, 4), colour::PAGE, "The processor is in ")?;
    p.mov(si, virtual_mode)?;
    p.smsw(ax)?;
    p.test(al, 1)?;
    let mut known = p.create_label();
    p.jnz(known)?;
    p.mov(si, real_mode)?;
    p.place(&mut known)?;
    p.mov(bl, colour::STRONG)?;
    p.call(kit.print)
}
