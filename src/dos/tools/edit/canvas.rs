//! The screen as EDIT draws it: cells, of which only those that changed are written.
//!
//! Cells go straight to display memory, as those of most full-screen programs do.

use super::super::super::Dos;
use crate::types::SegOff;

/// BIOS data area: mode, columns, start of the page, page, last row.
/// Source: RBIL, MEM 0040h:0049h, 004Ah, 004Eh, 0062h, 0084h.
const MODE: SegOff = SegOff { seg: 0x40, off: 0x49 };
const COLUMNS: SegOff = SegOff { seg: 0x40, off: 0x4A };
const PAGE_START: SegOff = SegOff { seg: 0x40, off: 0x4E };
const LAST_ROW: SegOff = SegOff { seg: 0x40, off: 0x84 };
/// Video mode of monochrome text, and where its display memory is; that of the others.
const MONOCHROME: u8 = 7;
const MONOCHROME_SEGMENT: u16 = 0xB000;
const COLOUR_SEGMENT: u16 = 0xB800;
/// The smallest screen that everything fits on; the largest that display memory has room for.
const LEAST: (usize, usize) = (40, 10);
const MOST_CELLS: usize = 0x4000;

/// Attributes of what is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Text,
    Selected,
    Bar,
    /// The letter of a menu.
    Letter,
    /// The menu or row that Enter would take.
    Chosen,
    Status,
    Title,
    Box,
}

impl Style {
    fn attribute(self, monochrome: bool) -> u8 {
        match (self, monochrome) {
            (Style::Text | Style::Title, true) => 0x07,
            (Style::Text, false) => 0x17,
            (Style::Title, false) => 0x71,
            (Style::Selected, false) => 0x71,
            (Style::Letter, false) => 0x7F,
            (Style::Letter, true) => 0x70,
            (Style::Chosen, _) => 0x07,
            (Style::Status, false) => 0x30,
            (Style::Bar | Style::Box, _) | (Style::Selected | Style::Status, true) => 0x70,
        }
    }
}

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(super) struct Canvas {
    pub(super) columns: usize,
    pub(super) rows: usize,
    monochrome: bool,
    at: SegOff,
    cells: Vec<[u8; 2]>,
    shown: Vec<[u8; 2]>,
    /// What was there before.
    before: Vec<[u8; 2]>,
}

impl Canvas {
    /// The screen as it is. `None`: it is no text screen, or too small.
    pub(super) fn of(dos: &Dos<'_>) -> Option<Canvas> {
        let mode = dos.mem.read_u8(MODE);
        let columns = usize::from(dos.mem.read_u16(COLUMNS));
        let rows = usize::from(dos.mem.read_u8(LAST_ROW)) + 1;
        let monochrome = mode == MONOCHROME;
        let fits = columns >= LEAST.0 && rows >= LEAST.1 && columns * rows <= MOST_CELLS;
        if !fits || !(mode <= 3 || monochrome) {
            return None;
        }
        let seg = if monochrome { MONOCHROME_SEGMENT } else { COLOUR_SEGMENT };
        let at = SegOff::new(seg, dos.mem.read_u16(PAGE_START));
        let mut bytes = vec![0; columns * rows * 2];
        dos.mem.read_bytes(at, &mut bytes);
        let before: Vec<[u8; 2]> = bytes.chunks_exact(2).map(|cell| [cell[0], cell[1]]).collect();
        let cells = vec![[b' ', 0x07]; before.len()];
        Some(Canvas { columns, rows, monochrome, at, cells, shown: before.clone(), before })
    }

    /// Writes `text` in one row, as far as it fits.
    pub(super) fn put(&mut self, row: usize, column: usize, text: &[u8], style: Style) {
        let attribute = style.attribute(self.monochrome);
        for (index, &byte) in text.iter().enumerate() {
            let column = column + index;
            if row < self.rows && column < self.columns {
                self.cells[row * self.columns + column] = [byte, attribute];
            }
        }
    }

    /// Fills a part of a row.
    pub(super) fn fill(&mut self, row: usize, column: usize, count: usize, byte: u8, style: Style) {
        let count = count.min(self.columns.saturating_sub(column));
        self.put(row, column, &vec![byte; count], style);
    }

    /// A frame with blanks in it; returns row and column of its first cell inside.
    pub(super) fn frame(&mut self, row: usize, column: usize, rows: usize, columns: usize) -> (usize, usize) {
        let line = |left: u8, middle: u8, right: u8| {
            let mut line = vec![middle; columns + 2];
            (line[0], line[columns + 1]) = (left, right);
            line
        };
        self.put(row, column, &line(0xDA, 0xC4, 0xBF), Style::Box);
        for inside in 1..=rows {
            self.put(row + inside, column, &line(0xB3, b' ', 0xB3), Style::Box);
        }
        self.put(row + rows + 1, column, &line(0xC0, 0xC4, 0xD9), Style::Box);
        (row + 1, column + 1)
    }

    /// A frame in the middle of the screen.
    pub(super) fn centred(&mut self, rows: usize, columns: usize) -> (usize, usize) {
        let columns = columns.min(self.columns - 4);
        self.frame((self.rows - rows.min(self.rows - 4)) / 2 - 1, (self.columns - columns) / 2 - 1, rows, columns)
    }

    /// Writes to display memory what is not there yet.
    pub(super) fn show(&mut self, dos: &mut Dos<'_>) {
        for row in 0..self.rows {
            let cells = row * self.columns..(row + 1) * self.columns;
            if self.cells[cells.clone()] != self.shown[cells.clone()] {
                let off = u16::try_from(cells.start * 2).unwrap_or(0);
                dos.mem.write_bytes(self.at.offset(off), self.cells[cells.clone()].as_flattened());
                self.shown[cells.clone()].copy_from_slice(&self.cells[cells]);
            }
        }
    }

    /// What was there before is to be shown.
    pub(super) fn restore(&mut self) {
        self.cells.clone_from(&self.before);
    }

    /// The characters of a row.
    pub(super) fn row(&self, row: usize) -> Vec<u8> {
        let start = row.min(self.rows) * self.columns;
        self.cells[start..].iter().take(self.columns).map(|cell| cell[0]).collect()
    }
}
