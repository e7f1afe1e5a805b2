//! A session's drives: its images at power-on, and floppies that come and go while it runs.

use std::path::Path;

use super::{Host, Session, SessionError};
use crate::config::{ImageSpec, SessionSpec};
use crate::disk::{Disk, DiskError, DriveId, Drives, Geometry, ImageRegistry, ImageSource, WritePolicy};

/// What is in one drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriveView {
    /// Which drive.
    pub id: DriveId,
    /// True if the guest knows of the drive: B: comes to life at the reset after its first disk.
    pub known: bool,
    /// The disk, if there is one.
    pub disk: Option<DiskView>,
}

/// One disk, in a drive or out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskView {
    /// Its image.
    pub source: ImageSource,
    /// Its shape.
    pub geometry: Geometry,
    /// Its sectors.
    pub sectors: u64,
    /// What happens to writes.
    pub writes: WritePolicy,
    /// Sectors with changes that are in memory only.
    pub changed: usize,
    /// Sectors written since it was opened.
    pub written: u64,
}

impl DiskView {
    fn of(disk: &Disk) -> DiskView {
        DiskView {
            source: disk.source().clone(),
            geometry: disk.geometry(),
            sectors: disk.sector_count(),
            writes: disk.policy(),
            changed: disk.changed_sectors(),
            written: disk.writes(),
        }
    }
}

impl Session {
    /// What is in each drive: A:, B:, then the hard disks.
    #[must_use]
    pub fn drives(&self) -> Vec<DriveView> {
        let drives = self.vm.drives();
        let view = |id| DriveView { id, known: self.vm.knows_drive(id), disk: drives.disk(id).map(DiskView::of) };
        let hard_disks = (0..drives.hard_disks.len()).filter_map(|number| u8::try_from(number).ok());
        [DriveId::A, DriveId::B].into_iter().chain(hard_disks.map(DriveId::HardDisk)).map(view).collect()
    }

    /// The disks that were ejected with changes in memory only. Inserted again, they still have them.
    #[must_use]
    pub fn ejected_disks(&self) -> Vec<DiskView> {
        self.shelf.disks().iter().map(DiskView::of).collect()
    }

    /// Puts a floppy into a drive; one that is there is ejected first. The guest finds the disk-change line
    /// active. A disk that was ejected before with changes in its overlay has them still.
    ///
    /// *Errors*: everything stays as it is.
    pub fn insert(&mut self, drive: DriveId, image: &ImageSpec, host: &Host) -> Result<(), SessionError> {
        let number = self.floppy_drive(drive, "exchanged")?;
        let writes = policy(image.writes, self.force_overlay);
        if self.disk(drive).is_ok_and(|disk| disk.source() == &image.source) {
            // The same floppy again: it would find its own lock in the way.
            self.set_writes(drive, writes, host)?;
            self.vm_mut().drives_mut().set_changed(number);
            return Ok(());
        }
        self.room_on_the_shelf(drive, &image.source)?;
        let disk = self.floppy(&image.source, writes, host)?;
        if let Some(old) = self.vm_mut().drives_mut().insert(number, disk) {
            self.shelf.put(old);
        }
        Ok(())
    }

    /// Puts the disk of A: into B: and the other way round. The guest finds both disk-change lines active.
    pub fn exchange_floppies(&mut self) {
        let drives = self.vm_mut().drives_mut();
        let disks = [drives.eject(0), drives.eject(1)];
        for (number, disk) in disks.into_iter().rev().enumerate() {
            // Both drives are there and empty.
            disk.and_then(|disk| drives.insert(number, disk));
        }
    }

    /// Puts a floppy into a drive whose image is made of these bytes; `name` stands for a file in errors.
    pub fn insert_bytes(&mut self, drive: DriveId, name: &str, image: &[u8]) -> Result<(), SessionError> {
        let number = self.floppy_drive(drive, "exchanged")?;
        let disk = Disk::floppy_of_bytes(name, image).map_err(|cause| self.disk_error(cause))?;
        self.room_on_the_shelf(drive, disk.source())?;
        if let Some(old) = self.vm_mut().drives_mut().insert(number, disk) {
            self.shelf.put(old);
        }
        Ok(())
    }

    /// Takes the floppy out of a drive. What it holds in an overlay stays with the session.
    pub fn eject(&mut self, drive: DriveId) -> Result<(), SessionError> {
        let number = self.floppy_drive(drive, "ejected")?;
        let source = self.disk(drive)?.source().clone();
        self.room_on_the_shelf(drive, &source)?;
        if let Some(disk) = self.vm_mut().drives_mut().eject(number) {
            self.shelf.put(disk);
        }
        Ok(())
    }

    /// Sets what happens to writes from now on. What the guest has written stays readable to it.
    ///
    /// *Errors*: the disk stays as it is. To write through, no change may be in memory only: save the disk
    /// or discard its changes first.
    pub fn set_writes(&mut self, drive: DriveId, writes: WritePolicy, host: &Host) -> Result<(), SessionError> {
        if writes == WritePolicy::Image && self.force_overlay {
            return Err(SessionError::ImagesAreKept { session: self.name.clone() });
        }
        let name = self.name.clone();
        let disk = self.disk_mut(drive)?;
        host.images.set_policy(disk, writes, &name).map_err(|cause| self.disk_error(cause))
    }

    /// Saves the disk in a drive, as the guest sees it, into a new file.
    pub fn save_disk(&self, drive: DriveId, path: &Path) -> Result<(), SessionError> {
        self.disk(drive)?.save_as(path).map_err(|cause| self.disk_error(cause))
    }

    /// Makes a floppy what its image is: what the guest wrote to its overlay is lost. The guest finds the
    /// disk-change line active.
    pub fn discard_changes(&mut self, drive: DriveId) -> Result<(), SessionError> {
        let number = self.floppy_drive(drive, "made what it was")?;
        if self.disk_mut(drive)?.discard_changes() {
            self.vm_mut().drives_mut().set_changed(number);
        }
        Ok(())
    }

    /// The floppy of an image: the one that was ejected, or one opened now.
    fn floppy(&mut self, source: &ImageSource, writes: WritePolicy, host: &Host) -> Result<Disk, SessionError> {
        let Some(mut disk) = self.shelf.take(source) else {
            return host.images.open_floppy(source, writes, &self.name).map_err(|cause| self.disk_error(cause));
        };
        match host.images.set_policy(&mut disk, writes, &self.name) {
            Ok(()) => Ok(disk),
            Err(cause) => {
                self.shelf.put(disk);
                Err(self.disk_error(cause))
            }
        }
    }

    /// Checks that the disk in `drive` may leave it, if `next` comes in its place.
    fn room_on_the_shelf(&self, drive: DriveId, next: &ImageSource) -> Result<(), SessionError> {
        let stays = self.disk(drive).is_ok_and(|disk| disk.changed_sectors() > 0);
        let room = !self.shelf.is_full() || self.shelf.disks().iter().any(|disk| disk.source() == next);
        if stays && !room { Err(SessionError::ShelfFull { session: self.name.clone() }) } else { Ok(()) }
    }

    /// The number of a floppy drive. `what` is said of hard disks in the error.
    fn floppy_drive(&self, drive: DriveId, what: &'static str) -> Result<usize, SessionError> {
        let session = || self.name.clone();
        match drive {
            DriveId::Floppy(number @ 0..=1) => Ok(usize::from(number)),
            DriveId::Floppy(_) => Err(SessionError::NoDrive { session: session(), drive }),
            DriveId::HardDisk(_) => Err(SessionError::FixedDisk { session: session(), drive, what }),
        }
    }

    pub(super) fn disk(&self, drive: DriveId) -> Result<&Disk, SessionError> {
        self.vm.drives().disk(drive).ok_or_else(|| self.no_disk(drive))
    }

    pub(super) fn disk_mut(&mut self, drive: DriveId) -> Result<&mut Disk, SessionError> {
        let error = self.no_disk(drive);
        self.vm_mut().drives_mut().disk_mut(drive).ok_or(error)
    }

    fn no_disk(&self, drive: DriveId) -> SessionError {
        let session = self.name.clone();
        match drive {
            DriveId::Floppy(0..=1) => SessionError::EmptyDrive { session, drive },
            _ => SessionError::NoDrive { session, drive },
        }
    }

    fn disk_error(&self, cause: DiskError) -> SessionError {
        SessionError::Disk { session: self.name.clone(), cause }
    }
}

/// Opens the images of `spec`. With `force_overlay` no image file is ever written.
pub(super) fn open(spec: &SessionSpec, host: &Host, force_overlay: bool) -> Result<Drives, SessionError> {
    let mut drives = Drives::default();
    for (slot, image) in drives.floppies.iter_mut().zip(&spec.floppies) {
        *slot = Some(open_image(spec, host, image, force_overlay, ImageRegistry::open_floppy)?);
    }
    for image in &spec.disks {
        drives.hard_disks.push(open_image(spec, host, image, force_overlay, ImageRegistry::open_hard_disk)?);
    }
    Ok(drives)
}

/// One of the ways to open an image.
type Open = fn(&ImageRegistry, &ImageSource, WritePolicy, &str) -> Result<Disk, DiskError>;

fn open_image(
    spec: &SessionSpec,
    host: &Host,
    image: &ImageSpec,
    force_overlay: bool,
    open: Open,
) -> Result<Disk, SessionError> {
    open(&host.images, &image.source, policy(image.writes, force_overlay), &spec.name)
        .map_err(|cause| SessionError::Disk { session: spec.name.clone(), cause })
}

/// The policy that holds: a write-protected disk stays one, it is safe already.
fn policy(writes: WritePolicy, force_overlay: bool) -> WritePolicy {
    match writes {
        WritePolicy::Image if force_overlay => WritePolicy::Overlay,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forced_overlay_spares_the_image_and_keeps_the_write_protection() {
        assert_eq!(policy(WritePolicy::Image, true), WritePolicy::Overlay);
        assert_eq!(policy(WritePolicy::None, true), WritePolicy::None);
        assert_eq!(policy(WritePolicy::Image, false), WritePolicy::Image);
    }
}
