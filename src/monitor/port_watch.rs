//! Writes to chosen ports, kept for whoever asked for them.
//!
//! Overflow: [`CAPACITY`] writes are kept; further ones push out the oldest.

use std::collections::{BTreeSet, VecDeque};

use crate::types::{Port, Width};

/// Writes that wait at most.
const CAPACITY: usize = 64 * 1024;

/// Which ports, and what was written there.
#[derive(Default)]
pub(super) struct PortWatch {
    ports: BTreeSet<u16>,
    writes: VecDeque<(u16, u8)>,
}

impl PortWatch {
    /// Writes to `ports` are kept from now on.
    pub(super) fn watch(&mut self, ports: &[u16]) {
        self.ports.extend(ports);
    }

    /// A write of the guest. Wide ones are several: each byte goes to a port of its own.
    pub(super) fn note(&mut self, port: Port, width: Width, value: u32) {
        if self.ports.is_empty() {
            return;
        }
        for (offset, byte) in (0..width.bytes()).zip(value.to_le_bytes()) {
            let port = port.0.wrapping_add(u16::try_from(offset).unwrap_or(0));
            if self.ports.contains(&port) {
                self.keep((port, byte));
            }
        }
    }

    /// Port and byte of each write since the last call, oldest first.
    pub(super) fn take(&mut self) -> Vec<(u16, u8)> {
        std::mem::take(&mut self.writes).into()
    }

    fn keep(&mut self, write: (u16, u8)) {
        if self.writes.len() == CAPACITY {
            self.writes.pop_front();
        }
        self.writes.push_back(write);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_writes_to_watched_ports_are_kept() {
        let mut watch = PortWatch::default();
        watch.note(Port(0x80), Width::Byte, 1);
        watch.watch(&[0x80, 0x379]);
        watch.note(Port(0x80), Width::Byte, 2);
        watch.note(Port(0x81), Width::Byte, 3);
        watch.note(Port(0x378), Width::Word, 0x1234);
        assert_eq!(watch.take(), [(0x80, 2), (0x379, 0x12)]);
        assert_eq!(watch.take(), []);
    }

    #[test]
    fn the_oldest_writes_give_way() {
        let mut watch = PortWatch::default();
        watch.watch(&[0xE9]);
        for value in 0..=CAPACITY {
            watch.note(Port(0xE9), Width::Byte, u32::try_from(value & 0xFF).unwrap());
        }
        let writes = watch.take();
        assert_eq!((writes.len(), writes[0]), (CAPACITY, (0xE9, 1)));
    }
}
