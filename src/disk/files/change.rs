//! Which files of a guest's disks differ from those of the images.

use std::collections::{BTreeMap, BTreeSet};

use super::directory::{Directory, Entry};
use super::path::unpack;
use super::table::Volume;
use super::volume::{letters, mount};
use super::{Drives, FileError};

/// Most files that are looked at on one disk.
const MAX_FILES: usize = 65_536;

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not there.
    Added,
    /// It was there with something else in it.
    Changed,
    /// It is gone.
    Removed,
}

/// A file that is not as the image has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// Its path, such as `A:\DIR\NAME.EXT`.
    pub path: String,
    /// What became of it.
    pub change: Change,
}

/// The files that differ, by letter and path. Disks that are written through have none; disks whose file
/// system is damaged are left out.
pub fn changed(drives: &mut Drives) -> Vec<ChangedFile> {
    let mut found = Vec::new();
    for (letter, spot) in letters(drives) {
        let mut tree = |original| mount(drives, spot, original).map(|mut volume| volume.tree(original));
        if let (Some(Ok(old)), Some(Ok(new))) = (tree(true), tree(false)) {
            found.extend(differences(letter, &old, &new));
        }
    }
    found
}

/// What tells two states of a file apart.
#[derive(PartialEq, Eq)]
struct State {
    entry: (u32, u32),
    /// The guest wrote one of its sectors.
    touched: bool,
}

type Tree = BTreeMap<String, State>;

fn differences(letter: char, old: &Tree, new: &Tree) -> Vec<ChangedFile> {
    let file = |path: &str, change| ChangedFile { path: format!("{letter}:{path}"), change };
    let removed = old.keys().filter(|path| !new.contains_key(*path)).map(|path| file(path, Change::Removed));
    let others = new.iter().filter_map(|(path, state)| match old.get(path) {
        None => Some(file(path, Change::Added)),
        Some(before) => (before.entry != state.entry || state.touched).then(|| file(path, Change::Changed)),
    });
    let mut all: Vec<ChangedFile> = removed.chain(others).collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

impl Volume<'_> {
    /// All files by path.
    fn tree(&mut self, original: bool) -> Result<Tree, FileError> {
        let mut files = Tree::new();
        let mut seen = BTreeSet::new();
        let mut waiting = vec![(String::new(), self.root())];
        while let Some((path, directory)) = waiting.pop() {
            for entry in self.entries(directory)? {
                let path = format!("{path}\\{}", unpack(&entry.name));
                match self.directory_at(entry.cluster) {
                    _ if entry.is_dot() => {}
                    // A directory that leads back to one above it is looked at once.
                    Directory::Chain(cluster) if entry.is_directory() => {
                        if seen.insert(cluster) {
                            waiting.push((path, Directory::Chain(cluster)));
                        }
                    }
                    _ if entry.is_directory() => {}
                    _ => {
                        let touched = !original && self.is_touched(&entry);
                        files.insert(path, State { entry: (entry.cluster, entry.size), touched });
                    }
                }
            }
            if files.len() + waiting.len() > MAX_FILES {
                return Err(FileError::TooLarge);
            }
        }
        Ok(files)
    }

    /// True if the guest wrote a sector of the file.
    fn is_touched(&mut self, entry: &Entry) -> bool {
        let clusters = usize::try_from(entry.size).unwrap_or(usize::MAX).div_ceil(self.cluster_bytes());
        let chain = self.chain(entry.cluster, clusters.min(MAX_FILES)).unwrap_or_default();
        let sectors: Vec<u64> = chain.into_iter().flat_map(|cluster| self.cluster_sectors(cluster)).collect();
        self.touches(sectors.into_iter())
    }
}
