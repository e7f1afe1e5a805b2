//! `CLI` and `HLT`: the end of every PC without a reset button.

use iced_x86::code_asm::*;

use super::super::kit::{Kit, Page, colour};
use super::super::program::{Emit, Program};

/// The menu line.
pub(crate) const PAGE: Page = Page { digit: '7', title: "Full stop: halt with interrupts off", emit };

fn emit(p: &mut Program, kit: &Kit) -> Emit {
    let mut back = p.create_label();
    kit.new_page(p, "Full stop", "")?;
    kit.say(
        p,
        (4, 4),
        colour::PAGE,
        "CLI turns interrupts off, HLT waits for one: together they stop a PC for good.\n\
         The clock in the corner stands still, no key is heard.\n\n\
         Only this session stops. dosmux says so; a reset starts it again.",
    )?;
    let question = p.text(" Stop this PC? y/n ");
    p.mov(si, question)?;
    p.call(kit.ask)?;
    p.jne(back)?;
    kit.say(p, (18, 4), colour::STRONG, "Stopped.")?;
    p.cli()?;
    let stop = p.here()?;
    p.hlt()?;
    p.jmp(stop)?; // a non-maskable interrupt would end the HLT
    p.place(&mut back)?;
    p.ret()
}
