//! Writes that have been checked and wait to be committed together, and stacks that are built of
//! them.

use super::super::core::Core;
use super::super::fault::Fault;
use super::super::regs::Gpr;
use super::super::segment::{SS, Segment};
use super::descriptor::Descriptor;
use crate::mem::{Memory, PAGE_BYTES};
use crate::types::{LinearAddr, PhysAddr, lo8};

/// The longest list: a call gate's 31 parameters, two far pointers, two accessed bits.
const CAPACITY: usize = 40;

/// One write of up to four bytes, which may cross into a second page.
#[derive(Clone, Copy)]
struct Write {
    /// For data breakpoints.
    linear: LinearAddr,
    at: PhysAddr,
    /// Where the bytes behind the first `split` go.
    rest: PhysAddr,
    split: u8,
    bytes: u8,
    value: u32,
}

const NO_WRITE: Write =
    Write { linear: LinearAddr(0), at: PhysAddr(0), rest: PhysAddr(0), split: 0, bytes: 0, value: 0 };

/// A list of writes, each of which is known to succeed.
///
/// They go to memory as the host's do: decoded code that they meet is dropped before the next block.
/// That is soon enough, for every instruction that writes this way ends its block.
pub(super) struct Writes {
    list: [Write; CAPACITY],
    len: usize,
}

impl Writes {
    pub(super) fn new() -> Writes {
        Writes { list: [NO_WRITE; CAPACITY], len: 0 }
    }

    /// Adds a write of the processor's own, at supervisor level.
    pub(super) fn add(
        &mut self,
        core: &mut Core,
        mem: &mut Memory,
        addr: LinearAddr,
        bytes: u8,
        value: u32,
    ) -> Result<(), Fault> {
        self.add_at_level(core, mem, Target { addr, user: false }, bytes, value)
    }

    /// Adds the setting of a bit in a descriptor's access byte.
    pub(super) fn mark(
        &mut self,
        core: &mut Core,
        mem: &mut Memory,
        descriptor: &Descriptor,
        bit: u8,
    ) -> Result<(), Fault> {
        if descriptor.access() & bit != 0 {
            return Ok(());
        }
        self.add(core, mem, descriptor.access_at(), 1, u32::from(descriptor.access() | bit))
    }

    fn add_at_level(
        &mut self,
        core: &mut Core,
        mem: &mut Memory,
        to: Target,
        bytes: u8,
        value: u32,
    ) -> Result<(), Fault> {
        let room = lo8((PAGE_BYTES - to.addr.0 % PAGE_BYTES).min(u32::from(bytes)));
        let at = core.translate(mem, to.addr, true, to.user)?;
        let rest = if room < bytes {
            core.translate(mem, LinearAddr(to.addr.0.wrapping_add(u32::from(room))), true, to.user)?
        } else {
            at
        };
        self.list[self.len] = Write { linear: to.addr, at, rest, split: room, bytes, value };
        self.len += 1;
        Ok(())
    }

    /// Carries the writes out, in order.
    pub(super) fn commit(&self, mem: &mut Memory) {
        for write in &self.list[..self.len] {
            let data = write.value.to_le_bytes();
            let (first, second) = data[..usize::from(write.bytes)].split_at(usize::from(write.split));
            mem.write_bytes(write.at, first);
            mem.write_bytes(write.rest, second);
        }
    }
}

/// Where a write goes and at whose level.
struct Target {
    addr: LinearAddr,
    user: bool,
}

/// A stack that values are pushed on, in use only once it is committed.
pub(super) struct Frame {
    segment: Segment,
    esp: u32,
    /// CPL 3 will use it.
    user: bool,
    pub(super) writes: Writes,
}

impl Frame {
    /// The stack in use.
    pub(super) fn current(core: &Core) -> Frame {
        Frame {
            segment: core.seg[usize::from(SS)],
            esp: core.gpr[Gpr::Esp as usize],
            user: core.cpl == 3,
            writes: Writes::new(),
        }
    }

    /// A stack of an inner level. A 16-bit one leaves the high half of ESP as it is.
    pub(super) fn inner(core: &Core, segment: Segment, esp: u32) -> Frame {
        let mask = stack_mask(&segment);
        let esp = core.gpr[Gpr::Esp as usize] & !mask | esp & mask;
        Frame { segment, esp, user: false, writes: Writes::new() }
    }

    /// Pushes a doubleword if `wide`, else a word.
    ///
    /// *Errors*: #SS(0) beyond the segment, or #PF.
    pub(super) fn push(&mut self, core: &mut Core, mem: &mut Memory, wide: bool, value: u32) -> Result<(), Fault> {
        let mask = stack_mask(&self.segment);
        let bytes: u8 = if wide { 4 } else { 2 };
        let sp = self.esp.wrapping_sub(u32::from(bytes)) & mask;
        if !self.segment.allows(sp, u32::from(bytes), true) {
            return Err(Fault::stack(0));
        }
        let addr = LinearAddr(self.segment.base.wrapping_add(sp));
        self.writes.add_at_level(core, mem, Target { addr, user: self.user }, bytes, value)?;
        self.esp = self.esp & !mask | sp;
        Ok(())
    }

    /// Puts the values on the stack and the stack in use.
    pub(super) fn commit(self, core: &mut Core, mem: &mut Memory) {
        self.writes.commit(mem);
        if core.debug.watching() {
            for write in &self.writes.list[..self.writes.len] {
                core.debug.note_access(write.linear, u32::from(write.bytes), true);
            }
        }
        core.set_stack_segment(self.segment);
        core.gpr[Gpr::Esp as usize] = self.esp;
    }
}

fn stack_mask(segment: &Segment) -> u32 {
    if segment.big { u32::MAX } else { 0xFFFF }
}
