//! INT 16h: keyboard services on the buffer that INT 09h fills.
//!
//! The buffer holds words: scan code high, character low. Keys that only 101-key boards have carry
//! a character of E0h (grey twins of keypad keys) or F0h (combinations an 84-key BIOS did not
//! report), or the scan code E0h (keypad Enter and slash). Functions 00h and 01h hide or convert
//! them; 10h and 11h show them.
//!
//! Functions: 00h–05h, 10h–12h. Gap: 03h (repeat rate) and 04h (key click) are accepted and
//! ignored; the host's keyboard repeats.
//! Source: IBM PS/2 and PC BIOS Interface Technical Reference, INT 16h.

use super::bda::{self, kbd3, shift2};
use super::{Bios, Outcome};
use crate::types::SegOff;

/// Character of a grey key.
pub(super) const GREY: u8 = 0xE0;
/// Character of a combination that only functions 10h and 11h report.
pub(super) const ENHANCED_ONLY: u8 = 0xF0;
/// Highest scan code that functions 00h and 01h report.
const LAST_STANDARD_SCAN: u8 = 0x84;

/// Runs the function in AH; unknown ones change nothing.
pub(super) fn call(bios: &mut Bios<'_>) -> Outcome {
    match bios.regs.ah() {
        0x00 => int16_00_read(bios, standard_word),
        0x01 => int16_01_look(bios, standard_word),
        0x02 => int16_02_shift_flags(bios),
        0x05 => int16_05_store(bios),
        0x10 => int16_00_read(bios, enhanced_word),
        0x11 => int16_01_look(bios, enhanced_word),
        0x12 => int16_12_all_shift_flags(bios),
        _ => Outcome::Done,
    }
}

/// AH=00h, 10h: AX = next key, waiting for one.
fn int16_00_read(bios: &mut Bios<'_>, convert: fn(u16) -> Option<u16>) -> Outcome {
    match next_key(bios, convert) {
        Some(word) => {
            take(bios);
            bios.regs.set_ax(word);
            Outcome::Done
        }
        None => Outcome::Wait,
    }
}

/// AH=01h, 11h: AX = next key, which stays, and ZF clear; or ZF set.
fn int16_01_look(bios: &mut Bios<'_>, convert: fn(u16) -> Option<u16>) -> Outcome {
    let key = next_key(bios, convert);
    bios.set_zero(key.is_none());
    bios.return_with_interrupts();
    match key {
        Some(word) => {
            bios.regs.set_ax(word);
            Outcome::Done
        }
        None => Outcome::Polled,
    }
}

/// AH=02h: AL = shift flags.
fn int16_02_shift_flags(bios: &mut Bios<'_>) -> Outcome {
    let flags = bda::SHIFT_FLAGS.get(&bios.mem);
    bios.regs.set_al(flags);
    Outcome::Looked
}

/// AH=05h: stores CX as if typed; AL = 0, or 1 if the buffer is full.
fn int16_05_store(bios: &mut Bios<'_>) -> Outcome {
    let stored = store(bios, bios.regs.cx());
    bios.regs.set_al(u8::from(!stored));
    Outcome::Done
}

/// AH=12h: AL = shift flags; AH = the single Ctrl, Alt and lock keys, SysRq in bit 7.
fn int16_12_all_shift_flags(bios: &mut Bios<'_>) -> Outcome {
    let flags = bda::SHIFT_FLAGS.get(&bios.mem);
    let keys = bda::SHIFT_FLAGS_2.get(&bios.mem);
    let right = bda::KEYBOARD_STATE.get(&bios.mem) & (kbd3::RIGHT_CTRL | kbd3::RIGHT_ALT);
    let left = keys & (shift2::LEFT_CTRL | shift2::LEFT_ALT | shift2::SCROLL | shift2::NUM | shift2::CAPS);
    let sysrq = if keys & shift2::SYSRQ != 0 { 0x80 } else { 0 };
    bios.regs.set_al(flags);
    bios.regs.set_ah(left | right | sysrq);
    Outcome::Looked
}

/// The oldest key that `convert` lets through; the ones it refuses are dropped.
fn next_key(bios: &mut Bios<'_>, convert: fn(u16) -> Option<u16>) -> Option<u16> {
    // The buffer's bounds are the guest's to set: more steps than words fit in 64 KiB are a loop.
    for _ in 0..0x8000 {
        let head = bda::BUFFER_HEAD.get(&bios.mem);
        if head == bda::BUFFER_TAIL.get(&bios.mem) {
            return None;
        }
        if let Some(word) = convert(bios.mem.read_u16(SegOff::new(bda::SEGMENT, head))) {
            return Some(word);
        }
        take(bios);
    }
    None
}

/// Functions 10h and 11h: a key as an enhanced keyboard's program sees it.
fn enhanced_word(word: u16) -> Option<u16> {
    let [char, scan] = word.to_le_bytes();
    Some(if char == ENHANCED_ONLY && scan != 0 { word & 0xFF00 } else { word })
}

/// Functions 00h and 01h: a key as an 84-key keyboard's program knows it, or `None`.
fn standard_word(word: u16) -> Option<u16> {
    let [char, scan] = word.to_le_bytes();
    match (scan, char) {
        (0xE0, 0x0D | 0x0A) => Some(u16::from_le_bytes([char, 0x1C])),
        (0xE0, _) => Some(u16::from_le_bytes([char, 0x35])),
        (0, _) => Some(word),
        (_, ENHANCED_ONLY) => None,
        (scan, _) if scan > LAST_STANDARD_SCAN => None,
        (_, GREY) => Some(word & 0xFF00),
        _ => Some(word),
    }
}

/// Drops the oldest word of the buffer.
fn take(bios: &mut Bios<'_>) {
    let head = bda::BUFFER_HEAD.get(&bios.mem);
    let next = behind(bios, head);
    bda::BUFFER_HEAD.set(&mut bios.mem, next);
}

/// Appends `word` to the buffer. False, and nothing stored, if it is full.
pub(super) fn store(bios: &mut Bios<'_>, word: u16) -> bool {
    let tail = bda::BUFFER_TAIL.get(&bios.mem);
    let next = behind(bios, tail);
    if next == bda::BUFFER_HEAD.get(&bios.mem) {
        return false;
    }
    bios.mem.write_u16(SegOff::new(bda::SEGMENT, tail), word);
    bda::BUFFER_TAIL.set(&mut bios.mem, next);
    true
}

/// The place behind `at` in the ring.
fn behind(bios: &Bios<'_>, at: u16) -> u16 {
    let next = at.wrapping_add(2);
    if next == bda::BUFFER_END.get(&bios.mem) { bda::BUFFER_START.get(&bios.mem) } else { next }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bios::testing::Machine;
    use crate::cpu::regs::eflags;
    use crate::types::PhysAddr;

    fn stored(machine: &mut Machine, word: u16) -> u8 {
        machine.regs.set_cx(word);
        machine.service_ax(0x16, 0x0500);
        machine.regs.al()
    }

    fn read(machine: &mut Machine, function: u16) -> u16 {
        assert_eq!(machine.service_ax(0x16, function << 8), Outcome::Done);
        machine.regs.ax()
    }

    #[test]
    fn an_empty_buffer_makes_a_read_wait_and_a_look_say_so() {
        let mut machine = Machine::new();
        assert_eq!(machine.service_ax(0x16, 0x0000), Outcome::Wait);
        assert_eq!(machine.service_ax(0x16, 0x1100), Outcome::Polled);
        assert!(machine.flag(eflags::ZF));
    }

    #[test]
    fn asking_for_the_shift_keys_is_neither_work_nor_a_poll() {
        let mut machine = Machine::new();
        machine.mem.write_u8(PhysAddr(0x417), 0x02);
        for function in [0x0200, 0x1200] {
            assert_eq!(machine.service_ax(0x16, function), Outcome::Looked);
            assert_eq!(machine.regs.al(), 0x02);
        }
    }

    #[test]
    fn a_look_leaves_the_key_for_the_read() {
        let mut machine = Machine::new();
        stored(&mut machine, 0x1E61);
        assert_eq!(machine.service_ax(0x16, 0x0100), Outcome::Done);
        assert!(!machine.flag(eflags::ZF));
        assert!(machine.flag(eflags::IF), "it returns with interrupts on");
        assert_eq!(machine.regs.ax(), 0x1E61);
        assert_eq!(read(&mut machine, 0x00), 0x1E61);
        assert_eq!(machine.service_ax(0x16, 0x0000), Outcome::Wait);
    }

    #[test]
    fn fifteen_keys_fit_and_come_out_in_order() {
        let mut machine = Machine::new();
        // Start in the middle of the ring so that it wraps.
        machine.mem.write_u16(PhysAddr(0x41A), 0x30);
        machine.mem.write_u16(PhysAddr(0x41C), 0x30);
        for key in 0..15 {
            assert_eq!(stored(&mut machine, 0x3000 + key), 0);
        }
        assert_eq!(stored(&mut machine, 0x3030), 1);
        for key in 0..15 {
            assert_eq!(read(&mut machine, 0x10), 0x3000 + key);
        }
    }

    #[test]
    fn an_old_program_sees_grey_keys_as_keypad_keys_and_no_f11() {
        let mut machine = Machine::new();
        for word in [0x8500, 0x1AF0, 0x48E0, 0xE00D, 0xE02F, 0x00F0] {
            stored(&mut machine, word);
        }
        let seen: Vec<u16> = (0..4).map(|_| read(&mut machine, 0x00)).collect();
        assert_eq!(seen, [0x4800, 0x1C0D, 0x352F, 0x00F0]);
    }

    #[test]
    fn a_new_program_sees_all_keys() {
        let mut machine = Machine::new();
        for word in [0x8500, 0x1AF0, 0x48E0, 0xE00D] {
            stored(&mut machine, word);
        }
        let seen: Vec<u16> = (0..4).map(|_| read(&mut machine, 0x10)).collect();
        assert_eq!(seen, [0x8500, 0x1A00, 0x48E0, 0xE00D]);
    }

    #[test]
    fn a_hostile_buffer_pointer_ends_the_search() {
        let mut machine = Machine::new();
        machine.mem.write_u16(PhysAddr(0x41A), 0x1F);
        assert!(matches!(machine.service_ax(0x16, 0x0000), Outcome::Wait | Outcome::Done));
    }

    #[test]
    fn all_shift_keys_are_reported_at_once() {
        let mut machine = Machine::new();
        for (at, value) in [(0x417, 0x4C), (0x418, 0x46), (0x496, 0x18)] {
            machine.mem.write_u8(PhysAddr(at), value);
        }
        machine.service_ax(0x16, 0x1200);
        assert_eq!(machine.regs.ax(), 0xCA4C);
    }
}
