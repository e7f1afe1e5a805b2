//! Programs made by others, copied from FreeDOS floppies onto a host directory, as their users see them
//! on the built-in DOS.

mod assembler;
mod editors;
mod files;
mod games;
mod plain;
mod power_tools;
mod refused;
mod shells;
mod text;

use std::fs;
use std::path::Path;
use std::time::Duration;

use dosmux::config::{BootDrive, DriveSource, HostDriveSpec, SessionSpec};
use dosmux::disk::WritePolicy;
use dosmux::keys::Key;
use dosmux::screen::Screen;
use dosmux::session::{Host, Session, SessionOptions};
use tempfile::TempDir;

use crate::bench::shared_path;
use crate::dos::{Dos, image, last_line};

/// The floppy with NASM, VIM, DEBUG and games.
const APPS: &str = "freedos-apps-720K.img";
/// The installation floppy of FreeDOS 1.2; its programs are in this folder.
const SETUP: &str = "freedos-1.2-setup-1440K.img";
const BIN: &str = "FDSETUP\\BIN\\";

/// The built-in DOS on a directory with some programs.
struct Desk {
    dos: Dos,
    folder: TempDir,
}

impl Desk {
    /// With these files of floppy `name`; `None` if its image is not there.
    fn with(name: &str, files: &[&str]) -> Option<Desk> {
        let folder = tempfile::tempdir().unwrap();
        take(name, files, folder.path())?;
        Some(Desk::on(folder))
    }

    fn on(folder: TempDir) -> Desk {
        Desk::made(folder, |spec| spec)
    }

    /// As [`Desk::with`], with the functions of long names.
    fn with_long_names(name: &str, files: &[&str]) -> Option<Desk> {
        let folder = tempfile::tempdir().unwrap();
        take(name, files, folder.path())?;
        Some(Desk::made(folder, |spec| SessionSpec { long_names: true, ..spec }))
    }

    fn made(folder: TempDir, change: impl FnOnce(SessionSpec) -> SessionSpec) -> Desk {
        let drives =
            vec![HostDriveSpec { letter: 'C', source: DriveSource::Directory(folder.path().into()), read_only: false }];
        let spec = SessionSpec { boot: BootDrive::Dos, drives, ..SessionSpec::new("desk") };
        Desk { dos: Dos::with(change(spec), false), folder }
    }

    /// Types a command at the prompt of an empty screen; what the screen shows when the prompt is back.
    #[track_caller]
    fn run(&mut self, command: &str) -> String {
        self.begins(command);
        self.prompt(command);
        self.text()
    }

    /// As [`Desk::run`], without waiting for its end.
    #[track_caller]
    fn begins(&mut self, command: &str) {
        self.types("cls\n");
        self.dos.wait("empty screen", |screen| screen.text().trim().len() < 40 && !screen.contains("cls"));
        self.types(&format!("{command}\n"));
        self.dos.wait("command", |screen| screen.contains(command) || screen.text().trim().is_empty());
    }

    /// Waits until `command` has come to its end.
    #[track_caller]
    fn prompt(&mut self, command: &str) {
        let waits = |screen: &Screen| {
            let last = last_line(screen);
            last.ends_with('>') && !last.ends_with(command)
        };
        self.dos.wait("prompt", waits);
    }

    fn types(&mut self, text: &str) {
        let left = self.dos.session.type_text(text);
        assert!(left.is_empty(), "no keys for {left:?}");
    }

    fn strikes(&mut self, keys: &[Key]) {
        self.dos.session.strike(keys);
        self.dos.session.run_for(Duration::from_millis(300));
    }

    #[track_caller]
    fn sees(&mut self, text: &str) {
        self.dos.wait(text, |screen| screen.contains(text));
    }

    fn text(&self) -> String {
        self.dos.session.screen().text()
    }

    /// A file of the host's directory. New files are in small letters there.
    #[track_caller]
    fn read(&self, name: &str) -> Vec<u8> {
        let path = self.folder.path().join(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}; the screen shows\n{}", self.text()))
    }

    fn has(&self, name: &str) -> bool {
        self.folder.path().join(name).exists()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.folder.path().join(name), bytes).unwrap();
    }
}

/// Copies `files` of floppy `name` into `folder`, with our own reader of FAT.
fn take(name: &str, files: &[&str], folder: &Path) -> Option<()> {
    let path = shared_path(name)?;
    let spec = SessionSpec { floppies: vec![image(&path, WritePolicy::Overlay)], ..SessionSpec::new("floppy") };
    let options = SessionOptions { force_overlay: false, rtc_start: 0, local_time: false };
    let mut floppy = Session::new(&spec, &Host::new(), options).expect("a session");
    for file in files {
        let bytes = floppy.read_file(&format!("A:\\{file}")).expect("a file of the floppy");
        let last = file.rsplit('\\').next().unwrap_or(file);
        fs::write(folder.join(last), bytes).unwrap();
    }
    Some(())
}

/// `screen` has all of `parts`.
#[track_caller]
fn shows(screen: &str, parts: &[&str]) {
    for part in parts {
        assert!(screen.contains(part), "no {part:?} on the screen:\n{screen}");
    }
}
