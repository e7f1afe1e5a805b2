//! AH=34h, 52h, 5Dh: where DOS keeps what programs look at.
//!
//! Source: RBIL, INT 21h/AH=34h, AH=52h, AX=5D06h, AX=5D0Ah.

use super::super::error::DosError;
use super::super::frame::Frame;
use super::super::memory_map::{LIST_OF_LISTS, SDA};
use super::super::{Dos, sda};
use super::{Answer, answer};

/// AH=34h: ES:BX = how deep the processor is in DOS.
pub(super) fn int21_34_in_dos(frame: &mut Frame) -> Answer {
    let at = SDA.offset(sda::IN_DOS.0);
    (frame.es, frame.bx) = (at.seg, at.off);
    Answer::Done
}

/// AH=52h: ES:BX = list of lists.
pub(super) fn int21_52_list_of_lists(frame: &mut Frame) -> Answer {
    (frame.es, frame.bx) = (LIST_OF_LISTS.seg, LIST_OF_LISTS.off);
    Answer::Done
}

/// AX=5D06h: DS:SI = swappable data area, CX its size, DX what of it is always swapped.
/// AX=5D0Ah: sets the last error from the list at DS:DX.
pub(super) fn int21_5d_data_area(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = match frame.al() {
        0x06 => {
            (frame.ds, frame.si) = (SDA.seg, SDA.off);
            (frame.cx, frame.dx) = (sda::BYTES, sda::ALWAYS_BYTES);
            Ok(())
        }
        0x0A => {
            // AX, BX and CX, as AH=59h returns them.
            let word = |at: u16| dos.mem.read_u16(frame.ds_dx().offset(at));
            let (code, [action, class], [_, locus]) = (word(0), word(2).to_le_bytes(), word(4).to_le_bytes());
            sda::set_error_details(&mut dos.mem, code, [class, action, locus]);
            Ok(())
        }
        _ => Err(DosError::InvalidFunction),
    };
    answer(dos, frame, result)
}
