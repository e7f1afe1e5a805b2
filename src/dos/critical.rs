//! INT 24h of programs without a handler of their own: "Abort, Retry, Ignore, Fail?", as COMMAND.COM asks.
//!
//! The question goes to the screen and the answer comes from the keyboard, wherever standard input and
//! output lead. A program that runs for the host is not asked about: the call fails.
//!
//! Source: RBIL, INT 24h; Microsoft, MS-DOS 5 User's Guide, "Messages".

use std::collections::VecDeque;

use super::rom::Entry;
use super::{Dos, Outcome, device};
use crate::cpu::regs::Regs;
use crate::types::{SegOff, lo8};

const INT_KEYBOARD: u8 = 0x16;
const INT_CHARACTER: u8 = 0x29;
const READ_KEY: u16 = 0x1000;
/// AH of INT 24h.
pub(super) mod flag {
    /// It failed while writing.
    pub(in crate::dos) const WRITING: u8 = 0x01;
    /// In a directory; in a file's data.
    pub(in crate::dos) const DIRECTORY: u8 = 0x04;
    pub(in crate::dos) const DATA: u8 = 0x06;
    /// What may be answered.
    pub(in crate::dos) const MAY_FAIL: u8 = 0x08;
    pub(in crate::dos) const MAY_RETRY: u8 = 0x10;
    pub(in crate::dos) const MAY_IGNORE: u8 = 0x20;
    /// A character device.
    pub(in crate::dos) const DEVICE: u8 = 0x80;
}

/// AL as INT 24h's handler returns it; what is none of these fails the call.
pub(super) mod reply {
    pub(in crate::dos) const IGNORE: u8 = 0;
    pub(in crate::dos) const RETRY: u8 = 1;
    pub(in crate::dos) const ABORT: u8 = 2;
    pub(in crate::dos) const FAIL: u8 = 3;
}

/// Answers by their letters: AL, and the bit of AH that must be set.
const ANSWERS: [(u8, &str, u8, u8); 4] = [
    (b'A', "Abort", reply::ABORT, 0),
    (b'R', "Retry", reply::RETRY, flag::MAY_RETRY),
    (b'I', "Ignore", reply::IGNORE, flag::MAY_IGNORE),
    (b'F', "Fail", reply::FAIL, flag::MAY_FAIL),
];
/// Questions within questions at most.
const MOST_QUESTIONS: usize = 8;

/// What went wrong, by the code in DI.
const ERRORS: [&str; 13] = [
    "Write protect error",
    "Invalid unit",
    "Not ready",
    "Invalid device request",
    "Data error",
    "Invalid device request parameters",
    "Seek error",
    "Invalid media type",
    "Sector not found",
    "Printer out of paper error",
    "Write fault error",
    "Read fault error",
    "General failure",
];

/// A question that waits for its answer.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// The registers at INT 24h.
    asked: Regs,
    /// What is still to be shown.
    text: VecDeque<u8>,
    /// The answer that is being shown.
    answer: Option<u8>,
}

impl Dos<'_> {
    /// INT 24h.
    pub(super) fn int24(&mut self) -> Outcome {
        if self.state.has_job() {
            self.regs.set_al(reply::FAIL);
            return Outcome::Return;
        }
        let text = [b"\r\n", self.trouble().as_slice(), self.choices().as_bytes()].concat();
        if self.state.questions.len() >= MOST_QUESTIONS {
            self.state.questions.remove(0);
        }
        self.state.questions.push(Question { asked: self.regs.clone(), text: text.into(), answer: None });
        self.question_goes_on()
    }

    /// What failed where: `Not ready reading drive C`.
    fn trouble(&self) -> Vec<u8> {
        let error = ERRORS.get(usize::from(lo8(self.regs.di().into()))).unwrap_or(&"General failure");
        let flags = self.regs.ah();
        let doing: &[u8] = if flags & flag::WRITING != 0 { b" writing " } else { b" reading " };
        let place = if flags & flag::DEVICE != 0 {
            let header = SegOff::new(self.regs.bp(), self.regs.si());
            [b"device ", device::name(self, header).0.trim_ascii_end()].concat()
        } else {
            [b"drive ", [b'A'.wrapping_add(self.regs.al())].as_slice()].concat()
        };
        [error.as_bytes(), doing, &place].concat()
    }

    fn choices(&self) -> String {
        let flags = self.regs.ah();
        let names = ANSWERS.iter().filter(|(.., needs)| flags & needs == *needs).map(|(_, name, ..)| *name);
        format!("\r\n{}? ", names.collect::<Vec<_>>().join(", "))
    }

    /// A character of a question has been shown, or a key has been struck.
    pub(super) fn question_goes_on(&mut self) -> Outcome {
        let at = self.regs.ss_sp();
        let found = self.state.questions.iter().rposition(|question| question.asked.ss_sp() == at);
        // A guest that jumps here by itself goes on where its stack says.
        let Some(index) = found else { return Outcome::Return };
        let mut question = self.state.questions.remove(index);
        if let Some(byte) = question.text.pop_front() {
            self.regs.set_ax(u16::from(byte));
            return self.question_waits(question, INT_CHARACTER);
        }
        match question.answer {
            Some(answer) => {
                self.regs.clone_from(&question.asked);
                self.regs.set_al(answer);
                Outcome::Return
            }
            None => self.take_answer(question),
        }
    }

    /// The question is shown, or a key for it has come: AX is zero as long as none was asked for.
    fn take_answer(&mut self, mut question: Question) -> Outcome {
        let key = lo8(self.regs.ax().into()).to_ascii_uppercase();
        let flags = question.asked.ah();
        let answer = ANSWERS.iter().find(|(letter, _, _, needs)| *letter == key && flags & needs == *needs);
        match answer {
            Some(&(letter, _, answer, _)) => {
                question.text = [letter, b'\r', b'\n'].into();
                question.answer = Some(answer);
                self.state.questions.push(question);
                self.question_goes_on()
            }
            None => {
                self.regs.set_ax(READ_KEY);
                self.question_waits(question, INT_KEYBOARD)
            }
        }
    }

    fn question_waits(&mut self, question: Question, vector: u8) -> Outcome {
        self.state.questions.push(question);
        Outcome::Interrupt(vector, Entry::Question)
    }
}
