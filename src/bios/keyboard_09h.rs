//! The translating part of INT 09h: scan codes of set 1 become shift flags and buffer words.
//!
//! pc-keyboard decodes codes to keys; all state is in the BIOS data area, where programs that
//! take a key away or read the flags expect it. What the stub must do afterwards (INT 1Bh, INT
//! 05h, INT 15h/AH=85h, pause) comes back in AL. The layout and the code page are settings of the
//! session; a dead key is remembered until the next character.
//! Gap: a full buffer drops the key without a beep; the keyboard's lights are not driven.
//! Source: IBM PS/2 and PC BIOS Interface Technical Reference, INT 09h.

use pc_keyboard::{KeyCode, KeyState, Modifiers, ScancodeSet, ScancodeSet1};

use super::bda::{self, kbd3, leds, shift, shift2};
use super::key_words::{self, Strike};
use super::rom::key_action;
use super::{Bios, Outcome, keyboard_16h};
use crate::keys::with_accent;
use crate::screen::CodePage;

const PREFIX_E0: u8 = 0xE0;
const PREFIX_E1: u8 = 0xE1;
const ACKNOWLEDGE: u8 = 0xFA;
const RESEND: u8 = 0xFE;
/// Set in the last byte of a break code.
const BREAK_BIT: u8 = 0x80;
/// Code of Ctrl-Pause behind E0h.
const BREAK_KEY: u8 = 0x46;
/// First code of Pause behind E1h, which is its Ctrl key, and the second.
const PAUSE_FIRST: u8 = 0x1D;
const PAUSE_SECOND: u8 = 0x45;
/// Ctrl-PrtSc.
const WORD_CTRL_PRINT: u16 = 0x7200;
/// What Ctrl-Break leaves in the buffer.
const WORD_BREAK: u16 = 0x0000;
/// 40:71 after Ctrl-Break.
const BREAK_SEEN: u8 = 0x80;
/// 40:72: restart without a memory test.
const WARM_START: u16 = 0x1234;

/// A decoded press or release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stroke {
    key: KeyCode,
    down: bool,
    /// Make code without prefix.
    scan: u8,
}

/// Translates the scan code in AL; AL = what the stub does next.
pub(super) fn int09_scan_code(bios: &mut Bios<'_>) -> Outcome {
    let code = bios.regs.al();
    bios.regs.set_al(key_action::NONE);
    match code {
        PREFIX_E0 => bda::KEYBOARD_STATE.put_bits(&mut bios.mem, kbd3::LAST_E0, true),
        PREFIX_E1 => bda::KEYBOARD_STATE.put_bits(&mut bios.mem, kbd3::LAST_E1, true),
        ACKNOWLEDGE => bda::KEYBOARD_LEDS.put_bits(&mut bios.mem, leds::ACK, true),
        RESEND => bda::KEYBOARD_LEDS.put_bits(&mut bios.mem, leds::RESEND, true),
        _ => return prefixed_code(bios, code),
    }
    Outcome::Done
}

/// The waiting part of the Pause key: until a key takes bit 3 of 40:18 away.
pub(super) fn pause(bios: &mut Bios<'_>) -> Outcome {
    if bda::SHIFT_FLAGS_2.has(&bios.mem, shift2::PAUSE) { Outcome::Wait } else { Outcome::Done }
}

/// A code with the prefix that 40:96 remembers.
fn prefixed_code(bios: &mut Bios<'_>, code: u8) -> Outcome {
    let state = bda::KEYBOARD_STATE.get(&bios.mem);
    if state & kbd3::LAST_E1 != 0 {
        return pause_code(bios, code);
    }
    bda::KEYBOARD_STATE.put_bits(&mut bios.mem, kbd3::LAST_E0, false);
    let extended = state & kbd3::LAST_E0 != 0;
    if extended && code & !BREAK_BIT == BREAK_KEY {
        return if code & BREAK_BIT == 0 { ctrl_break(bios) } else { Outcome::Done };
    }
    match decode(extended, code) {
        Some(stroke) if stroke.down => press(bios, stroke),
        Some(stroke) => release(bios, stroke),
        None => Outcome::Done,
    }
}

/// Pause sends E1 1D 45 and E1 9D C5; the prefix counts until the second code.
fn pause_code(bios: &mut Bios<'_>, code: u8) -> Outcome {
    if code & !BREAK_BIT == PAUSE_FIRST {
        return Outcome::Done;
    }
    bda::KEYBOARD_STATE.put_bits(&mut bios.mem, kbd3::LAST_E1, false);
    if code != PAUSE_SECOND {
        return Outcome::Done;
    }
    // A keyboard that does not send E0 46 for Ctrl-Pause means the same.
    if bda::SHIFT_FLAGS.has(&bios.mem, shift::CTRL) { ctrl_break(bios) } else { begin_pause(bios) }
}

fn decode(extended: bool, code: u8) -> Option<Stroke> {
    let mut set = ScancodeSet1::new();
    if extended {
        set.advance_state(PREFIX_E0).ok()?;
    }
    // Codes that no key has are errors; a keyboard's own replies are among them.
    let event = set.advance_state(code).ok()??;
    Some(Stroke { key: event.code, down: event.state == KeyState::Down, scan: code & !BREAK_BIT })
}

fn press(bios: &mut Bios<'_>, stroke: Stroke) -> Outcome {
    if set_shift_key(bios, stroke.key, true) {
        return Outcome::Done;
    }
    if bda::SHIFT_FLAGS_2.has(&bios.mem, shift2::PAUSE) {
        bda::SHIFT_FLAGS_2.put_bits(&mut bios.mem, shift2::PAUSE, false);
        return Outcome::Done;
    }
    let flags = bda::SHIFT_FLAGS.get(&bios.mem);
    let ctrl = flags & shift::CTRL != 0;
    let alt = flags & shift::ALT != 0;
    match stroke.key {
        KeyCode::Delete | KeyCode::NumpadPeriod if ctrl && alt => {
            bda::RESET_FLAG.set(&mut bios.mem, WARM_START);
            return Outcome::Reboot;
        }
        KeyCode::ScrollLock if ctrl => return ctrl_break(bios),
        KeyCode::CapsLock => toggle(bios, shift::CAPS, shift2::CAPS),
        KeyCode::NumpadLock => toggle(bios, shift::NUM, shift2::NUM),
        KeyCode::ScrollLock => toggle(bios, shift::SCROLL, shift2::SCROLL),
        KeyCode::SysRq => sysrq_down(bios),
        KeyCode::PrintScreen if alt => sysrq_down(bios),
        KeyCode::PrintScreen if ctrl => store(bios, WORD_CTRL_PRINT),
        KeyCode::PrintScreen => bios.regs.set_al(key_action::PRINT),
        _ => typed(bios, stroke),
    }
    Outcome::Done
}

fn release(bios: &mut Bios<'_>, stroke: Stroke) -> Outcome {
    if set_shift_key(bios, stroke.key, false) {
        finish_alt_code(bios);
        return Outcome::Done;
    }
    let down = match stroke.key {
        KeyCode::CapsLock => shift2::CAPS,
        KeyCode::NumpadLock => shift2::NUM,
        KeyCode::ScrollLock => shift2::SCROLL,
        KeyCode::Insert | KeyCode::Numpad0 => shift2::INSERT,
        KeyCode::SysRq | KeyCode::PrintScreen => {
            if bda::SHIFT_FLAGS_2.has(&bios.mem, shift2::SYSRQ) {
                bios.regs.set_al(key_action::SYSRQ_UP);
            }
            shift2::SYSRQ
        }
        _ => return Outcome::Done,
    };
    bda::SHIFT_FLAGS_2.put_bits(&mut bios.mem, down, false);
    Outcome::Done
}

/// Notes that a Shift, Ctrl or Alt key went down or up. False if `key` is none of them.
fn set_shift_key(bios: &mut Bios<'_>, key: KeyCode, down: bool) -> bool {
    let mem = &mut bios.mem;
    match key {
        KeyCode::LShift => bda::SHIFT_FLAGS.put_bits(mem, shift::LEFT, down),
        KeyCode::RShift => bda::SHIFT_FLAGS.put_bits(mem, shift::RIGHT, down),
        KeyCode::LControl => bda::SHIFT_FLAGS_2.put_bits(mem, shift2::LEFT_CTRL, down),
        KeyCode::RControl => bda::KEYBOARD_STATE.put_bits(mem, kbd3::RIGHT_CTRL, down),
        KeyCode::LAlt => bda::SHIFT_FLAGS_2.put_bits(mem, shift2::LEFT_ALT, down),
        KeyCode::RAltGr => bda::KEYBOARD_STATE.put_bits(mem, kbd3::RIGHT_ALT, down),
        _ => return false,
    }
    let left = bda::SHIFT_FLAGS_2.get(mem);
    let right = bda::KEYBOARD_STATE.get(mem);
    let ctrl = left & shift2::LEFT_CTRL != 0 || right & kbd3::RIGHT_CTRL != 0;
    let alt = left & shift2::LEFT_ALT != 0 || right & kbd3::RIGHT_ALT != 0;
    bda::SHIFT_FLAGS.put_bits(mem, shift::CTRL, ctrl);
    bda::SHIFT_FLAGS.put_bits(mem, shift::ALT, alt);
    true
}

/// Once no Alt key is down, a code entered on the keypad becomes a character.
fn finish_alt_code(bios: &mut Bios<'_>) {
    let code = bda::ALT_CODE.get(&bios.mem);
    if code != 0 && !bda::SHIFT_FLAGS.has(&bios.mem, shift::ALT) {
        bda::ALT_CODE.set(&mut bios.mem, 0);
        store(bios, u16::from(code));
    }
}

/// Switches a lock over, once for each press however often the key repeats.
fn toggle(bios: &mut Bios<'_>, flag: u8, down: u8) {
    if bda::SHIFT_FLAGS_2.has(&bios.mem, down) {
        return;
    }
    bda::SHIFT_FLAGS_2.put_bits(&mut bios.mem, down, true);
    let flags = bda::SHIFT_FLAGS.get(&bios.mem) ^ flag;
    bda::SHIFT_FLAGS.set(&mut bios.mem, flags);
    // Lights: Scroll, Num, Caps Lock in bits 0-2, as their flags are in bits 4-6.
    let lights = bda::KEYBOARD_LEDS.get(&bios.mem) & !leds::LIGHTS | flags >> 4 & leds::LIGHTS;
    bda::KEYBOARD_LEDS.set(&mut bios.mem, lights);
}

fn sysrq_down(bios: &mut Bios<'_>) {
    if !bda::SHIFT_FLAGS_2.has(&bios.mem, shift2::SYSRQ) {
        bda::SHIFT_FLAGS_2.put_bits(&mut bios.mem, shift2::SYSRQ, true);
        bios.regs.set_al(key_action::SYSRQ_DOWN);
    }
}

/// A key that may have a word.
fn typed(bios: &mut Bios<'_>, stroke: Stroke) {
    let held = held_keys(bios);
    if held.is_alt()
        && let Some(digit) = key_words::alt_digit(stroke.key)
    {
        let code = bda::ALT_CODE.get(&bios.mem).wrapping_mul(10).wrapping_add(digit);
        bda::ALT_CODE.set(&mut bios.mem, code);
        return;
    }
    bda::ALT_CODE.set(&mut bios.mem, 0);
    let layout = bios.state.keyboard.typing.layout;
    let Some(strike) = key_words::strike(layout, stroke.key, stroke.scan, &held) else { return };
    let dead = bios.state.keyboard.dead.take();
    match (strike, dead) {
        (Strike::Word(word), _) => {
            // Insert, unless it is a keypad digit.
            if matches!(word, 0x52E0 | 0x5200) {
                toggle(bios, shift::INSERT, shift2::INSERT);
            }
            store(bios, word);
        }
        (Strike::Dead(accent), None) => bios.state.keyboard.dead = Some(accent),
        (Strike::Char(c) | Strike::Dead(c), dead) => accented(bios, stroke.scan, c, dead),
    }
}

/// Stores `c` with the accent of the dead key before it; both, if there is no such letter.
fn accented(bios: &mut Bios<'_>, scan: u8, c: char, dead: Option<char>) {
    let page = bios.state.keyboard.typing.code_page;
    let joined = dead.and_then(|accent| with_accent(c, accent)).and_then(|both| code(both, page));
    let codes = match (joined, dead.filter(|_| !c.is_control())) {
        (Some(both), _) => [Some(both), None],
        (None, accent) => [accent.and_then(|accent| code(accent, page)), code(c, page)],
    };
    for code in codes.into_iter().flatten() {
        store(bios, u16::from_be_bytes([scan, code]));
    }
}

/// The code of `c`; of accents that the page lacks, that of their likes in ASCII.
fn code(c: char, page: CodePage) -> Option<u8> {
    let like = match c {
        '´' => Some(b'\''),
        '¨' => Some(b'"'),
        _ => None,
    };
    u8::try_from(c).ok().filter(u8::is_ascii).or_else(|| page.code(c)).or(like)
}

/// The shift keys and locks as the data area knows them.
fn held_keys(bios: &Bios<'_>) -> Modifiers {
    let flags = bda::SHIFT_FLAGS.get(&bios.mem);
    let right_alt = bda::KEYBOARD_STATE.has(&bios.mem, kbd3::RIGHT_ALT);
    Modifiers {
        lshift: flags & shift::LEFT != 0,
        rshift: flags & shift::RIGHT != 0,
        lctrl: flags & shift::CTRL != 0,
        lalt: flags & shift::ALT != 0 && !right_alt,
        ralt: right_alt,
        numlock: flags & shift::NUM != 0,
        capslock: flags & shift::CAPS != 0,
        ..Modifiers::default()
    }
}

fn store(bios: &mut Bios<'_>, word: u16) {
    if !keyboard_16h::store(bios, word) {
        tracing::debug!(word, "keyboard buffer full, key dropped");
    }
}

fn ctrl_break(bios: &mut Bios<'_>) -> Outcome {
    bda::BREAK_FLAG.set(&mut bios.mem, BREAK_SEEN);
    let start = bda::BUFFER_START.get(&bios.mem);
    bda::BUFFER_HEAD.set(&mut bios.mem, start);
    bda::BUFFER_TAIL.set(&mut bios.mem, start);
    store(bios, WORD_BREAK);
    bda::SHIFT_FLAGS_2.put_bits(&mut bios.mem, shift2::PAUSE, false);
    bios.regs.set_al(key_action::BREAK);
    Outcome::Done
}

fn begin_pause(bios: &mut Bios<'_>) -> Outcome {
    if !bda::SHIFT_FLAGS_2.has(&bios.mem, shift2::PAUSE) {
        bda::SHIFT_FLAGS_2.put_bits(&mut bios.mem, shift2::PAUSE, true);
        bios.regs.set_al(key_action::PAUSE);
    }
    Outcome::Done
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bios::testing::Machine;
    use crate::keys::{Key, KeyEvent, KeyLayout, Typing, chord_events, parse_chord};
    use crate::types::PhysAddr;

    /// Feeds the codes of `events`; the last outcome and action.
    fn feed(machine: &mut Machine, events: &[KeyEvent]) -> Vec<(Outcome, u8)> {
        let mut codes = Vec::new();
        for event in events {
            event.key.scan_codes(event.down, &mut codes);
        }
        let one = |code: u8| {
            let outcome = machine.service_ax(0x09, u16::from(code));
            (outcome, machine.regs.al())
        };
        codes.into_iter().map(one).filter(|&seen| seen != (Outcome::Done, key_action::NONE)).collect()
    }

    fn strike(machine: &mut Machine, chord: &str) -> Vec<(Outcome, u8)> {
        feed(machine, &chord_events(&parse_chord(chord).unwrap()))
    }

    fn word(machine: &mut Machine) -> Option<u16> {
        (machine.service_ax(0x16, 0x1000) == Outcome::Done).then(|| machine.regs.ax())
    }

    fn flags(machine: &Machine) -> (u8, u8) {
        (machine.mem.read_u8(PhysAddr(0x417)), machine.mem.read_u8(PhysAddr(0x418)))
    }

    #[test]
    fn every_ascii_character_can_be_typed() {
        let mut machine = Machine::new();
        for c in ' '..='~' {
            feed(&mut machine, &Typing::default().strokes(c, false).unwrap());
            let code = word(&mut machine).map(|word| word.to_le_bytes()[0]);
            assert_eq!(code, u8::try_from(c).ok(), "{c}");
        }
    }

    #[test]
    fn every_code_page_character_can_be_entered_with_alt_and_the_keypad() {
        let mut machine = Machine::new();
        for code in 128..=255u8 {
            let c = CodePage::US.char(code);
            feed(&mut machine, &Typing::default().strokes(c, false).unwrap());
            assert_eq!(word(&mut machine), Some(u16::from(code)), "{c}");
        }
    }

    /// A machine whose keyboard is that of a country.
    fn machine_of(layout: &str, page: u16) -> Machine {
        let mut machine = Machine::new();
        let (layout, code_page) = (KeyLayout::from_name(layout).unwrap(), CodePage::new(page).unwrap());
        machine.state.set_typing(Typing { layout, code_page });
        machine
    }

    #[test]
    fn every_layout_types_what_it_says_it_does_in_every_code_page() {
        for (layout, page) in KeyLayout::all().flat_map(|layout| CodePage::all().map(move |page| (layout, page))) {
            let typing = Typing { layout, code_page: page };
            let mut machine = machine_of(layout.name(), page.number());
            for code in (0x20..=0x7E).chain(0x80..=0xFFu8) {
                let c = page.char(code);
                let Some(strokes) = typing.strokes(c, false) else { continue };
                feed(&mut machine, &strokes);
                let typed = word(&mut machine).map(|word| page.char(word.to_le_bytes()[0]));
                assert_eq!(typed, Some(c), "{} {page}", layout.name());
                assert_eq!(word(&mut machine), None);
            }
        }
    }

    #[test]
    fn a_dead_key_waits_for_its_letter() {
        let mut machine = machine_of("de", 850);
        strike(&mut machine, "=");
        assert_eq!(word(&mut machine), None);
        strike(&mut machine, "e");
        assert_eq!(word(&mut machine), Some(0x1282), "é on the scan code of E");
        for chord in ["`", "x", "`", "enter"] {
            strike(&mut machine, chord);
        }
        let words: Vec<Option<u16>> = (0..4).map(|_| word(&mut machine)).collect();
        assert_eq!(words, [Some(0x2D5E), Some(0x2D78), Some(0x1C0D), None], "no such letter; no letter at all");
    }

    #[test]
    fn a_character_that_the_code_page_lacks_is_not_typed() {
        let mut machine = machine_of("de", 437);
        strike(&mut machine, "altgr+e");
        assert_eq!(word(&mut machine), None);
        strike(&mut machine, "=");
        strike(&mut machine, "space");
        assert_eq!(word(&mut machine), Some(0x3927), "an apostrophe for an acute accent");
    }

    #[test]
    fn chords_give_their_words() {
        let mut machine = Machine::new();
        let table =
            [("alt+x", 0x2D00), ("ctrl+c", 0x2E03), ("alt+f10", 0x7100), ("up", 0x48E0), ("ctrl+rctrl+left", 0x73E0)];
        for (chord, expected) in table {
            strike(&mut machine, chord);
            assert_eq!(word(&mut machine), Some(expected), "{chord}");
        }
    }

    #[test]
    fn either_ctrl_key_holds_the_flag() {
        let mut machine = Machine::new();
        let event = |key, down| KeyEvent { key, down };
        feed(&mut machine, &[event(Key::LeftCtrl, true), event(Key::RightCtrl, true), event(Key::LeftCtrl, false)]);
        assert_eq!(flags(&machine), (shift::CTRL, 0));
        feed(&mut machine, &[event(Key::RightCtrl, false)]);
        assert_eq!(flags(&machine), (0, 0));
    }

    #[test]
    fn a_lock_switches_once_however_long_it_is_held() {
        let mut machine = Machine::new();
        let down = KeyEvent { key: Key::CapsLock, down: true };
        feed(&mut machine, &[down, down, down]);
        assert_eq!(flags(&machine), (shift::CAPS, shift2::CAPS));
        feed(&mut machine, &[KeyEvent { key: Key::CapsLock, down: false }]);
        assert_eq!(flags(&machine), (shift::CAPS, 0));
        assert_eq!(machine.mem.read_u8(PhysAddr(0x497)) & 7, 4, "its light");
        strike(&mut machine, "a");
        assert_eq!(word(&mut machine), Some(0x1E41));
    }

    #[test]
    fn ctrl_break_empties_the_buffer_and_asks_for_int_1b() {
        let mut machine = Machine::new();
        strike(&mut machine, "a");
        assert_eq!(strike(&mut machine, "ctrl+pause"), [(Outcome::Done, key_action::BREAK)]);
        assert_eq!(machine.mem.read_u8(PhysAddr(0x471)), 0x80);
        assert_eq!(word(&mut machine), Some(0));
        assert_eq!(word(&mut machine), None);
    }

    #[test]
    fn pause_lasts_until_a_key_which_is_swallowed() {
        let mut machine = Machine::new();
        assert_eq!(strike(&mut machine, "pause"), [(Outcome::Done, key_action::PAUSE)]);
        assert_eq!(machine.service(0xF1), Outcome::Wait);
        strike(&mut machine, "shift");
        assert_eq!(machine.service(0xF1), Outcome::Wait);
        strike(&mut machine, "x");
        assert_eq!(machine.service(0xF1), Outcome::Done);
        assert_eq!(word(&mut machine), None);
    }

    #[test]
    fn print_screen_and_sysrq_are_told_apart() {
        let mut machine = Machine::new();
        assert_eq!(strike(&mut machine, "prtsc"), [(Outcome::Done, key_action::PRINT)]);
        let sysrq = [(Outcome::Done, key_action::SYSRQ_DOWN), (Outcome::Done, key_action::SYSRQ_UP)];
        assert_eq!(strike(&mut machine, "alt+prtsc"), sysrq);
        strike(&mut machine, "ctrl+prtsc");
        assert_eq!(word(&mut machine), Some(0x7200));
    }

    #[test]
    fn ctrl_alt_del_restarts_the_machine() {
        let mut machine = Machine::new();
        assert_eq!(strike(&mut machine, "ctrl+alt+del")[0].0, Outcome::Reboot);
        assert_eq!(machine.mem.read_u16(PhysAddr(0x472)), 0x1234);
    }

    #[test]
    fn insert_is_a_toggle_and_a_key() {
        let mut machine = Machine::new();
        strike(&mut machine, "ins");
        assert_eq!(flags(&machine), (shift::INSERT, 0));
        assert_eq!(word(&mut machine), Some(0x52E0));
        strike(&mut machine, "numlock");
        strike(&mut machine, "kp0");
        assert_eq!(word(&mut machine), Some(0x5230));
        assert_eq!(flags(&machine).0, shift::INSERT | shift::NUM);
    }

    #[test]
    fn no_byte_sequence_does_harm() {
        let mut machine = Machine::new();
        for first in 0..=255u16 {
            for second in [0x00, 0x1D, 0x2A, 0x45, 0x46, 0x80, 0xAA, 0xE0, 0xE1, 0xFF] {
                machine.service_ax(0x09, first);
                machine.service_ax(0x09, second);
            }
        }
    }
}
