//! Setting a VGA text mode: register values, through the ports, and the BIOS data area's fields.
//!
//! Modes 0–3 have 200, 350 or 400 scan lines, as INT 10h/AX=120xh chose; mode 7 has 350 or 400.
//! Gap: graphics modes are not offered; setting one leaves the mode as it is.
//! Source: IBM VGA technical reference, register values of the text modes.

use super::bda::{self, video_control, video_options};
use super::{Bios, rom, text_page};
use crate::types::SegOff;

/// The monochrome text mode.
pub(super) const MONOCHROME: u8 = 7;
/// AL bit 7 of INT 10h/AH=00h: memory is not cleared.
const KEEP_MEMORY: u8 = 0x80;
/// Cursor shape at power-on, in a CGA's eight scan lines.
const DEFAULT_CURSOR: u16 = 0x0607;
/// The same for mode 7's fourteen.
const DEFAULT_CURSOR_MONO: u16 = 0x0B0C;
/// Equipment word: the display bits and their values for mode 7 and 80 columns in colour.
const EQUIPMENT_DISPLAY: u16 = 0x0030;
const EQUIPMENT_MONO: u16 = 0x0030;
const EQUIPMENT_40: u16 = 0x0010;
const EQUIPMENT_80: u16 = 0x0020;

const SEQUENCER: u16 = 0x3C4;
const GRAPHICS: u16 = 0x3CE;
const ATTRIBUTE: u16 = 0x3C0;
const MISC_OUTPUT: u16 = 0x3C2;
const DAC_MASK: u16 = 0x3C6;
const DAC_WRITE_INDEX: u16 = 0x3C8;
const DAC_DATA: u16 = 0x3C9;
/// Attribute index bit: the palette drives the screen again.
const PALETTE_IN_USE: u8 = 0x20;
/// CRTC registers.
const CRTC_MAX_SCAN_LINE: u8 = 0x09;
const CRTC_CURSOR_START: u8 = 0x0A;
const CRTC_CURSOR_END: u8 = 0x0B;
const CRTC_VERTICAL_RETRACE_END: u8 = 0x11;
const CRTC_VERTICAL_DISPLAY_END: u8 = 0x12;
/// Maximum scan line register: the character height's bits.
const CHAR_HEIGHT_BITS: u8 = 0x1F;

/// Scan lines of a text screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScanLines {
    /// 200, each shown twice.
    L200,
    /// 350.
    L350,
    /// 400.
    L400,
}

impl ScanLines {
    /// What 40:89 chooses for the next mode.
    pub(super) fn chosen(bios: &Bios<'_>) -> ScanLines {
        let options = bda::VIDEO_OPTIONS.get(&bios.mem);
        if options & video_options::LINES_200 != 0 {
            ScanLines::L200
        } else if options & video_options::LINES_400 != 0 {
            ScanLines::L400
        } else {
            ScanLines::L350
        }
    }

    fn count(self) -> u16 {
        match self {
            ScanLines::L200 => 200,
            ScanLines::L350 => 350,
            ScanLines::L400 => 400,
        }
    }

    fn char_height(self) -> u8 {
        match self {
            ScanLines::L200 => 8,
            ScanLines::L350 => 14,
            ScanLines::L400 => 16,
        }
    }

    /// Nine-dot characters need the lines of 400; the older counts have eight dots.
    fn nine_dots(self) -> bool {
        self == ScanLines::L400
    }

    /// Vertical CRTC registers 06h, 07h, 10h, 11h, 12h, 15h, 16h.
    fn vertical(self) -> [u8; 7] {
        match self {
            ScanLines::L200 | ScanLines::L400 => [0xBF, 0x1F, 0x9C, 0x8E, 0x8F, 0x96, 0xB9],
            ScanLines::L350 => [0xBF, 0x1F, 0x83, 0x85, 0x5D, 0x63, 0xBA],
        }
    }
}

/// Horizontal CRTC registers 00h–05h and 13h for 40 and 80 columns.
const HORIZONTAL_40: [u8; 7] = [0x2D, 0x27, 0x28, 0x90, 0x2B, 0xA0, 0x14];
const HORIZONTAL_80: [u8; 7] = [0x5F, 0x4F, 0x50, 0x82, 0x55, 0x81, 0x28];

/// Attribute controller 00h–0Fh in colour: the EGA's sixteen of 64 colours.
const PALETTE_COLOUR: [u8; 16] =
    [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F];
/// The same in mode 7: black, normal, and bright.
const PALETTE_MONO: [u8; 16] =
    [0x00, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x10, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18];

/// A text mode about to be set.
struct TextMode {
    number: u8,
    lines: ScanLines,
}

impl TextMode {
    fn mono(&self) -> bool {
        self.number == MONOCHROME
    }

    fn cols(&self) -> u16 {
        if self.number < 2 { 40 } else { 80 }
    }

    fn misc_output(&self) -> u8 {
        // Bit 0: ports at 3Dxh; bits 2-3: 28 MHz for nine dots; bits 6-7: sync polarities.
        let colour = u8::from(!self.mono());
        match self.lines {
            ScanLines::L400 => 0x66 | colour,
            ScanLines::L350 => 0xA2 | colour,
            ScanLines::L200 => 0x62 | colour,
        }
    }

    fn clocking(&self) -> u8 {
        let half_rate = if self.cols() == 40 { 0x08 } else { 0x00 };
        half_rate | u8::from(!self.lines.nine_dots())
    }

    fn crtc(&self) -> [u8; 25] {
        let h = if self.cols() == 40 { HORIZONTAL_40 } else { HORIZONTAL_80 };
        let v = self.lines.vertical();
        let height = self.lines.char_height();
        // Bit 6: line compare bit 9; bit 7: each line twice.
        let max_scan = 0x40 | (height - 1) | if self.lines == ScanLines::L200 { 0x80 } else { 0 };
        let underline = if self.mono() { height - 1 } else { 0x1F };
        let [cursor_start, cursor_end] = if height == 8 { [6, 7] } else { [height - 3, height - 2] };
        [
            h[0],
            h[1],
            h[2],
            h[3],
            h[4],
            h[5],
            v[0],
            v[1],
            0x00,
            max_scan,
            cursor_start,
            cursor_end,
            0x00,
            0x00,
            0x00,
            0x00,
            v[2],
            v[3],
            v[4],
            h[6],
            underline,
            v[5],
            v[6],
            0xA3,
            0xFF,
        ]
    }
}

/// INT 10h/AH=00h: sets mode `al`; bit 7 keeps display memory. False if it is not offered.
pub(super) fn set_mode(bios: &mut Bios<'_>, al: u8) -> bool {
    let number = al & !KEEP_MEMORY;
    if !matches!(number, 0..=3 | MONOCHROME) {
        tracing::warn!(mode = number, "video mode not offered");
        return false;
    }
    let mut lines = ScanLines::chosen(bios);
    if number == MONOCHROME && lines == ScanLines::L200 {
        lines = ScanLines::L350;
    }
    let mode = TextMode { number, lines };
    bda::VIDEO_CONTROL.put_bits(&mut bios.mem, video_control::NO_CLEAR, al & KEEP_MEMORY != 0);
    describe_mode(bios, &mode);
    program_registers(bios, &mode);
    if !bda::VIDEO_OPTIONS.has(&bios.mem, video_options::KEEP_PALETTE) {
        load_palette(bios, mode.mono());
    }
    if al & KEEP_MEMORY == 0 {
        text_page::clear_memory(bios);
    }
    text_page::show_cursor(bios);
    true
}

fn describe_mode(bios: &mut Bios<'_>, mode: &TextMode) {
    let mem = &mut bios.mem;
    let height = mode.lines.char_height();
    bda::VIDEO_MODE.set(mem, mode.number);
    bda::VIDEO_COLS.set(mem, mode.cols());
    bda::VIDEO_PAGE_START.set(mem, 0);
    bda::ACTIVE_PAGE.set(mem, 0);
    for page in 0..u16::from(text_page::PAGES) {
        bda::CURSOR_POSITIONS.nth(page).set(mem, 0);
    }
    bda::CURSOR_SHAPE.set(mem, if mode.mono() { DEFAULT_CURSOR_MONO } else { DEFAULT_CURSOR });
    bda::CRTC_PORT.set(mem, if mode.mono() { 0x3B4 } else { 0x3D4 });
    let (cga_mode, display) = match mode.number {
        0 => (0x2C, EQUIPMENT_40),
        1 => (0x28, EQUIPMENT_40),
        2 => (0x2D, EQUIPMENT_80),
        3 => (0x29, EQUIPMENT_80),
        _ => (0x29, EQUIPMENT_MONO),
    };
    bda::CGA_MODE.set(mem, cga_mode);
    bda::CGA_PALETTE.set(mem, 0x30);
    let equipment = bda::EQUIPMENT.get(mem);
    bda::EQUIPMENT.set(mem, equipment & !EQUIPMENT_DISPLAY | display);
    bda::VIDEO_CONTROL.put_bits(mem, 0x02, mode.mono());
    bda::DISPLAY_CODE.set(mem, if mode.mono() { 0x07 } else { 0x08 });
    mem.write_far(SegOff::new(0, 0x43 * 4), font_of(height));
    describe_rows(bios, mode.lines.count(), height);
}

/// Rows, character height and page size in the BIOS data area.
fn describe_rows(bios: &mut Bios<'_>, scan_lines: u16, height: u8) {
    let rows = scan_lines / u16::from(height.max(1));
    let last_row = u8::try_from(rows.saturating_sub(1)).unwrap_or(u8::MAX);
    bda::ROWS_MINUS_1.set(&mut bios.mem, last_row);
    bda::CHAR_HEIGHT.set(&mut bios.mem, u16::from(height));
    // Pages begin at multiples of 256 bytes: 4096 for 80×25, 8192 for 80×50.
    let bytes = u32::from(text_page::rows(bios)) * u32::from(text_page::cols(bios)) * 2;
    let bytes = bytes.next_multiple_of(256).min(text_page::MEMORY_BYTES);
    bda::VIDEO_PAGE_BYTES.set(&mut bios.mem, crate::types::lo16(bytes));
}

/// The ROM's character generator of that height, the 8×16 one for heights of its own.
pub(super) fn font_of(height: u8) -> SegOff {
    match height {
        8 => rom::font_8x8_low(),
        14 => rom::font_8x14(),
        _ => rom::font_8x16(),
    }
}

fn program_registers(bios: &mut Bios<'_>, mode: &TextMode) {
    // Sequencer in reset while the clock changes.
    write_indexed(bios, SEQUENCER, 0x00, 0x01);
    bios.write_port(MISC_OUTPUT, mode.misc_output());
    for (index, value) in (1..).zip([mode.clocking(), 0x03, 0x00, 0x02]) {
        write_indexed(bios, SEQUENCER, index, value);
    }
    write_indexed(bios, SEQUENCER, 0x00, 0x03);
    // Registers 00h-07h are protected by a bit of register 11h.
    write_crtc(bios, CRTC_VERTICAL_RETRACE_END, 0x00);
    for (index, value) in (0..).zip(mode.crtc()) {
        write_crtc(bios, index, value);
    }
    // Read map and plane setup of text: odd/even addressing, memory at B8000h or B0000h.
    let memory_map = if mode.mono() { 0x0A } else { 0x0E };
    for (index, value) in (0..).zip([0x00, 0x00, 0x00, 0x00, 0x00, 0x10, memory_map, 0x00, 0xFF]) {
        write_indexed(bios, GRAPHICS, index, value);
    }
    let palette = if mode.mono() { PALETTE_MONO } else { PALETTE_COLOUR };
    // Blink on, line graphics characters extended to the ninth dot; border, planes, panning.
    let control = if mode.mono() { 0x0E } else { 0x0C };
    let control = if mode.lines.nine_dots() { control } else { control & !0x04 };
    let panning = if mode.lines.nine_dots() { 0x08 } else { 0x00 };
    for (index, value) in (0..).zip(palette.into_iter().chain([control, 0x00, 0x0F, panning, 0x00])) {
        write_attribute(bios, index, value);
    }
}

/// The DAC's power-on colours.
pub(super) fn load_palette(bios: &mut Bios<'_>, mono: bool) {
    bios.write_port(DAC_MASK, 0xFF);
    bios.write_port(DAC_WRITE_INDEX, 0);
    for index in 0..64u8 {
        let colour = if mono { mono_colour(index) } else { ega_colour(index) };
        let colour = if bda::VIDEO_OPTIONS.has(&bios.mem, video_options::GREY) { grey(colour) } else { colour };
        for part in colour {
            bios.write_port(DAC_DATA, part);
        }
    }
}

/// Colour `index` of the EGA's 64: two bits a channel, the primary one worth 2Ah of 3Fh.
fn ega_colour(index: u8) -> [u8; 3] {
    let channel = |primary: u8, secondary: u8| (index >> primary & 1) * 0x2A + (index >> secondary & 1) * 0x15;
    [channel(2, 5), channel(1, 4), channel(0, 3)]
}

/// Colour `index` in mode 7: bit 3 is normal intensity, bits 3 and 4 bright.
fn mono_colour(index: u8) -> [u8; 3] {
    let level = match index >> 3 & 3 {
        1 => 0x2A,
        3 => 0x3F,
        _ => 0x00,
    };
    [level; 3]
}

/// The grey of a colour: 30 % red, 59 % green, 11 % blue. Source: INT 10h/AX=101Bh.
pub(super) fn grey([r, g, b]: [u8; 3]) -> [u8; 3] {
    let sum = u32::from(r) * 30 + u32::from(g) * 59 + u32::from(b) * 11;
    [crate::types::lo8((sum + 50) / 100); 3]
}

/// Gives characters `height` scan lines and recomputes rows, page size, cursor and page start.
pub(super) fn set_char_height(bios: &mut Bios<'_>, height: u8) {
    let height = height.clamp(1, 32);
    let old = read_crtc(bios, CRTC_MAX_SCAN_LINE);
    write_crtc(bios, CRTC_MAX_SCAN_LINE, old & !CHAR_HEIGHT_BITS | (height - 1));
    let lines = ScanLines::chosen(bios);
    describe_rows(bios, lines.count(), height);
    let shown = text_page::rows(bios) * u16::from(height);
    let shown = if lines == ScanLines::L200 { shown * 2 } else { shown };
    write_crtc(bios, CRTC_VERTICAL_DISPLAY_END, shown.wrapping_sub(1).to_le_bytes()[0]);
    let shape = bda::CURSOR_SHAPE.get(&bios.mem);
    set_cursor_shape(bios, shape);
    text_page::show_cursor(bios);
}

/// INT 10h/AH=01h: cursor from scan line `shape` high to `shape` low. With cursor emulation, lines
/// given for a CGA's eight are scaled to the character height.
pub(super) fn set_cursor_shape(bios: &mut Bios<'_>, shape: u16) {
    bda::CURSOR_SHAPE.set(&mut bios.mem, shape);
    let [end, start] = shape.to_le_bytes();
    let height = lo_height(bda::CHAR_HEIGHT.get(&bios.mem));
    let emulate = !bda::VIDEO_CONTROL.has(&bios.mem, video_control::NO_CURSOR_EMULATION);
    let (start, end) = if emulate { emulated_cursor(start, end, height) } else { (start, end) };
    write_crtc(bios, CRTC_CURSOR_START, start);
    write_crtc(bios, CRTC_CURSOR_END, end);
}

fn lo_height(height: u16) -> u8 {
    u8::try_from(height).unwrap_or(32).clamp(1, 32)
}

/// An underline stays as thick as asked, one line above the bottom; anything taller is scaled.
fn emulated_cursor(start: u8, end: u8, height: u8) -> (u8, u8) {
    // Bit 5 switches the cursor off; shapes beyond eight lines are meant for this height.
    if start & 0x20 != 0 || start > end || end > 7 || height <= 8 {
        return (start, end);
    }
    if start >= 5 {
        let bottom = height - 2 - (7 - end);
        return (bottom - (end - start), bottom);
    }
    let scale = |line: u8| crate::types::lo8(u32::from(line) * u32::from(height) / 8);
    (scale(start), scale(end + 1) - 1)
}

/// Writes a register of the CRTC at the port that 40:63 names.
pub(super) fn write_crtc(bios: &mut Bios<'_>, index: u8, value: u8) {
    let port = crtc_port(bios);
    write_indexed(bios, port, index, value);
}

/// Reads a register of the CRTC.
pub(super) fn read_crtc(bios: &mut Bios<'_>, index: u8) -> u8 {
    let port = crtc_port(bios);
    bios.write_port(port, index);
    bios.read_port(port + 1)
}

/// 3B4h or 3D4h, whatever a program may have put into 40:63.
fn crtc_port(bios: &Bios<'_>) -> u16 {
    if bda::CRTC_PORT.get(&bios.mem) == 0x3B4 { 0x3B4 } else { 0x3D4 }
}

fn write_indexed(bios: &mut Bios<'_>, port: u16, index: u8, value: u8) {
    bios.write_port(port, index);
    bios.write_port(port + 1, value);
}

/// Reading the input status register makes the next write to 3C0h an index.
fn reset_attribute_latch(bios: &mut Bios<'_>) {
    let port = crtc_port(bios) + 6;
    bios.read_port(port);
}

/// Writes a register of the attribute controller and switches the screen back on.
pub(super) fn write_attribute(bios: &mut Bios<'_>, index: u8, value: u8) {
    reset_attribute_latch(bios);
    bios.write_port(ATTRIBUTE, index & 0x1F);
    bios.write_port(ATTRIBUTE, value);
    bios.write_port(ATTRIBUTE, PALETTE_IN_USE);
}

/// Reads a register of the attribute controller and leaves the screen on.
pub(super) fn read_attribute(bios: &mut Bios<'_>, index: u8) -> u8 {
    reset_attribute_latch(bios);
    bios.write_port(ATTRIBUTE, index & 0x1F);
    let value = bios.read_port(ATTRIBUTE + 1);
    reset_attribute_latch(bios);
    bios.write_port(ATTRIBUTE, PALETTE_IN_USE);
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bios::testing::Machine;
    use crate::types::PhysAddr;

    #[test]
    fn an_underline_stays_an_underline_at_every_height() {
        assert_eq!(emulated_cursor(6, 7, 16), (13, 14));
        assert_eq!(emulated_cursor(6, 7, 14), (11, 12));
        assert_eq!(emulated_cursor(6, 7, 8), (6, 7));
    }

    #[test]
    fn a_block_cursor_fills_the_cell() {
        assert_eq!(emulated_cursor(0, 7, 16), (0, 15));
        assert_eq!(emulated_cursor(4, 7, 16), (8, 15));
        assert_eq!(emulated_cursor(0x20, 0, 16), (0x20, 0), "off stays off");
    }

    #[test]
    fn every_shape_gives_lines_within_the_cell() {
        for (start, end, height) in (0..8).flat_map(|s| (0..8).flat_map(move |e| (9..=32).map(move |h| (s, e, h)))) {
            let (top, bottom) = emulated_cursor(start, end, height);
            assert!(start > end || (top <= bottom && bottom < height), "{start} {end} {height}");
        }
    }

    #[test]
    fn the_display_agrees_with_the_data_area_in_every_mode_and_height() {
        let mut machine = Machine::new();
        for (lines, mode) in [0u16, 1, 2].into_iter().flat_map(|lines| [0u16, 1, 2, 3, 7].map(|mode| (lines, mode))) {
            machine.regs.set_bx(0x0030);
            machine.service_ax(0x10, 0x1200 | lines);
            machine.service_ax(0x10, mode);
            let screen = machine.screen();
            let cols = machine.mem.read_u16(PhysAddr(0x44A));
            let height = machine.mem.read_u16(PhysAddr(0x485));
            assert_eq!((screen.cols, screen.rows, u16::from(screen.cell_height)), (cols, 25, height), "{lines} {mode}");
            assert_eq!(u16::from(screen.mode), mode);
            assert!(screen.cursor.is_some());
        }
    }

    #[test]
    fn forty_columns_have_small_pages() {
        let mut machine = Machine::new();
        machine.service_ax(0x10, 0x0001);
        assert_eq!(machine.mem.read_u16(PhysAddr(0x44A)), 40);
        assert_eq!(machine.mem.read_u16(PhysAddr(0x44C)), 0x800);
        assert_eq!(machine.mem.read_u16(PhysAddr(0x410)) & 0x30, 0x10);
    }

    #[test]
    fn a_graphics_mode_changes_nothing() {
        let mut machine = Machine::new();
        machine.mem.write_u8(PhysAddr(0xB8000), b'!');
        machine.service_ax(0x10, 0x0013);
        machine.service_ax(0x10, 0x0F00);
        assert_eq!(machine.regs.al(), 3);
        assert_eq!(machine.mem.read_u8(PhysAddr(0xB8000)), b'!');
    }

    #[test]
    fn the_ega_colours_have_brown_in_place_of_dark_yellow() {
        assert_eq!(ega_colour(PALETTE_COLOUR[6]), [0x2A, 0x15, 0x00]);
        assert_eq!(ega_colour(PALETTE_COLOUR[15]), [0x3F, 0x3F, 0x3F]);
        assert_eq!(ega_colour(PALETTE_COLOUR[8]), [0x15, 0x15, 0x15]);
    }
}
