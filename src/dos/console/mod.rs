//! The console: keys as DOS reads them, and the screen behind INT 29h.
//!
//! | module | what it is |
//! | --- | --- |
//! | `ansi` | escape sequences taken apart: pure |
//! | `screen` | what a character or sequence is in calls of INT 10h |
//! | `keys` | keys that escape sequences have given another meaning |

mod ansi;
mod keys;
mod screen;

use std::collections::VecDeque;

use super::engine::CTRL_C;
use super::{Dos, Outcome};
use crate::types::{hi8, lo8};

/// Bytes that wait to be read at most: a screen's report, the text of a key.
const MOST_UNREAD: usize = 256;
/// What stands for a key that only grey keys have.
const GREY: u8 = 0xE0;

/// What the console keeps between calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Console {
    /// Bytes that come before the next key: the second byte of a key without a character, what an escape
    /// sequence has reported.
    pub(super) unread: VecDeque<u8>,
    /// What is left of the line that was read last.
    pub(super) line: Vec<u8>,
    /// That line, for the editor's keys to copy from.
    pub(super) template: Vec<u8>,
    /// Column that DOS counts, for tabs.
    pub(super) column: u8,
    /// Ctrl-P: the printer gets what the screen gets.
    pub(super) prints: bool,
    screen: screen::State,
    keys: keys::Keys,
}

/// The first byte of the key that INT 16h has in AX: 0 of one without a character.
pub(super) fn byte_of(key: u16) -> u8 {
    match lo8(key.into()) {
        GREY if hi8(key.into()) != 0 => 0,
        byte => byte,
    }
}

impl Console {
    /// The kernel begins anew; whether there are escape sequences stays.
    pub(super) fn restart(&mut self) {
        *self = Console { screen: self.screen.restarted(), ..Console::default() };
    }

    /// Takes a key of INT 16h: its bytes come next.
    pub(super) fn key(&mut self, key: u16) {
        let (byte, scan) = (byte_of(key), hi8(key.into()));
        if let Some(text) = self.keys.text_of(byte, scan) {
            let text = text.to_vec();
            self.report(&text);
            return;
        }
        match (byte, scan) {
            // What the BIOS leaves in its buffer for Ctrl-Break.
            (0, 0) => {}
            (0, scan) => self.report(&[0, scan]),
            (byte, _) => self.report(&[byte]),
        }
    }

    /// These bytes are read before the next key; what does not fit is lost.
    fn report(&mut self, bytes: &[u8]) {
        let room = MOST_UNREAD.saturating_sub(self.unread.len());
        self.unread.extend(bytes.iter().take(room));
    }

    /// Follows the column through a character that is put out.
    pub(super) fn follow(&mut self, byte: u8) {
        self.column = match byte {
            b'\r' => 0,
            0x08 => self.column.saturating_sub(1),
            0x20.. => self.column.wrapping_add(1),
            _ => self.column,
        };
    }

    /// What is left of a line is not read any more.
    pub(super) fn forget_line(&mut self) {
        self.line.clear();
    }
}

impl Dos<'_> {
    /// INT 1Bh, Ctrl-Break: the next look at the keyboard finds a Ctrl-C.
    pub(super) fn int1b(&mut self) -> Outcome {
        self.state.console.unread.clear();
        self.state.console.unread.push_back(CTRL_C);
        Outcome::Return
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_without_a_character_is_two_bytes() {
        let mut console = Console::default();
        for key in [0x3B00, 0x4BE0, 0x1E61, 0x00E0, 0x0000] {
            console.key(key);
        }
        assert_eq!(console.unread, [0, 0x3B, 0, 0x4B, b'a', 0xE0]);
    }

    #[test]
    fn the_column_follows_characters_and_returns() {
        let mut console = Console::default();
        for byte in b"ab\x07\x08c" {
            console.follow(*byte);
        }
        assert_eq!(console.column, 2);
        console.follow(b'\r');
        assert_eq!(console.column, 0);
    }
}
