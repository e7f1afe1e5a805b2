//! AH=48h, 49h, 4Ah and 58h: blocks of memory.

use super::super::error::DosError;
use super::super::frame::Frame;
use super::super::mcb::Strategy;
use super::super::memory_map::SDA;
use super::super::{Dos, sda};
use super::{Answer, answer};

/// AH=48h: AX = segment of BX paragraphs; or BX = how many there are.
pub(super) fn int21_48_allocate(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let owner = sda::CURRENT_PSP.get(&dos.mem, SDA);
    let (chain, strategy) = (dos.state.memory.chain, dos.state.memory.strategy);
    let result = chain.allocate(&mut dos.mem, frame.bx, owner, strategy);
    let result = result.map(|segment| frame.ax = segment).map_err(|refused| with_room(frame, refused));
    answer(dos, frame, result)
}

/// AH=49h: frees the block at ES.
pub(super) fn int21_49_free(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let chain = dos.state.memory.chain;
    let result = chain.free(&mut dos.mem, frame.es);
    answer(dos, frame, result)
}

/// AH=4Ah: makes the block at ES BX paragraphs large; or BX = how large it has become.
pub(super) fn int21_4a_resize(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let chain = dos.state.memory.chain;
    let result = chain.resize(&mut dos.mem, frame.es, frame.bx);
    let result = result.map_err(|refused| with_room(frame, refused));
    answer(dos, frame, result)
}

fn with_room(frame: &mut Frame, (error, room): (DosError, u16)) -> DosError {
    if error == DosError::NotEnoughMemory {
        frame.bx = room;
    }
    error
}

/// AX=5800h: AX = which block a request gets; 5801h: BX says which.
///
/// Source: RBIL, INT 21h/AX=5800h: 0 first, 1 best, 2 last fit.
pub(super) fn int21_58_strategy(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let strategy = &mut dos.state.memory.strategy;
    let result = match (frame.al(), Strategy::numbered(frame.bx)) {
        (0x00, _) => {
            frame.ax = *strategy as u16;
            Ok(())
        }
        (0x01, Some(wanted)) => {
            *strategy = wanted;
            Ok(())
        }
        _ => Err(DosError::InvalidFunction),
    };
    answer(dos, frame, result)
}
