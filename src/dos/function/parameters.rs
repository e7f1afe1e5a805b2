//! AH=53h: a drive's parameters as DOS has them, from what a disk says of itself.
//!
//! Source: RBIL, INT 21h/AH=53h; AH=32h, "Format of DOS Drive Parameter Block" (DOS 4 and later).

use super::super::Dos;
use super::super::field::{Byte, Word};
use super::super::frame::Frame;
use super::Answer;
use crate::mem::GuestMemory;
use crate::types::{SegOff, lo8, lo16};

/// Bytes of a directory entry.
const ENTRY_BYTES: u32 = 32;

/// Fields of the BIOS parameter block.
mod bpb {
    use super::{Byte, Word};

    pub(super) const SECTOR_BYTES: Word = Word(0x00);
    pub(super) const CLUSTER_SECTORS: Byte = Byte(0x02);
    pub(super) const RESERVED: Word = Word(0x03);
    pub(super) const FATS: Byte = Byte(0x05);
    pub(super) const ROOT_ENTRIES: Word = Word(0x06);
    pub(super) const SECTORS: Word = Word(0x08);
    pub(super) const MEDIA: Byte = Byte(0x0A);
    pub(super) const FAT_SECTORS: Word = Word(0x0B);
    /// The number of sectors, where that is 0, in two words.
    pub(super) const MANY_SECTORS: [Word; 2] = [Word(0x15), Word(0x17)];
}

/// Fields of the drive parameter block.
mod dpb {
    use super::{Byte, Word};

    pub(super) const SECTOR_BYTES: Word = Word(0x02);
    pub(super) const LAST_OF_CLUSTER: Byte = Byte(0x04);
    pub(super) const CLUSTER_SHIFT: Byte = Byte(0x05);
    pub(super) const RESERVED: Word = Word(0x06);
    pub(super) const FATS: Byte = Byte(0x08);
    pub(super) const ROOT_ENTRIES: Word = Word(0x09);
    pub(super) const FIRST_DATA: Word = Word(0x0B);
    pub(super) const LAST_CLUSTER: Word = Word(0x0D);
    pub(super) const FAT_SECTORS: Word = Word(0x0F);
    pub(super) const FIRST_ROOT: Word = Word(0x11);
    pub(super) const MEDIA: Byte = Byte(0x17);
    pub(super) const NOT_ACCESSED: Byte = Byte(0x18);
    pub(super) const SEARCH_FROM: Word = Word(0x1D);
    pub(super) const FREE: Word = Word(0x1F);
}

/// AH=53h: the BIOS parameter block at DS:SI becomes a drive parameter block at ES:BP.
pub(super) fn int21_53_translate(dos: &mut Dos<'_>, frame: &Frame) -> Answer {
    translate(&mut dos.mem, SegOff::new(frame.ds, frame.si), SegOff::new(frame.es, frame.bp));
    Answer::Done
}

fn translate(mem: &mut GuestMemory<'_>, from: SegOff, to: SegOff) {
    let word = |mem: &GuestMemory<'_>, field: Word| u32::from(field.get(mem, from));
    let sector_bytes = word(mem, bpb::SECTOR_BYTES);
    // A block of a guest's may say anything; 0 is nothing to divide by.
    let cluster_sectors = u32::from(bpb::CLUSTER_SECTORS.get(mem, from)).max(1);
    let (reserved, fat_sectors) = (word(mem, bpb::RESERVED), word(mem, bpb::FAT_SECTORS));
    let (fats, root_entries) = (bpb::FATS.get(mem, from), word(mem, bpb::ROOT_ENTRIES));
    let [low, high] = bpb::MANY_SECTORS.map(|field| word(mem, field));
    let sectors = match word(mem, bpb::SECTORS) {
        0 => high << 16 | low,
        few => few,
    };
    let first_root = reserved + u32::from(fats) * fat_sectors;
    let first_data = first_root + (root_entries * ENTRY_BYTES).div_ceil(sector_bytes.max(1));
    // Clusters count from 2.
    let last_cluster = sectors.saturating_sub(first_data) / cluster_sectors + 1;
    let media = bpb::MEDIA.get(mem, from);
    dpb::LAST_OF_CLUSTER.set(mem, to, lo8(cluster_sectors - 1));
    dpb::CLUSTER_SHIFT.set(mem, to, lo8(cluster_sectors.ilog2()));
    dpb::FATS.set(mem, to, fats);
    dpb::MEDIA.set(mem, to, media);
    dpb::NOT_ACCESSED.set(mem, to, 0xFF);
    for (field, value) in [
        (dpb::SECTOR_BYTES, sector_bytes),
        (dpb::RESERVED, reserved),
        (dpb::ROOT_ENTRIES, root_entries),
        (dpb::FIRST_DATA, first_data),
        (dpb::LAST_CLUSTER, last_cluster),
        (dpb::FAT_SECTORS, fat_sectors),
        (dpb::FIRST_ROOT, first_root),
        (dpb::SEARCH_FROM, 0),
        (dpb::FREE, 0xFFFF),
    ] {
        field.set(mem, to, lo16(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::Memory;

    const FROM: SegOff = SegOff { seg: 0x1000, off: 0 };
    const TO: SegOff = SegOff { seg: 0x1000, off: 0x80 };

    fn translated(block: &[u8]) -> Vec<u8> {
        let mut memory = Memory::new(1 << 20);
        let mut mem = GuestMemory::new(&mut memory, false);
        mem.write_bytes(FROM, block);
        translate(&mut mem, FROM, TO);
        let mut bytes = vec![0; 0x21];
        mem.read_bytes(TO, &mut bytes);
        bytes
    }

    #[test]
    fn a_floppy_of_1440_kib_has_2848_clusters() {
        let floppy = [0x00, 0x02, 1, 1, 0, 2, 0xE0, 0, 0x40, 0x0B, 0xF0, 9, 0];
        let bytes = translated(&floppy);
        assert_eq!(bytes[0x02..0x06], [0x00, 0x02, 0, 0]);
        assert_eq!(bytes[0x06..0x13], [1, 0, 2, 0xE0, 0, 33, 0, 0x20, 0x0B, 9, 0, 19, 0]);
        assert_eq!(bytes[0x17..0x19], [0xF0, 0xFF]);
    }

    #[test]
    fn a_block_of_any_bytes_is_translated() {
        for byte in [0x00, 0x01, 0x7F, 0xFF] {
            assert_eq!(translated(&[byte; 0x20])[0x17], byte);
        }
    }
}
