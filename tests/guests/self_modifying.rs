//! A guest that overwrites its own code. On an 80386 the prefetch queue may hide a write to the
//! very next bytes, so programs jump first; a later processor, and this machine, show it at once.

use iced_x86::code_asm::*;

use super::guest::{Guest, program};
use crate::tour::source::program::Emit;

/// Offset of the operand in `MOV AL, imm8`.
const OPERAND: u32 = 1;

/// Checks each way in which code may change under the processor's feet.
pub(crate) fn self_modifying() -> Vec<u8> {
    program(|g| {
        next_instruction(g)?;
        own_loop(g)?;
        through_another_segment(g)?;
        by_string_instruction(g)?;
        called_routine(g)?;
        g.line("done")?;
        g.rest()
    })
}

/// The write hits the instruction right behind it, in the same basic block.
fn next_instruction(g: &mut Guest) -> Emit {
    let target = g.room(2);
    g.mov(bx, word_ptr(target))?;
    g.mov(byte_ptr(bx + OPERAND), i32::from(b'B'))?;
    g.point_here(target)?;
    g.mov(al, i32::from(b'A'))?;
    g.cmp(al, i32::from(b'B'))?;
    g.check("a write to the next instruction")
}

/// A loop adds one to an operand of its own body each time round: 1 + 2 + … + 10.
fn own_loop(g: &mut Guest) -> Emit {
    let target = g.room(2);
    g.mov(bx, word_ptr(target))?;
    g.xor(dx, dx)?;
    g.mov(cx, 10)?;
    let again = g.here()?;
    g.inc(byte_ptr(bx + OPERAND))?;
    g.point_here(target)?;
    g.mov(al, 0)?;
    g.cbw()?;
    g.add(dx, ax)?;
    g.loop_(again)?;
    g.cmp(dx, 55)?;
    g.check("a loop that changes its body")
}

/// The write goes through an alias: another segment, the same bytes.
fn through_another_segment(g: &mut Guest) -> Emit {
    let target = g.room(2);
    g.mov(bx, word_ptr(target))?;
    g.sub(bx, 0x100)?;
    g.mov(ax, 0x10)?;
    g.mov(es, ax)?;
    g.mov(byte_ptr(bx + OPERAND).es(), 7)?;
    g.point_here(target)?;
    g.mov(al, 0)?;
    g.mov(cx, 0)?;
    g.mov(es, cx)?;
    g.cmp(al, 7)?;
    g.check("a write through another segment")
}

/// `REP STOSB` fills two operands ahead of it at once, and the opcode byte between them.
fn by_string_instruction(g: &mut Guest) -> Emit {
    let target = g.room(2);
    g.mov(di, word_ptr(target))?;
    g.mov(al, 0x42)?; // INC DX
    g.mov(cx, 4)?;
    g.xor(dx, dx)?;
    g.rep().stosb()?;
    g.point_here(target)?;
    g.nop()?;
    g.nop()?;
    g.nop()?;
    g.nop()?;
    g.cmp(dx, 4)?;
    g.check("a string instruction that writes code")
}

/// A routine that has run before is changed and called again.
fn called_routine(g: &mut Guest) -> Emit {
    let target = g.room(2);
    let mut routine = g.create_label();
    let mut over = g.create_label();
    g.jmp(over)?;
    g.place(&mut routine)?;
    g.point_here(target)?;
    g.mov(al, 1)?;
    g.ret()?;
    g.place(&mut over)?;
    g.mov(cx, 100)?;
    let warm = g.here()?;
    g.call(routine)?;
    g.loop_(warm)?;
    g.mov(bx, word_ptr(target))?;
    g.mov(byte_ptr(bx + OPERAND), 9)?;
    g.call(routine)?;
    g.cmp(al, 9)?;
    g.check("a routine that ran before and was changed")
}
