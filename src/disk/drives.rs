//! The drives of one machine, and the disk-change line of its floppy drives.

use std::fmt;

use super::Disk;

/// CMOS type of a floppy drive that has had no disk yet: 1.44M, as a PC's A: is.
const DEFAULT_DRIVE_TYPE: u8 = 4;

/// One of the drives of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DriveId {
    /// Floppy drive, from 0: A: and B:.
    Floppy(u8),
    /// Hard disk as a whole, from 0.
    HardDisk(u8),
}

impl DriveId {
    /// A:
    pub const A: DriveId = DriveId::Floppy(0);
    /// B:
    pub const B: DriveId = DriveId::Floppy(1);

    /// The drive that a user means by a letter, with or without colon, in any case: `A:` and `B:` are the
    /// floppy drives, `C:` to `F:` the first to fourth hard disk, however they are partitioned.
    ///
    /// ```
    /// use dosmux::disk::DriveId;
    /// assert_eq!(DriveId::parse("b:"), Some(DriveId::B));
    /// assert_eq!(DriveId::parse("C"), Some(DriveId::HardDisk(0)));
    /// assert_eq!(DriveId::parse("CD"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<DriveId> {
        let letter = text.strip_suffix(':').unwrap_or(text);
        match *letter.as_bytes() {
            [byte @ (b'a' | b'b' | b'A' | b'B')] => Some(DriveId::Floppy(byte.to_ascii_uppercase() - b'A')),
            [byte @ (b'c'..=b'f' | b'C'..=b'F')] => Some(DriveId::HardDisk(byte.to_ascii_uppercase() - b'C')),
            _ => None,
        }
    }
}

impl fmt::Display for DriveId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, number) = match self {
            DriveId::Floppy(number) => (b'A', number),
            DriveId::HardDisk(number) => (b'C', number),
        };
        write!(f, "{}:", char::from(first.saturating_add(*number)))
    }
}

/// The drives of one machine.
#[derive(Default)]
pub struct Drives {
    /// A: and B:. Swap disks with [`Drives::insert`] and [`Drives::eject`], which the guest notices.
    pub floppies: [Option<Disk>; 2],
    /// Hard disks, 80h on.
    pub hard_disks: Vec<Disk>,
    /// The disk-change line of each floppy drive.
    changed: [bool; 2],
    /// What kind of drive an empty one is: that of the disk it last had (0: none so far).
    last_types: [u8; 2],
}

impl Drives {
    /// Puts a disk into floppy drive `drive` (0 is A:) and gives back the one that was there, which
    /// is dropped if ignored. The disk comes back if there is no such drive.
    pub fn insert(&mut self, drive: usize, disk: Disk) -> Option<Disk> {
        let Some(slot) = self.floppies.get_mut(drive) else { return Some(disk) };
        self.changed[drive] = true;
        self.last_types[drive] = disk.cmos_type();
        slot.replace(disk)
    }

    /// Takes the disk out of floppy drive `drive`.
    pub fn eject(&mut self, drive: usize) -> Option<Disk> {
        let disk = self.floppies.get_mut(drive)?.take()?;
        self.changed[drive] = true;
        self.last_types[drive] = disk.cmos_type();
        Some(disk)
    }

    /// The disk in a drive.
    #[must_use]
    pub fn disk(&self, drive: DriveId) -> Option<&Disk> {
        match drive {
            DriveId::Floppy(number) => self.floppies.get(usize::from(number))?.as_ref(),
            DriveId::HardDisk(number) => self.hard_disks.get(usize::from(number)),
        }
    }

    /// The disk in a drive.
    pub fn disk_mut(&mut self, drive: DriveId) -> Option<&mut Disk> {
        match drive {
            DriveId::Floppy(number) => self.floppies.get_mut(usize::from(number))?.as_mut(),
            DriveId::HardDisk(number) => self.hard_disks.get_mut(usize::from(number)),
        }
    }

    /// Pulls the disk-change line of a floppy drive, as if the disk had been out: what the guest remembers
    /// of it may no longer hold.
    pub fn set_changed(&mut self, drive: usize) {
        if let Some(changed) = self.changed.get_mut(drive) {
            *changed = true;
        }
    }

    /// True if a disk was inserted or ejected and the guest has not accessed one there since.
    #[must_use]
    pub fn changed(&self, drive: usize) -> bool {
        self.changed.get(drive).copied().unwrap_or(false)
    }

    /// Stepping the heads resets the disk-change line, but only with a disk in the drive.
    pub fn clear_changed(&mut self, drive: usize) {
        if let Some(Some(_)) = self.floppies.get(drive) {
            self.changed[drive] = false;
        }
    }

    /// CMOS types of A: and B:, 0 if there is no such drive. A: is always there; B: once it had a disk.
    #[must_use]
    pub fn floppy_types(&self) -> [u8; 2] {
        let kind = |drive: usize| self.floppies[drive].as_ref().map_or(self.last_types[drive], Disk::cmos_type);
        [if kind(0) == 0 { DEFAULT_DRIVE_TYPE } else { kind(0) }, kind(1)]
    }

    /// Sectors written to the disks that are in the drives now.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.floppies.iter().flatten().chain(&self.hard_disks).map(Disk::writes).sum()
    }

    /// Number of floppy drives, 1 or 2.
    #[must_use]
    pub fn floppy_count(&self) -> u8 {
        if self.floppy_types()[1] == 0 { 1 } else { 2 }
    }
}
