//! Environments: strings of a process, a zero, and behind them the full name of its program.
//!
//! Source: RBIL, INT 21h/AH=26h, "Format of environment block".

use super::error::DosError;
use super::{Dos, psp};
use crate::mem::GuestMemory;
use crate::types::SegOff;

/// Most bytes of an environment. Source: RBIL, as above: 32 KiB.
const MOST_BYTES: u16 = 0x8000;
/// Strings behind the environment: the program's name.
const TRAILING_STRINGS: [u8; 2] = [1, 0];

/// The strings at `segment`, each with its zero, without the one that ends them. No more than an
/// environment has, whatever lies there.
pub(super) fn strings(mem: &GuestMemory<'_>, segment: u16) -> Vec<u8> {
    let mut strings = Vec::new();
    if segment == 0 {
        return strings;
    }
    for off in 0..MOST_BYTES {
        let byte = mem.read_u8(SegOff::new(segment, off));
        if byte == 0 && strings.last().is_none_or(|&last| last == 0) {
            break;
        }
        strings.push(byte);
    }
    if strings.last().is_some_and(|&last| last != 0) {
        strings.push(0);
    }
    strings
}

impl Dos<'_> {
    /// A block with the strings at `source` (of the current process if that is 0) for a program called
    /// `name`; returns its segment.
    pub(super) fn copy_environment(&mut self, source: u16, name: &[u8]) -> Result<u16, DosError> {
        let own = psp::ENVIRONMENT.get(&self.mem, psp::base(self.psp()));
        let block = block(&strings(&self.mem, if source == 0 { own } else { source }), name);
        self.new_environment(&block)
    }

    /// A block of memory that holds `block`.
    pub(super) fn new_environment(&mut self, block: &[u8]) -> Result<u16, DosError> {
        let paragraphs = u16::try_from(block.len().div_ceil(16)).map_err(|_| DosError::InvalidEnvironment)?;
        let owner = self.psp();
        let segment = self.allocate(paragraphs, owner).map_err(|(error, _)| error)?;
        self.mem.write_bytes(SegOff::new(segment, 0), block);
        Ok(segment)
    }
}

/// An environment as it lies in memory.
pub(super) fn block(strings: &[u8], name: &[u8]) -> Vec<u8> {
    // Without a single string there are two zeros.
    let none: &[u8] = if strings.is_empty() { &[0] } else { &[] };
    [strings, none, &[0], &TRAILING_STRINGS, name, &[0]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::Memory;

    #[test]
    fn strings_are_read_up_to_the_empty_one() {
        let mut memory = Memory::new(1 << 20);
        let mut mem = GuestMemory::new(&mut memory, false);
        mem.write_bytes(SegOff::new(0x1000, 0), &block(b"A=1\0B=2\0", b"C:\\X.COM"));
        assert_eq!(strings(&mem, 0x1000), b"A=1\0B=2\0");
        mem.write_bytes(SegOff::new(0x1000, 0), &block(b"", b"C:\\X.COM"));
        assert_eq!(strings(&mem, 0x1000), b"");
    }

    #[test]
    fn an_environment_without_an_end_is_cut() {
        let mut memory = Memory::new(1 << 20);
        let mut mem = GuestMemory::new(&mut memory, false);
        mem.write_bytes(SegOff::new(0x1000, 0), &[b'x'; 0xFFFF]);
        assert_eq!(strings(&mem, 0x1000).len(), usize::from(MOST_BYTES) + 1);
    }
}
