//! The write log: what a stretch of guest code changed in memory, as far as it matters.

use std::collections::BTreeMap;

use crate::types::PhysAddr;

/// Bytes a log holds before it gives up: a busy wait changes few, real work many.
const CAPACITY: usize = 512;

/// The original value of every byte that was changed since the log began.
pub(super) struct WriteLog {
    originals: BTreeMap<u32, u8>,
    overflowed: bool,
}

impl WriteLog {
    pub(super) fn new() -> WriteLog {
        WriteLog { originals: BTreeMap::new(), overflowed: false }
    }

    /// Notes that `old` at `addr` becomes `new`.
    pub(super) fn record(&mut self, addr: PhysAddr, old: &[u8], new: &[u8]) {
        let mut at = addr;
        for (&before, &after) in old.iter().zip(new) {
            if before != after && !self.overflowed {
                self.originals.entry(at.0).or_insert(before);
                self.overflowed = self.originals.len() > CAPACITY;
            }
            at = at.offset(1);
        }
    }

    /// How many bytes were changed, even if only for a while; `None` if more than a log holds.
    pub(super) fn len(&self) -> Option<usize> {
        (!self.overflowed).then_some(self.originals.len())
    }

    /// True if nothing was left out.
    pub(super) fn complete(&self) -> bool {
        !self.overflowed
    }

    /// The changed bytes and what they held before.
    pub(super) fn originals(&self) -> impl Iterator<Item = (PhysAddr, u8)> {
        self.originals.iter().map(|(&addr, &old)| (PhysAddr(addr), old))
    }
}
