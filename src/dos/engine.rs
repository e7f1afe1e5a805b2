//! INT 21h from entry to return, and calls that need the guest on their way: a key from INT 16h, a
//! character out through INT 29h, time given away through INT 28h, the program's own INT 23h.
//!
//! A function that needs none of that is done at once. One that does leaves a [`Task`]; the guest runs
//! the handler and comes back to the resume stub, where the task goes on. Tasks are plain values, so a
//! machine can be copied in the middle of one.

use super::frame::Frame;
use super::function::{self, Task};
use super::memory_map::SDA;
use super::rom::Entry;
use super::sda::Stack;
use super::{Dos, Outcome, psp, sda};
use crate::cpu::regs::eflags;
use crate::types::{SegOff, hi8, lo8};

/// Calls that wait for the guest at most; a program that nests deeper has lost its way, and its oldest
/// calls are forgotten.
const MOST_PENDING: usize = 32;

const INT_KEYBOARD: u8 = 0x16;
const INT_BREAK: u8 = 0x23;
const INT_IDLE: u8 = 0x28;
const INT_CHARACTER: u8 = 0x29;
/// INT 16h functions of a keyboard with 101 keys: read a key, look for one.
const READ_KEY: u16 = 0x1000;
const LOOK_FOR_KEY: u16 = 0x1100;
/// Ctrl-C.
pub(super) const CTRL_C: u8 = 0x03;
const SHOWN_CTRL_C: &[u8] = b"^C\r\n";

/// A call on its way.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// The process that called.
    psp: u16,
    /// Where the caller's registers lie.
    frame: SegOff,
    /// DOS's stack pointer while the guest's handlers run.
    stack: SegOff,
    task: Task,
    doing: Doing,
    /// Ctrl-C was struck: once it is shown the program decides.
    breaks: bool,
}

impl Pending {
    /// The process that called.
    pub(super) fn psp(&self) -> u16 {
        self.psp
    }
}

/// What the guest does for a call.
#[derive(Clone, Debug)]
enum Doing {
    /// Gives time away until there may be a key.
    Idling,
    /// Looks for a key.
    Looking(Look),
    /// Takes the key that is there.
    Taking,
    /// Puts characters on the screen; these are left.
    Putting(std::vec::IntoIter<u8>),
    /// The program's handler of Ctrl-C.
    Breaking,
}

/// What is done about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// It is waited for and taken.
    Wait,
    /// It is taken if it is there.
    Take,
    /// It is taken if it is Ctrl-C.
    Break,
    /// It is taken if it is Ctrl-C, and else left where it is.
    Leave,
}

/// What a task goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// It begins.
    Begin,
    /// A byte from the keyboard; keys without a character give 0 and then their scan code.
    Byte(u8),
    /// There is no key; or none that was asked for.
    NoKey,
    /// There is a key, which was left where it is.
    Key,
    /// All characters are on the screen.
    Written,
}

/// What a task wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// The next byte from the keyboard.
    Byte,
    /// The next byte, if there is one already.
    ByteIfAny,
    /// Ctrl-C, if that is the next byte.
    BreakIfAny,
    /// Whether there is a byte; Ctrl-C is taken.
    KeyIfAny,
    /// These characters on the screen.
    Put(Vec<u8>),
    /// Ctrl-C was struck: the program decides.
    Break,
    /// Nothing: the frame has the answer.
    Done,
}

impl Dos<'_> {
    /// INT 21h.
    pub(super) fn int21(&mut self) -> Outcome {
        if self.waits_for_streams() {
            return Outcome::Wait;
        }
        if function::quick(self) {
            return Outcome::Return;
        }
        let at = Frame::push(self.regs, &mut self.mem);
        let psp = sda::CURRENT_PSP.get(&self.mem, SDA);
        psp::STACK.set(&mut self.mem, psp::base(psp), at);
        sda::set_user_stack(&mut self.mem, at);
        sda::enter(&mut self.mem);
        self.run(at)
    }

    /// Runs the function that the frame at `at` asks for.
    fn run(&mut self, at: SegOff) -> Outcome {
        let mut frame = Frame::read(&self.mem, at);
        let stack = self.stack_for(frame.ah()).top(at);
        match function::call(self, &mut frame) {
            function::Answer::Done => self.finish(at, frame),
            function::Answer::Elsewhere(outcome) => outcome,
            function::Answer::Task(task) => {
                if self.state.pending.len() >= MOST_PENDING {
                    self.state.pending.remove(0);
                }
                let psp = sda::CURRENT_PSP.get(&self.mem, SDA);
                let pending = Pending { psp, frame: at, stack, task, doing: Doing::Idling, breaks: false };
                self.advance(pending, frame, Event::Begin)
            }
        }
    }

    fn stack_for(&self, function: u8) -> Stack {
        match function {
            _ if sda::CRITICAL_ERROR.get(&self.mem, SDA) != 0 => Stack::Critical,
            0x01..=0x0C => Stack::Character,
            _ => Stack::Disk,
        }
    }

    /// A handler that the kernel called has returned.
    pub(super) fn resume(&mut self) -> Outcome {
        // A guest that jumps here by itself finds nothing to resume; it goes on where its stack says.
        let Some(mut pending) = self.state.pending.pop() else { return Outcome::Return };
        let frame = Frame::read(&self.mem, pending.frame);
        match &mut pending.doing {
            Doing::Idling => self.look(pending, Look::Wait),
            Doing::Looking(look) => {
                let look = *look;
                self.looked(pending, frame, look)
            }
            Doing::Taking => {
                let byte = self.key_byte(self.regs.ax());
                self.advance(pending, frame, Event::Byte(byte))
            }
            Doing::Putting(left) => match left.next() {
                Some(byte) => self.put(pending, byte),
                None if pending.breaks => self.call_break(pending, frame),
                None => self.advance(pending, frame, Event::Written),
            },
            Doing::Breaking => self.after_break(),
        }
    }

    /// INT 16h has said in ZF whether there is a key, and in AX which.
    fn looked(&mut self, pending: Pending, frame: Frame, look: Look) -> Outcome {
        let none = self.regs.eflags & eflags::ZF != 0;
        match look {
            Look::Wait if none => self.guest(pending, Doing::Idling, INT_IDLE),
            Look::Take if none => self.advance(pending, frame, Event::NoKey),
            Look::Leave if none => self.advance(pending, frame, Event::NoKey),
            Look::Leave if self.regs.al() != CTRL_C => self.advance(pending, frame, Event::Key),
            Look::Break if none || self.regs.al() != CTRL_C => self.advance(pending, frame, Event::NoKey),
            Look::Wait | Look::Take | Look::Break | Look::Leave => {
                self.regs.set_ax(READ_KEY);
                self.guest(pending, Doing::Taking, INT_KEYBOARD)
            }
        }
    }

    /// Lets the task go on with `event`.
    fn advance(&mut self, mut pending: Pending, mut frame: Frame, event: Event) -> Outcome {
        let want = pending.task.go_on(self, &mut frame, event);
        if want != Want::Done {
            frame.write(&mut self.mem, pending.frame);
        }
        match want {
            Want::Done => self.finish(pending.frame, frame),
            Want::Byte | Want::ByteIfAny if self.state.console.unread.is_some() => {
                let byte = self.state.console.unread.take().unwrap_or_default();
                self.advance(pending, frame, Event::Byte(byte))
            }
            Want::Byte => self.look(pending, Look::Wait),
            Want::ByteIfAny => self.look(pending, Look::Take),
            Want::BreakIfAny => self.look(pending, Look::Break),
            Want::KeyIfAny if self.state.console.unread.is_some() => self.advance(pending, frame, Event::Key),
            Want::KeyIfAny => self.look(pending, Look::Leave),
            Want::Put(bytes) if bytes.is_empty() => self.advance(pending, frame, Event::Written),
            Want::Put(bytes) => self.put_all(pending, bytes),
            Want::Break => {
                pending.breaks = true;
                self.put_all(pending, SHOWN_CTRL_C.to_vec())
            }
        }
    }

    /// Asks INT 16h whether there is a key.
    fn look(&mut self, pending: Pending, look: Look) -> Outcome {
        self.regs.set_ax(LOOK_FOR_KEY);
        self.guest(pending, Doing::Looking(look), INT_KEYBOARD)
    }

    /// Begins to show `bytes`, of which there is at least one.
    fn put_all(&mut self, mut pending: Pending, bytes: Vec<u8>) -> Outcome {
        let mut bytes = bytes.into_iter();
        let first = bytes.next().unwrap_or_default();
        pending.doing = Doing::Putting(bytes);
        self.put(pending, first)
    }

    fn put(&mut self, mut pending: Pending, byte: u8) -> Outcome {
        self.regs.set_ax(u16::from(byte));
        let doing = std::mem::replace(&mut pending.doing, Doing::Idling);
        self.guest(pending, doing, INT_CHARACTER)
    }

    /// Lets the guest's handler of `vector` run for a call.
    fn guest(&mut self, mut pending: Pending, doing: Doing, vector: u8) -> Outcome {
        self.regs.set_ss(pending.stack.seg);
        self.regs.set_sp(pending.stack.off);
        pending.doing = doing;
        self.state.pending.push(pending);
        Outcome::Interrupt(vector, Entry::Resume)
    }

    /// The byte of a key; the scan code of one without a character is kept for the next read.
    fn key_byte(&mut self, key: u16) -> u8 {
        let (character, scan) = (lo8(key.into()), hi8(key.into()));
        // Grey keys have E0h for a character.
        match character {
            0x00 | 0xE0 if scan != 0 => {
                self.state.console.unread = Some(scan);
                0
            }
            character => character,
        }
    }

    /// Returns to the caller with the registers of `frame`.
    fn finish(&mut self, at: SegOff, frame: Frame) -> Outcome {
        frame.write(&mut self.mem, at);
        frame.pop(self.regs, at);
        sda::leave(&mut self.mem);
        Outcome::Return
    }

    /// Calls INT 23h as DOS does: with the caller's registers, on the caller's stack, out of DOS.
    fn call_break(&mut self, mut pending: Pending, frame: Frame) -> Outcome {
        frame.pop(self.regs, pending.frame);
        sda::leave(&mut self.mem);
        let sp = self.regs.sp();
        sda::BREAK_SP.set(&mut self.mem, SDA, sp);
        pending.doing = Doing::Breaking;
        self.state.pending.push(pending);
        Outcome::Interrupt(INT_BREAK, Entry::Resume)
    }

    /// INT 23h's handler has returned. By IRET: the call begins again. By RETF, which leaves the flags
    /// on the stack: with carry the program ends, without the call begins again.
    ///
    /// Source: RBIL, INT 23h.
    fn after_break(&mut self) -> Outcome {
        let sp = sda::BREAK_SP.get(&self.mem, SDA);
        if self.regs.sp() != sp && self.regs.eflags & eflags::CF != 0 {
            return self.end_by_break();
        }
        self.regs.set_sp(sp);
        self.int21()
    }
}
