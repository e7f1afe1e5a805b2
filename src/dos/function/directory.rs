//! AH=39h–3Bh, 41h, 43h, 47h, 56h, 60h: names, directories and attributes.

use super::super::drive::attribute;
use super::super::error::DosError;
use super::super::files::Named;
use super::super::frame::Frame;
use super::super::path::{Place, text_of};
use super::super::{Dos, cds, device, path};
use super::{Answer, answer};
use crate::types::SegOff;

/// The place that the name at `at` is; a device's name is none, and fails with `device`.
fn place_or(dos: &Dos<'_>, at: SegOff, device: DosError) -> Result<Place, DosError> {
    match dos.named(at)? {
        Named::Place(place) => Ok(place),
        Named::Device(_) => Err(device),
    }
}

/// The place that the name at `at` is, for functions that need no file there.
fn place(dos: &Dos<'_>, at: SegOff) -> Result<Place, DosError> {
    place_or(dos, at, DosError::AccessDenied)
}

/// The place that the name at `at` is, for functions on what is there.
fn existing(dos: &Dos<'_>, at: SegOff) -> Result<Place, DosError> {
    place_or(dos, at, DosError::FileNotFound)
}

/// AH=39h: makes the directory at DS:DX.
pub(super) fn int21_39_make_directory(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = make_directory(dos, frame.ds_dx());
    answer(dos, frame, result.map_err(not_found_is_path))
}

fn make_directory(dos: &Dos<'_>, name: SegOff) -> Result<(), DosError> {
    let text = path::asciiz(&dos.mem, name)?;
    if text.len() > 1 && text.ends_with(b"\\") {
        // What is to be made has a name.
        return Err(DosError::PathNotFound);
    }
    let place = place(dos, name)?;
    dos.drive(place.drive)?.writable()?.make_directory(&place.path)
}

/// AH=3Ah: removes the directory at DS:DX.
pub(super) fn int21_3a_remove_directory(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = remove_directory(dos, frame.ds_dx());
    answer(dos, frame, result)
}

fn remove_directory(dos: &Dos<'_>, name: SegOff) -> Result<(), DosError> {
    let place = place(dos, name).map_err(not_found_is_path)?;
    let current = dos.current_directory(place.drive);
    if current == place.path {
        return Err(DosError::CurrentDirectory);
    }
    dos.drive(place.drive)?.writable()?.remove_directory(&place.path)
}

/// AH=3Bh: makes the directory at DS:DX its drive's current one.
pub(super) fn int21_3b_change_directory(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = change_directory(dos, frame.ds_dx()).map_err(|_| DosError::PathNotFound);
    answer(dos, frame, result)
}

fn change_directory(dos: &mut Dos<'_>, name: SegOff) -> Result<(), DosError> {
    let text = path::asciiz(&dos.mem, name)?;
    let place = dos.place(&text)?;
    let entry = dos.lookup(&place)?;
    if entry.attributes & attribute::DIRECTORY == 0 {
        return Err(DosError::PathNotFound);
    }
    let text = text_of(place.drive, &place.path);
    cds::set_current(&mut dos.mem, place.drive, &text);
    Ok(())
}

/// AH=41h: deletes the file at DS:DX.
pub(super) fn int21_41_delete(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = existing(dos, frame.ds_dx()).and_then(|place| dos.delete_file(&place));
    answer(dos, frame, result)
}

/// AX=4300h: CX = attributes of the file at DS:DX; 4301h: CX says them.
pub(super) fn int21_43_attributes(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = attributes(dos, frame);
    answer(dos, frame, result)
}

fn attributes(dos: &Dos<'_>, frame: &mut Frame) -> Result<(), DosError> {
    let place = existing(dos, frame.ds_dx())?;
    match frame.al() {
        0 => {
            let attributes = u16::from(dos.lookup(&place)?.attributes);
            // Source: RBIL, INT 21h/AX=4300h: AX is CX's copy in DOS 3 and later.
            (frame.ax, frame.cx) = (attributes, attributes);
            Ok(())
        }
        1 => {
            let wanted = frame.cx.to_le_bytes()[0];
            if wanted & (attribute::LABEL | attribute::DIRECTORY) != 0 {
                return Err(DosError::AccessDenied);
            }
            dos.drive(place.drive)?.writable()?.set_attributes(&place.path, wanted)
        }
        _ => Err(DosError::InvalidFunction),
    }
}

/// AH=47h: the current directory of drive DL to DS:SI.
pub(super) fn int21_47_current_directory(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = numbered_drive(dos, frame.dl()).map(|drive| {
        let mut text = cds::current(&dos.mem, drive);
        text.push(0);
        dos.mem.write_bytes(SegOff::new(frame.ds, frame.si), &text);
        // Source: RBIL, INT 21h/AH=47h.
        frame.ax = 0x0100;
    });
    answer(dos, frame, result)
}

/// A drive as functions number them: 0 is the current one, 1 is A:.
pub(super) fn numbered_drive(dos: &Dos<'_>, number: u8) -> Result<u8, DosError> {
    let drive = number.checked_sub(1).unwrap_or_else(|| dos.current_drive());
    dos.drive(drive).map(|_| drive)
}

/// AH=56h: gives the file at DS:DX the name at ES:DI.
pub(super) fn int21_56_rename(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = rename(dos, frame.ds_dx(), SegOff::new(frame.es, frame.di));
    answer(dos, frame, result)
}

fn rename(dos: &Dos<'_>, from: SegOff, to: SegOff) -> Result<(), DosError> {
    let (from, to) = (place(dos, from)?, place(dos, to)?);
    if from.drive != to.drive {
        return Err(DosError::NotSameDevice);
    }
    dos.drive(from.drive)?.writable()?.rename(&from.path, &to.path)
}

/// AH=60h: the full name of what is at DS:SI to ES:DI.
pub(super) fn int21_60_true_name(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = true_name(dos, SegOff::new(frame.ds, frame.si)).map(|mut text| {
        text.push(0);
        dos.mem.write_bytes(SegOff::new(frame.es, frame.di), &text);
    });
    answer(dos, frame, result)
}

/// Source: RBIL, INT 21h/AH=60h: a device's name comes with a slash.
fn true_name(dos: &Dos<'_>, name: SegOff) -> Result<Vec<u8>, DosError> {
    let name = path::asciiz(&dos.mem, name)?;
    if name.is_empty() {
        return Err(DosError::FileNotFound);
    }
    if let Some(header) = device::by_name(dos, &name) {
        let drive = path::drive_of(&name).0.unwrap_or_else(|| dos.current_drive());
        return Ok([&[b'A' + drive], b":/".as_slice(), &device::name(dos, header).dotted()].concat());
    }
    let (place, pattern) = dos.searched_text(&name)?;
    let mut text = text_of(place.drive, &place.path);
    if let Some(pattern) = pattern {
        if !place.path.0.is_empty() {
            text.push(b'\\');
        }
        text.extend(super::super::drive::DosName(pattern.0).dotted());
    }
    Ok(text)
}

/// AX=6900h: serial number, label and kind of drive BL to DS:DX. 6901h, which sets them, fails: they are the
/// host's.
///
/// Source: RBIL, INT 21h/AH=69h.
pub(super) fn int21_69_serial_number(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = serial_number(dos, frame);
    answer(dos, frame, result)
}

fn serial_number(dos: &mut Dos<'_>, frame: &Frame) -> Result<(), DosError> {
    /// Offsets in the information block, whose first word is its level.
    const LEVEL: u16 = 0x00;
    const SERIAL: u16 = 0x02;
    const LABEL: u16 = 0x06;
    const KIND: u16 = 0x11;
    let number = numbered_drive(dos, frame.bx.to_le_bytes()[0])?;
    match frame.al() {
        0 => {}
        1 => return Err(DosError::AccessDenied),
        _ => return Err(DosError::InvalidFunction),
    }
    let drive = dos.drive(number)?;
    let (serial, label) = (drive.serial(), drive.label());
    let at = frame.ds_dx();
    dos.mem.write_u16(at.offset(LEVEL), 0);
    dos.mem.write_u32(at.offset(SERIAL), serial);
    dos.mem.write_bytes(at.offset(LABEL), &label.map_or(*b"NO NAME    ", |label| label.0));
    // As large as the largest that functions on space tell of.
    dos.mem.write_bytes(at.offset(KIND), b"FAT16   ");
    Ok(())
}

/// Functions on directories say that the path is missing.
pub(super) fn not_found_is_path(error: DosError) -> DosError {
    if error == DosError::FileNotFound { DosError::PathNotFound } else { error }
}
