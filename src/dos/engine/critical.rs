//! Critical errors: INT 24h says what becomes of the call.
//!
//! Source: RBIL, INT 24h and INT 21h/AH=59h; Microsoft, MS-DOS Programmer's Reference, "Critical Errors".

use super::super::critical::{flag, reply};
use super::super::error::DosError;
use super::super::frame::Frame;
use super::super::memory_map::SDA;
use super::super::process::End;
use super::super::rom::Entry;
use super::super::{Dos, Outcome, device, path, sda, sft};
use super::driver::{Reply, Then, command};
use super::{Doing, Event, Pending, Port, WORK_BYTES};
use crate::types::{SegOff, lo8};

const INT_CRITICAL: u8 = 0x24;
/// In the data area: no drive is in trouble.
const NO_DRIVE: u8 = 0xFF;

/// A question that INT 24h's handler has to answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    flags: u8,
    /// A driver's error, not a drive's.
    device: bool,
}

impl Dos<'_> {
    /// A drive of the call at hand failed. It is as yet undone.
    pub(super) fn drive_failed(&mut self, pending: Pending, frame: Frame, error: DosError) -> Outcome {
        let writing =
            matches!(frame.ah(), 0x13 | 0x15..=0x17 | 0x22 | 0x28 | 0x39..=0x3C | 0x40 | 0x41 | 0x56 | 0x5A | 0x5B);
        let data = matches!(frame.ah(), 0x14 | 0x15 | 0x21 | 0x22 | 0x27 | 0x28 | 0x3F | 0x40);
        let mut flags = flag::MAY_FAIL | flag::MAY_RETRY | if data { flag::DATA } else { flag::DIRECTORY };
        if writing {
            flags |= flag::WRITING;
        }
        if matches!(frame.ah(), 0x3F | 0x40) {
            flags |= flag::MAY_IGNORE;
        }
        sda::set_error(&mut self.mem, error);
        let drive = self.drive_of_call(&frame);
        self.regs.set_bp(device::BLOCK.seg);
        self.regs.set_si(device::BLOCK.off);
        self.ask(pending, Asked { flags, device: false }, drive, error.driver_code())
    }

    /// The driver that a call needs failed with error `code`.
    pub(super) fn device_failed(&mut self, pending: Pending, frame: Frame, code: u8) -> Outcome {
        let Some(call) = pending.driver else { return self.finish(pending.frame, frame) };
        let writing = matches!(call.request.command, command::WRITE | command::WRITE_VERIFY);
        let all = flag::MAY_FAIL | flag::MAY_RETRY | flag::MAY_IGNORE;
        let flags = flag::DEVICE | all | if writing { flag::WRITING } else { 0 };
        frame.write(&mut self.mem, pending.frame);
        sda::set_device_error(&mut self.mem, code);
        self.regs.set_bp(call.request.device.seg);
        self.regs.set_si(call.request.device.off);
        self.ask(pending, Asked { flags, device: true }, 0, code)
    }

    /// Calls INT 24h as DOS does: on the caller's stack, above the caller's registers; DOS counts as left.
    fn ask(&mut self, mut pending: Pending, asked: Asked, drive: u8, code: u8) -> Outcome {
        self.regs.set_ax(u16::from_le_bytes([drive, asked.flags]));
        self.regs.set_di(u16::from(code));
        self.regs.set_ss(pending.frame.seg);
        self.regs.set_sp(pending.frame.off);
        sda::leave(&mut self.mem);
        sda::CRITICAL_ERROR.set(&mut self.mem, SDA, 1);
        sda::CRITICAL_DRIVE.set(&mut self.mem, SDA, if asked.device { NO_DRIVE } else { drive });
        pending.doing = Doing::Asking(asked);
        self.wait(pending);
        Outcome::Interrupt(INT_CRITICAL, Entry::Resume)
    }

    /// INT 24h's handler has answered in AL.
    pub(super) fn asked(&mut self, pending: Pending, frame: Frame, asked: Asked) -> Outcome {
        sda::enter(&mut self.mem);
        sda::CRITICAL_ERROR.set(&mut self.mem, SDA, 0);
        sda::CRITICAL_DRIVE.set(&mut self.mem, SDA, NO_DRIVE);
        match self.regs.al() {
            reply::RETRY if asked.flags & flag::MAY_RETRY != 0 => self.retry(pending, frame),
            reply::IGNORE if asked.flags & flag::MAY_IGNORE != 0 => self.ignore(pending, frame),
            reply::ABORT => self.abort(&pending),
            _ => self.fail(pending, frame, asked.device),
        }
    }

    fn retry(&mut self, pending: Pending, frame: Frame) -> Outcome {
        match pending.driver {
            Some(call) => self.driver_strategy(pending, call),
            None => {
                let above = SegOff::new(pending.stack.seg, pending.stack.off.wrapping_add(WORK_BYTES));
                self.run(pending.frame, frame, above)
            }
        }
    }

    /// As if all had gone well.
    fn ignore(&mut self, pending: Pending, mut frame: Frame) -> Outcome {
        match pending.driver {
            Some(call) => {
                let reply = Reply { busy: false, count: call.request.count, error: None };
                self.driver_done(pending, frame, call, reply)
            }
            None => {
                frame.ax = frame.cx;
                frame.set_carry(false);
                self.finish(pending.frame, frame)
            }
        }
    }

    fn fail(&mut self, mut pending: Pending, mut frame: Frame, device: bool) -> Outcome {
        sda::set_error(&mut self.mem, DosError::FailedOnCritical);
        if device {
            if pending.driver.is_some_and(|call| call.then == Then::Echoed) {
                self.state.console.prints = false;
                return self.put_next(pending, frame);
            }
            if pending.putting.take().is_some_and(|putting| putting.breaks) {
                pending.output = Port::Nothing;
                return self.call_break(pending, frame);
            }
            return self.advance(pending, frame, Event::Failed(DosError::AccessDenied));
        }
        fail_call(&mut frame);
        self.finish(pending.frame, frame)
    }

    /// The program ends; the shell gives its command up.
    fn abort(&mut self, pending: &Pending) -> Outcome {
        sda::leave(&mut self.mem);
        match self.break_off_shell(pending.psp()) {
            Some(outcome) => outcome,
            None => self.end_process(End::Critical, 0),
        }
    }

    /// The drive that the call with `frame` works on, 0 is A:.
    fn drive_of_call(&self, frame: &Frame) -> u8 {
        let numbered = |number: u8| number.checked_sub(1).unwrap_or(self.current_drive());
        let named = |at: SegOff| {
            let text = path::asciiz(&self.mem, at).unwrap_or_default();
            path::drive_of(&text).0.unwrap_or(self.current_drive())
        };
        match frame.ah() {
            0x0F..=0x17 | 0x21..=0x24 | 0x27 | 0x28 => {
                let at = frame.ds_dx();
                // An extended control block begins with FFh and six bytes more.
                let at = if self.mem.read_u8(at) == 0xFF { at.offset(7) } else { at };
                numbered(self.mem.read_u8(at))
            }
            0x3E | 0x3F | 0x40 | 0x42 | 0x57 | 0x5C | 0x68 | 0x6A => {
                self.target(frame.bx).map_or(self.current_drive(), |target| lo8(u32::from(target.info & DRIVE_BITS)))
            }
            0x36 | 0x47 => numbered(frame.dl()),
            0x44 => numbered(frame.bx.to_le_bytes()[0]),
            0x4F => self.current_drive(),
            0x6C => named(SegOff::new(frame.ds, frame.si)),
            _ => named(frame.ds_dx()),
        }
    }
}

/// The drive's number within a file's device information.
const DRIVE_BITS: u16 = sft::info::NOT_EOF - 1;

/// What a function that had to fail returns: one of the errors that programs expect of it.
///
/// Source: RBIL, INT 21h under these numbers; the others fail with access denied.
fn fail_call(frame: &mut Frame) {
    let error = match frame.ah() {
        0x0F..=0x17 | 0x21..=0x24 | 0x27 | 0x28 => {
            frame.set_al(0xFF);
            return;
        }
        0x36 => {
            frame.ax = 0xFFFF;
            return;
        }
        0x3B => DosError::PathNotFound,
        0x4E | 0x4F => DosError::NoMoreFiles,
        _ => DosError::AccessDenied,
    };
    frame.ax = error.code();
    frame.set_carry(true);
}
