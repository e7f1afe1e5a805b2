//! INT 2Fh: what DOS itself answers. All else is nobody's: registers stay as they are, which tells the caller
//! that nothing of the kind is installed (XMS 4300h, APPEND B700h, installable commands AE00h, the network 1100h,
//! Windows 1600h, PRINT, ASSIGN, NLSFUNC and others).
//!
//! Source: RBIL, INT 2Fh/AX=1000h, AX=1200h to 122Eh, AX=1680h, AX=4A01h.

use super::memory_map::{DATA_SEGMENT, NUL_HEADER};
use super::path::{self, capital};
use super::{Dos, Outcome, cds, psp, sda, sft};
use crate::types::{SegOff, lo8};

const INSTALLED: u8 = 0xFF;
const SHARE: u8 = 0x10;
const NETWORK: u8 = 0x11;
const INTERNAL: u8 = 0x12;
const ANSI: u16 = 0x1A00;
/// Gives the rest of the time slice away.
const RELEASE: u16 = 0x1680;
/// What of the high memory area is free, and some of it.
const HIGH_MEMORY: std::ops::RangeInclusive<u16> = 0x4A01..=0x4A02;
const NOWHERE: SegOff = SegOff { seg: 0xFFFF, off: 0xFFFF };
const INVALID_FUNCTION: u16 = 1;
const INVALID_HANDLE: u16 = 6;

/// Where things lie from SS:SP: the caller's FLAGS, and what it pushed before the interrupt.
const FLAGS: u16 = 4;
const ARGUMENT: u16 = 6;
const CARRY: u16 = 1;
const ZERO: u16 = 1 << 6;

impl Dos<'_> {
    /// INT 2Fh.
    pub(super) fn int2f(&mut self) -> Outcome {
        let ax = self.regs.ax();
        let [al, ah] = ax.to_le_bytes();
        match ah {
            // SHARE is part of the kernel.
            SHARE if al == 0 => self.regs.set_al(INSTALLED),
            NETWORK if al != 0 => self.refuse(INVALID_FUNCTION),
            INTERNAL => self.internal(al),
            // ANSI.SYS.
            _ if ax == ANSI && self.state.console.has_ansi() => self.regs.set_al(INSTALLED),
            _ if ax == RELEASE => {
                self.regs.set_al(0);
                return Outcome::Yield;
            }
            _ if HIGH_MEMORY.contains(&ax) => {
                self.regs.set_bx(0);
                self.set_es_di(NOWHERE);
            }
            _ => {}
        }
        Outcome::Return
    }

    /// AH=12h: services of the kernel for redirectors and resident programs.
    fn internal(&mut self, service: u8) {
        match service {
            0x00 => self.regs.set_al(INSTALLED),
            0x02 => {
                let at = SegOff::new(0, 4 * u16::from(lo8(u32::from(self.argument()))));
                let (es, bx) = (at.seg, at.off);
                self.regs.set_es(es);
                self.regs.set_bx(bx);
            }
            0x03 => self.regs.set_ds(DATA_SEGMENT),
            0x04 => self.separator(),
            0x08 => self.decrement_references(),
            0x0D => self.date_and_time(),
            0x11 => self.normalize_name(),
            0x12 => {
                let length = self.length_at(self.es_di());
                self.regs.set_cx(length);
            }
            0x13 => {
                let character = capital(lo8(u32::from(self.argument())), self.state.page);
                self.regs.set_al(character);
            }
            0x14 => {
                let same = self.ds_si().linear() == self.es_di().linear();
                self.set_flag(ZERO, same);
                self.set_flag(CARRY, !same);
            }
            0x16 => self.file_entry(),
            0x17 => self.directory_entry(),
            0x18 => {
                let at = sda::user_stack(&self.mem);
                self.set_ds_si(at);
            }
            0x1A => self.drive_of_name(),
            0x20 => self.handle_entry(),
            0x25 => {
                let length = self.length_at(self.ds_si());
                self.regs.set_cx(length);
            }
            0x2C => {
                let second = self.mem.read_far(NUL_HEADER);
                self.regs.set_bx(second.seg);
                self.regs.set_ax(second.off);
            }
            0x2D => {
                let (code, _) = sda::last_error(&self.mem);
                self.regs.set_ax(code);
            }
            _ => {
                tracing::warn!("INT 2Fh/AX=12{service:02X}h is not offered");
                self.refuse(INVALID_FUNCTION);
            }
        }
    }

    /// AX=1204h: the character on the stack, a slash as a backslash; ZF tells of either.
    fn separator(&mut self) {
        let character = match lo8(u32::from(self.argument())) {
            b'/' => b'\\',
            other => other,
        };
        self.regs.set_al(character);
        self.set_flag(ZERO, character == b'\\');
    }

    /// AX=1208h: one reference less of the entry at ES:DI; AX = how many there were. The last stays as FFFFh, for
    /// the caller to close.
    fn decrement_references(&mut self) {
        let at = self.es_di();
        let had = sft::REFERENCES.get(&self.mem, at);
        let left = if had == 1 { 0xFFFF } else { had.wrapping_sub(1) };
        sft::REFERENCES.set(&mut self.mem, at, left);
        self.regs.set_ax(had);
    }

    /// AX=120Dh: AX = date and DX = time, as files have them.
    fn date_and_time(&mut self) {
        let stamp = super::function::clock::stamp(self);
        self.regs.set_ax(stamp.date);
        self.regs.set_dx(stamp.time);
    }

    /// AX=1211h: the name at DS:SI to ES:DI in capitals, with backslashes.
    fn normalize_name(&mut self) {
        let (from, to) = (self.ds_si(), self.es_di());
        let page = self.state.page;
        for index in 0..u16::MAX {
            let byte = match capital(self.mem.read_u8(from.offset(index)), page) {
                b'/' => b'\\',
                byte => byte,
            };
            self.mem.write_u8(to.offset(index), byte);
            if byte == 0 {
                break;
            }
        }
    }

    /// AX=1216h: ES:DI = entry BX of the system file table.
    fn file_entry(&mut self) {
        let entry = u8::try_from(self.regs.bx()).ok().and_then(|index| sft::entry(&self.mem, index));
        match entry {
            Some(at) => self.set_es_di(at),
            None => self.refuse(INVALID_HANDLE),
        }
        self.set_flag(CARRY, entry.is_none());
    }

    /// AX=1217h: DS:SI = current directory structure of the drive on the stack, 0 is A:.
    fn directory_entry(&mut self) {
        let drive = lo8(u32::from(self.argument()));
        let known = self.drive(drive).is_ok();
        if known {
            self.set_ds_si(cds::base(drive));
        }
        self.set_flag(CARRY, !known);
    }

    /// AX=121Ah: AL = drive of the name at DS:SI, 0 is the current one, FFh none; SI is behind it.
    fn drive_of_name(&mut self) {
        let at = self.ds_si();
        let letter = [self.mem.read_u8(at), self.mem.read_u8(at.offset(1))];
        let (drive, _) = path::drive_of(&letter);
        let number = match drive {
            Some(drive) if self.drive(drive).is_ok() => drive + 1,
            Some(_) => 0xFF,
            None => 0,
        };
        if drive.is_some() {
            let behind = self.regs.si().wrapping_add(2);
            self.regs.set_si(behind);
        }
        self.regs.set_al(number);
    }

    /// AX=1220h: ES:DI = where the current process has the entry of its handle BX.
    fn handle_entry(&mut self) {
        let entry = psp::entry(&self.mem, self.psp(), self.regs.bx());
        match entry {
            Some(at) => self.set_es_di(at),
            None => self.refuse(INVALID_HANDLE),
        }
        self.set_flag(CARRY, entry.is_none());
    }

    /// Bytes of the text at `at` with its zero.
    fn length_at(&self, at: SegOff) -> u16 {
        (0..u16::MAX).find(|&index| self.mem.read_u8(at.offset(index)) == 0).map_or(0, |length| length + 1)
    }

    fn argument(&self) -> u16 {
        self.mem.read_u16(self.regs.ss_sp().offset(ARGUMENT))
    }

    fn refuse(&mut self, code: u16) {
        self.regs.set_ax(code);
        self.set_flag(CARRY, true);
    }

    /// Sets or clears a flag that the caller gets back.
    fn set_flag(&mut self, flag: u16, on: bool) {
        let at = self.regs.ss_sp().offset(FLAGS);
        let flags = self.mem.read_u16(at);
        self.mem.write_u16(at, if on { flags | flag } else { flags & !flag });
    }

    fn ds_si(&self) -> SegOff {
        SegOff::new(self.regs.ds(), self.regs.si())
    }

    fn es_di(&self) -> SegOff {
        SegOff::new(self.regs.es(), self.regs.di())
    }

    fn set_ds_si(&mut self, at: SegOff) {
        self.regs.set_ds(at.seg);
        self.regs.set_si(at.off);
    }

    fn set_es_di(&mut self, at: SegOff) {
        self.regs.set_es(at.seg);
        self.regs.set_di(at.off);
    }
}
