//! Programs that copy, compare, protect and pack files.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime};

use rustix::fs::XattrFlags;

use super::{APPS, BIN, Desk, SETUP, shows};

fn setup(name: &str) -> Option<Desk> {
    Desk::with(SETUP, &[&format!("{BIN}{name}")])
}

#[test]
fn xcopy_copies_a_tree_with_its_dates() {
    let Some(mut desk) = setup("XCOPY.EXE") else { return };
    let from = desk.folder.path().join("from");
    fs::create_dir_all(from.join("deep/deeper")).unwrap();
    fs::create_dir(from.join("empty")).unwrap();
    let big: Vec<u8> = (0..100_000u32).map(|n| n.to_le_bytes()[1]).collect();
    fs::write(from.join("a.txt"), "a").unwrap();
    fs::write(from.join("deep/deeper/big.bin"), &big).unwrap();
    let written = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(from.join("deep/deeper/big.bin")).unwrap().set_modified(written).unwrap();
    shows(&desk.run("xcopy c:\\from c:\\to /s /e /i"), &["2 file(s) copied"]);
    assert_eq!(desk.read("to/a.txt"), b"a");
    assert_eq!(desk.read("to/deep/deeper/big.bin"), big);
    assert!(desk.has("to/empty"));
    let copied = fs::metadata(desk.folder.path().join("to/deep/deeper/big.bin")).unwrap();
    assert_eq!(copied.modified().unwrap(), written);
}

#[test]
fn attrib_protects_a_file_of_the_host() {
    let Some(mut desk) = setup("ATTRIB.COM") else { return };
    desk.write("precious", "data");
    let mode = |desk: &Desk| fs::metadata(desk.folder.path().join("precious")).unwrap().permissions().mode();
    shows(&desk.run("attrib +r precious"), &["[---RA] PRECIOUS"]);
    assert_eq!(mode(&desk) & 0o222, 0);
    shows(&desk.run("del precious"), &["Access denied"]);
    desk.run("attrib -r precious");
    assert_ne!(mode(&desk) & 0o200, 0);
    desk.run("del precious");
    assert!(!desk.has("precious"));
}

#[test]
fn attrib_hides_a_file_and_xcopy_saves_what_has_changed() {
    let Some(mut desk) = Desk::with(SETUP, &[&format!("{BIN}ATTRIB.COM"), &format!("{BIN}XCOPY.EXE")]) else { return };
    for name in ["a.txt", "b.txt", "secret"] {
        desk.write(name, name);
    }
    if rustix::fs::setxattr(desk.folder.path().join("a.txt"), "user.DOSATTRIB", b"0x20", XattrFlags::empty()).is_err() {
        eprintln!("skipped: no extended attributes here");
        return;
    }
    shows(&desk.run("attrib +h +s -a secret"), &["[-HS--] SECRET"]);
    assert!(!desk.run("dir /b").contains("SECRET"));
    shows(&desk.run("xcopy *.txt one /i /m"), &["2 file(s) copied"]);
    desk.run("echo more>>b.txt");
    shows(&desk.run("xcopy *.txt two /i /m"), &["1 file(s) copied"]);
    assert!(desk.has("two/b.txt") && !desk.has("two/a.txt"));
}

#[test]
fn fc_tells_files_apart() {
    let Some(mut desk) = setup("FC.EXE") else { return };
    desk.write("a.txt", "same\r\nold line\r\n");
    desk.write("b.txt", "same\r\nnew line\r\n");
    desk.write("c.txt", "same\r\nold line\r\n");
    shows(&desk.run("fc a.txt b.txt"), &["old line", "new line"]);
    shows(&desk.run("fc /b a.txt b.txt"), &["00000006"]);
    shows(&desk.run("fc a.txt c.txt"), &["No differences"]);
}

#[test]
fn zip_packs_files_that_the_host_can_unpack() {
    let Some(mut desk) = setup("ZIP.EXE") else { return };
    let text = "a line that comes again and again\r\n".repeat(50);
    desk.write("text.txt", &text);
    shows(&desk.run("zip pack.zip text.txt"), &["adding: text.txt (deflated"]);
    assert_eq!(unpacked(&desk.read("pack.zip"), "text.txt"), text.as_bytes());
}

/// The bytes of the first entry of an archive, which must be `name`.
fn unpacked(archive: &[u8], name: &str) -> Vec<u8> {
    let word = |at: usize| usize::from(u16::from_le_bytes([archive[at], archive[at + 1]]));
    assert_eq!(&archive[..4], b"PK\x03\x04");
    assert_eq!(word(8), 8, "deflated");
    let (name_bytes, extra) = (word(26), word(28));
    assert_eq!(&archive[30..30 + name_bytes], name.as_bytes());
    let mut bytes = Vec::new();
    flate2::read::DeflateDecoder::new(&archive[30 + name_bytes + extra..]).read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn fdinst_unpacks_a_package() {
    let files = [&format!("{BIN}FDINST.EXE"), &format!("{BIN}FDNPKG.CFG"), "FDSETUP\\SETUP\\PACKAGES\\WELCOME.ZIP"];
    let Some(mut desk) = Desk::with(SETUP, &files) else { return };
    desk.run("set DOSDIR=C:\\FDOS");
    desk.run("set TEMP=C:\\");
    desk.run("md fdos");
    desk.run("set FDNPKG.CFG=C:\\FDNPKG.CFG");
    desk.run("fdinst install welcome.zip");
    let text = desk.text();
    assert!(desk.has("fdos/bin/welcome.bat"), "{text}");
}

#[test]
fn deltree_removes_a_tree() {
    let Some(mut desk) = setup("DELTREE.COM") else { return };
    fs::create_dir_all(desk.folder.path().join("sub/tree/deep")).unwrap();
    desk.write("sub/tree/deep/file", "x");
    desk.write("sub/stays", "x");
    desk.run("cd sub");
    shows(&desk.run("\\deltree /y tree"), &["Deleting"]);
    assert!(!desk.has("sub/tree"));
    assert!(desk.has("sub/stays"));
}

#[test]
fn primes_writes_the_file_that_it_writes_on_freedos() {
    let Some(mut desk) = Desk::with(APPS, &["PRIMES.EXE"]) else { return };
    desk.run("primes /n:1000 /f:f.txt");
    assert_eq!(desk.read("f.txt").len(), 20_302);
}
