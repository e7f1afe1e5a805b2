//! What the built-in drivers do with a request, whoever makes it: DOS or a program that calls their
//! entries itself. Each interrupt that the request needs is executed by the guest on the caller's stack.
//!
//! Source: Microsoft, MS-DOS Programmer's Reference, "Device Drivers".

use super::super::rom::Entry;
use super::super::{Dos, Outcome};
use super::request::{self, command, error};
use super::{called_from, clock};
use crate::cpu::regs::{Regs, eflags};
use crate::types::SegOff;

const INT_KEYBOARD: u8 = 0x16;
const INT_CHARACTER: u8 = 0x29;
const READ_KEY: u16 = 0x1000;
const LOOK_FOR_KEY: u16 = 0x1100;
/// Requests within requests at most: a handler of INT 29h that calls CON, say.
const MOST_RUNS: usize = 16;

/// A built-in device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dos) enum Device {
    Nul,
    Console,
    /// Ports of INT 14h, from 0.
    Serial(u8),
    /// Ports of INT 17h, from 0.
    Printer(u8),
    Clock,
    /// All the drives, which take no requests.
    Drives,
}

/// A request that is worked on.
#[derive(Clone, Debug)]
pub(in crate::dos) struct Run {
    device: Device,
    at: SegOff,
    pub(super) command: u8,
    transfer: SegOff,
    count: u16,
    /// Bytes moved.
    pub(super) done: u16,
    /// Interrupts executed since the last byte was moved.
    pub(super) turns: u8,
    /// The caller's registers.
    caller: Regs,
}

/// How a request goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The guest executes this interrupt, with the registers that are set.
    Interrupt(u8),
    /// It is done with these bits of its status.
    Done(u16),
}

impl Step {
    pub(super) const DONE: Step = Step::Done(0);
    pub(super) const BUSY: Step = Step::Done(request::BUSY);

    pub(super) fn failed(code: u8) -> Step {
        Step::Done(request::ERROR | code as u16)
    }
}

impl Run {
    /// True if all bytes have been moved.
    pub(super) fn is_through(&self) -> bool {
        self.done >= self.count
    }

    /// The next byte to be written.
    pub(super) fn byte(&self, dos: &Dos<'_>) -> u8 {
        dos.mem.read_u8(self.transfer.offset(self.done))
    }

    /// Stores a byte that was read.
    pub(super) fn store(&mut self, dos: &mut Dos<'_>, byte: u8) {
        dos.mem.write_u8(self.transfer.offset(self.done), byte);
        self.moved();
    }

    /// One byte has been moved.
    pub(super) fn moved(&mut self) {
        (self.done, self.turns) = (self.done.saturating_add(1), 0);
    }

    /// Shows the byte that is next and stays.
    pub(super) fn show(&self, dos: &mut Dos<'_>, byte: u8) {
        dos.mem.write_u8(self.at.offset(request::SEEN), byte);
    }
}

impl Dos<'_> {
    /// A driver's interrupt entry was called; it has called on from its own place.
    pub(in crate::dos) fn driver_request(&mut self) -> Outcome {
        let stack = self.regs.ss_sp();
        let device = called_from(self.mem.read_u16(stack));
        self.regs.set_sp(stack.off.wrapping_add(2));
        let at = self.state.driver_request;
        let run = Run {
            device,
            at,
            command: request::COMMAND.get(&self.mem, at),
            transfer: request::TRANSFER.get(&self.mem, at),
            count: request::COUNT.get(&self.mem, at),
            done: 0,
            turns: 0,
            caller: self.regs.clone(),
        };
        self.drive_on(run)
    }

    /// An interrupt that a driver needed has been executed.
    pub(in crate::dos) fn driver_goes_on(&mut self) -> Outcome {
        let at = self.regs.ss_sp();
        let found = self.state.driver_runs.iter().rposition(|run| run.caller.ss_sp() == at);
        // A guest that jumps here by itself goes on where its stack says.
        let Some(index) = found else { return Outcome::FarReturn };
        let mut run = self.state.driver_runs.remove(index);
        run.turns = run.turns.saturating_add(1);
        self.drive_on(run)
    }

    fn drive_on(&mut self, mut run: Run) -> Outcome {
        let step = match run.device {
            Device::Nul => nul(&mut run),
            Device::Console => self.console_request(&mut run),
            Device::Serial(port) => self.serial_request(&mut run, port),
            Device::Printer(port) => self.printer_request(&mut run, port),
            Device::Clock => clock::request(self, &mut run),
            Device::Drives => Step::failed(error::UNKNOWN_COMMAND),
        };
        match step {
            Step::Interrupt(vector) => {
                if self.state.driver_runs.len() >= MOST_RUNS {
                    self.state.driver_runs.remove(0);
                }
                self.state.driver_runs.push(run);
                Outcome::Interrupt(vector, Entry::DriverResume)
            }
            Step::Done(status) => {
                request::STATUS.set(&mut self.mem, run.at, status | request::DONE);
                if matches!(run.command, command::READ | command::WRITE | command::WRITE_VERIFY) {
                    request::COUNT.set(&mut self.mem, run.at, run.done.min(run.count));
                }
                self.regs.clone_from(&run.caller);
                Outcome::FarReturn
            }
        }
    }

    fn console_request(&mut self, run: &mut Run) -> Step {
        match run.command {
            command::READ if run.turns > 0 => {
                self.state.console.key(self.regs.ax());
                self.read_console(run)
            }
            command::READ => self.read_console(run),
            command::LOOK => self.look_at_console(run),
            command::INPUT_STATUS if run.turns == 0 && self.state.console.unread.is_empty() => self.look_for_key(),
            command::INPUT_STATUS if run.turns > 0 && self.regs.eflags & eflags::ZF != 0 => Step::BUSY,
            command::INPUT_FLUSH => self.flush_console(run),
            command::WRITE | command::WRITE_VERIFY => {
                if run.turns > 0 {
                    run.moved();
                }
                if run.is_through() {
                    return Step::DONE;
                }
                let byte = run.byte(self);
                self.regs.set_ax(u16::from(byte));
                Step::Interrupt(INT_CHARACTER)
            }
            _ => nul(run),
        }
    }

    fn look_for_key(&mut self) -> Step {
        self.regs.set_ax(LOOK_FOR_KEY);
        Step::Interrupt(INT_KEYBOARD)
    }

    fn read_console(&mut self, run: &mut Run) -> Step {
        while !run.is_through() {
            match self.state.console.unread.pop_front() {
                Some(byte) => run.store(self, byte),
                None => {
                    self.regs.set_ax(READ_KEY);
                    return Step::Interrupt(INT_KEYBOARD);
                }
            }
        }
        Step::DONE
    }

    fn look_at_console(&mut self, run: &Run) -> Step {
        let unread = self.state.console.unread.front().copied();
        match (unread, run.turns) {
            (Some(byte), _) => run.show(self, byte),
            (None, 0) => return self.look_for_key(),
            (None, _) if self.regs.eflags & eflags::ZF != 0 => return Step::BUSY,
            (None, _) => {
                let byte = super::super::console::byte_of(self.regs.ax());
                run.show(self, byte);
            }
        }
        Step::DONE
    }

    /// Looks for a key and takes it, in turns, until there is none.
    fn flush_console(&mut self, run: &mut Run) -> Step {
        self.state.console.unread.clear();
        match run.turns {
            0 => self.look_for_key(),
            1 if self.regs.eflags & eflags::ZF != 0 => Step::DONE,
            1 => {
                self.regs.set_ax(READ_KEY);
                Step::Interrupt(INT_KEYBOARD)
            }
            _ => {
                run.turns = 0;
                self.look_for_key()
            }
        }
    }
}

/// Takes whatever is written, and has nothing to be read. What other drivers do where nothing is to be
/// done.
pub(super) fn nul(run: &mut Run) -> Step {
    match run.command {
        command::WRITE | command::WRITE_VERIFY => run.done = run.count,
        command::INIT..=command::CLOSE => {}
        _ => return Step::failed(error::UNKNOWN_COMMAND),
    }
    Step::DONE
}
