//! Where XCOPY copies from and to.

use super::super::super::Dos;
use super::super::super::drive::{DosName, DosPath};
use super::super::super::path::{Pattern, Place};
use super::super::super::shell::renamed;
use super::super::walk::is_directory;

const ALL: Pattern = Pattern([b'?'; 11]);

/// Directories and patterns.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) from: Place,
    pub(super) files: Pattern,
    pub(super) to: Place,
    /// What files are called there.
    pub(super) names: Pattern,
}

/// How a target turns out.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// A directory and the names in it.
    Known(Place, Pattern),
    /// It is not there: whether it is a file or a directory is the user's to say.
    Unknown(Place, DosName),
}

/// The directory and the files that `name` is. *Errors*: why there are none.
pub(super) fn source(dos: &Dos<'_>, name: &[u8]) -> Result<(Place, Pattern), Vec<u8>> {
    let not_found = || [b"File not found - ", name.to_ascii_uppercase().as_slice(), b"\r\n"].concat();
    let (mut place, pattern) = dos.searched_text(name).map_err(|_| not_found())?;
    let Some(pattern) = pattern else { return Ok((place, ALL)) };
    if let Some(folder) = directory_at(dos, &place, pattern) {
        place.path = folder;
        return Ok((place, ALL));
    }
    Ok((place, pattern))
}

/// What `name` is as a target.
pub(super) fn target(dos: &Dos<'_>, name: &[u8]) -> Result<Target, Vec<u8>> {
    let (place, pattern) = dos.searched_text(name).map_err(|_| b"Invalid path\r\n".to_vec())?;
    let Some(pattern) = pattern else { return Ok(Target::Known(place, ALL)) };
    if let Some(folder) = directory_at(dos, &place, pattern) {
        return Ok(Target::Known(Place { drive: place.drive, path: folder }, ALL));
    }
    let Some(single) = pattern.single() else { return Ok(Target::Known(place, pattern)) };
    let file = Place { drive: place.drive, path: within(&place.path, single) };
    if dos.lookup(&file).is_ok() { Ok(Target::Known(place, pattern)) } else { Ok(Target::Unknown(place, single)) }
}

fn directory_at(dos: &Dos<'_>, place: &Place, pattern: Pattern) -> Option<DosPath> {
    let path = within(&place.path, pattern.single()?);
    let entry = dos.lookup(&Place { drive: place.drive, path: path.clone() }).ok()?;
    is_directory(&entry).then_some(path)
}

pub(super) fn within(path: &DosPath, name: DosName) -> DosPath {
    let mut inside = path.clone();
    inside.0.push(name);
    inside
}

impl Target {
    /// A target that is a directory, there or not.
    pub(super) fn folder(place: Place, name: DosName) -> Target {
        Target::Known(Place { drive: place.drive, path: within(&place.path, name) }, ALL)
    }

    /// A target that is a file which is not there.
    pub(super) fn file(place: Place, name: DosName) -> Target {
        Target::Known(place, Pattern(name.0))
    }
}

impl Plan {
    /// The directory that goes with `path`, one of those that are copied.
    pub(super) fn folder_for(&self, path: &DosPath) -> DosPath {
        let behind = path.0.get(self.from.path.0.len()..).unwrap_or_default();
        DosPath([self.to.path.0.as_slice(), behind].concat())
    }

    /// The place that the file `name` of directory `path` is copied to.
    pub(super) fn place_for(&self, path: &DosPath, name: DosName) -> Place {
        let path = within(&self.folder_for(path), renamed(name, self.names));
        Place { drive: self.to.drive, path }
    }

    /// True if what is copied would be copied again.
    pub(super) fn is_cyclic(&self) -> bool {
        self.from.drive == self.to.drive
            && self.to.path.0.len() > self.from.path.0.len()
            && self.to.path.0.starts_with(&self.from.path.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(names: &[&[u8; 11]]) -> DosPath {
        DosPath(names.iter().map(|name| DosName(**name)).collect())
    }

    #[test]
    fn directories_keep_their_place_and_files_get_the_names_of_the_target() {
        let (a, b, c) = (b"A          ", b"B          ", b"C          ");
        let plan = Plan {
            from: Place { drive: 2, path: path(&[a]) },
            files: ALL,
            to: Place { drive: 3, path: path(&[b]) },
            names: Pattern(*b"????????BAK"),
        };
        let place = plan.place_for(&path(&[a, c]), DosName(*b"X       TXT"));
        assert_eq!(place, Place { drive: 3, path: path(&[b, c, b"X       BAK"]) });
    }

    #[test]
    fn a_directory_into_itself_is_cyclic() {
        let (a, b) = (b"A          ", b"B          ");
        let plan = |to: DosPath| Plan {
            from: Place { drive: 2, path: path(&[a]) },
            files: ALL,
            to: Place { drive: 2, path: to },
            names: ALL,
        };
        assert!(plan(path(&[a, b])).is_cyclic());
        assert!(!plan(path(&[b])).is_cyclic() && !plan(path(&[a])).is_cyclic());
    }
}
