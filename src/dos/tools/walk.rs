//! A directory and those in it, one at a time, so that a large tree can be broken off.

use super::super::Dos;
use super::super::drive::{DosPath, Entry, attribute};
use super::super::error::DosError;
use super::super::path::Place;

/// Directories within directories that are gone into at most.
const MOST_DEPTH: usize = 32;

/// See the module's text.
#[derive(Clone, Debug)]
pub(in crate::dos) struct Walk {
    drive: u8,
    /// Directories still to be looked at, with their depths; the next one last.
    left: Vec<(DosPath, usize)>,
    within: bool,
    /// The one that was looked at last.
    last: Option<(DosPath, usize)>,
}

/// A directory that has been looked at.
#[derive(Clone, Debug)]
pub(in crate::dos) struct Visit {
    pub(in crate::dos) place: Place,
    pub(in crate::dos) entries: Vec<Entry>,
}

impl Walk {
    /// The directory at `place`; those in it only if `within`.
    pub(in crate::dos) fn new(place: Place, within: bool) -> Walk {
        Walk { drive: place.drive, left: vec![(place.path, 0)], within, last: None }
    }

    /// The next directory, those in it after it. *Errors*: it cannot be read; the others still can.
    pub(in crate::dos) fn next(&mut self, dos: &Dos<'_>) -> Option<Result<Visit, DosError>> {
        let (path, depth) = self.left.pop()?;
        self.last = Some((path.clone(), depth));
        let entries = match dos.drive(self.drive).and_then(|drive| drive.list(&path)) {
            Ok(entries) => entries,
            Err(error) => return Some(Err(error)),
        };
        if self.within && depth < MOST_DEPTH {
            for entry in entries.iter().rev().filter(|entry| is_directory(entry)) {
                let mut inside = path.clone();
                inside.0.push(entry.name);
                self.left.push((inside, depth + 1));
            }
        }
        Some(Ok(Visit { place: Place { drive: self.drive, path }, entries }))
    }

    /// The directory that could not be read is the next one once more.
    pub(in crate::dos) fn again(&mut self) {
        self.left.extend(self.last.take());
    }
}

/// True of a directory.
pub(in crate::dos) fn is_directory(entry: &Entry) -> bool {
    entry.attributes & attribute::DIRECTORY != 0
}
