//! One machine's physical memory: 4 KiB frames that are private or shared copy-on-write, and ROM.
//!
//! A frame is an [`Arc`] of a page. A fresh machine's RAM is one zero page shared by every frame;
//! the first write to a frame gives it a page of its own. Frames of a forked machine are shared
//! with its parent until either writes. ROM frames drop writes, as the bus of a PC does. ROM may
//! also lie anywhere beyond RAM (`far_rom`), such as the reset vector's just below 4 GiB.
//!
//! Three things hang on a frame besides its bytes:
//! - a *code map*, one bit a byte, set where the block cache holds decoded instructions: a write
//!   to such a byte is reported, so that decoded blocks die exactly when their bytes change;
//! - a *dirty* mark, set by the first write after [`Memory::take_dirty`], for screen damage;
//! - entries of the *translation cache* (`tlb`), through which the CPU reaches a page by host
//!   pointer. Whatever changes a frame's page, code map or dirty mark drops its entries first.
//!
//! Devices are not here: in text mode the display adapter's memory is plain RAM that the adapter
//! looks at.

mod far_rom;
mod guest;
mod tlb;
mod watch;

use std::sync::Arc;

use far_rom::FarRom;
pub use guest::GuestMemory;
pub use tlb::Scalar;
use tlb::Tlb;
use watch::WriteLog;

use crate::types::PhysAddr;

/// Bytes in a page and in a frame.
pub const PAGE_SIZE: usize = 4096;
/// [`PAGE_SIZE`] for address arithmetic.
pub const PAGE_BYTES: u32 = 4096;

/// The bytes of one frame.
pub type Page = [u8; PAGE_SIZE];

/// One bit for each byte of a frame.
type CodeMap = [u64; PAGE_SIZE / 64];

/// A byte that holds decoded code was about to be written; nothing was written.
///
/// The write is to be tried again once [`Memory::take_code_hits`] has been handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeHit;

struct Frame {
    page: Arc<Page>,
    /// True if `page` belongs to this frame alone and may be written in place.
    private: bool,
    rom: bool,
    dirty: bool,
    code: Option<Box<CodeMap>>,
}

/// Physical memory of one machine.
///
/// ```
/// use dosmux::mem::Memory;
/// use dosmux::types::PhysAddr;
/// let mut mem = Memory::new(0x20000);
/// mem.write_u16(PhysAddr(0x10FFF), 0xBEEF);
/// assert_eq!(mem.read_u8(PhysAddr(0x11000)), 0xBE);
/// assert_eq!(mem.private_frames(), 2);
/// ```
pub struct Memory {
    frames: Vec<Frame>,
    far_rom: Vec<FarRom>,
    tlb: Tlb,
    log: Option<WriteLog>,
    code_hits: Vec<PhysAddr>,
}

impl Memory {
    /// RAM of `bytes`, all zero, rounded up to whole frames. Addresses beyond read as FFh.
    #[must_use]
    pub fn new(bytes: u32) -> Memory {
        let zero: Arc<Page> = Arc::new([0; PAGE_SIZE]);
        let count = bytes.div_ceil(PAGE_BYTES);
        let frames = (0..count)
            .map(|_| Frame { page: Arc::clone(&zero), private: false, rom: false, dirty: false, code: None })
            .collect();
        Memory { frames, far_rom: Vec::new(), tlb: Tlb::new(), log: None, code_hits: Vec::new() }
    }

    /// Size of RAM in bytes, with the ROM that lies over it.
    #[must_use]
    pub fn size(&self) -> u32 {
        u32::try_from(self.frames.len()).unwrap_or(u32::MAX).saturating_mul(PAGE_BYTES)
    }

    /// Frames that belong to this machine alone.
    #[must_use]
    pub fn private_frames(&self) -> usize {
        self.frames.iter().filter(|frame| frame.private).count()
    }

    /// Puts `pages` at `start` as read-only memory, shared with whoever else holds them.
    ///
    /// It hides RAM that it overlaps, and earlier ROM; it may lie beyond RAM. Pages beyond 4 GiB are
    /// left out.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use dosmux::mem::{Memory, PAGE_SIZE};
    /// use dosmux::types::PhysAddr;
    /// let mut mem = Memory::new(0x10_0000);
    /// mem.map_rom(PhysAddr(0xFFFF_F000), &[Arc::new([0xF4; PAGE_SIZE])]);
    /// mem.write_u8(PhysAddr(0xFFFF_FFF0), 0);
    /// assert_eq!(mem.read_u8(PhysAddr(0xFFFF_FFF0)), 0xF4);
    /// assert_eq!(mem.size(), 0x10_0000);
    /// ```
    pub fn map_rom(&mut self, start: PhysAddr, pages: &[Arc<Page>]) {
        let first = frame_index(start);
        let near = self.frames.len().saturating_sub(first).min(pages.len());
        let (near, far) = pages.split_at(near);
        for (frame, page) in self.frames.iter_mut().skip(first).zip(near) {
            *frame = Frame { page: Arc::clone(page), private: false, rom: true, dirty: false, code: None };
        }
        if !far.is_empty() {
            self.far_rom.push(FarRom::new(first + near.len(), far));
        }
        self.tlb.flush();
    }

    /// The page of frame `index`, wherever it is; `None` where nothing answers.
    #[inline]
    fn page(&self, index: usize) -> Option<&Arc<Page>> {
        match self.frames.get(index) {
            Some(frame) => Some(&frame.page),
            None => far_rom::page(&self.far_rom, index),
        }
    }

    /// A second machine's memory with the same contents. Both share every frame until one writes.
    #[must_use]
    pub fn fork(&mut self) -> Memory {
        self.tlb.flush();
        let frames = self.frames.iter_mut().map(|frame| {
            frame.private = false;
            Frame { page: Arc::clone(&frame.page), private: false, rom: frame.rom, dirty: true, code: None }
        });
        Memory {
            frames: frames.collect(),
            far_rom: self.far_rom.clone(),
            tlb: Tlb::new(),
            log: None,
            code_hits: Vec::new(),
        }
    }

    /// Makes all RAM zero, as in [`Memory::new`]. ROM and what is decoded code are looked after.
    pub fn clear_ram(&mut self) {
        self.end_log();
        let zero: Arc<Page> = Arc::new([0; PAGE_SIZE]);
        for (index, base) in (0..self.frames.len()).zip((0..).step_by(PAGE_SIZE)) {
            if self.frames[index].rom || self.frames[index].page == zero {
                continue;
            }
            if self.frames[index].code.is_some() {
                self.note_code_hits(PhysAddr(base), PAGE_SIZE);
            }
            let frame = &mut self.frames[index];
            frame.page = Arc::clone(&zero);
            (frame.private, frame.dirty) = (false, true);
        }
        self.tlb.flush();
    }

    /// Reads a byte; FFh where there is no memory.
    #[must_use]
    pub fn read_u8(&self, addr: PhysAddr) -> u8 {
        self.page(frame_index(addr)).map_or(0xFF, |page| page[page_offset(addr)])
    }

    /// Reads a little-endian word, byte by byte if it crosses frames.
    #[must_use]
    pub fn read_u16(&self, addr: PhysAddr) -> u16 {
        let mut bytes = [0; 2];
        self.read_bytes(addr, &mut bytes);
        u16::from_le_bytes(bytes)
    }

    /// Reads a little-endian doubleword, byte by byte if it crosses frames.
    #[must_use]
    pub fn read_u32(&self, addr: PhysAddr) -> u32 {
        let mut bytes = [0; 4];
        self.read_bytes(addr, &mut bytes);
        u32::from_le_bytes(bytes)
    }

    /// Fills `out` from memory; FFh where there is none.
    pub fn read_bytes(&self, addr: PhysAddr, out: &mut [u8]) {
        let mut addr = addr;
        let mut rest = out;
        while !rest.is_empty() {
            let offset = page_offset(addr);
            let (chunk, tail) = rest.split_at_mut(rest.len().min(PAGE_SIZE - offset));
            match self.page(frame_index(addr)) {
                Some(page) => chunk.copy_from_slice(&page[offset..offset + chunk.len()]),
                None => chunk.fill(0xFF),
            }
            addr = next_page(addr);
            rest = tail;
        }
    }

    /// Writes a byte from the host's side; decoded code there is reported for invalidation.
    pub fn write_u8(&mut self, addr: PhysAddr, value: u8) {
        self.write_bytes(addr, &[value]);
    }

    /// Writes a little-endian word from the host's side.
    pub fn write_u16(&mut self, addr: PhysAddr, value: u16) {
        self.write_bytes(addr, &value.to_le_bytes());
    }

    /// Writes a little-endian doubleword from the host's side.
    pub fn write_u32(&mut self, addr: PhysAddr, value: u32) {
        self.write_bytes(addr, &value.to_le_bytes());
    }

    /// Writes `data` from the host's side (monitor, BIOS, disk transfer). ROM keeps its contents,
    /// and what lies beyond memory is lost.
    pub fn write_bytes(&mut self, addr: PhysAddr, data: &[u8]) {
        let mut addr = addr;
        let mut rest = data;
        while !rest.is_empty() {
            let (chunk, tail) = rest.split_at(rest.len().min(PAGE_SIZE - page_offset(addr)));
            if self.touches_code(addr, chunk.len()) {
                self.note_code_hits(addr, chunk.len());
            }
            self.store(addr, chunk);
            addr = next_page(addr);
            rest = tail;
        }
    }

    /// Writes `data`, which lies within one page, for the guest, unless it would change a byte of
    /// decoded code: then nothing is written and the bytes are noted.
    ///
    /// *Errors*: [`CodeHit`] if decoded code is there.
    pub fn write_guest(&mut self, addr: PhysAddr, data: &[u8]) -> Result<(), CodeHit> {
        self.check_code(addr, data.len())?;
        self.store(addr, data);
        Ok(())
    }

    /// Looks whether a guest's write of `len` bytes, within one page, would change decoded code.
    ///
    /// *Errors*: [`CodeHit`] if so; the bytes are noted.
    pub fn check_code(&mut self, addr: PhysAddr, len: usize) -> Result<(), CodeHit> {
        if self.touches_code(addr, len) {
            self.note_code_hits(addr, len);
            return Err(CodeHit);
        }
        Ok(())
    }

    /// Stores `data`, which lies within one page, whatever the code map says.
    fn store(&mut self, addr: PhysAddr, data: &[u8]) {
        let index = frame_index(addr);
        let offset = page_offset(addr);
        let Some(frame) = self.frames.get_mut(index) else { return };
        if frame.rom {
            return;
        }
        if let Some(log) = &mut self.log {
            log.record(addr, &frame.page[offset..offset + data.len()], data);
        }
        self.page_mut(index)[offset..offset + data.len()].copy_from_slice(data);
    }

    /// The page of RAM frame `index`, made private and marked dirty.
    fn page_mut(&mut self, index: usize) -> &mut Page {
        if !self.frames[index].private {
            self.tlb.drop_frame(index);
        }
        let frame = &mut self.frames[index];
        frame.private = true;
        frame.dirty = true;
        Arc::make_mut(&mut frame.page)
    }

    /// True if a frame of `frames` was written since the last call for it; clears the marks.
    pub fn take_dirty(&mut self, start: PhysAddr, bytes: u32) -> bool {
        let first = frame_index(start);
        let mut any = false;
        for index in first..first + bytes.div_ceil(PAGE_BYTES) as usize {
            let Some(frame) = self.frames.get_mut(index) else { break };
            if frame.dirty {
                frame.dirty = false;
                any = true;
                self.tlb.drop_frame_writes(index);
            }
        }
        any
    }

    /// True if one of these frames was written since the last [`Memory::take_dirty`] for it.
    #[must_use]
    pub fn is_dirty(&self, start: PhysAddr, bytes: u32) -> bool {
        let first = frame_index(start);
        let frames = self.frames.get(first..).unwrap_or(&[]);
        frames.iter().take(bytes.div_ceil(PAGE_BYTES) as usize).any(|frame| frame.dirty)
    }

    // --- code maps ---

    /// Marks `len` bytes from `addr`, within one page, as decoded.
    pub fn mark_code(&mut self, addr: PhysAddr, len: usize) {
        let index = frame_index(addr);
        let Some(frame) = self.frames.get_mut(index) else { return };
        if frame.code.is_none() {
            self.tlb.drop_frame_writes(index);
        }
        let map = frame.code.get_or_insert_with(|| Box::new([0; PAGE_SIZE / 64]));
        for byte in code_range(addr, len) {
            map[byte / 64] |= 1 << (byte % 64);
        }
    }

    /// Forgets every decoded byte of the frame at `addr`.
    pub fn clear_code(&mut self, addr: PhysAddr) {
        let index = frame_index(addr);
        if let Some(frame) = self.frames.get_mut(index)
            && frame.code.take().is_some()
        {
            self.tlb.drop_frame_writes(index);
        }
    }

    /// The bytes of decoded code that were written, or were about to be, since the last call.
    pub fn take_code_hits(&mut self) -> Vec<PhysAddr> {
        std::mem::take(&mut self.code_hits)
    }

    /// True if [`Memory::take_code_hits`] has something to give.
    #[inline]
    #[must_use]
    pub fn has_code_hits(&self) -> bool {
        !self.code_hits.is_empty()
    }

    fn touches_code(&self, addr: PhysAddr, len: usize) -> bool {
        let Some(map) = self.frames.get(frame_index(addr)).and_then(|frame| frame.code.as_ref()) else { return false };
        let range = code_range(addr, len);
        if range.len() <= 4 && range.start % 64 <= 60 {
            // All in one word of the map.
            return map[range.start / 64] >> (range.start % 64) & ((1 << range.len()) - 1) != 0;
        }
        code_words(range).any(|(word, mask)| map[word] & mask != 0)
    }

    fn note_code_hits(&mut self, addr: PhysAddr, len: usize) {
        let Some(map) = self.frames.get(frame_index(addr)).and_then(|frame| frame.code.as_ref()) else { return };
        let base = addr.0 & !(PAGE_BYTES - 1);
        for byte in code_range(addr, len) {
            if map[byte / 64] >> (byte % 64) & 1 != 0 {
                // A page offset fits in 12 bits.
                self.code_hits.push(PhysAddr(base + u32::try_from(byte).unwrap_or(0)));
            }
        }
    }

    // --- write log, for the proof that a busy wait is one ---

    /// Starts to log what each write changes; every write then takes the slow path.
    pub fn start_log(&mut self) {
        self.tlb.drop_writes();
        self.log = Some(WriteLog::new());
    }

    /// Ends the log. True if memory is now, byte for byte, what it was when the log began.
    pub fn end_log(&mut self) -> bool {
        let Some(log) = self.log.take() else { return false };
        self.unchanged_since(&log)
    }

    /// True while a log is kept and memory is now, byte for byte, what it was when it began.
    #[must_use]
    pub fn log_is_clean(&self) -> bool {
        self.log.as_ref().is_some_and(|log| self.unchanged_since(log))
    }

    /// How many bytes were changed since the log began, even if only for a while; `None` if no log
    /// is kept or they are more than it holds.
    #[must_use]
    pub fn log_len(&self) -> Option<usize> {
        self.log.as_ref().and_then(WriteLog::len)
    }

    fn unchanged_since(&self, log: &WriteLog) -> bool {
        log.complete() && log.originals().all(|(addr, old)| self.read_u8(addr) == old)
    }
}

fn frame_index(addr: PhysAddr) -> usize {
    (addr.0 / PAGE_BYTES) as usize
}

fn page_offset(addr: PhysAddr) -> usize {
    (addr.0 % PAGE_BYTES) as usize
}

fn next_page(addr: PhysAddr) -> PhysAddr {
    PhysAddr((addr.0 & !(PAGE_BYTES - 1)).wrapping_add(PAGE_BYTES))
}

/// Offsets in its page of the `len` bytes from `addr`.
fn code_range(addr: PhysAddr, len: usize) -> std::ops::Range<usize> {
    let offset = page_offset(addr);
    offset..(offset + len).min(PAGE_SIZE)
}

/// The words of a code map that hold `bytes` of a page, and which of their bits those are.
fn code_words(bytes: std::ops::Range<usize>) -> impl Iterator<Item = (usize, u64)> {
    (bytes.start / 64..bytes.end.div_ceil(64)).map(move |word| {
        let (from, to) = (bytes.start.max(word * 64) % 64, (bytes.end - 1).min(word * 64 + 63) % 64);
        (word, u64::MAX << from & u64::MAX >> (63 - to))
    })
}

#[cfg(test)]
mod tests;
