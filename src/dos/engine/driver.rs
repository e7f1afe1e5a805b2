//! Requests to device drivers: a packet on DOS's stack, and far calls of the driver's two entries.
//!
//! Source: Microsoft, MS-DOS Programmer's Reference, "Device Drivers"; RBIL, INT 2Fh/AX=0802h.

use super::super::device::{self, request};
use super::super::error::DosError;
use super::super::frame::Frame;
use super::super::rom::Entry;
use super::super::{Dos, Outcome};
use super::{Doing, Event, Pending, REQUEST, REQUEST_BYTE};
use crate::types::{SegOff, lo8};

pub(in crate::dos) use super::super::device::request::command;

/// What a driver is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dos) struct Request {
    /// The driver's header.
    pub(in crate::dos) device: SegOff,
    pub(in crate::dos) command: u8,
    /// The bytes to be moved, and how many.
    pub(in crate::dos) transfer: SegOff,
    pub(in crate::dos) count: u16,
    /// Category and function of a generic request.
    pub(in crate::dos) function: u16,
    /// Its errors are the caller's, who is not asked about them by INT 24h.
    pub(in crate::dos) lenient: bool,
}

impl Request {
    /// A request that moves nothing.
    pub(in crate::dos) fn simple(device: SegOff, command: u8) -> Request {
        Request { device, command, transfer: SegOff::default(), count: 0, function: 0, lenient: false }
    }

    /// One that moves the byte at `transfer`.
    pub(in crate::dos) fn byte(device: SegOff, command: u8, transfer: SegOff) -> Request {
        Request { transfer, count: 1, ..Request::simple(device, command) }
    }
}

/// What a driver answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dos) struct Reply {
    /// Nothing to be read; or no room.
    pub(in crate::dos) busy: bool,
    /// Bytes that were moved.
    pub(in crate::dos) count: u16,
    /// How it failed, if it did.
    pub(in crate::dos) error: Option<DosError>,
}

/// Who waits for a driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// The task.
    Task,
    /// A look for a character.
    Seen,
    /// A character is to be taken.
    Taken,
    /// A character was put out.
    Put,
    /// The printer got what was put out.
    Echoed,
}

/// A request on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct DriverCall {
    pub(super) request: Request,
    pub(super) then: Then,
}

impl DriverCall {
    pub(super) fn new(request: Request, then: Then) -> DriverCall {
        DriverCall { request, then }
    }

    pub(super) fn of_task(request: Request) -> DriverCall {
        DriverCall { request, then: Then::Task }
    }
}

impl Pending {
    /// A byte on DOS's stack for a driver to read or write.
    pub(super) fn work_byte(&self) -> SegOff {
        self.stack.offset(REQUEST_BYTE)
    }
}

impl Dos<'_> {
    /// Hands the driver its request.
    pub(super) fn driver_strategy(&mut self, mut pending: Pending, call: DriverCall) -> Outcome {
        let at = pending.stack.offset(REQUEST);
        request::write(&mut self.mem, at, &call.request);
        (pending.driver, self.regs.eflags) = (Some(call), self.regs.eflags & !crate::cpu::regs::eflags::DF);
        self.regs.set_es(at.seg);
        self.regs.set_bx(at.off);
        let entry = device::strategy(&self.mem, call.request.device);
        self.wait_on_stack(pending, Doing::Strategy);
        Outcome::FarCall(entry, Entry::Resume)
    }

    /// The driver has its request; now it works on it.
    pub(super) fn driver_interrupt(&mut self, pending: Pending) -> Outcome {
        let Some(call) = pending.driver else { return self.resumed_by_none(pending) };
        let entry = device::interrupt(&self.mem, call.request.device);
        self.wait_on_stack(pending, Doing::Interrupt);
        Outcome::FarCall(entry, Entry::Resume)
    }

    /// The driver has done what it can.
    pub(super) fn driver_answered(&mut self, pending: Pending, frame: Frame) -> Outcome {
        let Some(call) = pending.driver else { return self.resumed_by_none(pending) };
        let at = pending.stack.offset(REQUEST);
        let status = request::STATUS.get(&self.mem, at);
        let failed = status & request::ERROR != 0;
        if failed && !call.request.lenient {
            return self.device_failed(pending, frame, lo8(status.into()));
        }
        let reply = Reply {
            busy: status & request::BUSY != 0,
            count: request::COUNT.get(&self.mem, at).min(call.request.count),
            error: failed.then(|| DosError::of_driver(lo8(status.into()))),
        };
        self.driver_done(pending, frame, call, reply)
    }

    /// Goes on with what a driver answered.
    pub(super) fn driver_done(&mut self, pending: Pending, frame: Frame, call: DriverCall, reply: Reply) -> Outcome {
        let byte = |dos: &Dos<'_>| dos.mem.read_u8(pending.work_byte());
        match call.then {
            Then::Task => self.advance(pending, frame, Event::Answered(reply)),
            Then::Seen if reply.busy => self.seen(pending, frame, None),
            Then::Seen => {
                let seen = self.mem.read_u8(pending.stack.offset(REQUEST + request::SEEN));
                self.seen(pending, frame, Some(seen))
            }
            Then::Taken => {
                let byte = byte(self);
                self.taken(pending, frame, byte)
            }
            Then::Put | Then::Echoed => self.put_next(pending, frame),
        }
    }

    /// The stack was right and the call was not: the guest has written there.
    fn resumed_by_none(&mut self, pending: Pending) -> Outcome {
        let frame = Frame::read(&self.mem, pending.frame);
        self.finish(pending.frame, frame)
    }
}
