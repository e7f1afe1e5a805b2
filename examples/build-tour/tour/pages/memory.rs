//! How much memory there is: one question, four answers from four ages of the PC.

use iced_x86::code_asm::*;

use super::super::kit::{Kit, Page, colour};
use super::super::program::{Emit, Program};

/// The menu line.
pub(crate) const PAGE: Page = Page { digit: '9', title: "Memory: sizes and the map of the BIOS", emit };

/// Column of the sizes.
const VALUES: u32 = 46;
/// First row of the memory map and the row that ends it.
const MAP_TOP: u32 = 11;
const MAP_END: u32 = 22;
/// Where a row of the map is put.
const ENTRY_BYTES: usize = 24;
/// "SMAP", which INT 15h/AX=E820h wants in EDX and gives back in EAX.
const SMAP: u32 = 0x534D_4150;

fn emit(p: &mut Program, kit: &Kit) -> Emit {
    kit.new_page(p, "Memory", "any key back")?;
    kit.say(p, (2, 4), colour::PAGE, "Conventional memory (INT 12h), KiB")?;
    kit.say(p, (4, 4), colour::PAGE, "Extended memory (INT 15h/AH=88h), KiB")?;
    kit.say(p, (6, 4), colour::PAGE, "Extended memory (INT 15h/AX=E801h), KiB")?;
    kit.say(p, (8, 4), colour::PAGE, "Memory map (INT 15h/AX=E820h)")?;
    kit.say(p, (10, 4), colour::HINT, "start             length            what")?;

    p.int(0x12)?;
    emit_size(p, kit, 2)?;
    p.mov(ah, 0x88)?;
    p.int(0x15)?;
    emit_size(p, kit, 4)?;
    emit_e801(p, kit)?;
    emit_map(p, kit)?;
    p.call(kit.key)?;
    p.ret()
}

/// AX: a size in KiB.
fn emit_size(p: &mut Program, kit: &Kit, row: u32) -> Emit {
    p.movzx(eax, ax)?;
    p.mov(cl, 9)?;
    kit.at(p, (row, VALUES), colour::STRONG)?;
    p.call(kit.decimal)
}

/// AX: KiB between 1 and 16 MiB; BX: 64 KiB blocks above 16 MiB. Carry set if not known.
fn emit_e801(p: &mut Program, kit: &Kit) -> Emit {
    let mut unknown = p.create_label();
    let mut done = p.create_label();
    p.mov(ax, 0xE801)?;
    p.int(0x15)?;
    p.jc(unknown)?;
    p.movzx(eax, ax)?;
    p.movzx(ebx, bx)?;
    p.shl(ebx, 6)?;
    p.add(eax, ebx)?;
    p.mov(cl, 9)?;
    kit.at(p, (6, VALUES), colour::STRONG)?;
    p.call(kit.decimal)?;
    p.jmp(done)?;
    p.place(&mut unknown)?;
    kit.say(p, (6, VALUES), colour::STRONG, " unknown")?;
    p.place(&mut done)
}

/// Asks for row after row; EBX carries the BIOS's bookmark from call to call.
fn emit_map(p: &mut Program, kit: &Kit) -> Emit {
    let entry = p.room(ENTRY_BYTES);
    let row = p.room(1);
    let mut done = p.create_label();
    let mut named = p.create_label();
    let usable = p.text("memory");
    let reserved = p.text("reserved");
    p.mov(byte_ptr(row), MAP_TOP)?;
    p.xor(ebx, ebx)?;
    let next = p.here()?;
    p.mov(eax, 0xE820)?;
    p.mov(edx, SMAP)?;
    p.mov(ecx, 20)?;
    p.mov(di, entry)?;
    p.int(0x15)?;
    p.jc(done)?;
    p.cmp(eax, SMAP)?;
    p.jne(done)?;
    p.push(ebx)?;

    p.mov(bl, colour::STRONG)?;
    p.mov(cl, 8)?;
    p.mov(dh, byte_ptr(row))?;
    for (column, at) in [(4, entry), (22, entry + 8)] {
        p.mov(dl, column)?;
        p.mov(eax, dword_ptr(at + 4))?;
        p.call(kit.hex)?;
        p.mov(eax, dword_ptr(at))?;
        p.call(kit.hex)?;
    }
    p.mov(dl, 40)?;
    p.mov(si, usable)?;
    p.cmp(dword_ptr(entry + 16), 1)?;
    p.je(named)?;
    p.mov(si, reserved)?;
    p.place(&mut named)?;
    p.call(kit.print)?;

    p.pop(ebx)?;
    p.inc(byte_ptr(row))?;
    p.cmp(byte_ptr(row), MAP_END)?;
    p.jae(done)?;
    p.test(ebx, ebx)?; // zero: that was the last row
    p.jnz(next)?;
    p.place(&mut done)
}
