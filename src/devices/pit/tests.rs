//! The data sheet's modes, driven through the ports, clock pulse by clock pulse.

use proptest::prelude::*;

use super::*;

/// The chip and a clock that counts its pulses.
struct Bench {
    pit: Pit,
    tick: u64,
}

impl Bench {
    /// A chip that has been on for a while.
    fn new() -> Bench {
        let mut bench = Bench { pit: Pit::new(), tick: 0 };
        bench.run(12_345);
        bench
    }

    fn now(&self) -> VirtTime {
        CLOCK.time_of(self.tick)
    }

    fn run(&mut self, pulses: u64) {
        self.tick += pulses;
        self.pit.advance(self.now());
    }

    fn out(&mut self, port: u16, value: u8) {
        let now = self.now();
        self.pit.write(port, value, now);
    }

    fn inp(&mut self, port: u16) -> u8 {
        let now = self.now();
        self.pit.read(port, now)
    }

    /// Programs a counter, low byte then high byte, and lets one pulse load the count.
    fn program(&mut self, counter: u16, mode: u8, count: u16) {
        self.out(0x43, u8::try_from(counter).unwrap() << 6 | 0x30 | mode << 1);
        self.write_count(counter, count);
        self.run(1);
    }

    fn write_count(&mut self, counter: u16, count: u16) {
        let [low, high] = count.to_le_bytes();
        self.out(0x40 + counter, low);
        self.out(0x40 + counter, high);
    }

    fn count(&mut self, counter: u16) -> u16 {
        u16::from_le_bytes([self.inp(0x40 + counter), self.inp(0x40 + counter)])
    }

    /// Output levels of counter 0 at this pulse and the `pulses - 1` after it.
    fn wave(&mut self, pulses: usize) -> String {
        self.trace(pulses, |bench| bench.pit.irq())
    }

    fn speaker_wave(&mut self, pulses: usize) -> String {
        self.trace(pulses, |bench| bench.pit.speaker_out())
    }

    fn trace(&mut self, pulses: usize, level: impl Fn(&Bench) -> bool) -> String {
        (0..pulses)
            .map(|_| {
                let sign = if level(self) { '#' } else { '_' };
                self.run(1);
                sign
            })
            .collect()
    }

    fn counts(&mut self, pulses: usize) -> Vec<u16> {
        (0..pulses)
            .map(|_| {
                let count = self.count(0);
                self.run(1);
                count
            })
            .collect()
    }

    fn gate(&mut self, level: bool) {
        self.pit.set_speaker_gate(level);
    }
}

#[test]
fn mode_0_rises_once_when_the_count_is_over() {
    let mut bench = Bench::new();
    bench.program(0, 0, 4);
    assert_eq!(bench.wave(8), "____####");
    assert_eq!(bench.pit.next_event(bench.now()), None);
}

#[test]
fn mode_0_counts_on_through_zero() {
    let mut bench = Bench::new();
    bench.program(0, 0, 2);
    assert_eq!(bench.counts(5), [2, 1, 0, 0xFFFF, 0xFFFE]);
}

#[test]
fn mode_0_stops_between_the_bytes_of_a_new_count() {
    let mut bench = Bench::new();
    bench.program(0, 0, 3);
    bench.run(5);
    assert!(bench.pit.irq());
    bench.out(0x40, 2);
    assert_eq!(bench.wave(3), "___");
    bench.out(0x40, 0);
    bench.run(1);
    assert_eq!(bench.wave(4), "__##");
}

#[test]
fn mode_0_is_held_by_a_low_gate() {
    let mut bench = Bench::new();
    bench.program(2, 0, 4);
    bench.run(2);
    bench.gate(false);
    assert_eq!(bench.speaker_wave(10), "__________");
    assert_eq!(bench.count(2), 2);
    bench.gate(true);
    assert_eq!(bench.speaker_wave(4), "__##");
}

#[test]
fn mode_1_is_triggered_and_retriggered_by_the_gate() {
    let mut bench = Bench::new();
    bench.gate(false);
    bench.program(2, 1, 4);
    assert_eq!(bench.speaker_wave(6), "######");
    bench.gate(true);
    bench.run(1);
    assert_eq!(bench.speaker_wave(2), "__");
    bench.gate(false);
    bench.gate(true);
    bench.run(1);
    assert_eq!(bench.speaker_wave(6), "____##");
}

#[test]
fn mode_2_is_low_for_the_last_pulse_of_each_period() {
    let mut bench = Bench::new();
    bench.program(0, 2, 3);
    assert_eq!(bench.wave(9), "##_##_##_");
    assert_eq!(bench.counts(4), [3, 2, 1, 3]);
}

#[test]
fn mode_2_takes_a_new_count_with_the_next_period() {
    let mut bench = Bench::new();
    bench.program(0, 2, 4);
    bench.run(1);
    bench.write_count(0, 2);
    assert_eq!(bench.wave(7), "##_#_#_");
}

#[test]
fn mode_2_leaves_the_forbidden_count_of_1_for_a_new_one() {
    let mut bench = Bench::new();
    bench.program(0, 2, 1);
    assert_eq!(bench.pit.next_event(bench.now()), None);
    bench.write_count(0, 3);
    let rise = bench.pit.next_event(bench.now()).unwrap();
    assert_eq!(CLOCK.pulses(rise) - bench.tick, 4);
    assert_eq!(bench.wave(5), "###_#");
}

#[test]
fn mode_2_starts_over_when_the_gate_rises() {
    let mut bench = Bench::new();
    bench.gate(true);
    bench.program(2, 2, 3);
    bench.run(2);
    assert!(!bench.pit.speaker_out());
    bench.gate(false);
    assert_eq!(bench.speaker_wave(3), "###");
    bench.gate(true);
    bench.run(1);
    assert_eq!(bench.speaker_wave(4), "##_#");
}

#[test]
fn mode_3_is_a_square_wave_that_counts_by_two() {
    let mut bench = Bench::new();
    bench.program(0, 3, 4);
    assert_eq!(bench.wave(8), "##__##__");
    assert_eq!(bench.counts(4), [4, 2, 4, 2]);
}

#[test]
fn mode_3_with_an_odd_count_is_high_for_one_pulse_more() {
    let mut bench = Bench::new();
    bench.program(0, 3, 5);
    assert_eq!(bench.wave(10), "###__###__");
    assert_eq!(bench.counts(5), [4, 2, 0, 4, 2]);
}

#[test]
fn mode_3_takes_a_new_count_with_the_next_half() {
    let mut bench = Bench::new();
    bench.program(0, 3, 8);
    bench.run(1);
    bench.write_count(0, 4);
    assert_eq!(bench.wave(11), "###__##__##");
    bench.program(0, 3, 8);
    bench.run(5);
    bench.write_count(0, 4);
    assert_eq!(bench.wave(9), "___##__##");
}

#[test]
fn mode_4_strobes_once_when_the_count_is_over() {
    let mut bench = Bench::new();
    bench.program(0, 4, 3);
    assert_eq!(bench.wave(8), "###_####");
}

#[test]
fn mode_5_strobes_after_a_trigger() {
    let mut bench = Bench::new();
    bench.gate(false);
    bench.program(2, 5, 2);
    assert_eq!(bench.speaker_wave(5), "#####");
    bench.gate(true);
    bench.run(1);
    assert_eq!(bench.speaker_wave(5), "##_##");
}

#[test]
fn a_count_of_zero_is_the_largest() {
    let mut bench = Bench::new();
    bench.program(0, 2, 0);
    let start = bench.now();
    let rise = bench.pit.next_event(start).unwrap();
    assert_eq!(CLOCK.pulses(rise) - bench.tick, 0x1_0000);
}

#[test]
fn bcd_counts_in_decimal() {
    let mut bench = Bench::new();
    bench.out(0x43, 0x35);
    bench.write_count(0, 0x1000);
    bench.run(1);
    assert_eq!(bench.counts(2), [0x1000, 0x0999]);
    bench.write_count(0, 0);
    bench.run(999);
    let rise = bench.pit.next_event(bench.now()).unwrap();
    assert_eq!(CLOCK.pulses(rise) - bench.tick, 10_000 - 1);
}

#[test]
fn low_only_and_high_only_access_move_one_byte() {
    let mut bench = Bench::new();
    bench.out(0x43, 0x14);
    bench.out(0x40, 0x80);
    bench.run(1);
    assert_eq!((bench.inp(0x40), bench.inp(0x40)), (0x80, 0x80));
    bench.out(0x43, 0x24);
    bench.out(0x40, 0x80);
    bench.run(2);
    assert_eq!((bench.inp(0x40), bench.inp(0x40)), (0x7F, 0x7F));
}

#[test]
fn a_latched_count_stands_until_it_is_read() {
    let mut bench = Bench::new();
    bench.program(0, 2, 1000);
    bench.out(0x43, 0x00);
    bench.run(10);
    bench.out(0x43, 0x00);
    assert_eq!(bench.count(0), 1000);
    assert_eq!(bench.count(0), 990);
}

#[test]
fn read_back_latches_status_and_count_of_several_counters() {
    let mut bench = Bench::new();
    bench.program(0, 2, 500);
    bench.program(2, 3, 0x1234);
    bench.out(0x43, 0xC0 | 0b1010);
    bench.run(7);
    // OUT high, count loaded, low then high, mode 2.
    assert_eq!(bench.inp(0x40), 0xB4);
    assert_eq!(bench.count(0), 499);
    assert_eq!(bench.inp(0x42), 0xB6);
    assert_eq!(bench.count(2), 0x1234);
    assert_eq!(bench.count(2), 0x1234 - 14);
}

#[test]
fn the_status_tells_that_a_count_is_not_loaded_yet() {
    const NULL_COUNT: u8 = 0x40;
    let mut bench = Bench::new();
    let status = |bench: &mut Bench| {
        bench.out(0x43, 0xE2);
        bench.inp(0x40)
    };
    bench.out(0x43, 0x34);
    assert_ne!(status(&mut bench) & NULL_COUNT, 0);
    bench.write_count(0, 10);
    assert_ne!(status(&mut bench) & NULL_COUNT, 0);
    bench.run(1);
    assert_eq!(status(&mut bench) & NULL_COUNT, 0);
    bench.write_count(0, 5);
    assert_ne!(status(&mut bench) & NULL_COUNT, 0);
    bench.run(10);
    assert_eq!(status(&mut bench) & NULL_COUNT, 0);
}

#[test]
fn the_timer_of_a_pc_ticks_65543_times_an_hour() {
    let mut bench = Bench::new();
    bench.program(0, 3, 0);
    let end = bench.now() + std::time::Duration::from_secs(3600);
    let mut now = bench.now();
    let mut ticks = 0;
    while let Some(rise) = bench.pit.next_event(now).filter(|&rise| rise <= end) {
        assert!(rise > now);
        now = rise;
        bench.pit.advance(now);
        assert!(bench.pit.take_rise() && bench.pit.irq());
        ticks += 1;
    }
    assert_eq!(ticks, 65_543);
}

#[test]
fn a_rise_within_one_long_step_is_not_lost() {
    let mut bench = Bench::new();
    bench.program(0, 2, 100);
    bench.pit.take_rise();
    bench.run(199);
    assert!(!bench.pit.irq());
    assert!(bench.pit.take_rise());
    assert!(!bench.pit.take_rise());
}

#[derive(Clone, Debug)]
enum Step {
    Write(u16, u8),
    Gate(bool),
    Run(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0x40..0x44u16, any::<u8>()).prop_map(|(port, value)| Step::Write(port, value)),
        // Counter 0, any mode, with a small count that soon has effects.
        (0..16u8).prop_map(|mode| Step::Write(0x43, 0x10 | mode)),
        (1..9u8).prop_map(|count| Step::Write(0x40, count)),
        any::<bool>().prop_map(Step::Gate),
        (1..40u64).prop_map(Step::Run),
    ]
}

proptest! {
    #[test]
    fn one_long_step_is_the_same_as_many_short_ones(steps in prop::collection::vec(step(), 1..60)) {
        let (mut long, mut short) = (Bench::new(), Bench::new());
        for step in steps {
            match step {
                Step::Write(port, value) => {
                    long.out(port, value);
                    short.out(port, value);
                }
                Step::Gate(level) => {
                    long.gate(level);
                    short.gate(level);
                }
                Step::Run(pulses) => {
                    let next = short.pit.next_event(short.now()).map(|at| CLOCK.pulses(at));
                    let mut rises = Vec::new();
                    long.pit.take_rise();
                    short.pit.take_rise();
                    for _ in 0..pulses {
                        let before = short.pit.irq();
                        short.run(1);
                        prop_assert_eq!(short.pit.take_rise(), !before && short.pit.irq());
                        if !before && short.pit.irq() {
                            rises.push(short.tick);
                        }
                    }
                    long.run(pulses);
                    prop_assert_eq!(long.pit.take_rise(), !rises.is_empty());
                    prop_assert_eq!(rises.first().copied(), next.filter(|&at| at <= short.tick));
                    prop_assert_eq!((long.pit.irq(), long.pit.speaker_out()), (short.pit.irq(), short.pit.speaker_out()));
                    for port in 0x40..0x43 {
                        prop_assert_eq!(long.inp(port), short.inp(port));
                    }
                }
            }
        }
    }

    #[test]
    fn a_count_never_goes_backwards_within_a_period(count in 2..=u16::MAX, pulses in prop::collection::vec(0..500u64, 1..50)) {
        let mut bench = Bench::new();
        bench.program(0, 2, count);
        let (mut last, mut elapsed) = (count, 0);
        for step in pulses {
            bench.run(step);
            let wrapped = (elapsed + step) / u64::from(count) > elapsed / u64::from(count);
            elapsed += step;
            let now = bench.count(0);
            prop_assert!(wrapped || now <= last, "{} after {}", now, last);
            last = now;
        }
    }
}
