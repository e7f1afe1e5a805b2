//! A host directory as a drive.
//!
//! Nothing is cached: each call looks at the host afresh. Nothing outside of the directory can be
//! reached: every path is opened through the directory's own handle, by a library that has the kernel
//! refuse what leads out of it, symbolic links and races included. Only regular files are opened.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, Metadata, MetadataExt, OpenOptions, OpenOptionsExt, PermissionsExt};
use nix::libc;

use super::file::{FileId, OpenFile, of_host};
use super::name::{self, DosName};
use super::time::Zone;
use super::{Access, Create, DosPath, Entry, Share, attribute};
use crate::dos::error::DosError;
use crate::screen::CodePage;

/// Bits of a host file's mode that let somebody write it.
const WRITABLE: u32 = 0o222;
/// The bit that makes a new file writable for its owner.
const OWNER_WRITABLE: u32 = 0o200;

/// See the module's text.
#[derive(Debug)]
pub struct HostDrive {
    root: Dir,
    /// Where it was found, for people; only `root` counts.
    path: PathBuf,
    page: CodePage,
    zone: Zone,
    read_only: bool,
    label: Option<DosName>,
}

/// Room on a drive. *Units*: bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// That can still be written.
    pub free: u64,
    /// In all.
    pub total: u64,
}

impl HostDrive {
    /// The directory at `path`, whose names are in the characters of `page`.
    pub fn open(path: &Path, page: CodePage, zone: Zone, read_only: bool) -> io::Result<HostDrive> {
        let root = Dir::open_ambient_dir(path, ambient_authority())?;
        let path = path.canonicalize()?;
        let label = path.file_name().map(|folder| name::short_form(folder, 0, page));
        let label = path.file_name().and_then(|folder| name::plain(folder, page)).or(label);
        Ok(HostDrive { root, path, page, zone, read_only, label })
    }

    /// The directory as it was named, links resolved.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
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
        let host = self.resolve_directory(path)?;
        self.root.open_dir(host).map(Dir::into_std_file).map_err(|error| of_host(&error))
    }

    /// What `path` is.
    pub fn lookup(&self, path: &DosPath) -> Result<Entry, DosError> {
        let host = self.resolve(path)?;
        let metadata = self.root.metadata(&host).map_err(|error| of_host(&error))?;
        let name = path.0.last().copied().unwrap_or(DosName([b' '; 11]));
        self.entry(name, &host, &metadata).ok_or(DosError::AccessDenied)
    }

    /// Everything in directory `path` that DOS can have, in the order of the host's names.
    pub fn list(&self, path: &DosPath) -> Result<Vec<Entry>, DosError> {
        Ok(self.entries(path)?.into_iter().map(|(entry, _)| entry).collect())
    }

    /// As [`HostDrive::list`], with the host's names.
    pub(super) fn entries(&self, path: &DosPath) -> Result<Vec<(Entry, OsString)>, DosError> {
        let folder = self.resolve_directory(path)?;
        let hosts = self.host_names(&folder)?;
        if hosts.is_empty() {
            self.check_there()?;
        }
        let entry = |(dos, host): (DosName, OsString)| {
            let at = folder.join(&host);
            // Files that go away meanwhile, links that lead nowhere or out, pipes and devices.
            let metadata = self.root.metadata(&at).ok()?;
            Some((self.entry(dos, &at, &metadata)?, host))
        };
        Ok(name::assign(hosts, self.page).into_iter().filter_map(entry).collect())
    }

    /// The names in directory `path`: DOS's and the host's.
    pub fn names(&self, path: &DosPath) -> Result<Vec<(DosName, OsString)>, DosError> {
        let folder = self.resolve_directory(path)?;
        Ok(name::assign(self.host_names(&folder)?, self.page))
    }

    /// Which file of the host `path` is.
    pub fn id(&self, path: &DosPath) -> Result<FileId, DosError> {
        let metadata = self.root.metadata(self.resolve(path)?).map_err(|error| of_host(&error))?;
        Ok(FileId { device: metadata.dev(), inode: metadata.ino() })
    }

    /// Opens a file that exists.
    pub fn open_file(&self, path: &DosPath, access: Access, share: Share) -> Result<OpenFile, DosError> {
        let host = self.resolve(path)?;
        self.open_host(&host, access, share)
    }

    /// Makes a file, or empties one that exists if `how` says so.
    pub fn create_file(&self, path: &DosPath, how: Create, access: Access, share: Share) -> Result<OpenFile, DosError> {
        self.check_writable()?;
        match (self.resolve(path), how) {
            (Ok(_), Create::New) => Err(DosError::FileExists),
            (Ok(host), Create::Truncate) => {
                let file = self.open_host(&host, Access::ReadWrite, share)?;
                file.set_size(0)?;
                Ok(file)
            }
            (Err(DosError::FileNotFound), _) => self.create_at(&self.new_host_path(path)?, access, share),
            (Err(error), _) => Err(error),
        }
    }

    /// Makes a file that is not there.
    pub(super) fn create_at(&self, host: &Path, access: Access, share: Share) -> Result<OpenFile, DosError> {
        self.check_writable()?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o666);
        let file = self.root.open_with(host, &options).map_err(|error| of_host(&error))?;
        OpenFile::claim(file.into_std(), access, share, self.zone.clone())
    }

    /// Deletes a file.
    pub fn remove(&self, path: &DosPath) -> Result<(), DosError> {
        let (host, entry) = self.changeable(path)?;
        if entry.attributes & attribute::DIRECTORY != 0 {
            return Err(DosError::AccessDenied);
        }
        // Nobody may have it open.
        drop(self.open_host(&host, Access::ReadWrite, Share::DenyAll)?);
        self.root.remove_file(&host).map_err(|error| of_host(&error))
    }

    /// Gives a file or directory another name, in whatever directory of the same drive.
    pub fn rename(&self, from: &DosPath, to: &DosPath) -> Result<(), DosError> {
        self.check_writable()?;
        self.resolve(from)?;
        match self.resolve(to) {
            Ok(_) => return Err(DosError::AccessDenied),
            Err(DosError::FileNotFound) => {}
            Err(error) => return Err(error),
        }
        self.rename_at(from, &self.new_host_path(to)?)
    }

    /// Gives a file or directory another name, which nothing else has.
    pub(super) fn rename_at(&self, from: &DosPath, new: &Path) -> Result<(), DosError> {
        self.check_writable()?;
        let old = self.resolve(from)?;
        self.root.rename(&old, &self.root, new).map_err(|error| of_host(&error))
    }

    /// Makes a directory.
    pub fn make_directory(&self, path: &DosPath) -> Result<(), DosError> {
        self.check_writable()?;
        match self.resolve(path) {
            Ok(_) => Err(DosError::AccessDenied),
            Err(DosError::FileNotFound) => self.make_directory_at(&self.new_host_path(path)?),
            Err(error) => Err(error),
        }
    }

    /// Makes a directory that is not there.
    pub(super) fn make_directory_at(&self, host: &Path) -> Result<(), DosError> {
        self.check_writable()?;
        self.root.create_dir(host).map_err(|error| of_host(&error))
    }

    /// Removes a directory that is empty.
    pub fn remove_directory(&self, path: &DosPath) -> Result<(), DosError> {
        self.check_writable()?;
        let host = self.resolve_directory(path)?;
        self.root.remove_dir(&host).map_err(|error| of_host(&error))
    }

    /// Sets a file's attributes. Gap: the host keeps read-only; hidden, system and archive stay as they
    /// are.
    pub fn set_attributes(&self, path: &DosPath, attributes: u8) -> Result<(), DosError> {
        self.check_writable()?;
        let host = self.resolve(path)?;
        let mut permissions = self.root.metadata(&host).map_err(|error| of_host(&error))?.permissions();
        let mode = permissions.mode();
        let read_only = attributes & attribute::READ_ONLY != 0;
        permissions.set_mode(if read_only { mode & !WRITABLE } else { mode | OWNER_WRITABLE });
        self.root.set_permissions(&host, permissions).map_err(|error| of_host(&error))
    }

    /// Room on the file system that the directory is on; none to write if the drive is read-only.
    pub fn space(&self) -> Result<Space, DosError> {
        let stat = nix::sys::statvfs::fstatvfs(&self.root).map_err(|error| of_host(&error.into()))?;
        let bytes = |blocks: u64| blocks.saturating_mul(stat.fragment_size());
        let free = if self.read_only { 0 } else { bytes(stat.blocks_available()) };
        Ok(Space { free, total: bytes(stat.blocks()) })
    }

    fn check_writable(&self) -> Result<(), DosError> {
        if self.read_only { Err(DosError::WriteProtected) } else { Ok(()) }
    }

    /// A file that may be changed: its host path and what it is.
    fn changeable(&self, path: &DosPath) -> Result<(PathBuf, Entry), DosError> {
        self.check_writable()?;
        let entry = self.lookup(path)?;
        if entry.attributes & attribute::READ_ONLY != 0 {
            return Err(DosError::AccessDenied);
        }
        Ok((self.resolve(path)?, entry))
    }

    fn open_host(&self, host: &Path, access: Access, share: Share) -> Result<OpenFile, DosError> {
        let metadata = self.root.metadata(host).map_err(|error| of_host(&error))?;
        if !metadata.is_file() {
            return Err(DosError::AccessDenied);
        }
        if access.writes() {
            self.check_writable()?;
            if metadata.permissions().readonly() {
                return Err(DosError::AccessDenied);
            }
        }
        let mut options = OpenOptions::new();
        // Locks that mark a reader need a file that can be read. What has become a pipe since it was
        // looked at must not be waited for.
        options.read(true).write(access.writes()).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
        let file = self.root.open_with(host, &options).map_err(|error| of_host(&error))?.into_std();
        if !file.metadata().is_ok_and(|metadata| metadata.is_file()) {
            return Err(DosError::AccessDenied);
        }
        OpenFile::claim(file, access, share, self.zone.clone())
    }

    /// The host's path of `path`, from the drive's directory on.
    ///
    /// *Errors*: `FileNotFound` if only the last name is missing, else `PathNotFound`.
    fn resolve(&self, path: &DosPath) -> Result<PathBuf, DosError> {
        let mut host = PathBuf::from(".");
        for (index, &name) in path.0.iter().enumerate() {
            let last = index + 1 == path.0.len();
            let missing = if last { DosError::FileNotFound } else { DosError::PathNotFound };
            let found = self.find(&host, name).map_err(not_found).and_then(|found| found.ok_or(missing));
            // What is missing may be missing with all the rest.
            host.push(found.or_else(|error| match error {
                DosError::TooManyOpenFiles => Err(error),
                _ => self.check_there().and(Err(error)),
            })?);
        }
        Ok(host)
    }

    /// *Errors*: the drive's directory is gone, or cannot be looked at any more.
    ///
    /// Gap: one that is made anew under the same name is another one, which a session does not find.
    fn check_there(&self) -> Result<(), DosError> {
        let there = self.root.dir_metadata().is_ok_and(|metadata| metadata.nlink() > 0);
        if there && self.root.read_dir(".").is_ok() { Ok(()) } else { Err(DosError::NotReady) }
    }

    pub(super) fn resolve_directory(&self, path: &DosPath) -> Result<PathBuf, DosError> {
        let host = self.resolve(path).map_err(not_found)?;
        match self.root.metadata(&host) {
            Ok(metadata) if metadata.is_dir() => Ok(host),
            _ => Err(DosError::PathNotFound),
        }
    }

    /// Where a file of a new name goes on the host.
    fn new_host_path(&self, path: &DosPath) -> Result<PathBuf, DosError> {
        let (folder, name) = path.split().ok_or(DosError::AccessDenied)?;
        if name.is_device() {
            return Err(DosError::AccessDenied);
        }
        Ok(self.resolve_directory(&folder)?.join(name.to_host(self.page)))
    }

    /// The host's name of `name` in `folder`.
    fn find(&self, folder: &Path, name: DosName) -> Result<Option<OsString>, DosError> {
        let likely = name.to_host(self.page);
        if !name.is_device() && self.root.symlink_metadata(folder.join(&likely)).is_ok() {
            return Ok(Some(likely));
        }
        let names = name::assign(self.host_names(folder)?, self.page);
        Ok(names.into_iter().find(|(dos, _)| *dos == name).map(|(_, host)| host))
    }

    fn host_names(&self, folder: &Path) -> Result<Vec<OsString>, DosError> {
        let entries = self.root.read_dir(folder).map_err(|error| of_host(&error))?;
        let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
        names.collect::<Result<_, _>>().map_err(|error| of_host(&error))
    }

    /// `None` of what is neither a file nor a directory.
    fn entry(&self, name: DosName, host: &Path, metadata: &Metadata) -> Option<Entry> {
        let kind = match (metadata.is_dir(), metadata.is_file()) {
            (true, _) => attribute::DIRECTORY,
            (_, true) => attribute::ARCHIVE,
            (false, false) => return None,
        };
        let read_only = metadata.is_file() && metadata.permissions().readonly();
        let mut attributes = kind;
        if read_only {
            attributes |= attribute::READ_ONLY;
        }
        if host.file_name().is_some_and(is_hidden) {
            attributes |= attribute::HIDDEN;
        }
        let size = if metadata.is_dir() { 0 } else { u32::try_from(metadata.len()).unwrap_or(u32::MAX) };
        let written = metadata.modified().map(|at| self.zone.stamp(at.into_std())).unwrap_or_default();
        Some(Entry { name, attributes, size, written })
    }
}

/// A directory that the host does not show is not there; but its trouble with itself is told.
fn not_found(error: DosError) -> DosError {
    match error {
        DosError::TooManyOpenFiles | DosError::NotReady => error,
        _ => DosError::PathNotFound,
    }
}

/// What begins with a dot is hidden on the host.
fn is_hidden(host: &OsStr) -> bool {
    host.as_encoded_bytes().starts_with(b".")
}

#[cfg(test)]
mod tests;
