//! Moving sectors between a disk and the guest's memory.

use super::{Drive, Status};
use crate::bios::Bios;
use crate::disk::{SECTOR_BYTES, Sector};
use crate::types::{PhysAddr, SegOff, lo16};

/// Bytes in a sector, for address arithmetic.
const SECTOR: u32 = 512;
/// First linear address that no far pointer of a normalised kind reaches for a whole sector.
const REAL_MODE_END: u32 = 0x11_0000 - 0x10;
/// Bytes one transfer can move: the segment register stays.
const SEGMENT_BYTES: u32 = 0x1_0000;

/// A place in the guest's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Buffer {
    /// Linear address of a real-mode pointer: goes through the A20 gate.
    Linear(u32),
    /// Physical address: extended memory.
    Physical(u32),
}

/// What to do with sectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// Disk to memory.
    Read,
    /// Memory to disk.
    Write,
    /// Read and forget: there is no buffer.
    Verify,
}

impl Buffer {
    /// The buffer at a far pointer.
    pub(super) fn far(at: SegOff) -> Buffer {
        Buffer::Linear(at.linear().0)
    }

    /// Checks that a hard disk transfer of `count` sectors reaches all of the buffer.
    ///
    /// Source: IBM PC AT BIOS, CHECK_DMA: the pointer is normalised to an offset below 16, from
    /// which the transfer must not leave the segment.
    pub(super) fn check_normalised(self, count: u16) -> Result<(), Status> {
        let bytes = u32::from(count) * SECTOR;
        match self {
            Buffer::Linear(at) if at % 16 + bytes > SEGMENT_BYTES || at + bytes > REAL_MODE_END => {
                Err(Status::BOUNDARY)
            }
            _ => Ok(()),
        }
    }

    /// Checks that a DMA channel can transfer `count` sectors: its page register does not count, so
    /// the buffer must not cross a 64 KiB boundary.
    pub(super) fn check_dma(self, count: u16) -> Result<(), Status> {
        match self {
            Buffer::Linear(at) if u32::from(lo16(at)) + u32::from(count) * SECTOR > SEGMENT_BYTES => {
                Err(Status::BOUNDARY)
            }
            _ => self.check_normalised(count),
        }
    }

    /// Where sector `index` of the transfer lies.
    fn sector(self, index: u16) -> Buffer {
        let bytes = u32::from(index) * SECTOR;
        match self {
            Buffer::Linear(at) => Buffer::Linear(at.wrapping_add(bytes)),
            Buffer::Physical(at) => Buffer::Physical(at.wrapping_add(bytes)),
        }
    }

    /// A pointer to a linear address below [`REAL_MODE_END`] with no wrap within a sector.
    fn normalised(at: u32) -> SegOff {
        match at.checked_sub(0x10_0000) {
            None => SegOff::new(lo16(at >> 4), lo16(at & 0xF)),
            Some(high) => SegOff::new(0xFFFF, lo16(high + 0x10)),
        }
    }

    /// The physical address if the sector there is in one piece (it is not where A20 is closed and
    /// the address wraps at 1 MiB).
    fn phys(self, bios: &Bios<'_>) -> Option<PhysAddr> {
        match self {
            Buffer::Physical(at) => Some(PhysAddr(at)),
            Buffer::Linear(at) => {
                let [first, last] = [at, at + SECTOR - 1].map(|at| bios.mem.phys(Buffer::normalised(at)));
                (last.0.wrapping_sub(first.0) == SECTOR - 1).then_some(first)
            }
        }
    }

    fn load(self, bios: &mut Bios<'_>) -> Sector {
        let mut data = [0; SECTOR_BYTES];
        match (self.phys(bios), self) {
            (Some(at), _) => bios.mem.physical().read_bytes(at, &mut data),
            (None, Buffer::Linear(at) | Buffer::Physical(at)) => {
                bios.mem.read_bytes(Buffer::normalised(at), &mut data);
            }
        }
        data
    }

    fn store(self, bios: &mut Bios<'_>, data: &Sector) {
        match (self.phys(bios), self) {
            (Some(at), _) => bios.mem.physical().write_bytes(at, data),
            (None, Buffer::Linear(at) | Buffer::Physical(at)) => {
                bios.mem.write_bytes(Buffer::normalised(at), data);
            }
        }
    }
}

/// Sectors in a row on one drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) drive: Drive,
    pub(super) lba: u64,
    pub(super) count: u16,
}

/// Moves the sectors of `run`, up to the first that fails. Returns how many were moved.
///
/// The buffer must have passed one of the checks, unless there is none.
pub(super) fn transfer(bios: &mut Bios<'_>, run: Run, op: Op, buffer: Buffer) -> (u16, Result<(), Status>) {
    for index in 0..run.count {
        if let Err(status) = move_sector(bios, run, index, op, buffer.sector(index)) {
            return (index, Err(status));
        }
    }
    (run.count, Ok(()))
}

fn move_sector(bios: &mut Bios<'_>, run: Run, index: u16, op: Op, buffer: Buffer) -> Result<(), Status> {
    let lba = run.lba.checked_add(u64::from(index)).ok_or(Status::NOT_FOUND)?;
    let mut data = if op == Op::Write { buffer.load(bios) } else { [0; SECTOR_BYTES] };
    let disk = run.drive.disk(bios.drives).ok_or(Status::NOT_READY)?;
    match op {
        Op::Write => disk.write(lba, &data)?,
        Op::Read | Op::Verify => disk.read(lba, &mut data)?,
    }
    if op == Op::Read {
        buffer.store(bios, &data);
    }
    Ok(())
}
