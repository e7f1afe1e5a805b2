//! Another write policy for a disk in use. Whatever the guest wrote stays what it reads: a change that
//! could lose some of it is refused.

use super::error::{DiskError, SectorError};
use super::image::{Disk, Store};
use super::overlay::Base;
use super::registry::{FileId, ImageRegistry, Kind};
use super::{ImageSource, SECTOR_BYTES, Sector, WritePolicy};

impl ImageRegistry {
    /// Gives `disk` the policy `policy`. `holder` names the session in the error another writer gets.
    ///
    /// *Errors*: the disk stays as it is. To write through, the file must be free, must hold what the guest
    /// has seen of it, and no sector may be in memory only.
    pub fn set_policy(&self, disk: &mut Disk, policy: WritePolicy, holder: &str) -> Result<(), DiskError> {
        let before = disk.policy();
        if before == policy {
            return Ok(());
        }
        if [before, policy].contains(&WritePolicy::Image) {
            return self.reopen(disk, policy, holder);
        }
        disk.store.protect(policy == WritePolicy::None);
        Ok(())
    }

    /// Opens the file of `disk` anew.
    fn reopen(&self, disk: &mut Disk, policy: WritePolicy, holder: &str) -> Result<(), DiskError> {
        let ImageSource::File(path) = disk.source().clone() else { return Err(DiskError::TourIsFixed) };
        if let sectors @ 1.. = disk.changed_sectors() {
            return Err(DiskError::Unsaved { path, sectors });
        }
        disk.sync().map_err(|_| DiskError::CannotFlush { path: path.clone() })?;
        let kind = if disk.is_floppy() { Kind::Floppy } else { Kind::HardDisk };
        let mut fresh = self.open_file(&path, kind, policy, holder)?;
        if !same_disk(disk, &mut fresh) {
            return Err(DiskError::FileChanged { path });
        }
        std::mem::swap(&mut disk.store, &mut fresh.store);
        Ok(())
    }
}

/// True if a guest cannot tell the two apart.
fn same_disk(old: &mut Disk, new: &mut Disk) -> bool {
    if (old.geometry(), old.sector_count()) != (new.geometry(), new.sector_count()) {
        return false;
    }
    match (old.store.file_id(), new.store.file_id()) {
        // Too large to compare. What others changed in the file was preserved in the layer.
        (Some(old_file), Some(new_file)) => old_file == new_file && old.store.preserves_nothing(),
        _ => same_sectors(old, new),
    }
}

fn same_sectors(old: &mut Disk, new: &mut Disk) -> bool {
    let sector = |disk: &mut Disk, lba| -> Result<Sector, SectorError> {
        let mut data = [0; SECTOR_BYTES];
        disk.read(lba, &mut data).map(|()| data)
    };
    (0..old.sector_count()).all(|lba| matches!((sector(old, lba), sector(new, lba)), (Ok(a), Ok(b)) if a == b))
}

impl Store {
    /// Sets or takes away the write protection of a layer.
    fn protect(&mut self, on: bool) {
        if let Store::Layered { protected, .. } = self {
            *protected = on;
        }
    }

    /// The file that sectors are read from, if it is not in memory as a whole.
    fn file_id(&self) -> Option<FileId> {
        let file = match self {
            Store::Through { file, .. } => file,
            Store::Layered { overlay, .. } => match &overlay.base {
                Base::File(file) => file,
                Base::Static(_) | Base::Memory(_) => return None,
            },
        };
        file.metadata().ok().map(|meta| FileId::of("".as_ref(), &meta))
    }

    fn preserves_nothing(&self) -> bool {
        match self {
            Store::Through { .. } => true,
            Store::Layered { overlay, .. } => overlay.is_empty(),
        }
    }
}
