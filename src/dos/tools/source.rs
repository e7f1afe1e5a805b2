//! What a filter reads: files one after the other, or standard input.

use std::collections::VecDeque;

use super::super::Dos;
use super::super::app::Request;
use super::super::drive::attribute;
use super::super::error::DosError;
use super::super::path::text_of;
use super::super::shell::{matching, open};
use super::STDIN;

/// Bytes that are asked for at once.
const CHUNK: usize = 0x2000;

/// The name of a file that is open, or of one that cannot be opened.
pub(super) type Opened = Result<Vec<u8>, (Vec<u8>, DosError)>;

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    names: VecDeque<Vec<u8>>,
    handle: Option<u16>,
    standard: bool,
}

impl Source {
    /// These files; or standard input, if there are none.
    pub(super) fn new(dos: &Dos<'_>, names: &[Vec<u8>]) -> Source {
        let names: VecDeque<_> = names.iter().flat_map(|name| meant(dos, name)).collect();
        Source { standard: names.is_empty(), names, handle: None }
    }

    /// As [`Source::new`] for standard input, which `handle` leads to now.
    pub(super) fn standard(handle: u16) -> Source {
        Source { names: VecDeque::new(), handle: Some(handle), standard: false }
    }

    /// True if it is standard input that is read.
    pub(super) fn is_standard(&self) -> bool {
        self.standard
    }

    /// Closes what was read, and opens what is next: its name, or why it cannot be read. `None` at the
    /// end of it all. Standard input has an empty name.
    pub(super) fn next(&mut self, dos: &mut Dos<'_>) -> Option<Opened> {
        if let Some(handle) = self.handle.take().filter(|&handle| handle != STDIN) {
            // It was only read.
            let _ = dos.close(handle);
        }
        if std::mem::take(&mut self.standard) {
            self.handle = Some(STDIN);
            return Some(Ok(Vec::new()));
        }
        let name = self.names.pop_front()?;
        Some(match open(dos, &name, 0).and_then(|index| dos.new_handle(index)) {
            Ok(handle) => {
                self.handle = Some(handle);
                Ok(name)
            }
            Err(error) => Err((name, error)),
        })
    }

    /// Asks for the next part of what is open.
    pub(super) fn read(&self) -> Request {
        Request::Read(self.handle.unwrap_or(STDIN), CHUNK)
    }
}

/// The files that a name with wildcards stands for; another name stands for itself.
fn meant(dos: &Dos<'_>, name: &[u8]) -> Vec<Vec<u8>> {
    if !name.iter().any(|byte| matches!(byte, b'*' | b'?')) {
        return vec![name.to_vec()];
    }
    let hidden = attribute::HIDDEN | attribute::SYSTEM;
    let found = matching(dos, name, hidden).map(|(place, entries)| {
        let path = |name| {
            let mut path = place.path.clone();
            path.0.push(name);
            text_of(place.drive, &path)
        };
        entries.into_iter().map(|entry| path(entry.name)).collect::<Vec<_>>()
    });
    found.ok().filter(|names| !names.is_empty()).unwrap_or_else(|| vec![name.to_vec()])
}
