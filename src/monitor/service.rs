//! The door to the BIOS: an ARPL in the ROM, which raises #UD in V86 mode.
//!
//! Gap: a service reads and writes guest memory past the processor, so no data breakpoint traps.

use super::dispatch::Next;
use super::stats::{IdleReason, TrapKind};
use super::vm::{StopReason, Vm};
use crate::bios::rom::Rom;
use crate::bios::table::service;
use crate::bios::{self, Bios, Outcome};
use crate::cpu::regs::{Regs, eflags};
use crate::dos::rom::Entry;
use crate::mem::GuestMemory;
use crate::types::{PhysAddr, SegOff};

/// ARPL AX,AX.
const TRAP: [u8; 2] = [0x63, 0xC0];
/// The ARPL and the service byte behind it.
pub(super) const TRAP_BYTES: u32 = 3;
/// INT 10h/AH=00h.
const SET_MODE: u8 = 0x00;
/// Bytes in the first megabyte.
const MEGABYTE: u32 = 0x10_0000;

impl Vm {
    /// The service number, if CS:EIP is at a trap of the ROM.
    pub(super) fn rom_trap(&self) -> Option<u8> {
        self.rom_trap_at(PhysAddr(self.cpu.linear_eip().0))
    }

    /// The service number, if there is a trap of the ROM at `at`.
    pub(super) fn rom_trap_at(&self, at: PhysAddr) -> Option<u8> {
        if !(Rom::START.0..MEGABYTE).contains(&at.0) {
            return None;
        }
        let code = [self.mem.read_u8(at), self.mem.read_u8(at.offset(1))];
        (code == TRAP).then(|| self.mem.read_u8(at.offset(2)))
    }

    /// Runs service `number`: the built-in DOS's, where it is loaded or about to be, or the BIOS's.
    pub(super) fn service(&mut self, number: u8) -> Next {
        let entry = match number {
            bios::table::service::BOOT => Some(Entry::Boot),
            number => Entry::of_service(number),
        };
        match (entry, self.dos.take()) {
            (Some(entry), Some(dos)) => self.dos_service(entry, dos),
            (_, dos) => {
                self.dos = dos;
                self.bios_service(number)
            }
        }
    }

    /// Runs BIOS service `number` and does what it asks for.
    fn bios_service(&mut self, number: u8) -> Next {
        self.stats.count(TrapKind::Bios);
        tracing::debug!(from = %self.rom_caller(), ax = format_args!("{:04X}h", self.cpu.regs().ax()), "BIOS service {number:02X}h");
        let video_function = self.cpu.regs().ah();
        if number == service::VIDEO {
            self.note_job_video(video_function);
        }
        let outcome = match number {
            service::MOUSE | service::MOUSE_EVENT => self.mouse_service(number),
            _ => self.with_bios(|bios| bios::call(number, bios)),
        };
        self.board_touched = true;
        self.follow_a20();
        if number == service::VIDEO && video_function == SET_MODE {
            self.with_mouse_driver(|driver, bios| driver.mode_was_set(bios));
        }
        if number == service::KEYBOARD && matches!(outcome, Outcome::Wait | Outcome::Polled) {
            self.note_look_for_key();
        }
        if outcome != Outcome::Wait {
            self.cpu.set_eip(self.behind_trap());
            self.cpu.begin_emulation();
        }
        match outcome {
            Outcome::Done => {
                self.idle.service(number, &mut self.mem);
                Next::Go
            }
            Outcome::Polled => Next::Polled,
            Outcome::Looked => Next::Go,
            Outcome::Yield => Next::Idle(IdleReason::TimeSlice),
            Outcome::Wait => {
                self.enable_interrupts(true);
                Next::Idle(waits_for(number))
            }
            Outcome::Reboot => Next::Reboot,
            Outcome::NoBoot => Next::Stop(StopReason::NoBootDisk),
            Outcome::Unhandled(vector) => {
                // The frame that the exception left tells where it happened.
                Next::Stop(StopReason::UnhandledException(vector, self.rom_caller()))
            }
        }
    }

    /// EIP behind the trap at CS:EIP.
    pub(super) fn behind_trap(&self) -> u32 {
        self.cpu.eip().wrapping_add(TRAP_BYTES)
    }

    /// Where the interrupt came from that led to the trap at CS:IP: the frame on the guest's stack.
    fn rom_caller(&self) -> SegOff {
        let frame = self.cpu.regs().ss_sp();
        let word = |at: SegOff| self.mem.read_u16(PhysAddr(at.linear().0));
        SegOff { off: word(frame), seg: word(frame.offset(2)) }
    }

    /// Lets BIOS code work on the guest's registers and memory.
    pub(super) fn with_bios<R>(&mut self, work: impl FnOnce(&mut Bios<'_>) -> R) -> R {
        let mut regs: Regs = self.cpu.regs();
        let before = regs.clone();
        let result = work(&mut Bios {
            regs: &mut regs,
            mem: GuestMemory::new(&mut self.mem, self.a20),
            board: &mut self.board,
            drives: &mut self.drives,
            state: &mut self.bios,
            now: self.clock.now(self.cpu.retired()),
            extended_bytes: self.memory_bytes.saturating_sub(MEGABYTE),
            boot_from_disk: self.boot_from_disk,
        });
        if regs != before {
            regs.eflags = regs.eflags & !(eflags::IOPL | eflags::NT) | eflags::IF;
            self.cpu.set_regs(&regs);
        }
        result
    }
}

/// What a guest waits for whose service `number` has to be asked again.
fn waits_for(number: u8) -> IdleReason {
    match number {
        service::KEYBOARD => IdleReason::Key,
        service::PAUSE => IdleReason::PauseKey,
        _ => IdleReason::Delay,
    }
}
