//! The chain of memory control blocks: who owns which paragraphs.
//!
//! A block is a paragraph with a signature (M, Z for the last), the owner's PSP, the size in
//! paragraphs behind it, and the owner's name. The chain is the guest's to damage: every walk is
//! bounded and checks signatures.
//!
//! Source: RBIL, INT 21h/AH=52h, "Format of DOS memory control block".

use super::error::DosError;
use super::field::{Byte, Word};
use crate::mem::GuestMemory;
use crate::types::SegOff;

const SIGNATURE: Byte = Byte(0x00);
const OWNER: Word = Word(0x01);
const PARAGRAPHS: Word = Word(0x03);
const NAME: u16 = 0x08;
const NAME_BYTES: usize = 8;

const MORE: u8 = b'M';
const LAST: u8 = b'Z';

/// Owner of a free block.
pub(super) const FREE: u16 = 0x0000;
/// Owner of DOS's own blocks.
pub(super) const DOS: u16 = 0x0008;
/// Above this lies display memory, and then upper memory.
const UPPER_START: u16 = 0xA000;
/// Blocks that a chain may have: one in each paragraph.
const MOST_BLOCKS: usize = 0x1_0000;

/// Which free block a request gets, of those it fits in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Strategy {
    /// The lowest that is large enough.
    #[default]
    First,
    /// The smallest that is large enough.
    Best,
    /// The upper end of the highest that is large enough.
    Last,
}

impl Strategy {
    /// The strategy that programs call `number`.
    pub(super) fn numbered(number: u16) -> Option<Strategy> {
        [Strategy::First, Strategy::Best, Strategy::Last].into_iter().find(|&strategy| strategy as u16 == number)
    }
}

/// Which part of the memory a request is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Zone {
    /// All that is linked.
    #[default]
    Any,
    /// Above the display memory.
    Upper,
}

impl Zone {
    fn holds(self, block: &Block) -> bool {
        self == Zone::Any || block.at > UPPER_START
    }
}

/// Which block a request gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) strategy: Strategy,
    pub(super) zone: Zone,
}

impl From<Strategy> for Choice {
    fn from(strategy: Strategy) -> Choice {
        Choice { strategy, zone: Zone::Any }
    }
}

/// One memory control block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Segment of the control block; the memory begins one paragraph behind it.
    pub(super) at: u16,
    /// The owner's PSP.
    pub(super) owner: u16,
    /// Paragraphs behind the control block.
    pub(super) paragraphs: u16,
    last: bool,
}

impl Block {
    /// Segment of the memory.
    pub(super) fn memory(self) -> u16 {
        self.at.wrapping_add(1)
    }

    /// Segment behind the memory.
    fn end(self) -> u32 {
        u32::from(self.at) + 1 + u32::from(self.paragraphs)
    }

    fn read(mem: &GuestMemory<'_>, at: u16) -> Result<Block, DosError> {
        let base = SegOff::new(at, 0);
        let last = match SIGNATURE.get(mem, base) {
            MORE => false,
            LAST => true,
            _ => return Err(DosError::MemoryDestroyed),
        };
        let block = Block { at, owner: OWNER.get(mem, base), paragraphs: PARAGRAPHS.get(mem, base), last };
        // What comes behind it has a segment.
        if block.end() > u32::from(u16::MAX) { Err(DosError::MemoryDestroyed) } else { Ok(block) }
    }

    fn write(self, mem: &mut GuestMemory<'_>) {
        let base = SegOff::new(self.at, 0);
        SIGNATURE.set(mem, base, if self.last { LAST } else { MORE });
        OWNER.set(mem, base, self.owner);
        PARAGRAPHS.set(mem, base, self.paragraphs);
    }
}

/// A chain of memory control blocks, by the segment of its first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    pub(super) first: u16,
    /// Segment of the block between conventional and upper memory, if there is upper memory.
    pub(super) upper: Option<u16>,
}

impl Chain {
    /// Makes one free block of the paragraphs from `first` up to `end`.
    pub(super) fn create(mem: &mut GuestMemory<'_>, first: u16, end: u16) -> Chain {
        Block { at: first, owner: FREE, paragraphs: end.saturating_sub(first + 1), last: true }.write(mem);
        Chain { first, upper: None }
    }

    /// Every block. *Errors*: the chain is damaged.
    pub(super) fn blocks(self, mem: &GuestMemory<'_>) -> Result<Vec<Block>, DosError> {
        blocks_from(mem, self.first)
    }

    /// Every block, and those of upper memory whether they are linked or not.
    fn all_blocks(self, mem: &GuestMemory<'_>) -> Result<Vec<Block>, DosError> {
        let mut blocks = self.blocks(mem)?;
        if let Some(upper) = self.upper.filter(|&upper| blocks.iter().all(|block| block.at != upper)) {
            blocks.extend(blocks_from(mem, upper)?);
        }
        Ok(blocks)
    }

    /// Gives the chain upper memory from `start` up to `end`, not linked to the rest: behind conventional memory
    /// comes a block of DOS's own over everything that is not memory.
    pub(super) fn with_upper(self, mem: &mut GuestMemory<'_>, start: u16, end: u16) -> Result<Chain, DosError> {
        let last = self.blocks(mem)?.pop().ok_or(DosError::MemoryDestroyed)?;
        let bridge = u16::try_from(last.end() - 1).map_err(|_| DosError::MemoryDestroyed)?;
        Block { paragraphs: last.paragraphs.saturating_sub(1), ..last }.write(mem);
        Block { at: bridge, owner: DOS, paragraphs: start.saturating_sub(bridge + 1), last: false }.write(mem);
        mem.write_bytes(SegOff::new(bridge, NAME), b"SC\0\0\0\0\0\0");
        Block { at: start, owner: FREE, paragraphs: end.saturating_sub(start + 1), last: true }.write(mem);
        clear_name(mem, start);
        Ok(Chain { upper: Some(bridge), ..self })
    }

    /// The block in front of upper memory.
    fn last_conventional(self, mem: &GuestMemory<'_>) -> Option<Block> {
        let bridge = self.upper?;
        self.blocks(mem).ok()?.into_iter().find(|block| block.end() == u32::from(bridge))
    }

    /// True if upper memory is part of the chain.
    pub(super) fn is_linked(self, mem: &GuestMemory<'_>) -> bool {
        self.last_conventional(mem).is_some_and(|block| !block.last)
    }

    /// Makes upper memory part of the chain, or takes it out. *Errors*: there is none, or the chain is damaged.
    pub(super) fn link(self, mem: &mut GuestMemory<'_>, linked: bool) -> Result<(), DosError> {
        let upper = self.upper.ok_or(DosError::InvalidFunction)?;
        blocks_from(mem, upper)?;
        let block = self.last_conventional(mem).ok_or(DosError::MemoryDestroyed)?;
        Block { last: !linked, ..block }.write(mem);
        Ok(())
    }

    /// Paragraphs of the largest free block of a zone.
    pub(super) fn largest(self, mem: &mut GuestMemory<'_>, zone: Zone) -> Result<u16, DosError> {
        self.join_free(mem)?;
        let free = self.blocks(mem)?.into_iter().filter(|block| block.owner == FREE && zone.holds(block));
        Ok(free.map(|block| block.paragraphs).max().unwrap_or(0))
    }

    /// Allocates `paragraphs` for `owner` and returns the memory's segment.
    ///
    /// *Errors*: the size of the largest free block along with why there is no room.
    pub(super) fn allocate(
        self,
        mem: &mut GuestMemory<'_>,
        paragraphs: u16,
        owner: u16,
        choice: impl Into<Choice>,
    ) -> Result<u16, (DosError, u16)> {
        let Choice { strategy, zone } = choice.into();
        self.join_free(mem).map_err(|error| (error, 0))?;
        let blocks = self.blocks(mem).map_err(|error| (error, 0))?;
        let free = blocks.iter().filter(|block| block.owner == FREE && zone.holds(block));
        let mut fits = free.clone().filter(|block| block.paragraphs >= paragraphs);
        let chosen = match strategy {
            Strategy::First => fits.next(),
            Strategy::Best => fits.min_by_key(|block| block.paragraphs),
            Strategy::Last => fits.next_back(),
        };
        let Some(&block) = chosen else {
            let largest = free.map(|block| block.paragraphs).max().unwrap_or(0);
            return Err((DosError::NotEnoughMemory, largest));
        };
        let taken = if strategy == Strategy::Last && block.paragraphs > paragraphs {
            let rest = block.paragraphs - paragraphs - 1;
            split(mem, block, rest).unwrap_or(block)
        } else {
            // Without room for another control block there is nothing to split off.
            let _ = split(mem, block, paragraphs);
            Block::read(mem, block.at).map_err(|error| (error, 0))?
        };
        Block { owner, ..taken }.write(mem);
        clear_name(mem, taken.at);
        Ok(taken.memory())
    }

    /// Frees the block whose memory begins at `segment`.
    pub(super) fn free(self, mem: &mut GuestMemory<'_>, segment: u16) -> Result<(), DosError> {
        let block = self.find(mem, segment)?;
        Block { owner: FREE, ..block }.write(mem);
        Ok(())
    }

    /// Makes the block whose memory begins at `segment` as large as asked for.
    ///
    /// *Errors*: how large it can become along with why; it then has that size, as in DOS.
    pub(super) fn resize(
        self,
        mem: &mut GuestMemory<'_>,
        segment: u16,
        paragraphs: u16,
    ) -> Result<(), (DosError, u16)> {
        let block = self.find(mem, segment).map_err(|error| (error, 0))?;
        let grown = absorb(mem, block).map_err(|error| (error, 0))?;
        grown.write(mem);
        if grown.paragraphs < paragraphs {
            return Err((DosError::NotEnoughMemory, grown.paragraphs));
        }
        let _ = split(mem, grown, paragraphs);
        Ok(())
    }

    /// Frees every block of `owner`.
    pub(super) fn free_all(self, mem: &mut GuestMemory<'_>, owner: u16) -> Result<(), DosError> {
        for block in self.all_blocks(mem)? {
            if block.owner == owner {
                Block { owner: FREE, ..block }.write(mem);
            }
        }
        Ok(())
    }

    /// Gives the block whose memory begins at `segment` to `owner`, under `name`.
    pub(super) fn assign(
        self,
        mem: &mut GuestMemory<'_>,
        segment: u16,
        owner: u16,
        name: Option<&[u8]>,
    ) -> Result<(), DosError> {
        let block = self.find(mem, segment)?;
        Block { owner, ..block }.write(mem);
        if let Some(name) = name {
            clear_name(mem, block.at);
            mem.write_bytes(SegOff::new(block.at, NAME), &name[..name.len().min(NAME_BYTES)]);
        }
        Ok(())
    }

    fn find(self, mem: &GuestMemory<'_>, segment: u16) -> Result<Block, DosError> {
        let blocks = self.all_blocks(mem)?;
        blocks.into_iter().find(|block| block.memory() == segment).ok_or(DosError::InvalidMemoryBlock)
    }

    /// Makes one block of free blocks that follow each other.
    fn join_free(self, mem: &mut GuestMemory<'_>) -> Result<(), DosError> {
        let mut at = self.first;
        for _ in 0..MOST_BLOCKS {
            let block = Block::read(mem, at)?;
            let joined = if block.owner == FREE { absorb(mem, block)? } else { block };
            if joined != block {
                joined.write(mem);
            }
            let block = joined;
            if block.last {
                return Ok(());
            }
            at = u16::try_from(block.end()).map_err(|_| DosError::MemoryDestroyed)?;
        }
        Err(DosError::MemoryDestroyed)
    }
}

/// Every block from the one at `first` on. *Errors*: the chain is damaged.
fn blocks_from(mem: &GuestMemory<'_>, first: u16) -> Result<Vec<Block>, DosError> {
    let mut blocks = Vec::new();
    let mut at = first;
    while blocks.len() < MOST_BLOCKS {
        let block = Block::read(mem, at)?;
        blocks.push(block);
        if block.last {
            return Ok(blocks);
        }
        at = u16::try_from(block.end()).map_err(|_| DosError::MemoryDestroyed)?;
    }
    Err(DosError::MemoryDestroyed)
}

/// `block` with the free blocks right behind it.
fn absorb(mem: &GuestMemory<'_>, mut block: Block) -> Result<Block, DosError> {
    while !block.last {
        let at = u16::try_from(block.end()).map_err(|_| DosError::MemoryDestroyed)?;
        let next = Block::read(mem, at)?;
        if next.owner != FREE {
            break;
        }
        let joined = u32::from(block.paragraphs) + 1 + u32::from(next.paragraphs);
        block.paragraphs = u16::try_from(joined).map_err(|_| DosError::MemoryDestroyed)?;
        block.last = next.last;
    }
    Ok(block)
}

/// Leaves `block` with `paragraphs` and makes a free block of the rest, which is returned; `None`
/// if there is no rest.
fn split(mem: &mut GuestMemory<'_>, block: Block, paragraphs: u16) -> Option<Block> {
    let rest = block.paragraphs.checked_sub(paragraphs)?.checked_sub(1)?;
    let at = block.memory().wrapping_add(paragraphs);
    let upper = Block { at, owner: FREE, paragraphs: rest, last: block.last };
    upper.write(mem);
    Block { paragraphs, last: false, ..block }.write(mem);
    Some(upper)
}

fn clear_name(mem: &mut GuestMemory<'_>, at: u16) {
    mem.write_bytes(SegOff::new(at, NAME), &[0; NAME_BYTES]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::Memory;

    /// A chain over 256 paragraphs from segment 1000h on.
    fn with_chain(test: impl FnOnce(&mut GuestMemory<'_>, Chain)) {
        let mut memory = Memory::new(1 << 20);
        let mut mem = GuestMemory::new(&mut memory, false);
        let chain = Chain::create(&mut mem, 0x1000, 0x1100);
        test(&mut mem, chain);
    }

    fn sizes(mem: &GuestMemory<'_>, chain: Chain) -> Vec<(u16, u16)> {
        chain.blocks(mem).unwrap().iter().map(|block| (block.owner, block.paragraphs)).collect()
    }

    #[test]
    fn a_request_is_cut_from_the_lower_end() {
        with_chain(|mem, chain| {
            assert_eq!(chain.allocate(mem, 0x10, 0x77, Strategy::First), Ok(0x1001));
            assert_eq!(sizes(mem, chain), [(0x77, 0x10), (FREE, 0xEE)]);
        });
    }

    #[test]
    fn last_fit_cuts_from_the_upper_end() {
        with_chain(|mem, chain| {
            assert_eq!(chain.allocate(mem, 0x10, 0x77, Strategy::Last), Ok(0x10F0));
            assert_eq!(sizes(mem, chain), [(FREE, 0xEE), (0x77, 0x10)]);
        });
    }

    #[test]
    fn best_fit_takes_the_smallest_hole() {
        with_chain(|mem, chain| {
            let wide = chain.allocate(mem, 0x40, 1, Strategy::First).unwrap();
            chain.allocate(mem, 1, 1, Strategy::First).unwrap();
            let narrow = chain.allocate(mem, 0x20, 1, Strategy::First).unwrap();
            chain.allocate(mem, 1, 1, Strategy::First).unwrap();
            chain.free(mem, wide).unwrap();
            chain.free(mem, narrow).unwrap();
            assert_eq!(chain.allocate(mem, 0x18, 2, Strategy::Best), Ok(narrow));
            assert_eq!(chain.allocate(mem, 0x18, 2, Strategy::First), Ok(wide));
        });
    }

    #[test]
    fn what_does_not_fit_is_told_how_much_would() {
        with_chain(|mem, chain| {
            chain.allocate(mem, 0x10, 1, Strategy::First).unwrap();
            let refused = chain.allocate(mem, 0xFFFF, 1, Strategy::First);
            assert_eq!(refused, Err((DosError::NotEnoughMemory, 0xEE)));
        });
    }

    #[test]
    fn a_block_grows_into_free_memory_and_no_further() {
        with_chain(|mem, chain| {
            let low = chain.allocate(mem, 0x10, 1, Strategy::First).unwrap();
            let middle = chain.allocate(mem, 0x10, 2, Strategy::First).unwrap();
            chain.allocate(mem, 0x10, 3, Strategy::First).unwrap();
            chain.free(mem, middle).unwrap();
            assert_eq!(chain.resize(mem, low, 0x18), Ok(()));
            assert_eq!(chain.resize(mem, low, 0x40), Err((DosError::NotEnoughMemory, 0x21)));
            assert_eq!(sizes(mem, chain)[0], (1, 0x21));
            assert_eq!(chain.resize(mem, low, 1), Ok(()));
            assert_eq!(sizes(mem, chain)[..2], [(1, 1), (FREE, 0x1F)]);
        });
    }

    #[test]
    fn all_blocks_of_a_process_are_freed_at_once() {
        with_chain(|mem, chain| {
            for owner in [1, 2, 1] {
                chain.allocate(mem, 4, owner, Strategy::First).unwrap();
            }
            chain.free_all(mem, 1).unwrap();
            assert_eq!(sizes(mem, chain), [(FREE, 4), (2, 4), (FREE, 4), (FREE, 0xF0)]);
        });
    }

    /// A chain with upper memory at C000h.
    fn with_upper(test: impl FnOnce(&mut GuestMemory<'_>, Chain)) {
        with_chain(|mem, chain| {
            let chain = chain.with_upper(mem, 0xC000, 0xC100).unwrap();
            test(mem, chain);
        });
    }

    const UPPER: Choice = Choice { strategy: Strategy::First, zone: Zone::Upper };

    #[test]
    fn upper_memory_is_there_once_it_is_linked() {
        with_upper(|mem, chain| {
            assert_eq!(sizes(mem, chain), [(FREE, 0xFE)]);
            assert!(chain.allocate(mem, 1, 7, UPPER).is_err());
            chain.link(mem, true).unwrap();
            assert_eq!(sizes(mem, chain), [(FREE, 0xFE), (DOS, 0xC000 - 0x1100), (FREE, 0xFF)]);
            assert_eq!(chain.allocate(mem, 1, 7, UPPER), Ok(0xC001));
            assert_eq!(chain.allocate(mem, 1, 7, Strategy::First), Ok(0x1001));
            assert!(chain.is_linked(mem));
            chain.link(mem, false).unwrap();
            assert!(!chain.is_linked(mem));
        });
    }

    #[test]
    fn upper_blocks_are_freed_with_their_owner_though_they_are_not_linked() {
        with_upper(|mem, chain| {
            chain.link(mem, true).unwrap();
            let high = chain.allocate(mem, 1, 7, UPPER).unwrap();
            chain.link(mem, false).unwrap();
            chain.assign(mem, high, 9, None).unwrap();
            chain.free_all(mem, 9).unwrap();
            chain.link(mem, true).unwrap();
            assert_eq!(chain.largest(mem, Zone::Upper), Ok(0xFF));
        });
    }

    #[test]
    fn a_damaged_chain_is_an_error_not_a_hang() {
        with_chain(|mem, chain| {
            chain.allocate(mem, 4, 1, Strategy::First).unwrap();
            mem.write_u8(SegOff::new(0x1005, 0), b'?');
            assert_eq!(chain.allocate(mem, 1, 1, Strategy::First), Err((DosError::MemoryDestroyed, 0)));
            // A block of 65,535 paragraphs leads beyond the end of memory.
            mem.write_u8(SegOff::new(0x1005, 0), b'M');
            mem.write_u16(SegOff::new(0x1005, 3), 0xFFFF);
            assert_eq!(chain.free(mem, 0x2000), Err(DosError::MemoryDestroyed));
        });
    }

    #[test]
    fn a_last_block_that_leads_beyond_the_end_of_memory_is_no_block() {
        with_chain(|mem, chain| {
            mem.write_u16(SegOff::new(0x1000, 3), 0xFFFF);
            assert_eq!(chain.largest(mem, Zone::Any), Err(DosError::MemoryDestroyed));
        });
    }

    #[test]
    fn only_the_start_of_a_block_can_be_freed() {
        with_chain(|mem, chain| {
            chain.allocate(mem, 4, 1, Strategy::First).unwrap();
            assert_eq!(chain.free(mem, 0x1002), Err(DosError::InvalidMemoryBlock));
        });
    }
}
