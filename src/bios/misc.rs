//! The small services: INT 05h, 11h, 12h, 14h, 17h.

use super::{Bios, Outcome, bda};

/// 40:100 after a print that failed.
const PRINT_FAILED: u8 = 0xFF;
/// Line status: time-out. Source: INT 14h, AH.
const SERIAL_TIMEOUT: u8 = 0x80;
/// Printer status: I/O error and time-out. Source: INT 17h, AH.
const PRINTER_ABSENT: u8 = 0x09;

/// INT 05h: prints the screen.
///
/// Gap: there is no printer, so it fails, which 40:100 says.
pub(super) fn int05_print_screen(bios: &mut Bios<'_>) -> Outcome {
    bda::PRINT_SCREEN.set(&mut bios.mem, PRINT_FAILED);
    Outcome::Done
}

/// INT 11h: AX = equipment word.
pub(super) fn int11_equipment(bios: &mut Bios<'_>) -> Outcome {
    let word = bda::EQUIPMENT.get(&bios.mem);
    bios.regs.set_ax(word);
    Outcome::Looked
}

/// INT 12h: AX = conventional memory in KiB.
pub(super) fn int12_memory_size(bios: &mut Bios<'_>) -> Outcome {
    let word = bda::MEMORY_KB.get(&bios.mem);
    bios.regs.set_ax(word);
    Outcome::Looked
}

/// INT 14h: serial ports.
///
/// Gap: there are none; every function times out.
pub(super) fn int14_serial(bios: &mut Bios<'_>) -> Outcome {
    bios.regs.set_ah(SERIAL_TIMEOUT);
    Outcome::Done
}

/// INT 17h: printers.
///
/// Gap: there are none; every function times out.
pub(super) fn int17_printer(bios: &mut Bios<'_>) -> Outcome {
    bios.regs.set_ah(PRINTER_ABSENT);
    Outcome::Done
}
