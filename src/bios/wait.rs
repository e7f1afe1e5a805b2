//! INT 15h/AH=83h and 86h: waits of so many microseconds, paced by the clock's 1024 Hz interrupt.

use std::time::Duration;

use super::bda;
use super::time_1ah::{B_PERIODIC, disable_rtc_interrupt, enable_rtc_interrupt};
use super::{Bios, Outcome};
use crate::clock::VirtTime;
use crate::types::SegOff;

/// Microseconds that one periodic interrupt counts for: 1/1024 s. Source: IBM PC AT Technical
/// Reference, INT 70h.
const PERIOD_MICROSECONDS: u32 = 976;
/// 40:A0 bit 0: a wait runs.
const ACTIVE: u8 = 0x01;
/// Set in the program's byte when its wait is over.
const EVENT_OVER: u8 = 0x80;
/// AH: a wait is already running.
const BUSY: u8 = 0x83;

/// An INT 15h/AH=86h that has not yet returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Delay {
    until: VirtTime,
    /// Stack pointer of the call: the same call traps again after each interrupt.
    frame: SegOff,
}

/// INT 15h/AH=86h: returns after CX:DX microseconds. CF set, AH = 83h if a wait runs already.
pub(super) fn int15_86_delay(bios: &mut Bios<'_>) -> Outcome {
    let frame = bios.regs.ss_sp();
    match bios.state.delay {
        Some(delay) if delay.frame == frame => continue_delay(bios, delay),
        // A delay whose time is over belongs to a call that never came back.
        Some(delay) if delay.until > bios.now => refuse(bios),
        _ if bda::WAIT_ACTIVE.has(&bios.mem, ACTIVE) => refuse(bios),
        _ => {
            let span = Duration::from_micros(u64::from(microseconds(bios)));
            let delay = Delay { until: bios.now + span, frame };
            enable_rtc_interrupt(bios, B_PERIODIC);
            continue_delay(bios, delay)
        }
    }
}

fn continue_delay(bios: &mut Bios<'_>, delay: Delay) -> Outcome {
    if bios.now < delay.until {
        bios.state.delay = Some(delay);
        return Outcome::Wait;
    }
    bios.state.delay = None;
    if !bda::WAIT_ACTIVE.has(&bios.mem, ACTIVE) {
        disable_rtc_interrupt(bios, B_PERIODIC);
    }
    bios.set_carry(false);
    bios.return_with_interrupts();
    Outcome::Done
}

/// INT 15h/AH=83h: AL=00h sets bit 7 of the byte at ES:BX after CX:DX microseconds; AL=01h cancels.
pub(super) fn int15_83_event(bios: &mut Bios<'_>) -> Outcome {
    if bios.regs.al() == 1 {
        end_event(bios);
        bios.set_carry(false);
        return Outcome::Done;
    }
    if bda::WAIT_ACTIVE.has(&bios.mem, ACTIVE) || bios.state.delay.is_some_and(|delay| delay.until > bios.now) {
        return refuse(bios);
    }
    let target = SegOff::new(bios.regs.es(), bios.regs.bx());
    let span = microseconds(bios);
    bios.mem.write_far(bda::WAIT_FLAG_POINTER.at(), target);
    bda::WAIT_MICROSECONDS.set(&mut bios.mem, span);
    bda::WAIT_ACTIVE.set(&mut bios.mem, ACTIVE);
    enable_rtc_interrupt(bios, B_PERIODIC);
    bios.set_carry(false);
    Outcome::Done
}

/// One periodic interrupt of the clock.
pub(super) fn count(bios: &mut Bios<'_>) {
    if !bda::WAIT_ACTIVE.has(&bios.mem, ACTIVE) {
        return;
    }
    let left = bda::WAIT_MICROSECONDS.get(&bios.mem);
    if left > PERIOD_MICROSECONDS {
        bda::WAIT_MICROSECONDS.set(&mut bios.mem, left - PERIOD_MICROSECONDS);
        return;
    }
    let target = bios.mem.read_far(bda::WAIT_FLAG_POINTER.at());
    let byte = bios.mem.read_u8(target);
    bios.mem.write_u8(target, byte | EVENT_OVER);
    end_event(bios);
}

fn end_event(bios: &mut Bios<'_>) {
    bda::WAIT_MICROSECONDS.set(&mut bios.mem, 0);
    bda::WAIT_ACTIVE.set(&mut bios.mem, 0);
    if bios.state.delay.is_none() {
        disable_rtc_interrupt(bios, B_PERIODIC);
    }
}

fn refuse(bios: &mut Bios<'_>) -> Outcome {
    bios.regs.set_ah(BUSY);
    bios.set_carry(true);
    Outcome::Done
}

/// CX:DX.
fn microseconds(bios: &Bios<'_>) -> u32 {
    u32::from(bios.regs.cx()) << 16 | u32::from(bios.regs.dx())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bios::testing::Machine;
    use crate::cpu::regs::eflags;
    use crate::types::PhysAddr;

    #[test]
    fn a_delay_waits_until_its_time_has_come() {
        let mut machine = Machine::new();
        machine.regs.set_cx(0);
        machine.regs.set_dx(50_000);
        assert_eq!(machine.service_ax(0x15, 0x8600), Outcome::Wait);
        let next = machine.board.next_event(machine.now).unwrap();
        assert!(next.since(machine.now) <= Duration::from_millis(1), "the clock wakes it");
        machine.now += Duration::from_millis(49);
        assert_eq!(machine.service_ax(0x15, 0x8600), Outcome::Wait);
        machine.now += Duration::from_millis(1);
        assert_eq!(machine.service_ax(0x15, 0x8600), Outcome::Done);
        assert!(!machine.flag(eflags::CF));
    }

    #[test]
    fn a_delay_within_a_delay_is_refused() {
        let mut machine = Machine::new();
        machine.regs.set_cx(1);
        assert_eq!(machine.service_ax(0x15, 0x8600), Outcome::Wait);
        machine.with(|bios| {
            bios.regs.set_sp(0x0800);
            assert_eq!(int15_86_delay(bios), Outcome::Done);
            assert_eq!(bios.regs.ah(), 0x83);
        });
    }

    #[test]
    fn an_event_sets_the_programs_byte_when_its_time_is_over() {
        let mut machine = Machine::new();
        machine.regs.set_es(0x3000);
        machine.regs.set_bx(0x10);
        machine.regs.set_cx(0);
        machine.regs.set_dx(2000);
        machine.service_ax(0x15, 0x8300);
        machine.with(count);
        machine.with(count);
        assert_eq!(machine.mem.read_u8(PhysAddr(0x30010)), 0);
        machine.with(count);
        assert_eq!(machine.mem.read_u8(PhysAddr(0x30010)), 0x80);
        assert_eq!(machine.mem.read_u8(PhysAddr(0x4A0)), 0);
    }
}
