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
//! exceptions and interrupts, `debug` and `stepping` the debug registers and what traps, and `trap`
//! what a monitor sees of an instruction.

mod blocks;
mod core;
mod debug;
mod decode;
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

use self::blocks::{Block, BlockId, BlockKey, Blocks, MAX_OPS, NO_BLOCK};
use self::core::Core;
use self::fault::{Event, Stop};
use self::interrupt::Interrupt;
use self::op::Op;
use self::segment::CS;
use self::stepping::Shadow;
use crate::mem::{Memory, PAGE_BYTES};
use crate::types::{LinearAddr, PhysAddr, Port, Width};

pub use self::fault::Fault;
pub use self::fpu::{Coprocessor, Fpu};
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
}

/// How a block ended early.
struct Stopped {
    stop: Stop,
    op: Op,
}

/// A number of instructions, for the budget.
#[inline(always)]
fn instructions(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Cpu {
    /// A core after RESET.
    #[must_use]
    pub fn new(faults: Faults) -> Cpu {
        Cpu { core: Core::reset(), blocks: Blocks::new(), faults, retired: 0, budget: 0, shadow: Shadow::NONE }
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
        let mut previous = NO_BLOCK;
        self.core.unlink();
        loop {
            if mem.has_code_hits() {
                self.blocks.invalidate(mem);
                self.core.unlink();
            }
            if self.core.left <= 0 {
                return Exit::BudgetUsed;
            }
            if self.core.stepping() {
                match self.debug_step(mem) {
                    Some(exit) => return exit,
                    None => continue,
                }
            }
            let linear = self.core.seg[usize::from(CS)].base.wrapping_add(self.core.eip);
            let offset = linear % PAGE_BYTES;
            let linked = linear - offset == self.core.linked_page;
            let mut id = if linked { self.blocks.successor(previous, offset) } else { NO_BLOCK };
            if id == NO_BLOCK {
                id = match self.look_up(mem, LinearAddr(linear)) {
                    Ok((found, kept)) => {
                        if linked && kept {
                            self.blocks.link(previous, offset, found);
                        }
                        found
                    }
                    Err(fault) => {
                        self.core.unlink();
                        self.core.left -= 1;
                        let start = self.core.eip;
                        match self.raise(mem, fault, Insn::unknown(), start) {
                            Some(exit) => return exit,
                            None => continue,
                        }
                    }
                };
            }
            let block = self.blocks.get(id);
            let flow = if self.core.runs_as_cached(mem, block) {
                (previous, self.core.linked_page) = (id, linear - offset);
                self.core.execute(mem, block)
            } else {
                self.core.unlink();
                self.single_step(mem)
            };
            if let Err(stopped) = flow {
                self.core.unlink();
                if let Some(exit) = self.stopped(mem, stopped) {
                    return exit;
                }
            }
        }
    }

    /// Finds or decodes the block at CS:EIP. The flag tells whether the cache kept all it held.
    #[inline(never)]
    fn look_up(&mut self, mem: &mut Memory, linear: LinearAddr) -> Result<(BlockId, bool), Fault> {
        let phys = self.core.translate_read(mem, linear)?;
        let key = BlockKey { phys, big: self.core.seg[usize::from(CS)].big };
        if let Some(id) = self.blocks.find(key) {
            return Ok((id, true));
        }
        let decoded = decode::block(&mut self.core, mem, phys, MAX_OPS)?;
        let kept = self.blocks.has_room(decoded.ops.len());
        Ok((self.blocks.insert(mem, key, decoded.ops, decoded.len, decoded.second), kept))
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
                    match self.step(mem, Op { start: 0, ..op }) {
                        Ok(()) => return None,
                        Err(again) => stopped = again,
                    }
                }
                Stop::Resume => {
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

    /// Executes a block, or as much of it as the budget allows.
    #[inline(always)]
    fn execute(&mut self, mem: &mut Memory, block: &Block) -> Result<(), Stopped> {
        let (mut ops, mut end) = (&block.ops[..], block.len);
        if let Ok(left) = usize::try_from(self.left)
            && left < ops.len()
        {
            end = u32::from(ops[left].start);
            ops = &ops[..left];
        }
        self.left -= instructions(ops.len());
        self.block_eip = self.eip;
        self.eip = self.eip.wrapping_add(end);
        for (done, op) in ops.iter().enumerate() {
            if let Err(stop) = (op.handler)(self, mem, op) {
                self.left += instructions(ops.len() - done);
                return Err(Stopped { stop, op: *op });
            }
        }
        Ok(())
    }
}
