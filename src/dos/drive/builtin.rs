//! Drive Z:: the programs that are part of dosmux, as files that cannot be changed.

use super::file::OpenFile;
use super::name::DosName;
use super::time::Stamp;
use super::{Access, DosPath, Entry, attribute};
use crate::dos::error::DosError;

/// When its files were written: 1991-06-11, DOS 5's day. Source: MS-DOS 5.0's release.
const WRITTEN: Stamp = Stamp { date: 11 << 9 | 6 << 5 | 11, time: 5 << 11 };

/// See the module's text.
#[derive(Clone, Debug)]
pub struct BuiltinDrive {
    files: Vec<(DosName, Vec<u8>)>,
}

impl BuiltinDrive {
    /// A drive with these files in its root.
    #[must_use]
    pub fn new(files: Vec<(DosName, Vec<u8>)>) -> BuiltinDrive {
        BuiltinDrive { files }
    }

    pub(super) fn lookup(&self, path: &DosPath) -> Result<Entry, DosError> {
        match path.0.as_slice() {
            [] => Ok(root()),
            [name] => self.list().into_iter().find(|entry| entry.name == *name).ok_or(DosError::FileNotFound),
            _ => Err(DosError::PathNotFound),
        }
    }

    pub(super) fn list(&self) -> Vec<Entry> {
        let entry = |(name, data): &(DosName, Vec<u8>)| Entry {
            name: *name,
            attributes: attribute::READ_ONLY | attribute::ARCHIVE,
            size: u32::try_from(data.len()).unwrap_or(u32::MAX),
            written: WRITTEN,
        };
        self.files.iter().map(entry).collect()
    }

    pub(super) fn open(&self, path: &DosPath, access: Access) -> Result<OpenFile, DosError> {
        let entry = self.lookup(path)?;
        let data = self.files.iter().find(|(name, _)| *name == entry.name).map(|(_, data)| data);
        match data {
            Some(data) if access == Access::Read => Ok(OpenFile::of_bytes(data.clone(), WRITTEN)),
            _ => Err(DosError::AccessDenied),
        }
    }
}

fn root() -> Entry {
    let name = DosName([b' '; 11]);
    Entry { name, attributes: attribute::DIRECTORY, size: 0, written: WRITTEN }
}
