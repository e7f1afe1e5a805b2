//! Opens images, and keeps what the sessions of one process can share of them.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::error::DiskError;
use super::image::{Disk, Store};
use super::overlay::{Base, Overlay};
use super::shared::{SharedFile, lock};
use super::{Geometry, ImageSource, SECTOR_BYTES, Sector, WritePolicy, geometry, host_file};

/// All images that are open in one process. Sessions open theirs through the same registry, so that
/// they share a floppy's bytes, and so that a refused writer learns which session was first.
///
/// ```
/// use dosmux::disk::fat::FatImage;
/// use dosmux::disk::{FloppyFormat, ImageRegistry, ImageSource, WritePolicy};
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("a.img");
/// std::fs::write(&path, FatImage::new(FloppyFormat::named("360K").unwrap()).build())?;
/// let images = ImageRegistry::new();
/// let disk = images.open_floppy(&ImageSource::File(path), WritePolicy::Overlay, "left")?;
/// assert_eq!(disk.geometry().cylinders, 40);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct ImageRegistry {
    files: Mutex<BTreeMap<FileId, Arc<SharedFile>>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Floppy,
    HardDisk,
}

impl ImageRegistry {
    /// A registry without images.
    #[must_use]
    pub fn new() -> ImageRegistry {
        ImageRegistry::default()
    }

    /// Opens a floppy image. `holder` names the session in the error another writer gets.
    ///
    /// *Errors*: [`DiskError`] says what is wrong with the file and how to get on.
    pub fn open_floppy(&self, source: &ImageSource, policy: WritePolicy, holder: &str) -> Result<Disk, DiskError> {
        match source {
            ImageSource::File(path) => self.open_file(path, Kind::Floppy, policy, holder),
            ImageSource::Tour => open_tour(policy),
        }
    }

    /// Opens a raw hard disk image. `holder` names the session in the error another writer gets.
    ///
    /// *Errors*: [`DiskError`] says what is wrong with the file and how to get on.
    pub fn open_hard_disk(&self, source: &ImageSource, policy: WritePolicy, holder: &str) -> Result<Disk, DiskError> {
        match source {
            ImageSource::File(path) => self.open_file(path, Kind::HardDisk, policy, holder),
            ImageSource::Tour => Err(DiskError::TourIsAFloppy),
        }
    }

    pub(super) fn open_file(
        &self,
        path: &Path,
        kind: Kind,
        policy: WritePolicy,
        holder: &str,
    ) -> Result<Disk, DiskError> {
        let through = policy == WritePolicy::Image;
        let (file, meta) = host_file::open(path, through)?;
        let shared = self.shared(FileId::of(path, &meta));
        let source = ImageSource::File(path.into());
        if through {
            // The shape is looked at under the lock: the last writer may just have made it.
            shared.claim(&file, path, holder)?;
            let meta = file.metadata();
            let store = Store::through(file, shared);
            let meta = meta.map_err(|cause| host_file::from_io(path, cause, false))?;
            let shape = shape(path, kind, &meta, |lba| store.read(lba).ok())?;
            return Ok(Disk::new(source, store, shape, kind == Kind::Floppy));
        }
        let overlay = match kind {
            Kind::Floppy => {
                check_size(path, kind, meta.len())?;
                let bytes = shared.bytes(&file, &meta).map_err(|cause| host_file::from_io(path, cause, false))?;
                Overlay::new(Base::Memory(bytes))
            }
            Kind::HardDisk => {
                // Gap: too large to load, so what another process writes to the file shows through.
                let overlay = Overlay::new(Base::File(file));
                shared.watch(&overlay.layer);
                overlay
            }
        };
        let shape = shape(path, kind, &meta, |lba| overlay.read(lba).ok())?;
        let store = Store::layered(overlay, policy == WritePolicy::None);
        Ok(Disk::new(source, store, shape, kind == Kind::Floppy))
    }

    /// What openings of the file share; forgets files that are open no more.
    fn shared(&self, id: FileId) -> Arc<SharedFile> {
        let mut files = lock(&self.files);
        files.retain(|_, shared| Arc::strong_count(shared) > 1 || shared.in_use());
        Arc::clone(files.entry(id).or_default())
    }
}

/// The geometry and the number of sectors of an image.
fn shape(
    path: &Path,
    kind: Kind,
    meta: &Metadata,
    mut read: impl FnMut(u64) -> Option<Sector>,
) -> Result<(Geometry, u64), DiskError> {
    let bytes = meta.len();
    check_size(path, kind, bytes)?;
    let sectors = bytes / SECTOR_BYTES as u64;
    let geometry = match kind {
        Kind::HardDisk => geometry::of_hard_disk(sectors, read),
        Kind::Floppy => read(0)
            .and_then(|boot| geometry::of_floppy(bytes, &boot))
            .ok_or_else(|| DiskError::FloppySize { path: path.into(), bytes })?,
    };
    Ok((geometry, sectors))
}

/// Refuses sizes that no disk of the kind has, before anything that large is loaded.
fn check_size(path: &Path, kind: Kind, bytes: u64) -> Result<(), DiskError> {
    let path = || path.to_path_buf();
    let whole = bytes.is_multiple_of(SECTOR_BYTES as u64);
    match kind {
        Kind::Floppy if !whole || bytes > geometry::MAX_FLOPPY_BYTES => {
            Err(DiskError::FloppySize { path: path(), bytes })
        }
        Kind::HardDisk if !whole => Err(DiskError::PartialSector { path: path(), bytes }),
        _ => Ok(()),
    }
}

impl Disk {
    /// A floppy whose image is made of these bytes, with an overlay. No file holds it; `name` stands for one
    /// in errors.
    pub fn floppy_of_bytes(name: &str, bytes: &[u8]) -> Result<Disk, DiskError> {
        let path = PathBuf::from(name);
        let size = bytes.len() as u64;
        check_size(&path, Kind::Floppy, size)?;
        let boot = bytes.first_chunk().ok_or_else(|| DiskError::Empty { path: path.clone() })?;
        let geometry =
            geometry::of_floppy(size, boot).ok_or_else(|| DiskError::FloppySize { path: path.clone(), bytes: size })?;
        let store = Store::layered(Overlay::new(Base::Memory(bytes.into())), false);
        Ok(Disk::new(ImageSource::File(path), store, (geometry, size / SECTOR_BYTES as u64), true))
    }
}

/// What makes two paths the same file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileId {
    /// Device and inode where the host has them.
    inode: Option<(u64, u64)>,
    /// Else the path without links.
    path: PathBuf,
}

impl FileId {
    #[cfg(unix)]
    pub(super) fn of(_path: &Path, meta: &Metadata) -> FileId {
        use std::os::unix::fs::MetadataExt;
        FileId { inode: Some((meta.dev(), meta.ino())), path: PathBuf::new() }
    }

    #[cfg(not(unix))]
    pub(super) fn of(path: &Path, _meta: &Metadata) -> FileId {
        FileId { inode: None, path: path.canonicalize().unwrap_or_else(|_| path.into()) }
    }
}

/// The demonstration floppy, which the binary carries along.
const TOUR: &[u8] = include_bytes!("../../dos-images/tour.img");

fn open_tour(policy: WritePolicy) -> Result<Disk, DiskError> {
    if policy == WritePolicy::Image {
        return Err(DiskError::TourIsFixed);
    }
    let bytes = TOUR.len() as u64;
    let geometry = TOUR
        .first_chunk()
        .and_then(|boot| geometry::of_floppy(bytes, boot))
        .ok_or_else(|| DiskError::FloppySize { path: ImageSource::Tour.to_string().into(), bytes })?;
    let store = Store::layered(Overlay::new(Base::Static(TOUR)), policy == WritePolicy::None);
    Ok(Disk::new(ImageSource::Tour, store, (geometry, bytes / SECTOR_BYTES as u64), true))
}
