//! String instructions. A repeated one goes as far as the budget lets it and can be interrupted
//! there; registers always tell how far it has come, so it can be restarted after a fault.

use crate::cpu::core::Core;
use crate::cpu::exec::alu;
use crate::cpu::fault::{Flow, Stop};
use crate::cpu::int::Int;
use crate::cpu::op::Op;
use crate::cpu::regs::Gpr;
use crate::cpu::segment::ES;
use crate::mem::Memory;

const EAX: u8 = Gpr::Eax as u8;
const ECX: usize = Gpr::Ecx as usize;
const ESI: usize = Gpr::Esi as usize;
const EDI: usize = Gpr::Edi as usize;

#[inline(always)]
fn mask(op: &Op) -> u32 {
    u32::MAX >> (op.addr_shift & 31)
}

#[inline(always)]
fn step<T: Int>(core: &Core) -> u32 {
    if core.flags.df() { T::BYTES.wrapping_neg() } else { T::BYTES }
}

/// Moves an index register on by one element.
#[inline(always)]
fn advance<T: Int>(core: &mut Core, reg: usize, op: &Op) {
    advance_by(core, reg, step::<T>(core), op);
}

#[inline(always)]
fn advance_by(core: &mut Core, reg: usize, bytes: u32, op: &Op) {
    let mask = mask(op);
    let value = core.gpr[reg];
    core.gpr[reg] = value & !mask | value.wrapping_add(bytes) & mask;
}

/// One iteration of a string instruction.
pub(crate) trait Element {
    /// Does one element and moves the index registers; nothing changes if it fails.
    fn once<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow;

    /// Does up to `count` elements at once where nothing can observe the difference; tells how
    /// many it did, possibly none. None of them ends a repetition until `U`.
    #[inline(always)]
    fn many<U: Until, T: Int>(_: &mut Core, _: &mut Memory, _: &Op, _: u32) -> u32 {
        0
    }
}

pub(crate) struct Movs;
pub(crate) struct Stos;
pub(crate) struct Lods;
pub(crate) struct Cmps;
pub(crate) struct Scas;

impl Element for Movs {
    #[inline(always)]
    fn once<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
        let value = core.read_at::<T>(mem, op.seg, core.gpr[ESI] & mask(op))?;
        core.write_at::<T>(mem, ES, core.gpr[EDI] & mask(op), value)?;
        advance::<T>(core, ESI, op);
        advance::<T>(core, EDI, op);
        Ok(())
    }

    #[inline(always)]
    fn many<U: Until, T: Int>(core: &mut Core, mem: &mut Memory, op: &Op, count: u32) -> u32 {
        let from = core.run_of::<T>(op.seg, core.gpr[ESI] & mask(op), mask(op), count);
        let to = core.run_of::<T>(ES, core.gpr[EDI] & mask(op), mask(op), count);
        let (Some((from, ready)), Some((to, room))) = (from, to) else { return 0 };
        let done = mem.cached_copy(from, to, ready.min(room) * T::BYTES, T::BYTES) / T::BYTES;
        advance_by(core, ESI, done * T::BYTES, op);
        advance_by(core, EDI, done * T::BYTES, op);
        done
    }
}

impl Element for Stos {
    #[inline(always)]
    fn once<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
        let value = T::reg(core, EAX);
        core.write_at::<T>(mem, ES, core.gpr[EDI] & mask(op), value)?;
        advance::<T>(core, EDI, op);
        Ok(())
    }

    #[inline(always)]
    fn many<U: Until, T: Int>(core: &mut Core, mem: &mut Memory, op: &Op, count: u32) -> u32 {
        let Some((to, room)) = core.run_of::<T>(ES, core.gpr[EDI] & mask(op), mask(op), count) else { return 0 };
        let value = T::cut(T::reg(core, EAX));
        let done = mem.cached_fill::<T>(to, value, room);
        advance_by(core, EDI, done * T::BYTES, op);
        done
    }
}

impl Element for Lods {
    #[inline(always)]
    fn once<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
        let value = core.read_at::<T>(mem, op.seg, core.gpr[ESI] & mask(op))?;
        T::set_reg(core, EAX, value);
        advance::<T>(core, ESI, op);
        Ok(())
    }
}

impl Element for Cmps {
    #[inline(always)]
    fn once<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
        let a = core.read_at::<T>(mem, op.seg, core.gpr[ESI] & mask(op))?;
        let b = core.read_at::<T>(mem, ES, core.gpr[EDI] & mask(op))?;
        core.flags.set(alu::sub::<T>(a, b, 0).1);
        advance::<T>(core, ESI, op);
        advance::<T>(core, EDI, op);
        Ok(())
    }

    /// All but the last of those at hand that do not end the repetition: that one leaves its flags, even
    /// if the one behind it faults.
    #[inline(always)]
    fn many<U: Until, T: Int>(core: &mut Core, mem: &mut Memory, op: &Op, count: u32) -> u32 {
        let from = core.run_of::<T>(op.seg, core.gpr[ESI] & mask(op), mask(op), count);
        let with = core.run_of::<T>(ES, core.gpr[EDI] & mask(op), mask(op), count);
        let (Some((from, left)), Some((with, right))) = (from, with) else { return 0 };
        let bytes = left.min(right) * T::BYTES;
        let (Some(a), Some(b)) = (mem.cached_bytes(from, bytes), mem.cached_bytes(with, bytes)) else { return 0 };
        let last = (a.len().min(b.len()) / T::BYTES as usize).saturating_sub(1);
        let (a, b) = (&a[..last * T::BYTES as usize], &b[..last * T::BYTES as usize]);
        let done = if U::ends(false) {
            equal_bytes(a, b) / T::BYTES as usize
        } else {
            let pairs = a.chunks_exact(T::BYTES as usize).zip(b.chunks_exact(T::BYTES as usize));
            pairs.take_while(|(a, b)| element::<T>(a) != element::<T>(b)).count()
        };
        let done = u32::try_from(done).unwrap_or(0);
        advance_by(core, ESI, done * T::BYTES, op);
        advance_by(core, EDI, done * T::BYTES, op);
        done
    }
}

impl Element for Scas {
    #[inline(always)]
    fn once<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
        let b = core.read_at::<T>(mem, ES, core.gpr[EDI] & mask(op))?;
        core.flags.set(alu::sub::<T>(T::reg(core, EAX), b, 0).1);
        advance::<T>(core, EDI, op);
        Ok(())
    }

    /// All but the last of those at hand that do not end the repetition: that one leaves its flags, even
    /// if the one behind it faults.
    #[inline(always)]
    fn many<U: Until, T: Int>(core: &mut Core, mem: &mut Memory, op: &Op, count: u32) -> u32 {
        let with = core.run_of::<T>(ES, core.gpr[EDI] & mask(op), mask(op), count);
        let Some((with, room)) = with else { return 0 };
        let Some(bytes) = mem.cached_bytes(with, room * T::BYTES) else { return 0 };
        let sought = T::reg(core, EAX);
        let elements = bytes.chunks_exact(T::BYTES as usize);
        let last = elements.len().saturating_sub(1);
        let done = elements.take(last).take_while(|bytes| !U::ends(element::<T>(bytes) == sought)).count();
        let done = u32::try_from(done).unwrap_or(0);
        advance_by(core, EDI, done * T::BYTES, op);
        done
    }
}

/// How many bytes at the start of `a` and `b`, which are of one length, are the same.
#[inline(always)]
fn equal_bytes(a: &[u8], b: &[u8]) -> usize {
    const WORD: usize = size_of::<u64>();
    let words = a.as_chunks::<WORD>().0.iter().zip(b.as_chunks::<WORD>().0);
    let same = words.take_while(|(a, b)| a == b).count() * WORD;
    same + a[same..].iter().zip(&b[same..]).take_while(|(a, b)| a == b).count()
}

/// The value of an element's bytes.
#[inline(always)]
fn element<T: Int>(bytes: &[u8]) -> u32 {
    match (T::BYTES, bytes) {
        (1, &[byte]) => u32::from(byte),
        (2, &[low, high]) => u32::from(u16::from_le_bytes([low, high])),
        (_, &[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
        _ => 0,
    }
}

/// What ends a repetition besides the count.
pub(crate) trait Until {
    /// Does an element that compares equal (or unequal) end it?
    fn ends(equal: bool) -> bool;

    #[inline(always)]
    fn ended(core: &Core) -> bool {
        Self::ends(core.flags.zf())
    }
}

/// REP with MOVS, STOS, LODS: the count alone.
pub(crate) struct Count;
/// REPE: an unequal element.
pub(crate) struct Unequal;
/// REPNE: an equal element.
pub(crate) struct Equal;

impl Until for Count {
    #[inline(always)]
    fn ends(_: bool) -> bool {
        false
    }
}

impl Until for Unequal {
    #[inline(always)]
    fn ends(equal: bool) -> bool {
        !equal
    }
}

impl Until for Equal {
    #[inline(always)]
    fn ends(equal: bool) -> bool {
        equal
    }
}

/// MOVS, STOS, LODS, CMPS, SCAS (A4–A7, AA–AF) without a repeat prefix.
pub(crate) fn single<E: Element, T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    E::once::<T>(core, mem, op)
}

/// The same with REP, REPE or REPNE: each iteration counts as an instruction, the last one as this
/// one. It ends its block, so what the budget has left is its own.
pub(crate) fn repeated<E: Element, U: Until, T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let mask = mask(op);
    let mut count = core.gpr[ECX] & mask;
    if count == 0 {
        return Ok(());
    }
    let mut room = u32::try_from(core.left + 1).unwrap_or(u32::MAX);
    loop {
        let mut done = match count.min(room) {
            1 => 0,
            several => E::many::<U, T>(core, mem, op, several),
        };
        let mut ended = false;
        if done == 0 {
            E::once::<T>(core, mem, op)?;
            (done, ended) = (1, U::ended(core));
        }
        count -= done;
        core.gpr[ECX] = core.gpr[ECX] & !mask | count;
        if count == 0 || ended {
            core.left -= i64::from(done - 1);
            return Ok(());
        }
        core.left -= i64::from(done);
        room -= done;
        if room == 0 {
            return Err(Stop::Resume);
        }
    }
}

impl Core {
    /// How many of `count` elements from `offset` on, going upwards, stay within the segment and
    /// its address size; with the linear address of the first. `None` if there is no such run.
    #[inline(always)]
    fn run_of<T: Int>(&self, seg: u8, offset: u32, mask: u32, count: u32) -> Option<(crate::types::LinearAddr, u32)> {
        let segment = &self.seg[usize::from(seg & 7)];
        let last = u32::try_from(segment.read_limit.min(segment.write_limit)).ok()?.min(mask);
        if self.flags.df() || offset > last {
            return None;
        }
        let room = (last - offset).saturating_add(1) / T::BYTES;
        (room != 0).then(|| (crate::types::LinearAddr(segment.base.wrapping_add(offset)), room.min(count)))
    }
}
