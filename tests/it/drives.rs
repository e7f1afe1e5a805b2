//! Floppies that come and go while DOS runs, and what becomes of what a guest wrote.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use dosmux::config::{ImageSpec, SessionSpec};
use dosmux::disk::{DriveId, ImageSource, WritePolicy};
use dosmux::session::{Answer, Host, Manager, Reply, Request, Session, SessionOptions, SessionState};

use crate::dos::{Dos, floppy, image, last_line};
use crate::programs::{echo, idle};

const OPTIONS: SessionOptions = SessionOptions { force_overlay: false, rtc_start: 0, local_time: false };

/// A session with two drives, `a.img` and `b.img`, in `folder`; nothing has run.
fn session(folder: &Path, host: &Host, writes: WritePolicy) -> Session {
    std::fs::write(folder.join("a.img"), echo()).unwrap();
    let b = floppy(folder, "b.img", "360K", &[("B.TXT", b"b")]);
    let floppies = vec![image(&folder.join("a.img"), writes), image(&b, writes)];
    let spec = SessionSpec { floppies, memory_bytes: 1 << 20, ..SessionSpec::new("left") };
    Session::new(&spec, host, OPTIONS).unwrap()
}

/// Writes a sector as a guest does.
fn write_sector(session: &mut Session, drive: DriveId, lba: u64, value: u8) {
    session.vm_mut().drives_mut().disk_mut(drive).unwrap().write(lba, &[value; 512]).unwrap();
}

fn read_sector(session: &mut Session, drive: DriveId, lba: u64) -> u8 {
    let mut sector = [0; 512];
    session.vm_mut().drives_mut().disk_mut(drive).unwrap().read(lba, &mut sector).unwrap();
    sector[0]
}

fn changed(session: &Session, drive: DriveId) -> usize {
    let views = session.drives();
    views.iter().find(|view| view.id == drive).unwrap().disk.as_ref().unwrap().changed
}

#[test]
fn freedos_notices_another_floppy_in_the_drive_it_started_from() {
    let folder = tempfile::tempdir().unwrap();
    for (system, format) in [("1440K", "1440K"), ("1440K", "360K"), ("360K", "1440K"), ("360K", "720K")] {
        let Some(mut dos) = Dos::boot(system, &[]) else { return };
        assert!(dos.run("dir").contains("COMMAND"));
        let other = floppy(folder.path(), "other.img", format, &[("OTHER.TXT", b"from the other disk")]);
        dos.session.insert(DriveId::A, &image(&other, WritePolicy::Overlay), &dos.host).unwrap();
        let listing = dos.run("dir");
        assert!(listing.contains("OTHER") && !listing.contains("COMMAND"), "{system}, {format}:\n{listing}");
        assert!(dos.run("type other.txt").contains("from the other disk"), "{system}, {format}");
    }
}

#[test]
fn freedos_reads_a_floppy_that_lies_in_b_and_the_one_that_replaces_it() {
    let folder = tempfile::tempdir().unwrap();
    let first = floppy(folder.path(), "1.img", "720K", &[("ONE.TXT", b"1")]);
    let second = floppy(folder.path(), "2.img", "1440K", &[("TWO.TXT", b"2")]);
    let Some(mut dos) = Dos::boot("1440K", &[image(&first, WritePolicy::Overlay)]) else { return };
    assert!(dos.run("dir b:").contains("ONE"));
    dos.session.insert(DriveId::B, &image(&second, WritePolicy::Overlay), &dos.host).unwrap();
    let listing = dos.run("dir b:");
    assert!(listing.contains("TWO") && !listing.contains("ONE"), "{listing}");
}

#[test]
fn a_floppy_that_is_ejected_and_inserted_again_has_what_was_written_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let work = floppy(folder.path(), "work.img", "720K", &[("OLD.TXT", b"1")]);
    let before = std::fs::read(&work).unwrap();
    let other = floppy(folder.path(), "other.img", "720K", &[("OTHER.TXT", b"2")]);
    let [work, other] = [work, other].map(|path| image(&path, WritePolicy::Overlay));
    let Some(mut dos) = Dos::boot("1440K", std::slice::from_ref(&work)) else { return };
    dos.run("copy b:old.txt b:new.txt");
    dos.session.insert(DriveId::B, &other, &dos.host).unwrap();
    assert!(!dos.run("dir b:").contains("NEW"));
    assert_eq!(dos.session.ejected_disks().len(), 1);
    dos.session.insert(DriveId::B, &work, &dos.host).unwrap();
    assert!(dos.run("dir b:").contains("NEW"));
    assert!(dos.session.ejected_disks().is_empty(), "the other floppy was not written to");
    let ImageSource::File(path) = &work.source else { unreachable!() };
    assert_eq!(std::fs::read(path).unwrap(), before);
}

#[test]
fn dos_asks_for_a_disk_when_the_drive_is_empty_and_goes_on_when_there_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let work = floppy(folder.path(), "work.img", "720K", &[("OLD.TXT", b"1")]);
    let Some(mut dos) = Dos::boot("1440K", &[image(&work, WritePolicy::Overlay)]) else { return };
    dos.session.eject(DriveId::B).unwrap();
    dos.session.type_text("dir b:\n");
    dos.wait("critical error", |screen| screen.text().to_lowercase().contains("(r)etry"));
    dos.session.insert(DriveId::B, &image(&work, WritePolicy::Overlay), &dos.host).unwrap();
    dos.session.type_text("r");
    dos.wait("listing", |screen| screen.contains("OLD") && last_line(screen).ends_with('>'));
}

#[test]
fn a_policy_that_would_lose_what_was_written_is_refused() {
    let (folder, host) = (tempfile::tempdir().unwrap(), Host::new());
    let mut session = session(folder.path(), &host, WritePolicy::Overlay);
    write_sector(&mut session, DriveId::B, 100, 7);
    let error = session.set_writes(DriveId::B, WritePolicy::Image, &host).unwrap_err().to_string();
    assert!(error.contains("b.img` has 1 changed sectors that are in memory only"), "{error}");
    session.set_writes(DriveId::B, WritePolicy::None, &host).unwrap();
    assert_eq!((read_sector(&mut session, DriveId::B, 100), changed(&session, DriveId::B)), (7, 1));
    let copy = folder.path().join("copy.img");
    session.save_disk(DriveId::B, &copy).unwrap();
    assert_eq!(std::fs::read(&copy).unwrap()[100 * 512], 7);
    session.discard_changes(DriveId::B).unwrap();
    session.set_writes(DriveId::B, WritePolicy::Image, &host).unwrap();
    assert_eq!(read_sector(&mut session, DriveId::B, 100), 0);
    write_sector(&mut session, DriveId::B, 100, 9);
    assert_eq!(std::fs::read(folder.path().join("b.img")).unwrap()[100 * 512], 9);
}

#[test]
fn a_disk_is_never_saved_over_a_file() {
    let (folder, host) = (tempfile::tempdir().unwrap(), Host::new());
    let session = session(folder.path(), &host, WritePolicy::Image);
    let error = session.save_disk(DriveId::A, &folder.path().join("b.img")).unwrap_err().to_string();
    assert!(error.contains("b.img` exists already"), "{error}");
    let nowhere = session.save_disk(DriveId::A, &folder.path().join("no/folder.img")).unwrap_err().to_string();
    assert!(nowhere.contains("cannot save the disk as"), "{nowhere}");
}

#[test]
fn what_a_session_writes_through_is_locked_until_its_policy_changes_or_it_is_ejected() {
    let (folder, host) = (tempfile::tempdir().unwrap(), Host::new());
    let mut left = session(folder.path(), &host, WritePolicy::Image);
    let spec = SessionSpec::new("right");
    let mut right = Session::new(&spec, &host, OPTIONS).unwrap();
    let work = image(&folder.path().join("b.img"), WritePolicy::Image);
    let error = right.insert(DriveId::A, &work, &host).unwrap_err().to_string();
    assert!(error.contains("already open for writing by session `left`"), "{error}");
    left.insert(DriveId::B, &work, &host).expect("its own floppy again");
    left.set_writes(DriveId::B, WritePolicy::Overlay, &host).unwrap();
    right.insert(DriveId::A, &work, &host).unwrap();
    right.eject(DriveId::A).unwrap();
    left.set_writes(DriveId::B, WritePolicy::Image, &host).unwrap();
}

#[test]
fn a_file_that_others_changed_is_not_written_through() {
    let (folder, host) = (tempfile::tempdir().unwrap(), Host::new());
    let mut session = session(folder.path(), &host, WritePolicy::Overlay);
    floppy(folder.path(), "b.img", "360K", &[("C.TXT", b"c")]);
    let error = session.set_writes(DriveId::B, WritePolicy::Image, &host).unwrap_err().to_string();
    assert!(error.contains("has changed since it was opened"), "{error}");
    assert_eq!(session.drives()[1].disk.as_ref().unwrap().writes, WritePolicy::Overlay);
}

#[test]
fn hard_disks_stay_where_they_are_and_drives_that_are_not_there_say_so() {
    let (folder, host) = (tempfile::tempdir().unwrap(), Host::new());
    std::fs::write(folder.path().join("c.img"), vec![0; 512 * 100]).unwrap();
    let disk = image(&folder.path().join("c.img"), WritePolicy::Overlay);
    let spec = SessionSpec { disks: vec![disk.clone()], ..SessionSpec::new("left") };
    let mut session = Session::new(&spec, &host, OPTIONS).unwrap();
    let c = DriveId::HardDisk(0);
    for error in [session.insert(c, &disk, &host), session.eject(c)] {
        let error = error.unwrap_err().to_string();
        assert!(error.contains("C: is a hard disk, which cannot be e"), "{error}");
    }
    assert!(session.eject(DriveId::A).unwrap_err().to_string().contains("there is no disk in A:"));
    let error = session.save_disk(DriveId::HardDisk(1), &folder.path().join("x")).unwrap_err().to_string();
    assert!(error.contains("has no drive D:"), "{error}");
    session.set_writes(c, WritePolicy::Image, &host).expect("the policy of a hard disk can change");
    assert_eq!(session.drives().len(), 3);
}

#[test]
fn a_session_that_keeps_images_takes_no_policy_that_writes_them() {
    let (folder, host) = (tempfile::tempdir().unwrap(), Host::new());
    std::fs::write(folder.path().join("a.img"), echo()).unwrap();
    let work = image(&folder.path().join("a.img"), WritePolicy::Image);
    let options = SessionOptions { force_overlay: true, ..OPTIONS };
    let mut session = Session::new(&SessionSpec::new("left"), &host, options).unwrap();
    session.insert(DriveId::A, &work, &host).unwrap();
    assert_eq!(session.drives()[0].disk.as_ref().unwrap().writes, WritePolicy::Overlay);
    assert!(session.set_writes(DriveId::A, WritePolicy::Image, &host).is_err());
}

#[test]
fn a_machine_without_a_disk_starts_from_the_one_it_is_given() {
    let (folder, host) = (tempfile::tempdir().unwrap(), Host::new());
    std::fs::write(folder.path().join("a.img"), echo()).unwrap();
    let mut session = Session::new(&SessionSpec::new("left"), &host, OPTIONS).unwrap();
    session.run_for(Duration::from_secs(5));
    assert!(session.stopped().is_some());
    let work = image(&folder.path().join("a.img"), WritePolicy::Overlay);
    session.insert(DriveId::A, &work, &host).unwrap();
    session.insert(DriveId::B, &work, &host).unwrap();
    assert!(!session.drives()[1].known);
    session.reset();
    assert!(session.drives()[1].known, "the self test has found it");
    assert!(session.run_until(Duration::from_secs(10), |screen| screen.contains("ready")));
}

// --- under the manager ---

/// A manager that tells when something changed.
fn desk(folder: &Path) -> (Manager, SessionSpec, mpsc::Receiver<()>) {
    let manager = Manager::new(Host::new(), 1);
    let (sender, changes) = mpsc::channel();
    manager.on_change(Box::new(move || sender.send(()).unwrap_or_default()));
    std::fs::write(folder.join("a.img"), idle()).unwrap();
    let floppies = vec![image(&folder.join("a.img"), WritePolicy::Image)];
    (manager, SessionSpec { floppies, memory_bytes: 1 << 20, ..SessionSpec::new("left") }, changes)
}

/// The next answer; there is one request on its way.
fn answer(manager: &Manager, changes: &mpsc::Receiver<()>) -> Answer {
    loop {
        if let Some(answer) = manager.take_answers().pop() {
            return answer;
        }
        changes.recv_timeout(Duration::from_secs(30)).expect("an answer");
    }
}

#[test]
fn a_request_is_answered_by_a_session_that_idles_that_is_held_and_that_has_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let (manager, spec, changes) = desk(folder.path());
    let other = floppy(folder.path(), "b.img", "360K", &[]);
    let insert = |path: &Path| Request::Insert { drive: DriveId::B, image: image(path, WritePolicy::Overlay) };
    let id = manager.start(&spec).unwrap();
    for held in [false, true] {
        manager.hold(id, held);
        let asked = manager.ask(id, insert(&other));
        let answer = answer(&manager, &changes);
        assert_eq!((answer.id, answer.session), (asked, id));
        assert_eq!(answer.result.unwrap(), Reply::Done);
    }
    assert_eq!(manager.views()[0].state, SessionState::Paused, "an errand does not release it");
    let media = manager.media(id).unwrap();
    assert_eq!(media.drives[1].disk.as_ref().unwrap().source, ImageSource::File(other.clone()));
    let stopped = manager.start(&SessionSpec::new("right")).unwrap();
    let answer_of = |path: &Path| {
        manager.ask(stopped, insert(path));
        answer(&manager, &changes).result
    };
    answer_of(&other).unwrap();
    let error = answer_of(Path::new("/nowhere/x.img")).unwrap_err().to_string();
    assert!(error.contains("session `right`: disk image `/nowhere/x.img` does not exist"), "{error}");
}

#[test]
fn a_floppy_moves_from_one_session_to_another() {
    let folder = tempfile::tempdir().unwrap();
    let (manager, spec, changes) = desk(folder.path());
    let (left, right) = (manager.start(&spec).unwrap(), manager.start(&SessionSpec::new("right")).unwrap());
    let floppy: ImageSpec = spec.floppies[0].clone();
    let insert = Request::Insert { drive: DriveId::A, image: floppy };
    manager.ask(right, insert.clone());
    assert!(answer(&manager, &changes).result.is_err(), "it is locked");
    manager.ask(left, Request::Eject(DriveId::A));
    answer(&manager, &changes).result.unwrap();
    manager.ask(right, insert);
    answer(&manager, &changes).result.unwrap();
}

#[test]
fn the_disks_of_a_and_b_are_exchanged_with_what_was_written_to_them() {
    let (folder, host) = (tempfile::tempdir().unwrap(), Host::new());
    let mut session = session(folder.path(), &host, WritePolicy::Overlay);
    write_sector(&mut session, DriveId::B, 100, 7);
    session.exchange_floppies();
    assert_eq!((read_sector(&mut session, DriveId::A, 100), changed(&session, DriveId::A)), (7, 1));
    let drives = session.vm_mut().drives_mut();
    assert!(drives.changed(0) && drives.changed(1), "the guest notices");
    session.eject(DriveId::B).unwrap();
    session.exchange_floppies();
    assert_eq!(read_sector(&mut session, DriveId::B, 100), 7);
    assert_eq!(session.drives()[0].disk, None);
    assert!(session.ejected_disks().is_empty());
}

#[test]
fn the_settings_of_a_running_session_name_the_disks_that_are_in_its_drives() {
    let folder = tempfile::tempdir().unwrap();
    let (manager, spec, changes) = desk(folder.path());
    let id = manager.start(&spec).unwrap();
    let other = image(&floppy(folder.path(), "other.img", "360K", &[]), WritePolicy::None);
    manager.ask(id, Request::Insert { drive: DriveId::A, image: other.clone() });
    answer(&manager, &changes).result.unwrap();
    assert_eq!(manager.views()[0].spec.floppies[0], other);
    manager.ask(id, Request::Eject(DriveId::A));
    answer(&manager, &changes).result.unwrap();
    assert!(manager.views()[0].spec.floppies.is_empty());
}
