//! Host files that hold images: opening them with clear errors, and their sectors.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

use super::error::DiskError;
use super::{SECTOR_BYTES, Sector};

/// Opens an image for reading, and for writing too if `write`.
///
/// *Errors*: names what is wrong with the path, the permissions, or the kind of file.
pub(super) fn open(path: &Path, write: bool) -> Result<(File, Metadata), DiskError> {
    // Looked at before it is opened: opening a FIFO would wait for its other end.
    check_kind(path, &std::fs::metadata(path).map_err(|cause| from_io(path, cause, false))?)?;
    let file = OpenOptions::new().read(true).write(write).open(path).map_err(|cause| from_io(path, cause, write))?;
    let meta = file.metadata().map_err(|cause| from_io(path, cause, false))?;
    check_kind(path, &meta)?;
    if meta.len() == 0 {
        return Err(DiskError::Empty { path: path.into() });
    }
    check_raw(path, &file, meta.len())?;
    Ok((file, meta))
}

/// Turns a host error into one that names the way out.
pub(super) fn from_io(path: &Path, cause: io::Error, write: bool) -> DiskError {
    let path = path.to_path_buf();
    match cause.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => DiskError::NotFound { path },
        io::ErrorKind::PermissionDenied if write => DiskError::CannotWrite { path },
        io::ErrorKind::ReadOnlyFilesystem if write => DiskError::CannotWrite { path },
        io::ErrorKind::PermissionDenied => DiskError::CannotRead { path },
        _ => DiskError::Io { path, cause },
    }
}

fn check_kind(path: &Path, meta: &Metadata) -> Result<(), DiskError> {
    if meta.is_file() {
        return Ok(());
    }
    let what = if meta.is_dir() { "a directory" } else { "a device, pipe or socket" };
    Err(DiskError::NotAFile { path: path.into(), what })
}

/// How files start that are disk images in another form, or contain one.
const FOREIGN: [(&[u8], &str, &str); 7] = [
    (b"QFI\xFB", "a QCOW2 image", "convert it with `qemu-img convert -O raw`"),
    (b"KDMV", "a VMDK image", "convert it with `qemu-img convert -O raw`"),
    (b"conectix", "a VHD image", "convert it with `qemu-img convert -O raw`"),
    (b"vhdxfile", "a VHDX image", "convert it with `qemu-img convert -O raw`"),
    (b"<<< ", "a VDI image", "convert it with `qemu-img convert -O raw`"),
    (b"PK\x03\x04", "a ZIP archive", "unpack the image from it"),
    (b"\x1F\x8B\x08", "a gzip file", "unpack it with `gunzip`"),
];

fn check_raw(path: &Path, file: &File, bytes: u64) -> Result<(), DiskError> {
    if bytes < SECTOR_BYTES as u64 {
        return Ok(());
    }
    let first = read_sector(file, 0).map_err(|cause| from_io(path, cause, false))?;
    match FOREIGN.iter().find(|(magic, ..)| first.starts_with(magic)) {
        None => Ok(()),
        Some(&(_, format, remedy)) => Err(DiskError::NotRaw { path: path.into(), format, remedy }),
    }
}

/// Reads the whole file, which must have `bytes` bytes.
pub(super) fn read_all(mut file: &File, bytes: u64) -> io::Result<Vec<u8>> {
    use std::io::{Read, Seek, SeekFrom};
    let mut data = Vec::with_capacity(usize::try_from(bytes).map_err(io::Error::other)?);
    file.seek(SeekFrom::Start(0))?;
    file.take(bytes).read_to_end(&mut data)?;
    if data.len() as u64 == bytes { Ok(data) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Reads sector `lba`.
pub(super) fn read_sector(file: &File, lba: u64) -> io::Result<Sector> {
    let mut data = [0; SECTOR_BYTES];
    read_exact_at(file, &mut data, lba * SECTOR_BYTES as u64)?;
    Ok(data)
}

/// Writes sector `lba`; when it returns, the host has the data.
pub(super) fn write_sector(file: &File, lba: u64, data: &Sector) -> io::Result<()> {
    write_all_at(file, data, lba * SECTOR_BYTES as u64)
}

#[cfg(unix)]
use std::os::unix::fs::FileExt;

#[cfg(unix)]
fn read_exact_at(file: &File, out: &mut [u8], at: u64) -> io::Result<()> {
    file.read_exact_at(out, at)
}

#[cfg(unix)]
fn write_all_at(file: &File, data: &[u8], at: u64) -> io::Result<()> {
    file.write_all_at(data, at)
}

// Elsewhere a handle has one position; each disk has a handle of its own, so nothing races for it.

#[cfg(not(unix))]
fn read_exact_at(mut file: &File, out: &mut [u8], at: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(out)
}

#[cfg(not(unix))]
fn write_all_at(mut file: &File, data: &[u8], at: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom, Write};
    file.seek(SeekFrom::Start(at))?;
    file.write_all(data)
}
