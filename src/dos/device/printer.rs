//! PRN and LPT1 to LPT3: INT 17h.
//!
//! Source: RBIL, INT 17h/AH=00h and 02h.

use super::super::Dos;
use super::builtin::{Run, Step, nul};
use super::request::{command, error};

const INT_PRINTER: u8 = 0x17;
/// Functions of INT 17h, in AH.
const PRINT: u8 = 0x00;
const STATUS: u8 = 0x02;
/// Printer status, in AH.
const TIMED_OUT: u8 = 0x01;
const IO_ERROR: u8 = 0x08;
const OUT_OF_PAPER: u8 = 0x20;
const NOT_BUSY: u8 = 0x80;

impl Dos<'_> {
    pub(super) fn printer_request(&mut self, run: &mut Run, port: u8) -> Step {
        match run.command {
            command::WRITE | command::WRITE_VERIFY => self.print(run, port),
            command::OUTPUT_STATUS if run.turns == 0 => self.printer(STATUS, 0, port),
            command::OUTPUT_STATUS if self.regs.ah() & NOT_BUSY == 0 => Step::BUSY,
            _ => nul(run),
        }
    }

    fn printer(&mut self, function: u8, byte: u8, port: u8) -> Step {
        self.regs.set_ax(u16::from_le_bytes([byte, function]));
        self.regs.set_dx(u16::from(port));
        Step::Interrupt(INT_PRINTER)
    }

    fn print(&mut self, run: &mut Run, port: u8) -> Step {
        if run.turns > 0 {
            if let Some(code) = failure(self.regs.ah()) {
                return Step::failed(code);
            }
            run.moved();
        }
        if run.is_through() {
            return Step::DONE;
        }
        let byte = run.byte(self);
        self.printer(PRINT, byte, port)
    }
}

/// What the printer's status is as a driver's error.
fn failure(status: u8) -> Option<u8> {
    match status {
        status if status & OUT_OF_PAPER != 0 => Some(error::OUT_OF_PAPER),
        status if status & IO_ERROR != 0 => Some(error::WRITE_FAULT),
        status if status & TIMED_OUT != 0 => Some(error::NOT_READY),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printer_that_is_not_there_is_a_write_fault() {
        // What INT 17h says of one.
        assert_eq!(failure(0x09), Some(error::WRITE_FAULT));
        assert_eq!((failure(0x30), failure(0x01), failure(0x90)), (Some(9), Some(2), None));
    }
}
