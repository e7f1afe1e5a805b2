//! A folder for each case that did not pass, with all there is to see: screens, a recording, where
//! the guest was, and the disks that it changed.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::case::Case;
use super::machine::Machine;
use super::observe::Observer;
use super::outcome::Outcome;
use super::report::human::{Style, case_text};
use super::report::story::log_tail;
use super::run::Artifact;
use super::stage::Stage;
use crate::clock::VirtTime;
use crate::disk::{Disk, SECTOR_BYTES};
use crate::screen::Cast;
use crate::screen::picture::{Format, Picture};
use crate::session::Session;

/// Most characters in the name of a folder.
const MAX_NAME_CHARS: usize = 100;
/// Folders of one name that are tried.
const MOST_FOLDERS: u32 = 10_000;
/// Longest recording of a session: a guest that never stops drawing must not fill the host's memory.
const MAX_CAST_BYTES: usize = 32 << 20;
/// Largest disk that is saved.
const MAX_DISK_SECTORS: u64 = (256 << 20) / SECTOR_BYTES as u64;

/// Why something cannot be saved.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {cause}", path.display())]
pub struct ArtifactsError {
    path: PathBuf,
    cause: io::Error,
}

/// The folder that gets a folder for each case.
#[derive(Debug)]
pub struct Artifacts {
    folder: PathBuf,
}

impl Artifacts {
    /// Makes `folder` unless it is there. *Errors*: it cannot be made.
    pub fn open(folder: &Path) -> Result<Artifacts, ArtifactsError> {
        fs::create_dir_all(folder).map_err(|cause| ArtifactsError { path: folder.to_owned(), cause })?;
        Ok(Artifacts { folder: folder.to_owned() })
    }

    /// Writes what the script of `case` keeps below `kept` in `folder`, or in a new folder, which is returned.
    pub fn keep(&self, case: &Case, folder: Option<PathBuf>, files: &[Artifact]) -> Result<PathBuf, ArtifactsError> {
        let folder = match folder {
            Some(folder) => folder,
            None => fresh_folder(&self.folder, &safe_name(&case.id.name))?,
        };
        write_kept(&folder, files).map(|()| folder)
    }

    /// Saves what is to be seen of `case` in a new folder, which is returned. What earlier runs left
    /// is kept.
    pub fn save(
        &self,
        case: &Case,
        outcome: &Outcome,
        stage: &mut Stage<Session>,
        recorder: &Recorder,
    ) -> Result<PathBuf, ArtifactsError> {
        let folder = fresh_folder(&self.folder, &safe_name(&case.id.name))?;
        let story = case_text(&case.id, outcome, Style { color: false, stats: true });
        write(&folder.join("report.txt"), story.as_bytes())?;
        let sessions = stage.machines().len();
        for index in 0..sessions {
            let session = stage.machine_mut(index);
            let place = match sessions {
                1 => folder.clone(),
                _ => fresh_folder(&folder, &safe_name(session.name()))?,
            };
            save_session(&place, session)?;
            if let Some(cast) = recorder.take(index, session.now()) {
                write(&place.join("recording.cast"), &cast)?;
            }
        }
        Ok(folder)
    }
}

/// Writes what a script keeps. Of several files with one name the last one is kept.
fn write_kept(folder: &Path, files: &[Artifact]) -> Result<(), ArtifactsError> {
    for file in files {
        let path = folder.join("kept").join(&file.name);
        let parent = path.parent().unwrap_or(folder);
        let written = fs::create_dir_all(parent).and_then(|()| fs::write(&path, &file.bytes));
        written.map_err(|cause| ArtifactsError { path, cause })?;
    }
    Ok(())
}

/// Saves what is to be seen of one session.
fn save_session(folder: &Path, session: &mut Session) -> Result<(), ArtifactsError> {
    let picture = Picture::from(&session.screen());
    write(&folder.join("screen.txt"), &picture.encode(Format::Text))?;
    write(&folder.join("screen.svg"), &picture.encode(Format::Svg))?;
    write(&folder.join("trace.txt"), trace(session).as_bytes())?;
    let saved = session.save_drive_changes(folder);
    saved.map_err(|cause| ArtifactsError { path: folder.to_owned(), cause })?;
    let drives = session.vm_mut().drives_mut();
    let floppies = drives.floppies.iter_mut().zip(["floppy-a.img", "floppy-b.img"]);
    for (disk, name) in floppies.filter_map(|(slot, name)| Some((slot.as_mut()?, name))) {
        save_disk(&folder.join(name), disk)?;
    }
    for (disk, letter) in drives.hard_disks.iter_mut().zip('c'..='z') {
        save_disk(&folder.join(format!("disk-{letter}.img")), disk)?;
    }
    Ok(())
}

/// Where the guest is, and what it did last.
fn trace(session: &Session) -> String {
    let inspection = session.inspect();
    let mut out = format!("guest time {:?}\nCS:IP {}\n", since_start(session.now()), session.vm().cs_ip());
    if let Some(reason) = &inspection.stopped {
        out.push_str(&format!("stopped: {reason}\n"));
    }
    out.push_str(&format!("\n{inspection}"));
    let log = log_tail(session.log(), session.screen().code_page);
    if !log.is_empty() {
        out.push_str(&format!("\nthe end of its log (port E9h):\n{}\n", log.join("\n")));
    }
    out
}

/// Saves a disk as the guest left it, if the guest wrote to it and it is not too large.
fn save_disk(path: &Path, disk: &mut Disk) -> Result<(), ArtifactsError> {
    if disk.writes() == 0 || disk.sector_count() > MAX_DISK_SECTORS {
        return Ok(());
    }
    copy_disk(path, disk).map_err(|cause| ArtifactsError { path: path.to_owned(), cause })
}

fn copy_disk(path: &Path, disk: &mut Disk) -> io::Result<()> {
    let mut file = io::BufWriter::new(File::create_new(path)?);
    let mut sector = [0; SECTOR_BYTES];
    for lba in 0..disk.sector_count() {
        disk.read(lba, &mut sector).map_err(|_| io::Error::other(format!("sector {lba} cannot be read")))?;
        if sector == [0; SECTOR_BYTES] {
            // A hole: disks are mostly empty.
            file.seek(SeekFrom::Current(SECTOR_BYTES as i64))?;
        } else {
            file.write_all(&sector)?;
        }
    }
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.set_len(disk.sector_count() * SECTOR_BYTES as u64)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), ArtifactsError> {
    let written = File::create_new(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|cause| ArtifactsError { path: path.to_owned(), cause })
}

/// Makes a folder in `parent` that was not there: `name`, or `name-2`, `name-3` and so on.
fn fresh_folder(parent: &Path, name: &str) -> Result<PathBuf, ArtifactsError> {
    for number in 1..=MOST_FOLDERS {
        let path = parent.join(if number == 1 { name.to_owned() } else { format!("{name}-{number}") });
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(cause) => return Err(ArtifactsError { path, cause }),
        }
    }
    Err(ArtifactsError { path: parent.join(name), cause: io::ErrorKind::AlreadyExists.into() })
}

/// `name` as the name of one folder on any host: letters, digits, `.`, `_` and `-`.
fn safe_name(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let text: String = name.chars().map(safe).collect();
    // The end of a long name tells more than its beginning, which is a path.
    let skipped = text.len().saturating_sub(MAX_NAME_CHARS);
    let text = text[skipped..].trim_matches(['.', '-']);
    if text.is_empty() { "case".to_owned() } else { text.to_owned() }
}

fn since_start(now: VirtTime) -> Duration {
    now.since(VirtTime::ZERO)
}

/// Records what each session of a script shows. Clones record the same.
#[derive(Clone)]
pub struct Recorder {
    title: String,
    casts: Arc<Mutex<Vec<Option<Cast<Capped>>>>>,
}

impl Recorder {
    /// A recorder of the case called `title`.
    #[must_use]
    pub fn new(title: &str) -> Recorder {
        Recorder { title: title.to_owned(), casts: Arc::default() }
    }

    /// The recording of a session up to `now`, as asciicast, if it ever ran.
    fn take(&self, index: usize, now: VirtTime) -> Option<Vec<u8>> {
        let mut casts = self.casts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut cast = casts.get_mut(index)?.take()?;
        // A recording that is full ends early.
        let _ = cast.end(since_start(now));
        Some(cast.into_inner().0)
    }
}

impl Observer for Recorder {
    fn look(&mut self, index: usize, _lead: bool, machine: &dyn Machine) {
        let mut casts = self.casts.lock().unwrap_or_else(PoisonError::into_inner);
        if casts.len() <= index {
            casts.resize_with(index + 1, || None);
        }
        let screen = machine.screen();
        match &mut casts[index] {
            // A recording that is full ends early.
            Some(cast) => drop(cast.frame(since_start(machine.now()), &screen)),
            slot => *slot = Cast::new(Capped(Vec::new()), &screen, &self.title).ok(),
        }
    }
}

/// Bytes in memory, up to a limit: what does not fit is refused whole.
struct Capped(Vec<u8>);

impl Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_CAST_BYTES {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::fake::FakeMachine;

    #[test]
    fn names_of_folders_hold_nothing_that_a_path_could() {
        assert_eq!(safe_name("tests/a b.toml [image=x:y]"), "tests-a-b.toml--image-x-y");
        assert_eq!(safe_name("../../etc/passwd"), "etc-passwd");
        assert_eq!(safe_name("..."), "case");
        assert_eq!(safe_name("ÄÖ\u{1b}[2J\\"), "2J");
        assert_eq!(safe_name(&format!("{}end.toml", "x/".repeat(400))).len(), MAX_NAME_CHARS);
    }

    #[test]
    fn each_folder_is_a_new_one() {
        let parent = tempfile::tempdir().unwrap();
        let names = ["a", "a-2", "a-3"].map(|name| parent.path().join(name));
        let made = names.clone().map(|_| fresh_folder(parent.path(), "a").unwrap());
        assert_eq!(made, names);
    }

    #[test]
    fn a_recording_has_what_was_shown_in_guest_time() {
        let recorder = Recorder::new("t.toml");
        let machine = FakeMachine::default().showing(Duration::from_millis(15), "ready");
        let mut stage = Stage::new(vec![machine]).observed(Box::new(recorder.clone()));
        (0..3).for_each(|_| stage.run_slice(0, Duration::from_secs(1)));
        let cast = String::from_utf8(recorder.take(0, stage.machine(0).now()).unwrap()).unwrap();
        let lines: Vec<&str> = cast.lines().collect();
        assert!(lines[0].contains("\"width\": 20, \"height\": 3, \"title\": \"t.toml\""), "{cast}");
        assert!(lines[2].starts_with("[0.020000, \"o\", ") && lines[2].contains("ready"), "{cast}");
        assert_eq!(*lines.last().unwrap(), "[0.030000, \"o\", \"\"]");
        assert_eq!(recorder.take(1, VirtTime::ZERO), None);
    }

    #[test]
    fn a_recording_that_is_full_ends_between_frames() {
        let mut capped = Capped(vec![0; MAX_CAST_BYTES - 3]);
        assert!(capped.write_all(b"1234").is_err());
        assert!(capped.write_all(b"123").is_ok());
        assert_eq!(capped.0.len(), MAX_CAST_BYTES);
    }

    #[test]
    fn disks_are_saved_as_the_guest_left_them() {
        let folder = tempfile::tempdir().unwrap();
        let (image, copy) = (folder.path().join("a.img"), folder.path().join("copy.img"));
        let mut bytes = vec![0; 160 * 1024];
        bytes[512 * 7] = 1;
        fs::write(&image, &bytes).unwrap();
        let source = crate::disk::ImageSource::File(image);
        let mut disk = Disk::open_floppy(&source, crate::disk::WritePolicy::Overlay, "t").unwrap();
        save_disk(&copy, &mut disk).unwrap();
        assert!(!copy.exists(), "nothing was written to it");
        disk.write(319, &[2; SECTOR_BYTES]).unwrap();
        disk.write(7, &[0; SECTOR_BYTES]).unwrap();
        save_disk(&copy, &mut disk).unwrap();
        bytes[512 * 7] = 0;
        bytes[319 * 512..].fill(2);
        assert!(fs::read(&copy).unwrap() == bytes);
    }
}
