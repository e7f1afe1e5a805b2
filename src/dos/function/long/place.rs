//! Where a long name leads.

use crate::dos::Dos;
use crate::dos::cds;
use crate::dos::drive::{DosName, DosPath, HostDrive, LongName, attribute};
use crate::dos::error::DosError;
use crate::dos::path::{self, Place};
use crate::types::SegOff;

/// Longest name that a program may give, with its zero. Source: RBIL, INT 21h/AX=71A0h.
pub(super) const MOST_BYTES: usize = 260;

/// What a long name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Leads {
    /// To what is there.
    Here(Place),
    /// To nothing yet.
    New(New),
}

/// A name that nothing has, in a directory that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct New {
    pub(super) folder: Place,
    pub(super) name: LongName,
}

impl Leads {
    /// *Errors*: there is nothing.
    pub(super) fn here(self) -> Result<Place, DosError> {
        match self {
            Leads::Here(place) => Ok(place),
            Leads::New(_) => Err(DosError::FileNotFound),
        }
    }
}

/// The directory that a long name leads to, and its last part, which may be a pattern: none if it ends in
/// a directory's own name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) folder: Place,
    pub(super) last: Option<Vec<u8>>,
}

impl Dos<'_> {
    /// The text of a long name.
    pub(super) fn long_text(&self, at: SegOff) -> Result<Vec<u8>, DosError> {
        path::text_at(&self.mem, at, MOST_BYTES)
    }

    /// Where the long name at `at` leads. *Errors*: a device has it.
    pub(super) fn leads(&self, at: SegOff) -> Result<Leads, DosError> {
        let text = self.long_text(at)?;
        match self.named_device(&text)? {
            Some(_) => Err(DosError::AccessDenied),
            None => self.text_leads(&text),
        }
    }

    /// Where `text` leads.
    pub(super) fn text_leads(&self, text: &[u8]) -> Result<Leads, DosError> {
        let Split { folder, last } = self.split_long(text)?;
        let Some(last) = last else { return Ok(Leads::Here(folder)) };
        match self.drive(folder.drive)?.find_long(&folder.path, &last)? {
            Some(name) => Ok(Leads::Here(inside(folder, name))),
            None => match LongName::parse(&last, self.state.page) {
                Some(name) => Ok(Leads::New(New { folder, name })),
                None => Err(DosError::FileNotFound),
            },
        }
    }

    /// Follows all of `text` but its last part.
    pub(super) fn split_long(&self, text: &[u8]) -> Result<Split, DosError> {
        let (drive, rest) = path::drive_of(text);
        let drive = drive.unwrap_or_else(|| self.current_drive());
        self.drive(drive).map_err(|_| DosError::PathNotFound)?;
        if rest.is_empty() {
            return Err(DosError::FileNotFound);
        }
        let mut folder = Place { drive, path: DosPath::default() };
        if !is_separator(rest[0]) {
            folder.path = self.current_directory(drive);
        }
        let mut parts = rest.split(|&byte| is_separator(byte)).filter(|part| !part.is_empty()).peekable();
        while let Some(part) = parts.next() {
            match part {
                b"." => {}
                b".." => {
                    folder.path.0.pop().ok_or(DosError::PathNotFound)?;
                }
                last if parts.peek().is_none() => return Ok(Split { folder, last: Some(last.to_vec()) }),
                part => folder = self.follow(folder, part)?,
            }
        }
        Ok(Split { folder, last: None })
    }

    /// The directory `part` of `folder`.
    fn follow(&self, folder: Place, part: &[u8]) -> Result<Place, DosError> {
        let found = self.drive(folder.drive)?.find_long(&folder.path, part)?;
        Ok(inside(folder, found.ok_or(DosError::PathNotFound)?))
    }

    /// The long name of what is at `place`, from its drive on.
    pub(super) fn long_name_of(&self, place: &Place) -> Result<Vec<u8>, DosError> {
        let drive = self.drive(place.drive)?;
        let mut text = vec![b'A'.wrapping_add(place.drive), b':', b'\\'];
        for depth in 1..=place.path.0.len() {
            if depth > 1 {
                text.push(b'\\');
            }
            text.extend(drive.long_name(&DosPath(place.path.0[..depth].to_vec()))?);
        }
        if text.len() < MOST_BYTES { Ok(text) } else { Err(DosError::PathNotFound) }
    }

    /// Directory `place` becomes its drive's current one. *Errors*: it is none, or lies too deep for the
    /// names of eight and three characters that DOS keeps it by.
    pub(super) fn enter_directory(&mut self, place: &Place) -> Result<(), DosError> {
        if self.lookup(place)?.attributes & attribute::DIRECTORY == 0 {
            return Err(DosError::PathNotFound);
        }
        let path = path::within_limits(place.path.clone())?;
        cds::set_current(&mut self.mem, place.drive, &path::text_of(place.drive, &path));
        Ok(())
    }

    /// The directory of the host that `place` is on, if it can be written.
    pub(super) fn host(&self, place: &Place) -> Result<&HostDrive, DosError> {
        self.drive(place.drive)?.writable()
    }
}

fn inside(mut folder: Place, name: DosName) -> Place {
    folder.path.0.push(name);
    folder
}

pub(super) fn is_separator(byte: u8) -> bool {
    matches!(byte, b'\\' | b'/')
}
