//! Guest programs on a session.

use crate::programs;

#[test]
fn every_guest_builds_into_a_bootable_floppy() {
    let folder = std::env::var_os("DOSMUX_GUESTS_DIR").map(std::path::PathBuf::from);
    for (name, build) in programs::ALL {
        let image = build();
        assert_eq!((image.len(), &image[510..512]), (160 * 1024, &[0x55, 0xAA][..]), "{name}");
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join(format!("{name}.img")), image).unwrap();
        }
    }
}
