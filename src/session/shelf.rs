//! The disks a user has taken out of a session's drives and that hold changes nowhere else: put in
//! again, they still have them.

use crate::disk::{Disk, ImageSource};

/// Most disks that lie there.
pub(super) const CAPACITY: usize = 32;

/// See the module's text.
#[derive(Default)]
pub(super) struct Shelf {
    disks: Vec<Disk>,
}

impl Shelf {
    /// True if no further disk fits.
    pub(super) fn is_full(&self) -> bool {
        self.disks.len() >= CAPACITY
    }

    /// Keeps a disk if it holds changes; else it is closed.
    pub(super) fn put(&mut self, disk: Disk) {
        if disk.changed_sectors() > 0 {
            self.disks.push(disk);
        }
    }

    /// Takes the disk of this image, if it lies here.
    pub(super) fn take(&mut self, source: &ImageSource) -> Option<Disk> {
        let at = self.disks.iter().position(|disk| disk.source() == source)?;
        Some(self.disks.remove(at))
    }

    /// The disks, in the order they came.
    pub(super) fn disks(&self) -> &[Disk] {
        &self.disks
    }
}
