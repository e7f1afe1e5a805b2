//! Registers as a BIOS programs them, and what the screen then is.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::mem::Memory;
use crate::screen::{Cell, Rgb, Screen};

impl Video {
    fn out(&mut self, port: u16, value: u8) {
        self.write(port, value, VirtTime::ZERO);
    }

    fn inp(&mut self, port: u16) -> u8 {
        self.read(port, VirtTime::ZERO)
    }

    fn set_crtc(&mut self, index: u8, value: u8) {
        self.out(0x3D4, index);
        self.out(0x3D5, value);
    }

    /// Loads all of the CRTC, as a mode set does: unlocks it first.
    fn load_crtc(&mut self, base: u16, table: [u8; 25]) {
        self.out(base, 0x11);
        self.out(base + 1, 0);
        for (index, value) in (0..).zip(table) {
            self.out(base, index);
            self.out(base + 1, value);
        }
    }

    fn set_attribute(&mut self, index: u8, value: u8) {
        self.inp(0x3DA);
        self.out(0x3C0, index);
        self.out(0x3C0, value);
        self.out(0x3C0, 0x20);
    }

    fn shown(&self, mem: &Memory) -> Screen {
        self.screen(mem, 3)
    }
}

fn memory() -> Memory {
    Memory::new(0x10_0000)
}

fn put(mem: &mut Memory, base: u32, cell: u32, text: &str) {
    for (at, code) in (cell..).zip(text.bytes()) {
        mem.write_bytes(PhysAddr(base + 2 * at), &[code, 0x1E]);
    }
}

/// Modes 0 and 1 with 400 lines.
const CRTC_40: [u8; 25] = [
    0x2D, 0x27, 0x28, 0x90, 0x2B, 0xA0, 0xBF, 0x1F, 0x00, 0x4F, 0x0D, 0x0E, 0, 0, 0, 0, 0x9C, 0x8E, 0x8F, 0x14, 0x1F,
    0x96, 0xB9, 0xA3, 0xFF,
];
/// Modes 2 and 3 with 200 lines, each shown twice.
const CRTC_80_200: [u8; 25] = [
    0x5F, 0x4F, 0x50, 0x82, 0x55, 0x81, 0xBF, 0x1F, 0x00, 0xC7, 0x06, 0x07, 0, 0, 0, 0, 0x9C, 0x8E, 0x8F, 0x28, 0x1F,
    0x96, 0xB9, 0xA3, 0xFF,
];
/// Modes 2, 3 and 7 with 350 lines.
const CRTC_80_350: [u8; 25] = [
    0x5F, 0x4F, 0x50, 0x82, 0x55, 0x81, 0xBF, 0x1F, 0x00, 0x4D, 0x0B, 0x0C, 0, 0, 0, 0, 0x83, 0x85, 0x5D, 0x28, 0x1F,
    0x63, 0xBA, 0xA3, 0xFF,
];

#[test]
fn the_tables_of_a_bios_give_their_columns_rows_and_cells() {
    let mut with_8_lines = CRTC_80_350;
    with_8_lines[9] = 0x47;
    let mut fifty = CRTC_MODE_3;
    fifty[9] = 0x47;
    for (table, measures) in [
        (CRTC_MODE_3, (80, 25, 16)),
        (CRTC_40, (40, 25, 16)),
        (CRTC_80_200, (80, 25, 8)),
        (CRTC_80_350, (80, 25, 14)),
        (with_8_lines, (80, 43, 8)),
        (fifty, (80, 50, 8)),
    ] {
        let mut video = Video::new();
        video.load_crtc(0x3D4, table);
        let screen = video.shown(&memory());
        assert_eq!((screen.cols, screen.rows, screen.cell_height), measures);
        assert_eq!(screen.cells.len(), usize::from(screen.cols * screen.rows));
    }
}

#[test]
fn cells_come_from_text_memory_row_by_row() {
    let mut mem = memory();
    put(&mut mem, 0xB8000, 80, "C:\\>");
    let screen = Video::new().shown(&mem);
    assert_eq!(screen.row_text(1).trim_end(), "C:\\>");
    assert_eq!(screen.cell(1, 0), Some(Cell { code: b'C', attr: 0x1E }));
}

#[test]
fn mode_7_lives_in_the_mono_window_and_at_the_mono_ports() {
    let mut mem = memory();
    put(&mut mem, 0xB0000, 0, "mono");
    let mut video = Video::new();
    video.out(0x3C2, 0x66);
    assert_eq!(video.inp(0x3D5), 0xFF, "the colour ports are off");
    video.load_crtc(0x3B4, CRTC_MODE_3);
    video.out(0x3CE, 6);
    video.out(0x3CF, 0x0A);
    assert!(video.shown(&mem).contains("mono"));
    video.out(0x3B4, 0x0F);
    video.out(0x3B5, 3);
    assert_eq!(video.shown(&mem).cursor.unwrap().col, 3);
}

#[test]
fn loading_a_font_moves_the_window_but_not_the_picture() {
    let mut mem = memory();
    put(&mut mem, 0xB8000, 0, "text");
    let mut video = Video::new();
    video.out(0x3CE, 6);
    video.out(0x3CF, 0x04);
    assert!(video.shown(&mem).contains("text"));
}

#[test]
fn the_start_address_scrolls_by_cells_and_pages() {
    let mut mem = memory();
    put(&mut mem, 0xB8000, 2048 + 3, "page one");
    let mut video = Video::new();
    video.set_crtc(0x0C, 0x08);
    assert_eq!(&video.shown(&mem).row_text(0)[3..11], "page one");
    video.set_crtc(0x0D, 0x03);
    assert_eq!(&video.shown(&mem).row_text(0)[..8], "page one");
}

#[test]
fn the_offset_register_sets_the_pitch() {
    let mut mem = memory();
    put(&mut mem, 0xB8000, 100, "next");
    let mut video = Video::new();
    video.set_crtc(0x13, 50);
    assert_eq!(video.shown(&mem).row_text(1).trim_end(), "next");
}

#[test]
fn cells_wrap_at_the_end_of_text_memory() {
    let mut mem = memory();
    put(&mut mem, 0xB8000, 0x3FFE, "ab");
    put(&mut mem, 0xB8000, 0, "cd");
    let mut video = Video::new();
    video.set_crtc(0x0C, 0x3F);
    video.set_crtc(0x0D, 0xFE);
    assert_eq!(video.shown(&mem).row_text(0).trim_end(), "abcd");
}

#[test]
fn line_compare_splits_the_screen() {
    let mut mem = memory();
    put(&mut mem, 0xB8000, 0, "status");
    put(&mut mem, 0xB8000, 800, "text");
    let mut video = Video::new();
    video.set_crtc(0x11, 0x0E);
    video.set_crtc(0x0C, 0x03);
    video.set_crtc(0x0D, 0x20);
    video.set_crtc(0x18, 0x7F);
    video.set_crtc(0x09, 0x0F);
    video.set_crtc(0x07, 0x1F);
    assert!(video.shown(&mem).row_text(24).starts_with("status"), "bit 8 is still set");
    video.set_crtc(0x07, 0x0F);
    let screen = video.shown(&mem);
    assert!(screen.row_text(0).starts_with("text"));
    assert!(screen.row_text(8).starts_with("status"));
}

#[test]
fn the_cursor_is_where_and_how_the_registers_say() {
    let mut video = Video::new();
    video.set_crtc(0x0C, 0x01);
    video.set_crtc(0x0E, 0x01);
    video.set_crtc(0x0F, 0xA5);
    let cursor = video.shown(&memory()).cursor.unwrap();
    assert_eq!((cursor.row, cursor.col, cursor.start, cursor.end), (2, 5, 13, 14));
}

#[test]
fn the_cursor_can_be_off_upside_down_below_the_cell_and_off_screen() {
    for (index, value) in [(0x0A, 0x2D), (0x0B, 0x05), (0x0A, 0x1F), (0x0E, 0x20)] {
        let mut video = Video::new();
        video.set_crtc(index, value);
        if value == 0x1F {
            video.set_crtc(0x0B, 0x1F);
        }
        assert_eq!(video.shown(&memory()).cursor, None, "{index:02X}h = {value:02X}h");
    }
}

#[test]
fn the_default_colours_are_those_of_text_modes() {
    let palette = Video::new().shown(&memory()).palette;
    let rgb = |r, g, b| Rgb { r, g, b };
    assert_eq!(palette[0], rgb(0, 0, 0));
    assert_eq!(palette[1], rgb(0, 0, 0xAA));
    assert_eq!(palette[6], rgb(0xAA, 0x55, 0), "brown, not dark yellow");
    assert_eq!(palette[7], rgb(0xAA, 0xAA, 0xAA));
    assert_eq!(palette[8], rgb(0x55, 0x55, 0x55));
    assert_eq!(palette[12], rgb(0xFF, 0x55, 0x55));
    assert_eq!(palette[15], rgb(0xFF, 0xFF, 0xFF));
}

#[test]
fn the_palette_goes_through_registers_colour_select_mask_and_dac() {
    let mut video = Video::new();
    video.set_attribute(1, 0x04);
    assert_eq!(video.shown(&memory()).palette[1], Rgb { r: 0xAA, g: 0, b: 0 });
    video.out(0x3C8, 0x44);
    for channel in [63, 0, 32] {
        video.out(0x3C9, channel);
    }
    video.set_attribute(0x14, 0x04);
    assert_eq!(video.shown(&memory()).palette[1], Rgb { r: 0xFF, g: 0, b: 0x82 });
    video.out(0x3C6, 0x3B);
    assert_eq!(video.shown(&memory()).palette[1], Rgb { r: 0, g: 0, b: 0 });
    video.out(0x3C6, 0xFF);
    video.set_attribute(0x10, 0x88);
    video.set_attribute(0x14, 0x05);
    video.out(0x3C8, 0x54);
    video.out(0x3C9, 7);
    assert_eq!(video.shown(&memory()).palette[1].r, 7 << 2);
}

#[test]
fn the_dac_reads_back_what_was_written_and_steps() {
    let mut video = Video::new();
    video.out(0x3C8, 255);
    for channel in [1, 2, 0xFF, 4, 5, 6] {
        video.out(0x3C9, channel);
    }
    assert_eq!(video.inp(0x3C7), 0);
    video.out(0x3C7, 255);
    let read: Vec<u8> = (0..6).map(|_| video.inp(0x3C9)).collect();
    assert_eq!(read, [1, 2, 0x3F, 4, 5, 6]);
    assert_eq!((video.inp(0x3C7), video.inp(0x3C8)), (3, 1));
}

#[test]
fn the_colour_wheel_begins_with_blue() {
    let mut video = Video::new();
    let mut read = |index: u8| {
        video.out(0x3C7, index);
        [video.inp(0x3C9), video.inp(0x3C9), video.inp(0x3C9)]
    };
    assert_eq!(read(0x68), [0, 0, 28]);
    assert_eq!(read(0x69), [7, 0, 28]);
    assert_eq!(read(0x6D), [28, 0, 21]);
    assert_eq!(read(0x70), [28, 0, 0]);
    assert_eq!(read(0xF8), [0, 0, 0]);
}

#[test]
fn the_blink_bit_chooses_blink_or_bright_background() {
    let mut video = Video::new();
    assert!(video.shown(&memory()).blink);
    video.set_attribute(0x10, 0x04);
    assert!(!video.shown(&memory()).blink);
}

#[test]
fn the_attribute_port_takes_index_and_data_by_turns() {
    let mut video = Video::new();
    video.inp(0x3DA);
    video.out(0x3C0, 0x31);
    video.out(0x3C0, 0x07);
    assert_eq!(video.inp(0x3C1), 0x07);
    video.out(0x3C0, 0x30);
    video.inp(0x3DA);
    video.out(0x3C0, 0x32);
    assert_eq!((video.inp(0x3C0), video.inp(0x3C1)), (0x32, 0x0F), "a status read starts over");
}

#[test]
fn the_palette_is_locked_while_the_display_uses_it() {
    let mut video = Video::new();
    video.out(0x3C0, 0x21);
    video.out(0x3C0, 0x3F);
    assert_eq!(video.inp(0x3C1), 0x01);
}

#[test]
fn the_screen_is_blank_while_the_cpu_has_the_palette_or_it_is_off() {
    let mut mem = memory();
    put(&mut mem, 0xB8000, 0, "text");
    let mut video = Video::new();
    video.out(0x3C0, 0x00);
    assert!(!video.shown(&mem).contains("text"));
    assert_eq!(video.shown(&mem).cursor, None);
    video.inp(0x3DA);
    video.out(0x3C0, 0x20);
    assert!(video.shown(&mem).contains("text"));
    video.out(0x3C4, 1);
    video.out(0x3C5, 0x20);
    assert!(!video.shown(&mem).contains("text"));
}

#[test]
fn a_locked_crtc_keeps_its_timing_registers() {
    let mut video = Video::new();
    video.set_crtc(0x01, 0x27);
    assert_eq!(video.shown(&memory()).cols, 80);
    video.set_crtc(0x07, 0x00);
    assert_eq!(video.inp(0x3D5), 0x0F, "only line compare bit 8 is free");
    video.set_crtc(0x11, 0x0E);
    video.set_crtc(0x01, 0x27);
    assert_eq!(video.shown(&memory()).cols, 40);
}

#[test]
fn the_retrace_comes_70_times_a_second_at_any_number_of_lines() {
    for (misc, table) in [(0x67, CRTC_MODE_3), (0xA3, CRTC_80_350), (0x67, CRTC_40)] {
        let mut video = Video::new();
        video.load_crtc(0x3D4, table);
        video.out(0x3C2, misc);
        video.out(0x3C4, 1);
        let forty = table == CRTC_40;
        video.out(0x3C5, if forty { 0x08 } else { u8::from(misc == 0xA3) });
        let step = Duration::from_micros(20);
        let (mut now, mut before, mut retraces, mut retracing, mut blanks) = (VirtTime::ZERO, 0, 0, 0, 0);
        for _ in 0..50_000 * 10 {
            let status = video.read(0x3DA, now);
            retraces += u32::from(status & !before & 8 != 0);
            retracing += u32::from(status & 8 != 0);
            blanks += u32::from(status & 1 != 0);
            before = status;
            now += step;
        }
        assert!((700..=702).contains(&retraces), "{retraces}");
        assert!(retracing < 500_000 / 100);
        assert!((100_000..250_000).contains(&blanks), "{blanks}");
    }
}

#[test]
fn ports_of_older_adapters_are_accepted() {
    let mut video = Video::new();
    let before = video.generation();
    for port in [0x3D8, 0x3D9, 0x3B8] {
        video.out(port, 0x29);
        assert_eq!(video.inp(port), 0xFF);
    }
    assert_eq!(video.generation(), before);
}

#[test]
fn the_generation_grows_with_changes_only() {
    let mut video = Video::new();
    let start = video.generation();
    video.set_crtc(0x0F, 0);
    video.inp(0x3DA);
    assert_eq!(video.generation(), start);
    video.set_crtc(0x0F, 1);
    assert_eq!(video.generation(), start + 1);
    video.reset();
    assert!(video.generation() > start + 1);
}

proptest! {
    #[test]
    fn whatever_the_registers_hold_the_screen_is_whole(
        writes in prop::collection::vec((0x3B0..0x3DCu16, any::<u8>()), 0..200),
        crtc in prop::array::uniform25(any::<u8>()),
    ) {
        let mut video = Video::new();
        video.load_crtc(0x3D4, crtc);
        for (port, value) in writes {
            video.out(port, value);
            video.inp(port ^ 1);
        }
        let screen = video.shown(&memory());
        prop_assert!((1..=255).contains(&screen.cols) && (1..=255).contains(&screen.rows));
        prop_assert_eq!(screen.cells.len(), usize::from(screen.cols) * usize::from(screen.rows));
        if let Some(cursor) = screen.cursor {
            prop_assert!(cursor.row < screen.rows && cursor.col < screen.cols);
            prop_assert!(cursor.start <= cursor.end && cursor.end < screen.cell_height);
        }
    }
}
