//! AH=0Dh, 0Eh, 19h, 36h: drives.

use super::super::frame::Frame;
use super::super::memory_map::SDA;
use super::super::{Dos, cds, sda};
use super::Answer;
use super::directory::numbered_drive;

/// AX of AH=36h for a drive that is not there.
const NO_DRIVE: u16 = 0xFFFF;
/// Sector size that programs are told.
const SECTOR_BYTES: u64 = 512;
/// Most clusters, and sectors in one, that programs can count with. Source: a FAT16 file system.
const MOST_CLUSTERS: u64 = 0xFFF0;
const MOST_SECTORS: u64 = 64;

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

/// AH=36h: room on drive DL: AX = sectors per cluster, BX = free clusters, CX = sector size, DX =
/// clusters in all.
///
/// What the host has more of than programs can count is shown as the most that they can.
pub(super) fn int21_36_space(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let space = numbered_drive(dos, frame.dl()).and_then(|drive| dos.drive(drive)?.space());
    let Ok(space) = space else {
        frame.ax = NO_DRIVE;
        return Answer::Done;
    };
    let mut sectors = 1;
    while sectors < MOST_SECTORS && space.total / (sectors * SECTOR_BYTES) > MOST_CLUSTERS {
        sectors *= 2;
    }
    let clusters = |bytes: u64| u16::try_from((bytes / (sectors * SECTOR_BYTES)).min(MOST_CLUSTERS)).unwrap_or(0);
    frame.ax = u16::try_from(sectors).unwrap_or(1);
    (frame.bx, frame.dx) = (clusters(space.free), clusters(space.total));
    frame.cx = u16::try_from(SECTOR_BYTES).unwrap_or(512);
    Answer::Done
}
