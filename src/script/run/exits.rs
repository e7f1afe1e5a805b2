//! Steps about programs that end.
//!
//! Ends count from the last step that typed something; each `wait_exit` takes the next one.

use super::Why;
use super::performer::Performer;
use crate::monitor::programs::{ExitKind, ProgramExit};
use crate::script::ast::Step;
use crate::script::machine::Machine;

/// What a session's steps have seen of its programs' ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Exits {
    /// The number of the last end that was waited for, or that came before the last input.
    seen: u64,
    /// The last end that was waited for since the last input.
    last: Option<ProgramExit>,
}

impl<M: Machine> Performer<'_, M> {
    /// What has ended so far is no answer to what is typed now.
    pub(super) fn forget_exits(&mut self, step: &Step) {
        let seen = self.machine(step).exit_count();
        self.exits[step.session] = Exits { seen, last: None };
    }

    /// Waits for the end of `program`, or of any.
    pub(super) fn wait_exit(&mut self, step: &Step, program: Option<&str>) -> Result<ProgramExit, Why> {
        let found = self.until(step, |performer| performer.next_exit(step, program))?;
        found.ok_or_else(|| Why::NoExit {
            what: program.map_or_else(|| "no program".to_owned(), |name| format!("no program `{name}`")),
            within: step.timeout,
        })
    }

    /// The next end that counts, if there is one.
    fn next_exit(&mut self, step: &Step, program: Option<&str>) -> Option<ProgramExit> {
        let count = self.machine(step).exit_count();
        while self.exits[step.session].seen < count {
            let number = self.exits[step.session].seen + 1;
            self.exits[step.session].seen = number;
            let exit = self.machine(step).exit(number);
            if let Some(exit) = exit.filter(|exit| program.is_none_or(|program| is_called(&exit.name, program))) {
                self.exits[step.session].last = Some(exit.clone());
                return Some(exit);
            }
        }
        None
    }

    /// Judges the end that was waited for, or waits for one.
    pub(super) fn expect_exit(&mut self, step: &Step, code: u8, program: Option<&str>) -> Result<(), Why> {
        let last = self.exits[step.session].last.clone();
        let exit = match last.filter(|exit| program.is_none_or(|program| is_called(&exit.name, program))) {
            Some(exit) => exit,
            None => self.wait_exit(step, program)?,
        };
        if exit.code == Some(code) { Ok(()) } else { Err(Why::Exit(words(&exit))) }
    }
}

/// How a program ended.
fn words(exit: &ProgramExit) -> String {
    let how = match exit.kind {
        ExitKind::Normal | ExitKind::Unknown => "ended",
        ExitKind::CtrlC => "was broken off with Ctrl-C",
        ExitKind::CriticalError => "was aborted at a critical error",
        ExitKind::Resident => "stayed resident",
    };
    match exit.code {
        Some(code) => format!("{} {how} with code {code}", exit.name),
        None => format!("{} {how}; its code is not known", exit.name),
    }
}

/// True if the path of a program is, or ends in, `wanted`, which may lack the extension.
fn is_called(path: &str, wanted: &str) -> bool {
    let (path, wanted) = (path.to_ascii_uppercase(), wanted.to_ascii_uppercase());
    let name = path.rsplit(['\\', '/', ':']).next().unwrap_or(&path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    [path.as_str(), name, stem].contains(&wanted.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_named_by_path_file_or_stem() {
        for wanted in ["edit", "EDIT.EXE", "a:\\dos\\edit.exe"] {
            assert!(is_called("A:\\DOS\\EDIT.EXE", wanted), "{wanted}");
        }
        for wanted in ["dit", "edit.com", "dos"] {
            assert!(!is_called("A:\\DOS\\EDIT.EXE", wanted), "{wanted}");
        }
    }
}
