//! PS/2 mouse (`Mouse`), behind the 8042's auxiliary line.
//!
//! Models: packets of three bytes in stream and remote mode, wrap mode, and the commands E6h–FFh
//! with their answers. Power-on state: stream mode, not reporting, 100 reports a second, four
//! counts a millimetre.
//! Motion comes in counts from outside: what does not fit into one packet goes into the next. Only
//! motion that nobody asks for runs into the counters' ends and sets the overflow bits.
//! Gap: resolution and 2:1 scaling are kept and told, and change no motion: it comes from a pointer
//! that is somewhere already, not from a ball.
//! Source: IBM PS/2 Technical Reference, "Mouse".

use std::collections::VecDeque;
use std::time::Duration;

use crate::clock::VirtTime;
use crate::pointer::{Buttons, CellPlace, Motion};

/// Reports that wait for the controller; further ones are refused.
const MAX_REPORTS: usize = 16;
/// Answer bytes that may wait. Later ones are lost; the longest answer has four.
const MAX_ANSWERS: usize = 8;
/// What a counter holds: nine bits with the sign.
const MAX_COUNT: i32 = 255;
/// How long the self test after a reset takes.
const SELF_TEST_TIME: Duration = Duration::from_millis(300);

const CMD_SCALING_1_1: u8 = 0xE6;
const CMD_SCALING_2_1: u8 = 0xE7;
const CMD_SET_RESOLUTION: u8 = 0xE8;
const CMD_STATUS: u8 = 0xE9;
const CMD_STREAM_MODE: u8 = 0xEA;
const CMD_READ_DATA: u8 = 0xEB;
const CMD_LEAVE_WRAP: u8 = 0xEC;
const CMD_WRAP_MODE: u8 = 0xEE;
const CMD_REMOTE_MODE: u8 = 0xF0;
const CMD_IDENTIFY: u8 = 0xF2;
const CMD_SET_RATE: u8 = 0xF3;
const CMD_ENABLE: u8 = 0xF4;
const CMD_DISABLE: u8 = 0xF5;
const CMD_SET_DEFAULTS: u8 = 0xF6;
const CMD_RESEND: u8 = 0xFE;
const CMD_RESET: u8 = 0xFF;

const ANSWER_ACK: u8 = 0xFA;
const ANSWER_RESEND: u8 = 0xFE;
const ANSWER_SELF_TEST_PASSED: u8 = 0xAA;
/// A mouse with two or three buttons and no wheel.
const IDENTITY: u8 = 0x00;

/// First byte of a packet: always set.
const PACKET_FIRST: u8 = 0x08;
const PACKET_X_NEGATIVE: u8 = 0x10;
const PACKET_Y_NEGATIVE: u8 = 0x20;
const PACKET_X_OVERFLOW: u8 = 0x40;
const PACKET_Y_OVERFLOW: u8 = 0x80;

const STATUS_REMOTE: u8 = 0x40;
const STATUS_REPORTING: u8 = 0x20;
const STATUS_SCALING_2_1: u8 = 0x10;

/// Reports a second that the mouse knows.
const RATES: [u8; 7] = [10, 20, 40, 60, 80, 100, 200];

/// Something that happened to the mouse.
#[derive(Clone, Copy, Debug)]
struct Report {
    motion: Motion,
    buttons: Buttons,
    /// What the mouse points at once this is told, if the host knows.
    place: Option<CellPlace>,
}

/// The mouse.
pub(super) struct Mouse {
    answers: VecDeque<u8>,
    /// What is left of the packet being sent.
    packet: VecDeque<u8>,
    /// What the mouse points at once the packet is sent, if it is the last of its report.
    packet_place: Option<CellPlace>,
    reports: VecDeque<Report>,
    /// What has happened while nobody was told.
    untold: Motion,
    buttons: Buttons,
    /// What the last packet that was sent points at.
    place: Option<CellPlace>,
    /// No packet begins before this.
    next_packet: VirtTime,
    reporting: bool,
    remote: bool,
    wrapping: bool,
    scaling_2_1: bool,
    rate: u8,
    resolution: u8,
    /// The command whose parameter comes next.
    pending: Option<u8>,
    /// The last answer or packet, for a resend.
    last_sent: u8,
    self_test: Option<VirtTime>,
}

impl Mouse {
    pub(super) fn new() -> Mouse {
        Mouse {
            answers: VecDeque::new(),
            packet: VecDeque::new(),
            packet_place: None,
            reports: VecDeque::new(),
            untold: Motion::default(),
            buttons: Buttons::default(),
            place: None,
            next_packet: VirtTime::ZERO,
            reporting: false,
            remote: false,
            wrapping: false,
            scaling_2_1: false,
            rate: 100,
            resolution: 2,
            pending: None,
            last_sent: 0,
            self_test: None,
        }
    }

    // --- host side ---

    /// Moves the mouse and sets its buttons. False if its memory is full or its self test runs:
    /// nothing was taken. What happens while nothing is reported is taken and not told.
    pub(super) fn point(&mut self, motion: Motion, buttons: Buttons, place: Option<CellPlace>) -> bool {
        if self.self_test.is_some() || self.reports.len() >= MAX_REPORTS {
            return false;
        }
        if self.streams() {
            self.reports.push_back(Report { motion, buttons, place });
        } else {
            let add = |old: i32, new: i32| old.saturating_add(new);
            self.untold = Motion { x: add(self.untold.x, motion.x), y: add(self.untold.y, motion.y) };
            self.buttons = buttons;
            self.place = place;
        }
        true
    }

    /// True if what happens is reported by itself.
    pub(super) fn streams(&self) -> bool {
        self.reporting && !self.remote && !self.wrapping
    }

    /// What the last packet that was sent points at, if the host said.
    pub(super) fn place(&self) -> Option<CellPlace> {
        self.place
    }

    /// True if nothing waits to be sent.
    pub(super) fn is_idle(&self) -> bool {
        self.answers.is_empty() && self.packet.is_empty() && self.reports.is_empty() && self.self_test.is_none()
    }

    /// Gives `bytes` to the mouse as the controller would, and takes its answer without the time on
    /// the line: for a BIOS whose calls take no time.
    pub(super) fn ask(&mut self, bytes: &[u8], now: VirtTime) -> Vec<u8> {
        self.answers.clear();
        for &byte in bytes {
            self.receive(byte, now);
        }
        if self.self_test.is_some() {
            self.end_self_test();
        }
        self.answers.drain(..).collect()
    }

    // --- controller side ---

    /// When the next byte is ready to be sent, `now` if one is; `None` if there is none to come.
    pub(super) fn ready_at(&self, now: VirtTime) -> Option<VirtTime> {
        if !self.answers.is_empty() {
            return Some(now);
        }
        if let Some(end) = self.self_test {
            return Some(end.max(now));
        }
        // Between a command and its parameter the mouse reports nothing.
        if self.pending.is_some() {
            return None;
        }
        if !self.packet.is_empty() {
            return Some(now);
        }
        (self.streams() && !self.reports.is_empty()).then(|| self.next_packet.max(now))
    }

    /// The next byte on the line, if one is ready at `now`.
    pub(super) fn send(&mut self, now: VirtTime) -> Option<u8> {
        if self.self_test.is_some_and(|end| end <= now) {
            self.end_self_test();
        }
        let byte = match self.answers.pop_front() {
            Some(answer) => answer,
            None => self.packet_byte(now)?,
        };
        self.last_sent = byte;
        Some(byte)
    }

    fn packet_byte(&mut self, now: VirtTime) -> Option<u8> {
        if self.packet.is_empty() {
            self.begin_packet(now)?;
        }
        let byte = self.packet.pop_front();
        if self.packet.is_empty() {
            self.place = self.packet_place;
        }
        byte
    }

    /// Makes a packet of as much of the oldest report as one holds.
    fn begin_packet(&mut self, now: VirtTime) -> Option<()> {
        let report = self.reports.front_mut()?;
        let Motion { x, y } = report.motion;
        let part = Motion { x: x.clamp(-MAX_COUNT, MAX_COUNT), y: y.clamp(-MAX_COUNT, MAX_COUNT) };
        report.motion = Motion { x: x - part.x, y: y - part.y };
        let (all, buttons, place) = (report.motion == Motion::default(), report.buttons, report.place);
        // Buttons count where the motion ends.
        if all {
            self.reports.pop_front();
            self.buttons = buttons;
        }
        self.packet_place = if all { place } else { None };
        self.packet.extend(packet(part, self.buttons));
        self.next_packet = now + Duration::from_secs(1) / u32::from(self.rate.max(1));
        Some(())
    }

    /// Takes a byte from the controller. It ends whatever the mouse was about to send.
    pub(super) fn receive(&mut self, byte: u8, now: VirtTime) {
        self.packet.clear();
        self.self_test = None;
        if self.wrapping && !matches!(byte, CMD_LEAVE_WRAP | CMD_RESET) {
            return self.answer(&[byte]);
        }
        match self.pending.take() {
            Some(command) => self.parameter(command, byte),
            None => self.command(byte, now),
        }
    }

    fn command(&mut self, command: u8, now: VirtTime) {
        match command {
            CMD_SCALING_1_1 | CMD_SCALING_2_1 => self.scaling_2_1 = command == CMD_SCALING_2_1,
            CMD_SET_RESOLUTION | CMD_SET_RATE => self.pending = Some(command),
            CMD_STREAM_MODE => self.set_mode(false, false),
            CMD_REMOTE_MODE => self.set_mode(true, false),
            CMD_WRAP_MODE => self.set_mode(self.remote, true),
            CMD_LEAVE_WRAP => self.set_mode(self.remote, false),
            CMD_ENABLE => self.set_reporting(true),
            CMD_DISABLE => self.set_reporting(false),
            CMD_SET_DEFAULTS => self.set_defaults(),
            CMD_STATUS => return self.answer(&[ANSWER_ACK, self.status(), self.resolution, self.rate]),
            CMD_READ_DATA => return self.answer_with_packet(),
            CMD_IDENTIFY => return self.answer(&[ANSWER_ACK, IDENTITY]),
            CMD_RESEND => return self.answer(&[self.last_sent]),
            CMD_RESET => {
                self.set_defaults();
                self.self_test = Some(now + SELF_TEST_TIME);
            }
            _ => return self.answer(&[ANSWER_RESEND]),
        }
        self.answer(&[ANSWER_ACK]);
    }

    fn parameter(&mut self, command: u8, value: u8) {
        let (field, valid) = match command {
            CMD_SET_RATE => (&mut self.rate, RATES.contains(&value)),
            _ => (&mut self.resolution, value <= 3),
        };
        if valid {
            *field = value;
        }
        self.answer(&[if valid { ANSWER_ACK } else { ANSWER_RESEND }]);
    }

    fn answer(&mut self, bytes: &[u8]) {
        let room = MAX_ANSWERS.saturating_sub(self.answers.len());
        self.answers.extend(bytes.iter().take(room));
    }

    fn answer_with_packet(&mut self) {
        let [first, x, y] = packet(std::mem::take(&mut self.untold), self.buttons);
        self.answer(&[ANSWER_ACK, first, x, y]);
    }

    fn end_self_test(&mut self) {
        self.self_test = None;
        self.answer(&[ANSWER_SELF_TEST_PASSED, IDENTITY]);
    }

    fn set_defaults(&mut self) {
        let (answers, buttons, next_packet) = (std::mem::take(&mut self.answers), self.buttons, self.next_packet);
        *self = Mouse { answers, buttons, next_packet, ..Mouse::new() };
    }

    fn set_mode(&mut self, remote: bool, wrapping: bool) {
        (self.remote, self.wrapping) = (remote, wrapping);
        self.forget();
    }

    fn set_reporting(&mut self, on: bool) {
        self.reporting = on;
        self.forget();
    }

    /// Clears the counters.
    fn forget(&mut self) {
        if let Some(last) = self.reports.back() {
            self.buttons = last.buttons;
        }
        self.reports.clear();
        self.untold = Motion::default();
    }

    fn status(&self) -> u8 {
        let bit = |on: bool, bit: u8| if on { bit } else { 0 };
        // Here, unlike in a packet, the left button is bit 2 and the right one bit 0.
        let Buttons(buttons) = self.buttons;
        let buttons = (buttons & 1) << 2 | (buttons & 2) >> 1 | (buttons & 4) >> 1;
        bit(self.remote, STATUS_REMOTE)
            | bit(self.reporting, STATUS_REPORTING)
            | bit(self.scaling_2_1, STATUS_SCALING_2_1)
            | buttons
    }
}

/// Three bytes that tell `motion`; upwards is positive in them. Counts that do not fit are at their
/// end, with the overflow bit.
fn packet(motion: Motion, Buttons(buttons): Buttons) -> [u8; 3] {
    let mut first = PACKET_FIRST | buttons & 7;
    let mut count = |count: i32, negative: u8, overflow: u8| {
        if count < 0 {
            first |= negative;
        }
        if count.abs() > MAX_COUNT {
            first |= overflow;
        }
        count.clamp(-MAX_COUNT, MAX_COUNT).to_le_bytes()[0]
    };
    let x = count(motion.x, PACKET_X_NEGATIVE, PACKET_X_OVERFLOW);
    let y = count(motion.y.saturating_neg(), PACKET_Y_NEGATIVE, PACKET_Y_OVERFLOW);
    [first, x, y]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: VirtTime = VirtTime(5_000_000_000);
    const NONE: Buttons = Buttons(0);

    fn reporting() -> Mouse {
        let mut mouse = Mouse::new();
        assert_eq!(mouse.ask(&[0xF4], NOW), [0xFA]);
        mouse
    }

    /// All bytes that the mouse has to send, and when each packet began.
    fn drain(mouse: &mut Mouse) -> Vec<[u8; 3]> {
        let (mut packets, mut now) = (Vec::new(), NOW);
        while let Some(at) = mouse.ready_at(now) {
            now = at;
            packets.push([(); 3].map(|()| mouse.send(now).unwrap()));
        }
        packets
    }

    #[test]
    fn motion_and_buttons_are_three_bytes_with_upwards_positive() {
        let mut mouse = reporting();
        assert!(mouse.point(Motion { x: 5, y: -3 }, Buttons(1), None));
        assert!(mouse.point(Motion { x: -1, y: 2 }, Buttons(6), None));
        assert_eq!(drain(&mut mouse), [[0x09, 5, 3], [0x3E, 0xFF, 0xFE]]);
        assert!(mouse.is_idle());
    }

    #[test]
    fn motion_beyond_a_packet_goes_on_in_the_next_and_the_buttons_come_last() {
        let mut mouse = reporting();
        let place = Some(CellPlace { col: 3, row: 4 });
        mouse.point(Motion { x: 300, y: 0 }, Buttons(1), place);
        let first = [(); 3].map(|()| mouse.send(NOW).unwrap());
        assert_eq!((first, mouse.place()), ([0x08, 255, 0], None));
        assert_eq!(mouse.ready_at(NOW), Some(NOW + Duration::from_millis(10)), "100 packets a second");
        assert_eq!(drain(&mut mouse), [[0x09, 45, 0]]);
        assert_eq!(mouse.place(), place);
    }

    #[test]
    fn untold_motion_runs_into_the_ends_of_the_counters() {
        let mut mouse = Mouse::new();
        mouse.ask(&[0xF0], NOW);
        mouse.point(Motion { x: 1000, y: 1000 }, Buttons(2), None);
        assert_eq!(mouse.ask(&[0xEB], NOW), [0xFA, 0x08 | 2 | 0x20 | 0x40 | 0x80, 0xFF, 0x01]);
        assert_eq!(mouse.ask(&[0xEB], NOW), [0xFA, 0x0A, 0, 0], "reading clears them");
    }

    #[test]
    fn nothing_is_told_until_reporting_is_enabled() {
        let mut mouse = Mouse::new();
        assert!(mouse.point(Motion { x: 9, y: 9 }, NONE, None));
        assert_eq!(mouse.ready_at(NOW), None);
        assert_eq!(mouse.ask(&[0xF4], NOW), [0xFA]);
        assert_eq!(mouse.ready_at(NOW), None);
    }

    #[test]
    fn status_tells_mode_scaling_buttons_resolution_and_rate() {
        let mut mouse = reporting();
        mouse.ask(&[0xE7, 0xE8, 3, 0xF3, 40], NOW);
        assert_eq!(mouse.ask(&[0xE9], NOW), [0xFA, 0x30, 3, 40]);
        assert_eq!(mouse.ask(&[0xF6], NOW), [0xFA]);
        assert_eq!(mouse.ask(&[0xE9], NOW), [0xFA, 0x00, 2, 100]);
    }

    #[test]
    fn a_reset_answers_at_once_and_again_after_its_self_test() {
        let mut mouse = Mouse::new();
        mouse.receive(0xFF, NOW);
        assert_eq!(mouse.send(NOW), Some(0xFA));
        assert!(!mouse.point(Motion::default(), NONE, None), "nothing is taken meanwhile");
        let end = mouse.ready_at(NOW).unwrap();
        assert_eq!(end, NOW + SELF_TEST_TIME);
        assert_eq!((mouse.send(end), mouse.send(end), mouse.send(end)), (Some(0xAA), Some(0x00), None));
    }

    #[test]
    fn wrap_mode_echoes_all_but_its_end() {
        let mut mouse = Mouse::new();
        assert_eq!(mouse.ask(&[0xEE, 0xF4, 0x12], NOW), [0xFA, 0xF4, 0x12]);
        assert_eq!(mouse.ask(&[0xEC, 0xF2], NOW), [0xFA, 0xFA, 0x00]);
    }

    #[test]
    fn a_full_memory_refuses_and_what_is_no_command_is_asked_for_again() {
        let mut mouse = reporting();
        let taken = (0..100).take_while(|_| mouse.point(Motion::default(), NONE, None)).count();
        assert_eq!(taken, MAX_REPORTS);
        assert_eq!(mouse.ask(&[0x00], NOW), [0xFE]);
        assert_eq!(mouse.ask(&[0xF3, 7], NOW), [0xFA, 0xFE]);
    }
}
