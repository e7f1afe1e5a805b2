//! AUX and COM1 to COM4: INT 14h.
//!
//! Source: RBIL, INT 14h/AH=01h to 03h.

use super::super::Dos;
use super::builtin::{Run, Step, nul};
use super::request::{command, error};

const INT_SERIAL: u8 = 0x14;
/// Functions of INT 14h, in AH.
const SEND: u8 = 0x01;
const RECEIVE: u8 = 0x02;
const STATUS: u8 = 0x03;
/// Line status, in AH: nothing came in time; parity, framing and overrun errors; a byte has come; there is
/// room for one.
const TIMED_OUT: u8 = 0x80;
const GARBLED: u8 = 0x0E;
const RECEIVED: u8 = 0x01;
const ROOM: u8 = 0x20;

impl Dos<'_> {
    pub(super) fn serial_request(&mut self, run: &mut Run, port: u8) -> Step {
        match run.command {
            command::READ => self.read_serial(run, port),
            command::WRITE | command::WRITE_VERIFY => self.write_serial(run, port),
            command::LOOK | command::INPUT_STATUS => self.look_at_serial(run, port),
            command::OUTPUT_STATUS if run.turns == 0 => self.serial(STATUS, 0, port),
            command::OUTPUT_STATUS if self.regs.ah() & (ROOM | TIMED_OUT) != ROOM => Step::BUSY,
            command::INPUT_FLUSH => {
                self.seen_serial(port).take();
                Step::DONE
            }
            _ => nul(run),
        }
    }

    /// The byte that has been looked at and not yet read.
    fn seen_serial(&mut self, port: u8) -> &mut Option<u8> {
        let index = usize::from(port) % self.state.serial_seen.len();
        &mut self.state.serial_seen[index]
    }

    fn serial(&mut self, function: u8, byte: u8, port: u8) -> Step {
        self.regs.set_ax(u16::from_le_bytes([byte, function]));
        self.regs.set_dx(u16::from(port));
        Step::Interrupt(INT_SERIAL)
    }

    fn read_serial(&mut self, run: &mut Run, port: u8) -> Step {
        if run.turns > 0 {
            if self.regs.ah() & (TIMED_OUT | GARBLED) != 0 {
                return Step::failed(error::READ_FAULT);
            }
            let byte = self.regs.al();
            run.store(self, byte);
        }
        if let Some(byte) = self.seen_serial(port).take().filter(|_| !run.is_through()) {
            run.store(self, byte);
        }
        if run.is_through() { Step::DONE } else { self.serial(RECEIVE, 0, port) }
    }

    fn write_serial(&mut self, run: &mut Run, port: u8) -> Step {
        if run.turns > 0 {
            if self.regs.ah() & TIMED_OUT != 0 {
                return Step::failed(error::WRITE_FAULT);
            }
            run.moved();
        }
        if run.is_through() {
            return Step::DONE;
        }
        let byte = run.byte(self);
        self.serial(SEND, byte, port)
    }

    /// Asks for the status; if there is a byte, takes it and keeps it.
    fn look_at_serial(&mut self, run: &mut Run, port: u8) -> Step {
        let status = self.regs.ah();
        match run.turns {
            _ if self.seen_serial(port).is_some() => {}
            0 => return self.serial(STATUS, 0, port),
            1 if status & (RECEIVED | TIMED_OUT) != RECEIVED => return Step::BUSY,
            1 => return self.serial(RECEIVE, 0, port),
            _ if status & TIMED_OUT != 0 => return Step::BUSY,
            _ => {
                let byte = self.regs.al();
                self.seen_serial(port).replace(byte);
            }
        }
        let byte = self.seen_serial(port).unwrap_or_default();
        if run.command == command::LOOK {
            run.show(self, byte);
        }
        Step::DONE
    }
}
