//! AX=716Ch and 71A6h: opening by a long name, and what is known of an open file.

use super::super::opening::{Wish, done};
use super::place::{Leads, New};
use crate::dos::Dos;
use crate::dos::drive::OpenFile;
use crate::dos::error::DosError;
use crate::dos::frame::Frame;
use crate::dos::{files, sft};
use crate::types::SegOff;

/// AX=716Ch: as 6C00h, by a long name.
pub(super) fn int21_716c_open(dos: &mut Dos<'_>, frame: &mut Frame) -> Result<(), DosError> {
    let wish = Wish::of(frame)?;
    let text = dos.long_text(SegOff::new(frame.ds, frame.si))?;
    let (index, what) = match dos.named_device(&text)? {
        Some(header) => (dos.open_device(header, wish.mode)?, done::OPENED),
        None => match dos.text_leads(&text)? {
            Leads::Here(place) => wish.on_existing(dos, &place)?,
            Leads::New(new) if wish.makes => (create(dos, &new, &wish)?, done::CREATED),
            Leads::New(_) => return Err(DosError::FileNotFound),
        },
    };
    (frame.ax, frame.cx) = (dos.new_handle(index)?, what);
    Ok(())
}

/// A new file; its entry in the system file table.
fn create(dos: &mut Dos<'_>, new: &New, wish: &Wish) -> Result<u8, DosError> {
    let (access, share) = files::modes(wish.mode)?;
    let index = dos.free_file()?;
    let (file, name) = dos.host(&new.folder)?.create_long(&new.folder.path, &new.name, access, share)?;
    let mut place = new.folder.clone();
    place.path.0.push(name);
    dos.enter_created(index, &place, wish.attributes, wish.mode, file)?;
    Ok(index)
}

/// AX=71A6h: what is known of the file behind handle BX to DS:DX.
///
/// Source: RBIL, INT 21h/AX=71A6h, "Format of file information".
pub(super) fn int21_71a6_file_information(dos: &mut Dos<'_>, frame: &Frame) -> Result<(), DosError> {
    let target = dos.target(frame.bx)?;
    if target.is_device() {
        return Err(DosError::InvalidHandle);
    }
    let written = dos.file_time(sft::stamp(&dos.mem, target.at));
    let attributes = sft::ATTRIBUTES.get(&dos.mem, target.at);
    let size = dos.file(target)?.size()?;
    // What tells whether two handles lead to the same file, as long as both are open.
    let number = dos.number_of(target);
    let mut record = Vec::with_capacity(0x34);
    record.extend(u32::from(attributes).to_le_bytes());
    // Made and last used: not known.
    record.extend([0; 16]);
    record.extend(written.to_le_bytes());
    let (serial, size_high, links, number_high) = (0u32, 0u32, 1u32, 0u32);
    for field in [serial, size_high, size, links, number_high, number] {
        record.extend(field.to_le_bytes());
    }
    dos.mem.write_bytes(frame.ds_dx(), &record);
    Ok(())
}

impl Dos<'_> {
    /// The first entry of the system file table that has the same file open.
    fn number_of(&self, target: files::Target) -> u32 {
        let id = self.file(target).ok().and_then(|file| file.id());
        let same = |file: &Option<OpenFile>| id.is_some() && file.as_ref().and_then(|file| file.id()) == id;
        let first = self.state.files.iter().position(same).and_then(|index| u32::try_from(index).ok());
        first.unwrap_or_else(|| target.index.into())
    }
}
