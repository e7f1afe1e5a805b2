//! INT 1Ah: tick count and real-time clock; and the interrupts that count, INT 08h and INT 70h.
//!
//! Functions: 00h–07h. Source: IBM PC AT Technical Reference, INT 1Ah; MC146818 data sheet.

use std::time::Duration;

use super::bda;
use super::{Bios, Outcome, rom, wait};

/// Ticks in a day: the count wraps to zero here. Source: IBM PC AT Technical Reference.
const TICKS_PER_DAY: u32 = 0x0018_00B0;
/// Input of the 8254. *Units*: hertz.
const PIT_HZ: u64 = 1_193_182;
/// Counter 0 divides by this.
const PIT_DIVISOR: u64 = 65_536;
/// The floppy controller's digital output register.
const PORT_FLOPPY_OUTPUT: u16 = 0x3F2;
/// No reset, interrupts on, all motors off.
const FLOPPY_MOTORS_OFF: u8 = 0x0C;

const RTC_SECOND: u8 = 0x00;
const RTC_ALARM_SECOND: u8 = 0x01;
const RTC_MINUTE: u8 = 0x02;
const RTC_ALARM_MINUTE: u8 = 0x03;
const RTC_HOUR: u8 = 0x04;
const RTC_ALARM_HOUR: u8 = 0x05;
const RTC_DAY: u8 = 0x07;
const RTC_MONTH: u8 = 0x08;
const RTC_YEAR: u8 = 0x09;
const RTC_STATUS_B: u8 = 0x0B;
const RTC_STATUS_C: u8 = 0x0C;
const CMOS_CENTURY: u8 = 0x32;
/// Status B: the clock stands still while it is being set.
const B_SET: u8 = 0x80;
/// Status B: periodic interrupt enabled.
pub(super) const B_PERIODIC: u8 = 0x40;
/// Status B and C: alarm interrupt.
const B_ALARM: u8 = 0x20;
/// Status B: daylight saving.
const B_DAYLIGHT: u8 = 0x01;
/// Mask bit of IRQ8 at the second 8259A and of its cascade line at the first.
const IRQ8_MASK: u8 = 0x01;
const CASCADE_MASK: u8 = 0x04;

/// What a program last read of the clock, to recognise one that only waits for it to change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ClockReads {
    ticks: Option<u32>,
    time: Option<[u8; 3]>,
    date: Option<[u8; 4]>,
}

/// Runs the function in AH; an unknown one returns with CF set.
pub(super) fn call(bios: &mut Bios<'_>) -> Outcome {
    match bios.regs.ah() {
        0x00 => int1a_00_read_ticks(bios),
        0x01 => int1a_01_set_ticks(bios),
        0x02 => int1a_02_read_time(bios),
        0x03 => int1a_03_set_time(bios),
        0x04 => int1a_04_read_date(bios),
        0x05 => int1a_05_set_date(bios),
        0x06 => int1a_06_set_alarm(bios),
        0x07 => int1a_07_clear_alarm(bios),
        _ => {
            bios.set_carry(true);
            Outcome::Done
        }
    }
}

/// AH=00h: CX:DX = ticks since midnight; AL = midnight flag, which is cleared.
fn int1a_00_read_ticks(bios: &mut Bios<'_>) -> Outcome {
    let ticks = bda::TICKS.get(&bios.mem);
    let midnight = bda::MIDNIGHT.get(&bios.mem);
    bda::MIDNIGHT.set(&mut bios.mem, 0);
    bios.regs.set_al(midnight);
    bios.regs.set_cx(crate::types::hi16(ticks));
    bios.regs.set_dx(crate::types::lo16(ticks));
    let same = bios.state.clock_reads.ticks.replace(ticks) == Some(ticks);
    if same { Outcome::Polled } else { Outcome::Looked }
}

/// AH=01h: ticks since midnight = CX:DX.
fn int1a_01_set_ticks(bios: &mut Bios<'_>) -> Outcome {
    let ticks = u32::from(bios.regs.cx()) << 16 | u32::from(bios.regs.dx());
    bda::TICKS.set(&mut bios.mem, ticks);
    bda::MIDNIGHT.set(&mut bios.mem, 0);
    Outcome::Done
}

/// AH=02h: CH, CL, DH = hour, minute, second in BCD; DL = 1 in daylight saving mode.
fn int1a_02_read_time(bios: &mut Bios<'_>) -> Outcome {
    let time = [RTC_HOUR, RTC_MINUTE, RTC_SECOND].map(|register| read_cmos(bios, register));
    let daylight = read_cmos(bios, RTC_STATUS_B) & B_DAYLIGHT;
    bios.regs.set_cx(u16::from_be_bytes([time[0], time[1]]));
    bios.regs.set_dx(u16::from_be_bytes([time[2], daylight]));
    bios.regs.set_ah(0);
    bios.set_carry(false);
    let same = bios.state.clock_reads.time.replace(time) == Some(time);
    if same { Outcome::Polled } else { Outcome::Looked }
}

/// AH=03h: sets the time from CH, CL, DH in BCD and DL.
fn int1a_03_set_time(bios: &mut Bios<'_>) -> Outcome {
    let (hour, minute, second) = (bios.regs.ch(), bios.regs.cl(), bios.regs.dh());
    let daylight = bios.regs.dl() & B_DAYLIGHT;
    set_clock(bios, &[(RTC_HOUR, hour), (RTC_MINUTE, minute), (RTC_SECOND, second)]);
    let status = read_cmos(bios, RTC_STATUS_B);
    write_cmos(bios, RTC_STATUS_B, status & !B_DAYLIGHT | daylight);
    bios.set_carry(false);
    Outcome::Done
}

/// AH=04h: CH, CL, DH, DL = century, year, month, day in BCD.
fn int1a_04_read_date(bios: &mut Bios<'_>) -> Outcome {
    let date = [CMOS_CENTURY, RTC_YEAR, RTC_MONTH, RTC_DAY].map(|register| read_cmos(bios, register));
    bios.regs.set_cx(u16::from_be_bytes([date[0], date[1]]));
    bios.regs.set_dx(u16::from_be_bytes([date[2], date[3]]));
    bios.regs.set_ah(0);
    bios.set_carry(false);
    let same = bios.state.clock_reads.date.replace(date) == Some(date);
    if same { Outcome::Polled } else { Outcome::Looked }
}

/// AH=05h: sets the date from CH, CL, DH, DL in BCD.
fn int1a_05_set_date(bios: &mut Bios<'_>) -> Outcome {
    let (century, year) = (bios.regs.ch(), bios.regs.cl());
    let (month, day) = (bios.regs.dh(), bios.regs.dl());
    set_clock(bios, &[(RTC_YEAR, year), (RTC_MONTH, month), (RTC_DAY, day), (CMOS_CENTURY, century)]);
    bios.set_carry(false);
    Outcome::Done
}

/// AH=06h: INT 4Ah at CH, CL, DH (BCD). CF set if an alarm is already set.
fn int1a_06_set_alarm(bios: &mut Bios<'_>) -> Outcome {
    if read_cmos(bios, RTC_STATUS_B) & B_ALARM != 0 {
        bios.set_carry(true);
        return Outcome::Done;
    }
    let (hour, minute, second) = (bios.regs.ch(), bios.regs.cl(), bios.regs.dh());
    write_cmos(bios, RTC_ALARM_HOUR, hour);
    write_cmos(bios, RTC_ALARM_MINUTE, minute);
    write_cmos(bios, RTC_ALARM_SECOND, second);
    enable_rtc_interrupt(bios, B_ALARM);
    bios.set_carry(false);
    Outcome::Done
}

/// AH=07h: no alarm.
fn int1a_07_clear_alarm(bios: &mut Bios<'_>) -> Outcome {
    disable_rtc_interrupt(bios, B_ALARM);
    bios.set_carry(false);
    Outcome::Done
}

/// The counting part of INT 08h: ticks, midnight, floppy motors.
pub(super) fn int08_tick(bios: &mut Bios<'_>) -> Outcome {
    let ticks = bda::TICKS.get(&bios.mem).wrapping_add(1);
    let wrapped = ticks >= TICKS_PER_DAY;
    bda::TICKS.set(&mut bios.mem, if wrapped { 0 } else { ticks });
    if wrapped {
        bda::MIDNIGHT.set(&mut bios.mem, 1);
    }
    let motor = bda::MOTOR_TICKS.get(&bios.mem);
    if motor > 0 {
        bda::MOTOR_TICKS.set(&mut bios.mem, motor - 1);
    }
    if motor == 1 {
        bda::MOTOR_STATUS.put_bits(&mut bios.mem, 0x0F, false);
        bios.write_port(PORT_FLOPPY_OUTPUT, FLOPPY_MOTORS_OFF);
    }
    Outcome::Done
}

/// The counting part of INT 70h. AL tells the stub whether to issue INT 4Ah.
pub(super) fn int70_rtc(bios: &mut Bios<'_>) -> Outcome {
    let causes = read_cmos(bios, RTC_STATUS_C) & read_cmos(bios, RTC_STATUS_B);
    if causes & B_PERIODIC != 0 {
        wait::count(bios);
    }
    bios.regs.set_al(if causes & B_ALARM != 0 { rom::RTC_ALARM } else { 0 });
    Outcome::Done
}

/// Sets the tick count from the real-time clock, as the self test does.
pub(super) fn set_ticks_from_clock(bios: &mut Bios<'_>) {
    let [hour, minute, second] = [RTC_HOUR, RTC_MINUTE, RTC_SECOND].map(|register| {
        let bcd = read_cmos(bios, register);
        u64::from(bcd >> 4) * 10 + u64::from(bcd & 0x0F)
    });
    let of_day = Duration::from_secs(hour * 3600 + minute * 60 + second);
    let ticks = of_day.as_secs() * PIT_HZ / PIT_DIVISOR;
    let ticks = u32::try_from(ticks).unwrap_or(0);
    bda::TICKS.set(&mut bios.mem, if ticks < TICKS_PER_DAY { ticks } else { 0 });
}

/// Reads a register of the clock or its memory.
pub(super) fn read_cmos(bios: &mut Bios<'_>, register: u8) -> u8 {
    bios.write_port(0x70, register);
    bios.read_port(0x71)
}

fn write_cmos(bios: &mut Bios<'_>, register: u8, value: u8) {
    bios.write_port(0x70, register);
    bios.write_port(0x71, value);
}

/// Writes clock registers while the clock stands still.
fn set_clock(bios: &mut Bios<'_>, values: &[(u8, u8)]) {
    let status = read_cmos(bios, RTC_STATUS_B);
    write_cmos(bios, RTC_STATUS_B, status | B_SET);
    for &(register, value) in values {
        write_cmos(bios, register, value);
    }
    write_cmos(bios, RTC_STATUS_B, status & !B_SET);
}

/// Enables `interrupt` of status B and opens its way through both 8259As.
pub(super) fn enable_rtc_interrupt(bios: &mut Bios<'_>, interrupt: u8) {
    let status = read_cmos(bios, RTC_STATUS_B);
    write_cmos(bios, RTC_STATUS_B, status & !B_SET | interrupt);
    let secondary = bios.read_port(0xA1);
    bios.write_port(0xA1, secondary & !IRQ8_MASK);
    let primary = bios.read_port(0x21);
    bios.write_port(0x21, primary & !CASCADE_MASK);
}

/// Disables `interrupt` of status B.
pub(super) fn disable_rtc_interrupt(bios: &mut Bios<'_>, interrupt: u8) {
    let status = read_cmos(bios, RTC_STATUS_B);
    write_cmos(bios, RTC_STATUS_B, status & !interrupt);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bios::testing::Machine;
    use crate::cpu::regs::eflags;
    use crate::types::PhysAddr;

    #[test]
    fn ticks_wrap_at_midnight_and_the_flag_is_read_once() {
        let mut machine = Machine::new();
        machine.mem.write_u32(PhysAddr(0x46C), TICKS_PER_DAY - 1);
        machine.service(0x08);
        assert_eq!(machine.service_ax(0x1A, 0x0000), Outcome::Looked);
        assert_eq!((machine.regs.al(), machine.regs.cx(), machine.regs.dx()), (1, 0, 0));
        assert_eq!(machine.service_ax(0x1A, 0x0000), Outcome::Polled, "nothing new");
        assert_eq!(machine.regs.al(), 0);
        machine.service(0x08);
        assert_eq!(machine.service_ax(0x1A, 0x0000), Outcome::Looked);
        assert_eq!(machine.regs.dx(), 1);
    }

    #[test]
    fn the_motor_stops_when_its_count_runs_out() {
        let mut machine = Machine::new();
        machine.mem.write_u8(PhysAddr(0x440), 2);
        machine.mem.write_u8(PhysAddr(0x43F), 0x81);
        machine.service(0x08);
        assert_eq!(machine.mem.read_u8(PhysAddr(0x43F)), 0x81);
        machine.service(0x08);
        assert_eq!(machine.mem.read_u8(PhysAddr(0x43F)), 0x80);
        machine.service(0x08);
        assert_eq!(machine.mem.read_u8(PhysAddr(0x440)), 0);
    }

    #[test]
    fn the_clock_tells_time_and_date_in_bcd() {
        let mut machine = Machine::new();
        machine.service_ax(0x1A, 0x0200);
        assert_eq!((machine.regs.cx(), machine.regs.dh()), (0x1020, 0x30));
        assert!(!machine.flag(eflags::CF));
        machine.service_ax(0x1A, 0x0400);
        assert_eq!((machine.regs.cx(), machine.regs.dx()), (0x1994, 0x0315));
        assert_eq!(machine.service_ax(0x1A, 0x0400), Outcome::Polled);
    }

    #[test]
    fn the_clock_can_be_set_and_goes_on() {
        let mut machine = Machine::new();
        machine.regs.set_cx(0x2359);
        machine.regs.set_dx(0x5800);
        machine.service_ax(0x1A, 0x0300);
        machine.regs.set_cx(0x1999);
        machine.regs.set_dx(0x1231);
        machine.service_ax(0x1A, 0x0500);
        machine.now += Duration::from_secs(3);
        machine.service_ax(0x1A, 0x0400);
        assert_eq!((machine.regs.cx(), machine.regs.dx()), (0x2000, 0x0101));
    }

    #[test]
    fn an_alarm_interrupts_and_can_be_set_once() {
        let mut machine = Machine::new();
        machine.regs.set_cx(0x1020);
        machine.regs.set_dx(0x3200);
        machine.service_ax(0x1A, 0x0600);
        assert!(!machine.flag(eflags::CF));
        machine.service_ax(0x1A, 0x0600);
        assert!(machine.flag(eflags::CF), "already set");
        machine.now += Duration::from_millis(2100);
        machine.board.advance(machine.now);
        let vectors: Vec<u8> = (0..2).map(|_| machine.board.acknowledge().0).collect();
        assert!(vectors.contains(&0x08));
        machine.service(0x70);
        assert_eq!(machine.regs.al(), rom::RTC_ALARM);
        machine.service_ax(0x1A, 0x0700);
        machine.service_ax(0x1A, 0x0600);
        assert!(!machine.flag(eflags::CF), "cleared");
    }

    #[test]
    fn an_unknown_function_sets_carry() {
        let mut machine = Machine::new();
        machine.service_ax(0x1A, 0x7700);
        assert!(machine.flag(eflags::CF));
    }
}
