//! An open file of a host directory.

use std::fs::{File, FileTimes};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::libc;

use super::host::{Status, attributes_of, set_archive, set_open_attributes};
use super::share;
use super::time::{Stamp, Zone};
use super::{Access, DosName, Entry, Share, attribute};
use crate::dos::error::DosError;

/// Where a DOS file ends at last: its positions have 32 bits.
const MOST_BYTES: u64 = u32::MAX as u64;

/// An open file. Closed when dropped, with its locks and its share mode.
#[derive(Clone, Debug)]
pub struct OpenFile(Source);

/// Where its bytes are.
#[derive(Clone, Debug)]
enum Source {
    Host(HostFile),
    /// In dosmux itself.
    Bytes(Arc<[u8]>, Stamp),
}

#[derive(Clone, Debug)]
struct HostFile {
    opened: Arc<Opened>,
    how: Opening,
}

/// How a file of the host is opened.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    pub(super) access: Access,
    pub(super) share: Share,
    pub(super) zone: Zone,
    /// Its name begins with a dot.
    pub(super) dotted: bool,
}

#[derive(Debug)]
struct Opened {
    file: File,
    /// Something has been written since it was marked as changed.
    written: AtomicBool,
    /// Its own machine has it open another time, whatever it denies to others.
    shared: AtomicBool,
}

impl Opened {
    fn new(file: File) -> Arc<Opened> {
        Arc::new(Opened { file, written: AtomicBool::new(false), shared: AtomicBool::new(false) })
    }

    /// As DOS does when a file is closed or committed. What the host refuses here is nobody's error.
    fn archive(&self) {
        if self.written.swap(false, Ordering::Relaxed) {
            let _ = set_archive(&self.file);
        }
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.archive();
    }
}

/// Which file of the host something is, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId {
    pub(super) device: u64,
    pub(super) inode: u64,
}

/// A part of a file to be locked. *Units*: bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// First byte.
    pub start: u32,
    /// How many.
    pub len: u32,
}

impl OpenFile {
    /// A file of the host, that has been opened. *Errors*: somebody has it open in a way that does not
    /// go with that.
    pub(super) fn claim(file: File, how: Opening) -> Result<OpenFile, DosError> {
        share::claim(&file, how.access, how.share)?;
        Ok(OpenFile(Source::Host(HostFile { opened: Opened::new(file), how })))
    }

    /// Which file of the host it is, if it was opened as programs of DOS 2 do: those of one machine do
    /// not keep each other out. Source: RBIL, INT 21h/AH=3Dh, table of sharing modes.
    pub(in crate::dos) fn compatible(&self) -> Option<FileId> {
        match &self.0 {
            Source::Host(file) if file.how.share == Share::Compatible => file.id(),
            Source::Host(_) | Source::Bytes(..) => None,
        }
    }

    /// Which file of the host it is.
    pub(in crate::dos) fn id(&self) -> Option<FileId> {
        match &self.0 {
            Source::Host(file) => file.id(),
            Source::Bytes(..) => None,
        }
    }

    /// Lets everybody open the file for a moment.
    pub(in crate::dos) fn step_aside(&self) {
        if let Source::Host(file) = &self.0 {
            // Without locks there is nobody who was kept out.
            let _ = share::step_aside(&file.opened.file);
        }
    }

    /// Notes that its own machine has the same file open another time.
    pub(in crate::dos) fn mark_shared(&self) {
        if let Source::Host(file) = &self.0 {
            file.opened.shared.store(true, Ordering::Relaxed);
        }
    }

    /// Ends that moment.
    pub(in crate::dos) fn step_back(&self) {
        self.mark_shared();
        if let Source::Host(file) = &self.0 {
            let _ = share::step_back(&file.opened.file, file.how.access, file.how.share);
        }
    }

    /// A file of the host's without a name, for as long as it is open.
    pub(in crate::dos) fn scratch() -> Result<OpenFile, DosError> {
        let opened = Opened::new(tempfile::tempfile().map_err(|error| of_host(&error))?);
        let how = Opening { access: Access::ReadWrite, share: Share::DenyNone, zone: Zone::universal(), dotted: false };
        Ok(OpenFile(Source::Host(HostFile { opened, how })))
    }

    /// A file in dosmux itself, to be read.
    pub(super) fn of_bytes(bytes: Vec<u8>, written: Stamp) -> OpenFile {
        OpenFile(Source::Bytes(bytes.into(), written))
    }

    /// Reads from `position` on as much as there is, up to the length of `out`.
    pub fn read_at(&self, position: u32, out: &mut [u8]) -> Result<usize, DosError> {
        match &self.0 {
            Source::Host(file) => file.read_at(position, out),
            Source::Bytes(bytes, _) => {
                let from = usize::try_from(position).unwrap_or(usize::MAX).min(bytes.len());
                let count = out.len().min(bytes.len() - from);
                out[..count].copy_from_slice(&bytes[from..from + count]);
                Ok(count)
            }
        }
    }

    /// Writes `data` from `position` on; on a full disk as much as there is room for.
    pub fn write_at(&self, position: u32, data: &[u8]) -> Result<usize, DosError> {
        self.host()?.write_at(position, data)
    }

    /// Ends the file at `len`, filling it with zeros if that is behind its end.
    pub fn set_size(&self, len: u32) -> Result<(), DosError> {
        self.host()?.set_size(len)
    }

    /// *Units*: bytes; of a larger file the most that fits.
    pub fn size(&self) -> Result<u32, DosError> {
        match &self.0 {
            Source::Host(file) => file.size(),
            Source::Bytes(bytes, _) => Ok(u32::try_from(bytes.len()).unwrap_or(u32::MAX)),
        }
    }

    /// What is known of it, under `name`.
    pub fn entry(&self, name: DosName) -> Result<Entry, DosError> {
        match &self.0 {
            Source::Host(file) => file.entry(name),
            Source::Bytes(_, written) => {
                let attributes = attribute::READ_ONLY | attribute::ARCHIVE;
                Ok(Entry { name, attributes, size: self.size()?, written: *written })
            }
        }
    }

    /// Makes `bytes` all that is in it. If there is no room for what is more, it stays as it is.
    pub(super) fn write_over(&self, bytes: &[u8]) -> Result<(), DosError> {
        let (old, len) = (self.size()?, u32::try_from(bytes.len()).map_err(|_| DosError::DiskFull)?);
        let (start, more) = bytes.split_at(bytes.len().min(usize::try_from(old).unwrap_or(usize::MAX)));
        if self.write_at(old, more)? < more.len() {
            self.set_size(old)?;
            return Err(DosError::DiskFull);
        }
        if self.write_at(0, start)? < start.len() {
            return Err(DosError::DiskFull);
        }
        self.set_size(len)
    }

    /// The same of a file that has been made or emptied, which gets these attributes, and archive. What a
    /// dot hides on the host stays hidden.
    pub(in crate::dos) fn new_entry(&self, name: DosName, attributes: u8) -> Result<Entry, DosError> {
        let (file, mut entry) = (self.host()?, self.entry(name)?);
        let hidden = if file.how.dotted { entry.attributes & attribute::HIDDEN } else { 0 };
        let wanted = attributes | attribute::ARCHIVE | hidden;
        if entry.attributes != wanted {
            set_open_attributes(&file.opened.file, file.how.dotted, wanted).map_err(|error| of_host(&error))?;
            entry.attributes = wanted;
        }
        Ok(entry)
    }

    /// When it was last written.
    pub fn written(&self) -> Result<Stamp, DosError> {
        match &self.0 {
            Source::Host(file) => file.written(),
            Source::Bytes(_, written) => Ok(*written),
        }
    }

    /// Sets when it was last written.
    pub fn set_written(&self, stamp: Stamp) -> Result<(), DosError> {
        self.host()?.set_written(stamp)
    }

    /// Has the host write everything to its disk.
    pub fn commit(&self) -> Result<(), DosError> {
        match &self.0 {
            Source::Host(file) => file.commit(),
            Source::Bytes(..) => Ok(()),
        }
    }

    /// Keeps others out of a part of the file.
    pub fn lock(&self, region: Region) -> Result<(), DosError> {
        self.host()?.lock(region)
    }

    /// Lets others in again.
    pub fn unlock(&self, region: Region) -> Result<(), DosError> {
        self.host()?.unlock(region)
    }

    fn host(&self) -> Result<&HostFile, DosError> {
        match &self.0 {
            Source::Host(file) => Ok(file),
            Source::Bytes(..) => Err(DosError::AccessDenied),
        }
    }
}

impl HostFile {
    fn entry(&self, name: DosName) -> Result<Entry, DosError> {
        let status = Status::of(&self.opened.file).map_err(|error| of_host(&error))?;
        let attributes = attributes_of(&self.opened.file, &status, self.how.dotted);
        let size = u32::try_from(status.size).unwrap_or(u32::MAX);
        Ok(Entry { name, attributes, size, written: self.how.zone.stamp(status.written) })
    }

    fn id(&self) -> Option<FileId> {
        let metadata = self.opened.file.metadata().ok()?;
        Some(FileId { device: metadata.dev(), inode: metadata.ino() })
    }

    fn read_at(&self, position: u32, out: &mut [u8]) -> Result<usize, DosError> {
        if !self.how.access.reads() {
            return Err(DosError::AccessDenied);
        }
        self.check_locks(position, out.len())?;
        let mut done = 0;
        while done < out.len() {
            match self.opened.file.read_at(&mut out[done..], u64::from(position) + done as u64) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(of_host(&error)),
            }
        }
        Ok(done)
    }

    fn write_at(&self, position: u32, data: &[u8]) -> Result<usize, DosError> {
        if !self.how.access.writes() {
            return Err(DosError::AccessDenied);
        }
        let room = usize::try_from(MOST_BYTES - u64::from(position)).unwrap_or(usize::MAX);
        let data = &data[..data.len().min(room)];
        self.check_locks(position, data.len())?;
        self.opened.written.store(true, Ordering::Relaxed);
        let mut done = 0;
        while done < data.len() {
            match self.opened.file.write_at(&data[done..], u64::from(position) + done as u64) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if of_host(&error) == DosError::DiskFull => break,
                Err(error) => return Err(of_host(&error)),
            }
        }
        Ok(done)
    }

    fn set_size(&self, len: u32) -> Result<(), DosError> {
        if !self.how.access.writes() {
            return Err(DosError::AccessDenied);
        }
        self.opened.written.store(true, Ordering::Relaxed);
        self.opened.file.set_len(u64::from(len)).map_err(|error| of_host(&error))
    }

    fn size(&self) -> Result<u32, DosError> {
        let metadata = self.opened.file.metadata().map_err(|error| of_host(&error))?;
        Ok(u32::try_from(metadata.len()).unwrap_or(u32::MAX))
    }

    fn written(&self) -> Result<Stamp, DosError> {
        let metadata = self.opened.file.metadata().map_err(|error| of_host(&error))?;
        metadata.modified().map(|at| self.how.zone.stamp(at)).map_err(|error| of_host(&error))
    }

    fn set_written(&self, stamp: Stamp) -> Result<(), DosError> {
        let at = self.how.zone.time(stamp).ok_or(DosError::InvalidData)?;
        self.opened.file.set_times(FileTimes::new().set_modified(at)).map_err(|error| of_host(&error))
    }

    fn commit(&self) -> Result<(), DosError> {
        self.opened.archive();
        self.opened.file.sync_data().map_err(|error| of_host(&error))
    }

    fn lock(&self, region: Region) -> Result<(), DosError> {
        let kind = if self.how.access.writes() { libc::F_WRLCK } else { libc::F_RDLCK };
        let (start, len) = (i64::from(region.start), i64::from(region.len));
        if len == 0 || share::is_taken(&self.opened.file, start, len) {
            return Err(DosError::LockViolation);
        }
        share::set(&self.opened.file, kind, start, len).map_err(|_| DosError::LockViolation)
    }

    fn unlock(&self, region: Region) -> Result<(), DosError> {
        let (start, len) = (i64::from(region.start), i64::from(region.len));
        share::set(&self.opened.file, libc::F_UNLCK, start, len).map_err(|_| DosError::LockViolation)
    }

    /// Locks of DOS bind everybody: a part that another one has locked can be neither read nor
    /// written. Who keeps all others out need not look, unless it is open here another time.
    fn check_locks(&self, position: u32, len: usize) -> Result<(), DosError> {
        let len = i64::try_from(len).unwrap_or(i64::MAX);
        let alone = share::denies_all(self.how.access, self.how.share) && !self.opened.shared.load(Ordering::Relaxed);
        if alone || len == 0 {
            return Ok(());
        }
        let taken = share::is_taken(&self.opened.file, i64::from(position), len);
        if taken { Err(DosError::LockViolation) } else { Ok(()) }
    }
}

/// What DOS calls an error of the host.
pub(super) fn of_host(error: &io::Error) -> DosError {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::NotFound => DosError::FileNotFound,
        Kind::NotADirectory => DosError::PathNotFound,
        Kind::PermissionDenied | Kind::IsADirectory | Kind::DirectoryNotEmpty => DosError::AccessDenied,
        Kind::AlreadyExists => DosError::FileExists,
        Kind::ReadOnlyFilesystem => DosError::WriteProtected,
        Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => DosError::DiskFull,
        Kind::CrossesDevices => DosError::NotSameDevice,
        Kind::InvalidFilename => DosError::PathNotFound,
        // A name that the host's file system cannot have; something that is in use.
        Kind::InvalidInput | Kind::Unsupported | Kind::ResourceBusy => DosError::AccessDenied,
        Kind::ExecutableFileBusy => DosError::SharingViolation,
        _ => match error.raw_os_error() {
            Some(libc::EMFILE | libc::ENFILE) => DosError::TooManyOpenFiles,
            Some(libc::ELOOP | libc::EXDEV | libc::ENXIO | libc::ENODEV) => DosError::AccessDenied,
            _ => DosError::GeneralFailure,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same file opened twice by different openers.
    fn twice(access: Access) -> (OpenFile, OpenFile) {
        let file = tempfile::NamedTempFile::new().unwrap();
        let open = || {
            let file = File::options().read(true).write(true).open(file.path()).unwrap();
            let how = Opening { access, share: Share::DenyNone, zone: Zone::universal(), dotted: false };
            OpenFile::claim(file, how).unwrap()
        };
        (open(), open())
    }

    const RECORD: Region = Region { start: 100, len: 50 };

    #[test]
    fn a_locked_record_can_be_neither_read_nor_written_by_others() {
        let (one, two) = twice(Access::ReadWrite);
        one.write_at(0, &[7; 300]).unwrap();
        one.lock(RECORD).unwrap();
        let mut bytes = [0; 10];
        assert_eq!(two.read_at(95, &mut bytes), Err(DosError::LockViolation));
        assert_eq!(two.write_at(149, &[1]), Err(DosError::LockViolation));
        assert_eq!(two.lock(Region { start: 140, len: 20 }), Err(DosError::LockViolation));
        assert_eq!(two.read_at(150, &mut bytes), Ok(10));
        assert_eq!(one.read_at(100, &mut bytes), Ok(10), "the owner goes on");
    }

    #[test]
    fn an_unlocked_record_is_everybodys_again() {
        let (one, two) = twice(Access::ReadWrite);
        one.lock(RECORD).unwrap();
        one.unlock(RECORD).unwrap();
        assert_eq!(two.lock(RECORD), Ok(()));
    }

    #[test]
    fn a_closed_file_holds_no_lock() {
        let (one, two) = twice(Access::ReadWrite);
        one.lock(RECORD).unwrap();
        drop(one);
        assert_eq!(two.lock(RECORD), Ok(()));
    }

    #[test]
    fn writing_ends_where_positions_do() {
        let (one, _) = twice(Access::ReadWrite);
        assert_eq!(one.write_at(u32::MAX, b"x"), Ok(0));
    }

    #[test]
    fn access_is_what_it_was_opened_for() {
        let (one, _) = twice(Access::Write);
        assert_eq!(one.read_at(0, &mut [0]), Err(DosError::AccessDenied));
        let (one, _) = twice(Access::Read);
        assert_eq!(one.write_at(0, &[0]), Err(DosError::AccessDenied));
        assert_eq!(one.set_size(0), Err(DosError::AccessDenied));
    }
}
