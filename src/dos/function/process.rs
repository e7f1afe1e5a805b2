//! AH=00h, 4Ch, 4Dh: how programs end. (Their beginning is in [`super::super::program`].)

use super::super::frame::Frame;
use super::super::memory_map::SDA;
use super::super::process::End;
use super::super::{Dos, sda};
use super::Answer;

/// AH=00h: ends the program with exit code 0.
pub(super) fn int21_00_terminate(dos: &mut Dos<'_>) -> Answer {
    Answer::Elsewhere(dos.end_process(End::Normal, 0))
}

/// AH=4Ch: ends the program with exit code AL.
pub(super) fn int21_4c_exit(dos: &mut Dos<'_>, frame: &Frame) -> Answer {
    Answer::Elsewhere(dos.end_process(End::Normal, frame.al()))
}

/// AH=4Dh: AL = exit code of the last child, AH = how it ended. It can be asked for once.
pub(super) fn int21_4d_return_code(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    frame.ax = sda::RETURN_CODE.get(&dos.mem, SDA);
    sda::RETURN_CODE.set(&mut dos.mem, SDA, 0);
    frame.set_carry(false);
    Answer::Done
}
