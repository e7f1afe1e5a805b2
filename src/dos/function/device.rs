//! AH=3Fh, 40h and 44h on device drivers.
//!
//! Source: RBIL, INT 21h/AH=3Fh, 40h, AX=4402h to 4410h.

use super::super::Dos;
use super::super::device::{CONTROL, GENERIC, QUERY};
use super::super::engine::{Event, Reply, Request, Want};
use super::super::error::DosError;
use super::super::frame::Frame;
use super::super::sda;
use crate::dos::device::request::command;
use crate::dos::device::{self};
use crate::types::SegOff;

const CTRL_Z: u8 = 0x1A;
const CR: u8 = b'\r';

/// Reading from a driver: all at once if it is raw; else byte by byte, up to a carriage return or Ctrl-Z.
#[derive(Clone, Debug)]
pub(in crate::dos) struct Read {
    device: SegOff,
    raw: bool,
    done: u16,
}

impl Read {
    pub(super) fn new(device: SegOff, raw: bool) -> Read {
        Read { device, raw, done: 0 }
    }

    pub(super) fn go_on(&mut self, dos: &mut Dos<'_>, frame: &mut Frame, event: Event) -> Want {
        match event {
            Event::Begin if self.raw => Want::Driver(self.request(frame, frame.cx)),
            Event::Begin => Want::Check,
            Event::Answered(reply) if self.raw => succeed(frame, reply.count),
            Event::Answered(reply) => self.byte(dos, frame, reply),
            Event::Failed(error) => fail(dos, frame, error),
            _ => Want::Driver(self.request(frame, 1)),
        }
    }

    fn request(&self, frame: &Frame, count: u16) -> Request {
        Request { count, ..Request::byte(self.device, command::READ, frame.ds_dx().offset(self.done)) }
    }

    fn byte(&mut self, dos: &Dos<'_>, frame: &mut Frame, reply: Reply) -> Want {
        let byte = dos.mem.read_u8(frame.ds_dx().offset(self.done));
        if reply.count == 0 || byte == CTRL_Z {
            return succeed(frame, self.done);
        }
        self.done += 1;
        if byte == CR || self.done >= frame.cx { succeed(frame, self.done) } else { Want::Check }
    }
}

/// Writing to a driver: all at once if it is raw; else its bytes up to Ctrl-Z.
#[derive(Clone, Debug)]
pub(in crate::dos) enum Write {
    Raw(SegOff),
    Cooked(Vec<u8>),
    /// Bytes for INT 29h, as they are.
    Screen(Vec<u8>),
    /// This many bytes are on their way.
    Under(u16),
}

impl Write {
    /// The bytes of a cooked write: all in front of Ctrl-Z.
    pub(super) fn cooked(mut bytes: Vec<u8>) -> Write {
        let end = bytes.iter().position(|&byte| byte == CTRL_Z).unwrap_or(bytes.len());
        bytes.truncate(end);
        Write::Cooked(bytes)
    }

    pub(super) fn go_on(&mut self, dos: &mut Dos<'_>, frame: &mut Frame, event: Event) -> Want {
        let count = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap_or(u16::MAX);
        match (event, std::mem::replace(self, Write::Under(0))) {
            (Event::Failed(error), _) => fail(dos, frame, error),
            (Event::Answered(reply), _) => succeed(frame, reply.count),
            (Event::Written, Write::Under(count)) => succeed(frame, count),
            (_, Write::Raw(device)) => {
                let request = Request::byte(device, command::WRITE, frame.ds_dx());
                Want::Driver(Request { count: frame.cx, ..request })
            }
            (_, Write::Cooked(bytes)) => {
                *self = Write::Under(count(&bytes));
                Want::Put(bytes)
            }
            (_, Write::Screen(bytes)) => {
                *self = Write::Under(count(&bytes));
                Want::PutRaw(bytes)
            }
            (_, Write::Under(count)) => succeed(frame, count),
        }
    }
}

/// A request of AH=44h, made at once.
#[derive(Clone, Debug)]
pub(in crate::dos) struct Control(Request);

impl Control {
    /// What AX=4402h, 4403h, 4406h, 4407h, 440Ch or 4410h asks the driver with this header for.
    pub(super) fn of(dos: &Dos<'_>, frame: &Frame, header: SegOff) -> Result<Control, DosError> {
        let attributes = device::ATTRIBUTES.get(&dos.mem, header);
        let (command, needs) = match frame.al() {
            0x02 => (command::CONTROL_READ, CONTROL),
            0x03 => (command::CONTROL_WRITE, CONTROL),
            0x06 => (command::INPUT_STATUS, 0),
            0x07 => (command::OUTPUT_STATUS, 0),
            0x0C => (command::GENERIC, GENERIC),
            0x10 => (command::QUERY, QUERY),
            _ => return Err(DosError::InvalidFunction),
        };
        if attributes & needs != needs {
            return Err(DosError::InvalidFunction);
        }
        // The packet has the category first, as CX has the function first.
        let function = frame.cx.swap_bytes();
        let request = Request::byte(header, command, frame.ds_dx());
        Ok(Control(Request { count: frame.cx, function, lenient: true, ..request }))
    }

    pub(super) fn go_on(&self, dos: &mut Dos<'_>, frame: &mut Frame, event: Event) -> Want {
        const READY: u8 = 0xFF;
        match event {
            Event::Answered(Reply { error: Some(error), .. }) => match frame.al() {
                // A status is not worth an error.
                0x06 | 0x07 => {
                    frame.set_al(0);
                    frame.set_carry(false);
                    Want::Done
                }
                _ => fail(dos, frame, error),
            },
            Event::Answered(reply) => {
                match frame.al() {
                    0x02 | 0x03 => frame.ax = reply.count,
                    0x06 | 0x07 => frame.set_al(if reply.busy { 0 } else { READY }),
                    _ => {}
                }
                frame.set_carry(false);
                Want::Done
            }
            Event::Failed(error) => fail(dos, frame, error),
            _ => Want::Driver(self.0),
        }
    }
}

fn succeed(frame: &mut Frame, count: u16) -> Want {
    frame.ax = count;
    frame.set_carry(false);
    Want::Done
}

pub(super) fn fail(dos: &mut Dos<'_>, frame: &mut Frame, error: DosError) -> Want {
    // After INT 24h the error is that it said so; a driver's own is noted here.
    if error != DosError::AccessDenied {
        sda::set_error(&mut dos.mem, error);
    }
    frame.ax = error.code();
    frame.set_carry(true);
    Want::Done
}
