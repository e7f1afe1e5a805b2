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

/// Counts since power-on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrapStats {
    counts: [u64; TrapKind::ALL.len()],
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

    /// How often `kind` happened.
    #[must_use]
    pub fn of(&self, kind: TrapKind) -> u64 {
        self.counts[kind as usize]
    }
}
