//! The BIOS data area at segment 0040h, field by field.
//!
//! | offset | size | field |
//! | --- | --- | --- |
//! | 00h | 4 words | [`COM_PORTS`]: base ports of COM1–COM4, 0 if absent |
//! | 08h | 3 words | [`LPT_PORTS`]: base ports of LPT1–LPT3, 0 if absent |
//! | 0Eh | word | [`EBDA_SEGMENT`]: extended BIOS data area, 0 if there is none |
//! | 10h | word | [`EQUIPMENT`]: what INT 11h returns |
//! | 13h | word | [`MEMORY_KB`]: what INT 12h returns |
//! | 17h | byte | [`SHIFT_FLAGS`]: bits of [`shift`] |
//! | 18h | byte | [`SHIFT_FLAGS_2`]: bits of [`shift2`] |
//! | 19h | byte | [`ALT_CODE`]: code being entered with Alt and the keypad |
//! | 1Ah | word | [`BUFFER_HEAD`]: next word to read from the keyboard buffer |
//! | 1Ch | word | [`BUFFER_TAIL`]: next free word |
//! | 1Eh | 16 words | [`BUFFER`]: the keyboard buffer, while 80h and 82h say so |
//! | 3Eh | byte | [`FLOPPY_RECALIBRATE`] |
//! | 3Fh | byte | [`MOTOR_STATUS`] |
//! | 40h | byte | [`MOTOR_TICKS`]: ticks until the floppy motors stop |
//! | 41h | byte | [`FLOPPY_STATUS`] of the last INT 13h on a floppy |
//! | 49h | byte | [`VIDEO_MODE`] |
//! | 4Ah | word | [`VIDEO_COLS`] |
//! | 4Ch | word | [`VIDEO_PAGE_BYTES`] |
//! | 4Eh | word | [`VIDEO_PAGE_START`]: offset of the active page |
//! | 50h | 8 words | [`CURSOR_POSITIONS`]: column low, row high, one for each page |
//! | 60h | word | [`CURSOR_SHAPE`]: end line low, start line high, as the guest asked for it |
//! | 62h | byte | [`ACTIVE_PAGE`] |
//! | 63h | word | [`CRTC_PORT`]: 3D4h, or 3B4h in mode 7 |
//! | 65h | byte | [`CGA_MODE`]: what a CGA's mode register would hold |
//! | 66h | byte | [`CGA_PALETTE`]: what a CGA's colour register would hold |
//! | 6Bh | byte | [`UNEXPECTED_IRQ`]: request lines of the last interrupt nobody expected |
//! | 6Ch | dword | [`TICKS`] since midnight |
//! | 70h | byte | [`MIDNIGHT`]: 1 once the ticks have wrapped |
//! | 71h | byte | [`BREAK_FLAG`]: bit 7 set by Ctrl-Break |
//! | 72h | word | [`RESET_FLAG`]: 1234h for a warm start |
//! | 74h | byte | [`HARD_DISK_STATUS`] of the last INT 13h on a hard disk |
//! | 75h | byte | [`HARD_DISKS`] |
//! | 78h | 3 bytes | [`LPT_TIMEOUTS`] |
//! | 7Ch | 4 bytes | [`COM_TIMEOUTS`] |
//! | 80h | word | [`BUFFER_START`] |
//! | 82h | word | [`BUFFER_END`]: first byte behind the buffer |
//! | 84h | byte | [`ROWS_MINUS_1`] |
//! | 85h | word | [`CHAR_HEIGHT`] in scan lines |
//! | 87h | byte | [`VIDEO_CONTROL`]: bits of [`video_control`] |
//! | 88h | byte | [`VIDEO_SWITCHES`] |
//! | 89h | byte | [`VIDEO_OPTIONS`]: bits of [`video_options`] |
//! | 8Ah | byte | [`DISPLAY_CODE`]: display combination |
//! | 96h | byte | [`KEYBOARD_STATE`]: bits of [`kbd3`] |
//! | 97h | byte | [`KEYBOARD_LEDS`]: bits of [`leds`] |
//! | 98h | dword | [`WAIT_FLAG_POINTER`]: byte whose bit 7 the end of an INT 15h/AH=83h wait sets |
//! | 9Ch | dword | [`WAIT_MICROSECONDS`] left |
//! | A0h | byte | [`WAIT_ACTIVE`]: bit 0 while such a wait runs |
//! | A8h | dword | [`VIDEO_SAVE_POINTER`] |
//! | 100h | byte | [`PRINT_SCREEN`]: 0 ready, 1 busy, FFh failed |
//!
//! Source: IBM PC AT and PS/2 BIOS interface technical references; the VGA's part from the VGA
//! interface reference.

use crate::mem::{GuestMemory, Memory};
use crate::types::{PhysAddr, SegOff};

/// Segment of the area.
pub const SEGMENT: u16 = 0x40;

/// A byte of the area, by offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Byte(pub u16);

/// A word of the area, by offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word(pub u16);

/// A doubleword of the area, by offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dword(pub u16);

impl Byte {
    /// Where the field lies.
    #[must_use]
    pub fn at(self) -> SegOff {
        SegOff::new(SEGMENT, self.0)
    }

    /// The field's value.
    #[must_use]
    pub fn get(self, mem: &GuestMemory<'_>) -> u8 {
        mem.read_u8(self.at())
    }

    /// Sets the field.
    pub fn set(self, mem: &mut GuestMemory<'_>, value: u8) {
        mem.write_u8(self.at(), value);
    }

    /// Sets or clears the bits of `mask`.
    pub fn put_bits(self, mem: &mut GuestMemory<'_>, mask: u8, on: bool) {
        let old = self.get(mem);
        self.set(mem, if on { old | mask } else { old & !mask });
    }

    /// True if a bit of `mask` is set.
    #[must_use]
    pub fn has(self, mem: &GuestMemory<'_>, mask: u8) -> bool {
        self.get(mem) & mask != 0
    }

    /// The `index`th byte from this one on.
    #[must_use]
    pub fn nth(self, index: u16) -> Byte {
        Byte(self.0 + index)
    }
}

impl Word {
    /// Where the field lies.
    #[must_use]
    pub fn at(self) -> SegOff {
        SegOff::new(SEGMENT, self.0)
    }

    /// The field's value.
    #[must_use]
    pub fn get(self, mem: &GuestMemory<'_>) -> u16 {
        mem.read_u16(self.at())
    }

    /// Sets the field.
    pub fn set(self, mem: &mut GuestMemory<'_>, value: u16) {
        mem.write_u16(self.at(), value);
    }

    /// The `index`th word from this one on.
    #[must_use]
    pub fn nth(self, index: u16) -> Word {
        Word(self.0 + 2 * index)
    }
}

impl Dword {
    /// Where the field lies.
    #[must_use]
    pub fn at(self) -> SegOff {
        SegOff::new(SEGMENT, self.0)
    }

    /// The field's value.
    #[must_use]
    pub fn get(self, mem: &GuestMemory<'_>) -> u32 {
        mem.read_u32(self.at())
    }

    /// Sets the field.
    pub fn set(self, mem: &mut GuestMemory<'_>, value: u32) {
        mem.write_u32(self.at(), value);
    }
}

macro_rules! fields {
    ($($name:ident = $kind:ident($off:literal);)*) => {$(
        #[doc = concat!("Offset ", stringify!($off), "; see the table above.")]
        pub const $name: $kind = $kind($off);
    )*};
}

fields! {
    COM_PORTS = Word(0x00);
    LPT_PORTS = Word(0x08);
    EBDA_SEGMENT = Word(0x0E);
    EQUIPMENT = Word(0x10);
    MEMORY_KB = Word(0x13);
    SHIFT_FLAGS = Byte(0x17);
    SHIFT_FLAGS_2 = Byte(0x18);
    ALT_CODE = Byte(0x19);
    BUFFER_HEAD = Word(0x1A);
    BUFFER_TAIL = Word(0x1C);
    BUFFER = Word(0x1E);
    FLOPPY_RECALIBRATE = Byte(0x3E);
    MOTOR_STATUS = Byte(0x3F);
    MOTOR_TICKS = Byte(0x40);
    FLOPPY_STATUS = Byte(0x41);
    VIDEO_MODE = Byte(0x49);
    VIDEO_COLS = Word(0x4A);
    VIDEO_PAGE_BYTES = Word(0x4C);
    VIDEO_PAGE_START = Word(0x4E);
    CURSOR_POSITIONS = Word(0x50);
    CURSOR_SHAPE = Word(0x60);
    ACTIVE_PAGE = Byte(0x62);
    CRTC_PORT = Word(0x63);
    CGA_MODE = Byte(0x65);
    CGA_PALETTE = Byte(0x66);
    UNEXPECTED_IRQ = Byte(0x6B);
    TICKS = Dword(0x6C);
    MIDNIGHT = Byte(0x70);
    BREAK_FLAG = Byte(0x71);
    RESET_FLAG = Word(0x72);
    HARD_DISK_STATUS = Byte(0x74);
    HARD_DISKS = Byte(0x75);
    LPT_TIMEOUTS = Byte(0x78);
    COM_TIMEOUTS = Byte(0x7C);
    BUFFER_START = Word(0x80);
    BUFFER_END = Word(0x82);
    ROWS_MINUS_1 = Byte(0x84);
    CHAR_HEIGHT = Word(0x85);
    VIDEO_CONTROL = Byte(0x87);
    VIDEO_SWITCHES = Byte(0x88);
    VIDEO_OPTIONS = Byte(0x89);
    DISPLAY_CODE = Byte(0x8A);
    KEYBOARD_STATE = Byte(0x96);
    KEYBOARD_LEDS = Byte(0x97);
    WAIT_FLAG_POINTER = Dword(0x98);
    WAIT_MICROSECONDS = Dword(0x9C);
    WAIT_ACTIVE = Byte(0xA0);
    VIDEO_SAVE_POINTER = Dword(0xA8);
    PRINT_SCREEN = Byte(0x100);
}

/// Bits of [`SHIFT_FLAGS`].
pub mod shift {
    /// Right Shift is down.
    pub const RIGHT: u8 = 0x01;
    /// Left Shift is down.
    pub const LEFT: u8 = 0x02;
    /// A Ctrl key is down.
    pub const CTRL: u8 = 0x04;
    /// An Alt key is down.
    pub const ALT: u8 = 0x08;
    /// Scroll Lock is on.
    pub const SCROLL: u8 = 0x10;
    /// Num Lock is on.
    pub const NUM: u8 = 0x20;
    /// Caps Lock is on.
    pub const CAPS: u8 = 0x40;
    /// Insert mode is on.
    pub const INSERT: u8 = 0x80;
}

/// Bits of [`SHIFT_FLAGS_2`].
pub mod shift2 {
    /// Left Ctrl is down.
    pub const LEFT_CTRL: u8 = 0x01;
    /// Left Alt is down.
    pub const LEFT_ALT: u8 = 0x02;
    /// SysRq is down.
    pub const SYSRQ: u8 = 0x04;
    /// The machine pauses until a key is pressed.
    pub const PAUSE: u8 = 0x08;
    /// Scroll Lock is down.
    pub const SCROLL: u8 = 0x10;
    /// Num Lock is down.
    pub const NUM: u8 = 0x20;
    /// Caps Lock is down.
    pub const CAPS: u8 = 0x40;
    /// Insert is down.
    pub const INSERT: u8 = 0x80;
}

/// Bits of [`KEYBOARD_STATE`].
pub mod kbd3 {
    /// The last byte was E1h.
    pub const LAST_E1: u8 = 0x01;
    /// The last byte was E0h.
    pub const LAST_E0: u8 = 0x02;
    /// Right Ctrl is down.
    pub const RIGHT_CTRL: u8 = 0x04;
    /// Right Alt is down.
    pub const RIGHT_ALT: u8 = 0x08;
    /// The keyboard has 101 or 102 keys.
    pub const ENHANCED: u8 = 0x10;
}

/// Bits of [`KEYBOARD_LEDS`].
pub mod leds {
    /// Scroll, Num and Caps Lock lights, bits 0–2.
    pub const LIGHTS: u8 = 0x07;
    /// The keyboard acknowledged a command.
    pub const ACK: u8 = 0x10;
    /// The keyboard asked for a command again.
    pub const RESEND: u8 = 0x20;
}

/// Bits of [`VIDEO_CONTROL`].
pub mod video_control {
    /// Cursor shapes are taken as they are, not scaled to the character height.
    pub const NO_CURSOR_EMULATION: u8 = 0x01;
    /// Memory of 256 KiB.
    pub const MEMORY_256K: u8 = 0x60;
    /// The last mode was set without clearing memory.
    pub const NO_CLEAR: u8 = 0x80;
}

/// Bits of [`VIDEO_OPTIONS`].
pub mod video_options {
    /// A VGA is active.
    pub const VGA: u8 = 0x01;
    /// Colours are summed to grey.
    pub const GREY: u8 = 0x02;
    /// Setting a mode leaves the DAC alone.
    pub const KEEP_PALETTE: u8 = 0x08;
    /// 400 scan lines at the next text mode.
    pub const LINES_400: u8 = 0x10;
    /// 200 scan lines at the next text mode; neither bit: 350.
    pub const LINES_200: u8 = 0x80;
}

/// Keys in the keyboard buffer that the guest has still to read.
#[must_use]
pub fn keys_waiting(mem: &Memory) -> usize {
    let word = |field: Word| u32::from(mem.read_u16(PhysAddr(field.at().linear().0)));
    let (head, tail) = (word(BUFFER_HEAD), word(BUFFER_TAIL));
    let size = word(BUFFER_END).saturating_sub(word(BUFFER_START));
    let bytes = if tail >= head { tail - head } else { (tail + size).saturating_sub(head) };
    (bytes / 2) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lie_where_programs_look_for_them() {
        let mut mem = Memory::new(0x1000);
        let mut guest = GuestMemory::new(&mut mem, false);
        EQUIPMENT.set(&mut guest, 0x0021);
        TICKS.set(&mut guest, 0x0012_3456);
        CURSOR_POSITIONS.nth(3).set(&mut guest, 0x0102);
        SHIFT_FLAGS.put_bits(&mut guest, shift::CAPS | shift::NUM, true);
        SHIFT_FLAGS.put_bits(&mut guest, shift::NUM, false);
        let mut bytes = [0; 4];
        mem.read_bytes(PhysAddr(0x46C), &mut bytes);
        assert_eq!(bytes, [0x56, 0x34, 0x12, 0x00]);
        assert_eq!(mem.read_u16(PhysAddr(0x410)), 0x0021);
        assert_eq!(mem.read_u16(PhysAddr(0x456)), 0x0102);
        assert_eq!(mem.read_u8(PhysAddr(0x417)), 0x40);
    }

    #[test]
    fn keys_are_counted_across_the_end_of_the_buffer() {
        let mut mem = Memory::new(0x1000);
        for (at, value) in [(0x480, 0x1E), (0x482, 0x3E), (0x41A, 0x3A), (0x41C, 0x20)] {
            mem.write_u16(PhysAddr(at), value);
        }
        assert_eq!(keys_waiting(&mem), 3);
    }
}
