//! The programs of a session's DOS: which run and which have ended.

use super::Session;
use crate::monitor::programs::ProgramExit;

impl Session {
    /// The programs that have ended, oldest first: the last 256 of them, those before a reset included.
    ///
    /// Any DOS will do; nothing of dosmux has to be on its disk. What COMMAND.COM does itself, batch files
    /// and `dir` for example, is no program.
    pub fn exits(&self) -> impl DoubleEndedIterator<Item = &ProgramExit> + ExactSizeIterator {
        self.vm.program_exits().iter()
    }

    /// How many programs have ended since power-on; also the [`ProgramExit::number`] of the last one.
    #[must_use]
    pub fn exit_count(&self) -> u64 {
        self.vm.program_exits().back().map_or(0, |exit| exit.number)
    }

    /// The paths of the programs that run within each other, as DOS was given them, the innermost last.
    /// COMMAND.COM is among them if DOS started it as it starts programs.
    #[must_use]
    pub fn running_programs(&self) -> Vec<&str> {
        self.vm.running_programs().collect()
    }
}
