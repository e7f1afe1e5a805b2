//! The controller and the keyboard behind it, driven through ports 60h and 64h.

use super::*;
use crate::keys::Key;

/// Time for the keyboard to send all it has.
const A_WHILE: Duration = Duration::from_millis(100);

struct Bench {
    kbc: Kbc,
    now: VirtTime,
}

impl Bench {
    fn new() -> Bench {
        Bench { kbc: Kbc::new(false), now: VirtTime(5_000_000_000) }
    }

    fn with_mouse() -> Bench {
        Bench { kbc: Kbc::new(true), ..Bench::new() }
    }

    fn command(&mut self, value: u8) {
        self.kbc.write(0x64, value, self.now);
    }

    fn data(&mut self, value: u8) {
        self.kbc.write(0x60, value, self.now);
    }

    fn status(&mut self) -> u8 {
        self.kbc.read(0x64, self.now)
    }

    fn key(&mut self, key: Key, down: bool) -> bool {
        self.kbc.press(KeyEvent { key, down }, self.now)
    }

    fn run(&mut self, time: Duration) {
        self.now += time;
        self.kbc.advance(self.now);
    }

    /// The answer of a controller command, which is there at once.
    fn answer(&mut self, command: u8) -> u8 {
        self.command(command);
        assert_eq!(self.status() & STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL);
        self.kbc.read(0x60, self.now)
    }

    /// Reads bytes as they come, until none comes for a while.
    fn drain(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..100 {
            self.run(Duration::from_millis(10));
            if self.status() & STATUS_OUTPUT_FULL != 0 {
                bytes.push(self.kbc.read(0x60, self.now));
            }
        }
        bytes
    }
}

#[test]
fn self_tests_pass() {
    let mut bench = Bench::new();
    assert_eq!(bench.answer(0xAA), 0x55);
    assert_eq!(bench.answer(0xAB), 0x00);
}

#[test]
fn the_status_tells_command_from_data() {
    let mut bench = Bench::new();
    bench.command(0xAE);
    assert_eq!(bench.status(), 0x1C);
    bench.data(0xF4);
    assert_eq!(bench.status(), 0x14);
}

#[test]
fn a_key_arrives_a_millisecond_later_and_raises_the_line_until_it_is_read() {
    let mut bench = Bench::new();
    assert!(bench.key(Key::A, true));
    let arrival = bench.kbc.next_event(bench.now).unwrap();
    assert_eq!(arrival.since(bench.now), BYTE_TIME);
    bench.run(BYTE_TIME - Duration::from_nanos(1));
    assert!(!bench.kbc.irq());
    bench.run(Duration::from_nanos(1));
    assert!(bench.kbc.irq() && !bench.kbc.is_idle());
    assert_eq!(bench.kbc.read(0x60, bench.now), 0x1E);
    assert!(!bench.kbc.irq() && bench.kbc.is_idle());
    assert_eq!(bench.kbc.read(0x60, bench.now), 0x1E, "the latch repeats its byte");
}

#[test]
fn the_next_byte_waits_until_the_buffer_is_read() {
    let mut bench = Bench::new();
    bench.key(Key::A, true);
    bench.key(Key::B, true);
    bench.run(A_WHILE);
    assert_eq!(bench.kbc.next_event(bench.now), None);
    assert_eq!(bench.kbc.read(0x60, bench.now), 0x1E);
    assert_eq!(bench.kbc.next_event(bench.now), Some(bench.now + BYTE_TIME));
    assert_eq!(bench.drain(), [0x30]);
}

#[test]
fn translation_gives_set_1_and_without_it_set_2_comes_through() {
    let mut bench = Bench::new();
    bench.key(Key::Up, true);
    bench.key(Key::Up, false);
    assert_eq!(bench.drain(), [0xE0, 0x48, 0xE0, 0xC8]);
    bench.command(0x60);
    bench.data(0x05);
    bench.key(Key::Up, true);
    bench.key(Key::Up, false);
    assert_eq!(bench.drain(), [0xE0, 0x75, 0xE0, 0xF0, 0x75]);
}

#[test]
fn a_keyboard_in_set_1_needs_no_translation() {
    let mut bench = Bench::new();
    bench.command(0x60);
    bench.data(0x05);
    bench.data(0xF0);
    bench.run(A_WHILE);
    bench.data(0x01);
    assert_eq!(bench.drain(), [0xFA, 0xFA]);
    bench.key(Key::A, false);
    assert_eq!(bench.drain(), [0x9E]);
    bench.data(0xF0);
    assert_eq!(bench.drain(), [0xFA]);
    bench.data(0x00);
    assert_eq!(bench.drain(), [0xFA, 0x01]);
}

#[test]
fn the_command_byte_masks_the_line_and_stops_the_keyboard() {
    let mut bench = Bench::new();
    bench.command(0x60);
    bench.data(0x54);
    assert_eq!(bench.answer(0x20), 0x54);
    bench.key(Key::A, true);
    bench.run(A_WHILE);
    assert_eq!(bench.status() & STATUS_OUTPUT_FULL, 0, "disabled");
    bench.command(0xAE);
    bench.run(A_WHILE);
    assert_eq!(bench.status() & STATUS_OUTPUT_FULL, 1);
    assert!(!bench.kbc.irq(), "its interrupt is off");
    bench.command(0xAD);
    assert_eq!(bench.answer(0x20), 0x54);
}

#[test]
fn a_byte_to_the_keyboard_enables_its_line() {
    let mut bench = Bench::new();
    bench.command(0xAD);
    bench.data(0xEE);
    assert_eq!(bench.drain(), [0xEE]);
}

#[test]
fn keyboard_commands_are_acknowledged_with_their_parameters() {
    let mut bench = Bench::new();
    for (sent, answers) in [
        (0xED, vec![0xFA]),
        (0x07, vec![0xFA]),
        (0xF3, vec![0xFA]),
        (0x20, vec![0xFA]),
        (0xF2, vec![0xFA, 0xAB, 0x41]),
        (0xFE, vec![0x41]),
        (0xF6, vec![0xFA]),
        (0xFF, vec![0xFA, 0xAA]),
        (0x01, vec![0xFE]),
    ] {
        bench.data(sent);
        assert_eq!(bench.drain(), answers, "{sent:02X}h");
    }
}

#[test]
fn a_command_in_place_of_a_parameter_is_a_command() {
    let mut bench = Bench::new();
    bench.data(0xED);
    bench.drain();
    bench.data(0xEE);
    assert_eq!(bench.drain(), [0xEE]);
}

#[test]
fn a_disabled_keyboard_loses_keys_until_it_is_enabled() {
    let mut bench = Bench::new();
    bench.data(0xF5);
    assert_eq!(bench.drain(), [0xFA]);
    assert!(bench.key(Key::A, true));
    assert_eq!(bench.drain(), [0u8; 0]);
    bench.data(0xF4);
    assert_eq!(bench.drain(), [0xFA]);
    bench.key(Key::B, true);
    assert_eq!(bench.drain(), [0x30]);
}

#[test]
fn a_full_keyboard_refuses_keys_and_loses_none_that_it_took() {
    let mut bench = Bench::new();
    let taken = (0..40).filter(|_| bench.key(Key::A, true)).count();
    assert_eq!(taken, 16);
    assert_eq!(bench.drain(), vec![0x1E; 16]);
    assert!(bench.key(Key::A, true));
}

#[test]
fn pause_sends_its_six_bytes_and_break_with_ctrl() {
    let mut bench = Bench::new();
    bench.key(Key::Pause, true);
    bench.key(Key::Pause, false);
    assert_eq!(bench.drain(), [0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5]);
    bench.key(Key::RightCtrl, true);
    bench.key(Key::Pause, true);
    bench.key(Key::Pause, false);
    assert_eq!(bench.drain(), [0xE0, 0x1D, 0xE0, 0x46, 0xE0, 0xC6]);
}

#[test]
fn print_screen_is_sys_req_with_alt_even_if_alt_comes_up_first() {
    let mut bench = Bench::new();
    bench.key(Key::LeftAlt, true);
    bench.key(Key::PrintScreen, true);
    bench.key(Key::LeftAlt, false);
    bench.key(Key::PrintScreen, false);
    assert_eq!(bench.drain(), [0x38, 0x54, 0xB8, 0xD4]);
    bench.key(Key::PrintScreen, true);
    assert_eq!(bench.drain(), [0xE0, 0x37]);
}

#[test]
fn the_output_port_gates_a20() {
    let mut bench = Bench::new();
    bench.command(0xD1);
    bench.data(0xDF);
    assert!(bench.kbc.a20());
    assert_eq!(bench.answer(0xD0) & 0x03, 0x03);
    bench.command(0xD1);
    bench.data(0xDD);
    assert!(!bench.kbc.a20());
    bench.command(0xDF);
    assert!(bench.kbc.a20());
    bench.command(0xDD);
    assert!(!bench.kbc.a20());
    assert!(!bench.kbc.take_reset());
}

#[test]
fn the_reset_line_is_pulsed_by_fe_and_by_the_output_port() {
    let mut bench = Bench::new();
    bench.command(0xFF);
    assert!(!bench.kbc.take_reset(), "FFh pulses nothing");
    bench.command(0xFE);
    assert!(bench.kbc.take_reset() && !bench.kbc.take_reset());
    bench.command(0xD1);
    bench.data(0x02);
    assert!(bench.kbc.take_reset());
}

#[test]
fn d2_makes_a_byte_look_as_if_the_keyboard_sent_it() {
    let mut bench = Bench::new();
    bench.command(0xD2);
    bench.data(0x1C);
    assert!(bench.kbc.irq());
    assert_eq!(bench.kbc.read(0x60, bench.now), 0x1C);
}

#[test]
fn aux_commands_reach_no_mouse_and_disturb_no_keyboard() {
    let mut bench = Bench::new();
    for command in [0xA7, 0xA8, 0xA9] {
        bench.command(command);
        assert_eq!(bench.drain(), [0u8; 0], "{command:02X}h");
    }
    bench.command(0xD4);
    bench.data(0xFF);
    assert_eq!(bench.drain(), [0u8; 0]);
}

#[test]
fn without_a_mouse_the_controller_is_that_of_an_at() {
    let mut bench = Bench::new();
    for command in [0xA7, 0xA8, 0xA9] {
        bench.command(command);
        assert_eq!(bench.status() & STATUS_OUTPUT_FULL, 0);
    }
    bench.command(0xD4);
    bench.data(0xFF);
    assert!(bench.drain().is_empty());
}

#[test]
fn the_mouse_answers_on_its_line_with_the_status_bit_and_its_own_interrupt() {
    let mut bench = Bench::with_mouse();
    assert_eq!(bench.answer(0xA9), 0x00);
    bench.command(0x60);
    bench.data(0x47);
    bench.command(0xD4);
    bench.data(0xF4);
    bench.run(BYTE_TIME);
    assert_eq!(bench.status() & (STATUS_AUX | STATUS_OUTPUT_FULL), STATUS_AUX | STATUS_OUTPUT_FULL);
    assert!(bench.kbc.mouse_irq() && !bench.kbc.irq());
    assert_eq!(bench.kbc.read(0x60, bench.now), 0xFA);
    assert!(!bench.kbc.mouse_irq());
    assert!(bench.kbc.point(Motion { x: 2, y: 0 }, Buttons(1), None, bench.now));
    assert_eq!(bench.drain(), [0x09, 2, 0]);
}

#[test]
fn a_closed_auxiliary_line_holds_the_mouse_and_not_the_keyboard() {
    let mut bench = Bench::with_mouse();
    bench.kbc.ask_mouse(&[0xF4], bench.now);
    bench.command(0xA7);
    bench.kbc.point(Motion { x: 2, y: 0 }, Buttons(0), None, bench.now);
    bench.key(Key::A, true);
    assert_eq!(bench.drain(), [0x1E]);
    bench.command(0xA8);
    assert_eq!(bench.drain(), [0x08, 2, 0]);
}

#[test]
fn a_key_comes_before_a_report_that_has_time() {
    let mut bench = Bench::with_mouse();
    bench.kbc.ask_mouse(&[0xF3, 10, 0xF4], bench.now);
    bench.kbc.point(Motion { x: 1, y: 0 }, Buttons(0), None, bench.now);
    bench.kbc.point(Motion { x: 2, y: 0 }, Buttons(0), None, bench.now);
    for byte in [0x08, 1, 0] {
        bench.run(BYTE_TIME);
        assert_eq!(bench.kbc.read(0x60, bench.now), byte);
    }
    bench.key(Key::A, true);
    assert_eq!(bench.kbc.next_event(bench.now), Some(bench.now + BYTE_TIME));
    assert_eq!(bench.drain(), [0x1E, 0x08, 2, 0]);
}

#[test]
fn the_auxiliary_buffer_can_be_written_by_the_guest() {
    let mut bench = Bench::with_mouse();
    bench.command(0xD3);
    bench.data(0x55);
    assert_eq!(bench.status() & STATUS_AUX, STATUS_AUX);
    assert_eq!(bench.kbc.read(0x60, bench.now), 0x55);
}
