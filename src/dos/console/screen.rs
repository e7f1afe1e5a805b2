//! INT 29h: a character, or the escape sequence that it ends, becomes calls of INT 10h, which the guest
//! executes one after the other.
//!
//! Source: RBIL, INT 29h, INT 10h; Microsoft, MS-DOS 5 User's Guide, "ANSI.SYS".

use std::collections::VecDeque;

use super::super::{Dos, Outcome};
use super::ansi::{self, Action, Parser};
use crate::cpu::regs::eflags;
use crate::mem::GuestMemory;
use crate::types::{SegOff, lo8};

/// Attribute from the start: grey on black.
const GREY: u8 = 0x07;
/// Calls of INT 10h that wait at most: those of a few characters whose handlers are interrupted.
const MOST_CALLS: usize = 64;
/// The mode whose number is about lines.
const WRAP: u8 = 7;
const MONOCHROME: u8 = 7;

/// Fields of the BIOS data area. Source: IBM PC AT Technical Reference.
const MODE: SegOff = SegOff { seg: 0x40, off: 0x49 };
const COLUMNS: SegOff = SegOff { seg: 0x40, off: 0x4A };
const PAGE_START: SegOff = SegOff { seg: 0x40, off: 0x4E };
const CURSORS: SegOff = SegOff { seg: 0x40, off: 0x50 };
const PAGE: SegOff = SegOff { seg: 0x40, off: 0x62 };
const LAST_ROW: SegOff = SegOff { seg: 0x40, off: 0x84 };

/// What the screen's driver keeps.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// There are escape sequences.
    ansi: bool,
    parser: Parser,
    attribute: u8,
    /// Lines go on in the next one.
    wraps: bool,
    saved: (u8, u8),
    calls: VecDeque<Call>,
}

impl Default for State {
    fn default() -> State {
        State {
            ansi: true,
            parser: Parser::default(),
            attribute: GREY,
            wraps: true,
            saved: (0, 0),
            calls: VecDeque::new(),
        }
    }
}

impl State {
    pub(super) fn restarted(&self) -> State {
        State { ansi: self.ansi, ..State::default() }
    }
}

impl super::Console {
    /// Whether escape sequences are understood.
    pub(in crate::dos) fn has_ansi(&self) -> bool {
        self.screen.ansi
    }

    /// See [`Self::has_ansi`].
    pub(in crate::dos) fn set_ansi(&mut self, on: bool) {
        self.screen.ansi = on;
    }
}

/// Registers of a call of INT 10h.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Call {
    ax: u16,
    bx: u16,
    cx: u16,
    dx: u16,
}

/// The screen as the BIOS knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    page: u8,
    row: u8,
    column: u8,
    last_row: u8,
    columns: u8,
    /// The attribute of the cell at the cursor.
    attribute: u8,
}

impl Place {
    fn read(mem: &GuestMemory<'_>) -> Place {
        let page = mem.read_u8(PAGE) & 7;
        let [column, row] = mem.read_u16(CURSORS.offset(2 * u16::from(page))).to_le_bytes();
        let last_row = match mem.read_u8(LAST_ROW) {
            0 => 24,
            row => row,
        };
        let columns = lo8(u32::from(mem.read_u16(COLUMNS).clamp(1, 255)));
        let segment = if mem.read_u8(MODE) == MONOCHROME { 0xB000 } else { 0xB800 };
        let cell = u16::from(row) * u16::from(columns) + u16::from(column);
        let at = SegOff::new(segment, mem.read_u16(PAGE_START).wrapping_add(cell.wrapping_mul(2)).wrapping_add(1));
        Place { page, row, column, last_row, columns, attribute: mem.read_u8(at) }
    }

    fn set_cursor(self, row: u8, column: u8) -> Call {
        let (row, column) = (row.min(self.last_row), column.min(self.columns - 1));
        Call { ax: 0x0200, bx: u16::from(self.page) << 8, dx: u16::from_be_bytes([row, column]), ..Call::default() }
    }

    /// The character as a teletype writes it: control characters do what they do.
    fn teletype(self, byte: u8) -> Call {
        Call { ax: 0x0E00 | u16::from(byte), bx: u16::from_be_bytes([self.page, GREY]), ..Call::default() }
    }

    /// The character in this many cells from the cursor on.
    fn fill(self, byte: u8, attribute: u8, count: u8) -> Call {
        let bx = u16::from_be_bytes([self.page, attribute]);
        Call { ax: 0x0900 | u16::from(byte), bx, cx: count.into(), ..Call::default() }
    }

    fn clear(self, attribute: u8) -> Call {
        let corner = u16::from_be_bytes([self.last_row, self.columns - 1]);
        Call { ax: 0x0600, bx: u16::from(attribute) << 8, cx: 0, dx: corner }
    }
}

impl Dos<'_> {
    /// INT 29h: AL is for the screen. The stub goes on with an INT 10h as long as carry is set.
    pub(in crate::dos) fn int29(&mut self) -> Outcome {
        let byte = self.regs.al();
        let actions = match self.state.console.screen.ansi {
            true => self.state.console.screen.parser.take(byte),
            false => vec![Action::Print(byte)],
        };
        for action in actions {
            self.show(action);
        }
        self.int29_goes_on()
    }

    /// An INT 10h of INT 29h's is done: the next one.
    pub(in crate::dos) fn int29_goes_on(&mut self) -> Outcome {
        match self.state.console.screen.calls.pop_front() {
            Some(call) => {
                self.regs.set_ax(call.ax);
                self.regs.set_bx(call.bx);
                self.regs.set_cx(call.cx);
                self.regs.set_dx(call.dx);
                self.regs.eflags |= eflags::CF;
            }
            None => self.regs.eflags &= !eflags::CF,
        }
        Outcome::Next
    }

    fn calls(&mut self, calls: &[Call]) {
        let queue = &mut self.state.console.screen.calls;
        let room = MOST_CALLS.saturating_sub(queue.len());
        queue.extend(calls.iter().take(room));
    }

    fn show(&mut self, action: Action) {
        let place = Place::read(&self.mem);
        let screen = &mut self.state.console.screen;
        match action {
            Action::Print(byte) => self.print_character(place, byte),
            Action::Place(row, column) => self.calls(&[place.set_cursor(row - 1, column - 1)]),
            Action::Move(rows, columns) => {
                let by = |from: u8, by: i16| u8::try_from((i16::from(from) + by).clamp(0, 255)).unwrap_or(0);
                self.calls(&[place.set_cursor(by(place.row, rows), by(place.column, columns))]);
            }
            Action::Save => screen.saved = (place.row, place.column),
            Action::Restore => {
                let (row, column) = screen.saved;
                self.calls(&[place.set_cursor(row, column)]);
            }
            Action::EraseScreen => {
                let attribute = screen.attribute;
                self.calls(&[place.clear(attribute), place.set_cursor(0, 0)]);
            }
            Action::EraseLine => {
                let attribute = screen.attribute;
                self.calls(&[place.fill(b' ', attribute, place.columns.saturating_sub(place.column))]);
            }
            Action::Colours(colours) => screen.attribute = ansi::coloured(screen.attribute, &colours),
            Action::SetMode(WRAP) => screen.wraps = true,
            Action::ResetMode(WRAP) => screen.wraps = false,
            Action::SetMode(mode) | Action::ResetMode(mode) => {
                self.calls(&[Call { ax: mode.into(), ..Call::default() }])
            }
            Action::Report => {
                let report =
                    format!("\x1B[{:02};{:02}R\r", place.row.saturating_add(1), place.column.saturating_add(1));
                self.state.console.report(report.as_bytes());
            }
            Action::Assign(bytes) => self.state.console.keys.assign(&bytes),
        }
    }

    /// A character in the colours that are set; a cell that has them keeps them.
    fn print_character(&mut self, place: Place, byte: u8) {
        let screen = &self.state.console.screen;
        let (attribute, wraps, ansi) = (screen.attribute, screen.wraps, screen.ansi);
        let control = matches!(byte, 0x07 | 0x08 | b'\n' | b'\r');
        let stays = !wraps && place.column + 1 >= place.columns;
        match (control, ansi) {
            (false, true) if stays => self.calls(&[place.fill(byte, attribute, 1)]),
            (false, true) if place.attribute != attribute => {
                self.calls(&[place.fill(byte, attribute, 1), place.teletype(byte)]);
            }
            _ => self.calls(&[place.teletype(byte)]),
        }
    }
}
