//! Versions, switches and errors: AH=2Eh, 30h, 33h, 54h, 59h.

use super::super::frame::Frame;
use super::super::memory_map::{SDA, VERIFY};
use super::super::{Dos, sda};
use super::Answer;
use crate::types::lo8;

/// The true version, whatever is reported: BL = major, BH = minor. DOS 5.0.
const VERSION: u16 = 0x0005;
/// OEM number of BH. Source: RBIL, INT 21h/AH=30h: FFh is Microsoft, as its DOS 5 answers.
const OEM: u16 = 0xFF00;
/// Drive that the machine was started from: 3 is C:.
const BOOT_DRIVE: u8 = 3;

/// AH=30h: AL.AH = version, BX:CX = OEM and serial number.
pub(super) fn int21_30_version(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    frame.ax = dos.state.version;
    frame.bx = OEM;
    frame.cx = 0;
    Answer::Done
}

/// AH=2Eh: whether what is written is to be read again, in AL. It is kept, and changes nothing.
pub(super) fn int21_2e_set_verify(dos: &mut Dos<'_>, frame: &Frame) -> Answer {
    dos.mem.write_u8(VERIFY, frame.al() & 1);
    Answer::Done
}

/// AH=54h: AL = what AH=2Eh was told.
pub(super) fn int21_54_verify(dos: &Dos<'_>, frame: &mut Frame) -> Answer {
    frame.set_al(dos.mem.read_u8(VERIFY));
    Answer::Done
}

/// AH=33h: the switch for Ctrl-C checks, the boot drive, the true version.
///
/// Source: RBIL, INT 21h/AX=3300h, 3301h, 3302h, 3305h, 3306h.
pub(super) fn int21_33_break_check(dos: &mut Dos<'_>) {
    let on = sda::BREAK_CHECK.get(&dos.mem, SDA);
    let wanted = u8::from(dos.regs.dl() != 0);
    match dos.regs.al() {
        0x00 => dos.regs.set_dl(on),
        0x01 => sda::BREAK_CHECK.set(&mut dos.mem, SDA, wanted),
        0x02 => {
            dos.regs.set_dl(on);
            sda::BREAK_CHECK.set(&mut dos.mem, SDA, wanted);
        }
        0x05 => dos.regs.set_dl(BOOT_DRIVE),
        0x06 => {
            dos.regs.set_bx(VERSION);
            // Revision 0, not in ROM, not in the high memory area.
            dos.regs.set_dx(0);
        }
        _ => dos.regs.set_al(0xFF),
    }
}

/// AH=59h: AX = the last error, BH = class, BL = action, CH = place.
pub(super) fn int21_59_error(dos: &Dos<'_>, frame: &mut Frame) -> Answer {
    let (code, [class, action, locus]) = sda::last_error(&dos.mem);
    frame.ax = code;
    frame.bx = u16::from_le_bytes([action, class]);
    frame.cx = u16::from_le_bytes([lo8(frame.cx.into()), locus]);
    Answer::Done
}
