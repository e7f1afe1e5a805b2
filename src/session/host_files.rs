//! Files on the drives of the built-in DOS, read and written from outside.

use super::Session;
use crate::disk::files::{DosTime, FileEntry, FileError, MAX_FILE_BYTES};
use crate::dos::drive::{Access, Create, DosName, DosPath, Drive, Entry, Share, Stamp, attribute};
use crate::dos::{DosError, path_from_root};
use crate::screen::CodePage;

/// A place on such a drive.
pub(super) struct HostFile<'a> {
    drive: &'a Drive,
    path: DosPath,
    page: CodePage,
    /// As it was named.
    text: &'a str,
}

impl Session {
    /// The place that `text` names; `None` if its drive is not one of the built-in DOS's.
    pub(super) fn host_file<'a>(&'a self, text: &'a str) -> Option<Result<HostFile<'a>, FileError>> {
        let (letter, rest) = text.split_once(':')?;
        let number = letter.parse::<char>().ok()?.to_ascii_uppercase();
        let (_, drive) = self.vm().dos_drives().find(|&(at, _)| char::from(b'A'.saturating_add(at)) == number)?;
        let page = self.screen().code_page;
        let path = path_from_root(rest, page).map_err(|_| FileError::BadPath(text.to_owned()));
        Some(path.map(|path| HostFile { drive, path, page, text }))
    }
}

impl HostFile<'_> {
    pub(super) fn find(&self) -> Result<Option<FileEntry>, FileError> {
        match self.drive.lookup(&self.path) {
            Ok(entry) => Ok(Some(self.view(&entry))),
            Err(DosError::FileNotFound | DosError::PathNotFound) => Ok(None),
            Err(error) => Err(self.error(error)),
        }
    }

    pub(super) fn list(&self) -> Result<Vec<FileEntry>, FileError> {
        let entries = self.drive.list(&self.path).map_err(|error| self.error(error))?;
        Ok(entries.iter().map(|entry| self.view(entry)).collect())
    }

    pub(super) fn read(&self) -> Result<Vec<u8>, FileError> {
        self.check_is_no_directory()?;
        let file = self.drive.open(&self.path, Access::Read, Share::DenyNone).map_err(|error| self.error(error))?;
        let size = file.size().map_err(|error| self.error(error))?;
        if size > MAX_FILE_BYTES {
            return Err(FileError::TooLarge);
        }
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
        let count = file.read_at(0, &mut bytes).map_err(|error| self.error(error))?;
        bytes.truncate(count);
        Ok(bytes)
    }

    pub(super) fn write(&self, bytes: &[u8], now: DosTime) -> Result<(), FileError> {
        self.check_is_no_directory()?;
        let drive = self.drive.writable().map_err(|error| self.error(error))?;
        let file = drive.create_file(&self.path, Create::Truncate, Access::Write, Share::DenyAll);
        let written = file.and_then(|file| {
            let count = file.write_at(0, bytes)?;
            file.set_written(Stamp { date: now.date, time: now.time })?;
            if count < bytes.len() { Err(DosError::DiskFull) } else { Ok(()) }
        });
        written.map_err(|error| self.error(error))
    }

    pub(super) fn remove(&self) -> Result<(), FileError> {
        self.check_is_no_directory()?;
        let removed = self.drive.writable().and_then(|drive| drive.remove(&self.path));
        removed.map_err(|error| self.error(error))
    }

    fn check_is_no_directory(&self) -> Result<(), FileError> {
        match self.drive.lookup(&self.path) {
            Ok(entry) if entry.attributes & attribute::DIRECTORY != 0 => {
                Err(FileError::IsDirectory(self.text.to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn view(&self, entry: &Entry) -> FileEntry {
        let directory = entry.attributes & attribute::DIRECTORY != 0;
        let modified = DosTime { date: entry.written.date, time: entry.written.time };
        FileEntry { name: self.shown(&entry.name), directory, size: entry.size, attributes: entry.attributes, modified }
    }

    fn shown(&self, name: &DosName) -> String {
        name.dotted().iter().map(|&byte| self.page.char(byte)).collect()
    }

    fn error(&self, error: DosError) -> FileError {
        let text = self.text.to_owned();
        match error {
            DosError::FileNotFound | DosError::PathNotFound => FileError::NotFound(text),
            DosError::AccessDenied | DosError::WriteProtected => FileError::ReadOnly(text),
            DosError::SharingViolation | DosError::LockViolation => FileError::InUse(text),
            DosError::DiskFull => FileError::DiskFull,
            _ => FileError::Refused(text),
        }
    }
}
