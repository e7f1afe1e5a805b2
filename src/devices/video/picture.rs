//! From registers and text memory to a [`Screen`]. Whatever the registers hold, the screen has
//! 1–255 columns and rows, and cells wrap within the 32 KiB of text memory.

use super::{ATTRIBUTE_DISPLAY, Video};
use crate::mem::Memory;
use crate::screen::scrolling::TextRows;
use crate::screen::{Cell, CodePage, Cursor, Rgb, Screen};

/// Cells in the 32 KiB of text memory.
const TEXT_CELLS: u16 = 0x4000;
/// Columns and rows that a screen may have.
const MAX_SIDE: u64 = 255;
/// Bytes of text memory in the longest row.
const MAX_ROW_BYTES: usize = 510;

const CRTC_CURSOR_OFF: u8 = 0x20;
/// In the maximum scan line register: each line is shown twice.
const CRTC_DOUBLE_SCAN: u8 = 0x80;
const CLOCKING_SCREEN_OFF: u8 = 0x20;

const ATTRIBUTE_MODE: usize = 0x10;
const ATTRIBUTE_PLANES: usize = 0x12;
const ATTRIBUTE_COLOR_SELECT: usize = 0x14;
const MODE_BLINK: u8 = 0x08;
/// Palette bits 4 and 5 come from the colour select register.
const MODE_SELECT_54: u8 = 0x80;

impl Video {
    /// What the display shows; `mode` is the BIOS's mode number, which no register holds.
    pub(in crate::devices) fn screen(&self, mem: &Memory, mode: u8) -> Screen {
        let geometry = self.geometry();
        let blanked = self.is_blanked();
        Screen {
            cols: geometry.cols,
            rows: geometry.rows,
            cells: if blanked { geometry.blank_cells() } else { self.cells(mem, &geometry) },
            cursor: if blanked { None } else { self.cursor(&geometry) },
            palette: self.palette(),
            blink: self.attribute[ATTRIBUTE_MODE] & MODE_BLINK != 0,
            cell_height: geometry.cell_height,
            mode,
            code_page: CodePage::US,
        }
    }

    /// The characters and attributes of what the display shows; false while it shows nothing.
    pub(in crate::devices) fn text_rows(&self, mem: &Memory, out: &mut TextRows) -> bool {
        if self.is_blanked() {
            return false;
        }
        let geometry = self.geometry();
        (out.cols, out.rows) = (geometry.cols, geometry.rows);
        let bytes = 2 * usize::from(geometry.cols);
        out.cells.resize(bytes * usize::from(geometry.rows), 0);
        for (row, cells) in (0..geometry.rows).zip(out.cells.chunks_exact_mut(bytes)) {
            self.read_text(mem, geometry.row_address(row), cells);
        }
        true
    }

    /// True while the CPU has the palette, or the sequencer the memory.
    fn is_blanked(&self) -> bool {
        self.attribute_index & ATTRIBUTE_DISPLAY == 0 || self.sequencer[1] & CLOCKING_SCREEN_OFF != 0
    }

    fn geometry(&self) -> Geometry {
        let max_scan_line = self.crtc[0x09];
        let cell_height = (max_scan_line & 0x1F) + 1;
        let scans = if max_scan_line & CRTC_DOUBLE_SCAN != 0 { 2 } else { 1 };
        let row_lines = u64::from(cell_height) * scans;
        let clamp = |side: u64| u16::try_from(side.clamp(1, MAX_SIDE)).unwrap_or(1);
        Geometry {
            cols: clamp(u64::from(self.crtc[0x01]) + 1),
            rows: clamp((self.vertical_display_end() + 1) / row_lines),
            cell_height,
            start: self.crtc_word(0x0C),
            // The offset register counts words of the two planes: two cells each.
            pitch: u16::from(self.crtc[0x13]) * 2,
            split: u16::try_from((self.line_compare() + 1).div_ceil(row_lines)).unwrap_or(u16::MAX),
        }
    }

    /// The scan line behind which the picture starts over at address 0.
    fn line_compare(&self) -> u64 {
        let bit_8 = u64::from(self.crtc[super::CRTC_OVERFLOW] >> 4 & 1);
        let bit_9 = u64::from(self.crtc[0x09] >> 6 & 1);
        u64::from(self.crtc[0x18]) | bit_8 << 8 | bit_9 << 9
    }

    fn crtc_word(&self, high: usize) -> u16 {
        u16::from_be_bytes([self.crtc[high], self.crtc[high + 1]])
    }

    fn cells(&self, mem: &Memory, geometry: &Geometry) -> Vec<Cell> {
        let mut cells = Vec::with_capacity(usize::from(geometry.cols) * usize::from(geometry.rows));
        let mut bytes = [0; MAX_ROW_BYTES];
        for row in 0..geometry.rows {
            let bytes = &mut bytes[..2 * usize::from(geometry.cols)];
            self.read_text(mem, geometry.row_address(row), bytes);
            cells.extend(bytes.chunks_exact(2).map(|pair| Cell { code: pair[0], attr: pair[1] }));
        }
        cells
    }

    /// Fills `out` with text memory from `cell` on, wrapping at its end.
    fn read_text(&self, mem: &Memory, cell: u16, out: &mut [u8]) {
        let cell = cell % TEXT_CELLS;
        let left = usize::from(TEXT_CELLS - cell) * 2;
        let (head, tail) = out.split_at_mut(out.len().min(left));
        mem.read_bytes(self.text_base.offset(u32::from(cell) * 2), head);
        mem.read_bytes(self.text_base, tail);
    }

    fn cursor(&self, geometry: &Geometry) -> Option<Cursor> {
        let [start, end] = [self.crtc[0x0A] & 0x1F, self.crtc[0x0B] & 0x1F];
        // A cursor that starts behind its end, or below the cell, is not shown.
        if self.crtc[0x0A] & CRTC_CURSOR_OFF != 0 || start > end || start >= geometry.cell_height {
            return None;
        }
        let cells = self.crtc_word(0x0E).wrapping_sub(geometry.start) % TEXT_CELLS;
        let (row, col) = (cells.checked_div(geometry.pitch)?, cells.checked_rem(geometry.pitch)?);
        let inside = row < geometry.rows.min(geometry.split) && col < geometry.cols;
        inside.then_some(Cursor { row, col, start, end: end.min(geometry.cell_height - 1) })
    }

    /// The colours of the sixteen attribute values, through palette registers and DAC.
    fn palette(&self) -> [Rgb; 16] {
        let select = self.attribute[ATTRIBUTE_COLOR_SELECT];
        let mut palette = [Rgb::default(); 16];
        for (value, color) in (0..16u8).zip(&mut palette) {
            let register = self.attribute[usize::from(value & self.attribute[ATTRIBUTE_PLANES] & 0xF)] & 0x3F;
            let low = match self.attribute[ATTRIBUTE_MODE] & MODE_SELECT_54 != 0 {
                true => register & 0x0F | (select & 0x03) << 4,
                false => register,
            };
            *color = self.dac.color(low | (select & 0x0C) << 4);
        }
        palette
    }
}

/// The measures of the picture.
struct Geometry {
    cols: u16,
    rows: u16,
    cell_height: u8,
    /// Cell at the top left.
    start: u16,
    /// Cells from one row to the next.
    pitch: u16,
    /// First row that comes from address 0 again.
    split: u16,
}

impl Geometry {
    fn row_address(&self, row: u16) -> u16 {
        match row.checked_sub(self.split) {
            Some(below) => below.wrapping_mul(self.pitch),
            None => self.start.wrapping_add(row.wrapping_mul(self.pitch)),
        }
    }

    fn blank_cells(&self) -> Vec<Cell> {
        vec![Cell { code: b' ', attr: 0 }; usize::from(self.cols) * usize::from(self.rows)]
    }
}
