//! Steps about files on the guest's disks.

use std::io::Read as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::performer::Performer;
use super::{Artifact, Why};
use crate::disk::files::MAX_FILE_BYTES;
use crate::screen::CodePage;
use crate::script::ast::{FileSpec, Step};
use crate::script::machine::Machine;

/// DOS ends texts with this.
const END_OF_TEXT: u8 = 0x1A;

impl<M: Machine> Performer<'_, M> {
    /// Copies a file of the host to the guest.
    pub(super) fn put(&mut self, step: &Step, file: &Path, to: &str) -> Result<(), Why> {
        let bytes =
            host_file(file).map_err(|error| Why::Unusable(format!("cannot read {}: {error}", file.display())))?;
        self.machine(step).write_file(to, &bytes).map_err(Why::Unusable)
    }

    /// Keeps a file of the guest.
    pub(super) fn get(&mut self, step: &Step, file: &str, to: &Path) -> Result<(), Why> {
        match self.machine(step).read_file(file).map_err(Why::Unusable)? {
            Some(bytes) => self.keep_file(Artifact { name: to.to_owned(), bytes }),
            None => Err(Why::Unusable(format!("there is no {file}"))),
        }
    }

    /// Waits until a file is as told; looks again whenever the guest may have changed it.
    pub(super) fn expect_file(&mut self, step: &Step, spec: &FileSpec) -> Result<(), Why> {
        let page = self.machine(step).screen().code_page;
        let mut fault = String::new();
        let mut looked_at = None;
        let right = self.until(step, |performer| {
            let machine = performer.machine(step);
            let changes = machine.file_changes();
            if looked_at == Some(changes) {
                return None;
            }
            looked_at = Some(changes);
            let found = match machine.read_file(&spec.path) {
                Ok(bytes) => fault_of(spec, bytes.as_deref(), page),
                // A file system that is being written may be in disorder for a while.
                Err(problem) => Some(problem),
            };
            match found {
                Some(found) => {
                    fault = found;
                    None
                }
                None => Some(()),
            }
        })?;
        match right {
            Some(()) => Ok(()),
            None => Err(Why::Differs { found: fault, within: step.timeout }),
        }
    }
}

/// The bytes of a file of the host.
fn host_file(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(u64::from(MAX_FILE_BYTES) + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > u64::from(MAX_FILE_BYTES) {
        return Err(std::io::Error::other(format!("the file is larger than {} MiB", MAX_FILE_BYTES >> 20)));
    }
    Ok(bytes)
}

/// What is wrong with a file; `None` if it is as told.
fn fault_of(spec: &FileSpec, bytes: Option<&[u8]>, page: CodePage) -> Option<String> {
    let path = &spec.path;
    let Some(bytes) = bytes else { return spec.exists.then(|| format!("there is no {path}")) };
    if !spec.exists {
        return Some(format!("there is a {path}"));
    }
    let size = bytes.len() as u64;
    if spec.size.is_some_and(|wanted| u64::from(wanted) != size) {
        return Some(format!("{path} has {size} bytes"));
    }
    if spec.sha256.is_some_and(|wanted| Sha256::digest(bytes).as_slice() != wanted) {
        return Some(format!("{path} has SHA-256 {:x}", Sha256::digest(bytes)));
    }
    let text = text_of(bytes, page);
    if spec.text.as_ref().is_some_and(|wanted| *wanted != text) {
        return Some(format!("{path} holds {:?}", beginning(&text)));
    }
    let missing = spec.contains.as_ref().filter(|wanted| !text.contains(wanted.as_str()))?;
    Some(format!("{path} does not contain {missing:?}"))
}

/// A text file of DOS, with line feeds for line ends.
fn text_of(bytes: &[u8], page: CodePage) -> String {
    let end = bytes.iter().position(|&byte| byte == END_OF_TEXT).unwrap_or(bytes.len());
    let char = |&byte: &u8| if byte.is_ascii_control() { char::from(byte) } else { page.char(byte) };
    let text: String = bytes[..end].iter().map(char).collect();
    text.replace("\r\n", "\n")
}

/// As much of a text as fits a message.
fn beginning(text: &str) -> String {
    const MOST: usize = 200;
    text.chars().take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> FileSpec {
        FileSpec { path: "A:\\X.TXT".to_owned(), exists: true, ..FileSpec::default() }
    }

    fn fault(spec: &FileSpec, bytes: &[u8]) -> Option<String> {
        fault_of(spec, Some(bytes), CodePage::US)
    }

    #[test]
    fn a_file_is_there_or_not() {
        assert_eq!(fault_of(&spec(), None, CodePage::US).unwrap(), "there is no A:\\X.TXT");
        let absent = FileSpec { exists: false, ..spec() };
        assert_eq!(fault_of(&absent, None, CodePage::US), None);
        assert_eq!(fault(&absent, b"").unwrap(), "there is a A:\\X.TXT");
    }

    #[test]
    fn text_is_compared_in_the_code_page_up_to_its_end() {
        let wanted = FileSpec { text: Some("Caf\u{e9}\nbar".to_owned()), ..spec() };
        assert_eq!(fault(&wanted, b"Caf\x82\r\nbar\x1Arest"), None);
        assert_eq!(fault(&wanted, b"Caf\r\n").unwrap(), "A:\\X.TXT holds \"Caf\\n\"");
        let part = FileSpec { contains: Some("bar".to_owned()), ..spec() };
        assert_eq!(fault(&part, b"bars"), None);
        assert_eq!(fault(&part, b"cars").unwrap(), "A:\\X.TXT does not contain \"bar\"");
    }

    #[test]
    fn size_and_checksum_count_every_byte() {
        let sized = FileSpec { size: Some(3), ..spec() };
        assert_eq!(fault(&sized, b"abc"), None);
        assert_eq!(fault(&sized, b"abcd").unwrap(), "A:\\X.TXT has 4 bytes");
        // Source: FIPS 180-4, example "abc".
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let found = fault(&FileSpec { sha256: Some([0; 32]), ..spec() }, b"abc").unwrap();
        assert_eq!(found, format!("A:\\X.TXT has SHA-256 {digest}"));
    }
}
