//! Guests that wait for keys or for time in the ways that programs do, and one that never waits.

use iced_x86::code_asm::*;

use super::guest::boot_sector;

/// 40:6C, the low word of the tick count.
const TICKS: u32 = 0x46C;
/// Segment of colour text memory.
const VIDEO: u32 = 0xB800;

/// Prints `ready`, then counts in the screen's first four cells, as hexadecimal digits, for ever.
pub(crate) fn compute() -> Vec<u8> {
    boot_sector(|g| {
        g.line("")?;
        g.line("ready")?;
        g.mov(ax, VIDEO)?;
        g.mov(es, ax)?;
        g.xor(ebx, ebx)?;
        let count = g.here()?;
        g.inc(ebx)?;
        g.mov(edx, ebx)?;
        g.shr(edx, 8)?;
        g.mov(di, 6)?;
        let digit = g.here()?;
        g.mov(al, dl)?;
        g.and(al, 0x0F)?;
        g.add(al, i32::from(b'0'))?;
        g.cmp(al, i32::from(b'9'))?;
        let mut decimal = g.create_label();
        g.jbe(decimal)?;
        g.add(al, 7)?;
        g.place(&mut decimal)?;
        g.mov(byte_ptr(di).es(), al)?;
        g.shr(edx, 4)?;
        g.sub(di, 2)?;
        g.jns(digit)?;
        g.jmp(count)
    })
}

/// Prints `ready`, then every character typed: waits with INT 16h/AH=00h.
pub(crate) fn echo() -> Vec<u8> {
    boot_sector(|g| {
        g.line("ready")?;
        let next = g.here()?;
        g.xor(ah, ah)?;
        g.int(0x16)?;
        g.mov(ah, 0x0E)?;
        g.mov(bx, 7)?;
        g.int(0x10)?;
        g.jmp(next)
    })
}

/// As [`echo`], but shows before each character the low digit of the tick count at which it came.
pub(crate) fn tick_echo() -> Vec<u8> {
    boot_sector(|g| {
        g.line("ready")?;
        let next = g.here()?;
        g.xor(ah, ah)?;
        g.int(0x16)?;
        g.push(ax)?;
        g.mov(al, byte_ptr(TICKS))?;
        g.and(al, 7)?;
        g.add(al, i32::from(b'0'))?;
        g.mov(ah, 0x0E)?;
        g.mov(bx, 7)?;
        g.int(0x10)?;
        g.pop(ax)?;
        g.mov(ah, 0x0E)?;
        g.int(0x10)?;
        g.jmp(next)
    })
}

/// As [`echo`], but computes for some milliseconds after each character.
pub(crate) fn slow_echo() -> Vec<u8> {
    boot_sector(|g| {
        g.line("ready")?;
        let next = g.here()?;
        g.xor(ah, ah)?;
        g.int(0x16)?;
        g.mov(ah, 0x0E)?;
        g.mov(bx, 7)?;
        g.int(0x10)?;
        g.xor(cx, cx)?;
        let work = g.here()?;
        g.loop_(work)?;
        g.jmp(next)
    })
}

/// As [`echo`], but polls INT 16h/AH=01h without a pause.
pub(crate) fn poll_keyboard() -> Vec<u8> {
    boot_sector(|g| {
        g.line("ready")?;
        let next = g.here()?;
        g.mov(ah, 1)?;
        g.int(0x16)?;
        g.jz(next)?;
        g.xor(ah, ah)?;
        g.int(0x16)?;
        g.mov(ah, 0x0E)?;
        g.mov(bx, 7)?;
        g.int(0x10)?;
        g.jmp(next)
    })
}

/// Prints `ready`, then one dot a second: polls the tick count at 40:6C without a pause.
pub(crate) fn poll_tick() -> Vec<u8> {
    boot_sector(|g| {
        g.line("ready")?;
        let second = g.here()?;
        g.mov(cx, 18)?;
        let tick = g.here()?;
        g.mov(dx, word_ptr(TICKS))?;
        let wait = g.here()?;
        g.cmp(dx, word_ptr(TICKS))?;
        g.je(wait)?;
        g.loop_(tick)?;
        g.mov(ax, 0x0E2E)?;
        g.mov(bx, 7)?;
        g.int(0x10)?;
        g.jmp(second)
    })
}
