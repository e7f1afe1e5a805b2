//! Files on disks that tests make, sound and damaged.

use std::fs;

use tempfile::TempDir;

use super::super::fat::FatImage;
use super::super::{Disk, FloppyFormat, ImageSource, WritePolicy};
use super::*;

const NOW: DosTime = DosTime { date: 14 << 9 | 1 << 5 | 1, time: 0 };

/// The drives of a machine; the images lie in the folder.
struct Fixture {
    dir: TempDir,
    drives: Drives,
}

impl Fixture {
    fn with_floppy(image: &[u8], policy: WritePolicy) -> Fixture {
        let mut fixture = Fixture { dir: TempDir::new().unwrap(), drives: Drives::default() };
        let path = fixture.dir.path().join("a.img");
        fs::write(&path, image).unwrap();
        fixture.drives.insert(0, Disk::open_floppy(&ImageSource::File(path), policy, "left").unwrap());
        fixture
    }

    fn with_hard_disk(image: &[u8]) -> Fixture {
        let mut fixture = Fixture { dir: TempDir::new().unwrap(), drives: Drives::default() };
        let path = fixture.dir.path().join("c.img");
        fs::write(&path, image).unwrap();
        let disk = Disk::open_hard_disk(&ImageSource::File(path), WritePolicy::Overlay, "left").unwrap();
        fixture.drives.hard_disks.push(disk);
        fixture
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        write(&mut self.drives, path, bytes, NOW)
    }

    fn names(&mut self, path: &str) -> Vec<String> {
        list(&mut self.drives, path).unwrap().into_iter().map(|entry| entry.name).collect()
    }
}

fn sample(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|index| u8::try_from(index % 251).unwrap()).collect()
}

fn floppy(format: &str) -> FatImage {
    FatImage::new(FloppyFormat::named(format).unwrap()).file("ONE.TXT", b"first").file("BIG.BIN", &sample(5000))
}

/// A directory entry.
fn entry(name: &[u8; 11], attributes: u8, cluster: u16, size: u32) -> Vec<u8> {
    let mut raw = vec![0; 32];
    raw[..11].copy_from_slice(name);
    raw[11] = attributes;
    raw[26..28].copy_from_slice(&cluster.to_le_bytes());
    raw[28..].copy_from_slice(&size.to_le_bytes());
    raw
}

/// A file system with one sector a cluster: FAT32 if it has no root area.
fn file_system(total: u32, table_sectors: u32, root_entries: u16) -> Vec<u8> {
    let fat32 = root_entries == 0;
    let reserved: u16 = if fat32 { 32 } else { 1 };
    let mut image = vec![0; total as usize * SECTOR_BYTES];
    image[..3].copy_from_slice(&[0xEB, 0x3C, 0x90]);
    let mut put = |at: usize, bytes: &[u8]| image[at..at + bytes.len()].copy_from_slice(bytes);
    put(0x0B, &512u16.to_le_bytes());
    put(0x0D, &[1]);
    put(0x0E, &reserved.to_le_bytes());
    put(0x10, &[2]);
    put(0x11, &root_entries.to_le_bytes());
    put(0x15, &[0xF8]);
    put(0x20, &total.to_le_bytes());
    let tables: Vec<usize> =
        (0..2).map(|copy| (usize::from(reserved) + copy * table_sectors as usize) * SECTOR_BYTES).collect();
    if fat32 {
        put(0x24, &table_sectors.to_le_bytes());
        put(0x2C, &2u32.to_le_bytes());
        put(0x30, &1u16.to_le_bytes());
        put(512, b"RRaA");
        tables
            .iter()
            .for_each(|&at| put(at, &[0xF8, 0xFF, 0xFF, 0x0F, 0xFF, 0xFF, 0xFF, 0x0F, 0xFF, 0xFF, 0xFF, 0x0F]));
    } else {
        put(0x16, &u16::try_from(table_sectors).unwrap().to_le_bytes());
        tables.iter().for_each(|&at| put(at, &[0xF8, 0xFF, 0xFF, 0xFF]));
    }
    put(510, &[0x55, 0xAA]);
    image
}

/// A disk with a partition table: type, first sector and sectors of each entry.
fn partitioned(sectors: usize, entries: &[(u8, u32, u32)]) -> Vec<u8> {
    let mut image = vec![0; sectors * SECTOR_BYTES];
    put_table(&mut image, 0, entries);
    image
}

fn put_table(image: &mut [u8], at: usize, entries: &[(u8, u32, u32)]) {
    let sector = &mut image[at * SECTOR_BYTES..][..SECTOR_BYTES];
    for (slot, &(kind, first, count)) in sector[0x1BE..].chunks_exact_mut(16).zip(entries) {
        slot[4] = kind;
        slot[8..12].copy_from_slice(&first.to_le_bytes());
        slot[12..].copy_from_slice(&count.to_le_bytes());
    }
    sector[510..].copy_from_slice(&[0x55, 0xAA]);
}

fn put_file_system(image: &mut [u8], first: usize, system: &[u8]) {
    image[first * SECTOR_BYTES..][..system.len()].copy_from_slice(system);
}

#[test]
fn files_of_every_floppy_format_are_listed_and_read() {
    for format in super::super::FLOPPY_FORMATS {
        let mut fixture = Fixture::with_floppy(&floppy(format.name).build(), WritePolicy::Overlay);
        assert_eq!(fixture.names("A:\\"), ["ONE.TXT", "BIG.BIN"]);
        assert_eq!(read(&mut fixture.drives, "a:one.txt").unwrap(), b"first");
        assert_eq!(read(&mut fixture.drives, "A:\\BIG.BIN").unwrap(), sample(5000), "{}", format.name);
    }
}

#[test]
fn a_floppy_without_a_parameter_block_is_known_by_its_size() {
    let mut image = floppy("160K").build();
    image[..512].fill(0);
    let mut fixture = Fixture::with_floppy(&image, WritePolicy::Overlay);
    assert_eq!(read(&mut fixture.drives, "A:\\BIG.BIN").unwrap(), sample(5000));
}

#[test]
fn what_is_written_is_read_again_and_both_tables_agree() {
    let mut fixture = Fixture::with_floppy(&floppy("360K").build(), WritePolicy::Image);
    for size in [0, 1, 511, 512, 1024, 1025, 40_000] {
        fixture.write("A:\\NEW.BIN", &sample(size)).unwrap();
        assert_eq!(read(&mut fixture.drives, "A:\\NEW.BIN").unwrap(), sample(size));
    }
    assert_eq!(read(&mut fixture.drives, "A:\\BIG.BIN").unwrap(), sample(5000), "the others are as they were");
    assert_eq!(fixture.names("A:\\"), ["ONE.TXT", "BIG.BIN", "NEW.BIN"]);
    let image = fs::read(fixture.dir.path().join("a.img")).unwrap();
    assert_eq!(image[512..512 * 3], image[512 * 3..512 * 5]);
    let found = find(&mut fixture.drives, "A:\\new.bin").unwrap().unwrap();
    assert_eq!((found.size, found.modified, found.attributes), (40_000, NOW, 0x20));
}

#[test]
fn a_removed_file_leaves_its_room_to_others() {
    let mut fixture = Fixture::with_floppy(&floppy("160K").build(), WritePolicy::Overlay);
    let all = sample(313 * 512 - 5000 - 512);
    for _ in 0..3 {
        fixture.write("A:\\ALL.BIN", &all[..all.len() - 1024]).unwrap();
        assert_eq!(fixture.write("A:\\MORE.BIN", &sample(60_000)), Err(FileError::DiskFull));
        assert_eq!(read(&mut fixture.drives, "A:\\ALL.BIN").unwrap().len(), all.len() - 1024);
        remove(&mut fixture.drives, "A:\\ALL.BIN").unwrap();
    }
    assert_eq!(find(&mut fixture.drives, "A:\\ALL.BIN").unwrap(), None);
}

#[test]
fn a_file_that_fills_the_disk_can_be_replaced_by_one_as_large() {
    let mut fixture = Fixture::with_floppy(&floppy("160K").build(), WritePolicy::Overlay);
    let mut bytes = sample(150_000);
    fixture.write("A:\\ALL.BIN", &bytes).unwrap();
    bytes.reverse();
    fixture.write("A:\\ALL.BIN", &bytes).unwrap();
    assert_eq!(read(&mut fixture.drives, "A:\\ALL.BIN").unwrap(), bytes);
    assert_eq!(fixture.write("A:\\ALL.BIN", &sample(170_000)), Err(FileError::DiskFull));
    assert_eq!(read(&mut fixture.drives, "A:\\ALL.BIN").unwrap(), bytes, "a refused write changes nothing");
}

#[test]
fn a_full_root_directory_is_told_from_a_full_disk() {
    let mut fixture = Fixture::with_floppy(&floppy("160K").build(), WritePolicy::Overlay);
    for number in 0..62 {
        fixture.write(&format!("A:\\F{number}"), b"").unwrap();
    }
    assert_eq!(fixture.write("A:\\F99", b""), Err(FileError::DirectoryFull));
}

#[test]
fn errors_say_what_is_wrong_with_the_path() {
    let image = floppy("160K").build();
    let mut fixture = Fixture::with_floppy(&image, WritePolicy::None);
    let error = |result: Result<Vec<u8>, FileError>| result.unwrap_err().to_string();
    assert_eq!(error(read(&mut fixture.drives, "A:\\two.txt")), "`A:\\TWO.TXT` does not exist");
    assert_eq!(
        error(read(&mut fixture.drives, "A:\\ONE.TXT\\X")),
        "a part of `A:\\ONE.TXT\\X` is a file, not a directory"
    );
    assert_eq!(error(read(&mut fixture.drives, "B:\\X")), "there is no disk B:");
    assert!(error(read(&mut fixture.drives, "A:\\")).contains("is a directory"));
    assert_eq!(fixture.write("A:\\X", b""), Err(FileError::WriteProtected));
    assert_eq!(remove(&mut fixture.drives, "A:\\ONE.TXT"), Err(FileError::WriteProtected));
    let mut blank = Fixture::with_hard_disk(&[0; 512 * 100]);
    assert_eq!(error(read(&mut blank.drives, "C:\\X")), "the disk in C: has no FAT file system");
}

#[test]
fn a_read_only_file_is_neither_replaced_nor_removed() {
    let mut image = floppy("160K").build();
    image[3 * 512 + 11] |= 1;
    let mut fixture = Fixture::with_floppy(&image, WritePolicy::Overlay);
    let refused = Err(FileError::ReadOnly("A:\\ONE.TXT".into()));
    assert_eq!(fixture.write("A:\\ONE.TXT", b"x"), refused);
    assert_eq!(remove(&mut fixture.drives, "A:\\ONE.TXT"), refused);
}

#[test]
fn hard_disks_of_fat16_and_fat32_are_written_in_directories_that_grow() {
    for (kind, total, table_sectors, root) in [(6, 5000, 20, 512), (0x0C, 67_000, 524, 0)] {
        let mut system = file_system(total, table_sectors, root);
        // A directory SUB in cluster 3.
        let reserved = if root == 0 { 32 } else { 1 };
        let data = (reserved + 2 * table_sectors + u32::from(root) / 16) as usize;
        let (root_at, width) = if root == 0 { (data, 4) } else { (data - usize::from(root) / 16, 2) };
        system[root_at * 512..][..32].copy_from_slice(&entry(b"SUB        ", 0x10, 3, 0));
        for copy in 0..2 {
            let table = (reserved + copy * table_sectors) as usize * 512;
            system[table + 3 * width..][..width].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0x0F][..width]);
        }
        let mut image = partitioned(63 + total as usize, &[(kind, 63, total)]);
        put_file_system(&mut image, 63, &system);
        let mut fixture = Fixture::with_hard_disk(&image);
        for number in 0..40 {
            fixture.write(&format!("C:\\SUB\\F{number}"), &sample(number * 100)).unwrap();
        }
        assert_eq!(fixture.names("C:\\SUB").len(), 40);
        assert_eq!(read(&mut fixture.drives, "c:/sub/f39").unwrap(), sample(3900));
        assert_eq!(fixture.names("C:\\"), ["SUB"]);
    }
}

#[test]
fn partitions_get_the_letters_that_dos_gives_them() {
    let mut image = partitioned(10_000, &[(1, 1, 1000), (4, 1001, 1000), (5, 3000, 4000)]);
    put_table(&mut image, 3000, &[(1, 1, 1000), (5, 2000, 1001)]);
    put_table(&mut image, 5000, &[(1, 1, 1000)]);
    for (first, name) in [(1, b"FIRST      "), (1001, b"SECOND     "), (3001, b"LOGICAL1   "), (5001, b"LOGICAL2   ")] {
        let mut system = file_system(1000, 3, 112);
        system[7 * 512..][..32].copy_from_slice(&entry(name, 0x20, 0, 0));
        put_file_system(&mut image, first, &system);
    }
    let mut fixture = Fixture::with_hard_disk(&image);
    let names: Vec<_> = ["C:\\", "D:\\", "E:\\", "F:\\"].map(|path| fixture.names(path).join(",")).into();
    assert_eq!(names, ["FIRST", "LOGICAL1", "LOGICAL2", "SECOND"]);
}

#[test]
fn changed_files_are_told_by_what_became_of_them() {
    let mut fixture = Fixture::with_floppy(&floppy("360K").file("GONE.TXT", b"x").build(), WritePolicy::Overlay);
    assert!(changed(&mut fixture.drives).is_empty());
    fixture.write("A:\\NEW.TXT", b"new").unwrap();
    fixture.write("A:\\BIG.BIN", &sample(5000)).unwrap();
    remove(&mut fixture.drives, "A:\\GONE.TXT").unwrap();
    let found: Vec<_> = changed(&mut fixture.drives).into_iter().map(|file| (file.path, file.change)).collect();
    let expected = [("BIG.BIN", Change::Changed), ("GONE.TXT", Change::Removed), ("NEW.TXT", Change::Added)];
    assert_eq!(found, expected.map(|(name, change)| (format!("A:\\{name}"), change)));
}

#[test]
fn loops_of_clusters_and_directories_end() {
    let mut image = floppy("360K").build();
    // Cluster 3, the first of BIG.BIN, leads to itself; so does a directory.
    image[512 + 4..512 + 6].copy_from_slice(&[0x03 << 4 & 0xF0, 0x00]);
    let (fat, root) = (512, 5 * 512);
    let set = |image: &mut Vec<u8>, cluster: usize, value: u16| {
        let at = fat + cluster * 3 / 2;
        let old = u16::from_le_bytes([image[at], image[at + 1]]);
        let new = if cluster % 2 == 1 { old & 0xF | value << 4 } else { old & 0xF000 | value };
        image[at..at + 2].copy_from_slice(&new.to_le_bytes());
    };
    set(&mut image, 3, 3);
    set(&mut image, 100, 100);
    image[root + 64..root + 96].copy_from_slice(&entry(b"LOOP       ", 0x10, 100, 0));
    let inside = (12 + 98 * 2) * 512;
    for slot in 0..32 {
        image[inside + slot * 32..][..32].copy_from_slice(&entry(b"AGAIN      ", 0x10, 100, 0));
    }
    let mut fixture = Fixture::with_floppy(&image, WritePolicy::Overlay);
    assert_eq!(read(&mut fixture.drives, "A:\\BIG.BIN").unwrap().len(), 5000);
    assert_eq!(list(&mut fixture.drives, "A:\\LOOP"), Err(FileError::TooLarge));
    assert_eq!(fixture.write("A:\\LOOP\\X", b"x"), Err(FileError::TooLarge));
    assert!(changed(&mut fixture.drives).is_empty());
    remove(&mut fixture.drives, "A:\\BIG.BIN").unwrap();
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(192))]

    #[test]
    fn no_damage_makes_it_panic_or_hang(
        damage in proptest::collection::vec((0usize..14 * 512, proptest::prelude::any::<u8>()), 1..60),
        boot in proptest::collection::vec((0x0Busize..0x40, proptest::prelude::any::<u8>()), 0..6),
    ) {
        let mut image = floppy("360K").build();
        image[5 * 512 + 64..5 * 512 + 96].copy_from_slice(&entry(b"SUB        ", 0x10, 9, 0));
        for (at, byte) in damage.into_iter().filter(|&(at, _)| at >= 512).chain(boot) {
            image[at] = byte;
        }
        let mut fixture = Fixture::with_floppy(&image, WritePolicy::Overlay);
        for path in ["A:\\", "A:\\SUB", "A:\\ONE.TXT", "A:\\BIG.BIN", "A:\\SUB\\X"] {
            let _ = (list(&mut fixture.drives, path), find(&mut fixture.drives, path));
            let _ = (read(&mut fixture.drives, path), fixture.write(path, &sample(3000)));
            let _ = changed(&mut fixture.drives);
            let _ = remove(&mut fixture.drives, path);
        }
    }

    #[test]
    fn no_partition_table_makes_it_panic_or_hang(
        table in proptest::collection::vec(proptest::prelude::any::<u8>(), 64),
        kinds in proptest::collection::vec(proptest::sample::select(vec![1u8, 5, 6, 0x0B, 0x0F]), 4),
        small in proptest::prelude::any::<bool>(),
    ) {
        let mut image = vec![0; 40 * SECTOR_BYTES];
        image[0x1BE..0x1FE].copy_from_slice(&table);
        for slot in 0..4 {
            image[0x1BE + slot * 16] = 0;
            image[0x1BE + slot * 16 + 4] = kinds[slot];
            if small {
                image[0x1BE + slot * 16 + 9..][..3].fill(0);
            }
        }
        image[510..512].copy_from_slice(&[0x55, 0xAA]);
        image.copy_within(..512, 3 * 512);
        let mut fixture = Fixture::with_hard_disk(&image);
        for letter in 'C'..='Z' {
            let _ = list(&mut fixture.drives, &format!("{letter}:\\"));
        }
        let _ = changed(&mut fixture.drives);
    }
}
