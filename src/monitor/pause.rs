//! Why a machine pauses or stops.

use std::fmt;

use crate::clock::VirtTime;
use crate::types::SegOff;

/// Why [`Vm::run`](super::vm::Vm::run) returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Virtual time reached the limit.
    TimeReached,
    /// The instruction budget is used up.
    BudgetUsed,
    /// The guest waits; nothing happens before the given time unless a key is pressed.
    Idle(Option<VirtTime>),
    /// The machine has stopped for good; only a reset helps.
    Stopped(StopReason),
}

/// Why a machine stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// HLT with interrupts disabled.
    HaltedWithInterruptsOff(SegOff),
    /// A jump to itself with interrupts disabled.
    LoopWithInterruptsOff(SegOff),
    /// A floating-point instruction that waits for an error to be handled, with interrupts disabled.
    CoprocessorWaitWithInterruptsOff(SegOff),
    /// A fault while a fault was being delivered.
    TripleFault(SegOff),
    /// An exception for which the guest has no handler; its vector and where it happened.
    UnhandledException(u8, SegOff),
    /// The guest wants something of the 386 that a V86 task cannot have; what and where.
    NotOffered(&'static str, SegOff),
    /// No bootable disk.
    NoBootDisk,
    /// The first program of the built-in DOS cannot be started, or ends each time as soon as it has begun.
    NoShell,
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StopReason::HaltedWithInterruptsOff(at) => write!(f, "HLT with interrupts off at {at}"),
            StopReason::LoopWithInterruptsOff(at) => write!(f, "endless loop with interrupts off at {at}"),
            StopReason::CoprocessorWaitWithInterruptsOff(at) => {
                write!(f, "floating-point error not handled, interrupts off at {at}")
            }
            StopReason::TripleFault(at) => write!(f, "triple fault at {at}"),
            StopReason::UnhandledException(vector, at) => write!(f, "unhandled exception {vector:02X}h at {at}"),
            StopReason::NotOffered(what, at) => write!(f, "{what} is not offered to a V86 task, at {at}"),
            StopReason::NoBootDisk => write!(f, "no bootable disk"),
            StopReason::NoShell => write!(f, "its DOS cannot keep COMMAND.COM running"),
        }
    }
}
