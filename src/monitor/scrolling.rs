//! The rows that scroll off the guest's screen. What the BIOS scrolls it reports itself; for the
//! others the picture is looked at now and then while the guest executes, and when it waits.

use super::vm::Vm;
use crate::screen::Scrollback;
use crate::screen::scrolling::{ScrollWatch, TextRows};
use crate::types::PhysAddr;

/// Least instructions between two looks, and at most twice as many: few enough that a program that
/// scrolls by itself has not moved the picture by a screenful.
const LOOK_INSTRUCTIONS: u64 = 8192;
/// Display memory of the text modes.
const DISPLAY: (PhysAddr, u32) = (PhysAddr(0xB0000), 0x10000);

/// When the picture is looked at, and what was seen.
pub(super) struct ScrollLooks {
    watch: ScrollWatch,
    /// Instruction count of the next look.
    next: u64,
    /// Where the sequence of numbers stands that makes the looks irregular.
    spread: u32,
    /// Display memory was written since the last look, though its marks say otherwise.
    written: bool,
    /// Display registers at the last look.
    generation: u64,
    /// Rows that had scrolled off at the last look.
    total: u64,
}

impl ScrollLooks {
    /// Looks at nothing: there is no room for rows yet.
    pub(super) fn new() -> ScrollLooks {
        ScrollLooks { watch: ScrollWatch::default(), next: u64::MAX, spread: 1, written: true, generation: 0, total: 0 }
    }

    /// Puts the next look some time after `retired` instructions: never in step with a program that
    /// scrolls all the time, which would be caught in the middle of a move again and again.
    fn schedule(&mut self, retired: u64) {
        // Source: Numerical Recipes, the quick linear congruential generator.
        self.spread = self.spread.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.next = retired + LOOK_INSTRUCTIONS + u64::from(self.spread >> 19);
    }

    /// Instructions until the next look, when `retired` have been executed.
    pub(super) fn room(&self, retired: u64) -> u64 {
        self.next.saturating_sub(retired).max(1)
    }

    /// True if a look is due.
    pub(super) fn due(&self, retired: u64) -> bool {
        retired >= self.next
    }

    /// Somebody else takes the marks of written display memory.
    pub(super) fn note_written(&mut self) {
        self.written = true;
    }
}

impl Vm {
    /// Keeps the newest `rows` rows that scroll off the screen; with none, nothing is looked at.
    pub fn set_scrollback_limit(&mut self, rows: usize) {
        self.bios.scrollback.set_limit(rows);
        match rows {
            0 => self.looks.next = u64::MAX,
            _ => self.looks.schedule(self.cpu.retired()),
        }
    }

    /// The rows that have scrolled off the screen so far.
    pub fn scrollback(&mut self) -> &Scrollback {
        self.look_for_scrolling();
        &self.bios.scrollback
    }

    /// The rows that are known to have scrolled off: those since the last look are missing.
    #[must_use]
    pub fn scrolled_off(&self) -> &Scrollback {
        &self.bios.scrollback
    }

    /// All rows of the picture scroll off, because the machine is reset.
    pub(super) fn scroll_picture_off(&mut self) {
        self.look_for_scrolling();
        let mut picture = TextRows::default();
        if self.board.text_rows(&self.mem, &mut picture) {
            picture.used().for_each(|row| self.bios.scrollback.push(row));
        }
        let looks = &mut self.looks;
        (looks.watch, looks.written) = (ScrollWatch::default(), true);
        looks.total = self.bios.scrollback.total();
    }

    /// The look that is due after some time of execution.
    pub(super) fn scheduled_look(&mut self) {
        self.looks.schedule(self.cpu.retired());
        self.look_for_scrolling();
    }

    /// Looks at the picture, if it may have changed since the last look.
    pub(super) fn look_for_scrolling(&mut self) {
        let looks = &mut self.looks;
        let generation = self.board.display_generation();
        let changed = looks.written || looks.generation != generation || self.mem.is_dirty(DISPLAY.0, DISPLAY.1);
        if self.bios.scrollback.limit() == 0 || !changed {
            return;
        }
        (looks.written, looks.generation) = (false, generation);
        let (mem, board, scrollback) = (&self.mem, &self.board, &mut self.bios.scrollback);
        let reported = usize::try_from(scrollback.total() - looks.total).unwrap_or(usize::MAX);
        looks.watch.look(reported, |out| board.text_rows(mem, out), |row| scrollback.push(row));
        looks.total = scrollback.total();
    }
}
