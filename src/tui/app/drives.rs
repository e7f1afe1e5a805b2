//! What is in which drive of a session: floppies in and out, write policies, changes kept or dropped.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::panel::{FileUse, Panel, Pick, Subject};
use super::{App, Effect, Question};
use crate::config::{ImageSpec, WRITE_POLICIES, printable};
use crate::disk::{DriveId, ImageSource, SECTOR_BYTES, WritePolicy};
use crate::session::{DiskView, DriveView, HostDriveView, Media, Request};
use crate::tui::folder::size;
use crate::tui::list::Row;
use crate::tui::prompt::Purpose;
use crate::types::SessionId;

impl App {
    /// Opens the list of a session's drives.
    pub(super) fn open_drives(&mut self, id: SessionId, effects: &mut Vec<Effect>) {
        let name = self.session(id).map_or("", |view| &view.name);
        let title = format!(" drives of {name} ");
        self.open_panel(Panel::new(Subject::Drives(id), title, self.drive_rows(id)));
        effects.push(Effect::LookAtDrives(id));
    }

    /// Takes in what is in a session's drives.
    pub(super) fn take_media(&mut self, id: SessionId, media: Arc<Media>) {
        if self.media.get(&id) != Some(&media) {
            self.media.insert(id, media);
            self.dirty = true;
            self.refresh_panels();
        }
    }

    /// Looks again at the drives that are on display.
    pub(super) fn look_at_drives(&self, effects: &mut Vec<Effect>) {
        let shown = self.panels.iter().filter_map(|panel| match panel.subject {
            Subject::Drives(id) => Some(id),
            _ => None,
        });
        effects.extend(shown.map(Effect::LookAtDrives));
    }

    /// A row for each drive, one for each drive of the built-in DOS, and one for each disk that was ejected
    /// with changes.
    pub(super) fn drive_rows(&self, id: SessionId) -> Vec<(Row, Pick)> {
        let Some(media) = self.media.get(&id) else { return Vec::new() };
        let drives = media.drives.iter().map(|drive| (drive_row(drive), Pick::Drive(id, drive.id)));
        let ejected = media.ejected.iter().map(|disk| {
            let row =
                Row::new(format!("\u{2014}   {}", image_name(&disk.source)), format!("ejected, {}", unsaved(disk)));
            let image = ImageSpec { source: disk.source.clone(), writes: disk.writes };
            (row, Pick::Ask(id, Request::Insert { drive: DriveId::A, image }))
        });
        let host = media.host.iter().map(|drive| (host_row(drive), Pick::Edit(id, "drives")));
        drives.chain(host).chain(ejected).collect()
    }

    /// Opens the menu of what can be done with a drive and the disk in it.
    pub(super) fn open_drive(&mut self, id: SessionId, drive: DriveId) {
        let Some(view) = self.drive(id, drive) else { return };
        let mut rows = Vec::new();
        if let DriveId::Floppy(_) = drive {
            let word = if view.disk.is_some() { "insert another disk \u{2026}" } else { "insert a disk \u{2026}" };
            let files = FileUse::Insert(id, drive);
            rows.push((Row::new(word, ""), Pick::Browse(files, self.folder())));
            rows.push((Row::new("exchange the disks in A: and B:", ""), Pick::Ask(id, Request::ExchangeFloppies)));
        }
        if let Some(disk) = &view.disk {
            rows.extend(disk_rows(id, drive, disk));
        }
        let title = format!(" {drive} of {} ", self.session(id).map_or("", |view| &view.name));
        self.open_panel(Panel::new(Subject::Menu, title, rows));
    }

    fn drive(&self, id: SessionId, drive: DriveId) -> Option<&DriveView> {
        self.media.get(&id)?.drives.iter().find(|view| view.id == drive)
    }

    /// Asks for the file that a disk is saved to.
    pub(super) fn ask_where_to_save(&mut self, id: SessionId, drive: DriveId) {
        let source = self.drive(id, drive).and_then(|view| Some(view.disk.as_ref()?.source.clone()));
        let proposal = match source {
            Some(ImageSource::File(path)) => changed_name(&path),
            Some(ImageSource::Tour) | None => PathBuf::from("tour-changed.img"),
        };
        self.ask_with(Purpose::SaveDisk(id, drive), &proposal.display().to_string());
    }

    /// Says what came of a request, and looks at the drives it may have changed.
    pub(super) fn answered(
        &mut self,
        id: SessionId,
        request: &Request,
        result: Result<(), String>,
        now: Duration,
        effects: &mut Vec<Effect>,
    ) {
        match result {
            Err(problem) => self.say(problem, now),
            Ok(()) => {
                if let Some(text) = outcome(request) {
                    self.say(text, now);
                }
            }
        }
        effects.push(Effect::LookAtDrives(id));
    }

    /// The question whether to drop the changes of a disk.
    pub(super) fn ask_to_discard(&self, id: SessionId, drive: DriveId) -> String {
        let disk = self.drive(id, drive).and_then(|view| view.disk.as_ref());
        let what = disk.map_or_else(String::new, |disk| format!("{} of {}", unsaved(disk), image_name(&disk.source)));
        format!("drop {what}? they are in no file (y/n)")
    }

    /// What goes with these sessions because only memory holds it, as the end of a question; empty if
    /// nothing does.
    pub(super) fn loss(&self, ids: &[SessionId]) -> String {
        let media = ids.iter().filter_map(|id| self.media.get(id));
        let disks =
            media.flat_map(|media| media.drives.iter().filter_map(|view| view.disk.as_ref()).chain(&media.ejected));
        let sectors: usize = disks.map(|disk| disk.changed).sum();
        if sectors == 0 { String::new() } else { format!(" {} on disks are in memory only", changed(sectors)) }
    }
}

/// What can be done with a disk in its drive.
fn disk_rows(id: SessionId, drive: DriveId, disk: &DiskView) -> Vec<(Row, Pick)> {
    let mut rows = Vec::new();
    if let DriveId::Floppy(_) = drive {
        rows.push((Row::new("eject", ""), Pick::Ask(id, Request::Eject(drive))));
    }
    rows.push((Row::new("save as a new image \u{2026}", ""), Pick::SaveDisk(id, drive)));
    if disk.changed > 0 && matches!(drive, DriveId::Floppy(_)) {
        let question = Question::Discard(id, drive);
        rows.push((Row::new("drop what was written", unsaved(disk)), Pick::Confirm(question)));
    }
    for &(name, writes) in WRITE_POLICIES {
        // The image inside the program cannot be written to.
        if writes == WritePolicy::Image && disk.source == ImageSource::Tour {
            continue;
        }
        let note = if writes == disk.writes { "now" } else { "" };
        let row = Row::new(format!("writes {name}: {}", meaning(writes)), note);
        rows.push((row, Pick::Ask(id, Request::SetWrites { drive, writes })));
    }
    rows
}

/// A drive of the built-in DOS.
fn host_row(view: &HostDriveView) -> Row {
    let (what, kind) = match &view.path {
        Some(path) => (path.display().to_string(), "host directory"),
        None => ("dosmux".to_owned(), "in the program"),
    };
    let changes = if view.read_only { "read-only" } else { "written at once" };
    let what: String = what.chars().flat_map(printable).collect();
    Row::new(format!("{}:  {what}", view.letter), format!("{kind}, {changes}"))
}

fn drive_row(view: &DriveView) -> Row {
    let Some(disk) = &view.disk else {
        return Row { dim: true, ..Row::new(format!("{}  empty", view.id), "") };
    };
    let policy = WRITE_POLICIES.iter().find(|(_, policy)| *policy == disk.writes).map_or("", |(name, _)| name);
    let bytes = disk.sectors.saturating_mul(SECTOR_BYTES as u64);
    let mut notes = vec![size(bytes), format!("writes {policy}")];
    if disk.changed > 0 {
        notes.push(unsaved(disk));
    }
    if !view.known {
        notes.push("from the next reset on".to_owned());
    }
    Row::new(format!("{}  {}", view.id, image_name(&disk.source)), notes.join(", "))
}

fn meaning(writes: WritePolicy) -> &'static str {
    match writes {
        WritePolicy::Overlay => "kept in memory",
        WritePolicy::Image => "go to the image file",
        WritePolicy::None => "write-protected",
    }
}

fn unsaved(disk: &DiskView) -> String {
    changed(disk.changed)
}

fn changed(sectors: usize) -> String {
    let noun = if sectors == 1 { "sector" } else { "sectors" };
    let bytes = u64::try_from(sectors.saturating_mul(SECTOR_BYTES)).unwrap_or(u64::MAX);
    format!("{sectors} changed {noun} ({})", size(bytes))
}

fn image_name(source: &ImageSource) -> String {
    match source {
        ImageSource::File(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        ImageSource::Tour => source.to_string(),
    }
}

/// What is said of a request that was done; nothing where the list of drives says it.
fn outcome(request: &Request) -> Option<String> {
    match request {
        Request::SaveDisk { path, .. } => Some(format!("saved {}", path.display())),
        Request::Insert { drive, image } => Some(format!("{} is in {drive}", image_name(&image.source))),
        Request::Eject(drive) => Some(format!("{drive} is empty")),
        _ => None,
    }
}

/// A name beside an image for what it has become.
fn changed_name(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map_or_else(|| "img".into(), |extension| extension.to_string_lossy());
    path.with_file_name(format!("{stem}-changed.{extension}"))
}
