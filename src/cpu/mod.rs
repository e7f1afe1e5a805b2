//! The 80386: real mode, protected mode with all its gates, tasks and levels, virtual-8086 mode, and
//! paging.
//!
//! [`Cpu::run`] executes decoded blocks until something happens that the core's owner must see, and
//! returns it as a value, [`Exit`]. The core knows no device and no monitor: port accesses, trapped
//! instructions and halts are exits. Who owns the core decides with [`Faults`] whether exceptions
//! are delivered through the interrupt table, as the bare chip does, or handed out, as to a ring-0
//! program written in Rust.
//!
//! Inside: `core` state and memory access, `decode` bytes to operations, `blocks` the cache,
//! `exec` the handlers, `paging`, `protected` descriptors and what they guard, `interrupt` the way of
//! exceptions and interrupts, `debug` and `stepping` the debug registers and what traps, `trap`
//! what a monitor sees of an instruction, and `disassemble` code as text.

mod access;
mod blocks;
mod core;
mod debug;
mod decode;
mod disassemble;
mod exec;
mod fault;
mod flags;
mod fpu;
mod int;
mod interrupt;
mod op;
mod paging;
mod protected;
pub mod regs;
mod segment;
mod state;
mod stepping;
mod test_registers;
mod trap;

use self::blocks::{Block, BlockId, BlockKey, Blocks, MAX_OPS, Place};
use self::core::Core;
use self::fault::{Event, Stop};
use self::interrupt::Interrupt;
use self::op::{Class, Done, Op, Stopped};
use self::segment::CS;
use self::stepping::Shadow;
use crate::mem::{Memory, PAGE_BYTES};
use crate::types::{LinearAddr, PhysAddr, Port, Width};

pub use self::disassemble::CodeLine;
pub use self::fault::Fault;
pub use self::fpu::{Coprocessor, Fpu, FpuRegister, FpuView};
pub use self::paging::pte;
pub use self::state::{CpuState, SegmentCache, TableRegister};
pub use self::trap::{ControlAccess, ControlRegister, Insn, PortAction, PortNumber, Sensitive, V86Task};

/// Who handles exceptions and software interrupts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Faults {
    /// The core delivers them through its interrupt table.
    Deliver,
    /// [`Cpu::run`] returns them to its caller, the ring-0 program.
    HandOut,
}

/// Why [`Cpu::run`] returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The budget is used up.
    BudgetUsed,
    /// An exception ([`Faults::HandOut`] only). CS:EIP is at the instruction, for traps behind it.
    Fault(Fault, Insn),
    /// A software interrupt that privilege did not trap ([`Faults::HandOut`] only). CS:EIP is
    /// behind it.
    Interrupt(u8),
    /// HLT. CS:EIP is behind it.
    Halt,
    /// An instruction that jumps to itself: nothing changes before an interrupt.
    Spin,
    /// IN: the owner reads the port and calls [`Cpu::set_accumulator`].
    PortRead(Port, Width),
    /// OUT with its value.
    PortWrite(Port, Width, u32),
    /// INS or OUTS: the owner calls [`Cpu::string_port`] with a way to the port.
    StringPort(Insn),
    /// A floating-point error was latched ([`Coprocessor::Latched`] only): IRQ13 rises. CS:EIP is behind
    /// the instruction.
    CoprocessorError,
    /// A floating-point instruction waits until [`Cpu::release_coprocessor`]; only an interrupt can
    /// bring that about. CS:EIP is at the instruction.
    CoprocessorWait,
    /// A fault during the delivery of a double fault: only RESET helps.
    Shutdown,
}

/// One 80386.
///
/// ```
/// use dosmux::cpu::{Cpu, Exit, Faults};
/// use dosmux::mem::Memory;
/// use dosmux::types::PhysAddr;
///
/// let mut mem = Memory::new(0x10_0000);
/// // MOV AX,1234h; HLT
/// mem.write_bytes(PhysAddr(0x7C00), &[0xB8, 0x34, 0x12, 0xF4]);
/// let mut cpu = Cpu::new(Faults::Deliver);
/// let mut regs = cpu.regs();
/// regs.set_cs(0);
/// regs.eip = 0x7C00;
/// cpu.set_regs(&regs);
/// assert_eq!(cpu.run(&mut mem, 100), Exit::Halt);
/// assert_eq!(cpu.regs().ax(), 0x1234);
/// ```
pub struct Cpu {
    core: Core,
    blocks: Blocks,
    faults: Faults,
    retired: u64,
    /// The budget of the current run.
    budget: i64,
    shadow: Shadow,
    /// [`Memory::translation_changes`] when the last run began.
    translation_changes: u64,
}

impl Cpu {
    /// A core after RESET.
    #[must_use]
    pub fn new(faults: Faults) -> Cpu {
        Cpu {
            core: Core::reset(),
            blocks: Blocks::new(),
            faults,
            retired: 0,
            budget: 0,
            shadow: Shadow::NONE,
            translation_changes: 0,
        }
    }

    /// A core after RESET with an 80387 in its socket, or none.
    #[must_use]
    pub fn with_coprocessor(faults: Faults, coprocessor: Coprocessor) -> Cpu {
        let mut cpu = Cpu::new(faults);
        cpu.core.fpu = Fpu::new(coprocessor);
        cpu
    }

    /// The coprocessor's state, for comparing.
    #[must_use]
    pub fn coprocessor(&self) -> &Fpu {
        &self.core.fpu
    }

    /// Lets BUSY# go, as a write to port F0h does in a PC/AT: instructions no longer wait.
    pub fn release_coprocessor(&mut self) {
        self.core.fpu.release_busy();
    }

    /// Puts the coprocessor in its state after RESET; the machine's reset line does it.
    pub fn reset_coprocessor(&mut self) {
        self.core.fpu = Fpu::new(self.core.fpu.wiring());
    }

    /// Instructions executed since the core was made; each iteration of a string instruction counts.
    #[must_use]
    pub fn retired(&self) -> u64 {
        self.retired
    }

    /// Executes `budget` instructions, or fewer if something happens that the owner must see.
    pub fn run(&mut self, mem: &mut Memory, budget: u64) -> Exit {
        self.budget = i64::try_from(budget).unwrap_or(i64::MAX);
        self.core.left = self.budget;
        let exit = self.run_blocks(mem);
        self.retired = self.retired_now();
        exit
    }

    /// [`Cpu::retired`] in the middle of a run, between instructions.
    fn retired_now(&self) -> u64 {
        self.retired + u64::try_from(self.budget - self.core.left).unwrap_or(0)
    }

    fn run_blocks(&mut self, mem: &mut Memory) -> Exit {
        self.see_translations(mem);
        loop {
            if mem.has_code_hits() {
                self.blocks.invalidate(mem);
            }
            let place = self.core.place();
            let done = match self.blocks.recent(place) {
                Some(block) if self.core.may_execute(block) => self.core.execute(mem, block, place),
                _ if self.core.left <= 0 => return Exit::BudgetUsed,
                _ if self.core.stepping() => match self.debug_step(mem) {
                    Some(exit) => return exit,
                    None => continue,
                },
                _ => self.find_and_execute(mem, place),
            };
            if done == Done::Stopped {
                let stopped = self.core.stopped;
                if let Some(exit) = self.stopped(mem, stopped) {
                    return exit;
                }
            }
        }
    }

    /// Executes what is at CS:EIP where the fast way there does not exist yet or is not to be taken.
    #[inline(never)]
    fn find_and_execute(&mut self, mem: &mut Memory, place: Place) -> Done {
        let flow = match self.look_up(mem) {
            Ok(id) if self.core.runs_as_cached(mem, self.blocks.get(id)) => {
                self.blocks.remember(place, id);
                let block = self.blocks.get(id);
                if self.core.may_execute(block) {
                    return self.core.execute(mem, block, place);
                }
                self.core.execute_some(mem, &block.ops)
            }
            Ok(_) => self.single_step(mem),
            Err(fault) => self.core.fetch_failed(fault),
        };
        flow.map_or_else(|stopped| self.core.stopped_by(stopped), |()| Done::Ended)
    }

    /// Starts a new epoch if the owner has changed translations since the last run.
    fn see_translations(&mut self, mem: &Memory) {
        if self.translation_changes != mem.translation_changes() {
            self.translation_changes = mem.translation_changes();
            self.core.unlink();
        }
    }

    /// Finds or decodes the block at CS:EIP.
    fn look_up(&mut self, mem: &mut Memory) -> Result<BlockId, Fault> {
        let place = self.core.place();
        let phys = self.core.translate_read(mem, LinearAddr(place.base.wrapping_add(place.eip)))?;
        let key = BlockKey { phys, big: self.core.seg[usize::from(CS)].big };
        if let Some(id) = self.blocks.find(key) {
            return Ok(id);
        }
        let decoded = decode::block(&mut self.core, mem, phys, MAX_OPS)?;
        Ok(self.blocks.insert(mem, key, decoded.ops, decoded.len, decoded.second))
    }

    /// Puts EIP where it belongs after a block stopped early, and decides what follows. The
    /// instruction that stopped has not been counted.
    #[cold]
    fn stopped(&mut self, mem: &mut Memory, stopped: Stopped) -> Option<Exit> {
        let mut stopped = stopped;
        loop {
            let Stopped { stop, op } = stopped;
            let start = self.core.block_eip.wrapping_add(u32::from(op.start));
            let next = start.wrapping_add(u32::from(op.len));
            match stop {
                Stop::Fault(fault) => {
                    self.core.eip = if fault.is_trap() { next } else { start };
                    // A faulting instruction takes time too; else a fault loop would never end a budget.
                    self.core.left -= 1;
                    // An instruction without length could not be fetched.
                    let insn = if op.len == 0 { Insn::unknown() } else { Insn::new(&self.core, &op, next) };
                    return self.raise(mem, fault, insn, start);
                }
                Stop::InTask(fault) => {
                    self.core.left -= 1;
                    let first = self.core.eip;
                    return self.raise(mem, fault, Insn::unknown(), first);
                }
                Stop::CodeHit => {
                    self.core.eip = start;
                    self.blocks.invalidate(mem);
                    // As it was fetched: a first push may have overwritten the instruction itself.
                    match self.step(mem, op) {
                        Ok(()) => return None,
                        Err(again) => stopped = again,
                    }
                }
                Stop::Resume | Stop::Uncached => {
                    self.core.eip = start;
                    return None;
                }
                Stop::Exit(event) => {
                    self.core.left -= 1;
                    return self.event(mem, event, &op, start, next);
                }
            }
        }
    }

    fn event(&mut self, mem: &mut Memory, event: Event, op: &Op, start: u32, next: u32) -> Option<Exit> {
        self.core.eip = next;
        let access = self.core.port_access;
        match event {
            Event::Halt => Some(Exit::Halt),
            Event::Spin => {
                self.core.eip = start;
                Some(Exit::Spin)
            }
            Event::CoprocessorError => Some(Exit::CoprocessorError),
            Event::CoprocessorWait => {
                self.core.eip = start;
                Some(Exit::CoprocessorWait)
            }
            Event::PortRead => Some(Exit::PortRead(access.port, access.width)),
            Event::PortWrite => Some(Exit::PortWrite(access.port, access.width, access.value)),
            Event::StackSwitch | Event::InterruptsOn => {
                self.cast_shadow(event == Event::StackSwitch);
                None
            }
            Event::StringPort => {
                self.core.eip = start;
                Some(Exit::StringPort(Insn::new(&self.core, op, next)))
            }
            Event::Interrupt(vector) if self.faults == Faults::HandOut => Some(Exit::Interrupt(vector)),
            // INT1 (F1) goes through its gate as a debug exception does, whatever its privilege level.
            Event::Interrupt(vector) if op.class != Class::Int => self.deliver(mem, Interrupt::external(vector), start),
            Event::Interrupt(vector) => self.deliver(mem, Interrupt::software(vector), start),
        }
    }

    /// Gives an exception to whom it concerns; `start` is the offset of its instruction.
    fn raise(&mut self, mem: &mut Memory, fault: Fault, insn: Insn, start: u32) -> Option<Exit> {
        if fault == Fault::DEBUG {
            self.core.debug.enter_handler();
        }
        match self.faults {
            Faults::HandOut => Some(Exit::Fault(fault, insn)),
            Faults::Deliver => self.deliver(mem, Interrupt::exception(fault), start),
        }
    }

    /// Forgets all decoded code (tests and changes of the processor's owner).
    pub fn flush_blocks(&mut self, mem: &mut Memory) {
        self.blocks.clear(mem);
    }
}

impl Core {
    /// False where a block's cached form may not be what the core would fetch now: it would run past
    /// the segment, or its second page is another one.
    #[inline(always)]
    fn runs_as_cached(&mut self, mem: &mut Memory, block: &Block) -> bool {
        let last = u64::from(self.eip) + u64::from(block.len) - 1;
        if last > u64::from(self.seg[usize::from(CS)].limit) {
            return false;
        }
        match block.second {
            None => true,
            Some(frame) => self.next_code_frame(mem) == Some(frame),
        }
    }

    /// The frame of the page behind the one that CS:EIP lies in.
    #[inline(never)]
    fn next_code_frame(&mut self, mem: &mut Memory) -> Option<PhysAddr> {
        let linear = self.seg[usize::from(CS)].base.wrapping_add(self.eip);
        let next = LinearAddr((linear & !(PAGE_BYTES - 1)).wrapping_add(PAGE_BYTES));
        self.translate_read(mem, next).ok()
    }

    #[inline(always)]
    fn place(&self) -> Place {
        Place { base: self.seg[usize::from(CS)].base, eip: self.eip, epoch: self.epoch }
    }

    /// True if all of a block may be executed at once: the budget suffices, and nothing wants to look in
    /// between.
    #[inline(always)]
    fn may_execute(&self, block: &Block) -> bool {
        self.left >= i64::from(block.count) && !self.stepping()
    }

    /// Executes a block, again and again if it comes back to its own beginning.
    #[inline(always)]
    fn execute(&mut self, mem: &mut Memory, block: &Block, place: Place) -> Done {
        let [first, rest @ ..] = &block.ops[..] else { return Done::Ended };
        loop {
            self.left -= i64::from(block.count);
            self.block_eip = place.eip;
            self.eip = place.eip.wrapping_add(block.len);
            let done = (first.handler)(self, mem, first, rest);
            let again = done == Done::Jumped && self.eip == place.eip;
            if !again || self.left < i64::from(block.count) || mem.has_code_hits() {
                return done;
            }
        }
    }

    /// Stands for an instruction that could not be fetched.
    fn fetch_failed(&mut self, fault: Fault) -> Result<(), Stopped> {
        self.block_eip = self.eip;
        Err(Stopped { stop: fault.into(), op: decode::placeholder() })
    }

    fn stopped_by(&mut self, stopped: Stopped) -> Done {
        self.stopped = stopped;
        Done::Stopped
    }

    /// Executes operations one by one until the budget is used up or one jumps.
    #[cold]
    #[inline(never)]
    fn execute_some(&mut self, mem: &mut Memory, ops: &[Op]) -> Result<(), Stopped> {
        for op in ops {
            if self.left <= 0 {
                break;
            }
            self.left -= 1;
            self.block_eip = self.eip.wrapping_sub(u32::from(op.start));
            let next = self.eip.wrapping_add(u32::from(op.len));
            self.eip = next;
            // What a handler gives back for the operations behind it was not taken here.
            let alone = Op { behind: 0, ..*op };
            alone.alone(self, mem).map_err(|stop| Stopped { stop, op: alone })?;
            if self.eip != next {
                break;
            }
        }
        Ok(())
    }
}
