//! 8042 keyboard controller (`Kbc`), ports 60h and 64h.
//!
//! Models: output buffer, status register, command byte, scan code translation, self tests, output
//! port with A20 gate and reset line, and, with a mouse, the auxiliary line of a PS/2. Bytes come
//! from the devices one at a time, each [`BYTE_TIME`] after the controller has become free for it.
//! Commands take no time.
//! Power-on state: as a BIOS leaves it, command byte 45h (translate, system flag, interrupt) and
//! A20 closed.
//! Without a mouse it is the controller of an AT: A7h, A8h and A9h are not answered, the data byte
//! of D3h and D4h is taken and lost.
//! Gap: no security commands (A4h–A6h), no diagnostic dump (ACh), no input port polling (C1h, C2h),
//! no test inputs (E0h); they are ignored.
//! Source: IBM PC AT Technical Reference, "Keyboard Controller"; IBM PS/2 Technical Reference,
//! "Keyboard and Auxiliary Device Controller".

use std::time::Duration;

use super::PortDevice;
use super::keyboard::{Keyboard, set_2_to_set_1};
use super::mouse::Mouse;
use crate::clock::VirtTime;
use crate::keys::KeyEvent;
use crate::pointer::{Buttons, CellPlace, Motion};

const PORT_DATA: u16 = 0x60;

const CMD_READ_RAM_FIRST: u8 = 0x20;
const CMD_READ_RAM_LAST: u8 = 0x3F;
const CMD_WRITE_RAM_FIRST: u8 = 0x60;
const CMD_WRITE_RAM_LAST: u8 = 0x7F;
const CMD_DISABLE_AUX: u8 = 0xA7;
const CMD_ENABLE_AUX: u8 = 0xA8;
const CMD_TEST_AUX: u8 = 0xA9;
const CMD_SELF_TEST: u8 = 0xAA;
const CMD_INTERFACE_TEST: u8 = 0xAB;
const CMD_DISABLE_KEYBOARD: u8 = 0xAD;
const CMD_ENABLE_KEYBOARD: u8 = 0xAE;
const CMD_READ_INPUT_PORT: u8 = 0xC0;
const CMD_READ_OUTPUT_PORT: u8 = 0xD0;
const CMD_WRITE_OUTPUT_PORT: u8 = 0xD1;
const CMD_WRITE_OUTPUT_BUFFER: u8 = 0xD2;
const CMD_WRITE_AUX_BUFFER: u8 = 0xD3;
const CMD_WRITE_AUX_DEVICE: u8 = 0xD4;
const CMD_CLOSE_A20: u8 = 0xDD;
const CMD_OPEN_A20: u8 = 0xDF;
/// F0h–FFh pulse the output lines whose bits are clear.
const CMD_PULSE_FIRST: u8 = 0xF0;

const STATUS_OUTPUT_FULL: u8 = 0x01;
const STATUS_SYSTEM: u8 = 0x04;
const STATUS_COMMAND_WRITTEN: u8 = 0x08;
const STATUS_UNLOCKED: u8 = 0x10;
/// What the output buffer holds came from the mouse.
const STATUS_AUX: u8 = 0x20;

const COMMAND_BYTE_IRQ: u8 = 0x01;
const COMMAND_BYTE_AUX_IRQ: u8 = 0x02;
const COMMAND_BYTE_SYSTEM: u8 = 0x04;
const COMMAND_BYTE_DISABLE: u8 = 0x10;
const COMMAND_BYTE_DISABLE_AUX: u8 = 0x20;
const COMMAND_BYTE_TRANSLATE: u8 = 0x40;

/// Set while the processor is not held in reset.
const OUTPUT_PORT_NO_RESET: u8 = 0x01;
const OUTPUT_PORT_A20: u8 = 0x02;
const OUTPUT_PORT_BUFFER_FULL: u8 = 0x10;
const OUTPUT_PORT_INPUT_EMPTY: u8 = 0x20;
/// Keyboard clock and data lines, both idle.
const OUTPUT_PORT_LINES: u8 = 0xC0;
/// Keyboard not locked, colour display, all of the board's RAM enabled.
const INPUT_PORT: u8 = 0xB0;

const SELF_TEST_PASSED: u8 = 0x55;
const INTERFACE_TEST_PASSED: u8 = 0x00;
const BREAK_SET_2: u8 = 0xF0;
const BREAK_SET_1: u8 = 0x80;

/// Eleven bits on a device's serial line.
const BYTE_TIME: Duration = Duration::from_millis(1);

/// Who sends a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Keyboard,
    Mouse,
}

/// The keyboard controller, with the keyboard on its line and perhaps a mouse on the other.
pub(super) struct Kbc {
    keyboard: Keyboard,
    mouse: Option<Mouse>,
    /// Output buffer: keeps its byte after it was read.
    output: u8,
    output_full: bool,
    /// The byte in the output buffer came from the mouse.
    output_from_mouse: bool,
    /// The controller's RAM; byte 0 is the command byte.
    ram: [u8; 32],
    /// The command whose data byte is to come at port 60h.
    pending: Option<u8>,
    command_written: bool,
    /// True after the break prefix of set 2, while translating.
    break_prefix: bool,
    /// When the byte on a line has arrived, and on which.
    arrival: Option<(VirtTime, Line)>,
    a20: bool,
    reset: bool,
}

impl Kbc {
    /// A controller in its power-on state, with a mouse or without.
    pub(super) fn new(mouse: bool) -> Kbc {
        let mut ram = [0; 32];
        ram[0] = COMMAND_BYTE_TRANSLATE | COMMAND_BYTE_SYSTEM | COMMAND_BYTE_IRQ;
        Kbc {
            keyboard: Keyboard::new(),
            mouse: mouse.then(Mouse::new),
            output: 0,
            output_full: false,
            output_from_mouse: false,
            ram,
            pending: None,
            command_written: false,
            break_prefix: false,
            arrival: None,
            a20: false,
            reset: false,
        }
    }

    // --- host side ---

    /// Presses or releases a key; false if the keyboard cannot take it now.
    pub(super) fn press(&mut self, event: KeyEvent, now: VirtTime) -> bool {
        let taken = self.keyboard.press(event);
        // A mouse that has time until its next report does not keep a key waiting.
        if matches!(self.arrival, Some((_, Line::Mouse))) {
            self.arrival = None;
        }
        self.begin_transfer(now);
        taken
    }

    /// Moves the mouse and sets its buttons; false if it cannot take that now.
    pub(super) fn point(&mut self, motion: Motion, buttons: Buttons, at: Option<CellPlace>, now: VirtTime) -> bool {
        let taken = self.mouse.as_mut().is_some_and(|mouse| mouse.point(motion, buttons, at));
        self.begin_transfer(now);
        taken
    }

    /// The mouse, if there is one.
    pub(super) fn mouse(&self) -> Option<&Mouse> {
        self.mouse.as_ref()
    }

    /// Gives the mouse bytes and takes its answer, all at once; nothing without a mouse.
    pub(super) fn ask_mouse(&mut self, bytes: &[u8], now: VirtTime) -> Vec<u8> {
        let answer = self.mouse.as_mut().map(|mouse| mouse.ask(bytes, now)).unwrap_or_default();
        self.restart_transfer(now);
        answer
    }

    /// True if neither keyboard, mouse nor controller holds a byte for the guest.
    pub(super) fn is_idle(&self) -> bool {
        !self.output_full && self.keyboard.is_idle() && self.mouse.as_ref().is_none_or(Mouse::is_idle)
    }

    /// Level of the controller's A20 gate output.
    pub(super) fn a20(&self) -> bool {
        self.a20
    }

    /// Level of IRQ 12: the output buffer is full, from the mouse, and its interrupt enabled.
    pub(super) fn mouse_irq(&self) -> bool {
        self.output_full && self.output_from_mouse && self.command_byte() & COMMAND_BYTE_AUX_IRQ != 0
    }

    /// True once after the reset line was pulsed.
    pub(super) fn take_reset(&mut self) -> bool {
        std::mem::take(&mut self.reset)
    }

    // --- the devices' lines ---

    fn command_byte(&self) -> u8 {
        self.ram[0]
    }

    fn is_open(&self, line: Line) -> bool {
        let disable = match line {
            Line::Keyboard => COMMAND_BYTE_DISABLE,
            Line::Mouse => COMMAND_BYTE_DISABLE_AUX,
        };
        self.command_byte() & disable == 0
    }

    /// Lets a device send its next byte, if the controller is free for it.
    fn begin_transfer(&mut self, now: VirtTime) {
        if self.output_full || self.arrival.is_some_and(|(_, line)| !self.is_open(line)) {
            self.arrival = None;
        }
        if self.output_full || self.arrival.is_some() {
            return;
        }
        let keyboard = self.keyboard.ready_at(now).map(|at| (at, Line::Keyboard));
        let mouse = self.mouse.as_ref().and_then(|mouse| mouse.ready_at(now)).map(|at| (at, Line::Mouse));
        let ready = [keyboard, mouse].into_iter().flatten().filter(|&(_, line)| self.is_open(line));
        self.arrival = ready.min_by_key(|&(at, _)| at).map(|(at, line)| (at + BYTE_TIME, line));
    }

    /// Starts over with the line, because what a device has to send changed.
    fn restart_transfer(&mut self, now: VirtTime) {
        self.arrival = None;
        self.begin_transfer(now);
    }

    fn receive(&mut self, byte: u8) {
        if self.command_byte() & COMMAND_BYTE_TRANSLATE == 0 {
            self.put_output(byte);
        } else if byte == BREAK_SET_2 {
            self.break_prefix = true;
        } else {
            let broken = if std::mem::take(&mut self.break_prefix) { BREAK_SET_1 } else { 0 };
            self.put_output(set_2_to_set_1(byte) | broken);
        }
    }

    fn put_output(&mut self, byte: u8) {
        (self.output, self.output_full, self.output_from_mouse) = (byte, true, false);
    }

    fn put_output_of_mouse(&mut self, byte: u8) {
        (self.output, self.output_full, self.output_from_mouse) = (byte, true, true);
    }

    // --- guest side ---

    fn status(&self) -> u8 {
        let mut status = STATUS_UNLOCKED;
        if self.output_full {
            status |= STATUS_OUTPUT_FULL;
            if self.output_from_mouse {
                status |= STATUS_AUX;
            }
        }
        if self.command_byte() & COMMAND_BYTE_SYSTEM != 0 {
            status |= STATUS_SYSTEM;
        }
        if self.command_written {
            status |= STATUS_COMMAND_WRITTEN;
        }
        status
    }

    /// Gives the next byte of the output buffer and lowers IRQ 1. An empty buffer repeats the last
    /// byte: the guest reads a latch, not a queue.
    fn read_data(&mut self, now: VirtTime) -> u8 {
        self.output_full = false;
        self.begin_transfer(now);
        self.output
    }

    fn write_command(&mut self, command: u8, now: VirtTime) {
        self.command_written = true;
        self.pending = None;
        match command {
            CMD_READ_RAM_FIRST..=CMD_READ_RAM_LAST => self.put_output(self.ram[usize::from(command & 0x1F)]),
            CMD_WRITE_RAM_FIRST..=CMD_WRITE_RAM_LAST
            | CMD_WRITE_OUTPUT_PORT
            | CMD_WRITE_OUTPUT_BUFFER
            | CMD_WRITE_AUX_BUFFER
            | CMD_WRITE_AUX_DEVICE => self.pending = Some(command),
            CMD_DISABLE_AUX | CMD_ENABLE_AUX | CMD_TEST_AUX if self.mouse.is_none() => {}
            CMD_DISABLE_AUX => self.ram[0] |= COMMAND_BYTE_DISABLE_AUX,
            CMD_ENABLE_AUX => self.ram[0] &= !COMMAND_BYTE_DISABLE_AUX,
            CMD_TEST_AUX => self.put_output(INTERFACE_TEST_PASSED),
            CMD_SELF_TEST => {
                self.ram[0] |= COMMAND_BYTE_SYSTEM;
                self.put_output(SELF_TEST_PASSED);
            }
            CMD_INTERFACE_TEST => self.put_output(INTERFACE_TEST_PASSED),
            CMD_DISABLE_KEYBOARD => self.ram[0] |= COMMAND_BYTE_DISABLE,
            CMD_ENABLE_KEYBOARD => self.ram[0] &= !COMMAND_BYTE_DISABLE,
            CMD_READ_INPUT_PORT => self.put_output(INPUT_PORT),
            CMD_READ_OUTPUT_PORT => self.put_output(self.output_port()),
            CMD_CLOSE_A20 => self.a20 = false,
            CMD_OPEN_A20 => self.a20 = true,
            CMD_PULSE_FIRST..=0xFF => self.reset |= command & OUTPUT_PORT_NO_RESET == 0,
            _ => {}
        }
        self.begin_transfer(now);
    }

    fn output_port(&self) -> u8 {
        let mut value = OUTPUT_PORT_LINES | OUTPUT_PORT_INPUT_EMPTY | OUTPUT_PORT_NO_RESET;
        if self.a20 {
            value |= OUTPUT_PORT_A20;
        }
        if self.output_full {
            value |= OUTPUT_PORT_BUFFER_FULL;
        }
        value
    }

    fn write_data(&mut self, value: u8, now: VirtTime) {
        self.command_written = false;
        match self.pending.take() {
            Some(CMD_WRITE_OUTPUT_PORT) => {
                self.a20 = value & OUTPUT_PORT_A20 != 0;
                self.reset |= value & OUTPUT_PORT_NO_RESET == 0;
            }
            // The byte appears as if the keyboard had sent it, untranslated.
            Some(CMD_WRITE_OUTPUT_BUFFER) => self.put_output(value),
            Some(CMD_WRITE_AUX_BUFFER | CMD_WRITE_AUX_DEVICE) if self.mouse.is_none() => {}
            Some(CMD_WRITE_AUX_BUFFER) => self.put_output_of_mouse(value),
            Some(CMD_WRITE_AUX_DEVICE) => {
                // A byte for the mouse enables its line.
                self.ram[0] &= !COMMAND_BYTE_DISABLE_AUX;
                if let Some(mouse) = &mut self.mouse {
                    mouse.receive(value, now);
                }
                return self.restart_transfer(now);
            }
            Some(command) => self.ram[usize::from(command & 0x1F)] = value,
            None => {
                // A byte for the keyboard enables its line.
                self.ram[0] &= !COMMAND_BYTE_DISABLE;
                self.break_prefix = false;
                self.keyboard.receive(value, now);
                return self.restart_transfer(now);
            }
        }
        self.begin_transfer(now);
    }
}

impl PortDevice for Kbc {
    fn read(&mut self, port: u16, now: VirtTime) -> u8 {
        self.advance(now);
        if port == PORT_DATA { self.read_data(now) } else { self.status() }
    }

    fn write(&mut self, port: u16, value: u8, now: VirtTime) {
        self.advance(now);
        if port == PORT_DATA { self.write_data(value, now) } else { self.write_command(value, now) }
    }

    fn advance(&mut self, now: VirtTime) {
        while let Some((arrived, line)) = self.arrival.filter(|&(at, _)| at <= now) {
            self.arrival = None;
            match line {
                Line::Keyboard => {
                    if let Some(byte) = self.keyboard.send(arrived) {
                        self.receive(byte);
                    }
                }
                Line::Mouse => {
                    if let Some(byte) = self.mouse.as_mut().and_then(|mouse| mouse.send(arrived)) {
                        self.put_output_of_mouse(byte);
                    }
                }
            }
            self.begin_transfer(arrived);
        }
    }

    /// Level of IRQ 1: the output buffer is full, not from the mouse, and its interrupt enabled.
    fn irq(&self) -> bool {
        self.output_full && !self.output_from_mouse && self.command_byte() & COMMAND_BYTE_IRQ != 0
    }

    fn next_event(&self, now: VirtTime) -> Option<VirtTime> {
        self.arrival.map(|(at, _)| at.max(now))
    }
}

#[cfg(test)]
mod tests;
