//! A guest that checks ENTER and LEAVE: frame sizes, nesting levels and both operand sizes.

use iced_x86::code_asm::*;
use iced_x86::{Code, Instruction};

use super::guest::{Guest, program};
use crate::tour::source::program::Emit;

/// All checks. SS = DS = 0, so the stack is read through BX.
pub(crate) fn frames() -> Vec<u8> {
    program(|g| {
        plain_frame(g)?;
        nested_frame(g)?;
        wide_frame(g)?;
        g.line("done")?;
        g.rest()
    })
}

/// Level 0: pushes BP, points it there and reserves the frame.
fn plain_frame(g: &mut Guest) -> Emit {
    g.mov(bp, 0x1234)?;
    g.mov(di, sp)?;
    g.enter(0x146, 0)?;
    g.mov(cx, sp)?;
    g.mov(dx, bp)?;
    g.leave()?;
    g.add(cx, 0x148)?;
    g.cmp(cx, di)?;
    g.check("ENTER reserves the frame")?;
    g.add(dx, 2)?;
    g.cmp(dx, di)?;
    g.check("ENTER points BP to the frame")?;
    g.cmp(bp, 0x1234)?;
    g.check("LEAVE brings BP back")?;
    g.cmp(sp, di)?;
    g.check("LEAVE frees the frame")
}

/// Level 3: also copies two links of the outer frame and appends the new one.
fn nested_frame(g: &mut Guest) -> Emit {
    g.mov(di, sp)?;
    g.mov(bp, sp)?;
    g.push(0x1111)?;
    g.push(0x2222)?;
    g.enter(0x10, 3)?;
    g.mov(cx, sp)?;
    g.mov(bx, bp)?;
    g.mov(dx, word_ptr(bx - 2))?;
    g.shl(edx, 16)?;
    g.mov(dx, word_ptr(bx - 4))?;
    g.mov(ax, word_ptr(bx - 6))?;
    g.add(cx, 6 + 0x10)?;
    g.cmp(cx, bx)?;
    g.mov(cx, ax)?;
    g.check("ENTER at level 3 reserves links and frame")?;
    g.cmp(edx, 0x1111_2222)?;
    g.check("ENTER at level 3 copies the outer links")?;
    g.cmp(cx, bp)?;
    g.check("ENTER at level 3 appends its own link")?;
    g.leave()?;
    g.cmp(bp, di)?;
    g.check("LEAVE brings the outer frame back")?;
    g.mov(sp, di)
}

/// With the operand-size prefix EBP is pushed whole.
fn wide_frame(g: &mut Guest) -> Emit {
    g.mov(ebp, 0x1234_5678)?;
    g.mov(di, sp)?;
    g.add_instruction(Instruction::with2(Code::Enterd_imm16_imm8, 0x20u32, 0u32)?)?;
    g.mov(cx, sp)?;
    g.mov(bx, bp)?;
    g.mov(edx, dword_ptr(bx))?;
    g.add_instruction(Instruction::with(Code::Leaved))?;
    g.add(cx, 0x24)?;
    g.cmp(cx, di)?;
    g.check("32-bit ENTER reserves the frame")?;
    g.cmp(edx, 0x1234_5678)?;
    g.check("32-bit ENTER pushes EBP")?;
    g.cmp(ebp, 0x1234_5678)?;
    g.check("32-bit LEAVE brings EBP back")
}
