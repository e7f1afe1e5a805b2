//! What a guest makes of keys that a terminal struck.

use std::time::Duration;

use dosmux::keys::{Key, KeyEvent};
use dosmux::tui::keyboard::STRIKE_TIME;
use iced_x86::code_asm::*;

use crate::bench::{Pc, boot, floppy_of};

/// Where the guest's main loop is, its INT 09h, and its note of whether the upper arrow is down.
const MAIN: u16 = 0x7C00;
const HANDLER: u16 = 0x7D00;
const NOTE: u32 = 0x600;

/// A guest with an INT 09h of its own that notes whether the upper arrow is down, and a main loop that
/// looks at the note once a timer tick, as games do: each time the key is down it prints a `U`.
fn table_reader() -> Vec<u8> {
    let mut code = main_loop().unwrap();
    code.resize(usize::from(HANDLER - MAIN), 0x90);
    code.extend(handler().unwrap());
    code
}

fn main_loop() -> Result<Vec<u8>, IcedError> {
    const TICKS: u32 = 0x46C;
    let mut a = CodeAssembler::new(16)?;
    let mut wait = a.create_label();
    a.cli()?;
    a.xor(ax, ax)?;
    a.mov(ds, ax)?;
    a.mov(word_ptr(0x09 * 4), u32::from(HANDLER))?;
    a.mov(word_ptr(0x09 * 4 + 2), ax)?;
    a.mov(byte_ptr(NOTE), 0)?;
    a.sti()?;
    a.mov(cl, byte_ptr(TICKS))?;
    a.set_label(&mut wait)?;
    a.hlt()?;
    a.cmp(cl, byte_ptr(TICKS))?;
    a.je(wait)?;
    a.mov(cl, byte_ptr(TICKS))?;
    a.cmp(byte_ptr(NOTE), 0)?;
    a.je(wait)?;
    a.mov(ax, 0x0E55)?;
    a.int(0x10)?;
    a.jmp(wait)?;
    a.assemble(u64::from(MAIN))
}

fn handler() -> Result<Vec<u8>, IcedError> {
    let mut a = CodeAssembler::new(16)?;
    let (mut up, mut done) = (a.create_label(), a.create_label());
    a.push(ax)?;
    a.in_(al, 0x60)?;
    a.cmp(al, 0x48)?;
    a.je(up)?;
    a.cmp(al, 0xC8)?;
    a.jne(done)?;
    a.mov(byte_ptr(NOTE).cs(), 0)?;
    a.jmp(done)?;
    a.set_label(&mut up)?;
    a.mov(byte_ptr(NOTE).cs(), 1)?;
    a.set_label(&mut done)?;
    a.mov(al, 0x20)?;
    a.out(0x20, al)?;
    a.pop(ax)?;
    a.iret()?;
    a.assemble(u64::from(HANDLER))
}

/// Keys that were seen so far.
fn seen(pc: &Pc) -> usize {
    pc.text().matches('U').count()
}

/// Strikes the key at many places between two ticks; each time it must be seen.
#[track_caller]
fn is_seen_at_any_time(strike: impl Fn(&mut Pc)) {
    let mut pc = boot(&floppy_of(&table_reader()));
    pc.run_seconds(2);
    for phase in 0..55 {
        let before = seen(&pc);
        strike(&mut pc);
        pc.session.run_for(Duration::from_millis(171));
        assert!(seen(&pc) > before, "strike {phase}\n{}", pc.describe());
        // The next one at another place between two ticks.
        pc.session.run_for(Duration::from_millis(1));
    }
    let after = seen(&pc);
    pc.run_seconds(1);
    assert_eq!(seen(&pc), after, "the key came up");
}

#[test]
fn a_struck_key_is_seen_by_a_guest_that_looks_once_a_tick_whenever_it_is_struck() {
    is_seen_at_any_time(|pc| {
        pc.session.press(KeyEvent { key: Key::Up, down: true });
        pc.session.run_for(STRIKE_TIME);
        pc.session.press(KeyEvent { key: Key::Up, down: false });
    });
}

#[test]
fn a_chord_of_a_script_is_seen_by_a_guest_that_looks_once_a_tick() {
    is_seen_at_any_time(|pc| pc.session.strike(&[Key::Up]));
}
