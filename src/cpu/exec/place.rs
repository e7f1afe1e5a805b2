//! Operand kinds: where a handler takes a value from or puts it.

use crate::cpu::access::{Cached, Way};
use crate::cpu::core::Core;
use crate::cpu::fault::{Flow, Stop};
use crate::cpu::int::Int;
use crate::cpu::op::Op;
use crate::mem::Memory;

/// An operand that can be read.
pub(crate) trait Source {
    fn get<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Result<u32, Stop>;
}

/// An operand that can be written.
pub(crate) trait Place: Source {
    /// Reads what [`Place::put`] will write.
    fn take<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Result<u32, Stop>;

    fn put<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op, value: u32) -> Flow;
}

/// The register `op.dst`.
pub(crate) struct Dst;
/// The register `op.src`.
pub(crate) struct Src;
/// The memory operand.
pub(crate) struct Mem;
/// The memory operand by 16-bit addressing, if the translation cache leads to it.
pub(crate) struct Cached16;
/// The memory operand by any addressing, if the translation cache leads to it.
pub(crate) struct Cached32;
/// The immediate operand, already cut to the operand size.
pub(crate) struct Imm;

impl Source for Dst {
    #[inline(always)]
    fn get<T: Int>(core: &mut Core, _: &mut Memory, op: &Op) -> Result<u32, Stop> {
        Ok(T::reg(core, op.dst))
    }
}

impl Place for Dst {
    #[inline(always)]
    fn take<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Result<u32, Stop> {
        Self::get::<T>(core, mem, op)
    }

    #[inline(always)]
    fn put<T: Int>(core: &mut Core, _: &mut Memory, op: &Op, value: u32) -> Flow {
        T::set_reg(core, op.dst, value);
        Ok(())
    }
}

impl Source for Src {
    #[inline(always)]
    fn get<T: Int>(core: &mut Core, _: &mut Memory, op: &Op) -> Result<u32, Stop> {
        Ok(T::reg(core, op.src))
    }
}

impl Place for Src {
    #[inline(always)]
    fn take<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Result<u32, Stop> {
        Self::get::<T>(core, mem, op)
    }

    #[inline(always)]
    fn put<T: Int>(core: &mut Core, _: &mut Memory, op: &Op, value: u32) -> Flow {
        T::set_reg(core, op.src, value);
        Ok(())
    }
}

impl Source for Mem {
    #[inline(always)]
    fn get<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Result<u32, Stop> {
        core.read::<T>(mem, op)
    }
}

impl Place for Mem {
    #[inline(always)]
    fn take<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Result<u32, Stop> {
        core.read_to_write_at::<T>(mem, op.seg, core.offset(op))
    }

    #[inline(always)]
    fn put<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op, value: u32) -> Flow {
        core.write::<T>(mem, op, value)
    }
}

impl Source for Cached16 {
    #[inline(always)]
    fn get<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Result<u32, Stop> {
        Cached::read::<T>(core, mem, op.seg, core.offset16(op))
    }
}

impl Place for Cached16 {
    #[inline(always)]
    fn take<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Result<u32, Stop> {
        Self::get::<T>(core, mem, op)
    }

    #[inline(always)]
    fn put<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op, value: u32) -> Flow {
        Cached::write::<T>(core, mem, op.seg, core.offset16(op), value)
    }
}

impl Source for Cached32 {
    #[inline(always)]
    fn get<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Result<u32, Stop> {
        Cached::read::<T>(core, mem, op.seg, core.offset(op))
    }
}

impl Place for Cached32 {
    #[inline(always)]
    fn take<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Result<u32, Stop> {
        Self::get::<T>(core, mem, op)
    }

    #[inline(always)]
    fn put<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op, value: u32) -> Flow {
        Cached::write::<T>(core, mem, op.seg, core.offset(op), value)
    }
}

impl Source for Imm {
    #[inline(always)]
    fn get<T: Int>(_: &mut Core, _: &mut Memory, op: &Op) -> Result<u32, Stop> {
        Ok(op.imm)
    }
}
