//! AH=48h, 49h, 4Ah and 58h: blocks of memory.

use super::super::error::DosError;
use super::super::frame::Frame;
use super::super::memory_map::SDA;
use super::super::{Dos, sda};
use super::{Answer, answer};

/// AH=48h: AX = segment of BX paragraphs; or BX = how many there are.
pub(super) fn int21_48_allocate(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let owner = sda::CURRENT_PSP.get(&dos.mem, SDA);
    let result = dos.allocate(frame.bx, owner);
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
    // Source: MS-DOS 5: what is no block is a damaged chain to this function.
    let result = result.map_err(|refused| match with_room(frame, refused) {
        DosError::InvalidMemoryBlock => DosError::MemoryDestroyed,
        error => error,
    });
    answer(dos, frame, result)
}

fn with_room(frame: &mut Frame, (error, room): (DosError, u16)) -> DosError {
    if error == DosError::NotEnoughMemory {
        frame.bx = room;
    }
    error
}

/// AX=5800h: AX = which block a request gets; 5801h: BX says which. AX=5802h: AL = whether upper memory is part
/// of the chain; 5803h: BX says whether it is.
///
/// Source: RBIL, INT 21h/AX=5800h to 5803h.
pub(super) fn int21_58_strategy(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let chain = dos.state.memory.chain;
    let result = match frame.al() {
        0x00 => {
            frame.ax = dos.state.memory.number();
            Ok(())
        }
        0x01 => dos.state.memory.set_number(frame.bx),
        0x02 => {
            frame.set_al(chain.is_linked(&dos.mem).into());
            Ok(())
        }
        0x03 if frame.bx <= 1 => dos.link_upper_memory(frame.bx == 1),
        _ => Err(DosError::InvalidFunction),
    };
    answer(dos, frame, result)
}
