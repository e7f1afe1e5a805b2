//! Keys: the codes that the BIOS makes of them, and the shift states.

use iced_x86::code_asm::*;

use super::super::kit::{ESC, Kit, Page, colour};
use super::super::program::{Emit, Program};
use super::clocks::emit_wait_for_tick;

/// The menu line.
pub(crate) const PAGE: Page = Page { digit: '4', title: "Keys: scan codes, ASCII codes, shift states", emit };

/// The shift states of INT 16h/AH=12h: bits 0–7 in AL, 8–15 in AH.
const STATES: [&str; 16] = [
    "RShift", "LShift", "Ctrl", "Alt", "ScrollLk", "NumLock", "CapsLock", "Insert", "LCtrl", "LAlt", "RCtrl", "RAlt",
    "Scroll", "Num", "Caps", "SysReq",
];
/// Columns that a state takes.
const STATE_WIDTH: u32 = 9;
/// Window of the key log: rows and columns of its corners.
const LOG_TOP: u32 = 9;
const LOG_BOTTOM: u32 = 22;

fn emit(p: &mut Program, kit: &Kit) -> Emit {
    let mut states = p.create_label();
    kit.new_page(p, "Keys", "press any keys   Esc back")?;
    kit.say(p, (2, 4), colour::PAGE, "Shift states (INT 16h/AH=12h): on, held")?;
    kit.say(p, (7, 4), colour::PAGE, "Keys as INT 16h/AH=10h gives them, the newest below")?;

    let again = p.here()?;
    p.call(states)?;
    p.call(kit.poll)?;
    let mut key = p.create_label();
    p.jnz(key)?;
    emit_wait_for_tick(p)?;
    p.jmp(again)?;
    p.place(&mut key)?;
    emit_log(p, kit)?;
    p.cmp(al, ESC)?;
    p.jne(again)?;
    p.ret()?;

    p.place(&mut states)?;
    emit_states(p, kit)
}

/// AX: a key. Scrolls the log up and writes the key below. Preserves AX.
fn emit_log(p: &mut Program, kit: &Kit) -> Emit {
    p.push(ax)?;
    p.mov(ax, 0x0601)?; // INT 10h/AH=06h: scroll a window up by AL rows
    p.mov(bh, colour::PAGE)?;
    p.mov(cx, LOG_TOP << 8 | 4)?;
    p.mov(dx, LOG_BOTTOM << 8 | 75)?;
    p.int(0x10)?;
    p.pop(ax)?;
    p.push(ax)?;
    kit.say(p, (LOG_BOTTOM, 4), colour::PAGE, "scan code ")?;
    p.mov(bl, colour::STRONG)?;
    p.push(ax)?;
    p.mov(al, ah)?;
    p.mov(cl, 2)?;
    p.call(kit.hex)?;
    kit.say(p, (LOG_BOTTOM, 20), colour::PAGE, "ASCII ")?;
    p.pop(ax)?;
    p.mov(bl, colour::STRONG)?;
    p.call(kit.hex)?;
    p.add(dl, 3)?;
    p.call(kit.put)?;
    p.pop(ax)
}

/// Two rows of names; those whose bit is set are bright.
fn emit_states(p: &mut Program, kit: &Kit) -> Emit {
    let names: Vec<u8> = STATES.iter().flat_map(|name| format!("{name:<8}\0").into_bytes()).collect();
    let names = p.bytes(&names);
    p.mov(ah, 0x12)?;
    p.int(0x16)?;
    p.mov(cx, ax)?;
    p.mov(si, names)?;
    p.mov(dx, 4 << 8 | 4)?;
    let next = p.here()?;
    p.mov(bl, colour::HINT)?;
    p.shr(cx, 1)?;
    let mut off = p.create_label();
    p.jnc(off)?;
    p.mov(bl, colour::CHOSEN)?;
    p.place(&mut off)?;
    p.call(kit.print)?; // leaves SI behind the name, DL behind its 8 columns
    p.inc(dl)?;
    p.cmp(dl, 4 + 8 * STATE_WIDTH)?;
    p.jb(next)?;
    p.mov(dl, 4)?;
    p.inc(dh)?;
    p.cmp(dh, 6)?;
    p.jb(next)?;
    p.ret()
}
