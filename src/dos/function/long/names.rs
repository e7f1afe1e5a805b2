//! AX=7139h–713Bh, 7141h, 7143h, 7147h, 7156h: names, directories and attributes.

use super::super::directory::{not_found_is_path, numbered_drive};
use super::place::{Leads, Split};
use crate::dos::Dos;
use crate::dos::drive::{Access, Entry, Share, Stamp, attribute, long};
use crate::dos::error::DosError;
use crate::dos::frame::Frame;
use crate::dos::path::Place;
use crate::types::SegOff;

/// AX=7139h: makes the directory at DS:DX.
pub(super) fn int21_7139_make_directory(dos: &mut Dos<'_>, frame: &Frame) -> Result<(), DosError> {
    match dos.leads(frame.ds_dx()).map_err(not_found_is_path)? {
        Leads::Here(_) => Err(DosError::AccessDenied),
        Leads::New(new) => dos.host(&new.folder)?.make_directory_long(&new.folder.path, &new.name),
    }
}

/// AX=713Ah: removes the directory at DS:DX.
pub(super) fn int21_713a_remove_directory(dos: &mut Dos<'_>, frame: &Frame) -> Result<(), DosError> {
    let place = dos.leads(frame.ds_dx()).and_then(Leads::here).map_err(not_found_is_path)?;
    if dos.current_directory(place.drive) == place.path {
        return Err(DosError::CurrentDirectory);
    }
    dos.host(&place)?.remove_directory(&place.path)
}

/// AX=713Bh: makes the directory at DS:DX its drive's current one.
pub(super) fn int21_713b_change_directory(dos: &mut Dos<'_>, frame: &Frame) -> Result<(), DosError> {
    let place = dos.leads(frame.ds_dx()).and_then(Leads::here);
    place.and_then(|place| dos.enter_directory(&place)).map_err(|_| DosError::PathNotFound)
}

/// AX=7141h: deletes the file at DS:DX; with SI = 1 all that it stands for and that have the attributes in
/// CX.
pub(super) fn int21_7141_delete(dos: &mut Dos<'_>, frame: &Frame) -> Result<(), DosError> {
    match frame.si {
        0 => {
            let place = dos.leads(frame.ds_dx())?.here()?;
            dos.delete_file(&place)
        }
        1 => delete_all(dos, frame),
        _ => Err(DosError::InvalidFunction),
    }
}

fn delete_all(dos: &Dos<'_>, frame: &Frame) -> Result<(), DosError> {
    let text = dos.long_text(frame.ds_dx())?;
    let Split { folder, last } = dos.split_long(&text)?;
    let pattern = last.ok_or(DosError::AccessDenied)?;
    let wanted = Wanted::of(frame.cx);
    let mut found = false;
    for (entry, _) in matching(dos, &folder, &pattern)? {
        if entry.attributes & attribute::DIRECTORY != 0 || !wanted.fits(&entry) {
            continue;
        }
        let mut place = folder.clone();
        place.path.0.push(entry.name);
        dos.delete_file(&place)?;
        found = true;
    }
    if found { Ok(()) } else { Err(DosError::FileNotFound) }
}

/// Which attributes a file may have and must have, as CX says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    may: u8,
    must: u8,
}

impl Wanted {
    pub(super) fn of(cx: u16) -> Wanted {
        let [may, must] = cx.to_le_bytes();
        Wanted { may, must }
    }

    /// Only these keep a file out that may not have them. Source: RBIL, INT 21h/AX=714Eh.
    pub(super) fn fits(self, entry: &Entry) -> bool {
        const SPECIAL: u8 = attribute::HIDDEN | attribute::SYSTEM | attribute::LABEL | attribute::DIRECTORY;
        entry.attributes & SPECIAL & !(self.may | self.must) == 0 && entry.attributes & self.must == self.must
    }
}

/// Everything in `folder` that has a name, long or short, that `pattern` stands for.
pub(super) fn matching(dos: &Dos<'_>, folder: &Place, pattern: &[u8]) -> Result<Vec<(Entry, long::Names)>, DosError> {
    let page = dos.state.page;
    let is_it = |name: &[u8]| long::matches(pattern, name, page);
    let mut entries = dos.drive(folder.drive)?.list_long(&folder.path)?;
    entries.retain(|(_, names)| is_it(&names.long) || is_it(&names.short.dotted()));
    Ok(entries)
}

/// AX=7143h: attributes, size and times of what is at DS:DX, by BL.
pub(super) fn int21_7143_attributes(dos: &mut Dos<'_>, frame: &mut Frame) -> Result<(), DosError> {
    let place = dos.leads(frame.ds_dx())?.here()?;
    let entry = dos.lookup(&place)?;
    match frame.bx.to_le_bytes()[0] {
        0x00 => frame.cx = entry.attributes.into(),
        0x01 => set_attributes(dos, &place, frame.cx)?,
        // Of a compressed file, what it takes; others take their size.
        0x02 => {
            let [low_low, low_high, high_low, high_high] = entry.size.to_le_bytes();
            (frame.ax, frame.dx) = (u16::from_le_bytes([low_low, low_high]), u16::from_le_bytes([high_low, high_high]));
        }
        0x03 => set_written(dos, &place, Stamp { date: frame.di, time: frame.cx })?,
        0x04 => (frame.cx, frame.di) = (entry.written.time, entry.written.date),
        // Gap: the times of a file's making and of its last use are not kept apart: what is known is when it
        // was written, and they cannot be set.
        0x06 => frame.di = entry.written.date,
        0x08 => (frame.cx, frame.di, frame.si) = (entry.written.time, entry.written.date, 0),
        _ => return Err(DosError::InvalidFunction),
    }
    Ok(())
}

fn set_attributes(dos: &Dos<'_>, place: &Place, attributes: u16) -> Result<(), DosError> {
    let attributes = attributes.to_le_bytes()[0];
    if attributes & (attribute::LABEL | attribute::DIRECTORY) != 0 {
        return Err(DosError::AccessDenied);
    }
    dos.host(place)?.set_attributes(&place.path, attributes)
}

fn set_written(dos: &Dos<'_>, place: &Place, stamp: Stamp) -> Result<(), DosError> {
    dos.host(place)?.open_file(&place.path, Access::ReadWrite, Share::DenyNone)?.set_written(stamp)
}

/// AX=7147h: the current directory of drive DL to DS:SI.
pub(super) fn int21_7147_current_directory(dos: &mut Dos<'_>, frame: &Frame) -> Result<(), DosError> {
    let drive = numbered_drive(dos, frame.dl())?;
    let mut text = dos.long_name_of(&Place { drive, path: dos.current_directory(drive) })?.split_off(3);
    text.push(0);
    dos.mem.write_bytes(SegOff::new(frame.ds, frame.si), &text);
    Ok(())
}

/// AX=7156h: gives what is at DS:DX the name at ES:DI; that may be its own in other letters.
pub(super) fn int21_7156_rename(dos: &mut Dos<'_>, frame: &Frame) -> Result<(), DosError> {
    let from = dos.leads(frame.ds_dx())?.here()?;
    let new = SegOff::new(frame.es, frame.di);
    let (folder, name) = match dos.leads(new)? {
        Leads::New(new) => (new.folder, new.name),
        Leads::Here(place) if place == from => {
            let split = dos.split_long(&dos.long_text(new)?)?;
            let name = split.last.and_then(|last| long::LongName::parse(&last, dos.state.page));
            (split.folder, name.ok_or(DosError::AccessDenied)?)
        }
        Leads::Here(_) => return Err(DosError::AccessDenied),
    };
    if folder.drive != from.drive {
        return Err(DosError::NotSameDevice);
    }
    dos.host(&folder)?.rename_long(&from.path, &folder.path, &name)
}
