//! RET far and IRET: to the same level, to an outer level, to virtual-8086 mode, to the previous
//! task. Source: 80386 PRM §6.3.4.2, §7.6, §15.3.2, §17.2.2 (RET, IRET).

use super::super::core::Core;
use super::super::fault::{Fault, Flow, Stop};
use super::super::regs::{Gpr, eflags};
use super::super::segment::{CS, DS, ES, FS, GS, SS, Segment};
use super::descriptor::{ACCESSED, Descriptor, kind, rpl};
use super::far::{check_entry, check_level, check_present};
use super::task::Switch;
use crate::mem::Memory;
use crate::types::lo16;

/// The flags that a program may load at all: all but VM, RF and the fixed bits.
const LOADABLE: u32 = 0x7FD5;
/// The flags that IRETD to a V86 task and a task switch load.
pub(super) const ALL: u32 = LOADABLE | eflags::RF | eflags::VM;

/// What a return finds on the stack.
struct Return {
    /// The operand size: doublewords on the stack.
    wide: bool,
    eip: u32,
    cs: u16,
    /// Bytes from the top of the stack to the outer level's SS:ESP, if there is one.
    bytes: u32,
    /// Bytes of parameters to drop from the outer stack as well.
    release: u32,
}

impl Core {
    /// RET far in protected mode; `release` bytes of parameters are dropped.
    #[cold]
    pub(crate) fn return_far_protected(&mut self, mem: &mut Memory, wide: bool, release: u32) -> Flow {
        let eip = self.slot(mem, wide, 0)?;
        let cs = lo16(self.slot(mem, wide, 1)?);
        self.return_to(mem, &Return { wide, eip, cs, bytes: 2 * unit(wide) + release, release })
    }

    /// IRET in protected mode.
    #[cold]
    pub(crate) fn return_from_interrupt(&mut self, mem: &mut Memory, wide: bool) -> Flow {
        if self.flags.bits() & eflags::NT != 0 {
            return self.return_to_task(mem);
        }
        let eip = self.slot(mem, wide, 0)?;
        let cs = lo16(self.slot(mem, wide, 1)?);
        let image = self.slot(mem, wide, 2)?;
        if wide && image & eflags::VM != 0 && self.cpl == 0 {
            return self.return_to_v86(mem, cs, eip, image);
        }
        let level = self.cpl;
        self.return_to(mem, &Return { wide, eip, cs, bytes: 3 * unit(wide), release: 0 })?;
        self.load_return_flags(image, wide, level);
        Ok(())
    }

    /// Loads the flags that IRET at privilege level `level` may change. RF comes back from a 32-bit image.
    pub(crate) fn load_return_flags(&mut self, image: u32, wide: bool, level: u8) {
        let mut mask = LOADABLE;
        if self.v86() || level > 0 {
            mask &= !eflags::IOPL;
        }
        if self.protected() && u32::from(level) > self.flags.iopl() {
            mask &= !eflags::IF;
        }
        if wide {
            mask |= eflags::RF;
        }
        let bits = self.flags.bits() & !(mask | eflags::RF) | image & mask;
        self.flags.load(bits);
    }

    /// Word or doubleword `index` from the top of the stack.
    pub(super) fn slot(&mut self, mem: &mut Memory, wide: bool, index: u32) -> Result<u32, Stop> {
        self.peek_unit(mem, wide, index * unit(wide))
    }

    /// The word or doubleword `bytes` above the top of the stack.
    fn peek_unit(&mut self, mem: &mut Memory, wide: bool, bytes: u32) -> Result<u32, Stop> {
        if wide { self.peek::<u32>(mem, bytes) } else { self.peek::<u16>(mem, bytes) }
    }

    fn return_to(&mut self, mem: &mut Memory, to: &Return) -> Flow {
        let level = rpl(to.cs);
        if level < self.cpl {
            return Err(Fault::protection(to.cs).into());
        }
        let code = self.code_descriptor(mem, to.cs, Fault::protection)?;
        check_level(&code, level, Fault::protection)?;
        check_present(&code)?;
        if level > self.cpl {
            return self.return_outward(mem, to, &code);
        }
        self.jump_to_code(mem, &code, to.eip)?;
        let sp = self.sp().wrapping_add(to.bytes);
        self.set_sp(sp);
        Ok(())
    }

    fn return_outward(&mut self, mem: &mut Memory, to: &Return, code: &Descriptor) -> Flow {
        let esp = self.peek_unit(mem, to.wide, to.bytes)?;
        let ss = lo16(self.peek_unit(mem, to.wide, to.bytes + unit(to.wide))?);
        // An absent stack segment is #SS here too. Source: 80386 PRM §9.8.12.
        let stack = self.stack_descriptor(mem, ss, rpl(to.cs), Fault::protection)?;
        check_entry(&code.segment(), to.eip)?;
        self.mark(mem, &stack, ACCESSED)?;
        self.mark(mem, code, ACCESSED)?;
        self.set_cpl(mem, rpl(to.cs));
        self.set_code(code.segment(), to.eip);
        self.set_stack_segment(stack.segment());
        self.set_sp(esp.wrapping_add(to.release));
        self.drop_inner_segments();
        Ok(())
    }

    /// Nulls the segment registers that the new, outer level could not have loaded.
    fn drop_inner_segments(&mut self) {
        for seg in [ES, DS, FS, GS] {
            let slot = &mut self.seg[usize::from(seg)];
            if !slot.conforming() && slot.dpl() < self.cpl {
                *slot = Segment::null(0);
            }
        }
    }

    /// IRETD at CPL 0 with VM in the image. Source: 80386 PRM §15.3.2.
    fn return_to_v86(&mut self, mem: &mut Memory, cs: u16, eip: u32, image: u32) -> Flow {
        let esp = self.slot(mem, true, 3)?;
        let mut selectors = [0; 5];
        for (selector, index) in selectors.iter_mut().zip(4..) {
            *selector = lo16(self.slot(mem, true, index)?);
        }
        self.flags.load(image & ALL);
        self.set_cpl(mem, 3);
        self.load_plain_segment(CS, cs);
        for (seg, selector) in [SS, ES, DS, FS, GS].into_iter().zip(selectors) {
            self.load_plain_segment(seg, selector);
        }
        self.gpr[Gpr::Esp as usize] = esp;
        // The manual's pseudo-code is garbled here; Bochs and QEMU agree that the high half is dropped.
        self.eip = eip & 0xFFFF;
        Ok(())
    }

    /// IRET with NT: back to the task that the current TSS links to.
    fn return_to_task(&mut self, mem: &mut Memory) -> Flow {
        let link = lo16(self.read_linear(mem, self.tss_field(0), 2, false)?);
        let busy = [kind::TSS_286_BUSY, kind::TSS_386_BUSY];
        let tss = self.system_descriptor(mem, link, &busy, Fault::invalid_tss)?;
        // The image that is saved is of a task that nests no more.
        self.switch_task(mem, &tss, Switch::Return, self.flags.bits() & !eflags::NT)
    }
}

fn unit(wide: bool) -> u32 {
    if wide { 4 } else { 2 }
}
