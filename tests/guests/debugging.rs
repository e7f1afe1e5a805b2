//! A guest that uses the processor's debug registers as a debugger under DOS does.

use iced_x86::code_asm::*;

use super::guest::{Guest, program};
use crate::tour::source::program::Emit;

/// DR7: breakpoint 0, local; its R/W and LEN fields.
const ENABLE: u32 = 1;
const EXECUTE: u32 = 0;
const WRITE_TWO: u32 = (1 | 1 << 2) << 16;
/// DR7: GD.
const GUARD: u32 = 1 << 13;
/// DR6: B0, BD and BS.
const HIT: u32 = 1;
const GUARDED: u32 = 1 << 13;
const STEP: u32 = 1 << 14;
const TF: u32 = 0x100;
const RF: u32 = 0x1_0000;

/// Variables of the INT 01h handler.
struct Handler {
    /// How often it was called.
    calls: u32,
    /// DR6 at the last call.
    status: u32,
    /// IP in the last frame.
    at: u32,
}

/// All checks.
pub(crate) fn debugging() -> Vec<u8> {
    program(|g| {
        let handler = install(g)?;
        data_breakpoint(g, &handler)?;
        instruction_breakpoint(g, &handler)?;
        guarded_registers(g, &handler)?;
        stack_switch(g, &handler)?;
        trapped_instructions(g, &handler)?;
        g.line("done")?;
        g.rest()
    })
}

/// Emits: INT 01h counts its calls, keeps and clears DR6 and switches breakpoints off. It returns with
/// IRETD, RF set and TF as the frame has it.
fn install(g: &mut Guest) -> Result<Handler, iced_x86::IcedError> {
    let (entry, calls, status, at) = (g.room(2), g.room(2), g.room(4), g.room(2));
    let mut over = g.create_label();
    g.jmp(over)?;
    g.point_here(entry)?;
    g.push(eax)?;
    g.push(ebp)?;
    g.mov(ebp, esp)?;
    g.inc(word_ptr(calls).cs())?;
    g.xor(eax, eax)?;
    g.mov(dr7, eax)?;
    g.mov(eax, dr6)?;
    g.mov(dword_ptr(status).cs(), eax)?;
    g.xor(eax, eax)?;
    g.mov(dr6, eax)?;
    g.mov(ax, word_ptr(bp + 8))?;
    g.mov(word_ptr(at).cs(), ax)?;
    g.pop(ebp)?;
    g.pop(eax)?;
    g.iret()?;
    g.place(&mut over)?;
    g.set_vector(1, entry)?;
    Ok(Handler { calls, status, at })
}

/// Emits: DR0 gets the linear address in EAX (segment 0), DR7 gets `control`.
fn arm(g: &mut Guest, control: u32) -> Emit {
    g.mov(dr0, eax)?;
    g.mov(eax, control)?;
    g.mov(dr7, eax)
}

/// Emits: the handler was called `calls` times, DR6 showed `status`, and the counter starts again.
fn expect(g: &mut Guest, handler: &Handler, calls: u32, status: u32, name: &str) -> Emit {
    g.mov(eax, dword_ptr(handler.status))?;
    g.and(eax, HIT | GUARDED | STEP)?;
    g.xor(eax, status)?;
    g.mov(bx, word_ptr(handler.calls))?;
    g.mov(word_ptr(handler.calls), 0)?;
    g.xor(bx, calls)?;
    g.movzx(ebx, bx)?;
    g.or(eax, ebx)?;
    g.check(name)
}

fn data_breakpoint(g: &mut Guest, handler: &Handler) -> Emit {
    let variable = g.room(4);
    g.mov(eax, variable)?;
    arm(g, ENABLE | WRITE_TWO)?;
    g.mov(ax, word_ptr(variable))?; // a read does nothing
    g.mov(byte_ptr(variable), 7)?;
    g.nop()?;
    expect(g, handler, 1, HIT, "a write to a watched word traps")?;
    g.mov(al, byte_ptr(variable))?;
    g.cmp(al, 7)?;
    g.check("behind the write")
}

fn instruction_breakpoint(g: &mut Guest, handler: &Handler) -> Emit {
    let place = g.room(2);
    g.movzx(eax, word_ptr(place))?;
    arm(g, ENABLE | EXECUTE)?;
    g.xor(cx, cx)?;
    g.point_here(place)?;
    g.inc(cx)?;
    expect(g, handler, 1, HIT, "a breakpoint at an instruction faults")?;
    g.mov(ax, word_ptr(handler.at))?;
    g.cmp(ax, word_ptr(place))?;
    g.check("before the instruction")?;
    g.cmp(cx, 1)?;
    g.check("which is then executed once")?;
    // IRETD with RF set passes the breakpoint that it returns to.
    let target = g.room(2);
    g.movzx(eax, word_ptr(target))?;
    arm(g, ENABLE | EXECUTE)?;
    g.pushfd()?;
    g.pop(eax)?;
    g.or(eax, RF)?;
    g.push(eax)?;
    g.push(0)?;
    g.push(cs)?;
    g.movzx(eax, word_ptr(target))?;
    g.push(eax)?;
    g.iretd()?;
    g.point_here(target)?;
    g.cli()?; // trapped by a monitor, and none the less one instruction
    g.sti()?;
    expect(g, handler, 0, HIT, "RF lets an instruction pass")?;
    g.xor(eax, eax)?;
    g.mov(dr7, eax)
}

fn guarded_registers(g: &mut Guest, handler: &Handler) -> Emit {
    g.mov(eax, GUARD)?;
    g.mov(dr7, eax)?;
    g.mov(eax, dr0)?;
    expect(g, handler, 1, GUARDED, "GD guards the debug registers")?;
    g.mov(eax, dr7)?;
    g.test(eax, GUARD)?;
    g.check("until the handler is entered")
}

/// A single step over MOV SS ends behind the instruction that loads SP.
fn stack_switch(g: &mut Guest, handler: &Handler) -> Emit {
    let behind = g.room(2);
    g.mov(bx, ss)?;
    g.mov(dx, sp)?;
    g.pushf()?;
    g.pushf()?;
    g.pop(ax)?;
    g.or(ax, TF)?;
    g.push(ax)?;
    g.mov(ax, sp)?;
    g.add(ax, 2)?;
    g.popf()?;
    g.mov(ss, bx)?;
    g.mov(sp, ax)?;
    g.point_here(behind)?;
    g.popf()?; // the trap comes before this, and after it
    g.mov(ax, word_ptr(handler.at))?;
    g.mov(sp, dx)?;
    expect(g, handler, 2, STEP, "a single step passes over MOV SS and the load of SP")
}

/// Each of PUSHF, CLI, STI, IN, OUT, PUSHFD, POP and the last POPF traps once.
fn trapped_instructions(g: &mut Guest, handler: &Handler) -> Emit {
    g.pushf()?;
    g.pushf()?;
    g.pop(ax)?;
    g.or(ax, TF)?;
    g.push(ax)?;
    g.popf()?;
    g.cli()?;
    g.sti()?;
    g.in_(al, 0x61)?;
    g.out(0xE8, al)?;
    g.mov(eax, dr0)?;
    g.popf()?;
    expect(g, handler, 6, STEP, "instructions that a monitor emulates are stepped like others")
}
