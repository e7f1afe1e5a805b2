//! Faults, traps and the other reasons why an instruction does not simply complete.

/// An exception of the 80386: its vector and, where the manual gives one, its error code.
///
/// A fault leaves the state as it was before the instruction, so that it can be restarted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Vector, 0–16.
    pub vector: u8,
    /// Error code that the processor pushes, if any.
    pub error: Option<u16>,
}

impl Fault {
    /// #DE, divide error.
    pub const DIVIDE: Fault = Fault { vector: 0, error: None };
    /// #DB, debug exception.
    pub const DEBUG: Fault = Fault { vector: 1, error: None };
    /// #BP, breakpoint (INT 3): a trap.
    pub const BREAKPOINT: Fault = Fault { vector: 3, error: None };
    /// #OF, overflow (INTO): a trap.
    pub const OVERFLOW: Fault = Fault { vector: 4, error: None };
    /// #BR, BOUND range exceeded.
    pub const BOUND: Fault = Fault { vector: 5, error: None };
    /// #UD, undefined opcode.
    pub const UNDEFINED: Fault = Fault { vector: 6, error: None };
    /// #NM, coprocessor not available.
    pub const NO_COPROCESSOR: Fault = Fault { vector: 7, error: None };

    /// #DF, double fault: an abort, its error code is always zero.
    pub const DOUBLE: Fault = Fault { vector: 8, error: Some(0) };
    /// #MF, coprocessor error.
    pub const COPROCESSOR_ERROR: Fault = Fault { vector: 16, error: None };

    /// #TS, invalid TSS, with a selector.
    #[must_use]
    pub fn invalid_tss(selector: u16) -> Fault {
        Fault { vector: 10, error: Some(selector & !3) }
    }

    /// #NP, segment not present, with a selector.
    #[must_use]
    pub fn not_present(selector: u16) -> Fault {
        Fault { vector: 11, error: Some(selector & !3) }
    }

    /// #SS, stack fault, with a selector or zero.
    #[must_use]
    pub fn stack(selector: u16) -> Fault {
        Fault { vector: 12, error: Some(selector & !3) }
    }

    /// #GP, general protection, with a selector or zero.
    #[must_use]
    pub fn protection(selector: u16) -> Fault {
        Fault { vector: 13, error: Some(selector & !3) }
    }

    /// #GP of a gate in the interrupt table: missing, of a wrong type, or too privileged.
    #[must_use]
    pub fn gate(vector: u8) -> Fault {
        Fault { vector: 13, error: Some(idt_index(vector)) }
    }

    /// #NP of a gate in the interrupt table.
    #[must_use]
    pub fn gate_not_present(vector: u8) -> Fault {
        Fault { vector: 11, error: Some(idt_index(vector)) }
    }

    /// The fault as it is reported where something external to the program led to it: an interrupt
    /// request or an earlier exception. Source: 80386 PRM §9.7 (EXT bit).
    #[must_use]
    pub fn external(self) -> Fault {
        match (self.vector, self.error) {
            (10..=13, Some(error)) => Fault { error: Some(error | 1), ..self },
            _ => self,
        }
    }

    /// #PF, page fault. Bits of the error code: 0 protection violation, 1 write, 2 user.
    #[must_use]
    pub fn page(error: u16) -> Fault {
        Fault { vector: 14, error: Some(error) }
    }

    /// True for the exceptions that report after their instruction: CS:EIP is already past it.
    #[must_use]
    pub fn is_trap(self) -> bool {
        matches!(self.vector, 3 | 4)
    }
}

/// Error code that names an entry of the interrupt table. Source: 80386 PRM, figure 9-7.
fn idt_index(vector: u8) -> u16 {
    u16::from(vector) * 8 + 2
}

/// Why the execution of a block stopped inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// An exception; the instruction has had no effect (or, for a trap, all of it).
    Fault(Fault),
    /// An exception of the task that the instruction has switched to: CS:EIP is that task's.
    InTask(Fault),
    /// The translation cache does not hold what the instruction wants; it has had no effect yet. Never
    /// leaves the handlers.
    Uncached,
    /// The instruction was about to overwrite decoded code; it has had no effect yet.
    CodeHit,
    /// A string instruction has done a part of its work and is to be resumed.
    Resume,
    /// The instruction is complete and the owner of the core must act.
    Exit(Event),
}

/// Events that only the owner of the core can handle. The instruction that caused one is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// HLT at CPL 0.
    Halt,
    /// A jump to itself: nothing changes until an interrupt.
    Spin,
    /// INS or OUTS: the instruction has only been checked; the owner carries it out.
    StringPort,
    /// IN wants a value from a port.
    PortRead,
    /// INT n that is not trapped, with its vector.
    Interrupt(u8),
    /// OUT gives a value to a port.
    PortWrite,
    /// MOV SS or POP SS: interrupts and debug exceptions wait for one more instruction.
    StackSwitch,
    /// STI has set IF: interrupts wait for one more instruction.
    InterruptsOn,
    /// A floating-point error was latched: IRQ13 rises.
    CoprocessorError,
    /// A floating-point instruction waits for BUSY#; it has not been executed.
    CoprocessorWait,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(fault)
    }
}

/// What a handler returns.
pub(crate) type Flow = Result<(), Stop>;
