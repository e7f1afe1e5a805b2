//! Files and directories as the functions of INT 21h need them: names to places, handles to what is
//! open.

use super::drive::{Access, Create, DosName, DosPath, Drive, Entry, OpenFile, Share, Stamp, attribute};
use super::error::DosError;
use super::memory_map::SDA;
use super::path::{self, Pattern, Place};
use super::{Dos, cds, device, psp, sda, sft};
use crate::types::SegOff;

/// Open mode for reading and writing.
const MODE_READ_WRITE: u8 = 2;

/// What a handle leads to: an entry of the system file table, and whether it is a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Number of the entry.
    pub(super) index: u8,
    /// Where the entry lies.
    pub(super) at: SegOff,
    /// Its device information.
    pub(super) info: u16,
}

impl Target {
    pub(super) fn is_device(self) -> bool {
        self.info & sft::info::DEVICE != 0
    }
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A device, by its header.
    Device(SegOff),
    /// A place on a drive, where there may be something or not.
    Place(Place),
}

impl Dos<'_> {
    /// The current process.
    pub(super) fn psp(&self) -> u16 {
        sda::CURRENT_PSP.get(&self.mem, SDA)
    }

    /// The current drive, 0 is A:.
    pub(super) fn current_drive(&self) -> u8 {
        sda::CURRENT_DRIVE.get(&self.mem, SDA)
    }

    /// Drive `number`, 0 is A:. *Errors*: there is none.
    pub(super) fn drive(&self, number: u8) -> Result<&Drive, DosError> {
        match self.drive_behind(number) {
            Some(drive) if cds::is_ready(&self.mem, number) => Ok(drive),
            _ => Err(DosError::InvalidDrive),
        }
    }

    /// Drive `number`, whether programs may use it or not.
    pub(super) fn drive_behind(&self, number: u8) -> Option<&Drive> {
        self.state.drives.get(usize::from(number)).and_then(Option::as_deref)
    }

    /// The current directory of drive `number`.
    pub(super) fn current_directory(&self, number: u8) -> DosPath {
        let text = cds::current(&self.mem, number);
        // The structure is the guest's to damage.
        path::resolve(&text, &DosPath::default(), self.state.page).unwrap_or_default()
    }

    /// What the name at `at` stands for.
    pub(super) fn named(&self, at: SegOff) -> Result<Named, DosError> {
        let text = path::asciiz(&self.mem, at)?;
        if let Some(header) = self.named_device(&text)? {
            return Ok(Named::Device(header));
        }
        self.place(&text).map(Named::Place)
    }

    /// The device that `text` names. *Errors*: it is in a directory that is not there; `\DEV` always is.
    pub(super) fn named_device(&self, text: &[u8]) -> Result<Option<SegOff>, DosError> {
        let Some(header) = device::by_name(self, text) else { return Ok(None) };
        let (drive, rest) = path::drive_of(text);
        let Some(end) = rest.iter().rposition(|&byte| matches!(byte, b'\\' | b'/')) else { return Ok(Some(header)) };
        let folder = &rest[..end];
        if folder.is_empty() || folder[1..].eq_ignore_ascii_case(b"DEV") {
            return Ok(Some(header));
        }
        let drive = drive.unwrap_or_else(|| self.current_drive());
        let path = path::resolve(folder, &self.current_directory(drive), self.state.page)?;
        let entry = self.lookup(&Place { drive, path }).map_err(|_| DosError::PathNotFound)?;
        match entry.attributes & attribute::DIRECTORY {
            0 => Err(DosError::PathNotFound),
            _ => Ok(Some(header)),
        }
    }

    /// The place on a drive that `text` names.
    pub(super) fn place(&self, text: &[u8]) -> Result<Place, DosError> {
        let (drive, rest) = path::drive_of(text);
        let drive = drive.unwrap_or_else(|| self.current_drive());
        self.drive(drive).map_err(|_| DosError::PathNotFound)?;
        if rest.is_empty() {
            return Err(DosError::FileNotFound);
        }
        let path = path::resolve(rest, &self.current_directory(drive), self.state.page)?;
        Ok(Place { drive, path })
    }

    /// The directory and the pattern that `text` is.
    pub(super) fn searched_text(&self, text: &[u8]) -> Result<(Place, Option<Pattern>), DosError> {
        let (drive, rest) = path::drive_of(text);
        let drive = drive.unwrap_or_else(|| self.current_drive());
        self.drive(drive).map_err(|_| DosError::PathNotFound)?;
        let (path, pattern) = path::search(rest, &self.current_directory(drive), self.state.page)?;
        Ok((Place { drive, path }, pattern))
    }

    /// The drive of the name `text`, 0 is A:.
    pub(super) fn drive_named(&self, text: &[u8]) -> u8 {
        path::drive_of(text).0.unwrap_or_else(|| self.current_drive())
    }

    /// What is at `place`.
    pub(super) fn lookup(&self, place: &Place) -> Result<Entry, DosError> {
        self.drive(place.drive)?.lookup(&place.path)
    }

    /// What `handle` of the current process leads to.
    pub(super) fn target(&self, handle: u16) -> Result<Target, DosError> {
        let index = psp::file_of(&self.mem, self.psp(), handle).ok_or(DosError::InvalidHandle)?;
        let at = sft::entry(&self.mem, index).ok_or(DosError::InvalidHandle)?;
        if sft::REFERENCES.get(&self.mem, at) == 0 {
            return Err(DosError::InvalidHandle);
        }
        Ok(Target { index, at, info: sft::INFO.get(&self.mem, at) })
    }

    /// The open file behind `target`.
    pub(super) fn file(&self, target: Target) -> Result<&OpenFile, DosError> {
        let file = self.state.files.get(usize::from(target.index));
        file.and_then(Option::as_ref).ok_or(DosError::InvalidHandle)
    }

    /// Opens what is at `place`; returns its entry in the system file table.
    pub(super) fn open_file(&mut self, place: &Place, mode: u8) -> Result<u8, DosError> {
        let (access, share) = modes(mode)?;
        let index = self.free_file()?;
        let open = |drive: &Drive| drive.open(&place.path, access, share);
        let file = self.open_among_own(place, share, open)?;
        let entry = file.entry(place.path.0.last().copied().unwrap_or(DosName([b' '; 11])))?;
        self.enter_file(index, place.drive, mode, &entry, file);
        Ok(index)
    }

    /// Makes a file at `place`, or empties the one that is there if `how` says so.
    pub(super) fn create_file(&mut self, place: &Place, attributes: u8, how: Create, mode: u8) -> Result<u8, DosError> {
        let (access, share) = modes(mode)?;
        let index = self.free_file()?;
        let create = |drive: &Drive| drive.writable()?.create_file(&place.path, how, access, share);
        let file = self.open_among_own(place, share, create)?;
        self.enter_created(index, place, attributes, mode, file)?;
        Ok(index)
    }

    /// Fills entry `index` for `file`, which has just been made at `place`.
    pub(super) fn enter_created(
        &mut self,
        index: u8,
        place: &Place,
        attributes: u8,
        mode: u8,
        file: OpenFile,
    ) -> Result<(), DosError> {
        let entry = file.new_entry(place.path.0.last().copied().unwrap_or(DosName([b' '; 11])), attributes)?;
        self.enter_file(index, place.drive, mode, &entry, file);
        self.stamp(index);
        Ok(())
    }

    /// The lowest entry of the system file table that is free.
    pub(super) fn free_file(&self) -> Result<u8, DosError> {
        sft::free_entry(&self.mem).ok_or(DosError::TooManyOpenFiles)
    }

    /// Deletes the file at `place`. Programs that this machine has it open for go on with it.
    pub(super) fn delete_file(&self, place: &Place) -> Result<(), DosError> {
        self.among_own(place, |drive| drive.writable()?.remove(&place.path)).map(|(removed, _)| removed)
    }

    /// Opens a file; one that is opened as by DOS 2, among those of this machine.
    fn open_among_own(
        &self,
        place: &Place,
        share: Share,
        open: impl Fn(&Drive) -> Result<OpenFile, DosError>,
    ) -> Result<OpenFile, DosError> {
        if share != Share::Compatible {
            return open(self.drive(place.drive)?);
        }
        let (file, is_shared) = self.among_own(place, open)?;
        if is_shared {
            file.mark_shared();
        }
        Ok(file)
    }

    /// Does what a file at `place` that is open may forbid; but what this machine itself has opened as
    /// programs of DOS 2 do forbids it nothing, as on a DOS without SHARE. Also tells whether there is any.
    fn among_own<T>(
        &self,
        place: &Place,
        attempt: impl Fn(&Drive) -> Result<T, DosError>,
    ) -> Result<(T, bool), DosError> {
        let drive = self.drive(place.drive)?;
        let host = match (attempt(drive), drive) {
            (Err(DosError::SharingViolation), Drive::Host(host)) => host,
            (result, _) => return result.map(|done| (done, false)),
        };
        let id = host.id(&place.path)?;
        let own: Vec<&OpenFile> =
            self.state.files.iter().flatten().filter(|file| file.compatible() == Some(id)).collect();
        own.iter().for_each(|file| file.step_aside());
        let result = attempt(drive);
        own.iter().for_each(|file| file.step_back());
        result.map(|done| (done, !own.is_empty()))
    }

    /// A file without a name, which is gone when it is closed; returns its entry.
    pub(super) fn open_scratch(&mut self) -> Result<u8, DosError> {
        let index = self.free_file()?;
        let file = OpenFile::scratch()?;
        let entry = Entry { name: DosName([b' '; 11]), attributes: 0, size: 0, written: Stamp::default() };
        let drive = self.current_drive();
        self.enter_file(index, drive, MODE_READ_WRITE, &entry, file);
        Ok(index)
    }

    /// One handle more leads to entry `index`.
    pub(super) fn refer_to(&mut self, index: u8) {
        if let Some(at) = sft::entry(&self.mem, index) {
            self.refer(Target { index, at, info: 0 });
        }
    }

    /// Fills entry `index` for a file.
    fn enter_file(&mut self, index: u8, drive: u8, mode: u8, entry: &Entry, file: OpenFile) {
        let Some(at) = sft::entry(&self.mem, index) else { return };
        let (owner, mem) = (self.psp(), &mut self.mem);
        sft::clear(mem, at);
        sft::REFERENCES.set(mem, at, 1);
        sft::MODE.set(mem, at, u16::from(mode));
        sft::ATTRIBUTES.set(mem, at, entry.attributes);
        sft::INFO.set(mem, at, sft::info::REMOTE | sft::info::CLEAN | u16::from(drive));
        sft::SIZE.set(mem, at, entry.size);
        sft::OWNER.set(mem, at, owner);
        sft::set_name(mem, at, entry.name);
        sft::set_stamp(mem, at, entry.written);
        let index = usize::from(index);
        if self.state.files.len() <= index {
            self.state.files.resize(index + 1, None);
        }
        self.state.files[index] = Some(file);
    }

    /// Opens the device with this header; returns its entry.
    pub(super) fn open_device(&mut self, header: SegOff, mode: u8) -> Result<u8, DosError> {
        let index = self.free_file()?;
        let at = sft::entry(&self.mem, index).ok_or(DosError::TooManyOpenFiles)?;
        let (info, name, owner) = (device::info(self, header), device::name(self, header), self.psp());
        let stamp = super::function::clock::stamp(self);
        let mem = &mut self.mem;
        sft::clear(mem, at);
        sft::REFERENCES.set(mem, at, 1);
        sft::MODE.set(mem, at, u16::from(mode));
        sft::INFO.set(mem, at, info);
        sft::DEVICE.set(mem, at, header);
        sft::OWNER.set(mem, at, owner);
        sft::set_name(mem, at, name);
        sft::set_stamp(mem, at, stamp);
        Ok(index)
    }

    /// A new handle of the current process for entry `index`. *Errors*: it has no room for one; the
    /// entry is free again.
    pub(super) fn new_handle(&mut self, index: u8) -> Result<u16, DosError> {
        let psp = self.psp();
        match psp::free_handle(&self.mem, psp) {
            Some(handle) => {
                psp::set_file_of(&mut self.mem, psp, handle, Some(index));
                Ok(handle)
            }
            None => {
                self.release(index);
                Err(DosError::TooManyOpenFiles)
            }
        }
    }

    /// Closes `handle` of the current process.
    pub(super) fn close(&mut self, handle: u16) -> Result<(), DosError> {
        let target = self.target(handle)?;
        let psp = self.psp();
        psp::set_file_of(&mut self.mem, psp, handle, None);
        self.release(target.index);
        Ok(())
    }

    /// Closes all handles of process `psp`.
    pub(super) fn close_all(&mut self, psp: u16) {
        for handle in 0..psp::TABLE_ENTRIES.get(&self.mem, psp::base(psp)).min(0xFF) {
            if let Some(index) = psp::file_of(&self.mem, psp, handle) {
                psp::set_file_of(&mut self.mem, psp, handle, None);
                self.release(index);
            }
        }
    }

    /// One handle more leads to `target`.
    pub(super) fn refer(&mut self, target: Target) {
        let references = sft::REFERENCES.get(&self.mem, target.at);
        sft::REFERENCES.set(&mut self.mem, target.at, references.saturating_add(1));
    }

    /// One handle less leads to entry `index`; the last closes it.
    pub(super) fn release(&mut self, index: u8) {
        let Some(at) = sft::entry(&self.mem, index) else { return };
        let left = sft::REFERENCES.get(&self.mem, at).saturating_sub(1);
        sft::REFERENCES.set(&mut self.mem, at, left);
        if left > 0 {
            return;
        }
        if let Some(file) = self.state.files.get_mut(usize::from(index)) {
            *file = None;
        }
    }

    /// Notes in entry `index` that its file has just been written.
    pub(super) fn note_written(&mut self, index: u8) {
        let Some(at) = sft::entry(&self.mem, index) else { return };
        let info = sft::INFO.get(&self.mem, at);
        sft::INFO.set(&mut self.mem, at, info & !(sft::info::CLEAN | sft::info::TIME_SET));
        self.stamp(index);
    }

    /// Has the file of `target` written at `stamp`.
    pub(super) fn set_written(&mut self, target: Target, stamp: Stamp) -> Result<(), DosError> {
        sft::set_stamp(&mut self.mem, target.at, stamp);
        sft::INFO.set(&mut self.mem, target.at, target.info | sft::info::TIME_SET);
        self.file(target)?.set_written(stamp)
    }

    /// As [`Dos::stamp`], for the file at `place`, which has just been written.
    pub(super) fn stamp_place(&mut self, place: &Place) {
        if !self.state.own_times {
            return;
        }
        let stamp = super::function::clock::stamp(self);
        let file = self.drive(place.drive).and_then(|drive| drive.open(&place.path, Access::Write, Share::DenyNone));
        let _ = file.and_then(|file| file.set_written(stamp));
    }

    /// Gives the file of entry `index` the time of the machine's clock, if files have that. The host's own
    /// stays if that fails.
    fn stamp(&mut self, index: u8) {
        if !self.state.own_times {
            return;
        }
        let stamp = super::function::clock::stamp(self);
        if let Some(Some(file)) = self.state.files.get(usize::from(index)) {
            let _ = file.set_written(stamp);
        }
    }
}

/// What an open mode says of the opener and of others.
pub(super) fn modes(mode: u8) -> Result<(Access, Share), DosError> {
    Ok((access_of(mode)?, share_of(mode)?))
}

/// Bits 0–2 of an open mode. Source: RBIL, INT 21h/AH=3Dh.
pub(super) fn access_of(mode: u8) -> Result<Access, DosError> {
    match mode & 7 {
        0 => Ok(Access::Read),
        1 => Ok(Access::Write),
        2 => Ok(Access::ReadWrite),
        _ => Err(DosError::InvalidAccess),
    }
}

/// Bits 4–6 of an open mode.
fn share_of(mode: u8) -> Result<Share, DosError> {
    match mode >> 4 & 7 {
        0 => Ok(Share::Compatible),
        1 => Ok(Share::DenyAll),
        2 => Ok(Share::DenyWrite),
        3 => Ok(Share::DenyRead),
        4 => Ok(Share::DenyNone),
        _ => Err(DosError::InvalidAccess),
    }
}
