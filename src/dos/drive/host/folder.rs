//! An open directory of a drive, and what is in it.
//!
//! What is in it is reached by the directory's own handle and one name, and no link is followed: nothing
//! that happens to the names above it can lead elsewhere. What a link leads to is reached from the drive's
//! directory on, by a library that has the kernel refuse what leads out.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use rustix::fs::{self, AtFlags, FileType, Mode, OFlags, RawDir, RenameFlags, Stat};
use rustix::io::Errno;

use super::super::FileId;
use super::super::name::{self, DosName};
use super::attributes::{self, Stored};
use crate::screen::CodePage;

/// Bits of a host file's mode that let somebody write it.
pub(super) const WRITABLE: u32 = 0o222;
/// Bytes of names that the host is asked for at once.
const NAMES_BYTES: usize = 0x8000;
/// What opens a file must not wait for, nor become: a pipe's other end, a controlling terminal.
const NOT_WAITING: OFlags = OFlags::NONBLOCK.union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// See the module's text.
#[derive(Debug)]
pub(super) struct Folder<'a> {
    root: &'a Dir,
    /// From the drive's directory on.
    path: PathBuf,
    /// `None` of the drive's directory itself.
    own: Option<OwnedFd>,
}

/// Something in a directory.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) name: OsString,
    /// Of what a link leads to, not of the link.
    pub(super) status: Status,
    is_link: bool,
}

/// What the host knows of a file.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Status {
    pub(super) mode: u32,
    pub(in super::super) size: u64,
    pub(in super::super) written: SystemTime,
    pub(in super::super) id: FileId,
    pub(super) owner: u32,
    pub(super) group: u32,
    /// Names that it has.
    pub(super) links: u64,
}

impl Status {
    /// That of an open file.
    pub(in super::super) fn of(file: impl AsFd) -> io::Result<Status> {
        Ok(Status::from(fs::fstat(file)?))
    }

    pub(super) fn is_directory(&self) -> bool {
        FileType::from_raw_mode(self.mode) == FileType::Directory
    }

    /// True if nobody may write it.
    pub(super) fn is_read_only(&self) -> bool {
        self.mode & WRITABLE == 0
    }

    pub(super) fn is_file(&self) -> bool {
        FileType::from_raw_mode(self.mode) == FileType::RegularFile
    }
}

impl From<Stat> for Status {
    fn from(stat: Stat) -> Status {
        let seconds = u64::try_from(stat.st_mtime).unwrap_or(0);
        let nanoseconds = u32::try_from(stat.st_mtime_nsec).unwrap_or(0);
        Status {
            mode: stat.st_mode,
            size: u64::try_from(stat.st_size).unwrap_or(0),
            written: UNIX_EPOCH.checked_add(Duration::new(seconds, nanoseconds)).unwrap_or(UNIX_EPOCH),
            id: FileId { device: stat.st_dev, inode: stat.st_ino },
            owner: stat.st_uid,
            group: stat.st_gid,
            // Its width is not the same on all processors.
            #[allow(clippy::useless_conversion, reason = "see above")]
            links: stat.st_nlink.into(),
        }
    }
}

impl Found {
    pub(super) fn is_dotted(&self) -> bool {
        is_dotted(&self.name)
    }

    /// True if this is the file itself, by its only name.
    pub(super) fn is_alone(&self) -> bool {
        !self.is_link && self.status.links == 1
    }
}

impl AsFd for Folder<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.own.as_ref().map_or(self.root.as_fd(), AsFd::as_fd)
    }
}

impl<'a> Folder<'a> {
    /// The drive's directory.
    pub(super) fn root(root: &'a Dir) -> Folder<'a> {
        Folder { root, path: PathBuf::from("."), own: None }
    }

    /// The directory at `path`, of which every name is the host's.
    pub(super) fn at(root: &'a Dir, path: PathBuf) -> io::Result<Folder<'a>> {
        let own = root.open_dir(&path)?.into_std_file().into();
        Ok(Folder { root, path, own: Some(own) })
    }

    /// The directory `found` in this one.
    pub(super) fn enter(self, found: &Found) -> io::Result<Folder<'a>> {
        let path = self.path.join(&found.name);
        if found.is_link {
            return Folder::at(self.root, path);
        }
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let own = fs::openat(self.as_fd(), &found.name, flags, Mode::empty())?;
        Ok(Folder { root: self.root, path, own: Some(own) })
    }

    /// What the host knows of the directory itself.
    pub(super) fn status(&self) -> io::Result<Status> {
        Status::of(self)
    }

    /// The directory, for somebody who works in it.
    pub(super) fn handle(&self) -> io::Result<File> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(fs::openat(self, ".", flags, Mode::empty())?.into())
    }

    /// What is called `name` here. A link that leads nowhere or out is neither a file nor a directory.
    pub(super) fn look(&self, name: &OsStr) -> io::Result<Option<Found>> {
        if !is_one_name(name) {
            return Ok(None);
        }
        let stat = match fs::statat(self, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(Errno::NOENT | Errno::NAMETOOLONG | Errno::ILSEQ) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let (is_link, status) = (FileType::from_raw_mode(stat.st_mode) == FileType::Symlink, Status::from(stat));
        let target = if is_link { self.behind_link(name).unwrap_or(status) } else { status };
        Ok(Some(Found { name: name.to_owned(), status: target, is_link }))
    }

    /// What the link `name` leads to.
    fn behind_link(&self, name: &OsStr) -> io::Result<Status> {
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(flags_of(OFlags::PATH));
        Status::of(self.root.open_with(self.path.join(name), &options)?)
    }

    /// The file or directory of DOS's name `name`.
    pub(super) fn find(&self, name: DosName, page: CodePage) -> io::Result<Option<Found>> {
        if name.is_device() {
            return Ok(None);
        }
        // Who has a name among those that differ in case alone is settled by `name::assign`: the one in
        // small letters, else the first in byte order, which has capitals alone.
        let small = name.to_host(page);
        if let Some(found) = self.look(&small)? {
            return Ok(Some(found));
        }
        let capitals = small.to_ascii_uppercase();
        if small.is_ascii()
            && capitals != small
            && let Some(found) = self.look(&capitals)?
        {
            return Ok(Some(found));
        }
        match self.search(name, page)? {
            Some(host) => self.look(&host),
            None => Ok(None),
        }
    }

    /// The host's name of `name`, among all that are here.
    fn search(&self, name: DosName, page: CodePage) -> io::Result<Option<OsString>> {
        if name.stem().contains(&name::SHORT_FORM_MARK) {
            let names = name::assign(self.names()?, page);
            return Ok(names.into_iter().find(|(dos, _)| *dos == name).map(|(_, host)| host));
        }
        let mut first: Option<OsString> = None;
        let dotted = name.dotted();
        self.each_name(|host| {
            if may_be(host, &dotted)
                && first.as_deref().is_none_or(|first| host < first)
                && name::plain(host, page) == Some(name)
            {
                first = Some(host.to_owned());
            }
        })?;
        Ok(first)
    }

    /// All names that are here.
    pub(super) fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        self.each_name(|name| names.push(name.to_owned()))?;
        Ok(names)
    }

    fn each_name(&self, mut take: impl FnMut(&OsStr)) -> io::Result<()> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let own = fs::openat(self, ".", flags, Mode::empty())?;
        let mut bytes: Vec<u8> = Vec::with_capacity(NAMES_BYTES);
        let mut entries = RawDir::new(own, bytes.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            match entry?.file_name().to_bytes() {
                b"." | b".." => {}
                name => take(OsStr::from_bytes(name)),
            }
        }
        Ok(())
    }

    /// What `found` has of DOS's attributes.
    pub(super) fn attributes(&self, found: &Found) -> u8 {
        let stored = if found.is_link { Err(Errno::NOENT) } else { Stored::at(self.as_fd(), &found.name) };
        let stored = match stored {
            Ok(stored) => Some(stored),
            // A link, or a host without /proc.
            Err(Errno::NOENT) if found.status.is_file() || found.status.is_directory() => {
                self.open(found, false).ok().and_then(Stored::of)
            }
            Err(_) => None,
        };
        attributes::shown(&found.status, found.is_dotted(), stored.as_ref())
    }

    /// Opens `found` for reading, and for writing if it `writes`. Whoever asks has seen that it is a file or a
    /// directory: to open a device may do something already.
    pub(super) fn open(&self, found: &Found, writes: bool) -> io::Result<File> {
        if found.is_link {
            let mut options = OpenOptions::new();
            // What has become a pipe since it was looked at must not be waited for.
            options.read(true).write(writes).custom_flags(flags_of(NOT_WAITING));
            return Ok(self.root.open_with(self.path.join(&found.name), &options)?.into_std());
        }
        let access = if writes { OFlags::RDWR } else { OFlags::RDONLY };
        let file = fs::openat(self, &found.name, access | NOT_WAITING | OFlags::NOFOLLOW, Mode::empty())?;
        Ok(file.into())
    }

    /// Makes a file that was not there.
    pub(super) fn create(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | NOT_WAITING | OFlags::NOFOLLOW;
        Ok(fs::openat(self, one_name(name)?, flags, Mode::from_raw_mode(0o666))?.into())
    }

    /// Makes a directory.
    pub(super) fn create_directory(&self, name: &OsStr) -> io::Result<()> {
        Ok(fs::mkdirat(self, one_name(name)?, Mode::from_raw_mode(0o777))?)
    }

    /// Deletes a file.
    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        Ok(fs::unlinkat(self, one_name(name)?, AtFlags::empty())?)
    }

    /// Removes a directory.
    pub(super) fn remove_directory(&self, name: &OsStr) -> io::Result<()> {
        Ok(fs::unlinkat(self, one_name(name)?, AtFlags::REMOVEDIR)?)
    }

    /// Gives what is called `name` here the name `old`; what had it is gone at the same moment.
    pub(super) fn rename_over(&self, name: &OsStr, old: &OsStr) -> io::Result<()> {
        Ok(fs::renameat(self, one_name(name)?, self, one_name(old)?)?)
    }

    /// Gives what is called `name` here the name `new` in `target`, where nothing has it.
    pub(super) fn rename(&self, name: &OsStr, target: &Folder<'_>, new: &OsStr) -> io::Result<()> {
        let (name, new) = (one_name(name)?, one_name(new)?);
        match fs::renameat_with(self, name, target, new, RenameFlags::NOREPLACE) {
            // A file system that cannot promise that.
            Err(Errno::INVAL | Errno::NOSYS) => Ok(fs::renameat(self, name, target, new)?),
            result => Ok(result?),
        }
    }
}

/// True if `host` could be the host's name of what DOS calls `dotted`.
fn may_be(host: &OsStr, dotted: &[u8]) -> bool {
    let host = host.as_bytes();
    match host.split_at_checked(dotted.len()) {
        Some((start, rest)) if host.is_ascii() => matches!(rest, b"" | b".") && start.eq_ignore_ascii_case(dotted),
        _ => !host.is_ascii(),
    }
}

/// What begins with a dot is hidden on the host.
pub(super) fn is_dotted(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b".")
}

/// True of a name that leads to nothing but what is in the directory.
fn is_one_name(name: &OsStr) -> bool {
    let mut parts = Path::new(name).components();
    let single = matches!(parts.next(), Some(Component::Normal(part)) if part == name);
    single && parts.next().is_none()
}

fn one_name(name: &OsStr) -> rustix::io::Result<&OsStr> {
    if is_one_name(name) { Ok(name) } else { Err(Errno::INVAL) }
}

/// Flags as the standard library takes them.
fn flags_of(flags: OFlags) -> i32 {
    i32::try_from(flags.bits()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_name() {
        for name in ["", ".", "..", "a/b", "/a", "a/", "../a"] {
            assert!(!is_one_name(OsStr::new(name)), "{name}");
        }
        for name in ["a", ".a", "..a", "a b", "a\\b"] {
            assert!(is_one_name(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn whatever_has_a_plain_name_is_searched_for() {
        for host in ["readme.txt", "README.TXT", "Readme.txt"] {
            assert!(may_be(OsStr::new(host), b"README.TXT"), "{host}");
        }
        assert!(may_be(OsStr::new("makefile."), b"MAKEFILE"));
        assert!(may_be(OsStr::new("für"), b"F\x9AR"));
        assert!(!may_be(OsStr::new("readme.tx"), b"README.TXT"));
        assert!(!may_be(OsStr::new("readme.txt.gz"), b"README.TXT"));
    }
}
