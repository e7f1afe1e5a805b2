use proptest::prelude::*;

use super::*;
use crate::disk::fat::FatImage;

fn geometry(cylinders: u32, heads: u32, sectors: u32) -> Geometry {
    Geometry { cylinders, heads, sectors }
}

fn boot_of(format: &FloppyFormat) -> Sector {
    *FatImage::new(format).build().first_chunk().unwrap()
}

/// A master boot record with one entry: start and end as (cylinder, head, sector), then LBA.
fn mbr(start: (u16, u8, u8), end: (u16, u8, u8), first: u32, count: u32) -> Sector {
    let mut sector = [0; SECTOR_BYTES];
    let chs = |(cylinder, head, number): (u16, u8, u8)| {
        let [low, high] = cylinder.to_le_bytes();
        [head, number | high << 6, low]
    };
    let entry = &mut sector[0x1BE..0x1CE];
    entry[0] = 0x80;
    entry[1..4].copy_from_slice(&chs(start));
    entry[4] = 6;
    entry[5..8].copy_from_slice(&chs(end));
    entry[8..12].copy_from_slice(&first.to_le_bytes());
    entry[12..].copy_from_slice(&count.to_le_bytes());
    sector[0x1FE..].copy_from_slice(&[0x55, 0xAA]);
    sector
}

fn hard_disk(total: u64, first: Sector) -> Geometry {
    of_hard_disk(total, |lba| (lba == 0).then_some(first))
}

#[test]
fn every_format_is_known_by_its_size_and_by_its_boot_sector() {
    for format in &FLOPPY_FORMATS {
        let by_size = of_floppy(format.bytes(), &[0; SECTOR_BYTES]);
        assert_eq!(by_size, Some(format.geometry), "{} by size", format.name);
        let by_bpb = of_floppy(format.bytes(), &boot_of(format));
        assert_eq!(by_bpb, Some(format.geometry), "{} by BPB", format.name);
    }
}

#[test]
fn a_boot_sector_describes_a_floppy_of_no_usual_size() {
    let mut boot = boot_of(FloppyFormat::named("1440K").unwrap());
    boot[0x13..0x15].copy_from_slice(&(80u16 * 2 * 21).to_le_bytes());
    boot[0x18] = 21;
    assert_eq!(of_floppy(80 * 2 * 21 * 512, &boot), Some(geometry(80, 2, 21)));
    assert_eq!(of_floppy(80 * 2 * 21 * 512 - 512, &boot), None);
}

#[test]
fn a_boot_sector_that_disagrees_with_the_size_is_not_believed() {
    let boot = boot_of(FloppyFormat::named("360K").unwrap());
    assert_eq!(of_floppy(720 * 1024, &boot), Some(geometry(80, 2, 9)));
}

#[test]
fn a_boot_sector_with_one_impossible_field_is_not_believed() {
    let format = FloppyFormat::named("1440K").unwrap();
    // Each would give one head of 36 sectors, were it not for the broken field.
    for (at, value) in [(0x0C, 0x04), (0x0D, 3), (0x0E, 0), (0x10, 0), (0x10, 9), (0x15, 0x12), (0x16, 0), (0x18, 64)] {
        let mut boot = boot_of(format);
        boot[0x1A] = 1;
        boot[0x18] = 36;
        boot[at] = value;
        assert_eq!(of_floppy(format.bytes(), &boot), Some(format.geometry), "field {at:02X}h");
    }
}

#[test]
fn drive_types_follow_tracks_and_density() {
    let types = FLOPPY_FORMATS.map(|format| floppy_drive_type(format.geometry));
    assert_eq!(types, [1, 1, 1, 1, 3, 3, 2, 4, 5]);
}

#[test]
fn a_partition_that_fills_cylinders_gives_heads_and_sectors() {
    // Five heads of 17 sectors: track 1 to the end of cylinder 99.
    let first = mbr((0, 1, 1), (99, 4, 17), 17, 100 * 85 - 17);
    assert_eq!(hard_disk(100 * 85, first), geometry(100, 5, 17));
}

#[test]
fn a_partition_beyond_cylinder_1023_is_proven_by_its_start() {
    let first = mbr((0, 32, 33), (1023, 254, 63), 2048, 40_000_000);
    assert_eq!(hard_disk(41_943_040, first), geometry(2610, 255, 63));
}

#[test]
fn an_inconsistent_partition_yields_to_its_boot_sector() {
    let first = mbr((0, 1, 1), (9, 6, 20), 63, 20_000);
    let mut boot = boot_of(FloppyFormat::named("1440K").unwrap());
    boot[0x15] = 0xF8;
    boot[0x18] = 63;
    boot[0x1A] = 16;
    let read = |lba| [(0, first), (63, boot)].into_iter().find_map(|(at, data)| (at == lba).then_some(data));
    assert_eq!(of_hard_disk(20_160, read), geometry(20, 16, 63));
    assert_eq!(hard_disk(20_160, first), geometry(144, 7, 20), "with no boot sector the entry is all there is");
}

#[test]
fn a_blank_hard_disk_has_16_heads_up_to_504_mib_and_then_255() {
    let blank = [0; SECTOR_BYTES];
    assert_eq!(hard_disk(1_032_192, blank), geometry(1024, 16, 63));
    assert_eq!(hard_disk(1_032_193, blank), geometry(64, 255, 63));
    assert_eq!(hard_disk(10, blank), geometry(1, 16, 63));
}

proptest! {
    #[test]
    fn chs_and_lba_are_inverse(c in 1u32..20_000, h in 1u32..=255, s in 1u32..=63, pick in any::<u64>()) {
        let geometry = geometry(c, h, s);
        let lba = pick % geometry.sector_count();
        let chs = geometry.chs(lba).unwrap();
        prop_assert!(chs.cylinder < c && chs.head < h && (1..=s).contains(&chs.sector));
        prop_assert_eq!(geometry.lba(chs), Some(lba));
        prop_assert_eq!(geometry.chs(geometry.sector_count()), None);
        prop_assert_eq!(geometry.lba(Chs { sector: 0, ..chs }), None);
        prop_assert_eq!(geometry.lba(Chs { head: h, ..chs }), None);
    }

    #[test]
    fn random_headers_give_a_usable_shape_or_none(
        bytes in proptest::collection::vec(any::<u8>(), 512),
        total in 1u64..1 << 40,
        signed in any::<bool>(),
    ) {
        let mut header: Sector = bytes.try_into().unwrap();
        if signed {
            header[0x1FE..].copy_from_slice(&[0x55, 0xAA]);
        }
        let disk = of_hard_disk(total, |_| Some(header));
        prop_assert!(disk.cylinders > 0 && disk.heads > 0 && disk.sectors > 0);
        if let Some(floppy) = of_floppy(total * 512, &header) {
            prop_assert_eq!(floppy.sector_count(), total);
        }
    }

    #[test]
    fn random_bpb_fields_of_a_known_size_cover_the_disk_exactly(
        fields in proptest::collection::vec(any::<u8>(), 0x1E),
        format in proptest::sample::select(FLOPPY_FORMATS.to_vec()),
        heads in 0u8..4,
        sectors in 0u8..70,
    ) {
        let mut boot = boot_of(&format);
        boot[0x1C..0x1C + 4].copy_from_slice(&fields[..4]);
        boot[0x18] = sectors;
        boot[0x1A] = heads;
        let floppy = of_floppy(format.bytes(), &boot).unwrap();
        prop_assert_eq!(floppy.sector_count() * 512, format.bytes());
    }
}
