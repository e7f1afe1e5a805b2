//! A bare machine: the processor, RAM and a ROM image at its reset vector. No monitor, no devices:
//! writes to ports are handed to the caller, reads find nothing, and no interrupt ever comes.
//!
//! CPU test ROMs run here, and tests and benchmarks that want the core alone. The core delivers its
//! exceptions through the guest's own interrupt table, as the chip does.

mod rom;

use crate::cpu::regs::eflags;
use crate::cpu::{Coprocessor, Cpu, Exit, Faults, Insn};
use crate::mem::{Memory, PAGE_BYTES};
use crate::types::{PhysAddr, Port, Width};

pub use self::rom::{MAX_IMAGE_BYTES, MIN_IMAGE_BYTES, RomError};

/// *Range* of RAM: the least.
pub const MIN_RAM_BYTES: u32 = PAGE_BYTES;
/// *Range* of RAM: the most. Well below the largest image that ends at 4 GiB.
pub const MAX_RAM_BYTES: u32 = 1 << 31;

/// Why [`Bare::run`] returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// The budget is used up; the machine could go on.
    BudgetUsed,
    /// HLT with interrupts off. CS:EIP is behind it.
    Halted,
    /// HLT with interrupts on, or an instruction that jumps to itself: it waits for an interrupt, and
    /// here none can come.
    Stuck,
    /// An exception, the double fault it led to and then the delivery of that failed: only RESET
    /// helps.
    Shutdown,
}

/// A processor with memory and nothing else.
///
/// ```
/// use dosmux::bare::{Bare, Pause};
///
/// // MOV AL,5Ah; OUT 80h,AL; CLI; HLT. The last 16 bytes are where the processor starts.
/// let mut image = [0x90; 16];
/// image[..6].copy_from_slice(&[0xB0, 0x5A, 0xE6, 0x80, 0xFA, 0xF4]);
/// let mut bare = Bare::with_rom(0x10_0000, &image, None)?;
/// let mut written = Vec::new();
/// let pause = bare.run(1_000, |port, _, value| written.push((port.0, value)));
/// assert_eq!(pause, Pause::Halted);
/// assert_eq!(written, [(0x80, 0x5A)]);
/// assert_eq!(bare.executed(), 4);
/// # Ok::<(), dosmux::bare::RomError>(())
/// ```
pub struct Bare {
    /// The processor. It has been made with [`Faults::Deliver`].
    pub cpu: Cpu,
    /// RAM and ROM.
    pub mem: Memory,
    executed: u64,
}

impl Bare {
    /// A machine after RESET with `ram_bytes` of RAM and no ROM: for callers that place code and
    /// registers themselves.
    #[must_use]
    pub fn new(ram_bytes: u32) -> Bare {
        Bare {
            cpu: Cpu::with_coprocessor(Faults::Deliver, Coprocessor::Error),
            mem: Memory::new(ram_bytes),
            executed: 0,
        }
    }

    /// A machine after RESET whose ROM holds `image`, which hides the RAM below it.
    ///
    /// The image ends at 1 MiB, or begins at `at`; a copy of it ends at 4 GiB, so that its last 16
    /// bytes are what the processor executes first, at FFFFFFF0h. In both places the rest of a page
    /// that the image fills in part reads as FFh.
    ///
    /// *Errors*: an image or an address that does not fit, see [`RomError`].
    pub fn with_rom(ram_bytes: u32, image: &[u8], at: Option<PhysAddr>) -> Result<Bare, RomError> {
        let mut bare = Bare::new(ram_bytes);
        rom::map(&mut bare.mem, image, at)?;
        Ok(bare)
    }

    /// Instructions executed so far; each iteration of a repeated one counts.
    #[must_use]
    pub fn executed(&self) -> u64 {
        self.executed
    }

    /// Executes `budget` instructions, or fewer if the machine stops by itself. Gives each write to a
    /// port to `write`: the port, the width of the access and its value; a read from a port finds all
    /// bits set.
    ///
    /// A repeated INS or OUTS may exceed the budget by up to 255 iterations. After HLT a further call
    /// goes on behind it.
    pub fn run(&mut self, budget: u64, mut write: impl FnMut(Port, Width, u32)) -> Pause {
        let end = self.executed.saturating_add(budget);
        while self.executed < end {
            let before = self.cpu.retired();
            let exit = self.cpu.run(&mut self.mem, end - self.executed);
            self.executed += self.cpu.retired() - before;
            match exit {
                Exit::PortWrite(port, width, value) => write(port, width, value),
                Exit::BudgetUsed => {}
                Exit::PortRead(_, width) => self.cpu.set_accumulator(width, width.mask()),
                Exit::StringPort(insn) => {
                    if let Some(pause) = self.string_port(&insn, &mut write) {
                        return pause;
                    }
                }
                Exit::Halt if self.cpu.eflags() & eflags::IF == 0 => return Pause::Halted,
                Exit::Halt | Exit::Spin => return Pause::Stuck,
                Exit::Shutdown => return Pause::Shutdown,
                Exit::CoprocessorError | Exit::CoprocessorWait => unreachable!("no coprocessor is wired that way"),
                Exit::Fault(..) | Exit::Interrupt(_) => unreachable!("the core delivers its exceptions"),
            }
        }
        Pause::BudgetUsed
    }

    /// Carries out INS or OUTS, a portion of a repeated one.
    #[cold]
    fn string_port(&mut self, insn: &Insn, write: &mut impl FnMut(Port, Width, u32)) -> Option<Pause> {
        let mut moved: u64 = 0;
        let mut access = |port, width: Width, value| {
            moved += 1;
            match value {
                Some(value) => {
                    write(port, width, value);
                    0
                }
                None => width.mask(),
            }
        };
        let done = self.cpu.string_port(&mut self.mem, insn, &mut access);
        // The core has counted one.
        self.executed += moved.saturating_sub(1);
        let exit = done.err().and_then(|fault| self.cpu.deliver_fault(&mut self.mem, fault));
        exit.map(|_| Pause::Shutdown)
    }
}

#[cfg(test)]
mod tests;
