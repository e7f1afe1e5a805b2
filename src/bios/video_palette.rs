//! INT 10h/AH=10h and 0Bh: palette registers, border and DAC.
//!
//! Functions of 10h: 00h–03h, 07h–09h, 10h, 12h, 13h, 15h, 17h–1Bh.

use super::video_modes::{grey, read_attribute, write_attribute};
use super::{Bios, bda};
use crate::cpu::regs::Seg;

/// Attribute controller registers.
const MODE_CONTROL: u8 = 0x10;
const BORDER: u8 = 0x11;
const COLOUR_SELECT: u8 = 0x14;
const BLINK: u8 = 0x08;
const PAGES_OF_16: u8 = 0x80;
const DAC_MASK: u16 = 0x3C6;
const DAC_READ_INDEX: u16 = 0x3C7;
const DAC_WRITE_INDEX: u16 = 0x3C8;
const DAC_DATA: u16 = 0x3C9;
/// Palette registers, not counting the border.
const PALETTE_SIZE: u8 = 16;

/// Runs the subfunction in AL; unknown ones change nothing.
pub(super) fn call(bios: &mut Bios<'_>) {
    let (bl, bh) = (bios.regs.bl(), bios.regs.bh());
    match bios.regs.al() {
        0x00 => write_attribute(bios, bl, bh),
        0x01 => write_attribute(bios, BORDER, bh),
        0x02 => int10_1002_write_all(bios),
        0x03 => int10_1003_blink(bios, bl & 1 != 0),
        0x07 => read_into_bh(bios, bl),
        0x08 => read_into_bh(bios, BORDER),
        0x09 => int10_1009_read_all(bios),
        0x10 => int10_1010_write_dac(bios),
        0x12 => int10_1012_write_dac_block(bios),
        0x13 => int10_1013_colour_page(bios, bl, bh),
        0x15 => int10_1015_read_dac(bios, bl),
        0x17 => int10_1017_read_dac_block(bios),
        0x18 => bios.write_port(DAC_MASK, bl),
        0x19 => {
            let mask = bios.read_port(DAC_MASK);
            bios.regs.set_bl(mask);
        }
        0x1A => int10_101a_read_colour_page(bios),
        0x1B => int10_101b_sum_to_grey(bios),
        function => tracing::debug!(function, "INT 10h/AH=10h subfunction not offered"),
    }
}

/// AH=0Bh, BH=00h: border colour BL. BH=01h chooses a CGA graphics palette: 40:66 notes it.
pub(super) fn int10_0b_border(bios: &mut Bios<'_>) {
    let colour = bios.regs.bl();
    let old = bda::CGA_PALETTE.get(&bios.mem);
    if bios.regs.bh() == 0 {
        bda::CGA_PALETTE.set(&mut bios.mem, old & 0xE0 | colour & 0x1F);
        // Bit 3 is intensity, which the palette's bit 4 gives on an RGBI display.
        write_attribute(bios, BORDER, colour & 0x07 | (colour & 0x08) << 1);
    } else {
        bda::CGA_PALETTE.set(&mut bios.mem, old & !0x20 | (colour & 1) << 5);
    }
}

/// AL=02h: sixteen palette registers and the border from ES:DX.
fn int10_1002_write_all(bios: &mut Bios<'_>) {
    let mut at = bios.regs.far(Seg::Es, bios.regs.dx());
    for index in (0..PALETTE_SIZE).chain([BORDER]) {
        let value = bios.mem.read_u8(at);
        write_attribute(bios, index, value);
        at = at.offset(1);
    }
}

/// AL=03h: attribute bit 7 blinks, or selects a bright background.
fn int10_1003_blink(bios: &mut Bios<'_>, blink: bool) {
    let old = read_attribute(bios, MODE_CONTROL);
    write_attribute(bios, MODE_CONTROL, if blink { old | BLINK } else { old & !BLINK });
    bda::CGA_MODE.put_bits(&mut bios.mem, 0x20, blink);
}

/// AL=07h, 08h: BH = a register.
fn read_into_bh(bios: &mut Bios<'_>, index: u8) {
    let value = read_attribute(bios, index);
    bios.regs.set_bh(value);
}

/// AL=09h: sixteen palette registers and the border to ES:DX.
fn int10_1009_read_all(bios: &mut Bios<'_>) {
    let mut at = bios.regs.far(Seg::Es, bios.regs.dx());
    for index in (0..PALETTE_SIZE).chain([BORDER]) {
        let value = read_attribute(bios, index);
        bios.mem.write_u8(at, value);
        at = at.offset(1);
    }
}

/// AL=10h: DAC register BL = DH, CH, CL.
fn int10_1010_write_dac(bios: &mut Bios<'_>) {
    let colour = [bios.regs.dh(), bios.regs.ch(), bios.regs.cl()];
    let index = bios.regs.bl();
    write_dac(bios, index, colour);
}

/// AL=12h: CX DAC registers from BL on, from ES:DX; the index wraps behind 255.
fn int10_1012_write_dac_block(bios: &mut Bios<'_>) {
    let mut at = bios.regs.far(Seg::Es, bios.regs.dx());
    let mut index = bios.regs.bl();
    for _ in 0..bios.regs.cx().min(256) {
        let mut colour = [0; 3];
        bios.mem.read_bytes(at, &mut colour);
        write_dac(bios, index, colour);
        index = index.wrapping_add(1);
        at = at.offset(3);
    }
}

/// AL=13h: BL=00h: four pages of 64 colours or sixteen of 16 (BH bit 0); BL=01h: page BH.
fn int10_1013_colour_page(bios: &mut Bios<'_>, bl: u8, bh: u8) {
    let control = read_attribute(bios, MODE_CONTROL);
    if bl == 0 {
        write_attribute(bios, MODE_CONTROL, if bh & 1 != 0 { control | PAGES_OF_16 } else { control & !PAGES_OF_16 });
    } else {
        let page = if control & PAGES_OF_16 != 0 { bh } else { bh << 2 };
        write_attribute(bios, COLOUR_SELECT, page & 0x0F);
    }
}

/// AL=15h: DH, CH, CL = DAC register BL.
fn int10_1015_read_dac(bios: &mut Bios<'_>, index: u8) {
    let [r, g, b] = read_dac(bios, index);
    bios.regs.set_dh(r);
    bios.regs.set_cx(u16::from_be_bytes([g, b]));
}

/// AL=17h: CX DAC registers from BL on, to ES:DX.
fn int10_1017_read_dac_block(bios: &mut Bios<'_>) {
    let mut at = bios.regs.far(Seg::Es, bios.regs.dx());
    let mut index = bios.regs.bl();
    for _ in 0..bios.regs.cx().min(256) {
        let colour = read_dac(bios, index);
        bios.mem.write_bytes(at, &colour);
        index = index.wrapping_add(1);
        at = at.offset(3);
    }
}

/// AL=1Ah: BL = paging mode, BH = page.
fn int10_101a_read_colour_page(bios: &mut Bios<'_>) {
    let of_16 = read_attribute(bios, MODE_CONTROL) & PAGES_OF_16 != 0;
    let page = read_attribute(bios, COLOUR_SELECT) & 0x0F;
    bios.regs.set_bl(u8::from(of_16));
    bios.regs.set_bh(if of_16 { page } else { page >> 2 });
}

/// AL=1Bh: turns CX DAC registers from BL on to grey.
fn int10_101b_sum_to_grey(bios: &mut Bios<'_>) {
    let mut index = bios.regs.bl();
    for _ in 0..bios.regs.cx().min(256) {
        let colour = read_dac(bios, index);
        write_dac(bios, index, grey(colour));
        index = index.wrapping_add(1);
    }
}

fn write_dac(bios: &mut Bios<'_>, index: u8, colour: [u8; 3]) {
    bios.write_port(DAC_WRITE_INDEX, index);
    for part in colour {
        bios.write_port(DAC_DATA, part);
    }
}

fn read_dac(bios: &mut Bios<'_>, index: u8) -> [u8; 3] {
    bios.write_port(DAC_READ_INDEX, index);
    [bios.read_port(DAC_DATA), bios.read_port(DAC_DATA), bios.read_port(DAC_DATA)]
}

#[cfg(test)]
mod tests {
    use crate::bios::testing::Machine;
    use crate::screen::Rgb;
    use crate::types::PhysAddr;

    #[test]
    fn a_dac_colour_reads_back_and_shows() {
        let mut machine = Machine::new();
        machine.regs.set_bx(7);
        machine.regs.set_dx(0x3F00);
        machine.regs.set_cx(0x0020);
        machine.service_ax(0x10, 0x1010);
        machine.regs.set_cx(0);
        machine.regs.set_dx(0);
        machine.service_ax(0x10, 0x1015);
        assert_eq!((machine.regs.dh(), machine.regs.cx()), (0x3F, 0x0020));
        assert_eq!(machine.screen().palette[7].r, 0xFF);
        machine.service_ax(0x10, 0x0003);
        assert_ne!(machine.screen().palette[7].r, 0xFF, "a mode set restores the colours");
    }

    #[test]
    fn the_sixteen_colours_are_those_of_a_cga() {
        let palette = Machine::new().screen().palette;
        let grey = |level| Rgb { r: level, g: level, b: level };
        assert_eq!((palette[0], palette[15]), (grey(0x00), grey(0xFF)));
        assert_eq!((palette[7], palette[8]), (grey(0xAA), grey(0x55)));
        assert_eq!(palette[6], Rgb { r: 0xAA, g: 0x55, b: 0x00 });
    }

    #[test]
    fn blinking_can_be_traded_for_bright_backgrounds() {
        let mut machine = Machine::new();
        machine.regs.set_bx(0);
        machine.service_ax(0x10, 0x1003);
        assert!(!machine.screen().blink);
        machine.regs.set_bx(1);
        machine.service_ax(0x10, 0x1003);
        assert!(machine.screen().blink);
    }

    #[test]
    fn palette_registers_survive_a_round_trip_through_memory() {
        let mut machine = Machine::new();
        let palette: Vec<u8> = (0..17).map(|index| 0x3F - index).collect();
        machine.mem.write_bytes(PhysAddr(0x30000), &palette);
        machine.regs.set_es(0x3000);
        machine.regs.set_dx(0);
        machine.service_ax(0x10, 0x1002);
        machine.regs.set_dx(0x100);
        machine.service_ax(0x10, 0x1009);
        let mut read = [0; 17];
        machine.mem.read_bytes(PhysAddr(0x30100), &mut read);
        assert_eq!(read[..], palette[..]);
    }

    #[test]
    fn grey_scales_keep_their_level() {
        let mut machine = Machine::new();
        machine.regs.set_bx(0);
        machine.regs.set_cx(64);
        machine.service_ax(0x10, 0x101B);
        for colour in machine.screen().palette {
            assert!(colour.r == colour.g && colour.g == colour.b);
        }
        assert_eq!(machine.screen().palette[7].r, 0xAA);
    }
}
