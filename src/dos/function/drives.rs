//! AH=0Eh, 19h, 1Bh, 1Ch, 1Fh, 32h, 36h: drives.

use super::super::drive::Space;
use super::super::error::DosError;
use super::super::frame::Frame;
use super::super::memory_map::{MEDIA, SDA};
use super::super::{Dos, cds, sda};
use super::Answer;
use super::directory::numbered_drive;

/// AX of AH=36h for a drive that is not there.
const NO_DRIVE: u16 = 0xFFFF;
/// AL of the older functions for one.
const NO_PARAMETERS: u8 = 0xFF;
/// Sector size that programs are told.
const SECTOR_BYTES: u16 = 512;
/// Most clusters, and sectors in one, that programs can count with. Source: a FAT16 file system.
const MOST_CLUSTERS: u16 = 0xFFF0;
const MOST_SECTORS: u16 = 64;

/// AH=0Eh: makes drive DL the current one; AL = number of drive letters.
pub(super) fn int21_0e_select_drive(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    if dos.drive(frame.dl()).is_ok() {
        sda::CURRENT_DRIVE.set(&mut dos.mem, SDA, frame.dl());
    }
    frame.set_al(cds::DRIVES);
    Answer::Done
}

/// AH=19h: AL = current drive.
pub(super) fn int21_19_current_drive(dos: &Dos<'_>, frame: &mut Frame) -> Answer {
    frame.set_al(dos.current_drive());
    Answer::Done
}

/// AH=1Bh and 1Ch: the current drive, or DL: AL = sectors per cluster, CX = sector size, DX = clusters, DS:BX
/// = media descriptor; or AL = FFh.
pub(super) fn int21_1b_allocation(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let number = if frame.ah() == 0x1B { 0 } else { frame.dl() };
    let Some(clusters) = clusters(dos, number) else {
        sda::set_error(&mut dos.mem, DosError::InvalidDrive);
        frame.set_al(NO_PARAMETERS);
        return Answer::Done;
    };
    frame.set_al(clusters.sectors.to_le_bytes()[0]);
    (frame.cx, frame.dx) = (SECTOR_BYTES, clusters.total);
    (frame.ds, frame.bx) = (MEDIA.seg, MEDIA.off);
    Answer::Done
}

/// AH=1Fh and 32h: AL = FFh: a network's drive has no parameter block, nor has one that is not there.
///
/// Source: RBIL, INT 21h/AH=32h.
pub(super) fn int21_32_parameters(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    sda::set_error(&mut dos.mem, DosError::InvalidDrive);
    frame.set_al(NO_PARAMETERS);
    Answer::Done
}

/// AH=36h: room on drive DL: AX = sectors per cluster, BX = free clusters, CX = sector size, DX =
/// clusters in all.
///
/// What the host has more of than programs can count is shown as the most that they can.
pub(super) fn int21_36_space(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let Some(clusters) = clusters(dos, frame.dl()) else {
        sda::set_error(&mut dos.mem, DosError::InvalidDrive);
        frame.ax = NO_DRIVE;
        return Answer::Done;
    };
    (frame.ax, frame.bx, frame.dx) = (clusters.sectors, clusters.free, clusters.total);
    frame.cx = SECTOR_BYTES;
    Answer::Done
}

/// Room on a drive as functions number them, if it is there.
fn clusters(dos: &Dos<'_>, number: u8) -> Option<Clusters> {
    numbered_drive(dos, number).and_then(|drive| dos.drive(drive)?.space()).ok().map(Clusters::of)
}

/// Room as programs count it. What the host has more of than they can is the most that they can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dos) struct Clusters {
    /// Sectors in a cluster.
    sectors: u16,
    free: u16,
    total: u16,
}

impl Clusters {
    pub(in crate::dos) fn of(space: Space) -> Clusters {
        let mut sectors = 1;
        let bytes = |sectors: u16| u64::from(sectors) * u64::from(SECTOR_BYTES);
        while sectors < MOST_SECTORS && space.total / bytes(sectors) > u64::from(MOST_CLUSTERS) {
            sectors *= 2;
        }
        let count = |room: u64| u16::try_from(room / bytes(sectors)).unwrap_or(MOST_CLUSTERS).min(MOST_CLUSTERS);
        Clusters { sectors, free: count(space.free), total: count(space.total) }
    }

    /// *Units*: bytes.
    pub(in crate::dos) fn free_bytes(self) -> u32 {
        u32::from(self.free) * u32::from(self.sectors) * u32::from(SECTOR_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_counted_in_clusters_up_to_what_sixteen_bits_hold() {
        let small = Clusters::of(Space { free: 1 << 20, total: 10 << 20 });
        assert_eq!(small, Clusters { sectors: 1, free: 2048, total: 20480 });
        let large = Clusters::of(Space { free: 1 << 40, total: 1 << 42 });
        assert_eq!(large, Clusters { sectors: 64, free: MOST_CLUSTERS, total: MOST_CLUSTERS });
        assert_eq!(large.free_bytes(), 2_146_959_360);
    }
}
