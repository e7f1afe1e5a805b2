//! INT 10h/AH=11h: character generators.
//!
//! Subfunctions: 00h–04h load a font, 10h–14h load it and give characters its height, 20h–24h set
//! the graphics fonts' vectors, 30h tells where fonts lie.
//! Gap: the shapes of a program's own characters are not kept: a terminal draws its own.

use super::text_page;
use super::{Bios, bda, rom, video_modes};
use crate::types::SegOff;

/// Vector of the graphics characters 80h–FFh.
const VECTOR_GRAPHICS_HIGH: u16 = 0x1F;
/// Vector of the graphics characters.
const VECTOR_GRAPHICS: u16 = 0x43;
/// Sequencer: character map select.
const SEQUENCER: u16 = 0x3C4;
const CHARACTER_MAP: u8 = 0x03;

/// Runs the subfunction in AL; unknown ones change nothing.
pub(super) fn call(bios: &mut Bios<'_>) {
    match bios.regs.al() {
        0x00..=0x02 | 0x04 => {}
        0x03 => int10_1103_block(bios),
        0x10 => video_modes::set_char_height(bios, bios.regs.bh()),
        0x11 => video_modes::set_char_height(bios, 14),
        0x12 => video_modes::set_char_height(bios, 8),
        0x14 => video_modes::set_char_height(bios, 16),
        0x20..=0x24 => int10_1120_graphics_font(bios),
        0x30 => int10_1130_information(bios),
        function => tracing::debug!(function, "INT 10h/AH=11h subfunction not offered"),
    }
}

/// AL=03h: character map select = BL.
fn int10_1103_block(bios: &mut Bios<'_>) {
    let value = bios.regs.bl();
    bios.write_port(SEQUENCER, CHARACTER_MAP);
    bios.write_port(SEQUENCER + 1, value);
}

/// AL=20h–24h: fonts for graphics modes, by vector; BL (DL if 0) rows for 21h on.
fn int10_1120_graphics_font(bios: &mut Bios<'_>) {
    let own = SegOff::new(bios.regs.es(), bios.regs.bp());
    let (vector, font, height) = match bios.regs.al() {
        0x20 => (VECTOR_GRAPHICS_HIGH, own, 8),
        0x21 => (VECTOR_GRAPHICS, own, bios.regs.cx()),
        0x22 => (VECTOR_GRAPHICS, rom::font_8x14(), 14),
        0x23 => (VECTOR_GRAPHICS, rom::font_8x8_low(), 8),
        _ => (VECTOR_GRAPHICS, rom::font_8x16(), 16),
    };
    bios.mem.write_far(SegOff::new(0, vector * 4), font);
    tracing::debug!(height, "graphics font set in a text mode");
}

/// AL=30h: CX = character height, DL = last row, ES:BP = the font that BH names.
fn int10_1130_information(bios: &mut Bios<'_>) {
    let vector = |vector: u16| bios.mem.read_far(SegOff::new(0, vector * 4));
    let font = match bios.regs.bh() {
        0 => vector(VECTOR_GRAPHICS_HIGH),
        1 => vector(VECTOR_GRAPHICS),
        2 | 5 => rom::font_8x14(),
        3 => rom::font_8x8_low(),
        4 => rom::font_8x8_high(),
        _ => rom::font_8x16(),
    };
    let height = bda::CHAR_HEIGHT.get(&bios.mem);
    let last_row = text_page::rows(bios) - 1;
    bios.regs.set_es(font.seg);
    bios.regs.set_bp(font.off);
    bios.regs.set_cx(height);
    bios.regs.set_dl(last_row.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use crate::bios::testing::Machine;
    use crate::types::{PhysAddr, SegOff};

    fn rows(machine: &Machine) -> u8 {
        machine.mem.read_u8(PhysAddr(0x484)) + 1
    }

    #[test]
    fn the_small_font_gives_fifty_rows_and_the_large_one_25() {
        let mut machine = Machine::new();
        machine.service_ax(0x10, 0x1112);
        assert_eq!((rows(&machine), machine.mem.read_u16(PhysAddr(0x44C))), (50, 0x2000));
        assert_eq!((machine.screen().rows, machine.screen().cell_height), (50, 8));
        machine.service_ax(0x10, 0x1111);
        assert_eq!((rows(&machine), machine.screen().rows), (28, 28));
        machine.service_ax(0x10, 0x1114);
        assert_eq!((rows(&machine), machine.mem.read_u16(PhysAddr(0x44C))), (25, 0x1000));
    }

    #[test]
    fn any_character_height_leaves_a_screen() {
        let mut machine = Machine::new();
        machine.mem.write_u16(PhysAddr(0x44A), 0xFFFF);
        for height in 0..=255u16 {
            machine.regs.set_bx(height << 8);
            machine.service_ax(0x10, 0x1110);
            machine.service_ax(0x10, 0x0E0A);
        }
        assert!(rows(&machine) >= 12);
    }

    #[test]
    fn an_ega_screen_of_350_lines_has_43_rows() {
        let mut machine = Machine::new();
        machine.regs.set_bx(0x0030);
        machine.service_ax(0x10, 0x1201);
        assert_eq!(machine.regs.al(), 0x12);
        machine.service_ax(0x10, 0x0003);
        assert_eq!((rows(&machine), machine.mem.read_u16(PhysAddr(0x485))), (25, 14));
        machine.service_ax(0x10, 0x1112);
        assert_eq!((rows(&machine), machine.screen().rows), (43, 43));
        machine.service_ax(0x10, 0x0003);
        assert_eq!(machine.screen().rows, 25);
    }

    #[test]
    fn a_program_finds_the_font_in_the_rom() {
        let mut machine = Machine::new();
        machine.regs.set_bx(0x0600);
        machine.service_ax(0x10, 0x1130);
        assert_eq!((machine.regs.cx(), machine.regs.dl()), (16, 24));
        let font = SegOff::new(machine.regs.es(), machine.regs.bp()).linear().0;
        let full_block: Vec<u8> = (0..16).map(|line| machine.mem.read_u8(PhysAddr(font + 0xDB * 16 + line))).collect();
        assert_eq!(full_block, [0xFF; 16]);
    }

    #[test]
    fn teletype_fills_all_fifty_rows_before_it_scrolls() {
        let mut machine = Machine::new();
        machine.service_ax(0x10, 0x1112);
        machine.service_ax(0x10, 0x0E54);
        for _ in 0..49 {
            machine.service_ax(0x10, 0x0E0A);
        }
        assert_eq!(machine.row_text(0).trim_end(), "T");
        machine.service_ax(0x10, 0x0E0A);
        assert_eq!(machine.row_text(0).trim_end(), "");
    }
}
