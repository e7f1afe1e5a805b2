//! What a session's display shows, as plain values: the one thing that the terminal UI, scripts
//! and golden files look at. Knows no device and no terminal.

mod cast;
mod code_page;
pub mod picture;
mod scrollback;
pub mod scrolling;

pub use cast::Cast;
pub use code_page::CodePage;
pub use scrollback::{Row, Scrollback};

/// One character cell as text memory holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cell {
    /// Character code in the guest's code page.
    pub code: u8,
    /// VGA attribute: bits 0–3 foreground, 4–6 background, 7 blink or bright background.
    pub attr: u8,
}

/// The hardware cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// Row from the top, 0-based.
    pub row: u16,
    /// Column from the left, 0-based.
    pub col: u16,
    /// First scan line of the cursor within the character cell.
    pub start: u8,
    /// Last scan line of the cursor, inclusive.
    pub end: u8,
}

/// An 8-bit-per-channel colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rgb {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
}

/// BIOS mode of the monochrome adapter, whose attributes underline.
const MODE_MONO: u8 = 7;
/// Attribute bits that decide underlining: blink and intensity do not matter.
const MONO_MASK: u8 = 0x77;
/// Underlined. Source: IBM Monochrome Display Adapter, attribute function table.
const MONO_UNDERLINE: u8 = 0x01;

/// How a cell looks, whatever the adapter's registers say of its attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The character.
    pub char: char,
    /// Its colour.
    pub fore: Rgb,
    /// The colour behind it.
    pub back: Rgb,
    /// The character comes and goes.
    pub blinks: bool,
    /// A line is drawn under it.
    pub underlined: bool,
}

/// A text screen at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Columns, 1–255.
    pub cols: u16,
    /// Rows, 1–255.
    pub rows: u16,
    /// `cols × rows` cells, row by row.
    pub cells: Vec<Cell>,
    /// The cursor if it is switched on and inside the screen.
    pub cursor: Option<Cursor>,
    /// Colour of each of the sixteen attribute values, through palette registers and DAC.
    pub palette: [Rgb; 16],
    /// True if attribute bit 7 blinks, false if it selects a bright background.
    pub blink: bool,
    /// Scan lines in a character cell: 8, 14 or 16 in the BIOS's modes.
    pub cell_height: u8,
    /// BIOS video mode number as the BIOS data area holds it.
    pub mode: u8,
    /// What the character codes mean.
    pub code_page: CodePage,
}

impl Cursor {
    /// The share of a cell of `cell_height` scan lines that it covers; `None` if it covers none.
    /// *Range*: 1–100 per cent.
    #[must_use]
    pub fn height_percent(&self, cell_height: u8) -> Option<u8> {
        let lines = u16::from(self.end.checked_sub(self.start)?) + 1;
        let percent = (lines * 100 / u16::from(cell_height.max(1))).clamp(1, 100);
        u8::try_from(percent).ok()
    }
}

impl Screen {
    /// The cell at `row`, `col`, or `None` outside the screen.
    #[must_use]
    pub fn cell(&self, row: u16, col: u16) -> Option<Cell> {
        if row >= self.rows || col >= self.cols {
            return None;
        }
        self.cells.get(usize::from(row) * usize::from(self.cols) + usize::from(col)).copied()
    }

    /// How `cell` looks on this screen.
    #[must_use]
    pub fn look(&self, cell: Cell) -> Look {
        let back_mask = if self.blink { 0x07 } else { 0x0F };
        Look {
            char: self.code_page.char(cell.code),
            fore: self.palette[usize::from(cell.attr & 0x0F)],
            back: self.palette[usize::from((cell.attr >> 4) & back_mask)],
            blinks: self.blink && cell.attr & 0x80 != 0,
            underlined: self.mode == MODE_MONO && cell.attr & MONO_MASK == MONO_UNDERLINE,
        }
    }

    /// One row as Unicode text, all columns, no trimming. Empty outside the screen.
    #[must_use]
    pub fn row_text(&self, row: u16) -> String {
        (0..self.cols).filter_map(|col| self.cell(row, col)).map(|cell| self.code_page.char(cell.code)).collect()
    }

    /// All rows, each with trailing blanks removed, joined by line feeds.
    #[must_use]
    pub fn text(&self) -> String {
        let rows: Vec<String> = (0..self.rows).map(|row| self.row_text(row).trim_end().to_owned()).collect();
        rows.join("\n")
    }

    /// True if some row contains `needle`.
    #[must_use]
    pub fn contains(&self, needle: &str) -> bool {
        (0..self.rows).any(|row| self.row_text(row).contains(needle))
    }
}
