//! The example project `examples/ci-demo`: its program is assembled and tested with the built binary.

use std::path::Path;
use std::process::Command;

use dosmux::disk::FloppyFormat;
use dosmux::disk::fat::FatImage;

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/ci-demo");
/// The bootable disk with NASM; it is not part of the repository.
const DOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/images/freedos-apps-720K.img");

/// The project in a folder of its own, with the two disks that its user makes.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("the host has room for files");
    let path = |name: &str| folder.path().join(name);
    for name in ["tests", "build"] {
        std::fs::create_dir(path(name)).expect("the folder is ours");
    }
    for name in ["tests/sum.toml", "tests/two-machines.toml"] {
        std::fs::copy(Path::new(DEMO).join(name), path(name)).expect("the example has its tests");
    }
    std::fs::copy(DOS, path("dos.img")).expect("the disk was found before");
    let source = std::fs::read(Path::new(DEMO).join("src/sum.asm")).expect("the example has its source");
    let format = FloppyFormat::named("720K").expect("there is such a format");
    let disk = FatImage::new(format).file("SUM.ASM", &source).build();
    std::fs::write(path("build/work.img"), disk).expect("the folder is ours");
    folder
}

#[test]
fn the_example_project_passes_its_tests() {
    if !crate::scripts::have_images("the_example_project_passes_its_tests") {
        return;
    }
    let folder = project();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dosmux"));
    let output = command.args(["test", "tests"]).current_dir(folder.path()).env_remove("GITHUB_ACTIONS").output();
    let output = output.expect("the program starts");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{stdout}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(stdout, "ok      tests/sum.toml\nok      tests/two-machines.toml\n2 scripts: 2 passed\n");
}
