//! The debug registers: breakpoints, and what DR6 reports of them. Source: 80386 PRM §12.2, §12.3.
//!
//! A debug *fault* (an instruction breakpoint, an access to a guarded register) is raised before its
//! instruction. A debug *trap* (single step, data breakpoint, task switch with the T bit) is noted
//! while the instruction runs, held in [`Debug`] and raised before the next one. While nothing is
//! armed and nothing noted, blocks run without a look at any of this (see `stepping`).

use super::core::Core;
use super::fault::Fault;
use super::regs::eflags::RF;
use crate::mem::Memory;
use crate::types::LinearAddr;

/// DR6 bits. The processor sets them and never clears one.
pub(crate) mod dr6 {
    /// B0–B3: the conditions of DR0–DR3.
    pub(crate) const BREAKPOINTS: u32 = 0xF;
    /// BD: the instruction was about to access a debug register under [`super::dr7::GD`].
    pub(crate) const BD: u32 = 1 << 13;
    /// BS: single step.
    pub(crate) const BS: u32 = 1 << 14;
    /// BT: the task switched to has its T bit set.
    pub(crate) const BT: u32 = 1 << 15;
    /// The bits that a program can change; the others read as [`FIXED`].
    pub(super) const WRITABLE: u32 = BREAKPOINTS | BD | BS | BT | 1 << 12;
    /// Reserved bits that read as ones.
    pub(super) const FIXED: u32 = 0xFFFF_0FF0;
    /// After RESET.
    pub(super) const RESET: u32 = FIXED | 1 << 12;
}

/// DR7 bits.
pub(crate) mod dr7 {
    /// L0–L3 and LE, which a task switch clears.
    pub(crate) const LOCAL: u32 = 0x155;
    /// G0–G3 and L0–L3: two bits for each breakpoint.
    pub(super) const ENABLES: u32 = 0xFF;
    /// GD: an access to a debug register is a debug fault. Cleared when the fault is raised.
    pub(crate) const GD: u32 = 1 << 13;
    /// A reserved bit that reads as one.
    pub(super) const FIXED: u32 = 1 << 10;
}

/// What a breakpoint waits for: the R/W field of DR7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Execute,
    Write,
    /// Reserved on a 386: never matches.
    Undefined,
    Access,
}

/// DR0–DR7 and the debug traps that have been noted but not yet raised.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Debug {
    address: [u32; 4],
    dr6: u32,
    dr7: u32,
    /// DR6 bits of the instruction that executes: dropped if it faults.
    noted: u32,
    /// DR6 bits of completed instructions that no exception has reported yet.
    pending: u32,
    /// A breakpoint is enabled or a trap waits to be raised: instructions execute one at a time.
    busy: bool,
    /// A data breakpoint is enabled: no access may bypass [`Debug::note_access`].
    watching: bool,
}

impl Debug {
    /// The state after RESET.
    pub(crate) fn reset() -> Debug {
        Debug { address: [0; 4], dr6: dr6::RESET, dr7: dr7::FIXED, noted: 0, pending: 0, busy: false, watching: false }
    }

    /// True while instructions must execute one at a time.
    #[inline(always)]
    pub(crate) fn busy(&self) -> bool {
        self.busy
    }

    /// True while a data breakpoint is enabled.
    #[inline(always)]
    pub(crate) fn watching(&self) -> bool {
        self.watching
    }

    /// True while a debug trap waits to be raised.
    pub(crate) fn traps_pending(&self) -> bool {
        self.pending | self.noted != 0
    }

    /// DRn. DR4 and DR5 are DR6 and DR7 on a 386.
    pub(crate) fn read(&self, number: u8) -> u32 {
        match number & 7 {
            4 | 6 => self.dr6,
            5 | 7 => self.dr7,
            breakpoint => self.address[usize::from(breakpoint & 3)],
        }
    }

    fn write(&mut self, number: u8, value: u32) {
        match number & 7 {
            4 | 6 => self.dr6 = value & dr6::WRITABLE | dr6::FIXED,
            5 | 7 => self.dr7 = value | dr7::FIXED,
            breakpoint => self.address[usize::from(breakpoint & 3)] = value,
        }
        self.rearm();
    }

    fn rearm(&mut self) {
        self.watching = (0..4).any(|n| self.enabled() & 1 << n != 0 && self.kind(n).is_data());
        self.busy = self.enabled() | self.pending | self.noted != 0;
    }

    /// Bit n set: breakpoint n is enabled, locally or globally.
    fn enabled(&self) -> u32 {
        let pairs = self.dr7 & dr7::ENABLES;
        (0..4).filter(|n| pairs >> (2 * n) & 3 != 0).map(|n| 1 << n).sum()
    }

    fn kind(&self, number: u32) -> Kind {
        match self.dr7 >> (16 + 4 * number) & 3 {
            0 => Kind::Execute,
            1 => Kind::Write,
            2 => Kind::Undefined,
            _ => Kind::Access,
        }
    }

    /// First and last byte of data breakpoint `number`: its length aligns its address.
    fn range(&self, number: u32) -> (u32, u32) {
        let length = self.dr7 >> (18 + 4 * number) & 3;
        // Length 2 is undefined; taken as one byte.
        let mask = if length == 2 { 0 } else { length };
        let first = self.address[number as usize & 3] & !mask;
        (first, first + mask)
    }

    /// The conditions that `test` finds true, if one of them is enabled. The 386 reports those that
    /// are not enabled along with it. Source: 386 DX data sheet, §2.12.3.3.
    fn matching(&self, test: impl Fn(u32) -> bool) -> u32 {
        let found = (0..4).filter(|&n| test(n)).map(|n| 1 << n).sum::<u32>();
        if found & self.enabled() != 0 { found } else { 0 }
    }

    /// DR6 bits of the instruction breakpoints at `at`; zero unless one is enabled.
    pub(crate) fn instruction_hits(&self, at: LinearAddr) -> u32 {
        self.matching(|n| self.kind(n) == Kind::Execute && self.address[n as usize & 3] == at.0)
    }

    /// True if an instruction breakpoint is enabled.
    pub(crate) fn breaks_on_execution(&self) -> bool {
        (0..4).any(|n| self.enabled() & 1 << n != 0 && self.kind(n) == Kind::Execute)
    }

    /// Notes the data breakpoints that an access touches with any byte.
    pub(crate) fn note_access(&mut self, at: LinearAddr, bytes: u32, write: bool) {
        let last = at.0.wrapping_add(bytes - 1);
        let hits = self.matching(|n| {
            let (first, end) = self.range(n);
            let kind = self.kind(n);
            let touched = if at.0 <= last { at.0 <= end && first <= last } else { at.0 <= end || first <= last };
            touched && (kind == Kind::Access || write && kind == Kind::Write)
        });
        self.noted |= hits;
    }

    /// Reports `bits` of [`dr6`] in a debug trap before the next instruction.
    pub(crate) fn pend(&mut self, bits: u32) {
        self.pending |= bits;
        self.rearm();
    }

    /// Takes back what [`Debug::pend`] has noted.
    pub(crate) fn cancel(&mut self, bits: u32) {
        self.pending &= !bits;
        self.rearm();
    }

    /// The instruction is complete: what it has noted is to be reported.
    pub(crate) fn commit(&mut self) {
        let noted = std::mem::take(&mut self.noted);
        self.pend(noted);
    }

    /// The instruction faulted or starts over: what it has noted did not happen.
    pub(crate) fn discard(&mut self) {
        self.noted = 0;
        self.rearm();
    }

    /// Reports in DR6 what is pending; true if that is to be raised.
    pub(crate) fn take_trap(&mut self) -> bool {
        let bits = std::mem::take(&mut self.pending);
        self.dr6 |= bits;
        self.rearm();
        bits != 0
    }

    /// Reports `bits` in DR6 for a debug fault.
    pub(crate) fn report(&mut self, bits: u32) {
        self.dr6 |= bits;
    }

    /// True if an access to a debug register is a debug fault now.
    fn guarded(&self) -> bool {
        self.dr7 & dr7::GD != 0
    }

    /// The debug exception is being delivered: its handler may access the debug registers.
    pub(crate) fn enter_handler(&mut self) {
        self.dr7 &= !dr7::GD;
    }
}

impl Kind {
    fn is_data(self) -> bool {
        matches!(self, Kind::Write | Kind::Access)
    }
}

impl Core {
    /// Loads DRn. While a data breakpoint is enabled, the translation cache stays empty, so that every
    /// access takes the slow path, which looks at the breakpoints.
    pub(crate) fn write_debug(&mut self, mem: &mut Memory, number: u8, value: u32) {
        self.debug.write(number, value);
        if self.debug.watching() {
            mem.flush_translations();
        }
        self.unlink();
    }

    /// #DB with DR6.BD if DR7.GD guards the debug registers.
    pub(crate) fn check_debug_guard(&mut self) -> Result<(), Fault> {
        if !self.debug.guarded() {
            return Ok(());
        }
        self.debug.report(dr6::BD);
        self.debug.enter_handler();
        self.flags.set_system(RF, true);
        Err(Fault::DEBUG)
    }

    /// The last act of a task switch: local breakpoints end, and a new task whose T bit is set traps
    /// before its first instruction. Source: 80386 PRM §12.3.1.5.
    pub(crate) fn debug_task_switch(&mut self, trap_bit: bool) {
        let dr7 = self.debug.read(7) & !dr7::LOCAL;
        self.debug.write(7, dr7);
        if trap_bit {
            self.debug.pend(dr6::BT);
        }
    }
}

#[cfg(test)]
mod tests;
