//! The state that instructions work on, and their way to memory and stack.

use super::access::{Sure, Way};
use super::debug::Debug;
use super::fault::{Event, Fault, Stop};
use super::flags::Flags;
use super::fpu::Fpu;
use super::int::Int;
use super::op::{Done, Op, Stopped};
use super::regs::{Gpr, eflags};
use super::segment::{CS, SS, Segment};
use super::test_registers::TestRegisters;
use crate::mem::Memory;
use crate::types::{LinearAddr, Port, Width};

/// CR0 bits. Source: 80386 PRM §4.1.3.
pub(crate) mod cr0 {
    /// Protection enable.
    pub(crate) const PE: u32 = 1 << 0;
    /// Math present (monitor coprocessor).
    pub(crate) const MP: u32 = 1 << 1;
    /// Emulate coprocessor.
    pub(crate) const EM: u32 = 1 << 2;
    /// Task switched.
    pub(crate) const TS: u32 = 1 << 3;
    /// Extension type: an 80387.
    pub(crate) const ET: u32 = 1 << 4;
    /// Paging.
    pub(crate) const PG: u32 = 1 << 31;
}

/// GDTR or IDTR.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TableReg {
    pub(crate) base: u32,
    pub(crate) limit: u16,
}

/// A port access that an instruction asks the core's owner for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PortAccess {
    pub(crate) port: Port,
    pub(crate) width: Width,
    pub(crate) value: u32,
}

/// Registers, flags and descriptor caches.
pub(crate) struct Core {
    /// General registers; index 8 and up stay zero (see `op::NO_REG`).
    pub(crate) gpr: [u32; 16],
    /// While a block runs: the offset behind the block, or where the last instruction jumped.
    pub(crate) eip: u32,
    pub(crate) flags: Flags,
    /// ES, CS, SS, DS, FS, GS; the last two are never used.
    pub(crate) seg: [Segment; 8],
    pub(crate) cr0: u32,
    pub(crate) cr2: u32,
    pub(crate) cr3: u32,
    pub(crate) debug: Debug,
    pub(crate) test: TestRegisters,
    pub(crate) gdtr: TableReg,
    pub(crate) idtr: TableReg,
    pub(crate) ldtr: Segment,
    pub(crate) tr: Segment,
    pub(crate) cpl: u8,
    /// 0xFFFF or all ones, by the stack segment's B bit.
    pub(crate) stack_mask: u32,
    /// Instructions left in the budget; while a block runs, all of its own are taken off already.
    pub(crate) left: i64,
    /// Counts the changes of how code is fetched or decoded, see [`Core::unlink`].
    pub(crate) epoch: u64,
    /// Offset in the code segment where the block that runs began.
    pub(crate) block_eip: u32,
    /// The access of an [`Event::PortRead`] or [`Event::PortWrite`].
    pub(crate) port_access: PortAccess,
    pub(crate) fpu: Fpu,
    /// Where and why the last block stopped that did.
    pub(crate) stopped: Stopped,
}

impl Core {
    /// The state after RESET. Source: 80386 PRM §10.1.
    pub(crate) fn reset() -> Core {
        let mut core = Core {
            gpr: [0; 16],
            eip: 0xFFF0,
            flags: Flags::default(),
            seg: [Segment::real(0); 8],
            cr0: cr0::ET,
            cr2: 0,
            cr3: 0,
            debug: Debug::reset(),
            test: TestRegisters::reset(),
            gdtr: TableReg { base: 0, limit: 0xFFFF },
            idtr: TableReg { base: 0, limit: 0x3FF },
            ldtr: Segment::null(0),
            tr: Segment::null(0),
            cpl: 0,
            stack_mask: 0xFFFF,
            left: 0,
            epoch: 0,
            block_eip: 0,
            port_access: PortAccess { port: Port(0), width: Width::Byte, value: 0 },
            fpu: Fpu::default(),
            stopped: Stopped { stop: Stop::Resume, op: super::decode::placeholder() },
        };
        core.flags.load(eflags::ONE);
        // EDX identifies the part: 3 for the 386, stepping 8.
        core.gpr[Gpr::Edx as usize] = 0x0308;
        core.seg[usize::from(CS)] = Segment { base: 0xFFFF_0000, ..Segment::real(0xF000) };
        core
    }

    // --- modes ---

    #[inline(always)]
    pub(crate) fn v86(&self) -> bool {
        self.flags.vm()
    }

    #[inline(always)]
    pub(crate) fn protected(&self) -> bool {
        self.cr0 & cr0::PE != 0 && !self.flags.vm()
    }

    #[inline(always)]
    pub(crate) fn paging(&self) -> bool {
        self.cr0 & cr0::PG != 0
    }

    /// Makes every block be looked up anew: how code is fetched or decoded has changed.
    #[inline(always)]
    pub(crate) fn unlink(&mut self) {
        self.epoch += 1;
    }

    /// Ends the block that runs at `op`, which has not completed.
    #[cold]
    pub(crate) fn stop_at(&mut self, stop: Stop, op: &Op) -> Done {
        self.left += i64::from(op.behind) + 1;
        self.stopped = Stopped { stop, op: *op };
        Done::Stopped
    }

    /// Chooses user or supervisor translations after a change of privilege level.
    pub(crate) fn set_cpl(&mut self, mem: &mut Memory, cpl: u8) {
        self.unlink();
        self.cpl = cpl;
        mem.select_bank(cpl == 3);
    }

    /// Loads a segment register of a real-mode or V86 program.
    #[inline]
    pub(crate) fn load_plain_segment(&mut self, seg: u8, selector: u16) {
        let slot = &mut self.seg[usize::from(seg & 7)];
        if self.flags.vm() {
            *slot = Segment::v86(selector);
        } else {
            // Real mode changes selector and base alone: limit and rights stay as protected mode
            // left them. Source: 80386 PRM §14.3; only the base is documented to change.
            slot.selector = selector;
            slot.base = u32::from(selector) << 4;
            if seg == CS {
                // Source: 80386 PRM §14.5: the far jump out of protected mode makes CS's access rights
                // those of real mode. Its limit and D bit stay.
                slot.make_plain();
            }
        }
        if seg == SS {
            self.set_stack_mask();
        }
    }

    /// Loads CS and EIP of a real-mode or V86 program.
    #[inline(always)]
    pub(crate) fn jump_far_plain(&mut self, selector: u16, offset: u32) -> Result<(), Stop> {
        if offset > self.seg[usize::from(CS)].limit {
            return Err(Fault::protection(0).into());
        }
        self.load_plain_segment(CS, selector);
        self.eip = offset;
        Ok(())
    }

    pub(crate) fn set_stack_mask(&mut self) {
        self.stack_mask = if self.seg[usize::from(SS)].big { u32::MAX } else { 0xFFFF };
    }

    // --- memory ---

    /// Offset of the memory operand in its segment.
    #[inline(always)]
    pub(crate) fn offset(&self, op: &Op) -> u32 {
        let base = self.gpr[usize::from(op.base & 15)];
        let index = self.gpr[usize::from(op.index & 15)] << (op.scale & 3);
        base.wrapping_add(index).wrapping_add(op.disp) & (u32::MAX >> (op.addr_shift & 31))
    }

    /// The same where addressing is known to be 16-bit.
    #[inline(always)]
    pub(crate) fn offset16(&self, op: &Op) -> u32 {
        let base = self.gpr[usize::from(op.base & 15)];
        let index = self.gpr[usize::from(op.index & 15)];
        base.wrapping_add(index).wrapping_add(op.disp) & 0xFFFF
    }

    /// Reads the memory operand.
    #[inline(always)]
    pub(crate) fn read<T: Int>(&mut self, mem: &mut Memory, op: &Op) -> Result<u32, Stop> {
        self.read_at::<T>(mem, op.seg, self.offset(op))
    }

    /// Writes the memory operand.
    #[inline(always)]
    pub(crate) fn write<T: Int>(&mut self, mem: &mut Memory, op: &Op, value: u32) -> Result<(), Stop> {
        self.write_at::<T>(mem, op.seg, self.offset(op), value)
    }

    /// Reads at `offset` of segment register `seg`.
    #[inline(always)]
    pub(crate) fn read_at<T: Int>(&mut self, mem: &mut Memory, seg: u8, offset: u32) -> Result<u32, Stop> {
        match self.cached_read::<T>(mem, seg, offset) {
            Some(value) => Ok(value),
            None => self.read_slow(mem, seg, offset, T::BYTES),
        }
    }

    /// Reads what the instruction will write back: a page fault is that of a write. Bochs 2.7 says so,
    /// and the manual does not contradict; QEMU reports a read.
    #[inline(always)]
    pub(crate) fn read_to_write_at<T: Int>(&mut self, mem: &mut Memory, seg: u8, offset: u32) -> Result<u32, Stop> {
        match self.cached_read::<T>(mem, seg, offset) {
            Some(value) => Ok(value),
            None => self.read_to_write_slow(mem, seg, offset, T::BYTES),
        }
    }

    /// Writes at `offset` of segment register `seg`.
    #[inline(always)]
    pub(crate) fn write_at<T: Int>(&mut self, mem: &mut Memory, seg: u8, offset: u32, value: u32) -> Result<(), Stop> {
        if self.cached_write::<T>(mem, seg, offset, value) {
            return Ok(());
        }
        self.write_slow(mem, seg, offset, T::BYTES, value)
    }

    #[cold]
    #[inline(never)]
    fn read_slow(&mut self, mem: &mut Memory, seg: u8, offset: u32, bytes: u32) -> Result<u32, Stop> {
        let linear = self.check_access(seg, offset, bytes, false)?;
        let value = self.read_linear(mem, linear, bytes, self.cpl == 3)?;
        if self.debug.watching() {
            self.debug.note_access(linear, bytes, false);
        }
        Ok(value)
    }

    #[cold]
    #[inline(never)]
    fn read_to_write_slow(&mut self, mem: &mut Memory, seg: u8, offset: u32, bytes: u32) -> Result<u32, Stop> {
        self.probe_write(mem, seg, offset, bytes)?;
        self.read_slow(mem, seg, offset, bytes)
    }

    #[cold]
    #[inline(never)]
    fn write_slow(&mut self, mem: &mut Memory, seg: u8, offset: u32, bytes: u32, value: u32) -> Result<(), Stop> {
        let linear = self.check_access(seg, offset, bytes, true)?;
        if mem.cached_write_beside_code(linear, &value.to_le_bytes()[..bytes as usize]) {
            return Ok(());
        }
        self.write_linear(mem, linear, bytes, value)?;
        if self.debug.watching() {
            self.debug.note_access(linear, bytes, true);
        }
        Ok(())
    }

    /// Limit and access rights of `bytes` at `offset`; gives the linear address.
    pub(crate) fn check_access(&self, seg: u8, offset: u32, bytes: u32, write: bool) -> Result<LinearAddr, Fault> {
        let segment = &self.seg[usize::from(seg & 7)];
        if !segment.allows(offset, bytes, write) {
            // Source: 80386 PRM §14.1, table 14-1: in real and V86 mode too.
            return Err(if seg == SS { Fault::stack(0) } else { Fault::protection(0) });
        }
        Ok(LinearAddr(segment.base.wrapping_add(offset)))
    }

    // --- stack ---

    #[inline(always)]
    pub(crate) fn sp(&self) -> u32 {
        self.gpr[Gpr::Esp as usize] & self.stack_mask
    }

    #[inline(always)]
    pub(crate) fn set_sp(&mut self, value: u32) {
        let esp = &mut self.gpr[Gpr::Esp as usize];
        *esp = *esp & !self.stack_mask | value & self.stack_mask;
    }

    #[inline(always)]
    pub(crate) fn push<T: Int>(&mut self, mem: &mut Memory, value: u32) -> Result<(), Stop> {
        self.push_by::<T, Sure>(mem, value)
    }

    #[inline(always)]
    pub(crate) fn push_by<T: Int, W: Way>(&mut self, mem: &mut Memory, value: u32) -> Result<(), Stop> {
        let sp = self.sp().wrapping_sub(T::BYTES) & self.stack_mask;
        W::write::<T>(self, mem, SS, sp, value)?;
        self.set_sp(sp);
        Ok(())
    }

    #[inline(always)]
    pub(crate) fn pop<T: Int>(&mut self, mem: &mut Memory) -> Result<u32, Stop> {
        self.pop_by::<T, Sure>(mem)
    }

    #[inline(always)]
    pub(crate) fn pop_by<T: Int, W: Way>(&mut self, mem: &mut Memory) -> Result<u32, Stop> {
        let sp = self.sp();
        let value = W::read::<T>(self, mem, SS, sp)?;
        self.set_sp(sp.wrapping_add(T::BYTES));
        Ok(value)
    }

    /// Raises whatever would stop `count` pushes in a row, before the first of them.
    pub(crate) fn probe_pushes<T: Int>(&mut self, mem: &mut Memory, count: u32) -> Result<(), Stop> {
        let (sp, bytes) = (self.sp(), count * T::BYTES);
        let segment = &self.seg[usize::from(SS)];
        if sp >= bytes && i64::from(sp) <= segment.write_limit + 1 {
            let lowest = LinearAddr(segment.base.wrapping_add(sp - bytes));
            if mem.is_cached_for_writes(lowest, bytes) {
                return Ok(());
            }
        }
        (1..=count).try_for_each(|slot| self.probe_push::<T>(mem, slot))
    }

    /// Raises whatever would stop the last of `slot` pushes in a row.
    pub(crate) fn probe_push<T: Int>(&mut self, mem: &mut Memory, slot: u32) -> Result<(), Stop> {
        let at = self.sp().wrapping_sub(slot * T::BYTES) & self.stack_mask;
        self.probe_store(mem, SS, at, T::BYTES)
    }

    /// The value `bytes` above the top of the stack, without popping.
    #[inline(always)]
    pub(crate) fn peek<T: Int>(&mut self, mem: &mut Memory, bytes: u32) -> Result<u32, Stop> {
        let sp = self.sp().wrapping_add(bytes) & self.stack_mask;
        self.read_at::<T>(mem, SS, sp)
    }

    /// Runs `work`, and if it fails gives the stack pointer its old value back, so that an
    /// instruction that pushes more than once can be restarted.
    pub(crate) fn restoring_sp<R>(
        &mut self,
        mem: &mut Memory,
        work: impl FnOnce(&mut Core, &mut Memory) -> Result<R, Stop>,
    ) -> Result<R, Stop> {
        let esp = self.gpr[Gpr::Esp as usize];
        let done = work(self, mem);
        if done.is_err() {
            self.gpr[Gpr::Esp as usize] = esp;
        }
        done
    }

    // --- control flow ---

    /// Jumps to `target` in the code segment.
    #[inline(always)]
    pub(crate) fn jump(&mut self, target: u32) -> Result<(), Stop> {
        // A target beyond the limit faults before the jump, so that the fault points at it.
        if target > self.seg[usize::from(CS)].limit {
            return Err(Fault::protection(0).into());
        }
        self.eip = target;
        Ok(())
    }

    /// Leaves the block so that the owner can do the port access.
    pub(crate) fn ask_port(&mut self, access: PortAccess, event: Event) -> Result<(), Stop> {
        self.port_access = access;
        Err(Stop::Exit(event))
    }
}
