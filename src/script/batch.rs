//! Many scripts: finds them in folders and runs them side by side on the host's cores.
//!
//! Each script has machines of its own, and outcomes are handed over in the order of the paths,
//! so that what is printed does not depend on which thread was faster.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use super::parse;
use super::run::{self, Performance};
use crate::config::FileError;
use crate::session::{Host, SessionError};

/// File name extension of scripts.
const EXTENSION: &str = "toml";

/// Why a script could not be run at all.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// Its text cannot be read or is wrong.
    #[error(transparent)]
    File(#[from] FileError),
    /// One of its sessions cannot be made.
    #[error("{}", path.display())]
    Session {
        /// The script.
        path: PathBuf,
        /// Which session, and why.
        source: SessionError,
    },
}

/// Why there are no scripts at a path.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The path cannot be looked at.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the host says.
        source: std::io::Error,
    },
    /// The folder holds no script.
    #[error("no script (*.{EXTENSION}) in {}", .0.display())]
    Empty(PathBuf),
}

/// What came of one script.
#[derive(Debug)]
pub struct Outcome {
    /// The script's path as it was named or found.
    pub path: PathBuf,
    /// Its performance, or why there was none.
    pub result: Result<Performance, ScriptError>,
}

/// The scripts at `paths`: files as named, and all `*.toml` below folders in the order of their
/// names. *Errors*: a path that is missing, a folder without a script.
pub fn collect(paths: &[PathBuf]) -> Result<Vec<PathBuf>, CollectError> {
    let mut scripts = Vec::new();
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(|source| read_error(path, source))?;
        if metadata.is_dir() {
            let before = scripts.len();
            collect_folder(path, &mut scripts)?;
            if scripts.len() == before {
                return Err(CollectError::Empty(path.clone()));
            }
        } else {
            scripts.push(path.clone());
        }
    }
    Ok(scripts)
}

/// Appends the scripts in `folder` and in the folders below it. Linked folders are not entered:
/// they may lead back here.
fn collect_folder(folder: &Path, scripts: &mut Vec<PathBuf>) -> Result<(), CollectError> {
    let to_error = |source| read_error(folder, source);
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).map_err(to_error)?.collect::<Result<_, _>>().map_err(to_error)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type().map_err(to_error)?.is_dir() {
            collect_folder(&path, scripts)?;
        } else if path.extension().is_some_and(|extension| extension == EXTENSION) && path.is_file() {
            scripts.push(path);
        }
    }
    Ok(())
}

fn read_error(path: &Path, source: std::io::Error) -> CollectError {
    CollectError::Read { path: path.to_owned(), source }
}

/// Runs the script in `path`.
#[must_use]
pub fn run_file(path: &Path, host: &Host) -> Outcome {
    let result = parse::load(path).map_err(ScriptError::from).and_then(|script| {
        run::run(&script, host).map_err(|source| ScriptError::Session { path: path.to_owned(), source })
    });
    Outcome { path: path.to_owned(), result }
}

/// Runs the scripts in `paths` on `workers` threads (the host's cores if zero) and hands each
/// outcome to `take`, in the order of `paths` and as soon as that order allows.
///
/// No further script is begun once `take` fails. *Errors*: those of `take`.
pub fn run_all<E>(
    paths: &[PathBuf],
    host: &Host,
    workers: usize,
    take: impl FnMut(Outcome) -> Result<(), E>,
) -> Result<(), E> {
    run_each(paths, workers, |path| run_file(path, host), take)
}

/// [`run_all`] for any job.
fn run_each<E>(
    paths: &[PathBuf],
    workers: usize,
    job: impl Fn(&Path) -> Outcome + Sync,
    take: impl FnMut(Outcome) -> Result<(), E>,
) -> Result<(), E> {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let workers = if workers == 0 { cores() } else { workers };
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..workers.min(paths.len()) {
            let sender = sender.clone();
            scope.spawn(|| work(paths, &next, &job, sender));
        }
        drop(sender);
        let taken = take_in_order(&receiver, take);
        if taken.is_err() {
            next.store(paths.len(), Ordering::Relaxed);
        }
        taken
    })
}

/// One worker: takes the next path until there is none.
fn work(
    paths: &[PathBuf],
    next: &AtomicUsize,
    job: &(impl Fn(&Path) -> Outcome + Sync),
    sender: Sender<(usize, Outcome)>,
) {
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(path) = paths.get(index) else { return };
        if sender.send((index, job(path))).is_err() {
            return;
        }
    }
}

/// Hands outcomes over in the order of their numbers, until all workers are done.
fn take_in_order<E>(
    receiver: &Receiver<(usize, Outcome)>,
    mut take: impl FnMut(Outcome) -> Result<(), E>,
) -> Result<(), E> {
    let mut early = BTreeMap::new();
    let mut due = 0;
    for (index, outcome) in receiver {
        early.insert(index, outcome);
        while let Some(outcome) = early.remove(&due) {
            take(outcome)?;
            due += 1;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn outcome(path: &Path) -> Outcome {
        Outcome { path: path.to_owned(), result: Ok(Performance { failure: None, sessions: Vec::new() }) }
    }

    #[test]
    fn outcomes_come_in_the_order_of_the_paths_whoever_is_faster() {
        let paths: Vec<PathBuf> = (0..20).map(|number| PathBuf::from(format!("{number}.toml"))).collect();
        let mut taken = Vec::new();
        let slow_start = |path: &Path| {
            if path == paths[0] {
                std::thread::sleep(Duration::from_millis(30));
            }
            outcome(path)
        };
        let result: Result<(), ()> = run_each(&paths, 4, slow_start, |outcome| {
            taken.push(outcome.path);
            Ok(())
        });
        assert_eq!((result, taken), (Ok(()), paths));
    }

    #[test]
    fn no_script_is_begun_once_nobody_takes_outcomes() {
        let paths: Vec<PathBuf> = (0..100).map(|number| PathBuf::from(number.to_string())).collect();
        let begun = AtomicUsize::new(0);
        let job = |path: &Path| {
            begun.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(2));
            outcome(path)
        };
        assert_eq!(run_each(&paths, 2, job, |_| Err("full")), Err("full"));
        assert!(begun.into_inner() < 50);
    }

    #[test]
    fn folders_give_their_scripts_in_the_order_of_names() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "").unwrap();
            path
        };
        let (z, b, a) = (file("z.toml"), file("m/b.toml"), file("a.toml"));
        file("readme.md");
        let named = file("named.txt");
        let found = collect(&[named.clone(), folder.path().to_owned()]).unwrap();
        assert_eq!(found, [named, a, b, z]);
    }

    #[test]
    fn a_missing_path_and_an_empty_folder_are_errors() {
        let missing = collect(&[PathBuf::from("nowhere.toml")]).unwrap_err();
        assert_eq!(missing.to_string(), "cannot read nowhere.toml");
        let folder = tempfile::tempdir().unwrap();
        let empty = collect(&[folder.path().to_owned()]).unwrap_err();
        assert_eq!(empty.to_string(), format!("no script (*.toml) in {}", folder.path().display()));
    }
}
