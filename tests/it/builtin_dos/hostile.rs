//! Host directories that are not as a program expects: files that are no files, that change while they are
//! read, far too many, far too large.

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dosmux::dos::DosError;
use dosmux::dos::drive::{Access, Create, DosName, DosPath, HostDrive, Share, Zone};
use dosmux::screen::CodePage;
use tempfile::TempDir;

use super::machine::Machine;

fn drive() -> (TempDir, HostDrive) {
    let folder = tempfile::tempdir().unwrap();
    let drive = HostDrive::open(folder.path(), CodePage::US, Zone::universal(), false).unwrap();
    (folder, drive)
}

fn path(text: &str) -> DosPath {
    DosPath(text.split('\\').map(|name| DosName::parse(name.as_bytes()).unwrap()).collect())
}

/// Whatever a program does with these names, it is refused at once.
fn is_refused(drive: &HostDrive, name: &str) {
    let denied = Err(DosError::AccessDenied);
    for access in [Access::Read, Access::Write, Access::ReadWrite] {
        assert_eq!(drive.open_file(&path(name), access, Share::DenyNone).map(drop), denied, "{name}");
    }
    let create = |how| drive.create_file(&path(name), how, Access::ReadWrite, Share::DenyNone).map(drop);
    assert_eq!(create(Create::Truncate), denied, "{name}");
    assert_eq!(create(Create::New), Err(DosError::FileExists), "{name}");
    assert_eq!(drive.set_attributes(&path(name), 1), denied, "{name}");
    assert_eq!(drive.remove(&path(name)), denied, "{name}");
    assert_eq!(drive.replace(&path(name), b"text"), denied, "{name}");
    assert_eq!(drive.lookup(&path(name)).map(drop), denied, "{name}");
    assert_eq!(drive.list(&path(name)).map(drop), Err(DosError::PathNotFound), "{name}");
}

#[test]
fn pipes_sockets_and_devices_are_refused_and_not_waited_for() {
    let (folder, drive) = drive();
    let at = |name: &str| folder.path().join(name);
    nix::unistd::mkfifo(&at("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let _socket = UnixListener::bind(at("socket")).unwrap();
    std::os::unix::fs::symlink("pipe", at("link")).unwrap();
    let mut names = vec!["PIPE", "SOCKET", "LINK"];
    let device = rustix::fs::makedev(1, 3);
    let mode = rustix::fs::Mode::from_raw_mode(0o666);
    // Only root makes devices.
    if rustix::fs::mknodat(rustix::fs::CWD, at("null"), rustix::fs::FileType::CharacterDevice, mode, device).is_ok() {
        names.push("NULL");
    }
    names.iter().for_each(|name| is_refused(&drive, name));
    assert_eq!(drive.list(&DosPath::default()), Ok(Vec::new()));
}

#[test]
fn a_session_goes_on_beside_a_pipe_that_nobody_opens() {
    let (folder, _) = drive();
    nix::unistd::mkfifo(&folder.path().join("pipe.txt"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\ntype pipe.txt\necho x>pipe.txt\ncopy pipe.txt a.txt\npipe\ndel pipe.txt\necho still here\n");
    machine.settle();
    assert!(machine.text().contains("\nstill here\n"), "{}", machine.text());
    assert!(folder.path().join("pipe.txt").exists());
}

#[test]
fn names_of_any_bytes_are_files_with_short_names() {
    let (folder, drive) = drive();
    let long = "l".repeat(255);
    let names: [&[u8]; 8] =
        [b"\xFF\xFE\x80", b"new\nline", b"  ", b"-rf", b"a\\b", b"...", b"trailing.", long.as_bytes()];
    for name in names {
        fs::write(folder.path().join(std::ffi::OsStr::from_bytes(name)), name).unwrap();
    }
    let listed = drive.names(&DosPath::default()).unwrap();
    assert_eq!(listed.len(), names.len());
    for (dos, host) in listed {
        let file = drive.open_file(&DosPath(vec![dos]), Access::Read, Share::DenyNone).unwrap();
        let mut bytes = [0; 256];
        let count = file.read_at(0, &mut bytes).unwrap();
        assert_eq!(&bytes[..count], host.as_bytes(), "{dos:?}");
    }
}

#[test]
fn a_hundred_thousand_files_are_listed_and_found() {
    const FILES: usize = 100_000;
    let (folder, drive) = drive();
    for number in 0..FILES {
        File::create(folder.path().join(format!("f{number}"))).unwrap();
    }
    assert_eq!(drive.list(&DosPath::default()).unwrap().len(), FILES);
    assert!(drive.lookup(&path("F99999")).is_ok());
    assert_eq!(drive.lookup(&path("F100000")), Err(DosError::FileNotFound));
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\nif exist f9999? echo found\nif not exist g* echo none\ndir f12345\n");
    for _ in 0..5 {
        machine.settle();
    }
    let screen = machine.text();
    assert!(screen.contains("\nfound\n") && screen.contains("\nnone\n") && screen.contains("F12345 "), "{screen}");
}

#[test]
fn files_that_vanish_during_a_search_are_left_out_or_not_there() {
    let (folder, drive) = drive();
    for number in 0..300 {
        fs::write(folder.path().join(format!("f{number}")), "").unwrap();
    }
    let stop = Arc::new(AtomicBool::new(false));
    let busy = {
        let (stop, folder) = (stop.clone(), folder.path().to_owned());
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                for number in 0..300 {
                    let file = folder.join(format!("f{number}"));
                    let _ = fs::remove_file(&file);
                    let _ = fs::write(&file, "x");
                }
            }
        })
    };
    for _ in 0..50 {
        for entry in drive.list(&DosPath::default()).unwrap() {
            match drive.open_file(&DosPath(vec![entry.name]), Access::Read, Share::DenyNone) {
                Ok(file) => assert!(file.size().unwrap() <= 1),
                Err(error) => assert_eq!(error, DosError::FileNotFound),
            }
        }
    }
    stop.store(true, Ordering::Relaxed);
    busy.join().unwrap();
}

#[test]
fn a_file_of_more_than_four_gigabytes_ends_where_positions_do() {
    let (folder, drive) = drive();
    let file = File::create(folder.path().join("big")).unwrap();
    file.set_len(5 << 30).unwrap();
    assert_eq!(drive.lookup(&path("BIG")).unwrap().size, u32::MAX);
    let open = drive.open_file(&path("BIG"), Access::ReadWrite, Share::DenyNone).unwrap();
    assert_eq!(open.size(), Ok(u32::MAX));
    assert_eq!(open.read_at(u32::MAX - 1, &mut [1; 4]), Ok(4));
    assert_eq!(open.write_at(u32::MAX, b"x"), Ok(0));
    assert_eq!(file.metadata().unwrap().len(), 5 << 30);
}

#[test]
fn a_file_that_the_host_cuts_ends_where_it_ends_now() {
    let (folder, drive) = drive();
    fs::write(folder.path().join("a"), [7; 1000]).unwrap();
    let open = drive.open_file(&path("A"), Access::Read, Share::DenyNone).unwrap();
    assert_eq!(open.read_at(900, &mut [0; 200]), Ok(100));
    File::options().write(true).open(folder.path().join("a")).unwrap().set_len(950).unwrap();
    assert_eq!(open.read_at(900, &mut [0; 200]), Ok(50));
    assert_eq!(open.read_at(990, &mut [0; 200]), Ok(0));
}

#[test]
fn what_the_host_has_made_immutable_is_refused() {
    let (folder, drive) = drive();
    fs::write(folder.path().join("a"), "x").unwrap();
    let file = File::open(folder.path().join("a")).unwrap();
    if rustix::fs::ioctl_setflags(&file, rustix::fs::IFlags::IMMUTABLE).is_err() {
        eprintln!("skipped: files cannot be made immutable here");
        return;
    }
    let denied = Err(DosError::AccessDenied);
    let opened = drive.open_file(&path("A"), Access::Write, Share::DenyNone).map(drop);
    let rest = [
        drive.remove(&path("A")),
        drive.rename(&path("A"), &path("B")),
        drive.set_attributes(&path("A"), 1),
        drive.set_attributes(&path("A"), 2),
        drive.replace(&path("A"), b"y"),
    ];
    rustix::fs::ioctl_setflags(&file, rustix::fs::IFlags::empty()).unwrap();
    assert_eq!((opened, rest), (denied, [denied; 5]));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn directories_deeper_than_dos_can_name_are_walked_as_far_as_it_can() {
    let (folder, _) = drive();
    let deep = folder.path().join(vec!["dir"; 200].join("/"));
    fs::create_dir_all(&deep).unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\ndir /s /b > list.txt\ntree > nul\nattrib *.* /s > nul\nxcopy dir d:\\ /s\ncls\necho done\n");
    for _ in 0..5 {
        machine.settle();
    }
    assert!(machine.text().contains("\ndone\n"), "{}", machine.text());
    assert!(fs::read_to_string(folder.path().join("list.txt")).unwrap().contains("C:\\DIR\\DIR\\DIR"));
}

#[test]
fn a_directory_that_comes_back_is_found_again() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("drive");
    fs::create_dir(&folder).unwrap();
    let drive = HostDrive::open(&folder, CodePage::US, Zone::universal(), false).unwrap();
    fs::remove_dir(&folder).unwrap();
    assert_eq!(drive.lookup(&path("A")), Err(DosError::NotReady));
    assert_eq!(drive.list(&DosPath::default()), Err(DosError::NotReady));
    let made = drive.create_file(&path("A"), Create::New, Access::ReadWrite, Share::DenyNone);
    assert_eq!(made.map(drop), Err(DosError::NotReady));
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("a"), "back").unwrap();
    assert_eq!(drive.lookup(&path("A")).unwrap().size, 4);
}

/// A guest that has the outer directory can give a link the inner one's name.
#[test]
fn a_link_in_place_of_a_directory_that_is_gone_is_not_followed() {
    let parent = tempfile::tempdir().unwrap();
    let (folder, secret) = (parent.path().join("drive"), parent.path().join("secret"));
    fs::create_dir(&folder).unwrap();
    fs::create_dir(&secret).unwrap();
    let drive = HostDrive::open(&folder, CodePage::US, Zone::universal(), false).unwrap();
    fs::remove_dir(&folder).unwrap();
    std::os::unix::fs::symlink(&secret, &folder).unwrap();
    assert_eq!(drive.list(&DosPath::default()), Err(DosError::NotReady));
}
