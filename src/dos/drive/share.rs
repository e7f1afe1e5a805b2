//! Who may open a file that is open: share modes that hold between sessions, and between dosmux and
//! others of its kind on the host.
//!
//! Each open file marks what it does and what it denies with locks on four bytes far behind any
//! file's end: locks of the open file description, which the host drops with the file. Shared locks
//! are presence; whoever could not have such a byte for itself alone finds somebody there.

use std::fs::File;
use std::io;

use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;

use super::{Access, Share};
use crate::dos::error::DosError;

/// First of the bytes; DOS files end at 4 GiB.
const FIRST_MARK: i64 = 1 << 61;
const MARKS: i64 = 4;

/// What a byte stands for. In this order, what programs of DOS 2 mark and what they must not find lie side
/// by side, so that the host is asked once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    DeniesWrite,
    Reads,
    Writes,
    DeniesRead,
}

impl Mark {
    fn at(self) -> i64 {
        FIRST_MARK + self as i64
    }
}

/// Marks `file` as opened for `access` under `share`.
///
/// *Errors*: somebody has it open in a way that does not go with that.
pub(super) fn claim(file: &File, access: Access, share: Share) -> Result<(), DosError> {
    let (own, conflicts) = marks(access, share);
    // First to be seen, then to look: of two who come at once, at least one sees the other.
    for (at, count) in spans(own) {
        set(file, libc::F_RDLCK, at, count).map_err(|_| DosError::SharingViolation)?;
    }
    let taken = spans(conflicts).into_iter().any(|(at, count)| is_taken(file, at, count));
    if taken { Err(DosError::SharingViolation) } else { Ok(()) }
}

/// Takes the marks of `file` away, so that its own machine is not kept out by it.
pub(super) fn step_aside(file: &File) -> io::Result<()> {
    set(file, libc::F_UNLCK, FIRST_MARK, MARKS)
}

/// Sets the marks of a file that was opened this way again, whoever has it open by now.
pub(super) fn step_back(file: &File, access: Access, share: Share) -> io::Result<()> {
    let spans = spans(marks(access, share).0);
    spans.into_iter().try_for_each(|(at, count)| set(file, libc::F_RDLCK, at, count))
}

/// Where `marks` lie: first bytes and how many.
fn spans(mut marks: Vec<Mark>) -> Vec<(i64, i64)> {
    marks.sort_by_key(|mark| mark.at());
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for mark in marks {
        match spans.last_mut() {
            Some((at, count)) if *at + *count == mark.at() => *count += 1,
            _ => spans.push((mark.at(), 1)),
        }
    }
    spans
}

/// Whether others are kept from reading, and from writing.
fn denies(access: Access, share: Share) -> (bool, bool) {
    match share {
        Share::DenyAll => (true, true),
        Share::DenyRead => (true, false),
        Share::DenyWrite => (false, true),
        Share::DenyNone => (false, false),
        // Source: RBIL, INT 21h/AH=3Dh: compatibility mode keeps all others out, except those that
        // only read what is only read.
        Share::Compatible => (access.writes(), true),
    }
}

/// True if nobody else can have the file open.
pub(super) fn denies_all(access: Access, share: Share) -> bool {
    denies(access, share) == (true, true)
}

/// What an opener marks, and what it must not find.
fn marks(access: Access, share: Share) -> (Vec<Mark>, Vec<Mark>) {
    let denies = denies(access, share);
    let (mut own, mut conflicts) = (Vec::new(), Vec::new());
    for (holds, mark, conflict) in [
        (access.reads(), Mark::Reads, Mark::DeniesRead),
        (access.writes(), Mark::Writes, Mark::DeniesWrite),
        (denies.0, Mark::DeniesRead, Mark::Reads),
        (denies.1, Mark::DeniesWrite, Mark::Writes),
    ] {
        if holds {
            own.push(mark);
            conflicts.push(conflict);
        }
    }
    (own, conflicts)
}

/// Locks `len` bytes from `start` on, or unlocks them.
pub(super) fn set(file: &File, kind: libc::c_int, start: i64, len: i64) -> io::Result<()> {
    fcntl(file, FcntlArg::F_OFD_SETLK(&region(kind, start, len))).map(drop).map_err(io::Error::from)
}

/// True if somebody else holds a lock on one of `len` bytes from `start` on.
pub(super) fn is_taken(file: &File, start: i64, len: i64) -> bool {
    let mut asked = region(libc::F_WRLCK, start, len);
    match fcntl(file, FcntlArg::F_OFD_GETLK(&mut asked)) {
        Ok(_) => i32::from(asked.l_type) != libc::F_UNLCK,
        // A file system without locks has nobody who holds one.
        Err(_) => false,
    }
}

fn region(kind: libc::c_int, start: i64, len: i64) -> libc::flock {
    libc::flock {
        // The kinds are 0 to 2.
        l_type: i16::try_from(kind).unwrap_or_default(),
        l_whence: i16::try_from(libc::SEEK_SET).unwrap_or_default(),
        l_start: start,
        l_len: len,
        l_pid: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a file opened the `first` way can be opened the `second` way.
    fn go_together(first: (Access, Share), second: (Access, Share)) -> bool {
        let file = tempfile::NamedTempFile::new().unwrap();
        let open = || File::options().read(true).write(true).open(file.path()).unwrap();
        let (one, two) = (open(), open());
        claim(&one, first.0, first.1).unwrap();
        claim(&two, second.0, second.1).is_ok()
    }

    /// Source: RBIL, INT 21h/AH=3Dh, table of sharing modes.
    #[test]
    fn modes_go_together_as_in_dos() {
        use Access::{Read, ReadWrite, Write};
        use Share::{Compatible, DenyAll, DenyNone, DenyRead, DenyWrite};
        for (first, second, together) in [
            ((ReadWrite, DenyNone), (ReadWrite, DenyNone), true),
            ((Read, DenyWrite), (Read, DenyNone), true),
            ((Read, DenyWrite), (ReadWrite, DenyNone), false),
            ((Read, DenyNone), (Read, DenyWrite), true),
            ((Write, DenyNone), (Read, DenyWrite), false),
            ((Write, DenyRead), (Read, DenyNone), false),
            ((Write, DenyRead), (Write, DenyNone), true),
            ((Read, DenyAll), (Read, DenyNone), false),
            ((Read, Compatible), (Read, Compatible), true),
            ((ReadWrite, Compatible), (Read, Compatible), false),
            ((Read, Compatible), (ReadWrite, DenyNone), false),
        ] {
            assert_eq!(go_together(first, second), together, "{first:?}, then {second:?}");
        }
    }

    #[test]
    fn a_closed_file_denies_nothing() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let open = || File::options().read(true).write(true).open(file.path()).unwrap();
        let one = open();
        claim(&one, Access::ReadWrite, Share::DenyAll).unwrap();
        drop(one);
        assert_eq!(claim(&open(), Access::Read, Share::DenyAll), Ok(()));
    }
}
