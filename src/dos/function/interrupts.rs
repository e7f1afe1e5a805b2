//! AH=25h and 35h: interrupt vectors.

use super::super::frame::Frame;
use super::super::{Dos, rom};
use super::Answer;

/// AH=25h: points interrupt AL to DS:DX.
pub(super) fn int21_25_set_vector(dos: &mut Dos<'_>, frame: &Frame) -> Answer {
    rom::set_vector(&mut dos.mem, frame.al(), frame.ds_dx());
    Answer::Done
}

/// AH=35h: ES:BX = where interrupt AL leads.
pub(super) fn int21_35_vector(dos: &Dos<'_>, frame: &mut Frame) -> Answer {
    let handler = rom::vector(&dos.mem, frame.al());
    (frame.es, frame.bx) = (handler.seg, handler.off);
    Answer::Done
}
