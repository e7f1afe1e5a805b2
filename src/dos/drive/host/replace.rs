//! Giving a file a new content: all of it, or nothing is changed.

use std::ffi::OsString;
use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{PermissionsExt, fchown};

use super::super::file::of_host;
use super::super::{Access, DosName, DosPath, Share, attribute};
use super::HostDrive;
use super::attributes;
use super::folder::{Folder, Found};
use crate::dos::error::DosError;

/// Names that are tried for the new file.
const MOST_NAMES: u32 = 1000;

impl HostDrive {
    /// Makes `bytes` the content of the file at `path`, which need not be there. Whatever happens meanwhile,
    /// a full disk or the end of dosmux included, the file has either its old content or the new.
    ///
    /// The new content is a file of its own first, which then takes the old one's name. Where the name is one
    /// of several of the file, or belongs to somebody else, that would part them: there the old file is
    /// written, once it is known that there is room.
    pub fn replace(&self, path: &DosPath, bytes: &[u8]) -> Result<(), DosError> {
        self.check_writable()?;
        self.at(path, |folder, name| match self.find(folder, name)? {
            None => self.write_first(folder, name, bytes),
            Some(found) => self.write_anew(folder, &found, bytes),
        })
    }

    /// The file is not there yet.
    fn write_first(&self, folder: &Folder<'_>, name: DosName, bytes: &[u8]) -> Result<(), DosError> {
        let (part, file) = make_beside(folder)?;
        let written = write_whole(&file, bytes).map_err(|error| of_host(&error)).and_then(|()| self.new_name(name));
        let named = written.and_then(|name| folder.rename(&part, folder, &name).map_err(|error| of_host(&error)));
        // Nobody misses what was never whole.
        named.inspect_err(|_| drop(folder.remove(&part)))
    }

    fn write_anew(&self, folder: &Folder<'_>, found: &Found, bytes: &[u8]) -> Result<(), DosError> {
        // Nobody else may write it, and it may be written at all.
        let old = self.open_found(folder, found, Access::ReadWrite, Share::DenyWrite)?;
        let (name, new) = make_beside(folder)?;
        let prepared = write_whole(&new, bytes).map_err(|error| of_host(&error));
        let takes_over = prepared.map(|()| found.is_alone() && dress(&new, found, folder.attributes(found)).is_ok());
        let result = match takes_over {
            Ok(true) => folder.rename_over(&name, &found.name).map_err(|error| of_host(&error)),
            // If this fails half-way, the new file has everything and stays.
            Ok(false) => return old.write_over(bytes).map(|()| drop(folder.remove(&name))),
            Err(error) => Err(error),
        };
        result.inspect_err(|_| drop(folder.remove(&name)))
    }
}

/// A new file of its own name in `folder`.
fn make_beside(folder: &Folder<'_>) -> Result<(OsString, File), DosError> {
    for number in 0..MOST_NAMES {
        let name = OsString::from(format!("save{number:04}.$$$"));
        match folder.create(&name) {
            Ok(file) => return Ok((name, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(of_host(&error)),
        }
    }
    Err(DosError::CannotMake)
}

/// Writes `bytes` and has the host put them on its disk: a name must not come to a file before its content.
fn write_whole(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_data()
}

/// Gives `new` owner, mode and attributes of `old`.
fn dress(new: &File, old: &Found, attributes: u8) -> io::Result<()> {
    fchown(new, Some(old.status.owner), Some(old.status.group))?;
    new.set_permissions(Permissions::from_mode(old.status.mode & 0o7777))?;
    attributes::set(new, old.is_dotted(), attributes & !attribute::DIRECTORY | attribute::ARCHIVE)
}
