//! One instruction at a time: single steps, breakpoints, and instructions that cannot run as a
//! part of a block. Source: 80386 PRM §12.3.
//!
//! The order at an instruction boundary: traps of the instruction before, instruction breakpoints of
//! the next, then its fetch. MOV SS and POP SS hold off both until the instruction behind them is
//! complete. Source: 80386 PRM §9.2.4.

use super::core::Core;
use super::debug::dr6;
use super::decode;
use super::fault::{Event, Fault, Stop};
use super::op::Op;
use super::regs::eflags::RF;
use super::segment::CS;
use super::{Cpu, Exit, Insn, Stopped};
use crate::mem::Memory;
use crate::types::LinearAddr;

/// After which instruction external interrupts wait for one more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shadow {
    /// The count of retired instructions at which the shadow lies; no later.
    at: u64,
    /// MOV SS or POP SS: debug exceptions wait too.
    stack: bool,
}

impl Shadow {
    pub(super) const NONE: Shadow = Shadow { at: u64::MAX, stack: false };
}

impl Core {
    /// True while each instruction may trap, or be kept from it: blocks do not run.
    #[inline(always)]
    pub(super) fn stepping(&self) -> bool {
        self.flags.stepping() || self.debug.busy()
    }
}

impl Cpu {
    /// True if an external interrupt would be taken now: IF is set, the last instruction was no STI
    /// that set it, no MOV SS and no POP SS, and no debug trap comes first.
    #[must_use]
    pub fn interruptible(&self) -> bool {
        self.core.flags.interrupts() && self.shadow.at != self.retired && !self.core.debug.traps_pending()
    }

    /// Notes that the instruction which has just been counted holds off interrupts.
    pub(super) fn cast_shadow(&mut self, stack: bool) {
        self.shadow = Shadow { at: self.retired_now(), stack };
    }

    /// Raises the debug exception that is due, or executes the next instruction.
    #[inline(never)]
    pub(super) fn debug_step(&mut self, mem: &mut Memory) -> Option<Exit> {
        // What the delivery of an interrupt or the owner's own pushes have touched.
        self.core.debug.commit();
        let held_off = self.shadow.stack && self.shadow.at == self.retired_now();
        let done = if !held_off && self.debug_exception_due() {
            self.core.block_eip = self.core.eip;
            Err(debug_exception())
        } else {
            self.single_step(mem)
        };
        done.err().and_then(|stopped| self.stopped(mem, stopped))
    }

    fn debug_exception_due(&mut self) -> bool {
        if self.core.debug.take_trap() {
            return true;
        }
        let linear = LinearAddr(self.core.seg[usize::from(CS)].base.wrapping_add(self.core.eip));
        let hits = if self.core.flags.rf() { 0 } else { self.core.debug.instruction_hits(linear) };
        if hits != 0 {
            self.core.debug.report(hits);
            // The image that the fault pushes lets the instruction pass when it is returned to.
            self.core.flags.set_system(RF, true);
        }
        hits != 0
    }

    /// Decodes and executes one instruction without the cache.
    #[inline(never)]
    pub(super) fn single_step(&mut self, mem: &mut Memory) -> Result<(), Stopped> {
        let linear = LinearAddr(self.core.seg[usize::from(CS)].base.wrapping_add(self.core.eip));
        let fetched = self.core.translate_read(mem, linear);
        match fetched.and_then(|phys| decode::block(&mut self.core, mem, phys, 1)) {
            Ok(decoded) => self.step(mem, decoded.ops[0]),
            Err(fault) => self.core.fetch_failed(fault),
        }
    }

    /// Executes the instruction at CS:EIP, which has been fetched as `op`, and raises its traps.
    pub(super) fn step(&mut self, mem: &mut Memory, op: Op) -> Result<(), Stopped> {
        let core = &mut self.core;
        let (tracing, resuming) = (core.flags.tf(), core.flags.rf());
        // RF ends with the instruction, unless that is an IRETD which loads it.
        core.flags.set_system(RF, false);
        let start = core.eip;
        core.block_eip = start.wrapping_sub(u32::from(op.start));
        core.eip = start.wrapping_add(u32::from(op.len));
        // With no budget beyond its own, a repeated instruction does one iteration: where it overwrites
        // itself, the next is fetched anew, whatever the budgets are.
        let left = std::mem::replace(&mut core.left, 0);
        let flow = op.alone(core, mem);
        core.left = left;
        match flow {
            Ok(()) => {}
            Err(Stop::Resume) => {
                // Between its iterations a breakpoint at the instruction has had its turn.
                core.flags.set_system(RF, resuming || core.debug.breaks_on_execution());
                core.eip = start;
            }
            Err(stop @ Stop::Exit(event)) => {
                core.debug.commit();
                if resuming && event == Event::CoprocessorWait {
                    core.flags.set_system(RF, true);
                }
                if tracing && event.traps_single_step() {
                    core.debug.pend(dr6::BS);
                }
                // A trap ends the halt.
                if !(event.is_halt() && core.debug.traps_pending()) {
                    return Err(Stopped { stop, op });
                }
            }
            Err(stop) => {
                core.debug.discard();
                if resuming && stop.starts_over() {
                    core.flags.set_system(RF, true);
                }
                return Err(Stopped { stop, op });
            }
        }
        self.complete(tracing)
    }

    /// Raises the traps of the instruction that has just completed, or counts it.
    fn complete(&mut self, tracing: bool) -> Result<(), Stopped> {
        self.core.debug.commit();
        if tracing {
            self.core.debug.pend(dr6::BS);
        }
        if self.core.debug.take_trap() {
            // The trap reports behind the instruction: pretend to be a block that starts here. Who
            // handles it counts the instruction.
            self.core.block_eip = self.core.eip;
            return Err(debug_exception());
        }
        self.core.left -= 1;
        Ok(())
    }

    /// Notes the debug traps of an INS or OUTS whose element has been moved.
    pub(super) fn string_port_traps(&mut self, insn: &Insn) {
        self.core.debug.commit();
        if self.core.flags.tf() {
            self.core.debug.pend(dr6::BS);
        }
        if self.core.eip != insn.next_eip && self.core.debug.breaks_on_execution() {
            self.core.flags.set_system(RF, true);
        }
    }

    // --- what a monitor needs to emulate an instruction ---

    /// Begins the emulation of an instruction: RF ends with it, and with TF set a single-step trap
    /// comes when the core runs on.
    pub fn begin_emulation(&mut self) {
        self.core.flags.set_system(RF, false);
        if self.core.flags.tf() {
            self.core.debug.pend(dr6::BS);
        }
    }

    /// The instruction under emulation faults, or is one that does not trap: takes back
    /// [`Cpu::begin_emulation`]'s trap.
    pub fn cancel_single_step(&mut self) {
        self.core.debug.cancel(dr6::BS);
    }

    /// DRn for a monitor that emulates MOV from a debug register. DR4 and DR5 are DR6 and DR7.
    ///
    /// *Errors*: #DB while DR7.GD guards the registers; DR6.BD then tells why, and GD is clear.
    pub fn read_debug(&mut self, number: u8) -> Result<u32, Fault> {
        self.core.check_debug_guard()?;
        Ok(self.core.debug.read(number))
    }

    /// Loads DRn for a monitor that emulates MOV to a debug register.
    ///
    /// *Errors*: as [`Cpu::read_debug`].
    pub fn write_debug(&mut self, mem: &mut Memory, number: u8, value: u32) -> Result<(), Fault> {
        self.core.check_debug_guard()?;
        self.core.write_debug(mem, number, value);
        Ok(())
    }
}

/// How a debug exception reports: at [`Core::block_eip`], with no instruction of its own.
fn debug_exception() -> Stopped {
    Stopped { stop: Fault::DEBUG.into(), op: decode::placeholder() }
}

impl Event {
    fn is_halt(self) -> bool {
        matches!(self, Event::Halt | Event::Spin)
    }

    /// False for INT n, whose delivery clears TF; for MOV SS and POP SS, which hold the trap off; and
    /// for INS and OUTS, whose elements are still to be moved, and instructions that wait to be executed.
    fn traps_single_step(self) -> bool {
        !matches!(self, Event::Interrupt(_) | Event::StackSwitch | Event::StringPort | Event::CoprocessorWait)
    }
}

impl Stop {
    /// True if the instruction has had no effect.
    fn starts_over(self) -> bool {
        match self {
            Stop::Fault(fault) => !fault.is_trap(),
            Stop::InTask(_) => false,
            _ => true,
        }
    }
}
