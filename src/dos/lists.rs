//! The list of lists: where programs find all the other structures.
//!
//! Host directories are drives of a network as far as programs can tell, so they have no drive parameter
//! blocks, no buffers are in use, and tools that look at sectors let the drives alone. The one parameter
//! block is that of A:, which has nothing in it: every DOS has a first one, and loaders of drivers put
//! theirs behind the last without asking whether there is any.
//!
//! Source: RBIL, INT 21h/AH=52h, "List of Lists" (DOS 5).

use super::field::{Byte, Far, Word};
use super::memory_map::{
    BUFFER, BUFFER_INFO, CDS_ARRAY, FCB_TABLE, FIRST_MCB, LIST_OF_LISTS, MEDIA, PARAMETER_BLOCK, SFT,
};
use super::{Dos, cds, device};
use crate::mem::GuestMemory;
use crate::types::{Port, SegOff, Width, lo16};

/// How often, and after how many loops, a share that is denied is tried again: in front of the list.
/// Source: MS-DOS 5's values.
const RETRIES: Word = Word(0u16.wrapping_sub(12));
const RETRY_DELAY: Word = Word(0u16.wrapping_sub(10));
/// Segment of the first memory control block.
const FIRST_BLOCK: Word = Word(0u16.wrapping_sub(2));
const FIRST_DPB: Far = Far(0x00);
const FILE_TABLE: Far = Far(0x04);
const LARGEST_SECTOR: Word = Word(0x10);
const BUFFERS: Far = Far(0x12);
const DIRECTORIES: Far = Far(0x16);
const FCBS: Far = Far(0x1A);
const LAST_DRIVE: Byte = Byte(0x21);
const BUFFER_COUNT: Word = Word(0x3F);
const BOOT_DRIVE: Byte = Byte(0x43);
const DOUBLEWORD_MOVES: Byte = Byte(0x44);
const EXTENDED_KIB: Word = Word(0x45);

/// End of a chain.
const NOWHERE: SegOff = SegOff { seg: 0xFFFF, off: 0xFFFF };
const SECTOR_BYTES: u16 = 512;
/// C:.
const FIRST_FIXED_DRIVE: u8 = 3;
/// Media descriptor of a fixed disk.
const FIXED_DISK: u8 = 0xF8;
/// Fields of a table of files that were opened by control block: the next table, and how many entries.
const NEXT_TABLE: Far = Far(0x00);
const TABLE_ENTRIES: Word = Word(0x04);

/// The BIOS's memory above 1 MiB, in the real-time clock's memory: low byte and high.
const CMOS_INDEX: Port = Port(0x70);
const CMOS_DATA: Port = Port(0x71);
const CMOS_EXTENDED: [u32; 2] = [0x17, 0x18];

impl Dos<'_> {
    /// Writes the list, but for the devices, which write theirs.
    pub(super) fn create_lists(&mut self) {
        let extended_kib = self.extended_kib();
        create(&mut self.mem, extended_kib);
    }

    /// *Units*: KiB above the first MiB.
    fn extended_kib(&mut self) -> u16 {
        let [low, high] = CMOS_EXTENDED.map(|register| {
            self.board.write(CMOS_INDEX, Width::Byte, register, self.now);
            self.board.read(CMOS_DATA, Width::Byte, self.now) & 0xFF
        });
        lo16(high << 8 | low)
    }
}

/// Writes the list, and what else it leads to that is nobody's module.
fn create(mem: &mut GuestMemory<'_>, extended_kib: u16) {
    let at = LIST_OF_LISTS;
    RETRIES.set(mem, at, 3);
    RETRY_DELAY.set(mem, at, 1);
    FIRST_BLOCK.set(mem, at, FIRST_MCB);
    FIRST_DPB.set(mem, at, PARAMETER_BLOCK);
    FILE_TABLE.set(mem, at, SFT);
    LARGEST_SECTOR.set(mem, at, SECTOR_BYTES);
    BUFFERS.set(mem, at, BUFFER_INFO);
    DIRECTORIES.set(mem, at, CDS_ARRAY);
    FCBS.set(mem, at, FCB_TABLE);
    LAST_DRIVE.set(mem, at, cds::DRIVES);
    BUFFER_COUNT.set(mem, at, 1);
    BOOT_DRIVE.set(mem, at, FIRST_FIXED_DRIVE);
    DOUBLEWORD_MOVES.set(mem, at, 1);
    EXTENDED_KIB.set(mem, at, extended_kib);
    NEXT_TABLE.set(mem, FCB_TABLE, NOWHERE);
    TABLE_ENTRIES.set(mem, FCB_TABLE, 0);
    create_buffer(mem);
    create_parameter_block(mem);
    mem.write_u8(MEDIA, FIXED_DISK);
}

/// A floppy of 1440 KiB, as it is before it is looked at.
///
/// Source: RBIL, INT 21h/AH=32h, "Format of DOS Drive Parameter Block" (DOS 4 to 6).
fn create_parameter_block(mem: &mut GuestMemory<'_>) {
    /// Drive, unit, sector size, last sector of a cluster and its shift, boot sectors, FATs.
    const SHAPE: [u8; 9] = [0, 0, 0x00, 0x02, 0, 0, 1, 0, 2];
    const ROOT_ENTRIES: Word = Word(0x09);
    const FIRST_DATA_SECTOR: Word = Word(0x0B);
    const LAST_CLUSTER: Word = Word(0x0D);
    const FAT_SECTORS: Word = Word(0x0F);
    const ROOT_SECTOR: Word = Word(0x11);
    const DRIVER: Far = Far(0x13);
    const MEDIA_DESCRIPTOR: Byte = Byte(0x17);
    const TO_BE_LOOKED_AT: Byte = Byte(0x18);
    const NEXT: Far = Far(0x19);
    const FREE_CLUSTERS: Word = Word(0x1F);
    let at = PARAMETER_BLOCK;
    mem.write_bytes(at, &SHAPE);
    ROOT_ENTRIES.set(mem, at, 224);
    FIRST_DATA_SECTOR.set(mem, at, 33);
    LAST_CLUSTER.set(mem, at, 2848);
    FAT_SECTORS.set(mem, at, 9);
    ROOT_SECTOR.set(mem, at, 19);
    DRIVER.set(mem, at, device::BLOCK);
    MEDIA_DESCRIPTOR.set(mem, at, 0xF0);
    TO_BE_LOOKED_AT.set(mem, at, 0xFF);
    NEXT.set(mem, at, NOWHERE);
    FREE_CLUSTERS.set(mem, at, 0xFFFF);
}

/// One buffer, free, in a ring of its own.
fn create_buffer(mem: &mut GuestMemory<'_>) {
    /// Fields of the buffer's header: its neighbours in the ring, and its drive.
    const NEXT: Word = Word(0x00);
    const PREVIOUS: Word = Word(0x02);
    const DRIVE: Byte = Byte(0x04);
    Far(0x00).set(mem, BUFFER_INFO, BUFFER);
    NEXT.set(mem, BUFFER, BUFFER.off);
    PREVIOUS.set(mem, BUFFER, BUFFER.off);
    DRIVE.set(mem, BUFFER, 0xFF);
}
