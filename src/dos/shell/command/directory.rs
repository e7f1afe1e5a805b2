//! CD, MD, RD and TRUENAME.

use super::super::super::drive::{DosName, attribute};
use super::super::super::error::DosError;
use super::super::super::path::{self, text_of};
use super::super::super::{Dos, cds};
use super::super::line::Words;
use super::super::text::{Answered, Complaint, Done};
use super::super::{STDOUT, Shell};
use super::{only_name, optional_name};

/// CD: shows or changes the current directory.
pub(super) fn change(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let name = optional_name(Words::of(rest))?.unwrap_or_default();
    let (drive, path) = path::drive_of(&name);
    let drive = drive.unwrap_or_else(|| dos.current_drive());
    dos.drive(drive)?;
    if path.is_empty() {
        let mut text = text_of(drive, &dos.current_directory(drive));
        text.extend(b"\r\n");
        shell.say(STDOUT, text);
        return Ok(());
    }
    let invalid = |_| Complaint::new("Invalid directory");
    let place = dos.place(&name).map_err(invalid)?;
    let entry = dos.lookup(&place).reading(place.drive, invalid)?;
    if entry.attributes & attribute::DIRECTORY == 0 {
        return Err(Complaint::new("Invalid directory"));
    }
    cds::set_current(&mut dos.mem, place.drive, &text_of(place.drive, &place.path));
    Ok(())
}

/// MD.
pub(super) fn make(_: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let place = dos.place(&only_name(Words::of(rest))?)?;
    let made = dos.drive(place.drive)?.writable().and_then(|drive| drive.make_directory(&place.path));
    made.writing(place.drive, |error| match error {
        DosError::AccessDenied => Complaint::new("Directory already exists"),
        DosError::WriteProtected => Complaint::from(error),
        _ => Complaint::new("Unable to create directory"),
    })
}

/// RD.
pub(super) fn remove(_: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let place = dos.place(&only_name(Words::of(rest))?)?;
    if dos.current_directory(place.drive) == place.path {
        return Err(Complaint::about("Attempt to remove current directory", &text_of(place.drive, &place.path)));
    }
    let removed = dos.drive(place.drive)?.writable().and_then(|drive| drive.remove_directory(&place.path));
    removed.writing(place.drive, |error| match error {
        DosError::WriteProtected => Complaint::from(error),
        _ => Complaint::new("Invalid path, not directory,\r\nor directory not empty"),
    })
}

/// TRUENAME: the full name of something.
pub(super) fn true_name(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let name = optional_name(Words::of(rest))?.unwrap_or_else(|| b".".to_vec());
    let (place, pattern) = dos.searched_text(&name)?;
    let mut text = text_of(place.drive, &place.path);
    if let Some(pattern) = pattern {
        if !place.path.0.is_empty() {
            text.push(b'\\');
        }
        text.extend(DosName(pattern.0).dotted());
    }
    text.extend(b"\r\n");
    shell.say(STDOUT, text);
    Ok(())
}
