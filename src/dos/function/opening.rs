//! AH=5Ah, 67h, 6Ch: further ways to a handle.
//!
//! Source: RBIL, INT 21h/AH=5Ah, 67h, AX=6C00h.

use super::super::drive::Create;
use super::super::error::DosError;
use super::super::files::Named;
use super::super::frame::Frame;
use super::super::mcb::Strategy;
use super::super::path::{Place, asciiz};
use super::super::{Dos, psp};
use super::{Answer, answer};
use crate::types::SegOff;

/// Open mode: read and write.
const READ_WRITE: u8 = 2;
/// Names that are tried for a temporary file.
const MOST_NAMES: u32 = 0x1_0000;

/// AH=5Ah: AX = handle of a new file in the directory at DS:DX, to which its name is appended.
pub(super) fn int21_5a_create_temporary(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = create_temporary(dos, frame).map(|handle| frame.ax = handle);
    answer(dos, frame, result)
}

fn create_temporary(dos: &mut Dos<'_>, frame: &Frame) -> Result<u16, DosError> {
    let mut folder = asciiz(&dos.mem, frame.ds_dx())?;
    if !folder.is_empty() && !folder.ends_with(b"\\") && !folder.ends_with(b"/") {
        folder.push(b'\\');
    }
    // From the time, so that names that were used do not come again at once.
    let first = dos.now.0 / 1_000_000;
    for turn in 0..MOST_NAMES {
        let number = first.wrapping_add(u64::from(turn)) & 0xFFFF_FFFF;
        let name = [folder.as_slice(), format!("{number:08X}").as_bytes()].concat();
        let place = dos.place(&name)?;
        match create_at(dos, &place, frame.cx.to_le_bytes()[0], Create::New, READ_WRITE) {
            Ok(handle) => {
                dos.mem.write_bytes(frame.ds_dx(), &[name.as_slice(), &[0]].concat());
                return Ok(handle);
            }
            Err(DosError::FileExists) => {}
            Err(error) => return Err(error),
        }
    }
    Err(DosError::CannotMake)
}

fn create_at(dos: &mut Dos<'_>, place: &Place, attributes: u8, how: Create, mode: u8) -> Result<u16, DosError> {
    let index = dos.create_file(place, attributes, how, mode)?;
    dos.new_handle(index)
}

/// AH=67h: room for BX handles.
pub(super) fn int21_67_handle_count(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = set_handle_count(dos, frame.bx);
    answer(dos, frame, result)
}

fn set_handle_count(dos: &mut Dos<'_>, count: u16) -> Result<(), DosError> {
    let psp = dos.psp();
    let base = psp::base(psp);
    let old_count = psp::TABLE_ENTRIES.get(&dos.mem, base);
    if count <= old_count.max(psp::DEFAULT_HANDLES) {
        return Ok(());
    }
    let chain = dos.state.memory.chain;
    let segment = chain.allocate(&mut dos.mem, count.div_ceil(16), psp, Strategy::First).map_err(|(error, _)| error)?;
    let mut table = vec![psp::CLOSED; usize::from(count)];
    let old = psp::TABLE.get(&dos.mem, base);
    dos.mem.read_bytes(old, &mut table[..usize::from(old_count)]);
    let new = SegOff::new(segment, 0);
    dos.mem.write_bytes(new, &table);
    psp::TABLE.set(&mut dos.mem, base, new);
    psp::TABLE_ENTRIES.set(&mut dos.mem, base, count);
    if old.off == 0 && old.seg != psp {
        // One that this function made before; a program's own is none of DOS's blocks, and stays.
        let _ = chain.free(&mut dos.mem, old.seg);
    }
    Ok(())
}

/// What AX=6C00h did, in CX.
pub(super) mod done {
    pub(in super::super) const OPENED: u16 = 1;
    pub(in super::super) const CREATED: u16 = 2;
    pub(in super::super) const REPLACED: u16 = 3;
}

/// What AX=6C00h is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) mode: u8,
    pub(super) attributes: u8,
    if_there: u8,
    /// A file that is not there is made.
    pub(super) makes: bool,
}

impl Wish {
    /// What BX, CX and DX say.
    pub(super) fn of(frame: &Frame) -> Result<Wish, DosError> {
        let (if_there, if_not) = (frame.dl() & 0x0F, frame.dl() >> 4);
        if if_there > 2 || if_not > 1 {
            return Err(DosError::InvalidFunction);
        }
        let (mode, attributes) = (frame.bx.to_le_bytes()[0], frame.cx.to_le_bytes()[0]);
        Ok(Wish { mode, attributes, if_there, makes: if_not == 1 })
    }

    /// Opens or empties the file that is at `place`: its entry, and what was done.
    pub(super) fn on_existing(&self, dos: &mut Dos<'_>, place: &Place) -> Result<(u8, u16), DosError> {
        match self.if_there {
            1 => Ok((dos.open_file(place, self.mode)?, done::OPENED)),
            2 => Ok((dos.create_file(place, self.attributes, Create::Truncate, self.mode)?, done::REPLACED)),
            _ => Err(DosError::FileExists),
        }
    }
}

/// AX=6C00h: opens, makes or empties the file at DS:SI, as DX says; AX = handle, CX = what was done.
pub(super) fn int21_6c_extended_open(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = extended_open(dos, frame).map(|(handle, done)| (frame.ax, frame.cx) = (handle, done));
    answer(dos, frame, result)
}

fn extended_open(dos: &mut Dos<'_>, frame: &Frame) -> Result<(u16, u16), DosError> {
    let wish = Wish::of(frame)?;
    let (index, what) = match dos.named(SegOff::new(frame.ds, frame.si))? {
        Named::Device(header) => (dos.open_device(header, wish.mode)?, done::OPENED),
        Named::Place(place) => match dos.lookup(&place) {
            Ok(_) => wish.on_existing(dos, &place)?,
            Err(DosError::FileNotFound) if wish.makes => {
                (dos.create_file(&place, wish.attributes, Create::New, wish.mode)?, done::CREATED)
            }
            Err(error) => return Err(error),
        },
    };
    Ok((dos.new_handle(index)?, what))
}
