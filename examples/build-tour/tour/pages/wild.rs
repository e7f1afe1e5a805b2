//! Wild code: what a program does that has lost its way.

use iced_x86::code_asm::*;

use super::super::kit::{Kit, Page, colour};
use super::super::program::{Emit, Program};

/// The menu line.
pub(crate) const PAGE: Page = Page { digit: '6', title: "Wild code: execute 64 KiB of garbage", emit };

/// The segment that is filled and jumped to.
const GARBAGE: u32 = 0x2000;
/// Start and factor of the number sequence: always the same garbage, so that what happens can be
/// reproduced.
const SEED: u32 = 0x2545_F491;
const FACTOR: u32 = 1_664_525;
const STEP: u32 = 1_013_904_223;

fn emit(p: &mut Program, kit: &Kit) -> Emit {
    let mut back = p.create_label();
    kit.new_page(p, "Wild code", "")?;
    kit.say(
        p,
        (4, 4),
        colour::PAGE,
        "Fills a segment with pseudo-random bytes and jumps to it. Nobody knows what\n\
         this PC does then: it may stop at an instruction that the 80386 lacks, write\n\
         all over its memory, or loop forever.\n\n\
         Only this session is harmed. dosmux shows what became of it; a reset starts\n\
         it again.",
    )?;
    let question = p.text(" Run wild? y/n ");
    p.mov(si, question)?;
    p.call(kit.ask)?;
    p.jne(back)?;
    p.mov(ax, GARBAGE)?;
    p.mov(es, ax)?;
    p.xor(di, di)?;
    p.mov(eax, SEED)?;
    p.mov(ecx, FACTOR)?;
    let fill = p.here()?;
    p.mul(ecx)?;
    p.add(eax, STEP)?;
    p.mov(edx, eax)?;
    p.shr(edx, 24)?; // the upper bits are the random ones
    p.mov(byte_ptr(di).es(), dl)?;
    p.inc(di)?;
    p.jnz(fill)?;
    p.push(GARBAGE)?;
    p.push(0)?;
    p.retf()?; // a far return is a far jump to what was pushed
    p.place(&mut back)?;
    p.ret()
}
