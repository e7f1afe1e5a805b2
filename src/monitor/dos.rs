//! The door to the built-in DOS: the same traps as the BIOS's, with entries of their own.

use super::dispatch::Next;
use super::stats::{IdleReason, TrapKind};
use super::vm::{StopReason, Vm};
use crate::cpu::regs::eflags;
use crate::dos::drive::Drive;
use crate::dos::rom::Entry;
use crate::dos::{self, Dos, DosState, Outcome};
use crate::mem::GuestMemory;
use crate::types::{SegOff, Vector, Width, lo16};

impl Vm {
    /// Enters the kernel and does what it asks for.
    pub(super) fn dos_service(&mut self, entry: Entry, mut state: DosState) -> Next {
        self.stats.count(TrapKind::Bios);
        let (mut regs, behind) = (self.cpu.regs(), self.behind_trap());
        tracing::debug!(?entry, ax = format_args!("{:04X}h", regs.ax()), "DOS");
        let mem = GuestMemory::new(&mut self.mem, self.a20);
        let now = self.clock.now(self.cpu.retired());
        let board = &mut self.board;
        let outcome = dos::enter(entry, &mut Dos { regs: &mut regs, mem, state: &mut state, board, now });
        self.board_touched = true;
        self.dos = Some(state);
        if entry == Entry::Boot && self.job().is_some() {
            // What the BIOS has drawn up to here is not the program's.
            self.take_screen_changed();
        }
        regs.eflags = regs.eflags & !(eflags::IOPL | eflags::NT) | eflags::IF;
        self.cpu.set_regs(&regs);
        self.idle.activity(&mut self.mem);
        match outcome {
            Outcome::Return => self.return_from_dos(Next::Go),
            Outcome::Yield => self.return_from_dos(Next::Idle(IdleReason::Dos)),
            Outcome::Wait => {
                self.enable_interrupts(true);
                Next::Idle(IdleReason::Dos)
            }
            Outcome::FarReturn => self.far_return(),
            Outcome::LeaveFlags => {
                self.enable_interrupts(true);
                self.far_return()
            }
            Outcome::FarCall(routine, back) => self.far_call(routine, back),
            Outcome::Next => {
                self.cpu.set_eip(behind);
                self.cpu.begin_emulation();
                Next::Go
            }
            Outcome::Interrupt(vector, back) => self.call_from_dos(Vector(vector), back),
            Outcome::Stop => Next::Stop(StopReason::NoShell),
        }
    }

    /// The drives of the built-in DOS: number, 0 is A:, and drive.
    pub fn dos_drives(&self) -> impl Iterator<Item = (u8, &Drive)> {
        self.dos.iter().flat_map(DosState::drives)
    }

    /// IRET.
    fn return_from_dos(&mut self, next: Next) -> Next {
        match self.iret(Width::Word) {
            Ok(()) => next,
            Err(fault) => self.exception(fault),
        }
    }

    /// RETF.
    fn far_return(&mut self) -> Next {
        match self.cpu.pop_all(&mut self.mem, Width::Word) {
            Ok([ip, cs]) => {
                self.cpu.set_cs_eip(lo16(cs), ip);
                Next::Go
            }
            Err(fault) => self.exception(fault),
        }
    }

    /// Lets the guest's routine run; it returns to the stub of `back`.
    fn far_call(&mut self, routine: SegOff, back: Entry) -> Next {
        let back = back.stub();
        match self.cpu.push_all(&mut self.mem, Width::Word, &[u32::from(back.seg), u32::from(back.off)]) {
            Ok(()) => {
                self.enable_interrupts(true);
                self.cpu.set_cs_eip(routine.seg, u32::from(routine.off));
                Next::Go
            }
            Err(fault) => self.exception(fault),
        }
    }

    /// Lets the guest's handler of `vector` run; it returns to the stub of `back`, with interrupts on.
    fn call_from_dos(&mut self, vector: Vector, back: Entry) -> Next {
        let back = back.stub();
        self.cpu.set_cs_eip(back.seg, u32::from(back.off));
        self.enable_interrupts(true);
        self.note_interrupt(vector.0);
        match self.reflect(vector) {
            Ok(()) => Next::Go,
            Err(reason) => Next::Stop(reason),
        }
    }
}
