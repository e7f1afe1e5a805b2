//! The instructions that IOPL 0 makes a V86 task trap on. Source: 80386 PRM §15.4.

use super::dispatch::Next;
use super::stats::{IdleReason, TrapKind};
use super::vm::{StopReason, Vm};
use crate::cpu::regs::eflags;
use crate::cpu::{ControlAccess, ControlRegister, Fault, Insn, Sensitive};
use crate::types::{Vector, Width, lo16};

/// INT 28h: DOS is idle.
const INT_DOS_IDLE: u8 = 0x28;
/// INT 2Fh, multiplex.
const INT_MULTIPLEX: u8 = 0x2F;
/// AX for "release the current VM's time slice". Source: RBIL, INT 2Fh AX=1680h.
const RELEASE_TIME_SLICE: u16 = 0x1680;
/// CR0 bits that decide the mode: PE and PG.
const MODE_BITS: u32 = 0x8000_0001;

impl Vm {
    /// Emulates a trapped instruction for a program that believes it is in real mode.
    ///
    /// With TF set at its start, a single-step trap follows, as behind any other instruction; not
    /// behind INT n, which clears TF. Source: 80386 PRM §12.3.1.4.
    pub(super) fn emulate(&mut self, sensitive: Sensitive, insn: &Insn) -> Next {
        let tracing = self.cpu.eflags() & eflags::TF != 0;
        self.cpu.begin_emulation();
        let done = match sensitive {
            Sensitive::Cli => self.interrupt_flag(TrapKind::Cli, false, insn),
            Sensitive::Sti => self.interrupt_flag(TrapKind::Sti, true, insn),
            Sensitive::Pushf(width) => self.pushf(width, insn),
            Sensitive::Popf(width) => self.popf(width, insn),
            Sensitive::Int(vector) => {
                self.cpu.cancel_single_step();
                return self.software_interrupt(vector, insn.next_eip);
            }
            Sensitive::Iret(width) => self.iret(width),
            // A single-step trap ends the halt.
            Sensitive::Hlt if tracing => {
                self.cpu.set_eip(insn.next_eip);
                Ok(())
            }
            Sensitive::Hlt => return self.hlt(insn),
            Sensitive::In(port, width) => {
                self.port_in(self.cpu.port(port), width);
                self.cpu.set_eip(insn.next_eip);
                Ok(())
            }
            Sensitive::Out(port, width) => {
                self.port_out(self.cpu.port(port), width);
                self.cpu.set_eip(insn.next_eip);
                Ok(())
            }
            Sensitive::StringPort => self.string_port(insn),
            Sensitive::Control(access) => match self.control(access, insn) {
                Ok(done) => done,
                Err(refused) => return Next::Stop(refused),
            },
        };
        match done {
            Ok(()) => Next::Go,
            Err(fault) => {
                self.cpu.cancel_single_step();
                self.exception(fault)
            }
        }
    }

    fn interrupt_flag(&mut self, kind: TrapKind, on: bool, insn: &Insn) -> Result<(), Fault> {
        self.stats.count(kind);
        // STI takes effect after the instruction that follows it. Source: 80386 PRM §17.2.2, STI.
        self.interrupt_shadow = on && !self.interrupts_enabled();
        self.enable_interrupts(on);
        self.cpu.set_eip(insn.next_eip);
        Ok(())
    }

    fn pushf(&mut self, width: Width, insn: &Insn) -> Result<(), Fault> {
        self.stats.count(TrapKind::Pushf);
        let flags = self.guest_flags();
        self.cpu.push_all(&mut self.mem, width, &[flags])?;
        self.cpu.set_eip(insn.next_eip);
        Ok(())
    }

    fn popf(&mut self, width: Width, insn: &Insn) -> Result<(), Fault> {
        self.stats.count(TrapKind::Popf);
        let [flags] = self.cpu.pop_all(&mut self.mem, width)?;
        self.set_guest_flags(flags);
        self.cpu.set_eip(insn.next_eip);
        Ok(())
    }

    pub(super) fn iret(&mut self, width: Width) -> Result<(), Fault> {
        self.stats.count(TrapKind::Iret);
        let esp = self.cpu.regs().gpr[4];
        let [eip, cs, flags] = self.cpu.pop_all(&mut self.mem, width)?;
        if eip > 0xFFFF {
            self.cpu.set_esp(esp);
            return Err(Fault::protection(0));
        }
        self.cpu.set_cs_eip(lo16(cs), eip);
        self.set_guest_flags(flags);
        // RF lies in the upper half of the image, and real mode is CPL 0.
        if width == Width::Dword {
            self.cpu.set_eflags(self.cpu.eflags() | flags & eflags::RF);
        }
        self.note_return();
        self.note_code_page_return();
        Ok(())
    }

    /// INT n: the calls a guest gives its time away with are ours, the rest is the guest's own.
    pub(super) fn software_interrupt(&mut self, vector: u8, next_eip: u32) -> Next {
        self.stats.count(TrapKind::Int);
        self.trace_call(vector);
        let trapped_at = self.cpu.eip();
        self.cpu.set_eip(next_eip);
        self.note_interrupt(vector);
        self.note_code_page_call(vector);
        if vector == INT_MULTIPLEX && self.cpu.regs().ax() == RELEASE_TIME_SLICE {
            self.cpu.set_accumulator(Width::Byte, 0);
            return Next::Idle(IdleReason::TimeSlice);
        }
        if let Err(reason) = self.reflect(Vector(vector)) {
            self.cpu.set_eip(trapped_at);
            return Next::Stop(reason);
        }
        if vector == INT_DOS_IDLE {
            self.note_look_for_key();
            return Next::Idle(IdleReason::Dos);
        }
        Next::Go
    }

    fn hlt(&mut self, insn: &Insn) -> Next {
        self.stats.count(TrapKind::Hlt);
        if !self.interrupts_enabled() {
            return Next::Stop(StopReason::HaltedWithInterruptsOff(self.cs_ip()));
        }
        self.cpu.set_eip(insn.next_eip);
        self.halted = true;
        Next::Idle(IdleReason::Halt)
    }

    fn string_port(&mut self, insn: &Insn) -> Result<(), Fault> {
        let now = self.now();
        let (board, stats) = (&mut self.board, &mut self.stats);
        let mut last = None;
        let moved = self.cpu.string_port(&mut self.mem, insn, &mut |port, width, value| match value {
            Some(value) => {
                stats.count(TrapKind::Out);
                board.write(port, width, value, now);
                last = Some((port, value, true));
                0
            }
            None => {
                stats.count(TrapKind::In);
                let value = board.read(port, width, now);
                last = Some((port, value, false));
                value
            }
        });
        match last {
            Some((port, value, true)) => self.trace_write(port, value),
            Some((port, value, false)) => self.trace_read(port, value),
            None => {}
        }
        self.idle.activity(&mut self.mem);
        self.after_port_write();
        moved.map(|_| ())
    }

    /// Control, debug and test registers, and the descriptor tables.
    ///
    /// Reads of control registers give the task's real values, as SMSW does untrapped. Writes that
    /// leave the mode as it is are accepted; who wants protected mode is told that it is not to be had.
    /// The debug registers are the guest's own: nothing but the guest runs on this core, and their
    /// linear addresses are those of its own window.
    ///
    /// *Errors*: why the machine stops. Else what the instruction did: done, or a fault for the guest.
    fn control(&mut self, access: ControlAccess, insn: &Insn) -> Result<Result<(), Fault>, StopReason> {
        self.stats.count(TrapKind::System);
        let at = self.cs_ip();
        let refused = |what| Err(StopReason::NotOffered(what, at));
        let done = match access {
            ControlAccess::Read { control: ControlRegister::Dr(number), gpr } => {
                self.cpu.read_debug(number).map(|value| self.cpu.set_gpr(gpr, value))
            }
            ControlAccess::WriteDebug { number, value } => self.cpu.write_debug(&mut self.mem, number, value),
            ControlAccess::Read { control, gpr } => {
                let value = self.cpu.control(control);
                self.cpu.set_gpr(gpr, value);
                Ok(())
            }
            ControlAccess::WriteTest { number, value } => {
                self.cpu.write_test(number, value);
                Ok(())
            }
            ControlAccess::WriteCr0 { value } if (self.cpu.cr0() ^ value) & MODE_BITS != 0 => {
                return refused("a change between real and protected mode");
            }
            ControlAccess::WriteCr3 => return refused("a page directory of its own"),
            ControlAccess::LoadTable => return refused("a descriptor table of its own (protected mode)"),
            // Gap: EM, MP and TS stay clear, so that no floating-point instruction raises #NM.
            ControlAccess::WriteCr0 { .. } | ControlAccess::Clts => Ok(()),
            ControlAccess::Undefined => Err(Fault::UNDEFINED),
        };
        if done.is_ok() {
            self.cpu.set_eip(insn.next_eip);
        }
        Ok(done)
    }

    /// Gives an exception to the guest's vector table. `CS:EIP` is where the processor reports it.
    pub(super) fn exception(&mut self, fault: Fault) -> Next {
        self.stats.count(TrapKind::Exception);
        self.trace_exception(fault.vector);
        tracing::debug!(at = %self.cs_ip(), "exception {:02X}h", fault.vector);
        match self.reflect(Vector(fault.vector)) {
            Ok(()) => Next::Go,
            Err(reason) => Next::Stop(reason),
        }
    }

    /// The flags a fresh task has: interrupts off until the BIOS enables them.
    pub(super) fn reset_flags(&mut self) {
        self.virtual_flags = 0;
        self.interrupt_shadow = false;
        self.halted = false;
        self.cpu.set_eflags(eflags::IF | eflags::ONE);
    }
}
