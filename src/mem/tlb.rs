//! The translation cache: linear page → host pointer, so that a hit costs one compare.
//!
//! Two direct-mapped tables, for reads and for writes, once for supervisor and once for user accesses.
//! An entry's tag is the linear page's address; a tag with a low bit set matches no access. All raw
//! pointers of the product live in this file.
//!
//! JUSTIFICATION: a memory access is the commonest thing a guest does; by page pointer it is one
//! compare and one move, by frame index it is two dependent loads and two bounds checks more.
#![allow(unsafe_code)]

use std::sync::Arc;

use super::{Frame, Memory, PAGE_BYTES};
use crate::types::{LinearAddr, PhysAddr};

/// Entries in one table: the V86 window's 272 pages fit without a clash.
const TABLE: usize = 512;
/// Tag of an entry that matches nothing.
const EMPTY: u32 = 1;
/// In the tag of a write entry: the page is writable but holds decoded code.
const CODE: u32 = 2;
const PAGE_MASK: u32 = !(PAGE_BYTES - 1);

#[derive(Clone, Copy)]
struct Entry {
    tag: u32,
    frame: u32,
    /// The page's host address less its linear address: adding an address leads to its byte.
    bias: *mut u8,
}

const EMPTY_ENTRY: Entry = Entry { tag: EMPTY, frame: 0, bias: std::ptr::null_mut() };

impl Entry {
    /// The byte at `addr`, if the tag matches its page.
    #[inline(always)]
    fn at(&self, addr: LinearAddr) -> *mut u8 {
        self.bias.wrapping_add(addr.0 as usize)
    }
}

/// The tables of one privilege.
struct Bank {
    reads: Box<[Entry; TABLE]>,
    writes: Box<[Entry; TABLE]>,
}

/// The translation cache of one machine's CPU.
pub(super) struct Tlb {
    /// The bank in use.
    bank: Bank,
    /// The bank of the other privilege.
    other: Bank,
    /// The bank in use is that of user accesses.
    user: bool,
    /// How often everything was forgotten.
    flushes: u64,
}

// SAFETY: the pointers lead into pages that the same `Memory` keeps alive through its frames; they
// are followed only with the whole `Memory` borrowed, so moving it to another thread moves all.
unsafe impl Send for Tlb {}

impl Tlb {
    pub(super) fn new() -> Tlb {
        Tlb { bank: Bank::new(), other: Bank::new(), user: false, flushes: 0 }
    }

    pub(super) fn flush(&mut self) {
        self.flushes += 1;
        for bank in [&mut self.bank, &mut self.other] {
            bank.reads.fill(EMPTY_ENTRY);
            bank.writes.fill(EMPTY_ENTRY);
        }
    }

    pub(super) fn drop_writes(&mut self) {
        self.bank.writes.fill(EMPTY_ENTRY);
        self.other.writes.fill(EMPTY_ENTRY);
    }

    /// Drops every entry that leads to frame `index`.
    pub(super) fn drop_frame(&mut self, index: usize) {
        for bank in [&mut self.bank, &mut self.other] {
            drop_entries(&mut bank.reads, index);
            drop_entries(&mut bank.writes, index);
        }
    }

    /// Drops every write entry that leads to frame `index`.
    pub(super) fn drop_frame_writes(&mut self, index: usize) {
        drop_entries(&mut self.bank.writes, index);
        drop_entries(&mut self.other.writes, index);
    }

    #[inline(always)]
    fn read_entry(&self, addr: LinearAddr) -> &Entry {
        &self.bank.reads[slot(addr)]
    }

    #[inline(always)]
    fn write_entry(&self, addr: LinearAddr) -> &Entry {
        &self.bank.writes[slot(addr)]
    }
}

impl Bank {
    fn new() -> Bank {
        Bank { reads: Box::new([EMPTY_ENTRY; TABLE]), writes: Box::new([EMPTY_ENTRY; TABLE]) }
    }
}

#[inline(always)]
fn slot(addr: LinearAddr) -> usize {
    (addr.0 / PAGE_BYTES) as usize % TABLE
}

fn drop_entries(entries: &mut [Entry; TABLE], index: usize) {
    for entry in entries.iter_mut() {
        if entry.frame as usize == index {
            *entry = EMPTY_ENTRY;
        }
    }
}

/// A guest-sized integer that the translation cache moves in one access.
pub trait Scalar: Copy {
    /// Size in bytes.
    const BYTES: u32;
}

impl Scalar for u8 {
    const BYTES: u32 = 1;
}
impl Scalar for u16 {
    const BYTES: u32 = 2;
}
impl Scalar for u32 {
    const BYTES: u32 = 4;
}

impl Memory {
    /// Reads through the translation cache; `None` if the page is not in it or the access crosses
    /// into the next page.
    #[inline(always)]
    #[must_use]
    pub fn cached_read<T: Scalar>(&self, addr: LinearAddr) -> Option<T> {
        let entry = self.tlb.read_entry(addr);
        if entry.tag != addr.0.wrapping_add(T::BYTES - 1) & PAGE_MASK {
            return None;
        }
        // SAFETY: a matching tag means that the entry leads to the page of a live frame (entries are dropped
        // before their frame's page changes) and that first and last byte lie in that page.
        Some(unsafe { entry.at(addr).cast::<T>().read_unaligned() })
    }

    /// Writes through the translation cache. False, with nothing written, if the page is not in
    /// it, holds decoded code, or the access crosses into the next page.
    #[inline(always)]
    #[must_use]
    pub fn cached_write<T: Scalar>(&mut self, addr: LinearAddr, value: T) -> bool {
        let entry = self.tlb.write_entry(addr);
        if entry.tag != addr.0.wrapping_add(T::BYTES - 1) & PAGE_MASK {
            return false;
        }
        // SAFETY: as for reads; a write entry's frame is private RAM, so no other owner exists, and no
        // borrow of the page is alive while the memory is borrowed here.
        unsafe { entry.at(addr).cast::<T>().write_unaligned(value) }
        true
    }

    /// Writes up to four bytes into a page that holds decoded code, beside the code. False, with nothing
    /// written, if the page is not known to be such a one or a byte is decoded.
    #[must_use]
    pub fn cached_write_beside_code(&mut self, addr: LinearAddr, data: &[u8]) -> bool {
        let offset = (addr.0 % PAGE_BYTES) as usize;
        let entry = self.tlb.write_entry(addr);
        if entry.tag != addr.0 & PAGE_MASK | CODE || offset + data.len() > PAGE_BYTES as usize {
            return false;
        }
        let phys = PhysAddr((entry.frame * PAGE_BYTES) | (addr.0 % PAGE_BYTES));
        if self.touches_code(phys, data.len()) {
            return false;
        }
        // SAFETY: a matching tag, as in `cached_write`; the bytes lie within the page.
        unsafe { std::ptr::copy_nonoverlapping(data.as_ptr(), entry.at(addr), data.len()) }
        true
    }

    /// The bytes from `addr` to the end of its page, at most `len`, for reading; `None` if the page is
    /// not in the cache.
    #[must_use]
    pub fn cached_bytes(&self, addr: LinearAddr, len: u32) -> Option<&[u8]> {
        let entry = self.tlb.read_entry(addr);
        let len = len.min(PAGE_BYTES - addr.0 % PAGE_BYTES);
        if entry.tag != addr.0 & PAGE_MASK {
            return None;
        }
        // SAFETY: a matching tag, as in `cached_read`; the bytes lie within the page, and nothing writes
        // to memory while the slice borrows it.
        Some(unsafe { std::slice::from_raw_parts(entry.at(addr), len as usize) })
    }

    /// Copies up to `bytes` bytes upwards, as a repeated move of `unit`-byte elements would, within
    /// one page on either side. Returns how many it copied, a multiple of `unit`; zero if a page is
    /// not in the cache or the ranges overlap too closely.
    #[must_use]
    pub fn cached_copy(&mut self, from: LinearAddr, to: LinearAddr, bytes: u32, unit: u32) -> u32 {
        let source = self.tlb.read_entry(from);
        let target = self.tlb.write_entry(to);
        if source.tag != from.0 & PAGE_MASK || target.tag != to.0 & PAGE_MASK {
            return 0;
        }
        let room = (PAGE_BYTES - from.0 % PAGE_BYTES).min(PAGE_BYTES - to.0 % PAGE_BYTES);
        let (src, dst) = (source.at(from).cast_const(), target.at(to));
        // Where the target begins inside the source, an element copied early is read again later.
        let ahead = (dst as usize).wrapping_sub(src as usize);
        let distance = u32::try_from(ahead).unwrap_or(u32::MAX);
        let safe = if distance == 0 { room } else { room.min(distance) };
        let count = bytes.min(safe) / unit * unit;
        // SAFETY: `count` bytes from either pointer lie within its page; `copy` allows overlap.
        unsafe { std::ptr::copy(src, dst, count as usize) }
        count
    }

    /// Stores `value` up to `count` times from `to` upwards, within one page. Returns how many it
    /// stored; zero if the page is not in the cache.
    #[must_use]
    pub fn cached_fill<T: Scalar>(&mut self, to: LinearAddr, value: T, count: u32) -> u32 {
        let target = self.tlb.write_entry(to);
        if target.tag != to.0 & PAGE_MASK {
            return 0;
        }
        let count = count.min((PAGE_BYTES - to.0 % PAGE_BYTES) / T::BYTES);
        // SAFETY: a matching tag, as in `cached_write`; `count` elements from the pointer lie within
        // the page, and each is written unaligned.
        unsafe {
            let start = target.at(to).cast::<T>();
            for index in 0..count as usize {
                start.add(index).write_unaligned(value);
            }
        }
        count
    }

    /// True if [`Memory::cached_write`] reaches each of the `bytes` bytes from `addr` on.
    #[inline(always)]
    #[must_use]
    pub fn is_cached_for_writes(&self, addr: LinearAddr, bytes: u32) -> bool {
        let page = addr.0 & PAGE_MASK;
        self.tlb.write_entry(addr).tag == page && addr.0.wrapping_add(bytes - 1) & PAGE_MASK == page
    }

    /// The physical address that a read of `addr` goes to, if its page is in the cache.
    #[inline(always)]
    #[must_use]
    pub fn cached_phys(&self, addr: LinearAddr) -> Option<PhysAddr> {
        let entry = self.tlb.read_entry(addr);
        (entry.tag == addr.0 & PAGE_MASK).then(|| PhysAddr((entry.frame * PAGE_BYTES) | (addr.0 % PAGE_BYTES)))
    }

    /// The physical address that a write to `addr` may go to, if its page is known to be writable
    /// but holds decoded code.
    #[inline]
    #[must_use]
    pub fn cached_code_page(&self, addr: LinearAddr) -> Option<PhysAddr> {
        let entry = self.tlb.write_entry(addr);
        (entry.tag == addr.0 & PAGE_MASK | CODE).then(|| PhysAddr((entry.frame * PAGE_BYTES) | (addr.0 % PAGE_BYTES)))
    }

    /// Remembers that the linear page of `addr` reads from the frame of `phys`.
    pub fn cache_read(&mut self, addr: LinearAddr, phys: PhysAddr) {
        let index = super::frame_index(phys);
        let Some(page) = self.page(index) else { return };
        let host = Arc::as_ptr(page).cast::<u8>().cast_mut();
        let bias = host.wrapping_sub((addr.0 & PAGE_MASK) as usize);
        self.tlb.bank.reads[slot(addr)] = Entry { tag: addr.0 & PAGE_MASK, frame: phys.0 / PAGE_BYTES, bias };
    }

    /// Remembers that the linear page of `addr` may be written and leads to the frame of `phys`.
    ///
    /// ROM, missing memory and a running write log are not remembered: those writes are slow.
    pub fn cache_write(&mut self, addr: LinearAddr, phys: PhysAddr) {
        let index = super::frame_index(phys);
        if self.log.is_some() || self.frames.get(index).is_none_or(|frame| frame.rom) {
            return;
        }
        self.page_mut(index);
        // The owner's own pointer: one taken from a mutable borrow would die with the next borrow.
        let host = Arc::as_ptr(&self.frames[index].page).cast::<u8>().cast_mut();
        let tag = addr.0 & PAGE_MASK | if holds_code(&self.frames[index]) { CODE } else { 0 };
        let bias = host.wrapping_sub((addr.0 & PAGE_MASK) as usize);
        self.tlb.bank.writes[slot(addr)] = Entry { tag, frame: phys.0 / PAGE_BYTES, bias };
    }

    /// Forgets every translation (CR3 load, paging switched).
    pub fn flush_translations(&mut self) {
        self.tlb.flush();
    }

    /// Counts the occasions on which linear addresses may have come to lead elsewhere.
    #[must_use]
    pub fn translation_changes(&self) -> u64 {
        self.tlb.flushes
    }

    /// Uses the translations of user (CPL 3) or supervisor accesses from now on.
    pub fn select_bank(&mut self, user: bool) {
        if self.tlb.user != user {
            self.tlb.user = user;
            std::mem::swap(&mut self.tlb.bank, &mut self.tlb.other);
        }
    }
}

fn holds_code(frame: &Frame) -> bool {
    frame.code.is_some()
}
