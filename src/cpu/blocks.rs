//! The block cache: decoded basic blocks by physical page, with exact invalidation.
//!
//! A block is a run of operations that ends where what follows is certainly not executed next, at a
//! page's end or at [`MAX_OPS`]; conditional jumps do not end it. One that crosses into the next page
//! holds a single instruction. Blocks are found by physical address and code size through a
//! direct-mapped table, and those that were executed of late by linear address through another, so that
//! going from block to block takes no translation. A write to a decoded byte kills the blocks that hold
//! the byte and no others.
//! A native-code tier would hang its code on [`Block`].

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::op::Op;
use crate::mem::{Memory, PAGE_BYTES};
use crate::types::PhysAddr;

/// Instructions in a block at most.
pub(crate) const MAX_OPS: usize = 32;
/// Slots of the direct-mapped table.
const SLOTS: usize = 4096;
/// Operations in the cache at most; then it starts afresh, so that no guest can make it grow.
const CAPACITY_OPS: usize = 64 * 1024;

/// Index of a block in the cache.
pub(crate) type BlockId = u32;
/// No block.
pub(crate) const NO_BLOCK: BlockId = BlockId::MAX;

/// Where a block begins and how its code is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BlockKey {
    pub(crate) phys: PhysAddr,
    /// 32-bit code segment.
    pub(crate) big: bool,
}

/// Where the core stands, as far as it decides which block is next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Base of the code segment.
    pub(crate) base: u32,
    pub(crate) eip: u32,
    /// [`Core::epoch`](super::core::Core::epoch).
    pub(crate) epoch: u64,
}

/// A block that was executed of late, by the place that led to it. Its slot comes from the offset in
/// the page: whoever kills the block knows that much of its address.
#[derive(Clone, Copy)]
struct Recent {
    place: Place,
    id: BlockId,
}

const NONE_RECENT: Recent = Recent { place: Place { base: 0, eip: 0, epoch: u64::MAX }, id: NO_BLOCK };
/// A power of two, and at most as many as a page has bytes.
const RECENT_SLOTS: usize = 2048;

/// A decoded basic block. One cache line: the run loop reads most of it each time.
#[repr(align(64))]
pub(crate) struct Block {
    pub(crate) ops: Box<[Op]>,
    key: BlockKey,
    /// Bytes of code.
    pub(crate) len: u32,
    /// Instructions.
    pub(crate) count: u32,
    /// The second page's frame address, for an instruction that crosses into it.
    pub(crate) second: Option<PhysAddr>,
}

/// All blocks of one CPU.
pub(crate) struct Blocks {
    blocks: Vec<Block>,
    table: Vec<(BlockKey, BlockId)>,
    recent: Box<[Recent; RECENT_SLOTS]>,
    pages: BTreeMap<u32, Vec<BlockId>>,
    free: Vec<BlockId>,
    ops: usize,
}

const EMPTY: (BlockKey, BlockId) = (BlockKey { phys: PhysAddr(u32::MAX), big: true }, NO_BLOCK);

impl Blocks {
    pub(crate) fn new() -> Blocks {
        Blocks {
            blocks: Vec::new(),
            table: vec![EMPTY; SLOTS],
            recent: Box::new([NONE_RECENT; RECENT_SLOTS]),
            pages: BTreeMap::new(),
            free: Vec::new(),
            ops: 0,
        }
    }

    fn slot(key: BlockKey) -> usize {
        (key.phys.0 ^ key.phys.0 >> 12) as usize % SLOTS
    }

    #[inline(always)]
    pub(crate) fn get(&self, id: BlockId) -> &Block {
        &self.blocks[id as usize]
    }

    /// The block at `key`, if it has been decoded.
    #[inline(always)]
    pub(crate) fn find(&mut self, key: BlockKey) -> Option<BlockId> {
        let (held, id) = self.table[Blocks::slot(key)];
        // An empty slot's key is an address that code can have, too.
        if held == key && id != NO_BLOCK { Some(id) } else { self.find_in_page(key) }
    }

    #[inline(never)]
    fn find_in_page(&mut self, key: BlockKey) -> Option<BlockId> {
        let page = self.pages.get(&(key.phys.0 / PAGE_BYTES))?;
        let id = page.iter().copied().find(|&id| self.blocks[id as usize].key == key)?;
        self.table[Blocks::slot(key)] = (key, id);
        Some(id)
    }

    /// The block that `place` leads to, if it was executed of late.
    #[inline(always)]
    pub(crate) fn recent(&self, place: Place) -> Option<&Block> {
        let entry = &self.recent[place.base.wrapping_add(place.eip) as usize % RECENT_SLOTS];
        if entry.place == place { self.blocks.get(entry.id as usize) } else { None }
    }

    /// Remembers that `place` leads to block `id`, for as long as its epoch lasts. Not if the block has
    /// a second page: that is to be looked at each time.
    pub(crate) fn remember(&mut self, place: Place, id: BlockId) {
        if self.get(id).second.is_some() {
            return;
        }
        self.recent[place.base.wrapping_add(place.eip) as usize % RECENT_SLOTS] = Recent { place, id };
    }

    /// True if a block of `ops` operations fits without starting afresh.
    pub(crate) fn has_room(&self, ops: usize) -> bool {
        self.ops + ops <= CAPACITY_OPS
    }

    /// Adds a decoded block and marks its bytes as code.
    pub(crate) fn insert(
        &mut self,
        mem: &mut Memory,
        key: BlockKey,
        ops: Vec<Op>,
        len: u32,
        second: Option<PhysAddr>,
    ) -> BlockId {
        if !self.has_room(ops.len()) {
            self.clear(mem);
        }
        self.ops += ops.len();
        let count = u32::try_from(ops.len()).unwrap_or(u32::MAX);
        let block = Block { ops: ops.into_boxed_slice(), key, len, count, second };
        for (at, bytes) in block.ranges() {
            mem.mark_code(at, bytes as usize);
        }
        let frames: Vec<u32> = block.ranges().map(|(at, _)| at.0 / PAGE_BYTES).collect();
        let id = self.store(block);
        for frame in frames {
            let ids = self.pages.entry(frame).or_default();
            // Both pages of a block may show the same frame.
            if ids.last() != Some(&id) {
                ids.push(id);
            }
        }
        self.table[Blocks::slot(key)] = (key, id);
        id
    }

    fn store(&mut self, block: Block) -> BlockId {
        if let Some(id) = self.free.pop() {
            self.blocks[id as usize] = block;
            return id;
        }
        self.blocks.push(block);
        // CAPACITY_OPS bounds the number of blocks far below 2³².
        u32::try_from(self.blocks.len() - 1).unwrap_or(NO_BLOCK)
    }

    /// Kills every block that holds a byte which was written, or is about to be.
    pub(crate) fn invalidate(&mut self, mem: &mut Memory) {
        let mut hits = mem.take_code_hits();
        hits.sort_unstable_by_key(|at| at.0);
        let mut frames: BTreeSet<u32> = hits.iter().map(|at| at.0 / PAGE_BYTES).collect();
        for id in self.hit_blocks(&frames, &hits) {
            frames.extend(self.blocks[id as usize].ranges().map(|(at, _)| at.0 / PAGE_BYTES));
            self.kill(id);
        }
        // Once for each page: a transfer from a disk may kill hundreds of blocks of one.
        for frame in frames {
            self.bury_dead(mem, frame);
        }
    }

    /// The blocks of `frames` that hold one of the bytes at `hits`, which are sorted.
    fn hit_blocks(&self, frames: &BTreeSet<u32>, hits: &[PhysAddr]) -> BTreeSet<BlockId> {
        let in_pages = frames.iter().filter_map(|frame| self.pages.get(frame)).flatten().copied();
        in_pages.filter(|&id| self.blocks[id as usize].holds_one_of(hits)).collect()
    }

    /// Takes a block out of the cache, but not yet out of the lists of its pages.
    fn kill(&mut self, id: BlockId) {
        let block = &mut self.blocks[id as usize];
        let key = block.key;
        self.ops -= block.ops.len();
        block.ops = Box::new([]);
        block.key = EMPTY.0;
        let slot = &mut self.table[Blocks::slot(key)];
        if slot.1 == id {
            *slot = EMPTY;
        }
        self.recent[key.phys.0 as usize % RECENT_SLOTS] = NONE_RECENT;
        self.free.push(id);
    }

    /// Takes dead blocks out of a page's list: their bytes are code no more unless another block holds
    /// them. Marks that another core left go as well.
    fn bury_dead(&mut self, mem: &mut Memory, frame: u32) {
        mem.clear_code(PhysAddr(frame * PAGE_BYTES));
        let Some(ids) = self.pages.get_mut(&frame) else { return };
        ids.retain(|&id| !self.blocks[id as usize].ops.is_empty());
        for &id in ids.iter() {
            let ranges = self.blocks[id as usize].ranges();
            for (start, bytes) in ranges.filter(|(start, _)| start.0 / PAGE_BYTES == frame) {
                mem.mark_code(start, bytes as usize);
            }
        }
        if ids.is_empty() {
            self.pages.remove(&frame);
        }
    }

    /// Where the last `count` decoded instructions before `at` begin, first to last: those of a block that
    /// leads up to it, then of one that leads up to that.
    pub(crate) fn starts_before(&self, at: BlockKey, count: usize) -> Vec<PhysAddr> {
        let (mut starts, mut at) = (VecDeque::new(), at);
        while starts.len() < count {
            let Some(block) = self.leading_to(at) else { break };
            let before = block.ops.iter().map(|op| block.key.phys.offset(u32::from(op.start)));
            for start in before.filter(|start| start.0 < at.phys.0).collect::<Vec<_>>().into_iter().rev() {
                starts.push_front(start);
            }
            at = block.key;
        }
        starts.drain(..starts.len().saturating_sub(count));
        starts.into()
    }

    /// A block of one page that has an instruction's end at `at`: one that goes on there if there is one.
    fn leading_to(&self, at: BlockKey) -> Option<&Block> {
        let ids = self.pages.get(&(at.phys.0 / PAGE_BYTES))?;
        let blocks = ids.iter().map(|&id| self.get(id));
        let before = blocks.filter(|block| {
            block.second.is_none() && block.key.big == at.big && block.key.phys.0 < at.phys.0 && !block.ops.is_empty()
        });
        let inside = |block: &Block| block.ops.iter().any(|op| block.key.phys.0 + u32::from(op.start) == at.phys.0);
        let leading = before.filter(|block| inside(block) || block.key.phys.0 + block.len == at.phys.0);
        leading.min_by_key(|block| (!inside(block), block.key.phys.0))
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self, mem: &mut Memory) {
        for &frame in self.pages.keys() {
            mem.clear_code(PhysAddr(frame * PAGE_BYTES));
        }
        self.blocks.clear();
        self.pages.clear();
        self.free.clear();
        self.table.fill(EMPTY);
        self.recent.fill(NONE_RECENT);
        self.ops = 0;
    }
}

impl Block {
    /// The physical ranges of the block's bytes, one for each page.
    fn ranges(&self) -> impl Iterator<Item = (PhysAddr, u32)> + use<> {
        let room = PAGE_BYTES - self.key.phys.0 % PAGE_BYTES;
        let first = (self.key.phys, self.len.min(room));
        let rest = self.second.map(|frame| (frame, self.len.saturating_sub(room)));
        std::iter::once(first).chain(rest)
    }

    /// True if one of `hits`, which are sorted, lies in the block.
    fn holds_one_of(&self, hits: &[PhysAddr]) -> bool {
        self.ranges().any(|(start, bytes)| {
            let first = hits.partition_point(|at| at.0 < start.0);
            hits.get(first).is_some_and(|at| at.0 - start.0 < bytes)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_whose_two_pages_are_one_frame_dies_once() {
        let mut mem = Memory::new(2 * PAGE_BYTES);
        let mut blocks = Blocks::new();
        let key = |phys| BlockKey { phys: PhysAddr(phys), big: false };
        let ops = || vec![crate::cpu::decode::placeholder()];
        blocks.insert(&mut mem, key(0xFFD), ops(), 6, Some(PhysAddr(0)));
        mem.write_u8(PhysAddr(0xFFE), 0);
        blocks.invalidate(&mut mem);
        assert_eq!(blocks.find(key(0xFFD)), None);
        let (one, other) =
            (blocks.insert(&mut mem, key(0x100), ops(), 1, None), blocks.insert(&mut mem, key(0x200), ops(), 1, None));
        assert_ne!(one, other, "a freed place was given away twice");
    }

    #[test]
    fn a_write_kills_the_blocks_that_hold_its_bytes_and_no_others() {
        let mut mem = Memory::new(3 * PAGE_BYTES);
        let mut blocks = Blocks::new();
        let key = |phys| BlockKey { phys: PhysAddr(phys), big: false };
        let ops = || vec![crate::cpu::decode::placeholder()];
        for (phys, len) in [(0x100, 8), (0x104, 8), (0x10C, 4), (0x200, 1)] {
            blocks.insert(&mut mem, key(phys), ops(), len, None);
        }
        blocks.insert(&mut mem, key(0xFFE), ops(), 4, Some(PhysAddr(0x2000)));
        mem.write_bytes(PhysAddr(0x106), &[0; 4]);
        mem.write_u8(PhysAddr(0x2001), 0);
        blocks.invalidate(&mut mem);
        let alive: Vec<u32> =
            [0x100, 0x104, 0x10C, 0x200, 0xFFE].into_iter().filter(|&at| blocks.find(key(at)).is_some()).collect();
        assert_eq!(alive, [0x10C, 0x200]);
        for at in [0x107, 0xFFE, 0x2000] {
            mem.write_u8(PhysAddr(at), 1);
            assert!(!mem.has_code_hits(), "{at:X}h holds no code any more");
        }
        mem.write_u8(PhysAddr(0x10F), 1);
        assert!(mem.has_code_hits());
    }

    #[test]
    fn nothing_is_decoded_at_the_last_address_of_an_empty_cache() {
        assert_eq!(Blocks::new().find(EMPTY.0), None);
    }
}
