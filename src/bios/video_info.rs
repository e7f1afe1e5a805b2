//! INT 10h/AH=12h, 1Ah and 1Bh: options of the adapter and its description.

use super::bda::{self, video_control, video_options};
use super::video_modes::{MONOCHROME, ScanLines};
use super::{Bios, rom, text_page};
use crate::cpu::regs::Seg;

/// AL of 12h after a function that exists.
const SUPPORTED: u8 = 0x12;
/// Sequencer: clocking mode; bit 5 stops the display.
const SEQUENCER: u16 = 0x3C4;
const CLOCKING_MODE: u8 = 0x01;
const SCREEN_OFF: u8 = 0x20;
/// Miscellaneous output: bit 1 lets the processor reach display memory.
const MISC_OUTPUT_WRITE: u16 = 0x3C2;
const MISC_OUTPUT_READ: u16 = 0x3CC;
const MEMORY_ENABLED: u8 = 0x02;

/// AH=12h: the function in BL; AL = 12h if it exists.
pub(super) fn int10_12_select(bios: &mut Bios<'_>) {
    let al = bios.regs.al();
    match bios.regs.bl() {
        0x10 => return int10_12_10_information(bios),
        0x30 => {
            if !int10_12_30_scan_lines(bios, al) {
                return;
            }
        }
        // AL=00h enables what these control, 01h disables it.
        0x31 => bda::VIDEO_OPTIONS.put_bits(&mut bios.mem, video_options::KEEP_PALETTE, al & 1 != 0),
        0x32 => int10_12_32_memory(bios, al & 1 == 0),
        0x33 => bda::VIDEO_OPTIONS.put_bits(&mut bios.mem, video_options::GREY, al & 1 == 0),
        0x34 => bda::VIDEO_CONTROL.put_bits(&mut bios.mem, video_control::NO_CURSOR_EMULATION, al & 1 != 0),
        0x36 => int10_12_36_screen(bios, al & 1 == 0),
        function => {
            tracing::debug!(function, "INT 10h/AH=12h function not offered");
            return;
        }
    }
    bios.regs.set_al(SUPPORTED);
}

/// BL=10h: BH = 1 in mode 7; BL = 3: 256 KiB; CH = feature bits; CL = switches.
fn int10_12_10_information(bios: &mut Bios<'_>) {
    let mono = bda::VIDEO_MODE.get(&bios.mem) == MONOCHROME;
    let switches = bda::VIDEO_SWITCHES.get(&bios.mem);
    bios.regs.set_bx(u16::from_be_bytes([u8::from(mono), 0x03]));
    bios.regs.set_cx(u16::from_be_bytes([switches >> 4, switches & 0x0F]));
}

/// BL=30h: 200, 350 or 400 lines (AL = 0, 1, 2) at the next text mode. False for other values.
fn int10_12_30_scan_lines(bios: &mut Bios<'_>, al: u8) -> bool {
    let bits = match al {
        0 => video_options::LINES_200,
        1 => 0,
        2 => video_options::LINES_400,
        _ => return false,
    };
    let both = video_options::LINES_200 | video_options::LINES_400;
    let old = bda::VIDEO_OPTIONS.get(&bios.mem);
    bda::VIDEO_OPTIONS.set(&mut bios.mem, old & !both | bits);
    true
}

/// BL=32h: the processor's access to display memory.
fn int10_12_32_memory(bios: &mut Bios<'_>, enabled: bool) {
    let old = bios.read_port(MISC_OUTPUT_READ);
    bios.write_port(MISC_OUTPUT_WRITE, if enabled { old | MEMORY_ENABLED } else { old & !MEMORY_ENABLED });
}

/// BL=36h: the picture on or off.
fn int10_12_36_screen(bios: &mut Bios<'_>, on: bool) {
    bios.write_port(SEQUENCER, CLOCKING_MODE);
    let old = bios.read_port(SEQUENCER + 1);
    bios.write_port(SEQUENCER, CLOCKING_MODE);
    bios.write_port(SEQUENCER + 1, if on { old & !SCREEN_OFF } else { old | SCREEN_OFF });
}

/// AH=1Ah: AL=00h: BL = display combination code, BH = 0 (no second display); AL=01h sets it.
pub(super) fn int10_1a_display_code(bios: &mut Bios<'_>) {
    match bios.regs.al() {
        0 => {
            let code = bda::DISPLAY_CODE.get(&bios.mem);
            bios.regs.set_bx(u16::from(code));
        }
        1 => {
            let code = bios.regs.bl();
            bda::DISPLAY_CODE.set(&mut bios.mem, code);
        }
        _ => return,
    }
    bios.regs.set_al(0x1A);
}

/// AH=1Bh, BX=0000h: 64 bytes of functionality and state to ES:DI; AL = 1Bh.
///
/// | offset | size | meaning |
/// | --- | --- | --- |
/// | 00h | dword | far pointer to the static functionality table |
/// | 04h | 30 bytes | 40:49–40:66 |
/// | 22h | byte | rows |
/// | 23h | word | character height |
/// | 25h | 2 bytes | display combination code, active and alternate |
/// | 27h | word | colours, 0 in monochrome |
/// | 29h | byte | pages |
/// | 2Ah | byte | 0, 1, 2 for 200, 350, 400 scan lines |
/// | 2Dh | byte | bit 1 grey, 2 monochrome, 3 palette kept, 4 cursor emulation, 5 blink |
/// | 31h | byte | 3: 256 KiB of display memory |
pub(super) fn int10_1b_state(bios: &mut Bios<'_>) {
    if bios.regs.bx() != 0 {
        return;
    }
    let table = rom::video_functionality();
    let mut state = [0; 64];
    state[0..2].copy_from_slice(&table.off.to_le_bytes());
    state[2..4].copy_from_slice(&table.seg.to_le_bytes());
    bios.mem.read_bytes(bda::VIDEO_MODE.at(), &mut state[0x04..0x22]);
    state[0x22] = text_page::rows(bios).to_le_bytes()[0];
    state[0x23..0x25].copy_from_slice(&bda::CHAR_HEIGHT.get(&bios.mem).to_le_bytes());
    state[0x25] = bda::DISPLAY_CODE.get(&bios.mem);
    let mono = bda::VIDEO_MODE.get(&bios.mem) == MONOCHROME;
    state[0x27] = if mono { 0 } else { 16 };
    state[0x29] = text_page::PAGES;
    state[0x2A] = match ScanLines::chosen(bios) {
        ScanLines::L200 => 0,
        ScanLines::L350 => 1,
        ScanLines::L400 => 2,
    };
    state[0x2D] = state_flags(bios, mono);
    state[0x31] = 3;
    let at = bios.regs.far(Seg::Es, bios.regs.di());
    bios.mem.write_bytes(at, &state);
    bios.regs.set_al(0x1B);
}

fn state_flags(bios: &Bios<'_>, mono: bool) -> u8 {
    let options = bda::VIDEO_OPTIONS.get(&bios.mem);
    let emulation = !bda::VIDEO_CONTROL.has(&bios.mem, video_control::NO_CURSOR_EMULATION);
    let blink = bda::CGA_MODE.has(&bios.mem, 0x20);
    u8::from(options & video_options::GREY != 0) << 1
        | u8::from(mono) << 2
        | u8::from(options & video_options::KEEP_PALETTE != 0) << 3
        | u8::from(emulation) << 4
        | u8::from(blink) << 5
}

#[cfg(test)]
mod tests {
    use crate::bios::testing::Machine;
    use crate::types::PhysAddr;

    #[test]
    fn the_adapter_says_it_is_a_vga_in_colour() {
        let mut machine = Machine::new();
        machine.service_ax(0x10, 0x1A00);
        assert_eq!((machine.regs.al(), machine.regs.bx()), (0x1A, 0x0008));
        machine.regs.set_bx(0x0010);
        machine.service_ax(0x10, 0x1200);
        assert_eq!((machine.regs.bx(), machine.regs.cl()), (0x0003, 0x09));
    }

    #[test]
    fn the_state_block_describes_the_mode() {
        let mut machine = Machine::new();
        machine.regs.set_bx(0);
        machine.regs.set_es(0x3000);
        machine.regs.set_di(0);
        machine.service_ax(0x10, 0x1B00);
        assert_eq!(machine.regs.al(), 0x1B);
        let byte = |at: u32| machine.mem.read_u8(PhysAddr(0x30000 + at));
        assert_eq!((byte(0x04), byte(0x05), byte(0x22), byte(0x23)), (3, 80, 25, 16));
        assert_eq!((byte(0x29), byte(0x2A), byte(0x2D)), (8, 2, 0x30));
        let table = machine.mem.read_u32(PhysAddr(0x30000));
        let table = (table >> 16 << 4) + (table & 0xFFFF);
        assert_eq!(machine.mem.read_u8(PhysAddr(table)) & 0x8F, 0x8F, "modes 0 to 3 and 7");
    }

    #[test]
    fn the_monochrome_mode_lives_at_b0000() {
        let mut machine = Machine::new();
        machine.service_ax(0x10, 0x0007);
        machine.service_ax(0x10, 0x0E4D);
        assert_eq!(machine.mem.read_u8(PhysAddr(0xB0000)), b'M');
        assert_eq!(machine.mem.read_u16(PhysAddr(0x463)), 0x3B4);
        machine.service_ax(0x10, 0x1A00);
        assert_eq!(machine.regs.bx(), 0x0007);
    }
}
