//! TR6 and TR7, through which a test program writes and looks up entries of the translation
//! lookaside buffer. Source: 80386 PRM §10.6.
//!
//! The buffer has four ways of eight sets, chosen by linear address bits 12–14.
//!
//! Gap: it is a buffer of its own. Entries that the processor makes when it translates are not
//! found in it, and what a program writes to it does not translate.

/// TR6: look up (1) or write (0).
const COMMAND_LOOKUP: u32 = 1 << 0;
/// TR6: linear address, the tag.
const TAG: u32 = 0xFFFF_F000;
/// TR6: the entry is valid.
const VALID: u32 = 1 << 11;
/// TR6: D, U and W, each with its complement in the bit below.
const ATTRIBUTES: [u32; 3] = [9, 7, 5];
/// TR7: a lookup hit; on a write, the way is given by the program.
const HIT: u32 = 1 << 4;
/// TR7: bits 2 and 3 are the way.
const WAY_SHIFT: u32 = 2;
const FRAME: u32 = 0xFFFF_F000;

const WAYS: usize = 4;
const SETS: usize = 8;

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    /// As TR6 holds it: tag, V and attributes.
    tag: u32,
    frame: u32,
}

/// TR6, TR7 and the buffer behind them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TestRegisters {
    command: u32,
    data: u32,
    entries: [[Entry; WAYS]; SETS],
    /// The way that the next write without one of its own takes.
    next_way: usize,
}

impl TestRegisters {
    /// The state after RESET: no entry is valid.
    pub(crate) fn reset() -> TestRegisters {
        TestRegisters { command: 0, data: 0, entries: [[Entry::default(); WAYS]; SETS], next_way: 0 }
    }

    /// TR6 or TR7; the 386 has no others.
    pub(crate) fn read(&self, number: u8) -> u32 {
        match number {
            6 => self.command,
            7 => self.data,
            _ => 0,
        }
    }

    /// Loads TR7, or TR6 and carries out its command.
    pub(crate) fn write(&mut self, number: u8, value: u32) {
        match number {
            6 => {
                self.command = value;
                if value & COMMAND_LOOKUP != 0 { self.look_up() } else { self.store() }
            }
            7 => self.data = value,
            _ => {}
        }
    }

    /// A load of CR3 empties the buffer.
    pub(crate) fn flush(&mut self) {
        self.entries = [[Entry::default(); WAYS]; SETS];
    }

    fn set(&self) -> usize {
        (self.command >> 12) as usize % SETS
    }

    fn store(&mut self) {
        let way = if self.data & HIT != 0 {
            (self.data >> WAY_SHIFT) as usize % WAYS
        } else {
            self.next_way = (self.next_way + 1) % WAYS;
            self.next_way
        };
        let set = self.set();
        self.entries[set][way] = Entry { tag: self.command & !COMMAND_LOOKUP, frame: self.data & FRAME };
    }

    fn look_up(&mut self) {
        let ways = self.entries[self.set()].iter().zip(0u32..);
        let mut hits = ways.filter(|(entry, _)| self.matches(entry));
        self.data = match hits.next() {
            Some((entry, way)) => entry.frame | HIT | way << WAY_SHIFT,
            None => 0,
        };
    }

    fn matches(&self, entry: &Entry) -> bool {
        let same_tag = (entry.tag ^ self.command) & TAG == 0;
        // Each attribute asks for one, for zero, for either or (both bits clear) for neither.
        let attribute = |bit: &u32| {
            self.command >> (bit + 1) & entry.tag >> (bit + 1) & 1 != 0
                || self.command >> bit & entry.tag >> bit & 1 != 0
        };
        entry.tag & VALID != 0 && same_tag && ATTRIBUTES.iter().all(attribute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIRTY: u32 = 1 << 10;
    const CLEAN: u32 = 1 << 9;
    /// U and W set.
    const OPEN: u32 = 1 << 8 | 1 << 6;

    fn written(tag: u32, frame: u32, way: u32) -> TestRegisters {
        let mut test = TestRegisters::reset();
        test.write(7, frame | HIT | way << WAY_SHIFT);
        test.write(6, tag | VALID | OPEN | DIRTY);
        test
    }

    #[test]
    fn an_entry_that_was_written_is_found_with_its_frame_and_way() {
        let mut test = written(0x1234_5000, 0x0009_8000, 2);
        test.write(6, 0x1234_5000 | OPEN | DIRTY | COMMAND_LOOKUP);
        assert_eq!(test.read(7), 0x0009_8000 | HIT | 2 << WAY_SHIFT);
    }

    #[test]
    fn another_address_or_attribute_misses() {
        for probe in [0x1234_6000 | OPEN | DIRTY, 0x2234_5000 | OPEN | DIRTY, 0x1234_5000 | OPEN | CLEAN] {
            let mut test = written(0x1234_5000, 0x0009_8000, 2);
            test.write(6, probe | COMMAND_LOOKUP);
            assert_eq!(test.read(7) & HIT, 0, "{probe:X}");
        }
    }

    #[test]
    fn both_bits_of_an_attribute_match_either_value_and_none_matches_nothing() {
        let mut test = written(0x5000, 0x8000, 0);
        test.write(6, 0x5000 | OPEN | DIRTY | CLEAN | COMMAND_LOOKUP);
        assert_ne!(test.read(7) & HIT, 0);
        test.write(6, 0x5000 | OPEN | COMMAND_LOOKUP);
        assert_eq!(test.read(7) & HIT, 0);
    }

    #[test]
    fn four_entries_of_a_set_live_side_by_side_without_a_way_given() {
        let mut test = TestRegisters::reset();
        for page in 0..4 {
            test.write(7, page << 20);
            test.write(6, page << 16 | VALID | OPEN | DIRTY);
        }
        for page in 0..4 {
            test.write(6, page << 16 | OPEN | DIRTY | COMMAND_LOOKUP);
            assert_eq!(test.read(7) & (FRAME | HIT), page << 20 | HIT);
        }
        test.flush();
        test.write(6, OPEN | DIRTY | COMMAND_LOOKUP);
        assert_eq!(test.read(7) & HIT, 0);
    }
}
