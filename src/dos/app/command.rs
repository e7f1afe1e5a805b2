//! INT 2Eh: the shell executes a command line for a program that it runs.
//!
//! A shell of its own does that, in the same process: so variables that are set are those of the shell
//! at the prompt. It works on a lower part of the stack, and afterwards all is as the caller left it.
//!
//! Source: RBIL, INT 2Eh.

use super::super::memory_map::SDA;
use super::super::shell::Shell;
use super::super::{Dos, Outcome, psp, sda};
use super::{Answer, App, Running};
use crate::cpu::regs::Regs;
use crate::types::SegOff;

/// Stack for each shell within a shell. *Units*: bytes.
const STACK_BYTES: u16 = 0x200;
/// Shells within a shell at most.
const MOST_NESTED: u16 = 5;
/// AX: nothing was executed.
const REFUSED: u16 = 0xFFFF;

/// Who called INT 2Eh, and what DOS knew of its process and of the shell's.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    regs: Regs,
    psp: u16,
    transfer_area: SegOff,
    shell_stack: SegOff,
}

impl Dos<'_> {
    /// INT 2Eh: executes the line at DS:SI, which begins with its length.
    pub(in crate::dos) fn int2e(&mut self) -> Outcome {
        let shell = self.state.apps.iter().find(|app| matches!(app.app, App::Shell(_))).map(|app| app.psp);
        let Some(shell) = shell else { return self.refuse_command() };
        let nested = self.state.apps.iter().filter(|app| app.psp == shell).count();
        let depth = u16::try_from(nested).unwrap_or(u16::MAX);
        if depth > MOST_NESTED {
            return self.refuse_command();
        }
        let at = SegOff::new(self.regs.ds(), self.regs.si());
        let mut line = vec![0; usize::from(self.mem.read_u8(at))];
        self.mem.read_bytes(at.offset(1), &mut line);
        let end = line.iter().position(|&byte| byte == b'\r').unwrap_or(line.len());
        line.truncate(end);
        let caller = Caller {
            regs: self.regs.clone(),
            psp: self.psp(),
            transfer_area: sda::DTA.get(&self.mem, SDA),
            shell_stack: psp::STACK.get(&self.mem, psp::base(shell)),
        };
        let mut running = Running::new(shell, App::Shell(Box::new(Shell::for_line(line))));
        running.stack -= STACK_BYTES * depth;
        running.caller = Some(Box::new(caller));
        self.make_current(shell);
        self.app_asks(running, Answer::Begin)
    }

    fn refuse_command(&mut self) -> Outcome {
        self.regs.set_ax(REFUSED);
        Outcome::Return
    }

    /// The command line has been executed: back to who asked for it.
    pub(super) fn back_to_caller(&mut self, shell: u16, caller: &Caller) -> Outcome {
        psp::STACK.set(&mut self.mem, psp::base(shell), caller.shell_stack);
        sda::CURRENT_PSP.set(&mut self.mem, SDA, caller.psp);
        sda::DTA.set(&mut self.mem, SDA, caller.transfer_area);
        self.regs.clone_from(&caller.regs);
        self.regs.set_ax(0);
        Outcome::Return
    }
}
