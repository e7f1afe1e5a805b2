//! What a host file has of DOS's attributes.
//!
//! Read-only is the host's own: a file that nobody may write. Hidden, system and archive are in the extended
//! attribute `user.DOSATTRIB`, as Samba, Wine and dosemu2 keep them, written only where they differ from
//! what a file has without it: archive; hidden too, if its name begins with a dot. A file system without
//! extended attributes keeps read-only alone.
//!
//! The value is a number as text, `0x22`. What Samba writes now has a version behind an older or empty text:
//!
//! | bytes | what |
//! | --- | --- |
//! | n | the text with its zero, filled up to an even number |
//! | 2, 4 | the version, twice |
//! | 4 | which of the following fields count |
//! | 4 | the attributes |
//! | | sizes and times, which are left as they are |
//!
//! Source: Samba 4, librpc/idl/xattr.idl; Linux, fs/smb/server/ndr.c.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;

use rustix::fs::{XattrFlags, fgetxattr, fremovexattr, fsetxattr, lgetxattr};
use rustix::io::Errno;

use super::super::attribute::{ARCHIVE, DIRECTORY, HIDDEN, READ_ONLY, SYSTEM};
use super::folder::{Status, WRITABLE};

const NAME: &str = "user.DOSATTRIB";
/// Longest value that is looked at; what Samba writes has some 60 bytes.
const MOST_BYTES: usize = 256;
/// What the value is asked for.
const KEPT: u8 = HIDDEN | SYSTEM | ARCHIVE;
/// All that a program can change.
const CHANGEABLE: u8 = READ_ONLY | KEPT;
/// The bit of a host file's mode that lets its owner write it.
const OWNER_WRITABLE: u32 = 0o200;
/// Where the attributes are behind Samba's text: behind version, version and mask.
const BEHIND_TEXT: usize = 2 + 4 + 4;
/// Versions of Samba's value with that layout.
const VERSIONS: std::ops::RangeInclusive<u16> = 3..=5;

/// Gives file `to` what `from` has of attributes that the host has no bits for. Where either has no room for
/// them they are lost.
pub fn copy_kept(from: &File, to: &File) {
    if let Some(Stored(value)) = Stored::of(from) {
        let _ = fsetxattr(to, NAME, &value, XattrFlags::empty());
    }
}

/// The value of the attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored(Vec<u8>);

impl Stored {
    /// That of the file behind `file`, which has been opened.
    pub(super) fn of(file: impl AsFd) -> Option<Stored> {
        let mut bytes = [0; MOST_BYTES];
        let count = fgetxattr(file, NAME, &mut bytes[..]).ok()?;
        Some(Stored(bytes[..count].to_vec()))
    }

    /// That of `name` in `folder`, which is no link.
    pub(super) fn at(folder: BorrowedFd<'_>, name: &std::ffi::OsStr) -> rustix::io::Result<Stored> {
        let mut bytes = [0; MOST_BYTES];
        let mut path = format!("/proc/self/fd/{}/", folder.as_raw_fd()).into_bytes();
        path.extend(name.as_bytes());
        let count = lgetxattr(path, NAME, &mut bytes[..])?;
        Ok(Stored(bytes[..count].to_vec()))
    }

    /// The attributes that it stands for.
    fn attributes(&self) -> Option<u8> {
        let number = match self.field() {
            Some(at) => self.0[at],
            None => {
                let text = std::str::from_utf8(&self.0[..self.text_end()]).ok()?;
                let number = u32::from_str_radix(text.strip_prefix("0x")?, 16).ok()?;
                number.to_le_bytes()[0]
            }
        };
        Some(number & CHANGEABLE)
    }

    fn with(mut self, attributes: u8) -> Stored {
        match self.field() {
            Some(at) => self.0[at] = self.0[at] & !CHANGEABLE | attributes,
            None => self = Stored::new(attributes),
        }
        self
    }

    fn new(attributes: u8) -> Stored {
        Stored(format!("{attributes:#x}").into_bytes())
    }

    fn text_end(&self) -> usize {
        self.0.iter().position(|&byte| byte == 0).unwrap_or(self.0.len())
    }

    /// Where the attributes' low byte is, if there is more than the text.
    fn field(&self) -> Option<usize> {
        let version = (self.text_end() + 1).next_multiple_of(2);
        let bytes: [u8; 2] = self.0.get(version..version + 2)?.try_into().ok()?;
        let at = version + BEHIND_TEXT;
        (VERSIONS.contains(&u16::from_le_bytes(bytes)) && at + 4 <= self.0.len()).then_some(at)
    }
}

/// The attributes of a file or directory of this `status`; `dotted` if its name begins with a dot.
pub(super) fn shown(status: &Status, dotted: bool, stored: Option<&Stored>) -> u8 {
    let kept = stored.and_then(Stored::attributes);
    if status.is_directory() {
        // Read-only means nothing for a directory: what is in it can be changed.
        return DIRECTORY | kept.unwrap_or(unless_stored(true, dotted));
    }
    let read_only = if status.is_read_only() { READ_ONLY } else { 0 };
    kept.unwrap_or(unless_stored(false, dotted)) & KEPT | read_only
}

/// The same of a file that is open.
pub(in super::super) fn of_open(file: &File, status: &Status, dotted: bool) -> u8 {
    shown(status, dotted, Stored::of(file).as_ref())
}

fn unless_stored(directory: bool, dotted: bool) -> u8 {
    let hidden = if dotted { HIDDEN } else { 0 };
    if directory { hidden } else { hidden | ARCHIVE }
}

/// Gives an open file or directory these attributes.
pub(in super::super) fn set(file: &File, dotted: bool, attributes: u8) -> io::Result<()> {
    let status = Status::of(file)?;
    let wanted = attributes & CHANGEABLE;
    let changed = shown(&status, dotted, Stored::of(file).as_ref()) ^ wanted;
    if status.is_directory() {
        return if changed & CHANGEABLE == 0 {
            Ok(())
        } else {
            store(file, wanted, wanted == unless_stored(true, dotted))
        };
    }
    let lock = |locked: bool| {
        let mode = if locked { status.mode & !WRITABLE } else { status.mode | OWNER_WRITABLE };
        file.set_permissions(PermissionsExt::from_mode(mode & 0o7777))
    };
    let locked = status.is_read_only();
    let (keeps, locks) = (changed & KEPT != 0, wanted & READ_ONLY != 0);
    // Only a file that can be written takes an extended attribute.
    if locked && (keeps || !locks) {
        lock(false)?;
    }
    let stored = if keeps { store(file, wanted, wanted & KEPT == unless_stored(false, dotted)) } else { Ok(()) };
    if locks && (keeps || !locked) {
        lock(true)?;
    }
    stored
}

/// Marks an open file as changed since the last backup.
pub(in super::super) fn set_archive(file: &File) -> io::Result<()> {
    let Some(stored) = Stored::of(file) else { return Ok(()) };
    match stored.attributes() {
        Some(attributes) if attributes & ARCHIVE == 0 => write(file, &stored.with(attributes | ARCHIVE)),
        _ => Ok(()),
    }
}

/// Keeps `wanted`. A file that has it anyway needs no extended attribute.
fn store(file: &File, wanted: u8, usual: bool) -> io::Result<()> {
    match Stored::of(file) {
        // What others wrote into it is not ours to drop.
        Some(stored) if stored.field().is_some() => write(file, &stored.with(wanted)),
        Some(_) if usual => Ok(fremovexattr(file, NAME)?),
        None if usual => Ok(()),
        _ => write(file, &Stored::new(wanted)),
    }
}

fn write(file: &File, stored: &Stored) -> io::Result<()> {
    match fsetxattr(file, NAME, &stored.0, XattrFlags::empty()) {
        // Programs of DOS know no file that cannot be hidden.
        Err(Errno::NOTSUP) => Ok(()),
        result => Ok(result?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Samba 4 writes: an empty text, version 4, and times behind the attributes.
    fn of_samba(attributes: u8) -> Vec<u8> {
        let mut bytes = vec![0, 0, 4, 0, 4, 0, 0, 0, 0x11, 0, 0, 0, attributes, 0, 0, 0];
        bytes.extend([7; 16]);
        bytes
    }

    #[test]
    fn a_number_as_text_is_read_whoever_wrote_it() {
        for (text, attributes) in [(&b"0x22"[..], Some(0x22)), (b"0x7\0", Some(7)), (b"0x2012", Some(2)), (b"", None)] {
            assert_eq!(Stored(text.to_vec()).attributes(), attributes, "{text:?}");
        }
        for damaged in [&b"22"[..], b"0x", b"0xffffffffff", &[0xFF; 40], &[0; 12]] {
            assert_eq!(Stored(damaged.to_vec()).attributes(), None, "{damaged:?}");
        }
    }

    #[test]
    fn what_samba_wrote_is_read_and_keeps_its_other_fields() {
        let stored = Stored(of_samba(0x22));
        assert_eq!(stored.attributes(), Some(0x22));
        assert_eq!(stored.with(0x05), Stored(of_samba(0x05)));
        let with_text = [b"0x23\0\0\x03\0\x03\0\0\0\0\0\0\0\x26\0\0\0".as_slice(), &[0; 32]].concat();
        assert_eq!(Stored(with_text).attributes(), Some(0x26));
    }

    /// A file that can have extended attributes; says so if there can be none.
    fn file() -> Option<tempfile::NamedTempFile> {
        let file = tempfile::NamedTempFile::new().unwrap();
        if fsetxattr(file.as_file(), NAME, b"0x20", XattrFlags::empty()).is_err() {
            eprintln!("skipped: no extended attributes in {}", file.path().display());
            return None;
        }
        Some(file)
    }

    fn of_file(file: &File) -> u8 {
        of_open(file, &Status::of(file).unwrap(), false)
    }

    #[test]
    fn attributes_that_every_file_has_leave_no_trace() {
        let Some(file) = file() else { return };
        let file = file.as_file();
        set(file, false, HIDDEN | SYSTEM).unwrap();
        assert_eq!(of_file(file), HIDDEN | SYSTEM);
        assert_eq!(Stored::of(file), Some(Stored(b"0x6".to_vec())));
        set_archive(file).unwrap();
        assert_eq!(of_file(file), HIDDEN | SYSTEM | ARCHIVE);
        set(file, false, ARCHIVE).unwrap();
        assert_eq!(Stored::of(file), None);
    }

    #[test]
    fn read_only_is_the_hosts_word_alone() {
        let Some(file) = file() else { return };
        let file = file.as_file();
        set(file, false, READ_ONLY | HIDDEN).unwrap();
        assert_eq!(of_file(file), READ_ONLY | HIDDEN);
        set(file, false, READ_ONLY | SYSTEM).unwrap();
        assert_eq!(of_file(file), READ_ONLY | SYSTEM);
        file.set_permissions(PermissionsExt::from_mode(0o644)).unwrap();
        assert_eq!(of_file(file), SYSTEM);
    }
}
