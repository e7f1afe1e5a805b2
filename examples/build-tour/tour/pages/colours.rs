//! All attributes, blinking against bright backgrounds, and the characters of code page 437.

use iced_x86::code_asm::*;

use super::super::kit::{ESC, Kit, Page, colour};
use super::super::program::{Emit, Program};

/// The menu line.
pub(crate) const PAGE: Page = Page { digit: '1', title: "Colours: attributes, blinking, characters", emit };

/// Row and column of the first attribute.
const GRID: (u32, u32) = (4, 8);
/// Row and column of the first character.
const CHARACTERS: (u32, u32) = (4, 61);

fn emit(p: &mut Program, kit: &Kit) -> Emit {
    let blink = p.room(1);
    kit.new_page(p, "Colours", "B blinking or bright backgrounds   Esc back")?;
    kit.say(p, (2, 8), colour::STRONG, "Attribute: row background, column foreground")?;
    kit.say(p, (2, 61), colour::STRONG, "Code page 437")?;
    kit.say(p, (3, 8), colour::HINT, " 0  1  2  3  4  5  6  7  8  9  A  B  C  D  E  F")?;
    kit.say(p, (3, 61), colour::HINT, "0123456789ABCDEF")?;
    emit_grid(p, kit)?;
    emit_characters(p, kit)?;
    emit_palette_note(p, kit)?;
    p.mov(byte_ptr(blink), 1)?;

    let again = p.here()?;
    // INT 10h/AX=1003h: attribute bit 7 blinks (BL=1) or brightens the background (BL=0).
    p.mov(ax, 0x1003)?;
    p.xor(bx, bx)?;
    p.mov(bl, byte_ptr(blink))?;
    p.int(0x10)?;
    p.call(kit.key)?;
    p.xor(byte_ptr(blink), 1)?;
    p.cmp(al, ESC)?;
    p.jne(again)?;
    p.mov(ax, 0x1003)?;
    p.mov(bx, 1)?;
    p.int(0x10)?;
    p.ret()
}

/// 16 × 16 cells " A ", one in each attribute: BL counts through them all.
fn emit_grid(p: &mut Program, kit: &Kit) -> Emit {
    let sample = p.text(" A ");
    p.xor(bl, bl)?;
    let next = p.here()?;
    p.mov(dh, bl)?;
    p.shr(dh, 4)?;
    p.add(dh, GRID.0)?;
    p.mov(dl, bl)?;
    p.and(dl, 0x0F)?;
    p.mov(al, dl)?;
    p.add(dl, al)?;
    p.add(dl, al)?;
    p.add(dl, GRID.1)?;
    p.mov(si, sample)?;
    p.call(kit.print)?;
    p.inc(bl)?;
    p.jnz(next)?;
    emit_row_numbers(p, kit, GRID.1 - 2)?;
    emit_row_numbers(p, kit, CHARACTERS.1 - 2)
}

/// The digits 0–F one below the other.
fn emit_row_numbers(p: &mut Program, kit: &Kit, column: u32) -> Emit {
    p.xor(eax, eax)?;
    let next = p.here()?;
    p.mov(dl, column)?;
    p.mov(dh, al)?;
    p.add(dh, GRID.0)?;
    p.mov(bl, colour::HINT)?;
    p.mov(cl, 1)?;
    p.call(kit.hex)?;
    p.inc(ax)?;
    p.cmp(al, 16)?;
    p.jb(next)?;
    Ok(())
}

/// Every character code, control codes too: video memory knows no control codes.
fn emit_characters(p: &mut Program, kit: &Kit) -> Emit {
    p.mov(bl, colour::STRONG)?;
    p.xor(al, al)?;
    let next = p.here()?;
    p.mov(dh, al)?;
    p.shr(dh, 4)?;
    p.add(dh, CHARACTERS.0)?;
    p.mov(dl, al)?;
    p.and(dl, 0x0F)?;
    p.add(dl, CHARACTERS.1)?;
    p.call(kit.put)?;
    p.inc(al)?;
    p.jnz(next)?;
    Ok(())
}

fn emit_palette_note(p: &mut Program, kit: &Kit) -> Emit {
    kit.say(p, (21, 8), colour::PAGE, "Rows 8 to F blink, or have a bright background: press B to change it.")?;
    kit.say(p, (22, 8), colour::PAGE, "░▒▓█ ┌─┬─┐ ╔═╦═╗ │ ║ ├─┼─┤ ╠═╬═╣ └─┴─┘ ╚═╩═╝ ▄▀ ▌▐ ■")
}
