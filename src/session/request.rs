//! What others ask of a session and get an answer to.

use std::path::PathBuf;

use super::{DiskView, DriveView, Host, HostDriveView, Session, SessionError};
use crate::config::ImageSpec;
use crate::disk::files::FileEntry;
use crate::disk::{DriveId, WritePolicy};

/// Something that a session does between two slices; it may fail. See the [`Session`] method of the same
/// name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// [`Session::insert`].
    Insert {
        /// Which floppy drive.
        drive: DriveId,
        /// What to put in.
        image: ImageSpec,
    },
    /// [`Session::eject`].
    Eject(DriveId),
    /// [`Session::set_writes`].
    SetWrites {
        /// Which drive.
        drive: DriveId,
        /// What happens to writes from now on.
        writes: WritePolicy,
    },
    /// [`Session::save_disk`].
    SaveDisk {
        /// Which drive.
        drive: DriveId,
        /// The file, which must not exist.
        path: PathBuf,
    },
    /// [`Session::discard_changes`].
    DiscardChanges(DriveId),
    /// [`Session::exchange_floppies`].
    ExchangeFloppies,
    /// [`Session::read_file`].
    ReadFile(String),
    /// [`Session::write_file`].
    WriteFile {
        /// Its path on the guest's disk.
        path: String,
        /// What it is to hold.
        bytes: Vec<u8>,
    },
    /// [`Session::list_files`].
    ListFiles(String),
}

/// What a session answers to a [`Request`] that it could do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is done.
    Done,
    /// What a file holds.
    File(Vec<u8>),
    /// What a directory holds.
    Listing(Vec<FileEntry>),
}

/// A session's drives as they were at one time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// What is in each drive.
    pub drives: Vec<DriveView>,
    /// What the drives of the built-in DOS are.
    pub host: Vec<HostDriveView>,
    /// The disks that were ejected with changes in memory only.
    pub ejected: Vec<DiskView>,
}

impl Session {
    /// Does what is asked for.
    pub fn answer(&mut self, request: &Request, host: &Host) -> Result<Reply, SessionError> {
        let done = match request {
            Request::ReadFile(path) => return self.read_file(path).map(Reply::File),
            Request::ListFiles(path) => return self.list_files(path).map(Reply::Listing),
            Request::WriteFile { path, bytes } => self.write_file(path, bytes),
            Request::Insert { drive, image } => self.insert(*drive, image, host),
            Request::Eject(drive) => self.eject(*drive),
            Request::SetWrites { drive, writes } => self.set_writes(*drive, *writes, host),
            Request::SaveDisk { drive, path } => self.save_disk(*drive, path),
            Request::DiscardChanges(drive) => self.discard_changes(*drive),
            Request::ExchangeFloppies => {
                self.exchange_floppies();
                Ok(())
            }
        };
        done.map(|()| Reply::Done)
    }

    /// All drives, and the disks that were in them.
    #[must_use]
    pub fn media(&self) -> Media {
        Media { drives: self.drives(), host: self.host_drives(), ejected: self.ejected_disks() }
    }
}
