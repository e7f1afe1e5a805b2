//! A machine without a processor, for tests that call services directly.

use super::rom::Rom;
use super::{Bios, BiosState, Outcome, call, post};
use crate::clock::VirtTime;
use crate::cpu::regs::{Regs, eflags};
use crate::devices::{Board, BoardConfig};
use crate::disk::Drives;
use crate::mem::{GuestMemory, Memory};
use crate::screen::Screen;
use crate::types::{PhysAddr, Port, SegOff, Width, lo8, lo16};

/// Memory of a test machine: 1 MiB and 1 MiB of extended memory.
const MEMORY_BYTES: u32 = 2 << 20;
/// Where a test's interrupt frame lies: IP, CS, FLAGS.
const FRAME: SegOff = SegOff { seg: 0x2000, off: 0x0FFA };

/// Everything a service may touch, after a self test, with an interrupt frame on the stack.
pub(crate) struct Machine {
    pub(crate) regs: Regs,
    pub(crate) mem: Memory,
    pub(crate) board: Board,
    pub(crate) drives: Drives,
    pub(crate) state: BiosState,
    pub(crate) now: VirtTime,
}

impl Machine {
    pub(crate) fn new() -> Machine {
        Machine::build(false)
    }

    /// The same with a mouse.
    pub(crate) fn with_mouse() -> Machine {
        Machine::build(true)
    }

    fn build(mouse: bool) -> Machine {
        let mut mem = Memory::new(MEMORY_BYTES);
        mem.map_rom(Rom::START, &Rom::build().pages);
        let config = BoardConfig {
            memory_bytes: MEMORY_BYTES,
            // 1994-03-15 10:20:30.
            rtc_start: 763_726_830,
            floppy_types: [4, 0],
            hard_disks: 0,
            coprocessor: true,
            mouse,
        };
        let mut machine = Machine {
            regs: Regs::default(),
            mem,
            board: Board::new(&config),
            drives: Drives::default(),
            state: BiosState::default(),
            now: VirtTime::ZERO,
        };
        machine.with(post);
        machine
    }

    /// Runs `work` with the service's view of the machine.
    pub(crate) fn with<T>(&mut self, work: impl FnOnce(&mut Bios<'_>) -> T) -> T {
        let mut bios = Bios {
            regs: &mut self.regs,
            mem: GuestMemory::new(&mut self.mem, false),
            board: &mut self.board,
            drives: &mut self.drives,
            state: &mut self.state,
            now: self.now,
            extended_bytes: MEMORY_BYTES - (1 << 20),
            boot_from_disk: false,
        };
        work(&mut bios)
    }

    /// Calls service `number` with a fresh interrupt frame whose flags are all clear.
    pub(crate) fn service(&mut self, number: u8) -> Outcome {
        self.regs.set_ss(FRAME.seg);
        self.regs.set_sp(FRAME.off);
        self.mem.write_u16(PhysAddr(FRAME.offset(4).linear().0), lo16(eflags::ONE));
        self.with(|bios| call(number, bios))
    }

    /// Calls service `number` with `ax`.
    pub(crate) fn service_ax(&mut self, number: u8, ax: u16) -> Outcome {
        self.regs.set_ax(ax);
        self.service(number)
    }

    /// True if the frame's FLAGS image has `flag`.
    pub(crate) fn flag(&self, flag: u32) -> bool {
        self.mem.read_u16(PhysAddr(FRAME.offset(4).linear().0)) & lo16(flag) != 0
    }

    pub(crate) fn read_port(&mut self, port: u16) -> u8 {
        lo8(self.board.read(Port(port), Width::Byte, self.now))
    }

    /// What the display shows.
    pub(crate) fn screen(&self) -> Screen {
        self.board.screen(&self.mem, self.now)
    }

    /// Row `row` of the page at B8000h, 80 columns, as text.
    pub(crate) fn row_text(&self, row: u32) -> String {
        let at = |col| PhysAddr(0xB8000 + (row * 80 + col) * 2);
        (0..80).map(|col| crate::screen::CodePage::US.char(self.mem.read_u8(at(col)))).collect()
    }

    /// Attribute at `row`, `col` of the page at B8000h.
    pub(crate) fn attr(&self, row: u32, col: u32) -> u8 {
        self.mem.read_u8(PhysAddr(0xB8000 + (row * 80 + col) * 2 + 1))
    }
}
