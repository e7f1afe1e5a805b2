//! What a program of DOS's own asks for, and how that becomes interrupts.

use super::super::Dos;
use super::super::error::DosError;
use super::super::frame::Frame;
use super::command::Caller;
use super::{App, BUFFER, BUFFER_BYTES, STACK};
use crate::types::SegOff;

const INT_DOS: u8 = 0x21;

/// Registers of an interrupt: as it is called, and as it comes back.
pub(in crate::dos) type Call = Frame;

/// What a program asks for.
#[derive(Clone, Debug)]
pub(in crate::dos) enum Request {
    /// Writes all of this to a handle.
    Write(u16, Vec<u8>),
    /// Reads up to this many bytes from a handle.
    Read(u16, usize),
    /// Any interrupt, with registers of its own.
    Interrupt(u8, Call),
    /// Ends the program.
    Exit(u8),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::dos) enum Answer {
    /// Nothing has been asked for yet.
    Begin,
    /// All is written.
    Written,
    /// What was read; nothing at the end.
    Data(Vec<u8>),
    /// Ctrl-C was struck; what was asked for is off.
    Break,
    /// The registers of an interrupt.
    Returned(Call),
    /// DOS refused; or took less than all of what was written.
    Failed(DosError),
}

/// A program that runs, with what it waits for.
#[derive(Clone, Debug)]
pub(in crate::dos) struct Running {
    pub(super) psp: u16,
    pub(super) app: App,
    asked: Request,
    /// Of a long write: bytes that are being written.
    chunk: usize,
    /// Its stack pointer while an interrupt is executed.
    pub(super) stack: u16,
    /// Who it works for, if it is no process's own program.
    pub(super) caller: Option<Box<Caller>>,
}

impl Running {
    pub(super) fn new(psp: u16, app: App) -> Running {
        Running { psp, app, asked: Request::Exit(0), chunk: 0, stack: STACK, caller: None }
    }

    pub(super) fn begin(&mut self, request: Request) {
        self.asked = request;
    }

    /// The next interrupt of what was asked for.
    pub(super) fn next(&mut self, dos: &mut Dos<'_>) -> (u8, Call) {
        let buffer = SegOff::new(self.psp, BUFFER);
        let call = Call { dx: BUFFER, ds: self.psp, es: self.psp, ..Call::default() };
        match &self.asked {
            Request::Write(handle, bytes) => {
                self.chunk = bytes.len().min(BUFFER_BYTES);
                dos.mem.write_bytes(buffer, &bytes[..self.chunk]);
                (INT_DOS, Call { ax: 0x4000, bx: *handle, cx: word(self.chunk), ..call })
            }
            Request::Read(handle, room) => {
                (INT_DOS, Call { ax: 0x3F00, bx: *handle, cx: word((*room).min(BUFFER_BYTES)), ..call })
            }
            Request::Interrupt(vector, call) => (*vector, *call),
            Request::Exit(code) => (INT_DOS, Call { ax: 0x4C00 | u16::from(*code), ..call }),
        }
    }

    /// The interrupt has been executed: the answer, or nothing if another one is needed for it.
    pub(super) fn after(&mut self, dos: &Dos<'_>) -> Option<Answer> {
        let call = Call::of(dos.regs);
        match &mut self.asked {
            Request::Interrupt(..) | Request::Exit(_) => Some(Answer::Returned(call)),
            _ if call.carry() => Some(Answer::Failed(DosError::of_code(call.ax))),
            Request::Write(_, bytes) => {
                if usize::from(call.ax) < self.chunk {
                    return Some(Answer::Failed(DosError::DiskFull));
                }
                bytes.drain(..self.chunk);
                bytes.is_empty().then_some(Answer::Written)
            }
            Request::Read(..) => {
                let mut data = vec![0; usize::from(call.ax).min(BUFFER_BYTES)];
                dos.mem.read_bytes(SegOff::new(self.psp, BUFFER), &mut data);
                Some(Answer::Data(data))
            }
        }
    }
}

fn word(count: usize) -> u16 {
    // A buffer is less than 64 KiB.
    u16::try_from(count).unwrap_or(u16::MAX)
}
