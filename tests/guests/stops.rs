//! Guests that rest, and guests that stop their machine in every way there is.

use iced_x86::code_asm::*;

use super::guest::{boot_sector, program};

/// Prints `ready` and halts with interrupts on, for ever.
pub(crate) fn idle() -> Vec<u8> {
    boot_sector(|g| {
        g.line("ready")?;
        g.rest()
    })
}

/// Prints `stopping`, then `CLI` and `HLT`.
pub(crate) fn cli_hlt() -> Vec<u8> {
    boot_sector(|g| {
        g.line("stopping")?;
        g.cli()?;
        g.hlt()
    })
}

/// Prints `stopping`, then `CLI` and a jump to itself.
pub(crate) fn cli_loop() -> Vec<u8> {
    boot_sector(|g| {
        g.line("stopping")?;
        g.cli()?;
        let again = g.here()?;
        g.jmp(again)
    })
}

/// Prints `stopping`, then executes FFh FFh, which no x86 knows.
pub(crate) fn invalid_opcode() -> Vec<u8> {
    boot_sector(|g| {
        g.line("stopping")?;
        g.db(&[0xFF, 0xFF])
    })
}

/// Prints `stopping`, fills segment 2000h with pseudo-random bytes and jumps to it.
pub(crate) fn wild_code() -> Vec<u8> {
    boot_sector(|g| {
        g.line("stopping")?;
        g.mov(ax, 0x2000)?;
        g.mov(es, ax)?;
        g.xor(di, di)?;
        g.mov(ax, 0x1234)?;
        let fill = g.here()?;
        // A Galois shift register with taps 16, 14, 13 and 11.
        g.shr(ax, 1)?;
        let mut no_tap = g.create_label();
        g.jnc(no_tap)?;
        g.xor(ax, 0xB400)?;
        g.place(&mut no_tap)?;
        g.stosb()?;
        g.test(di, di)?;
        g.jnz(fill)?;
        g.push(0x2000)?;
        g.push(0)?;
        g.retf()
    })
}

/// Prints `stopping`, then divides by zero with nobody to catch it.
pub(crate) fn divide_error() -> Vec<u8> {
    boot_sector(|g| {
        g.line("stopping")?;
        g.xor(cx, cx)?;
        g.div(cx)
    })
}

/// Catches divide errors: the saved IP is the instruction's own, so the handler steps over it.
pub(crate) fn divide_error_caught() -> Vec<u8> {
    program(|g| {
        let handler = g.room(2);
        let caught = g.room(2);
        let division = g.room(2);
        g.set_vector(0, handler)?;
        g.mov(word_ptr(caught), 0)?;
        g.xor(dx, dx)?;
        g.xor(cx, cx)?;
        g.point_here(division)?;
        g.div(cx)?;
        g.mov(ax, word_ptr(division))?;
        g.cmp(ax, word_ptr(caught))?;
        g.check("the saved IP is that of the division")?;
        g.mov(word_ptr(caught), 0)?;
        g.mov(ax, 0x100)?;
        g.mov(cl, 1)?;
        g.div(cl)?;
        g.cmp(word_ptr(caught), 0)?;
        g.setz(al)?;
        g.test(al, al)?;
        g.check("a quotient that does not fit is a divide error")?;
        g.line("done")?;
        g.rest()?;

        g.point_here(handler)?;
        g.push(bp)?;
        g.mov(bp, sp)?;
        g.push(ax)?;
        g.mov(ax, word_ptr(bp + 2))?;
        g.mov(word_ptr(caught), ax)?;
        g.add(word_ptr(bp + 2), 2)?; // DIV with a register operand has two bytes
        g.pop(ax)?;
        g.pop(bp)?;
        g.iret()
    })
}

/// Prints `stopping`, then pushes with SP = 1: a stack fault that no handler can be called for,
/// since its frame does not fit either. Source: 80386 PRM §14.6: the processor shuts down.
pub(crate) fn stack_wrap() -> Vec<u8> {
    boot_sector(|g| {
        g.line("stopping")?;
        g.cli()?;
        g.mov(sp, 1)?;
        g.push(ax)
    })
}
