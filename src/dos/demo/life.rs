//! LIFE.COM, assembled here: Conway's game of life on a text screen, on a torus of 80 × 24 cells.
//!
//! It draws in display memory and waits with HLT, as many programs for the screen do.

use iced_x86::IcedError;
use iced_x86::code_asm::{CodeAssembler, CodeLabel, ah, al, ax, bl, bp, byte_ptr, cx, di, ds, dx, es, si, word_ptr};

const ORIGIN: u64 = 0x100;
const COLS: u32 = 80;
const CELLS: u32 = COLS * 24;
/// The cells of this generation, with room for a row and a cell on both sides: copies of the opposite
/// edges, so that every cell has eight neighbours.
const NOW: u32 = 0x1000;
const NEXT: u32 = 0x2000;
const MARGIN: u32 = COLS + 1;

const DISPLAY_SEGMENT: u32 = 0xB800;
const BDA_SEGMENT: u32 = 0x40;
const BDA_TICKS: u32 = 0x6C;
const LIGHT_GREEN: u32 = 0x0A;
const REVERSE: u32 = 0x70;
/// Ticks of the BIOS clock that a generation stays, 55 ms each.
const TICKS: u32 = 2;
/// Behind the jump that the program begins with.
const HELP_AT: u32 = 0x102;
const HELP: &[u8] = b" Life: the space bar makes another world, any other key ends it. ";

/// The program file.
///
/// *Panics*: never; what is assembled is always the same.
pub(super) fn program() -> Vec<u8> {
    assemble().expect("the program can be assembled: a test does it")
}

/// Places in the program.
struct Places {
    world: CodeLabel,
    generation: CodeLabel,
    key: CodeLabel,
}

fn assemble() -> Result<Vec<u8>, IcedError> {
    let mut a = CodeAssembler::new(16)?;
    let mut places = Places { world: a.create_label(), generation: a.create_label(), key: a.create_label() };
    let mut start = a.create_label();
    a.jmp(start)?;
    a.db(HELP)?;
    a.set_label(&mut start)?;
    begin(&mut a)?;
    a.set_label(&mut places.world)?;
    fill(&mut a)?;
    a.set_label(&mut places.generation)?;
    show(&mut a)?;
    wait(&mut a, &places)?;
    copy_edges(&mut a)?;
    live(&mut a)?;
    a.jmp(places.generation)?;
    a.set_label(&mut places.key)?;
    obey(&mut a, &places)?;
    a.assemble(ORIGIN)
}

/// A clean screen without a cursor, the last row with the help; ES = display memory.
fn begin(a: &mut CodeAssembler) -> Result<(), IcedError> {
    a.mov(ax, 0x0003)?;
    a.int(0x10)?;
    a.mov(ah, 0x01)?;
    a.mov(cx, 0x2000)?;
    a.int(0x10)?;
    a.mov(ax, DISPLAY_SEGMENT)?;
    a.mov(es, ax)?;
    a.cld()?;
    a.mov(di, 2 * CELLS)?;
    a.mov(ax, REVERSE << 8 | u32::from(b' '))?;
    a.mov(cx, COLS)?;
    a.rep().stosw()?;
    a.mov(si, HELP_AT)?;
    a.mov(di, 2 * CELLS)?;
    a.mov(cx, u32::try_from(HELP.len()).unwrap_or_default())?;
    let mut character = a.create_label();
    a.set_label(&mut character)?;
    a.lodsb()?;
    a.stosw()?;
    a.loop_(character)
}

/// One cell in four lives: pseudo-random numbers (xorshift) from the clock's ticks on.
fn fill(a: &mut CodeAssembler) -> Result<(), IcedError> {
    read_ticks(a)?;
    a.mov(bp, ax)?;
    a.or(bp, 1)?;
    a.push(es)?;
    a.push(ds)?;
    a.pop(es)?;
    a.mov(di, NOW)?;
    a.mov(cx, CELLS)?;
    let mut cell = a.create_label();
    a.set_label(&mut cell)?;
    for (left, bits) in [(true, 7), (false, 9), (true, 8)] {
        a.mov(ax, bp)?;
        if left {
            a.shl(ax, bits)?
        } else {
            a.shr(ax, bits)?
        }
        a.xor(bp, ax)?;
    }
    a.test(bp, 3)?;
    a.sete(al)?;
    a.stosb()?;
    a.loop_(cell)?;
    a.pop(es)
}

/// AX = the clock's ticks.
fn read_ticks(a: &mut CodeAssembler) -> Result<(), IcedError> {
    a.push(ds)?;
    a.mov(ax, BDA_SEGMENT)?;
    a.mov(ds, ax)?;
    a.mov(ax, word_ptr(BDA_TICKS))?;
    a.pop(ds)
}

/// A block for each cell that lives.
fn show(a: &mut CodeAssembler) -> Result<(), IcedError> {
    a.mov(si, NOW)?;
    a.xor(di, di)?;
    a.mov(cx, CELLS)?;
    a.mov(ah, LIGHT_GREEN)?;
    let mut cell = a.create_label();
    a.set_label(&mut cell)?;
    a.lodsb()?;
    // 0 becomes a blank, 1 a full block, DBh.
    a.neg(al)?;
    a.and(al, 0xDB - 0x20)?;
    a.add(al, 0x20)?;
    a.stosw()?;
    a.loop_(cell)
}

/// Until the clock has ticked, or to `key`.
fn wait(a: &mut CodeAssembler, places: &Places) -> Result<(), IcedError> {
    let (mut tick, mut look, mut on) = (a.create_label(), a.create_label(), a.create_label());
    a.mov(bl, TICKS)?;
    a.set_label(&mut tick)?;
    read_ticks(a)?;
    a.mov(dx, ax)?;
    a.set_label(&mut look)?;
    a.mov(ah, 0x01)?;
    a.int(0x16)?;
    a.jnz(places.key)?;
    a.hlt()?;
    read_ticks(a)?;
    a.cmp(ax, dx)?;
    a.jne(on)?;
    a.jmp(look)?;
    a.set_label(&mut on)?;
    a.dec(bl)?;
    a.jnz(tick)
}

/// The world has no ends: in front of its first cell is its last one.
fn copy_edges(a: &mut CodeAssembler) -> Result<(), IcedError> {
    a.push(es)?;
    a.push(ds)?;
    a.pop(es)?;
    for (from, to) in [(NOW + CELLS - MARGIN, NOW - MARGIN), (NOW, NOW + CELLS)] {
        a.mov(si, from)?;
        a.mov(di, to)?;
        a.mov(cx, MARGIN)?;
        a.rep().movsb()?;
    }
    Ok(())
}

/// The next generation. ES is on the stack.
fn live(a: &mut CodeAssembler) -> Result<(), IcedError> {
    a.mov(si, NOW)?;
    a.mov(di, NEXT)?;
    a.mov(cx, CELLS)?;
    let mut cell = a.create_label();
    a.set_label(&mut cell)?;
    let row = i32::try_from(COLS).unwrap_or_default();
    a.mov(al, byte_ptr(si - (row + 1)))?;
    for distance in [-row, 1 - row, -1, 1, row - 1, row, row + 1] {
        a.add(al, byte_ptr(si + distance))?;
    }
    // Three neighbours, or two and itself: 3 in either case, and in no other.
    a.or(al, byte_ptr(si))?;
    a.cmp(al, 3)?;
    a.sete(al)?;
    a.stosb()?;
    a.inc(si)?;
    a.loop_(cell)?;
    a.mov(si, NEXT)?;
    a.mov(di, NOW)?;
    a.mov(cx, CELLS / 2)?;
    a.rep().movsw()?;
    a.pop(es)
}

/// Space: another world. Anything else: a clean screen, and the end.
fn obey(a: &mut CodeAssembler, places: &Places) -> Result<(), IcedError> {
    a.mov(ah, 0x00)?;
    a.int(0x16)?;
    a.cmp(al, u32::from(b' '))?;
    a.je(places.world)?;
    a.mov(ax, 0x0003)?;
    a.int(0x10)?;
    a.mov(ax, 0x4C00)?;
    a.int(0x21)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_can_be_assembled_and_leaves_room_for_its_cells() {
        let program = assemble().unwrap();
        assert!(program[2..].starts_with(HELP));
        assert!(program.len() < usize::try_from(NOW - MARGIN).unwrap() - 0x100, "{}", program.len());
    }
}
