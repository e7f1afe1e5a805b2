//! What a session has used since its start, for whoever watches over many.

use crate::clock::VirtTime;
use crate::mem::PAGE_BYTES;
use crate::monitor::vm::TrapStats;
use crate::session::Session;
use crate::types::SessionId;

/// Totals of one session since its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gauge {
    /// Which session.
    pub id: SessionId,
    /// Host time that its slices took. *Units*: nanoseconds.
    pub busy_ns: u64,
    /// Its clock.
    pub time: VirtTime,
    /// Entries of the monitor, instructions, and how long it has waited for what.
    pub stats: TrapStats,
    /// Memory that belongs to it alone. *Units*: bytes.
    pub private_bytes: u64,
    /// Memory that it shares with others, or has never written. *Units*: bytes.
    pub shared_bytes: u64,
    /// Sectors that its guest wrote.
    pub sectors_written: u64,
}

impl Gauge {
    /// A session that has used nothing yet.
    #[must_use]
    pub fn new(id: SessionId) -> Gauge {
        let stats = TrapStats::default();
        Gauge { id, busy_ns: 0, time: VirtTime::ZERO, stats, private_bytes: 0, shared_bytes: 0, sectors_written: 0 }
    }

    /// Reads everything but the host time from the session's machine.
    pub(super) fn read(&mut self, session: &Session) {
        let memory = session.vm().memory();
        self.private_bytes = memory.private_frames() as u64 * u64::from(PAGE_BYTES);
        self.shared_bytes = u64::from(memory.size()).saturating_sub(self.private_bytes);
        self.sectors_written = session.vm().sectors_written();
        self.time = session.now();
        self.stats = session.stats();
    }
}
