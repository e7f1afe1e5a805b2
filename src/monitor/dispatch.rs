//! From a core's exit to what answers it.

use super::stats::{IdleReason, TrapKind};
use super::vm::{StopReason, Vm};
use crate::cpu::{Exit, Fault, Insn};

/// What the run loop does after a trap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Goes on.
    Go,
    /// Goes on, but the guest asked for input or the time and there was nothing new.
    Polled,
    /// The guest does nothing until an interrupt.
    Idle(IdleReason),
    /// Restarts the machine.
    Reboot,
    /// Stops the machine.
    Stop(StopReason),
}

/// #UD.
const UNDEFINED: u8 = 6;
/// #GP.
const PROTECTION: u8 = 13;
/// #PF.
const PAGE: u8 = 14;

impl Vm {
    /// Answers one exit of the core.
    pub(super) fn dispatch(&mut self, exit: Exit) -> Next {
        match exit {
            Exit::BudgetUsed => Next::Go,
            Exit::Fault(fault, insn) => self.fault(fault, &insn),
            Exit::Interrupt(vector) => self.software_interrupt(vector, self.cpu.eip()),
            Exit::Spin if self.interrupts_enabled() => Next::Idle(IdleReason::Spin),
            Exit::Spin => Next::Stop(StopReason::LoopWithInterruptsOff(self.cs_ip())),
            Exit::CoprocessorError => {
                self.board.raise_coprocessor_error();
                self.board_touched = true;
                Next::Go
            }
            Exit::CoprocessorWait if self.interrupts_enabled() => Next::Idle(IdleReason::Coprocessor),
            Exit::CoprocessorWait => Next::Stop(StopReason::CoprocessorWaitWithInterruptsOff(self.cs_ip())),
            // The bit map forbids every port and CPL 3 every HLT, so these come as faults instead.
            Exit::PortRead(..) | Exit::PortWrite(..) | Exit::StringPort(_) | Exit::Halt | Exit::Shutdown => {
                Next::Stop(StopReason::TripleFault(self.cs_ip()))
            }
        }
    }

    fn fault(&mut self, fault: Fault, insn: &Insn) -> Next {
        match fault.vector {
            PROTECTION if fault.error == Some(0) => match insn.sensitive {
                Some(sensitive) => self.emulate(sensitive, insn),
                None => self.exception(fault),
            },
            UNDEFINED => match self.rom_trap() {
                Some(number) => self.service(number),
                None => self.exception(fault),
            },
            PAGE => {
                // Every page of the V86 window is mapped, so only a bug of ours comes here.
                self.stats.count(TrapKind::PageFault);
                Next::Stop(StopReason::TripleFault(self.cs_ip()))
            }
            _ => self.exception(fault),
        }
    }
}
