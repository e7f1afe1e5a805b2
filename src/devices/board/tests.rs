//! The wiring: ports, widths, interrupt lines and events of the whole board.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::keys::Key;

const MS: Duration = Duration::from_millis(1);

fn config() -> BoardConfig {
    BoardConfig {
        memory_bytes: 16 << 20,
        rtc_start: 1_000_000_000,
        floppy_types: [4, 0],
        hard_disks: 0,
        coprocessor: true,
        mouse: false,
    }
}

struct Bench {
    board: Board,
    now: VirtTime,
}

impl Bench {
    /// A board whose interrupt controllers and timer are set up as a BIOS does.
    fn new() -> Bench {
        let mut bench = Bench { board: Board::new(&config()), now: VirtTime(77_777) };
        for (port, value) in [
            (0x20, 0x11),
            (0x21, 0x08),
            (0x21, 0x04),
            (0x21, 0x01),
            (0x21, 0x00),
            (0xA0, 0x11),
            (0xA1, 0x70),
            (0xA1, 0x02),
            (0xA1, 0x01),
            (0xA1, 0x00),
            (0x43, 0x36),
            (0x40, 0x00),
            (0x40, 0x00),
        ] {
            bench.out(port, value);
        }
        bench
    }

    fn out(&mut self, port: u16, value: u8) {
        self.board.write(Port(port), Width::Byte, u32::from(value), self.now);
    }

    fn inp(&mut self, port: u16) -> u8 {
        crate::types::lo8(self.board.read(Port(port), Width::Byte, self.now))
    }

    /// Goes to the next event, which must be later than now.
    fn step(&mut self) {
        let at = self.board.next_event(self.now).expect("an event");
        assert!(at > self.now);
        self.now = at;
        self.board.advance(at);
    }

    fn press(&mut self, key: Key) -> bool {
        self.board.press(KeyEvent { key, down: true }, self.now)
    }
}

#[test]
fn the_timer_interrupts_about_every_55_milliseconds() {
    let mut bench = Bench::new();
    let start = bench.now;
    for tick in 1..=182u32 {
        bench.step();
        assert!(bench.board.interrupt_pending());
        assert_eq!(bench.board.acknowledge(), Vector(0x08));
        bench.out(0x20, 0x20);
        assert!(!bench.board.interrupt_pending());
        let expected = Duration::from_nanos(54_925_400) * tick;
        let actual = bench.now.since(start);
        assert!(actual.abs_diff(expected) < MS, "tick {tick} after {actual:?}");
    }
}

#[test]
fn a_masked_timer_announces_no_events() {
    let mut bench = Bench::new();
    bench.out(0x21, 0x01);
    assert_eq!(bench.board.next_event(bench.now), None);
    bench.out(0x21, 0x00);
    assert!(bench.board.next_event(bench.now).is_some());
}

#[test]
fn a_key_goes_over_irq_1_to_port_60() {
    let mut bench = Bench::new();
    assert!(bench.board.keyboard_idle());
    assert!(bench.press(Key::A));
    assert!(!bench.board.keyboard_idle());
    bench.step();
    assert_eq!(bench.board.acknowledge(), Vector(0x09));
    assert_eq!(bench.inp(0x60), 0x1E);
    bench.out(0x20, 0x20);
    assert!(bench.board.keyboard_idle() && !bench.board.interrupt_pending());
}

#[test]
fn a_key_is_announced_even_if_its_interrupt_is_masked() {
    let mut bench = Bench::new();
    bench.out(0x21, 0xFF);
    bench.press(Key::A);
    bench.step();
    assert_eq!(bench.inp(0x64) & 1, 1);
}

#[test]
fn the_clock_interrupts_through_the_cascade() {
    let mut bench = Bench::new();
    bench.out(0x21, 0xFB);
    bench.out(0x70, 0x0B);
    bench.out(0x71, 0x12);
    bench.step();
    assert_eq!(bench.now, VirtTime(1_000_000_000));
    assert_eq!(bench.board.acknowledge(), Vector(0x70));
    bench.out(0xA1, 0x01);
    bench.out(0x70, 0x0C);
    bench.inp(0x71);
    assert_eq!(bench.board.next_event(bench.now), None, "masked at the secondary");
}

#[test]
fn wide_accesses_are_split_into_bytes_and_nobody_reads_as_ones() {
    let mut bench = Bench::new();
    bench.board.write(Port(0x3D4), Width::Word, 0x120F, bench.now);
    assert_eq!(bench.board.read(Port(0x3D4), Width::Word, bench.now), 0x120F);
    assert_eq!(bench.board.read(Port(0x3D4), Width::Dword, bench.now), 0xFFFF_120F);
    assert_eq!(bench.board.read(Port(0x3F8), Width::Dword, bench.now), 0xFFFF_FFFF);
    assert_eq!(bench.board.read(Port(0xFFFF), Width::Word, bench.now), 0xFFFF);
    bench.board.write(Port(0xFFFE), Width::Dword, 0, bench.now);
}

#[test]
fn either_gate_opens_a20() {
    let mut bench = Bench::new();
    assert!(!bench.board.a20());
    bench.out(0x92, 0x02);
    assert!(bench.board.a20());
    assert_eq!(bench.inp(0x92), 0x02);
    bench.out(0x64, 0xDF);
    bench.out(0x92, 0x00);
    assert!(bench.board.a20());
    bench.out(0x64, 0xDD);
    assert!(!bench.board.a20());
}

#[test]
fn both_resets_are_seen_once() {
    let mut bench = Bench::new();
    assert!(!bench.board.take_reset());
    bench.out(0x64, 0xFE);
    assert!(bench.board.take_reset() && !bench.board.take_reset());
    bench.out(0x92, 0x01);
    assert!(bench.board.take_reset() && !bench.board.take_reset());
    bench.out(0x92, 0x01);
    assert!(!bench.board.take_reset(), "only the rise of the bit resets");
}

#[test]
fn port_61_shows_refresh_and_counter_2() {
    let mut bench = Bench::new();
    bench.out(0x61, 0x03);
    bench.out(0x43, 0xB0);
    bench.out(0x42, 0x64);
    bench.out(0x42, 0x00);
    assert_eq!(bench.inp(0x61) & 0x2F, 0x03);
    bench.now += MS;
    assert_eq!(bench.inp(0x61) & 0x2F, 0x23);
    let mut toggles = 0;
    let mut before = bench.inp(0x61) & 0x10;
    for _ in 0..10_000 {
        bench.now += Duration::from_micros(1);
        let bit = bench.inp(0x61) & 0x10;
        toggles += u32::from(bit != before);
        before = bit;
    }
    assert!((660..=665).contains(&toggles), "every 15.09 µs: {toggles}");
}

#[test]
fn the_gate_of_counter_2_hangs_on_port_61() {
    let mut bench = Bench::new();
    bench.out(0x61, 0x00);
    bench.out(0x43, 0xB0);
    bench.out(0x42, 0x64);
    bench.out(0x42, 0x00);
    bench.now += MS;
    assert_eq!(bench.inp(0x61) & 0x20, 0);
    bench.out(0x61, 0x01);
    bench.now += MS;
    assert_eq!(bench.inp(0x61) & 0x20, 0x20);
}

#[test]
fn debug_output_is_taken_once() {
    let mut bench = Bench::new();
    assert_eq!(bench.inp(0xE9), 0xE9);
    for byte in *b"hello" {
        bench.out(0xE9, byte);
    }
    assert_eq!(bench.board.take_debug_output(), b"hello");
    assert_eq!(bench.board.take_debug_output(), b"");
    assert_eq!(bench.board.debug_lost(), 0);
}

#[test]
fn the_screen_carries_the_bios_mode_number() {
    let mut mem = Memory::new(0x10_0000);
    mem.write_u8(PhysAddr(0x449), 7);
    assert_eq!(Bench::new().board.screen(&mem, VirtTime::ZERO).mode, 7);
}

#[test]
fn a_reset_keeps_what_runs_on_battery() {
    let mut bench = Bench::new();
    bench.out(0x70, 0x0F);
    bench.out(0x71, 0x0A);
    bench.out(0x92, 0x02);
    bench.press(Key::A);
    bench.now += Duration::from_secs(10);
    let generation = bench.board.display_generation();
    bench.board.reset(bench.now);
    assert!(!bench.board.a20() && bench.board.keyboard_idle() && !bench.board.interrupt_pending());
    assert!(bench.board.display_generation() > generation);
    bench.out(0x70, 0x0F);
    assert_eq!(bench.inp(0x71), 0x0A);
    bench.out(0x70, 0x00);
    assert_eq!(bench.inp(0x71), 0x50, "01:46:40 at power-on, ten seconds ago");
}

#[test]
fn two_boards_with_the_same_accesses_stay_the_same() {
    let run = || {
        let mut bench = Bench::new();
        let mut seen = Vec::new();
        for _ in 0..50 {
            bench.step();
            seen.push((bench.now, bench.inp(0x40), bench.inp(0x61), bench.inp(0x3DA)));
            bench.press(Key::Up);
        }
        seen
    };
    assert_eq!(run(), run());
}

/// Ports that some chip owns.
const OWNED: &[u16] = &[
    0x20, 0x21, 0x40, 0x41, 0x42, 0x43, 0x60, 0x61, 0x64, 0x70, 0x71, 0x92, 0xA0, 0xA1, 0xE9, 0x3B4, 0x3B5, 0x3BA,
    0x3C0, 0x3C1, 0x3C2, 0x3C4, 0x3C5, 0x3C6, 0x3C7, 0x3C8, 0x3C9, 0x3CC, 0x3CE, 0x3CF, 0x3D4, 0x3D5, 0x3DA,
];

fn port() -> impl Strategy<Value = u16> {
    prop_oneof![4 => prop::sample::select(OWNED), 1 => any::<u16>()]
}

#[derive(Clone, Debug)]
enum Step {
    Read(u16, Width),
    Write(u16, Width, u32),
    Press(Key, bool),
    Acknowledge,
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let width = || prop::sample::select(&[Width::Byte, Width::Word, Width::Dword][..]);
    prop_oneof![
        (port(), width()).prop_map(|(port, width)| Step::Read(port, width)),
        (port(), width(), any::<u32>()).prop_map(|(port, width, value)| Step::Write(port, width, value)),
        (prop::sample::select(Key::ALL), any::<bool>()).prop_map(|(key, down)| Step::Press(key, down)),
        Just(Step::Acknowledge),
        prop_oneof![0..3000u64, 0..100_000_000u64, 0..1u64 << 50].prop_map(Step::Pass),
    ]
}

proptest! {
    #[test]
    fn no_port_sequence_panics_or_announces_the_past(steps in prop::collection::vec(step(), 1..200)) {
        let mut bench = Bench::new();
        for step in steps {
            match step {
                Step::Read(port, width) => {
                    let value = bench.board.read(Port(port), width, bench.now);
                    prop_assert_eq!(value & !width.mask(), 0);
                }
                Step::Write(port, width, value) => bench.board.write(Port(port), width, value, bench.now),
                Step::Press(key, down) => {
                    bench.board.press(KeyEvent { key, down }, bench.now);
                }
                Step::Acknowledge => {
                    bench.board.acknowledge();
                }
                Step::Pass(ns) => bench.now += Duration::from_nanos(ns),
            }
            let before = bench.board.next_event(bench.now);
            prop_assert!(before.is_none_or(|at| at >= bench.now));
            bench.board.advance(bench.now);
            let after = bench.board.next_event(bench.now);
            prop_assert!(after.is_none_or(|at| at > bench.now), "{:?} at {:?}", after, bench.now);
        }
    }

    #[test]
    fn nothing_interrupts_before_the_announced_event(
        writes in prop::collection::vec((port(), any::<u8>()), 0..40),
        keys in prop::collection::vec(prop::sample::select(Key::ALL), 0..3),
        early in 1..2000u64,
    ) {
        let mut bench = Bench::new();
        for (port, value) in writes {
            bench.out(port, value);
        }
        for key in keys {
            bench.press(key);
        }
        let horizon = bench.now + Duration::from_secs(10);
        let event = bench.board.next_event(bench.now).unwrap_or(horizon);
        let before = VirtTime(event.as_ns().saturating_sub(early)).max(bench.now);
        let pending = bench.board.interrupt_pending();
        bench.board.advance(before);
        prop_assert!(pending || !bench.board.interrupt_pending());
    }

    #[test]
    fn a_quiet_read_changes_nothing_and_does_not_see_time(
        writes in prop::collection::vec((port(), any::<u8>()), 0..40),
        port in port(),
    ) {
        if !Board::is_quiet_read(Port(port)) {
            return Ok(());
        }
        let mut bench = Bench::new();
        for (port, value) in writes {
            bench.out(port, value);
        }
        // A poll command makes the first read of the mask an acknowledge.
        bench.inp(port);
        let generation = bench.board.display_generation();
        let event = bench.board.next_event(bench.now);
        let value = bench.inp(port);
        if let Some(at) = event {
            bench.now = VirtTime(at.as_ns() - 1).max(bench.now);
        } else {
            bench.now += Duration::from_secs(3);
        }
        prop_assert_eq!(bench.inp(port), value);
        prop_assert_eq!(bench.board.display_generation(), generation);
        prop_assert_eq!(bench.board.next_event(bench.now), event);
    }
}

#[test]
fn a_coprocessor_error_is_irq13_until_port_f0_is_written() {
    let mut bench = Bench::new();
    bench.board.raise_coprocessor_error();
    assert!(bench.board.interrupt_pending());
    assert_eq!(bench.board.acknowledge(), Vector(0x75));
    bench.out(0xF0, 0);
    assert_eq!(bench.board.take_coprocessor_signal(), Some(CoprocessorSignal::Release));
    // The end of both interrupts: the line has fallen, so none is pending.
    bench.out(0xA0, 0x20);
    bench.out(0x20, 0x20);
    assert!(!bench.board.interrupt_pending());
    bench.board.raise_coprocessor_error();
    assert!(bench.board.interrupt_pending(), "the next error interrupts again");
    bench.out(0xF1, 0);
    assert_eq!(bench.board.take_coprocessor_signal(), Some(CoprocessorSignal::Reset));
}
