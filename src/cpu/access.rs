//! Two ways to memory for handlers that are compiled for both.
//!
//! A handler that may call the slow path has to save registers around that call, each time it is
//! executed. So the commonest ones exist twice: one that knows only the translation cache and gives up,
//! with nothing changed, where that does not suffice; and one for everything, which then takes over.

use super::core::Core;
use super::fault::Stop;
use super::int::Int;
use crate::mem::Memory;
use crate::types::LinearAddr;

/// A way to memory.
pub(crate) trait Way {
    fn read<T: Int>(core: &mut Core, mem: &mut Memory, seg: u8, offset: u32) -> Result<u32, Stop>;
    fn write<T: Int>(core: &mut Core, mem: &mut Memory, seg: u8, offset: u32, value: u32) -> Result<(), Stop>;
}

/// Whatever the access takes.
pub(crate) struct Sure;
/// Through the translation cache or not at all.
pub(crate) struct Cached;

impl Way for Sure {
    #[inline(always)]
    fn read<T: Int>(core: &mut Core, mem: &mut Memory, seg: u8, offset: u32) -> Result<u32, Stop> {
        core.read_at::<T>(mem, seg, offset)
    }

    #[inline(always)]
    fn write<T: Int>(core: &mut Core, mem: &mut Memory, seg: u8, offset: u32, value: u32) -> Result<(), Stop> {
        core.write_at::<T>(mem, seg, offset, value)
    }
}

impl Way for Cached {
    #[inline(always)]
    fn read<T: Int>(core: &mut Core, mem: &mut Memory, seg: u8, offset: u32) -> Result<u32, Stop> {
        core.cached_read::<T>(mem, seg, offset).ok_or(Stop::Uncached)
    }

    #[inline(always)]
    fn write<T: Int>(core: &mut Core, mem: &mut Memory, seg: u8, offset: u32, value: u32) -> Result<(), Stop> {
        if core.cached_write::<T>(mem, seg, offset, value) { Ok(()) } else { Err(Stop::Uncached) }
    }
}

impl Core {
    /// Reads at `offset` of segment register `seg` if the limit allows and the page is in the
    /// translation cache.
    #[inline(always)]
    pub(crate) fn cached_read<T: Int>(&self, mem: &Memory, seg: u8, offset: u32) -> Option<u32> {
        let segment = &self.seg[usize::from(seg & 7)];
        if i64::from(offset) + i64::from(T::BYTES - 1) > segment.read_limit {
            return None;
        }
        mem.cached_read::<T>(LinearAddr(segment.base.wrapping_add(offset))).map(T::wide)
    }

    /// Writes likewise; false, with nothing written, if that is not possible.
    #[inline(always)]
    pub(crate) fn cached_write<T: Int>(&self, mem: &mut Memory, seg: u8, offset: u32, value: u32) -> bool {
        let segment = &self.seg[usize::from(seg & 7)];
        i64::from(offset) + i64::from(T::BYTES - 1) <= segment.write_limit
            && mem.cached_write::<T>(LinearAddr(segment.base.wrapping_add(offset)), T::cut(value))
    }
}
