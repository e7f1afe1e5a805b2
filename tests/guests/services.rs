//! A guest that calls the BIOS's services as programs do, through their interrupts.

use iced_x86::code_asm::*;

use super::guest::{Guest, program};
use crate::tour::source::program::Emit;

/// "SMAP".
const MEMORY_MAP_SIGNATURE: u32 = 0x534D_4150;
/// The tick count, 40:6C.
const TICKS: u32 = 0x46C;
/// Last row, 40:84.
const LAST_ROW: u32 = 0x484;

/// Calls INT 10h to 1Ah and INT 05h and checks what comes back.
pub(crate) fn services() -> Vec<u8> {
    program(|g| {
        description_of_the_machine(g)?;
        video(g)?;
        memory_map(g)?;
        block_move(g)?;
        system(g)?;
        keyboard_buffer(g)?;
        time(g)?;
        waits(g)?;
        interrupts_preserve_registers(g)?;
        g.mov(byte_ptr(0x500), 0)?;
        g.int(0x05)?;
        g.cmp(byte_ptr(0x500), 0xFF)?;
        g.check("INT 05h says that there is no printer")?;
        g.line("done")?;
        g.rest()
    })
}

/// Passed if the carry flag is set (`expected`) or clear.
fn check_carry(g: &mut Guest, expected: bool, name: &str) -> Emit {
    g.setc(al)?;
    g.cmp(al, u32::from(expected))?;
    g.check(name)
}

fn description_of_the_machine(g: &mut Guest) -> Emit {
    g.int(0x11)?;
    g.cmp(ax, word_ptr(0x410))?;
    g.check("INT 11h gives the equipment word")?;
    g.and(ax, 0)?;
    g.int(0x12)?;
    g.cmp(ax, 640)?;
    g.check("INT 12h gives 640 KiB")
}

fn video(g: &mut Guest) -> Emit {
    // A cell at row 20, column 70.
    g.mov(ah, 0x03)?;
    g.xor(bh, bh)?;
    g.int(0x10)?;
    g.mov(di, dx)?;
    g.mov(ah, 0x02)?;
    g.mov(dx, 0x1446)?;
    g.int(0x10)?;
    g.mov(ax, 0x0958)?;
    g.mov(bx, 0x004E)?;
    g.mov(cx, 1)?;
    g.int(0x10)?;
    g.mov(ah, 0x08)?;
    g.int(0x10)?;
    g.mov(bp, ax)?;
    g.mov(ah, 0x02)?;
    g.mov(dx, di)?;
    g.int(0x10)?;
    g.cmp(bp, 0x4E58)?;
    g.check("INT 10h reads the cell it wrote")?;
    // Fifty rows, and back.
    g.mov(ax, 0x1112)?;
    g.int(0x10)?;
    g.mov(dl, byte_ptr(LAST_ROW))?;
    g.mov(ax, 0x1114)?;
    g.int(0x10)?;
    g.cmp(dl, 49)?;
    g.check("the 8x8 font gives 50 rows")?;
    g.mov(ax, 0x0013)?;
    g.int(0x10)?;
    g.mov(ah, 0x0F)?;
    g.int(0x10)?;
    g.cmp(ax, 0x5003)?;
    g.check("a graphics mode is not offered")
}

/// Adds up the usable memory of the E820h map and compares it with INT 12h and AH=88h.
fn memory_map(g: &mut Guest) -> Emit {
    let entry = g.room(20);
    let mut done = g.create_label();
    let mut failed = g.create_label();
    g.xor(ebx, ebx)?;
    g.xor(ebp, ebp)?;
    let next = g.here()?;
    g.mov(eax, 0xE820)?;
    g.mov(edx, MEMORY_MAP_SIGNATURE)?;
    g.mov(ecx, 20)?;
    g.mov(di, entry)?;
    g.int(0x15)?;
    g.jc(failed)?;
    g.cmp(eax, MEMORY_MAP_SIGNATURE)?;
    g.jne(failed)?;
    let mut reserved = g.create_label();
    g.cmp(byte_ptr(entry + 16), 1)?;
    g.jne(reserved)?;
    g.add(ebp, dword_ptr(entry + 8))?;
    g.place(&mut reserved)?;
    g.test(ebx, ebx)?;
    g.jnz(next)?;
    g.jmp(done)?;
    g.place(&mut failed)?;
    g.xor(ebp, ebp)?;
    g.place(&mut done)?;
    g.shr(ebp, 10)?;
    g.mov(ah, 0x88)?;
    g.int(0x15)?;
    g.movzx(eax, ax)?;
    g.add(eax, 640)?;
    g.cmp(ebp, eax)?;
    g.check("INT 15h/AX=E820h and AH=88h agree on memory")
}

/// Moves eight bytes above 1 MiB and back to another place.
fn block_move(g: &mut Guest) -> Emit {
    let table = g.room(0x30);
    let source = g.bytes(b"dosmux!!");
    let target = g.room(8);
    move_words(g, table, u64::from(source), 0x12_3456)?;
    move_words(g, table, 0x12_3456, u64::from(target))?;
    g.mov(si, source)?;
    g.mov(di, target)?;
    g.mov(cx, 4)?;
    g.repe().cmpsw()?;
    g.check("INT 15h/AH=87h moves above 1 MiB and back")
}

fn move_words(g: &mut Guest, table: u32, source: u64, target: u64) -> Emit {
    for (at, base) in [(table + 0x10, source), (table + 0x18, target)] {
        let base = u32::try_from(base).expect("addresses have 32 bits");
        g.mov(word_ptr(at), 0xFFFF)?;
        g.mov(dword_ptr(at + 2), base | 0x9300_0000)?;
        g.mov(word_ptr(at + 6), 0)?;
    }
    g.mov(si, table)?;
    g.mov(cx, 4)?;
    g.mov(ah, 0x87)?;
    g.int(0x15)
}

fn system(g: &mut Guest) -> Emit {
    g.mov(ah, 0xC0)?;
    g.int(0x15)?;
    g.cmp(byte_ptr(bx + 2).es(), 0xFC)?;
    g.push(0)?;
    g.pop(es)?;
    g.check("INT 15h/AH=C0h says it is an AT")?;
    g.mov(ax, 0x4F1E)?;
    g.stc()?;
    g.int(0x15)?;
    check_carry(g, true, "the keyboard intercept lets keys through")?;
    g.mov(ah, 0x89)?;
    g.clc()?;
    g.int(0x15)?;
    check_carry(g, true, "protected mode is refused")
}

fn keyboard_buffer(g: &mut Guest) -> Emit {
    g.mov(ah, 0x11)?;
    g.int(0x16)?;
    g.check("an empty keyboard buffer sets ZF")?;
    g.mov(ah, 0x05)?;
    g.mov(cx, 0x3062)?;
    g.int(0x16)?;
    g.mov(ah, 0x01)?;
    g.int(0x16)?;
    g.setnz(dl)?;
    g.xor(ah, ah)?;
    g.int(0x16)?;
    g.mov(dh, 0)?;
    g.cmp(ax, 0x3062)?;
    g.setz(dh)?;
    g.cmp(dx, 0x0101)?;
    g.check("a stored key is seen and read")
}

fn time(g: &mut Guest) -> Emit {
    g.mov(ah, 0x02)?;
    g.int(0x1A)?;
    check_carry(g, false, "INT 1Ah reads the clock")?;
    g.xor(ah, ah)?;
    g.int(0x1A)?;
    g.cmp(dx, word_ptr(TICKS))?;
    g.check("INT 1Ah reads the tick count")
}

/// INT 15h/AH=86h takes its time, and AH=83h sets its byte in the end.
fn waits(g: &mut Guest) -> Emit {
    let event = g.room(1);
    g.mov(edi, dword_ptr(TICKS))?;
    g.mov(ah, 0x86)?;
    // 300000 µs: between five and seven ticks.
    g.mov(cx, 4)?;
    g.mov(dx, 0x93E0)?;
    g.int(0x15)?;
    g.mov(eax, dword_ptr(TICKS))?;
    g.sub(eax, edi)?;
    g.sub(eax, 5)?;
    g.cmp(eax, 2)?;
    g.seta(al)?;
    g.cmp(al, 0)?;
    g.check("INT 15h/AH=86h waits 0.3 s")?;
    g.mov(ax, 0x8300)?;
    g.mov(bx, event)?;
    g.xor(cx, cx)?;
    g.mov(dx, 50_000)?;
    g.int(0x15)?;
    g.mov(dl, byte_ptr(TICKS))?;
    g.add(dl, 4)?;
    let wait = g.here()?;
    g.hlt()?;
    g.cmp(dl, byte_ptr(TICKS))?;
    g.jne(wait)?;
    g.cmp(byte_ptr(event), 0x80)?;
    g.check("INT 15h/AH=83h sets the program's byte")
}

/// Lets a few timer interrupts pass with a known value in every register.
fn interrupts_preserve_registers(g: &mut Guest) -> Emit {
    let values = [(eax, 0x1111_2222), (ebx, 0x3333_4444), (ecx, 0x5555_6666), (edx, 0x7777_8888)];
    let more = [(esi, 0x9999_AAAA_u32), (edi, 0xBBBB_CCCC), (ebp, 0xDDDD_EEEE)];
    let all = || values.into_iter().chain(more);
    let seen = g.room(4 * 7);
    for (register, value) in all() {
        g.mov(register, value)?;
    }
    for _ in 0..3 {
        g.hlt()?;
    }
    for (n, (register, _)) in (0..).zip(all()) {
        g.mov(dword_ptr(seen + 4 * n), register)?;
    }
    g.xor(ecx, ecx)?;
    for (n, (_, value)) in (0..).zip(all()) {
        g.mov(eax, dword_ptr(seen + 4 * n))?;
        g.xor(eax, value)?;
        g.or(ecx, eax)?;
    }
    g.mov(ax, ds)?;
    g.or(cx, ax)?;
    g.test(ecx, ecx)?;
    g.check("the timer interrupt preserves registers")
}
