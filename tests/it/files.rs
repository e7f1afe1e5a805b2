//! Files that pass between a test and FreeDOS.

use dosmux::disk::WritePolicy;
use dosmux::disk::files::Change;

use crate::dos::{Dos, floppy, image};

#[test]
fn a_file_put_on_a_floppy_in_use_is_seen_by_dos_and_one_that_dos_writes_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let work = floppy(folder.path(), "work.img", "720K", &[("OLD.TXT", b"old text")]);
    let Some(mut dos) = Dos::boot("1440K", &[image(&work, WritePolicy::Overlay)]) else { return };
    assert!(dos.run("dir b:").contains("OLD"));
    dos.session.write_file("B:\\NEW.BAT", b"@echo put here from outside\r\n").unwrap();
    assert!(dos.run("dir b:").contains("NEW"));
    assert!(dos.run("b:new").contains("put here from outside"));
    dos.session.write_file("B:\\NEW.BAT", b"@echo and replaced\r\n").unwrap();
    assert!(dos.run("b:new").contains("and replaced"));
    dos.run("copy b:old.txt b:copy.txt");
    assert_eq!(dos.session.read_file("b:copy.txt").unwrap(), b"old text");
    dos.run("del b:old.txt");
    let changed = dos.session.changed_files();
    let found: Vec<_> = changed.iter().map(|file| (file.path.as_str(), file.change)).collect();
    let expected = [("B:\\COPY.TXT", Change::Added), ("B:\\NEW.BAT", Change::Added), ("B:\\OLD.TXT", Change::Removed)];
    assert_eq!(found, expected);
}

#[test]
fn directories_that_dos_makes_are_read_and_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let work = floppy(folder.path(), "work.img", "360K", &[]);
    let Some(mut dos) = Dos::boot("1440K", &[image(&work, WritePolicy::Overlay)]) else { return };
    dos.run("md b:\\sub");
    dos.run("md b:\\sub\\inner");
    for number in 0..40 {
        dos.session.write_file(&format!("B:\\SUB\\INNER\\F{number}.TXT"), format!("{number}").as_bytes()).unwrap();
    }
    assert!(dos.run("dir /w b:\\sub\\inner").contains("40 file(s)"));
    assert!(dos.run("type b:\\sub\\inner\\f39.txt").contains("39"));
    assert_eq!(dos.session.list_files("B:\\SUB").unwrap()[0].name, "INNER");
}

#[test]
fn what_a_program_prints_into_a_file_is_whole_once_it_has_ended() {
    let Some(mut dos) = Dos::boot("apps-720K", &[]) else { return };
    dos.run("primes /n:1000 /f:f.txt");
    assert_eq!(dos.session.exits().next_back().unwrap().code, Some(0));
    let bytes = dos.session.read_file("A:\\F.TXT").unwrap();
    assert_eq!(bytes.len(), 20_302);
    assert!(dos.session.changed_files().iter().any(|file| file.path == "A:\\F.TXT"));
}
