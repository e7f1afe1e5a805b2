//! Attributes of host files: what programs set, what other sessions and the host see of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::machine::Machine;
use super::shell::{folder, typed};

/// What a host file keeps its attributes in.
const NAME: &str = "user.DOSATTRIB";

/// The value of the extended attribute of `file`, if it has one.
fn kept(file: &Path) -> Option<String> {
    let mut bytes = [0; 256];
    let count = rustix::fs::getxattr(file, NAME, &mut bytes[..]).ok()?;
    Some(String::from_utf8(bytes[..count].to_vec()).unwrap())
}

fn keep(file: &Path, value: &[u8]) {
    rustix::fs::setxattr(file, NAME, value, rustix::fs::XattrFlags::empty()).unwrap();
}

/// True if files there can have extended attributes; says so if not.
pub(super) fn has_attributes(folder: &Path) -> bool {
    let file = folder.join("probe");
    fs::write(&file, "").unwrap();
    let has = rustix::fs::setxattr(&file, NAME, b"0x0", rustix::fs::XattrFlags::empty()).is_ok();
    fs::remove_file(&file).unwrap();
    if !has {
        eprintln!("skipped: no extended attributes in {}", folder.display());
    }
    has
}

#[test]
fn what_one_session_hides_the_other_does_not_see_either() {
    let folder = folder(&[("a.txt", "a"), ("b.txt", "b")]);
    if !has_attributes(folder.path()) {
        return;
    }
    let mut first = Machine::shell(folder.path());
    first.types("attrib +h +s -a a.txt\n");
    first.settle();
    assert_eq!(kept(&folder.path().join("a.txt")).as_deref(), Some("0x6"));
    let mut second = Machine::shell(folder.path());
    second.types("cls\ndir /b\ndir /b /ah\nattrib\ntype a.txt\n");
    second.settle();
    let screen = second.text();
    assert!(screen.contains("dir /b\nB.TXT\n\n"), "{screen}");
    assert!(screen.contains("dir /b /ah\nA.TXT\n\n"), "{screen}");
    assert!(screen.contains("     SH      C:\\A.TXT\n  A          C:\\B.TXT\n"), "{screen}");
    assert!(screen.contains("type a.txt\na\n"), "a hidden file can be read by its name: {screen}");
    first.types("attrib -h -s +a a.txt\n");
    first.settle();
    assert_eq!(kept(&folder.path().join("a.txt")), None, "what every file has leaves no trace");
}

#[test]
fn what_samba_and_others_have_set_is_shown() {
    let folder = folder(&[("text.txt", ""), ("binary.txt", ""), ("damaged.txt", "")]);
    if !has_attributes(folder.path()) {
        return;
    }
    keep(&folder.path().join("text.txt"), b"0x22");
    let mut samba = vec![0, 0, 4, 0, 4, 0, 0, 0, 0x11, 0, 0, 0, 0x04, 0, 0, 0];
    samba.extend([0x5A; 16]);
    keep(&folder.path().join("binary.txt"), &samba);
    keep(&folder.path().join("damaged.txt"), &[0xFF; 200]);
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\nattrib\nattrib +a -s binary.txt\n");
    machine.settle();
    let screen = machine.text();
    for line in ["     S       C:\\BINARY.TXT", "  A          C:\\DAMAGED.TXT", "  A   H      C:\\TEXT.TXT"] {
        assert!(screen.contains(line), "{screen}");
    }
    let mut bytes = [0; 64];
    let count = rustix::fs::getxattr(folder.path().join("binary.txt"), NAME, &mut bytes[..]).unwrap();
    samba[12] = 0x20;
    assert_eq!(&bytes[..count], samba, "the times that Samba keeps there stay");
}

#[test]
fn writing_sets_archive_and_a_backup_clears_it() {
    let folder = folder(&[("a.txt", "a"), ("b.txt", "b")]);
    if !has_attributes(folder.path()) {
        return;
    }
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\nmd one\nmd two\nxcopy *.txt one /m\necho more>>a.txt\nxcopy *.txt two /m\n");
    machine.settle();
    let has = |name: &str| folder.path().join(name).exists();
    assert!(has("one/a.txt") && has("one/b.txt"), "{}", machine.text());
    assert!(has("two/a.txt") && !has("two/b.txt"), "{}", machine.text());
    machine.types("cls\nattrib\nattrib one\\a.txt\n");
    machine.settle();
    let screen = machine.text();
    assert!(screen.contains("             C:\\A.TXT\n             C:\\B.TXT\n"), "{screen}");
    assert!(screen.contains("  A          C:\\ONE\\A.TXT"), "a copy has not been saved: {screen}");
}

#[test]
fn hidden_files_are_copied_when_that_is_wanted_and_stay_hidden() {
    let folder = folder(&[("a.txt", "a"), ("b.txt", "b")]);
    if !has_attributes(folder.path()) {
        return;
    }
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\nattrib +h a.txt\nmd one\nmd two\nxcopy *.txt one\nxcopy *.txt two /h\ncls\ndel *.txt\n");
    machine.types("dir /b /ah two\ndir /b /a-h two\n");
    machine.settle();
    let screen = machine.text();
    let has = |name: &str| folder.path().join(name).exists();
    assert!(!has("one/a.txt") && has("one/b.txt") && has("two/a.txt"), "{screen}");
    assert!(has("a.txt") && !has("b.txt"), "DEL does not see what is hidden: {screen}");
    assert!(screen.contains("dir /b /ah two\nA.TXT\n\n"), "{screen}");
    assert!(screen.contains("dir /b /a-h two\nB.TXT\n\n"), "{screen}");
}

#[test]
fn what_begins_with_a_dot_is_hidden_until_somebody_says_otherwise() {
    let folder = folder(&[(".profile", "x")]);
    if !has_attributes(folder.path()) {
        return;
    }
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\ndir /b\ndir /b /ah > ..\\list.txt\nfor %%f in (*.*) do echo %%f\nattrib -h *.*\ndir /b\n");
    machine.settle();
    let screen = machine.text();
    assert!(screen.contains("dir /b\nFile not found\n"), "{screen}");
    assert_eq!(kept(&folder.path().join(".profile")).as_deref(), Some("0x20"));
    assert!(screen.trim_end().ends_with("C:\\>"), "{screen}");
    assert!(screen.contains("dir /b\nPROF~") || screen.contains("dir /b\n~"), "{screen}");
}

#[test]
fn directories_are_hidden_too() {
    let folder = folder(&[]);
    if !has_attributes(folder.path()) {
        return;
    }
    fs::create_dir(folder.path().join("sub")).unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\nattrib +h +r sub\ndir /b\ndir /b /ah\necho x>sub\\a.txt\n");
    machine.settle();
    let screen = machine.text();
    assert!(screen.contains("dir /b\nFile not found\n") && screen.contains("dir /b /ah\nSUB\n"), "{screen}");
    assert!(folder.path().join("sub/a.txt").exists(), "read-only means nothing for a directory: {screen}");
}

#[test]
fn a_read_only_file_that_the_host_lets_be_written_is_no_longer_read_only() {
    let (_screen, folder) = typed(&[("a.txt", "x")], &["attrib +r +h a.txt"]);
    let file = folder.path().join("a.txt");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o222, 0);
    fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("echo more>>a.txt\n");
    machine.settle();
    assert_eq!(fs::read_to_string(&file).unwrap(), "xmore\r\n");
}
