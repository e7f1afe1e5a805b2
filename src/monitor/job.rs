//! A program that is run for the host and whose standard output is a terminal: its text goes there as it
//! is, until the program draws on the screen; from then on the screen is what is to be seen.

use super::vm::Vm;
use crate::bios;
use crate::dos::job::Job;
use crate::dos::{Dos, DosState};
use crate::mem::GuestMemory;

/// Functions of INT 10h that put something in a place of the screen. Those that clear it or ask it
/// something are no reason to show it.
const DRAWING: [u8; 6] = [0x02, 0x05, 0x09, 0x0A, 0x0E, 0x13];

impl Vm {
    /// What the built-in DOS runs for the host.
    pub fn job(&mut self) -> Option<&mut Job> {
        self.dos.as_mut().and_then(DosState::job)
    }

    /// A program calls function `function` of INT 10h: the screen must show what was written before.
    pub(super) fn note_job_video(&mut self, function: u8) {
        let by_program = self.dos.as_ref().is_some_and(|dos| !dos.is_busy());
        let hidden = self.job().is_some_and(|job| job.has_hidden_screen());
        if !by_program || !hidden {
            return;
        }
        let drawn = self.take_screen_changed();
        self.print_hidden();
        // What was printed was not drawn by the program.
        self.take_screen_changed();
        if drawn || DRAWING.contains(&function) {
            self.show_job();
        }
    }

    /// Lets the standard handles that are terminals lead to the guest's screen and keyboard.
    pub fn show_job(&mut self) {
        self.print_hidden();
        let Some(mut state) = self.dos.take() else { return };
        let mut regs = self.cpu.regs();
        let mem = GuestMemory::new(&mut self.mem, self.a20);
        let now = self.clock.now(self.cpu.retired());
        let board = &mut self.board;
        Dos { regs: &mut regs, mem, state: &mut state, board, now }.show_job();
        self.dos = Some(state);
    }

    /// Puts text on the screen that has only gone to the host's terminal so far.
    fn print_hidden(&mut self) {
        let text = self.job().map(Job::take_hidden).unwrap_or_default();
        self.with_bios(|bios| bios::print(bios, &text));
    }
}
