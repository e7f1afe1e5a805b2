//! INT 10h: video services in text modes.
//!
//! Functions: 00h–13h, 1Ah, 1Bh. Gap: graphics modes and pixels (0Ch, 0Dh), saving the adapter's
//! state (1Ch) and the VESA functions (4Fh) are not offered; they change nothing, and a caller
//! that checks sees that.
//! Source: IBM PS/2 and PC BIOS Interface Technical Reference, INT 10h.

use super::bda::{self, video_control};
use super::text_page::{self, Position, Window};
use super::{Bios, Outcome, video_font, video_info, video_modes, video_palette};
use crate::cpu::regs::Seg;
use crate::types::SegOff;

const BELL: u8 = 0x07;
const BACKSPACE: u8 = 0x08;
const LINE_FEED: u8 = 0x0A;
const CARRIAGE_RETURN: u8 = 0x0D;

/// Runs the function in AH; unknown ones change nothing.
pub(super) fn call(bios: &mut Bios<'_>) -> Outcome {
    match bios.regs.ah() {
        0x00 => int10_00_set_mode(bios),
        0x01 => int10_01_cursor_shape(bios),
        0x02 => int10_02_set_cursor(bios),
        0x03 => int10_03_read_cursor(bios),
        0x04 => int10_04_light_pen(bios),
        0x05 => int10_05_set_page(bios),
        0x06 => int10_06_scroll(bios, true),
        0x07 => int10_06_scroll(bios, false),
        0x08 => int10_08_read_cell(bios),
        0x09 => int10_09_write_cells(bios),
        0x0A => int10_0a_write_chars(bios),
        0x0B => video_palette::int10_0b_border(bios),
        0x0E => int10_0e_teletype(bios),
        0x0F => int10_0f_read_mode(bios),
        0x10 => video_palette::call(bios),
        0x11 => video_font::call(bios),
        0x12 => video_info::int10_12_select(bios),
        0x13 => int10_13_write_string(bios),
        0x1A => video_info::int10_1a_display_code(bios),
        0x1B => video_info::int10_1b_state(bios),
        function => tracing::debug!(function, "INT 10h function not offered"),
    }
    Outcome::Done
}

/// Writes `text` at the shown page's cursor as a teletype.
pub(super) fn print(bios: &mut Bios<'_>, text: &str) {
    print_bytes(bios, text.as_bytes());
}

/// As [`print`], of bytes in the guest's code page.
pub(super) fn print_bytes(bios: &mut Bios<'_>, text: &[u8]) {
    for &byte in text {
        teletype(bios, byte, None);
    }
}

/// AH=00h: sets mode AL.
fn int10_00_set_mode(bios: &mut Bios<'_>) {
    let mode = bios.regs.al();
    if video_modes::set_mode(bios, mode) {
        // Source: AMI and Phoenix VGA BIOSes answer 30h for modes 0-5 and 7.
        bios.regs.set_al(0x30);
    }
}

/// AH=01h: cursor from line CH to CL.
fn int10_01_cursor_shape(bios: &mut Bios<'_>) {
    let shape = bios.regs.cx();
    video_modes::set_cursor_shape(bios, shape);
}

/// AH=02h: cursor of page BH to DH, DL.
fn int10_02_set_cursor(bios: &mut Bios<'_>) {
    let at = Position { row: bios.regs.dh(), col: bios.regs.dl() };
    text_page::set_cursor(bios, bios.regs.bh(), at);
}

/// AH=03h: DH, DL = cursor of page BH; CX = its shape.
fn int10_03_read_cursor(bios: &mut Bios<'_>) {
    let at = text_page::cursor(bios, bios.regs.bh());
    let shape = bda::CURSOR_SHAPE.get(&bios.mem);
    bios.regs.set_dx(u16::from_be_bytes([at.row, at.col]));
    bios.regs.set_cx(shape);
}

/// AH=04h: a VGA has no light pen.
fn int10_04_light_pen(bios: &mut Bios<'_>) {
    bios.regs.set_ah(0);
}

/// AH=05h: shows page AL.
fn int10_05_set_page(bios: &mut Bios<'_>) {
    let page = bios.regs.al();
    if page >= text_page::PAGES {
        return;
    }
    let start = bda::VIDEO_PAGE_BYTES.get(&bios.mem).wrapping_mul(u16::from(page));
    bda::ACTIVE_PAGE.set(&mut bios.mem, page);
    bda::VIDEO_PAGE_START.set(&mut bios.mem, start);
    let [low, high] = (start / 2).to_le_bytes();
    video_modes::write_crtc(bios, 0x0C, high);
    video_modes::write_crtc(bios, 0x0D, low);
    text_page::show_cursor(bios);
}

/// AH=06h, 07h: scrolls the window CH, CL to DH, DL by AL lines up or down; BH = blank attribute.
fn int10_06_scroll(bios: &mut Bios<'_>, up: bool) {
    let regs = &bios.regs;
    let window = Window { top: regs.ch(), left: regs.cl(), bottom: regs.dh(), right: regs.dl() };
    text_page::scroll(bios, window, bios.regs.al(), bios.regs.bh(), up);
}

/// AH=08h: AL, AH = character and attribute at page BH's cursor.
fn int10_08_read_cell(bios: &mut Bios<'_>) {
    let page = bios.regs.bh();
    let at = text_page::cursor(bios, page);
    let cell = text_page::read_cell(bios, page, at);
    bios.regs.set_ax(u16::from_le_bytes(cell));
}

/// AH=09h: writes AL with attribute BL CX times at page BH's cursor, which stays.
fn int10_09_write_cells(bios: &mut Bios<'_>) {
    let (page, attr) = (bios.regs.bh(), bios.regs.bl());
    let at = text_page::cursor(bios, page);
    text_page::write_cells(bios, page, at, bios.regs.al(), Some(attr), bios.regs.cx());
}

/// AH=0Ah: writes AL CX times at page BH's cursor, which stays; attributes stay too.
fn int10_0a_write_chars(bios: &mut Bios<'_>) {
    let page = bios.regs.bh();
    let at = text_page::cursor(bios, page);
    text_page::write_cells(bios, page, at, bios.regs.al(), None, bios.regs.cx());
}

/// AH=0Eh: teletype. Source: the AT's BIOS writes to the shown page whatever BH says.
fn int10_0e_teletype(bios: &mut Bios<'_>) {
    let code = bios.regs.al();
    teletype(bios, code, None);
}

/// AH=0Fh: AL = mode, AH = columns, BH = shown page.
fn int10_0f_read_mode(bios: &mut Bios<'_>) {
    let kept = bda::VIDEO_CONTROL.get(&bios.mem) & video_control::NO_CLEAR;
    let mode = bda::VIDEO_MODE.get(&bios.mem);
    let cols = text_page::cols(bios).to_le_bytes()[0];
    let page = text_page::active(bios);
    bios.regs.set_ax(u16::from_be_bytes([cols, mode | kept]));
    bios.regs.set_bh(page);
}

/// AH=13h: writes the string of CX at ES:BP at DH, DL of page BH. AL bit 0: the cursor follows;
/// bit 1: each character has its attribute behind it, else all have BL.
fn int10_13_write_string(bios: &mut Bios<'_>) {
    let mode = bios.regs.al();
    if mode > 3 {
        return;
    }
    let page = bios.regs.bh() % text_page::PAGES;
    let before = text_page::cursor(bios, page);
    let mut source = bios.regs.far(Seg::Es, bios.regs.bp());
    text_page::set_cursor(bios, page, Position { row: bios.regs.dh(), col: bios.regs.dl() });
    for _ in 0..bios.regs.cx() {
        let (code, attr, next) = string_element(bios, source, mode & 2 != 0);
        write_on_page(bios, page, code, Some(attr));
        source = next;
    }
    if mode & 1 == 0 {
        text_page::set_cursor(bios, page, before);
    }
}

/// Character, attribute and the address behind them.
fn string_element(bios: &Bios<'_>, at: SegOff, with_attr: bool) -> (u8, u8, SegOff) {
    let code = bios.mem.read_u8(at);
    if with_attr { (code, bios.mem.read_u8(at.offset(1)), at.offset(2)) } else { (code, bios.regs.bl(), at.offset(1)) }
}

/// Writes `code` on the shown page as a teletype; without `attr`, the cell keeps its own.
fn teletype(bios: &mut Bios<'_>, code: u8, attr: Option<u8>) {
    let page = text_page::active(bios);
    write_on_page(bios, page, code, attr);
}

fn write_on_page(bios: &mut Bios<'_>, page: u8, code: u8, attr: Option<u8>) {
    let mut at = text_page::cursor(bios, page);
    match code {
        // Gap: the speaker stays silent; who shows the session may ring.
        BELL => {
            bios.state.bells += 1;
            return;
        }
        BACKSPACE => at.col = at.col.saturating_sub(1),
        CARRIAGE_RETURN => at.col = 0,
        LINE_FEED => at.row = next_row(bios, page, at),
        _ => {
            text_page::write_cells(bios, page, at, code, attr, 1);
            at.col = at.col.saturating_add(1);
            if u16::from(at.col) >= text_page::cols(bios) {
                at.col = 0;
                at.row = next_row(bios, page, at);
            }
        }
    }
    text_page::set_cursor(bios, page, at);
}

/// The row below `at`; on the last row the page scrolls, with the attribute found at `at`.
fn next_row(bios: &mut Bios<'_>, page: u8, at: Position) -> u8 {
    let last = text_page::last_row(bios);
    if at.row < last {
        return at.row + 1;
    }
    let at = Position { row: last, ..at };
    let [_, attr] = text_page::read_cell(bios, page, at);
    let right = u8::try_from(text_page::cols(bios) - 1).unwrap_or(u8::MAX);
    let window = Window { top: 0, left: 0, bottom: last, right };
    text_page::scroll(bios, window, 1, attr, true);
    last
}

#[cfg(test)]
mod tests {
    use crate::bios::testing::Machine;
    use crate::types::PhysAddr;

    fn teletype_all(machine: &mut Machine, text: &str) {
        for byte in text.bytes() {
            machine.service_ax(0x10, 0x0E00 | u16::from(byte));
        }
    }

    fn cursor(machine: &mut Machine) -> (u8, u8) {
        machine.regs.set_bx(0);
        machine.service_ax(0x10, 0x0300);
        (machine.regs.dh(), machine.regs.dl())
    }

    fn set_cursor(machine: &mut Machine, row: u8, col: u8) {
        machine.regs.set_bx(0);
        machine.regs.set_dx(u16::from_be_bytes([row, col]));
        machine.service_ax(0x10, 0x0200);
    }

    #[test]
    fn a_teletype_knows_its_control_characters() {
        let mut machine = Machine::new();
        teletype_all(&mut machine, "ab\x08c\r\nx\x07y");
        assert_eq!(machine.row_text(0).trim_end(), "ac");
        assert_eq!(machine.row_text(1).trim_end(), "xy");
        assert_eq!(cursor(&mut machine), (1, 2));
    }

    #[test]
    fn a_full_screen_scrolls_with_the_attribute_at_the_cursor() {
        let mut machine = Machine::new();
        teletype_all(&mut machine, "first");
        set_cursor(&mut machine, 24, 0);
        machine.regs.set_bx(0x001E);
        machine.regs.set_cx(80);
        machine.service_ax(0x10, 0x0941);
        set_cursor(&mut machine, 24, 79);
        teletype_all(&mut machine, "Z!");
        assert_eq!(machine.row_text(0).trim_end(), "");
        assert_eq!(machine.row_text(23), format!("{}Z", "A".repeat(79)));
        assert_eq!(machine.row_text(24).trim_end(), "!");
        assert_eq!(machine.attr(24, 40), 0x1E);
        assert_eq!(cursor(&mut machine), (24, 1));
    }

    #[test]
    fn scrolling_down_moves_the_window_only() {
        let mut machine = Machine::new();
        teletype_all(&mut machine, "abcd\r\nefgh\r\nijkl");
        machine.regs.set_bx(0x7000);
        machine.regs.set_cx(0x0001);
        machine.regs.set_dx(0x0202);
        machine.service_ax(0x10, 0x0701);
        let rows: Vec<String> = (0..3).map(|row| machine.row_text(row).trim_end().to_owned()).collect();
        assert_eq!(rows, ["a  d", "ebch", "ifgl"]);
        assert_eq!(machine.attr(0, 1), 0x70);
        assert_eq!(machine.attr(0, 0), 0x07);
    }

    #[test]
    fn clearing_clips_a_window_that_is_too_large() {
        let mut machine = Machine::new();
        teletype_all(&mut machine, "text");
        machine.regs.set_bx(0x1F00);
        machine.regs.set_cx(0);
        machine.regs.set_dx(0xFFFF);
        machine.service_ax(0x10, 0x0600);
        assert_eq!(machine.row_text(0).trim_end(), "");
        assert_eq!((machine.attr(0, 0), machine.attr(24, 79)), (0x1F, 0x1F));
        assert_eq!(machine.attr(25, 0), 0x07, "the next page is untouched");
    }

    #[test]
    fn pages_have_cursors_of_their_own() {
        let mut machine = Machine::new();
        machine.regs.set_bx(0x0200);
        machine.regs.set_dx(0x0304);
        machine.service_ax(0x10, 0x0200);
        assert_eq!(cursor(&mut machine), (0, 0));
        machine.service_ax(0x10, 0x0502);
        machine.service_ax(0x10, 0x0E2A);
        assert_eq!(machine.mem.read_u8(PhysAddr(0xB8000 + 0x2000 + (3 * 80 + 4) * 2)), b'*');
        machine.service_ax(0x10, 0x0F00);
        assert_eq!((machine.regs.al(), machine.regs.ah(), machine.regs.bh()), (3, 80, 2));
    }

    #[test]
    fn the_display_follows_page_and_cursor() {
        let mut machine = Machine::new();
        machine.service_ax(0x10, 0x0501);
        teletype_all(&mut machine, "second page");
        let screen = machine.screen();
        assert_eq!(screen.row_text(0).trim_end(), "second page");
        assert_eq!(screen.cursor.map(|cursor| (cursor.row, cursor.col)), Some((0, 11)));
        machine.service_ax(0x10, 0x0500);
        assert_eq!(machine.screen().text().trim(), "");
    }

    #[test]
    fn a_hidden_cursor_is_not_on_the_screen() {
        let mut machine = Machine::new();
        machine.regs.set_cx(0x2000);
        machine.service_ax(0x10, 0x0100);
        assert_eq!(machine.screen().cursor, None);
        machine.regs.set_cx(0x0007);
        machine.service_ax(0x10, 0x0100);
        assert_eq!(machine.screen().cursor.map(|cursor| (cursor.start, cursor.end)), Some((0, 15)));
    }

    #[test]
    fn a_string_with_attributes_leaves_the_cursor_if_asked() {
        let mut machine = Machine::new();
        machine.mem.write_bytes(PhysAddr(0x30000), &[b'H', 0x1F, b'i', 0x2E]);
        machine.regs.set_es(0x3000);
        machine.regs.set_bp(0);
        machine.regs.set_cx(2);
        machine.regs.set_bx(0);
        machine.regs.set_dx(0x0510);
        machine.service_ax(0x10, 0x1302);
        assert_eq!(machine.row_text(5).trim(), "Hi");
        assert_eq!((machine.attr(5, 16), machine.attr(5, 17)), (0x1F, 0x2E));
        assert_eq!(cursor(&mut machine), (0, 0));
    }

    #[test]
    fn a_cell_reads_back_as_written() {
        let mut machine = Machine::new();
        set_cursor(&mut machine, 7, 9);
        machine.regs.set_bx(0x004F);
        machine.regs.set_cx(1);
        machine.service_ax(0x10, 0x09DB);
        machine.service_ax(0x10, 0x0800);
        assert_eq!(machine.regs.ax(), 0x4FDB);
    }

    #[test]
    fn wild_positions_and_counts_stay_in_display_memory() {
        let mut machine = Machine::new();
        machine.mem.write_bytes(PhysAddr(0xC0000), &[0x5A; 64]);
        machine.mem.write_u16(PhysAddr(0x44A), 0xFFFF);
        machine.mem.write_u8(PhysAddr(0x484), 0xFF);
        machine.mem.write_u16(PhysAddr(0x44C), 0xFFFF);
        set_cursor(&mut machine, 0xFF, 0xFF);
        machine.regs.set_bx(0x071F);
        machine.regs.set_cx(0xFFFF);
        machine.service_ax(0x10, 0x0958);
        machine.regs.set_cx(0);
        machine.regs.set_dx(0xFFFF);
        machine.service_ax(0x10, 0x0601);
        machine.service_ax(0x10, 0x0E0A);
        assert_eq!(machine.mem.read_u8(PhysAddr(0xC0000)), 0x5A);
        assert_eq!(machine.mem.read_u8(PhysAddr(0xB7FFF)), 0);
    }
}
