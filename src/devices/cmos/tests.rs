//! Clock, alarm, interrupts and setup bytes, through ports 70h and 71h.

use proptest::prelude::*;

use super::*;

/// 1999-12-31 23:59:58, a Friday.
const NEW_YEARS_EVE: u64 = 946_684_798;

struct Bench {
    cmos: Cmos,
    now: VirtTime,
}

impl Bench {
    fn new(rtc_start: u64) -> Bench {
        let config = BoardConfig {
            memory_bytes: 20 << 20,
            rtc_start,
            floppy_types: [4, 2],
            hard_disks: 1,
            coprocessor: true,
            mouse: false,
        };
        Bench { cmos: Cmos::new(&config), now: VirtTime::ZERO }
    }

    fn get(&mut self, register: u8) -> u8 {
        self.cmos.write(0x70, register, self.now);
        self.cmos.read(0x71, self.now)
    }

    fn set(&mut self, register: u8, value: u8) {
        self.cmos.write(0x70, register, self.now);
        self.cmos.write(0x71, value, self.now);
    }

    fn run(&mut self, time: Duration) {
        self.now += time;
        self.cmos.advance(self.now);
    }

    /// Century, year, month, day, weekday, hours, minutes, seconds.
    fn time(&mut self) -> [u8; 8] {
        [0x32, 9, 8, 7, 6, 4, 2, 0].map(|register| self.get(register))
    }
}

#[test]
fn the_clock_starts_where_the_config_says_and_runs() {
    let mut bench = Bench::new(NEW_YEARS_EVE);
    assert_eq!(bench.time(), [0x19, 0x99, 0x12, 0x31, 6, 0x23, 0x59, 0x58]);
    bench.run(Duration::from_millis(1999));
    assert_eq!(bench.time(), [0x19, 0x99, 0x12, 0x31, 6, 0x23, 0x59, 0x59]);
    bench.run(Duration::from_millis(1));
    assert_eq!(bench.time(), [0x20, 0x00, 0x01, 0x01, 7, 0, 0, 0]);
}

#[test]
fn a_leap_day_comes_in_one_long_step_too() {
    let mut bench = Bench::new(NEW_YEARS_EVE + 2);
    bench.run(Duration::from_secs((31 + 28) * 86_400));
    assert_eq!(bench.time(), [0x20, 0x00, 0x02, 0x29, 3, 0, 0, 0]);
}

#[test]
fn binary_and_twelve_hour_forms_are_read_and_counted() {
    let mut bench = Bench::new(0);
    bench.set(0x0B, 0x80 | B_BINARY_12_HOUR);
    for (register, value) in [(0, 59), (2, 59), (4, 0x80 | 11), (6, 3), (7, 28), (8, 2), (9, 23)] {
        bench.set(register, value);
    }
    bench.set(0x32, 0x20);
    bench.set(0x0B, B_BINARY_12_HOUR);
    bench.run(SECOND);
    assert_eq!(bench.time(), [0x20, 23, 3, 1, 4, 12, 0, 0], "12 AM");
    bench.run(Duration::from_secs(13 * 3600));
    assert_eq!(bench.get(4), 0x80 | 1);
}

const B_BINARY_12_HOUR: u8 = 0x04;

#[test]
fn set_freezes_the_registers_and_turns_the_update_interrupt_off() {
    let mut bench = Bench::new(0);
    bench.set(0x0B, 0x92);
    assert_eq!(bench.get(0x0B), 0x82);
    bench.set(0, 0x30);
    bench.run(Duration::from_secs(5));
    assert_eq!(bench.get(0), 0x30);
    bench.set(0x0B, 0x02);
    bench.run(SECOND);
    assert_eq!(bench.get(0), 0x31);
}

#[test]
fn update_in_progress_warns_before_each_step() {
    let mut bench = Bench::new(0);
    bench.run(SECOND - UPDATE_WARNING - Duration::from_nanos(1));
    assert_eq!(bench.get(0x0A), 0x26);
    bench.run(Duration::from_nanos(1));
    assert_eq!((bench.get(0x0A), bench.get(0)), (0xA6, 0));
    bench.run(UPDATE_WARNING);
    assert_eq!((bench.get(0x0A), bench.get(0)), (0x26, 1));
}

#[test]
fn the_divider_stops_the_clock_and_starts_it_half_a_second_late() {
    let mut bench = Bench::new(0);
    bench.set(0x0A, 0x70);
    bench.run(Duration::from_secs(10));
    assert_eq!(bench.get(0), 0);
    bench.set(0x0A, 0x26);
    bench.run(FIRST_UPDATE);
    assert_eq!(bench.get(0), 1);
}

#[test]
fn the_periodic_interrupt_comes_1024_times_a_second() {
    let mut bench = Bench::new(0);
    bench.set(0x0B, 0x42);
    let mut count = 0;
    while let Some(at) = bench.cmos.next_event(bench.now).filter(|at| at.as_ns() <= 1_000_000_000) {
        assert!(at > bench.now);
        bench.run(at.since(bench.now));
        assert!(bench.cmos.irq());
        assert_eq!(bench.get(0x0C) & 0xC0, 0xC0);
        assert!(!bench.cmos.irq(), "the read clears the flags");
        count += 1;
    }
    assert_eq!(count, 1024);
}

#[test]
fn the_first_two_rates_are_256_and_128_hertz() {
    for (rate, hz) in [(1, 256), (2, 128), (3, 8192), (15, 2)] {
        let mut bench = Bench::new(0);
        bench.set(0x0A, 0x20 | rate);
        bench.set(0x0B, 0x42);
        let at = bench.cmos.next_event(bench.now).unwrap();
        assert_eq!(at.as_ns(), 1_000_000_000u64.div_ceil(hz), "rate {rate}");
    }
}

#[test]
fn flags_rise_without_their_interrupt_but_not_the_line() {
    let mut bench = Bench::new(0);
    bench.run(SECOND);
    assert!(!bench.cmos.irq());
    assert_eq!(bench.get(0x0C), 0x50);
    assert_eq!(bench.get(0x0C), 0);
}

#[test]
fn the_alarm_comes_once_a_day_at_its_time() {
    let mut bench = Bench::new(NEW_YEARS_EVE);
    for (register, value) in [(1, 0x02), (3, 0x00), (5, 0x00)] {
        bench.set(register, value);
    }
    bench.set(0x0B, 0x22);
    assert_eq!(bench.cmos.next_event(bench.now), Some(VirtTime(4_000_000_000)));
    bench.run(Duration::from_secs(4));
    assert_eq!(bench.get(0x0C) & 0xA0, 0xA0);
    assert_eq!(bench.cmos.next_event(bench.now), Some(bench.now + Duration::from_secs(86_400)));
}

#[test]
fn alarm_fields_from_c0_up_match_always() {
    let mut bench = Bench::new(NEW_YEARS_EVE);
    for (register, value) in [(1, 0x10), (3, 0xFF), (5, 0xC0)] {
        bench.set(register, value);
    }
    bench.set(0x0B, 0x22);
    assert_eq!(bench.cmos.next_event(bench.now), Some(VirtTime(12_000_000_000)));
    bench.run(Duration::from_secs(12));
    bench.get(0x0C);
    assert_eq!(bench.cmos.next_event(bench.now), Some(VirtTime(72_000_000_000)));
}

#[test]
fn an_alarm_that_no_time_matches_never_comes() {
    let mut bench = Bench::new(0);
    bench.set(3, 0x75);
    bench.set(0x0B, 0x22);
    assert_eq!(bench.cmos.next_event(bench.now), None);
    bench.run(Duration::from_secs(100_000));
    assert_eq!(bench.get(0x0C) & 0x20, 0);
}

#[test]
fn the_setup_bytes_describe_the_machine() {
    let mut bench = Bench::new(0);
    let word = |bench: &mut Bench, at: u8| u16::from_le_bytes([bench.get(at), bench.get(at + 1)]);
    assert_eq!(bench.get(0x10), 0x42);
    assert_eq!((bench.get(0x12), bench.get(0x19), bench.get(0x1A)), (0xF0, 47, 0));
    assert_eq!(bench.get(0x14), 0x43);
    assert_eq!(word(&mut bench, 0x15), 640);
    assert_eq!(word(&mut bench, 0x17), 19 * 1024);
    assert_eq!(word(&mut bench, 0x30), 19 * 1024);
    assert_eq!(word(&mut bench, 0x34), 4 * 16);
    let sum: u16 = (0x10..0x2E).map(|at| u16::from(bench.get(at))).sum();
    assert_eq!(word(&mut bench, 0x2E).swap_bytes(), sum);
    assert_eq!(bench.get(0x0D), 0x80);
}

#[test]
fn guest_writes_to_memory_are_kept_over_a_reset() {
    let mut bench = Bench::new(0);
    bench.set(0x0F, 0x05);
    bench.set(0xC0, 0x77);
    bench.set(0x0B, 0x42);
    bench.cmos.reset();
    assert_eq!((bench.get(0x0F), bench.get(0x40)), (0x05, 0x77), "bit 7 of the index is the NMI mask");
    assert_eq!(bench.get(0x0B), 0x02);
}

proptest! {
    #[test]
    fn the_line_rises_exactly_when_announced(
        writes in prop::collection::vec((0..0x0Cu8, any::<u8>()), 0..30),
        enables in 1..8u8,
        late in 0..3_000_000_000u64,
    ) {
        let mut bench = Bench::new(NEW_YEARS_EVE);
        bench.run(Duration::from_nanos(late));
        for (register, value) in writes {
            bench.set(register, value);
        }
        bench.set(0x0B, enables << 4 | 0x02);
        bench.get(0x0C);
        let now = bench.now;
        if let Some(at) = bench.cmos.next_event(now) {
            prop_assert!(at > now);
            bench.run(Duration::from_nanos(at.since(now).as_nanos().try_into().unwrap()) - Duration::from_nanos(1));
            prop_assert!(!bench.cmos.irq());
            bench.run(Duration::from_nanos(1));
            prop_assert!(bench.cmos.irq());
        } else {
            bench.run(Duration::from_secs(200_000));
            prop_assert!(!bench.cmos.irq());
        }
    }
}
