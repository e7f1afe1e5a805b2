//! Port accesses of the guest, which the I/O permission bit map makes trap.

use super::stats::TrapKind;
use super::vm::Vm;
use crate::devices::{Board, CoprocessorSignal};
use crate::types::{Port, Width};

/// Command ports of the 8259A pair.
const INTERRUPT_COMMANDS: [Port; 2] = [Port(0x20), Port(0xA0)];

impl Vm {
    /// IN: the accumulator gets what the port reads.
    pub(super) fn port_in(&mut self, port: Port, width: Width) {
        self.stats.count(TrapKind::In);
        let now = self.now();
        let value = self.board.read(port, width, now);
        tracing::trace!(at = %self.cs_ip(), "IN {:04X}h gives {value:X}h", port.0);
        self.trace_read(port, value);
        self.cpu.set_accumulator(width, value);
        if !Board::is_quiet_read(port) {
            self.idle.activity(&mut self.mem);
            self.board_touched = true;
        }
    }

    /// OUT: the port gets the accumulator.
    pub(super) fn port_out(&mut self, port: Port, width: Width) {
        self.stats.count(TrapKind::Out);
        let now = self.now();
        let value = self.cpu.accumulator(width);
        tracing::trace!(at = %self.cs_ip(), "OUT {:04X}h, {value:X}h", port.0);
        self.trace_write(port, value);
        self.board.write(port, width, value, now);
        self.port_watch.note(port, width, value);
        // Ending an interrupt is part of every tick, not something that a program does.
        if INTERRUPT_COMMANDS.contains(&port) {
            self.idle.interrupt_ended(&mut self.mem);
        } else {
            self.idle.activity(&mut self.mem);
        }
        self.after_port_write();
    }

    /// A write may have moved an interrupt line, the coprocessor's BUSY# or the A20 gate.
    pub(super) fn after_port_write(&mut self) {
        self.board_touched = true;
        self.follow_coprocessor();
        self.follow_a20();
    }

    fn follow_coprocessor(&mut self) {
        match self.board.take_coprocessor_signal() {
            Some(CoprocessorSignal::Release) => self.cpu.release_coprocessor(),
            Some(CoprocessorSignal::Reset) => self.cpu.reset_coprocessor(),
            None => {}
        }
    }

    /// Brings the page tables in line with the A20 gate.
    pub(super) fn follow_a20(&mut self) {
        let open = self.board.a20();
        if open != self.a20 {
            self.a20 = open;
            self.layout.set_a20(&mut self.mem, open);
        }
    }
}
