//! Files on the disks of a session's guest, and on the drives of its built-in DOS, read and written from
//! outside.

use super::{Session, SessionError};
use crate::clock::VirtTime;
use crate::disk::DriveId;
use crate::disk::files::{self, ChangedFile, DosTime, FileEntry, FileError};
use crate::monitor::stats::TrapKind;

impl Session {
    /// The bytes of a file on one of the guest's disks, such as `A:\DIR\NAME.EXT`.
    ///
    /// What a program has written and not yet closed, DOS may still hold in its buffers.
    pub fn read_file(&mut self, path: &str) -> Result<Vec<u8>, SessionError> {
        let host = self.host_file(path).map(|file| file?.read());
        let bytes = host.unwrap_or_else(|| files::read(self.vm_mut().drives_mut(), path));
        bytes.map_err(|cause| self.file_error(cause))
    }

    /// Writes a file to one of the guest's disks, in place of one that is there. Its directory must exist.
    /// Where the bytes go is decided by the disk's write policy.
    ///
    /// On a floppy the guest finds the disk-change line active, so that DOS reads the disk anew. A hard
    /// disk's sectors DOS remembers: write to it before DOS starts, or where DOS has not looked yet.
    pub fn write_file(&mut self, path: &str, bytes: &[u8]) -> Result<(), SessionError> {
        let now = self.guest_time();
        if let Some(written) = self.host_file(path).map(|file| file?.write(bytes, now)) {
            return written.map_err(|cause| self.file_error(cause));
        }
        let drives = self.vm_mut().drives_mut();
        let result = files::write(drives, path, bytes, now);
        self.after_change(path, result)
    }

    /// Removes a file from one of the guest's disks; see [`Session::write_file`].
    pub fn remove_file(&mut self, path: &str) -> Result<(), SessionError> {
        if let Some(removed) = self.host_file(path).map(|file| file?.remove()) {
            return removed.map_err(|cause| self.file_error(cause));
        }
        let result = files::remove(self.vm_mut().drives_mut(), path);
        self.after_change(path, result)
    }

    /// The entry of a file or directory; `None` if there is none of this name.
    pub fn find_file(&mut self, path: &str) -> Result<Option<FileEntry>, SessionError> {
        let host = self.host_file(path).map(|file| file?.find());
        let entry = host.unwrap_or_else(|| files::find(self.vm_mut().drives_mut(), path));
        entry.map_err(|cause| self.file_error(cause))
    }

    /// What is in a directory, such as `A:\`.
    pub fn list_files(&mut self, path: &str) -> Result<Vec<FileEntry>, SessionError> {
        let host = self.host_file(path).map(|file| file?.list());
        let entries = host.unwrap_or_else(|| files::list(self.vm_mut().drives_mut(), path));
        entries.map_err(|cause| self.file_error(cause))
    }

    /// The files that are not as the images in the drives have them. Disks that are written through have
    /// none.
    pub fn changed_files(&mut self) -> Vec<ChangedFile> {
        files::changed(self.vm_mut().drives_mut())
    }

    /// Another number whenever the guest may have changed a file since the last look: it has written a sector
    /// or, with drives of the built-in DOS, called a service.
    pub(crate) fn file_changes(&self) -> u64 {
        let has_drives = self.vm().dos_drives().next().is_some();
        let services = if has_drives { self.stats().of(TrapKind::Bios) } else { 0 };
        self.vm().sectors_written() + services
    }

    fn after_change(&mut self, path: &str, result: Result<(), FileError>) -> Result<(), SessionError> {
        if let Some(DriveId::Floppy(number)) = path.get(..2).and_then(DriveId::parse) {
            self.vm_mut().drives_mut().set_changed(usize::from(number));
        }
        result.map_err(|cause| self.file_error(cause))
    }

    /// The time stamp of a file that is written now.
    fn guest_time(&self) -> DosTime {
        let run = self.now().since(VirtTime::ZERO).as_secs();
        DosTime::from_unix(self.rtc_start.saturating_add(run))
    }

    fn file_error(&self, cause: FileError) -> SessionError {
        SessionError::File { session: self.name.clone(), cause }
    }
}
