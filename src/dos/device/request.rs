//! The packets that drivers are called with.
//!
//! | offset | what |
//! | --- | --- |
//! | 00h | length |
//! | 01h | unit of a block device |
//! | 02h | command |
//! | 03h | status |
//! | 0Dh | the byte seen; the category and function of a generic request; units or media |
//! | 0Eh | where the bytes to be moved lie; the driver's end |
//! | 12h | how many bytes; the command line |
//!
//! Source: Microsoft, MS-DOS Programmer's Reference, "Device Drivers".

use super::super::engine::Request;
use super::super::field::{Byte, Far, Word};
use crate::mem::GuestMemory;
use crate::types::SegOff;

const LENGTH: Byte = Byte(0x00);
const UNIT: Byte = Byte(0x01);
pub(in crate::dos) const COMMAND: Byte = Byte(0x02);
pub(in crate::dos) const STATUS: Word = Word(0x03);
/// Where the byte of [`command::LOOK`] is.
pub(in crate::dos) const SEEN: u16 = 0x0D;
const FUNCTION: Word = Word(0x0D);
pub(in crate::dos) const TRANSFER: Far = Far(0x0E);
pub(in crate::dos) const COUNT: Word = Word(0x12);
/// Of a generic request: where its data lie.
const GENERIC_DATA: Far = Far(0x13);
/// Bytes of the longest packet.
pub(in crate::dos) const BYTES: u16 = 0x1E;

/// Status: an error, whose code is the low byte; nothing there yet; done.
pub(in crate::dos) const ERROR: u16 = 0x8000;
/// See [`ERROR`].
pub(in crate::dos) const BUSY: u16 = 0x0200;
/// See [`ERROR`].
pub(in crate::dos) const DONE: u16 = 0x0100;

/// What drivers are asked for.
pub(in crate::dos) mod command {
    pub(in crate::dos) const INIT: u8 = 0x00;
    pub(in crate::dos) const CONTROL_READ: u8 = 0x03;
    pub(in crate::dos) const READ: u8 = 0x04;
    /// Which byte is next; it stays where it is.
    pub(in crate::dos) const LOOK: u8 = 0x05;
    pub(in crate::dos) const INPUT_STATUS: u8 = 0x06;
    pub(in crate::dos) const INPUT_FLUSH: u8 = 0x07;
    pub(in crate::dos) const WRITE: u8 = 0x08;
    pub(in crate::dos) const WRITE_VERIFY: u8 = 0x09;
    pub(in crate::dos) const OUTPUT_STATUS: u8 = 0x0A;
    pub(in crate::dos) const OUTPUT_FLUSH: u8 = 0x0B;
    pub(in crate::dos) const CONTROL_WRITE: u8 = 0x0C;
    pub(in crate::dos) const OPEN: u8 = 0x0D;
    pub(in crate::dos) const CLOSE: u8 = 0x0E;
    pub(in crate::dos) const GENERIC: u8 = 0x13;
    pub(in crate::dos) const QUERY: u8 = 0x19;
}

/// Errors in a status.
pub(in crate::dos) mod error {
    pub(in crate::dos) const NOT_READY: u8 = 0x02;
    pub(in crate::dos) const UNKNOWN_COMMAND: u8 = 0x03;
    pub(in crate::dos) const BAD_LENGTH: u8 = 0x05;
    pub(in crate::dos) const OUT_OF_PAPER: u8 = 0x09;
    pub(in crate::dos) const WRITE_FAULT: u8 = 0x0A;
    pub(in crate::dos) const READ_FAULT: u8 = 0x0B;
}

/// Writes the packet of `request` to `at`.
pub(in crate::dos) fn write(mem: &mut GuestMemory<'_>, at: SegOff, request: &Request) {
    mem.write_bytes(at, &[0; BYTES as usize]);
    LENGTH.set(mem, at, length(request.command));
    UNIT.set(mem, at, 0);
    COMMAND.set(mem, at, request.command);
    match request.command {
        command::GENERIC | command::QUERY => {
            FUNCTION.set(mem, at, request.function);
            GENERIC_DATA.set(mem, at, request.transfer);
        }
        command::READ | command::WRITE | command::WRITE_VERIFY | command::CONTROL_READ | command::CONTROL_WRITE => {
            TRANSFER.set(mem, at, request.transfer);
            COUNT.set(mem, at, request.count);
        }
        _ => {}
    }
}

fn length(command: u8) -> u8 {
    match command {
        command::INIT => 0x19,
        command::LOOK => 0x0E,
        command::GENERIC | command::QUERY => 0x17,
        command::INPUT_STATUS
        | command::INPUT_FLUSH
        | command::OUTPUT_STATUS
        | command::OUTPUT_FLUSH
        | command::OPEN
        | command::CLOSE => 0x0D,
        _ => 0x16,
    }
}
