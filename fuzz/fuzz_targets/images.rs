//! Disk images: any bytes open or are refused, and every sector of one that opens can be read.
#![no_main]

use dosmux::disk::{Disk, ImageSource, SECTOR_BYTES, WritePolicy};
use libfuzzer_sys::fuzz_target;

/// Bytes of an image at most: the two last bytes of the input, in sectors.
const LARGEST: usize = 6 * 1024 * 1024;

fuzz_target!(|bytes: &[u8]| {
    let (head, size) = bytes.split_at(bytes.len().saturating_sub(2));
    let sectors = size.iter().fold(0, |sectors, &byte| sectors << 8 | usize::from(byte));
    let mut image = head.to_vec();
    image.resize((sectors * SECTOR_BYTES).clamp(head.len(), LARGEST.max(head.len())), 0);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("disk.img");
    std::fs::write(&path, &image).expect("the folder is writable");
    let source = ImageSource::File(path);
    for open in [Disk::open_floppy, Disk::open_hard_disk] {
        if let Ok(mut disk) = open(&source, WritePolicy::Overlay, "fuzz") {
            use_disk(&mut disk);
        }
    }
});

fn use_disk(disk: &mut Disk) {
    let (geometry, count) = (disk.geometry(), disk.sector_count());
    let mut sector = [0; SECTOR_BYTES];
    for lba in [0, 1, count / 2, count.saturating_sub(1)] {
        if lba < count {
            disk.read(lba, &mut sector).expect("the sector is in the image");
            disk.write(lba, &[0x5A; SECTOR_BYTES]).expect("the overlay has room");
            disk.read(lba, &mut sector).expect("the sector is in the overlay");
            assert_eq!(sector, [0x5A; SECTOR_BYTES]);
        }
        if let Some(at) = geometry.chs(lba) {
            assert_eq!(geometry.lba(at), Some(lba));
        }
    }
    assert!(disk.read(count, &mut sector).is_err());
    assert!(disk.write(count, &sector).is_err());
}
