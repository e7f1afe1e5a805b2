//! AH=26h and 55h: program segment prefixes that programs make themselves.
//!
//! Source: RBIL, INT 21h/AH=26h, 55h.

use super::super::frame::Frame;
use super::super::{Dos, psp, rom};
use super::Answer;
use crate::types::SegOff;

/// AH=26h: a copy of the current prefix at segment DX, with the vectors as they are now.
pub(super) fn int21_26_copy(dos: &mut Dos<'_>, frame: &Frame) -> Answer {
    let mut prefix = [0; 256];
    dos.mem.read_bytes(psp::base(dos.psp()), &mut prefix);
    dos.mem.write_bytes(psp::base(frame.dx), &prefix);
    for (field, vector) in [(psp::TERMINATE, 0x22), (psp::BREAK, 0x23), (psp::CRITICAL, 0x24)] {
        let handler = rom::vector(&dos.mem, vector);
        field.set(&mut dos.mem, psp::base(frame.dx), handler);
    }
    Answer::Done
}

/// AH=55h: a child's prefix at segment DX whose memory ends at SI, with the parent's open files.
pub(super) fn int21_55_child(dos: &mut Dos<'_>, frame: &Frame) -> Answer {
    let (parent, child) = (dos.psp(), frame.dx);
    psp::create(&mut dos.mem, child, frame.si, dos.state.version);
    psp::PARENT.set(&mut dos.mem, psp::base(child), parent);
    let environment = psp::ENVIRONMENT.get(&dos.mem, psp::base(parent));
    psp::ENVIRONMENT.set(&mut dos.mem, psp::base(child), environment);
    super::exec::inherit_handles(dos, child);
    dos.mem.write_bytes(SegOff::new(child, psp::FCB1), &[0]);
    dos.make_current(child);
    Answer::Done
}
