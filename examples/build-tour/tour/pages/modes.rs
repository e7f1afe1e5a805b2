//! Text modes and cursor shapes, one after the other.

use iced_x86::code_asm::*;

use super::super::kit::{ESC, Kit, NO_CURSOR, Page, bda, colour};
use super::super::program::{Emit, Program};

/// The menu line.
pub(crate) const PAGE: Page =
    Page { digit: '2', title: "Text modes: 40 columns, 43 and 50 lines, cursor shapes", emit };

/// How a mode is set: scan lines of the picture, BIOS mode, font.
struct Mode {
    title: &'static str,
    /// AL of INT 10h/AH=12h, BL=30h: 1 is 350 scan lines, 2 is 400.
    scan_lines: u32,
    /// AL of INT 10h/AH=00h.
    number: u32,
    /// AX of INT 10h/AH=11h, if another font than the mode's own is wanted.
    font: Option<u32>,
}

const MODES: [Mode; 5] = [
    Mode { title: "Mode 3: 80 columns, font 8x16", scan_lines: 2, number: 3, font: None },
    Mode { title: "Mode 1: 40 columns, font 8x16", scan_lines: 2, number: 1, font: None },
    Mode { title: "Mode 3 with the font 8x14: 28 lines", scan_lines: 2, number: 3, font: Some(0x1111) },
    Mode { title: "350 scan lines, font 8x8: 43 lines", scan_lines: 1, number: 3, font: Some(0x1112) },
    Mode { title: "400 scan lines, font 8x8: 50 lines", scan_lines: 2, number: 3, font: Some(0x1112) },
];

/// Titles and CX of INT 10h/AH=01h, in the scan lines of an 8-line character as programs give them.
const CURSORS: [(&str, u32); 5] = [
    ("Cursor: underline (0607h)", 0x0607),
    ("Cursor: block (0007h)", 0x0007),
    ("Cursor: lower half (0407h)", 0x0407),
    ("Cursor: upper line (0001h)", 0x0001),
    ("Cursor: none (2000h)", NO_CURSOR),
];

const HINT: &str = "any key next   Esc back";

fn emit(p: &mut Program, kit: &Kit) -> Emit {
    let mut ruler = p.create_label();
    let mut leave = p.create_label();
    for mode in &MODES {
        emit_mode(p, mode)?;
        kit.new_page(p, mode.title, HINT)?;
        p.call(ruler)?;
        p.call(kit.key)?;
        p.cmp(al, ESC)?;
        p.je(leave)?;
    }
    emit_mode(p, &MODES[0])?;
    for (title, shape) in CURSORS {
        kit.new_page(p, title, HINT)?;
        kit.say(p, (4, 4), colour::STRONG, "Look here: ")?;
        p.xor(bh, bh)?;
        p.mov(ah, 0x02)?; // INT 10h/AH=02h: cursor to DH, DL, where the text ended
        p.int(0x10)?;
        p.mov(ah, 0x01)?;
        p.mov(cx, shape)?;
        p.int(0x10)?;
        p.call(kit.key)?;
        p.cmp(al, ESC)?;
        p.je(leave)?;
    }
    p.place(&mut leave)?;
    emit_mode(p, &MODES[0])?;
    p.ret()?;
    p.place(&mut ruler)?;
    emit_ruler(p, kit)
}

fn emit_mode(p: &mut Program, mode: &Mode) -> Emit {
    p.mov(ax, 0x1200 | mode.scan_lines)?;
    p.mov(bl, 0x30)?;
    p.int(0x10)?;
    p.mov(ax, mode.number)?;
    p.int(0x10)?;
    if let Some(font) = mode.font {
        p.mov(ax, font)?;
        p.xor(bl, bl)?;
        p.int(0x10)?;
    }
    Ok(())
}

/// Numbers every row, and tells what the BIOS data area says of the mode.
fn emit_ruler(p: &mut Program, kit: &Kit) -> Emit {
    p.mov(dh, 1)?;
    let next = p.here()?;
    p.mov(dl, 1)?;
    p.mov(bl, colour::HINT)?;
    p.movzx(eax, dh)?;
    p.mov(cl, 3)?;
    p.call(kit.decimal)?;
    // Beside the number a bar that grows to the right: each row can be told from its neighbours.
    p.mov(cl, dh)?;
    p.and(cl, 0x0F)?;
    p.inc(dl)?;
    let bar = p.here()?;
    p.mov(al, 0xDB)?;
    p.mov(bl, dh)?;
    p.and(bl, 0x07)?;
    p.or(bl, 0x18)?;
    p.call(kit.put)?;
    p.inc(dl)?;
    p.dec(cl)?;
    p.jns(bar)?;
    p.inc(dh)?;
    p.cmp(dh, byte_ptr(bda::LAST_ROW))?;
    p.jb(next)?;

    kit.say(p, (3, 23), colour::STRONG, "columns")?;
    kit.say(p, (4, 23), colour::STRONG, "lines")?;
    p.movzx(eax, byte_ptr(bda::COLUMNS))?;
    p.mov(cl, 3)?;
    kit.at(p, (3, 31), colour::STRONG)?;
    p.call(kit.decimal)?;
    p.movzx(eax, byte_ptr(bda::LAST_ROW))?;
    p.inc(ax)?;
    kit.at(p, (4, 31), colour::STRONG)?;
    p.call(kit.decimal)?;
    p.ret()
}
