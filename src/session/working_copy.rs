//! A copy of a host directory, for a session that must leave the directory as it is.

use std::fs::{self, File, FileTimes};
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::TempDir;

use crate::dos::drive::copy_kept_attributes;

/// Files and directories that are copied at most.
const MOST_ENTRIES: u32 = 65_536;
/// Most bytes in all.
const MOST_BYTES: u64 = 1 << 30;
/// Most directories within each other: what is deeper no path of DOS leads to.
const MOST_LEVELS: u32 = 32;

/// A copy of a directory: gone when it is dropped.
pub(super) struct WorkingCopy {
    /// What holds it.
    pub(super) home: TempDir,
    /// The directory, which is called like the one it was made of.
    pub(super) folder: PathBuf,
}

impl WorkingCopy {
    /// Copies `folder`. All files show `written`, because when they were written differs from host to host.
    ///
    /// *Errors*: a file cannot be read, named in the error; there is too much.
    pub(super) fn of(folder: &Path, written: SystemTime) -> io::Result<WorkingCopy> {
        let folder = folder.canonicalize()?;
        let home = tempfile::Builder::new().prefix("dosmux-").tempdir()?;
        let copy = home.path().join(folder.file_name().unwrap_or("drive".as_ref()));
        Copying { entries: 0, bytes: 0, written }.directory(&folder, &copy, 0)?;
        Ok(WorkingCopy { home, folder: copy })
    }
}

struct Copying {
    entries: u32,
    bytes: u64,
    written: SystemTime,
}

impl Copying {
    fn directory(&mut self, from: &Path, to: &Path, level: u32) -> io::Result<()> {
        fs::create_dir(to)?;
        if level == MOST_LEVELS {
            return Ok(());
        }
        for entry in fs::read_dir(from)? {
            let name = entry?.file_name();
            let (from, to) = (from.join(&name), to.join(&name));
            self.entry(&from, &to, level).map_err(|error| match error.get_ref() {
                // It names what it is about already.
                Some(_) => error,
                None => io::Error::new(error.kind(), format!("{}: {error}", from.display())),
            })?;
        }
        Ok(())
    }

    /// Links are copied as links: those that lead out of the directory lead nowhere for the guest, here as
    /// there. Pipes, sockets and devices are left out.
    fn entry(&mut self, from: &Path, to: &Path, level: u32) -> io::Result<()> {
        let metadata = from.symlink_metadata()?;
        self.entries += 1;
        if metadata.is_file() {
            self.bytes = self.bytes.saturating_add(metadata.len());
        }
        if self.entries > MOST_ENTRIES || self.bytes > MOST_BYTES {
            return Err(io::Error::other(format!("more than {MOST_ENTRIES} files or {} MiB", MOST_BYTES >> 20)));
        }
        if metadata.is_dir() {
            self.directory(from, to, level + 1)
        } else if metadata.is_symlink() {
            symlink(fs::read_link(from)?, to)
        } else if metadata.is_file() {
            self.file(from, to)
        } else {
            Ok(())
        }
    }

    fn file(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::copy(from, to)?;
        let copy = File::open(to)?;
        copy_kept_attributes(&File::open(from)?, &copy);
        copy.set_times(FileTimes::new().set_modified(self.written))
    }
}

/// Copies the files of `copy` into `folder` that are not as `original` has them: other bytes, or not there.
pub(super) fn save_changes(copy: &Path, original: &Path, folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(copy)? {
        let name = entry?.file_name();
        let (copy, original, kept) = (copy.join(&name), original.join(&name), folder.join(&name));
        let kind = copy.symlink_metadata()?;
        if kind.is_dir() {
            save_changes(&copy, &original, &kept)?;
        } else if kind.is_file() && !is_same(&copy, &original)? {
            fs::create_dir_all(folder)?;
            fs::copy(&copy, &kept)?;
        }
    }
    Ok(())
}

/// True if both hold the same. One that cannot be read, or is something else now, is not the same.
fn is_same(copy: &Path, original: &Path) -> io::Result<bool> {
    let Ok(metadata) = original.metadata() else { return Ok(false) };
    if !metadata.is_file() || metadata.len() != copy.metadata()?.len() {
        return Ok(false);
    }
    let Ok(original) = File::open(original) else { return Ok(false) };
    let (mut left, mut right) = (BufReader::new(File::open(copy)?), BufReader::new(original));
    loop {
        let (a, b) = (left.fill_buf()?, right.fill_buf()?);
        let count = a.len().min(b.len());
        if a[..count] != b[..count] || (count == 0 && a.len() != b.len()) {
            return Ok(false);
        }
        if count == 0 {
            return Ok(true);
        }
        left.consume(count);
        right.consume(count);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    const WRITTEN: SystemTime = UNIX_EPOCH;

    #[test]
    fn files_directories_and_links_are_copied_and_the_copy_goes_away() {
        let source = tempfile::tempdir().unwrap();
        let folder = source.path().join("Spiele");
        fs::create_dir_all(folder.join("sub")).unwrap();
        fs::write(folder.join("sub/a.txt"), "text").unwrap();
        symlink("sub/a.txt", folder.join("link")).unwrap();
        let _socket = UnixListener::bind(folder.join("socket")).unwrap();
        let written = WRITTEN + Duration::from_secs(702_563_696);
        let copy = WorkingCopy::of(&folder, written).unwrap();
        let at = copy.folder.clone();
        assert!(at.ends_with("Spiele"));
        assert_eq!(fs::read(at.join("link")).unwrap(), b"text");
        assert_eq!(fs::metadata(at.join("sub/a.txt")).unwrap().modified().unwrap(), written);
        assert!(at.join("link").is_symlink() && !at.join("socket").exists());
        drop(copy);
        assert!(!at.exists());
    }

    #[test]
    fn what_is_too_much_names_the_file_and_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let large = folder.path().join("large.bin");
        File::create(&large).unwrap().set_len(MOST_BYTES + 1).unwrap();
        let error = WorkingCopy::of(folder.path(), WRITTEN).err().unwrap().to_string();
        assert_eq!(error, "more than 65536 files or 1024 MiB");
    }

    #[test]
    fn a_directory_that_is_deeper_than_dos_paths_ends_there() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("d/".repeat(40))).unwrap();
        let copy = WorkingCopy::of(folder.path(), WRITTEN).unwrap();
        assert!(copy.folder.join("d/".repeat(32)).exists());
        assert!(!copy.folder.join("d/".repeat(33)).exists());
    }

    #[test]
    fn only_what_was_changed_is_saved() {
        let (source, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for name in ["same", "longer", "other", "gone"] {
            fs::write(source.path().join(name), "text").unwrap();
        }
        let copy = WorkingCopy::of(source.path(), WRITTEN).unwrap();
        fs::write(copy.folder.join("longer"), "text and more").unwrap();
        fs::write(copy.folder.join("other"), "TEXT").unwrap();
        fs::remove_file(copy.folder.join("gone")).unwrap();
        fs::create_dir(copy.folder.join("new")).unwrap();
        fs::write(copy.folder.join("new/file"), "").unwrap();
        save_changes(&copy.folder, source.path(), kept.path()).unwrap();
        let mut names: Vec<_> = fs::read_dir(kept.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["longer", "new", "other"]);
        assert!(kept.path().join("new/file").exists());
    }
}
