//! `dosmux watch`: runs scripts, and again whenever a file that they use changes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::Context;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::exit::{Status, Trouble};
use super::interrupt;
use super::test::{self, TestArgs};

/// How long files must have been left alone: editors and linkers write in several steps.
const QUIET: Duration = Duration::from_millis(150);
/// Longest wait for that, while something keeps writing.
const MOST_QUIET_WAITS: u32 = 20;

/// The arguments of `dosmux watch`: those of `dosmux test`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct WatchArgs {
    #[command(flatten)]
    test: TestArgs,
}

/// Runs until a signal ends the program. *Errors*: files cannot be watched, nobody takes the output.
pub(super) fn watch(args: &WatchArgs) -> Result<Status, Trouble> {
    let (sender, changes) = channel();
    let watcher = notify::recommended_watcher(sender).context("cannot watch files").map_err(Trouble::host)?;
    let mut watched = Watched { watcher, folders: BTreeMap::new() };
    let interrupted = interrupt::watch().context("cannot watch for signals").map_err(Trouble::host)?;
    loop {
        match test::test_until(&args.test, &interrupted) {
            Ok(Status::Interrupted) => return Ok(Status::Interrupted),
            Ok(_) => {}
            // A script that is being written, or a path that is not there yet.
            Err(trouble) if trouble.status == Status::BadInput => {
                super::print_error(trouble.error.as_ref()).context("cannot print").map_err(Trouble::host)?;
            }
            Err(trouble) => return Err(trouble),
        }
        let files = test::files(&args.test);
        watched.follow(&files);
        writeln!(io::stdout(), "-- {} files watched, Ctrl-C ends", files.len())
            .context("cannot print")
            .map_err(Trouble::host)?;
        // Set, it lets the next signal end the program at once: there is nothing to tidy up.
        if interrupted.swap(true, Ordering::Relaxed) {
            return Ok(Status::Interrupted);
        }
        wait_for_change(&changes, &files).map_err(Trouble::host)?;
        interrupted.store(false, Ordering::Relaxed);
    }
}

/// The folders that are watched. Files are watched by their folders: editors replace files.
struct Watched {
    watcher: RecommendedWatcher,
    folders: BTreeMap<PathBuf, RecursiveMode>,
}

impl Watched {
    /// Watches the folders of `files`, and no others.
    fn follow(&mut self, files: &BTreeSet<PathBuf>) {
        let wanted: BTreeMap<PathBuf, RecursiveMode> = files.iter().filter_map(|file| folder_of(file)).collect();
        for folder in self.folders.keys().filter(|folder| !wanted.contains_key(*folder)) {
            // A folder that is gone is not watched any more anyway.
            let _ = self.watcher.unwatch(folder);
        }
        self.folders.retain(|folder, mode| wanted.get(folder) == Some(mode));
        for (folder, mode) in wanted {
            if !self.folders.contains_key(&folder) && self.watcher.watch(&folder, mode).is_ok() {
                self.folders.insert(folder, mode);
            }
        }
    }
}

/// Where changes of `file` show: in its folder; those of a folder in all below it.
fn folder_of(file: &Path) -> Option<(PathBuf, RecursiveMode)> {
    if file.is_dir() {
        return Some((file.to_owned(), RecursiveMode::Recursive));
    }
    let folder = file.parent()?;
    folder.is_dir().then(|| (folder.to_owned(), RecursiveMode::NonRecursive))
}

/// Returns when one of `files` has changed and all of them have been left alone for a while.
fn wait_for_change(changes: &Receiver<notify::Result<Event>>, files: &BTreeSet<PathBuf>) -> anyhow::Result<()> {
    while !concerns(&changes.recv().context("files are not watched any more")?, files) {}
    for _ in 0..MOST_QUIET_WAITS {
        match changes.recv_timeout(QUIET) {
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => return Ok(()),
            Err(RecvTimeoutError::Disconnected) => anyhow::bail!("files are not watched any more"),
        }
    }
    Ok(())
}

/// True if an event is about one of `files`, or about something below one that is a folder.
fn concerns(event: &notify::Result<Event>, files: &BTreeSet<PathBuf>) -> bool {
    // An error may hide a change.
    let Ok(event) = event else { return true };
    let is_change = !matches!(event.kind, EventKind::Access(_));
    is_change && event.paths.iter().any(|path| files.iter().any(|file| path.starts_with(file)))
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind, ModifyKind};

    use super::*;

    fn event(kind: EventKind, path: &str) -> notify::Result<Event> {
        Ok(Event::new(kind).add_path(PathBuf::from(path)))
    }

    #[test]
    fn changes_of_watched_files_and_below_watched_folders_count() {
        let files = BTreeSet::from([PathBuf::from("/s/a.toml"), PathBuf::from("/suite")]);
        let modified = EventKind::Modify(ModifyKind::Any);
        assert!(concerns(&event(modified, "/s/a.toml"), &files));
        assert!(concerns(&event(EventKind::Create(CreateKind::File), "/suite/x/new.toml"), &files));
        assert!(!concerns(&event(modified, "/s/a.toml~"), &files));
        assert!(!concerns(&event(EventKind::Access(AccessKind::Any), "/s/a.toml"), &files));
    }

    #[test]
    fn a_flood_of_changes_does_not_wait_forever() {
        let (sender, changes) = channel();
        for _ in 0..1000 {
            sender.send(event(EventKind::Any, "/s/a.toml")).unwrap();
        }
        wait_for_change(&changes, &BTreeSet::from([PathBuf::from("/s/a.toml")])).unwrap();
        assert!(changes.try_iter().count() > 900);
        drop(sender);
        assert!(wait_for_change(&changes, &BTreeSet::new()).is_err());
    }
}
