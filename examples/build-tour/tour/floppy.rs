//! The disk around the program: a FAT12 file system with every file in one piece, so that a boot
//! sector finds the program without reading directories, and DOS reads the disk as any other.

use iced_x86::IcedError;

use super::boot::boot_sector;

/// Size of a sector and, here, of a cluster.
const SECTOR: usize = 512;
/// Size of a directory entry.
const ENTRY: usize = 32;
/// FAT12 entry of the last cluster of a file.
const END_OF_CHAIN: u16 = 0xFFF;
/// 1 August 1990, the date of every file: the output must not depend on today.
/// Source: FAT directory entry: bits 9–15 year since 1980, 5–8 month, 0–4 day.
const DATE: u16 = (10 << 9) | (8 << 5) | 1;

/// A floppy format with one sector a cluster and two FATs.
pub(crate) struct Format {
    /// Tracks a side.
    pub(crate) cylinders: u32,
    /// Sides.
    pub(crate) heads: u32,
    /// Sectors a track.
    pub(crate) sectors: u32,
    /// Sectors of one FAT.
    fat_sectors: u32,
    /// Entries in the root directory.
    root_entries: u32,
    /// The media descriptor byte.
    media: u8,
}

/// The first PC's format: 5¼ inches, one side, 160 KiB. Everything fits it.
pub(crate) const FORMAT_160K: Format =
    Format { cylinders: 40, heads: 1, sectors: 8, fat_sectors: 1, root_entries: 64, media: 0xFE };

/// A run of sectors.
#[derive(Clone, Copy)]
pub(crate) struct Extent {
    /// The first one, counted from the start of the disk.
    pub(crate) first_sector: u32,
    /// How many.
    pub(crate) sectors: u32,
}

/// A file on the disk.
pub(crate) struct File<'a> {
    /// Name and extension, padded with blanks, without the dot.
    pub(crate) name: &'a [u8; 11],
    /// What it contains.
    pub(crate) contents: &'a [u8],
}

impl Format {
    fn total_sectors(&self) -> u32 {
        self.cylinders * self.heads * self.sectors
    }

    /// First sector of the root directory: behind the boot sector and two FATs.
    fn root_sector(&self) -> u32 {
        1 + 2 * self.fat_sectors
    }

    /// First sector of cluster 2, the first one.
    fn data_sector(&self) -> u32 {
        self.root_sector() + sectors_of(usize_of(self.root_entries) * ENTRY)
    }

    /// OEM name and BIOS parameter block: bytes 3–61 of the boot sector.
    ///
    /// | offset | size | meaning |
    /// | --- | --- | --- |
    /// | 03h | 8 | OEM name |
    /// | 0Bh | 2 | bytes a sector |
    /// | 0Dh | 1 | sectors a cluster |
    /// | 0Eh | 2 | reserved sectors |
    /// | 10h | 1 | FATs |
    /// | 11h | 2 | root directory entries |
    /// | 13h | 2 | sectors in total |
    /// | 15h | 1 | media descriptor |
    /// | 16h | 2 | sectors a FAT |
    /// | 18h | 2 | sectors a track |
    /// | 1Ah | 2 | heads |
    /// | 1Ch | 8 | hidden sectors, sectors in total if over 65535: none |
    /// | 24h | 3 | drive, reserved, signature 29h: serial number, label and type follow |
    /// | 27h | 4 | serial number |
    /// | 2Bh | 11 | label |
    /// | 36h | 8 | type of file system |
    pub(crate) fn parameter_block(&self) -> Vec<u8> {
        let mut block = b"DOSMUX  ".to_vec();
        block.extend(word(512));
        block.push(1);
        block.extend(word(1));
        block.push(2);
        block.extend(word(self.root_entries));
        block.extend(word(self.total_sectors()));
        block.push(self.media);
        block.extend(word(self.fat_sectors));
        block.extend(word(self.sectors));
        block.extend(word(self.heads));
        block.extend([0; 8]);
        block.extend([0, 0, 0x29]);
        block.extend(*b"TOUR");
        block.extend(*b"DOSMUX TOUR");
        block.extend(*b"FAT12   ");
        block
    }
}

/// A disk whose boot sector loads and starts the first of `files`.
/// *Panics*: if the files do not fit.
pub(crate) fn bootable(format: &Format, files: &[File<'_>]) -> Result<Vec<u8>, IcedError> {
    let mut image = vec![0; usize_of(format.total_sectors()) * SECTOR];
    let mut fat = vec![0xF00 | u16::from(format.media), END_OF_CHAIN];
    let mut root = Vec::new();
    for file in files {
        let first_cluster = u16::try_from(fat.len()).expect("FAT12 clusters fit 16 bits");
        let first_sector = format.data_sector() + u32::from(first_cluster) - 2;
        let extent = Extent { first_sector, sectors: sectors_of(file.contents.len()) };
        if root.is_empty() {
            image[..SECTOR].copy_from_slice(&boot_sector(format, extent)?);
        }
        let at = usize_of(first_sector) * SECTOR;
        image[at..at + file.contents.len()].copy_from_slice(file.contents);
        root.extend(directory_entry(file, first_cluster));
        fat.extend((1..extent.sectors).map(|n| first_cluster + u16::try_from(n).expect("FAT12 clusters fit 16 bits")));
        fat.push(END_OF_CHAIN);
    }
    let fat = pack_fat12(&fat);
    for copy in 0..2 {
        let at = usize_of(1 + copy * format.fat_sectors) * SECTOR;
        image[at..at + fat.len()].copy_from_slice(&fat);
    }
    let at = usize_of(format.root_sector()) * SECTOR;
    image[at..at + root.len()].copy_from_slice(&root);
    Ok(image)
}

/// A directory entry: name 0–10, attributes 11, date 24–25, first cluster 26–27, size 28–31.
fn directory_entry(file: &File<'_>, first_cluster: u16) -> [u8; ENTRY] {
    let size = u32::try_from(file.contents.len()).expect("a file fits a floppy");
    let mut entry = [0; ENTRY];
    entry[..11].copy_from_slice(file.name);
    entry[24..26].copy_from_slice(&DATE.to_le_bytes());
    entry[26..28].copy_from_slice(&first_cluster.to_le_bytes());
    entry[28..32].copy_from_slice(&size.to_le_bytes());
    entry
}

/// Two 12-bit entries in three bytes, the first one in the low bits.
fn pack_fat12(entries: &[u16]) -> Vec<u8> {
    let mut packed = Vec::new();
    for pair in entries.chunks(2) {
        let both = u32::from(pair[0]) | u32::from(pair.get(1).copied().unwrap_or(0)) << 12;
        packed.extend(&both.to_le_bytes()[..3]);
    }
    packed
}

fn sectors_of(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(SECTOR)).expect("a floppy has few sectors")
}

fn word(value: u32) -> [u8; 2] {
    u16::try_from(value).expect("a floppy's numbers fit 16 bits").to_le_bytes()
}

fn usize_of(value: u32) -> usize {
    usize::try_from(value).expect("usize has 32 bits or more")
}
