//! New sessions: from a profile, from an image, or like one that is there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::panel::{FileUse, Panel, Pick, Subject};
use super::{App, Effect, Mode};
use crate::config::{
    BUILTIN_DEMO, BUILTIN_TOUR, BootDrive, ImageSpec, SessionSpec, free_name, session_of_demo, session_of_folder,
    session_of_image,
};
use crate::disk::{ImageSource, WritePolicy};
use crate::session::{Request, SessionView};
use crate::tui::folder::{Entry, EntryKind, Folder, size};
use crate::tui::list::Row;
use crate::types::SessionId;

impl App {
    /// Sets the sessions that are offered.
    pub fn offer(&mut self, profiles: Vec<SessionSpec>) {
        self.profiles = profiles;
    }

    /// Asks what kind of session to open.
    pub(super) fn open_new(&mut self) {
        let start = |spec: &SessionSpec| Pick::Start(Box::new(spec.clone()));
        let profiles = self.profiles.iter().map(|spec| (Row::new(spec.name.clone(), "profile"), start(spec)));
        let browse = (Row::new("disk image in a folder \u{2026}", ""), Pick::Browse(FileUse::Boot, self.folder()));
        let folder = (Row::new("folder as drive C: \u{2026}", "the built-in DOS"), browse.1.clone());
        let demo = (Row::new(BUILTIN_DEMO, "the built-in DOS on its demo drive"), start(&session_of_demo()));
        let tour = session_of_image(overlay(ImageSource::Tour), BootDrive::Floppy);
        let tour = (Row::new(BUILTIN_TOUR, "the floppy inside dosmux"), start(&tour));
        let images = self.recent_images().into_iter().map(|(path, drive)| {
            let folder = path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
            let spec = session_of_image(overlay(ImageSource::File(path.clone())), drive);
            (Row::new(file_name(&path), folder), start(&spec))
        });
        let copies = self.sessions.iter().map(|view| {
            let row = Row::new(format!("like {}", view.name), "the same settings");
            (row, Pick::Start(Box::new(copy_of(view).0)))
        });
        let rows = profiles.chain([folder, browse]).chain(images).chain([demo, tour]).chain(copies).collect();
        self.open_panel(Panel::new(Subject::Choices, " new session ", rows));
    }

    /// Starts a session with the settings of one that is there.
    pub(super) fn clone_session(&mut self, id: SessionId, now: Duration, effects: &mut Vec<Effect>) {
        let Some((spec, spared)) = self.session(id).map(copy_of) else { return };
        if spared {
            self.say("its disks are overlays: only one session may write to an image".to_owned(), now);
        }
        self.start(spec, effects);
    }

    /// Starts a session under a name that no other one has.
    pub(super) fn start(&mut self, mut spec: SessionSpec, effects: &mut Vec<Effect>) {
        spec.name = free_name(&spec.name, |name| self.sessions.iter().all(|view| view.name != name));
        effects.push(Effect::Start(Box::new(spec)));
    }

    /// The images that sessions were started with, each once.
    fn recent_images(&self) -> Vec<(PathBuf, BootDrive)> {
        let mut found: Vec<(PathBuf, BootDrive)> = Vec::new();
        for view in &self.sessions {
            let floppies = view.spec.floppies.iter().map(|image| (image, BootDrive::Floppy));
            let disks = view.spec.disks.iter().map(|image| (image, BootDrive::Disk));
            for (image, drive) in floppies.chain(disks) {
                if let ImageSource::File(path) = &image.source
                    && found.iter().all(|(known, _)| known != path)
                {
                    found.push((path.clone(), drive));
                }
            }
        }
        found
    }

    /// The folder to look for images in: the last one, else that of an image in use.
    pub(super) fn folder(&self) -> PathBuf {
        let beside = || self.recent_images().first().and_then(|(path, _)| path.parent().map(Path::to_owned));
        let folder = self.folder.clone().or_else(beside).unwrap_or_default();
        if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder }
    }

    /// Shows a folder that was read, in the picker that is open or in a new one.
    pub(super) fn show_folder(&mut self, folder: Result<Folder, String>, now: Duration) {
        let folder = match folder {
            Ok(folder) => folder,
            Err(problem) => return self.say(problem, now),
        };
        if folder.cut {
            self.say(format!("there is more in {} than can be listed", folder.path.display()), now);
        }
        if self.mode == Mode::Panel
            && self.panels.last().is_some_and(|panel| matches!(panel.subject, Subject::Files(_)))
        {
            self.panels.pop();
        }
        let rows = folder_rows(&folder, self.browsing);
        let title = format!(" {} ", folder.path.display());
        self.folder = Some(folder.path);
        self.open_panel(Panel::new(Subject::Files(self.browsing), title, rows));
    }

    /// Goes to the folder that holds the one that is shown.
    pub(super) fn browse_up(&self, effects: &mut Vec<Effect>) {
        if let Some(parent) = self.folder.as_deref().and_then(Path::parent) {
            effects.push(Effect::Browse(parent.to_owned()));
        }
    }
}

/// The folder itself, the way up, folders, images, other files; for a floppy drive also the floppy inside the
/// program.
fn folder_rows(folder: &Folder, files: FileUse) -> Vec<(Row, Pick)> {
    let above = |parent: &Path| (Row::new("..", "the folder above"), Pick::Browse(files, parent.to_owned()));
    let up = folder.path.parent().map(above);
    let tour = match files {
        FileUse::Boot => None,
        FileUse::Insert(id, drive) => Some((
            Row::new(BUILTIN_TOUR, "the floppy inside dosmux"),
            Pick::Ask(id, Request::Insert { drive, image: overlay(ImageSource::Tour) }),
        )),
    };
    let here = (files == FileUse::Boot).then(|| {
        let row = Row::new(".", "this folder as drive C: of the built-in DOS");
        (row, Pick::Start(Box::new(session_of_folder(&folder.path, false))))
    });
    here.into_iter().chain(up).chain(folder.entries.iter().map(|entry| entry_row(entry, files))).chain(tour).collect()
}

fn entry_row(entry: &Entry, files: FileUse) -> (Row, Pick) {
    let row = match &entry.kind {
        EntryKind::Folder => {
            return (Row::new(format!("{}/", entry.name), ""), Pick::Browse(files, entry.path.clone()));
        }
        EntryKind::Image(_, what) => Row::new(entry.name.clone(), what.clone()),
        EntryKind::Other => Row { dim: true, ..Row::new(entry.name.clone(), size(entry.bytes)) },
    };
    let image = overlay(ImageSource::File(entry.path.clone()));
    let pick = match files {
        FileUse::Boot => Pick::Start(Box::new(session_of_image(image, entry.boot_drive()))),
        FileUse::Insert(id, drive) => Pick::Ask(id, Request::Insert { drive, image }),
    };
    (row, pick)
}

/// The settings of a session for another one, which is not logged; true if an image that it writes to becomes an
/// overlay.
fn copy_of(view: &SessionView) -> (SessionSpec, bool) {
    let mut spec = SessionSpec { name: view.name.clone(), log: None, ..view.spec.as_ref().clone() };
    let mut spared = false;
    for image in spec.floppies.iter_mut().chain(&mut spec.disks) {
        if image.writes == WritePolicy::Image {
            (image.writes, spared) = (WritePolicy::Overlay, true);
        }
    }
    (spec, spared)
}

fn overlay(source: ImageSource) -> ImageSpec {
    ImageSpec { source, writes: WritePolicy::Overlay }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
