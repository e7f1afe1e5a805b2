//! How often the monitor was entered, by kind.

macro_rules! kinds {
    ($($variant:ident => $name:literal, $doc:literal;)*) => {
        /// Why the monitor was entered, or what it injected.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum TrapKind {
            $(#[doc = $doc] $variant,)*
        }

        impl TrapKind {
            /// Every kind, in the order of reports.
            pub const ALL: &'static [TrapKind] = &[$(TrapKind::$variant),*];

            /// Name in reports.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(TrapKind::$variant => $name),* }
            }
        }
    };
}

kinds! {
    Cli => "CLI", "CLI.";
    Sti => "STI", "STI.";
    Pushf => "PUSHF", "PUSHF, PUSHFD.";
    Popf => "POPF", "POPF, POPFD.";
    Int => "INT", "INT n.";
    Iret => "IRET", "IRET, IRETD.";
    Hlt => "HLT", "HLT.";
    In => "IN", "IN and INS.";
    Out => "OUT", "OUT and OUTS.";
    Bios => "BIOS service", "A BIOS service behind its ROM stub.";
    System => "system register", "A privileged instruction on system registers.";
    Exception => "exception", "An exception that the guest's vector table got.";
    PageFault => "page fault", "A page fault.";
    Interrupt => "IRQ injected", "A hardware interrupt that was injected.";
    Idle => "idle found", "The guest was found idle.";
}

/// How it is known that a guest waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdleReason {
    /// HLT.
    Halt,
    /// INT 28h: DOS waits.
    Dos,
    /// INT 2Fh AX=1680h: it gives its time slice away.
    TimeSlice,
    /// INT 16h AH=00h or 10h: it reads a key.
    Key,
    /// INT 15h AH=86h: it lets time pass.
    Delay,
    /// The Pause key.
    PauseKey,
    /// A jump to itself.
    Spin,
    /// A coprocessor instruction that waits.
    Coprocessor,
    /// Polls between which nothing changes.
    Poll,
    /// A loop that changes nothing.
    Loop,
    /// It has polled for long and done little else.
    Habit,
}

impl IdleReason {
    /// Every reason, in the order of reports.
    pub const ALL: [IdleReason; 11] = [
        IdleReason::Halt,
        IdleReason::Dos,
        IdleReason::TimeSlice,
        IdleReason::Key,
        IdleReason::Delay,
        IdleReason::PauseKey,
        IdleReason::Spin,
        IdleReason::Coprocessor,
        IdleReason::Poll,
        IdleReason::Loop,
        IdleReason::Habit,
    ];

    /// Name in reports, at most eight characters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            IdleReason::Halt => "HLT",
            IdleReason::Dos => "INT 28h",
            IdleReason::TimeSlice => "INT 2Fh",
            IdleReason::Key => "INT 16h",
            IdleReason::Delay => "INT 15h",
            IdleReason::PauseKey => "Pause",
            IdleReason::Spin => "JMP $",
            IdleReason::Coprocessor => "FPU",
            IdleReason::Poll => "poll",
            IdleReason::Loop => "loop",
            IdleReason::Habit => "habit",
        }
    }
}

/// Counts since power-on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrapStats {
    counts: [u64; TrapKind::ALL.len()],
    idle_ns: [u64; IdleReason::ALL.len()],
    /// Instructions retired.
    pub instructions: u64,
}

impl TrapStats {
    /// Counts one entry.
    pub fn count(&mut self, kind: TrapKind) {
        self.counts[kind as usize] += 1;
    }

    /// Rows of (kind, count) in a fixed order.
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        TrapKind::ALL.iter().map(|&kind| (kind.name(), self.counts[kind as usize]))
    }

    /// Notes guest time in which the guest waited. *Units*: nanoseconds.
    pub fn wait(&mut self, reason: IdleReason, ns: u64) {
        let waited = &mut self.idle_ns[reason as usize];
        *waited = waited.saturating_add(ns);
    }

    /// How long the guest has waited for that reason. *Units*: nanoseconds of guest time.
    #[must_use]
    pub fn idle_ns(&self, reason: IdleReason) -> u64 {
        self.idle_ns[reason as usize]
    }

    /// How often `kind` happened.
    #[must_use]
    pub fn of(&self, kind: TrapKind) -> u64 {
        self.counts[kind as usize]
    }
}
