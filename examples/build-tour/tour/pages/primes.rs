//! A busy loop: counts prime numbers as fast as the processor allows.

use iced_x86::code_asm::*;

use super::super::kit::{Kit, Page, bda, colour};
use super::super::program::{Emit, Program};

/// The menu line.
pub(crate) const PAGE: Page = Page { digit: '5', title: "Busy loop: prime numbers until a key is pressed", emit };

/// Column of the values.
const VALUES: u32 = 30;

fn emit(p: &mut Program, kit: &Kit) -> Emit {
    let found = p.room(4);
    let started = p.room(4);
    let last_tick = p.room(1);
    let mut composite = p.create_label();
    let mut prime = p.create_label();
    let mut report = p.create_label();

    kit.new_page(p, "Busy loop", "any key back")?;
    kit.say(p, (4, 4), colour::PAGE, "Prime numbers found\n\nLargest\n\nTimer ticks\n\nPrimes a second")?;
    kit.say(
        p,
        (14, 4),
        colour::PAGE,
        "The processor divides without a pause. Watch the other sessions: they keep\n\
         their pace, since each gets its share of the host's time.",
    )?;
    p.mov(dword_ptr(found), 1)?; // 2, the only even one
    p.mov(eax, dword_ptr(bda::TICKS))?;
    p.mov(dword_ptr(started), eax)?;
    p.mov(ebx, 3)?; // EBX: candidate

    let candidate = p.here()?;
    p.mov(ecx, 3)?; // ECX: divisor
    let divide = p.here()?;
    p.mov(eax, ebx)?;
    p.xor(edx, edx)?;
    p.div(ecx)?;
    p.cmp(eax, ecx)?;
    p.jb(prime)?; // the quotient is smaller: all divisors up to the root have been tried
    p.test(edx, edx)?;
    p.jz(composite)?;
    p.add(ecx, 2)?;
    p.jmp(divide)?;
    p.place(&mut prime)?;
    p.inc(dword_ptr(found))?;
    p.mov(al, byte_ptr(bda::TICKS))?;
    p.cmp(al, byte_ptr(last_tick))?;
    p.jne(report)?; // once a tick is often enough to look for keys and to show numbers
    p.place(&mut composite)?;
    p.add(ebx, 2)?;
    p.jmp(candidate)?;

    p.place(&mut report)?;
    p.mov(byte_ptr(last_tick), al)?;
    p.push(ebx)?;
    emit_report(p, kit, (found, started))?;
    p.call(kit.poll)?;
    p.pop(ebx)?;
    p.jz(composite)?;
    p.ret()
}

/// Shows the numbers. EBX: the last prime. Changes everything.
fn emit_report(p: &mut Program, kit: &Kit, (found, started): (u32, u32)) -> Emit {
    let mut no_rate = p.create_label();
    p.mov(cl, 12)?;
    p.mov(eax, ebx)?;
    kit.at(p, (6, VALUES), colour::STRONG)?;
    p.call(kit.decimal)?;
    p.mov(eax, dword_ptr(found))?;
    kit.at(p, (4, VALUES), colour::STRONG)?;
    p.call(kit.decimal)?;
    p.mov(eax, dword_ptr(bda::TICKS))?;
    p.sub(eax, dword_ptr(started))?;
    kit.at(p, (8, VALUES), colour::STRONG)?;
    p.call(kit.decimal)?;
    // found × 18.2 / ticks; at midnight the tick count starts again and there is no rate
    p.imul_3(edi, eax, 10)?;
    p.jle(no_rate)?;
    p.mov(eax, dword_ptr(found))?;
    p.mov(esi, 182)?;
    p.mul(esi)?;
    p.cmp(edx, edi)?;
    p.jae(no_rate)?;
    p.div(edi)?;
    kit.at(p, (10, VALUES), colour::STRONG)?;
    p.call(kit.decimal)?;
    p.place(&mut no_rate)
}
