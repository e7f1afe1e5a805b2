//! A file that XCOPY copies, part by part.

use super::super::super::Dos;
use super::super::super::drive::{Access, Create, OpenFile, Share, Stamp, attribute};
use super::super::super::error::DosError;
use super::super::super::path::Place;
use super::File;
use super::options::Options;

/// Bytes that are copied between two looks at the keyboard.
const PART: usize = 0x1_0000;

/// See the module's text.
#[derive(Clone, Debug)]
pub(super) struct Copying {
    source: OpenFile,
    target: OpenFile,
    position: u32,
    from: Place,
    to: Place,
    attributes: u8,
    written: Stamp,
}

impl Copying {
    /// Opens the one and makes the other.
    pub(super) fn begin(dos: &Dos<'_>, file: &File, options: &Options) -> Result<Copying, DosError> {
        let source = dos.drive(file.from.drive)?.open(&file.from.path, Access::Read, Share::DenyNone)?;
        let drive = dos.drive(file.to.drive)?.writable()?;
        let old = drive.lookup(&file.to.path).map_or(0, |old| old.attributes);
        if options.over_read_only && old & attribute::READ_ONLY != 0 {
            drive.set_attributes(&file.to.path, old & !attribute::READ_ONLY)?;
        }
        let target = drive.create_file(&file.to.path, Create::Truncate, Access::ReadWrite, Share::Compatible)?;
        let kept = file.entry.attributes & (attribute::HIDDEN | attribute::SYSTEM);
        target.new_entry(file.entry.name, kept)?;
        Ok(Copying {
            source,
            target,
            position: 0,
            from: file.from.clone(),
            to: file.to.clone(),
            attributes: file.entry.attributes,
            written: file.entry.written,
        })
    }

    /// Copies a part; false at the end.
    pub(super) fn part(&mut self) -> Result<bool, DosError> {
        let mut part = vec![0; PART];
        let count = self.source.read_at(self.position, &mut part)?;
        if count == 0 {
            return Ok(false);
        }
        if self.target.write_at(self.position, &part[..count])? < count {
            return Err(DosError::DiskFull);
        }
        let count = u32::try_from(count).map_err(|_| DosError::DiskFull)?;
        self.position = self.position.checked_add(count).ok_or(DosError::DiskFull)?;
        Ok(true)
    }

    /// The copy is as old as what it was made of. What the host refuses here is no reason to stop.
    pub(super) fn end(self, dos: &Dos<'_>, options: &Options) {
        let _ = self.target.set_written(self.written);
        drop(self.target);
        let set = |place: &Place, attributes: u8| {
            let drive = dos.drive(place.drive).and_then(|drive| drive.writable());
            let _ = drive.and_then(|drive| drive.set_attributes(&place.path, attributes));
        };
        if options.keep_attributes && self.attributes & attribute::READ_ONLY != 0 {
            set(&self.to, self.attributes | attribute::ARCHIVE);
        }
        if options.take_archive {
            set(&self.from, self.attributes & !attribute::ARCHIVE);
        }
    }
}
