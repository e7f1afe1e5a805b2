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
        Ok(Block { at, owner: OWNER.get(mem, base), paragraphs: PARAGRAPHS.get(mem, base), last })
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
}

impl Chain {
    /// Makes one free block of the paragraphs from `first` up to `end`.
    pub(super) fn create(mem: &mut GuestMemory<'_>, first: u16, end: u16) -> Chain {
        Block { at: first, owner: FREE, paragraphs: end.saturating_sub(first + 1), last: true }.write(mem);
        Chain { first }
    }

    /// Every block. *Errors*: the chain is damaged.
    pub(super) fn blocks(self, mem: &GuestMemory<'_>) -> Result<Vec<Block>, DosError> {
        let mut blocks = Vec::new();
        let mut at = self.first;
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

    /// Allocates `paragraphs` for `owner` and returns the memory's segment.
    ///
    /// *Errors*: the size of the largest free block along with why there is no room.
    pub(super) fn allocate(
        self,
        mem: &mut GuestMemory<'_>,
        paragraphs: u16,
        owner: u16,
        strategy: Strategy,
    ) -> Result<u16, (DosError, u16)> {
        self.join_free(mem).map_err(|error| (error, 0))?;
        let blocks = self.blocks(mem).map_err(|error| (error, 0))?;
        let free = blocks.iter().filter(|block| block.owner == FREE);
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
        for block in self.blocks(mem)? {
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
        let blocks = self.blocks(mem)?;
        blocks.into_iter().find(|block| block.memory() == segment).ok_or(DosError::InvalidMemoryBlock)
    }

    /// Makes one block of free blocks that follow each other.
    fn join_free(self, mem: &mut GuestMemory<'_>) -> Result<(), DosError> {
        let mut at = self.first;
        for _ in 0..MOST_BLOCKS {
            let block = Block::read(mem, at)?;
            let block = if block.owner == FREE { absorb(mem, block)? } else { block };
            block.write(mem);
            if block.last {
                return Ok(());
            }
            at = u16::try_from(block.end()).map_err(|_| DosError::MemoryDestroyed)?;
        }
        Err(DosError::MemoryDestroyed)
    }
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
    fn only_the_start_of_a_block_can_be_freed() {
        with_chain(|mem, chain| {
            chain.allocate(mem, 4, 1, Strategy::First).unwrap();
            assert_eq!(chain.free(mem, 0x1002), Err(DosError::InvalidMemoryBlock));
        });
    }
}
