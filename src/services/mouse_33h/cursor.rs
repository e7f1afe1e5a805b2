//! The cursor of text modes: a cell whose character and attribute are changed by two masks, or the
//! display's own cursor.

use crate::bios::{Bios, bda};
use crate::types::{SegOff, hi8, lo8};

const MONOCHROME: u8 = 7;
const CRTC_CURSOR_START: u8 = 0x0A;
const CRTC_CURSOR_END: u8 = 0x0B;
const CRTC_CURSOR_HIGH: u8 = 0x0E;
const CRTC_CURSOR_LOW: u8 = 0x0F;

/// How the cursor looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The cell, ANDed with one mask and XORed with the other.
    Masks { and: u16, xor: u16 },
    /// The display's cursor with this first and last line.
    Lines { start: u16, end: u16 },
}

/// A cell that shows the cursor.
#[derive(Clone, Copy, Debug)]
struct Drawn {
    at: SegOff,
    under: u16,
    shown: u16,
}

/// See the module's text.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    shape: Shape,
    /// Calls of 02h without their 01h; the cursor is shown at zero.
    hidden: u16,
    /// Left, top, right and bottom of the area in which it is not shown.
    excluded: Option<[u16; 4]>,
    page: u16,
    drawn: Option<Drawn>,
}

impl Default for Cursor {
    /// The colours of the cell inverted.
    fn default() -> Cursor {
        let shape = Shape::Masks { and: 0x77FF, xor: 0x7700 };
        Cursor { shape, hidden: 1, excluded: None, page: 0, drawn: None }
    }
}

impl Cursor {
    pub(super) fn is_shown(&self) -> bool {
        self.hidden == 0
    }

    pub(super) fn hidden(&self) -> u16 {
        self.hidden
    }

    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    pub(super) fn page(&self) -> u16 {
        self.page
    }

    pub(super) fn set_page(&mut self, page: u16) {
        self.page = page;
    }

    /// Takes over what was saved. What is on the screen must have been erased.
    pub(super) fn set(&mut self, shape: Shape, hidden: u16, page: u16) {
        *self = Cursor { shape, hidden, page, ..Cursor::default() };
    }

    /// Function 0Ah.
    pub(super) fn set_shape(&mut self, bios: &mut Bios<'_>) {
        let (cx, dx) = (bios.regs.cx(), bios.regs.dx());
        self.erase(bios);
        self.shape = match bios.regs.bx() {
            0 => Shape::Masks { and: cx, xor: dx },
            _ => Shape::Lines { start: cx, end: dx },
        };
    }

    /// Function 01h. It ends the area of function 10h.
    pub(super) fn unhide(&mut self) {
        self.hidden = self.hidden.saturating_sub(1);
        self.excluded = None;
    }

    /// Function 02h.
    pub(super) fn hide(&mut self, bios: &mut Bios<'_>) {
        self.hidden = self.hidden.saturating_add(1);
        self.erase(bios);
    }

    pub(super) fn exclude(&mut self, area: [u16; 4]) {
        self.excluded = Some(area);
    }

    /// The screen is a new one: what was on it is no more.
    pub(super) fn forget(&mut self) {
        (self.hidden, self.excluded, self.drawn) = (1, None, None);
    }

    /// Puts back what was under the cursor, unless the program has written there.
    pub(super) fn erase(&mut self, bios: &mut Bios<'_>) {
        let Some(Drawn { at, under, shown }) = self.drawn.take() else { return };
        if bios.mem.read_u16(at) == shown {
            bios.mem.write_u16(at, under);
        }
    }

    /// Shows the cursor at this position, if it is to be shown.
    pub(super) fn draw(&mut self, bios: &mut Bios<'_>, x: u16, y: u16) {
        let excluded = self
            .excluded
            .is_some_and(|[left, top, right, bottom]| (left..=right).contains(&x) && (top..=bottom).contains(&y));
        if !self.is_shown() || excluded {
            return self.erase(bios);
        }
        let (cell, at) = place(bios, self.page, x, y);
        match self.shape {
            Shape::Masks { and, xor } => self.draw_cell(bios, at, and, xor),
            Shape::Lines { start, end } => {
                for (register, value) in [
                    (CRTC_CURSOR_START, lo8(u32::from(start))),
                    (CRTC_CURSOR_END, lo8(u32::from(end))),
                    (CRTC_CURSOR_HIGH, hi8(u32::from(cell))),
                    (CRTC_CURSOR_LOW, lo8(u32::from(cell))),
                ] {
                    write_crtc(bios, register, value);
                }
            }
        }
    }

    fn draw_cell(&mut self, bios: &mut Bios<'_>, at: SegOff, and: u16, xor: u16) {
        let there = bios.mem.read_u16(at);
        if self.drawn.is_some_and(|drawn| drawn.at == at && drawn.shown == there) {
            return;
        }
        self.erase(bios);
        let under = bios.mem.read_u16(at);
        let shown = under & and ^ xor;
        bios.mem.write_u16(at, shown);
        self.drawn = Some(Drawn { at, under, shown });
    }
}

/// The number of the cell at this position, from the start of display memory, and where it is.
fn place(bios: &Bios<'_>, page: u16, x: u16, y: u16) -> (u16, SegOff) {
    let cols = bda::VIDEO_COLS.get(&bios.mem).max(1);
    let width = if cols <= 40 { 16 } else { 8 };
    let start = page.wrapping_mul(bda::VIDEO_PAGE_BYTES.get(&bios.mem));
    let in_page = (y / 8).wrapping_mul(cols).wrapping_add((x / width).min(cols - 1));
    let cell = (start / 2).wrapping_add(in_page);
    let seg = if bda::VIDEO_MODE.get(&bios.mem) == MONOCHROME { 0xB000 } else { 0xB800 };
    // Display memory is 32 KiB: a page that is not there must not lead into the ROM behind it.
    (cell, SegOff::new(seg, cell.wrapping_mul(2) & 0x7FFE))
}

fn write_crtc(bios: &mut Bios<'_>, register: u8, value: u8) {
    let port = if bda::VIDEO_MODE.get(&bios.mem) == MONOCHROME { 0x3B4 } else { 0x3D4 };
    bios.write_port(port, register);
    bios.write_port(port + 1, value);
}
