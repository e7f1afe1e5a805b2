//! The cases of a suite: which scripts run, how often, and in which order they begin.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ast::{Act, Action, Expect, Script, Step};
use super::parse;
use super::shard::Shard;
use crate::config::{FileError, ImageSpec};
use crate::disk::ImageSource;

/// One script to run.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is called in reports. The same wherever the suite is run from the same folder.
    pub id: CaseId,
    /// Its script, or why it cannot be read.
    pub script: Result<Arc<Script>, Arc<FileError>>,
}

impl Case {
    /// The files that the case uses beside its own.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let Ok(script) = &self.script else { return Vec::new() };
        let images = script.sessions.iter().flat_map(|spec| spec.floppies.iter().chain(&spec.disks));
        let mut files = images.filter_map(file_of).collect();
        add_files_of(&script.steps, &mut files);
        files
    }
}

/// Adds the files that steps come from and the files that they use.
fn add_files_of(steps: &[Step], files: &mut Vec<PathBuf>) {
    for step in steps {
        files.push(step.place.file.to_path_buf());
        match &step.action {
            Action::Repeat { steps, .. } | Action::Include(steps) => add_files_of(steps, files),
            Action::Expect(Expect::Golden(golden)) => files.push(golden.path.clone()),
            Action::Act(Act::Insert { image, .. }) => files.extend(file_of(image)),
            Action::Wait(_) | Action::Expect(_) | Action::Act(_) => {}
        }
    }
}

/// The file of an image, if it has one.
fn file_of(image: &ImageSpec) -> Option<PathBuf> {
    match &image.source {
        ImageSource::File(path) => Some(path.clone()),
        ImageSource::Tour => None,
    }
}

/// What a case is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseId {
    /// The path of its file, with what sets it apart from other cases of the file.
    pub name: String,
    /// Its file, as it was named or found.
    pub path: PathBuf,
    /// Which of its runs this is, from 1.
    pub round: u32,
    /// How many runs of it there are.
    pub rounds: u32,
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rounds {
            1 => f.write_str(&self.name),
            rounds => write!(f, "{} (run {} of {rounds})", self.name, self.round),
        }
    }
}

/// Which cases to take, and in which order.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Texts of which a case's name holds one; none for all cases.
    pub filters: Vec<String>,
    /// The part of the suite that is ours.
    pub shard: Option<Shard>,
    /// How often each case runs, at least once.
    pub repeat: u32,
    /// Shuffles the cases; without it they keep the order of their files.
    pub seed: Option<u64>,
}

impl Default for Selection {
    /// Every case once, in order.
    fn default() -> Selection {
        Selection { filters: Vec::new(), shard: None, repeat: 1, seed: None }
    }
}

impl Selection {
    /// The selected cases of the scripts at `paths`.
    #[must_use]
    pub fn cases(&self, paths: &[PathBuf]) -> Vec<Case> {
        let mut cases: Vec<Case> = paths.iter().flat_map(|path| load(path)).filter(|case| self.takes(case)).collect();
        if self.repeat > 1 {
            cases = cases.iter().flat_map(|case| self.rounds(case)).collect();
        }
        if let Some(seed) = self.seed {
            shuffle(&mut cases, seed);
        }
        cases
    }

    fn takes(&self, case: &Case) -> bool {
        let name = case.id.name.as_str();
        let fits = self.filters.is_empty() || self.filters.iter().any(|filter| name.contains(filter.as_str()));
        fits && self.shard.is_none_or(|shard| shard.holds(name))
    }

    /// All runs of a case. A script that cannot be read is not read better the second time.
    fn rounds(&self, case: &Case) -> Vec<Case> {
        let rounds = if case.script.is_ok() { self.repeat } else { 1 };
        let run = |round| Case { id: CaseId { round, rounds, ..case.id.clone() }, script: case.script.clone() };
        (1..=rounds).map(run).collect()
    }
}

/// The cases of one file.
#[must_use]
pub fn load(path: &Path) -> Vec<Case> {
    let id = |name| CaseId { name, path: path.to_owned(), round: 1, rounds: 1 };
    let case = |script: Script| {
        let variant = script.variant.as_ref().map(|variant| format!(" [{variant}]")).unwrap_or_default();
        Case { id: id(name_of(path) + &variant), script: Ok(Arc::new(script)) }
    };
    match parse::load(path) {
        Ok(scripts) => scripts.into_iter().map(case).collect(),
        Err(error) => vec![Case { id: id(name_of(path)), script: Err(Arc::new(error)) }],
    }
}

/// A path as it is shown in names: with slashes, so that names and shards are the same on all hosts.
fn name_of(path: &Path) -> String {
    let shown = path.display().to_string();
    if std::path::MAIN_SEPARATOR == '/' { shown } else { shown.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// Brings `items` into an order that only `seed` decides, the same in every version.
fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut random = SplitMix64(seed);
    for last in (1..items.len()).rev() {
        let bound = u64::try_from(last).unwrap_or(u64::MAX) + 1;
        items.swap(last, usize::try_from(random.next() % bound).unwrap_or(last));
    }
}

/// A small generator of pseudo-random numbers.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suite(names: &[&str]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &&str| {
            let path = folder.path().join(name);
            std::fs::write(&path, "[sessions.a]\n[[steps]]\nsleep = '1s'\n").unwrap();
            path
        };
        let paths = names.iter().map(write).collect();
        (folder, paths)
    }

    fn names(selection: &Selection, paths: &[PathBuf]) -> Vec<String> {
        let short = |case: Case| case.id.to_string().rsplit('/').next().unwrap().to_owned();
        selection.cases(paths).into_iter().map(short).collect()
    }

    #[test]
    fn filters_take_cases_whose_names_hold_one_of_them() {
        let (_folder, paths) = suite(&["boot-a.toml", "edit.toml", "boot-b.toml", "dir.toml"]);
        let filters = vec!["boot".to_owned(), "dir".to_owned()];
        let selection = Selection { filters, ..Selection::default() };
        assert_eq!(names(&selection, &paths), ["boot-a.toml", "boot-b.toml", "dir.toml"]);
    }

    #[test]
    fn repeated_cases_carry_the_number_of_their_run() {
        let (folder, mut paths) = suite(&["a.toml"]);
        paths.push(folder.path().join("missing.toml"));
        let selection = Selection { repeat: 2, ..Selection::default() };
        assert_eq!(names(&selection, &paths), ["a.toml (run 1 of 2)", "a.toml (run 2 of 2)", "missing.toml"]);
    }

    #[test]
    fn a_seed_shuffles_and_the_same_seed_shuffles_alike() {
        let all: Vec<String> = (0..20).map(|number| format!("{number:02}.toml")).collect();
        let (_folder, paths) = suite(&all.iter().map(String::as_str).collect::<Vec<_>>());
        let seeded = |seed| names(&Selection { seed: Some(seed), ..Selection::default() }, &paths);
        assert_eq!(seeded(7), seeded(7));
        assert_ne!(seeded(7), seeded(8));
        let mut sorted = seeded(7);
        assert_ne!(sorted, all);
        sorted.sort();
        assert_eq!(sorted, all);
    }

    #[test]
    fn random_numbers_are_those_of_the_paper() {
        // Source: the reference implementation's numbers for seed 1234567.
        let mut random = SplitMix64(1_234_567);
        assert_eq!((random.next(), random.next()), (6_457_827_717_110_365_317, 3_203_168_211_198_807_973));
    }

    #[test]
    fn the_parts_of_a_split_suite_are_the_whole_suite() {
        let (_folder, paths) = suite(&["a.toml", "b.toml", "c.toml", "d.toml", "e.toml"]);
        let part = |index| {
            let selection = Selection { shard: Some(Shard::new(index, 3).unwrap()), ..Selection::default() };
            names(&selection, &paths)
        };
        let mut all: Vec<String> = (1..=3).flat_map(part).collect();
        all.sort();
        assert_eq!(all, ["a.toml", "b.toml", "c.toml", "d.toml", "e.toml"]);
    }
}
