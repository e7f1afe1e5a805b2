//! INT 13h (and INT 40h): floppies and hard disks, by cylinder, head and sector, and hard disks by
//! linear sector with the EDD packet calls.
//!
//! | AH | floppy | hard disk |
//! | --- | --- | --- |
//! | 00h, 01h | reset, status of the last call | the same |
//! | 02h, 03h, 04h | read, write, verify | the same |
//! | 05h | format track | checks the range and keeps the data, as an IDE drive does |
//! | 08h | parameters | the same |
//! | 09h, 0Ch, 0Dh, 10h–14h, 19h | – | set up, seek, reset, test, recalibrate, diagnose, park |
//! | 15h | drive type | drive type and size |
//! | 16h, 17h, 18h | change line, set disk type, set media type | – |
//! | 41h–48h | – | EDD 3.0 packet calls |
//!
//! A transfer takes no virtual time. Status goes to AH, CF and the BIOS data area: 40:41 for
//! floppies, 40:74 for hard disks.
//!
//! Source: IBM PC AT Technical Reference, BIOS listings; Phoenix, Enhanced Disk Drive Specification 3.0.

mod edd;
mod floppy;
mod hard_disk;
mod status;
mod transfer;

use super::{Bios, Outcome, bda};
use crate::disk::{Disk, Drives};

pub(super) use hard_disk::install_parameter_tables;
use status::Status;

/// DL of the first hard disk.
const FIRST_HARD_DISK: u8 = 0x80;

/// Runs the function in AH on the drive in DL.
pub(super) fn call(bios: &mut Bios<'_>) -> Outcome {
    let (function, dl) = (bios.regs.ah(), bios.regs.dl());
    let (last, result) = match dl.checked_sub(FIRST_HARD_DISK) {
        None => (bda::FLOPPY_STATUS, floppy::call(bios, usize::from(dl))),
        Some(index) => (bda::HARD_DISK_STATUS, hard_disk::call(bios, usize::from(index))),
    };
    let (ah, status) = match result {
        Ok(ah) => (ah, 0),
        Err(Status(code)) => (code, code),
    };
    if status != 0 {
        tracing::debug!(function, drive = dl, status, "INT 13h failed");
    }
    bios.regs.set_ah(ah);
    last.set(&mut bios.mem, status);
    bios.set_carry(status != 0);
    bios.return_with_interrupts();
    Outcome::Done
}

/// A drive as the BIOS numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Drive {
    Floppy(usize),
    HardDisk(usize),
}

impl Drive {
    /// The disk in the drive.
    fn disk(self, drives: &mut Drives) -> Option<&mut Disk> {
        match self {
            Drive::Floppy(index) => drives.floppies.get_mut(index)?.as_mut(),
            Drive::HardDisk(index) => drives.hard_disks.get_mut(index),
        }
    }
}

/// AH=01h: the status of the last call, which stays. In AL for programs of the first PC, which had
/// it there.
fn last_status(bios: &mut Bios<'_>, last: bda::Byte) -> Result<u8, Status> {
    let code = last.get(&bios.mem);
    bios.regs.set_al(code);
    if code == 0 { Ok(0) } else { Err(Status(code)) }
}

#[cfg(test)]
mod tests;
