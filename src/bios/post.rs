//! Power-on self test: vectors, BIOS data area, chips, text mode 3, and off to the boot stub.

use super::{Bios, bda, disk_13h, rom, time_1ah, video_modes};
use crate::types::SegOff;

/// The stack the boot stub starts with: the unused end of the vector table, as on an AT.
const STACK: SegOff = SegOff { seg: 0x30, off: 0x100 };
/// Conventional memory. There is no extended BIOS data area to take from it. *Units*: KiB.
const CONVENTIONAL_KB: u16 = 640;
/// Start and end of the keyboard buffer within the BIOS data area.
const KEYBOARD_BUFFER: (u16, u16) = (0x1E, 0x3E);
/// Equipment word: floppy drives are present.
const EQUIPMENT_FLOPPY: u16 = 0x0001;
/// Equipment word: a coprocessor is present.
const EQUIPMENT_COPROCESSOR: u16 = 0x0002;
/// Equipment word: a pointing device is present.
const EQUIPMENT_POINTING: u16 = 0x0004;
/// Equipment word: two floppy drives.
const EQUIPMENT_SECOND_FLOPPY: u16 = 0x0040;
/// CMOS register with the equipment byte, and its bit for a coprocessor.
const CMOS_EQUIPMENT: u8 = 0x14;
const CMOS_COPROCESSOR: u8 = 0x02;
/// Mask port of the second 8259A, and its line for the coprocessor's errors, IRQ13.
const SECOND_MASK: u16 = 0xA1;
const COPROCESSOR_LINE: u8 = 1 << 5;
/// The second 8259A's line for the mouse, IRQ12.
const MOUSE_LINE: u8 = 1 << 4;
/// The 8042's command byte with a mouse: as without one, and its interrupt.
const KBC_WITH_MOUSE: [(u16, u8); 2] = [(0x64, 0x60), (0x60, 0x47)];
/// Equipment word: 80×25 in colour at power-on.
const EQUIPMENT_COLOUR: u16 = 0x0020;

/// Runs the self test; see [`super::post`].
pub(super) fn run(bios: &mut Bios<'_>) {
    fill_vectors(bios);
    fill_data_area(bios);
    disk_13h::install_parameter_tables(bios);
    start_chips(bios);
    video_modes::set_mode(bios, 3);
    time_1ah::set_ticks_from_clock(bios);
    let start = rom::boot();
    bios.regs.set_cs(start.seg);
    bios.regs.eip = u32::from(start.off);
    bios.regs.set_ss(STACK.seg);
    bios.regs.gpr[crate::cpu::regs::Gpr::Esp as usize] = u32::from(STACK.off);
    bios.regs.set_ds(0);
    bios.regs.set_es(0);
}

fn fill_vectors(bios: &mut Bios<'_>) {
    for (index, vector) in (0u16..).zip(rom::vectors()) {
        bios.mem.write_far(SegOff::new(0, index * 4), vector);
    }
    if bios.board.has_mouse() {
        bios.mem.write_far(SegOff::new(0, 0x74 * 4), rom::pointer_interrupt());
    }
}

fn fill_data_area(bios: &mut Bios<'_>) {
    bios.mem.write_bytes(SegOff::new(bda::SEGMENT, 0), &[0; 0x101]);
    let coprocessor = if has_coprocessor(bios) { EQUIPMENT_COPROCESSOR } else { 0 };
    let mouse = if bios.board.has_mouse() { EQUIPMENT_POINTING } else { 0 };
    let equipment = equipment(bios) | coprocessor | mouse;
    let disks = u8::try_from(bios.drives.hard_disks.len()).unwrap_or(u8::MAX);
    let mem = &mut bios.mem;
    bda::EQUIPMENT.set(mem, equipment);
    bda::MEMORY_KB.set(mem, CONVENTIONAL_KB);
    bda::HARD_DISKS.set(mem, disks);
    bda::BUFFER_HEAD.set(mem, KEYBOARD_BUFFER.0);
    bda::BUFFER_TAIL.set(mem, KEYBOARD_BUFFER.0);
    bda::BUFFER_START.set(mem, KEYBOARD_BUFFER.0);
    bda::BUFFER_END.set(mem, KEYBOARD_BUFFER.1);
    bda::KEYBOARD_STATE.set(mem, bda::kbd3::ENHANCED);
    for port in 0..4 {
        bda::COM_TIMEOUTS.nth(port).set(mem, 1);
    }
    for port in 0..3 {
        bda::LPT_TIMEOUTS.nth(port).set(mem, 0x14);
    }
    bda::VIDEO_CONTROL.set(mem, bda::video_control::MEMORY_256K);
    // Switches of an EGA with an enhanced colour display, and no feature connector.
    bda::VIDEO_SWITCHES.set(mem, 0xF9);
    bda::VIDEO_OPTIONS.set(mem, bda::video_options::VGA | bda::video_options::LINES_400);
    bda::DISPLAY_CODE.set(mem, 0x08);
    mem.write_far(bda::VIDEO_SAVE_POINTER.at(), rom::video_save_pointers());
}

/// The CMOS memory knows; a self test that executes floating-point instructions would find the same.
fn has_coprocessor(bios: &mut Bios<'_>) -> bool {
    time_1ah::read_cmos(bios, CMOS_EQUIPMENT) & CMOS_COPROCESSOR != 0
}

fn equipment(bios: &Bios<'_>) -> u16 {
    match bios.drives.floppy_count() {
        0 => EQUIPMENT_COLOUR,
        1 => EQUIPMENT_COLOUR | EQUIPMENT_FLOPPY,
        _ => EQUIPMENT_COLOUR | EQUIPMENT_FLOPPY | EQUIPMENT_SECOND_FLOPPY,
    }
}

/// Port writes that bring the chips up, in order.
///
/// Source: 8259A, 8254 and 8042 data sheets; IBM PC AT Technical Reference for the values.
const CHIP_START: &[(u16, u8)] = &[
    // First 8259A: edge-triggered, cascade, vectors 08h-0Fh, second one on line 2, 8086 mode.
    (0x20, 0x11),
    (0x21, 0x08),
    (0x21, 0x04),
    (0x21, 0x01),
    // Second 8259A: vectors 70h-77h.
    (0xA0, 0x11),
    (0xA1, 0x70),
    (0xA1, 0x02),
    (0xA1, 0x01),
    // Lines 0, 1, 2 and 8 are open.
    (0x21, 0xF8),
    (0xA1, 0xFE),
    // Counter 0: mode 3, 65536; counter 1: mode 2, 18 (memory refresh); counter 2: mode 3.
    (0x43, 0x36),
    (0x40, 0x00),
    (0x40, 0x00),
    (0x43, 0x54),
    (0x41, 0x12),
    (0x43, 0xB6),
    (0x42, 0x33),
    (0x42, 0x05),
    // Speaker off, parity checks as an AT leaves them.
    (0x61, 0x00),
    // 8042: translate to set 1, self test passed, interrupt on key; keyboard on.
    (0x64, 0x60),
    (0x60, 0x45),
    (0x64, 0xAE),
    // MC146818: 32768 Hz, 1024 Hz periodic rate; 24 hours, BCD, no interrupts; index left at 0Dh.
    (0x70, 0x0A),
    (0x71, 0x26),
    (0x70, 0x0B),
    (0x71, 0x02),
    (0x70, 0x0D),
];

fn start_chips(bios: &mut Bios<'_>) {
    for &(port, value) in CHIP_START {
        bios.write_port(port, value);
    }
    let coprocessor = if has_coprocessor(bios) { COPROCESSOR_LINE } else { 0 };
    let mouse = if bios.board.has_mouse() { MOUSE_LINE } else { 0 };
    let mask = bios.read_port(SECOND_MASK);
    bios.write_port(SECOND_MASK, mask & !(coprocessor | mouse));
    if mouse != 0 {
        KBC_WITH_MOUSE.iter().for_each(|&(port, value)| bios.write_port(port, value));
    }
    // Whatever the keyboard sent before now, and interrupts the clock has pending, are stale.
    bios.read_port(0x60);
    time_1ah::read_cmos(bios, 0x0C);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bios::testing::Machine;
    use crate::types::PhysAddr;

    #[test]
    fn the_machine_starts_at_the_boot_stub_with_the_stack_of_an_at() {
        let machine = Machine::new();
        assert_eq!(machine.regs.cs_ip(), SegOff::new(0xF000, 0xE6F2));
        assert_eq!(machine.regs.ss_sp(), SegOff::new(0x30, 0x100));
    }

    #[test]
    fn the_data_area_describes_the_machine() {
        let machine = Machine::new();
        let word = |at| machine.mem.read_u16(PhysAddr(at));
        let byte = |at| machine.mem.read_u8(PhysAddr(at));
        assert_eq!(word(0x413), 640);
        assert_eq!(word(0x410) & 0x32, 0x22, "80 columns in colour, a coprocessor");
        assert_eq!((byte(0x449), word(0x44A), word(0x44C), byte(0x484), word(0x485)), (3, 80, 0x1000, 24, 16));
        assert_eq!((word(0x41A), word(0x41C), word(0x480), word(0x482)), (0x1E, 0x1E, 0x1E, 0x3E));
        assert_eq!(word(0x463), 0x3D4);
        assert_eq!(word(0x40E), 0, "no extended BIOS data area");
    }

    #[test]
    fn timer_keyboard_clock_and_coprocessor_may_interrupt_and_nothing_else() {
        let mut machine = Machine::new();
        assert_eq!((machine.read_port(0x21), machine.read_port(0xA1)), (0xF8, 0xDE));
        machine.now += std::time::Duration::from_millis(60);
        machine.board.advance(machine.now);
        assert!(machine.board.interrupt_pending());
        assert_eq!(machine.board.acknowledge(), crate::types::Vector(0x08));
    }

    #[test]
    fn a_mouse_is_in_the_equipment_word_and_may_interrupt() {
        let mut machine = Machine::with_mouse();
        assert_eq!(machine.mem.read_u16(PhysAddr(0x410)) & 0x04, 0x04);
        assert_eq!(machine.read_port(0xA1), 0xCE);
        assert_ne!(machine.mem.read_u32(PhysAddr(0x74 * 4)), machine.mem.read_u32(PhysAddr(0x73 * 4)));
        assert_eq!(Machine::new().mem.read_u16(PhysAddr(0x410)) & 0x04, 0);
    }

    #[test]
    fn the_tick_count_starts_at_the_time_of_day() {
        let machine = Machine::new();
        // 10:20:30 after midnight, at 18.2065 ticks a second.
        assert_eq!(machine.mem.read_u32(PhysAddr(0x46C)), 677_828);
    }

    #[test]
    fn one_floppy_drive_is_always_there() {
        let machine = Machine::new();
        assert_eq!(machine.mem.read_u16(PhysAddr(0x410)) & 0xC1, 0x01, "one drive");
    }

    #[test]
    fn the_display_shows_an_empty_text_screen_with_a_cursor() {
        let screen = Machine::new().screen();
        assert_eq!((screen.cols, screen.rows, screen.cell_height, screen.mode), (80, 25, 16, 3));
        let cursor = screen.cursor.unwrap();
        assert_eq!((cursor.row, cursor.col, cursor.start, cursor.end), (0, 0, 13, 14));
        assert_eq!(screen.text().trim(), "");
        assert!(screen.blink);
    }

    #[test]
    fn vectors_lead_to_the_entry_points() {
        let machine = Machine::new();
        assert_eq!(machine.mem.read_u32(PhysAddr(0x10 * 4)), 0xF000_F065);
        assert_eq!(machine.mem.read_u32(PhysAddr(0x1E * 4)), 0xF000_EFC7);
        assert_eq!(machine.mem.read_u32(PhysAddr(0x66 * 4)), 0);
    }
}
