//! One writer a file: an advisory lock of the host keeps other processes out, and other handles of
//! this one. Readers take no lock.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::error::{DiskError, Holder};

/// Locks `file` against every other writer until it is closed.
///
/// *Errors*: [`DiskError::Locked`] names the process that has the lock where the host tells.
pub(super) fn lock_for_writing(file: &File, path: &Path) -> Result<(), DiskError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(DiskError::Locked { path: path.into(), holder: holder_of(file) }),
        Err(TryLockError::Error(cause)) => Err(DiskError::CannotLock { path: path.into(), cause }),
    }
}

#[cfg(target_os = "linux")]
fn holder_of(file: &File) -> Holder {
    use std::os::unix::fs::MetadataExt;
    let pid = file.metadata().ok().and_then(|meta| {
        let locks = std::fs::read_to_string("/proc/locks").ok()?;
        holder_pid(&locks, meta.dev(), meta.ino())
    });
    pid.map_or(Holder::Unknown, Holder::Process)
}

#[cfg(not(target_os = "linux"))]
fn holder_of(_file: &File) -> Holder {
    Holder::Unknown
}

/// The process that holds a whole-file lock on the inode, from the text of `/proc/locks`:
/// `1: FLOCK  ADVISORY  WRITE 4242 08:01:131 0 EOF`, device in hexadecimal. Source: proc_locks(5).
#[cfg(target_os = "linux")]
fn holder_pid(locks: &str, dev: u64, ino: u64) -> Option<u32> {
    // How the C library splits a device number. Source: makedev(3).
    let major = dev >> 8 & 0xFFF | dev >> 32 & !0xFFF;
    let minor = dev & 0xFF | dev >> 12 & !0xFF;
    let file = format!("{major:02x}:{minor:02x}:{ino}");
    locks.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        match fields[..] {
            // A waiter's line has `->` in the second place and so does not match.
            [_, "FLOCK", _, _, pid, at, ..] if at == file => pid.parse().ok().filter(|&pid| pid > 0),
            _ => None,
        }
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    const LOCKS: &str = "1: POSIX  ADVISORY  WRITE 11 08:01:131 0 EOF\n\
                         2: FLOCK  ADVISORY  WRITE 4242 103:1a:131 0 EOF\n\
                         2: -> FLOCK  ADVISORY  WRITE 77 103:1a:131 0 EOF\n";

    #[test]
    fn the_holder_is_found_by_device_and_inode() {
        let dev = 0x103 << 8 | 0x1A;
        assert_eq!(holder_pid(LOCKS, dev, 131), Some(4242));
        assert_eq!(holder_pid(LOCKS, dev, 132), None);
        assert_eq!(holder_pid(LOCKS, 0x0801, 131), None, "a POSIX lock is not ours");
    }

    #[test]
    fn a_damaged_lock_table_names_nobody() {
        assert_eq!(holder_pid("FLOCK\n2: FLOCK ADVISORY WRITE many 00:00:1 0 EOF\n\n", 0, 1), None);
    }
}
