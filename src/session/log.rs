//! The session's log: what the guest writes to the debug port E9h, kept in memory and, if the
//! session has one, appended to a file.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// The newest bytes kept; older ones are dropped.
const KEPT_BYTES: usize = 64 * 1024;

/// See the module's text.
pub(super) struct DebugLog {
    /// At most twice [`KEPT_BYTES`], so that dropping old bytes is rare.
    bytes: Vec<u8>,
    file: Option<File>,
}

impl DebugLog {
    /// An empty log that copies what it gets to the end of the file at `path`, if given.
    pub(super) fn open(path: Option<&Path>) -> io::Result<DebugLog> {
        let file = match path {
            Some(path) => Some(OpenOptions::new().create(true).append(true).open(path)?),
            None => None,
        };
        Ok(DebugLog { bytes: Vec::new(), file })
    }

    /// Appends `bytes`. A host that cannot write the file is reported once and then left alone;
    /// `session` names whose file it was.
    pub(super) fn append(&mut self, bytes: &[u8], session: &str) {
        if bytes.is_empty() {
            return;
        }
        self.keep(bytes);
        if let Some(Err(error)) = self.file.as_mut().map(|file| file.write_all(bytes)) {
            tracing::error!(session, %error, "cannot write the debug port's file; it ends here");
            self.file = None;
        }
    }

    /// The newest bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.bytes.len().saturating_sub(KEPT_BYTES)..]
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(&bytes[bytes.len().saturating_sub(KEPT_BYTES)..]);
        if self.bytes.len() > 2 * KEPT_BYTES {
            self.bytes.drain(..self.bytes.len() - KEPT_BYTES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_keeps_the_newest_64_kib() {
        let mut log = DebugLog::open(None).unwrap();
        for i in 0..=255u8 {
            log.append(&[i; 1024], "a");
        }
        assert_eq!(log.bytes().len(), KEPT_BYTES);
        assert_eq!((log.bytes()[0], log.bytes()[KEPT_BYTES - 1]), (192, 255));
        assert!(log.bytes.len() <= 2 * KEPT_BYTES);
    }

    #[test]
    fn one_huge_write_keeps_its_end() {
        let mut log = DebugLog::open(None).unwrap();
        let mut bytes = vec![1; 3 * KEPT_BYTES];
        bytes.push(2);
        log.append(&bytes, "a");
        assert_eq!(log.bytes().len(), KEPT_BYTES);
        assert_eq!(log.bytes().last(), Some(&2));
    }

    #[test]
    fn the_file_gets_every_byte_behind_what_it_had() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        std::fs::write(&path, "old ").unwrap();
        let mut log = DebugLog::open(Some(&path)).unwrap();
        log.append(b"he", "a");
        log.append(b"llo", "a");
        assert_eq!(std::fs::read(&path).unwrap(), b"old hello");
    }

    #[test]
    fn a_file_that_cannot_be_written_does_not_stop_the_log() {
        let mut log = DebugLog { bytes: Vec::new(), file: Some(File::open("/dev/null").unwrap()) };
        log.append(b"a", "a");
        log.append(b"b", "a");
        assert!(log.file.is_none());
        assert_eq!(log.bytes(), b"ab");
    }
}
