//! Text pages in display memory: where a cell lies, and moving and filling rectangles of cells.
//!
//! Memory is 32 KiB at B8000h, in mode 7 at B0000h. Positions outside the screen are harmless:
//! they land in another page or wrap at the end of the memory, as on the adapter.

use super::bda;
use super::{Bios, video_modes};
use crate::types::PhysAddr;

/// Display memory of a text mode. *Units*: bytes.
pub(super) const MEMORY_BYTES: u32 = 0x8000;
/// Pages that the BIOS data area has a cursor for.
pub(super) const PAGES: u8 = 8;
/// Attribute of cleared memory: grey on black.
pub(super) const NORMAL: u8 = 0x07;

/// A place on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) row: u8,
    pub(super) col: u8,
}

/// A rectangle of cells, corners included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) top: u8,
    pub(super) left: u8,
    pub(super) bottom: u8,
    pub(super) right: u8,
}

/// Columns of the screen, at least 1.
pub(super) fn cols(bios: &Bios<'_>) -> u16 {
    bda::VIDEO_COLS.get(&bios.mem).clamp(1, 255)
}

/// The last row's number, at most 254.
pub(super) fn last_row(bios: &Bios<'_>) -> u8 {
    bda::ROWS_MINUS_1.get(&bios.mem).min(254)
}

/// Rows of the screen, 1–255.
pub(super) fn rows(bios: &Bios<'_>) -> u16 {
    u16::from(last_row(bios)) + 1
}

/// The page that is shown, 0–7.
pub(super) fn active(bios: &Bios<'_>) -> u8 {
    bda::ACTIVE_PAGE.get(&bios.mem) % PAGES
}

/// Position of `page`'s cursor.
pub(super) fn cursor(bios: &Bios<'_>, page: u8) -> Position {
    let [col, row] = bda::CURSOR_POSITIONS.nth(u16::from(page % PAGES)).get(&bios.mem).to_le_bytes();
    Position { row, col }
}

/// Moves `page`'s cursor; the hardware cursor too if the page is shown.
pub(super) fn set_cursor(bios: &mut Bios<'_>, page: u8, at: Position) {
    let page = page % PAGES;
    bda::CURSOR_POSITIONS.nth(u16::from(page)).set(&mut bios.mem, u16::from_le_bytes([at.col, at.row]));
    if page == active(bios) {
        show_cursor(bios);
    }
}

/// Puts the hardware cursor where the shown page's cursor is.
pub(super) fn show_cursor(bios: &mut Bios<'_>) {
    let page = active(bios);
    let at = cursor(bios, page);
    let start = bda::VIDEO_PAGE_START.get(&bios.mem) / 2;
    let cell = u16::from(at.row).wrapping_mul(cols(bios)).wrapping_add(u16::from(at.col)).wrapping_add(start);
    let [low, high] = cell.to_le_bytes();
    video_modes::write_crtc(bios, 0x0E, high);
    video_modes::write_crtc(bios, 0x0F, low);
}

/// Offset of a cell in display memory: even, whatever page size a program put into the data area.
fn cell_offset(bios: &Bios<'_>, page: u8, at: Position) -> u32 {
    let page_start = u32::from(page % PAGES) * u32::from(bda::VIDEO_PAGE_BYTES.get(&bios.mem));
    let cell = u32::from(at.row) * u32::from(cols(bios)) + u32::from(at.col);
    ((page_start & !1) + cell * 2) % MEMORY_BYTES
}

fn base(bios: &Bios<'_>) -> u32 {
    if bda::VIDEO_MODE.get(&bios.mem) == video_modes::MONOCHROME { 0xB0000 } else { 0xB8000 }
}

/// Character and attribute at a place.
pub(super) fn read_cell(bios: &mut Bios<'_>, page: u8, at: Position) -> [u8; 2] {
    let addr = PhysAddr(base(bios) + cell_offset(bios, page, at));
    bios.mem.physical().read_u16(addr).to_le_bytes()
}

/// Writes `count` times `code` from `at` on, running over the ends of rows; with `attr`, that too.
pub(super) fn write_cells(bios: &mut Bios<'_>, page: u8, at: Position, code: u8, attr: Option<u8>, count: u16) {
    let base = base(bios);
    let start = cell_offset(bios, page, at);
    let cells = u32::from(count).min(MEMORY_BYTES / 2);
    for index in 0..cells {
        let addr = PhysAddr(base + (start + index * 2) % MEMORY_BYTES);
        match attr {
            Some(attr) => bios.mem.physical().write_u16(addr, u16::from_le_bytes([code, attr])),
            None => bios.mem.physical().write_u8(addr, code),
        }
    }
}

/// The part of `window` that is on the screen, or `None` if nothing is.
fn clip(bios: &Bios<'_>, window: Window) -> Option<Window> {
    let last_row = last_row(bios);
    let last_col = u8::try_from(cols(bios) - 1).unwrap_or(u8::MAX);
    let clipped = Window { bottom: window.bottom.min(last_row), right: window.right.min(last_col), ..window };
    (clipped.top <= clipped.bottom && clipped.left <= clipped.right).then_some(clipped)
}

/// Scrolls `window` of the shown page by `lines` (all of it if 0 or more than it has) and fills
/// what becomes free with blanks of `attr`.
pub(super) fn scroll(bios: &mut Bios<'_>, window: Window, lines: u8, attr: u8, up: bool) {
    let Some(window) = clip(bios, window) else { return };
    let page = active(bios);
    let height = window.bottom - window.top + 1;
    let lines = if lines == 0 || lines > height { height } else { lines };
    let kept = height - lines;
    if up && kept > 0 && scrolls_the_screen(bios, window) {
        keep_rows(bios, page, window, lines);
    }
    for index in 0..kept {
        let (from, to) = if up {
            (window.top + lines + index, window.top + index)
        } else {
            (window.bottom - lines - index, window.bottom - index)
        };
        copy_row(bios, page, window, from, to);
    }
    for index in 0..lines {
        let row = if up { window.bottom - index } else { window.top + index };
        let width = u16::from(window.right - window.left) + 1;
        write_cells(bios, page, Position { row, col: window.left }, b' ', Some(attr), width);
    }
}

/// True if what leaves `window` at its top leaves the screen: not part of a row, and not a list in a
/// corner of a program's screen.
fn scrolls_the_screen(bios: &Bios<'_>, window: Window) -> bool {
    let whole_rows = window.left == 0 && u16::from(window.right) + 1 == cols(bios);
    whole_rows && window.top == 0 && (u16::from(window.bottom) + 1) * 2 >= rows(bios)
}

/// Keeps the first `lines` rows of `window`, which are about to scroll off the screen.
fn keep_rows(bios: &mut Bios<'_>, page: u8, window: Window, lines: u8) {
    let base = base(bios);
    let mut cells = [0; 512];
    let bytes = (usize::from(window.right) + 1) * 2;
    for row in window.top..window.top + lines {
        let at = cell_offset(bios, page, Position { row, col: 0 });
        let room = (MEMORY_BYTES - at) as usize;
        let cells = &mut cells[..bytes.min(room)];
        bios.mem.physical().read_bytes(PhysAddr(base + at), cells);
        bios.state.scrollback.push(cells);
    }
}

/// Copies one row of `window`; what would lie beyond the end of the memory is left out.
fn copy_row(bios: &mut Bios<'_>, page: u8, window: Window, from: u8, to: u8) {
    let base = base(bios);
    let source = cell_offset(bios, page, Position { row: from, col: window.left });
    let target = cell_offset(bios, page, Position { row: to, col: window.left });
    let room = (MEMORY_BYTES - source.max(target)) as usize;
    let mut cells = [0; 512];
    let bytes = (usize::from(window.right - window.left) + 1) * 2;
    let row = &mut cells[..bytes.min(room)];
    bios.mem.physical().read_bytes(PhysAddr(base + source), row);
    bios.mem.physical().write_bytes(PhysAddr(base + target), row);
}

/// Fills all display memory with blanks.
pub(super) fn clear_memory(bios: &mut Bios<'_>) {
    let addr = PhysAddr(base(bios));
    let blanks: Vec<u8> = [b' ', NORMAL].repeat((MEMORY_BYTES / 2) as usize);
    bios.mem.physical().write_bytes(addr, &blanks);
}
