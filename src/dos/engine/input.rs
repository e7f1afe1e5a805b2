//! Waiting for a character, and looking whether there is one.
//!
//! Source: RBIL, INT 21h/AH=01h to 0Ch, INT 28h; Microsoft, MS-DOS 5 User's Guide, on Ctrl-S and Ctrl-P.

use super::super::frame::Frame;
use super::super::memory_map::SDA;
use super::super::{Dos, Outcome, sda};
use super::driver::{DriverCall, Request, Then, command};
use super::port::{Port, Taken};
use super::{CTRL_C, Doing, Event, Pending};
use crate::cpu::regs::eflags;

const INT_KEYBOARD: u8 = 0x16;
const INT_IDLE: u8 = 0x28;
/// INT 16h functions of a keyboard with 101 keys: read a key, look for one.
const READ_KEY: u16 = 0x1000;
const LOOK_FOR_KEY: u16 = 0x1100;
/// What stands in the BIOS's buffer for Ctrl-Break, and for what is no key of DOS's.
const NO_KEY: u16 = 0x0000;
const CTRL_P: u8 = 0x10;
const CTRL_S: u8 = 0x13;

/// What is done about a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It is waited for and taken.
    Wait,
    /// The same; Ctrl-C, Ctrl-S and Ctrl-P do what they do.
    WaitChecked,
    /// It is taken if it is there.
    Take,
    /// It is left where it is, but for Ctrl-C, Ctrl-S and Ctrl-P.
    Leave,
    /// Only Ctrl-C, Ctrl-S and Ctrl-P are of interest.
    Check,
}

/// A look for a character.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    port: Port,
    purpose: Purpose,
    /// Ctrl-S was struck: any key goes on.
    paused: bool,
}

impl Look {
    pub(super) fn new(port: Port, purpose: Purpose) -> Look {
        Look { port, purpose, paused: false }
    }

    fn is_checked(self) -> bool {
        self.paused || !matches!(self.purpose, Purpose::Wait | Purpose::Take)
    }

    fn waits(self) -> bool {
        self.paused || matches!(self.purpose, Purpose::Wait | Purpose::WaitChecked)
    }
}

fn is_control(byte: u8) -> bool {
    matches!(byte, CTRL_C | CTRL_P | CTRL_S)
}

impl Dos<'_> {
    /// True if Ctrl-C is looked for before the call with `frame` begins: with BREAK on, or if its
    /// characters do not come from where Ctrl-C does.
    pub(super) fn checks_first(&self, frame: &Frame) -> bool {
        match frame.ah() {
            // What ends a program, or tells of errors, is not held up.
            0x00 | 0x31 | 0x4C | 0x4D | 0x59 => false,
            0x01 | 0x08 | 0x0A | 0x0B => !self.state.has_job() && matches!(self.ports(frame)[0], Port::File(_)),
            0x02..=0x0C => false,
            _ => !self.state.has_job() && sda::BREAK_CHECK.get(&self.mem, SDA) != 0,
        }
    }

    /// Looks for Ctrl-C, Ctrl-S and Ctrl-P.
    pub(super) fn check(&mut self, mut pending: Pending) -> Outcome {
        let port = match pending.input {
            Port::Console | Port::Device(_) if pending.is_character_call(self) => pending.input,
            _ => self.console_port(),
        };
        pending.look = Look::new(port, Purpose::Check);
        let frame = Frame::read(&self.mem, pending.frame);
        if self.state.has_job() { self.unchecked(pending, frame) } else { self.look(pending, frame) }
    }

    /// Looks for a character of the call's input.
    pub(super) fn look_for(&mut self, mut pending: Pending, frame: Frame, purpose: Purpose) -> Outcome {
        pending.look = Look::new(pending.input, purpose);
        self.look(pending, frame)
    }

    /// Looks for a character: behind INT 16h, in a driver, in a file.
    pub(super) fn look(&mut self, mut pending: Pending, frame: Frame) -> Outcome {
        match pending.look.port {
            Port::Console => match self.state.console.unread.front().copied() {
                Some(byte) => self.seen(pending, frame, Some(byte)),
                None => {
                    self.regs.set_ax(LOOK_FOR_KEY);
                    self.guest(pending, Doing::Looking, INT_KEYBOARD)
                }
            },
            Port::Device(header) => {
                let request = Request::simple(header, command::LOOK);
                self.driver_strategy(pending, DriverCall::new(request, Then::Seen))
            }
            Port::File(index) if pending.look.waits() || pending.look.purpose == Purpose::Take => {
                let event = match self.take_from_file(index) {
                    Taken::Byte(byte) => Event::Byte(byte),
                    Taken::End => Event::End,
                    Taken::Later => return self.idle(pending),
                };
                self.advance(pending, frame, event)
            }
            Port::Nothing if pending.look.waits() || pending.look.purpose == Purpose::Take => {
                self.advance(pending, frame, Event::End)
            }
            Port::File(_) | Port::Nothing => {
                pending.putting = None;
                self.advance(pending, frame, Event::Key)
            }
        }
    }

    /// INT 16h has said in ZF whether there is a key, and in AX which.
    pub(super) fn key_seen(&mut self, pending: Pending, frame: Frame) -> Outcome {
        if self.regs.eflags & eflags::ZF != 0 {
            return self.seen(pending, frame, None);
        }
        if self.regs.ax() == NO_KEY {
            self.regs.set_ax(READ_KEY);
            return self.guest(pending, Doing::Dropping, INT_KEYBOARD);
        }
        let byte = super::super::console::byte_of(self.regs.ax());
        self.seen(pending, frame, Some(byte))
    }

    /// There is a character, or none.
    pub(super) fn seen(&mut self, pending: Pending, frame: Frame, found: Option<u8>) -> Outcome {
        let look = pending.look;
        match found {
            None if look.waits() => self.idle(pending),
            None if look.purpose == Purpose::Check => self.unchecked(pending, frame),
            None => self.advance(pending, frame, Event::NoKey),
            Some(_) if look.waits() || look.purpose == Purpose::Take => self.take(pending, frame),
            Some(byte) if is_control(byte) => self.take(pending, frame),
            Some(_) if look.purpose == Purpose::Check => self.unchecked(pending, frame),
            Some(_) => self.advance(pending, frame, Event::Key),
        }
    }

    fn idle(&mut self, pending: Pending) -> Outcome {
        self.guest(pending, Doing::Idling, INT_IDLE)
    }

    /// Takes the character that is there.
    fn take(&mut self, pending: Pending, frame: Frame) -> Outcome {
        if let Port::Device(header) = pending.look.port {
            let request = Request::byte(header, command::READ, pending.work_byte());
            return self.driver_strategy(pending, DriverCall::new(request, Then::Taken));
        }
        match self.state.console.unread.pop_front() {
            Some(byte) => self.taken(pending, frame, byte),
            None => {
                self.regs.set_ax(READ_KEY);
                self.guest(pending, Doing::Taking, INT_KEYBOARD)
            }
        }
    }

    /// INT 16h has given a key in AX.
    pub(super) fn key_taken(&mut self, pending: Pending, frame: Frame) -> Outcome {
        self.state.console.key(self.regs.ax());
        match self.state.console.unread.pop_front() {
            Some(byte) => self.taken(pending, frame, byte),
            None => self.look(pending, frame),
        }
    }

    /// A character was taken.
    pub(super) fn taken(&mut self, mut pending: Pending, frame: Frame, byte: u8) -> Outcome {
        match byte {
            CTRL_C if pending.look.is_checked() => self.break_shown(pending, frame),
            _ if pending.look.paused => {
                pending.look.paused = false;
                self.look(pending, frame)
            }
            CTRL_S if pending.look.is_checked() => {
                pending.look.paused = true;
                self.look(pending, frame)
            }
            CTRL_P if pending.look.is_checked() => {
                self.state.console.prints = !self.state.console.prints;
                self.look(pending, frame)
            }
            byte => self.advance(pending, frame, Event::Byte(byte)),
        }
    }

    /// Nothing holds the call up: it goes on with what it puts out, or begins.
    fn unchecked(&mut self, pending: Pending, frame: Frame) -> Outcome {
        if pending.putting.is_some() {
            self.put_next(pending, frame)
        } else {
            self.advance(pending, frame, Event::NoKey)
        }
    }
}

impl Pending {
    /// True of a call that reads or writes characters, and looks for Ctrl-C where it reads.
    fn is_character_call(&self, dos: &Dos<'_>) -> bool {
        matches!(Frame::read(&dos.mem, self.frame).ah(), 0x01..=0x0C | 0x3F | 0x40)
    }
}
