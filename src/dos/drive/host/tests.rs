use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use tempfile::TempDir;

use super::*;

/// A drive on a fresh directory.
fn drive() -> (TempDir, HostDrive) {
    let folder = tempfile::tempdir().unwrap();
    let drive = HostDrive::open(folder.path(), CodePage::US, Zone::universal(), false).unwrap();
    (folder, drive)
}

fn path(text: &str) -> DosPath {
    let names = text.split('\\').filter(|name| !name.is_empty());
    DosPath(names.map(|name| DosName::parse(name.as_bytes()).unwrap()).collect())
}

fn listed(drive: &HostDrive, folder: &str) -> Vec<String> {
    let entries = drive.list(&path(folder)).unwrap();
    entries.iter().map(|entry| String::from_utf8(entry.name.dotted()).unwrap()).collect()
}

#[test]
fn a_file_is_made_written_and_found_under_its_name() {
    let (folder, drive) = drive();
    let file = drive.create_file(&path("NEW.TXT"), Create::New, Access::Write, Share::DenyNone).unwrap();
    file.write_at(0, b"text").unwrap();
    assert_eq!(fs::read(folder.path().join("new.txt")).unwrap(), b"text");
    assert_eq!(drive.lookup(&path("NEW.TXT")).unwrap().size, 4);
}

#[test]
fn what_the_host_changes_shows_at_once() {
    let (folder, drive) = drive();
    assert_eq!(drive.lookup(&path("A.TXT")), Err(DosError::FileNotFound));
    fs::write(folder.path().join("A.txt"), "1").unwrap();
    assert_eq!(drive.lookup(&path("A.TXT")).unwrap().size, 1);
    fs::remove_file(folder.path().join("A.txt")).unwrap();
    assert_eq!(drive.lookup(&path("A.TXT")), Err(DosError::FileNotFound));
}

#[test]
fn a_missing_directory_is_not_a_missing_file() {
    let (_folder, drive) = drive();
    assert_eq!(drive.lookup(&path("NO\\A.TXT")), Err(DosError::PathNotFound));
    assert_eq!(drive.list(&path("NO")), Err(DosError::PathNotFound));
}

#[test]
fn links_that_lead_out_are_not_there() {
    let (folder, drive) = drive();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.txt"), "s").unwrap();
    symlink(outside.path(), folder.path().join("out")).unwrap();
    symlink(outside.path().join("secret.txt"), folder.path().join("link.txt")).unwrap();
    symlink("../../../../etc", folder.path().join("up")).unwrap();
    symlink("/proc/self", folder.path().join("proc")).unwrap();
    assert_eq!(listed(&drive, ""), [""; 0]);
    for name in ["LINK.TXT", "OUT\\SECRET.TXT", "UP\\PASSWD", "PROC\\ENVIRON"] {
        let opened = drive.open_file(&path(name), Access::Read, Share::DenyNone);
        assert!(opened.is_err(), "{name}");
    }
    assert!(drive.create_file(&path("OUT\\NEW.TXT"), Create::New, Access::Write, Share::DenyNone).is_err());
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[test]
fn links_within_the_directory_are_followed() {
    let (folder, drive) = drive();
    fs::create_dir(folder.path().join("real")).unwrap();
    fs::write(folder.path().join("real/a.txt"), "a").unwrap();
    symlink("real", folder.path().join("link")).unwrap();
    assert_eq!(listed(&drive, "LINK"), ["A.TXT"]);
    assert!(drive.open_file(&path("LINK\\A.TXT"), Access::Read, Share::DenyNone).is_ok());
}

#[test]
fn pipes_and_sockets_are_not_files() {
    let (folder, drive) = drive();
    nix::unistd::mkfifo(&folder.path().join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert_eq!(listed(&drive, ""), [""; 0]);
    let opened = drive.open_file(&path("PIPE"), Access::Read, Share::DenyNone);
    assert_eq!(opened.unwrap_err(), DosError::AccessDenied);
}

#[test]
fn devices_never_become_host_files() {
    let (folder, drive) = drive();
    let made = drive.create_file(&path("NUL.TXT"), Create::Truncate, Access::Write, Share::DenyNone);
    assert_eq!(made.unwrap_err(), DosError::AccessDenied);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_open_file_is_not_deleted() {
    let (_folder, drive) = drive();
    let file = drive.create_file(&path("A"), Create::New, Access::Read, Share::DenyNone).unwrap();
    assert_eq!(drive.remove(&path("A")), Err(DosError::SharingViolation));
    drop(file);
    assert_eq!(drive.remove(&path("A")), Ok(()));
}

#[test]
fn a_read_only_file_is_neither_written_nor_deleted_until_that_is_taken_back() {
    let (folder, drive) = drive();
    fs::write(folder.path().join("a"), "x").unwrap();
    let attributes = attribute::READ_ONLY | attribute::ARCHIVE;
    drive.set_attributes(&path("A"), attributes).unwrap();
    assert_eq!(fs::metadata(folder.path().join("a")).unwrap().permissions().mode() & 0o222, 0);
    assert_eq!(drive.lookup(&path("A")).unwrap().attributes, attributes);
    let opened = drive.open_file(&path("A"), Access::Write, Share::DenyNone);
    assert_eq!(opened.unwrap_err(), DosError::AccessDenied);
    assert_eq!(drive.remove(&path("A")), Err(DosError::AccessDenied));
    drive.set_attributes(&path("A"), 0).unwrap();
    assert_eq!(drive.remove(&path("A")), Ok(()));
}

#[test]
fn a_read_only_drive_is_not_changed() {
    let (folder, _) = drive();
    fs::write(folder.path().join("a"), "x").unwrap();
    let drive = HostDrive::open(folder.path(), CodePage::US, Zone::universal(), true).unwrap();
    let refused = Err(DosError::WriteProtected);
    assert_eq!(drive.remove(&path("A")), refused);
    assert_eq!(drive.rename(&path("A"), &path("B")), refused);
    assert_eq!(drive.make_directory(&path("D")), refused);
    assert_eq!(drive.space().unwrap().free, 0);
    assert!(drive.open_file(&path("A"), Access::Read, Share::DenyNone).is_ok());
}

#[test]
fn directories_are_made_listed_and_removed_when_empty() {
    let (_folder, drive) = drive();
    drive.make_directory(&path("SUB")).unwrap();
    drive.create_file(&path("SUB\\A"), Create::New, Access::Write, Share::DenyNone).unwrap();
    assert_eq!(drive.make_directory(&path("SUB")), Err(DosError::AccessDenied));
    assert_eq!(drive.remove_directory(&path("SUB")), Err(DosError::AccessDenied));
    assert_eq!(drive.remove(&path("SUB")), Err(DosError::AccessDenied));
    drive.remove(&path("SUB\\A")).unwrap();
    assert_eq!(drive.remove_directory(&path("SUB")), Ok(()));
}

#[test]
fn a_name_that_is_taken_is_not_renamed_over() {
    let (folder, drive) = drive();
    fs::write(folder.path().join("a"), "a").unwrap();
    fs::write(folder.path().join("B"), "b").unwrap();
    assert_eq!(drive.rename(&path("A"), &path("B")), Err(DosError::AccessDenied));
    assert_eq!(drive.rename(&path("A"), &path("C")), Ok(()));
    assert_eq!(fs::read(folder.path().join("B")).unwrap(), b"b");
}

#[test]
fn short_forms_open_what_they_stand_for() {
    let (folder, drive) = drive();
    fs::write(folder.path().join("A long name.html"), "long").unwrap();
    let name = listed(&drive, "").remove(0);
    let file = drive.open_file(&path(&name), Access::Read, Share::DenyNone).unwrap();
    assert_eq!(file.size(), Ok(4));
}
