//! Which programs run under the guest's DOS, and the code each of them ends with.
//!
//! Any DOS is asked to run a program with INT 21h AH=4Bh and told of its end with INT 21h AH=4Ch, 31h or
//! 00h, INT 20h or INT 27h; all of these trap. That the program is over is seen when DOS returns from the
//! EXEC call, which ends with an IRET: so a debugger whose child ends is not taken for one that ends itself.
//! Programs that end otherwise (Ctrl-C, a critical error, CALL 5, a far call to DOS) are seen at that
//! return too; their code is then what DOS answers to INT 21h AH=4Dh.
//!
//! Gap: what a debugger runs (EXEC of AL=01h, then a jump) is not seen. If resident programs return from
//! EXEC with RETF 2, which does not trap, a program that failed to start or was broken off is not seen.
//!
//! Source: MS-DOS Programmer's Reference, functions 4Bh to 4Dh and interrupts 20h to 24h and 27h.

use std::collections::VecDeque;

use super::vm::Vm;
use crate::clock::VirtTime;
use crate::cpu::regs::{Seg, eflags};
use crate::screen::CodePage;
use crate::types::{PhysAddr, SegOff, hi8, lo8};

/// INT 20h: end of a program.
const INT_TERMINATE: u8 = 0x20;
/// INT 21h: DOS functions.
const INT_DOS: u8 = 0x21;
/// INT 27h: end of a program that stays resident.
const INT_STAY_RESIDENT: u8 = 0x27;
/// AX of EXEC: load and execute.
const EXECUTE: u16 = 0x4B00;

/// Programs that run within each other at most; of more, the outermost are forgotten.
const DEPTH: usize = 32;
/// Ended programs that are remembered.
const HISTORY: usize = 256;
/// Longest path that DOS takes.
const PATH_BYTES: u16 = 128;

/// How a program ended. Source: INT 21h AH=4Dh, the answer in AH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitKind {
    /// It said so.
    Normal,
    /// Broken off with Ctrl-C or Ctrl-Break.
    CtrlC,
    /// Aborted at a critical error.
    CriticalError,
    /// It ended and stays resident.
    Resident,
    /// Nobody asked DOS.
    Unknown,
}

/// A program that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramExit {
    /// Counts the programs that ended since power-on, from 1.
    pub number: u64,
    /// The path that EXEC was given.
    pub name: String,
    /// How it ended.
    pub kind: ExitKind,
    /// The code it ended with; `None` if it did not tell and nobody asked DOS.
    pub code: Option<u8>,
    /// How many programs run around it: its parent, the parent's parent... as far as they were seen to start.
    pub depth: usize,
    /// When it was started.
    pub started: VirtTime,
    /// When it ended.
    pub ended: VirtTime,
}

/// A place that a call returns to, and its stack then.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Return {
    to: SegOff,
    stack: SegOff,
}

struct Running {
    name: String,
    started: VirtTime,
    back: Return,
    /// What it said when it asked DOS to end it.
    ending: Option<(ExitKind, u8)>,
}

/// What is known of the guest's programs.
#[derive(Default)]
pub(super) struct Programs {
    /// Outermost first.
    running: Vec<Running>,
    /// It has ended, and DOS may yet be asked how.
    unsettled: Option<ProgramExit>,
    /// Where INT 21h AH=4Dh returns to, while DOS works on it.
    asked: Option<Return>,
    exits: VecDeque<ProgramExit>,
    count: u64,
}

impl Programs {
    /// After a reset nothing runs any more. What ended before stays known.
    pub(super) fn reset(&mut self) {
        self.settle();
        self.running.clear();
        self.asked = None;
    }

    /// True if a return to `at` may mean something.
    fn await_return_to(&self, at: SegOff) -> bool {
        self.running.iter().map(|program| program.back).chain(self.asked).any(|back| back.to == at)
    }

    fn start(&mut self, name: String, started: VirtTime, back: Return) {
        self.settle();
        // A parent that calls again is back from the call before, though it was not seen to return.
        // Programs of the built-in DOS all call from its ROM, each with a stack of its own.
        let is_same = |top: &Running| top.back.to.seg == back.to.seg && top.back.stack.seg == back.stack.seg;
        if self.running.last().is_some_and(is_same) {
            self.running.pop();
        }
        if self.running.len() >= DEPTH {
            self.running.remove(0);
        }
        self.running.push(Running { name, started, back, ending: None });
    }

    /// The innermost program asks to be ended.
    fn end(&mut self, kind: ExitKind, code: u8) {
        if let Some(top) = self.running.last_mut() {
            top.ending = Some((kind, code));
        }
    }

    /// A call comes from code segment `seg`. If that is the parent of a program that asked to be ended, the
    /// program has.
    fn called_from(&mut self, seg: u16, now: VirtTime) {
        if self.running.last().is_some_and(|top| top.ending.is_some() && top.back.to.seg == seg) {
            self.close(self.running.len() - 1, true, now);
        }
    }

    /// An interrupt returned to `back`; `failed` is the carry flag and `ax` the answer.
    fn returned(&mut self, back: Return, failed: bool, ax: u16, now: VirtTime) {
        if self.asked == Some(back) {
            self.asked = None;
            return self.answered(ax);
        }
        // DOS 2 does not give the stack back as it was.
        let fits = |program: &Running| program.back == back || program.back.to == back.to && program.ending.is_some();
        if let Some(index) = self.running.iter().rposition(fits) {
            self.close(index, !failed, now);
        }
    }

    /// The program at `index` is over, and with it all that it started. `ran`: it was started at all.
    fn close(&mut self, index: usize, ran: bool, now: VirtTime) {
        for depth in (index..self.running.len()).rev() {
            let Some(program) = self.running.pop() else { return };
            let inner = depth > index;
            match program.ending {
                Some((kind, code)) => self.publish(program, depth, (kind, Some(code)), now),
                None if ran || inner => {
                    self.settle();
                    self.unsettled = Some(exit(program, depth, (ExitKind::Unknown, None), now));
                }
                None => {}
            }
        }
    }

    /// DOS has told how the last program ended.
    fn answered(&mut self, ax: u16) {
        if let Some(exit) = &mut self.unsettled {
            exit.code = Some(lo8(u32::from(ax)));
            exit.kind = match hi8(u32::from(ax)) {
                0 => ExitKind::Normal,
                1 => ExitKind::CtrlC,
                2 => ExitKind::CriticalError,
                3 => ExitKind::Resident,
                _ => ExitKind::Unknown,
            };
            self.settle();
        }
    }

    /// Nothing more will be known of the program that ended last.
    pub(super) fn settle(&mut self) {
        if let Some(exit) = self.unsettled.take() {
            self.remember(exit);
        }
    }

    fn publish(&mut self, program: Running, depth: usize, ending: (ExitKind, Option<u8>), now: VirtTime) {
        self.settle();
        self.remember(exit(program, depth, ending, now));
    }

    fn remember(&mut self, exit: ProgramExit) {
        self.count += 1;
        if self.exits.len() >= HISTORY {
            self.exits.pop_front();
        }
        self.exits.push_back(ProgramExit { number: self.count, ..exit });
    }
}

fn exit(program: Running, depth: usize, (kind, code): (ExitKind, Option<u8>), ended: VirtTime) -> ProgramExit {
    ProgramExit { number: 0, name: program.name, kind, code, depth, started: program.started, ended }
}

impl Vm {
    /// The programs that ended, oldest first: the last 256.
    #[must_use]
    pub fn program_exits(&self) -> &VecDeque<ProgramExit> {
        &self.programs.exits
    }

    /// The paths of the programs that run within each other, the innermost last.
    pub fn running_programs(&self) -> impl Iterator<Item = &str> {
        self.programs.running.iter().map(|program| program.name.as_str())
    }

    /// Notes what INT `vector` says of programs. CS:EIP is behind the instruction; nothing is pushed yet.
    #[inline]
    pub(super) fn note_interrupt(&mut self, vector: u8) {
        if matches!(vector, INT_TERMINATE | INT_DOS | INT_STAY_RESIDENT) {
            self.note_dos_call(vector);
        }
    }

    fn note_dos_call(&mut self, vector: u8) {
        let (regs, now) = (self.cpu.regs(), self.now());
        self.programs.called_from(self.cpu.cs(), now);
        let back = Return { to: self.cs_ip(), stack: regs.ss_sp() };
        let code = lo8(u32::from(regs.ax()));
        match (vector, regs.ah()) {
            (INT_TERMINATE, _) | (INT_DOS, 0x00) => self.programs.end(ExitKind::Normal, 0),
            (INT_STAY_RESIDENT, _) => self.programs.end(ExitKind::Resident, 0),
            (_, 0x31) => self.programs.end(ExitKind::Resident, code),
            (_, 0x4B) => {
                self.keep_mouse_driver();
                if regs.ax() == EXECUTE {
                    let name = self.path_at(regs.far(Seg::Ds, regs.dx()));
                    self.programs.start(name, now, back);
                }
            }
            (_, 0x4C) => self.programs.end(ExitKind::Normal, code),
            (_, 0x4D) => self.programs.asked = Some(back),
            _ => {}
        }
    }

    /// Notes that an IRET went to CS:EIP.
    #[inline]
    pub(super) fn note_return(&mut self) {
        let at = self.cs_ip();
        if self.programs.await_return_to(at) {
            let (regs, now) = (self.cpu.regs(), self.now());
            let back = Return { to: at, stack: regs.ss_sp() };
            self.programs.returned(back, regs.eflags & eflags::CF != 0, regs.ax(), now);
        }
    }

    /// The ASCIIZ path at `at`.
    fn path_at(&self, at: SegOff) -> String {
        let byte = |index| self.mem.read_u8(PhysAddr(at.offset(index).linear().0));
        (0..PATH_BYTES).map(byte).take_while(|&byte| byte != 0).map(|byte| CodePage::US.char(byte)).collect()
    }
}
