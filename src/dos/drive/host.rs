//! A host directory as a drive.
//!
//! Nothing is cached: each call looks at the host afresh. Nothing outside of the directory can be
//! reached: directories are opened through the drive's own, and what is in them by single names that no
//! link is followed for (`folder`). Only regular files are opened. A directory that is gone is found again
//! when it comes back (`root`).

mod attributes;
mod folder;
mod replace;
mod root;

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use cap_std::fs::Dir;
use tempfile::TempDir;

use super::file::{FileId, OpenFile, Opening, of_host};
use super::name::{self, DosName};
use super::time::Zone;
use super::{Access, Create, DosPath, Entry, Share, attribute};
use crate::dos::error::DosError;
use crate::screen::CodePage;
pub use attributes::copy_kept as copy_kept_attributes;
pub(super) use attributes::{of_open as attributes_of, set as set_open_attributes, set_archive};
pub(super) use folder::Status;
use folder::{Folder, Found};
use root::Root;

/// See the module's text.
#[derive(Debug)]
pub struct HostDrive {
    root: Root,
    page: CodePage,
    zone: Zone,
    /// For directories, and set if the host's room does not show: see [`HostDrive::apart`].
    apart: Option<Box<Zone>>,
    read_only: bool,
    label: Option<DosName>,
    /// Of a directory that is a copy: what holds it, and what it was made of.
    copy: Option<Box<(TempDir, PathBuf)>>,
}

/// Room on a drive. *Units*: bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// That can still be written.
    pub free: u64,
    /// In all.
    pub total: u64,
}

/// What drives show that show nothing of the host's.
const ROOM: Space = Space { free: 1 << 30, total: 2 << 30 };

impl HostDrive {
    /// The directory at `path`, whose names are in the characters of `page`.
    pub fn open(path: &Path, page: CodePage, zone: Zone, read_only: bool) -> io::Result<HostDrive> {
        let root = Root::open(path)?;
        let folder = root.path().file_name();
        let label = folder.map(|folder| name::plain(folder, page).unwrap_or_else(|| name::short_form(folder, 0, page)));
        Ok(HostDrive { root, page, zone, apart: None, read_only, label, copy: None })
    }

    /// Shows a guest nothing that differs from host to host: when directories were written, which `directories`
    /// says instead, and how much room there is.
    #[must_use]
    pub fn apart(self, directories: Zone) -> HostDrive {
        HostDrive { apart: Some(Box::new(directories)), ..self }
    }

    /// Notes that the directory is in `home`, which goes away with the drive, and a copy of `original`.
    #[must_use]
    pub fn as_copy(self, home: TempDir, original: PathBuf) -> HostDrive {
        HostDrive { copy: Some(Box::new((home, original))), ..self }
    }

    /// What the directory is a copy of, if it is one.
    #[must_use]
    pub fn original(&self) -> Option<&Path> {
        self.copy.as_ref().map(|copy| copy.1.as_path())
    }

    /// The directory as it was named, links resolved.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.root.path()
    }

    /// True if nothing on it can be changed.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// The drive's label: the directory's name.
    #[must_use]
    pub fn label(&self) -> Option<DosName> {
        self.label
    }

    /// What the characters of its names are.
    pub(super) fn page(&self) -> CodePage {
        self.page
    }

    /// The zone that its files' times are in.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Directory `path`, for somebody who works in it.
    pub fn directory(&self, path: &DosPath) -> Result<File, DosError> {
        self.in_folder(path, |folder| folder.handle().map_err(|error| of_host(&error)))
    }

    /// What `path` is.
    pub fn lookup(&self, path: &DosPath) -> Result<Entry, DosError> {
        let Some((directory, name)) = path.split() else { return self.root_entry() };
        self.in_folder(&directory, |folder| {
            let found = self.found(folder, name)?;
            self.entry(folder, name, &found).ok_or(DosError::AccessDenied)
        })
    }

    /// The drive's directory itself.
    fn root_entry(&self) -> Result<Entry, DosError> {
        let written = self.in_folder(&DosPath::default(), |folder| {
            let zone = self.apart.as_deref().unwrap_or(&self.zone);
            folder.status().map(|status| zone.stamp(status.written)).map_err(|error| of_host(&error))
        })?;
        Ok(Entry { name: DosName([b' '; 11]), attributes: attribute::DIRECTORY, size: 0, written })
    }

    /// Everything in directory `path` that DOS can have, in the order of the host's names.
    pub fn list(&self, path: &DosPath) -> Result<Vec<Entry>, DosError> {
        Ok(self.entries(path)?.into_iter().map(|(entry, _)| entry).collect())
    }

    /// As [`HostDrive::list`], with the host's names.
    pub(super) fn entries(&self, path: &DosPath) -> Result<Vec<(Entry, OsString)>, DosError> {
        self.in_folder(path, |folder| {
            let names = folder.names().map_err(|error| of_host(&error))?;
            let entry = |(dos, host): (DosName, OsString)| {
                // Files that go away meanwhile, links that lead nowhere or out, pipes and devices.
                let found = folder.look(&host).ok()??;
                Some((self.entry(folder, dos, &found)?, host))
            };
            Ok(name::assign(names, self.page).into_iter().filter_map(entry).collect())
        })
    }

    /// The names in directory `path`: DOS's and the host's.
    pub fn names(&self, path: &DosPath) -> Result<Vec<(DosName, OsString)>, DosError> {
        let names = self.in_folder(path, |folder| folder.names().map_err(|error| of_host(&error)))?;
        Ok(name::assign(names, self.page))
    }

    /// Which file of the host `path` is.
    pub fn id(&self, path: &DosPath) -> Result<FileId, DosError> {
        self.at(path, |folder, name| Ok(self.found(folder, name)?.status.id))
    }

    /// Opens a file that exists.
    pub fn open_file(&self, path: &DosPath, access: Access, share: Share) -> Result<OpenFile, DosError> {
        self.at(path, |folder, name| self.open_found(folder, &self.found(folder, name)?, access, share))
    }

    /// Makes a file, or empties one that exists if `how` says so.
    pub fn create_file(&self, path: &DosPath, how: Create, access: Access, share: Share) -> Result<OpenFile, DosError> {
        self.check_writable()?;
        self.at(path, |folder, name| match self.find(folder, name)? {
            Some(_) if how == Create::New => Err(DosError::FileExists),
            Some(found) => {
                let file = self.open_found(folder, &found, Access::ReadWrite, share)?;
                file.set_size(0)?;
                Ok(file)
            }
            None => self.create_in(folder, &self.new_name(name)?, access, share),
        })
    }

    /// Makes a file in directory `path` that the host calls `name`, and that is not there.
    pub(super) fn create_named(
        &self,
        path: &DosPath,
        name: &OsStr,
        access: Access,
        share: Share,
    ) -> Result<OpenFile, DosError> {
        self.check_writable()?;
        self.in_folder(path, |folder| self.create_in(folder, name, access, share))
    }

    fn create_in(&self, folder: &Folder<'_>, name: &OsStr, access: Access, share: Share) -> Result<OpenFile, DosError> {
        let file = folder.create(name).map_err(|error| of_host(&error))?;
        OpenFile::claim(file, self.opening(access, share, folder::is_dotted(name)))
    }

    /// Deletes a file.
    pub fn remove(&self, path: &DosPath) -> Result<(), DosError> {
        self.check_writable()?;
        self.at(path, |folder, name| {
            let found = self.found(folder, name)?;
            // Nobody may have it open; a directory or a read-only file is not opened.
            drop(self.open_found(folder, &found, Access::ReadWrite, Share::DenyAll)?);
            folder.remove(&found.name).map_err(|error| of_host(&error))
        })
    }

    /// Gives a file or directory another name, in whatever directory of the same drive.
    pub fn rename(&self, from: &DosPath, to: &DosPath) -> Result<(), DosError> {
        self.check_writable()?;
        self.at(from, |folder, name| {
            let found = self.found(folder, name)?;
            self.at(to, |target, new| match self.find(target, new)? {
                Some(_) => Err(DosError::AccessDenied),
                None => {
                    let new = self.new_name(new)?;
                    folder.rename(&found.name, target, &new).map_err(|error| of_host(&error))
                }
            })
        })
    }

    /// Gives a file or directory a name in directory `path` that nothing else has: `new` is the host's.
    pub(super) fn rename_named(&self, from: &DosPath, path: &DosPath, new: &OsStr) -> Result<(), DosError> {
        self.check_writable()?;
        self.at(from, |folder, name| {
            let found = self.found(folder, name)?;
            self.in_folder(path, |target| folder.rename(&found.name, target, new).map_err(|error| of_host(&error)))
        })
    }

    /// Makes a directory.
    pub fn make_directory(&self, path: &DosPath) -> Result<(), DosError> {
        self.check_writable()?;
        self.at(path, |folder, name| match self.find(folder, name)? {
            Some(_) => Err(DosError::AccessDenied),
            None => folder.create_directory(&self.new_name(name)?).map_err(|error| of_host(&error)),
        })
    }

    /// Makes a directory in directory `path` that the host calls `name`, and that is not there.
    pub(super) fn make_directory_named(&self, path: &DosPath, name: &OsStr) -> Result<(), DosError> {
        self.check_writable()?;
        self.in_folder(path, |folder| folder.create_directory(name).map_err(|error| of_host(&error)))
    }

    /// Removes a directory that is empty.
    pub fn remove_directory(&self, path: &DosPath) -> Result<(), DosError> {
        self.check_writable()?;
        self.at(path, |folder, name| match self.find(folder, name)? {
            Some(found) if found.status.is_directory() => {
                folder.remove_directory(&found.name).map_err(|error| of_host(&error))
            }
            _ => Err(DosError::PathNotFound),
        })
    }

    /// Sets the attributes of a file or directory.
    pub fn set_attributes(&self, path: &DosPath, attributes: u8) -> Result<(), DosError> {
        self.check_writable()?;
        self.at(path, |folder, name| {
            let found = self.found(folder, name)?;
            if !found.status.is_file() && !found.status.is_directory() {
                return Err(DosError::AccessDenied);
            }
            let set = |file: File| attributes::set(&file, found.is_dotted(), attributes);
            folder.open(&found, false).and_then(set).map_err(|error| of_host(&error))
        })
    }

    /// Room on the file system that the directory is on; none to write if the drive is read-only.
    pub fn space(&self) -> Result<Space, DosError> {
        if self.apart.is_some() {
            return Ok(Space { free: if self.read_only { 0 } else { ROOM.free }, ..ROOM });
        }
        self.in_folder(&DosPath::default(), |folder| {
            let stat = nix::sys::statvfs::fstatvfs(folder).map_err(|error| of_host(&error.into()))?;
            let bytes = |blocks: u64| blocks.saturating_mul(stat.fragment_size());
            let free = if self.read_only { 0 } else { bytes(stat.blocks_available()) };
            Ok(Space { free, total: bytes(stat.blocks()) })
        })
    }

    fn check_writable(&self) -> Result<(), DosError> {
        if self.read_only { Err(DosError::WriteProtected) } else { Ok(()) }
    }

    /// Does something with the last name of `path`, in the directory that it is in.
    fn at<T>(&self, path: &DosPath, act: impl Fn(&Folder<'_>, DosName) -> Result<T, DosError>) -> Result<T, DosError> {
        let (directory, name) = path.split().ok_or(DosError::AccessDenied)?;
        self.in_folder(&directory, |folder| act(folder, name))
    }

    /// Does something in directory `path`.
    fn in_folder<T>(&self, path: &DosPath, act: impl Fn(&Folder<'_>) -> Result<T, DosError>) -> Result<T, DosError> {
        self.root.act(|root| act(&self.folder(root, path)?))
    }

    /// Directory `path`. *Errors*: the path is not found, unless it is the host that has trouble.
    fn folder<'a>(&self, root: &'a Dir, path: &DosPath) -> Result<Folder<'a>, DosError> {
        if path.0.is_empty() {
            return Ok(Folder::root(root));
        }
        // As a rule all names are in small letters: one look instead of one at each.
        if path.0.iter().all(|name| !name.is_device()) {
            let likely: PathBuf = path.0.iter().map(|name| name.to_host(self.page)).collect();
            if let Ok(folder) = Folder::at(root, likely) {
                return Ok(folder);
            }
        }
        path.0.iter().try_fold(Folder::root(root), |folder, &name| {
            let found = self.find(&folder, name).and_then(|found| found.ok_or(DosError::PathNotFound));
            found.and_then(|found| folder.enter(&found).map_err(|error| of_host(&error))).map_err(not_found)
        })
    }

    fn find(&self, folder: &Folder<'_>, name: DosName) -> Result<Option<Found>, DosError> {
        folder.find(name, self.page).map_err(|error| of_host(&error))
    }

    fn found(&self, folder: &Folder<'_>, name: DosName) -> Result<Found, DosError> {
        self.find(folder, name)?.ok_or(DosError::FileNotFound)
    }

    /// What a new file or directory of this name is called on the host.
    fn new_name(&self, name: DosName) -> Result<OsString, DosError> {
        if name.is_device() { Err(DosError::AccessDenied) } else { Ok(name.to_host(self.page)) }
    }

    fn opening(&self, access: Access, share: Share, dotted: bool) -> Opening {
        Opening { access, share, zone: self.zone.clone(), dotted }
    }

    fn open_found(
        &self,
        folder: &Folder<'_>,
        found: &Found,
        access: Access,
        share: Share,
    ) -> Result<OpenFile, DosError> {
        if !found.status.is_file() {
            return Err(DosError::AccessDenied);
        }
        if access.writes() {
            self.check_writable()?;
        }
        // Locks that mark a reader need a file that can be read.
        let file = folder.open(found, access.writes()).map_err(|error| of_host(&error))?;
        let status = Status::of(&file).map_err(|error| of_host(&error))?;
        if !status.is_file() || access.writes() && status.is_read_only() {
            return Err(DosError::AccessDenied);
        }
        OpenFile::claim(file, self.opening(access, share, found.is_dotted()))
    }

    /// `None` of what is neither a file nor a directory.
    fn entry(&self, folder: &Folder<'_>, name: DosName, found: &Found) -> Option<Entry> {
        let (status, is_directory) = (&found.status, found.status.is_directory());
        if !is_directory && !status.is_file() {
            return None;
        }
        let size = if is_directory { 0 } else { u32::try_from(status.size).unwrap_or(u32::MAX) };
        let zone = self.apart.as_deref().filter(|_| is_directory).unwrap_or(&self.zone);
        Some(Entry { name, attributes: folder.attributes(found), size, written: zone.stamp(status.written) })
    }
}

/// A directory that the host does not show is not there; but its trouble with itself is told.
fn not_found(error: DosError) -> DosError {
    match error {
        DosError::TooManyOpenFiles | DosError::GeneralFailure => error,
        _ => DosError::PathNotFound,
    }
}

#[cfg(test)]
mod tests;
