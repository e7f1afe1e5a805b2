//! MC146818 real-time clock and CMOS memory (`Cmos`), ports 70h/71h.
//!
//! Models: time and alarm in BCD and binary, 12- and 24-hour, the SET bit, the update-in-progress
//! bit, periodic, alarm and update interrupts on IRQ 8, the divider, and 128 bytes of memory that
//! the board fills as a setup program would. The century at 32h follows the clock.
//! Gap: no daylight saving, no square wave; divider settings other than 32.768 kHz stop the clock.
//! Gap: bit 7 of port 70h masks no NMI, for there is none.
//!
//! | register | meaning |
//! | --- | --- |
//! | 00h–09h | seconds, alarm, minutes, alarm, hours, alarm, weekday, day, month, year |
//! | 0Ah–0Dh | status A–D |
//! | 0Fh | shutdown code |
//! | 10h | floppy drive types, A: in bits 7–4 |
//! | 12h | hard disk types, first in bits 7–4; F means extended type at 19h, 1Ah |
//! | 14h | equipment |
//! | 15h, 16h | base memory, KiB |
//! | 17h, 18h; 30h, 31h | memory above 1 MiB, KiB |
//! | 2Eh, 2Fh | sum of 10h–2Dh, high byte first |
//! | 32h | century, BCD |
//! | 34h, 35h | memory above 16 MiB, in units of 64 KiB |
//!
//! Source: Motorola MC146818 data sheet; IBM PC AT Technical Reference, "CMOS RAM".

mod calendar;
mod time;

use std::time::Duration;

use self::time::Time;
use super::PortDevice;
use super::board::BoardConfig;
use super::rate::Rate;
use crate::clock::VirtTime;

const PORT_INDEX: u16 = 0x70;

const REG_A: usize = 0x0A;
const REG_B: usize = 0x0B;
const REG_C: usize = 0x0C;
const REG_D: usize = 0x0D;
const REG_CHECKSUM: usize = 0x2E;

const A_UPDATE_IN_PROGRESS: u8 = 0x80;
const A_DIVIDER: u8 = 0x70;
/// Divider setting for the AT's 32.768 kHz crystal.
const A_DIVIDER_32768_HZ: u8 = 0x20;
const A_RATE: u8 = 0x0F;
const B_SET: u8 = 0x80;
const B_UPDATE_INTERRUPT: u8 = 0x10;
/// Enables of the periodic, alarm and update interrupts: the same bits as their flags in C.
const B_INTERRUPTS: u8 = 0x70;
const B_SQUARE_WAVE: u8 = 0x08;
const C_INTERRUPT: u8 = 0x80;
const C_PERIODIC: u8 = 0x40;
const C_ALARM: u8 = 0x20;
const C_UPDATE: u8 = 0x10;
const D_VALID: u8 = 0x80;

const CRYSTAL: Rate = Rate(32_768);
const SECOND: Duration = Duration::from_secs(1);
/// From the divider's release to the first update.
const FIRST_UPDATE: Duration = Duration::from_millis(500);
/// UIP rises 244 µs before an update, which takes 1984 µs.
const UPDATE_WARNING: Duration = Duration::from_micros(244 + 1984);

/// The divider chain while it runs.
#[derive(Clone, Copy)]
struct Divider {
    /// When it was released.
    origin: VirtTime,
    /// When the seconds next step.
    next_update: VirtTime,
}

/// Clock chip and memory.
pub(super) struct Cmos {
    index: u8,
    ram: [u8; 128],
    divider: Option<Divider>,
    now: VirtTime,
}

impl Cmos {
    /// A chip whose battery never failed: the clock runs, in BCD and 24-hour form.
    pub(super) fn new(config: &BoardConfig) -> Cmos {
        let mut ram = [0; 128];
        // 1024 Hz is the rate that a BIOS selects; its interrupt is off.
        ram[REG_A] = A_DIVIDER_32768_HZ | 6;
        ram[REG_B] = time::B_24_HOUR;
        ram[REG_D] = D_VALID;
        fill_setup(&mut ram, config);
        Time::from_unix(config.rtc_start).store(&mut ram);
        let divider = Divider { origin: VirtTime::ZERO, next_update: VirtTime::ZERO + SECOND };
        Cmos { index: REG_D_INDEX, ram, divider: Some(divider), now: VirtTime::ZERO }
    }

    /// Stores the floppy drives, as a setup program would, if they are other ones.
    pub(super) fn set_floppy_types(&mut self, types: [u8; 2]) {
        if self.ram[REG_FLOPPIES] != floppies(types) {
            store_floppy_types(&mut self.ram, types);
        }
    }

    /// The chip's RESET line: interrupts off; time and memory stay.
    pub(super) fn reset(&mut self) {
        self.ram[REG_B] &= !(B_INTERRUPTS | B_SQUARE_WAVE);
        self.ram[REG_C] = 0;
    }

    /// Flags of C whose interrupts B enables.
    fn requests(&self) -> u8 {
        self.ram[REG_C] & self.ram[REG_B] & B_INTERRUPTS
    }

    fn is_set(&self) -> bool {
        self.ram[REG_B] & B_SET != 0
    }

    /// Crystal pulses between periodic interrupts; `None` if they are off.
    fn periodic_pulses(&self) -> Option<u64> {
        match self.ram[REG_A] & A_RATE {
            0 => None,
            // 256 Hz and 128 Hz: the first two settings repeat the eighth and ninth.
            rate @ 1..=2 => Some(1 << (rate + 6)),
            rate => Some(1 << (rate - 1)),
        }
    }

    /// Whole periods from the divider's release to `at`.
    fn periods(&self, divider: Divider, at: VirtTime) -> Option<u64> {
        let pulses = CRYSTAL.pulses(VirtTime(at.since(divider.origin).as_nanos().try_into().unwrap_or(u64::MAX)));
        self.periodic_pulses().map(|period| pulses / period)
    }

    /// When the next period ends.
    fn next_period(&self, divider: Divider) -> Option<VirtTime> {
        let pulse = (self.periods(divider, self.now)? + 1) * self.periodic_pulses()?;
        Some(divider.origin + Duration::from_nanos(CRYSTAL.time_of(pulse).as_ns()))
    }

    /// When the alarm next matches.
    fn next_alarm(&self, divider: Divider) -> Option<VirtTime> {
        let seconds = time::Alarm::load(&self.ram).seconds_after(&Time::load(&self.ram))?;
        Some(divider.next_update + Duration::from_secs(seconds - 1))
    }

    /// Steps the time by `seconds`, at least one, and sets the flags that this raises.
    fn update(&mut self, seconds: u64) {
        if self.is_set() {
            return;
        }
        let mut time = Time::load(&self.ram);
        let alarm = time::Alarm::load(&self.ram).seconds_after(&time);
        if alarm.is_some_and(|after| after <= seconds) {
            self.ram[REG_C] |= C_ALARM;
        }
        self.ram[REG_C] |= C_UPDATE;
        time.add_seconds(seconds);
        time.store(&mut self.ram);
    }

    // --- guest side ---

    fn read_register(&mut self) -> u8 {
        let index = usize::from(self.index);
        match index {
            REG_A if self.update_in_progress() => self.ram[REG_A] | A_UPDATE_IN_PROGRESS,
            REG_C => {
                let interrupt = if self.irq() { C_INTERRUPT } else { 0 };
                std::mem::take(&mut self.ram[REG_C]) | interrupt
            }
            _ => self.ram[index],
        }
    }

    fn update_in_progress(&self) -> bool {
        let soon = |divider: Divider| divider.next_update.since(self.now) <= UPDATE_WARNING;
        !self.is_set() && self.divider.is_some_and(soon)
    }

    fn write_register(&mut self, value: u8) {
        let index = usize::from(self.index);
        match index {
            REG_A => self.write_a(value & !A_UPDATE_IN_PROGRESS),
            // SET going high also turns the update interrupt off.
            REG_B if value & B_SET != 0 => self.ram[REG_B] = value & !B_UPDATE_INTERRUPT,
            REG_C | REG_D => {}
            _ => self.ram[index] = value,
        }
    }

    fn write_a(&mut self, value: u8) {
        self.ram[REG_A] = value;
        if value & A_DIVIDER != A_DIVIDER_32768_HZ {
            self.divider = None;
        } else if self.divider.is_none() {
            self.divider = Some(Divider { origin: self.now, next_update: self.now + FIRST_UPDATE });
        }
    }
}

/// Where the index register rests.
const REG_D_INDEX: u8 = 0x0D;

impl PortDevice for Cmos {
    /// The index register cannot be read.
    fn read(&mut self, port: u16, now: VirtTime) -> u8 {
        self.advance(now);
        if port == PORT_INDEX { 0xFF } else { self.read_register() }
    }

    fn write(&mut self, port: u16, value: u8, now: VirtTime) {
        self.advance(now);
        if port == PORT_INDEX { self.index = value & 0x7F } else { self.write_register(value) }
    }

    fn advance(&mut self, now: VirtTime) {
        if now <= self.now {
            return;
        }
        let before = std::mem::replace(&mut self.now, now);
        let Some(mut divider) = self.divider else { return };
        if self.periods(divider, now) > self.periods(divider, before) {
            self.ram[REG_C] |= C_PERIODIC;
        }
        if now >= divider.next_update {
            let seconds = now.since(divider.next_update).as_secs() + 1;
            divider.next_update += Duration::from_secs(seconds);
            self.divider = Some(divider);
            self.update(seconds);
        }
    }

    /// Level of IRQ 8.
    fn irq(&self) -> bool {
        self.requests() != 0
    }

    fn next_event(&self, now: VirtTime) -> Option<VirtTime> {
        let divider = self.divider.filter(|_| !self.irq())?;
        let enabled = |flag: u8| self.ram[REG_B] & flag != 0;
        let periodic = if enabled(C_PERIODIC) { self.next_period(divider) } else { None };
        let update = (enabled(C_UPDATE) && !self.is_set()).then_some(divider.next_update);
        let alarm = if enabled(C_ALARM) && !self.is_set() { self.next_alarm(divider) } else { None };
        [periodic, update, alarm].into_iter().flatten().min().map(|at| at.max(now))
    }
}

/// Fills what a setup program would have stored.
fn fill_setup(ram: &mut [u8; 128], config: &BoardConfig) {
    const BASE_KIB: u32 = 640;
    let extended_kib = config.memory_bytes.saturating_sub(1 << 20) >> 10;
    let above_16m = config.memory_bytes.saturating_sub(16 << 20) >> 16;
    ram[0x14] = if config.coprocessor { EQUIPMENT_COPROCESSOR } else { 0 };
    if config.hard_disks > 0 {
        (ram[0x12], ram[0x19]) = (0xF0, HARD_DISK_TYPE);
    }
    if config.hard_disks > 1 {
        (ram[0x12], ram[0x1A]) = (0xFF, HARD_DISK_TYPE);
    }
    store_word(ram, 0x15, BASE_KIB);
    store_word(ram, 0x17, extended_kib);
    store_word(ram, 0x30, extended_kib);
    store_word(ram, 0x34, above_16m);
    store_floppy_types(ram, config.floppy_types);
}

/// Types of the floppy drives.
const REG_FLOPPIES: usize = 0x10;

/// A: in bits 7–4, B: in bits 3–0.
fn floppies([a, b]: [u8; 2]) -> u8 {
    a << 4 | b & 0xF
}

/// Stores the floppy drives and the checksum over all of setup's bytes.
fn store_floppy_types(ram: &mut [u8; 128], types: [u8; 2]) {
    ram[REG_FLOPPIES] = floppies(types);
    ram[0x14] = ram[0x14] & !EQUIPMENT_FLOPPIES | equipment(types);
    let sum = ram[REG_FLOPPIES..REG_CHECKSUM].iter().fold(0u16, |sum, &byte| sum.wrapping_add(u16::from(byte)));
    [ram[REG_CHECKSUM], ram[REG_CHECKSUM + 1]] = sum.to_be_bytes();
}

/// The user-defined type: its geometry is not taken from the ROM's table.
const HARD_DISK_TYPE: u8 = 47;

/// An 80387 is present.
const EQUIPMENT_COPROCESSOR: u8 = 0x02;

/// What [`equipment`] gives.
const EQUIPMENT_FLOPPIES: u8 = 0xC1;

/// Bit 0 floppy drives present, bits 7–6 how many less one, bits 5–4 zero for a VGA.
fn equipment(floppy_types: [u8; 2]) -> u8 {
    match floppy_types.iter().filter(|&&kind| kind != 0).count() {
        0 => 0,
        1 => 0x01,
        _ => 0x41,
    }
}

/// Stores a word that says FFFFh when `value` does not fit.
fn store_word(ram: &mut [u8; 128], at: usize, value: u32) {
    let word = u16::try_from(value).unwrap_or(u16::MAX);
    [ram[at], ram[at + 1]] = word.to_le_bytes();
}

#[cfg(test)]
mod tests;
