//! The driver in a machine without a processor: functions by their registers, packets by their words.

use std::time::Duration;

use super::*;
use crate::bios::testing::Machine;
use crate::pointer::{CellPlace, Motion};
use crate::types::PhysAddr;

struct Bench {
    machine: Machine,
    driver: MouseDriver,
}

impl Bench {
    fn new() -> Bench {
        let (mut machine, mut driver) = (Machine::with_mouse(), MouseDriver::default());
        machine.with(|bios| driver.install(bios));
        Bench { machine, driver }
    }

    /// Calls a function with BX, CX and DX; gives AX, BX, CX and DX.
    fn call(&mut self, ax: u16, [bx, cx, dx]: [u16; 3]) -> [u16; 4] {
        let Bench { machine, driver } = self;
        machine.regs.set_ax(ax);
        machine.regs.set_bx(bx);
        machine.regs.set_cx(cx);
        machine.regs.set_dx(dx);
        machine.with(|bios| driver.call(bios));
        [machine.regs.ax(), machine.regs.bx(), machine.regs.cx(), machine.regs.dx()]
    }

    fn outcome(&mut self, ax: u16) -> Outcome {
        let Bench { machine, driver } = self;
        machine.regs.set_ax(ax);
        machine.with(|bios| driver.call(bios))
    }

    /// Points at a cell, as the host does, and lets the packet through; what is in AX then.
    fn point(&mut self, motion: Motion, buttons: u8, at: Option<(u16, u16)>) -> u16 {
        let Bench { machine, driver } = self;
        let at = at.map(|(col, row)| CellPlace { col, row });
        assert!(machine.board.point(motion, Buttons(buttons), at, machine.now));
        for _ in 0..3 {
            machine.now += Duration::from_millis(20);
            machine.board.advance(machine.now);
            machine.service(0x74);
        }
        assert_eq!(machine.regs.al(), 1, "a whole packet");
        // As the stub does: four words, and a far return address.
        let words = [0, 0, 0, machine.regs.dx(), machine.regs.cx(), machine.regs.bx()];
        machine.with(|bios| {
            let stack = SegOff::new(0x2000, 0x0800);
            bios.regs.set_ss(stack.seg);
            bios.regs.set_sp(stack.off);
            for (offset, word) in (0u16..).step_by(2).zip(words) {
                bios.mem.write_u16(stack.offset(offset), word);
            }
            driver.packet(bios);
        });
        machine.regs.ax()
    }

    fn cell(&self, col: u32, row: u32) -> u16 {
        self.machine.mem.read_u16(PhysAddr(0xB8000 + (row * 80 + col) * 2))
    }
}

const STILL: Motion = Motion { x: 0, y: 0 };

#[test]
fn a_reset_finds_three_buttons_and_the_middle_of_the_screen() {
    let mut bench = Bench::new();
    assert_eq!(bench.call(0, [0; 3])[..2], [0xFFFF, 3]);
    assert_eq!(bench.call(3, [0; 3])[1..], [0, 320, 96]);
    assert_eq!(bench.machine.mem.read_u16(PhysAddr(0x33 * 4 + 2)), 0xF000);
}

#[test]
fn a_vector_that_dos_has_let_return_is_taken_again_and_another_driver_stays() {
    let mut bench = Bench::new();
    let at = PhysAddr(0x33 * 4);
    let driver = bench.machine.mem.read_u32(at);
    bench.machine.mem.write_u8(PhysAddr(0x30000), 0xCF);
    for (there, then) in [(0x3000_0000, driver), (0, driver), (0x3000_0001, 0x3000_0001)] {
        bench.machine.mem.write_u32(at, there);
        bench.machine.with(MouseDriver::keep_vector);
        assert_eq!(bench.machine.mem.read_u32(at), then);
    }
}

#[test]
fn a_cell_that_the_host_points_at_is_the_position_and_motion_moves_without_one() {
    let mut bench = Bench::new();
    bench.point(Motion { x: 9, y: 9 }, 1, Some((7, 3)));
    assert_eq!(bench.call(3, [0; 3])[1..], [1, 56, 24]);
    bench.point(Motion { x: 16, y: 32 }, 0, None);
    assert_eq!(bench.call(3, [0; 3])[1..], [0, 72, 40]);
    assert_eq!(bench.call(0x0B, [0; 3])[2..], [25, 41]);
    assert_eq!(bench.call(0x0B, [0; 3])[2..], [0, 0]);
}

#[test]
fn presses_and_releases_are_counted_where_they_were() {
    let mut bench = Bench::new();
    bench.point(STILL, 2, Some((1, 1)));
    bench.point(STILL, 0, Some((2, 1)));
    bench.point(STILL, 2, Some((3, 1)));
    assert_eq!(bench.call(5, [1, 0, 0]), [2, 2, 24, 8]);
    assert_eq!(bench.call(5, [1, 0, 0]), [2, 0, 24, 8], "asking clears the count");
    assert_eq!(bench.call(6, [1, 0, 0]), [2, 1, 16, 8]);
    assert_eq!(bench.call(5, [9, 0, 0])[1], 0, "there is no such button");
}

#[test]
fn the_cursor_inverts_its_cell_and_puts_it_back() {
    let mut bench = Bench::new();
    bench.call(4, [0, 16, 8]);
    assert_eq!(bench.cell(2, 1), 0x0720);
    bench.call(1, [0; 3]);
    assert_eq!(bench.cell(2, 1), 0x7020);
    bench.point(STILL, 0, Some((5, 1)));
    assert_eq!((bench.cell(2, 1), bench.cell(5, 1)), (0x0720, 0x7020));
    bench.call(2, [0; 3]);
    assert_eq!(bench.cell(5, 1), 0x0720);
}

#[test]
fn hiding_twice_needs_showing_twice() {
    let mut bench = Bench::new();
    bench.call(1, [0; 3]);
    assert!(bench.driver.is_used());
    bench.call(2, [0; 3]);
    bench.call(2, [0; 3]);
    bench.call(1, [0; 3]);
    assert!(!bench.driver.is_used());
    bench.call(1, [0; 3]);
    assert!(bench.driver.is_used());
}

#[test]
fn what_a_program_writes_under_the_cursor_stays() {
    let mut bench = Bench::new();
    bench.call(4, [0, 0, 0]);
    bench.call(1, [0; 3]);
    bench.machine.mem.write_u16(PhysAddr(0xB8000), 0x1F41);
    bench.call(2, [0; 3]);
    assert_eq!(bench.cell(0, 0), 0x1F41);
}

#[test]
fn the_masks_of_a_program_make_its_cursor() {
    let mut bench = Bench::new();
    bench.call(4, [0, 0, 0]);
    bench.call(0x0A, [0, 0x0000, 0x4F18]);
    bench.call(1, [0; 3]);
    assert_eq!(bench.cell(0, 0), 0x4F18);
}

#[test]
fn the_cursor_is_hidden_in_its_area_until_it_is_shown_again() {
    let mut bench = Bench::new();
    bench.call(4, [0, 0, 0]);
    bench.call(1, [0; 3]);
    bench.machine.regs.set_si(79);
    bench.machine.regs.set_di(79);
    bench.call(0x10, [0, 0, 0]);
    assert_eq!(bench.cell(0, 0), 0x0720);
    bench.point(STILL, 0, Some((20, 20)));
    assert_eq!(bench.cell(20, 20), 0x7020);
    bench.point(STILL, 0, Some((0, 0)));
    bench.call(1, [0; 3]);
    assert_eq!(bench.cell(0, 0), 0x7020);
}

#[test]
fn a_new_video_mode_hides_the_cursor_and_leaves_the_screen_alone() {
    let mut bench = Bench::new();
    bench.call(4, [0, 0, 0]);
    bench.call(1, [0; 3]);
    let Bench { machine, driver } = &mut bench;
    machine.service_ax(0x10, 0x0003);
    machine.with(|bios| driver.mode_was_set(bios));
    bench.call(2, [0; 3]);
    assert_eq!(bench.cell(0, 0), 0x0720);
}

#[test]
fn a_handler_is_told_the_events_that_it_asked_for() {
    let mut bench = Bench::new();
    bench.machine.regs.set_es(0x3000);
    bench.call(0x0C, [0, 0x0006, 0x0123]);
    assert_eq!(bench.point(Motion { x: 4, y: 0 }, 0, Some((3, 3))), 0, "it does not want motion");
    assert_eq!(bench.point(Motion { x: 4, y: 0 }, 1, Some((4, 3))), 0x02);
    let regs = &bench.machine.regs;
    assert_eq!([regs.bx(), regs.cx(), regs.dx(), regs.si(), regs.di()], [1, 32, 24, 8, 0]);
    assert_eq!((regs.es(), regs.bp()), (0x3000, 0x0123));
    assert_eq!(bench.point(STILL, 2, Some((4, 3))), 0x04, "left up; right down is not asked for");
    bench.machine.regs.set_es(0x4000);
    let old = bench.call(0x14, [0, 0x0001, 0x0456]);
    assert_eq!((old[2], old[3], bench.machine.regs.es()), (0x0006, 0x0123, 0x3000));
}

#[test]
fn limits_hold_for_the_host_too() {
    let mut bench = Bench::new();
    bench.call(7, [0, 80, 160]);
    bench.call(8, [0, 40, 16]);
    bench.point(STILL, 0, Some((79, 24)));
    assert_eq!(bench.call(3, [0; 3])[2..], [160, 40]);
    assert_eq!(bench.call(0x31, [0; 3]), [80, 16, 160, 40]);
}

#[test]
fn a_saved_state_comes_back() {
    let mut bench = Bench::new();
    bench.call(7, [0, 80, 160]);
    bench.call(0x0F, [0, 4, 5]);
    bench.call(0x1A, [11, 12, 13]);
    bench.call(0x0A, [0, 1, 2]);
    bench.call(1, [0; 3]);
    assert_eq!(bench.call(0x15, [0; 3])[1], saved::BYTES);
    bench.machine.regs.set_es(0x3000);
    bench.call(0x16, [0, 0, 0x10]);
    bench.call(0, [0; 3]);
    bench.machine.regs.set_es(0x3000);
    bench.call(0x17, [0, 0, 0x10]);
    assert_eq!(bench.call(0x31, [0; 3])[0], 80);
    assert_eq!(bench.call(0x1B, [0; 3])[1..], [11, 12, 13]);
    assert!(bench.driver.is_used());
}

#[test]
fn looking_again_without_news_is_waiting() {
    let mut bench = Bench::new();
    assert_eq!(bench.outcome(3), Outcome::Polled);
    bench.point(STILL, 1, Some((0, 0)));
    assert_eq!((bench.outcome(3), bench.outcome(3)), (Outcome::Done, Outcome::Polled));
}

#[test]
fn a_driver_that_is_off_sees_nothing() {
    let mut bench = Bench::new();
    bench.call(0x1F, [0; 3]);
    bench.point(STILL, 1, Some((1, 1)));
    assert_eq!(bench.call(3, [0; 3])[1..], [0, 320, 96]);
    bench.call(0x20, [0; 3]);
    bench.point(STILL, 1, Some((1, 1)));
    assert_eq!(bench.call(3, [0; 3])[1..], [1, 8, 8]);
}

#[test]
fn in_40_columns_a_column_is_twice_as_wide() {
    let mut bench = Bench::new();
    bench.machine.service_ax(0x10, 0x0001);
    bench.call(0, [0; 3]);
    bench.call(1, [0; 3]);
    bench.point(STILL, 0, Some((39, 0)));
    assert_eq!(bench.call(3, [0; 3])[2..], [624, 0]);
    assert_eq!(bench.machine.mem.read_u16(PhysAddr(0xB8000 + 78)), 0x7020);
}
