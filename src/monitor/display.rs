//! Has the picture changed? Display memory is compared with what it held at the last look, because
//! programs that wait like to write the same clock again and again.

use crate::mem::{Memory, PAGE_BYTES, PAGE_SIZE};
use crate::types::PhysAddr;

/// First page of display memory, which holds both text buffers, and its pages.
const START: PhysAddr = PhysAddr(0xB0000);
const PAGES: usize = 16;

/// Display memory and registers as they were at the last look.
pub(super) struct DisplayWatch {
    /// The pages that have been written.
    pages: [Option<Box<[u8; PAGE_SIZE]>>; PAGES],
    generation: u64,
}

impl DisplayWatch {
    pub(super) fn new() -> DisplayWatch {
        DisplayWatch { pages: std::array::from_fn(|_| None), generation: 0 }
    }

    /// True if display memory holds other bytes than at the last call, or the display's registers
    /// are of another `generation`.
    pub(super) fn take_changed(&mut self, mem: &mut Memory, generation: u64) -> bool {
        let mut changed = generation != self.generation;
        self.generation = generation;
        for (number, seen) in (0..).zip(&mut self.pages) {
            let at = START.offset(number * PAGE_BYTES);
            if !mem.take_dirty(at, PAGE_BYTES) {
                continue;
            }
            let mut now = [0; PAGE_SIZE];
            mem.read_bytes(at, &mut now);
            if seen.as_deref() != Some(&now) {
                *seen = Some(Box::new(now));
                changed = true;
            }
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_what_is_there_already_is_no_change() {
        let (mut watch, mut mem) = (DisplayWatch::new(), Memory::new(0x10_0000));
        let cell = PhysAddr(0xB8F00);
        mem.write_u16(cell, 0x0741);
        assert!(watch.take_changed(&mut mem, 0));
        assert!(!watch.take_changed(&mut mem, 0), "taken");
        mem.write_u16(cell, 0x0741);
        assert!(!watch.take_changed(&mut mem, 0));
        mem.write_u16(cell, 0x0742);
        assert!(watch.take_changed(&mut mem, 0));
    }

    #[test]
    fn registers_and_both_text_buffers_count_and_other_memory_does_not() {
        let (mut watch, mut mem) = (DisplayWatch::new(), Memory::new(0x10_0000));
        assert!(watch.take_changed(&mut mem, 1));
        for (addr, shows) in [(0xAFFFF, false), (0xB0000, true), (0xBFFFF, true), (0x500, false)] {
            mem.write_u8(PhysAddr(addr), 1);
            assert_eq!(watch.take_changed(&mut mem, 1), shows, "{addr:X}");
        }
    }
}
