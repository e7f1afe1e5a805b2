//! One opened image: its shape, its policy and its sectors.

use std::fs::File;
use std::io;
use std::sync::Arc;

use super::error::{DiskError, SectorError};
use super::overlay::Overlay;
use super::registry::ImageRegistry;
use super::shared::{SharedFile, lock};
use super::{Geometry, ImageSource, Sector, WritePolicy, geometry, host_file};

/// An opened image. Dropping it flushes what was written through and unlocks the file.
pub struct Disk {
    /// What host errors are logged under.
    name: String,
    source: ImageSource,
    pub(super) store: Store,
    geometry: Geometry,
    sectors: u64,
    floppy: bool,
    writes: u64,
    /// True once a host error was logged: a guest that retries must not fill the log.
    warned: bool,
}

impl Disk {
    /// Opens a floppy image that no other session of this process uses; see
    /// [`ImageRegistry::open_floppy`] for sessions.
    pub fn open_floppy(source: &ImageSource, policy: WritePolicy, holder: &str) -> Result<Disk, DiskError> {
        ImageRegistry::new().open_floppy(source, policy, holder)
    }

    /// Opens a raw hard disk image that no other session of this process uses; see
    /// [`ImageRegistry::open_hard_disk`] for sessions.
    pub fn open_hard_disk(source: &ImageSource, policy: WritePolicy, holder: &str) -> Result<Disk, DiskError> {
        ImageRegistry::new().open_hard_disk(source, policy, holder)
    }

    /// A disk of `shape`: its geometry and its number of sectors.
    pub(super) fn new(source: ImageSource, store: Store, shape: (Geometry, u64), floppy: bool) -> Disk {
        let (geometry, sectors) = shape;
        Disk { name: source.to_string(), source, store, geometry, sectors, floppy, writes: 0, warned: false }
    }

    /// The image's path as it was given, or the name of the built-in one.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its bytes come from.
    #[must_use]
    pub fn source(&self) -> &ImageSource {
        &self.source
    }

    /// True for a floppy, false for a hard disk.
    #[must_use]
    pub fn is_floppy(&self) -> bool {
        self.floppy
    }

    /// What happens to writes.
    #[must_use]
    pub fn policy(&self) -> WritePolicy {
        match self.store {
            Store::Through { .. } => WritePolicy::Image,
            Store::Layered { protected: true, .. } => WritePolicy::None,
            Store::Layered { protected: false, .. } => WritePolicy::Overlay,
        }
    }

    /// Sectors that the guest wrote and that no file holds: they go with the disk.
    #[must_use]
    pub fn changed_sectors(&self) -> usize {
        match &self.store {
            Store::Through { .. } => 0,
            Store::Layered { overlay, .. } => lock(&overlay.layer).written(),
        }
    }

    /// True if the guest wrote sector `lba` and no file has it.
    #[must_use]
    pub fn is_changed(&self, lba: u64) -> bool {
        match &self.store {
            Store::Through { .. } => false,
            Store::Layered { overlay, .. } => lock(&overlay.layer).holds_written(lba),
        }
    }

    /// The disk's geometry. A hard disk may have more sectors than CHS reaches.
    #[must_use]
    pub fn geometry(&self) -> Geometry {
        self.geometry
    }

    /// Sectors on the disk.
    #[must_use]
    pub fn sector_count(&self) -> u64 {
        self.sectors
    }

    /// True if writes are refused.
    #[must_use]
    pub fn write_protected(&self) -> bool {
        self.policy() == WritePolicy::None
    }

    /// Drive type for the CMOS and INT 13h AH=08h (0 hard disk, 1 360K, 2 1.2M, 3 720K, 4 1.44M, 5 2.88M).
    #[must_use]
    pub fn cmos_type(&self) -> u8 {
        if self.floppy { geometry::floppy_drive_type(self.geometry) } else { 0 }
    }

    /// Reads sector `lba`.
    pub fn read(&mut self, lba: u64, out: &mut Sector) -> Result<(), SectorError> {
        self.check(lba)?;
        match self.store.read(lba) {
            Ok(data) => {
                *out = data;
                Ok(())
            }
            Err(error) => Err(self.host_failed("read", lba, &error)),
        }
    }

    /// Sector `lba` as the image has it, without what the guest wrote to an overlay.
    pub fn read_original(&mut self, lba: u64, out: &mut Sector) -> Result<(), SectorError> {
        self.check(lba)?;
        let read = match &self.store {
            Store::Through { .. } => self.store.read(lba),
            Store::Layered { overlay, .. } => overlay.original(lba),
        };
        *out = read.map_err(|error| self.host_failed("read", lba, &error))?;
        Ok(())
    }

    /// Writes sector `lba` according to the policy. When it returns with the policy `image`, the
    /// host has the data.
    pub fn write(&mut self, lba: u64, data: &Sector) -> Result<(), SectorError> {
        self.check(lba)?;
        if self.write_protected() {
            return Err(SectorError::WriteProtected);
        }
        if let Err(error) = self.store.write(lba, data) {
            return Err(self.host_failed("written", lba, &error));
        }
        self.writes += 1;
        Ok(())
    }

    /// Sectors written since the disk was opened.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.writes
    }

    /// Waits until what was written through has reached the host's storage.
    pub fn sync(&mut self) -> Result<(), SectorError> {
        match self.store.sync() {
            Ok(()) => Ok(()),
            Err(error) => Err(self.host_failed("flushed", 0, &error)),
        }
    }

    fn check(&self, lba: u64) -> Result<(), SectorError> {
        if lba < self.sectors { Ok(()) } else { Err(SectorError::NotFound) }
    }

    fn host_failed(&mut self, verb: &str, lba: u64, error: &io::Error) -> SectorError {
        if !self.warned {
            self.warned = true;
            tracing::error!(image = %self.name, lba, %error, "a sector could not be {verb}");
        }
        SectorError::HostFailed
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.writes > 0
            && let Err(error) = self.store.sync()
        {
            tracing::error!(image = %self.name, %error, "what was written could not be flushed");
        }
    }
}

/// Where sectors are.
pub(super) enum Store {
    /// In the file, which is locked.
    Through { file: File, shared: Arc<SharedFile> },
    /// In a layer over a base.
    Layered { overlay: Overlay, protected: bool },
}

impl Store {
    /// Writes through to `file`, which this process has claimed in `shared`.
    pub(super) fn through(file: File, shared: Arc<SharedFile>) -> Store {
        Store::Through { file, shared }
    }

    /// Writes to a layer, or refuses to if `protected`.
    pub(super) fn layered(overlay: Overlay, protected: bool) -> Store {
        Store::Layered { overlay, protected }
    }

    pub(super) fn read(&self, lba: u64) -> io::Result<Sector> {
        match self {
            Store::Through { file, .. } => host_file::read_sector(file, lba),
            Store::Layered { overlay, .. } => overlay.read(lba),
        }
    }

    fn write(&self, lba: u64, data: &Sector) -> io::Result<()> {
        match self {
            Store::Through { file, shared } => shared.write(file, lba, data),
            Store::Layered { overlay, .. } => {
                overlay.write(lba, data).map_err(|_| io::Error::from(io::ErrorKind::QuotaExceeded))
            }
        }
    }

    fn sync(&self) -> io::Result<()> {
        match self {
            Store::Through { file, .. } => file.sync_data(),
            Store::Layered { .. } => Ok(()),
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Store::Through { file, shared } = self
            && let Err(error) = shared.release(file)
        {
            // Closing the file, which follows, unlocks it in any case.
            tracing::debug!(%error, "an image could not be unlocked");
        }
    }
}
