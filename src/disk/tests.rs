//! Images as sessions use them: real files in a temporary directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::fat::FatImage;
use super::*;

/// A directory with a 360K floppy whose sector n is filled with the byte n.
struct Fixture {
    dir: TempDir,
    images: ImageRegistry,
}

impl Fixture {
    fn new() -> Fixture {
        let fixture = Fixture { dir: TempDir::new().unwrap(), images: ImageRegistry::new() };
        let sectors = (0..720).flat_map(|n: u32| [crate::types::lo8(n); SECTOR_BYTES]);
        fs::write(fixture.path(), sectors.collect::<Vec<u8>>()).unwrap();
        fixture
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("disk.img")
    }

    fn source(&self) -> ImageSource {
        ImageSource::File(self.path())
    }

    fn floppy(&self, policy: WritePolicy) -> Disk {
        self.images.open_floppy(&self.source(), policy, "left").unwrap()
    }

    fn hard_disk(&self, policy: WritePolicy) -> Disk {
        self.images.open_hard_disk(&self.source(), policy, "left").unwrap()
    }

    fn refusal(&self, policy: WritePolicy, holder: &str) -> String {
        self.images.open_floppy(&self.source(), policy, holder).err().unwrap().to_string()
    }
}

fn byte(disk: &mut Disk, lba: u64) -> u8 {
    let mut sector = [0; SECTOR_BYTES];
    disk.read(lba, &mut sector).unwrap();
    assert!(sector.iter().all(|&b| b == sector[0]), "sector {lba} is torn");
    sector[0]
}

fn fill(disk: &mut Disk, lba: u64, value: u8) {
    disk.write(lba, &[value; SECTOR_BYTES]).unwrap();
}

fn open_error(path: &Path) -> String {
    Disk::open_floppy(&ImageSource::File(path.into()), WritePolicy::Overlay, "left").err().unwrap().to_string()
}

#[test]
fn overlays_on_one_file_are_private_and_dropped() {
    for open in [Fixture::floppy, Fixture::hard_disk] {
        let fixture = Fixture::new();
        let mut left = open(&fixture, WritePolicy::Overlay);
        let mut right = open(&fixture, WritePolicy::Overlay);
        fill(&mut left, 5, 0xAA);
        fill(&mut right, 5, 0xBB);
        fill(&mut right, 6, 0xCC);
        assert_eq!((byte(&mut left, 5), byte(&mut left, 6)), (0xAA, 6));
        assert_eq!((byte(&mut right, 5), byte(&mut right, 6)), (0xBB, 0xCC));
        assert_eq!((left.writes(), right.writes()), (1, 2));
        drop(left);
        assert_eq!(byte(&mut open(&fixture, WritePolicy::Overlay), 5), 5);
        assert_eq!(fs::read(fixture.path()).unwrap()[5 * SECTOR_BYTES], 5, "the file stays as it was");
    }
}

#[test]
fn a_write_protected_disk_refuses_writes_and_keeps_reading() {
    let fixture = Fixture::new();
    let mut disk = fixture.floppy(WritePolicy::None);
    assert!(disk.write_protected());
    assert_eq!(disk.write(3, &[1; SECTOR_BYTES]), Err(SectorError::WriteProtected));
    assert_eq!((byte(&mut disk, 3), disk.writes()), (3, 0));
}

#[test]
fn sectors_beyond_the_end_are_not_found() {
    let fixture = Fixture::new();
    for policy in [WritePolicy::Overlay, WritePolicy::Image] {
        let mut disk = fixture.floppy(policy);
        assert_eq!(disk.sector_count(), 720);
        assert_eq!(byte(&mut disk, 719), 719u16.to_le_bytes()[0]);
        assert_eq!(disk.read(720, &mut [0; SECTOR_BYTES]), Err(SectorError::NotFound));
        assert_eq!(disk.write(u64::MAX, &[0; SECTOR_BYTES]), Err(SectorError::NotFound));
    }
    assert_eq!(fs::metadata(fixture.path()).unwrap().len(), 360 * 1024, "the file has not grown");
}

#[test]
fn writing_through_reaches_the_file_at_once_and_survives_reopening() {
    for open in [Fixture::floppy, Fixture::hard_disk] {
        let fixture = Fixture::new();
        let mut disk = open(&fixture, WritePolicy::Image);
        fill(&mut disk, 7, 0x77);
        assert_eq!(fs::read(fixture.path()).unwrap()[7 * SECTOR_BYTES..][..SECTOR_BYTES], [0x77; SECTOR_BYTES]);
        disk.sync().unwrap();
        drop(disk);
        let mut again = open(&fixture, WritePolicy::Image);
        assert_eq!((byte(&mut again, 7), byte(&mut again, 8)), (0x77, 8));
    }
}

#[test]
fn a_second_writer_is_refused_by_the_name_of_the_first() {
    let fixture = Fixture::new();
    let first = fixture.images.open_hard_disk(&fixture.source(), WritePolicy::Image, "payroll").unwrap();
    let refusal = fixture.refusal(WritePolicy::Image, "right");
    assert!(refusal.contains("disk.img` is already open for writing by session `payroll`"), "{refusal}");
    assert!(refusal.contains("writes = \"overlay\""), "{refusal}");
    fixture.floppy(WritePolicy::Overlay);
    drop(first);
    fixture.floppy(WritePolicy::Image);
}

#[test]
#[cfg(unix)]
fn a_second_writer_by_another_path_is_refused_too() {
    let fixture = Fixture::new();
    let link = fixture.dir.path().join("link.img");
    fs::hard_link(fixture.path(), &link).unwrap();
    let _first = fixture.floppy(WritePolicy::Image);
    let second = fixture.images.open_floppy(&ImageSource::File(link), WritePolicy::Image, "right");
    assert!(second.err().unwrap().to_string().contains("session `left`"));
}

#[test]
fn a_failed_opening_lets_the_next_writer_in() {
    let fixture = Fixture::new();
    fs::write(fixture.path(), [0; 1000]).unwrap();
    assert!(fixture.refusal(WritePolicy::Image, "left").contains("1000 bytes"));
    fs::write(fixture.path(), vec![0; 360 * 1024]).unwrap();
    fixture.floppy(WritePolicy::Image);
}

/// Not a test of its own: the other process of the test below runs it to hold a lock.
#[test]
fn another_process_holds_the_image() {
    let Some(path) = std::env::var_os("DOSMUX_TEST_HOLD") else { return };
    let disk = Disk::open_floppy(&ImageSource::File(path.clone().into()), WritePolicy::Image, "other").unwrap();
    let ready = PathBuf::from(path).with_extension("ready");
    fs::write(&ready, "").unwrap();
    while ready.exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    drop(disk);
}

#[test]
#[cfg(target_os = "linux")]
fn a_writer_in_another_process_is_named_by_its_id() {
    let fixture = Fixture::new();
    let ready = fixture.path().with_extension("ready");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "disk::tests::another_process_holds_the_image"])
        .env("DOSMUX_TEST_HOLD", fixture.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while !ready.exists() {
        assert!(child.try_wait().unwrap().is_none(), "the other process has ended early");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let refusal = fixture.refusal(WritePolicy::Image, "left");
    fs::remove_file(&ready).unwrap();
    child.wait().unwrap();
    // Some file systems give /proc/locks another device number than stat; then nobody is named.
    let named = format!("by process {}", child.id());
    assert!(refusal.contains(&named) || refusal.contains("by another process"), "{refusal}");
    assert!(refusal.contains("writes = \"overlay\""), "{refusal}");
    fixture.floppy(WritePolicy::Image);
}

#[test]
fn an_overlay_does_not_see_what_another_session_writes_through() {
    for open in [Fixture::floppy, Fixture::hard_disk] {
        let fixture = Fixture::new();
        let mut before = open(&fixture, WritePolicy::Overlay);
        let mut writer = open(&fixture, WritePolicy::Image);
        fill(&mut before, 10, 0x10);
        for lba in 9..12 {
            fill(&mut writer, lba, 0xEE);
        }
        fill(&mut writer, 9, 0xEF);
        assert_eq!([9, 10, 11, 12].map(|lba| byte(&mut before, lba)), [9, 0x10, 11, 12]);
        let mut after = open(&fixture, WritePolicy::Overlay);
        assert_eq!([9, 10, 11, 12].map(|lba| byte(&mut after, lba)), [0xEF, 0xEE, 0xEE, 12]);
    }
}

#[test]
fn sessions_on_one_floppy_share_its_bytes_until_the_file_changes() {
    let fixture = Fixture::new();
    let (_first, second) = (fixture.floppy(WritePolicy::Overlay), fixture.floppy(WritePolicy::None));
    assert!(std::sync::Arc::ptr_eq(&base_of(&_first), &base_of(&second)));
    let mut changed = fs::read(fixture.path()).unwrap();
    changed.extend_from_slice(&vec![0; 360 * 1024]);
    fs::write(fixture.path(), changed).unwrap();
    let third = fixture.floppy(WritePolicy::Overlay);
    assert!(!std::sync::Arc::ptr_eq(&base_of(&second), &base_of(&third)));
    assert_eq!((second.sector_count(), third.sector_count()), (720, 1440));
}

fn base_of(disk: &Disk) -> std::sync::Arc<[u8]> {
    match &disk.store {
        image::Store::Layered { overlay: overlay::Overlay { base: overlay::Base::Memory(bytes), .. }, .. } => {
            std::sync::Arc::clone(bytes)
        }
        _ => panic!("not an overlay over shared bytes"),
    }
}

#[test]
fn a_layer_refuses_what_would_take_the_host_s_memory_and_keeps_the_rest() {
    let mut layer = overlay::Layer::default();
    layer.put(1, &[1; SECTOR_BYTES]).unwrap();
    layer.preserve(1, &[2; SECTOR_BYTES]).unwrap();
    layer.preserve(2, &[2; SECTOR_BYTES]).unwrap();
    assert_eq!(layer.len(), 2);
    assert!(layer.put_limited(3, &[3; SECTOR_BYTES], 2).is_err());
    assert!(layer.put_limited(1, &[3; SECTOR_BYTES], 2).is_ok(), "what it holds may still change");
}

#[test]
fn a_file_cut_short_under_a_session_is_a_host_failure() {
    let fixture = Fixture::new();
    let mut disk = fixture.hard_disk(WritePolicy::Overlay);
    fs::OpenOptions::new().write(true).open(fixture.path()).unwrap().set_len(512).unwrap();
    assert_eq!(byte(&mut disk, 0), 0);
    assert_eq!(disk.read(1, &mut [0; SECTOR_BYTES]), Err(SectorError::HostFailed));
    fill(&mut disk, 1, 9);
    assert_eq!(byte(&mut disk, 1), 9);
}

#[test]
fn what_is_no_image_is_refused_with_its_path_and_a_way_out() {
    let dir = TempDir::new().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    for (path, texts) in [
        (dir.path().join("none.img"), ["none.img` does not exist", "check the path"]),
        (dir.path().into(), ["is a directory", "name the image itself"]),
        (file("empty.img", &[]), ["empty.img` is empty", "download"]),
        (file("odd.img", &[0; 163_841]), ["odd.img` has 163841 bytes", "160K (163840), 180K (184320)"]),
        (file("few.img", &[0; 512]), ["few.img` has 512 bytes", "2880K (2949120)"]),
        (file("big.img", &vec![0; 6_000_128]), ["big.img` has 6000128 bytes", "belongs under `disks`"]),
        (file("a.qcow2", &[b"QFI\xFB".as_slice(), &[0; 600]].concat()), ["is a QCOW2 image", "qemu-img convert"]),
    ] {
        let error = open_error(&path);
        assert!(texts.iter().all(|text| error.contains(text)), "{error}");
    }
    let odd = ImageSource::File(file("odd.img", &[0; 1000]));
    let error = Disk::open_hard_disk(&odd, WritePolicy::Image, "left").err().unwrap().to_string();
    assert!(error.contains("odd.img` has 1000 bytes") && error.contains("truncate"), "{error}");
}

#[test]
#[cfg(unix)]
fn missing_permissions_are_named() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::new();
    let set = |mode| fs::set_permissions(fixture.path(), fs::Permissions::from_mode(mode)).unwrap();
    set(0o444);
    // The superuser may do everything; then there is nothing to refuse.
    if fs::OpenOptions::new().write(true).open(fixture.path()).is_err() {
        let refusal = fixture.refusal(WritePolicy::Image, "left");
        assert!(refusal.contains("no permission to write") && refusal.contains("overlay"), "{refusal}");
        set(0);
        assert!(fixture.refusal(WritePolicy::Overlay, "left").contains("no permission to read"));
    }
}

#[test]
#[cfg(unix)]
fn a_pipe_is_refused_without_waiting_for_its_other_end() {
    let dir = TempDir::new().unwrap();
    let pipe = dir.path().join("pipe.img");
    if Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        assert!(open_error(&pipe).contains("is a device, pipe or socket"));
    }
}

#[test]
fn the_tour_is_a_bootable_floppy_that_cannot_be_changed() {
    let mut tour = Disk::open_floppy(&ImageSource::Tour, WritePolicy::Overlay, "left").unwrap();
    let mut boot = [0; SECTOR_BYTES];
    tour.read(0, &mut boot).unwrap();
    assert_eq!(boot[0x1FE..], [0x55, 0xAA]);
    assert_eq!(tour.geometry().sector_count(), tour.sector_count());
    fill(&mut tour, 0, 0);
    let mut other = Disk::open_floppy(&ImageSource::Tour, WritePolicy::None, "right").unwrap();
    let mut again = [0; SECTOR_BYTES];
    other.read(0, &mut again).unwrap();
    assert_eq!(boot, again);
    let error = Disk::open_floppy(&ImageSource::Tour, WritePolicy::Image, "left").err().unwrap();
    assert!(error.to_string().contains("overlay"));
    let error = Disk::open_hard_disk(&ImageSource::Tour, WritePolicy::Overlay, "left").err().unwrap();
    assert!(error.to_string().contains("`floppies`"));
}

#[test]
fn swapping_disks_raises_the_change_line_until_a_disk_is_accessed() {
    let fixture = Fixture::new();
    let mut drives = Drives::default();
    assert_eq!((drives.floppy_types(), drives.floppy_count()), ([4, 0], 1));
    drives.floppies[0] = Some(fixture.floppy(WritePolicy::Overlay));
    assert!(!drives.changed(0), "the disk of power-on is no change");
    assert_eq!(drives.floppy_types(), [1, 0]);
    assert!(drives.eject(0).is_some());
    drives.clear_changed(0);
    assert!(drives.changed(0), "an empty drive cannot reset the line");
    assert_eq!(drives.floppy_types(), [1, 0], "the drive stays what it was");
    assert!(drives.insert(0, fixture.floppy(WritePolicy::Overlay)).is_none());
    drives.clear_changed(0);
    assert!(!drives.changed(0));
    assert!(drives.insert(1, fixture.floppy(WritePolicy::Overlay)).is_none());
    assert!((drives.changed(1), drives.floppy_count()) == (true, 2));
    assert!(drives.eject(2).is_none() && drives.insert(2, fixture.floppy(WritePolicy::None)).is_some());
}

#[test]
fn published_images_have_the_shape_their_names_say() {
    let shapes = [
        ("160K", (40, 1, 8)),
        ("180K", (40, 1, 9)),
        ("320K", (40, 2, 8)),
        ("360K", (40, 2, 9)),
        ("640K", (80, 2, 8)),
        ("720K", (80, 2, 9)),
        ("1200K", (80, 2, 15)),
        ("1440K", (80, 2, 18)),
        ("apps-720K", (80, 2, 9)),
        ("1.2-setup-1440K", (80, 2, 18)),
    ];
    let images = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/images");
    let required = std::env::var_os("DOSMUX_REQUIRE_IMAGES").is_some();
    for (name, (cylinders, heads, sectors)) in shapes {
        let path = images.join(format!("freedos-{name}.img"));
        if !path.exists() {
            assert!(!required, "DOSMUX_REQUIRE_IMAGES is set and {} is missing", path.display());
            eprintln!("skipped: {} is missing", path.display());
            continue;
        }
        let disk = Disk::open_floppy(&ImageSource::File(path), WritePolicy::Overlay, "left").unwrap();
        assert_eq!(disk.geometry(), Geometry { cylinders, heads, sectors }, "{name}");
        assert_eq!(disk.sector_count(), disk.geometry().sector_count(), "{name}");
    }
}

#[test]
fn a_built_image_holds_its_files_where_a_dos_looks_for_them() {
    let format = FloppyFormat::named("360K").unwrap();
    let long: Vec<u8> = (0..3000u32).map(crate::types::lo8).collect();
    let image = FatImage::new(format).file("empty", b"").file("long.bin", &long).file("B.TXT", b"hi").build();
    // Root directory behind the boot sector and two FATs of two sectors; seven sectors long.
    let root = &image[5 * 512..];
    assert_eq!(&root[..11], b"EMPTY      ");
    assert_eq!((&root[32..43], &root[58..64]), (b"LONG    BIN".as_slice(), [2, 0, 0xB8, 0x0B, 0, 0].as_slice()));
    assert_eq!((&root[64..75], root[64 + 26]), (b"B       TXT".as_slice(), 5));
    assert_eq!(&image[512..512 + 9], [0xFD, 0xFF, 0xFF, 0x03, 0x40, 0x00, 0xFF, 0xFF, 0xFF]);
    assert_eq!(image[512..512 * 3], image[512 * 3..512 * 5], "both FATs agree");
    assert_eq!(image[12 * 512..][..3000], long);
    assert_eq!(&image[(12 + 3 * 2) * 512..][..2], b"hi");
}

#[test]
#[should_panic(expected = "is not an 8.3 file name")]
fn a_built_image_takes_no_long_names() {
    let _ = FatImage::new(&FLOPPY_FORMATS[0]).file("long name.text", b"");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn an_image_of_random_bytes_opens_and_every_address_of_its_shape_answers(
        entries in proptest::collection::vec(proptest::prelude::any::<u8>(), 64),
        bpb in proptest::collection::vec(proptest::prelude::any::<u8>(), 64),
        first in 0u8..40,
    ) {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("random.img");
        let mut image = vec![0; 40 * SECTOR_BYTES];
        image[0x1BE..0x1FE].copy_from_slice(&entries);
        // A used entry whose boot sector is random too.
        image[0x1BE] = 0x80;
        image[0x1C6..0x1CA].copy_from_slice(&[first, 0, 0, 0]);
        image[0x1FE..0x200].copy_from_slice(&[0x55, 0xAA]);
        image[usize::from(first) * SECTOR_BYTES..][..64].copy_from_slice(&bpb);
        fs::write(&path, image).unwrap();
        let mut disk = Disk::open_hard_disk(&ImageSource::File(path), WritePolicy::Overlay, "left").unwrap();
        let geometry = disk.geometry();
        for lba in 0..geometry.sector_count() {
            let result = disk.read(geometry.chs(lba).and_then(|at| geometry.lba(at)).unwrap(), &mut [0; SECTOR_BYTES]);
            proptest::prop_assert_eq!(result.is_ok(), lba < 40);
        }
    }
}
