//! Saves a disk as the guest sees it into a new file, and drops what only memory holds.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use super::SECTOR_BYTES;
use super::error::DiskError;
use super::image::{Disk, Store};

/// Sectors that are written at once.
const RUN: u64 = 128;

impl Disk {
    /// Saves the whole disk, overlay included, into the new file `path`.
    ///
    /// *Errors*: the file exists already, or the host failed; then no part of a file is left behind.
    pub fn save_as(&self, path: &Path) -> Result<(), DiskError> {
        let cannot = |cause: io::Error| match cause.kind() {
            io::ErrorKind::AlreadyExists => DiskError::Exists { path: path.into() },
            _ => DiskError::CannotSave { path: path.into(), cause },
        };
        let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(cannot)?;
        self.copy_to(&mut file).map_err(|cause| {
            // What is there is no disk.
            drop(std::fs::remove_file(path));
            cannot(cause)
        })
    }

    fn copy_to(&self, file: &mut File) -> io::Result<()> {
        let mut at = 0;
        while at < self.sector_count() {
            let end = self.sector_count().min(at + RUN);
            let mut run = Vec::new();
            for lba in at..end {
                run.extend(self.store.read(lba)?);
            }
            // Empty stretches become holes where the host has such.
            if run.iter().any(|&byte| byte != 0) {
                file.seek(SeekFrom::Start(at * SECTOR_BYTES as u64))?;
                file.write_all(&run)?;
            }
            at = end;
        }
        file.set_len(self.sector_count() * SECTOR_BYTES as u64)?;
        file.sync_all()
    }

    /// Makes a floppy what its image is: what the guest wrote to its overlay is gone. False for disks that
    /// have none to drop: hard disks, which no guest expects to change, and those written through.
    pub fn discard_changes(&mut self) -> bool {
        match &self.store {
            Store::Layered { overlay, .. } if self.is_floppy() => overlay.discard(),
            _ => false,
        }
    }
}
