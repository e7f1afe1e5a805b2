//! Debug port (`DebugPort`), E9h: bytes that a guest writes for whoever watches it.
//!
//! The buffer holds [`CAPACITY`] bytes; when it is full the oldest are dropped and counted.
//! A read gives E9h, by which guests find out that the port is there.

use std::collections::VecDeque;

use super::PortDevice;
use crate::clock::VirtTime;

/// Bytes that wait to be taken. *Units*: bytes.
const CAPACITY: usize = 64 * 1024;

/// What a read gives.
const SIGNATURE: u8 = 0xE9;

/// The port and what was written to it.
pub(super) struct DebugPort {
    bytes: VecDeque<u8>,
    lost: u64,
}

impl DebugPort {
    pub(super) fn new() -> DebugPort {
        DebugPort { bytes: VecDeque::new(), lost: 0 }
    }

    /// What was written since the last call, oldest first.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes).into()
    }

    /// Bytes dropped since power-on because nobody took them in time.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }
}

impl PortDevice for DebugPort {
    fn read(&mut self, _port: u16, _now: VirtTime) -> u8 {
        SIGNATURE
    }

    fn write(&mut self, _port: u16, value: u8, _now: VirtTime) {
        if self.bytes.len() == CAPACITY {
            self.bytes.pop_front();
            self.lost += 1;
        }
        self.bytes.push_back(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_drops_the_oldest_bytes_and_counts_them() {
        let mut port = DebugPort::new();
        port.write(0xE9, b'a', VirtTime::ZERO);
        for _ in 0..CAPACITY {
            port.write(0xE9, b'b', VirtTime::ZERO);
        }
        assert_eq!(port.lost(), 1);
        let taken = port.take();
        assert_eq!((taken.len(), taken[0]), (CAPACITY, b'b'));
        assert!(port.take().is_empty());
    }
}
