//! INT 19h and INT 18h: loading a boot sector, and what happens if there is none.

use super::{Bios, Outcome, video_10h};
use crate::disk::{Disk, SECTOR_BYTES};
use crate::types::SegOff;

/// Where a boot sector is loaded and entered.
const BOOT_ADDRESS: SegOff = SegOff { seg: 0, off: 0x7C00 };
/// Drive number of A:.
const FLOPPY: u8 = 0x00;
/// Drive number of the first hard disk.
const HARD_DISK: u8 = 0x80;

/// INT 19h: loads the boot sector of the boot drive, else of the other one, and leaves its drive
/// number in DL; the stub jumps to it.
pub(super) fn int19_boot(bios: &mut Bios<'_>) -> Outcome {
    let order = if bios.boot_from_disk { [HARD_DISK, FLOPPY] } else { [FLOPPY, HARD_DISK] };
    for drive in order {
        let Some(sector) = boot_sector(bios, drive) else { continue };
        tracing::debug!(drive, "booting");
        bios.mem.write_bytes(BOOT_ADDRESS, &sector);
        bios.regs.set_dx(u16::from(drive));
        bios.regs.set_ds(0);
        bios.regs.set_es(0);
        return Outcome::Done;
    }
    no_boot(bios)
}

/// INT 18h: a PC without BASIC in ROM has nothing to start.
pub(super) fn int18_no_basic(bios: &mut Bios<'_>) -> Outcome {
    no_boot(bios)
}

fn no_boot(bios: &mut Bios<'_>) -> Outcome {
    video_10h::print(bios, "\r\nNo bootable disk.\r\n\r\n");
    video_10h::print(bios, "Give this session the image of a system disk and reset it.\r\n");
    Outcome::NoBoot
}

/// The first sector of `drive` if it can be started.
fn boot_sector(bios: &mut Bios<'_>, drive: u8) -> Option<[u8; SECTOR_BYTES]> {
    let disk: &mut Disk = if drive == FLOPPY {
        // The heads move, and what DOS remembered of another disk is gone with it.
        bios.drives.clear_changed(usize::from(drive));
        bios.drives.floppies.first_mut()?.as_mut()?
    } else {
        bios.drives.hard_disks.first_mut()?
    };
    let mut sector = [0; SECTOR_BYTES];
    disk.read(0, &mut sector).ok()?;
    is_bootable(&sector, drive).then_some(sector)
}

/// A hard disk must carry the signature. A floppy need not, as on an AT: early DOS disks lack it;
/// but one whose sector is all one byte was never formatted as a system disk.
fn is_bootable(sector: &[u8; SECTOR_BYTES], drive: u8) -> bool {
    let signed = sector.ends_with(&[0x55, 0xAA]);
    if drive == FLOPPY { signed || sector.iter().any(|&byte| byte != sector[0]) } else { signed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bios::testing::Machine;

    #[test]
    fn a_blank_floppy_is_not_started_but_an_unsigned_one_is() {
        let mut sector = [0xF6; SECTOR_BYTES];
        assert!(!is_bootable(&sector, FLOPPY));
        sector[0] = 0xEB;
        assert!(is_bootable(&sector, FLOPPY));
        assert!(!is_bootable(&sector, HARD_DISK));
        sector[510..].copy_from_slice(&[0x55, 0xAA]);
        assert!(is_bootable(&sector, HARD_DISK));
    }

    #[test]
    fn a_machine_without_disks_says_so_on_its_screen() {
        let mut machine = Machine::new();
        assert_eq!(machine.service(0x19), Outcome::NoBoot);
        assert_eq!(machine.row_text(1).trim_end(), "No bootable disk.");
    }
}
