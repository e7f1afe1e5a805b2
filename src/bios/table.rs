//! Which service number runs which service.

use super::{
    Bios, Outcome, boot, disk_13h, keyboard_09h, keyboard_16h, misc, pointing, system_15h, time_1ah, unexpected,
    video_10h,
};

/// Service numbers, as they follow a trap in the ROM: the interrupt's own where there is one.
pub mod service {
    /// Exceptions that nothing has hooked; the number is the vector.
    pub const EXCEPTIONS: [u8; 5] = [0x00, 0x06, 0x07, 0x0C, 0x0D];
    /// INT 05h.
    pub const PRINT_SCREEN: u8 = 0x05;
    /// The counting part of INT 08h.
    pub const TICK: u8 = 0x08;
    /// The translating part of INT 09h.
    pub const SCAN_CODE: u8 = 0x09;
    /// INT 10h.
    pub const VIDEO: u8 = 0x10;
    /// INT 11h.
    pub const EQUIPMENT: u8 = 0x11;
    /// INT 12h.
    pub const MEMORY_SIZE: u8 = 0x12;
    /// INT 13h and INT 40h.
    pub const DISK: u8 = 0x13;
    /// INT 14h.
    pub const SERIAL: u8 = 0x14;
    /// INT 15h.
    pub const SYSTEM: u8 = 0x15;
    /// INT 16h.
    pub const KEYBOARD: u8 = 0x16;
    /// INT 17h.
    pub const PRINTER: u8 = 0x17;
    /// INT 18h.
    pub const BASIC: u8 = 0x18;
    /// The loading part of INT 19h.
    pub const BOOT: u8 = 0x19;
    /// INT 1Ah.
    pub const TIME: u8 = 0x1A;
    /// The counting part of INT 70h.
    pub const RTC_INTERRUPT: u8 = 0x70;
    /// The reading part of INT 74h.
    pub const POINTER: u8 = 0x74;
    /// INT 33h, where there is a mouse driver. Not the BIOS's own.
    pub const MOUSE: u8 = 0x33;
    /// What the mouse driver's handler does with a packet. Not the BIOS's own.
    pub const MOUSE_EVENT: u8 = 0xF3;
    /// A hardware interrupt that nothing has hooked.
    pub const UNEXPECTED_IRQ: u8 = 0xF0;
    /// The waiting part of the Pause key.
    pub const PAUSE: u8 = 0xF1;
    /// The entry to the power-on self test.
    pub const RESTART: u8 = 0xF2;
}

/// Runs service `number`.
pub(super) fn dispatch(number: u8, bios: &mut Bios<'_>) -> Outcome {
    match number {
        0x00 | 0x06 | 0x07 => Outcome::Unhandled(number),
        0x0C | 0x0D => unexpected::exception_or_irq(bios, number),
        service::PRINT_SCREEN => misc::int05_print_screen(bios),
        service::TICK => time_1ah::int08_tick(bios),
        service::SCAN_CODE => keyboard_09h::int09_scan_code(bios),
        service::VIDEO => video_10h::call(bios),
        service::EQUIPMENT => misc::int11_equipment(bios),
        service::MEMORY_SIZE => misc::int12_memory_size(bios),
        service::DISK => disk_13h::call(bios),
        service::SERIAL => misc::int14_serial(bios),
        service::SYSTEM => system_15h::call(bios),
        service::KEYBOARD => keyboard_16h::call(bios),
        service::PRINTER => misc::int17_printer(bios),
        service::BASIC => boot::int18_no_basic(bios),
        service::BOOT => boot::int19_boot(bios),
        service::TIME => time_1ah::call(bios),
        service::RTC_INTERRUPT => time_1ah::int70_rtc(bios),
        service::POINTER => pointing::int74_byte(bios),
        service::UNEXPECTED_IRQ => unexpected::unexpected_irq(bios),
        service::PAUSE => keyboard_09h::pause(bios),
        service::RESTART => Outcome::Reboot,
        _ => unknown(number),
    }
}

/// A trap in the ROM that no stub holds: the guest jumped into the middle of one.
fn unknown(number: u8) -> Outcome {
    tracing::warn!(number, "trap without a service in the ROM");
    Outcome::Done
}
