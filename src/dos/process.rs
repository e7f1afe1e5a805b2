//! How processes end, and who goes on then.

use super::frame::Frame;
use super::memory_map::SDA;
use super::{Dos, Outcome, psp, rom, sda};
use crate::types::SegOff;

/// How a program ended. Source: RBIL, INT 21h/AH=4Dh (AH).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// By itself.
    Normal = 0,
    /// By Ctrl-C.
    Break = 1,
    /// By a critical error.
    Critical = 2,
    /// By itself, and stays in memory.
    Resident = 3,
}

impl Dos<'_> {
    /// INT 20h: ends the program whose prefix CS is, with exit code 0.
    pub(super) fn int20(&mut self) -> Outcome {
        self.end_process(End::Normal, 0)
    }

    /// Ctrl-C ended the program.
    pub(super) fn end_by_break(&mut self) -> Outcome {
        self.end_process(End::Break, 0)
    }

    /// Ends the current process: its memory (unless it stays) and its handles are freed, the vectors
    /// of INT 22h to 24h are its parent's again, and the parent goes on behind its EXEC.
    ///
    /// A process that is its own parent, the first one, cannot end: it goes on where INT 22h says.
    pub(super) fn end_process(&mut self, end: End, code: u8) -> Outcome {
        let ended = sda::CURRENT_PSP.get(&self.mem, SDA);
        let base = psp::base(ended);
        let parent = psp::PARENT.get(&self.mem, base);
        let back = psp::TERMINATE.get(&self.mem, base);
        for (vector, field) in [(0x22, psp::TERMINATE), (0x23, psp::BREAK), (0x24, psp::CRITICAL)] {
            let handler = field.get(&self.mem, base);
            rom::set_vector(&mut self.mem, vector, handler);
        }
        if end != End::Resident {
            self.close_all(ended);
            self.state.long_searches.end_all_of(ended);
        }
        if parent != ended && end != End::Resident {
            let chain = self.state.memory.chain;
            if chain.free_all(&mut self.mem, ended).is_err() {
                tracing::warn!("the memory control blocks are destroyed; nothing was freed");
            }
        }
        sda::RETURN_CODE.set(&mut self.mem, SDA, u16::from_le_bytes([code, end as u8]));
        sda::CURRENT_PSP.set(&mut self.mem, SDA, parent);
        self.forget_calls_of(ended);
        self.forget_app(ended);
        self.go_on_in_parent(parent, back)
    }

    /// The calls that process `psp` was in are over; those of others that wait for it are not.
    pub(super) fn forget_calls_of(&mut self, psp: u16) {
        self.state.pending.retain(|call| call.psp() != psp);
        let depth = u8::try_from(self.state.pending.len()).unwrap_or(u8::MAX);
        sda::IN_DOS.set(&mut self.mem, SDA, depth);
        sda::CRITICAL_ERROR.set(&mut self.mem, SDA, 0);
    }

    /// The parent goes on at `back`, with its stack and registers as at its EXEC.
    fn go_on_in_parent(&mut self, parent: u16, back: SegOff) -> Outcome {
        let at = psp::STACK.get(&self.mem, psp::base(parent));
        let mut frame = Frame::read(&self.mem, at);
        frame.set_carry(false);
        frame.write(&mut self.mem, at);
        frame.pop(self.regs, at);
        let interrupt_frame = self.regs.ss_sp();
        self.mem.write_far(interrupt_frame, back);
        Outcome::Return
    }
}
