//! Builds small FAT12 floppy images, for tests and for disks made on the fly.

use super::{FloppyFormat, SECTOR_BYTES};

/// Offset of the boot code in the boot sector: behind the extended BPB.
const BOOT_CODE: usize = 0x3E;
/// Most bytes of boot code: up to the signature.
const MAX_BOOT_CODE: usize = 0x1FE - BOOT_CODE;
/// Bytes in a directory entry.
const ENTRY_BYTES: usize = 32;
/// Date of every file, 1994-01-01: images must not depend on when they are built.
const FILE_DATE: u16 = 14 << 9 | 1 << 5 | 1;

/// A floppy image in the making.
///
/// ```
/// use dosmux::disk::FloppyFormat;
/// use dosmux::disk::fat::FatImage;
/// let format = FloppyFormat::named("360K").unwrap();
/// let image = FatImage::new(format).file("HELLO.TXT", b"Hello").boot_sector(&[0xF4]).build();
/// assert_eq!(image.len(), 360 * 1024);
/// assert_eq!(image[0x3E], 0xF4);
/// ```
#[derive(Clone, Debug)]
pub struct FatImage {
    format: FloppyFormat,
    files: Vec<([u8; 11], Vec<u8>)>,
    boot_code: Vec<u8>,
}

impl FatImage {
    /// An empty disk of this format.
    #[must_use]
    pub fn new(format: &FloppyFormat) -> FatImage {
        FatImage { format: *format, files: Vec::new(), boot_code: Vec::new() }
    }

    /// Adds a file to the root directory; `name` is 8.3, any case.
    ///
    /// *Panics*: if `name` is not of the form 8.3.
    #[must_use]
    pub fn file(mut self, name: &str, bytes: &[u8]) -> FatImage {
        let packed = pack_name(name).unwrap_or_else(|| panic!("`{name}` is not an 8.3 file name"));
        self.files.push((packed, bytes.to_vec()));
        self
    }

    /// Sets the code at offset 3Eh of the boot sector, which runs at 0000:7C3E.
    ///
    /// *Panics*: if it has more than 448 bytes.
    #[must_use]
    pub fn boot_sector(mut self, code: &[u8]) -> FatImage {
        assert!(code.len() <= MAX_BOOT_CODE, "boot code has {} bytes, {MAX_BOOT_CODE} fit", code.len());
        self.boot_code = code.to_vec();
        self
    }

    /// The image.
    ///
    /// *Panics*: if the files do not fit.
    #[must_use]
    pub fn build(&self) -> Vec<u8> {
        let mut image = vec![0; usize::try_from(self.format.bytes()).expect("a floppy fits in memory")];
        image[..SECTOR_BYTES].copy_from_slice(&self.boot());
        let mut fat = Fat::new(self.format.media);
        let root = SECTOR_BYTES * (1 + 2 * usize::from(self.format.fat_sectors));
        let data = root + usize::from(self.format.root_entries) * ENTRY_BYTES;
        let cluster_bytes = usize::from(self.format.cluster_sectors) * SECTOR_BYTES;
        assert!(self.files.len() <= usize::from(self.format.root_entries), "too many files for the root directory");
        for (slot, (name, bytes)) in self.files.iter().enumerate() {
            let first = fat.allocate(bytes.len().div_ceil(cluster_bytes));
            let start = data + (usize::from(first).max(2) - 2) * cluster_bytes;
            let room = image.get_mut(start..start + bytes.len()).expect("the files fit on the disk");
            room.copy_from_slice(bytes);
            let entry = directory_entry(name, first, bytes.len());
            image[root + slot * ENTRY_BYTES..][..ENTRY_BYTES].copy_from_slice(&entry);
        }
        let packed = fat.packed();
        let fat_bytes = usize::from(self.format.fat_sectors) * SECTOR_BYTES;
        for copy in 0..2 {
            image[SECTOR_BYTES + copy * fat_bytes..][..packed.len()].copy_from_slice(&packed);
        }
        image
    }

    fn boot(&self) -> [u8; SECTOR_BYTES] {
        let geometry = self.format.geometry;
        let mut boot = [0; SECTOR_BYTES];
        let word = |value: u32| u16::try_from(value).unwrap_or(0).to_le_bytes();
        let total = geometry.cylinders * geometry.heads * geometry.sectors;
        boot[..0x0B].copy_from_slice(b"\xEB\x3C\x90DOSMUX  ");
        boot[0x0B..0x0D].copy_from_slice(&word(512));
        boot[0x0D] = self.format.cluster_sectors;
        boot[0x0E..0x10].copy_from_slice(&word(1));
        boot[0x10] = 2;
        boot[0x11..0x13].copy_from_slice(&self.format.root_entries.to_le_bytes());
        boot[0x13..0x15].copy_from_slice(&word(total));
        boot[0x15] = self.format.media;
        boot[0x16..0x18].copy_from_slice(&self.format.fat_sectors.to_le_bytes());
        boot[0x18..0x1A].copy_from_slice(&word(geometry.sectors));
        boot[0x1A..0x1C].copy_from_slice(&word(geometry.heads));
        // 29h announces serial number, label and file system name.
        boot[0x26] = 0x29;
        boot[0x27..BOOT_CODE].copy_from_slice(b"\x01\x00\x00\x00NO NAME    FAT12   ");
        boot[BOOT_CODE..][..self.boot_code.len()].copy_from_slice(&self.boot_code);
        boot[0x1FE..].copy_from_slice(&[0x55, 0xAA]);
        boot
    }
}

/// The file allocation table: clusters are given out from the start, in a row.
struct Fat {
    entries: Vec<u16>,
}

impl Fat {
    fn new(media: u8) -> Fat {
        Fat { entries: vec![0xF00 | u16::from(media), 0xFFF] }
    }

    /// Chains the next `clusters` clusters; the first one's number, 0 for none.
    fn allocate(&mut self, clusters: usize) -> u16 {
        let next = |len: usize| u16::try_from(len).expect("FAT12 has fewer than 4085 clusters");
        if clusters == 0 {
            return 0;
        }
        let first = next(self.entries.len());
        for _ in 1..clusters {
            self.entries.push(next(self.entries.len()) + 1);
        }
        self.entries.push(0xFFF);
        first
    }

    /// Two entries in three bytes.
    fn packed(&self) -> Vec<u8> {
        let pair = |pair: &[u16]| {
            let both = u32::from(pair[0]) | u32::from(pair.get(1).copied().unwrap_or(0)) << 12;
            let [a, b, c, _] = both.to_le_bytes();
            [a, b, c]
        };
        self.entries.chunks(2).flat_map(pair).collect()
    }
}

fn directory_entry(name: &[u8; 11], first: u16, bytes: usize) -> [u8; ENTRY_BYTES] {
    let mut entry = [0; ENTRY_BYTES];
    entry[..11].copy_from_slice(name);
    // Attribute: archive.
    entry[11] = 0x20;
    entry[24..26].copy_from_slice(&FILE_DATE.to_le_bytes());
    entry[26..28].copy_from_slice(&first.to_le_bytes());
    entry[28..].copy_from_slice(&u32::try_from(bytes).expect("a floppy's file fits").to_le_bytes());
    entry
}

/// `name.ext` in capitals and padded with blanks, as a directory holds it.
fn pack_name(name: &str) -> Option<[u8; 11]> {
    let (base, extension) = name.split_once('.').unwrap_or((name, ""));
    let usable = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'()-@^_`{}~".contains(&c);
    let fits = (1..=8).contains(&base.len()) && extension.len() <= 3;
    if !fits || !base.bytes().chain(extension.bytes()).all(usable) {
        return None;
    }
    let mut packed = [b' '; 11];
    packed[..base.len()].copy_from_slice(base.as_bytes());
    packed[8..8 + extension.len()].copy_from_slice(extension.as_bytes());
    packed.make_ascii_uppercase();
    Some(packed)
}
