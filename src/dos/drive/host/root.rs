//! The directory that a drive is, and what happens if it goes away.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use rustix::fs::{self, CWD, Mode, OFlags, ResolveFlags};

use crate::dos::error::DosError;

/// See the module's text.
#[derive(Debug)]
pub(super) struct Root {
    /// Where it was found, links resolved.
    path: PathBuf,
    /// What counts, whatever is at the path now.
    directory: Mutex<Arc<Dir>>,
}

impl Root {
    pub(super) fn open(path: &Path) -> io::Result<Root> {
        let directory = Dir::open_ambient_dir(path, ambient_authority())?;
        Ok(Root { path: path.canonicalize()?, directory: Mutex::new(Arc::new(directory)) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Does something in the directory. If that finds it gone and there is a new one at the same path, the
    /// drive is that one from now on. *Errors*: not ready, if there is none.
    pub(super) fn act<T>(&self, act: impl Fn(&Dir) -> Result<T, DosError>) -> Result<T, DosError> {
        let directory = self.directory();
        match act(&directory) {
            Err(error) if tells_of_a_loss(error) && is_gone(&directory) => {
                self.renew().map_err(|_| DosError::NotReady)?;
                act(&self.directory())
            }
            result => result,
        }
    }

    fn directory(&self) -> Arc<Dir> {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens what is at the path now. A link in it is not followed: there was none, and on a drive that
    /// holds this one's directory a guest can give a link its name.
    fn renew(&self) -> io::Result<()> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let file = fs::openat2(CWD, &self.path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS)?;
        let directory = Arc::new(Dir::from_std_file(File::from(file)));
        *self.directory.lock().unwrap_or_else(PoisonError::into_inner) = directory;
        Ok(())
    }
}

/// Errors of the host that a directory which is gone may be behind.
fn tells_of_a_loss(error: DosError) -> bool {
    matches!(error, DosError::FileNotFound | DosError::PathNotFound | DosError::GeneralFailure)
}

fn is_gone(directory: &Dir) -> bool {
    fs::fstat(directory).map_or(true, |stat| stat.st_nlink == 0)
}
