//! Tells disk images from other files by a look at their size and first sector.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{FLOPPY_FORMATS, Geometry, SECTOR_BYTES, Sector, geometry};

/// Last bytes of a boot sector that a BIOS starts from a hard disk.
const BOOT_SIGNATURE: [u8; 2] = [0x55, 0xAA];

/// What a file looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageKind {
    /// A floppy of this shape.
    Floppy(Geometry),
    /// A hard disk.
    HardDisk,
}

impl ImageKind {
    /// What kind of image the file at `path` looks like; `None` for other files and those that cannot
    /// be read.
    #[must_use]
    pub fn of_file(path: &Path) -> Option<ImageKind> {
        let bytes = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?.len();
        if bytes == 0 || !bytes.is_multiple_of(SECTOR_BYTES as u64) {
            return None;
        }
        let mut first = [0; SECTOR_BYTES];
        File::open(path).ok()?.read_exact(&mut first).ok()?;
        ImageKind::of(bytes, &first)
    }

    fn of(bytes: u64, first: &Sector) -> Option<ImageKind> {
        let floppy = (bytes <= geometry::MAX_FLOPPY_BYTES).then(|| geometry::of_floppy(bytes, first)).flatten();
        let bootable = first.ends_with(&BOOT_SIGNATURE);
        floppy.map(ImageKind::Floppy).or(bootable.then_some(ImageKind::HardDisk))
    }

    /// The usual name of a floppy's format, such as `1440K`.
    #[must_use]
    pub fn format_name(&self) -> Option<&'static str> {
        let ImageKind::Floppy(geometry) = self else { return None };
        FLOPPY_FORMATS.iter().find(|format| format.geometry == *geometry).map(|format| format.name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fat::FatImage;
    use super::super::{FLOPPY_FORMATS, FloppyFormat};
    use super::*;

    #[test]
    fn floppies_are_known_by_their_size_and_hard_disks_by_their_boot_sector() {
        let mut first = [0; SECTOR_BYTES];
        let floppy = ImageKind::of(1440 * 1024, &first).unwrap();
        assert_eq!(floppy.format_name(), Some("1440K"));
        assert_eq!(ImageKind::of(20 << 20, &first), None);
        first[510..].copy_from_slice(&BOOT_SIGNATURE);
        assert_eq!(ImageKind::of(20 << 20, &first), Some(ImageKind::HardDisk));
        assert_eq!(ImageKind::HardDisk.format_name(), None);
    }

    #[test]
    fn folders_odd_sizes_and_missing_files_are_no_images() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        assert_eq!(ImageKind::of_file(folder.path()), None);
        assert_eq!(ImageKind::of_file(&file), None);
        std::fs::write(&file, [0; 1000]).unwrap();
        assert_eq!(ImageKind::of_file(&file), None);
        let format = FloppyFormat::named("720K").unwrap_or(&FLOPPY_FORMATS[0]);
        std::fs::write(&file, FatImage::new(format).build()).unwrap();
        assert_eq!(ImageKind::of_file(&file), Some(ImageKind::Floppy(format.geometry)));
    }
}
