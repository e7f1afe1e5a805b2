//! A disk check: reads every sector of the floppy and draws a map.

use iced_x86::code_asm::*;

use super::super::floppy::FORMAT_160K;
use super::super::kit::{ESC, Kit, Page, colour};
use super::super::program::{Emit, Program};

/// The menu line.
pub(crate) const PAGE: Page = Page { digit: '8', title: "Disk check: read every sector of this floppy", emit };

/// Where sectors are read to: beyond the program, and no sector crosses a 64 KiB boundary, which
/// the DMA controller of a floppy drive could not do.
const BUFFER: u32 = 0x7000;
/// Row of sector 1 and column of cylinder 0 on the map.
const MAP: (u32, u32) = (7, 20);
/// Map signs and their colours.
const READ: (u32, u32) = (0xFE, 0x1A);
const BAD: (u32, u32) = (0x58, 0x4F);

/// Variables of the page.
struct Vars {
    cylinder: u32,
    sector: u32,
    good: u32,
    bad: u32,
}

fn emit(p: &mut Program, kit: &Kit) -> Emit {
    let vars = Vars { cylinder: p.room(1), sector: p.room(1), good: p.room(4), bad: p.room(4) };
    let mut leave = p.create_label();
    kit.new_page(p, "Disk check", "Esc back")?;
    kit.say(p, (3, 4), colour::PAGE, "Every sector of this floppy is read with INT 13h/AH=02h, one at a time.")?;
    kit.say(p, (5, 20), colour::HINT, "cylinder 0          to 39")?;
    emit_sector_numbers(p, kit)?;
    kit.say(p, (17, 4), colour::PAGE, "Sectors read\n\nErrors")?;
    p.mov(byte_ptr(vars.cylinder), 0)?;
    p.mov(dword_ptr(vars.good), 0)?;
    p.mov(dword_ptr(vars.bad), 0)?;

    let cylinder = p.here()?;
    p.mov(byte_ptr(vars.sector), 1)?;
    let sector = p.here()?;
    emit_read(p, &vars)?;
    emit_mark(p, kit, &vars)?;
    p.inc(byte_ptr(vars.sector))?;
    p.cmp(byte_ptr(vars.sector), FORMAT_160K.sectors)?;
    p.jbe(sector)?;
    p.call(kit.poll)?;
    let mut go_on = p.create_label();
    p.jz(go_on)?;
    p.cmp(al, ESC)?;
    p.je(leave)?;
    p.place(&mut go_on)?;
    p.inc(byte_ptr(vars.cylinder))?;
    p.cmp(byte_ptr(vars.cylinder), FORMAT_160K.cylinders)?;
    p.jb(cylinder)?;

    kit.say(p, (21, 4), colour::STRONG, "Done. Press a key.")?;
    p.call(kit.key)?;
    p.place(&mut leave)?;
    p.ret()
}

fn emit_sector_numbers(p: &mut Program, kit: &Kit) -> Emit {
    for sector in 0..FORMAT_160K.sectors {
        kit.say(p, (MAP.0 + sector, 10), colour::HINT, &format!("sector {}", sector + 1))?;
    }
    Ok(())
}

/// Reads one sector; the carry flag tells how it went.
fn emit_read(p: &mut Program, vars: &Vars) -> Emit {
    p.mov(ax, BUFFER)?;
    p.mov(es, ax)?;
    p.xor(bx, bx)?;
    p.mov(ch, byte_ptr(vars.cylinder))?;
    p.mov(cl, byte_ptr(vars.sector))?;
    p.xor(dx, dx)?; // head 0, drive A:
    p.mov(ax, 0x0201)?;
    p.int(0x13)?;
    p.mov(ax, 0)?; // MOV, unlike XOR, leaves the carry flag alone
    p.mov(es, ax)
}

/// Draws the sector's sign and counts it.
fn emit_mark(p: &mut Program, kit: &Kit, vars: &Vars) -> Emit {
    let mut bad = p.create_label();
    let mut marked = p.create_label();
    p.mov(dh, byte_ptr(vars.sector))?;
    p.mov(dl, byte_ptr(vars.cylinder))?;
    p.jc(bad)?;
    p.mov(al, READ.0)?;
    p.mov(bl, READ.1)?;
    p.inc(dword_ptr(vars.good))?;
    p.jmp(marked)?;
    p.place(&mut bad)?;
    p.mov(al, BAD.0)?;
    p.mov(bl, BAD.1)?;
    p.inc(dword_ptr(vars.bad))?;
    p.place(&mut marked)?;
    p.add(dh, MAP.0 - 1)?;
    p.add(dl, MAP.1)?;
    p.call(kit.put)?;
    p.mov(cl, 5)?;
    p.mov(eax, dword_ptr(vars.good))?;
    kit.at(p, (17, MAP.1), colour::STRONG)?;
    p.call(kit.decimal)?;
    p.mov(eax, dword_ptr(vars.bad))?;
    kit.at(p, (19, MAP.1), colour::STRONG)?;
    p.call(kit.decimal)
}
