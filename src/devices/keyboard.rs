//! 101-key AT keyboard (`Keyboard`), behind the 8042's serial line.
//!
//! Models: a 16-byte buffer of scan codes, code sets 1 and 2, and the commands EDh–FFh with their
//! answers. Power-on state: scanning, code set 2.
//! A key whose codes do not fit is refused and stays with whoever pressed it, so the keyboard
//! never has to send its overrun code and no key is lost.
//! Gap: no typematic repeat; repeats are presses that come from outside.
//! Gap: no code set 3; its selection is answered with a resend request.
//! Source: IBM PS/2 Technical Reference, "101-key keyboard"; IBM PC AT Technical Reference.

use std::collections::VecDeque;
use std::time::Duration;

use crate::clock::VirtTime;
use crate::keys::{Key, KeyEvent};

/// Scan code bytes that the keyboard holds until the controller takes them.
const BUFFER_BYTES: usize = 16;
/// Answer bytes that may wait: the longest answer has three. Later ones are lost.
const ANSWER_BYTES: usize = 4;
/// How long the self test after a reset takes.
const SELF_TEST_TIME: Duration = Duration::from_millis(300);

const CMD_SET_LEDS: u8 = 0xED;
const CMD_ECHO: u8 = 0xEE;
const CMD_CODE_SET: u8 = 0xF0;
const CMD_IDENTIFY: u8 = 0xF2;
const CMD_SET_RATE: u8 = 0xF3;
const CMD_ENABLE: u8 = 0xF4;
const CMD_DISABLE: u8 = 0xF5;
const CMD_SET_DEFAULT: u8 = 0xF6;
/// F7h–FDh set key types of code set 3; the last three of them take a key.
const CMD_ALL_KEYS_FIRST: u8 = 0xF7;
const CMD_ONE_KEY_LAST: u8 = 0xFD;
const CMD_RESEND: u8 = 0xFE;
const CMD_RESET: u8 = 0xFF;

const ANSWER_ACK: u8 = 0xFA;
const ANSWER_RESEND: u8 = 0xFE;
const ANSWER_SELF_TEST_PASSED: u8 = 0xAA;
/// What a 101-key keyboard identifies itself with.
const IDENTITY: [u8; 2] = [0xAB, 0x83];

const BREAK_SET_1: u8 = 0x80;
const BREAK_SET_2: u8 = 0xF0;
/// Make code, in set 1, of Alt+PrtSc: the SysRq key of the 84-key board.
const SYS_REQ: u8 = 0x54;
/// What Ctrl+Pause sends in set 1: make and break of grey Scroll Lock, which reads as Break.
const CTRL_BREAK: [u8; 4] = [0xE0, 0x46, 0xE0, 0xC6];

/// Set-2 make code of each set-1 make code.
/// Source: IBM PS/2 Technical Reference, keyboard scan code tables.
const SET_1_TO_SET_2: [u8; 0x59] = [
    0x00, 0x76, 0x16, 0x1E, 0x26, 0x25, 0x2E, 0x36, 0x3D, 0x3E, 0x46, 0x45, 0x4E, 0x55, 0x66, 0x0D, // 00h
    0x15, 0x1D, 0x24, 0x2D, 0x2C, 0x35, 0x3C, 0x43, 0x44, 0x4D, 0x54, 0x5B, 0x5A, 0x14, 0x1C, 0x1B, // 10h
    0x23, 0x2B, 0x34, 0x33, 0x3B, 0x42, 0x4B, 0x4C, 0x52, 0x0E, 0x12, 0x5D, 0x1A, 0x22, 0x21, 0x2A, // 20h
    0x32, 0x31, 0x3A, 0x41, 0x49, 0x4A, 0x59, 0x7C, 0x11, 0x29, 0x58, 0x05, 0x06, 0x04, 0x0C, 0x03, // 30h
    0x0B, 0x83, 0x0A, 0x01, 0x09, 0x77, 0x7E, 0x6C, 0x75, 0x7D, 0x7B, 0x6B, 0x73, 0x74, 0x79, 0x69, // 40h
    0x72, 0x7A, 0x70, 0x71, 0x84, 0x60, 0x61, 0x78, 0x07, // 50h
];

/// Set-1 code of the set-2 code `code`, as the 8042 translates; other bytes stay as they are.
pub(super) fn set_2_to_set_1(code: u8) -> u8 {
    match code {
        // Unused by this keyboard as keys, but in the controller's table.
        0x02 => 0x41,
        0x7F => 0x54,
        _ => SET_1_TO_SET_2.iter().position(|&set_2| set_2 == code).map_or(code, |at| u8::try_from(at).unwrap_or(code)),
    }
}

/// Appends the set-2 form of the set-1 sequence `codes`.
fn append_set_2(codes: &[u8], out: &mut Vec<u8>) {
    for &code in codes {
        // The prefixes E0h and E1h lie beyond every make code with the break bit set.
        let Some(&make) = SET_1_TO_SET_2.get(usize::from(code & !BREAK_SET_1)) else {
            out.push(code);
            continue;
        };
        if code & BREAK_SET_1 != 0 {
            out.push(BREAK_SET_2);
        }
        out.push(make);
    }
}

/// The keyboard.
pub(super) struct Keyboard {
    codes: VecDeque<u8>,
    answers: VecDeque<u8>,
    /// Code set in use: 1 or 2.
    code_set: u8,
    scanning: bool,
    /// The command whose parameter comes next.
    pending: Option<u8>,
    last_sent: u8,
    /// When the self test ends, while one runs.
    self_test: Option<VirtTime>,
    ctrl: HeldPair,
    alt: HeldPair,
    /// True if PrtSc went down as SysRq and must come up as it.
    sys_req: bool,
}

/// A modifier that the board has twice.
#[derive(Clone, Copy, Default)]
struct HeldPair {
    left: bool,
    right: bool,
}

impl HeldPair {
    fn any(self) -> bool {
        self.left || self.right
    }
}

impl Keyboard {
    pub(super) fn new() -> Keyboard {
        Keyboard {
            codes: VecDeque::new(),
            answers: VecDeque::new(),
            code_set: 2,
            scanning: true,
            pending: None,
            last_sent: 0,
            self_test: None,
            ctrl: HeldPair::default(),
            alt: HeldPair::default(),
            sys_req: false,
        }
    }

    // --- host side ---

    /// Presses or releases a key. False if its codes do not fit or the self test runs: nothing
    /// was taken. While scanning is disabled keys are taken and lost.
    pub(super) fn press(&mut self, event: KeyEvent) -> bool {
        if self.self_test.is_some() {
            return false;
        }
        let mut codes = Vec::new();
        self.set_1_codes(event, &mut codes);
        if self.code_set == 2 {
            let set_1 = std::mem::take(&mut codes);
            append_set_2(&set_1, &mut codes);
        }
        if self.scanning {
            if self.codes.len() + codes.len() > BUFFER_BYTES {
                return false;
            }
            self.codes.extend(codes);
        }
        self.note_modifiers(event);
        true
    }

    /// True if nothing waits to be sent.
    pub(super) fn is_idle(&self) -> bool {
        self.codes.is_empty() && self.answers.is_empty() && self.self_test.is_none()
    }

    fn set_1_codes(&self, event: KeyEvent, out: &mut Vec<u8>) {
        match event.key {
            Key::Pause if self.ctrl.any() => {
                if event.down {
                    out.extend(CTRL_BREAK);
                }
            }
            Key::PrintScreen if event.down && self.alt.any() => out.push(SYS_REQ),
            Key::PrintScreen if !event.down && self.sys_req => out.push(SYS_REQ | BREAK_SET_1),
            key => key.scan_codes(event.down, out),
        }
    }

    fn note_modifiers(&mut self, event: KeyEvent) {
        match event.key {
            Key::LeftCtrl => self.ctrl.left = event.down,
            Key::RightCtrl => self.ctrl.right = event.down,
            Key::LeftAlt => self.alt.left = event.down,
            Key::RightAlt => self.alt.right = event.down,
            Key::PrintScreen => self.sys_req = event.down && (self.sys_req || self.alt.any()),
            _ => {}
        }
    }

    // --- controller side ---

    /// When the next byte is ready to be sent, `now` if one is; `None` if there is none to come.
    pub(super) fn ready_at(&self, now: VirtTime) -> Option<VirtTime> {
        if !self.answers.is_empty() {
            return Some(now);
        }
        if let Some(end) = self.self_test {
            return Some(end.max(now));
        }
        // Between a command and its parameter the keyboard does not scan.
        (!self.codes.is_empty() && self.pending.is_none()).then_some(now)
    }

    /// Sends the next byte, if one is ready at `now`.
    pub(super) fn send(&mut self, now: VirtTime) -> Option<u8> {
        if self.ready_at(now)? > now {
            return None;
        }
        let byte = if let Some(answer) = self.answers.pop_front() {
            answer
        } else if self.self_test.take().is_some() {
            ANSWER_SELF_TEST_PASSED
        } else {
            self.codes.pop_front()?
        };
        if byte != ANSWER_RESEND {
            self.last_sent = byte;
        }
        Some(byte)
    }

    /// Takes a byte from the controller: a command or the parameter of one.
    pub(super) fn receive(&mut self, byte: u8, now: VirtTime) {
        match self.pending.take() {
            // A command in place of a parameter cancels the one that waited.
            Some(command) if byte < CMD_SET_LEDS => self.parameter(command, byte),
            _ => self.command(byte, now),
        }
    }

    fn command(&mut self, command: u8, now: VirtTime) {
        match command {
            CMD_ECHO => self.answer(&[CMD_ECHO]),
            CMD_RESEND => self.answer(&[self.last_sent]),
            CMD_SET_LEDS | CMD_SET_RATE | CMD_CODE_SET => self.expect_parameter(command),
            CMD_IDENTIFY => self.answer(&[ANSWER_ACK, IDENTITY[0], IDENTITY[1]]),
            CMD_ENABLE => self.restart(self.code_set, true),
            CMD_DISABLE => self.restart(2, false),
            CMD_SET_DEFAULT => self.restart(2, true),
            CMD_ALL_KEYS_FIRST..=0xFA => self.answer(&[ANSWER_ACK]),
            0xFB..=CMD_ONE_KEY_LAST => self.expect_parameter(command),
            CMD_RESET => {
                self.restart(2, true);
                self.self_test = Some(now + SELF_TEST_TIME);
            }
            _ => self.answer(&[ANSWER_RESEND]),
        }
    }

    fn expect_parameter(&mut self, command: u8) {
        self.pending = Some(command);
        self.answer(&[ANSWER_ACK]);
    }

    fn parameter(&mut self, command: u8, value: u8) {
        match (command, value) {
            (CMD_CODE_SET, 0) => self.answer(&[ANSWER_ACK, self.code_set]),
            (CMD_CODE_SET, 1 | 2) => {
                self.codes.clear();
                self.code_set = value;
                self.answer(&[ANSWER_ACK]);
            }
            (CMD_CODE_SET, _) => self.answer(&[ANSWER_RESEND]),
            // Lamps and rate are acknowledged; nothing here lights up or repeats.
            _ => self.answer(&[ANSWER_ACK]),
        }
    }

    /// Drops what was typed, acknowledges and goes on with `code_set`.
    fn restart(&mut self, code_set: u8, scanning: bool) {
        self.codes.clear();
        self.answers.clear();
        self.self_test = None;
        self.code_set = code_set;
        self.scanning = scanning;
        self.answer(&[ANSWER_ACK]);
    }

    fn answer(&mut self, bytes: &[u8]) {
        let room = ANSWER_BYTES.saturating_sub(self.answers.len());
        self.answers.extend(bytes.iter().take(room));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_survives_the_way_through_set_2() {
        for &key in Key::ALL {
            for down in [true, false] {
                let (mut set_1, mut set_2) = (Vec::new(), Vec::new());
                key.scan_codes(down, &mut set_1);
                append_set_2(&set_1, &mut set_2);
                let mut back = Vec::new();
                let mut broken = 0;
                for code in set_2 {
                    if code == BREAK_SET_2 {
                        broken = BREAK_SET_1;
                    } else {
                        back.push(set_2_to_set_1(code) | std::mem::take(&mut broken));
                    }
                }
                assert_eq!(back, set_1, "{key:?} {down}");
            }
        }
    }

    #[test]
    fn answers_to_a_flood_of_commands_are_bounded() {
        let mut keyboard = Keyboard::new();
        for _ in 0..1000 {
            keyboard.receive(CMD_IDENTIFY, VirtTime::ZERO);
        }
        assert!(std::iter::from_fn(|| keyboard.send(VirtTime::ZERO)).count() <= ANSWER_BYTES);
    }
}
