//! AX=71A7h: times as Windows counts them, in 100 ns from 1601 on, and as DOS does.

use crate::dos::Dos;
use crate::dos::drive::{Drive, Stamp, Zone};
use crate::dos::error::DosError;
use crate::dos::frame::Frame;
use crate::types::SegOff;

impl Dos<'_> {
    /// The zone of the session's files.
    fn zone(&self) -> Zone {
        let mut zones = self.state.drives().filter_map(|(_, drive)| match drive {
            Drive::Host(host) => Some(host.zone().clone()),
            Drive::Builtin(_) => None,
        });
        zones.next().unwrap_or_else(Zone::universal)
    }

    /// `stamp` as Windows counts; 0 of one that is none.
    pub(super) fn file_time(&self, stamp: Stamp) -> u64 {
        self.zone().file_time(stamp).unwrap_or(0)
    }
}

/// AX=71A7h: BL = 0: the time at DS:SI to CX, DX and, in 10 ms, BH; 1: back to ES:DI.
pub(super) fn int21_71a7_convert(dos: &mut Dos<'_>, frame: &mut Frame) -> Result<(), DosError> {
    let [direction, hundredths] = frame.bx.to_le_bytes();
    match direction {
        0 => {
            let mut bytes = [0; 8];
            dos.mem.read_bytes(SegOff::new(frame.ds, frame.si), &mut bytes);
            let (stamp, hundredths) = dos.zone().of_file_time(u64::from_le_bytes(bytes));
            (frame.cx, frame.dx) = (stamp.time, stamp.date);
            frame.bx = u16::from_le_bytes([direction, hundredths]);
            Ok(())
        }
        1 if hundredths < 200 => {
            let stamp = Stamp { date: frame.dx, time: frame.cx };
            let time = dos.zone().file_time(stamp).ok_or(DosError::InvalidData)?;
            let time = time + u64::from(hundredths) * 100_000;
            dos.mem.write_bytes(SegOff::new(frame.es, frame.di), &time.to_le_bytes());
            Ok(())
        }
        _ => Err(DosError::InvalidFunction),
    }
}
