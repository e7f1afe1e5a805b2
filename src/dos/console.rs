//! The screen behind INT 29h, and Ctrl-Break.

use super::{Dos, Outcome};

/// What the console keeps between calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Console {
    /// The second byte of a key without a character.
    pub(super) unread: Option<u8>,
    /// What is left of the line that was read last.
    pub(super) line: Vec<u8>,
    /// That line, for the editor's keys to copy from.
    pub(super) template: Vec<u8>,
}

impl Dos<'_> {
    /// INT 29h, first part: AL is for the screen. The stub goes on with an INT 10h.
    pub(super) fn int29(&mut self) -> Outcome {
        // Teletype output in light grey, for the modes that ask.
        let character = self.regs.al();
        self.regs.set_ax(u16::from_le_bytes([character, 0x0E]));
        self.regs.set_bx(0x0007);
        Outcome::Next
    }

    /// INT 1Bh, Ctrl-Break: the next look at the keyboard finds a Ctrl-C.
    pub(super) fn int1b(&mut self) -> Outcome {
        self.state.console.unread = Some(super::engine::CTRL_C);
        Outcome::Return
    }
}
