//! AH=5Eh and 5Fh: what DOS itself does of a network's functions. All else fails, as without a network.
//!
//! Source: RBIL, INT 21h/AX=5E00h, 5F07h, 5F08h.

use super::super::error::DosError;
use super::super::frame::Frame;
use super::super::{Dos, cds};
use super::{Answer, answer};

/// Bytes of a machine's name: 15 characters and a zero.
const NAME_BYTES: usize = 16;

/// AX=5E00h: CH = 0: the machine has no name; DS:DX gets a blank one.
pub(super) fn int21_5e_machine_name(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = match frame.al() {
        0x00 => {
            let mut name = [b' '; NAME_BYTES];
            name[NAME_BYTES - 1] = 0;
            dos.mem.write_bytes(frame.ds_dx(), &name);
            frame.cx = 0;
            Ok(())
        }
        _ => Err(DosError::InvalidFunction),
    };
    answer(dos, frame, result)
}

/// AX=5F07h: programs may use drive DL, 0 is A:, again; 5F08h: they may not.
pub(super) fn int21_5f_drives(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let ready = match frame.al() {
        0x07 => true,
        0x08 => false,
        _ => return answer(dos, frame, Err(DosError::InvalidFunction)),
    };
    let result = match dos.drive_behind(frame.dl()) {
        Some(_) => {
            cds::set_ready(&mut dos.mem, frame.dl(), ready);
            Ok(())
        }
        None => Err(DosError::InvalidDrive),
    };
    answer(dos, frame, result)
}
