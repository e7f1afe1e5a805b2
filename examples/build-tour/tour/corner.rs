//! The clock in the corner: a handler on INT 1Ch, the hook that the BIOS's timer interrupt calls
//! 18.2 times a second. A handler chains: it ends with a jump to whoever had the vector before.

use iced_x86::code_asm::*;

use super::kit::{Kit, bda, colour};
use super::program::{Emit, Program};

/// Address of vector 1Ch.
const VECTOR: u32 = 0x1C * 4;
/// Timer ticks in an hour. Source: 1193182 Hz / 65536 × 3600 s.
const TICKS_PER_HOUR: u32 = 65543;

/// Emits the routines `hook`, which takes the vector, and [`Kit::unhook`], which gives it back.
pub(crate) fn emit(p: &mut Program, kit: &mut Kit, hook: &mut CodeLabel) -> Emit {
    let old_vector = p.room(4);
    let handler_at = p.room(2);

    p.place(hook)?;
    p.mov(eax, dword_ptr(VECTOR))?;
    p.mov(dword_ptr(old_vector), eax)?;
    p.mov(ax, word_ptr(handler_at))?;
    p.cli()?; // no tick may find half a vector
    p.mov(word_ptr(VECTOR), ax)?;
    p.mov(word_ptr(VECTOR + 2), 0)?;
    p.sti()?;
    p.ret()?;

    p.place(&mut kit.unhook)?;
    p.mov(eax, dword_ptr(old_vector))?;
    p.mov(dword_ptr(VECTOR), eax)?;
    p.ret()?;

    p.point_here(handler_at)?;
    emit_handler(p, kit, old_vector)
}

/// An interrupt handler knows nothing of the registers but CS:IP, and changes none.
fn emit_handler(p: &mut Program, kit: &Kit, old_vector: u32) -> Emit {
    let mut same_second = p.create_label();
    let mut two_digits = p.create_label();
    p.pushad()?;
    p.push(ds)?;
    p.push(es)?;
    p.xor(ax, ax)?;
    p.mov(ds, ax)?;
    p.cld()?; // the interrupted program may run strings backwards

    p.mov(eax, dword_ptr(bda::TICKS))?;
    p.mov(ecx, 3600)?;
    p.mul(ecx)?;
    p.mov(ecx, TICKS_PER_HOUR)?;
    p.div(ecx)?; // seconds since midnight
    p.cmp(eax, dword_ptr(kit.clock_shown))?;
    p.je(same_second)?;
    p.mov(dword_ptr(kit.clock_shown), eax)?;

    p.xor(edx, edx)?;
    p.mov(ecx, 3600)?;
    p.div(ecx)?;
    p.mov(si, dx)?; // the seconds of this hour
    p.mov(bl, colour::BAR)?;
    p.xor(dh, dh)?;
    p.mov(dl, byte_ptr(bda::COLUMNS))?;
    p.sub(dl, 9)?;
    p.call(two_digits)?;
    p.mov(al, i32::from(b':'))?;
    p.call(kit.put)?;
    p.inc(dl)?;
    p.mov(ax, si)?;
    p.mov(cl, 60)?;
    p.div(cl)?; // AL: minutes, AH: seconds
    p.push(ax)?;
    p.call(two_digits)?;
    p.mov(al, i32::from(b':'))?;
    p.call(kit.put)?;
    p.inc(dl)?;
    p.pop(ax)?;
    p.mov(al, ah)?;
    p.call(two_digits)?;

    p.place(&mut same_second)?;
    p.pop(es)?;
    p.pop(ds)?;
    p.popad()?;
    p.jmp(dword_ptr(old_vector).cs())?;

    // AL: a number below 100.
    p.place(&mut two_digits)?;
    p.aam(10)?; // AH: tens, AL: ones
    p.add(ax, 0x3030)?;
    p.xchg(ah, al)?;
    p.call(kit.put)?;
    p.inc(dl)?;
    p.mov(al, ah)?;
    p.call(kit.put)?;
    p.inc(dl)?;
    p.ret()
}
